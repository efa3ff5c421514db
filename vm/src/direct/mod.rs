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
use crate::bytecode::operand::Arg;
use crate::bytecode::program::{BlockRecord, List, Program, RuleRecord, StringId};

/// A block whose formulas ask about more arguments is left to the general way, which finds them by hash.
const MOST_ARGS: usize = 16;

/// The same of all blocks about a tool.
const MOST_ASKED: usize = 64;

/// What deciding directly needs of a policy. Immutable.
#[derive(Debug)]
pub(crate) struct Direct {
    /// For each rule, where its formula begins, if it has one.
    rules: Vec<Option<Next>>,
    steps: Vec<Step>,
    /// For each block about whose calls can be decided directly, the arguments that its formulas ask about.
    blocks: Vec<Option<List>>,
    args: Vec<AskedArg>,
    sets: QuickSets,
}

/// An argument that formulas ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AskedArg {
    arg: Arg,
    /// Where its name is in the text of the program.
    start: u32,
    end: u32,
}

impl AskedArg {
    fn new(program: &Program, arg: Arg) -> Option<AskedArg> {
        let StringId(id) = *program.args.get(arg.index())?;
        let start = match id.checked_sub(1) {
            Some(before) => *program.strings.get(before as usize)?,
            None => 0,
        };
        Some(AskedArg { arg, start, end: *program.strings.get(id as usize)? })
    }

    /// Whether that is its name.
    #[inline]
    fn is(&self, name: &str, program: &Program) -> bool {
        let range = self.start as usize..self.end as usize;
        // Most names differ in their length.
        range.len() == name.len() && program.text.as_bytes().get(range) == Some(name.as_bytes())
    }
}

impl Direct {
    /// Makes it for a verified program.
    pub(crate) fn new(program: &Program) -> Direct {
        let mut follower = Follower::new(program);
        // Where the steps of each rule begin.
        let mut begins = Vec::with_capacity(program.rules.len() + 1);
        let formula = |rule: &RuleRecord| {
            begins.push(follower.steps.len());
            match rule.condition {
                Some(condition) => follower.formula(condition),
                None => Some(Next::answer(true)),
            }
        };
        let rules: Vec<Option<Next>> = program.rules.iter().map(formula).collect();
        begins.push(follower.steps.len());
        let steps = follower.steps;
        let mut args = Vec::new();
        let mut block = |block: &BlockRecord| {
            let formulas = block.rules.of(&rules)?;
            if block.before.is_some() || formulas.iter().any(Option::is_none) {
                return None;
            }
            let first = block.rules.start as usize;
            let (begin, end) = (*begins.get(first)?, *begins.get(first + formulas.len())?);
            asked(program, steps.get(begin..end)?, &mut args)
        };
        let blocks = program.blocks.iter().map(&mut block).collect();
        Direct { rules, steps, blocks, args, sets: QuickSets::new(program) }
    }

    /// Whether calls that these blocks are about may be decided directly: then they ask about few arguments, which are looked
    /// for one by one.
    fn covers(&self, blocks: &[u32]) -> bool {
        let mut args = 0;
        blocks.iter().all(|&block| {
            let asked = self.blocks.get(block as usize).copied().flatten();
            args += asked.map_or(0, |asked| asked.len as usize);
            asked.is_some() && args <= MOST_ASKED
        })
    }

    /// The arguments that the formulas of a block ask about.
    #[inline]
    fn asked(&self, block: u32) -> &[AskedArg] {
        let list = self.blocks.get(block as usize).copied().flatten();
        list.and_then(|list| list.of(&self.args)).unwrap_or_default()
    }
}

/// Adds the arguments that some steps ask about to `args`, each once; nothing if there are more than are worth looking for.
fn asked(program: &Program, steps: &[Step], args: &mut Vec<AskedArg>) -> Option<List> {
    let start = args.len();
    for arg in steps.iter().filter_map(|step| step.test.arg()) {
        let known = args.get(start..)?;
        if known.iter().any(|known| known.arg == arg) {
            continue;
        }
        if known.len() >= MOST_ARGS {
            return None;
        }
        args.push(AskedArg::new(program, arg)?);
    }
    let (start, len) = (u32::try_from(start).ok()?, u32::try_from(args.len() - start).ok()?);
    Some(List { start, len })
}
