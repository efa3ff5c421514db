//! What a line may have, told from its JSON (S9, S2.4).

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// JSON with the order of its keys, those that come twice included. A number is its place among the numbers of the text.
#[derive(Debug)]
pub(super) enum Ordered {
    Null,
    Bool(bool),
    Number(usize),
    Text(String),
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

/// Why a line is not taken.
#[derive(Debug)]
pub(super) enum Refused {
    NotUtf8,
    NotJson(#[allow(dead_code, reason = "for messages")] String),
    /// This is not of the kind that it has to be.
    Kind(#[allow(dead_code, reason = "for messages")] &'static str),
    Unknown(#[allow(dead_code, reason = "for messages")] String),
    Duplicate(#[allow(dead_code, reason = "for messages")] String),
    /// This is there without what it belongs to, or missing.
    Alone(#[allow(dead_code, reason = "for messages")] String),
    Deep,
}

impl Ordered {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Ordered> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn members(&self) -> &[(String, Ordered)] {
        if let Ordered::Object(members) = self { members } else { &[] }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Ordered::Text(text) = self { Some(text) } else { None }
    }

    fn items(&self) -> Option<&[Ordered]> {
        if let Ordered::List(items) = self { Some(items) } else { None }
    }

    /// The members of an object that has only these keys, each once.
    fn only(&self, what: &'static str, keys: &[&str]) -> Result<&[(String, Ordered)], Refused> {
        let members = self.distinct(what)?;
        match members.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            Some((key, _)) => Err(Refused::Unknown(key.clone())),
            None => Ok(members),
        }
    }

    fn distinct(&self, what: &'static str) -> Result<&[(String, Ordered)], Refused> {
        let Ordered::Object(members) = self else { return Err(Refused::Kind(what)) };
        let mut seen = HashSet::new();
        match members.iter().find(|(key, _)| !seen.insert(key)) {
            Some((key, _)) => Err(Refused::Duplicate(key.clone())),
            None => Ok(members),
        }
    }
}

/// Whether a line may be taken whose values are nested so deep at most.
pub(super) fn expect_line(line: &Ordered, depth: usize) -> Result<(), Refused> {
    let call = [
        "session",
        "tool",
        "args",
        "arg_meta",
        "session_value",
        "control_meta",
        "result",
        "result_meta",
        "combine_meta",
    ];
    let keys = if line.get("branch").is_some() { &["session", "branch"][..] } else { &call };
    line.only("line", keys)?;
    match line.get("session") {
        None | Some(Ordered::Null | Ordered::Text(_)) => {}
        Some(_) => return Err(Refused::Kind("session")),
    }
    if let Some(branch) = line.get("branch") {
        return metadata(branch);
    }
    line.get("tool").and_then(Ordered::text).ok_or(Refused::Alone("tool".to_owned()))?;
    if let Some(args) = line.get("args") {
        args.distinct("args")?.iter().try_for_each(|(_, value)| expect_value(value, depth))?;
    }
    if let Some(all) = line.get("arg_meta") {
        for (name, one) in all.distinct("arg_meta")? {
            metadata(one)?;
            line.get("args").and_then(|args| args.get(name)).ok_or_else(|| Refused::Alone(name.clone()))?;
        }
    }
    for key in ["session_value", "result"] {
        line.get(key).map_or(Ok(()), |value| expect_value(value, depth))?;
    }
    for key in ["control_meta", "result_meta"] {
        line.get(key).map_or(Ok(()), metadata)?;
    }
    match line.get("combine_meta") {
        None => {}
        Some(Ordered::Text(word)) if ["merge", "replace", "ignore"].contains(&word.as_str()) => {}
        Some(_) => return Err(Refused::Kind("combine_meta")),
    }
    let alone = ["result_meta", "combine_meta"].into_iter().find(|key| line.get(key).is_some());
    match alone.filter(|_| line.get("result").is_none()) {
        Some(key) => Err(Refused::Alone(key.to_owned())),
        None => Ok(()),
    }
}

fn expect_value(value: &Ordered, depth: usize) -> Result<(), Refused> {
    let inner = || depth.checked_sub(1).ok_or(Refused::Deep);
    match value {
        Ordered::List(items) => {
            let inner = inner()?;
            items.iter().try_for_each(|item| expect_value(item, inner))
        }
        Ordered::Object(_) => {
            let inner = inner()?;
            value.distinct("value")?.iter().try_for_each(|(_, member)| expect_value(member, inner))
        }
        _ => Ok(()),
    }
}

fn metadata(tree: &Ordered) -> Result<(), Refused> {
    for (_, set) in tree.only("metadata", &["tags", "producers", "consumers"])? {
        let list = match set {
            Ordered::Object(_) => {
                set.only("set", &["except"])?;
                set.get("except").ok_or(Refused::Alone("except".to_owned()))?
            }
            _ => set,
        };
        let items = list.items().ok_or(Refused::Kind("set"))?;
        if items.iter().any(|item| item.text().is_none()) {
            return Err(Refused::Kind("tag"));
        }
    }
    Ok(())
}

/// A metadata set: whether it is what is left out, and the tags as they are listed.
pub(super) fn set(tree: &Ordered) -> (bool, Vec<String>) {
    let except = tree.get("except");
    let items = except.unwrap_or(tree).items().unwrap_or_default();
    (except.is_some(), items.iter().filter_map(Ordered::text).map(str::to_owned).collect())
}

/// The texts of the numbers of a JSON text, in order.
pub(super) fn number_texts(text: &str) -> Vec<String> {
    let (mut texts, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => end_of_string(rest),
            '-' | '0'..='9' => {
                let end =
                    rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)).unwrap_or(rest.len());
                texts.push(rest[..end].to_owned());
                end
            }
            other => other.len_utf8(),
        };
        rest = &rest[length..];
    }
    texts
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

thread_local! {
    /// How many numbers have been read of a text.
    static NUMBERS: Cell<usize> = const { Cell::new(0) };
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ordered, D::Error> {
        NUMBERS.set(0);
        Part::deserialize(deserializer).map(|Part(tree)| tree)
    }
}

/// A part of a text that is being read.
struct Part(Ordered);

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Part, D::Error> {
        deserializer.deserialize_any(Reader).map(Part)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Ordered, E> {
        Ok(Ordered::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Ordered, E> {
        Ok(Ordered::Number(NUMBERS.replace(NUMBERS.get() + 1)))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Ordered, E> {
        Ok(Ordered::Number(NUMBERS.replace(NUMBERS.get() + 1)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Ordered, E> {
        Ok(Ordered::Number(NUMBERS.replace(NUMBERS.get() + 1)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Ordered, E> {
        Ok(Ordered::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Ordered, A::Error> {
        let mut items = Vec::new();
        while let Some(Part(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Ordered::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Ordered, A::Error> {
        let mut members = Vec::new();
        while let Some((key, Part(member))) = object.next_entry()? {
            members.push((key, member));
        }
        Ok(Ordered::Object(members))
    }
}
