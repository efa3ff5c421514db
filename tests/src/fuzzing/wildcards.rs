//! Wildcards against a regex that says the same, and against a table of which part matches which part (S1.7, S4.5).

use super::regexes::{changed, has_line_end, may_stand_in_policies};
use super::variants::Variants;
use crate::generate::Random;
use regex_automata::meta::Regex;
use regex_syntax::escape;

/// A part of a wildcard.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Run,
    Any,
    One(char),
}

/// As they stand between the quotes.
const WRITTEN: &[&str] = &[
    "*", "*", "*", "?", "a", "a", "b", "ab", "é", "😀", ".", "@", "[", "(a|b)", "+", r"\*", r"\?", r"\\",
    "\\\"", r"\d", r"\n", "\n", "^", "$", "**", "*?",
];

/// What the wildcards do not say.
const FILLING: &[&str] =
    &["", "a", "a", "b", "aaaaaaaaaaaaaaaa", "ab", "é", "\n", "\u{2028}", "*", "?", "\\", "\"", "d", "😀"];

/// The first byte tells whether the rest is choices or the text of a wildcard.
pub(super) fn run(bytes: &[u8]) {
    let mut random = Random::of_bytes(bytes.get(1..).unwrap_or_default());
    let written: Vec<String> = match bytes.split_first() {
        Some((kind, rest)) if kind % 4 == 0 => vec![between_quotes(&String::from_utf8_lossy(rest))],
        Some((kind, _)) if kind % 4 == 1 => {
            vec!["*a".repeat(2 + random.below(40)) + random.pick(&["b", "*b", "", "*"])]
        }
        _ => (0..1 + random.below(3)).map(|_| wildcard(&mut random)).collect(),
    };
    if !written.iter().all(|text| may_stand_in_policies(text)) {
        return;
    }
    let parts: Vec<Vec<Part>> = written.iter().map(|text| parts(text)).collect();
    let regexes: Vec<Regex> = parts.iter().map(|parts| regex(parts)).collect();
    let mut policy = Variants::new(&policy(&written)).unwrap_or_else(|error| panic!("{written:?}: {error}"));
    for number in 0..written.len() * 4 {
        let member = member(&parts[number % parts.len()], &mut random);
        let subject = if number % 2 == 0 { member } else { changed(&member, &mut random) };
        let matches: Vec<bool> = parts.iter().map(|parts| matches(parts, &subject)).collect();
        let others: Vec<bool> = regexes.iter().map(|regex| regex.is_match(&subject)).collect();
        assert_eq!(matches, others, "{written:?} on {subject:?}");
        compare(&mut policy, &matches, &subject);
    }
}

fn wildcard(random: &mut Random) -> String {
    (0..random.below(9)).map(|_| random.pick(WRITTEN)).collect()
}

/// Any text made one that can stand between quotes: a quote is escaped, and so is a backslash at the end.
fn between_quotes(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.extend(['\\', characters.next().unwrap_or('\\')]),
            other => out.push(other),
        }
    }
    out
}

fn parts(written: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut characters = written.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => parts.push(Part::Run),
            '?' => parts.push(Part::Any),
            '\\' => match characters.next() {
                Some(other @ ('*' | '?' | '\\' | '"')) => parts.push(Part::One(other)),
                other => parts.extend(other.into_iter().fold(vec![Part::One('\\')], |mut parts, other| {
                    parts.push(Part::One(other));
                    parts
                })),
            },
            other => parts.push(Part::One(other)),
        }
    }
    parts
}

fn regex(parts: &[Part]) -> Regex {
    let part = |part: &Part| match part {
        Part::Run => "(?s:.)*".to_owned(),
        Part::Any => "(?s:.)".to_owned(),
        Part::One(character) => escape(&character.to_string()),
    };
    let text = format!(r"\A{}\z", parts.iter().map(part).collect::<String>());
    Regex::new(&text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Whether the whole text matches: for each part, after how many characters of the text it can end.
fn matches(parts: &[Part], text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let mut ends = vec![false; characters.len() + 1];
    ends[0] = true;
    for part in parts {
        let mut next = vec![false; ends.len()];
        for at in 0..ends.len() {
            next[at] = match part {
                Part::Run => ends[at] || at > 0 && next[at - 1],
                Part::Any => at > 0 && ends[at - 1],
                Part::One(character) => at > 0 && ends[at - 1] && characters[at - 1] == *character,
            };
        }
        ends = next;
    }
    ends[characters.len()]
}

fn member(parts: &[Part], random: &mut Random) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Run => text.push_str(random.pick(FILLING)),
            Part::Any => text.push(random.pick(FILLING).chars().next().unwrap_or('x')),
            Part::One(character) => text.push(*character),
        }
    }
    text
}

/// A policy that asks in every way about its argument `x`.
fn policy(written: &[String]) -> String {
    let mut text = String::new();
    for (number, wildcard) in written.iter().enumerate() {
        text += &format!("tool \"one{number}\" {{ must deny when x.value in {{w\"{wildcard}\"}}; }}\n");
    }
    let set = written.iter().map(|wildcard| format!("w\"{wildcard}\"")).collect::<Vec<_>>().join(", ");
    text += &format!("tool \"none\" {{ must deny when not x.value in {{{set}}}; }}\n");
    text += &format!("tool \"but\" {{ must deny when x.value in {{\"*\"}} - {{{set}}}; }}\n");
    text += &format!(
        "tool \"sized\" {{ must deny when x.value in {{str like w\"{}\" length 2..}}; }}\n",
        written[0]
    );
    text += &format!("tool \"tags\" {{ must deny when x.tags overlaps {{{set}}}; }}\n");
    text
}

fn compare(policy: &mut Variants, matches: &[bool], subject: &str) {
    let mut expect = |tool: &str, expected: bool| {
        assert_eq!(policy.denies(tool, subject, &[subject]), expected, "{tool} on {subject:?}");
    };
    for (number, matches) in matches.iter().enumerate() {
        expect(&format!("one{number}"), *matches);
    }
    let some = matches.contains(&true);
    expect("none", !some || has_line_end(subject));
    expect("but", !some || has_line_end(subject));
    expect("sized", matches[0] && subject.chars().count() >= 2);
    // The tag `*` is every tag (S2.3).
    if subject != "*" {
        expect("tags", some);
    }
}
