//! Answers that were recorded beside calls: `{"call": …, "answer": …}`, where the answer is one that `sqrt eval` gave.
//!
//! Of an answer `decision` (or `branch`, or `error`) is needed; `basis`, `rule` and metadata are compared if they are there.
//! Rules are recognised by the last part of their file's name, line and column.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;
use sqrt_vm::decision::{Basis, Outcome};
use sqrt_vm::metadata::{FieldImm, MetaSet, Metadata, Tags};

use super::report::RuleText;

/// A line with a call and its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair<'l> {
    #[serde(borrow)]
    pub(super) call: &'l RawValue,
    #[serde(borrow)]
    pub(super) answer: &'l RawValue,
}

/// An answer as it was recorded. What it has beside these is nothing to compare.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    decision: Option<String>,
    branch: Option<String>,
    error: Option<String>,
    basis: Option<String>,
    rule: Option<Rule>,
    pub(super) session_meta: Option<Meta>,
    pub(super) result_meta: Option<Meta>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    file: String,
    line: u32,
    column: u32,
    #[serde(default)]
    tool_id: String,
    #[serde(default)]
    description: Option<String>,
}

/// Metadata as it was recorded; what is not there is not compared.
#[derive(Debug, Deserialize)]
pub(super) struct Meta {
    tags: Option<Set>,
    producers: Option<Set>,
    consumers: Option<Set>,
}

/// A set (S2.4).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Set {
    Listed(BTreeSet<String>),
    Complement { except: BTreeSet<String> },
}

impl Set {
    /// Whether it is the complement of what it lists (S2.3).
    fn parts(&self) -> (bool, Option<&BTreeSet<String>>) {
        match self {
            Set::Listed(tags) if tags.contains("*") => (true, None),
            Set::Listed(tags) => (false, Some(tags)),
            Set::Complement { except } if except.contains("*") => (false, None),
            Set::Complement { except } => (true, Some(except)),
        }
    }

    fn is(&self, set: &MetaSet, tags: &Tags<'_>) -> bool {
        let (complement, listed) = self.parts();
        let view = set.view();
        complement != view.is_finite()
            && view.listed_len() == listed.map_or(0, BTreeSet::len)
            && view.listed().all(|tag| {
                let name = tags.name(tag);
                name.is_some_and(|name| listed.is_some_and(|listed| listed.contains(name)))
            })
    }

    /// As JSON lines have it.
    fn shown(&self) -> (bool, Vec<&str>) {
        let (complement, listed) = self.parts();
        (complement, listed.into_iter().flatten().map(String::as_str).collect())
    }
}

impl Meta {
    fn field(&self, field: FieldImm) -> Option<&Set> {
        match field {
            FieldImm::Tags => self.tags.as_ref(),
            FieldImm::Producers => self.producers.as_ref(),
            FieldImm::Consumers => self.consumers.as_ref(),
        }
    }

    /// The fields in which metadata differs from what was recorded.
    pub(super) fn different_fields<'m>(
        &'m self,
        metadata: &'m Metadata,
        tags: &'m Tags<'m>,
    ) -> impl Iterator<Item = FieldImm> + 'm {
        let differs = move |field: &FieldImm| {
            self.field(*field).is_some_and(|recorded| !recorded.is(metadata.field(*field), tags))
        };
        sqrt_vm::metadata::FIELDS.into_iter().filter(differs)
    }

    /// What a field lists, and whether that is what it leaves out.
    pub(super) fn listed(&self, field: FieldImm) -> Option<(bool, Vec<&str>)> {
        self.field(field).map(Set::shown)
    }
}

impl Answer {
    /// Reads an answer.
    pub(super) fn read(text: &str) -> Result<Answer, String> {
        // The reader's message could repeat what it found.
        let answer: Answer = serde_json::from_str(text).map_err(|error| {
            format!("the recorded answer is no answer (at its column {})", error.column())
        })?;
        match [&answer.decision, &answer.branch, &answer.error].into_iter().flatten().count() {
            1 => Ok(answer),
            _ => Err("the recorded answer has none of `decision`, `branch` and `error`, or more than one"
                .to_owned()),
        }
    }

