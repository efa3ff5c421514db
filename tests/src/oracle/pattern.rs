//! Regexes and wildcards, which match a whole string or not (S4.3, S4.5).
//!
//! A pattern is a function from a set of places in a string to the set of places where a match that begins at one of
//! them can end. That is the textbook meaning of a regular expression, and all that whole-string matching needs. The
//! syntax of regexes is that of `regex-syntax`; its automata are not used.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use std::collections::BTreeSet;

/// A pattern.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// `r"…"`
    Regex {
        /// What it matches.
        hir: Hir,
        /// Whether it begins with a flag setting that names `s` (S4.5).
        own_line_ends: bool,
    },
    /// `w"…"`
    Wildcard(Vec<Piece>),
}

/// A piece of a wildcard (S1.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// `*`
    AnyRun,
    /// `?`
    AnyOne,
    /// Itself.
    One(char),
}

type Places = BTreeSet<usize>;

impl Pattern {
    /// Reads the decoded text of a regex. `.` crosses line ends unless the pattern says otherwise (S4.5).
    pub(super) fn regex(text: &str) -> Result<Pattern, String> {
        let mut parser = ParserBuilder::new().dot_matches_new_line(true).build();
        let hir = parser.parse(text).map_err(|error| error.to_string())?;
        Ok(Pattern::Regex { hir, own_line_ends: begins_with_s_flag(text) })
    }

    /// Reads the text of a wildcard as it is written (S1.7).
    pub(super) fn wildcard(raw: &str) -> Pattern {
        let mut pieces = Vec::new();
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            match c {
                '*' => pieces.push(Piece::AnyRun),
                '?' => pieces.push(Piece::AnyOne),
                '\\' => match chars.next() {
                    Some(escaped @ ('*' | '?' | '\\' | '"')) => pieces.push(Piece::One(escaped)),
                    Some(other) => pieces.extend([Piece::One('\\'), Piece::One(other)]),
                    None => pieces.push(Piece::One('\\')),
                },
                _ => pieces.push(Piece::One(c)),
            }
        }
        Pattern::Wildcard(pieces)
    }

    /// Whether the whole of `text` matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        let start = Places::from([0]);
        let ends = match self {
            Pattern::Regex { hir, .. } => ends_of(hir, text, start),
            Pattern::Wildcard(pieces) => pieces.iter().fold(start, |places, piece| match piece {
                Piece::AnyRun => places
                    .first()
                    .map_or(Places::new(), |&first| boundaries(text).range(first..).copied().collect()),
                Piece::AnyOne => step(text, &places, |_| true),
                Piece::One(c) => step(text, &places, |next| next == *c),
            }),
        };
        ends.contains(&text.len())
    }

    /// Whether line ends in a value are to be taken as they match, in every reading (S4.5).
    pub(super) fn takes_line_ends_at_its_word(&self) -> bool {
        matches!(self, Pattern::Regex { own_line_ends: true, .. })
    }
}

