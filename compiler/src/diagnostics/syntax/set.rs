//! Messages about sets, elements, type domains and ranges.

use super::{Code, Diagnostic, FileId, Span, meant, quote};
use crate::syntax::token::TokenKind as K;

/// No set where one should stand.
pub(crate) fn expected_set(file: FileId, span: Span, found: &str, kind: K, next: K) -> Diagnostic {
    let message = format!("expected a set, found {found}");
    let diagnostic = Diagnostic::new(Code::ExpectedSet, file, span, message);
    match kind {
        K::String | K::Regex | K::Wildcard | K::Number if next == K::Comma => {
            diagnostic.help("sets have braces: `{\"a\", \"b\"}`")
        }
        K::Number | K::Range | K::RangeOpen | K::RangeOpenLeft | K::RangeOpenRight
            if kind != K::Number || is_range(next) =>
        {
            diagnostic.help("put the range in braces, with its type: `{int 1..5}`, `{float 0.5..1}`")
        }
        K::String | K::Regex | K::Wildcard | K::Number | K::SignedInfinity => diagnostic
            .help(format!("put it in braces: {}", quote(&format!("{{{}}}", found.trim_matches('`'))))),
        K::Date => diagnostic.help("put it in braces, as a type domain: `{datetime d\"…\"}`"),
        K::LeftBracket => diagnostic.help("sets have braces: `{\"a\", \"b\"}`"),
        K::RightParen => diagnostic.help("the empty set is `{}`"),
        K::Semicolon => diagnostic.help("the empty set is `{}`"),
        _ => diagnostic.help("a set is `{…}`, a metadata set (`x.tags`) or the name of a `let`"),
    }
}

/// `x.value in int 5`
pub(crate) fn domain_as_set(file: FileId, span: Span, word: &str) -> Diagnostic {
    let message = format!("a type domain (`{word} …`) is an element, not a set");
    Diagnostic::new(Code::ExpectedSet, file, span, message).help(format!("put it in braces: `{{{word} …}}`"))
}

/// `.value` where a metadata set should stand.
pub(crate) fn value_as_set(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ExpectedSet, file, span, "a value is no metadata set")
        .help("a value stands on the left, `x.value in {…}` or `x.value == …`, and all that is in it is tested; a metadata set is `.tags`, `.producers` or `.consumers`")
}

