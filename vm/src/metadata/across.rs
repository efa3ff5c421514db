//! Metadata of two policies compared: the same strings have other ids there.

use super::{FIELDS, FieldImm, Metadata, SetView, Tags};

impl<'t> Tags<'t> {
    /// Whether a set has the same elements as one whose tags are `others`.
    pub fn same_set(&self, set: SetView<'_>, others: &Tags<'_>, other: SetView<'_>) -> bool {
        set.is_finite() == other.is_finite()
            && set.listed_len() == other.listed_len()
            && self
                .listed(set)
                .is_some_and(|names| others.listed(other).is_some_and(|others| others == names))
    }

    /// The fields of metadata in which it differs from metadata whose tags are `others`.
    pub fn different_fields(
        &self,
        metadata: &Metadata,
        others: &Tags<'_>,
        other: &Metadata,
    ) -> impl Iterator<Item = FieldImm> {
        FIELDS.into_iter().filter(move |&field| {
            !self.same_set(metadata.field(field).view(), others, other.field(field).view())
        })
    }

    /// The strings that a set lists, in order: those of a result cannot be looked for quickly, as many of them have no slots.
    fn listed(&self, set: SetView<'_>) -> Option<Vec<&'t str>> {
        let mut names = set.listed().map(|tag| self.name(tag)).collect::<Option<Vec<_>>>()?;
        names.sort_unstable();
        Some(names)
    }
}

#[cfg(test)]
mod tests {
    use crate::bytecode::instruction::Op;
    use crate::bytecode::operand::*;
    use crate::bytecode::program::ProcedureKind;
    use crate::call::{Argument, Call, MetadataInput, Returned};
    use crate::testing::code::*;
    use crate::testing::{Assembler, Bench};
    use crate::value::Value;

    /// A session that keeps what results have, under a policy that names these tags.
    fn bench(named: &[&str]) -> Bench {
        let mut asm = Assembler::new();
        for tag in named {
            asm.tag(tag);
        }
        let code = [
            Op::LoadResultSet { dst: S0, field: TAGS },
            Op::ChangeSession { field: TAGS, operator: OperatorImm::Union, set: S0 },
            Op::End {},
        ];
        let update = asm.procedure(ProcedureKind::SessionUpdate, &code);
        let mut block = asm.exact("t");
        block.after = Some(update);
        asm.block(block);
        Bench::new(asm.program, Default::default())
    }

    fn call(bench: &mut Bench, tags: &[&str]) {
        let metadata = MetadataInput::default().with_tags(tags);
        let args = [Argument::new("x", Value::Null).with_metadata(metadata)];
        bench.evaluate(&Call::new("t", &args), Some(&Returned::new(Value::Null)));
    }

    /// Whichever ids they have: of the policy, the session or the call.
    #[test]
    fn large_sets_with_other_ids_are_compared_by_their_strings() {
        let names: Vec<String> =
            (0..300).map(|number| format!("a tag that no policy names {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (mut old, mut new) = (bench(&[]), bench(&[names[7], "other", names[200]]));
        for listed in [&names[..], &names[..], &names[1..]] {
            [&mut old, &mut new].into_iter().for_each(|bench| call(bench, listed));
            let [old_tags, new_tags] =
                [&old, &new].map(|bench| bench.scratch.tags(&bench.policy, &bench.session));
            let result = |bench: &Bench| bench.scratch.result_metadata().expect("the call was made").clone();
            let (before, now) = (result(&old), result(&new));
            assert_eq!(before.tags.view().listed_len(), listed.len());
            assert_eq!(old_tags.different_fields(&before, &new_tags, &now).count(), 0);
            let session = old.session.metadata();
            assert_eq!(new_tags.different_fields(new.session.metadata(), &old_tags, session).count(), 0);
        }
        // As many, and others; and the complement.
        call(&mut old, &names[..2]);
        call(&mut new, &names[1..3]);
        let result = |bench: &Bench| bench.scratch.result_metadata().expect("the call was made").tags.clone();
        let (mut before, now) = (result(&old), result(&new));
        let [old_tags, new_tags] =
            [&old, &new].map(|bench| bench.scratch.tags(&bench.policy, &bench.session));
        assert!(!old_tags.same_set(before.view(), &new_tags, now.view()));
        assert!(old_tags.same_set(before.view(), &old_tags, before.view()));
        let same = before.clone();
        before.negate();
        assert!(!old_tags.same_set(before.view(), &old_tags, same.view()));
    }
}
