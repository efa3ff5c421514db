//! What a replay says at the end. Names, places and counts; nothing of a value.
//!
//! Invariant: the same calls and policies give the same report, whatever the number of threads.

use std::sync::Arc;

use sqrt_vm::bytecode::program::Program;
use sqrt_vm::decision::{Basis, Outcome};
use sqrt_vm::limits::LimitExceeded;
use sqrt_vm::policy::Policy;

use super::changes::{ByVerdict, Changes, Group, GroupKey, Kind, Shown, Verdict};

/// What came of a replay.
#[derive(Debug)]
pub struct Report {
    /// How many inputs were opened.
    pub inputs: usize,
    /// Lines that are not blank.
    pub lines: u64,
    /// Calls that were decided.
    pub calls: u64,
    /// Questions about branches (S8.3).
    pub branches: u64,
    /// Lines that could not be answered.
    pub problems: u64,
    /// The first of them.
    pub first_problems: Vec<Problem>,
    /// Sessions, the one of calls without a name among them.
    pub sessions: u64,
    /// Sessions whose metadata was different at some time.
    pub diverged: u64,
    /// Where the first of them became different.
    pub first_diverged: Vec<Example>,
    /// What the old policy decided, or what was recorded; nothing if there is nothing to compare with.
    pub old: Option<Decisions>,
    /// What the new policy decided, or the only one.
    pub new: Decisions,
    /// The tools that were called, by name; only where nothing is compared.
    pub tools: Vec<ToolCount>,
    /// What changed: by kind, then the most frequent first.
    pub changes: Vec<Change>,
    /// Why reading stopped, if that was before the end.
    pub stopped: Option<String>,
}

impl Report {
    /// How many calls changed in this way.
    pub fn changed(&self, kind: Kind) -> u64 {
        self.changes.iter().filter(|change| change.kind == kind).map(|change| change.count).sum()
    }
}

/// A place of the inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name of the input.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
}

/// A line that could not be answered.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
    /// The limit that was passed, if that is why.
    pub limit: Option<LimitExceeded>,
}

/// A call that shows a change.
#[derive(Debug, Clone)]
pub struct Example {
    /// Where it stands.
    pub place: Place,
    /// Its session, if it names one.
    pub session: Option<String>,
    /// How metadata differs, field by field.
    pub details: Vec<String>,
}

/// How often what decided.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// Calls that were allowed.
    pub allowed: u64,
    /// Calls that were denied.
    pub denied: u64,
    /// By what decided, the most frequent first.
    pub by: Vec<(Said, u64)>,
    /// Rules that decided no call.
    pub idle_rules: usize,
}

/// What was decided, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Whether the call may be made.
    pub outcome: Outcome,
    /// The basis; none of a question about a branch, or if it was not recorded.
    pub basis: Option<Basis>,
    /// The rule, if one decided.
    pub rule: Option<Arc<RuleText>>,
}

/// A rule, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleText {
    /// The file, as given.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
    /// The tool id as written.
    pub tool_id: String,
    /// `must deny` and the like.
    pub rule: &'static str,
    /// From its doc comment.
    pub description: Option<String>,
}

/// How often a tool was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCount {
    /// Its name.
    pub tool: String,
    /// Calls that were allowed.
    pub allowed: u64,
    /// Calls that were denied.
    pub denied: u64,
}

/// Calls that changed in the same way.
#[derive(Debug, Clone)]
pub struct Change {
    /// How.
    pub kind: Kind,
    /// The tool; none of questions about branches.
    pub tool: Option<String>,
    /// What was decided before.
    pub old: Said,
    /// What is decided now.
    pub new: Said,
    /// The fields of metadata that differ.
    pub fields: Vec<&'static str>,
    /// How many calls.
    pub count: u64,
    /// Of these, in sessions whose metadata was different before the call.
    pub after_divergence: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// Gives names to what was counted by number.
pub(super) struct Names<'n> {
    pub(super) files: &'n [Arc<str>],
    pub(super) old_rules: &'n [Arc<RuleText>],
    pub(super) new_rules: &'n [Arc<RuleText>],
}

