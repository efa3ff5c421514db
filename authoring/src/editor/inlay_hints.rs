//! The order in which the check rules about a tool are asked (S6), which is not that of the text: `must deny`, then `must allow`,
//! then the `should` rules by priority.
//!
//! For a tool by its name all blocks count that are about it, also by a regex, in all files of the policy; for a regex those with the
//! same.

use std::collections::BTreeSet;

use bumpalo::Bump;
use sqrt_compiler::resolve::regex_text;
use sqrt_compiler::syntax::ast::{DeclarationKind, Enforcement, MemberKind, Outcome, Rule};
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::pattern::PatternSyntax;

use super::document::{Document, Policy};
use super::places::unquoted;
use crate::tools::language::Languages;

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

/// The rules of one block, and whom they are about.
#[derive(Debug)]
struct Block {
    /// The id as it is written.
    id: String,
    is_regex: bool,
    rules: Vec<Asked>,
}

/// The order of the rules in a part of a file, where more than one is about a tool.
pub fn hints(policy: Policy<'_>, file: usize, part: Span) -> Vec<Hint> {
    let is_there =
        |asked: &Asked| asked.file == file && part.start <= asked.offset && asked.offset <= part.end;
    let mut blocks = Vec::new();
    for (file, document) in policy.documents().iter().enumerate() {
        push_blocks(file, document, &mut blocks);
    }
    let mut languages = Languages::default();
    let shown: BTreeSet<(&str, bool)> = blocks
        .iter()
        .filter(|block| block.rules.iter().any(is_there))
        .map(|block| (block.id.as_str(), block.is_regex))
        .collect();
    let mut found = Vec::new();
    for (id, is_regex) in shown {
        let about = blocks.iter().filter(|block| {
            block.id == id || (!is_regex && block.is_regex && matches(block, unquoted(id), &mut languages))
        });
        let about: Vec<&Block> = about.collect();
        // With whether they are in a block of this id, where they get their number.
        let with_own = |block: &&'_ Block| -> Vec<(Asked, bool)> {
            block.rules.iter().map(|asked| (*asked, block.id == id)).collect()
        };
        let mut rules: Vec<(Asked, bool)> = about.iter().flat_map(with_own).collect();
        rules.sort_unstable();
        for (at, (asked, is_own)) in rules.iter().enumerate().filter(|_| rules.len() > 1) {
            if *is_own && is_there(asked) {
                found.push(hint(asked, at.saturating_add(1), rules.len(), is_regex));
            }
        }
    }
    found.sort_by_key(|hint| hint.offset);
    found
}

/// Whether the regex of a block matches the whole name of a tool (S4.3). A name with an escape in it is none that is compared.
fn matches(block: &Block, name: &str, languages: &mut Languages) -> bool {
    if name.contains('\\') {
        return false;
    }
    let pattern = regex_text(unquoted(&block.id));
    languages.of_policy(PatternSyntax::Regex, &pattern).is_some_and(|language| language.accepts(name))
}

fn hint(asked: &Asked, number: usize, count: usize, is_regex: bool) -> Hint {
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
    let whom = if is_regex { "with this tool id" } else { "about this tool" };
    let tooltip = format!("Number {number} of the {count} rules {whom}, in the order they are asked. {why}");
    Hint { offset: asked.offset, label: format!("{number}."), tooltip }
}

fn push_blocks(file: usize, document: &Document, blocks: &mut Vec<Block>) {
    let arena = Bump::new();
    let syntax = document.syntax();
    for declaration in syntax.tree(&arena).declarations {
        let DeclarationKind::Tool(tool) = &declaration.kind else { continue };
        let priority = tool.members.iter().find_map(|member| match member.kind {
            MemberKind::Priority(number) => number.text.parse::<i64>().ok(),
            _ => None,
        });
        let priority = i128::from(priority.unwrap_or(0)).saturating_neg();
        let rules = tool.members.iter().filter_map(|member| match &member.kind {
            MemberKind::Rule(rule) => {
                let offset = syntax.span(member.range).start;
                Some(Asked { step: step(rule), priority, file, offset })
            }
            _ => None,
        });
        let id = document.slice(syntax.span(tool.id.literal.range)).to_owned();
        blocks.push(Block { id, is_regex: tool.id.is_regex, rules: rules.collect() });
    }
}

fn step(rule: &Rule<'_>) -> Step {
    match (rule.enforcement, rule.outcome) {
        (Enforcement::Must, Outcome::Deny) => Step::MustDeny,
        (Enforcement::Must, Outcome::Allow) => Step::MustAllow,
        (Enforcement::Should, _) => Step::Should,
    }
}
