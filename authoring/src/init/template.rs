//! A worked example: what an author follows who has no definitions of tools at hand.

use super::Names;
use super::literals::{comment, yaml};

/// The policy.
pub(super) fn policy(names: Names<'_>) -> String {
    let tests = comment(names.tests);
    format!(
        r#"// A policy to begin with, written by `sqrt init`: for an agent that reads documents and writes
// mails. Put your tools and their arguments in the place of these, change {tests} along
// with the rules, and run `sqrt test`.

// Names that rules share. A regex matches the whole value.
let colleagues = {{r"[a-z.]+@example\.com"}};
let sensitive = {{"confidential", "internal"}};

// This is about every tool. Every block with a higher priority, which all others have, speaks first.
tool r"(?s).*" {{
    priority -1000;
    /// Nothing in the policy allows this tool.
    should deny always;
}}

tool "read_document" {{
    should allow when path.value in {{r"docs/[a-z0-9_-]+\.txt"}};

    // What comes back is marked, and so is whatever is made from it.
    result {{
        @tags |= {{"internal"}};
    }}
}}

tool "send_email" {{
    /// Sensitive text goes to colleagues only.
    must deny when @args.tags overlaps sensitive and not to.value in colleagues;

    should allow when to.value in colleagues | {{"support@partner.example"}};

    /// We write to colleagues and to the support of our partner.
    should deny always;
}}
"#
    )
}

/// The tests.
pub(super) fn tests(names: Names<'_>) -> String {
    format!(
        r#"# What {policy} decides about some calls; `sqrt test` runs this.
policy: {file}

tests:
  - name: documents of the project can be read, and nothing else
    call: {{tool: read_document, args: {{path: $path}}}}
    expect: deny
    cases:
      - {{path: docs/plan.txt, expect: allow}}
      - {{path: docs/../secrets.txt}}
      - {{path: [docs/plan.txt, secrets.txt]}}

  - name: what is read is marked as internal
    call: {{tool: read_document, args: {{path: docs/plan.txt}}, result: "…"}}
    expect: {{decision: allow, result_meta: {{tags: [internal]}}}}

  - name: internal text goes to colleagues only
    call:
      tool: send_email
      args: {{to: $to, body: "…"}}
      arg_meta: {{body: {{tags: [internal]}}}}
    expect: {{decision: deny, basis: must_deny}}
    cases:
      - {{to: support@partner.example}}
      - {{to: ann@example.com.evil.org}}
      - {{to: [ann@example.com, support@partner.example]}}
      - {{to: ann@example.com, expect: allow}}

  - name: other text goes to our partner, too
    call: {{tool: send_email, args: {{to: $to, body: hello}}}}
    expect: allow
    cases:
      - {{to: support@partner.example}}
      - {{to: ann@example.com}}
      - {{to: somebody@evil.org, expect: {{decision: deny, basis: should_deny}}}}

  - name: a tool without a block is denied
    call: {{tool: delete_document, args: {{path: docs/plan.txt}}}}
    expect: {{decision: deny, basis: should_deny}}
"#,
        policy = comment(names.policy),
        file = yaml(names.policy),
    )
}