/// Whether a value has a line end in it (S4.5).
pub(super) fn has_line_end(text: &str) -> bool {
    text.contains(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// `(?s)`, `(?-s)`, `(?is)` and the like at the beginning; not `(?s:…)`.
fn begins_with_s_flag(text: &str) -> bool {
    let Some((flags, _)) = text.strip_prefix("(?").and_then(|rest| rest.split_once(')')) else {
        return false;
    };
    flags.contains('s') && flags.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
}

fn boundaries(text: &str) -> Places {
    text.char_indices().map(|(place, _)| place).chain([text.len()]).collect()
}

/// The places after one character that `accepts`.
fn step(text: &str, places: &Places, accepts: impl Fn(char) -> bool) -> Places {
    let next = |&place: &usize| text[place..].chars().next().map(|c| (place, c));
    places
        .iter()
        .filter_map(next)
        .filter(|&(_, c)| accepts(c))
        .map(|(place, c)| place + c.len_utf8())
        .collect()
}

/// Where a match of `hir` that begins at one of `places` can end.
fn ends_of(hir: &Hir, text: &str, places: Places) -> Places {
    match hir.kind() {
        HirKind::Empty => places,
        HirKind::Literal(literal) => {
            let matches = |&&place: &&usize| text.as_bytes()[place..].starts_with(&literal.0);
            places.iter().filter(matches).map(|place| place + literal.0.len()).collect()
        }
        HirKind::Class(Class::Unicode(class)) => {
            step(text, &places, |c| class.iter().any(|range| range.start() <= c && c <= range.end()))
        }
        HirKind::Class(Class::Bytes(class)) => step(text, &places, |c| {
            class
                .iter()
                .any(|range| (u32::from(range.start())..=u32::from(range.end())).contains(&u32::from(c)))
        }),
        HirKind::Look(look) => places.into_iter().filter(|&place| holds(*look, text, place)).collect(),
        HirKind::Capture(capture) => ends_of(&capture.sub, text, places),
        HirKind::Concat(parts) => parts.iter().fold(places, |places, part| ends_of(part, text, places)),
        HirKind::Alternation(parts) => {
            parts.iter().flat_map(|part| ends_of(part, text, places.clone())).collect()
        }
        HirKind::Repetition(repetition) => {
            let mut places = places;
            for _ in 0..repetition.min {
                places = ends_of(&repetition.sub, text, places);
            }
            let mut all = places.clone();
            for _ in repetition.min..repetition.max.unwrap_or(u32::MAX) {
                places = ends_of(&repetition.sub, text, places).difference(&all).copied().collect();
                if places.is_empty() {
                    break;
                }
                all.extend(&places);
            }
            all
        }
    }
}

/// Whether an assertion holds at a place.
fn holds(look: Look, text: &str, place: usize) -> bool {
    let (before, after) = (text[..place].chars().next_back(), text[place..].chars().next());
    let unicode = |c: Option<char>| c.is_some_and(regex_syntax::is_word_character);
    let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let (word_before, word_after) = (unicode(before), unicode(after));
    let (ascii_before, ascii_after) = (ascii(before), ascii(after));
    match look {
        Look::Start => before.is_none(),
        Look::End => after.is_none(),
        Look::StartLF => before.is_none_or(|c| c == '\n'),
        Look::EndLF => after.is_none_or(|c| c == '\n'),
        Look::StartCRLF => before.is_none_or(|c| c == '\n') || (before == Some('\r') && after != Some('\n')),
        Look::EndCRLF => after.is_none_or(|c| c == '\r') || (after == Some('\n') && before != Some('\r')),
        Look::WordUnicode => word_before != word_after,
        Look::WordUnicodeNegate => word_before == word_after,
        Look::WordStartUnicode => !word_before && word_after,
        Look::WordEndUnicode => word_before && !word_after,
        Look::WordStartHalfUnicode => !word_before,
        Look::WordEndHalfUnicode => !word_after,
        Look::WordAscii => ascii_before != ascii_after,
        Look::WordAsciiNegate => ascii_before == ascii_after,
        Look::WordStartAscii => !ascii_before && ascii_after,
        Look::WordEndAscii => ascii_before && !ascii_after,
        Look::WordStartHalfAscii => !ascii_before,
        Look::WordEndHalfAscii => !ascii_after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regexes_match_whole_strings() {
        for (regex, text, expected) in [
            ("a|ab", "ab", true),
            ("(a|ab)(c|bcd)", "abcd", true),
            (".*", "a\nb", true),
            ("(?-s).*", "a\nb", false),
            ("(?x)a #c", "a", true),
            ("(a*)*b", "aaab", true),
            ("a{2,3}", "aaaa", false),
            ("(?m)^a$\n^b$", "a\nb", true),
            (r"\bé\b", "é", true),
            (r"(?i)ß", "ẞ", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Pattern::regex(regex).unwrap().matches(text), expected, "{regex} on {text}");
        }
    }

    #[test]
    fn wildcards_match_whole_strings() {
        for (wildcard, text, expected) in [
            ("*", "", true),
            ("a*b", "a\nb", true),
            ("?", "é", true),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (r"a\b", r"a\b", true),
        ] {
            assert_eq!(Pattern::wildcard(wildcard).matches(text), expected, "{wildcard} on {text}");
        }
    }

    #[test]
    fn only_a_leading_flag_setting_that_names_s_is_taken_at_its_word() {
        for (regex, expected) in [
            ("(?s)a", true),
            ("(?-s)a", true),
            ("(?is)a", true),
            ("(?s:a)", false),
            ("(?i)(?s)a", false),
            ("(?P<s>a)", false),
        ] {
            assert_eq!(Pattern::regex(regex).unwrap().takes_line_ends_at_its_word(), expected, "{regex}");
        }
    }
}
