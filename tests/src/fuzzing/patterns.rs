//! Regexes against `regex-automata` on the same parsed pattern: which are patterns, and what they match, in every form and
//! place that a policy has for them (S4.3, S4.5, S5.3).

use super::regexes::{Reference, pattern, regex_literal, subjects};
use super::variants::Variants;
use crate::generate::Random;
use regex_automata::nfa::thompson;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use sqrt_vm::pattern::{MAX_CLASSES, MAX_NESTING, MAX_TEXT, Pattern, PatternSyntax, class_count};

/// The largest automaton of a pattern that may be refused as too large, in bytes: a fifth of what the limit stands for.
const LARGE: usize = 2 << 20;

/// The first byte tells whether the rest is choices, or the text of a pattern and, each after a zero, texts to match.
pub(super) fn run(bytes: &[u8]) {
    let mut random = Random::of_bytes(bytes.get(1..).unwrap_or_default());
    let (texts, mut others) = match bytes.split_first() {
        Some((kind, rest)) if kind % 4 == 0 => {
            let text = String::from_utf8_lossy(rest);
            let mut parts = text.split('\0').map(str::to_owned);
            (parts.next().into_iter().collect(), parts.take(8).collect())
        }
        _ => ((0..1 + random.below(4)).map(|_| pattern(&mut random)).collect::<Vec<_>>(), Vec::new()),
    };
    let references: Vec<_> = texts.iter().filter_map(|text| validity(text)).collect();
    let literals: Option<Vec<_>> = texts.iter().map(|text| regex_literal(text)).collect();
    let Some(literals) = literals else { return };
    let policy = Variants::new(&policy(&literals));
    if references.len() < texts.len() {
        assert!(policy.is_err(), "{texts:?} are taken");
        return;
    }
    let mut policy = policy.unwrap_or_else(|error| panic!("{texts:?}: {error}"));
    for reference in &references {
        others.extend(subjects(reference, &mut random));
    }
    others.iter().for_each(|subject| compare(&mut policy, &references, subject));
}

/// The second answer about a pattern; none for what both refuse, or what is over a limit of ours.
fn validity(text: &str) -> Option<Reference> {
    let parse = |levels| {
        let mut parser = ParserBuilder::new().dot_matches_new_line(true).nest_limit(levels).build();
        parser.parse(text).map_err(|error| error.to_string())
    };
    match (Pattern::parse(PatternSyntax::Regex, text), parse(250)) {
        (Ok(_), theirs) => {
            assert!(theirs.is_ok(), "{text:?} is no pattern: {}", theirs.unwrap_err());
            Some(Reference::new(text).unwrap_or_else(|error| panic!("{text:?}: {error}")))
        }
        (Err(error), theirs) => {
            assert!(text.get(error.span()).is_some(), "{text:?}: {error} at {:?}", error.span());
            if let Ok(hir) = theirs {
                let classes = class_count(PatternSyntax::Regex, text) > MAX_CLASSES;
                let limit = text.len() > MAX_TEXT || classes || parse(MAX_NESTING).is_err() || is_large(&hir);
                assert!(limit, "{text:?} is refused: {error}");
            }
            None
        }
    }
}

fn is_large(hir: &Hir) -> bool {
    let config = thompson::Config::new().nfa_size_limit(Some(LARGE));
    thompson::Compiler::new().configure(config).build_from_hir(hir).is_err()
}

/// A policy that asks in every way about its argument `x`.
fn policy(literals: &[String]) -> String {
    let mut text = String::new();
    for (number, literal) in literals.iter().enumerate() {
        text += &format!("tool \"one{number}\" {{ must deny when x.value in {{{literal}}}; }}\n");
        text += &format!("tool \"surely{number}\" {{ must deny when not x.value in {{{literal}}}; }}\n");
    }
    let (set, first) = (literals.join(", "), &literals[0]);
    text += &format!("tool \"some\" {{ must deny when x.value in {{\"exact\", {set}}}; }}\n");
    text += &format!("tool \"none\" {{ must deny when not x.value in {{{set}}}; }}\n");
    text += &format!("tool \"but\" {{ must deny when x.value in {{\"*\"}} - {{{set}}}; }}\n");
    text +=
        &format!("tool \"sized\" {{ must deny when x.value in {{str matching {first} length 0..3}}; }}\n");
    text += &format!("tool \"tags\" {{ must deny when x.tags overlaps {{{set}}}; }}\n");
    text += &format!("tool \"all_tags\" {{ must deny when not x.tags subset of {{{set}}}; }}\n");
    text
}

fn compare(policy: &mut Variants, references: &[Reference], subject: &str) {
    let mut expect = |tool: &str, expected: bool| {
        assert_eq!(policy.denies(tool, subject, &[subject]), expected, "{tool} on {subject:?}");
    };
    for (number, reference) in references.iter().enumerate() {
        expect(&format!("one{number}"), reference.matches(subject));
        expect(&format!("surely{number}"), !reference.surely_matches(subject));
    }
    let some = references.iter().any(|reference| reference.matches(subject));
    let surely = references.iter().any(|reference| reference.surely_matches(subject));
    expect("some", some || subject == "exact");
    expect("none", !surely);
    expect("but", !surely);
    expect("sized", references[0].matches(subject) && subject.chars().count() <= 3);
    // The tag `*` is every tag (S2.3).
    if subject != "*" {
        expect("tags", some);
        expect("all_tags", !some);
    }
}
