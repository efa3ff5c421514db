//! Calls and answers as JSON lines (S9 of the semantics): text in, borrowed data out, and back. No I/O.

pub(crate) mod text;
