//! Literal text that every match of a pattern begins or ends with: a cheap way to skip patterns.

use crate::pattern::Pattern;
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

/// The longest text that is of use.
const LONGEST: usize = 24;
/// The most texts for one pattern.
const MOST: usize = 64;

/// Literal text at an end of all matches of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literals {
    /// Every match begins with one of these texts; none is empty.
    Prefixes(Vec<Vec<u8>>),
    /// Every match ends with one of these texts; none is empty.
    Suffixes(Vec<Vec<u8>>),
    /// There is no such text, or there are too many.
    None,
}

impl Literals {
    /// The texts of a pattern, from the end where they are longer.
    pub fn of(pattern: &Pattern) -> Literals {
        let prefixes = extract(pattern.whole(), ExtractKind::Prefix);
        let suffixes = extract(pattern.whole(), ExtractKind::Suffix);
        let shortest = |texts: &Option<Vec<Vec<u8>>>| {
            texts.as_ref().map_or(0, |texts| texts.iter().map(Vec::len).min().unwrap_or(usize::MAX))
        };
        match (shortest(&prefixes), shortest(&suffixes)) {
            (0, 0) => Literals::None,
            (prefix, suffix) if prefix >= suffix => prefixes.map_or(Literals::None, Literals::Prefixes),
            _ => suffixes.map_or(Literals::None, Literals::Suffixes),
        }
    }
}

fn extract(hir: &Hir, kind: ExtractKind) -> Option<Vec<Vec<u8>>> {
    let end = kind.is_suffix();
    let mut texts = Extractor::new().kind(kind).limit_total(MOST).extract(hir);
    if end {
        texts.keep_last_bytes(LONGEST)
    } else {
        texts.keep_first_bytes(LONGEST)
    }
    texts.sort();
    texts.dedup();
    Some(texts.literals()?.iter().map(|text| text.as_bytes().to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::Literals;
    use crate::pattern::{Pattern, PatternSyntax};

    #[test]
    fn finds_the_longer_end() {
        let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        for (text, expected) in [
            ("^read_.*", Literals::Prefixes(texts(&["read_"]))),
            ("^(read|get)_.*", Literals::Prefixes(texts(&["get_", "read_"]))),
            (".*_file$", Literals::Suffixes(texts(&["_file"]))),
            ("a.*_file", Literals::Suffixes(texts(&["_file"]))),
            ("(?i)ab.*", Literals::Prefixes(texts(&["AB", "Ab", "aB", "ab"]))),
            (".*_w_.*", Literals::None),
            ("(?s).*", Literals::None),
            ("a?.*", Literals::None),
            ("[a&&b]", Literals::Prefixes(vec![])),
        ] {
            let pattern = Pattern::parse(PatternSyntax::Regex, text).unwrap();
            assert_eq!(Literals::of(&pattern), expected, "{text}");
        }
    }
}
