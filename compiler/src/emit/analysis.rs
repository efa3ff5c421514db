//! What the emitter knows about set expressions before it emits any: which are constant, which forms of a let are needed.
//!
//! All of it is computed by walking the tables once in order of ids (children first), so neither long chains of lets nor
//! deep nesting cost native stack.

use super::pools::{ConstantSet, Pools};
use super::{EmitError, Passes};
use crate::ir::{self, ConditionKind, SetId, SetKind, SetOp};
use std::borrow::Cow;

/// How membership in a set expression is asked (S4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lines {
    /// Patterns match line ends like anything else: metadata, the `any` reading, and wherever there is no pattern.
    Match,
    /// Patterns match no subject with a line end: the `all` reading.
    Break,
}

impl Lines {
    /// The mode to the right of `-` and `without`, where restriction turns round (S4.5).
    pub(super) fn flipped(self) -> Lines {
        match self {
            Lines::Match => Lines::Break,
            Lines::Break => Lines::Match,
        }
    }
}

/// What membership is asked about: leaves of values, where line ends matter, or strings of metadata, where they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Form {
    /// The set itself, in a set register.
    Set,
    /// Membership of a string of metadata.
    Tag,
    /// Membership of a leaf.
    Leaf(Lines),
}

/// A small set of [`Form`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Forms(u8);

impl Forms {
    fn bit(form: Form) -> u8 {
        match form {
            Form::Set => 1,
            Form::Tag => 2,
            Form::Leaf(Lines::Match) => 4,
            Form::Leaf(Lines::Break) => 8,
        }
    }

    pub(super) fn has(self, form: Form) -> bool {
        self.0 & Self::bit(form) != 0
    }

    /// All forms in it, the ones that others of the same set depend on first.
    pub(super) fn iter(self) -> impl Iterator<Item = Form> {
        [Form::Tag, Form::Leaf(Lines::Match), Form::Leaf(Lines::Break), Form::Set]
            .into_iter()
            .filter(move |&form| self.has(form))
    }
}

/// Facts about set expressions, by [`SetId`].
#[derive(Debug)]
pub(super) struct Analysis {
    /// The expression itself, or what a let stands for, through any number of lets.
    canonical: Vec<SetId>,
    /// The metadata set that the expression always is, if it is known and constant folding is on.
    constants: Vec<Option<ConstantSet>>,
    /// The forms in which the expression is needed.
    needs: Vec<Forms>,
    /// Whether the expression gets procedures of its own: bodies of lets, which are shared, and parts of deep nestings,
    /// which bounds the registers that an expression takes.
    own_procedure: Vec<bool>,
}

/// An expression nested deeper than this is put into a procedure of its own.
const MAX_HEIGHT: u32 = 32;

impl Analysis {
    pub(super) fn new(policy: &ir::Policy, pools: &mut Pools, passes: Passes) -> Result<Analysis, EmitError> {
        check_order(policy)?;
        let mut analysis = Analysis {
            canonical: canonical(policy),
            constants: Vec::new(),
            needs: vec![Forms::default(); policy.sets.len()],
            own_procedure: own_procedures(policy),
        };
        analysis.find_needs(policy);
        analysis.constants = constants(policy, pools, passes, &analysis)?;
        Ok(analysis)
    }

    /// The same facts with nothing folded, as if that had been off from the start.
    pub(super) fn without_folding(mut self, policy: &ir::Policy) -> Analysis {
        for (constant, set) in self.constants.iter_mut().zip(&policy.sets) {
            if matches!(set.kind, SetKind::Chain(..)) {
                *constant = None;
            }
        }
        self
    }

    pub(super) fn canonical(&self, set: SetId) -> SetId {
        self.canonical.get(set.index()).copied().unwrap_or(set)
    }

    pub(super) fn constant(&self, set: SetId) -> Option<&ConstantSet> {
        self.constants.get(set.index())?.as_ref()
    }

    pub(super) fn needs(&self, set: SetId) -> Forms {
        self.needs.get(set.index()).copied().unwrap_or_default()
    }

