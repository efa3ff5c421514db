//! The instruction set: the one table in which an instruction is spelled.
//!
//! Opcodes, the `Op` enum, encoder, decoder, verifier, disassembler and `docs/instructions.md` are macros over
//! [`for_each_op!`](crate::for_each_op) (see the other files of this folder); what an operand is and how it is encoded, printed and checked
//! belongs to its role type (`operand.rs`).
//!
//! **Encoding.** Every instruction is eight bytes: the opcode, three narrow operands of one byte (`x`, `y`, `z`) and one
//! wide operand of four bytes (`w`), little-endian. Narrow fields take `x`, `y`, `z` in order; a wide field takes `w`.
//!
//! **Notation.** `B[n]`, `V[n]`, `S[n]` are the bool, value and set registers of the running procedure. A *leaf* is a
//! scalar of a value (S4.4). The *subject* is the leaf, or the string of a metadata set, that a membership procedure is
//! asked about. A set register holds a metadata set (S2.3) or, after the `pattern` instructions only, a *pattern set*:
//! something that is no set of S2.3; it is *clean* if no complement took part in making it (S5.4).
//!
//! Invariants: jumps go forward only, a call goes to a procedure of lower number only, so every procedure ends.

/// Calls `$with!` with the whole instruction table: doc comment, name in the disassembly, name, fields with their roles.
#[macro_export]
#[doc(hidden)]
macro_rules! for_each_op {
    ($with:ident) => {
        $with! {
            /// Go on at `to`.
            jump = Jump { to: Target };
            /// If B[cond], go on at `to`.
            jump_if = JumpIf { cond: BoolReg, to: Target };
            /// If not B[cond], go on at `to`.
            jump_unless = JumpUnless { cond: BoolReg, to: Target };
            /// Unless S[set] is a finite set, go on at `to`.
            jump_unless_finite = JumpUnlessFinite { set: SetReg, to: Target };
            /// Leave a condition or membership procedure with the answer B[src].
            return_bool = ReturnBool { src: BoolReg };
            /// Leave a set procedure with S[src].
            return_set = ReturnSet { src: SetReg };
            /// Leave an update procedure.
            end = End {};

            /// B[dst] := value
            load_bool = LoadBool { dst: BoolReg, value: Flag };
            /// B[dst] := not B[src]
            not = Not { dst: BoolReg, src: BoolReg };
            /// B[dst] := B[left] and B[right] are not the same
            differ = Differ { dst: BoolReg, left: BoolReg, right: BoolReg };
            /// B[dst] := the answer of `procedure`, which keeps it and so is asked at most once while nothing is updated.
            call_condition = CallCondition { dst: BoolReg, procedure: ConditionProc };

            /// O[slot] := B[src]: the outcome of a condition, for explanations. Only in procedures that belong to them.
            record = Record { src: BoolReg, slot: Slot };

            /// V[dst] := the value of argument `arg`, absent if the call has none (S3.7).
            load_arg = LoadArg { dst: ValueReg, arg: Arg };
            /// V[dst] := the result's value.
            load_result = LoadResult { dst: ValueReg };
            /// V[dst] := the session's value.
            load_session = LoadSession { dst: ValueReg };
            /// V[dst] := a scalar of the constant pool.
            load_scalar = LoadScalar { dst: ValueReg, scalar: Scalar };
            /// B[dst] := the leaves of V[value] are in `set`, as `reading` says (S4.4, S4.5).
            value_in = ValueIn { dst: BoolReg, value: ValueReg, reading: ReadingImm, set: Elements };
            /// B[dst] := `procedure` accepts the leaves of V[value], as `reading` says (S4.4).
            value_matches = ValueMatches { dst: BoolReg, value: ValueReg, reading: ReadingImm, procedure: MembershipProc };
            /// B[dst] := V[left] equals V[right], as `reading` says (S4.6).
            values_equal = ValuesEqual { dst: BoolReg, left: ValueReg, right: ValueReg, reading: WideReading };

            /// B[dst] := the subject is in `set`. If it has a line end, a pattern matches it only if `lines` is true or the
            /// pattern says otherwise (S4.5).
            subject_in = SubjectIn { dst: BoolReg, lines: Flag, set: Elements };
            /// B[dst] := the subject is a string and in S[set].
            subject_in_set = SubjectInSet { dst: BoolReg, set: SetReg };
            /// B[dst] := the answer of `procedure`, which keeps it, about the same subject.
            call_membership = CallMembership { dst: BoolReg, procedure: MembershipProc };

            /// S[dst] := `field` of argument `arg`, the default if the call has none (S3.7).
            load_arg_set = LoadArgSet { dst: SetReg, field: FieldImm, arg: Arg };
            /// S[dst] := `field` of the result; in check rules of the initial metadata (S3.5).
            load_result_set = LoadResultSet { dst: SetReg, field: FieldImm };
            /// S[dst] := `field` of the session.
            load_session_set = LoadSessionSet { dst: SetReg, field: FieldImm };
            /// S[dst] := union of `field` over all arguments, the default over none (S3.4).
            load_args_union = LoadArgsUnion { dst: SetReg, field: FieldImm };
            /// S[dst] := intersection of `field` over all arguments, the default over none (S3.4).
            load_args_intersect = LoadArgsIntersect { dst: SetReg, field: FieldImm };
            /// S[dst] := a set of the constant pool.
            load_set = LoadSet { dst: SetReg, set: ConstSet };
            /// S[dst] := a clean pattern set.
            load_pattern = LoadPattern { dst: SetReg };
            /// S[dst] := the set of `procedure`, which keeps it and so is asked at most once while nothing is updated.
            call_set = CallSet { dst: SetReg, procedure: SetProc };

            /// S[dst] := S[left] ∪ S[right]
            union = Union { dst: SetReg, left: SetReg, right: SetReg };
            /// S[dst] := S[left] ∩ S[right]
            intersect = Intersect { dst: SetReg, left: SetReg, right: SetReg };
            /// S[dst] := S[left] ∖ S[right]
            minus = Minus { dst: SetReg, left: SetReg, right: SetReg };
            /// S[dst] := S[left] △ S[right]
            xor = Xor { dst: SetReg, left: SetReg, right: SetReg };
            /// S[dst] := S[left] ∪ S[right], where a side may be a pattern set: universal if a side is, else a pattern set,
            /// clean unless a side is a complement or not clean. Exact of two metadata sets. (S5.4)
            pattern_union = PatternUnion { dst: SetReg, left: SetReg, right: SetReg };
            /// S[dst] := S[left] ∩ S[right], where a side may be a pattern set: if the other is finite, its strings that
            /// `procedure` (membership in the whole) accepts, else a pattern set, clean if both sides are clean pattern sets.
            /// Exact of two metadata sets. (S5.4)
            pattern_intersect = PatternIntersect { dst: SetReg, left: SetReg, right: SetReg, procedure: MembershipProc };
            /// S[dst] := S[left] ∖ S[right], where a side may be a pattern set: if left is finite, its strings that
            /// `procedure` (membership in the whole) accepts; if right is a complement, likewise those that it leaves out;
            /// else a pattern set, clean unless left is a complement or a side is not clean. Exact of two metadata
            /// sets. (S5.4)
            pattern_minus = PatternMinus { dst: SetReg, left: SetReg, right: SetReg, procedure: MembershipProc };
            /// S[dst] := S[left] △ S[right], where a side may be a pattern set: a pattern set, clean unless a side is a
            /// complement or not clean. Exact of two metadata sets. (S5.4)
            pattern_xor = PatternXor { dst: SetReg, left: SetReg, right: SetReg };

            /// B[dst] := S[left] and S[right] have an element in common (S5.2).
            overlaps = Overlaps { dst: BoolReg, left: SetReg, right: SetReg };
            /// B[dst] := S[left] ⊆ S[right] (S5.2).
            subset = Subset { dst: BoolReg, left: SetReg, right: SetReg };
            /// B[dst] := S[left] = S[right] (S5.2).
            equal = Equal { dst: BoolReg, left: SetReg, right: SetReg };
            /// B[dst] := S[set] is empty (S5.2).
            is_empty = IsEmpty { dst: BoolReg, set: SetReg };
            /// B[dst] := S[set] is universal (S5.2).
            is_universal = IsUniversal { dst: BoolReg, set: SetReg };
            /// B[dst] := the tag is in S[set] (S4.7).
            contains = Contains { dst: BoolReg, set: SetReg, tag: Tag };
            /// B[dst] := `procedure` accepts some string of S[set]; false if that is not finite (S5.4).
            any_matches = AnyMatches { dst: BoolReg, set: SetReg, procedure: MembershipProc };
            /// B[dst] := `procedure` accepts every string of S[set]; false if that is not finite (S5.4).
            all_match = AllMatch { dst: BoolReg, set: SetReg, procedure: MembershipProc };
            /// B[dst] := S[left] overlaps S[right], which may be a pattern set: then true if left is universal and right is
            /// clean, else the safe side of `reading` (S5.4).
            overlaps_pattern = OverlapsPattern { dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading };
            /// B[dst] := S[left] ⊆ S[right], which may be a pattern set: then false if left is universal and right is clean,
            /// else the safe side of `reading` (S5.4).
            subset_pattern = SubsetPattern { dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading };
            /// B[dst] := S[left] ⊇ S[right]; the safe side of `reading` if right is a pattern set (S5.4).
            superset_pattern = SupersetPattern { dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading };
            /// B[dst] := S[left] = S[right]; the safe side of `reading` if right is a pattern set (S5.4).
            equal_pattern = EqualPattern { dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading };
            /// B[dst] := S[set] is universal; the safe side of `reading` if it is a pattern set (S5.4).
            is_universal_pattern = IsUniversalPattern { dst: BoolReg, set: SetReg, reading: WideReading };

            /// `field` of the result := S[set]. If that is a pattern set, consumers become empty, tags and producers stay (S5.4).
            /// No set register is defined after it.
            store_result = StoreResult { field: FieldImm, set: SetReg };
            /// `field` of the session := S[set]. If that is a pattern set, consumers become empty, tags and producers stay (S5.4).
            /// No set register is defined after it.
            store_session = StoreSession { field: FieldImm, set: SetReg };
            /// `field` of the result := itself `operator` S[set]. No set register is defined after it.
            change_result = ChangeResult { field: FieldImm, operator: OperatorImm, set: SetReg };
            /// `field` of the session := itself `operator` S[set]. No set register is defined after it.
            change_session = ChangeSession { field: FieldImm, operator: OperatorImm, set: SetReg };
            /// `field` of the result := itself `operator` a set of the constant pool. No set register is defined after it.
            change_result_by = ChangeResultBy { field: FieldImm, operator: OperatorImm, set: ConstSet };
            /// `field` of the session := itself `operator` a set of the constant pool. No set register is defined after it.
            change_session_by = ChangeSessionBy { field: FieldImm, operator: OperatorImm, set: ConstSet };
        }
    };
}

/// One encoded instruction: opcode, `x`, `y`, `z`, then `w` little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Instruction(pub [u8; 8]);
