//! Calls and the answers of `sqrt eval` to them, put side by side: the nth answer belongs to the nth line that is not blank.
//!
//! Invariant: a line of calls is a line of what comes out, so places stay what they are.

use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

use crate::eval::reader::{Line, LineReader};

/// The answers to the calls of all files.
#[derive(Clone)]
pub(crate) struct Answers(Arc<Mutex<LineReader<Box<dyn Read + Send>>>>);

impl Answers {
    /// Answers in lines of up to so many bytes.
    pub(crate) fn new(answers: Box<dyn Read + Send>, limit: usize) -> Answers {
        Answers(Arc::new(Mutex::new(LineReader::new(answers, limit))))
    }

    /// The next one, if there is one.
    fn next(&self) -> io::Result<Option<Vec<u8>>> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match answers.next()? {
                None => return Ok(None),
                Some(Line::Whole(line)) if line.trim_ascii().is_empty() => {}
                Some(Line::Whole(line)) => return Ok(Some(line.to_vec())),
                Some(Line::TooLong) => {
                    return Err(io::Error::other("an answer is longer than the limit `line_bytes`"));
                }
            }
        }
    }
}

/// Calls with their answers: `{"call": …, "answer": …}`.
pub(crate) struct Paired {
    calls: LineReader<Box<dyn Read + Send>>,
    answers: Answers,
    /// Whether no other calls come after these.
    is_last: bool,
    line: Cursor<Vec<u8>>,
}

impl Paired {
    pub(crate) fn new(calls: Box<dyn Read + Send>, answers: Answers, is_last: bool, limit: usize) -> Paired {
        Paired { calls: LineReader::new(calls, limit), answers, is_last, line: Cursor::new(Vec::new()) }
    }

    /// The next line; nothing at the end.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let call = match self.calls.next()? {
            None if self.is_last && self.answers.next()?.is_some() => {
                return Err(io::Error::other("there are more answers than calls"));
            }
            None => return Ok(None),
            Some(Line::Whole(line)) if line.trim_ascii().is_empty() => return Ok(Some(b"\n".to_vec())),
            Some(Line::Whole(line)) => line,
            // Not valid, as it was.
            Some(Line::TooLong) => b"\"a line over the limit\"",
        };
        let answer =
            self.answers.next()?.ok_or_else(|| io::Error::other("there are fewer answers than calls"))?;
        Ok(Some([b"{\"call\": ", call, b", \"answer\": ", &answer, b"}\n"].concat()))
    }
}

impl Read for Paired {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut read = self.line.read(room)?;
        while read == 0 && !room.is_empty() {
            let Some(line) = self.next()? else { return Ok(0) };
            self.line = Cursor::new(line);
            read = self.line.read(room)?;
        }
        Ok(read)
    }
}
