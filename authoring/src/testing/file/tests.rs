//! What test files may say, and what is wrong with others, and where.

use sqrt_vm::limits::Limits;

use super::{Case, TestFile, policy_of};
use crate::testing::problem::Problem;

fn read(text: &str) -> Result<TestFile, Vec<Problem>> {
    TestFile::read("a_test.yaml", text, &Limits::default())
}

/// The problems of a text, each with the text at its place, cut at the end of the line.
fn problems(text: &str) -> Vec<String> {
    let found = read(text).err().unwrap_or_default();
    let shown = |problem: &Problem| {
        let span = problem.span();
        let at = text.get(span.start as usize..span.end as usize).expect("a place in the text");
        format!(
            "{}: {} | {}",
            at.lines().next().unwrap_or(""),
            problem.message(),
            problem.way_out().unwrap_or("")
        )
    };
    found.iter().map(shown).collect()
}

/// Asserts that a test with these members has just this problem.
fn is_wrong(test: &str, expected: &str) {
    let found = problems(&format!(
        "fixtures: {{pii: {{value: x, tags: [pii]}}, plain: y}}\ntests:\n- {{name: a, {test}}}\n"
    ));
    let [found] = found.as_slice() else { panic!("{test}: {found:#?}") };
    assert!(found.starts_with(expected), "{test}: {found}");
}

fn cases(text: &str) -> Vec<Case> {
    read(text).unwrap_or_else(|problems| panic!("{problems:#?}")).cases()
}