    /// Whether `form` of `set` (canonical) is a procedure of its own.
    pub(super) fn is_procedure(&self, policy: &ir::Policy, set: SetId, form: Form) -> bool {
        let Some(SetKind::Chain(op, _)) = policy.sets.get(set.index()).map(|set| &set.kind) else {
            return false;
        };
        let forms = self.needs(set);
        self.own_procedure.get(set.index()).copied().unwrap_or(false)
            // Asked in both modes, by an `xor`: emitting it in place would double the code at every level.
            || (matches!(form, Form::Leaf(_)) && forms.has(Form::Leaf(Lines::Match)) && forms.has(Form::Leaf(Lines::Break)))
            // What `pattern_intersect` and `pattern_minus` call.
            || (form == Form::Tag && forms.has(Form::Set) && matches!(op, SetOp::Intersect | SetOp::Minus))
    }

    fn need(&mut self, policy: &ir::Policy, set: SetId, form: Form) {
        let set = self.canonical(set);
        let form = plainest(policy, set, form);
        if let Some(forms) = self.needs.get_mut(set.index()) {
            forms.0 |= Forms::bit(form);
        }
    }

    /// From the conditions and updates down: parents have higher ids than children, so one pass in descending order does.
    fn find_needs(&mut self, policy: &ir::Policy) {
        for condition in &policy.conditions {
            match &condition.kind {
                ConditionKind::ValueIn(_, set, reading) | ConditionKind::LiteralIn(_, set, reading) => {
                    self.need(policy, *set, Form::Leaf(leaf_lines(*reading)));
                }
                ConditionKind::TagIn(_, set, _) => self.need(policy, *set, Form::Tag),
                ConditionKind::Overlaps(_, set, _) | ConditionKind::SubsetOf(_, set, _) => {
                    self.need(policy, *set, Form::Set);
                    if policy.sets.get(set.index()).is_some_and(|set| set.has_pattern) {
                        self.need(policy, *set, Form::Tag);
                    }
                }
                ConditionKind::SupersetOf(_, set, _)
                | ConditionKind::Equal(_, set, _)
                | ConditionKind::SetIsUniversal(set, _) => self.need(policy, *set, Form::Set),
                _ => {}
            }
        }
        for update in updates(policy) {
            self.need(policy, update.value, Form::Set);
        }
        for id in (0..policy.sets.len()).rev() {
            let Some(set) = policy.sets.get(id) else { continue };
            let SetKind::Chain(op, operands) = &set.kind else { continue };
            let forms = self.needs(SetId(id as u32));
            if forms.has(Form::Set) && set.has_pattern && matches!(op, SetOp::Intersect | SetOp::Minus) {
                self.need(policy, SetId(id as u32), Form::Tag);
            }
            for form in self.needs(SetId(id as u32)).iter() {
                for (place, &operand) in operands.iter().enumerate() {
                    for form in operand_forms(*op, place, form) {
                        self.need(policy, operand, form);
                    }
                }
            }
        }
    }
}

/// The line mode of a value condition of this reading (S4.5).
pub(super) fn leaf_lines(reading: ir::Reading) -> Lines {
    match reading {
        ir::Reading::All => Lines::Break,
        ir::Reading::Any | ir::Reading::AnyOrNone => Lines::Match,
    }
}

/// The forms of the operand at `place` that `form` of a chain of `op` needs.
fn operand_forms(op: SetOp, place: usize, form: Form) -> impl Iterator<Item = Form> {
    let (first, second) = match (op, form) {
        (SetOp::Minus, Form::Leaf(lines)) if place > 0 => (Form::Leaf(lines.flipped()), None),
        (SetOp::Xor, Form::Leaf(_)) => (Form::Leaf(Lines::Match), Some(Form::Leaf(Lines::Break))),
        _ => (form, None),
    };
    std::iter::once(first).chain(second)
}

