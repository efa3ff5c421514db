//! The oracle: a naive interpreter of SQRT that walks the syntax tree.
//!
//! It is written for obviousness, each function after the rule that it cites, and it shares nothing with the compiler
//! after parsing and nothing with the VM: numbers, dates, patterns, metadata sets, JSON and presets are its own. What the
//! engine answers is compared with what the oracle answers; where they differ, one of them misreads the rules.
//!
//! It assumes that a policy passed the static checks (it may panic on one that did not), has no limits, and takes its
//! time.

mod call;
mod conditions;
mod date;
mod decision;
mod json;
mod load;
mod metadata;
mod number;
mod pattern;
mod scene;
mod sets;
mod text;
mod tree;
mod updates;
mod values;
mod x_policy;

use crate::corpus::{Level, Mode, Options};
use call::{Call, Combine, Line};
use decision::{Decision, decide, in_update_order, is_about};
use metadata::Metadata;
use scene::{Arguments, Place, Scene, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tree::{Block, Policy, Statement};
use updates::Updating;
use x_policy::{Branching, XPolicy};

/// A policy with its sessions.
#[derive(Debug)]
pub struct Oracle {
    policy: Policy,
    mode: Mode,
    default: decision::DefaultVerdict,
    branching: Option<Branching>,
    sessions: BTreeMap<Option<String>, Session>,
}

impl Oracle {
    /// Reads the files (name and text) of a policy, which are one policy in the order given, configured by `options`.
    pub fn new(files: &[(&str, &str)], options: &Options) -> Result<Oracle, String> {
        let mut policy = Policy::default();
        for (name, source) in files {
            load::load(&mut policy, name, source, None)?;
        }
        let document = options.x_policy.as_ref().map_or(Ok(XPolicy::default()), XPolicy::read)?;
        load::load(&mut policy, "x-policy", &document.code, None)?;
        for (rank, (name, source)) in document.presets.iter().enumerate() {
            load::load(&mut policy, name, source, Some(rank))?;
        }
        if let Some(name) = policy.mentioned.iter().find(|name| !policy.lets.contains_key(*name)) {
            return Err(format!("no let is called `{name}`"));
        }
        // Options given beside a document win over it (S8). The default is allow, soft (S6.8).
        let default = decision::DefaultVerdict {
            allow: options.default_allow.or(document.default_allow).unwrap_or(true),
            level: options.default_level.or(document.default_level).unwrap_or(Level::Soft),
        };
        let mode = options.mode.or(document.mode).unwrap_or(Mode::Standard);
        let sessions = BTreeMap::new();
        Ok(Oracle { policy, mode, default, branching: document.branching, sessions })
    }

    /// Answers one line (S9). A line that is no valid call gets `{"error": …}` and changes nothing.
    pub fn answer(&mut self, line: &str) -> Value {
        match Line::read(line) {
            Err(error) => json!({"error": error}),
            Ok(Line::Branch { session, metadata }) => {
                let branching = self.branching.as_ref().filter(|_| self.mode == Mode::Custom);
                let allow = branching.is_none_or(|branching| branching.allows(&metadata));
                json!({"session": session, "branch": verdict(allow)})
            }
            Ok(Line::Call(call)) => self.answer_call(*call),
        }
    }

    fn answer_call(&mut self, call: Call) -> Value {
        let mut session = self.sessions.get(&call.session).cloned().unwrap_or_default();
        if let Some(value) = call.session_value {
            session.value = Some(value);
        }
        let blocks: Vec<&Block> =
            self.policy.blocks.iter().filter(|block| is_about(block, &call.tool)).collect();
        let arguments = with_control(call.arguments, call.control.filter(|_| self.mode == Mode::Strict));
        let initial = arguments.initial_result();
        let nothing = Session::default();
        let scene = Scene {
            policy: &self.policy,
            place: Place::Rule,
            arguments: &arguments,
            session: &nothing,
            result: &initial,
            result_value: call.result.as_ref(),
        };

        // S6.1
        let mut updating = Updating { place: Place::Session, result: initial.clone(), session };
        run_all(&mut updating, &blocks, |block| &block.before, &scene);
        let decision = decide(&blocks, &Scene { session: &updating.session, ..scene }, self.default);

        // S7.3
        let executed = decision.allow && call.result.is_some();
        if executed {
            updating.place = Place::Result;
            updating.result = combine(&initial, call.result_metadata, call.combine);
            run_all(&mut updating, &blocks, |block| &block.result, &scene);
            updating.place = Place::Session;
            run_all(&mut updating, &blocks, |block| &block.after, &scene);
        }

        let answer = json!({
            "session": call.session,
            "tool": call.tool,
            "decision": verdict(decision.allow),
            "basis": decision.basis,
            "rule": rule(&decision),
            "session_meta": updating.session.metadata.to_json(),
            "result_meta": executed.then(|| updating.result.to_json()),
        });
        self.sessions.insert(call.session, updating.session);
        answer
    }
}

/// Runs the statements of all blocks that are about the tool, in the order of updates (S7.1).
fn run_all(
    updating: &mut Updating,
    blocks: &[&Block],
    part: fn(&Block) -> &Vec<Statement>,
    scene: &Scene<'_>,
) {
    for block in in_update_order(blocks) {
        for statement in part(block) {
            updating.run(statement, scene);
        }
    }
}

/// Joins the metadata of the control flow into every argument's, an absent one's included (S8.4).
fn with_control(mut present: Vec<scene::Argument>, control: Option<Metadata>) -> Arguments {
    let control = control.unwrap_or_default();
    for argument in &mut present {
        argument.metadata = argument.metadata.join(&control);
    }
    Arguments { present, absent: Metadata::default().join(&control) }
}

/// Combines what the result inherits with what the host says of it (S2.6).
fn combine(initial: &Metadata, own: metadata::PartialMetadata, how: Combine) -> Metadata {
    match how {
        Combine::Merge => initial.join(&own.over(&Metadata::default())),
        Combine::Replace => own.over(initial),
        Combine::Ignore => initial.clone(),
    }
}

fn verdict(allow: bool) -> &'static str {
    if allow { "allow" } else { "deny" }
}

/// The deciding rule as answers show it (S9).
fn rule(decision: &Decision<'_>) -> Option<Value> {
    decision.rule.map(|(block, rule)| {
        json!({
            "file": rule.position.file,
            "line": rule.position.line,
            "column": rule.position.column,
            "tool_id": block.tool_text,
            "description": rule.description,
        })
    })
}
