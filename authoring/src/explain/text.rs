//! An explanation as a tree of text, for a terminal.
//!
//! Invariant: every text of others is made visible before it is written, so the only controls are line feeds and, if asked for,
//! colours.

use std::fmt::Write;

use sqrt_vm::visible::visible;

use super::model::{
    Event, Explanation, NamedSet, Place, ShownBlock, ShownCondition, ShownMetadata, ShownRule, ShownSet,
    ShownValue, Step, StepState, Update,
};
use super::values::described;

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// None.
    Plain,
    /// ANSI colours.
    Colour,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        match self {
            Paint::Plain => text.to_owned(),
            Paint::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn verdict(self, decision: &str) -> String {
        let code = if decision == "allow" { "1;32" } else { "1;31" };
        self.with(code, decision)
    }

    fn mark(self, outcome: Option<bool>) -> String {
        match outcome {
            Some(true) => self.with("32", "✓"),
            Some(false) => self.with("31", "✗"),
            None => self.dim("·"),
        }
    }
}

/// How many rules a brief explanation tells.
const BRIEF_RULES: usize = 3;

/// Writes lines with their depths.
struct Tree {
    out: String,
    paint: Paint,
}

/// The whole explanation.
pub fn tree(explanation: &Explanation, paint: Paint) -> String {
    let mut tree = Tree { out: String::new(), paint };
    tree.head(explanation);
    tree.call(explanation);
    tree.updates("Before the rules, the updates of the session (S6.1)", &explanation.before);
    tree.out.push('\n');
    tree.line(0, &paint.bold("The rules"));
    explanation.steps.iter().for_each(|step| tree.step(step));
    tree.updates("After the call, the updates of the result", &explanation.result);
    tree.updates("After the call, the updates of the session", &explanation.after);
    tree.end(explanation);
    tree.out
}

/// The decision, why, and the conditions of the deciding rule: what a dialogue shows after each call.
pub fn brief(explanation: &Explanation, paint: Paint) -> String {
    let mut tree = Tree { out: String::new(), paint };
    tree.head(explanation);
    let rules =
        explanation.steps.iter().flat_map(|step| &step.rules).filter(|rule| matters(explanation, rule));
    let more = rules.clone().count().saturating_sub(BRIEF_RULES);
    rules.take(BRIEF_RULES).for_each(|rule| tree.rule(1, rule, true));
    if more > 0 {
        tree.line(1, &paint.dim(&format!("… {more} more rules that did not fire")));
    }
    if let Some(result) = &explanation.result_after {
        tree.metadata(1, "the result", result);
    }
    tree.metadata(1, "the session", &explanation.session_after);
    tree.out
}

/// Conditions with what decided them, one deeper than the line before.
pub fn condition_tree(conditions: &[ShownCondition], paint: Paint) -> String {
    let mut tree = Tree { out: String::new(), paint };
    tree.conditions(1, conditions);
    tree.out
}

/// Metadata, and where its strings came from.
pub fn metadata_text(whose: &str, metadata: &ShownMetadata, paint: Paint) -> String {
    let mut tree = Tree { out: String::new(), paint };
    tree.metadata(0, &visible(whose), metadata);
    tree.out
}

/// Whether a rule belongs to why the decision is as it is.
fn matters(explanation: &Explanation, rule: &ShownRule) -> bool {
    match explanation.basis {
        // What would have decided, and why it did not. A rule without conditions is told at another question.
        "allow_list" | "default" => !rule.conditions.is_empty() && !rule.fired,
        "must_allow_unmet" => !rule.conditions.is_empty() && rule.rule == "must allow" && !rule.fired,
        _ => rule.decides,
    }
}

impl Tree {
    fn line(&mut self, depth: usize, text: &str) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn head(&mut self, explanation: &Explanation) {
        let paint = self.paint;
        let tool = paint.bold(&visible(&explanation.call.tool));
        let basis = paint.dim(explanation.basis);
        self.line(0, &format!("{} {tool} {basis}", paint.verdict(explanation.decision)));
        self.line(1, &explanation.because);
        if let Some(rule) = &explanation.rule {
            let place = format!("{}:{}:{}", visible(&rule.file), rule.line, rule.column);
            self.line(1, &format!("{place} {}", paint.bold(rule.rule)));
            if let Some(description) = &rule.description {
                self.line(2, &format!("“{}”", visible(&description.replace('\n', " "))));
            }
        }
        self.mistyped(explanation);
    }