    /// What was decided about a call, or a branch; calls that could not be decided count as denied (S6.11).
    pub(super) fn outcome(&self, is_branch: bool) -> Result<Outcome, String> {
        if self.error.is_some() {
            return Ok(Outcome::Deny);
        }
        let said = if is_branch { &self.branch } else { &self.decision };
        match said.as_deref() {
            Some("allow") => Ok(Outcome::Allow),
            Some("deny") => Ok(Outcome::Deny),
            Some(_) => Err("the recorded decision is neither `allow` nor `deny`".to_owned()),
            None if is_branch => {
                Err("the recorded answer is to a call, and the line asks about a branch".to_owned())
            }
            None => Err("the recorded answer is about a branch, and the line is a call".to_owned()),
        }
    }

    /// What decided, if that was recorded.
    pub(super) fn basis(&self) -> Result<Option<Basis>, String> {
        if self.error.is_some() {
            return Ok(Some(Basis::Error));
        }
        let Some(name) = self.basis.as_deref() else { return Ok(None) };
        let found = BASES.into_iter().find(|basis| basis.name() == name);
        found.map(Some).ok_or_else(|| "the recorded `basis` is none".to_owned())
    }

    /// The rule that decided, if there is one.
    pub(super) fn rule(&self) -> Option<RuleText> {
        let Rule { file, line, column, tool_id, description } = self.rule.as_ref()?;
        Some(RuleText {
            file: file.clone(),
            line: *line,
            column: *column,
            tool_id: tool_id.clone(),
            rule: "rule",
            description: description.clone(),
        })
    }
}

const BASES: [Basis; 8] = [
    Basis::MustDeny,
    Basis::MustAllowUnmet,
    Basis::MustAllow,
    Basis::ShouldDeny,
    Basis::ShouldAllow,
    Basis::AllowList,
    Basis::Default,
    Basis::Error,
];

/// What a rule is recognised by.
pub(super) type RulePlace = (String, u32, u32);

/// The place of a rule, without the folder of its file: the same policy may be read from elsewhere.
pub(super) fn place(file: &str, line: u32, column: u32) -> RulePlace {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    (name.to_owned(), line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_eval_writes_them() {
        let text = r#"{"session": null, "tool": "t", "decision": "deny", "basis": "must_deny", "rule": {"file": "a/p.sqrt", "line": 4, "column": 5, "tool_id": "t", "description": null}, "session_meta": {"tags": [], "producers": [], "consumers": ["*"]}, "result_meta": null}"#;
        let answer = Answer::read(text).unwrap();
        assert_eq!((answer.outcome(false), answer.basis()), (Ok(Outcome::Deny), Ok(Some(Basis::MustDeny))));
        let rule = answer.rule().unwrap();
        assert_eq!(place(&rule.file, rule.line, rule.column), ("p.sqrt".to_owned(), 4, 5));
        assert!(answer.outcome(true).is_err() && answer.result_meta.is_none());
        let branch = Answer::read(r#"{"session": "s", "branch": "allow"}"#).unwrap();
        assert_eq!(branch.outcome(true), Ok(Outcome::Allow));
        let error = Answer::read(r#"{"error": "…", "line": 2}"#).unwrap();
        assert_eq!((error.outcome(false), error.basis()), (Ok(Outcome::Deny), Ok(Some(Basis::Error))));
    }

    #[test]
    fn what_is_no_answer_is_refused_without_its_values() {
        for text in ["5", "{}", r#"{"decision": "allow", "branch": "deny"}"#, r#"{"decision": ["secret"]}"#] {
            let error = Answer::read(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(Answer::read(r#"{"decision": "maybe"}"#).unwrap().outcome(false).is_err());
        assert!(Answer::read(r#"{"decision": "deny", "basis": "b"}"#).unwrap().basis().is_err());
    }
}
