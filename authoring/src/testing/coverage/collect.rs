//! What there is to cover, from the representation of a policy, and counting what calls have covered, from their traces.

use std::collections::HashSet;

use sqrt_compiler::Compiled;
use sqrt_compiler::diagnostics::LineIndex;
use sqrt_compiler::ir::{self, ConditionKind, Enforcement, Outcome, Stance, Statement};
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::trace::{BlockTrace, ConditionTrace, UpdatePhase};

use super::{Coverage, FileCoverage, Kind, Point};

/// A label is cut to so many characters.
const LABEL: usize = 80;

/// The updates of a block by phase.
#[derive(Debug, Clone, Default)]
pub(super) struct BlockPoints {
    before: Vec<StatementPoints>,
    result: Vec<StatementPoints>,
    after: Vec<StatementPoints>,
}

#[derive(Debug, Clone)]
enum StatementPoints {
    Update(usize),
    When { readings: Vec<Stance>, updates: Vec<(Stance, usize)> },
}

/// A policy file with what finding places in it takes.
struct Text<'t> {
    /// Its number in the coverage; nothing of a preset.
    file: Option<usize>,
    index: LineIndex<'t>,
}

impl Coverage {
    /// What there is to cover in a policy, none of it covered.
    pub(in crate::testing) fn of(policy: &ir::Policy, checked: &Compiled) -> Coverage {
        let mut coverage = Coverage::default();
        let mut texts = Vec::new();
        for file in &checked.files {
            let is_preset = file.name.starts_with("preset:");
            let number = (!is_preset)
                .then(|| coverage.file(FileCoverage { name: file.name.clone(), text: file.text.clone() }));
            if let Some(number) = number {
                coverage.names.insert(file.name.clone(), number);
            }
            texts.push(Text { file: number, index: LineIndex::new(&file.text) });
        }
        for block in &policy.blocks {
            coverage.add_block(block, &policy.sets, &texts);
        }
        for condition in &policy.conditions {
            coverage.add_condition(condition, &texts);
        }
        coverage
    }

