//! Instructions do what the table says, one program each.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::call::{Argument, Call, MetadataInput, SetInput};
use crate::limits::Limits;
use crate::number::Number;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, append, on_a_small_stack};
use crate::value::Value;
use ReadingImm::{All, Any, AnyOrNone};

/// Whether the code, as a condition, holds for a call with these arguments.
fn holds_for(mut asm: Assembler, code: &[Op], args: &[Argument<'_>]) -> bool {
    let condition = asm.condition(&[code, &[ANSWER]].concat());
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    match bench.check(&Call::new("t", args)).0 {
        "must_deny" => true,
        "default" => false,
        other => panic!("unexpected basis {other}"),
    }
}

fn holds(asm: Assembler, code: &[Op]) -> bool {
    holds_for(asm, code, &[])
}

fn tags<'a>(strings: &'a [&'a str]) -> MetadataInput<'a> {
    MetadataInput { tags: Some(SetInput::of(strings)), ..MetadataInput::default() }
}

/// A finite set or a complement by its JSON form, as a constant.
fn constant(asm: &mut Assembler, (complement, list): (bool, &[&str])) -> ConstSet {
    asm.const_set(complement, list)
}

#[test]
fn bools_and_jumps() {
    let load = |dst, value| Op::LoadBool { dst, value: Flag(value) };
    assert!(holds(Assembler::new(), &[load(B0, true)]));
    assert!(!holds(Assembler::new(), &[load(B0, false)]));
    assert!(holds(Assembler::new(), &[load(B1, false), Op::Not { dst: B0, src: B1 }]));
    for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let differ = Op::Differ { dst: B0, left: B0, right: B1 };
        assert_eq!(holds(Assembler::new(), &[load(B0, left), load(B1, right), differ]), left != right);
    }
    let skip = |jump| [load(B0, true), load(B1, true), jump, load(B0, false)];
    let to = Target(4);
    assert!(holds(Assembler::new(), &skip(Op::Jump { to })));
    assert!(holds(Assembler::new(), &skip(Op::JumpIf { cond: B1, to })));
    assert!(!holds(Assembler::new(), &skip(Op::JumpUnless { cond: B1, to })));
}

#[test]
fn called_conditions_answer_into_their_own_register() {
    let mut asm = Assembler::new();
    asm.condition(&[Op::LoadBool { dst: B0, value: Flag(true) }, ANSWER]);
    asm.memo();
    let call = |dst| Op::CallCondition { dst, procedure: ConditionProc(0) };
    let code = [
        Op::LoadBool { dst: B0, value: Flag(false) },
        call(B1),
        call(B1),
        Op::Differ { dst: B0, left: B0, right: B1 },
    ];
    assert!(holds(asm, &code));
}

#[test]
fn values_of_arguments_and_their_absence() {
    let value_in = |reading| {
        let mut asm = Assembler::new();
        let (arg, set) = (asm.arg("x"), asm.string_set(&["a", "b"]));
        let code = [Op::LoadArg { dst: V0, arg }, Op::ValueIn { dst: B0, value: V0, reading, set }];
        move |args: &[Argument<'_>]| holds_for(asm, &code, args)
    };
    let list = |items: &'static [Value<'static>]| {
        [Argument::new("y", Value::Null), Argument::new("x", Value::List(items))]
    };
    let both = list(&[Value::Str("a"), Value::Str("b")]);
    let one = list(&[Value::Str("a"), Value::Str("c")]);
    let none = list(&[]);
    let other = list(&[Value::Null]);
    for (reading, expected) in [
        (Any, [true, true, false, false]),
        (All, [true, false, false, false]),
        (AnyOrNone, [true, true, true, false]),
    ] {
        for (args, expected) in [&both, &one, &none, &other].into_iter().zip(expected) {
            assert_eq!(value_in(reading)(args), expected, "{reading:?} {args:?}");
        }
        // Absent is like a list without leaves (S4.4).
        assert_eq!(value_in(reading)(&[]), expected[2]);
    }
}

#[test]
fn line_ends_keep_patterns_from_matching_where_all_must() {
    let matches = |reading| {
        let mut asm = Assembler::new();
        let (arg, set) = (asm.arg("x"), asm.regex_set("a.*"));
        let code = [Op::LoadArg { dst: V0, arg }, Op::ValueIn { dst: B0, value: V0, reading, set }];
        holds_for(asm, &code, &[Argument::new("x", Value::Str("a\nb"))])
    };
    assert!(matches(Any) && matches(AnyOrNone) && !matches(All));
}

#[test]
fn membership_procedures_are_asked_about_leaves() {
    let all_are = |items: &[Value<'_>]| {
        let mut asm = Assembler::new();
        let (arg, a, b) = (asm.arg("x"), asm.string_set(&["a"]), asm.string_set(&["b"]));
        let inner = asm.membership(&[Op::SubjectIn { dst: B0, lines: Flag(true), set: a }, ANSWER]);
        asm.memo();
        // The second call takes the kept answer, which is one per subject.
        let outer = asm.membership(&[
            Op::CallMembership { dst: B0, procedure: inner },
            Op::CallMembership { dst: B1, procedure: inner },
            Op::JumpIf { cond: B1, to: Target(4) },
            Op::SubjectIn { dst: B0, lines: Flag(true), set: b },
            ANSWER,
        ]);
        let matches = Op::ValueMatches { dst: B0, value: V0, reading: All, procedure: outer };
        holds_for(asm, &[Op::LoadArg { dst: V0, arg }, matches], &[Argument::new("x", Value::List(items))])
    };
    assert!(all_are(&[Value::Str("a"), Value::Str("b"), Value::Str("a")]));
    assert!(!all_are(&[Value::Str("a"), Value::Str("b"), Value::Str("c")]));
    assert!(!all_are(&[]));
}

#[test]
fn subjects_in_metadata_sets_are_strings() {
    let ask = |set: (bool, &[&str]), value: Value<'_>| {
        let mut asm = Assembler::new();
        let (arg, set) = (asm.arg("x"), constant(&mut asm, set));
        let procedure =
            asm.membership(&[Op::LoadSet { dst: S0, set }, Op::SubjectInSet { dst: B0, set: S0 }, ANSWER]);
        let code =
            [Op::LoadArg { dst: V0, arg }, Op::ValueMatches { dst: B0, value: V0, reading: Any, procedure }];
        holds_for(asm, &code, &[Argument::new("x", value)])
    };
    assert!(ask((false, &["a"]), Value::Str("a")) && !ask((false, &["a"]), Value::Str("b")));
    assert!(!ask((true, &["a"]), Value::Str("a")) && ask((true, &["a"]), Value::Str("never seen")));
    assert!(ask((true, &[]), Value::Str("*")) && !ask((true, &[]), Value::Number(Number::Int(1))));
}

