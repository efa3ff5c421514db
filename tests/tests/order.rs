//! Equal answers for equal inputs: what has no order in the rules may be given in any. The tags of a set, keys, arguments and elements of literal
//! sets are shuffled, and given twice where that is no error; lets are moved (S3.1); tool blocks that update nothing are moved, split and
//! doubled.
//!
//! What does depend on order is left as it is: rules inside a block (S6.6), updates (S7.1), elements of a list (S4.6). Of
//! equal blocks the first is named as the one that decided (S6.9), so where blocks are moved only the outcome and its basis are compared.

#![allow(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use serde_json::Value;
use sqrt_tests::compare::{answers, expect_none, seeds};
use sqrt_tests::generate::{Case, Part, Random, Style};
use sqrt_tests::implementations::{Load, engine, oracle, plain_engine};

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for index in (1..items.len()).rev() {
        items.swap(index, random.below(index + 1));
    }
}

/// The pieces of `text` between commas that stand in no string and no bracket.
fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0);
    let mut rest = text.char_indices();
    while let Some((index, c)) = rest.next() {
        match c {
            '"' => while rest.next().is_some_and(|(_, c)| c != '"') {},
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                pieces.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// Where a piece of a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Line,
    Value,
    /// Metadata, whose lists are sets.
    Metadata,
}

/// A piece of JSON with its keys in another order, and the tags of sets too. Escaped quotes are hidden, so that strings end at
/// quotes; scalars stay as they are written.
fn shuffled_json(text: &str, place: Place, random: &mut Random) -> String {
    let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(entries) = inner('{', '}') {
        let mut entries: Vec<String> = pieces(entries)
            .into_iter()
            .map(|entry| {
                let key = entry[1..].find('"').map_or(0, |end| end + 2);
                let (key, value) = entry.split_at(key);
                let value = value.trim_start_matches([':', ' ']);
                let inside = match (place, key) {
                    (Place::Line, "\"arg_meta\"" | "\"control_meta\"" | "\"result_meta\"" | "\"branch\"") => {
                        Place::Metadata
                    }
                    (Place::Line, _) => Place::Value,
                    _ => place,
                };
                format!("{key}: {}", shuffled_json(value, inside, random))
            })
            .collect();
        shuffle(&mut entries, random);
        return format!("{{{}}}", entries.join(", "));
    }
    if let Some(elements) = inner('[', ']') {
        let mut elements: Vec<String> =
            pieces(elements).into_iter().map(|element| shuffled_json(element, place, random)).collect();
        if place == Place::Metadata && !elements.is_empty() {
            elements.push(elements[random.below(elements.len())].clone());
            shuffle(&mut elements, random);
        }
        return format!("[{}]", elements.join(", "));
    }
    text.to_owned()
}

const HIDDEN: &str = "\u{e000}";

fn shuffled_line(line: &str, random: &mut Random) -> String {
    // No string of the generators has a backslash before its last quote.
    let hidden = line.replace("\\\\", "\u{e001}").replace("\\\"", HIDDEN);
    let shuffled = shuffled_json(&hidden, Place::Line, random);
    shuffled.replace(HIDDEN, "\\\"").replace('\u{e001}', "\\\\")
}

/// A line of a policy with the elements of its literal sets in another order, one of them twice.
fn shuffled_sets(text: &str, random: &mut Random) -> String {
    let hidden = text.replace("\\\\", "\u{e001}").replace("\\\"", HIDDEN);
    let (mut out, mut rest) = (String::new(), hidden.as_str());
    let mut in_string = false;
    while let Some(index) = rest.find(['"', '{']) {
        let (before, after) = rest.split_at(index);
        out.push_str(before);
        if after.starts_with('"') || in_string {
            in_string ^= after.starts_with('"');
            out.push_str(&after[..1]);
            rest = &after[1..];
            continue;
        }
        let end = end_of_set(after);
        let mut elements = pieces(&after[1..end]);
        if let Some(index) = (!elements.is_empty()).then(|| random.below(elements.len())) {
            elements.push(elements[index]);
            shuffle(&mut elements, random);
        }
        out.push_str(&format!("{{{}}}", elements.join(", ")));
        rest = &after[end + 1..];
    }
    (out + rest).replace(HIDDEN, "\\\"").replace('\u{e001}', "\\\\")
}

/// Where the set at the begin of `text` is closed.
fn end_of_set(text: &str) -> usize {
    let mut in_string = false;
    for (index, c) in text.char_indices() {
        match c {
            '"' => in_string = !in_string,
            '}' if !in_string => return index,
            _ => {}
        }
    }
    panic!("{text} is not closed");
}

/// The part with `change` done to the text of all parts of it.
fn changed(part: &Part, change: &mut impl FnMut(&str) -> String) -> Part {
    let inside = part.inside.as_ref().map(|inside| inside.iter().map(|part| changed(part, change)).collect());
    Part { text: change(&part.text), inside }
}

/// Everything inside lines and declarations in another order.
fn with_shuffled_insides(case: &Case, seed: u64) -> Case {
    let (mut case, mut random) = (case.clone(), Random::new(seed));
    case.calls = case.calls.iter().map(|line| shuffled_line(line, &mut random)).collect();
    for source in &mut case.sources {
        for part in &mut source.declarations {
            *part = changed(part, &mut |text| shuffled_sets(text, &mut random));
        }
    }
    case
}

fn is_let(part: &Part) -> bool {
    part.text.starts_with("let ")
}

/// Whether it is a tool block that only decides.
fn only_decides(part: &Part) -> bool {
    let updates = |part: &Part| part.inside.is_some();
    part.inside.as_ref().is_some_and(|inside| !inside.iter().any(updates))
}

/// Every declaration of a kind is taken out and put in elsewhere.
fn moved(case: &Case, seed: u64, is_moved: fn(&Part) -> bool) -> Case {
    let (mut case, mut random) = (case.clone(), Random::new(seed));
    let mut parts = Vec::new();
    for source in &mut case.sources {
        parts.extend(source.declarations.extract_if(.., |part| is_moved(part)));
    }
    for part in parts {
        let source = random.below(case.sources.len());
        let declarations = &mut case.sources[source].declarations;
        declarations.insert(random.below(declarations.len() + 1), part);
    }
    case
}

/// Blocks that only decide are doubled or give a `must deny` rule to a block of their own, and are moved.
fn with_blocks_moved(case: &Case, seed: u64) -> Case {
    let (mut case, mut random) = (case.clone(), Random::new(seed));
    for source in &mut case.sources {
        let mut more = Vec::new();
        for part in source.declarations.iter_mut().filter(|part| only_decides(part)) {
            let Some(rules) = &mut part.inside else { continue };
            let hard = |rule: &Part| rule.text.contains("must deny") || rule.text.contains("hard deny");
            match rules.iter().position(hard) {
                Some(index) if random.percent(50) => {
                    let rule = rules.remove(index);
                    more.push(Part { text: part.text.clone(), inside: Some(vec![rule]) });
                }
                _ if random.percent(50) => more.push(part.clone()),
                _ => {}
            }
        }
        source.declarations.append(&mut more);
    }
    moved(&case, seed, only_decides)
}

/// Answers without what says where a rule stands, and without the rule if `all` of it may be another one.
fn without_places(mut answers: Vec<Value>, all: bool) -> Vec<Value> {
    for answer in &mut answers {
        if all && let Some(answer) = answer.as_object_mut() {
            answer.remove("rule");
        }
        if let Some(rule) = answer.get_mut("rule").and_then(Value::as_object_mut) {
            rule.retain(|key, _| !["file", "line", "column"].contains(&key.as_str()));
        }
    }
    answers
}

/// Expects equal answers to a case and to what `change` makes of it, in any implementation, and says how many cases it changes.
fn expect_equal(range: std::ops::Range<u64>, other_rules: bool, change: fn(&Case, u64) -> Case) -> usize {
    let loads: [Load; 3] = [engine, oracle, plain_engine];
    let mut changes = 0;
    for (seed, load) in seeds(range).zip(loads.into_iter().cycle()) {
        let cases =
            [Case::generate(seed, Style::ALL, 20), Case::of_single_conditions(seed, Style::ALL, 8, 40)];
        for case in cases {
            changes += usize::from(change(&case, seed).to_string() != case.to_string());
            expect_none(seed, &case, |case| {
                let other = change(case, seed);
                let said = |case| answers(load, case).map(|answers| without_places(answers, other_rules));
                let (before, after) = (said(case), said(&other));
                let (Ok(before), Ok(after)) = (before.clone(), after.clone()) else {
                    return Some(format!("// the policy is refused: {before:?} {after:?}\n{other}"));
                };
                let mut pairs = before.iter().zip(&after);
                let different = pairs.position(|(before, after)| before != after);
                let index = different?;
                let (before, after) = (&before[index], &after[index]);
                Some(format!("// call {index}:\n// {before}\n// {after}\n// is otherwise in:\n{other}"))
            });
        }
    }
    changes
}

#[test]
fn sets_keys_and_arguments_have_no_order() {
    assert!(expect_equal(200..224, false, with_shuffled_insides) > 40);
}

#[test]
fn lets_have_no_order() {
    assert!(expect_equal(300..315, false, |case, seed| moved(case, seed, is_let)) > 5);
}

#[test]
fn blocks_that_only_decide_have_no_order() {
    assert!(expect_equal(400..424, true, with_blocks_moved) > 25);
}

/// What is shuffled is what should be, and nothing is lost.
#[test]
fn shuffling_keeps_everything() {
    let line = r#"{"tool": "a\"b", "args": {"x": [1, {"k": "]\\"}]}, "arg_meta": {"x": {"tags": {"except": ["a", "b,\""]}}}}"#;
    let read = |line: &str| serde_json::from_str::<Value>(line).expect("it is JSON");
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let shuffled = shuffled_line(line, &mut Random::new(seed));
        let mut value = read(&shuffled);
        let tags = value["arg_meta"]["x"]["tags"]["except"].as_array_mut().expect("tags");
        tags.sort_by_key(Value::to_string);
        tags.dedup();
        assert_eq!(value, read(line), "{shuffled}");
        seen.insert(shuffled);
    }
    assert!(seen.len() > 10, "{seen:?}");
    let text = r#"must deny when x.value in {"a}", r"\"{2}", int 1..2} or y.tags overlaps {};"#;
    for seed in 0..20 {
        let shuffled = shuffled_sets(text, &mut Random::new(seed));
        for element in [r#""a}""#, r#"r"\"{2}""#, "int 1..2", "or y.tags overlaps {};"] {
            assert!(shuffled.contains(element), "{shuffled}");
        }
    }
}
