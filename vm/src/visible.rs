//! Text of others on its way to people: every message, listing and answer that repeats a name, a path or a line of a policy
//! makes hidden characters visible here, and nowhere else.
//!
//! A terminal obeys control characters, and an editor reorders or hides text around others; so neither is passed on as it is.
//! What is shown is one line and says the same in every terminal. The predicate is [`is_hidden`]; messages write such a
//! character as `\u{1b}`, JSON (`json::write_string`) as `\u001b`, which reads back as the character.

use std::borrow::Cow;

/// The longest piece of text that a message repeats, in Unicode scalar values.
const QUOTE_LIMIT: usize = 60;

/// Whether a character has the Unicode property Bidi_Control (S1.3c), as of Unicode 17.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is a control (C0, DEL, C1), ends a line, shows nothing, or changes how its neighbours are shown:
/// controls, separators of lines, what Unicode calls ignorable by default, and characters of private use.
pub fn is_hidden(c: char) -> bool {
    if c < '\u{7f}' {
        return c < ' ';
    }
    c.is_control()
        || is_bidi_control(c)
        || matches!(c, '\u{2028}' | '\u{2029}') // ends of lines
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) // private use
}

/// Appends `c`, as `\u{…}` if it is hidden.
pub fn push_visible(out: &mut String, c: char) {
    if is_hidden(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// The text with every hidden character as `\u{…}`, ends of lines too.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    text.chars().for_each(|c| push_visible(&mut out, c));
    Cow::Owned(out)
}

/// Text for a message: in backticks, visible, cut if it is long.
pub fn quote(text: &str) -> String {
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTE_LIMIT {
            out.push('…');
            break;
        }
        push_visible(&mut out, c);
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::{is_bidi_control, is_hidden, quote, visible};

    #[test]
    fn quoting_shows_what_is_hidden_and_cuts_what_is_long() {
        assert_eq!(quote("a b"), "`a b`");
        assert_eq!(quote("a\u{202e}\n\u{1b}"), "`a\\u{202e}\\u{a}\\u{1b}`");
        assert_eq!(quote(&"x".repeat(100)), format!("`{}…`", "x".repeat(60)));
        assert_eq!(quote(&"\u{1b}".repeat(61)), format!("`{}…`", "\\u{1b}".repeat(60)));
    }

    #[test]
    fn what_a_terminal_obeys_or_an_editor_hides_is_hidden() {
        let hidden = "\0\t\n\u{b}\r\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{ad}\u{61c}\u{200b}\u{200e}\u{2028}\u{2029}\u{202e}\
            \u{2066}\u{206a}\u{fe0f}\u{feff}\u{fff9}\u{e0041}\u{e000}\u{f0000}\u{10fffd}";
        assert!(hidden.chars().all(is_hidden), "{hidden:?}");
        assert!("aZ ~\u{a0}é漢🚀\u{fffd}\u{2014}".chars().all(|c| !is_hidden(c)));
        assert!(('\0'..=char::MAX).all(|c| is_hidden(c) || !(c.is_control() || is_bidi_control(c))));
    }

    #[test]
    fn visible_text_stays_as_it_is() {
        assert_eq!(visible("a `b` \\ é"), "a `b` \\ é");
        assert_eq!(visible("a\u{9b}31m\r\n"), "a\\u{9b}31m\\u{d}\\u{a}");
        assert_eq!(visible(&visible("\u{1b}")), "\\u{1b}");
    }
}