impl Names<'_> {
    pub(super) fn place(&self, shown: &Shown) -> Place {
        let file = self.files.get(shown.at.file as usize);
        Place { file: file.map_or_else(|| "".into(), Arc::clone), line: shown.at.line }
    }

    pub(super) fn example(&self, shown: Shown) -> Example {
        let place = self.place(&shown);
        Example { place, session: shown.session.map(String::from), details: shown.details }
    }

    /// The groups with names, in the order in which they are told.
    pub(super) fn changes(&self, changes: Changes) -> Vec<Change> {
        let of_tools = changes.by_tool.into_iter().flat_map(|(tool, groups)| {
            groups.into_iter().map(move |(key, group)| (Some(String::from(&*tool)), key, group))
        });
        let all = of_tools.chain(changes.branches.into_iter().map(|(key, group)| (None, key, group)));
        let mut named: Vec<Change> = all.map(|(tool, key, group)| self.change(tool, key, group)).collect();
        named.sort_by(|left, right| {
            let first = left.kind.cmp(&right.kind).then(right.count.cmp(&left.count));
            let by_name = || (&left.tool, order(&left.old), order(&left.new), &left.fields);
            first.then_with(|| {
                by_name().cmp(&(&right.tool, order(&right.old), order(&right.new), &right.fields))
            })
        });
        named
    }

    fn change(&self, tool: Option<String>, key: GroupKey, group: Group) -> Change {
        Change {
            kind: key.kind,
            tool,
            old: said(key.old, self.old_rules),
            new: said(key.new, self.new_rules),
            fields: key.fields.names().collect(),
            count: group.count,
            after_divergence: group.after_divergence,
            examples: group.examples.into_iter().map(|shown| self.example(shown)).collect(),
        }
    }
}

/// What orders verdicts that came equally often.
fn order(said: &Said) -> impl Ord {
    (said.outcome == Outcome::Deny, said.basis.map(Basis::name), said.rule.clone())
}

/// A verdict with its rule by name.
pub(super) fn said(verdict: Verdict, rules: &[Arc<RuleText>]) -> Said {
    let rule = verdict.rule.and_then(|number| rules.get(number as usize)).map(Arc::clone);
    Said { outcome: verdict.outcome, basis: verdict.basis, rule }
}

/// How often what decided, by name.
pub(super) fn decisions(
    counts: ByVerdict<Verdict, u64>,
    rules: &[Arc<RuleText>],
    of_policy: usize,
) -> Decisions {
    let mut decisions = Decisions::default();
    let mut has_decided = vec![false; of_policy];
    for (verdict, count) in counts {
        let total = match verdict.outcome {
            Outcome::Allow => &mut decisions.allowed,
            Outcome::Deny => &mut decisions.denied,
        };
        *total = total.saturating_add(count);
        if let Some(decided) = verdict.rule.and_then(|rule| has_decided.get_mut(rule as usize)) {
            *decided = true;
        }
        decisions.by.push((said(verdict, rules), count));
    }
    decisions.by.sort_by(|(left, count), (right, other)| {
        other.cmp(count).then_with(|| order(left).cmp(&order(right)))
    });
    decisions.idle_rules = has_decided.iter().filter(|decided| !**decided).count();
    decisions
}

/// The rules of a policy by number.
pub(super) fn rule_texts(policy: &Policy) -> Vec<Arc<RuleText>> {
    let program = policy.program();
    let text = |id| program.string(id).unwrap_or_default().to_owned();
    let of_block = |block: &sqrt_vm::bytecode::program::BlockRecord| {
        let tool_id = text(block.tool_text);
        let rules = block.rules.of(&program.rules).unwrap_or_default();
        let named = rules.iter().map(move |rule| RuleText {
            file: file(program, rule.position.file),
            line: rule.position.line,
            column: rule.position.column,
            tool_id: tool_id.clone(),
            rule: match (rule.must, rule.deny) {
                (true, true) => "must deny",
                (true, false) => "must allow",
                (false, true) => "should deny",
                (false, false) => "should allow",
            },
            description: rule.description.map(text),
        });
        named.map(Arc::new).collect::<Vec<_>>()
    };
    program.blocks.iter().flat_map(of_block).collect()
}

fn file(program: &Program, file: u32) -> String {
    let name = program.files.get(file as usize).and_then(|&id| program.string(id));
    name.unwrap_or_default().to_owned()
}
