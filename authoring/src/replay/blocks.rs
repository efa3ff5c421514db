//! Inputs cut into blocks of whole lines, so that threads can work on them side by side.
//!
//! Invariants: a block has lines of one input, and no line is in two blocks; lines are counted from 1 in each input, blank ones
//! too; memory is bounded by the limit on a line, however long a line is; what an input that breaks has cut short is no line.

use std::io::Read;
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use super::Input;

/// A block has about so many bytes, unless a line is longer.
const BLOCK: usize = 1 << 18;

/// Some lines of an input.
#[derive(Debug)]
pub(super) struct Block {
    /// The input: how many came before it.
    pub(super) file: u32,
    /// The number of the first line.
    pub(super) first_line: u64,
    /// The lines; nothing if it is one line over the limit, which was skipped.
    pub(super) bytes: Vec<u8>,
    /// Whether it stands for a line that was skipped.
    pub(super) is_skipped: bool,
}

/// Reads inputs one after another.
pub(super) struct Blocks<I> {
    inputs: I,
    /// The longest line.
    limit: usize,
    current: Option<Box<dyn Read + Send>>,
    /// What was read behind the last whole line.
    rest: Vec<u8>,
    next_line: u64,
    /// The names of the inputs so far.
    pub(super) names: Vec<Arc<str>>,
    /// Why reading stopped, if that was before the end.
    pub(super) stopped: Option<String>,
}

impl<I: Iterator<Item = Result<Input, String>>> Blocks<I> {
    pub(super) fn new(inputs: I, limit: usize) -> Self {
        let (rest, names) = (Vec::new(), Vec::new());
        Blocks { inputs, limit, current: None, rest, next_line: 1, names, stopped: None }
    }

    /// The next block, in memory that was one before; nothing at the end.
    pub(super) fn next(&mut self, spare: Vec<u8>) -> Option<Block> {
        let mut bytes = spare;
        while self.stopped.is_none() {
            if self.current.is_none() && !self.open() {
                return None;
            }
            bytes.clear();
            bytes.append(&mut self.rest);
            if let Some(block) = self.fill(bytes) {
                return Some(block);
            }
            bytes = Vec::new();
        }
        None
    }

    /// Goes on to the next input.
    fn open(&mut self) -> bool {
        match self.inputs.next() {
            None => return false,
            Some(Err(why)) => {
                self.stopped = Some(why);
                return false;
            }
            Some(Ok(Input { name, bytes })) => {
                self.names.push(name.into());
                self.current = Some(bytes);
            }
        }
        self.next_line = 1;
        true
    }

    /// Reads up to a block behind `bytes`; nothing if the input has no more.
    fn fill(&mut self, mut bytes: Vec<u8>) -> Option<Block> {
        loop {
            let goal = if bytes.len() < BLOCK { BLOCK } else { bytes.len().saturating_mul(2) };
            let before = bytes.len();
            let is_over = self.read(&mut bytes, goal.saturating_sub(before));
            let new = bytes.get(before..).unwrap_or_default();
            if let Some(end) = memrchr(b'\n', new) {
                self.rest.extend_from_slice(new.get(end.saturating_add(1)..).unwrap_or_default());
                bytes.truncate(before.saturating_add(end).saturating_add(1));
                return Some(self.block(bytes, false));
            }
            if is_over {
                self.current = None;
                // What a broken input gave last may be a part of a line.
                let is_line = !bytes.is_empty() && self.stopped.is_none();
                return is_line.then(|| self.block(bytes, false));
            }
            if bytes.len() > self.limit {
                self.skip_line();
                return Some(self.block(Vec::new(), true));
            }
        }
    }

    /// Reads so many bytes at most; whether the input is over.
    fn read(&mut self, bytes: &mut Vec<u8>, most: usize) -> bool {
        let Some(input) = &mut self.current else { return true };
        match input.take(most as u64).read_to_end(bytes) {
            Ok(read) => read < most,
            Err(error) => {
                let name = self.names.last().map_or("", |name| name);
                self.stopped = Some(format!("cannot read `{name}`: {error}"));
                true
            }
        }
    }