/// Without a pattern in the set, the line modes are the same.
pub(super) fn plainest(policy: &ir::Policy, set: SetId, form: Form) -> Form {
    match form {
        Form::Leaf(_) if !policy.sets.get(set.index()).is_some_and(|set| set.has_pattern) => {
            Form::Leaf(Lines::Match)
        }
        _ => form,
    }
}

fn updates(policy: &ir::Policy) -> impl Iterator<Item = &ir::Update> {
    let statements =
        policy.blocks.iter().flat_map(|block| block.before.iter().chain(&block.result).chain(&block.after));
    statements.flat_map(|statement| -> Box<dyn Iterator<Item = &ir::Update>> {
        match statement {
            ir::Statement::Update(update) => Box::new(std::iter::once(update)),
            ir::Statement::When(when) => Box::new(when.updates.iter().map(|(_, update)| update)),
        }
    })
}

/// The invariant of the representation on which everything here rests: children have lower ids than parents.
fn check_order(policy: &ir::Policy) -> Result<(), EmitError> {
    let wrong = EmitError::Internal("a node of the representation refers to a node of higher id");
    for (id, set) in policy.sets.iter().enumerate() {
        let fine = match &set.kind {
            SetKind::Literal(_) | SetKind::Meta(_) => true,
            SetKind::Let(of) => policy.set_lets.get(of.index()).is_some_and(|of| of.body.index() < id),
            SetKind::Chain(_, operands) => {
                operands.len() >= 2 && operands.iter().all(|child| child.index() < id)
            }
        };
        if !fine {
            return Err(wrong);
        }
    }
    for (id, condition) in policy.conditions.iter().enumerate() {
        let fine = match &condition.kind {
            ConditionKind::And(children) | ConditionKind::Or(children) => {
                children.iter().all(|child| child.index() < id)
            }
            ConditionKind::Not(child) => child.index() < id,
            ConditionKind::Let(of) => {
                policy.let_instances.get(of.index()).is_some_and(|of| of.body.index() < id)
            }
            _ => true,
        };
        if !fine {
            return Err(wrong);
        }
    }
    Ok(())
}

/// Marks the bodies of lets and cuts deep nestings into pieces.
fn own_procedures(policy: &ir::Policy) -> Vec<bool> {
    let canonical = canonical(policy);
    let mut own = vec![false; policy.sets.len()];
    for set_let in &policy.set_lets {
        let body = canonical.get(set_let.body.index()).copied().unwrap_or(set_let.body);
        if let Some(own) = own.get_mut(body.index()) {
            *own = true;
        }
    }
    let mut heights: Vec<u32> = Vec::with_capacity(policy.sets.len());
    for (set, own) in policy.sets.iter().zip(&mut own) {
        let height = match &set.kind {
            SetKind::Chain(_, operands) => {
                let child = |child: &SetId| heights.get(child.index()).copied().unwrap_or(0);
                1 + operands.iter().map(child).max().unwrap_or(0)
            }
            _ => 0,
        };
        *own = *own || height > MAX_HEIGHT;
        heights.push(if *own { 0 } else { height });
    }
    own
}

fn canonical(policy: &ir::Policy) -> Vec<SetId> {
    let mut canonical: Vec<SetId> = Vec::with_capacity(policy.sets.len());
    for (id, set) in policy.sets.iter().enumerate() {
        let own = SetId(id as u32);
        canonical.push(match &set.kind {
            SetKind::Let(of) => {
                let body = policy.set_lets.get(of.index()).map(|of| of.body);
                body.and_then(|body| canonical.get(body.index()).copied()).unwrap_or(own)
            }
            _ => own,
        });
    }
    canonical
}