#[test]
fn values_are_compared() {
    let equal = |reading, args: &[Argument<'_>]| {
        let mut asm = Assembler::new();
        let (left, right) = (asm.arg("x"), asm.arg("y"));
        let code = [
            Op::LoadArg { dst: V0, arg: left },
            Op::LoadArg { dst: V1, arg: right },
            Op::ValuesEqual { dst: B0, left: V0, right: V1, reading: WideReading(reading) },
        ];
        holds_for(asm, &code, args)
    };
    let x = Argument::new("x", Value::Number(Number::Int(5)));
    let y = Argument::new("y", Value::Number(Number::Float(5.0)));
    assert!(equal(All, &[x, y]) && !equal(Any, &[x]) && equal(AnyOrNone, &[x]) && !equal(All, &[]));
}

#[test]
fn scalars_and_the_session_value() {
    let mut asm = Assembler::new();
    let (scalar, set) = (asm.string_scalar("a"), asm.string_set(&["a"]));
    let value_in = Op::ValueIn { dst: B0, value: V0, reading: All, set };
    assert!(holds(asm, &[Op::LoadScalar { dst: V0, scalar }, value_in]));
    let mut asm = Assembler::new();
    let set = asm.string_set(&["active"]);
    let condition = asm.condition(&[
        Op::LoadSession { dst: V0 },
        Op::ValueIn { dst: B0, value: V0, reading: All, set },
        ANSWER,
    ]);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let call = Call::new("t", &[]);
    assert_eq!(bench.check(&call).0, "default");
    bench.session.set_value(Value::Str("active"), bench.policy.limits()).unwrap();
    assert_eq!(bench.check(&call).0, "must_deny");
}

