//! Names and texts of others as literals of policies and tests, and in comments.

use sqrt_vm::json::write_string;
use sqrt_vm::visible::{is_hidden, visible};

/// So much of a text is shown in a comment.
const MOST_CHARACTERS: usize = 90;

/// A string of the language (S1.5); what is hidden is written as an escape.
pub(super) fn string(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            hidden if is_hidden(hidden) => written.extend(hidden.escape_unicode()),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

/// The id of a block about exactly this tool. A name with a star is written as a regex, so that nobody takes it for a pattern.
pub(super) fn tool_id(name: &str) -> String {
    if !name.contains('*') {
        return string(name);
    }
    let mut written = String::from("r\"");
    for character in name.chars() {
        match character {
            // In brackets a quote needs no more than the escape of the string, and a backslash is not doubled.
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\x5C"),
            hidden if is_hidden(hidden) => written.push_str(&format!("\\x{{{:x}}}", u32::from(hidden))),
            other if other.is_ascii_punctuation() && other != '_' => written.extend(['\\', other]),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

/// A string of YAML and JSON. A test takes `$name` for a name of its own, so a text of that form gets one more mark.
pub(super) fn yaml(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = text.trim_start_matches('$');
    let is_mention = name.len() < text.len()
        && name.starts_with(|c: char| is_part(c) && !c.is_ascii_digit())
        && name.chars().all(is_part);
    let mut written = String::new();
    write_string(&mut written, &if is_mention { format!("${text}") } else { text.to_owned() });
    written
}

/// A text for a comment: its first line, visible and cut.
pub(super) fn comment(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim();
    let mut shown: String = line.chars().take(MOST_CHARACTERS).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    visible(&shown).into_owned()
}

/// Whether a text can stand as the name of an argument.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.chars().all(is_part) && text.starts_with(|c: char| is_part(c) && !c.is_ascii_digit())
}
