//! X-Policy documents: presets, defaults and branch questions (S8).

use super::metadata::{MetaSet, Metadata};
use crate::corpus::{Level, Mode};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct XPolicy {
    pub(super) mode: Option<Mode>,
    pub(super) code: String,
    pub(super) default_allow: Option<bool>,
    pub(super) default_level: Option<Level>,
    /// The presets that are on: name and source, the one with the highest rank first.
    pub(super) presets: Vec<(&'static str, &'static str)>,
    pub(super) branching: Option<Branching>,
}

const NON_EXECUTABLE_MEMORY: &str = "tool r\"(?s).*\" -> result @tags |= {\"__non_executable\"};\n";
const LLM_BLOCKED_HARD: &str =
    "tool \"parse_with_ai\" {\n    must deny when @args.tags overlaps {\"__llm_blocked\"};\n}\n";
const LLM_BLOCKED_SOFT: &str =
    "tool \"parse_with_ai\" {\n    should deny when @args.tags overlaps {\"__llm_blocked\"};\n}\n";

/// Which branches a control flow may take (S8.3).
#[derive(Debug)]
pub(super) struct Branching {
    allow_mode: bool,
    tags: MetaSet,
    producers: MetaSet,
    consumers: MetaSet,
}

impl XPolicy {
    /// Reads a document. What it leaves out has the client's default (S8).
    pub(super) fn read(document: &Value) -> Result<XPolicy, String> {
        let presets = &document["presets"];
        let on = |key: &str| presets[key].as_bool().unwrap_or(true);
        let mut sources = Vec::new();
        if on("enable_non_executable_memory") {
            sources.push(("preset:enable_non_executable_memory", NON_EXECUTABLE_MEMORY));
        }
        if on("enable_llm_blocked_tag") {
            let soft = presets["llm_blocked_tag_enforcement_level"] == "soft";
            sources.push((
                "preset:enable_llm_blocked_tag",
                if soft { LLM_BLOCKED_SOFT } else { LLM_BLOCKED_HARD },
            ));
        }
        let code = document["codes"].as_str().or_else(|| document["codes"]["code"].as_str());
        Ok(XPolicy {
            mode: match document["mode"].as_str() {
                None => None,
                Some("standard") => Some(Mode::Standard),
                Some("strict") => Some(Mode::Strict),
                Some("custom") => Some(Mode::Custom),
                Some(other) => return Err(format!("unknown mode `{other}`")),
            },
            code: code.unwrap_or_default().to_owned(),
            default_allow: presets["default_allow"].as_bool(),
            default_level: match presets["default_allow_enforcement_level"].as_str() {
                None => None,
                Some("soft") => Some(Level::Soft),
                Some("hard") => Some(Level::Hard),
                Some(other) => return Err(format!("unknown level `{other}`")),
            },
            presets: sources,
            branching: presets.get("branching_meta_policy").map(Branching::read),
        })
    }
}

impl Branching {
    fn read(policy: &Value) -> Branching {
        let set = |key: &str| {
            let listed = policy[key].as_array().map(Vec::as_slice).unwrap_or_default();
            MetaSet::of(listed.iter().filter_map(Value::as_str))
        };
        Branching {
            allow_mode: policy["mode"] == "allow",
            tags: set("tags"),
            producers: set("producers"),
            consumers: set("consumers"),
        }
    }

    /// Whether a branch may be taken (S8.3).
    pub(super) fn allows(&self, metadata: &Metadata) -> bool {
        if self.allow_mode {
            let consumers_are_listed = self.consumers != MetaSet { complement: false, tags: BTreeSet::new() };
            metadata.producers.subset_of(&self.producers)
                && metadata.tags.subset_of(&self.tags)
                && (!consumers_are_listed || metadata.consumers.subset_of(&self.consumers))
        } else {
            let shares_consumer =
                !metadata.consumers.is_universal() && metadata.consumers.overlaps(&self.consumers);
            !metadata.producers.overlaps(&self.producers)
                && !metadata.tags.overlaps(&self.tags)
                && !shares_consumer
        }
    }
}
