//! Messages about conditions and comparisons.

use super::{Code, Diagnostic, FileId, Span, meant, quote};
use crate::syntax::token::TokenKind as K;

/// No condition where one should stand.
pub(crate) fn expected_condition(file: FileId, span: Span, found: &str, kind: K) -> Diagnostic {
    let message = format!("expected a condition, found {found}");
    let diagnostic = Diagnostic::new(Code::ExpectedCondition, file, span, message);
    match kind {
        K::Regex | K::Wildcard => diagnostic
            .help("a pattern stands on the right: `x.value in {r\"…\"}`, `x.tags overlaps {w\"…\"}`"),
        K::LeftBrace => {
            diagnostic.help("a set literal stands on the right: `x.tags overlaps {…}`, `x.value in {…}`")
        }
        K::Semicolon => diagnostic.help("write the condition, or `always` for none"),
        K::Dot | K::DotValue => diagnostic.help("write the name of an argument before the `.`"),
        _ => diagnostic
            .help("a condition is like `x.value in {…}`, `x.tags overlaps {…}` or the name of a `let`"),
    }
}

/// A value without a comparison; `behind` is the word behind a `.` that follows it.
pub(crate) fn expected_value_comparison(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    left: &str,
    behind: &str,
) -> Diagnostic {
    let message = format!("expected `in` or `==` after {}, found {found}", quote(left));
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    if let Some(pattern) = pattern_for(if word.is_empty() { behind } else { word }) {
        let test = quote(&format!("{left} in {{{pattern}}}"));
        return diagnostic.help(format!("test it against a pattern: {test}"));
    }
    if !left.ends_with(".value") && matches!(found, "`;`" | "`)`" | "`and`" | "`or`" | "`,`") {
        let set = quote(&format!("x.value in {{…, {left}}}"));
        return diagnostic.help(format!("a value alone is no condition; one of several values is {set}"));
    }
    match word {
        "not" => diagnostic.help(format!(
            "`not` stands before the whole comparison: {}",
            quote(&format!("not {left} in …"))
        )),
        "is" => diagnostic.help(format!(
            "a value is compared by `==` or tested by `in`, and a missing one is {}; `is empty` is for metadata sets",
            quote(&format!("not {left} in {{\"*\"}}"))
        )),
        _ if matches!(found, "`;`" | "`)`" | "`and`" | "`or`") => diagnostic.help(format!(
            "of something that is true or false write {}, of other values {}",
            quote(&format!("{left} == true")),
            quote(&format!("{left} in {{…}}"))
        )),
        _ if matches!(found, "`.`" | "`[`") => diagnostic.help(format!(
            "what is in a value has no name of its own: {} asks about all that is in it",
            quote(&format!("{left} in {{…}}"))
        )),
        "overlaps" | "subset" | "superset" => {
            diagnostic.help("this compares metadata sets (`x.tags`); a value is tested by `in`")
        }
        _ => match meant(word, &["in"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic.help(format!(
                "write {} or {}",
                quote(&format!("{left} in {{…}}")),
                quote(&format!("{left} == …"))
            )),
        },
    }
}

/// `name contains …`, where other languages have an operator; nothing if the operator is none of these.
pub(crate) fn name_tested(
    file: FileId,
    name_span: Span,
    name: &str,
    at: Span,
    operator: &str,
) -> Option<Diagnostic> {
    let pattern = pattern_for(operator)?;
    let message = format!("{} alone cannot stand to the left of {}", quote(name), quote(operator));
    let diagnostic = Diagnostic::new(Code::BadLeftSide, file, name_span, message);
    let diagnostic = diagnostic.also(file, at, "there is no such operator");
    Some(match name {
        "tags" => diagnostic
            .help("metadata is tested by `overlaps`: `@args.tags overlaps {…}`, `x.tags overlaps {…}`"),
        _ => diagnostic.help(format!(
            "test the value of the argument against a pattern: {}",
            quote(&format!("{name}.value in {{{pattern}}}"))
        )),
    })
}

/// The pattern for what other languages have an operator or a method for.
fn pattern_for(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "matches" | "matching" | "match" => Some("r\"…\""),
        "like" | "glob" => Some("w\"…*\""),
        "contains" | "includes" | "has" => Some("w\"*…*\""),
        "startswith" | "starts_with" | "starts" => Some("w\"…*\""),
        "endswith" | "ends_with" | "ends" => Some("w\"*…\""),
        _ => None,
    }
}

