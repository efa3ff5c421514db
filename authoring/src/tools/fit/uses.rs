//! Where a block mentions arguments: in its conditions and sets, and in those of the lets that it uses.

use super::{Fit, Place, Problem, Scope};
use crate::nearest::nearest;
use sqrt_compiler::ir::{
    Block, ConditionId, ConditionKind, MetaRef, MetaSource, Origin, Policy, Reading, SetId, SetKind,
    Statement, Update, ValueRef,
};
use std::collections::{BTreeSet, HashSet};

/// An argument that is mentioned.
#[derive(Debug, Clone)]
pub(super) struct Mention<'p> {
    pub(super) name: &'p str,
    pub(super) place: Place,
    /// The set that the argument's value is looked for in, and how that is read.
    pub(super) value_in: Option<(SetId, Reading)>,
}

/// All arguments that a block mentions, each place once.
pub(super) fn mentions<'p>(fit: &mut Fit<'p>, block: &'p Block) -> Vec<Mention<'p>> {
    let mut walk = Walk {
        policy: fit.policy,
        open: Vec::new(),
        seen: HashSet::new(),
        found: Vec::new(),
        left: fit.left,
    };
    for rule in &block.rules {
        walk.open.extend(rule.condition.map(|condition| (Node::Condition(condition), None)));
    }
    for statement in block.before.iter().chain(&block.result).chain(&block.after) {
        walk.statement(statement);
    }
    walk.run();
    fit.left = walk.left;
    walk.found.sort_by_key(|mention| (mention.place.at.file, mention.place.at.span));
    walk.found
}

/// What is looked at: once for each block, however often it is used there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    Condition(ConditionId),
    Set(SetId),
}

/// A walk through what a block is made of.
struct Walk<'p> {
    policy: &'p Policy,
    /// With where the let is used, of what stands in a let.
    open: Vec<(Node, Option<Origin>)>,
    seen: HashSet<Node>,
    found: Vec<Mention<'p>>,
    left: usize,
}

impl<'p> Walk<'p> {
    fn statement(&mut self, statement: &Statement) {
        let mut update = |update: &Update| self.open.push((Node::Set(update.value), None));
        match statement {
            Statement::Update(only) => update(only),
            Statement::When(when) => {
                when.updates.iter().for_each(|(_, guarded)| update(guarded));
                let conditions = [when.as_deny, when.as_allow].into_iter().flatten();
                self.open.extend(conditions.map(|condition| (Node::Condition(condition), None)));
            }
        }
    }

    fn run(&mut self) {
        while let Some((node, used)) = self.open.pop() {
            let Some(left) = self.left.checked_sub(1) else { return };
            self.left = left;
            if self.seen.insert(node) {
                match node {
                    Node::Condition(id) => self.condition(id, used),
                    Node::Set(id) => self.set(id, used),
                }
            }
        }
    }

    fn condition(&mut self, id: ConditionId, used: Option<Origin>) {
        let policy = self.policy;
        let Some(condition) = policy.conditions.get(id.index()) else { return };
        let place = Place { at: condition.origin, used };
        match &condition.kind {
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                self.open.extend(parts.iter().map(|&part| (Node::Condition(part), used)));
            }
            ConditionKind::Not(part) => self.open.push((Node::Condition(*part), used)),
            ConditionKind::Let(instance) => {
                let instance = policy.let_instances.get(instance.index());
                let used = Some(used.unwrap_or(condition.origin));
                self.open.extend(instance.map(|instance| (Node::Condition(instance.body), used)));
            }
            ConditionKind::ValueIn(value, set, reading) => {
                self.value(value, place, Some((*set, *reading)));
                self.open.push((Node::Set(*set), used));
            }
            ConditionKind::ValuesEqual(left, right, _) => {
                self.value(left, place, None);
                self.value(right, place, None);
            }
            ConditionKind::LiteralIn(_, set, _)
            | ConditionKind::TagIn(_, set, _)
            | ConditionKind::SetIsUniversal(set, _) => self.open.push((Node::Set(*set), used)),
            ConditionKind::Overlaps(meta, set, _)
            | ConditionKind::SubsetOf(meta, set, _)
            | ConditionKind::SupersetOf(meta, set, _)
            | ConditionKind::Equal(meta, set, _) => {
                self.meta(meta, place);
                self.open.push((Node::Set(*set), used));
            }
            ConditionKind::IsEmpty(meta) | ConditionKind::IsUniversal(meta) => self.meta(meta, place),
            ConditionKind::Constant(_) => {}
        }
    }

    fn set(&mut self, id: SetId, used: Option<Origin>) {
        let policy = self.policy;
        let Some(set) = policy.sets.get(id.index()) else { return };
        match &set.kind {
            SetKind::Literal(_) => {}
            SetKind::Meta(meta) => self.meta(meta, Place { at: set.origin, used }),
            SetKind::Let(id) => {
                let body = policy.set_lets.get(id.index()).map(|set_let| set_let.body);
                let used = Some(used.unwrap_or(set.origin));
                self.open.extend(body.map(|body| (Node::Set(body), used)));
            }
            SetKind::Chain(_, parts) => self.open.extend(parts.iter().map(|&part| (Node::Set(part), used))),
        }
    }

    fn value(&mut self, value: &'p ValueRef, place: Place, value_in: Option<(SetId, Reading)>) {
        if let ValueRef::Argument(name) = value {
            self.found.push(Mention { name, place, value_in });
        }
    }

    fn meta(&mut self, meta: &'p MetaRef, place: Place) {
        if let MetaSource::Argument(name) = &meta.source {
            self.found.push(Mention { name, place, value_in: None });
        }
    }
}

/// The arguments that a block mentions and none of its tools has, each once, where it is mentioned first.
pub(super) fn unknown_arguments(
    fit: &Fit<'_>,
    scope: &Scope<'_>,
    tools: &[usize],
    mentions: &[Mention<'_>],
) -> Vec<Problem> {
    let own: Vec<_> = tools.iter().filter_map(|&tool| fit.tool(tool)).collect();
    if own.iter().any(|tool| tool.arguments.others) {
        return Vec::new();
    }
    let mut told = HashSet::new();
    let mut problems = Vec::new();
    for mention in mentions {
        if own.iter().any(|tool| tool.argument(mention.name).is_some()) || !told.insert(mention.name) {
            continue;
        }
        let listed = own.iter().flat_map(|tool| &tool.arguments.listed);
        let known: BTreeSet<&str> = listed.map(|argument| argument.name.as_str()).collect();
        let nearest = nearest(mention.name, known.iter().copied());
        problems.push(Problem::UnknownArgument {
            name: mention.name.to_owned(),
            place: mention.place,
            block: scope.id,
            tools: fit.names(tools),
            nearest: nearest.map(str::to_owned),
            known: known.into_iter().map(str::to_owned).collect(),
        });
    }
    problems
}
