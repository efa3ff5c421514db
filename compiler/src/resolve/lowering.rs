//! From trees to the tables of the policy: the state that the parts of this stage share.
//!
//! The parts add methods to [`Lowering`]: literals, elements, sets, conditions, lets, updates and blocks each in a file of
//! their own. What cannot be lowered was reported, here or before, and leaves a placeholder; a policy with errors is not
//! used (see [`super::resolve`]).

use super::names::Names;
use super::sink::Sink;
use super::source::Source;
use super::tables::Tables;
use crate::diagnostics::limits::too_many_expressions;
use crate::ir::{LetId, LetInstanceId, Pattern, Place, SetLetId, Stance};
use crate::limits::Limits;
use sqrt_vm::keyed::QuickHash;
use std::collections::{HashMap, HashSet};

/// The trees of patterns of so many bytes together are kept until automata are built: enough for some ten thousand tools.
const KEPT_TEXT: usize = 256 << 10;

/// The state of the lowering.
pub(super) struct Lowering<'l, 'a> {
    pub(super) names: &'l Names<'a>,
    pub(super) sink: &'l mut Sink,
    pub(super) tables: Tables,
    pub(super) instances: HashMap<InstanceKey, LetInstanceId, QuickHash>,
    pub(super) set_lets: HashMap<(LetId, Place), SetLetId, QuickHash>,
    /// How many rules there are so far.
    pub(super) rules: u32,
    /// Patterns that the pattern parser accepted.
    pub(super) accepted: HashSet<Pattern, QuickHash>,
    /// The classes that patterns have so far, and may have.
    pub(super) classes: (usize, usize),
    /// Of how many bytes of patterns the trees may still be kept.
    pub(super) kept_text: usize,
    /// How many conditions and set expressions there may be.
    expressions: usize,
}

/// What a let instance is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct InstanceKey {
    pub(super) declaration: LetId,
    pub(super) place: Place,
    pub(super) stance: Stance,
    pub(super) negated: bool,
}

/// Where an expression stands: what its tokens and its names mean.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) place: Place,
    pub(super) stance: Stance,
}

impl<'l, 'a> Lowering<'l, 'a> {
    pub(super) fn new(names: &'l Names<'a>, sink: &'l mut Sink, limits: &Limits) -> Self {
        Self {
            names,
            sink,
            tables: Tables::new(limits.expressions()),
            instances: HashMap::default(),
            set_lets: HashMap::default(),
            rules: 0,
            accepted: HashSet::default(),
            classes: (0, limits.patterns_classes()),
            kept_text: KEPT_TEXT,
            expressions: limits.expressions(),
        }
    }

    /// Reports that there are more conditions and set expressions than the limit, if there are.
    pub(super) fn count_expressions(&mut self) {
        if let Some(first) = self.tables.beyond() {
            self.sink.report(too_many_expressions(first, self.expressions));
        }
    }

    /// Drops everything that was lowered; what was reported stays.
    pub(super) fn clear(&mut self) {
        self.tables = Tables::new(self.expressions);
        self.instances = HashMap::default();
        self.set_lets = HashMap::default();
    }
}
