//! S6.12: adding a deny rule never turns a deny into an allow, and neither does wrapping a value or adding elements to it.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use sqrt_tests::compare::{answers, expect_none, seeds};
use sqrt_tests::generate::{Case, Part, Random, Source, Style, deny_rule, value};
use sqrt_tests::implementations::{
    Load, engine, engine_from_an_image, engine_in_two_steps, engine_that_explains, oracle, plain_engine,
};

/// Each is given some of the cases, which have options and modes of all kinds.
const LOADS: [Load; 6] =
    [engine, oracle, plain_engine, engine_from_an_image, engine_that_explains, engine_in_two_steps];

/// For the same metadata: what `session before` does may rest on values.
const STYLE: Style = Style { session_before: false, ..Style::ALL };

/// Adds a deny rule to a tool block, or a block of its own.
fn with_a_deny_rule(case: &Case, random: &mut Random) -> Case {
    let mut case = case.clone();
    let rule = deny_rule(random);
    let source = random.below(case.sources.len());
    let declarations = &mut case.sources[source].declarations;
    let blocks: Vec<usize> =
        (0..declarations.len()).filter(|&index| declarations[index].inside.is_some()).collect();
    if blocks.is_empty() || random.percent(30) {
        let priority = ["", "priority 3;", "priority -9;"][random.below(3)];
        let inside = Some(vec![rule, Part { text: priority.to_owned(), inside: None }]);
        declarations.push(Part { text: "tool r\".*\"".to_owned(), inside });
        return case;
    }
    if let Some(members) = &mut declarations[blocks[random.below(blocks.len())]].inside {
        let index = random.below(members.len() + 1);
        members.insert(index, rule);
    }
    case
}

/// A call that is denied in the first and allowed in the second, as long as the sessions have had the same metadata.
fn turned(before: &[Value], after: &[Value]) -> Option<usize> {
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        if before["decision"] == "deny" && after["decision"] == "allow" {
            return Some(index);
        }
        if before["session_meta"] != after["session_meta"] {
            return None;
        }
    }
    None
}

/// How many calls are allowed in the first and denied in the second.
fn denied_more(before: &[Value], after: &[Value]) -> usize {
    let pairs = before.iter().zip(after);
    pairs.filter(|(before, after)| before["decision"] == "allow" && after["decision"] == "deny").count()
}

/// Expects that no call turns from denied to allowed between a case and what `change` makes of it, and says how many
/// turn the other way.
fn expect_no_turn(load: Load, seed: u64, case: &Case, change: impl Fn(&Case) -> Case) -> usize {
    let both = |case: &Case| Some((answers(load, case).ok()?, answers(load, &change(case)).ok()?));
    let (before, after) = both(case).expect("generated policies are accepted");
    if turned(&before, &after).is_some() {
        expect_none(seed, case, |case| {
            let (before, after) = both(case)?;
            let index = turned(&before, &after)?;
            Some(format!("// call {index} is denied, but it is allowed by:\n{}", change(case)))
        });
    }
    denied_more(&before, &after)
}

#[test]
fn adding_a_deny_rule_allows_nothing() {
    let mut denied = 0;
    for (seed, load) in seeds(0..150).zip(LOADS.into_iter().cycle()) {
        let case = Case::generate(seed, STYLE, 12);
        denied += expect_no_turn(load, seed, &case, |case| with_a_deny_rule(case, &mut Random::new(seed)));
    }
    assert!(denied > 45, "the rules that were added deny only {denied} calls");
}

/// Wraps a value that has a leaf, or adds elements beside it.
fn wrapped(inner: Value, random: &mut Random) -> Value {
    let mut other = || serde_json::from_str::<Value>(&value(random, 1)).unwrap_or(Value::Null);
    let (first, second) = (other(), other());
    match random.below(6) {
        0 => json!([inner]),
        1 => json!({"k": inner}),
        2 => json!([first, inner, second]),
        3 => json!({"k": [inner], "a": first}),
        4 => json!([[[inner], {}], []]),
        _ => match inner {
            Value::Array(mut elements) => {
                elements.insert(0, first);
                Value::Array(elements)
            }
            Value::Object(mut entries) => {
                entries.insert("zz".to_owned(), first);
                Value::Object(entries)
            }
            scalar => json!([scalar, first]),
        },
    }
}

fn has_leaf(value: &Value) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(has_leaf),
        Value::Object(entries) => !entries.is_empty(),
        _ => true,
    }
}

/// The call with some of its values wrapped, the same ones every time.
fn with_wrapped_values(line: &str) -> Option<String> {
    let mut call: Value = serde_json::from_str(line).ok()?;
    let mut random = Random::new(line.len() as u64);
    for value in call.get_mut("args")?.as_object_mut()?.values_mut() {
        if has_leaf(value) && random.percent(60) {
            *value = wrapped(value.take(), &mut random);
        }
    }
    Some(call.to_string())
}

#[test]
fn wrapping_a_value_allows_nothing() {
    let style = Style { compares_values: false, ..STYLE };
    let wrap = |line: &String| with_wrapped_values(line).unwrap_or_else(|| line.clone());
    let mut denied = 0;
    for (seed, load) in seeds(0..150).zip(LOADS.into_iter().cycle()) {
        // Each implementation has cases of both kinds.
        let case = if (seed / LOADS.len() as u64).is_multiple_of(2) {
            Case::generate(seed, style, 30)
        } else {
            Case::of_single_conditions(seed, style, 8, 60)
        };
        denied += expect_no_turn(load, seed, &case, |case| Case {
            calls: case.calls.iter().map(wrap).collect(),
            ..case.clone()
        });
    }
    assert!(denied > 25, "wrapping denies only {denied} calls");
}

/// Two interleaved sessions answer as each does alone.
#[test]
fn sessions_do_not_see_each_other() {
    for load in [engine, engine_in_two_steps, oracle] {
        for seed in seeds(0..15) {
            let case = Case::generate(seed, Style::ALL, 12);
            let together = answers(load, &case).expect("loads");
            for session in [json!("s1"), json!("s2"), Value::Null] {
                let mine = |answer: &&Value| answer.get("session") == Some(&session);
                let mut alone = case.clone();
                let pairs = case.calls.iter().zip(&together);
                alone.calls =
                    pairs.filter(|(_, answer)| mine(answer)).map(|(call, _)| call.clone()).collect();
                let expected: Vec<&Value> = together.iter().filter(mine).collect();
                let found = answers(load, &alone).expect("loads");
                assert_eq!(
                    found.iter().collect::<Vec<_>>(),
                    expected,
                    "seed {seed}: session {session}:\n{case}"
                );
            }
        }
    }
}

/// The parts of a policy that are generated are the ones that are shown.
#[test]
fn a_source_shows_its_parts() {
    let line = |text: &str| Part { text: text.to_owned(), inside: None };
    let block = Part { text: "tool \"t\"".to_owned(), inside: Some(vec![line("a;"), line("b;")]) };
    let source = Source { declarations: vec![block] };
    assert_eq!(source.to_string(), "tool \"t\" {\n    a;\n    b;\n}\n");
    let smaller: Vec<String> = source.smaller().iter().map(Source::to_string).collect();
    assert_eq!(smaller, ["", "tool \"t\" {\n    b;\n}\n", "tool \"t\" {\n    a;\n}\n"]);
}
