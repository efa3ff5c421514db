//! Rules that contradict one another, and priorities at the ends of their range.

use crate::kit::Came::{Allow, Deny};
use crate::kit::{Host, call, refused};
use crate::table::{Case, Family, Run, mib};

pub(crate) const FAMILY: Family = Family {
    title: "Order and priority",
    cases: &[
        Case {
            name: "contradictions",
            attempt: "`must allow` beside `must deny`, equal blocks, equal patterns, in every order",
            outcome: "the order is total: a hard deny wins, at one priority a deny wins, whatever comes first in the text",
            memory: mib(32),
            run: Run::Engine(contradictions),
        },
        Case {
            name: "extreme-priorities",
            attempt: "priorities of -2^63 and 2^63 - 1, beyond them, of presets, and two in one block",
            outcome: "ordered exactly, without wrapping; beyond 64 bits and twice are errors (E0603, E0602)",
            memory: mib(32),
            run: Run::Engine(extreme_priorities),
        },
    ],
};

fn contradictions() -> usize {
    let sides = |left: &str, right: &str| {
        [
            format!("tool \"t\" {{ {left} {right} }}"),
            format!("tool \"t\" {{ {right} {left} }}"),
            format!("tool \"t\" {{ {left} }} tool \"t\" {{ {right} }}"),
            format!("tool \"t\" {{ {right} }} tool \"t\" {{ {left} }}"),
            format!("tool r\"t\" {{ {left} }} tool r\"t\" {{ {right} }}"),
            format!("tool r\"t|u\" {{ {right} }} tool \"t\" {{ {left} }}"),
            format!("tool \"t\" {{ priority 9; {left} }} tool \"t\" {{ {right} }}"),
        ]
    };
    for text in sides("must allow always;", "must deny always;") {
        let mut host = Host::new(&text);
        assert_eq!(host.decide(call("1")), Deny, "{text}");
        assert!(host.answer.contains("\"basis\": \"must_deny\""), "{text}: {}", host.answer);
    }
    for text in sides("must allow always;", "should deny always;") {
        assert_eq!(Host::new(&text).decide(call("1")), Allow, "{text}");
    }
    for text in sides("should allow always;", "must deny always;") {
        assert_eq!(Host::new(&text).decide(call("1")), Deny, "{text}");
    }
    // Of soft rules the first in a block speaks for it; among blocks of one priority a deny wins.
    for (text, came) in sides("should allow always;", "should deny always;")
        .iter()
        .zip([Allow, Deny, Deny, Deny, Deny, Deny, Allow])
    {
        assert_eq!(Host::new(text).decide(call("1")), came, "{text}");
    }
    1_000
}

fn extreme_priorities() -> usize {
    let (least, most) = (i64::MIN, i64::MAX);
    let blocks = |low: i64, high: i64| {
        format!(
            "tool \"t\" {{ priority {low}; should deny always; session after {{ @tags = {{\"low\"}}; }} }}
             tool \"t\" {{ priority {high}; should allow always; session after {{ @tags = {{\"high\"}}; }} }}"
        )
    };
    for (low, high) in [(least, most), (least, least + 1), (most - 1, most), (least, 0), (0, most), (-1, 0)] {
        let mut host = Host::new(blocks(low, high));
        assert_eq!(host.decide(call("1")), Allow, "{low} {high}");
        assert!(host.answer.contains("\"tags\": [\"high\"]"), "{}", host.answer);
        let mut host = Host::new(blocks(high, low));
        assert_eq!(host.decide(call("1")), Deny, "{low} {high}");
    }
    for beyond in ["9223372036854775808", "-9223372036854775809", &"9".repeat(1_000)] {
        refused(format!("tool \"t\" {{ priority {beyond}; must deny always; }}"), "E0603");
        refused(format!("tool \"t\" [{beyond}] -> @tags |= {{\"x\"}};"), "E0603");
    }
    refused("tool \"t\" { priority 1; priority 1; }", "E0602");
    refused("tool \"t\" { priority 1.5; must deny always; }", "E0202");
    // Presets stand above every number.
    let document = sqrt_compiler::x_policy::XPolicy::read(
        br#"{"presets": {"llm_blocked_tag_enforcement_level": "soft"}}"#,
    );
    let text = format!("tool \"parse_with_ai\" {{ priority {most}; should allow always; }}");
    let source = sqrt_compiler::Source { name: "policy.sqrt", bytes: text.as_bytes() };
    let program = document.expect("a document").compile(&[source]).program.expect("it compiles");
    let policy = sqrt_vm::policy::Policy::new(program, sqrt_vm::limits::Limits::default()).expect("it runs");
    let line =
        r#"{"tool": "parse_with_ai", "args": {"x": 1}, "arg_meta": {"x": {"tags": ["__llm_blocked"]}}}"#;
    let mut host = Host::of(policy);
    assert_eq!(host.decide(line), Deny);
    assert_eq!(host.decide(line.replace("__llm_blocked", "fine")), Allow);
    1_000
}
