//! Patterns that need no automaton: literal texts with runs of any characters around or between them.
//!
//! `read_.*`, `.*@corp\.com`, `.*secret.*`, `(get|set)_.*` and their wildcard forms are most of what policies have. They are
//! recognised on the parsed form, so only what means the same is taken: case-insensitive letters, for example, are
//! classes there, with all that Unicode folds to them.

use crate::pattern::Pattern;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// Texts that one pattern stands for, at most; with more, an automaton serves better.
const MOST_TEXTS: usize = 64;
/// The same for substrings and pairs, which are not found by search.
const MOST_SLOW_TEXTS: usize = 8;

/// A test of whole texts without an automaton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All texts.
    Everything,
    /// Exactly one of these.
    Exact(Vec<String>),
    /// What begins with one of these.
    Prefixes(Vec<String>),
    /// What ends with one of these.
    Suffixes(Vec<String>),
    /// What begins with the one and ends with the other of a pair, without overlap.
    Pairs(Vec<(String, String)>),
    /// What has one of these in it.
    Substrings(Vec<String>),
}

/// Whether an automaton is needed to match the pattern; else it is no more than literal texts, and always fits.
pub fn needs_automaton(pattern: &Pattern) -> bool {
    recognise(pattern.whole()).is_none()
}

/// The tests that together mean the same as a pattern between start and end of text, if there are such.
pub(crate) fn recognise(whole: &Hir) -> Option<Vec<Shape>> {
    let parts = without_ends(whole);
    match parts {
        [only] => match only.kind() {
            HirKind::Alternation(branches) => {
                branches.iter().map(|branch| shape(without_ends(branch))).collect()
            }
            _ => shape(parts).map(|shape| vec![shape]),
        },
        _ => shape(parts).map(|shape| vec![shape]),
    }
}

/// The parts of a sequence without start and end of text at its ends.
fn without_ends(hir: &Hir) -> &[Hir] {
    let mut parts = match hir.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        HirKind::Empty => return &[],
        _ => std::slice::from_ref(hir),
    };
    while let [first, rest @ ..] = parts
        && is_look(first, Look::Start)
    {
        parts = rest;
    }
    while let [rest @ .., last] = parts
        && is_look(last, Look::End)
    {
        parts = rest;
    }
    parts
}

fn shape(parts: &[Hir]) -> Option<Shape> {
    if let [run] = parts
        && is_run(run)
    {
        return Some(Shape::Everything);
    }
    let (rest, leading) = match parts {
        [run, rest @ ..] if is_run(run) => (rest, true),
        _ => (parts, false),
    };
    let (middle, trailing) = match rest {
        [middle @ .., run] if is_run(run) => (middle, true),
        _ => (rest, false),
    };
    if let Some(at) = middle.iter().position(is_run) {
        let (prefix, suffix) = (middle.get(..at)?, middle.get(at + 1..)?);
        return if leading || trailing { None } else { pairs(&texts(prefix)?, &texts(suffix)?) };
    }
    let texts = texts(middle)?;
    if (leading || trailing) && texts.iter().any(String::is_empty) {
        return Some(Shape::Everything);
    }
    match (leading, trailing) {
        (false, false) => Some(Shape::Exact(texts)),
        (false, true) => Some(Shape::Prefixes(texts)),
        (true, false) => Some(Shape::Suffixes(texts)),
        (true, true) => (texts.len() <= MOST_SLOW_TEXTS).then_some(Shape::Substrings(texts)),
    }
}

fn pairs(prefixes: &[String], suffixes: &[String]) -> Option<Shape> {
    let fits = prefixes.len().saturating_mul(suffixes.len()) <= MOST_SLOW_TEXTS;
    let empty = prefixes.iter().chain(suffixes).any(String::is_empty);
    let with_prefix = |prefix: &String| {
        let prefix = prefix.clone();
        suffixes.iter().map(move |suffix| (prefix.clone(), suffix.clone()))
    };
    (fits && !empty).then(|| Shape::Pairs(prefixes.iter().flat_map(with_prefix).collect()))
}