/// The outcome of an operator as JSON, through a store into the session's tags.
fn stored(mut asm: Assembler, field: FieldImm, code: &[Op], set: SetReg) -> String {
    let code = [code, &[Op::StoreSession { field, set }, Op::End {}]].concat();
    let update = asm.procedure(ProcedureKind::SessionUpdate, &code);
    let mut block = asm.exact("t");
    block.before = Some(update);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    assert_eq!(bench.check(&Call::new("t", &[])).0, "default");
    bench.session_meta()
}

#[test]
fn operators_are_exact() {
    type Operator = fn(SetReg, SetReg, SetReg) -> Op;
    type Member = fn(bool, bool) -> bool;
    let operators: [(Operator, Member); 4] = [
        (|dst, left, right| Op::Union { dst, left, right }, |l, r| l || r),
        (|dst, left, right| Op::Intersect { dst, left, right }, |l, r| l && r),
        (|dst, left, right| Op::Minus { dst, left, right }, |l, r| l && !r),
        (|dst, left, right| Op::Xor { dst, left, right }, |l, r| l != r),
    ];
    let names = ["a", "b", "c"];
    for (operator, member) in operators {
        for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut asm = Assembler::new();
            let l = constant(&mut asm, (left, &["a", "b"]));
            let r = constant(&mut asm, (right, &["b", "c"]));
            let code =
                [Op::LoadSet { dst: S0, set: l }, Op::LoadSet { dst: S1, set: r }, operator(S0, S0, S1)];
            let complement = member(left, right);
            let listed: Vec<String> = names
                .iter()
                .filter(|&&name| {
                    let in_left = (name != "c") != left;
                    let in_right = (name != "a") != right;
                    member(in_left, in_right) != complement
                })
                .map(|name| format!("\"{name}\""))
                .collect();
            let list = listed.join(", ");
            let expected = match (complement, listed.is_empty()) {
                (false, _) => format!("\"tags\": [{list}]"),
                (true, true) => "\"tags\": [\"*\"]".to_owned(),
                (true, false) => format!("\"tags\": {{\"except\": [{list}]}}"),
            };
            let json = stored(asm, TAGS, &code, S0);
            assert!(json.contains(&expected), "{json} should have {expected}");
        }
    }
}

