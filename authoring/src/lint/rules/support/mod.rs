//! What several rules look for in the same way: uses of patterns, values and metadata, labels, updates, and texts to remove.

mod labels;
mod metadata;
mod removal;
mod updates;

pub(super) use labels::{Asked, labels_asked_for, labels_set};
pub(super) use metadata::elements_among_metadata;
pub(super) use removal::{remove_element, remove_member};
pub(super) use updates::{Reads, phases};

use crate::lint::Context;
use crate::lint::analysis::elements::pattern_of;
use crate::lint::analysis::parts;
use sqrt_compiler::ir::{
    Block, ConditionKind, ElementKind, Enforcement, MetaRef, Origin, Outcome, Pattern, PatternId, Policy,
    Reading, SetKind, ToolMatcher, ValueRef,
};
use sqrt_compiler::syntax::ast::DeclarationKind;
use sqrt_compiler::syntax::token::Span;
use std::collections::HashSet;
use std::ops::Range;

/// A pattern that values are tested against, where a looser one would let more calls through.
pub(super) struct Permitting<'p> {
    pub(super) value: &'p ValueRef,
    pub(super) pattern: &'p Pattern,
    /// The place of the element.
    pub(super) at: Origin,
}

/// All such patterns of check rules, each place once: in an allow rule, under the `not` of a deny rule, or taken away from what
/// is denied.
pub(super) fn permitting_patterns<'p>(context: &Context<'p>) -> Vec<Permitting<'p>> {
    let policy = context.policy;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (condition, _) in context.reach.used() {
        let ConditionKind::ValueIn(value, set, reading) = &condition.kind else { continue };
        if !context.set(*set).is_some_and(|set| set.has_pattern) {
            continue;
        }
        for part in parts(context, *set) {
            let at = part.element.origin;
            let pattern = pattern_of(&part.element.kind).and_then(|id| policy.patterns.get(id.index()));
            if let Some(pattern) = pattern.filter(|_| part.adds == (*reading == Reading::All))
                && seen.insert(at)
            {
                found.push(Permitting { value, pattern, at });
            }
        }
    }
    found
}

/// A place inside the text of a string literal that an element begins or ends with, where it is written as it is read.
pub(super) fn inside(
    context: &Context<'_>,
    element: Origin,
    text: &str,
    range: Range<usize>,
) -> Option<Origin> {
    let written = context.text(element);
    let quote = written.find('"')?.checked_add(1)?;
    if written.get(quote..quote.checked_add(text.len())?)? != text {
        return None;
    }
    let at = |offset: usize| {
        let offset = u32::try_from(quote.checked_add(offset)?).ok()?;
        element.span.start.checked_add(offset)
    };
    Some(Origin { span: Span { start: at(range.start)?, end: at(range.end)? }, ..element })
}

/// Whether a text looks like a host name with a domain: `corp.com`, not `1.5` and not `notes.txt`.
pub(super) fn is_host(text: &str) -> bool {
    /// Endings of files that are no domains.
    const FILES: &[&str] = &[
        "txt", "md", "json", "csv", "pdf", "log", "xml", "yaml", "yml", "toml", "html", "js", "ts", "py",
        "rs", "sql", "png", "jpg",
    ];
    let labels: Vec<&str> = text.split('.').collect();
    let sound = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let domain = labels.last().copied().unwrap_or_default();
    labels.len() >= 2
        && labels.iter().all(sound)
        && (2..=24).contains(&domain.len())
        && domain.chars().all(char::is_alphabetic)
        && !FILES.contains(&domain.to_ascii_lowercase().as_str())
}

/// Whether a block is about every tool there is.
pub(super) fn is_every_tool(policy: &Policy, tool: &ToolMatcher) -> bool {
    let ToolMatcher::Pattern(id) = tool else { return false };
    let text = policy.patterns.get(id.index()).map_or("", |pattern| pattern.text.as_str());
    matches!(text, ".*" | ".+" | "(?s).*" | "(?s).+" | "^.*$" | "^.+$" | "(.*)" | "(.+)")
}

