//! The order in which the check rules about a tool are asked (S6), which is not that of the text: `must deny`, then `must allow`,
//! then the `should` rules by priority.
//!
//! Rules of all blocks with the same tool id count, in all files of the policy.

use std::collections::BTreeMap;

use bumpalo::Bump;
use sqrt_compiler::syntax::ast::{DeclarationKind, Enforcement, MemberKind, Outcome, Rule};
use sqrt_compiler::syntax::token::Span;

use super::document::{Document, Policy};

/// A text to show in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Before this byte.
    pub offset: u32,
    /// The text.
    pub label: String,
    /// What it means.
    pub tooltip: String,
}

/// A rule with what its order depends on; sorted, the rules are in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    step: Step,
    /// Negated, so that the highest comes first.
    priority: i128,
    file: usize,
    offset: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    MustDeny,
    MustAllow,
    Should,
}

/// The order of the rules in a part of a file, where a tool has more than one.
pub fn hints(policy: Policy<'_>, file: usize, part: Span) -> Vec<Hint> {
    let mut by_tool: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for (file, document) in policy.documents().iter().enumerate() {
        rules(file, document, &mut by_tool);
    }
    let mut found = Vec::new();
    for rules in by_tool.values_mut().filter(|rules| rules.len() > 1) {
        rules.sort_unstable();
        for (at, asked) in rules.iter().enumerate() {
            if asked.file == file && part.start <= asked.offset && asked.offset <= part.end {
                found.push(hint(asked, at.saturating_add(1), rules.len()));
            }
        }
    }
    found.sort_by_key(|hint| hint.offset);
    found
}

fn hint(asked: &Asked, number: usize, count: usize) -> Hint {
    let why = match asked.step {
        Step::MustDeny => {
            "A `must deny` rule is asked before all others; if it fires, the call is denied (S6.2)."
        }
        Step::MustAllow => {
            "A `must allow` rule is asked after every `must deny` rule and before every `should` rule (S6.3, S6.4)."
        }
        Step::Should => {
            "The `should` rules are asked after all `must` rules, from the highest priority down; in a block the first that \
             fires speaks, and among blocks of one priority a deny beats an allow (S6.6)."
        }
    };
    let tooltip = format!(
        "Number {number} of the {count} rules about this tool id, in the order they are asked. {why}"
    );
    Hint { offset: asked.offset, label: format!("{number}."), tooltip }
}

fn rules(file: usize, document: &Document, by_tool: &mut BTreeMap<String, Vec<Asked>>) {
    let arena = Bump::new();
    let syntax = document.syntax();
    for declaration in syntax.tree(&arena).declarations {
        let DeclarationKind::Tool(tool) = &declaration.kind else { continue };
        let id = document.slice(syntax.span(tool.id.literal.range));
        let priority = tool.members.iter().find_map(|member| match member.kind {
            MemberKind::Priority(number) => number.text.parse::<i64>().ok(),
            _ => None,
        });
        let priority = i128::from(priority.unwrap_or(0)).saturating_neg();
        for member in tool.members {
            if let MemberKind::Rule(rule) = &member.kind {
                let offset = syntax.span(member.range).start;
                let asked = Asked { step: step(rule), priority, file, offset };
                by_tool.entry(id.to_owned()).or_default().push(asked);
            }
        }
    }
}

fn step(rule: &Rule<'_>) -> Step {
    match (rule.enforcement, rule.outcome) {
        (Enforcement::Must, Outcome::Deny) => Step::MustDeny,
        (Enforcement::Must, Outcome::Allow) => Step::MustAllow,
        (Enforcement::Should, _) => Step::Should,
    }
}
