//! Values of a call as explanations show them: kind and size, and the value itself only if it was asked for.

use std::fmt::Write;

use sqrt_vm::json::write_value;
use sqrt_vm::value::{LeafPlace, Value};
use sqrt_vm::visible::visible;

use super::Options;
use super::model::{ShownLeaf, ShownValue};

/// The longest text of a value, in characters, unless everything was asked for.
const LONGEST: usize = 100;

/// The value, with its text if it may be shown.
pub(super) fn shown_value(value: Value<'_>, options: Options) -> ShownValue {
    let (kind, length) = match value {
        Value::Null => ("null", None),
        Value::Bool(_) => ("bool", None),
        Value::Number(_) => ("number", None),
        Value::Str(text) => ("string", Some(text.chars().count())),
        Value::List(items) => ("list", Some(items.len())),
        Value::Object(members) => ("object", Some(members.len())),
    };
    let text = options.show_values.then(|| match value {
        // A long text is not written to be cut.
        Value::Str(text) if !options.full && length > Some(LONGEST) => {
            let start: String = text.chars().take(LONGEST).collect();
            let more = length.unwrap_or(0).saturating_sub(LONGEST);
            let mut out = String::new();
            write_value(&mut out, Value::Str(&start));
            out + &left_out(more)
        }
        value => {
            let mut text = String::new();
            write_value(&mut text, value);
            cut(text, options)
        }
    });
    ShownValue { kind, length, leaves: leaves(value), text }
}

fn cut(mut text: String, options: Options) -> String {
    if !options.full
        && let Some((at, _)) = text.char_indices().nth(LONGEST)
    {
        let more = text.chars().count().saturating_sub(LONGEST);
        text.truncate(at);
        text.push_str(&left_out(more));
    }
    text
}

fn left_out(more: usize) -> String {
    format!("… ({more} more characters)")
}

/// How many leaves there are, keys counted (S4.4).
fn leaves(value: Value<'_>) -> u64 {
    let (mut open, mut count) = (vec![value], 0_u64);
    while let Some(value) = open.pop() {
        match value {
            Value::List(items) => open.extend(items),
            Value::Object(members) => {
                count = count.saturating_add(members.len() as u64);
                open.extend(members.iter().map(|(_, member)| *member));
            }
            _ => count = count.saturating_add(1),
        }
    }
    count
}

/// A leaf by its place.
pub(super) fn shown_leaf(place: &LeafPlace<'_>, options: Options) -> ShownLeaf {
    let mut path = String::new();
    let steps = place.path.len();
    for (depth, (index, key)) in place.path.iter().zip(&place.keys).enumerate() {
        let is_key = place.is_key && depth + 1 == steps;
        // Writing to a string cannot fail.
        let _ = match key {
            Some(_) if is_key => write!(path, "{{key {}}}", index + 1),
            Some(key) if options.show_values => write!(path, ".{}", visible(key)),
            Some(_) => write!(path, "{{member {}}}", index + 1),
            None => write!(path, "[{index}]"),
        };
    }
    ShownLeaf { path: cut(path, options), value: shown_value(place.leaf, options) }
}

/// `a string of 5 characters`, or the value itself if it is shown.
pub(super) fn described(value: &ShownValue) -> String {
    if let Some(text) = &value.text {
        return text.clone();
    }
    let counted = |what: &str| {
        let length = value.length.unwrap_or(0);
        format!("{length} {what}{}", if length == 1 { "" } else { "s" })
    };
    match value.kind {
        "string" => format!("a string of {}", counted("character")),
        "list" => format!("a list of {}", counted("item")),
        "object" => format!("an object of {}", counted("member")),
        "null" => "null".to_owned(),
        kind => format!("a {kind}"),
    }
}
