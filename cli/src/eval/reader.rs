//! Lines of any input, one at a time, none held beyond the limit.
//!
//! Invariants: memory is bounded by the limit, however long a line; line numbers count every line, blank ones too. A line
//! ends with LF or the end of the input; a CR before the LF is white space to JSON and needs no care.

use std::io::{self, Read};

use memchr::memchr;

/// The size of the buffer while no line is longer.
const CHUNK: usize = 1 << 16;

/// A buffer that grew beyond this is given back once the long line is done.
const KEPT: usize = 1 << 20;

/// A line of the input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'r> {
    /// The line without its LF.
    Whole(&'r [u8]),
    /// A line over the limit; it was skipped to its end.
    TooLong,
}

/// Reads lines.
pub(crate) struct LineReader<R> {
    input: R,
    limit: usize,
    /// `buffer[..filled]` was read, `buffer[start..filled]` is not yet handed out.
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    /// How far `buffer` was searched for the next LF.
    searched: usize,
    number: u64,
    at_end: bool,
}

impl<R: Read> LineReader<R> {
    /// A reader of lines of up to `limit` bytes.
    pub(crate) fn new(input: R, limit: usize) -> Self {
        Self { input, limit, buffer: Vec::new(), start: 0, filled: 0, searched: 0, number: 0, at_end: false }
    }

    /// The longest line that is handed out, in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the next line is here already, so that reading it does not wait.
    pub(crate) fn line_is_waiting(&mut self) -> bool {
        self.find_end().is_some()
    }

    /// The next line, `None` at the end of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.find_end() {
                return Ok(Some(self.hand_out(end, end.saturating_add(1), too_long)));
            }
            if self.at_end {
                if self.start == self.filled && !too_long {
                    return Ok(None);
                }
                let end = self.filled;
                return Ok(Some(self.hand_out(end, end, too_long)));
            }
            if self.filled.saturating_sub(self.start) > self.limit {
                too_long = true;
                self.start = self.filled;
            }
            self.fill()?;
        }
    }

    /// The position of the next LF, as far as the input was read.
    fn find_end(&mut self) -> Option<usize> {
        let from = self.searched.max(self.start);
        let found = memchr(b'\n', self.buffer.get(from..self.filled)?);
        self.searched = found.map_or(self.filled, |at| from.saturating_add(at));
        found.map(|_| self.searched)
    }

    fn hand_out(&mut self, end: usize, next: usize, too_long: bool) -> Line<'_> {
        let line = self.start..end;
        self.start = next;
        self.searched = next;
        self.number = self.number.saturating_add(1);
        match self.buffer.get(line) {
            Some(bytes) if !too_long && bytes.len() <= self.limit => Line::Whole(bytes),
            _ => Line::TooLong,
        }
    }

    /// Reads once more, at the end of what is there.
    fn fill(&mut self) -> io::Result<()> {
        self.make_room();
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let read = loop {
            match self.input.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.filled = self.filled.saturating_add(read);
        self.at_end = read == 0;
        Ok(())
    }

    /// Makes sure that there is room to read into: drops what was handed out, or else doubles the buffer. Then every byte is
    /// moved a bounded number of times, however the input arrives.
    fn make_room(&mut self) {
        if self.start == self.filled {
            (self.start, self.filled, self.searched) = (0, 0, 0);
            if self.buffer.len() > KEPT {
                self.buffer = Vec::new();
            }
        }
        if self.buffer.len().saturating_sub(self.filled) >= CHUNK / 4 {
            return;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled = self.filled.saturating_sub(self.start);
            self.searched = self.searched.saturating_sub(self.start);
            self.start = 0;
        } else {
            let larger = self.buffer.len().saturating_mul(2).max(CHUNK);
            self.buffer.resize(larger, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of these sizes, over and over.
    struct Pieces<'a>(&'a [u8], Vec<usize>, usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let size = self.1[self.2 % self.1.len()].min(room.len()).min(self.0.len());
            self.2 += 1;
            let (now, later) = self.0.split_at(size);
            room[..size].copy_from_slice(now);
            self.0 = later;
            Ok(size)
        }
    }

    fn lines(input: &[u8], sizes: &[usize], limit: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut reader = LineReader::new(Pieces(input, sizes.to_vec(), 0), limit);
        let mut lines = Vec::new();
        loop {
            let line = match reader.next().unwrap() {
                None => return lines,
                Some(Line::Whole(line)) => Some(line.to_vec()),
                Some(Line::TooLong) => None,
            };
            lines.push((reader.number(), line));
        }
    }

    #[test]
    fn lines_are_the_same_however_the_input_arrives() {
        let input = b"one\n\ntwo\r\nlooooooong\nsix\n\nend";
        let expected: Vec<(u64, Option<Vec<u8>>)> = [
            (1, Some("one")),
            (2, Some("")),
            (3, Some("two\r")),
            (4, None),
            (5, Some("six")),
            (6, Some("")),
            (7, Some("end")),
        ]
        .map(|(number, line)| (number, line.map(|line| line.as_bytes().to_vec())))
        .to_vec();
        for sizes in [&[1][..], &[2, 3], &[7], &[1000], &[4, 1, 13]] {
            assert_eq!(lines(input, sizes, 5), expected, "{sizes:?}");
        }
    }

    #[test]
    fn the_limit_has_two_sides_and_the_end_needs_no_line_end() {
        for sizes in [&[1][..], &[3], &[100]] {
            assert_eq!(lines(b"12345", sizes, 5), [(1, Some(b"12345".to_vec()))]);
            assert_eq!(lines(b"123456", sizes, 5), [(1, None)]);
            assert_eq!(lines(b"123456\n", sizes, 5), [(1, None)]);
            assert_eq!(lines(b"", sizes, 5), []);
            assert_eq!(lines(b"\n", sizes, 5), [(1, Some(Vec::new()))]);
        }
    }

    #[test]
    fn a_long_line_is_not_held() {
        let endless = io::repeat(b'x').take(100 << 20);
        let mut reader = LineReader::new(endless.chain(&b"\nnext"[..]), 1 << 20);
        assert_eq!(reader.next().unwrap(), Some(Line::TooLong));
        assert!(reader.buffer.capacity() < 4 << 20);
        assert_eq!(reader.next().unwrap(), Some(Line::Whole(b"next")));
    }

    #[test]
    fn memory_of_a_long_line_is_given_back() {
        let long = io::repeat(b'x').take(8 << 20);
        let mut reader = LineReader::new(long.chain(&b"\n"[..]).chain(&b"next\n"[..]), 10 << 20);
        assert!(matches!(reader.next().unwrap(), Some(Line::Whole(line)) if line.len() == 8 << 20));
        assert_eq!(reader.next().unwrap(), Some(Line::Whole(b"next")));
        assert_eq!(reader.next().unwrap(), None);
        assert!(reader.buffer.capacity() <= KEPT, "{}", reader.buffer.capacity());
    }

    #[test]
    fn a_waiting_line_is_a_complete_one() {
        let mut reader = LineReader::new(Pieces(b"a\nb\nc", vec![3, 2], 0), 10);
        assert!(!reader.line_is_waiting());
        assert_eq!(reader.next().unwrap(), Some(Line::Whole(b"a")));
        assert!(!reader.line_is_waiting(), "only a part of the second line is here");
        assert_eq!(reader.next().unwrap(), Some(Line::Whole(b"b")));
        assert_eq!(reader.next().unwrap(), Some(Line::Whole(b"c")));
        assert_eq!(reader.next().unwrap(), None);
    }
}