    /// Skips to behind the next line end.
    fn skip_line(&mut self) {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let is_over = self.read(&mut bytes, BLOCK);
            if let Some(end) = memchr(b'\n', &bytes) {
                self.rest.extend_from_slice(bytes.get(end.saturating_add(1)..).unwrap_or_default());
                return;
            }
            if is_over {
                self.current = None;
                return;
            }
        }
    }

    fn block(&mut self, bytes: Vec<u8>, is_skipped: bool) -> Block {
        let ends = memchr_iter(b'\n', &bytes).count() as u64;
        let open = u64::from(bytes.last().is_some_and(|last| *last != b'\n') || is_skipped);
        let first_line = self.next_line;
        self.next_line = self.next_line.saturating_add(ends).saturating_add(open);
        let file = u32::try_from(self.names.len().saturating_sub(1)).unwrap_or(u32::MAX);
        Block { file, first_line, bytes, is_skipped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Error};

    /// Gives its bytes so many at a time, and then an error, if there is one.
    struct Slow(&'static [u8], usize, Option<&'static str>);

    impl Read for Slow {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(room.len()).min(self.0.len());
            let (now, later) = self.0.split_at(size);
            room[..size].copy_from_slice(now);
            self.0 = later;
            match self.2 {
                Some(error) if size == 0 => Err(Error::other(error)),
                _ => Ok(size),
            }
        }
    }

    fn lines(inputs: Vec<Slow>, limit: usize) -> (Vec<String>, Option<String>) {
        let inputs = inputs.into_iter().enumerate().map(|(number, input)| {
            Ok(Input { name: number.to_string(), bytes: Box::new(input) as Box<dyn Read + Send> })
        });
        let mut blocks = Blocks::new(inputs, limit);
        let mut lines = Vec::new();
        while let Some(block) = blocks.next(Vec::new()) {
            if block.is_skipped {
                lines.push(format!("{}:{}: skipped", block.file, block.first_line));
            }
            for (number, line) in (block.first_line..).zip(block.bytes.split_inclusive(|byte| *byte == b'\n'))
            {
                let line = String::from_utf8_lossy(line);
                lines.push(format!("{}:{number}: {}", block.file, line.trim_end_matches('\n')));
            }
        }
        (lines, blocks.stopped)
    }

    #[test]
    fn lines_are_counted_in_each_input_and_need_no_end() {
        let expected = ["0:1: a", "0:2: ", "0:3: b", "2:1: c", "2:2: d"].map(str::to_owned).to_vec();
        for piece in [1, 3, 100] {
            let inputs =
                vec![Slow(b"a\n\nb", piece, None), Slow(b"", piece, None), Slow(b"c\nd\n", piece, None)];
            assert_eq!(lines(inputs, 10), (expected.clone(), None));
        }
    }

    #[test]
    fn what_is_cut_short_by_an_error_is_no_line() {
        let (found, stopped) = lines(vec![Slow(b"a\nb", 2, Some("gone")), Slow(b"c", 1, None)], 10);
        assert_eq!(found, ["0:1: a"]);
        assert_eq!(stopped.as_deref(), Some("cannot read `0`: gone"));
    }

    #[test]
    fn long_lines_are_skipped_and_counted() {
        let long: &'static [u8] = vec![b'x'; 3 * BLOCK].leak();
        let all: &'static [u8] = [b"a\n", long, b"\nb\n"].concat().leak();
        assert_eq!(lines(vec![Slow(all, 1000, None)], BLOCK).0, ["0:1: a", "0:2: skipped", "0:3: b"]);
        assert_eq!(lines(vec![Slow(long, 1000, None)], BLOCK).0, ["0:1: skipped"]);
        assert_eq!(lines(vec![Slow(all, 1000, None)], 4 * BLOCK).0.len(), 3);
    }
}
