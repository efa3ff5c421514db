//! The engine as `sqrt explain` tells of it: each answer is made of what an explanation shows, and of nothing else.
//!
//! So whatever compares implementations compares explanations with all of them. Invariant: what an explanation shows leads from
//! the metadata before the call to that in the end, update by update, and the rule that decides is told once.

use crate::corpus::{Options, PolicyFile};
use crate::engine::{assert_no_fault, policy};
use crate::implementations::USUAL;
use sqrt_authoring::explain::{
    self, Event, Explainer, Explanation, Paint, ShownBlock, ShownMetadata, ShownSet, Statements, StepState,
    Told,
};
use sqrt_compiler::Source;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::x_policy::XPolicy;
use sqrt_vm::json::{Line, read_line, write_branch_answer, write_error, write_string};
use sqrt_vm::policy::Policy;
use sqrt_vm::value::Arena;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An engine that explains every call.
pub struct Explaining {
    policy: Arc<Policy>,
    explainer: Explainer,
    lines: u64,
}

/// How everything is shown, but for values.
const FULL: explain::Options = explain::Options { show_values: false, full: true };

impl Explaining {
    /// Compiles the files as one policy. An error is the first message of the compiler.
    pub fn new(files: &[PolicyFile], options: &Options) -> Result<Explaining, String> {
        let policy = Arc::new(policy(files, options, USUAL)?);
        let sources: Vec<_> =
            files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes }).collect();
        let document =
            options.x_policy.as_ref().map(|document| XPolicy::read(document.to_string().as_bytes()));
        let document = document.transpose().map_err(|error| error.to_string())?;
        let statements = Statements::new(&sources, document.as_ref(), Limits::default());
        let explainer = Explainer::new(Arc::clone(&policy), statements);
        Ok(Explaining { policy, explainer, lines: 0 })
    }

    /// The line that answers a line.
    pub fn answer(&mut self, line: &str) -> String {
        self.lines += 1;
        let mut out = String::new();
        if let Err(message) = self.try_answer(line, &mut out) {
            assert_no_fault(&message);
            write_error(&mut out, &message, self.lines);
        }
        out.trim_end_matches('\n').to_owned()
    }

    fn try_answer(&mut self, line: &str, out: &mut String) -> Result<(), String> {
        let arena = Arena::new();
        match read_line(line.as_bytes(), &arena, self.policy.limits()).map_err(|error| error.to_string())? {
            Line::Branch(question) => {
                write_branch_answer(
                    out,
                    question.session,
                    self.policy.check_branch(&question.metadata).name(),
                );
                Ok(())
            }
            Line::Call(call) => {
                let told = self.explainer.call(self.lines, &call, Told::Explain(FULL));
                let explanation = told.map_err(|error| error.to_string())?.ok_or("nothing was explained")?;
                check(&explanation)?;
                write_answer(out, &explanation);
                Ok(())
            }
        }
    }
}

/// Whether what is shown hangs together, and can be written in every form.
pub fn check(explanation: &Explanation) -> Result<(), String> {
    let before = &explanation.session_before;
    let session = follow(before, "session", &[&explanation.before, &explanation.after])?;
    same("session", &session, &explanation.session_after)?;
    match (&explanation.returned, &explanation.result_after) {
        (Some(returned), Some(after)) => {
            same("result", &follow(returned, "result", &[&explanation.result])?, after)?
        }
        (None, None) if explanation.result.is_empty() && explanation.after.is_empty() => {}
        _ => return Err("a result is shown in part".to_owned()),
    }
    let decided = explanation.steps.iter().filter(|step| step.state == StepState::Decided);
    let decided: Vec<_> = decided.collect();
    let deciding = explanation.steps.iter().flat_map(|step| &step.rules).filter(|rule| rule.decides);
    let has_rule = usize::from(explanation.rule.is_some());
    if decided.len() != 1 || deciding.count() != has_rule {
        return Err(format!("{} steps decide, and {has_rule} rules", decided.len()));
    }
    for metadata in [&explanation.session_after].into_iter().chain(&explanation.result_after) {
        for (name, set) in metadata.fields() {
            if let Some(string) = set.strings.iter().find(|string| string.from.is_empty()) {
                return Err(format!("nobody knows where `{}` of {name} came from", string.string));
            }
        }
    }
    for text in [explain::tree(explanation, Paint::Plain), explain::brief(explanation, Paint::Plain)] {
        if !text.contains(explanation.basis) {
            return Err("the basis is not told".to_owned());
        }
    }
    Ok(())
}

