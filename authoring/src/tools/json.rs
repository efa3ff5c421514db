//! JSON with places: the tree of a document in which each value knows its bytes.
//!
//! Schemas are read from it, and messages about them name places; readers that give values alone cannot. Strict as the
//! readers of calls are: a key that comes twice, a lone surrogate and a number beyond the doubles are errors, so that two
//! readers cannot disagree about what a file says.

use sqrt_compiler::syntax::token::Span;
use sqrt_vm::number::Number;
use sqrt_vm::visible::quote;
use std::collections::HashSet;

/// The deepest nesting of a document. Reading recurses this deep, and so does what walks the tree.
pub(crate) const MOST_LEVELS: usize = 100;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Json {
    pub(crate) kind: Kind,
    /// Its bytes in the text.
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Json>),
    Object(Vec<Member>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) value: Json,
}

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonError {
    pub(crate) message: String,
    /// The byte at which it shows.
    pub(crate) at: usize,
}

impl Json {
    /// Reads a text that is one JSON value.
    pub(crate) fn parse(text: &str) -> Result<Json, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(MOST_LEVELS)?;
        reader.skip_space();
        match reader.peek() {
            None => Ok(value),
            Some(_) => Err(reader.error("something follows the JSON value")),
        }
    }

    /// The value of a key of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Json> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The members of an object; none of anything else.
    pub(crate) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(crate) fn items(&self) -> &[Json] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    pub(crate) fn as_number(&self) -> Option<Number> {
        match self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A number that counts something.
    pub(crate) fn as_count(&self) -> Option<u64> {
        match self.as_number()? {
            Number::Int(int) => u64::try_from(int).ok(),
            float @ Number::Float(value) => {
                let counts = float.is_integral() && (0.0..=9_007_199_254_740_992.0).contains(&value);
                counts.then_some(value as u64)
            }
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List(_))
    }

    /// What it is, for a message.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a bool",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
        }
    }
}

/// A place in a text that is being read; always on a character boundary.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.at += rest.len() - trimmed.len();
    }

    fn take(&mut self, character: char) -> bool {
        let taken = self.peek() == Some(character);
        if taken {
            self.at += character.len_utf8();
        }
        taken
    }

    fn error(&self, message: impl Into<String>) -> JsonError {
        JsonError { message: message.into(), at: self.at }
    }

    fn unexpected(&self, expected: &str) -> JsonError {
        match self.peek() {
            Some(found) => {
                self.error(format!("expected {expected}, found {}", quote(found.encode_utf8(&mut [0; 4]))))
            }
            None => self.error(format!("expected {expected}, found the end")),
        }
    }

    /// A value that may nest `levels` deep.
    fn value(&mut self, levels: usize) -> Result<Json, JsonError> {
        self.skip_space();
        let start = self.at;
        let kind = match self.peek() {
            Some('{' | '[') if levels == 0 => {
                return Err(self.error(format!("it is nested deeper than {MOST_LEVELS} levels")));
            }
            Some('{') => self.object(levels - 1)?,
            Some('[') => self.list(levels - 1)?,
            Some('"') => Kind::String(self.string()?),
            Some('-' | '0'..='9') => Kind::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Json { kind, span: self.since(start) })
    }

    fn since(&self, start: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(start), end: offset(self.at) }
    }

    fn word(&mut self) -> Result<Kind, JsonError> {
        let words = [("null", Kind::Null), ("true", Kind::Bool(true)), ("false", Kind::Bool(false))];
        for (word, kind) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.unexpected("a JSON value"))
    }

    fn object(&mut self, levels: usize) -> Result<Kind, JsonError> {
        self.take('{');
        let mut members = Vec::new();
        let mut keys = HashSet::new();
        self.skip_space();
        while !self.take('}') {
            if !members.is_empty() && !self.take(',') {
                return Err(self.unexpected("`,` or `}`"));
            }
            self.skip_space();
            if self.peek() != Some('"') {
                return Err(self.unexpected("a key in quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            if !keys.insert(key.clone()) {
                return Err(JsonError { message: format!("the key {} comes twice", quote(&key)), at: start });
            }
            self.skip_space();
            if !self.take(':') {
                return Err(self.unexpected("`:`"));
            }
            let value = self.value(levels)?;
            members.push(Member { key, value });
            self.skip_space();
        }
        Ok(Kind::Object(members))
    }

    fn list(&mut self, levels: usize) -> Result<Kind, JsonError> {
        self.take('[');
        let mut items = Vec::new();
        self.skip_space();
        while !self.take(']') {
            if !items.is_empty() && !self.take(',') {
                return Err(self.unexpected("`,` or `]`"));
            }
            items.push(self.value(levels)?);
            self.skip_space();
        }
        Ok(Kind::List(items))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let start = self.at;
        self.take('"');
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => text.push(self.escape()?),
                Some(_) => return Err(self.error("a control character in a string; it has to be escaped")),
                None => {
                    return Err(JsonError { message: "a string without its end".to_owned(), at: start });
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        let wrong = |message: &str| JsonError { message: message.to_owned(), at: start };
        self.take('\\');
        let Some(character) = self.peek() else { return Err(wrong("a string without its end")) };
        self.at += character.len_utf8();
        Ok(match character {
            '"' | '\\' | '/' => character,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit().ok_or_else(|| wrong("`\\u` has four hexadecimal digits"))?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    units.push(self.unit().ok_or_else(|| wrong("`\\u` has four hexadecimal digits"))?);
                }
                let decoded: Result<String, _> = char::decode_utf16(units).collect();
                let decoded = decoded.map_err(|_| wrong("half a character: a lone surrogate"))?;
                decoded.chars().next().unwrap_or_default()
            }
            _ => return Err(wrong("an unknown escape in a string")),
        })
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }

    /// A number as JSON writes it: no leading zeros, digits on both sides of the point.
    fn number(&mut self) -> Result<Number, JsonError> {
        let start = self.at;
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let rest = self.rest();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        let wrong = |message: &str| JsonError { message: message.to_owned(), at: start };
        if !is_number(text) {
            return Err(wrong("no number as JSON writes them"));
        }
        self.at += length;
        if let Ok(int) = text.parse::<i128>()
            && (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&int)
        {
            return Ok(Number::Int(int));
        }
        let float = text.parse::<f64>().ok().filter(|float| float.is_finite());
        float.map(Number::Float).ok_or_else(|| wrong("a number beyond the 64-bit floats"))
    }
}

