//! What rules look at: the checked policy, and each of its files with its text, tree and tokens.
//!
//! Invariant: the policy has no errors, so trees are complete and names resolved.

use super::analysis::{Prover, Reach};
use super::finding::Finding;
use crate::tools::fit::Problem;
use sqrt_compiler::ir::{Condition, ConditionId, Origin, Policy, SetExpr, SetId};
use sqrt_compiler::syntax::Parsed;
use sqrt_compiler::syntax::source::SourceFile;
use sqrt_compiler::syntax::token::{FileId, Span, TokenRange};
use std::cell::{Cell, RefCell, RefMut};

/// A file of the policy.
#[derive(Debug)]
pub struct File<'a> {
    /// Its name and text.
    pub source: &'a SourceFile,
    /// Its tree, tokens and comments.
    pub parsed: Parsed<'a>,
}

impl<'a> File<'a> {
    /// The place of tokens.
    pub fn origin(&self, range: TokenRange) -> Origin {
        Origin { file: self.source.id, span: self.parsed.span(range) }
    }

    /// The text of a span; empty if it is none.
    pub fn text(&self, span: Span) -> &'a str {
        self.source.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// What a rule looks at.
#[derive(Debug)]
pub struct Context<'a> {
    /// The representation of the whole policy.
    pub policy: &'a Policy,
    /// The files in order; the index is the [`FileId`].
    pub files: &'a [File<'a>],
    /// Which check rule each condition is part of.
    pub reach: Reach<'a>,
    /// What does not fit the agent's tools; nothing if these are not known.
    pub fit: &'a [Problem],
    prover: RefCell<Prover<'a>>,
    /// How many nodes may still be looked at where several walks meet the same ones.
    left: Cell<u32>,
}

/// So many nodes are looked at in all walks together that are not linear in the policy.
const NODES: u32 = 10_000_000;

impl<'a> Context<'a> {
    pub(super) fn new(policy: &'a Policy, files: &'a [File<'a>], fit: &'a [Problem]) -> Self {
        Self {
            policy,
            files,
            reach: Reach::new(policy),
            fit,
            prover: RefCell::new(Prover::new(policy)),
            left: Cell::new(NODES),
        }
    }

    /// What answers questions about conditions and sets; a rule holds it while it asks.
    pub fn prover(&self) -> RefMut<'_, Prover<'a>> {
        self.prover.borrow_mut()
    }

    /// Whether one more node may be looked at in a walk that is not linear in the policy: what lets stand for is met again from
    /// each of their uses.
    pub fn may_look(&self) -> bool {
        self.left.set(self.left.get().saturating_sub(1));
        self.left.get() > 0
    }

    /// A file.
    pub fn file(&self, id: FileId) -> Option<&'a File<'a>> {
        self.files.get(id.0 as usize)
    }

    /// The text of a place; empty if there is none.
    pub fn text(&self, at: Origin) -> &'a str {
        self.file(at.file).map_or("", |file| file.text(at.span))
    }

    /// A condition of the policy.
    pub fn condition(&self, id: ConditionId) -> Option<&'a Condition> {
        self.policy.conditions.get(id.index())
    }

    /// A set expression of the policy.
    pub fn set(&self, id: SetId) -> Option<&'a SetExpr> {
        self.policy.sets.get(id.index())
    }
}

/// Where rules put what they find.
#[derive(Debug, Default)]
pub struct Sink {
    pub(super) findings: Vec<Finding>,
}

impl Sink {
    /// Takes a finding.
    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
