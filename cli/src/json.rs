//! JSON lines as the command writes them: on one line, with a space after each colon and comma.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use sqrt_vm::json::write_string_content;

/// Writes a value and a line end.
pub(crate) fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Spaced))?;
    out.write_all(b"\n")
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    /// What JSON leaves as it is and a terminal does not: what is hidden.
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut text = String::new();
        write_string_content(&mut text, fragment);
        out.write_all(text.as_bytes())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_has_spaces_after_colons_and_commas() {
        let mut out = Vec::new();
        super::write_line(
            &mut out,
            &serde_json::json!({"a": [1, 2], "b": {"c": null, "d": "x\ny\u{9b}\u{7f}"}}),
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"a\": [1, 2], \"b\": {\"c\": null, \"d\": \"x\\ny\\u009b\\u007f\"}}\n"
        );
    }
}
