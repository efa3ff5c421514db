//! JSON strings, written.

use std::fmt::Write;

/// Appends a JSON string, quoted and escaped; what need not be escaped stays as it is.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f)) {
        write_escaped(out, text);
    } else {
        out.push_str(text);
    }
    out.push('"');
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
            control @ '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write_string;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strings_come_back(text in "(\\PC|[\0-\u{1f}\"\\\\\u{7f}\u{2028}]){0,20}") {
            let mut out = String::new();
            write_string(&mut out, &text);
            prop_assert_eq!(&out, &serde_json::to_string(&text).unwrap());
            prop_assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
