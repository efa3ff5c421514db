//! Conditions: predicates with names resolved and readings decided (S4.4).

use super::{ConditionId, LetId, LetInstanceId, MetaRef, Origin, SetId};
use sqrt_vm::number::Number;

/// Whose metadata `@tags` and `@result.tags` mean: the kind of place something stands in (S3.2, S3.3).
///
/// Check rules count as [`Place::Result`]: there `@result.F` is the initial metadata (S3.5), which sits where the
/// result's metadata will be; a bare `@F` in a check rule has been refused before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A check rule or a result block.
    Result,
    /// A session block.
    Session,
}

/// On whose behalf a condition is tested: which way an unclear element must count (S4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stance {
    /// As in a deny rule.
    Deny,
    /// As in an allow rule.
    Allow,
}

/// How a value condition is read (S4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// Some leaf is in the set.
    Any,
    /// There is a leaf, and all leaves are in the set.
    All,
    /// Some leaf is in the set, or there is no leaf.
    AnyOrNone,
}

impl Reading {
    /// The reading under `stance`, under an odd number of `not` if `negated` (S4.4).
    pub fn of(stance: Stance, negated: bool) -> Reading {
        match (stance, negated) {
            (Stance::Deny, false) => Reading::Any,
            (Stance::Deny, true) | (Stance::Allow, false) => Reading::All,
            (Stance::Allow, true) => Reading::AnyOrNone,
        }
    }

    /// What takes the safe side where no exact answer exists (S5.4): true unless the reading is `all`.
    pub fn safe_side(self) -> bool {
        self != Reading::All
    }
}

/// A let used as a condition, for one place, stance and parity of negation: evaluated at most once per evaluation.
#[derive(Debug, Clone)]
pub struct LetInstance {
    /// The declaration.
    pub declaration: LetId,
    /// The kind of place it is read in.
    pub place: Place,
    /// On whose behalf.
    pub stance: Stance,
    /// Whether it is used under an odd number of `not`.
    pub negated: bool,
    /// What it means there. Conditions of a let instance refer only to let instances of lower id.
    pub body: ConditionId,
}

/// A condition. It stands in one place: of a rule, of a `when`, or as a part of one other; only the bodies of lets are shared.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What it tests.
    pub kind: ConditionKind,
    /// Its place in the source.
    pub origin: Origin,
}

/// The kinds of conditions.
#[derive(Debug, Clone)]
pub enum ConditionKind {
    /// Always or never true.
    Constant(bool),
    /// All hold; tested in order.
    And(Vec<ConditionId>),
    /// One holds; tested in order.
    Or(Vec<ConditionId>),
    /// Does not hold.
    Not(ConditionId),
    /// A let.
    Let(LetInstanceId),
    /// `v in S`, also `v == literal` (S4.1, S4.6). The set may hold anything.
    ValueIn(ValueRef, SetId, Reading),
    /// `v == w` for two values that are not literals (S4.6).
    ValuesEqual(ValueRef, ValueRef, Reading),
    /// A literal tested against a set without metadata: a constant, read like a value (S4.7).
    LiteralIn(LiteralValue, SetId, Reading),
    /// `"t" in S` for a set over metadata (S4.7); never the string `"*"`, which is [`ConditionKind::SetIsUniversal`].
    TagIn(String, SetId, Reading),
    /// `"*" in S` for a set over metadata (S2.3).
    SetIsUniversal(SetId, Reading),
    /// `A overlaps S`
    Overlaps(MetaRef, SetId, Reading),
    /// `A subset of S`
    SubsetOf(MetaRef, SetId, Reading),
    /// `A superset of S`; S holds no pattern (S5.3).
    SupersetOf(MetaRef, SetId, Reading),
    /// `A == S`; S holds no pattern (S5.3).
    Equal(MetaRef, SetId, Reading),
    /// `A is empty`
    IsEmpty(MetaRef),
    /// `A is universal`
    IsUniversal(MetaRef),
}

/// A value of the call, the result or the session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ValueRef {
    /// `x.value`
    Argument(String),
    /// `@result.value`
    Result,
    /// `@session.value`
    Session,
}

/// A literal in the place of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralValue {
    /// A string; `d"…"` is the string that it quotes.
    String(String),
    /// A number.
    Number(Number),
    /// A bool.
    Bool(bool),
}
