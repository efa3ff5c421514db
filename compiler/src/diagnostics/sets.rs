//! The messages about set expressions and metadata (S2.3, S4.7, S5).

use super::{Code, Diagnostic};
use crate::ir::Origin;

/// Names the second place of a problem that a let brings along.
fn from_let(diagnostic: Diagnostic, inside: Option<Origin>, text: &str) -> Diagnostic {
    match inside {
        Some(inside) => diagnostic.also(inside.file, inside.span, text),
        None => diagnostic,
    }
}

/// A number, bool or date in a metadata set; `inside` is the element where a let brings it along.
pub(crate) fn not_metadata(at: Origin, what: &str, inside: Option<Origin>) -> Diagnostic {
    let message = match inside {
        None => format!("{what} cannot be in a metadata set, which holds strings"),
        Some(_) => format!("this let has {what}, which cannot be in a metadata set"),
    };
    let diagnostic = Diagnostic::new(Code::NotMetadata, at.file, at.span, message)
        .help("write it as a string if it is a tag, or test a value: `x.value in {…}`");
    from_let(diagnostic, inside, "this element")
}

/// `5 in x.tags`: a literal that no metadata set can have; `metadata` is what makes the set one.
pub(crate) fn not_a_tag(at: Origin, what: &str, metadata: Option<Origin>) -> Diagnostic {
    let message = format!("{what} cannot be in a metadata set, which holds strings");
    let diagnostic = Diagnostic::new(Code::NotMetadata, at.file, at.span, message)
        .help("write it as a string if it is a tag, or test a value: `x.value in {…}`");
    from_let(diagnostic, metadata, "this is a metadata set")
}

/// `str "*"` in a metadata set.
pub(crate) fn star_string(at: Origin, inside: Option<Origin>) -> Diagnostic {
    let message = match inside {
        None => "`str \"*\"` cannot be in a metadata set, where `*` is the universal set",
        Some(_) => "this let has `str \"*\"`, which cannot be in a metadata set",
    };
    let diagnostic = Diagnostic::new(Code::StarStringInMetadata, at.file, at.span, message)
        .help("write `\"*\"` for the universal set");
    from_let(diagnostic, inside, "this element")
}

/// An update that would store a pattern.
pub(crate) fn pattern_stored(at: Origin, pattern: Option<Origin>) -> Diagnostic {
    let message = "a pattern cannot be stored in metadata, which holds strings";
    let diagnostic = Diagnostic::new(Code::PatternStored, at.file, at.span, message).help(
        "list the strings; a pattern can be taken away (`-=`, `without`) or kept (`&=`), and tested against",
    );
    from_let(diagnostic, pattern, "the pattern")
}

/// `==` or `superset of` against a pattern.
pub(crate) fn pattern_compared(at: Origin, operator: &str, pattern: Option<Origin>) -> Diagnostic {
    let message =
        format!("`{operator}` cannot compare with a pattern, which stands for all strings that it matches");
    let diagnostic = Diagnostic::new(Code::PatternCompared, at.file, at.span, message)
        .help("test with `overlaps` (some element matches) or `subset of` (all elements match)");
    from_let(diagnostic, pattern, "the pattern")
}

/// `a & b | c`.
pub(crate) fn mixed_operators(at: Origin) -> Diagnostic {
    let message = "`|` binds tighter than `&`, so this union is made first";
    Diagnostic::new(Code::MixedOperators, at.file, at.span, message)
        .help("put parentheses around the part that is meant to be one set")
}

/// A pattern in an update of consumers.
pub(crate) fn pattern_on_consumers(at: Origin, pattern: Option<Origin>) -> Diagnostic {
    let message = "a pattern leaves no consumers where they are universal, as they are by default";
    let diagnostic = Diagnostic::new(Code::PatternOnConsumers, at.file, at.span, message)
        .help("list the consumers, or restrict them to a list first (`@consumers &= {\"a\", \"b\"};`)");
    from_let(diagnostic, pattern, "the pattern")
}

/// `w"*"` in a metadata set.
pub(crate) fn wildcard_for_universal(at: Origin, inside: Option<Origin>) -> Diagnostic {
    let message = "`w\"*\"` is a pattern; the universal set is `\"*\"`";
    let diagnostic = Diagnostic::new(Code::WildcardForUniversal, at.file, at.span, message)
        .help("write `\"*\"`, or `is universal` to ask whether a set is universal");
    from_let(diagnostic, inside, "this element")
}
