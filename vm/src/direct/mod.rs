//! Deciding directly: most rules ask a few values and tags and nothing else, so most calls need neither the interpreter nor
//! sets of their own.
//!
//! When a policy is loaded, the conditions of its rules become formulas ([`formula`]) where they can; a call that such
//! blocks are about, and that is small and plain itself, is decided by these ([`call`]). Every other call takes the general
//! way, from its beginning.
//!
//! Invariants: nothing but the caller's scratch is written to before a call is decided directly, and then only its details
//! (which rules fired). A direct decision is the one that the general way gives, or there is none; the general way is the
//! one that refuses, so a call over a limit, with an argument twice or with a foreign handle is never decided directly.

mod call;
mod formula;
mod quick;
#[cfg(test)]
mod tests;

pub(crate) use call::DirectScratch;

use self::formula::{Follower, Next, Step};
use self::quick::QuickSets;
use crate::bytecode::Op;
use crate::bytecode::program::Program;

/// What deciding directly needs of a policy. Immutable.
#[derive(Debug)]
pub(crate) struct Direct {
    /// For each rule, where its formula begins, if it has one.
    rules: Vec<Option<Next>>,
    steps: Vec<Step>,
    /// Whether calls that a block is about may be decided directly, as far as the block is concerned.
    blocks: Vec<bool>,
    sets: QuickSets,
}

impl Direct {
    /// Makes it for a verified program, of these instructions.
    pub(crate) fn new(program: &Program, ops: &[Op]) -> Direct {
        let mut follower = Follower::new(program, ops);
        let rules: Vec<Option<Next>> = program
            .rules
            .iter()
            .map(|rule| match rule.condition {
                Some(condition) => follower.formula(condition),
                None => Some(Next::answer(true)),
            })
            .collect();
        let direct =
            |rules: Option<&[Option<Next>]>| rules.is_some_and(|rules| rules.iter().all(Option::is_some));
        let blocks = program
            .blocks
            .iter()
            .map(|block| block.before.is_none() && direct(block.rules.of(&rules)))
            .collect();
        Direct { rules, steps: follower.steps, blocks, sets: QuickSets::new(program) }
    }

    /// Whether calls that these blocks are about may be decided directly.
    fn covers(&self, blocks: &[u32]) -> bool {
        blocks.iter().all(|&block| self.blocks.get(block as usize).copied().unwrap_or(false))
    }
}
