//! The short form of a call, which becomes the line of JSON that it stands for (S9).
//!
//! ```text
//! send_email(to="a@b.c", body="…" #pii #producers{"db"}) => "sent" #ok @s1
//! ```
//!
//! Arguments are `name=value` with a value of JSON. Behind a value, `#pii` is a tag, and `#tags{…}`, `#producers{…}` and `#consumers{…}`
//! are sets. `=> value` is the result, `@name` the session. Names of tools that are no words, and the like, are strings.
//!
//! Invariant: what is right here may still be refused by the reader of lines, which alone knows all limits.

use serde::de::IgnoredAny;
use sqrt_vm::json::write_string;
use sqrt_vm::visible::quote;

/// Whether a line is meant as the short form: a name, and a parenthesis behind it.
pub(super) fn is_short_form(line: &str) -> bool {
    let mut rest = Rest { text: line.trim_start() };
    match rest.name() {
        Ok(name) => rest.text.trim_start().starts_with('(') && !matches!(name.as_str(), "not" | "and" | "or"),
        Err(_) => false,
    }
}

/// The line of JSON; `session` is the session if the call names none.
///
/// # Errors
/// What is wrong, without anything of a value.
pub(super) fn line_of(text: &str, session: Option<&str>) -> Result<String, String> {
    let mut rest = Rest { text };
    let tool = rest.name()?;
    rest.expect('(', "after the name of the tool")?;
    let mut args: Vec<(String, Valued)> = Vec::new();
    while !rest.takes(')') {
        if !args.is_empty() {
            rest.expect(',', "or `)` after an argument")?;
        }
        let name = rest
            .name()
            .map_err(|_| "here stands the name of an argument, such as `to=\"a@b.c\"`".to_owned())?;
        rest.expect('=', &format!("after the name of the argument {}", quote(&name)))?;
        let valued = rest.valued(&format!("the argument {}", quote(&name)))?;
        args.push((name, valued));
    }
    let result = rest.takes_text("=>").then(|| rest.valued("the result")).transpose()?;
    let named = rest.takes('@').then(|| rest.name()).transpose()?;
    rest.text = rest.text.trim_start();
    if !rest.text.is_empty() {
        return Err("after a call comes `=> result`, `@session`, or nothing".to_owned());
    }
    Ok(written(&tool, &args, result.as_ref(), named.as_deref().or(session)))
}

/// A value as it is written, and its metadata as JSON, if some is given.
struct Valued {
    value: String,
    metadata: Option<String>,
}

fn written(tool: &str, args: &[(String, Valued)], result: Option<&Valued>, session: Option<&str>) -> String {
    let mut out = String::from("{\"tool\": ");
    write_string(&mut out, tool);
    if let Some(session) = session {
        out.push_str(", \"session\": ");
        write_string(&mut out, session);
    }
    out.push_str(", \"args\": {");
    for (place, (name, valued)) in args.iter().enumerate() {
        out.push_str(if place == 0 { "" } else { ", " });
        write_string(&mut out, name);
        out.push_str(": ");
        out.push_str(&valued.value);
    }
    out.push('}');
    let given = args.iter().filter_map(|(name, valued)| Some((name, valued.metadata.as_ref()?)));
    for (place, (name, metadata)) in given.clone().enumerate() {
        out.push_str(if place == 0 { ", \"arg_meta\": {" } else { ", " });
        write_string(&mut out, name);
        out.push_str(": ");
        out.push_str(metadata);
    }
    out.push_str(if given.count() > 0 { "}" } else { "" });
    if let Some(Valued { value, metadata }) = result {
        out.push_str(", \"result\": ");
        out.push_str(value);
        if let Some(metadata) = metadata {
            out.push_str(", \"result_meta\": ");
            out.push_str(metadata);
        }
    }
    out.push('}');
    out
}

/// What is left of the line.
struct Rest<'t> {
    text: &'t str,
}

impl<'t> Rest<'t> {
    fn takes(&mut self, wanted: char) -> bool {
        self.takes_text(wanted.encode_utf8(&mut [0; 4]))
    }

    fn takes_text(&mut self, wanted: &str) -> bool {
        let rest = self.text.trim_start();
        let Some(rest) = rest.strip_prefix(wanted) else { return false };
        self.text = rest;
        true
    }

    fn expect(&mut self, wanted: char, place: &str) -> Result<(), String> {
        if self.takes(wanted) { Ok(()) } else { Err(format!("`{wanted}` is missing {place}")) }
    }

