//! The decision procedure, S6.2 to S6.9, over the rules of the matching blocks.
//!
//! Knows nothing of how a rule is tested: it asks, as little as it needs to.

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

/// The outcome of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) basis: Basis,
    pub(crate) rule: Option<RuleRef>,
}

/// Which kinds of rules a block has, or several have: passes over rules that nobody has are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RuleKinds(u8);

impl RuleKinds {
    const NONE: RuleKinds = RuleKinds(0);
    const MUST_DENY: RuleKinds = RuleKinds(1);
    const MUST_ALLOW: RuleKinds = RuleKinds(1 << 1);
    const SHOULD: RuleKinds = RuleKinds(1 << 2);
    const ALLOW: RuleKinds = RuleKinds(1 << 3);
    const ALL: RuleKinds = RuleKinds(u8::MAX);

    /// Those of a block with these rules.
    pub(crate) fn of(rules: &[RuleRecord]) -> RuleKinds {
        let kinds = |rule: &RuleRecord| match (rule.must, rule.deny) {
            (true, true) => RuleKinds::MUST_DENY,
            (true, false) => RuleKinds::MUST_ALLOW.and(RuleKinds::ALLOW),
            (false, true) => RuleKinds::SHOULD,
            (false, false) => RuleKinds::SHOULD.and(RuleKinds::ALLOW),
        };
        rules.iter().map(kinds).fold(RuleKinds::NONE, RuleKinds::and)
    }

    /// Those of both.
    fn and(self, other: RuleKinds) -> RuleKinds {
        RuleKinds(self.0 | other.0)
    }

    fn has(self, kind: RuleKinds) -> bool {
        self.0 & kind.0 != 0
    }
}

/// The blocks that are about the tool, in descending priority, equal priorities in source order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matching<'p> {
    pub(crate) program: &'p Program,
    /// Of each block of the program, the kinds of its rules.
    pub(crate) kinds: &'p [RuleKinds],
    /// Their indices in the program.
    pub(crate) blocks: &'p [u32],
}

impl<'p> Matching<'p> {
    /// The kinds of all rules.
    fn kinds(self) -> RuleKinds {
        let of = |&block: &u32| self.kinds.get(block as usize).copied().unwrap_or(RuleKinds::ALL);
        self.blocks.iter().map(of).fold(RuleKinds::NONE, RuleKinds::and)
    }

    fn blocks(self) -> impl Iterator<Item = Block<'p>> {
        self.blocks.iter().filter_map(move |&index| Block::of(self.program, index))
    }

    /// The blocks of one priority after another.
    fn levels(self) -> impl Iterator<Item = Matching<'p>> {
        let Matching { program, blocks, .. } = self;
        let priority = move |block: u32| program.blocks.get(block as usize).map(|block| block.priority);
        blocks
            .chunk_by(move |&a, &b| priority(a) == priority(b))
            .map(move |blocks| Matching { blocks, ..self })
    }

    /// All rules of all blocks.
    pub(crate) fn rules(self) -> impl Iterator<Item = (RuleRef, &'p RuleRecord)> {
        self.blocks().flat_map(Block::all_rules)
    }
}

/// A block with its rules.
#[derive(Debug, Clone, Copy)]
struct Block<'p> {
    index: u32,
    /// The number of its first rule.
    first_rule: u32,
    rules: &'p [RuleRecord],
}

impl<'p> Block<'p> {
    fn of(program: &'p Program, index: u32) -> Option<Block<'p>> {
        let record = program.blocks.get(index as usize)?;
        Some(Block { index, first_rule: record.rules.start, rules: record.rules.of(&program.rules)? })
    }

    /// Its rules of one kind, in source order.
    fn rules(self, must: bool, deny: bool) -> impl Iterator<Item = RuleRef> + use<'p> {
        self.all_rules().filter(move |(_, rule)| rule.must == must && rule.deny == deny).map(|(at, _)| at)
    }

    fn all_rules(self) -> impl Iterator<Item = (RuleRef, &'p RuleRecord)> {
        let block = self.index;
        (self.first_rule..).zip(self.rules).map(move |(rule, record)| (RuleRef { block, rule }, record))
    }

