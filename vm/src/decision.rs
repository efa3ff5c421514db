//! The decision procedure, S6.2 to S6.9, over the rules of the matching blocks.
//!
//! Knows nothing of how a rule is tested: it asks, as little as it needs to.

use std::ops::Range;

use crate::bytecode::program::{Program, RuleRecord};
use crate::bytecode::settings::{Level, Settings};

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It may.
    Allow,
    /// It may not.
    Deny,
}

impl Outcome {
    /// `allow` or `deny`, as in answers.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Allow => "allow",
            Outcome::Deny => "deny",
        }
    }
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// A `must deny` rule fired (S6.2).
    MustDeny,
    /// A block asked for one of its `must allow` rules, and none fired (S6.3).
    MustAllowUnmet,
    /// A `must allow` rule fired (S6.4).
    MustAllow,
    /// A `should deny` rule spoke at the deciding priority (S6.6).
    ShouldDeny,
    /// A `should allow` rule spoke at the deciding priority (S6.6).
    ShouldAllow,
    /// There are allow rules, and none applied (S6.7).
    AllowList,
    /// Nothing decided (S6.5, S6.8).
    Default,
    /// Deciding failed (S6.11).
    Error,
}

impl Basis {
    /// The name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Basis::MustDeny => "must_deny",
            Basis::MustAllowUnmet => "must_allow_unmet",
            Basis::MustAllow => "must_allow",
            Basis::ShouldDeny => "should_deny",
            Basis::ShouldAllow => "should_allow",
            Basis::AllowList => "allow_list",
            Basis::Default => "default",
            Basis::Error => "error",
        }
    }
}

/// A rule of a policy, by where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RuleRef {
    /// The block, in source order.
    pub(crate) block: u32,
    /// The rule, numbered over the policy in source order.
    pub(crate) rule: u32,
}

impl RuleRef {
    /// The number of the rule: over the whole policy, in source order, from 0.
    pub fn number(self) -> u32 {
        self.rule
    }
}

/// The outcome of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) basis: Basis,
    pub(crate) rule: Option<RuleRef>,
}

/// The rules of a policy in the order in which decisions ask about them. The place of a rule in it is its *turn*.
#[derive(Debug)]
pub(crate) struct RuleOrder {
    /// Block by block: the rules of each kind, in source order.
    rules: Vec<u32>,
    blocks: Vec<BlockRules>,
}

/// The kinds of rules that a decision asks about one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `must deny`
    MustDeny,
    /// `must allow`
    MustAllow,
    /// `should deny` and `should allow`
    Should,
}

impl Kind {
    /// All of them, in their order.
    pub(crate) const ALL: [Kind; 3] = [Kind::MustDeny, Kind::MustAllow, Kind::Should];
}

/// The turns of a block's rules: `must deny`, then `must allow`, then `should`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockRules {
    must_deny: u32,
    should: u32,
    end: u32,
    pub(crate) kinds: RuleKinds,
}

/// What a decision wants to know of a block's rules before it asks one of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleKinds {
    /// The turn of the first `must allow` rule, if there is one.
    must_allow: u32,
    has_must_deny: bool,
    has_must_allow: bool,
    has_should: bool,
    /// Whether one of them allows.
    allows: bool,
    /// Whether it reads "allow only when": it has `must allow` rules and no softer way (S6.3).
    requires: bool,
}

impl RuleKinds {
    const NONE: RuleKinds = RuleKinds {
        must_allow: 0,
        has_must_deny: false,
        has_must_allow: false,
        has_should: false,
        allows: false,
        requires: false,
    };
}

impl BlockRules {
    const NONE: BlockRules = BlockRules { must_deny: 0, should: 0, end: 0, kinds: RuleKinds::NONE };

    /// The turns of the rules of one kind.
    #[inline]
    pub(crate) fn turns(&self, kind: Kind) -> Range<u32> {
        match kind {
            Kind::MustDeny => self.must_deny..self.kinds.must_allow,
            Kind::MustAllow => self.kinds.must_allow..self.should,
            Kind::Should => self.should..self.end,
        }
    }

