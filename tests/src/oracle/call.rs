//! Call lines (S9).

use super::json::Json;
use super::metadata::{Metadata, PartialMetadata};
use super::scene::Argument;

/// What a line asks.
pub(super) enum Line {
    Call(Box<Call>),
    /// A branch question (S8.3).
    Branch {
        session: Option<String>,
        metadata: Metadata,
    },
}

/// A call to a tool.
pub(super) struct Call {
    pub(super) session: Option<String>,
    pub(super) tool: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) session_value: Option<Json>,
    pub(super) control: Option<Metadata>,
    /// The value that the tool returned, if it was executed.
    pub(super) result: Option<Json>,
    pub(super) result_metadata: PartialMetadata,
    pub(super) combine: Combine,
}

/// How the result's own metadata is joined to what it inherits (S2.6).
#[derive(Debug, Clone, Copy)]
pub(super) enum Combine {
    Merge,
    Replace,
    Ignore,
}

const CALL_KEYS: [&str; 9] = [
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

impl Line {
    /// Reads a line; anything that S9 does not describe is an error.
    pub(super) fn read(line: &str) -> Result<Line, String> {
        let json = Json::read(line)?;
        let Json::Object(entries) = &json else { return Err("expected an object".to_owned()) };
        let keys: &[&str] = if json.get("branch").is_some() { &["session", "branch"] } else { &CALL_KEYS };
        if let Some((key, _)) = entries.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            return Err(format!("unknown key `{key}`"));
        }
        let session = match json.get("session") {
            None | Some(Json::Null) => None,
            Some(Json::String(name)) => Some(name.clone()),
            Some(_) => return Err("`session` is a string".to_owned()),
        };
        if let Some(metadata) = json.get("branch") {
            return Ok(Line::Branch { session, metadata: whole(metadata)? });
        }
        let Some(Json::String(tool)) = json.get("tool") else { return Err("`tool` is a string".to_owned()) };
        let result = json.get("result").cloned();
        for key in ["result_meta", "combine_meta"] {
            if result.is_none() && json.get(key).is_some() {
                return Err(format!("`{key}` without `result`"));
            }
        }
        Ok(Line::Call(Box::new(Call {
            session,
            tool: tool.clone(),
            arguments: arguments(json.get("args"), json.get("arg_meta"))?,
            session_value: json.get("session_value").cloned(),
            control: json.get("control_meta").map(whole).transpose()?,
            result,
            result_metadata: json
                .get("result_meta")
                .map_or(Ok(PartialMetadata::default()), PartialMetadata::from_json)?,
            combine: match json.get("combine_meta") {
                None => Combine::Merge,
                Some(Json::String(word)) if word == "merge" => Combine::Merge,
                Some(Json::String(word)) if word == "replace" => Combine::Replace,
                Some(Json::String(word)) if word == "ignore" => Combine::Ignore,
                Some(_) => return Err("`combine_meta` is `merge`, `replace` or `ignore`".to_owned()),
            },
        })))
    }
}

/// Metadata whose missing parts have the defaults (S2.2).
fn whole(json: &Json) -> Result<Metadata, String> {
    Ok(PartialMetadata::from_json(json)?.over(&Metadata::default()))
}

fn arguments(values: Option<&Json>, metadata: Option<&Json>) -> Result<Vec<Argument>, String> {
    let entries = |json: Option<&Json>| match json {
        None => Ok(Vec::new()),
        Some(Json::Object(entries)) => Ok(entries.clone()),
        Some(_) => Err("`args` and `arg_meta` are objects".to_owned()),
    };
    let mut arguments = Vec::new();
    for (name, value) in entries(values)? {
        arguments.push(Argument { name, value, metadata: Metadata::default() });
    }
    for (name, metadata) in entries(metadata)? {
        let argument = arguments.iter_mut().find(|argument| argument.name == name);
        argument.ok_or_else(|| format!("`arg_meta` for `{name}`, which is no argument"))?.metadata =
            whole(&metadata)?;
    }
    Ok(arguments)
}