    /// Whether it reads "allow only when": it has `must allow` rules and no softer way (S6.3).
    fn requires(self) -> bool {
        self.rules(true, false).next().is_some() && self.rules(false, false).next().is_none()
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

/// Decides by the rules of the matching blocks. `fires` says whether a rule fires; it may be asked about the same one again.
pub(crate) fn decide<E>(
    blocks: Matching<'_>,
    default: DefaultOutcome,
    fires: &mut impl FnMut(RuleRef, &RuleRecord) -> Result<bool, E>,
) -> Result<Verdict, E> {
    let kinds = blocks.kinds();
    // S6.2
    if kinds.has(RuleKinds::MUST_DENY)
        && let Some(rule) = first_must(blocks, true, fires)?
    {
        return Ok(decided_by(Outcome::Deny, Basis::MustDeny, rule));
    }
    // S6.3
    if kinds.has(RuleKinds::MUST_ALLOW)
        && let Some(rule) = unmet_requirement(blocks, fires)?
    {
        return Ok(decided_by(Outcome::Deny, Basis::MustAllowUnmet, rule));
    }
    // S6.4
    if kinds.has(RuleKinds::MUST_ALLOW)
        && let Some(rule) = first_must(blocks, false, fires)?
    {
        return Ok(decided_by(Outcome::Allow, Basis::MustAllow, rule));
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
    if kinds.has(RuleKinds::SHOULD) {
        for level in blocks.levels() {
            if let Some(verdict) = soft_verdict(level, fires)? {
                return Ok(verdict);
            }
        }
    }
    // S6.7
    if kinds.has(RuleKinds::ALLOW) {
        return Ok(Verdict { outcome: Outcome::Deny, basis: Basis::AllowList, rule: None });
    }
    // S6.8
    Ok(by_default)
}

fn decided_by(outcome: Outcome, basis: Basis, rule: RuleRef) -> Verdict {
    Verdict { outcome, basis, rule: Some(rule) }
}

/// The first `must deny` or `must allow` rule that fires, by descending priority, then source order (S6.9).
fn first_must<E>(
    blocks: Matching<'_>,
    deny: bool,
    fires: &mut impl FnMut(RuleRef, &RuleRecord) -> Result<bool, E>,
) -> Result<Option<RuleRef>, E> {
    for block in blocks.blocks() {
        if let Some(rule) = first_firing(block, fires, |rule| rule.must && rule.deny == deny)? {
            return Ok(Some(rule.0));
        }
    }
    Ok(None)
}

/// The first `must allow` rule of the first block that asks for one and has none that fires (S6.3, S6.9).
fn unmet_requirement<E>(
    blocks: Matching<'_>,
    fires: &mut impl FnMut(RuleRef, &RuleRecord) -> Result<bool, E>,
) -> Result<Option<RuleRef>, E> {
    for block in blocks.blocks().filter(|block| block.requires()) {
        // Its allow rules are all `must allow` rules.
        if first_firing(block, fires, |rule| !rule.deny)?.is_none() {
            return Ok(block.rules(true, false).next());
        }
    }
    Ok(None)
}

/// The verdict of the blocks of one priority: each speaks by its first `should` rule that fires, and a deny beats an allow
/// (S6.6).
fn soft_verdict<E>(
    level: Matching<'_>,
    fires: &mut impl FnMut(RuleRef, &RuleRecord) -> Result<bool, E>,
) -> Result<Option<Verdict>, E> {
    let mut allowed = None;
    for block in level.blocks() {
        match first_firing(block, fires, |rule| !rule.must)? {
            Some((rule, record)) if record.deny => {
                return Ok(Some(decided_by(Outcome::Deny, Basis::ShouldDeny, rule)));
            }
            Some((rule, _)) => allowed = allowed.or(Some(rule)),
            None => {}
        }
    }
    Ok(allowed.map(|rule| decided_by(Outcome::Allow, Basis::ShouldAllow, rule)))
}

/// The first rule of the block, among those wanted, that fires.
fn first_firing<'p, E>(
    block: Block<'p>,
    fires: &mut impl FnMut(RuleRef, &RuleRecord) -> Result<bool, E>,
    wanted: impl Fn(&RuleRecord) -> bool,
) -> Result<Option<(RuleRef, &'p RuleRecord)>, E> {
    for (rule, record) in block.all_rules().filter(|(_, record)| wanted(record)) {
        if fires(rule, record)? {
            return Ok(Some((rule, record)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
