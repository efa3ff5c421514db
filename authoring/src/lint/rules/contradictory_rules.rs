//! An allow and a deny on the same condition.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Enforcement, Outcome};

pub(super) static RULE: Rule = Rule {
    code: "L0204",
    name: "contradictory-rules",
    group: Group::Correctness,
    title: "an allow and a deny of a block under the same condition",
    what: "A `must allow` whose condition only holds if that of a `must deny` of the block does; and a `should deny` behind a `should allow` that fires for \
           the same single values. With `always` other lints tell.",
    why: "A `must deny` that fires decides (S6.2), so such an allow never does. Of two `should` rules the first speaks (S6.6): the deny is left with lists \
          of which some elements are meant and others not.",
    spec: &["S6.2", "S6.6"],
    example: r#"tool "send_email" {
    must deny when to.value in {"ann@corp.com", "bob@corp.com"};
    must allow when to.value == "ann@corp.com";
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value == "bob@corp.com";
    must allow when to.value == "ann@corp.com";
}
"#,
    fixes: false,
    check,
};

/// So many rules each rule is compared with.
const COMPARED: usize = 64;

fn check(context: &Context<'_>, sink: &mut Sink) {
    for block in &context.policy.blocks {
        let of = |enforcement, outcome| -> Vec<&ir::Rule> {
            let rules =
                block.rules.iter().filter(|rule| rule.enforcement == enforcement && rule.outcome == outcome);
            rules.filter(|rule| rule.condition.is_some()).collect()
        };
        let denies = of(Enforcement::Must, Outcome::Deny);
        for allow in of(Enforcement::Must, Outcome::Allow) {
            let stronger = |deny: &&&ir::Rule| context.prover().implies(allow.condition, deny.condition);
            if let Some(deny) = denies.iter().take(COMPARED).find(stronger) {
                let finding = Finding::new(&RULE, allow.position.origin, "this allow never decides")
                    .also(deny.position.origin, "whenever it fires, this deny does");
                sink.report(finding.help("take what is to be allowed out of the condition of the deny"));
            }
        }
        let allows = of(Enforcement::Should, Outcome::Allow);
        for deny in of(Enforcement::Should, Outcome::Deny) {
            let hides = |allow: &&&ir::Rule| {
                let mut prover = context.prover();
                allow.id < deny.id
                    && !prover.implies(deny.condition, allow.condition)
                    && prover.for_single_values(|prover| prover.implies(deny.condition, allow.condition))
            };
            if let Some(allow) = allows.iter().take(COMPARED).find(hides) {
                let finding = Finding::new(&RULE, deny.position.origin, "this deny only speaks about lists")
                    .also(allow.position.origin, "for a single value this allow speaks first");
                sink.report(finding.help("move the deny before the allow, or change one of the conditions"));
            }
        }
    }
}
