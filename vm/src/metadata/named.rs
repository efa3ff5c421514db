//! A metadata set that a call gives, as far as a policy names its tags.
//!
//! A test against a constant set tells the tags that the policy does not name apart from those that it names, and never from
//! each other: the constant set has all of them, if it is a complement, or none. So it is enough to know whether there are
//! any, and such tags need no ids.

use super::{FieldImm, MetaSet, SetView, TagId, Universe};
use crate::call::SetInput;

/// The tags of a set that the policy names, and whether the set lists others.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedSet {
    named: MetaSet,
    /// Whether it lists tags that the policy does not name.
    others: bool,
}

impl NamedSet {
    /// Becomes the set that a call gives, whose handles must be of the policy of `universe`; or the default of a field (S2.2).
    pub(crate) fn read(&mut self, field: FieldImm, input: Option<&SetInput<'_>>, universe: &Universe) {
        self.others = false;
        let Some(input) = input else { return self.named.set_default(field) };
        self.named.set_empty();
        let mut has_star = false;
        input.each(|tag| {
            if tag.is_star() {
                has_star = true;
            } else if let Some(tag) = tag.known().or_else(|| universe.find(tag.name())) {
                self.named.insert(tag);
            } else {
                self.others = true;
            }
        });
        // With which nothing else of the list counts (S2.3).
        if has_star {
            self.others = false;
            self.named.set_universal();
        }
        if input.is_complement() {
            self.named.negate();
        }
    }

    /// Whether it has an element in common with a constant set (S5.2).
    #[inline]
    pub(crate) fn overlaps(&self, constant: SetView<'_>) -> bool {
        // Its other tags are elements of every complement.
        self.named.view().overlaps(constant) || (self.has_others() && !constant.is_finite())
    }

    /// Whether every element is one of a constant set (S5.2).
    #[inline]
    pub(crate) fn is_subset(&self, constant: SetView<'_>) -> bool {
        (!constant.is_finite() || !self.has_others()) && self.named.view().is_subset(constant)
    }

    /// Whether it has every element of a constant set (S5.2).
    #[inline]
    pub(crate) fn is_superset(&self, constant: SetView<'_>) -> bool {
        // A complement has the tags that this one leaves out.
        (constant.is_finite() || !self.leaves_out_others()) && constant.is_subset(self.named.view())
    }

    /// Whether it is the constant set (S5.2).
    #[inline]
    pub(crate) fn equals(&self, constant: SetView<'_>) -> bool {
        !self.others && self.named.view() == constant
    }

    /// Whether a tag that the policy names is an element (S4.7).
    #[inline]
    pub(crate) fn contains(&self, tag: TagId) -> bool {
        self.named.view().contains(tag)
    }

    fn has_others(&self) -> bool {
        self.others && self.named.view().is_finite()
    }

    fn leaves_out_others(&self) -> bool {
        self.others && !self.named.view().is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::NamedSet;
    use crate::call::SetInput;
    use crate::limits::Limits;
    use crate::metadata::{FieldImm, Interner, Mentioned, MetaSet, StringTable};
    use crate::testing::{Assembler, policy};
    use crate::work::Work;
    use proptest::prelude::*;

    const NAMED: [&str; 5] = ["a", "b", "c", "d", "e"];
    const TAGS: [&str; 9] = ["a", "b", "c", "d", "e", "x", "y", "z", "*"];

    fn some<const N: usize>(of: [&'static str; N], bits: u16) -> Vec<&'static str> {
        of.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, tag)| tag).collect()
    }

    proptest! {
        /// Every test means what it means of the whole set.
        #[test]
        fn named_sets_are_tested_as_whole_ones(bits: u16, complement: bool, others: u16, constant: bool) {
            let mut asm = Assembler::new();
            for tag in NAMED {
                asm.tag(tag);
            }
            let constant = asm.const_set(constant, &some(NAMED, others));
            let policy = policy(asm.program, crate::bytecode::Settings::default());
            let tags = some(TAGS, bits);
            let input = if complement { SetInput::except(&tags) } else { SetInput::of(&tags) };
            let mut whole = MetaSet::empty();
            let interner = &mut Interner {
                universe: policy.universe(),
                session: &StringTable::default(),
                mentioned: &mut Mentioned::default(),
                call: &mut StringTable::default(),
                limits: &Limits::default(),
                order: &mut Vec::new(),
                work: &mut Work::default(),
            };
            whole.read(&input, interner).unwrap();
            let mut named = NamedSet::default();
            named.read(FieldImm::Tags, Some(&input), policy.universe());
            let (whole, constant) = (whole.view(), policy.const_set(constant).unwrap());
            prop_assert_eq!(named.overlaps(constant), whole.overlaps(constant));
            prop_assert_eq!(named.is_subset(constant), whole.is_subset(constant));
            prop_assert_eq!(named.is_superset(constant), constant.is_subset(whole));
            prop_assert_eq!(named.equals(constant), whole == constant);
        }
    }
}
