//! Answers as the VM writes them (S9), read back.

use serde_json::Value;

use crate::testing::file::MetaSet;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Call(Box<CallAnswer>),
    /// `allow` or `deny`.
    Branch(String),
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CallAnswer {
    pub(super) decision: String,
    pub(super) basis: String,
    pub(super) rule: Option<RulePlace>,
    pub(super) session_meta: Metadata,
    pub(super) result_meta: Option<Metadata>,
}

/// Where the deciding rule is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RulePlace {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) tool_id: String,
    pub(super) description: Option<String>,
}

/// Metadata of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Metadata {
    pub(super) tags: MetaSet,
    pub(super) producers: MetaSet,
    pub(super) consumers: MetaSet,
}

impl Answer {
    /// The answer that a line is.
    pub(super) fn read(line: &str) -> Option<Answer> {
        let value: Value = serde_json::from_str(line).ok()?;
        if let Some(branch) = value.get("branch") {
            return Some(Answer::Branch(branch.as_str()?.to_owned()));
        }
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Answer::Call(Box::new(CallAnswer {
            decision: text("decision")?,
            basis: text("basis")?,
            rule: RulePlace::read(value.get("rule")?),
            session_meta: Metadata::read(value.get("session_meta")?)?,
            result_meta: Metadata::read(value.get("result_meta")?),
        })))
    }
}

impl RulePlace {
    fn read(value: &Value) -> Option<RulePlace> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let number =
            |key: &str| value.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
        Some(RulePlace {
            file: text("file")?,
            line: number("line")?,
            column: number("column")?,
            tool_id: text("tool_id")?,
            description: text("description"),
        })
    }
}

impl Metadata {
    fn read(value: &Value) -> Option<Metadata> {
        let set = |key: &str| set(value.get(key)?);
        Some(Metadata { tags: set("tags")?, producers: set("producers")?, consumers: set("consumers")? })
    }
}

fn set(value: &Value) -> Option<MetaSet> {
    let texts = |value: &Value| -> Option<Vec<String>> {
        value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
    };
    match value.get("except") {
        Some(except) => Some(MetaSet::except(texts(except)?)),
        None => Some(MetaSet::only(texts(value)?)),
    }
}
