//! The labels, tags and producers, that a policy sets, and those that it asks for.

use super::phases;
use crate::lint::Context;
use crate::lint::analysis::parts;
use sqrt_compiler::ir::{
    ConditionKind, ElementKind, Field, MetaRef, MetaSource, Origin, SetId, SetKind, Statement,
};
use std::collections::{BTreeSet, HashSet};

/// A label that a condition asks for.
pub(in crate::lint::rules) struct Asked<'p> {
    pub(in crate::lint::rules) label: &'p str,
    /// Where it is looked for.
    pub(in crate::lint::rules) meta: &'p MetaRef,
    /// The element, or the condition.
    pub(in crate::lint::rules) at: Origin,
}

/// All tags and producers that conditions ask for by name, each place once.
pub(in crate::lint::rules) fn labels_asked_for<'p>(context: &Context<'p>) -> Vec<Asked<'p>> {
    let policy = context.policy;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for condition in &policy.conditions {
        match &condition.kind {
            ConditionKind::Overlaps(meta, set, _) | ConditionKind::SupersetOf(meta, set, _)
                if meta.field != Field::Consumers =>
            {
                for part in parts(context, *set).into_iter().filter(|part| part.adds) {
                    let at = part.element.origin;
                    if let ElementKind::String(label) = &part.element.kind
                        && seen.insert((at, meta))
                    {
                        found.push(Asked { label, meta, at });
                    }
                }
            }
            ConditionKind::TagIn(label, set, _) => {
                if let Some(SetKind::Meta(meta)) = context.set(*set).map(|set| &set.kind)
                    && meta.field != Field::Consumers
                    && seen.insert((condition.origin, meta))
                {
                    found.push(Asked { label, meta, at: condition.origin });
                }
            }
            _ => {}
        }
    }
    found
}

/// The labels that updates set.
#[derive(Default)]
pub(in crate::lint::rules) struct LabelsSet<'p> {
    tags: BTreeSet<&'p str>,
    producers: BTreeSet<&'p str>,
    session_tags: BTreeSet<&'p str>,
    session_producers: BTreeSet<&'p str>,
    /// Whether the session may get labels from elsewhere.
    session_is_open: [bool; 2],
}

impl<'p> LabelsSet<'p> {
    /// All that the session can have in a field, if that is known.
    pub(in crate::lint::rules) fn of_session(&self, field: Field) -> Option<&BTreeSet<&'p str>> {
        match field {
            Field::Tags if !self.session_is_open[0] => Some(&self.session_tags),
            Field::Producers if !self.session_is_open[1] => Some(&self.session_producers),
            _ => None,
        }
    }

    /// All that updates of results and sessions set in a field.
    pub(in crate::lint::rules) fn anywhere(&self, field: Field) -> &BTreeSet<&'p str> {
        if field == Field::Producers { &self.producers } else { &self.tags }
    }
}

/// Collects what updates set.
pub(in crate::lint::rules) fn labels_set<'p>(context: &Context<'p>) -> LabelsSet<'p> {
    let policy = context.policy;
    let mut set = LabelsSet::default();
    for block in &policy.blocks {
        for (source, statements) in phases(block) {
            let is_session = source == MetaSource::Session;
            let updates = statements.iter().flat_map(|statement| match statement {
                Statement::Update(update) => vec![update],
                Statement::When(when) => when.updates.iter().map(|(_, update)| update).collect(),
            });
            for update in updates {
                let (anywhere, session, open) = match update.field {
                    Field::Tags => (&mut set.tags, &mut set.session_tags, &mut set.session_is_open[0]),
                    Field::Producers => {
                        (&mut set.producers, &mut set.session_producers, &mut set.session_is_open[1])
                    }
                    Field::Consumers => continue,
                };
                for part in parts(context, update.value) {
                    match &part.element.kind {
                        ElementKind::String(label) => {
                            anywhere.insert(label);
                            if is_session {
                                session.insert(label);
                            }
                        }
                        _ => *open |= is_session,
                    }
                }
                *open |= is_session && mentions_others(context, update.value, update.field);
            }
        }
    }
    set
}

/// Whether a set has metadata in it that is not that of the session in this field; `^` counts as if it had.
fn mentions_others(context: &Context<'_>, set: SetId, field: Field) -> bool {
    let policy = context.policy;
    let mut seen = HashSet::new();
    let mut left = vec![set];
    while let Some(set) = left.pop() {
        if !context.may_look() {
            return true;
        }
        if !seen.insert(set) {
            continue;
        }
        match policy.sets.get(set.index()).map(|set| &set.kind) {
            Some(SetKind::Meta(meta)) if meta.source != MetaSource::Session || meta.field != field => {
                return true;
            }
            Some(SetKind::Chain(sqrt_compiler::ir::SetOp::Xor, _)) => return true,
            Some(SetKind::Chain(_, operands)) => left.extend(operands),
            Some(SetKind::Let(set_let)) => left.extend(policy.set_lets.get(set_let.index()).map(|l| l.body)),
            Some(SetKind::Meta(_) | SetKind::Literal(_)) | None => {}
        }
    }
    false
}
