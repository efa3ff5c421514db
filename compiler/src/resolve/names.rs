//! Lets by name: duplicates, undefined names, cycles, kinds (S3.1), and what a let mentions, other lets included.
//!
//! Invariant of [`Names`]: following [`Declared::conditions`] and [`Declared::sets`] never leads in a round, and every
//! let that they name is of that kind. What is wrong was reported and is left out.

use super::cycles;
use super::mentions::{self, Mention, Mentioned, Mentions};
use super::similar::Similar;
use super::sink::Sink;
use super::source::Source;
use crate::diagnostics::names as messages;
use crate::ir::{Field, LetId, LetKind, Origin};
use crate::syntax::ast::{DeclarationKind, Let, LetValue};
use sqrt_vm::keyed::QuickHash;
use std::collections::{HashMap, HashSet, VecDeque};

/// All lets of a policy.
pub(super) struct Names<'a> {
    /// In source order over all files, duplicates included.
    pub(super) lets: Vec<Declared<'a>>,
    /// All lets, each after those that it mentions.
    pub(super) order: Vec<LetId>,
    by_name: HashMap<&'a str, LetId, QuickHash>,
}

/// A let.
pub(super) struct Declared<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) name: &'a str,
    /// Of the name.
    pub(super) origin: Origin,
    pub(super) description: Option<&'a str>,
    pub(super) value: LetValue<'a>,
    /// `None` if it has no meaning, which was reported.
    pub(super) kind: Option<LetKind>,
    /// The lets that it mentions as conditions, each with whether it stands under an odd number of `not`.
    pub(super) conditions: Vec<(LetId, bool)>,
    /// The lets that it mentions as sets.
    pub(super) sets: Vec<LetId>,
    /// What it mentions that has no meaning in some places.
    pub(super) bound: Bound,
    /// How often it is mentioned.
    pub(super) uses: u32,
}

/// What ties an expression to certain places: the first mention of each, inside lets too.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bound {
    /// `@F`
    pub(super) context_field: Option<(Field, Origin)>,
    /// `@result.value`
    pub(super) result_value: Option<Origin>,
    /// `@result.F` or `@result.value`
    pub(super) result: Option<Origin>,
}

impl Bound {
    fn join(&mut self, other: Bound) {
        self.context_field = self.context_field.or(other.context_field);
        self.result_value = self.result_value.or(other.result_value);
        self.result = self.result.or(other.result);
    }

    fn mention(&mut self, what: Mentioned<'_>, at: Origin) {
        self.join(match what {
            Mentioned::ContextField(field) => Bound { context_field: Some((field, at)), ..Bound::default() },
            Mentioned::ResultValue => Bound { result_value: Some(at), result: Some(at), ..Bound::default() },
            Mentioned::ResultField => Bound { result: Some(at), ..Bound::default() },
            Mentioned::Let { .. } | Mentioned::Argument { .. } => Bound::default(),
        });
    }
}

