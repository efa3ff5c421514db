//! Calls and answers as JSON lines: text in, borrowed data out, and back. No I/O.
//!
//! One line is one call, or one question about a branch (S8.3). Whatever a line has that is not exactly as described is an
//! error with its place: unknown and duplicate keys, at every depth, lone surrogates, numbers beyond the doubles, metadata
//! of an argument that is not there. Two readers of the same line must never disagree about what it says.
//!
//! Errors repeat names of keys that are known and of arguments, made visible and cut, and never anything of a value: no
//! scalar, no key of an object inside a value, no key that has no meaning.

mod answer;
mod line;
mod lines;
mod metadata;
mod object;
mod quick;
mod scan;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod trace;
mod value;

pub use answer::{AnswerParts, RuleParts, write_answer, write_branch_answer, write_error};

pub(crate) use line::read_value;
pub use line::{BranchLine, CallLine, Line, LineError, read_line};
pub use lines::{AnswerError, JsonLines, LineDecider};
pub use state::{ImportError, STATE_VERSION};
pub(crate) use state::{PENDING_KEY, SESSION_KEY, read_pending, read_session};
pub use text::{write_string, write_string_content, write_value};
pub use trace::write_trace;
