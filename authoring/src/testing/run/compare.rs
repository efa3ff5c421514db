//! An answer beside what was expected of it.

use std::collections::BTreeSet;

use sqrt_compiler::resolve::nearest;
use sqrt_vm::json::write_string;

use super::Difference;
use super::answer::{Answer, CallAnswer, Metadata, RulePlace};
use super::subject::RuleEntry;
use crate::testing::file::{
    ErrorExpected, Expectation, ExpectedMetadata, ExpectedSet, MetaSet, RuleExpected,
};

/// What is not as expected, in the order of the keys of answers.
pub(super) fn compare(expect: &Expectation, answer: &Answer, rules: &[RuleEntry]) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut word = |key: &str, expected: Option<&'static str>, actual: &str| {
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            out.push(Difference::new(key, expected, actual));
        }
    };
    match answer {
        Answer::Branch(branch) => {
            word("branch", expect.branch, branch);
            if let Some(error) = &expect.error {
                out.push(unmet_error(error, branch));
            }
        }
        Answer::Call(call) => {
            word("decision", expect.decision, &call.decision);
            word("basis", expect.basis, &call.basis);
            out.extend(expect.rule.as_ref().and_then(|rule| compare_rule(rule, call, rules)));
            if let Some(expected) = &expect.session_meta {
                compare_metadata("session_meta", expected, &call.session_meta, &mut out);
            }
            compare_result(expect, call, &mut out);
            if let Some(error) = &expect.error {
                out.push(unmet_error(error, &call.decision));
            }
        }
    }
    out
}

fn unmet_error(error: &ErrorExpected, decision: &str) -> Difference {
    let expected = match error {
        ErrorExpected::Any => "some",
        ErrorExpected::Part(part) => part,
    };
    Difference::new("error", expected, format!("none: the answer is {decision}"))
}

fn compare_result(expect: &Expectation, call: &CallAnswer, out: &mut Vec<Difference>) {
    match (&expect.result_meta, &call.result_meta) {
        (Some(Some(expected)), Some(actual)) => compare_metadata("result_meta", expected, actual, out),
        (Some(Some(_)), None) => {
            let why = match call.decision.as_str() {
                "deny" => "null: the call was denied",
                _ => "null: the call has no `result`",
            };
            out.push(Difference::new("result_meta", "metadata", why));
        }
        (Some(None), Some(_)) => out.push(Difference::new("result_meta", "null", "metadata")),
        (Some(None), None) | (None, _) => {}
    }
}

fn compare_metadata(key: &str, expected: &ExpectedMetadata, actual: &Metadata, out: &mut Vec<Difference>) {
    let parts = [
        ("tags", &expected.tags, &actual.tags),
        ("producers", &expected.producers, &actual.producers),
        ("consumers", &expected.consumers, &actual.consumers),
    ];
    for (part, expected, actual) in parts {
        let wanted = match expected {
            None => continue,
            Some(ExpectedSet::Exactly(expected)) if expected == actual => continue,
            Some(ExpectedSet::Exactly(expected)) => shown(expected),
            Some(ExpectedSet::Part { has, lacks }) => {
                let missing: BTreeSet<String> = has.iter().filter(|tag| !actual.has(tag)).cloned().collect();
                let present: BTreeSet<String> = lacks.iter().filter(|tag| actual.has(tag)).cloned().collect();
                let said = [("with", missing), ("without", present)].map(|(word, tags)| {
                    (!tags.is_empty()).then(|| format!("{word} {}", shown(&MetaSet::Only(tags))))
                });
                let said: Vec<String> = said.into_iter().flatten().collect();
                if said.is_empty() {
                    continue;
                }
                said.join(", ")
            }
        };
        out.push(Difference::new(format!("{key}.{part}"), wanted, shown(actual)));
    }
}

/// A set as JSON has it (S2.4).
fn shown(set: &MetaSet) -> String {
    let list = |elements: &BTreeSet<String>| {
        let mut out = String::from("[");
        for (index, element) in elements.iter().enumerate() {
            out.push_str(if index == 0 { "" } else { ", " });
            write_string(&mut out, element);
        }
        out.push(']');
        out
    };
    match set {
        MetaSet::Only(elements) => list(elements),
        MetaSet::Except(elements) if elements.is_empty() => "[\"*\"]".to_owned(),
        MetaSet::Except(elements) => format!("{{\"except\": {}}}", list(elements)),
    }
}

