//! Regex strings (S1.6), and the way back from an offset in the pattern to the place in the literal.

use super::{Flaw, FlawKind, Reader};
use std::ops::Range;

/// A decoded regex.
#[derive(Debug)]
pub(in crate::resolve) struct Regex {
    /// The pattern.
    pub(in crate::resolve) pattern: String,
    /// What its author should know.
    pub(in crate::resolve) flaws: Vec<Flaw>,
    /// Where pattern and raw text get out of step: `(offset in the pattern, offset in the raw text)`, ascending.
    steps: Vec<(usize, usize)>,
}

impl Regex {
    /// The raw text that a part of the pattern was written as.
    pub(in crate::resolve) fn raw_range(&self, part: Range<usize>) -> Range<usize> {
        let start = self.raw_offset(part.start);
        start..self.raw_offset(part.end).max(start)
    }

    fn raw_offset(&self, offset: usize) -> usize {
        let after = self.steps.partition_point(|&(pattern, _)| pattern <= offset);
        let step = after.checked_sub(1).and_then(|at| self.steps.get(at));
        let (pattern, raw) = step.copied().unwrap_or((0, 0));
        offset.saturating_sub(pattern).saturating_add(raw)
    }

    /// Appends what `raw..reader.at` of the raw text stands for.
    fn push(&mut self, text: &str, raw: usize, raw_end: usize) {
        self.steps.push((self.pattern.len(), raw));
        self.pattern.push_str(text);
        self.steps.push((self.pattern.len(), raw_end));
    }
}

/// Decodes the text between the quotes.
pub(in crate::resolve) fn decode(raw: &str) -> Regex {
    let mut out = Regex { pattern: String::with_capacity(raw.len()), flaws: Vec::new(), steps: Vec::new() };
    let mut reader = Reader::new(raw);
    loop {
        let start = reader.at;
        if reader.take(r"\\\\") {
            out.push(r"\\", start, reader.at);
        } else if reader.take(r"\\") {
            let kind = match reader.rest().chars().next() {
                // Before nothing at all it is what it is in any regex: the escape of a literal backslash.
                None => {
                    out.push(r"\\", start, reader.at);
                    continue;
                }
                Some(next) if next.is_alphanumeric() => FlawKind::Ambiguous(next),
                Some(_) => FlawKind::Doubled,
            };
            out.flaws.push(Flaw { range: start..reader.at, kind });
            out.push(r"\", start, reader.at);
        } else if reader.take("\\\"") {
            out.push("\"", start, reader.at);
        } else if reader.take(r"\") {
            // The escape stays as it is, whatever it escapes; what follows is not the first half of another one.
            out.pattern.push('\\');
            out.pattern.extend(reader.next());
        } else if let Some(c) = reader.next() {
            out.pattern.push(c);
        } else {
            return out;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> (String, Vec<FlawKind>) {
        let regex = decode(raw);
        (regex.pattern, regex.flaws.into_iter().map(|f| f.kind).collect())
    }

    #[test]
    fn backslashes_are_read_from_the_left() {
        use FlawKind::{Ambiguous, Doubled};
        for (raw, pattern, flaws) in [
            (r"a\.b", r"a\.b", vec![]),
            (r"a\\.b", r"a\.b", vec![Doubled]),
            (r"\\\\", r"\\", vec![]),
            (r"\\\\d", r"\\d", vec![]),
            (r"\\\\.", r"\\.", vec![]),
            (r"\\\\\.", r"\\\.", vec![]),
            (r"\\\\\\.", r"\\\.", vec![Doubled]),
            (r"\\\\\\\\", r"\\\\", vec![]),
            (r"\\\d", r"\\d", vec![Doubled]),
            (r"C:\\temp", r"C:\temp", vec![Ambiguous('t')]),
            (r"\\1", r"\1", vec![Ambiguous('1')]),
            (r"\\é", r"\é", vec![Ambiguous('é')]),
            (r"\\_", r"\_", vec![Doubled]),
            (r#"a\"b"#, r#"a"b"#, vec![]),
            (r#"\\\"b"#, r#"\"b"#, vec![Doubled]),
            (r"C:\\", r"C:\\", vec![]),
            (r"\d\w+", r"\d\w+", vec![]),
        ] {
            assert_eq!(read(raw), (pattern.to_owned(), flaws), "{raw}");
        }
    }

    #[test]
    fn offsets_lead_back_to_the_literal() {
        let raw = r#"é\"\\.(x\\\\[y"#;
        let regex = decode(raw);
        assert_eq!(regex.pattern, r#"é"\.(x\\[y"#);
        let place = |text: &str| {
            let at = regex.pattern.find(text).unwrap();
            raw.get(regex.raw_range(at..at + text.len())).unwrap().to_owned()
        };
        assert_eq!(place("é"), "é");
        assert_eq!(place("\""), "\\\"");
        assert_eq!(place(r"\."), r"\\.");
        assert_eq!(place("(x"), "(x");
        assert_eq!(place(r"\\"), r"\\\\");
        assert_eq!(place("[y"), "[y");
        assert_eq!(regex.raw_range(regex.pattern.len()..regex.pattern.len()), raw.len()..raw.len());
    }
}