    /// Adds a point; nothing of a preset.
    fn add(
        &mut self,
        kind: Kind,
        origin: ir::Origin,
        label: Option<String>,
        texts: &[Text<'_>],
    ) -> Option<usize> {
        let text = texts.get(origin.file.0 as usize)?;
        let file = text.file?;
        let place = text.index.position(origin.span.start);
        let label = label.unwrap_or_else(|| label_of(&text.index, origin.span));
        let (line, column) = (place.line, place.column);
        let number = self.point(Point { file, span: origin.span, kind, line, column, label, yes: 0, no: 0 });
        if kind == Kind::Condition {
            let end = text.index.position(origin.span.end);
            self.conditions.insert((file, (line, column), (end.line, end.column)), number);
        } else {
            self.starts.insert((file, kind, line, column), number);
        }
        Some(number)
    }

    fn add_block(&mut self, block: &ir::Block, sets: &[ir::SetExpr], texts: &[Text<'_>]) {
        let label = format!("tool {}", block.tool_text);
        let Some(number) = self.add(Kind::Block, block.position.origin, Some(label), texts) else { return };
        for rule in &block.rules {
            let level = if rule.enforcement == Enforcement::Must { "must" } else { "should" };
            let outcome = if rule.outcome == Outcome::Deny { "deny" } else { "allow" };
            let what = rule.description.as_ref().map(|text| format!(": {}", on_one_line(text)));
            let label = format!("{level} {outcome}{}", what.unwrap_or_default());
            self.add(Kind::Rule, rule.position.origin, Some(label), texts);
        }
        let mut phase = |statements: &[Statement]| -> Vec<StatementPoints> {
            statements.iter().filter_map(|statement| self.add_statement(statement, sets, texts)).collect()
        };
        let points = BlockPoints {
            before: phase(&block.before),
            result: phase(&block.result),
            after: phase(&block.after),
        };
        self.blocks.insert(number, points);
    }

    fn add_statement(
        &mut self,
        statement: &Statement,
        sets: &[ir::SetExpr],
        texts: &[Text<'_>],
    ) -> Option<StatementPoints> {
        let mut add = |update: &ir::Update| {
            // From the target to the end of the value, which of an operator is all of it.
            let mut origin = update.position.origin;
            let value = sets.get(update.value.index()).filter(|value| value.origin.file == origin.file);
            origin.span.end =
                value.map_or(origin.span.end, |value| origin.span.end.max(value.origin.span.end));
            self.add(Kind::Update, origin, None, texts)
        };
        Some(match statement {
            Statement::Update(update) => StatementPoints::Update(add(update)?),
            Statement::When(when) => StatementPoints::When {
                readings: [when.as_deny.map(|_| Stance::Deny), when.as_allow.map(|_| Stance::Allow)]
                    .into_iter()
                    .flatten()
                    .collect(),
                updates: when
                    .updates
                    .iter()
                    .filter_map(|(stance, update)| Some((*stance, add(update)?)))
                    .collect(),
            },
        })
    }

    /// A condition has two sides, unless it is a constant, or a `not`, which is its part the other way round.
    fn add_condition(&mut self, condition: &ir::Condition, texts: &[Text<'_>]) {
        match condition.kind {
            ConditionKind::Constant(_) | ConditionKind::LiteralIn(..) | ConditionKind::Not(_) => {}
            _ => {
                self.add(Kind::Condition, condition.origin, None, texts);
            }
        }
    }

    /// Counts what the last call has covered.
    pub(in crate::testing) fn note(&mut self, policy: &Policy, scratch: &Scratch) {
        let finished = scratch.result_metadata().is_some();
        let mut lets = HashSet::new();
        for block in scratch.trace(policy) {
            self.note_block(&block, finished, &mut lets);
        }
    }

    fn note_block(
        &mut self,
        trace: &BlockTrace<'_>,
        finished: bool,
        lets: &mut HashSet<(Option<UpdatePhase>, u32)>,
    ) {
        let Some(block) = trace.block() else { return };
        let Some(&file) = self.names.get(block.file()) else { return };
        let number = self.starts.get(&(file, Kind::Block, block.line(), block.column())).copied();
        self.count(number, Some(true));
        for trace in trace.rules() {
            let rule = trace.rule();
            let number = self.starts.get(&(file, Kind::Rule, rule.line(), rule.column())).copied();
            self.count(number, trace.fired());
            self.note_condition(trace.condition(), None, lets);
        }
        let mut tested = Vec::new();
        for (phase, condition) in trace.updates() {
            tested.push(condition.outcome());
            self.note_condition(Some(condition), Some(phase), lets);
        }
        let Some(points) = number.and_then(|number| self.blocks.get(&number)).cloned() else { return };
        let mut tested = tested.into_iter();
        for (statements, ran) in [(points.before, true), (points.result, finished), (points.after, finished)]
        {
            for statement in statements {
                match statement {
                    StatementPoints::Update(number) => self.count(Some(number), ran.then_some(true)),
                    StatementPoints::When { readings, updates } => {
                        let outcomes: Vec<_> =
                            readings.iter().map(|reading| (*reading, tested.next().flatten())).collect();
                        for (stance, number) in updates {
                            let held = outcomes.iter().find(|(reading, _)| *reading == stance);
                            self.count(Some(number), held.and_then(|(_, outcome)| *outcome));
                        }
                    }
                }
            }
        }
    }

    /// Counts a condition and its parts, what a let stands for once.
    fn note_condition(
        &mut self,
        whole: Option<ConditionTrace<'_>>,
        phase: Option<UpdatePhase>,
        lets: &mut HashSet<(Option<UpdatePhase>, u32)>,
    ) {
        let mut open: Vec<ConditionTrace<'_>> = whole.into_iter().collect();
        while let Some(condition) = open.pop() {
            let file = self.names.get(condition.file()).copied();
            let number = file
                .and_then(|file| self.conditions.get(&(file, condition.start(), condition.end())).copied());
            self.count(number, condition.outcome());
            let is_let = condition.kind() == sqrt_vm::trace::ConditionKind::Let;
            open.extend(condition.parts().filter(|part| !is_let || lets.insert((phase, part.number()))));
        }
    }

    fn count(&mut self, number: Option<usize>, outcome: Option<bool>) {
        let Some(point) = number.and_then(|number| self.points.get_mut(number)) else { return };
        match outcome {
            Some(true) => point.yes = point.yes.saturating_add(1),
            Some(false) => point.no = point.no.saturating_add(1),
            None => {}
        }
    }
}

/// The text of a place on one line, cut if it is long.
fn label_of(index: &LineIndex<'_>, span: Span) -> String {
    on_one_line(index.text().get(span.start as usize..span.end as usize).unwrap_or_default())
}

fn on_one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LABEL) {
        Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default()),
        None => line,
    }
}
