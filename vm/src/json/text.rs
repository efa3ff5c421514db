//! JSON strings and values, written: equal values have equal texts.

use super::scan::is_plain_ascii;
use crate::number::Number;
use crate::value::Value;
use crate::visible::is_hidden;
use std::fmt::Write;
use std::{slice, vec};

/// Appends a JSON string, quoted and escaped; what need not be escaped, as it is neither JSON's nor
/// [hidden](crate::visible::is_hidden), stays as it is.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    write_string_content(out, text);
    out.push('"');
}

/// Appends what [`write_string`] writes between the quotes.
pub fn write_string_content(out: &mut String, text: &str) {
    if is_plain_ascii(text) {
        out.push_str(text);
    } else {
        write_escaped(out, text);
    }
}

fn write_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            hidden if is_hidden(hidden) => {
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            other => out.push(other),
        }
    }
}

/// What is left to write of a list or an object.
enum Frame<'v> {
    List(slice::Iter<'v, Value<'v>>),
    Object(vec::IntoIter<(&'v str, Value<'v>)>),
}

/// Appends a value as JSON: the keys of objects sorted by code point, each number in one spelling. Numbers that are equal
/// have equal texts, `5` and `5.0` alike. A float that is not finite is written as null.
pub fn write_value(out: &mut String, value: Value<'_>) {
    let mut frames = Vec::new();
    let mut next = Some(value);
    loop {
        // What comes now is the first of its list or object exactly if that was opened in this step.
        let opened = match next.take() {
            Some(value) => write_or_open(out, value, &mut frames),
            None => false,
        };
        let comma = if opened { "" } else { ", " };
        match frames.last_mut() {
            None => return,
            Some(Frame::List(items)) => match items.next() {
                Some(item) => {
                    out.push_str(comma);
                    next = Some(*item);
                    continue;
                }
                None => out.push(']'),
            },
            Some(Frame::Object(members)) => match members.next() {
                Some((key, member)) => {
                    out.push_str(comma);
                    write_string(out, key);
                    out.push_str(": ");
                    next = Some(member);
                    continue;
                }
                None => out.push('}'),
            },
        }
        frames.pop();
    }
}

/// Writes a scalar, or opens a list or an object.
fn write_or_open<'v>(out: &mut String, value: Value<'v>, frames: &mut Vec<Frame<'v>>) -> bool {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Number(number) => write_number(out, number),
        Value::Str(text) => write_string(out, text),
        Value::List(items) => {
            out.push('[');
            frames.push(Frame::List(items.iter()));
            return true;
        }
        Value::Object(members) => {
            out.push('{');
            let mut members = members.to_vec();
            // The order of UTF-8 is that of code points.
            members.sort_unstable_by_key(|(key, _)| *key);
            frames.push(Frame::Object(members.into_iter()));
            return true;
        }
    }
    false
}

/// Writes integers within -2^63 … 2^64-1 as digits, other numbers as the shortest text that reads back as the same float.
fn write_number(out: &mut String, number: Number) {
    const FIRST_INT: f64 = -9_223_372_036_854_775_808.0;
    const AFTER_INTS: f64 = 18_446_744_073_709_551_616.0;
    let is_exact = |float: f64| number.is_integral() && (FIRST_INT..AFTER_INTS).contains(&float);
    // Writing to a string cannot fail.
    let _ = match number {
        Number::Int(int) => write!(out, "{int}"),
        Number::Float(float) if is_exact(float) => write!(out, "{}", float as i128),
        Number::Float(float) if float.is_finite() => write!(out, "{float:?}"),
        Number::Float(_) => write!(out, "null"),
    };
}

#[cfg(test)]
mod tests {
    use super::{is_hidden, write_string, write_value};
    use crate::number::Number::{Float, Int};
    use crate::value::Value::{self, Bool, List, Null, Number, Object, Str};
    use proptest::prelude::*;

    fn text(value: Value<'_>) -> String {
        let mut out = String::new();
        write_value(&mut out, value);
        out
    }

    #[test]
    fn equal_values_have_equal_texts() {
        for (number, expected) in [
            (Int(5), "5"),
            (Float(5.0), "5"),
            (Float(-0.0), "0"),
            (Float(-9_223_372_036_854_775_808.0), "-9223372036854775808"),
            (Int(u64::MAX.into()), "18446744073709551615"),
            (Float(18_446_744_073_709_551_616.0), "1.8446744073709552e19"),
            (Float(0.1), "0.1"),
            (Float(-1e300), "-1e300"),
            (Float(5e-324), "5e-324"),
            (Float(f64::NAN), "null"),
        ] {
            assert_eq!(text(Number(number)), expected);
        }
        let inner = [("b", List(&[])), ("a", Object(&[])), ("\u{e9}", Str("\n"))];
        let value = List(&[Null, Object(&inner), List(&[Bool(true), Bool(false)])]);
        assert_eq!(text(value), "[null, {\"a\": {}, \"b\": [], \"\u{e9}\": \"\\n\"}, [true, false]]");
    }

    proptest! {
        #[test]
        fn floats_come_back(float in any::<f64>()) {
            prop_assume!(float.is_finite());
            let read: f64 = serde_json::from_str(&text(Number(Float(float)))).unwrap();
            prop_assert_eq!(read, float);
        }
    }

    proptest! {
        #[test]
        fn strings_come_back(text in "(\\PC|[\0-\u{1f}\"\\\\\u{7f}-\u{9f}\u{2028}\u{202e}\u{feff}\u{e0041}]){0,20}") {
            let mut out = String::new();
            write_string(&mut out, &text);
            prop_assert!(!out.chars().any(is_hidden), "{out:?}");
            if !text.chars().any(|c| c >= ' ' && is_hidden(c)) {
                prop_assert_eq!(&out, &serde_json::to_string(&text).unwrap());
            }
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