/// The texts that a sequence matches, if they are few and nothing else matters.
fn texts(parts: &[Hir]) -> Option<Vec<String>> {
    let sequence = Hir::concat(parts.to_vec());
    if !sequence.properties().look_set().is_empty() {
        return None;
    }
    if let HirKind::Literal(literal) = sequence.kind() {
        return Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]);
    }
    let found = Extractor::new().limit_total(MOST_TEXTS).extract(&sequence);
    let texts = found.literals().filter(|_| found.is_exact())?;
    texts.iter().map(|text| String::from_utf8(text.as_bytes().to_vec()).ok()).collect()
}

fn is_look(part: &Hir, look: Look) -> bool {
    matches!(part.kind(), HirKind::Look(found) if *found == look)
}

/// Whether it is any run of any characters.
fn is_run(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Repetition(Repetition { min: 0, max: None, sub, .. }) => is_any_character(sub),
        HirKind::Capture(capture) => is_run(&capture.sub),
        _ => false,
    }
}

fn is_any_character(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(Class::Unicode(class)) => match class.ranges() {
            [range] => range.start() == '\0' && range.end() == char::MAX,
            _ => false,
        },
        HirKind::Capture(capture) => is_any_character(&capture.sub),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, recognise};
    use crate::automata::tests::parse;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn recognises_what_means_the_same_and_nothing_else() {
        let exact = |texts: &[&str]| Some(vec![Shape::Exact(owned(texts))]);
        let prefixes = |texts: &[&str]| Some(vec![Shape::Prefixes(owned(texts))]);
        let suffixes = |texts: &[&str]| Some(vec![Shape::Suffixes(owned(texts))]);
        let substrings = |texts: &[&str]| Some(vec![Shape::Substrings(owned(texts))]);
        let everything = Some(vec![Shape::Everything]);
        for (text, expected) in [
            ("abc", exact(&["abc"])),
            ("", exact(&[""])),
            ("^abc$", exact(&["abc"])),
            (r"a\.b", exact(&["a.b"])),
            ("colou?r", exact(&["colour", "color"])),
            ("[ab]c", exact(&["ac", "bc"])),
            ("[a&&b]", exact(&[])),
            ("(?i)k", exact(&["K", "k", "\u{212a}"])),
            (".*", everything.clone()),
            ("(?s).*", everything.clone()),
            ("(.*)", everything.clone()),
            (".*(?:)", everything.clone()),
            ("a?.*", everything.clone()),
            ("^read_.*", prefixes(&["read_"])),
            ("read_.*?$", prefixes(&["read_"])),
            ("^(read|get)_.*", prefixes(&["read_", "get_"])),
            (r".*@corp\.com$", suffixes(&["@corp.com"])),
            (r".*\.(com|org)", suffixes(&[".com", ".org"])),
            ("a.*b", Some(vec![Shape::Pairs(vec![("a".into(), "b".into())])])),
            ("(a.*b)", None),
            (".*secret.*", substrings(&["secret"])),
            ("é.*", prefixes(&["é"])),
            (
                "a|bc|d.*",
                Some(vec![
                    Shape::Exact(owned(&["a"])),
                    Shape::Exact(owned(&["bc"])),
                    Shape::Prefixes(owned(&["d"])),
                ]),
            ),
            ("a|b*", None),
            // Too many: the long s is folded too.
            ("(?i)secret.*", None),
            ("(?i).*abcd.*", None),
            ("(?-s)read.*", None),
            ("(?m)^read.*$", None),
            (r"read\b.*", None),
            ("read.+", None),
            ("a.*b.*", None),
            (".*a.*b", None),
            (r"[^\n]*", None),
            ("a+", None),
            ("[a-z]{3}", None),
        ] {
            assert_eq!(recognise(parse(text).whole()), expected, "{text}");
        }
    }
}
