//! From byte offsets to lines and columns as people count them.
//!
//! Lines end with LF (so CRLF ends one line, and a lone CR none); lines and columns count from 1, columns in Unicode
//! scalar values; a byte order mark at the start of the file is no column. A look-up costs the same however long a line is.

/// A place as people count: both from 1, the column in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// Bytes between two checkpoints of the character count.
const STRIDE: usize = 1024;

/// Finds lines and columns in one text.
#[derive(Debug, Clone)]
pub struct LineIndex<'a> {
    text: &'a str,
    /// Where each line starts; the first entry is where the text starts after its byte order mark.
    starts: Vec<u32>,
    /// How many characters begin before byte `i * STRIDE`; none for a text of ASCII, where bytes are characters.
    checkpoints: Vec<u32>,
}

impl<'a> LineIndex<'a> {
    /// Indexes a text; linear in its length.
    pub fn new(text: &'a str) -> Self {
        let mut starts = vec![if text.starts_with('\u{feff}') { 3 } else { 0 }];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| offset(at.saturating_add(1))));
        let mut checkpoints = Vec::new();
        if !text.is_ascii() {
            let mut count = 0u32;
            checkpoints.push(count);
            for chunk in text.as_bytes().chunks(STRIDE) {
                count = count.saturating_add(count_chars(chunk));
                checkpoints.push(count);
            }
        }
        Self { text, starts, checkpoints }
    }

    /// The text that is indexed.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The line and column of a byte offset; one past the end is a place too, what is beyond counts as the end.
    pub fn position(&self, at: u32) -> Position {
        self.position_in(self.starts.partition_point(|&start| start <= at).max(1), at)
    }

    /// The same, found sooner if it is on the line given or on the next one.
    pub(crate) fn position_near(&self, at: u32, line: u32) -> Position {
        let begins = |line: usize| self.starts.get(line).is_some_and(|&start| start <= at);
        let is_on = |line: usize| begins(line.wrapping_sub(1)) && !begins(line);
        let line = line as usize;
        match [line, line.saturating_add(1)].into_iter().find(|&line| is_on(line)) {
            Some(line) => self.position_in(line, at),
            None => self.position(at),
        }
    }

    fn position_in(&self, line: usize, at: u32) -> Position {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let at = at.min(offset(self.text.len()));
        let column = self.chars_between(start, at).saturating_add(1);
        Position { line: offset(line), column }
    }

    /// The byte range of a line (from 1) without its line end; empty beyond the last line.
    pub fn line(&self, line: u32) -> &'a str {
        let Some(index) = (line as usize).checked_sub(1) else { return "" };
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(line as usize).map_or(self.text.len(), |&e| (e as usize).saturating_sub(1));
        let text = self.text.get(start as usize..end).unwrap_or("");
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// Where a line (from 1) starts, as a byte offset.
    pub fn line_start(&self, line: u32) -> u32 {
        let index = (line as usize).saturating_sub(1);
        self.starts.get(index).copied().unwrap_or(offset(self.text.len()))
    }

    /// Characters between two offsets within the text.
    fn chars_between(&self, start: u32, end: u32) -> u32 {
        let length = end.saturating_sub(start);
        if self.checkpoints.is_empty() {
            return length;
        }
        match self.text.as_bytes().get(start as usize..end as usize) {
            Some(bytes) if bytes.len() <= STRIDE => count_chars(bytes),
            _ => self.chars_before(end).saturating_sub(self.chars_before(start)),
        }
    }

    fn chars_before(&self, at: u32) -> u32 {
        let at = at as usize;
        let chunk = at / STRIDE;
        let base = self.checkpoints.get(chunk).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(chunk.saturating_mul(STRIDE)..at).unwrap_or(&[]);
        base.saturating_add(count_chars(rest))
    }
}

/// Characters that begin in these bytes of UTF-8.
fn count_chars(bytes: &[u8]) -> u32 {
    offset(bytes.iter().filter(|&&b| b & 0xc0 != 0x80).count())
}

/// Source texts are far below 4 GiB (see the limits), so offsets fit; beyond that they stick at the end.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "tests may panic")]
mod tests {
    use super::*;

    fn position(text: &str, at: usize) -> (u32, u32) {
        let Position { line, column } = LineIndex::new(text).position(at as u32);
        (line, column)
    }

    #[test]
    fn lines_end_with_lf_and_crlf_and_not_with_cr() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab\ncd", 2), (1, 3));
        assert_eq!(position("ab\ncd", 3), (2, 1));
        assert_eq!(position("ab\r\ncd", 5), (2, 2));
        assert_eq!(position("ab\rcd", 3), (1, 4));
        assert_eq!(position("ab\n", 3), (2, 1));
        assert_eq!(position("ab\n", 99), (2, 1));
    }

    #[test]
    fn columns_are_scalar_values_and_the_mark_is_none() {
        assert_eq!(position("é€😀x", "é€😀".len()), (1, 4));
        assert_eq!(position("\u{feff}x", 3), (1, 1));
        assert_eq!(position("\u{feff}x", 4), (1, 2));
        assert_eq!(position("\u{feff}x", 0), (1, 1));
        assert_eq!(position("a\n\u{feff}x", 5), (2, 2));
    }

    #[test]
    fn long_lines_agree_with_counting() {
        let text = "é\nxx€".repeat(3_000);
        let index = LineIndex::new(&text);
        for (count, (at, _)) in text.char_indices().enumerate().step_by(97) {
            let before = &text[..at];
            let line_start = before.rfind('\n').map_or(0, |n| n + 1);
            let expected = (before.matches('\n').count() + 1, text[line_start..at].chars().count() + 1);
            let found = index.position(at as u32);
            assert_eq!((found.line as usize, found.column as usize), expected, "{count}");
            for near in [0, 1, found.line - 1, found.line, found.line + 1, u32::MAX] {
                assert_eq!(index.position_near(at as u32, near), found, "{count} from line {near}");
            }
        }
        assert_eq!(index.line(2), "xx€é");
        assert_eq!(index.line(999_999), "");
    }
}