/// A comparison of a metadata set in a check rule.
pub(super) struct MetaUse<'p> {
    pub(super) meta: &'p MetaRef,
    pub(super) at: Origin,
    /// Whether more in the set lets more calls through; else less does.
    pub(super) more_permits: bool,
}

/// All comparisons of which it is known which way they go.
pub(super) fn meta_uses<'p>(context: &Context<'p>) -> Vec<MetaUse<'p>> {
    let mut found = Vec::new();
    for (condition, used) in context.reach.used() {
        let (meta, grows) = match &condition.kind {
            ConditionKind::Overlaps(meta, ..)
            | ConditionKind::SupersetOf(meta, ..)
            | ConditionKind::IsUniversal(meta) => (meta, true),
            ConditionKind::SubsetOf(meta, ..) | ConditionKind::IsEmpty(meta) => (meta, false),
            ConditionKind::TagIn(_, set, _) | ConditionKind::SetIsUniversal(set, _) => {
                match context.set(*set).map(|set| &set.kind) {
                    Some(SetKind::Meta(meta)) => (meta, true),
                    _ => continue,
                }
            }
            _ => continue,
        };
        found.push(MetaUse { meta, at: condition.origin, more_permits: grows == used.permits() });
    }
    found
}

/// The values without which a call is stopped, by the place of the block whose rules stop it: what a deny rule asks about under `not`,
/// and what a `must allow` rule asks about.
pub(super) fn needed_values<'p>(context: &Context<'p>) -> HashSet<(Origin, &'p ValueRef)> {
    let used = context.reach.used().filter(|(_, found)| {
        found.permits()
            && (found.rule.outcome == Outcome::Deny || found.rule.enforcement == Enforcement::Must)
    });
    let values = used.filter_map(|(condition, found)| match &condition.kind {
        ConditionKind::ValueIn(value, _, Reading::All) => Some((found.block.position.origin, value)),
        _ => None,
    });
    values.collect()
}

/// A pattern where it stands: an element of a set, or the id of a tool.
pub(super) struct Standing<'p> {
    pub(super) pattern: &'p Pattern,
    /// The element, or the literal of the id.
    pub(super) at: Origin,
    /// Whether it has a length beside it.
    pub(super) is_sized: bool,
}

/// All patterns of the policy, each place once.
pub(super) fn patterns<'p>(context: &Context<'p>) -> Vec<Standing<'p>> {
    let policy = context.policy;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut add = |id: PatternId, at: Origin, is_sized: bool| {
        if let Some(pattern) = policy.patterns.get(id.index()).filter(|_| seen.insert(at)) {
            found.push(Standing { pattern, at, is_sized });
        }
    };
    for element in policy.literals.iter().flat_map(|literal| &literal.elements) {
        if let Some(id) = pattern_of(&element.kind) {
            add(id, element.origin, matches!(element.kind, ElementKind::Sized(..)));
        }
    }
    for file in context.files {
        for declaration in file.parsed.file.declarations {
            let id = match declaration.kind {
                DeclarationKind::Tool(tool) => tool.id,
                DeclarationKind::Shorthand(shorthand) => shorthand.id,
                DeclarationKind::Let(_) | DeclarationKind::Error => continue,
            };
            let block = by_place(policy, file.origin(declaration.range));
            if let Some(ToolMatcher::Pattern(pattern)) = block.map(|block| &block.tool) {
                add(*pattern, file.origin(id.literal.range), false);
            }
        }
    }
    found
}

/// The block that begins at a place; blocks are in the order of files and places.
fn by_place(policy: &Policy, at: Origin) -> Option<&Block> {
    let key = |origin: Origin| (origin.file, origin.span.start);
    let index = policy.blocks.partition_point(|block| key(block.position.origin) < key(at));
    policy.blocks.get(index).filter(|block| block.position.origin == at)
}
