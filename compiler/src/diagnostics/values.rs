//! The messages about literals, ranges, dates, patterns and value conditions (S1.5–S1.7, S4).

use super::{Code, Diagnostic, quote};
use crate::ir::Origin;
use sqrt_vm::automata::Reason;
use sqrt_vm::visible::push_visible;

/// `\u` without `{…}`, or with something else than a scalar value in it.
pub(crate) fn bad_unicode_escape(at: Origin) -> Diagnostic {
    Diagnostic::new(Code::BadUnicodeEscape, at.file, at.span, "this `\\u{…}` names no character")
        .help("write one to six hexadecimal digits of a Unicode scalar value: `\\u{e9}`")
}

/// `\q` in a string or wildcard.
pub(crate) fn unknown_escape(at: Origin, escaped: char, wildcard: bool) -> Diagnostic {
    let mut shown = String::from("`\\");
    push_visible(&mut shown, escaped);
    shown.push('`');
    let kind = if wildcard { "wildcard" } else { "string" };
    let known = if wildcard {
        "`\\*`, `\\?`, `\\\\`, `\\\"`"
    } else {
        "`\\\"`, `\\\\`, `\\n`, `\\t`, `\\r`, `\\0`, `\\u{…}`"
    };
    let message = format!("{shown} is no escape in a {kind}; both characters stay");
    Diagnostic::new(Code::UnknownEscape, at.file, at.span, message)
        .help(format!("write `\\\\` for a backslash; the escapes are {known}"))
}

/// Doubled backslashes that were read as one each.
pub(crate) fn doubled_backslash(at: Origin, read_as: &str) -> Diagnostic {
    let message = format!("a doubled backslash in a regex is read as one: {}", quote(read_as));
    Diagnostic::new(Code::DoubledBackslash, at.file, at.span, message)
        .help("write one backslash; four are the pattern for one literal backslash")
}

/// A doubled backslash before a letter or digit.
pub(crate) fn ambiguous_backslash(at: Origin, next: char) -> Diagnostic {
    let message = format!("a doubled backslash before `{next}` could mean two things");
    Diagnostic::new(Code::AmbiguousBackslash, at.file, at.span, message).help(format!(
        "write `\\{next}` for the escape of the regex syntax, or `\\\\\\\\{next}` (four backslashes) for a literal \
         backslash and `{next}`"
    ))
}

/// A pattern that the pattern parser refuses.
pub(crate) fn bad_pattern(at: Origin, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::BadPattern, at.file, at.span, reason).help(
        "patterns have the syntax of the Rust regex crates and match the whole string; \
         write `\\` before a character that is meant literally",
    )
}

/// A pattern without a table.
pub(crate) fn simulated_pattern(at: Origin, reason: Reason) -> Diagnostic {
    let (why, help) = match reason {
        Reason::WordBoundary => (
            "no table can tell its word boundary",
            "write `(?-u:\\b)` for a boundary between ASCII words, or spell out what stands around the word",
        ),
        Reason::TableTooLarge => (
            "its table would be over the limit `pattern_table_bytes`",
            "shorten counted repetitions, or test the length apart: `str matching r\"\\w+\" length ..200`",
        ),
        Reason::TablesTooLarge => (
            "the tables of the policy are at the limit `pattern_tables_bytes`",
            "use fewer or simpler patterns, or ASCII classes such as `[a-z]` in place of `\\w`",
        ),
    };
    let message = format!("this pattern is slow to test: {why}");
    Diagnostic::new(Code::SimulatedPattern, at.file, at.span, message).help(help)
}

/// A number that is no finite 64-bit float.
pub(crate) fn number_too_large(at: Origin, text: &str) -> Diagnostic {
    let message = format!("{} is beyond the 64-bit floats", quote(text));
    Diagnostic::new(Code::NumberTooLarge, at.file, at.span, message)
        .help("leave the bound out if there is no limit: `int 5..`")
}

/// A date that is none.
pub(crate) fn bad_date(at: Origin, text: &str) -> Diagnostic {
    let message = format!("{} is no date", quote(text));
    Diagnostic::new(Code::BadDate, at.file, at.span, message)
        .help("write `2025-01-31`, `2025-01-31T12:30:00Z` or `2025-01-31T12:30:00+02:00`")
}

/// `datetime inf`.
pub(crate) fn infinite_date(at: Origin) -> Diagnostic {
    Diagnostic::new(Code::InfiniteDate, at.file, at.span, "a date cannot be infinite")
        .help("leave out a bound of a range instead: `datetime d\"2025-01-01\"..`")
}

/// A range that nothing is in.
pub(crate) fn impossible_range(at: Origin, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::ImpossibleRange, at.file, at.span, format!("nothing is in this range: {reason}"))
        .help("exchange or widen the bounds, or remove the element")
}

/// A condition between literals.
pub(crate) fn constant_condition(at: Origin) -> Diagnostic {
    let message = "this condition compares literals, so it never depends on the call";
    Diagnostic::new(Code::ConstantCondition, at.file, at.span, message)
        .help("compare a value of the call (`x.value`), or write `always` or remove the rule")
}

/// A deny rule that depends on a date.
pub(crate) fn date_deny_dodged(at: Origin, rule: Origin, value: &str) -> Diagnostic {
    let message = format!("this deny is dodged by a {value} that is no date");
    Diagnostic::new(Code::DateDenyDodged, at.file, at.span, message)
        .also(rule.file, rule.span, "in this rule")
        .help(format!(
            "deny what is no date as well: `… or not {value} in {{datetime d\"0001-01-01\"..}}`, \
             or allow the dates that are fine"
        ))
}

/// `"a*"` among the elements of a set; `literal` is the string as written.
pub(crate) fn star_in_string(at: Origin, literal: &str) -> Diagnostic {
    let pattern = if literal.contains(".*") {
        format!("for a regex write {}", quote(&format!("r{literal}")))
    } else {
        format!("for a wildcard write {}", quote(&format!("w{literal}")))
    };
    let message = "a plain string is compared character by character, its `*` too";
    Diagnostic::new(Code::StarInString, at.file, at.span, message)
        .help(format!("{pattern}; if this very string is meant, {}", quote(&format!("str {literal}"))))
}