/// A metadata set without a comparison; `behind` is the word behind a `.` that follows it.
pub(crate) fn expected_set_comparison(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    kind: K,
    left: &str,
    behind: &str,
) -> Diagnostic {
    let operators = "`overlaps`, `subset of`, `superset of`, `==`, `is empty` or `is universal`";
    let message = format!("expected {operators} after {}, found {found}", quote(left));
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (word, kind) {
        ("in", _) => diagnostic.help(format!("`in` is for one value; for sets write {}", quote(&format!("{left} subset of …")))),
        ("not", _) => diagnostic.help(format!("`not` stands before the whole comparison: {}", quote(&format!("not {left} overlaps …")))),
        ("contains" | "has" | "includes", _) => {
            diagnostic.help(format!("write {}, or {} for all of them", quote(&format!("{left} overlaps {{…}}")), quote(&format!("{left} superset of {{…}}"))))
        }
        (_, K::Dot) if matches!(behind, "empty" | "is_empty" | "isEmpty") => {
            diagnostic.help(format!("write {}", quote(&format!("{left} is empty"))))
        }
        (_, K::Dot) if matches!(behind, "contains" | "has" | "includes") => {
            diagnostic.help(format!("write {}", quote(&format!("{left} overlaps {{…}}"))))
        }
        ("intersects", _) => diagnostic.help("write `overlaps`"),
        ("union" | "intersect" | "minus" | "xor" | "with" | "without", _)
        | (_, K::Pipe | K::Ampersand | K::Minus | K::Caret) => diagnostic
            .help("to the left of a comparison stands one metadata set; turn the comparison around, or compare each set"),
        (_, K::Assign) => diagnostic.help("`=` assigns; write `==` to compare"),
        (_, K::RightParen) => diagnostic.help("to the left of a comparison stands a metadata set without parentheses"),
        _ => match meant(word, &["overlaps", "subset", "superset", "is"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic.help(format!("write {}", quote(&format!("{left} overlaps {{…}}")))),
        },
    }
}

/// Neither `empty` nor `universal` after `is`.
pub(crate) fn expected_after_is(file: FileId, span: Span, found: &str, word: &str) -> Diagnostic {
    let message = format!("expected `empty` or `universal` after `is`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match word {
        "not" => diagnostic.help("`not` stands before the whole comparison: `not x.tags is empty`"),
        _ => match meant(word, &["empty", "universal"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        },
    }
}

/// `subset` without `of`.
pub(crate) fn missing_of(file: FileId, span: Span, found: &str, word: &str) -> Diagnostic {
    let message = format!("expected `of` after `{word}`, found {found}");
    Diagnostic::new(Code::Unexpected, file, span, message).help(format!("write `{word} of`"))
}

/// No value to the right of `==` after a value.
pub(crate) fn expected_value(file: FileId, span: Span, found: &str, kind: K, word: &str) -> Diagnostic {
    let message = format!("expected a value or a literal after `==`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match kind {
        K::Regex | K::Wildcard => diagnostic.help("a pattern is not equal to a value, it matches: `x.value in {r\"…\"}`"),
        K::LeftBrace => diagnostic.help("a value is tested against a set by `in`: `x.value in {…}`"),
        K::At | K::AtResult | K::AtSession | K::AtArgs => {
            diagnostic.help("a value does not equal a metadata set; is `.value` missing, or `in` meant?")
        }
        K::Word if matches!(word, "int" | "float" | "str" | "datetime" | "bool") => {
            diagnostic.help("a value is tested against a type domain by `in`: `x.value in {int 1..5}`")
        }
        K::Word if matches!(word.to_ascii_lowercase().as_str(), "null" | "none" | "nil" | "undefined") => {
            diagnostic.help(
                "there is no literal for null, and none for a missing value; an argument that is there is in the set of anything: `x.value in {\"*\"}`",
            )
        }
        K::Word if matches!(word.to_ascii_lowercase().as_str(), "true" | "false") => {
            diagnostic.help(format!("write `{}`", word.to_ascii_lowercase()))
        }
        K::Word => diagnostic.help(format!(
            "for the value of an argument write `{word}.value`; a set by name is tested by `in`: `x.value in {word}`"
        )),
        _ => diagnostic,
    }
}

/// `name overlaps …`, `name == …`, `name in …`
pub(crate) fn name_compared(
    file: FileId,
    name_span: Span,
    name: &str,
    at: Span,
    operator: &str,
) -> Diagnostic {
    let name = quote(name);
    let bare = name.trim_matches('`');
    let message = format!("{name} alone cannot stand to the left of {}", quote(operator));
    let help = match operator {
        "in" => format!("for the value of the argument {name} write `{bare}.value in …`"),
        "==" => format!(
            "for the argument {name} write `{bare}.value == …` or `{bare}.tags == …`; a `let` of sets stands on the right side only"
        ),
        "is" => format!("for the argument {name} write `{bare}.tags is …`; a `let` cannot be tested by `is`"),
        _ => format!(
            "for the argument {name} write `{bare}.tags {operator} …`; a `let` of sets stands on the right side only"
        ),
    };
    Diagnostic::new(Code::BadLeftSide, file, name_span, message).also(file, at, "compared here").help(help)
}

/// `a == b == c`
pub(crate) fn comparison_chained(file: FileId, span: Span, operator: &str) -> Diagnostic {
    let message = format!("a comparison cannot be compared again by {}", quote(operator));
    Diagnostic::new(Code::BadLeftSide, file, span, message)
        .help("join comparisons by `and`: `a == b and b == c`; to the left of a comparison stands one metadata set or value")
}

/// `a | b` where conditions are combined.
pub(crate) fn set_operator_between_conditions(file: FileId, span: Span, operator: &str) -> Diagnostic {
    let message = format!("{} combines sets, and a condition stands before it", quote(operator));
    let diagnostic = Diagnostic::new(Code::MixedKinds, file, span, message);
    match operator {
        "&" | "intersect" => diagnostic.help("write `and`"),
        "|" | "union" => diagnostic.help("write `or`"),
        "-" | "minus" | "without" => diagnostic.help("write `and not`"),
        _ => diagnostic.help("conditions are combined by `and`, `or` and `not`"),
    }
}

/// A condition goes on with something that cannot follow it.
pub(crate) fn condition_goes_on(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    open: Option<Span>,
    due: &str,
) -> Diagnostic {
    let message = format!("expected `and`, `or` or {due} after the condition, found {found}");
    let mut diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    if let Some(open) = open {
        diagnostic = diagnostic.also(file, open, "this parenthesis is open");
    }
    match (word, found) {
        ("not", _) => diagnostic.help("join conditions by `and` or `or`: `… and not …`"),
        ("else" | "otherwise", _) => {
            diagnostic.help("there is no `else`; write another rule for the other case")
        }
        ("unless" | "except", _) => diagnostic.help("write `and not (…)`"),
        ("when", _) => diagnostic.help("there is one `when`; join conditions by `and`"),
        ("always", _) => diagnostic.help("a rule has `always` or `when …`, not both"),
        (_, "`)`") => diagnostic.help("no parenthesis is open here; remove it, or add the `(`"),
        (_, "`,`") => diagnostic.help("join conditions by `and` or `or`"),
        (_, "`;`") if open.is_some() => diagnostic.help("close it with `)`"),
        (_, "`(`") => diagnostic
            .help("there are no functions; a condition is like `x.value in {…}` or `x.tags overlaps {…}`"),
        (_, "`{`") => {
            diagnostic.help("only a `when` in a result or session block has braces after its condition")
        }
        (_, "`=`") => {
            diagnostic.help("`=` assigns; write `==` to compare, with `x.value` or `x.tags` on the left")
        }
        (_, "`->`") => {
            diagnostic.help("the condition of a shorthand stands at its end: `-> @tags |= {…} when …;`")
        }
        _ => match meant(word, &["and", "or", "overlaps", "subset", "superset"]) {
            Some(help) => diagnostic.help(help),
            None if word.is_empty() => diagnostic,
            None => diagnostic.help("join conditions by `and` or `or`"),
        },
    }
}
