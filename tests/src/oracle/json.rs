//! JSON as call lines have it, read by hand so that numbers stay exact and no key is lost (S9).

use super::number::Number;

/// A JSON value (S2.1).
#[derive(Debug, Clone)]
pub(super) enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Json>),
    /// An object; its keys are distinct.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole line. Duplicate keys, lone surrogates and numbers beyond the doubles are errors (S9).
    pub(super) fn read(line: &str) -> Result<Json, String> {
        let mut reader = Reader { rest: line, depth: 0 };
        let value = reader.value()?;
        reader.skip_blanks();
        if reader.rest.is_empty() { Ok(value) } else { Err(reader.expected("the end of the line")) }
    }

    /// The value under a key of an object; nothing for anything else.
    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}

/// How deep lists and objects nest at most; a line over the limit is an error (S6.11).
const NESTING: usize = 256;

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn expected(&self, what: &str) -> String {
        format!("expected {what} before `{}`", self.rest.chars().take(20).collect::<String>())
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes `word` if it comes next, after blanks.
    fn take(&mut self, word: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn require(&mut self, word: &str) -> Result<(), String> {
        if self.take(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    fn value(&mut self) -> Result<Json, String> {
        self.skip_blanks();
        match self.rest.chars().next() {
            Some('n') => self.require("null").map(|()| Json::Null),
            Some('t') => self.require("true").map(|()| Json::Bool(true)),
            Some('f') => self.require("false").map(|()| Json::Bool(false)),
            Some('"') => self.string().map(Json::String),
            Some('[' | '{') if self.depth == NESTING => Err("nested too deep".to_owned()),
            Some('[') => self.nested(Reader::list),
            Some('{') => self.nested(Reader::object),
            Some('-' | '0'..='9') => self.number(),
            _ => Err(self.expected("a value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json, String>) -> Result<Json, String> {
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Result<Json, String> {
        self.require("[")?;
        let mut values = Vec::new();
        if self.take("]") {
            return Ok(Json::List(values));
        }
        loop {
            values.push(self.value()?);
            if self.take("]") {
                return Ok(Json::List(values));
            }
            self.require(",")?;
        }
    }

    fn object(&mut self) -> Result<Json, String> {
        self.require("{")?;
        let mut entries: Vec<(String, Json)> = Vec::new();
        if self.take("}") {
            return Ok(Json::Object(entries));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            if entries.iter().any(|(name, _)| *name == key) {
                return Err(format!("duplicate key `{key}`"));
            }
            self.require(":")?;
            let value = self.value()?;
            entries.push((key, value));
            if self.take("}") {
                return Ok(Json::Object(entries));
            }
            self.require(",")?;
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let end = self.rest.find(|c| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if !is_json_number(text) {
            return Err(self.expected("a number"));
        }
        let number = Number::read(text).ok_or_else(|| format!("`{text}` is beyond the doubles"))?;
        self.rest = rest;
        Ok(Json::Number(number))
    }

    fn string(&mut self) -> Result<String, String> {
        if !self.rest.starts_with('"') {
            return Err(self.expected("a string"));
        }
        self.rest = &self.rest[1..];
        let mut text = String::new();
        loop {
            let Some(c) = self.rest.chars().next() else { return Err("open string".to_owned()) };
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '"' => return Ok(text),
                '\\' => text.push(self.escape()?),
                '\0'..='\x1f' => return Err("control character in a string".to_owned()),
                _ => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let Some(c) = self.rest.chars().next() else { return Err("open string".to_owned()) };
        self.rest = &self.rest[c.len_utf8()..];
        Ok(match c {
            '"' | '\\' | '/' => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode(),
            _ => return Err(format!("unknown escape `\\{c}`")),
        })
    }

    /// `\uXXXX`, or two of them that are one character.
    fn unicode(&mut self) -> Result<char, String> {
        let mut units = vec![self.four_digits()?];
        if (0xD800..0xDC00).contains(&units[0]) && self.rest.starts_with("\\u") {
            self.rest = &self.rest[2..];
            units.push(self.four_digits()?);
        }
        let text = String::from_utf16(&units).map_err(|_| "lone surrogate".to_owned())?;
        text.chars().next().ok_or_else(|| "lone surrogate".to_owned())
    }

    fn four_digits(&mut self) -> Result<u16, String> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        let unit = u16::from_str_radix(digits, 16).map_err(|error| error.to_string())?;
        self.rest = &self.rest[4..];
        Ok(unit)
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_call_line_is_refused() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\": 1, \"a\": 2}",
            "{\"a\" 1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e999",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\n\"",
            "nul",
            "1 2",
            "\"\\x\"",
            "\"\\u00g0\"",
            "-",
        ] {
            assert!(Json::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_exact_and_escapes_are_decoded() {
        let Ok(Json::List(values)) =
            Json::read(" [18446744073709551615, -0.5e1, \"\\ud83d\\ude00\\/\\n\", {}] ")
        else {
            panic!("a list")
        };
        assert!(matches!(values[0], Json::Number(Number::Whole(18_446_744_073_709_551_615))));
        assert!(matches!(values[1], Json::Number(Number::Double(-5.0))));
        assert!(matches!(&values[2], Json::String(text) if text == "😀/\n"));
    }
}