    /// What of the call may be mistyped.
    fn mistyped(&mut self, explanation: &Explanation) {
        for mistyped in &explanation.mistyped {
            self.line(1, &mistyped.sentence());
        }
    }

    fn call(&mut self, explanation: &Explanation) {
        let call = &explanation.call;
        let session = match &call.session {
            Some(session) => format!(" of session `{}`", visible(session)),
            None => String::new(),
        };
        let before = match call.calls_before {
            0 => "the first call".to_owned(),
            1 => "after 1 call".to_owned(),
            calls => format!("after {calls} calls"),
        };
        self.out.push('\n');
        self.line(0, &self.paint.bold(&format!("The call on line {}{session}, {before}", call.line)));
        let width =
            call.arguments.iter().map(|argument| visible(&argument.name).chars().count()).max().unwrap_or(0);
        let width = width.min(24);
        for argument in &call.arguments {
            let name = visible(&argument.name);
            self.line(1, &format!("{name:width$}  {}", shown_value(&argument.value)));
            self.fields(2, &argument.metadata, false);
        }
        if call.arguments_left_out > 0 {
            self.line(1, &self.paint.dim(&format!("… {} more arguments", call.arguments_left_out)));
        }
        if let Some(value) = &call.session_value {
            self.line(1, &format!("the session's value: {}", shown_value(value)));
        }
        if let Some(result) = &call.result {
            self.line(1, &format!("the result: {}", shown_value(result)));
        }
        self.metadata(1, "the session before", &explanation.session_before);
        self.metadata(1, "what a result would inherit", &explanation.inherited);
    }

    fn end(&mut self, explanation: &Explanation) {
        self.out.push('\n');
        self.line(0, &self.paint.bold("In the end"));
        match &explanation.result_after {
            Some(result) => self.metadata(1, "the result", result),
            None => self.line(1, &self.paint.dim("no result: the phases after the call did not run")),
        }
        self.metadata(1, "the session", &explanation.session_after);
        if explanation.conditions_left_out > 0 {
            let left_out = explanation.conditions_left_out;
            self.line(1, &self.paint.dim(&format!("… {left_out} conditions left out; `--full` shows them")));
        }
    }

    /// The three sets of metadata, or that they are the defaults.
    fn metadata(&mut self, depth: usize, whose: &str, metadata: &ShownMetadata) {
        if metadata.is_default() {
            let nothing = self.paint.dim("no tags, no producers, all consumers");
            self.line(depth, &format!("{whose}: {nothing}"));
            return;
        }
        self.line(depth, &format!("{whose}:"));
        self.fields(depth + 1, metadata, true);
    }

    fn fields(&mut self, depth: usize, metadata: &ShownMetadata, origins: bool) {
        for (name, set) in metadata.fields() {
            let default = if name == "consumers" { set.is_universal() } else { set.is_empty() };
            if default {
                continue;
            }
            self.line(depth, &format!("{name} {}", shown_set(set)));
            for string in set.strings.iter().filter(|string| origins && !string.from.is_empty()) {
                let from = string.from.iter().map(|from| visible(from)).collect::<Vec<_>>().join(" ← ");
                self.line(depth + 1, &self.paint.dim(&format!("{} ← {from}", visible(&string.string))));
            }
        }
    }

    fn updates(&mut self, title: &str, blocks: &[ShownBlock]) {
        if blocks.is_empty() {
            return;
        }
        self.out.push('\n');
        self.line(0, &self.paint.bold(title));
        for block in blocks {
            self.line(1, &place(&block.block));
            for event in &block.events {
                match event {
                    Event::When { conditions } => self.when(conditions),
                    Event::Update(update) => self.update(update),
                }
            }
        }
    }

    fn when(&mut self, conditions: &[ShownCondition]) {
        match conditions.first() {
            Some(whole) => {
                let holds = if whole.outcome == Some(true) { "holds" } else { "does not hold" };
                self.line(2, &format!("{}: this `when` {holds}", whole.line));
            }
            None => self.line(2, &self.paint.dim("a `when` whose conditions are left out")),
        }
        self.conditions(3, conditions);
    }

