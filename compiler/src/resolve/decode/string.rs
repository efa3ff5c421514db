//! String escapes, in `"…"` and `d"…"` (S1.5).

use super::{Flaw, FlawKind, Reader};

/// Decodes the text between the quotes.
pub(in crate::resolve) fn decode(raw: &str) -> (String, Vec<Flaw>) {
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return (raw.to_owned(), Vec::new());
    }
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
            Some('\\') => out.push('\\'),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('u') => match unicode(&mut reader) {
                Some(c) => out.push(c),
                None => flaws.push(Flaw { range: start..reader.at, kind: FlawKind::Unicode }),
            },
            Some(other) => {
                out.push('\\');
                out.push(other);
                flaws.push(Flaw { range: start..reader.at, kind: FlawKind::UnknownEscape(other) });
            }
            None => out.push('\\'),
        }
    }
    (out, flaws)
}

/// Reads `{…}` after `\u`; if it is malformed, up to the character that makes it so.
fn unicode(reader: &mut Reader<'_>) -> Option<char> {
    if !reader.take("{") {
        return None;
    }
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let digits = reader.rest();
    let digits = digits.get(..digits.find(|c| !is_hex(c)).unwrap_or(digits.len())).unwrap_or("");
    reader.take(digits);
    if !reader.take("}") {
        // Show the whole escape if it is closed by a brace within the same word.
        let rest = reader.rest();
        let word =
            rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '+')).unwrap_or(rest.len());
        if rest.get(word..).is_some_and(|r| r.starts_with('}')) {
            reader.at = reader.at.saturating_add(word).saturating_add(1);
        }
        return None;
    }
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(raw: &str) -> String {
        let (text, flaws) = decode(raw);
        assert_eq!(flaws, [], "{raw}");
        text
    }

    fn flaws(raw: &str) -> Vec<(usize, usize, FlawKind)> {
        decode(raw).1.into_iter().map(|f| (f.range.start, f.range.end, f.kind)).collect()
    }

    #[test]
    fn known_escapes_and_plain_text() {
        assert_eq!(decoded("a\nb é"), "a\nb é");
        assert_eq!(decoded(r#"\"\\\n\t\r\0"#), "\"\\\n\t\r\0");
        assert_eq!(decoded(r"\u{41}\u{1f600}\u{00e9}\u{10FFFF}"), "A😀é\u{10ffff}");
        assert_eq!(decoded(r"\\u{zz}"), r"\u{zz}");
    }

    #[test]
    fn malformed_unicode_escapes_are_flaws_where_they_stand() {
        assert_eq!(flaws(r"a\u{zz}b"), [(1, 7, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u12"), [(0, 2, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{}"), [(0, 4, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{D800}"), [(0, 8, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{110000}"), [(0, 10, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{0000041}"), [(0, 11, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{41 x"), [(0, 5, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{+41}"), [(0, 7, FlawKind::Unicode)]);
        assert_eq!(flaws(r"\u{4_1}"), [(0, 7, FlawKind::Unicode)]);
    }

    #[test]
    fn unknown_escapes_stay_as_they_are() {
        assert_eq!(decode(r"a\qb").0, r"a\qb");
        assert_eq!(
            flaws(r"a\qb\é"),
            [(1, 3, FlawKind::UnknownEscape('q')), (4, 7, FlawKind::UnknownEscape('é'))]
        );
    }
}
