//! Literal text that every name has which a pattern matches: the way to a pattern that needs an automaton.

use crate::pattern::Pattern;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind};

/// The longest text that is of use at an end.
const LONGEST: usize = 48;
/// The most texts for one end, and the most pairs.
const MOST: usize = 64;
/// A class of more characters is no text: its characters tell little, and there are many of them.
const MOST_CHARACTERS: usize = 4;

/// What a name has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guards {
    /// One of these beginnings and ends. None at all if the pattern matches nothing.
    pub(super) pairs: Vec<(String, String)>,
    /// This text, somewhere.
    pub(super) inner: Option<String>,
}

impl Guards {
    /// The texts of a pattern.
    pub(super) fn of(pattern: &Pattern) -> Guards {
        let prefixes = extract(pattern.whole(), ExtractKind::Prefix);
        let suffixes = extract(pattern.whole(), ExtractKind::Suffix);
        let shortest = |texts: &[String]| texts.iter().map(String::len).min().unwrap_or(0);
        let all = || vec![String::new()];
        let (prefixes, suffixes) = match prefixes.len().saturating_mul(suffixes.len()) {
            0..=MOST => (prefixes, suffixes),
            _ if shortest(&prefixes) >= shortest(&suffixes) => (prefixes, all()),
            _ => (all(), suffixes),
        };
        let with_prefix = |prefix: &String| {
            let prefix = prefix.clone();
            suffixes.iter().map(move |suffix| (prefix.clone(), suffix.clone()))
        };
        Guards { pairs: prefixes.iter().flat_map(with_prefix).collect(), inner: inner(pattern.whole()) }
    }
}

/// What all matches begin or end with: one of these, no two equal.
fn extract(hir: &Hir, kind: ExtractKind) -> Vec<String> {
    let end = kind.is_suffix();
    let mut found = Extractor::new().kind(kind).limit_class(MOST_CHARACTERS).limit_total(MOST).extract(hir);
    if end {
        found.keep_last_bytes(LONGEST);
    } else {
        found.keep_first_bytes(LONGEST);
    }
    let Some(literals) = found.literals() else { return vec![String::new()] };
    let text = |bytes: &[u8]| {
        let whole = if end { from_first_character(bytes) } else { to_last_character(bytes) };
        whole.to_owned()
    };
    let mut texts: Vec<String> = literals.iter().map(|literal| text(literal.as_bytes())).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// The characters that are whole, from the first on.
fn to_last_character(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

/// The characters that are whole, up to the last.
fn from_first_character(bytes: &[u8]) -> &str {
    match bytes.utf8_chunks().last() {
        Some(chunk) if chunk.invalid().is_empty() => chunk.valid(),
        _ => "",
    }
}

/// The longest text that is a part of the sequence that a pattern is.
fn inner(whole: &Hir) -> Option<String> {
    let mut open = vec![whole];
    let mut longest: Option<&str> = None;
    while let Some(part) = open.pop() {
        match part.kind() {
            HirKind::Concat(parts) => open.extend(parts.iter().rev()),
            HirKind::Capture(capture) => open.push(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => open.push(&repetition.sub),
            HirKind::Literal(literal) => {
                let text = to_last_character(&literal.0);
                if text.len() > longest.map_or(0, str::len) {
                    longest = Some(text);
                }
            }
            _ => {}
        }
    }
    longest.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::Guards;
    use crate::pattern::{Pattern, PatternSyntax};

    #[test]
    fn finds_what_all_matches_have() {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
        };
        for (text, expected, inner) in [
            ("mcp__[a-z]+_t17", pairs(&[("mcp__", "_t17")]), Some("mcp__")),
            ("(read|get)_[a-z]+", pairs(&[("get_", ""), ("read_", "")]), Some("_")),
            ("a.*_inner_.*b", pairs(&[("a", "b")]), Some("_inner_")),
            ("[a-z]+(_w1_)[0-9]+", pairs(&[("", "")]), Some("_w1_")),
            (".*(abc){2,}.*", pairs(&[("", "")]), Some("abc")),
            (".*(abc)?.*", pairs(&[("", "")]), None),
            ("é+", pairs(&[("é", "é")]), Some("é")),
            ("[é-ë].*", pairs(&[("é", ""), ("ê", ""), ("ë", "")]), None),
            (r"\w+", pairs(&[("", "")]), None),
            ("[a&&b]", vec![], None),
            (r"(?:x|[a&&b])\d", pairs(&[("x", "")]), None),
        ] {
            let pattern = Pattern::parse(PatternSyntax::Regex, text).unwrap();
            let expected = Guards { pairs: expected, inner: inner.map(str::to_owned) };
            assert_eq!(Guards::of(&pattern), expected, "{text}");
        }
    }
}