/// A set that is computed is changed in place, but not while it is the right side too.
#[test]
fn operators_may_write_to_any_side() {
    let minus = |dst, left, right| Op::Minus { dst, left, right };
    let xor = |dst, left, right| Op::Xor { dst, left, right };
    for (operator, expected) in [
        (minus(S0, S0, S1), r#"["a"]"#),
        (minus(S0, S1, S0), r#"["d"]"#),
        (minus(S0, S0, S0), "[]"),
        (xor(S0, S1, S0), r#"["a", "d"]"#),
        (xor(S0, S0, S0), "[]"),
        (minus(S0, S1, S1), "[]"),
    ] {
        let mut asm = Assembler::new();
        let sets = [&["a", "b"][..], &["c"], &["b", "c", "d"]].map(|tags| asm.const_set(false, tags));
        let code = [
            Op::LoadSet { dst: S0, set: sets[0] },
            Op::LoadSet { dst: S1, set: sets[1] },
            Op::Union { dst: S0, left: S0, right: S1 },
            Op::LoadSet { dst: S1, set: sets[2] },
            operator,
        ];
        let json = stored(asm, TAGS, &code, S0);
        assert!(json.contains(&format!("\"tags\": {expected}")), "{operator:?}: {json}");
    }
}

#[test]
fn tests_on_sets() {
    type Test = fn(SetReg, SetReg) -> Op;
    let check = |test: Test, left: (bool, &[&str]), right: (bool, &[&str])| {
        let mut asm = Assembler::new();
        let (l, r) = (constant(&mut asm, left), constant(&mut asm, right));
        holds(asm, &[Op::LoadSet { dst: S0, set: l }, Op::LoadSet { dst: S1, set: r }, test(S0, S1)])
    };
    let overlaps: Test = |left, right| Op::Overlaps { dst: B0, left, right };
    let subset: Test = |left, right| Op::Subset { dst: B0, left, right };
    let equal: Test = |left, right| Op::Equal { dst: B0, left, right };
    let empty: Test = |set, _| Op::IsEmpty { dst: B0, set };
    let universal: Test = |set, _| Op::IsUniversal { dst: B0, set };
    let (none, all, a, ab, not_a): ((bool, &[&str]), _, _, _, _) = (
        (false, &[]),
        (true, &[] as &[&str]),
        (false, &["a"] as &[&str]),
        (false, &["a", "b"] as &[&str]),
        (true, &["a"] as &[&str]),
    );
    assert!(
        check(overlaps, a, ab)
            && check(overlaps, not_a, ab)
            && !check(overlaps, not_a, a)
            && !check(overlaps, none, all)
    );
    assert!(
        check(subset, a, ab)
            && check(subset, none, none)
            && check(subset, not_a, all)
            && !check(subset, all, not_a)
    );
    assert!(check(equal, ab, ab) && !check(equal, a, not_a) && check(equal, all, all));
    assert!(
        check(empty, none, a)
            && !check(empty, all, a)
            && check(universal, all, a)
            && !check(universal, not_a, a)
    );
}

#[test]
fn tags_of_arguments_and_of_all_of_them() {
    let contains = |load: fn(Arg) -> Op, tag: &str, args: &[Argument<'_>]| {
        let mut asm = Assembler::new();
        let (arg, tag) = (asm.arg("x"), asm.tag(tag));
        holds_for(asm, &[load(arg), Op::Contains { dst: B0, set: S0, tag }], args)
    };
    let of_x = |arg| Op::LoadArgSet { dst: S0, field: TAGS, arg };
    let union = |_| Op::LoadArgsUnion { dst: S0, field: TAGS };
    let intersect = |_| Op::LoadArgsIntersect { dst: S0, field: TAGS };
    let everyone = |_| Op::LoadArgsUnion { dst: S0, field: FieldImm::Consumers };
    let result = |_| Op::LoadResultSet { dst: S0, field: TAGS };
    let args = [
        Argument::new("w", Value::Null).with_metadata(tags(&["a", "b", "new"])),
        Argument::new("x", Value::Null).with_metadata(tags(&["b", "c"])),
    ];
    assert!(contains(of_x, "c", &args) && !contains(of_x, "a", &args) && !contains(of_x, "c", &[]));
    assert!(contains(union, "a", &args) && contains(union, "c", &args) && !contains(union, "d", &args));
    assert!(contains(intersect, "b", &args) && !contains(intersect, "a", &args));
    // In a check rule the result's metadata is what it would inherit (S3.5).
    assert!(contains(result, "a", &args) && !contains(result, "a", &[]));
    assert!(contains(everyone, "a", &[]) && contains(everyone, "a", &args));
}

#[test]
fn finite_sets_are_walked() {
    let ask = |test: fn(MembershipProc) -> Op, set: (bool, &[&str])| {
        let mut asm = Assembler::new();
        let (set, elements) = (constant(&mut asm, set), asm.regex_set("pii:.*"));
        let procedure =
            asm.membership(&[Op::SubjectIn { dst: B0, lines: Flag(true), set: elements }, ANSWER]);
        let load = Op::LoadBool { dst: B0, value: Flag(true) };
        let unless = Op::JumpUnlessFinite { set: S0, to: Target(4) };
        holds(asm, &[Op::LoadSet { dst: S0, set }, load, unless, test(procedure)])
    };
    let any = |procedure| Op::AnyMatches { dst: B0, set: S0, procedure };
    let all = |procedure| Op::AllMatch { dst: B0, set: S0, procedure };
    assert!(ask(any, (false, &["x", "pii:1"])) && !ask(any, (false, &["x"])) && !ask(any, (false, &[])));
    assert!(
        ask(all, (false, &["pii:1", "pii:\n"]))
            && !ask(all, (false, &["x", "pii:1"]))
            && ask(all, (false, &[]))
    );
    // Not finite: jumped over.
    assert!(ask(any, (true, &["x"])));
}

/// The session's tags and consumers after `tags := a op b` and `consumers := a op b`, where a and b are sets, or the
/// pattern set of `p.*` (`None`).
fn pattern_operator(
    op: fn(MembershipProc) -> Op,
    left: Option<(bool, &[&str])>,
    right: Option<(bool, &[&str])>,
) -> (String, String) {
    let run = |field| {
        let mut asm = Assembler::new();
        let elements = asm.regex_set("p.*");
        let procedure =
            asm.membership(&[Op::SubjectIn { dst: B0, lines: Flag(true), set: elements }, ANSWER]);
        let mut load = |dst, side: Option<(bool, &[&str])>| match side {
            Some(set) => Op::LoadSet { dst, set: constant(&mut asm, set) },
            None => Op::LoadPattern { dst },
        };
        let before = load(S0, Some((false, &["before"])));
        let store = Op::StoreSession { field: TAGS, set: S0 };
        let code = [before, store, load(S0, left), load(S1, right), op(procedure)];
        let json = stored(asm, field, &code, S2);
        let part = json.split(&format!("\"{}\": ", field.name())).nth(1).unwrap().to_owned();
        part.split(", \"producers").next().unwrap().trim_end_matches('}').to_owned()
    };
    (run(TAGS), run(FieldImm::Consumers))
}

#[test]
fn pattern_operators_take_the_safe_side() {
    let intersect = |procedure| Op::PatternIntersect { dst: S2, left: S0, right: S1, procedure };
    let minus = |procedure| Op::PatternMinus { dst: S2, left: S0, right: S1, procedure };
    let union = |_| Op::PatternUnion { dst: S2, left: S0, right: S1 };
    let xor = |_| Op::PatternXor { dst: S2, left: S0, right: S1 };
    let safe = ("[\"before\"]".to_owned(), "[]".to_owned());
    let both = |text: &str| (text.to_owned(), text.to_owned());
    let px = Some((false, &["p1", "x"] as &[&str]));
    let universal = Some((true, &[] as &[&str]));
    let not_px = Some((true, &["p1", "x"] as &[&str]));
    // What is filtered by the procedure is what it accepts, here what the pattern matches.
    assert_eq!(pattern_operator(intersect, px, None), both("[\"p1\"]"));
    assert_eq!(pattern_operator(intersect, None, px), both("[\"p1\"]"));
    assert_eq!(pattern_operator(minus, px, None), both("[\"p1\"]"));
    assert_eq!(pattern_operator(minus, None, not_px), both("[\"p1\"]"));
    // A pattern set: tags stay, consumers become empty (S5.4).
    for (op, left, right) in [
        (intersect as fn(MembershipProc) -> Op, None, universal),
        (minus, universal, None),
        (union, None, px),
        (xor, px, None),
    ] {
        assert_eq!(pattern_operator(op, left, right), safe);
    }
    assert_eq!(pattern_operator(union, None, universal), both("[\"*\"]"));
    // Exact of two metadata sets.
    assert_eq!(pattern_operator(intersect, px, not_px), both("[]"));
    assert_eq!(pattern_operator(minus, px, universal), both("[]"));
    assert_eq!(pattern_operator(union, px, not_px), both("[\"*\"]"));
    assert_eq!(pattern_operator(xor, universal, not_px), both("[\"p1\", \"x\"]"));
}

#[test]
fn pattern_tests_take_the_safe_side() {
    type Test = fn(WideReading) -> Op;
    let check = |test: Test, left: (bool, &[&str]), dirty: bool, reading| {
        let mut asm = Assembler::new();
        let (left, not_a) = (constant(&mut asm, left), constant(&mut asm, (true, &["a"])));
        let mut code = vec![Op::LoadSet { dst: S0, set: left }, Op::LoadPattern { dst: S1 }];
        if dirty {
            code.push(Op::LoadSet { dst: S2, set: not_a });
            code.push(Op::PatternXor { dst: S1, left: S1, right: S2 });
        }
        code.push(test(WideReading(reading)));
        holds(asm, &code)
    };
    let overlaps: Test = |reading| Op::OverlapsPattern { dst: B0, left: S0, right: S1, reading };
    let subset: Test = |reading| Op::SubsetPattern { dst: B0, left: S0, right: S1, reading };
    let superset: Test = |reading| Op::SupersetPattern { dst: B0, left: S0, right: S1, reading };
    let equal: Test = |reading| Op::EqualPattern { dst: B0, left: S0, right: S1, reading };
    let universal: Test = |reading| Op::IsUniversalPattern { dst: B0, set: S1, reading };
    let all: (bool, &[&str]) = (true, &[]);
    let not_a: (bool, &[&str]) = (true, &["a"]);
    // Of the universal set against a clean pattern set the answer is known.
    for reading in [Any, All, AnyOrNone] {
        assert!(check(overlaps, all, false, reading) && !check(subset, all, false, reading));
    }
    for test in [overlaps, subset, superset, equal, universal] {
        assert!(
            check(test, not_a, false, Any)
                && !check(test, not_a, false, All)
                && check(test, not_a, true, AnyOrNone)
        );
        assert!(check(test, all, true, Any) && !check(test, all, true, All));
    }
}

#[test]
fn pattern_tests_are_exact_of_metadata_sets() {
    let check = |test: Op| {
        let mut asm = Assembler::new();
        let (a, ab) = (constant(&mut asm, (false, &["a"])), constant(&mut asm, (false, &["a", "b"])));
        holds(asm, &[Op::LoadSet { dst: S0, set: a }, Op::LoadSet { dst: S1, set: ab }, test])
    };
    let reading = WideReading(Any);
    assert!(check(Op::OverlapsPattern { dst: B0, left: S0, right: S1, reading }));
    assert!(check(Op::SubsetPattern { dst: B0, left: S0, right: S1, reading }));
    assert!(!check(Op::SupersetPattern { dst: B0, left: S0, right: S1, reading }));
    assert!(!check(Op::EqualPattern { dst: B0, left: S0, right: S1, reading }));
    assert!(!check(Op::IsUniversalPattern { dst: B0, set: S1, reading }));
}

#[test]
fn called_sets_are_kept_until_an_update() {
    let mut asm = Assembler::new();
    let (new, other) = (asm.const_set(false, &["new"]), asm.const_set(false, &["other"]));
    let set = asm.procedure(
        ProcedureKind::Set,
        &[
            Op::LoadSessionSet { dst: S0, field: TAGS },
            Op::LoadSet { dst: S1, set: other },
            Op::Union { dst: S0, left: S0, right: S1 },
            Op::ReturnSet { src: S0 },
        ],
    );
    asm.memo();
    let call = |dst| Op::CallSet { dst, procedure: SetProc(set) };
    let update = [
        call(S0),
        call(S1),
        Op::Intersect { dst: S0, left: S0, right: S1 },
        Op::StoreSession { field: FieldImm::Producers, set: S0 },
        Op::LoadSet { dst: S0, set: new },
        Op::StoreSession { field: TAGS, set: S0 },
        call(S0),
    ];
    let json = stored(asm, FieldImm::Consumers, &update, S0);
    let expected = "{\"tags\": [\"new\"], \"producers\": [\"other\"], \"consumers\": [\"new\", \"other\"]}";
    assert_eq!(json, expected);
}

#[test]
fn constant_sets_with_far_tags_are_tested_and_combined_where_they_are() {
    let mut asm = Assembler::new();
    (0..5000).for_each(|tag| {
        asm.tag(&format!("tag{tag}"));
    });
    let far = asm.const_set(true, &["tag1", "tag4999"]);
    let near = asm.const_set(false, &["tag1", "tag2", "tag4998"]);
    let load = [Op::LoadSet { dst: S0, set: far }, Op::LoadSet { dst: S1, set: near }];
    let minus = Op::Minus { dst: S0, left: S0, right: S1 };
    let json = stored(asm, TAGS, &[&load[..], &[minus]].concat(), S0);
    assert!(json.contains("{\"except\": [\"tag1\", \"tag2\", \"tag4998\", \"tag4999\"]}"), "{json}");
}

#[test]
fn dates_and_numbers_are_elements() {
    let mut asm = Assembler::new();
    let arg = asm.arg("x");
    let ints = append(
        &mut asm.program.number_ranges,
        vec![RangeRecord { lower: Some((Number::Int(5), true)), upper: None }],
    );
    let set = asm.element_set(ElementSetRecord { ints, ..ElementSetRecord::default() });
    let code = [Op::LoadArg { dst: V0, arg }, Op::ValueIn { dst: B0, value: V0, reading: All, set }];
    assert!(holds_for(asm, &code, &[Argument::new("x", Value::Number(Number::Float(5.0)))]));
}

#[test]
fn long_chains_of_calls_take_no_native_stack() {
    on_a_small_stack(|| {
        let mut asm = Assembler::new();
        asm.condition(&[Op::LoadBool { dst: B0, value: Flag(true) }, ANSWER]);
        asm.memo();
        // Each asks the one before twice: without kept answers this would never end.
        for before in 0..99_999 {
            let call = |dst| Op::CallCondition { dst, procedure: ConditionProc(before) };
            let differ = [Op::Differ { dst: B0, left: B0, right: B1 }, Op::Not { dst: B0, src: B0 }];
            asm.condition(&[&[call(B0), call(B1)], &differ[..], &[ANSWER]].concat());
            asm.memo();
        }
        assert!(holds(asm, &[Op::CallCondition { dst: B0, procedure: ConditionProc(99_999) }]));
    });
}

#[test]
fn deep_values_take_no_native_stack() {
    on_a_small_stack(|| {
        let mut asm = Assembler::new();
        let (arg, set) = (asm.arg("x"), asm.string_set(&["a"]));
        let load = Op::LoadArg { dst: V0, arg };
        let equal = Op::ValuesEqual { dst: B0, left: V0, right: V0, reading: WideReading(All) };
        let code = [load, equal, Op::ValueIn { dst: B0, value: V0, reading: All, set }];
        let arena = bumpalo::Bump::new();
        let mut value = Value::Str("a");
        for _ in 0..Limits::default().value_depth() {
            value = Value::List(arena.alloc_slice_copy(&[value]));
        }
        assert!(holds_for(asm, &code, &[Argument::new("x", value)]));
    });
}