    fn split(&mut self, at: usize) -> &'t str {
        let (taken, rest) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        self.text = rest;
        taken
    }

    /// A word or a string.
    fn name(&mut self) -> Result<String, String> {
        self.text = self.text.trim_start();
        if self.text.starts_with('"') {
            let string = self.json("a name")?;
            return serde_json::from_str(string)
                .map_err(|_| "a name in quotes is a string of JSON".to_owned());
        }
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '*');
        let end = self.text.find(|c| !is_word(c)).unwrap_or(self.text.len());
        match self.split(end) {
            "" => Err("a name is missing: a word, or a string in quotes".to_owned()),
            word => Ok(word.to_owned()),
        }
    }

    /// A value and its metadata.
    fn valued(&mut self, what: &str) -> Result<Valued, String> {
        let value = self.json(what)?.to_owned();
        let mut sets: [Option<Vec<String>>; 3] = [None, None, None];
        while self.takes('#') {
            let word = self.name()?;
            let field = ["tags", "producers", "consumers"].iter().position(|field| *field == word);
            match field.filter(|_| self.text.starts_with('{')) {
                Some(field) => {
                    let strings = self.set()?;
                    if let Some(set) = sets.get_mut(field) {
                        set.get_or_insert_default().extend(strings);
                    }
                }
                None => {
                    let [tags, ..] = &mut sets;
                    tags.get_or_insert_default().push(word);
                }
            }
        }
        Ok(Valued { value, metadata: metadata(&sets) })
    }

    /// `{a, "b c"}`
    fn set(&mut self) -> Result<Vec<String>, String> {
        self.expect('{', "before the tags of a set")?;
        let mut strings = Vec::new();
        while !self.takes('}') {
            if !strings.is_empty() {
                self.expect(',', "or `}` after a tag of a set")?;
            }
            strings.push(self.name()?);
        }
        Ok(strings)
    }

    /// A value of JSON, as it is written.
    fn json(&mut self, what: &str) -> Result<&'t str, String> {
        self.text = self.text.trim_start();
        let end = end_of_json(self.text);
        let value = self.split(end);
        let checked: Result<IgnoredAny, _> = serde_json::from_str(value);
        match checked {
            Ok(_) => Ok(value),
            Err(_) if value.is_empty() => Err(format!("the value of {what} is missing")),
            Err(_) => Err(format!(
                "the value of {what} is no JSON: a string stands in double quotes, `true` and `null` in lower case"
            )),
        }
    }
}

/// Where a value ends: with its quote or bracket, or before what cannot belong to a number or a word.
fn end_of_json(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        if in_string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' if depth == 0 => return at.saturating_add(1),
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => in_string = true,
            '[' | '{' => depth = depth.saturating_add(1),
            ']' | '}' if depth <= 1 => return if depth == 0 { at } else { at.saturating_add(1) },
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' | ')' | '#' | '=' | '@' if depth == 0 => return at,
            c if depth == 0 && c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

fn metadata(sets: &[Option<Vec<String>>; 3]) -> Option<String> {
    let mut out = String::new();
    for (name, set) in ["tags", "producers", "consumers"].into_iter().zip(sets) {
        let Some(set) = set else { continue };
        out.push_str(if out.is_empty() { "{\"" } else { ", \"" });
        out.push_str(name);
        out.push_str("\": [");
        for (place, string) in set.iter().enumerate() {
            out.push_str(if place == 0 { "" } else { ", " });
            write_string(&mut out, string);
        }
        out.push(']');
    }
    (!out.is_empty()).then(|| out + "}")
}

#[cfg(test)]
mod tests {
    use super::{is_short_form, line_of};

    #[test]
    fn a_short_form_stands_for_a_line_of_json() {
        for (short, json) in [
            ("t()", r#"{"tool": "t", "args": {}}"#),
            (
                r#"send_email ( to = "a(),#@b\"c" , n=-1.5e3,l=[1, {"k": "]}"}], b=true)"#,
                r#"{"tool": "send_email", "args": {"to": "a(),#@b\"c", "n": -1.5e3, "l": [1, {"k": "]}"}], "b": true}}"#,
            ),
            (
                r#"t(a=1#x #tags{y, "z z"}#consumers{*}, b=null) => {"r": 1} #producers{db} @s1"#,
                r#"{"tool": "t", "session": "s1", "args": {"a": 1, "b": null}, "arg_meta": {"a": {"tags": ["x", "y", "z z"], "consumers": ["*"]}}, "result": {"r": 1}, "result_meta": {"producers": ["db"]}}"#,
            ),
            (
                r#""a tool"("an arg"=1 #consumers{})"#,
                r#"{"tool": "a tool", "args": {"an arg": 1}, "arg_meta": {"an arg": {"consumers": []}}}"#,
            ),
        ] {
            assert!(is_short_form(short), "{short}");
            assert_eq!(line_of(short, None).as_deref(), Ok(json), "{short}");
        }
        assert_eq!(line_of("t()", Some("s")).as_deref(), Ok(r#"{"tool": "t", "session": "s", "args": {}}"#));
    }

    #[test]
    fn conditions_and_lines_of_json_are_no_short_forms() {
        for other in
            ["x.value in {1}", "not (x.value in {1})", "(a or b)", r#"{"tool": "t"}"#, "", "IsAdmin", ":help"]
        {
            assert!(!is_short_form(other), "{other}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_values() {
        for (short, message) in [
            (
                "t(to=secret)",
                "the value of the argument `to` is no JSON: a string stands in double quotes, `true` and `null` in lower case",
            ),
            ("t(to=)", "the value of the argument `to` is missing"),
            ("t(to)", "`=` is missing after the name of the argument `to`"),
            ("t(to=1 x=2)", "`,` is missing or `)` after an argument"),
            ("t(to=1", "`,` is missing or `)` after an argument"),
            ("t() secret", "after a call comes `=> result`, `@session`, or nothing"),
            (
                "t(a=\"secret)",
                "the value of the argument `a` is no JSON: a string stands in double quotes, `true` and `null` in lower case",
            ),
            ("t(a=1 #)", "a name is missing: a word, or a string in quotes"),
            ("t(a=1 #tags{x)", "`,` is missing or `}` after a tag of a set"),
        ] {
            assert_eq!(line_of(short, None), Err(message.to_owned()), "{short}");
        }
    }
}