/// A field that does not exist; `owner` is what stands before the `.`, if one does.
pub(crate) fn unknown_field(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    before: &str,
    owner: &str,
) -> Diagnostic {
    let message =
        format!("expected `tags`, `producers` or `consumers` after `{}`, found {found}", before.trim());
    let diagnostic = Diagnostic::new(Code::UnknownField, file, span, message);
    match (word, before) {
        ("value", ".") => diagnostic.help("write `.value` in one piece, without a space after the `.`"),
        ("value", _) => diagnostic.help("write `@result.value` or `@session.value`"),
        ("result" | "session" | "args", "@") => {
            diagnostic.help(format!("write `@{word}` in one piece, without a space after the `@`"))
        }
        ("tag", _) => diagnostic.help("write `tags`"),
        ("producer", _) => diagnostic.help("write `producers`"),
        ("consumer", _) => diagnostic.help("write `consumers`"),
        (_, "@") if !word.is_empty() => match meant(word, &["tags", "producers", "consumers"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic.help(format!("arguments have no `@`: `{word}.tags`, `{word}.value`")),
        },
        ("length" | "len" | "size", ".") => {
            diagnostic.help("a length is asked of a string: `x.value in {str like w\"*\" length 1..10}`")
        }
        _ => match meant(word, &["tags", "producers", "consumers", "value"]) {
            Some(help) => diagnostic.help(help),
            None if matches!(owner, "args" | "@args") && !word.is_empty() => {
                diagnostic.help(format!("the argument `{word}` is written `{word}.value` or `{word}.tags`"))
            }
            None if before == "." => diagnostic.help(format!(
                "write {} (the whole value, with all that is in it) or {}",
                quote(&format!("{owner}.value")),
                quote(&format!("{owner}.tags"))
            )),
            None => diagnostic,
        },
    }
}

/// A comparison behind a set expression.
pub(crate) fn set_expression_compared(file: FileId, span: Span, operator: &str) -> Diagnostic {
    let message = format!("a set expression cannot stand to the left of {}", quote(operator));
    Diagnostic::new(Code::BadLeftSide, file, span, message)
        .help("to the left stands one metadata set without parentheses, such as `x.tags`; turn the comparison around, or join comparisons by `and`")
}

/// `a -5`, `a -inf`
pub(crate) fn number_after_set(file: FileId, span: Span, text: &str) -> Diagnostic {
    if text == "-inf" {
        return Diagnostic::new(Code::InfinityOperator, file, span, "`-inf` is one word, a number")
            .help("for the difference from a set named `inf`, put a space after the minus: `- inf`");
    }
    let message = format!("a set is followed by the number {}", quote(text));
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    let number = text.trim_start_matches(['-', '+']);
    if text.starts_with('-') {
        return diagnostic
            .help(format!("to take away a number write {}", quote(&format!("without {number}"))));
    }
    diagnostic.help(format!("to add a number write {}", quote(&format!("with {number}"))))
}

/// `and` or `or` between sets.
pub(crate) fn connective_between_sets(file: FileId, span: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` combines conditions, and a set stands before it");
    let diagnostic = Diagnostic::new(Code::MixedKinds, file, span, message);
    match word {
        "and" => diagnostic.help("sets are combined by `&` (in both), `|` (in either) and `-`; for a condition compare the set: `… overlaps {…}`"),
        "or" => diagnostic.help("sets are joined by `|` (or `union`); for a condition compare the set: `… overlaps {…}`"),
        _ => diagnostic.help("take elements away by `-` or `without`"),
    }
}

/// A set expression goes on with something that cannot follow it.
pub(crate) fn set_goes_on(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    open: Option<Span>,
) -> Diagnostic {
    let due = if open.is_some() { "`)`" } else { "`;`" };
    let message =
        format!("expected an operator (`|`, `&`, `-`, `^`, `with`, `without`) or {due}, found {found}");
    let mut diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    if let Some(open) = open {
        diagnostic = diagnostic.also(file, open, "this parenthesis is open");
    }
    match (word, found) {
        ("if", _) => diagnostic.help("the condition of a shorthand begins with `when`: `-> @tags |= {…} when …;`; within a block it stands before the update: `when … { … }`"),
        ("when", _) => {
            diagnostic.help("within a block the condition stands before the update: `when … { … }`")
        }
        ("intersection", _) => diagnostic.help("write `intersect` or `&`"),
        ("difference" | "except", _) => diagnostic.help("write `minus` or `-`"),
        (_, "`)`") => diagnostic.help("no parenthesis is open here; remove it, or add the `(`"),
        (_, "`,`") => diagnostic.help("sets are joined by `|`; a comma stands within `{…}` only"),
        (_, "`{`") => diagnostic.help("join the sets by `|`, `&` or `-`"),
        _ => match meant(word, &["union", "intersect", "minus", "xor", "with", "without"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        },
    }
}

/// Neither `,` nor `}` after an element.
pub(crate) fn set_literal_goes_on(
    file: FileId,
    span: Span,
    found: &str,
    kind: K,
    next: K,
    open: Span,
) -> Diagnostic {
    let message = format!("expected `,` or `}}` after the element, found {found}");
    let diagnostic =
        Diagnostic::new(Code::Unexpected, file, span, message).also(file, open, "the set begins here");
    match kind {
        K::Number if found.starts_with("`-") => diagnostic.help(
            "a range has dots, `int 1..5`; a comma separates elements; a date is `datetime d\"2025-01-31\"`",
        ),
        K::String | K::Regex | K::Wildcard | K::Number => diagnostic.help("put a comma between elements"),
        K::Range | K::RangeOpen | K::RangeOpenLeft | K::RangeOpenRight => {
            diagnostic.help("a range needs its type: `int 1..5`, `float 0.5..1`, `datetime d\"…\"..d\"…\"`")
        }
        K::Dot => diagnostic
            .help("a range has two dots, `int 1..5`, and a number digits on both sides of its point, `0.5`"),
        K::Assign => {
            diagnostic.help("both ends of `1..5` are in the range; `<` at the dots leaves one out: `1..<5`")
        }
        K::Pipe => diagnostic.help("elements are separated by commas"),
        K::Semicolon if is_literal(next) => diagnostic.help("put a comma between elements"),
        K::Semicolon | K::RightParen | K::End => diagnostic.help("close the set with `}`"),
        _ => diagnostic,
    }
}

fn is_range(kind: K) -> bool {
    matches!(kind, K::Range | K::RangeOpen | K::RangeOpenLeft | K::RangeOpenRight)
}

/// Whether an element may begin with it, and nothing that follows a statement does.
pub(crate) fn is_literal(kind: K) -> bool {
    matches!(kind, K::String | K::Regex | K::Wildcard | K::Number)
}

/// `{"a",}`
pub(crate) fn trailing_comma(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ExpectedElement, file, span, "no element follows this comma")
        .help("remove the comma")
}

