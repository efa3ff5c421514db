//! Deciding directly: most rules ask a few values and tags and nothing else, so most calls need neither the interpreter nor
//! sets of their own; and most updates join a few sets, so they need no interpreter.
//!
//! When a policy is loaded, the conditions of its rules become formulas ([`formula`]) where they can, and those of each block
//! are laid out ([`layout`]) as a plan ([`plan`]): which arguments they are about, which tags tell their metadata apart, and tests of both
//! that need nothing else. A call that such blocks are about, and that is small and plain itself, becomes a few facts
//! ([`facts`]) and is decided by these ([`call`]). Update procedures become statements ([`statement`], by [`translate`]), which the phases of a call
//! ([`phases`]) do one after another ([`update`]). Every other call takes the general way, from its beginning.
//!
//! Invariants: nothing but the caller's scratch is written to. What direct updates leave there takes effect in one step, as what
//! the general way leaves does. A direct decision is the one that the general way gives, or there is none; the general way is the
//! one that refuses and fails, so a call over a limit, with an argument twice or with a foreign handle is never decided directly. Only
//! the limit `work` is about what is done, and rules that are asked directly do less: they count what reading and asking takes them.

#[cfg(test)]
mod bounds_tests;
mod call;
mod facts;
mod formula;
mod layout;
mod phases;
mod plan;
#[cfg(test)]
mod plan_tests;
mod statement;
#[cfg(test)]
mod tests;
mod texts;
mod translate;
mod update;
#[cfg(test)]
mod update_bounds_tests;
#[cfg(test)]
mod update_tests;

use self::formula::Follower;
use self::layout::Layout;
use self::plan::{Plan, Step};
use self::texts::Affix;
pub(crate) use self::update::MadeSets;
use self::update::Updates;
use crate::bytecode::names::NamedId;
use crate::bytecode::program::Program;
use crate::decision::RuleOrder;

/// What deciding directly needs of a policy. Immutable.
#[derive(Debug)]
pub(crate) struct Direct {
    /// For each block its plan, if it has one.
    plans: Vec<Option<Plan>>,
    steps: Vec<Step>,
    /// The arguments of plans.
    args: Vec<NamedId>,
    /// The tags of plans.
    tags: Vec<NamedId>,
    /// Short lists of strings.
    strings: Vec<NamedId>,
    /// Short lists of what texts begin or end with.
    affixes: Vec<Affix>,
    /// What blocks change.
    updates: Updates,
}

impl Direct {
    /// Makes it for a verified program.
    pub(crate) fn new(program: &Program, order: &RuleOrder) -> Direct {
        let mut layout = Layout::new(program, order);
        let mut follower = Follower::new(program);
        let updates = Updates::of(program);
        let plans = (0..).zip(&program.blocks).map(|(number, _)| {
            // Without it, what the rules ask about is not known directly.
            let begins = updates.begin_directly(number);
            if begins { layout.block(number, &mut follower) } else { None }
        });
        let plans = plans.collect();
        layout.into_direct(plans, updates)
    }

    #[inline]
    fn plan(&self, block: u32) -> Option<&Plan> {
        self.plans.get(block as usize)?.as_ref()
    }

    /// The tags of a plan.
    #[inline]
    fn tags(&self, plan: &Plan) -> &[NamedId] {
        plan.tags.of(&self.tags).unwrap_or_default()
    }

    /// The arguments of a plan.
    #[inline]
    fn args(&self, plan: &Plan) -> &[NamedId] {
        plan.args.of(&self.args).unwrap_or_default()
    }
}
