//! Classes of characters that the lexer and the messages agree on.

/// Whether a character has the Unicode property Bidi_Control (S1.3c), as of Unicode 17.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