/// The calls of a file as JSON lines, case by case.
fn calls(text: &str) -> Vec<Vec<String>> {
    let file = read(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let prepared = file
        .cases()
        .into_iter()
        .map(|case| file.prepared(&case, &Limits::default()).expect("it is prepared"));
    prepared.map(|case| case.steps.into_iter().map(|step| step.call.text).collect()).collect()
}

#[test]
fn a_recorded_call_is_taken_as_it_is() {
    let line = r#"{"session": null, "tool": "t", "args": {"a": [1, 2.50, -0, 1e3, true, null, "x\n\u00e9"], "b": {"$c": "$5"}}, "result": null}"#;
    let text = format!("tests:\n  - name: a\n    call: {line}\n    expect: allow\n");
    let expected = line.replace("\\u00e9", "é");
    assert_eq!(calls(&text), [[expected]]);
}

#[test]
fn names_stand_for_columns_and_fixtures() {
    let text = r#"
fixtures:
  plain: {value: {deep: [1]}}
  pii: {value: x, tags: [pii], consumers: ["*"]}
tests:
  - name: a
    call: {tool: $tool, args: {a: $plain, b: [$plain, $value], c: "$$tool", d: $pii, e: "$tool!", f: $which}, arg_meta: {d: {tags: []}}, result: $pii}
    expect: deny
    cases:
      - {tool: t, value: "1", which: $pii}
      - {tool: u, value: 1, which: null}
"#;
    let first = r#"{"tool": "t", "args": {"a": {"deep": [1]}, "b": [{"deep": [1]}, "1"], "c": "$tool", "d": "x", "e": "$tool!", "f": "x"}, "arg_meta": {"d": {"tags": [], "consumers": ["*"]}, "f": {"tags": ["pii"], "consumers": ["*"]}}, "result": "x", "result_meta": {"tags": ["pii"], "consumers": ["*"]}}"#;
    let second = first
        .replace(r#""tool": "t""#, r#""tool": "u""#)
        .replace(r#""1"]"#, "1]")
        .replace(r#""f": "x"}"#, r#""f": null}"#)
        .replace(r#", "f": {"tags": ["pii"], "consumers": ["*"]}}"#, "}");
    assert_eq!(calls(text), [[first.to_owned()], [second]]);
}

#[test]
fn a_name_may_stand_for_the_whole_call() {
    let text = "fixtures: {hello: {value: {tool: t}}}\ntests:\n- {name: a, call: $call, expect: $e, cases: [{call: {tool: $tool}, e: deny}]}\n";
    assert_eq!(
        problems(text),
        [
            "$tool: nothing is called `tool` | `$name` stands for a column of `cases` or one of `fixtures`; the text is written `$$tool`"
        ]
    );
    assert_eq!(calls(&text.replace("{tool: $tool}", "$hello")), [[r#"{"tool": "t"}"#]]);
}

#[test]
fn cases_have_names_places_and_numbers() {
    let text = "tests:\n  - {name: one, call: {tool: t}, expect: deny, tags: [x], skip: later}\n  - name: two\n    call: {tool: $t}\n    expect: deny\n    cases:\n      - {t: a}\n      - {case: why, t: a}\n      - {t: a}\n      - {t: \"$$a\"}\n";
    let cases = cases(text);
    let names: Vec<_> = cases.iter().map(|case| (case.name.as_str(), case.line, case.column)).collect();
    assert_eq!(
        names,
        [
            ("one", 2, 12),
            ("two / t: a", 7, 9),
            ("two / why", 8, 9),
            ("two / t: a (2)", 9, 9),
            ("two / t: $a", 10, 9)
        ]
    );
    assert_eq!(
        (cases[0].tags.as_slice(), cases[0].skip.as_deref()),
        (["x".to_owned()].as_slice(), Some("later"))
    );
}

#[test]
fn mistakes_in_a_test_are_told_where_they_are() {
    for (test, expected) in [
        ("call: {tool: t}", "a: the test expects nothing | `expect: deny`"),
        ("expect: deny", "a: the test asks nothing: it needs a `call`, or `steps`"),
        (
            "call: {tool: t}, expect: denied",
            "denied: as `expect` `denied` is not known here | here may be `allow` and `deny`",
        ),
        ("call: {tool: t}, expect: alow", "alow: as `expect` `alow` is not known here | is `allow` meant?"),
        ("call: {tool: t}, expect: {}", "{}: nothing is expected here"),
        (
            "call: {tool: t}, expect: {decision: true}",
            "true: `decision` is one of `allow` and `deny`, and this is a truth value",
        ),
        (
            "call: {tool: t}, expect: {basis: must-deny}",
            "must-deny: as `basis` `must-deny` is not known here | is `must_deny` meant?",
        ),
        ("call: {tool: t}, expect: {branch: deny}", "branch: only a question about a branch has this answer"),
        (
            "call: {branch: {}}, expect: {decision: deny}",
            "decision: a question about a branch has no other answer",
        ),
        (
            "call: {tool: t}, expect: {error: true, decision: deny}",
            "error: a call that gives an error has no answer",
        ),
        ("call: {tool: t}, expect: {error: 5}", "5: `error` is text, and this is a number"),
        ("call: {tool: t}, expect: {rule: {}}", "{}: this says nothing of the rule"),
        ("call: {tool: t}, expect: {rule: {line: 0}}", "0: `line` is a whole number from 1"),
        ("call: {tool: t}, expect: {rule: 5}", "5: a rule is a mapping, and this is a number"),
        (
            "call: {tool: t}, expect: {result_meta: {tag: []}}",
            "tag: the key `tag` is not known here | is `tags` meant?",
        ),
        ("call: {tool: t}, expect: {result_meta: {}}", "{}: nothing is expected here"),
        (
            "call: {tool: t}, expect: {session_meta: {tags: x}}",
            "x: `tags` is a list of texts, and this is text",
        ),
        (
            "call: {tool: t}, expect: {session_meta: {tags: [5]}}",
            "5: an item of `tags` is text, and this is a number",
        ),
        (
            "call: {tool: t}, expect: {session_meta: {tags: {except: [], has: []}}}",
            "{except: [], has: []}: `except` says all of the set",
        ),
        ("call: {tools: t}, expect: deny", "tools: the key `tools` is not known here | is `tool` meant?"),
        ("call: [], expect: deny", "[]: a call is a mapping, and this is a list"),
        ("call: {args: {}}, expect: deny", "{args: {}}: this is no valid call: "),
        (
            "call: {tool: t, arg_meta: {a: {}}}, expect: deny",
            "{tool: t, arg_meta: {a: {}}}: this is no valid call: `arg_meta` for `a`, which is not in `args`",
        ),
        (
            "call: {tool: t, args: {a: 1}, arg_meta: {a: {tags: [1]}}}, expect: deny",
            "1: this is no valid call: ",
        ),
        ("call: {tool: t, args: {a: 1e999}}, expect: deny", "1e999: this is no valid call: "),
        ("call: {tool: $t}, expect: deny", "$t: nothing is called `t` | `$name` stands for"),
        ("call: {tool: $plan}, expect: deny", "$plan: nothing is called `plan` | is `$plain` meant?"),
        (
            "call: {tool: t, args: {a: [$pii]}}, expect: deny",
            "$pii: the fixture `pii` has metadata, which would be lost here",
        ),
        ("call: {tool: t}, expect: deny, steps: []", "call: a test has either `call` or `steps`"),
        ("steps: []", "[]: `steps` is empty"),
        ("steps: [{expect: deny}]", ": a step has the key `call`, which is missing here"),
        (
            "steps: [{call: {tool: t}, expect: deny, repeat: 1001}]",
            "1001: `repeat` is a whole number from 1 to 1000",
        ),
        (
            "steps: [{call: {tool: t}, expect: deny, repeat: many}]",
            "many: `repeat` is a whole number from 1 to 1000",
        ),
        ("steps: [{call: {tool: t}}]", "a: the test expects nothing"),
        (
            "steps: [{call: {tool: $t}}], cases: [{t: a, expect: deny}]",
            "expect: of a test with steps, a row cannot say",
        ),
        ("call: {tool: $t}, cases: [{t: a}]", "{t: a}: neither this row nor the test expects anything"),
        (
            "call: {tool: $t}, expect: deny, cases: [a]",
            "a: a row is a mapping of columns to values, and this is text",
        ),
        (
            "call: {tool: $t}, expect: deny, cases: [{t: a}, {}]",
            "{}: this row has no `t`, which the test mentions",
        ),
        (
            "call: {tool: $to}, expect: deny, cases: [{to: a, tool: a}]",
            "tool: the test does not mention `$tool`, so this column does nothing",
        ),
        (
            "call: {tool: $plain}, expect: deny, cases: [{plain: a}]",
            "plain: both a column and a fixture are called `plain`",
        ),
        ("call: {tool: t}, expect: deny, cases: [{a-b: a}]", "a-b: `a-b` cannot be named by a test"),
        (
            "call: {tool: t}, expect: deny, session: {tag: []}",
            "tag: the key `tag` is not known here | is `tags` meant?",
        ),
        ("call: {tool: t}, expect: deny, session: {tags: [5]}", "5: no session can begin so: "),
        ("call: {tool: t}, expect: deny, tags: x", "x: `tags` is a list of texts, and this is text"),
        (
            "call: {tool: t}, expects: deny",
            "expects: the key `expects` is not known here | is `expect` meant?",
        ),
    ] {
        match test {
            // Two problems, of which the second follows from the first.
            "call: {tool: $to}, expect: deny, cases: [{to: a, tool: a}]"
            | "call: {tool: t}, expect: deny, cases: [{a-b: a}]" => {
                let all = problems(&format!("tests:\n- {{name: a, {test}}}\n"));
                assert!(all.iter().any(|found| found.starts_with(expected)), "{test}: {all:?}");
            }
            _ => is_wrong(test, expected),
        }
    }
}

#[test]
fn mistakes_in_a_file_are_told_where_they_are() {
    let test = "tests: [{name: a, call: {tool: t}, expect: deny}]";
    for (text, expected) in [
        ("".to_owned(), ": the file is a mapping, and this is nothing"),
        ("- a\n".to_owned(), "- a: the file is a mapping, and this is a list"),
        ("tests: []\n".to_owned(), "[]: `tests` is empty"),
        ("tests: {}\n".to_owned(), "{}: `tests` is a list, and this is a mapping"),
        (format!("{test}\npolicy: 5\n"), "5: a policy file is text, and this is a number"),
        (format!("{test}\nx_policy: []\n"), "[]: `x_policy` is text, and this is a list"),
        (
            format!("{test}\nsettings: {{mode: custon}}\n"),
            "custon: as `mode` `custon` is not known here | is `custom` meant?",
        ),
        (format!("{test}\nsettings: {{default_allow: 1}}\n"), "1: `default_allow` is `true` or `false`"),
        (
            format!("{test}\nfixtures: [1]\n"),
            "[1]: `fixtures` is a mapping of names to values, and this is a list",
        ),
        (
            format!("{test}\nfixtures: {{a: {{tags: []}}}}\n"),
            ": a fixture has the key `value`, which is missing here",
        ),
        (format!("{test}\nfixtures: {{1a: x}}\n"), "1a: `1a` cannot be named by a test"),
        (
            format!("{test}\nfixture: {{}}\n"),
            "fixture: the key `fixture` is not known here | is `fixtures` meant?",
        ),
        (
            test.replace("}]", "}, {name: a, call: {tool: u}, expect: deny}]"),
            "a: another test is called `a`, too",
        ),
    ] {
        let found = problems(&text);
        let [found] = found.as_slice() else { panic!("{text}: {found:#?}") };
        assert!(found.starts_with(expected), "{text}: {found}");
    }
    let both = problems(
        "tests:\n- {name: a, call: {tols: t}, expect: deny}\n- {name: b, call: {tool: t}, expct: deny}\n",
    );
    assert_eq!(both.len(), 2, "{both:#?}");
}

#[test]
fn a_call_that_is_expected_to_be_refused_may_be_wrong() {
    let text = "tests: [{name: a, call: {tols: 5, args: []}, expect: {error: true}}]";
    assert_eq!(calls(text), [[r#"{"tols": 5, "args": []}"#]]);
}

#[test]
fn limits_hold() {
    let most = |name, value| Limits::default().with(name, value).expect("a limit");
    let text =
        "tests: [{name: a, steps: [{call: {tool: $t}, expect: deny, repeat: 5}], cases: [{t: a}, {t: b}]}]";
    assert!(TestFile::read("a", text, &most("test_calls", 10)).is_ok());
    let error = TestFile::read("a", text, &most("test_calls", 9)).expect_err("too many calls");
    assert_eq!(error[0].message(), "the tests of the file make 10 calls, over the limit `test_calls` of 9");
    let large = format!(
        "fixtures: {{big: {}}}\ntests: [{{name: a, call: {{tool: t, args: {{a: [{}]}}}}, expect: deny}}]",
        "x".repeat(10_000),
        "$big, ".repeat(10_000)
    );
    let error = TestFile::read("a", &large, &most("line_bytes", 1 << 20)).expect_err("too large");
    assert!(error[0].message().contains("larger than the longest line"), "{error:?}");
    let many = format!("tests: [{}]", "{names: a}, ".repeat(1000));
    assert_eq!(problems(&many).len(), 50);
}

#[test]
fn test_files_are_called_like_their_policies() {
    assert_eq!(policy_of("mail_test.yaml").as_deref(), Some("mail.sqrt"));
    assert_eq!(policy_of("a_test_test.json").as_deref(), Some("a_test.sqrt"));
    for name in ["mail.yaml", "_test.yaml", "mail_test.toml", "mail_test.YAML", "mail_test"] {
        assert_eq!(policy_of(name), None, "{name}");
    }
}