/// No element where one should stand.
pub(crate) fn expected_element(
    file: FileId,
    span: Span,
    found: &str,
    kind: K,
    word: &str,
    next: K,
) -> Diagnostic {
    let message = format!("expected an element, found {found}");
    let diagnostic = Diagnostic::new(Code::ExpectedElement, file, span, message);
    match (kind, word) {
        (K::Date, _) => diagnostic.help("a date in a set is a type domain: `datetime d\"…\"`"),
        (_, "true" | "false") => diagnostic.help(format!("write `bool {word}`")),
        (_, "bool") => diagnostic.help("write `bool true` or `bool false`"),
        (_, "int" | "float") => diagnostic
            .help(format!("write a range: `{word} 1..5`, `{word} 0..`; any number is `{word} -inf..inf`")),
        (_, "str") => diagnostic.help("write `str \"x\"`, `str matching r\"…\"` or `str like w\"…\"`"),
        (_, "datetime") => {
            diagnostic.help("write `datetime d\"2025-01-31\"` or a range: `datetime d\"…\"..d\"…\"`")
        }
        (_, "length" | "len") => {
            diagnostic.help("a length stands behind a string or a pattern: `str like w\"*\" length 1..10`")
        }
        (_, "date" | "time" | "timestamp" | "d") => {
            diagnostic.help("a date in a set is a type domain: `datetime d\"2025-01-31\"`")
        }
        (_, "r" | "w") if next == K::Invalid => {
            diagnostic.help(format!("write it in double quotes: `{word}\"…\"`"))
        }
        (_, "matching") => diagnostic.help("write `str matching r\"…\"` or just `r\"…\"`"),
        (_, "like") => diagnostic.help("write `str like w\"…\"` or just `w\"…\"`"),
        (K::Dot, _) => diagnostic.help("a number has digits on both sides of its point: `0.5`"),
        (K::Comma, _) => diagnostic.help("remove the comma"),
        (K::LeftBrace, _) => diagnostic.help("sets do not nest; join sets by `|`"),
        (K::At | K::AtResult | K::AtSession | K::AtArgs, _) => {
            diagnostic.help("a metadata set is no element; join sets by `|`")
        }
        (K::Range | K::RangeOpen | K::RangeOpenLeft | K::RangeOpenRight, _) => {
            diagnostic.help("a range needs its type: `int ..5`")
        }
        (K::Minus, _) if next == K::Number => diagnostic.help("write the number without a space: `-5`"),
        (K::Word, _) if matches!(next, K::Dot | K::DotValue) => diagnostic
            .help("elements are literals; a metadata set is joined by `|`, values are compared by `==`"),
        (K::Word, _) => match meant(word, &["int", "float", "str", "bool", "datetime"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic
                .help(format!("if it is a string, quote it: `\"{word}\"`; a set by name is joined by `|`")),
        },
        _ => diagnostic.help("elements are strings, patterns, numbers and type domains (`int 1..5`)"),
    }
}

/// What follows `str` is no pattern.
pub(crate) fn bad_str_domain(file: FileId, span: Span, found: &str, kind: K, word: &str) -> Diagnostic {
    let message = format!("expected a string, `matching r\"…\"` or `like w\"…\"` after `str`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (kind, word) {
        (K::Regex, _) => diagnostic.help("write `str matching r\"…\"`, or the pattern without `str`"),
        (K::Wildcard, _) => diagnostic.help("write `str like w\"…\"`, or the pattern without `str`"),
        (_, "length") => {
            diagnostic.help("say which strings: `str like w\"*\" length 1..10` for any string of that length")
        }
        _ => diagnostic,
    }
}

/// `<..5`
pub(crate) fn range_without_lower(file: FileId, span: Span, operator: &str) -> Diagnostic {
    let message = format!("{} excludes a lower bound that is not there", quote(operator));
    let help = if operator == "<..<" {
        "write `..<` or add the lower bound"
    } else {
        "write `..` or add the lower bound"
    };
    Diagnostic::new(Code::Unexpected, file, span, message).help(help)
}

/// `5..<`, `..`
pub(crate) fn range_without_upper(file: FileId, span: Span, found: &str) -> Diagnostic {
    let message = format!("expected the upper bound of the range, found {found}");
    Diagnostic::new(Code::Unexpected, file, span, message)
        .help("a range is `a..b`, `a..`, `..b`, with `<` beside the dots for a bound that is excluded; its operator has no spaces within")
}

/// `datetime "…".."…"`
pub(crate) fn date_range_needs_dates(file: FileId, span: Span, bound: &str) -> Diagnostic {
    let message = format!("the bounds of a date range are `d\"…\"` literals, found {}", quote(bound));
    Diagnostic::new(Code::Unexpected, file, span, message)
        .help("write a `d` before the quote: `datetime d\"2025-01-01\"..d\"2025-12-31\"`")
}
