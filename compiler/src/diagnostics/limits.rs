//! The messages about what the compiler itself cannot do: programs beyond its ids, and defects of its own.

use super::{Code, Diagnostic};
use crate::syntax::token::{FileId, Span};

/// A program whose tables are too large for their ids.
pub(crate) fn program_too_large() -> Diagnostic {
    Diagnostic::new(
        Code::ProgramTooLarge,
        FileId(0),
        Span::default(),
        "the compiled program would be too large",
    )
    .help("split the policy")
}

/// The compiler broke one of its own rules; nothing was compiled.
pub(crate) fn internal(what: &str) -> Diagnostic {
    let message = format!("the compiler made a mistake and refused its own program: {what}");
    Diagnostic::new(Code::Internal, FileId(0), Span::default(), message)
        .help("this is a defect of the compiler; please report it with the policy")
}
