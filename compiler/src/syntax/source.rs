//! Source files: from bytes to text with a name and an id.
//!
//! Invariant: a [`SourceFile`] that [`SourceFile::from_bytes`] returned as `Ok` is UTF-8 and within the limit of bytes.

use super::token::{FileId, Span};
use crate::diagnostics::{Diagnostic, syntax as messages};
use crate::limits::Limits;
use std::borrow::Cow;

/// A source text with the name that messages call it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its id within the compilation.
    pub id: FileId,
    /// The path as given, or another name for people.
    pub name: String,
    /// The text, a leading byte order mark included.
    pub text: String,
}

/// Why bytes are no source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// The problem; for bytes that are not UTF-8 it names the byte offset.
    pub diagnostic: Box<Diagnostic>,
    /// The text to show with it, what is not UTF-8 replaced; positions before the problem are those of the bytes.
    pub shown: SourceFile,
}

impl SourceFile {
    /// Takes the bytes of a file (S1.1). Borrowed ones are copied only when they are within the limit.
    pub fn from_bytes<'b>(
        id: FileId,
        name: impl Into<String>,
        bytes: impl Into<Cow<'b, [u8]>>,
        limits: &Limits,
    ) -> Result<Self, SourceError> {
        let (name, bytes) = (name.into(), bytes.into());
        if bytes.len() > limits.source_bytes() {
            let diagnostic = Box::new(messages::source_too_long(id, bytes.len(), limits.source_bytes()));
            return Err(SourceError { diagnostic, shown: Self { id, name, text: String::new() } });
        }
        match String::from_utf8(bytes.into_owned()) {
            Ok(text) => Ok(Self { id, name, text }),
            Err(error) => {
                let at = u32::try_from(error.utf8_error().valid_up_to()).unwrap_or(u32::MAX);
                let byte = error.as_bytes().get(at as usize).copied().unwrap_or(0);
                let span = Span { start: at, end: at.saturating_add(3) };
                let diagnostic = Box::new(messages::invalid_utf8(id, span, byte));
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Err(SourceError { diagnostic, shown: Self { id, name, text } })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_refused_with_their_offset() {
        let bytes = b"let a = \xffb;".to_vec();
        let error = SourceFile::from_bytes(FileId(0), "a", bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.diagnostic.message, "byte 0xFF at offset 8 is not UTF-8");
        assert_eq!(error.diagnostic.primary.span.start, 8);
        assert_eq!(error.shown.text, "let a = \u{fffd}b;");
    }

    #[test]
    fn the_limit_of_bytes_has_two_sides() {
        let limits = Limits::default().with("source_bytes", 4).unwrap();
        assert!(SourceFile::from_bytes(FileId(0), "a", vec![b' '; 4], &limits).is_ok());
        let error = SourceFile::from_bytes(FileId(0), "a", vec![b' '; 5], &limits).unwrap_err();
        assert_eq!(error.diagnostic.code.as_str(), "E0701");
    }
}