fn compare_rule(expected: &RuleExpected, call: &CallAnswer, rules: &[RuleEntry]) -> Option<Difference> {
    let actual = call.rule.as_ref();
    let entry = actual.and_then(|place| rules.iter().find(|rule| rule.is_at(place)));
    let found = || match (actual, entry) {
        (None, _) => format!("none (basis {})", call.basis),
        (Some(_), Some(rule)) => rule.shown(),
        (Some(place), None) => format!("{}:{}:{}", place.file, place.line, place.column),
    };
    let differs = |expected: String| Some(Difference::new("rule", expected, found()));
    match expected {
        RuleExpected::None => actual.and_then(|_| differs("none".to_owned())),
        RuleExpected::Part(part) => {
            let meant: Vec<&RuleEntry> = rules.iter().filter(|rule| rule.has(part)).collect();
            match meant.as_slice() {
                [] => differs(format!(
                    "{part} (no rule of the policy has this in its description or text{})",
                    near(part, rules)
                )),
                [rule] if entry == Some(*rule) => None,
                [rule] => differs(rule.shown()),
                several => {
                    let places: Vec<String> = several.iter().map(|rule| rule.place()).collect();
                    differs(format!(
                        "{part} (which of {}? write more of one, or `tool_id` or `line` beside it)",
                        places.join(", ")
                    ))
                }
            }
        }
        RuleExpected::Like { .. } => {
            let is_meant = entry.is_some_and(|rule| is_like(rule, expected));
            if is_meant {
                return None;
            }
            let none = if rules.iter().any(|rule| is_like(rule, expected)) {
                ""
            } else {
                " (no rule of the policy is like this)"
            };
            differs(format!("{}{none}", shown_like(expected)))
        }
    }
}

/// The description that is nearest to a part that no rule has.
fn near(part: &str, rules: &[RuleEntry]) -> String {
    let descriptions = rules.iter().filter_map(|rule| rule.description.as_deref());
    nearest(part, descriptions).map_or_else(String::new, |near| format!("; near is \"{near}\""))
}

fn is_like(rule: &RuleEntry, expected: &RuleExpected) -> bool {
    let RuleExpected::Like { description, text, tool_id, file, line, column } = expected else {
        return false;
    };
    description.as_ref().is_none_or(|wanted| rule.description.as_ref() == Some(wanted))
        && text.as_ref().is_none_or(|wanted| rule.has_text(wanted))
        && tool_id.as_ref().is_none_or(|wanted| rule.tool_id == *wanted)
        && file.as_ref().is_none_or(|wanted| rule.is_in(wanted))
        && line.is_none_or(|wanted| rule.line == wanted)
        && column.is_none_or(|wanted| rule.column == wanted)
}

fn shown_like(expected: &RuleExpected) -> String {
    let RuleExpected::Like { description, text, tool_id, file, line, column } = expected else {
        return String::new();
    };
    let texts = [("description", description), ("text", text), ("tool_id", tool_id), ("file", file)];
    let numbers = [("line", line), ("column", column)];
    let texts = texts.iter().filter_map(|(key, value)| value.as_ref().map(|value| format!("{key}: {value}")));
    let numbers = numbers.iter().filter_map(|(key, value)| value.map(|value| format!("{key}: {value}")));
    texts.chain(numbers).collect::<Vec<_>>().join(", ")
}

impl RuleEntry {
    fn is_at(&self, place: &RulePlace) -> bool {
        self.file == place.file && self.line == place.line && self.column == place.column
    }

    /// Whether its file is called so, or lies in a folder under this name.
    fn is_in(&self, file: &str) -> bool {
        self.file == file || self.file.strip_suffix(file).is_some_and(|folder| folder.ends_with('/'))
    }

    fn has(&self, part: &str) -> bool {
        self.description.as_ref().is_some_and(|description| squeezed(description).contains(&squeezed(part)))
            || self.has_text(part)
    }

    fn has_text(&self, part: &str) -> bool {
        squeezed(&self.text).contains(&squeezed(part))
    }

    fn place(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }

    fn shown(&self) -> String {
        let what = self.description.as_ref().map_or_else(|| squeezed(&self.text), |text| squeezed(text));
        format!("{what} ({})", self.place())
    }
}

/// The text with each run of white space as one space.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
