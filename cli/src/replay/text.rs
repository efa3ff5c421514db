//! The report of a replay, for people.

use sqrt_authoring::replay::{Change, Decisions, Example, Kind, Report, RuleText, Said};
use sqrt_vm::decision::Basis;
use sqrt_vm::visible::{quote, visible};

use crate::limits;
use crate::policy::counted;

/// So many tools of a summary are listed.
const TOOLS: usize = 30;

/// The whole report.
pub(crate) fn report(report: &Report) -> String {
    let mut out = head(report);
    match &report.old {
        Some(old) => compared(report, old, &mut out),
        None => summary(report, &mut out),
    }
    problems(report, &mut out);
    out
}

/// What was replayed.
fn head(report: &Report) -> String {
    let mut what =
        vec![format!("{} in {}", number(report.calls, "call"), number(report.sessions, "session"))];
    if report.branches > 0 {
        what.push(number(report.branches, "question") + " about branches");
    }
    format!("{}, from {}\n", what.join(" and "), counted(report.inputs, "input"))
}

fn summary(report: &Report, out: &mut String) {
    let new = &report.new;
    out.push_str(&format!(
        "{} allowed, {} denied\n\nBy what decided:\n",
        grouped(new.allowed),
        grouped(new.denied)
    ));
    let rows = new.by.iter().map(|(said, count)| {
        vec![
            grouped(*count),
            said.outcome.name().to_owned(),
            basis(said).to_owned(),
            place_of_rule(said),
            what(said),
        ]
    });
    table(&rows.collect::<Vec<_>>(), &[true], out);
    if new.idle_rules > 0 {
        out.push_str(&format!("  {} decided no call\n", number(new.idle_rules as u64, "rule")));
    }
    if report.tools.is_empty() {
        return;
    }
    let mut tools: Vec<_> = report.tools.iter().collect();
    tools.sort_by_key(|tool| std::cmp::Reverse(tool.allowed.saturating_add(tool.denied)));
    out.push_str("\nBy tool:\n");
    let mut rows = vec![["allowed", "denied", ""].map(str::to_owned).to_vec()];
    rows.extend(
        tools
            .iter()
            .take(TOOLS)
            .map(|tool| vec![grouped(tool.allowed), grouped(tool.denied), visible(&tool.tool).into_owned()]),
    );
    table(&rows, &[true, true], out);
    if let Some(more) = tools.len().checked_sub(TOOLS).filter(|more| *more > 0) {
        out.push_str(&format!("  … and {}\n", number(more as u64, "tool")));
    }
}

fn compared(report: &Report, old: &Decisions, out: &mut String) {
    let new = &report.new;
    let row = |name: &str, old: u64, new: u64| vec![name.to_owned(), grouped(old), grouped(new)];
    let rows = [
        ["", "before", "now"].map(str::to_owned).to_vec(),
        row("allowed", old.allowed, new.allowed),
        row("denied", old.denied, new.denied),
    ];
    out.push('\n');
    table(&rows, &[false, true, true], out);
    if report.changes.is_empty() {
        out.push_str("\nNothing changes.\n");
    }
    for kind in Kind::ALL {
        let changed = report.changed(kind);
        if changed > 0 {
            out.push_str(&format!("\n{}: {}\n", title(kind), number(changed, what_changes(kind))));
            report
                .changes
                .iter()
                .filter(|change| change.kind == kind)
                .for_each(|change| one_change(change, out));
        }
    }
    if report.diverged > 0 {
        let (diverged, all) = (grouped(report.diverged), number(report.sessions, "session"));
        out.push_str(&format!("\nOther metadata at some time: {diverged} of {all}, first at\n"));
        report.first_diverged.iter().for_each(|example| one_example(example, "  ", out));
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::NewlyAllowed => "Newly allowed",
        Kind::NewlyDenied => "Newly denied",
        Kind::OtherRule => "Decided by another rule",
        Kind::ResultMetadata => "Other metadata of the result",
        Kind::SessionMetadata => "Other metadata of the session from there on",
    }
}

fn what_changes(kind: Kind) -> &'static str {
    match kind {
        Kind::ResultMetadata => "result",
        Kind::SessionMetadata | Kind::NewlyAllowed | Kind::NewlyDenied | Kind::OtherRule => "call",
    }
}

fn one_change(change: &Change, out: &mut String) {
    let tool = change.tool.as_deref().map_or_else(|| "a branch".to_owned(), quote);
    out.push_str(&format!("  {} × {tool}", grouped(change.count)));
    if !change.fields.is_empty() {
        out.push_str(&format!(": {}", change.fields.join(", ")));
    }
    if change.after_divergence > 0 {
        out.push_str(&format!(
            " ({} in sessions with other metadata before)",
            grouped(change.after_divergence)
        ));
    }
    out.push('\n');
    if change.fields.is_empty() {
        out.push_str(&format!(
            "    before: {}\n    now:    {}\n",
            decided(&change.old),
            decided(&change.new)
        ));
    }
    change.examples.iter().for_each(|example| one_example(example, "      ", out));
}

fn one_example(example: &Example, indent: &str, out: &mut String) {
    out.push_str(&format!("{indent}{}:{}", visible(&example.place.file), example.place.line));
    if let Some(session) = &example.session {
        out.push_str(&format!(", session {}", quote(session)));
    }
    if !example.details.is_empty() {
        out.push_str(&format!(": {}", visible(&example.details.join("; "))));
    }
    out.push('\n');
}

/// What decided, in one line.
fn decided(said: &Said) -> String {
    let parts = [said.outcome.name().to_owned(), basis(said).to_owned(), place_of_rule(said), what(said)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

fn basis(said: &Said) -> &'static str {
    said.basis.map_or("", Basis::name)
}

fn place_of_rule(said: &Said) -> String {
    let place = |rule: &RuleText| format!("{}:{}:{}", visible(&rule.file), rule.line, rule.column);
    said.rule.as_deref().map(place).unwrap_or_default()
}

/// The rule and its description.
fn what(said: &Said) -> String {
    let Some(rule) = said.rule.as_deref() else { return String::new() };
    let about = rule.description.as_deref().map(|text| format!(": {}", quote(text))).unwrap_or_default();
    format!("{}{about}", rule.rule)
}

fn problems(report: &Report, out: &mut String) {
    if report.problems == 0 {
        return;
    }
    out.push_str(&format!("\nNot answered: {}\n", number(report.problems, "line")));
    for problem in &report.first_problems {
        let help =
            problem.limit.as_ref().map(|limit| format!("; {}", limits::raise(limit))).unwrap_or_default();
        let message = visible(&problem.message);
        out.push_str(&format!(
            "  {}:{}: {message}{help}\n",
            visible(&problem.place.file),
            problem.place.line
        ));
    }
    if report.problems > report.first_problems.len() as u64 {
        out.push_str("  …\n");
    }
}

/// Lines with cells below each other; of the columns that are named the cells end below each other.
fn table(rows: &[Vec<String>], right: &[bool], out: &mut String) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let gap = " ".repeat(width(column).saturating_sub(cell.chars().count()));
            line.push_str("  ");
            match right.get(column) {
                Some(true) => line.push_str(&format!("{gap}{cell}")),
                _ => line.push_str(&format!("{cell}{gap}")),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// `1 call`, `1,234 calls`.
fn number(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    limits::grouped(usize::try_from(number).unwrap_or(usize::MAX))
}
