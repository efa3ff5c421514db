//! An example of a condition for each argument, by what its schema says.

use super::literals::{is_name, string};
use crate::tools::domain::{Leaves, Reader, Strings};
use crate::tools::language::Languages;
use crate::tools::{Argument, Tool};
use sqrt_compiler::ir::Range;
use sqrt_vm::number::Number;

/// So many values of a list are in an example.
const MOST_VALUES: usize = 3;

/// What is shown of an argument.
pub(super) struct Shown {
    /// What it may be, in words; empty if nothing is known.
    pub(super) words: String,
    /// A condition on it; none if its name cannot stand in a policy.
    pub(super) condition: Option<String>,
}

/// What is shown of an argument of a tool.
pub(super) fn of(tool: &Tool, argument: &Argument, languages: &mut Languages) -> Shown {
    let domain = Reader::new(tool.schemas(), languages).all_of(&argument.schemas);
    let format = tool.schemas_of(argument).find_map(|schema| schema.format.as_deref());
    let leaves = domain.leaves();
    let is_unknown = leaves.is_anything() || leaves.is_empty();
    let words = if is_unknown { String::new() } else { domain.words() };
    let name = &argument.name;
    let condition = is_name(name).then(|| match set(&leaves, format, name).filter(|_| !is_unknown) {
        Some(set) => format!("{name}.value in {set}"),
        None => format!("not {name}.tags overlaps {{\"confidential\"}}"),
    });
    Shown { words, condition }
}

/// A set that values may be in.
fn set(leaves: &Leaves, format: Option<&str>, name: &str) -> Option<String> {
    let listed: Vec<&str> = leaves
        .strings
        .iter()
        .filter_map(|strings| match strings {
            Strings::One(text) => Some(text.as_str()),
            Strings::Many { .. } => None,
        })
        .collect();
    // Not all of them: an example shows how to restrict.
    let some = listed.len().saturating_sub(1).clamp(1, MOST_VALUES);
    let element = if !listed.is_empty() {
        let elements: Vec<String> = listed.into_iter().take(some).map(string_element).collect();
        elements.join(", ")
    } else if let Some(strings) = leaves.strings.first() {
        text(strings, format, name)?.to_owned()
    } else if let Some(numbers) = leaves.numbers.first() {
        let kind = if numbers.whole { "int" } else { "float" };
        format!("{kind} {}", range(&numbers.range))
    } else if leaves.yes || leaves.no {
        format!("bool {}", leaves.yes)
    } else {
        return None;
    };
    Some(format!("{{{element}}}"))
}

/// A string as an element; with a star it is no pattern, and says so.
fn string_element(text: &str) -> String {
    if text.contains('*') { format!("str {}", string(text)) } else { string(text) }
}

/// An element for strings, by what they look like; none for free text, of which its metadata says more than its value.
fn text(strings: &Strings, format: Option<&str>, name: &str) -> Option<&'static str> {
    let says = |part: &str| name.to_ascii_lowercase().contains(part);
    let is_mail = matches!(name, "to" | "cc" | "bcc") || says("mail") || says("recipient");
    Some(match format {
        Some("date" | "date-time") => "datetime d\"2025-01-01\"..d\"2025-12-31\"",
        Some("uri" | "url") => r#"r"https://docs\.example\.com/[a-z0-9/]*""#,
        Some("hostname" | "idn-hostname") => r#""build.example.com""#,
        Some("email" | "idn-email") => r#"r"[a-z.]+@example\.com""#,
        // A pattern of the schema may rule out whatever could be an example.
        _ if !strings.is_anything() => return None,
        _ if is_mail => r#"r"[a-z.]+@example\.com""#,
        _ if says("url") => r#"r"https://docs\.example\.com/[a-z0-9/]*""#,
        // What is carried out is not free text: whoever writes it decides what happens.
        _ if says("command") || says("cmd") || says("shell") => r#""git status", "git diff""#,
        _ if says("sql") => r#""select name from products""#,
        _ if name == "host" || says("hostname") || says("server") => r#""build.example.com""#,
        _ if says("path") || says("file") => r#"r"notes/[a-z0-9_-]+\.txt""#,
        _ => return None,
    })
}

/// Numbers in the range that the schema gives, or some.
fn range(range: &Range<Number>) -> String {
    let number = |number: Number| match number {
        // The language has no exponents.
        Number::Int(int) => Some(int.to_string()),
        Number::Float(float) if float.abs() < 1e15 => Some(float.to_string()),
        Number::Float(_) => None,
    };
    let lower = range.lower.and_then(|bound| Some((number(bound.value)?, bound.inclusive)));
    let upper = range.upper.and_then(|bound| Some((number(bound.value)?, bound.inclusive)));
    match (lower, upper) {
        (None, None) => "1..100".to_owned(),
        (lower, upper) => {
            let lower = lower.map(|(text, inclusive)| if inclusive { text } else { format!("{text}<") });
            let upper = upper.map(|(text, inclusive)| if inclusive { text } else { format!("<{text}") });
            format!("{}..{}", lower.unwrap_or_default(), upper.unwrap_or_default())
        }
    }
}
