//! Messages on their way in and out: a header with the length, and JSON.
//!
//! Invariant: no more is held than the limit of a message, however long a header says that it is; what is longer is read over.

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use sqrt_vm::limits::Limits;

/// The longest header line.
const LONGEST_HEADER: u64 = 4096;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    /// Something that is no message, and the answer to it.
    Wrong(ErrorCode, String),
    /// Nothing more can be read: the headers make no sense, or the input broke.
    Lost(String),
    /// The input ended.
    End,
}

/// The longest message: a source text at its limit, each byte of it as an escape of JSON, and something around it.
pub(super) fn longest_message(limits: &Limits) -> u64 {
    (limits.source_bytes() as u64).saturating_mul(6).saturating_add(1 << 20)
}

/// Reads one message.
pub(super) fn read(input: &mut impl BufRead, longest: u64) -> Incoming {
    match length(input) {
        Ok(Some(length)) if length > longest => match skip(input, length) {
            Ok(()) => {
                let message = format!("a message of {length} bytes, and at most {longest} are read");
                Incoming::Wrong(ErrorCode::InvalidRequest, message)
            }
            Err(error) => Incoming::Lost(error.to_string()),
        },
        Ok(Some(length)) => {
            let mut bytes = Vec::new();
            match input.take(length).read_to_end(&mut bytes) {
                Ok(read) if (read as u64) < length => Incoming::End,
                Ok(_) => message(&bytes),
                Err(error) => Incoming::Lost(error.to_string()),
            }
        }
        Ok(None) => Incoming::End,
        Err(error) => Incoming::Lost(error.to_string()),
    }
}

/// Reads over a message that is too long.
fn skip(input: &mut impl BufRead, length: u64) -> io::Result<()> {
    io::copy(&mut input.take(length), &mut io::sink()).map(|_| ())
}

/// The length that the headers tell; `None` at the end of the input.
fn length(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            return if line.len() as u64 == LONGEST_HEADER {
                Err(wrong("a header line without an end"))
            } else {
                Ok(None)
            };
        }
        let header = String::from_utf8_lossy(&line);
        let header = header.trim_end();
        if header.is_empty() {
            return length.map(Some).ok_or_else(|| wrong("a message without `Content-Length`"));
        }
        let (name, value) = header.split_once(':').ok_or_else(|| wrong("a header line without `:`"))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse().map_err(|_| wrong("a `Content-Length` that is no number"))?);
        }
    }
}

fn message(bytes: &[u8]) -> Incoming {
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Err(_) => Incoming::Wrong(ErrorCode::ParseError, "the message is not JSON".to_owned()),
        Ok(_) => match serde_json::from_slice(bytes) {
            Ok(message) => Incoming::Message(message),
            Err(_) => {
                let message = "the message is no request, response or notification of JSON-RPC";
                Incoming::Wrong(ErrorCode::InvalidRequest, message.to_owned())
            }
        },
    }
}

/// Writes a message with its header.
pub(super) fn write(out: &mut dyn Write, message: &impl Serialize) -> io::Result<()> {
    let mut value = serde_json::to_value(message)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("jsonrpc".to_owned(), json!("2.0"));
    }
    let text = serde_json::to_string(&value)?;
    write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())
}

/// The answer to what was no message, and so has no id.
pub(super) fn write_error(out: &mut dyn Write, code: ErrorCode, message: &str) -> io::Result<()> {
    write(out, &json!({"id": null, "error": {"code": code as i32, "message": message}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(input: &str, longest: u64) -> Vec<String> {
        let mut input = input.as_bytes();
        let mut found = Vec::new();
        loop {
            let (text, is_last) = match read(&mut input, longest) {
                Incoming::Message(Message::Notification(found)) => (found.method, false),
                Incoming::Message(_) => ("request".to_owned(), false),
                Incoming::Wrong(code, _) => (format!("wrong {}", code as i32), false),
                Incoming::Lost(why) => (format!("lost: {why}"), true),
                Incoming::End => ("end".to_owned(), true),
            };
            found.push(text);
            if is_last {
                return found;
            }
        }
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn what_is_no_message_is_read_over_and_what_has_no_length_ends_it() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"m"}"#);
        assert_eq!(read_all(&format!("{good}{good}"), 1000), ["m", "m", "end"]);
        assert_eq!(read_all(&format!("{}{good}", framed("{")), 1000), ["wrong -32700", "m", "end"]);
        assert_eq!(read_all(&format!("{}{good}", framed("[5]")), 1000), ["wrong -32600", "m", "end"]);
        let long = framed(&format!("\"{}\"", "x".repeat(200)));
        assert_eq!(read_all(&format!("{long}{good}"), 100), ["wrong -32600", "m", "end"]);
        assert_eq!(read_all("Content-Length: 18446744073709551615\r\n\r\n{", 100), ["wrong -32600", "end"]);
        assert_eq!(read_all("Content-Length: 9\r\n\r\n{", 100), ["end"]);
        assert_eq!(read_all("Length 5\r\n\r\n", 100), ["lost: a header line without `:`"]);
        assert_eq!(read_all("\r\n", 100), ["lost: a message without `Content-Length`"]);
        assert_eq!(read_all(&"x".repeat(5000), 100), ["lost: a header line without an end"]);
        let other = r#"{"jsonrpc":"2.0","id":"a","method":"m"}"#;
        assert_eq!(read_all(&format!("content-type: x\r\n{}", framed(other)), 1000), ["request", "end"]);
    }
}
