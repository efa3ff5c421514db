//! What a plain scalar means: what JSON takes for a number, a bool or null is that, and everything else is text.
//!
//! Versions and readers of YAML do not agree about words like `no` and numbers like `012`. An author, an editor and the command
//! must never read different things, so such scalars are refused, with the ways to write them.

use super::Kind;

/// What a plain scalar means.
///
/// # Errors
/// What some readers would take it for, if they do not agree.
pub(crate) fn plain(text: &str) -> Result<Kind, &'static str> {
    match text {
        "" | "~" | "null" => Ok(Kind::Null),
        "true" => Ok(Kind::Bool(true)),
        "false" => Ok(Kind::Bool(false)),
        _ if is_json_number(text) => Ok(Kind::Number(text.to_owned())),
        _ => match ambiguous(text) {
            Some(taken_for) => Err(taken_for),
            None => Ok(Kind::Text(text.to_owned())),
        },
    }
}

/// What some readers of YAML take this text for.
fn ambiguous(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "true" | "false" | "yes" | "no" | "on" | "off" => return Some("a truth value"),
        "null" => return Some("null"),
        ".inf" | "-.inf" | "+.inf" | ".nan" => return Some("a number that JSON does not have"),
        _ => {}
    }
    let digits = lower.strip_prefix(['-', '+']).unwrap_or(&lower);
    let numeric = match digits.as_bytes() {
        [b'0', b'x', rest @ ..] => all(rest, |byte| byte.is_ascii_hexdigit() || byte == b'_'),
        [b'0', b'o', rest @ ..] => all(rest, |byte| matches!(byte, b'0'..=b'7' | b'_')),
        [b'0', b'b', rest @ ..] => all(rest, |byte| matches!(byte, b'0' | b'1' | b'_')),
        _ => looks_numeric(digits),
    };
    numeric.then_some("a number")
}

fn all(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is(byte))
}

/// Digits with underscores, at most one point and an exponent: a number to some reader.
fn looks_numeric(text: &str) -> bool {
    let (mantissa, exponent) =
        text.split_once('e').map_or((text, None), |(before, after)| (before, Some(after)));
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let some = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && (some(whole) || some(fraction))
        && !whole.starts_with('_')
        && exponent.is_none_or(|exponent| all(exponent.as_bytes(), |byte| byte.is_ascii_digit()))
}

/// Whether it is a number as JSON writes it.
fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| all(part.as_bytes(), |byte| byte.is_ascii_digit());
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