/// Whether a text is a number by the grammar of JSON.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
mod tests {
    use super::{Json, Kind};
    use sqrt_vm::number::Number;

    #[test]
    fn values_know_their_bytes() {
        let text = r#" {"a": [1, 2.5e1, "x\u00e9\ud83d\ude80\n"], "b": {}, "c": null} "#;
        let json = Json::parse(text).unwrap();
        let at = |json: &Json| text.get(json.span.start as usize..json.span.end as usize).unwrap().to_owned();
        let list = json.get("a").unwrap();
        assert_eq!(at(list), r#"[1, 2.5e1, "x\u00e9\ud83d\ude80\n"]"#);
        let kinds: Vec<&Kind> = list.items().iter().map(|item| &item.kind).collect();
        let text = Kind::String("xé🚀\n".to_owned());
        assert_eq!(kinds, [&Kind::Number(Number::Int(1)), &Kind::Number(Number::Float(25.0)), &text]);
        assert_eq!(json.get("b").unwrap().members(), []);
        assert_eq!(json.get("d"), None);
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, message, at) in [
            ("", "expected a JSON value, found the end", 0),
            ("{\"a\" 1}", "expected `:`, found `1`", 5),
            ("[1 2]", "expected `,` or `]`, found `2`", 3),
            ("[1,]", "expected a JSON value, found `]`", 3),
            ("{,}", "expected a key in quotes, found `,`", 1),
            ("{\"a\": 1, \"a\": 2}", "the key `a` comes twice", 9),
            ("01", "no number as JSON writes them", 0),
            ("1.", "no number as JSON writes them", 0),
            ("1e999", "a number beyond the 64-bit floats", 0),
            ("\"a", "a string without its end", 0),
            ("\"\n\"", "a control character in a string; it has to be escaped", 1),
            ("\"\\ud800\"", "half a character: a lone surrogate", 1),
            ("\"\\x\"", "an unknown escape in a string", 1),
            ("1 1", "something follows the JSON value", 2),
            ("nul", "expected a JSON value, found `n`", 0),
        ] {
            let error = Json::parse(text).unwrap_err();
            assert_eq!((error.message.as_str(), error.at), (message, at), "{text}");
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(&nested(super::MOST_LEVELS)).is_ok());
        let error = Json::parse(&nested(100_000)).unwrap_err();
        assert_eq!(error.message, "it is nested deeper than 100 levels");
    }
}
