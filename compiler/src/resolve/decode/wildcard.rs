//! Wildcard strings (S1.7): `*` and `?`, and the backslash before `*`, `?`, `\` and `"`.

use super::{Flaw, FlawKind, Reader};

/// Brings the text between the quotes into the form that patterns are read in: `\"` needs no backslash any more, and a
/// backslash that escapes nothing is doubled, so that it stands for itself.
pub(in crate::resolve) fn decode(raw: &str) -> (String, Vec<Flaw>) {
    let mut out = String::with_capacity(raw.len());
    let mut flaws = Vec::new();
    let mut reader = Reader::new(raw);
    loop {
        let start = reader.at;
        let Some(c) = reader.next() else { break };
        if c != '\\' {
            out.push(c);
            continue;
        }
        match reader.next() {
            Some('"') => out.push('"'),
            Some(c @ ('*' | '?' | '\\')) => out.extend(['\\', c]),
            Some(other) => {
                out.extend(['\\', '\\', other]);
                flaws.push(Flaw { range: start..reader.at, kind: FlawKind::UnknownEscape(other) });
            }
            None => out.push_str("\\\\"),
        }
    }
    (out, flaws)
}

/// Whether a decoded wildcard matches every string: nothing but `*`.
pub(in crate::resolve) fn is_everything(decoded: &str) -> bool {
    !decoded.is_empty() && decoded.bytes().all(|b| b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(decode(r#"a*?\*\?\\\""#), (r#"a*?\*\?\\""#.to_owned(), vec![]));
        let (text, flaws) = decode(r"a\d");
        assert_eq!(text, r"a\\d");
        assert_eq!(flaws, [Flaw { range: 1..3, kind: FlawKind::UnknownEscape('d') }]);
    }

    #[test]
    fn only_stars_match_everything() {
        assert!(is_everything("*") && is_everything("**"));
        assert!(!is_everything("") && !is_everything("?*") && !is_everything("\\*"));
    }
}