    fn update(&mut self, update: &Update) {
        let text = match &update.text {
            Some(text) => visible(text).into_owned(),
            None => format!("an update of {}", update.target),
        };
        self.line(2, &format!("{}: {text}", update.line));
        let (before, after) = (shown_set(&update.before), shown_set(&update.after));
        let what = match update.unchanged {
            true => format!("{} stays {after}", update.target),
            false => format!("{} {before} → {after}", update.target),
        };
        self.line(3, &what);
        if update.safe_side {
            self.line(3, "what it would store is no set, as a pattern is in it: the safe side (S5.4)");
        }
    }

    fn step(&mut self, step: &Step) {
        let question = match step.state {
            StepState::Decided => self.paint.bold(&step.question),
            _ => self.paint.dim(&step.question),
        };
        let mark = if step.state == StepState::Decided { "▶" } else { " " };
        self.line(0, &format!("{mark} {} {question}", step.spec));
        self.line(3, &step.answer);
        step.rules.iter().for_each(|rule| self.rule(3, rule, step.state != StepState::NotReached));
    }

    fn rule(&mut self, depth: usize, rule: &ShownRule, with_conditions: bool) {
        let place = format!("{}:{}", visible(&rule.file), rule.line);
        let kind = if rule.decides { self.paint.bold(rule.rule) } else { rule.rule.to_owned() };
        let priority = match rule.priority {
            Some(0) => String::new(),
            Some(priority) => format!(" [{priority}]"),
            None => " [preset]".to_owned(),
        };
        let mark = self.paint.mark(Some(rule.fired));
        self.line(depth, &format!("{mark} {place} {kind}{priority}: {}", rule.because));
        if with_conditions {
            self.conditions(depth + 2, &rule.conditions);
        }
    }

    fn conditions(&mut self, depth: usize, conditions: &[ShownCondition]) {
        for condition in conditions {
            // Deep conditions must not drive the text out of sight.
            let depth = depth + condition.depth.min(20);
            let mut text =
                format!("{} {}", self.paint.mark(condition.outcome), visible(&condition.condition));
            if condition.outcome.is_none() {
                text.push_str(&self.paint.dim(" not asked"));
            }
            if condition.told_before {
                text.push_str(&self.paint.dim(" told above"));
            }
            self.line(depth, &text);
            if let Some(because) = &condition.because {
                self.line(depth + 1, &self.paint.dim(&visible(because)));
            }
            for NamedSet { name, set } in told_sets(condition) {
                let name = name.as_deref().unwrap_or("the other set");
                self.line(depth + 1, &self.paint.dim(&format!("{}: {}", visible(name), shown_set(set))));
            }
        }
    }
}

/// The sets that a condition does not have in its own text.
pub(super) fn told_sets(condition: &ShownCondition) -> impl Iterator<Item = &NamedSet> {
    let is_written = condition.condition.contains('{');
    condition.sets.iter().filter(move |set| set.name.is_some() || !is_written)
}

fn place(block: &Place) -> String {
    let priority = match block.priority {
        Some(0) => String::new(),
        Some(priority) => format!(", priority {priority}"),
        None => ", a preset".to_owned(),
    };
    format!("tool {} at {}:{}{priority}", visible(&block.tool_id), visible(&block.file), block.line)
}

fn shown_value(value: &ShownValue) -> String {
    visible(&described(value)).into_owned()
}

/// `{"a", "b"}`, `everything`, `everything but {"a"}`.
pub(super) fn shown_set(set: &ShownSet) -> String {
    if set.is_universal() {
        return "everything".to_owned();
    }
    let mut text = String::from(if set.complement { "everything but {" } else { "{" });
    for (place, string) in set.strings.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}\"{}\"", if place == 0 { "" } else { ", " }, visible(&string.string));
    }
    if set.left_out > 0 {
        let _ = write!(text, "{}… {} more", if set.strings.is_empty() { "" } else { ", " }, set.left_out);
    }
    text.push('}');
    text
}

impl ShownSet {
    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        !self.complement && self.lists_nothing()
    }

    /// Whether it has every string.
    pub fn is_universal(&self) -> bool {
        self.complement && self.lists_nothing()
    }

    fn lists_nothing(&self) -> bool {
        self.strings.is_empty() && self.left_out == 0
    }
}

impl ShownMetadata {
    /// The sets with their names.
    pub fn fields(&self) -> [(&'static str, &ShownSet); 3] {
        [("tags", &self.tags), ("producers", &self.producers), ("consumers", &self.consumers)]
    }

    /// Whether these are the defaults (S2.2).
    pub fn is_default(&self) -> bool {
        self.tags.is_empty() && self.producers.is_empty() && self.consumers.is_universal()
    }
}