    /// The turns of all rules.
    pub(crate) fn all_turns(&self) -> Range<u32> {
        self.must_deny..self.end
    }
}

impl RuleOrder {
    /// That of a verified program.
    pub(crate) fn of(program: &Program) -> RuleOrder {
        let mut order = RuleOrder { rules: Vec::new(), blocks: Vec::with_capacity(program.blocks.len()) };
        order.rules.reserve_exact(program.rules.len());
        for block in &program.blocks {
            let rules = block.rules.of(&program.rules).unwrap_or_default();
            let mut counts = [0; 3];
            let mut softens = false;
            for rule in rules {
                let [must_deny, must_allow, should] = &mut counts;
                match (rule.must, rule.deny) {
                    (true, true) => *must_deny += 1,
                    (true, false) => *must_allow += 1,
                    (false, _) => *should += 1,
                }
                softens |= !rule.must && !rule.deny;
            }
            let mut add = |count: usize, wanted: fn(&RuleRecord) -> bool| {
                let start = order.rules.len();
                if count > 0 && count == rules.len() {
                    order.rules.extend(block.rules.indices());
                } else if count > 0 {
                    let numbered = block.rules.indices().zip(rules);
                    order.rules.extend(numbered.filter(|(_, rule)| wanted(rule)).map(|(number, _)| number));
                }
                // There are no more than rules, which have numbers of 32 bits.
                u32::try_from(start).unwrap_or(u32::MAX)
            };
            let [must_deny, must_allow, should] = counts;
            let must_deny = add(must_deny, |rule| rule.must && rule.deny);
            let must_allow = add(must_allow, |rule| rule.must && !rule.deny);
            let should = add(should, |rule| !rule.must);
            let end = u32::try_from(order.rules.len()).unwrap_or(u32::MAX);
            let has_must_allow = must_allow < should;
            let kinds = RuleKinds {
                must_allow,
                has_must_deny: must_deny < must_allow,
                has_must_allow,
                has_should: should < end,
                allows: has_must_allow || softens,
                requires: has_must_allow && !softens,
            };
            order.blocks.push(BlockRules { must_deny, should, end, kinds });
        }
        order
    }

    /// The rules with these turns.
    pub(crate) fn rules(&self, turns: Range<u32>) -> &[u32] {
        self.rules.get(turns.start as usize..turns.end as usize).unwrap_or_default()
    }

    /// The rule with this turn; no rule of the program, if there is none.
    #[inline]
    fn rule(&self, turn: u32) -> u32 {
        self.rules.get(turn as usize).copied().unwrap_or(u32::MAX)
    }

    /// The rules of a block; none of a block that is not there.
    #[inline]
    pub(crate) fn of_block(&self, block: u32) -> &BlockRules {
        self.blocks.get(block as usize).unwrap_or(&BlockRules::NONE)
    }

    /// What kinds of rules a block has.
    #[inline]
    pub(crate) fn kinds(&self, block: u32) -> &RuleKinds {
        &self.of_block(block).kinds
    }

    /// The turns of a block's rules of one kind.
    pub(crate) fn turns(&self, block: u32, kind: Kind) -> Range<u32> {
        self.of_block(block).turns(kind)
    }
}

/// A block that is about the tool of a call, as whoever asks about its rules knows it.
pub(crate) trait About {
    /// Its index in the program.
    fn block(&self) -> u32;

    /// What kinds of rules it has.
    fn kinds<'o>(&'o self, order: &'o RuleOrder) -> &'o RuleKinds;
}

impl About for u32 {
    fn block(&self) -> u32 {
        *self
    }

    fn kinds<'o>(&'o self, order: &'o RuleOrder) -> &'o RuleKinds {
        order.kinds(*self)
    }
}

/// What happens to a call that no rule decides (S6.8).
#[derive(Debug, Clone, Copy)]
pub(crate) struct DefaultOutcome {
    pub(crate) allow: bool,
    pub(crate) hard: bool,
}