impl<'a> Names<'a> {
    /// Collects the lets of all files and finds what is wrong with them as names.
    pub(super) fn collect(sources: &'a [Source<'a>], similar: &mut Similar, sink: &mut Sink) -> Names<'a> {
        let mut names = Names { lets: Vec::new(), order: Vec::new(), by_name: HashMap::default() };
        for source in sources {
            for declaration in source.file.declarations {
                if let DeclarationKind::Let(declared) = declaration.kind {
                    names.declare(source, declared, declaration.description, sink);
                }
            }
        }
        names.connect(similar, sink);
        names
    }

    fn declare(
        &mut self,
        source: &'a Source<'a>,
        declared: Let<'a>,
        description: Option<&'a str>,
        sink: &mut Sink,
    ) {
        let id = LetId(u32::try_from(self.lets.len()).unwrap_or(u32::MAX));
        let name = declared.name.text;
        let origin = source.origin(declared.name.range);
        match self.by_name.get(name).and_then(|first| self.get(*first)) {
            Some(first) => sink.report(messages::duplicate_let(name, origin, first.origin)),
            None => {
                self.by_name.insert(name, id);
            }
        }
        let kind = match declared.value {
            LetValue::Predicate(_) => Some(LetKind::Predicate),
            LetValue::Set(_) | LetValue::Domain(_) => Some(LetKind::Set),
            LetValue::Name(_) | LetValue::Error => None,
        };
        self.lets.push(Declared {
            source,
            name,
            origin,
            description,
            value: declared.value,
            kind,
            conditions: Vec::new(),
            sets: Vec::new(),
            bound: Bound::default(),
            uses: 0,
        });
    }

    pub(super) fn get(&self, id: LetId) -> Option<&Declared<'a>> {
        self.lets.get(id.index())
    }

    /// The let of a name, and what it is; `None` if there is none or it has no meaning.
    pub(super) fn find(&self, name: &str) -> Option<(LetId, LetKind)> {
        let id = *self.by_name.get(name)?;
        Some((id, self.get(id)?.kind?))
    }

    /// The let of a name, also if it has no meaning.
    pub(super) fn declared(&self, name: &str) -> Option<&Declared<'a>> {
        self.by_name.get(name).and_then(|&id| self.get(id))
    }

    /// Finds what the lets mention of each other, and decides kinds in an order in which that is known.
    fn connect(&mut self, similar: &mut Similar, sink: &mut Sink) {
        let mentions: Vec<Mentions<'a>> = self.lets.iter().map(|l| mentions::in_let(l.value)).collect();
        let edges: Vec<Vec<u32>> = mentions.iter().map(|list| self.targets(list)).collect();
        for component in cycles::components(&edges) {
            if component.is_cycle {
                self.report_cycle(&component.nodes, &mentions, sink);
            }
            for &node in &component.nodes {
                self.order.push(LetId(node));
                if let Some(declared) = self.lets.get_mut(node as usize).filter(|_| component.is_cycle) {
                    declared.kind = None;
                }
            }
            for &node in &component.nodes {
                if let Some(list) = mentions.get(node as usize) {
                    self.settle(LetId(node), list, component.is_cycle, similar, sink);
                }
            }
        }
    }

    /// The lets that are mentioned, once each mention.
    fn targets(&self, mentions: &[Mention<'a>]) -> Vec<u32> {
        let target = |mention: &Mention<'a>| match mention.what {
            Mentioned::Let { name, .. } => self.by_name.get(name).map(|id| id.0),
            _ => None,
        };
        mentions.iter().filter_map(target).collect()
    }

    /// Decides what a let is and what it leads to, once that is known of all lets that it mentions.
    fn settle(
        &mut self,
        id: LetId,
        mentions: &[Mention<'a>],
        in_cycle: bool,
        similar: &mut Similar,
        sink: &mut Sink,
    ) {
        let Some(source) = self.get(id).map(|declared| declared.source) else { return };
        let mut bound = Bound::default();
        let (mut conditions, mut sets, mut alias) = (Vec::new(), Vec::new(), None);
        for mention in mentions {
            let at = source.origin(mention.range);
            bound.mention(mention.what, at);
            let Some((target, kind)) = self.mention(mention, at, similar, sink) else { continue };
            bound.join(self.get(target).map(|declared| declared.bound).unwrap_or_default());
            match (kind, mention.what) {
                (LetKind::Predicate, Mentioned::Let { negated, .. }) => conditions.push((target, negated)),
                _ => sets.push(target),
            }
            alias = Some(kind);
        }
        let Some(declared) = self.lets.get_mut(id.index()) else { return };
        declared.bound = bound;
        if !in_cycle {
            declared.conditions = conditions;
            declared.sets = sets;
            if matches!(declared.value, LetValue::Name(_)) {
                declared.kind = alias;
            }
        }
    }

    /// Looks up a mention of a let, counts it, and reports what is wrong with it; `None` for what is no sound let.
    pub(super) fn mention(
        &mut self,
        mention: &Mention<'a>,
        at: Origin,
        similar: &mut Similar,
        sink: &mut Sink,
    ) -> Option<(LetId, LetKind)> {
        let Mentioned::Let { name, needed, .. } = mention.what else { return None };
        let Some(&id) = self.by_name.get(name) else {
            let near = similar.nearest(name, self.lets.iter().map(|declared| declared.name));
            let near = near.and_then(|near| Some((near, self.declared(near)?.origin)));
            sink.report(messages::undefined_name(name, at, near));
            return None;
        };
        let declared = self.lets.get_mut(id.index())?;
        declared.uses = declared.uses.saturating_add(1);
        let kind = declared.kind?;
        if needed.is_some_and(|needed| needed != kind) {
            sink.report(messages::wrong_kind(name, at, kind, declared.origin));
            return None;
        }
        Some((id, kind))
    }

    /// Reports one round through a component, from its first let in source order.
    fn report_cycle(&self, nodes: &[u32], mentions: &[Mentions<'a>], sink: &mut Sink) {
        let Some(&first) = nodes.iter().min() else { return };
        let inside: HashSet<u32> = nodes.iter().copied().collect();
        let round = self.round(first, &inside, mentions);
        if let Some(declared) = self.get(LetId(first)) {
            sink.report(messages::let_cycle(declared.origin, &round));
        }
    }

    /// The shortest round from `first` back to it: each let's name and its mention of the next one.
    fn round(&self, first: u32, inside: &HashSet<u32>, mentions: &[Mentions<'a>]) -> Vec<(&'a str, Origin)> {
        // Breadth first; for each let reached, the let before it and the mention that led here.
        let mut came: HashMap<u32, (u32, Mention<'a>)> = HashMap::new();
        let mut queue = VecDeque::from([first]);
        while let Some(node) = queue.pop_front() {
            for mention in mentions.get(node as usize).into_iter().flatten() {
                let Mentioned::Let { name, .. } = mention.what else { continue };
                let Some(target) = self.by_name.get(name).map(|id| id.0).filter(|id| inside.contains(id))
                else {
                    continue;
                };
                if came.contains_key(&target) {
                    continue;
                }
                came.insert(target, (node, *mention));
                if target == first {
                    queue.clear();
                    break;
                }
                queue.push_back(target);
            }
        }
        let mut round = Vec::new();
        let mut node = first;
        while let Some((before, mention)) = came.get(&node) {
            if let Some(declared) = self.get(LetId(*before)) {
                round.push((declared.name, declared.source.origin(mention.range)));
            }
            node = *before;
            if node == first {
                break;
            }
        }
        round.reverse();
        round
    }
}