/// Folds set expressions over literals alone into constant metadata sets, within a budget that keeps the program linear in
/// the size of the policy. Literals themselves are always constants.
fn constants(
    policy: &ir::Policy,
    pools: &mut Pools,
    passes: Passes,
    analysis: &Analysis,
) -> Result<Vec<Option<ConstantSet>>, EmitError> {
    let elements: usize = policy.literals.iter().map(|literal| literal.elements.len()).sum();
    let mut budget = elements.saturating_mul(4).saturating_add(1024);
    let mut constants: Vec<Option<ConstantSet>> = Vec::with_capacity(policy.sets.len());
    for (id, set) in policy.sets.iter().enumerate() {
        let needed =
            analysis.needs(SetId(id as u32)).iter().any(|form| matches!(form, Form::Set | Form::Tag));
        let possible = needed && !set.has_metadata && !set.has_pattern && !set.has_non_strings;
        let constant = match &set.kind {
            SetKind::Literal(literal) if possible => match policy.literals.get(literal.index()) {
                Some(literal) => Some(pools.literal_as_constant(literal)?),
                None => return Err(EmitError::Internal("a literal that is not there")),
            },
            SetKind::Chain(op, operands) if possible && passes.fold_constants => {
                fold(*op, operands, &constants, analysis, &mut budget)
            }
            _ => None,
        };
        constants.push(constant);
    }
    Ok(constants)
}

/// The constant that a chain of constants makes, if that takes no more than `budget` steps. Beyond the budget nothing is copied:
/// any number of chains may have the same large set.
fn fold(
    op: SetOp,
    operands: &[SetId],
    constants: &[Option<ConstantSet>],
    analysis: &Analysis,
    budget: &mut usize,
) -> Option<ConstantSet> {
    let constant = |set: &SetId| constants.get(analysis.canonical(*set).index())?.as_ref();
    let all = operands.iter().map(constant).collect::<Option<Vec<_>>>()?;
    let (first, rest) = all.split_first()?;
    if op == SetOp::Union && all.iter().all(|set| !set.complement) {
        let count = all.iter().map(|set| set.tags.len()).fold(0, usize::saturating_add);
        *budget = budget.checked_sub(count)?;
        return Some(ConstantSet::finite(all.iter().flat_map(|set| &set.tags).copied().collect()));
    }
    let mut result = Cow::Borrowed(*first);
    for operand in rest {
        *budget = budget.checked_sub(result.tags.len() + operand.tags.len())?;
        result = Cow::Owned(combine(op, &result, operand));
    }
    Some(result.into_owned())
}

/// `left op right`, exact on complements (S2.3).
fn combine(op: SetOp, left: &ConstantSet, right: &ConstantSet) -> ConstantSet {
    // Whether a tag with these memberships is in the outcome.
    let keep = |l: bool, r: bool| match op {
        SetOp::Union => l || r,
        SetOp::Intersect => l && r,
        SetOp::Minus => l && !r,
        SetOp::Xor => l != r,
    };
    // A tag listed nowhere is in a set just if the set is a complement.
    let complement = keep(left.complement, right.complement);
    let mut listed: Vec<u32> = left.tags.iter().chain(&right.tags).copied().collect();
    listed.sort_unstable();
    listed.dedup();
    listed.retain(|tag| {
        let l = left.tags.binary_search(tag).is_ok() != left.complement;
        let r = right.tags.binary_search(tag).is_ok() != right.complement;
        keep(l, r) != complement
    });
    ConstantSet { complement, tags: listed }
}

#[cfg(test)]
mod tests {
    use super::{ConstantSet, SetOp, combine};

    #[test]
    fn folding_is_exact_on_complements() {
        let member = |set: &ConstantSet, tag: u32| set.tags.contains(&tag) != set.complement;
        let sets: Vec<ConstantSet> = (0..16u32)
            .map(|bits| ConstantSet {
                complement: bits & 8 != 0,
                tags: (0..3).filter(|tag| bits & (1 << tag) != 0).collect(),
            })
            .collect();
        for left in &sets {
            for right in &sets {
                for tag in 0..4 {
                    let (l, r) = (member(left, tag), member(right, tag));
                    let has = |op| member(&combine(op, left, right), tag);
                    assert_eq!(has(SetOp::Union), l || r);
                    assert_eq!(has(SetOp::Intersect), l && r);
                    assert_eq!(has(SetOp::Minus), l && !r);
                    assert_eq!(has(SetOp::Xor), l != r);
                }
            }
        }
    }
}