impl DefaultOutcome {
    /// That of a policy with these settings.
    pub(crate) fn of(settings: &Settings) -> DefaultOutcome {
        DefaultOutcome { allow: settings.default_allow, hard: settings.default_level == Level::Hard }
    }
}

/// Decides by the rules of the blocks that are about the tool, in descending priority, equal priorities in source order.
/// `first_firing` gives the turn of the first of a block's rules of a kind that fires; it may be asked about the same ones
/// again.
#[inline(always)]
pub(crate) fn decide<B: About, E>(
    program: &Program,
    order: &RuleOrder,
    blocks: &[B],
    default: DefaultOutcome,
    first_firing: &mut impl FnMut(&B, Kind) -> Result<Option<u32>, E>,
) -> Result<Verdict, E> {
    let mut all = RuleKinds::NONE;
    // S6.2
    for block in blocks {
        let rules = block.kinds(order);
        if rules.has_must_deny
            && let Some(turn) = first_firing(block, Kind::MustDeny)?
        {
            return Ok(decided_by(Outcome::Deny, Basis::MustDeny, block, order.rule(turn)));
        }
        all.requires |= rules.requires;
        all.allows |= rules.allows;
        all.has_must_allow |= rules.has_must_allow;
        all.has_should |= rules.has_should;
    }
    // S6.3, S6.9
    if all.requires {
        for block in blocks {
            let rules = block.kinds(order);
            if rules.requires && first_firing(block, Kind::MustAllow)?.is_none() {
                let rule = order.rule(rules.must_allow);
                return Ok(decided_by(Outcome::Deny, Basis::MustAllowUnmet, block, rule));
            }
        }
    }
    // S6.4
    if all.has_must_allow {
        for block in blocks {
            if let Some(turn) = first_firing(block, Kind::MustAllow)? {
                return Ok(decided_by(Outcome::Allow, Basis::MustAllow, block, order.rule(turn)));
            }
        }
    }
    let by_default = Verdict {
        outcome: if default.allow { Outcome::Allow } else { Outcome::Deny },
        basis: Basis::Default,
        rule: None,
    };
    // S6.5
    if default.hard {
        return Ok(by_default);
    }
    // S6.6
    if all.has_should {
        let priority = |block: &B| program.blocks.get(block.block() as usize).map(|block| block.priority);
        for level in blocks.chunk_by(|a, b| priority(a) == priority(b)) {
            if let Some(verdict) = soft_verdict(program, order, level, first_firing)? {
                return Ok(verdict);
            }
        }
    }
    // S6.7
    if all.allows {
        return Ok(Verdict { outcome: Outcome::Deny, basis: Basis::AllowList, rule: None });
    }
    // S6.8
    Ok(by_default)
}

fn decided_by(outcome: Outcome, basis: Basis, block: &impl About, rule: u32) -> Verdict {
    Verdict { outcome, basis, rule: Some(RuleRef { block: block.block(), rule }) }
}

/// The verdict of the blocks of one priority: each speaks by its first `should` rule that fires, and a deny beats an allow
/// (S6.6).
fn soft_verdict<B: About, E>(
    program: &Program,
    order: &RuleOrder,
    level: &[B],
    first_firing: &mut impl FnMut(&B, Kind) -> Result<Option<u32>, E>,
) -> Result<Option<Verdict>, E> {
    let mut allowed = None;
    for block in level {
        let Some(turn) = first_firing(block, Kind::Should)? else { continue };
        let rule = order.rule(turn);
        if program.rules.get(rule as usize).is_none_or(|record| record.deny) {
            return Ok(Some(decided_by(Outcome::Deny, Basis::ShouldDeny, block, rule)));
        }
        allowed = allowed.or(Some((block, rule)));
    }
    Ok(allowed.map(|(block, rule)| decided_by(Outcome::Allow, Basis::ShouldAllow, block, rule)))
}

#[cfg(test)]
mod tests;
