//! The text of an open document, and places in it as the protocol counts: lines from 0, and in a line code units of UTF-16, or
//! bytes where the editor offers that.
//!
//! Lines end with LF, CRLF or CR here, as the protocol says. Invariant: every place that an editor names becomes one on a
//! character's boundary within the text.

use lsp_types::{Position, Range};
use sqrt_compiler::syntax::token::Span;

/// How the editor counts within a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    #[default]
    Utf16,
    Utf8,
}

/// A text with the beginnings of its lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    pub(super) fn new(text: String) -> Self {
        let starts = line_starts(&text);
        Self { text, starts }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Puts a text in the place of a part.
    pub(super) fn replace(&mut self, range: Range, new: &str, encoding: Encoding) {
        let start = self.offset(range.start, encoding);
        let end = self.offset(range.end, encoding).max(start);
        self.text.replace_range(start..end, new);
        self.starts = line_starts(&self.text);
    }

    /// The byte of a place. Beyond the end of a line, or of the text, is the end.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let Some(&start) = self.starts.get(position.line as usize) else { return self.text.len() };
        let end = self.starts.get((position.line as usize).saturating_add(1)).copied();
        let line = self.text.get(start..end.unwrap_or(self.text.len())).unwrap_or("");
        let line = line.trim_end_matches(['\n', '\r']);
        let mut units = 0usize;
        let wanted = position.character as usize;
        for (at, c) in line.char_indices() {
            let width = encoding.width(c);
            // Within a character is before it.
            if units.saturating_add(width) > wanted {
                return start.saturating_add(at);
            }
            units = units.saturating_add(width);
        }
        start.saturating_add(line.len())
    }

    /// The place of a byte.
    pub(super) fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        let units: usize = before.chars().map(|c| encoding.width(c)).sum();
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(units) }
    }

    pub(super) fn range(&self, span: Span, encoding: Encoding) -> Range {
        Range {
            start: self.position(span.start as usize, encoding),
            end: self.position(span.end.max(span.start) as usize, encoding),
        }
    }

    pub(super) fn span(&self, range: Range, encoding: Encoding) -> Span {
        let offset = |position| u32::try_from(self.offset(position, encoding)).unwrap_or(u32::MAX);
        let start = offset(range.start);
        Span { start, end: offset(range.end).max(start) }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Span {
        Span { start: 0, end: u32::try_from(self.text.len()).unwrap_or(u32::MAX) }
    }
}

impl Encoding {
    /// How many units a character counts.
    pub(super) fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf8 => c.len_utf8(),
        }
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let mut starts = vec![0];
    let bytes = text.as_bytes();
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        let is_first_of_two =
            bytes.get(at) == Some(&b'\r') && bytes.get(at.saturating_add(1)) == Some(&b'\n');
        if !is_first_of_two {
            starts.push(at.saturating_add(1));
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_both_ways_in_both_encodings() {
        let text = Text::new("a😀b\r\né\rc\n".to_owned());
        for encoding in [Encoding::Utf16, Encoding::Utf8] {
            let boundaries = (0..=text.as_str().len()).filter(|at| text.as_str().is_char_boundary(*at));
            for at in boundaries {
                // Between CR and LF there is no place of its own.
                let expected = if at == 7 { 6 } else { at };
                assert_eq!(text.offset(text.position(expected, encoding), encoding), expected);
            }
        }
        let at = |line, character, encoding| text.offset(Position { line, character }, encoding);
        assert_eq!(at(0, 3, Encoding::Utf16), 5);
        assert_eq!(at(0, 5, Encoding::Utf8), 5);
        assert_eq!(at(0, 2, Encoding::Utf16), 1, "within a character is before it");
        assert_eq!(at(0, 99, Encoding::Utf16), 6, "beyond a line is its end");
        assert_eq!(at(1, 1, Encoding::Utf16), 10);
        assert_eq!(at(2, 0, Encoding::Utf16), 11, "a CR alone ends a line");
        assert_eq!(at(99, 0, Encoding::Utf16), 13);
    }
}
