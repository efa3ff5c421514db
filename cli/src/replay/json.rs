//! The report of a replay as one JSON object on a line. The order of the keys is part of the contract.

use serde::Serialize;
use sqrt_authoring::replay::{Change, Decisions, Example, Kind, Place, Report, RuleText, Said};
use sqrt_vm::decision::Basis;

use crate::json;

/// The report with its line end.
pub(crate) fn report(report: &Report) -> String {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = json::write_line(&mut out, &Line::new(report));
    String::from_utf8_lossy(&out).into_owned()
}

#[derive(Serialize)]
struct Line<'r> {
    inputs: usize,
    lines: u64,
    calls: u64,
    branches: u64,
    sessions: u64,
    old: Option<Counts<'r>>,
    new: Counts<'r>,
    tools: Vec<Tool<'r>>,
    changed: Changed,
    changes: Vec<OneChange<'r>>,
    diverged: Diverged<'r>,
    problems: Problems<'r>,
    stopped: Option<&'r str>,
}

#[derive(Serialize)]
struct Counts<'r> {
    allowed: u64,
    denied: u64,
    idle_rules: usize,
    by: Vec<By<'r>>,
}

#[derive(Serialize)]
struct By<'r> {
    count: u64,
    #[serde(flatten)]
    said: Verdict<'r>,
}

#[derive(Serialize)]
struct Verdict<'r> {
    decision: &'static str,
    basis: Option<&'static str>,
    rule: Option<Rule<'r>>,
}

#[derive(Serialize)]
struct Rule<'r> {
    file: &'r str,
    line: u32,
    column: u32,
    tool_id: &'r str,
    rule: &'static str,
    description: Option<&'r str>,
}

#[derive(Serialize)]
struct Tool<'r> {
    tool: &'r str,
    allowed: u64,
    denied: u64,
}

/// How many calls changed in each way.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Changed {
    newly_allowed: u64,
    newly_denied: u64,
    other_rule: u64,
    result_metadata: u64,
    session_metadata: u64,
}

#[derive(Serialize)]
struct OneChange<'r> {
    kind: &'static str,
    tool: Option<&'r str>,
    count: u64,
    after_divergence: u64,
    old: Verdict<'r>,
    new: Verdict<'r>,
    fields: &'r [&'static str],
    examples: Vec<At<'r>>,
}

#[derive(Serialize)]
struct At<'r> {
    file: &'r str,
    line: u64,
    session: Option<&'r str>,
    details: &'r [String],
}

#[derive(Serialize)]
struct Diverged<'r> {
    count: u64,
    first: Vec<At<'r>>,
}

#[derive(Serialize)]
struct Problems<'r> {
    count: u64,
    first: Vec<OneProblem<'r>>,
}

#[derive(Serialize)]
struct OneProblem<'r> {
    file: &'r str,
    line: u64,
    message: &'r str,
}

impl<'r> Line<'r> {
    fn new(report: &'r Report) -> Self {
        let problem = |problem: &'r sqrt_authoring::replay::Problem| {
            let Place { file, line } = &problem.place;
            OneProblem { file, line: *line, message: &problem.message }
        };
        let tool = |tool: &'r sqrt_authoring::replay::ToolCount| Tool {
            tool: &tool.tool,
            allowed: tool.allowed,
            denied: tool.denied,
        };
        Line {
            inputs: report.inputs,
            lines: report.lines,
            calls: report.calls,
            branches: report.branches,
            sessions: report.sessions,
            old: report.old.as_ref().map(counts),
            new: counts(&report.new),
            tools: report.tools.iter().map(tool).collect(),
            changed: Changed {
                newly_allowed: report.changed(Kind::NewlyAllowed),
                newly_denied: report.changed(Kind::NewlyDenied),
                other_rule: report.changed(Kind::OtherRule),
                result_metadata: report.changed(Kind::ResultMetadata),
                session_metadata: report.changed(Kind::SessionMetadata),
            },
            changes: report.changes.iter().map(change).collect(),
            diverged: Diverged {
                count: report.diverged,
                first: report.first_diverged.iter().map(at).collect(),
            },
            problems: Problems {
                count: report.problems,
                first: report.first_problems.iter().map(problem).collect(),
            },
            stopped: report.stopped.as_deref(),
        }
    }
}

fn counts(decisions: &Decisions) -> Counts<'_> {
    Counts {
        allowed: decisions.allowed,
        denied: decisions.denied,
        idle_rules: decisions.idle_rules,
        by: decisions.by.iter().map(|(said, count)| By { count: *count, said: verdict(said) }).collect(),
    }
}

fn verdict(said: &Said) -> Verdict<'_> {
    fn rule(rule: &RuleText) -> Rule<'_> {
        Rule {
            file: &rule.file,
            line: rule.line,
            column: rule.column,
            tool_id: &rule.tool_id,
            rule: rule.rule,
            description: rule.description.as_deref(),
        }
    }
    Verdict {
        decision: said.outcome.name(),
        basis: said.basis.map(Basis::name),
        rule: said.rule.as_deref().map(rule),
    }
}

fn change(change: &Change) -> OneChange<'_> {
    OneChange {
        kind: change.kind.name(),
        tool: change.tool.as_deref(),
        count: change.count,
        after_divergence: change.after_divergence,
        old: verdict(&change.old),
        new: verdict(&change.new),
        fields: &change.fields,
        examples: change.examples.iter().map(at).collect(),
    }
}

fn at(example: &Example) -> At<'_> {
    let Place { file, line } = &example.place;
    At { file, line: *line, session: example.session.as_deref(), details: &example.details }
}