/// The metadata after the updates of some phases.
fn follow(
    before: &ShownMetadata,
    whose: &str,
    phases: &[&Vec<ShownBlock>],
) -> Result<BTreeMap<&'static str, String>, String> {
    let mut sets = plain(before);
    for event in phases.iter().flat_map(|blocks| blocks.iter()).flat_map(|block| &block.events) {
        let Event::Update(update) = event else { continue };
        let (of, field) = update.target.split_once('.').ok_or("a target without a field")?;
        let place = format!("line {}", update.line);
        let set = sets
            .get_mut(field)
            .filter(|_| of == whose)
            .ok_or(format!("{place}: a target of another phase"))?;
        if *set != text(&update.before) {
            return Err(format!("{place}: {} before, and it was {set}", text(&update.before)));
        }
        if update.unchanged != (update.before.left_out == 0 && *set == text(&update.after)) {
            return Err(format!("{place}: it is not told rightly whether it changes anything"));
        }
        *set = text(&update.after);
    }
    Ok(sets)
}

fn same(whose: &str, sets: &BTreeMap<&'static str, String>, metadata: &ShownMetadata) -> Result<(), String> {
    let ended = plain(metadata);
    if *sets == ended {
        Ok(())
    } else {
        Err(format!("{whose}: updates lead to {sets:?}, and it ends as {ended:?}"))
    }
}

fn plain(metadata: &ShownMetadata) -> BTreeMap<&'static str, String> {
    metadata.fields().into_iter().map(|(name, set)| (name, text(set))).collect()
}

/// A set as answers have it (S2.4).
fn text(set: &ShownSet) -> String {
    if set.is_universal() {
        return "[\"*\"]".to_owned();
    }
    let mut out = String::from(if set.complement { "{\"except\": [" } else { "[" });
    for (place, string) in set.strings.iter().enumerate() {
        out.push_str(if place == 0 { "" } else { ", " });
        write_string(&mut out, &string.string);
    }
    out.push_str(if set.complement { "]}" } else { "]" });
    out
}

fn write_answer(out: &mut String, explanation: &Explanation) {
    let optional = |out: &mut String, text: Option<&str>| match text {
        Some(text) => write_string(out, text),
        None => out.push_str("null"),
    };
    let metadata = |out: &mut String, metadata: &ShownMetadata| {
        let fields = metadata.fields().map(|(name, set)| format!("\"{name}\": {}", text(set)));
        out.push_str(&format!("{{{}}}", fields.join(", ")));
    };
    out.push_str("{\"session\": ");
    optional(out, explanation.call.session.as_deref());
    out.push_str(", \"tool\": ");
    write_string(out, &explanation.call.tool);
    out.push_str(&format!(
        ", \"decision\": \"{}\", \"basis\": \"{}\"",
        explanation.decision, explanation.basis
    ));
    out.push_str(", \"rule\": ");
    match &explanation.rule {
        Some(rule) => {
            out.push_str("{\"file\": ");
            write_string(out, &rule.file);
            out.push_str(&format!(", \"line\": {}, \"column\": {}, \"tool_id\": ", rule.line, rule.column));
            write_string(out, &rule.tool_id);
            out.push_str(", \"description\": ");
            optional(out, rule.description.as_deref());
            out.push('}');
        }
        None => out.push_str("null"),
    }
    out.push_str(", \"session_meta\": ");
    metadata(out, &explanation.session_after);
    out.push_str(", \"result_meta\": ");
    match &explanation.result_after {
        Some(result) => metadata(out, result),
        None => out.push_str("null"),
    }
    out.push_str("}\n");
}
