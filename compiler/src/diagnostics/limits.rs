//! The messages about what the compiler itself cannot do: programs beyond its ids, and defects of its own.

use super::{Code, Diagnostic};
use crate::ir::Origin;
use crate::syntax::token::{FileId, Span};

/// More tool blocks than a policy may have; the place is that of the first beyond the limit.
pub(crate) fn too_many_blocks(file: FileId, span: Span, count: usize, limit: usize) -> Diagnostic {
    let message =
        format!("the policy has {count} tool blocks and shorthands, and the limit `tool_blocks` is {limit}");
    Diagnostic::new(Code::TooManyBlocks, file, span, message)
        .help("unite blocks with a regex as tool id, or raise the limit (`--limit tool_blocks=…`)")
}

/// The patterns have more classes than those of a policy may have; the place is the first pattern beyond the limit.
pub(crate) fn too_many_classes(Origin { file, span }: Origin, limit: usize) -> Diagnostic {
    let message = format!(
        "with this one, the patterns of the policy have more classes than the limit `patterns_classes` of {limit}"
    );
    Diagnostic::new(Code::TooManyClasses, file, span, message).help(
        "use wildcards or plain strings where they do, or raise the limit (`--limit patterns_classes=…`)",
    )
}

/// More conditions and set expressions than a policy may have; the place is that of the first beyond the limit.
pub(crate) fn too_many_expressions(Origin { file, span }: Origin, limit: usize) -> Diagnostic {
    let message = format!(
        "with this one, the policy has more conditions and set expressions than the limit `expressions` of {limit}"
    );
    Diagnostic::new(Code::TooManyExpressions, file, span, message).help(
        "put many strings into one set, unite blocks with a regex as tool id, or raise the limit (`--limit expressions=…`)",
    )
}

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
