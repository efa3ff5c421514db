//! Pending calls as text: what is written, what is refused, and that finishing them later is the same.

use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::value::Arena;

use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, Program};
use crate::bytecode::settings::{Mode, Settings};
use crate::call::{Argument, Call, MetadataInput, Returned, SetInput};
use crate::engine::{FailureKind, PendingCall};
use crate::limits::Limits;
use crate::number::Number;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, limited_policy, on_a_small_stack, policy};
use crate::value::Value::{self, List, Null, Object, Str};

/// `session after` of every tool: if the value of `late` is "x", the session's tags are those of all arguments.
fn program() -> Program {
    let mut asm = Assembler::new();
    let (arg, set) = (asm.arg("late"), asm.string_set(&["x"]));
    asm.arg("early");
    let condition = asm.condition(&[
        Op::LoadArg { dst: ValueReg(0), arg },
        Op::ValueIn { dst: BoolReg(0), value: ValueReg(0), reading: ReadingImm::Any, set },
        Op::ReturnBool { src: BoolReg(0) },
    ]);
    asm.memo();
    let after = asm.procedure(
        ProcedureKind::SessionUpdate,
        &[
            Op::CallCondition { dst: BoolReg(0), procedure: ConditionProc(condition) },
            Op::JumpUnless { cond: BoolReg(0), to: Target(4) },
            Op::LoadArgsUnion { dst: S0, field: TAGS },
            Op::StoreSession { field: TAGS, set: S0 },
            Op::End {},
        ],
    );
    let mut block = asm.regex("(?s).*");
    block.after = Some(after);
    asm.block(block);
    asm.program
}

fn bench() -> Bench {
    Bench::new(program(), Settings { mode: Mode::Strict, ..Settings::default() })
}

/// The text of a call to a tool `t` that is pending in a new session, its policy left out.
fn exported(bench: &mut Bench, call: &Call<'_>) -> String {
    let checked = bench.policy.check(&mut bench.session, call, &mut bench.scratch);
    checked.into_pending().unwrap().export(&bench.policy).unwrap()
}

#[test]
fn a_pending_call_takes_along_what_can_matter() {
    let mut bench = bench();
    let of_late = MetadataInput {
        tags: Some(SetInput::of(&["b", "a", "b"])),
        producers: Some(SetInput::except(&["x", "*"])),
        consumers: Some(SetInput::except(&["q"])),
    };
    let args = [
        Argument::new("late", List(&[Str("x"), Object(&[("b", Null), ("a", Null)])])).with_metadata(of_late),
        Argument::new("early", Str("a secret")),
        Argument::new("other", Str("a secret")).with_metadata(MetadataInput {
            consumers: Some(SetInput::of(&["k", "*"])),
            ..MetadataInput::default()
        }),
        Argument::new("another", Str("a secret")),
    ];
    let control = MetadataInput { tags: Some(SetInput::of(&[])), ..MetadataInput::default() };
    let call = Call::new("t\n", &args).with_control(control).with_context(MetadataInput::default());
    let text = exported(&mut bench, &call);
    assert_eq!(
        text.replace(&bench.policy.id().to_string(), "…"),
        concat!(
            r#"{"sqrt_pending_call": 1, "policy": "…", "session": null, "call": 0, "tool": "t\n", "args": ["#,
            r#"{"name": "late", "value": ["x", {"a": null, "b": null}], "meta": {"tags": ["a", "b"], "producers": [], "#,
            r#""consumers": {"except": ["q"]}}}, {"name": "early", "meta": {}}, "#,
            r#"{"name": "other", "meta": {"consumers": ["*"]}}, {"name": "another", "meta": {}}], "#,
            r#""control_meta": {"tags": []}, "context_meta": {}}"#,
        )
    );
    let arena = Arena::new();
    let read = PendingCall::import(&bench.policy, &text, &arena).unwrap();
    assert_eq!(read.export(&bench.policy).unwrap(), text);
    assert_eq!((read.id(), read.session(), read.policy()), (0, None, bench.policy.id()));
}

#[test]
fn finishing_it_later_is_the_same() {
    for value in ["x", "y"] {
        let with = |tags| MetadataInput { tags: Some(SetInput::of(tags)), ..MetadataInput::default() };
        let args = [Argument::new("late", Str(value)).with_metadata(with(&["of arg"]))];
        for call in [
            Call::new("t", &args),
            Call::new("t", &args).with_control(with(&["flow"])).with_context(with(&["context"])),
            Call::new("t", &[]).with_context(with(&["context"])),
        ] {
            let mut outcomes = Vec::new();
            for as_text in [false, true] {
                let mut bench = bench();
                let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
                let (mut pending, arena) = (checked.into_pending().unwrap(), Arena::new());
                let text = pending.export(&bench.policy).unwrap();
                if as_text {
                    pending = PendingCall::import(&bench.policy, &text, &arena).unwrap();
                }
                let Bench { policy, session, scratch } = &mut bench;
                policy.finish(session, pending, &Returned::new(Null), scratch).unwrap();
                outcomes.push((bench.session_meta(), bench.result_meta()));
            }
            assert_eq!(outcomes[0], outcomes[1]);
        }
    }
}

#[test]
fn what_is_not_a_pending_call_of_the_policy_is_refused() {
    let mut bench = bench();
    let args = [Argument::new("late", Str("x"))];
    let fine = exported(&mut bench, &Call::new("t", &args));
    let with = |old: &str, new: &str| {
        assert!(fine.contains(old));
        fine.replace(old, new)
    };
    let deep = |levels: usize| with("\"x\"", &format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    let import = |text: &str| {
        let arena = Arena::new();
        PendingCall::import(&bench.policy, text, &arena).map(drop)
    };
    assert_eq!((import(&fine), import(&deep(100))), (Ok(()), Ok(())));
    for (text, expected) in [
        (bench.session.export(), "unknown key"),
        ("[]".to_owned(), "expected a pending call, an object with the key `sqrt_pending_call`"),
        (with("\"args\": [{", "\"args\": {\"a\": [{").replace("}]", "}]}"), "a list of arguments as `args`"),
        (with("\"call\": 0", "\"call\": -1"), "u64"),
        (with("\"call\": 0, ", ""), "missing key `call`"),
        (with("\"tool\": \"t\", ", ""), "missing key `tool`"),
        (with("\"tool\": \"t\"", "\"tool\": null"), "a string as `tool`"),
        (with(", \"value\": \"x\"", ""), "missing key `value` of the argument `late`"),
        (with(", \"meta\": {}", ""), "missing key `meta`"),
        (with("\"name\": \"late\", ", ""), "missing key `name`"),
        (with("\"name\"", "\"name\": \"late\", \"name\""), "duplicate key `name`"),
        (with("\"meta\"", "\"metadata\""), "unknown key"),
        (with("\"args\"", "\"arguments\""), "unknown key"),
        (with("\"args\": [", "\"args\": [null, "), "an argument, an object with the key `name`"),
        (deep(101), "nested deeper than the limit `value_depth`"),
        (
            with(
                "{\"name\": \"late\"",
                "{\"name\": \"late\", \"value\": 1, \"meta\": {}}, {\"name\": \"late\"",
            ),
            "two arguments with the name `late`",
        ),
        (deep(100_000), "nested deeper than the limit `value_depth`"),
    ] {
        let error = import(&text).unwrap_err();
        assert!(
            error.to_string().contains(expected),
            "{text:.300}\n  expected {expected}\n  but got  {error}"
        );
        assert_eq!((error.version(), error.policy()), (None, None));
    }
    let error = import(&with("\"sqrt_pending_call\": 1", "\"sqrt_pending_call\": 2")).unwrap_err();
    assert_eq!(error.version(), Some(2));
    let other = policy(Assembler::new().program, Settings::default());
    let error = PendingCall::import(&other, &fine, &Arena::new()).map(drop).unwrap_err();
    assert_eq!(error.policy(), Some(bench.policy.id()));
}

/// Else a call that was allowed could not be finished, once it had been written or the session moved.
#[test]
fn tags_count_the_same_when_a_call_is_read_whatever_the_session_has() {
    let limits = Limits { tags_per_call: 2, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(program(), limits));
    let call = |bench: &mut Bench, tags: &[&str]| {
        let args = [Argument::new("late", Str("x")).with_metadata(MetadataInput::default().with_tags(tags))];
        let call = Call::new("t", &args);
        let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
        checked.into_pending().map(|pending| pending.export(&bench.policy).unwrap())
    };
    for tags in [&["a"][..], &["a", "b"], &["b", "c"]] {
        let text = call(&mut bench, tags).unwrap();
        let arena = Arena::new();
        let pending = PendingCall::import(&bench.policy, &text, &arena).unwrap();
        bench.policy.finish(&mut bench.session, pending, &Returned::new(Null), &mut bench.scratch).unwrap();
    }
    assert!(bench.session.held_tags().0 > 0, "the session has tags");
    assert_eq!(call(&mut bench, &["a", "b", "c"]), None);
}

/// Else it could not be finished, and would block its session.
#[test]
fn a_call_over_a_limit_is_refused_when_it_is_read() {
    let default = Limits::default();
    let mut bench = Bench::of(limited_policy(program(), default));
    let tags = MetadataInput::default().with_tags(&["a", "b", "c"]);
    let args = [Argument::new("late", Str("x")).with_metadata(tags), Argument::new("early", Null)];
    let text = exported(&mut bench, &Call::new("t", &args));
    let import = |limits| {
        let policy = limited_policy(program(), limits);
        let read = PendingCall::import(&policy, &text, &Arena::new()).map(drop);
        read.map_err(|error| error.limit().map(|limit| limit.name()))
    };
    // What listing the tags, keeping them and joining them costs (`exec::work_tests`).
    let work = 3 * 64 + 128 + 2;
    assert_eq!(import(Limits { tags_per_set: 3, tags_per_call: 3, arguments: 2, work, ..default }), Ok(()));
    assert_eq!(import(Limits { tags_per_set: 2, ..default }), Err(Some("tags_per_set")));
    assert_eq!(import(Limits { tags_per_call: 2, ..default }), Err(Some("tags_per_call")));
    assert_eq!(import(Limits { arguments: 1, ..default }), Err(Some("arguments")));
    assert_eq!(import(Limits { work: work - 1, ..default }), Err(Some("work")));
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let mut bench = bench();
    let not_finite = [Argument::new("late", Value::Number(Number::Float(f64::NAN)))];
    let call = Call::new("t", &not_finite);
    let pending = bench.policy.check(&mut bench.session, &call, &mut bench.scratch).into_pending().unwrap();
    assert_eq!(pending.export(&bench.policy).unwrap_err().kind(), FailureKind::NotJson);
    let other = policy(Assembler::new().program, Settings::default());
    let error = pending.export(&other).unwrap_err();
    assert_eq!(
        (error.kind(), error.policy()),
        (FailureKind::PendingCallOfOtherPolicy, Some(bench.policy.id()))
    );
    // A value that nothing reads later does not matter.
    let early = [Argument::new("early", Value::Number(Number::Float(f64::NAN))), Argument::new("late", Null)];
    exported(&mut bench, &Call::new("t", &early));
}

proptest! {
    /// Any damage is an error or another pending call, never a panic.
    #[test]
    fn damaged_texts_do_no_harm(place in 0..400usize, byte in any::<char>(), cut in any::<bool>()) {
        let mut bench = bench();
        let args = [Argument::new("late", List(&[Str("x"), Null])), Argument::new("early", Null)];
        let mut text = exported(&mut bench, &Call::new("t", &args).with_control(MetadataInput::default()));
        let place = place % text.len();
        if cut { text.truncate(place) } else { text.replace_range(place..=place, &byte.to_string()) }
        let arena = Arena::new();
        if let Ok(pending) = PendingCall::import(&bench.policy, &text, &arena) {
            let again = pending.export(&bench.policy).unwrap();
            let read = PendingCall::import(&bench.policy, &again, &arena).unwrap();
            prop_assert_eq!(read.export(&bench.policy).unwrap(), again.as_str());
        }
    }
}

#[test]
fn the_deepest_value_fits_a_small_stack() {
    on_a_small_stack(|| {
        let mut bench = bench();
        let arena = Arena::new();
        let deep = (0..100).fold(Null, |value, _| Object(arena.bump().alloc_slice_copy(&[("k", value)])));
        let args = [Argument::new("late", deep)];
        let text = exported(&mut bench, &Call::new("t", &args));
        let read = PendingCall::import(&bench.policy, &text, &arena).unwrap();
        assert_eq!(read.export(&bench.policy).unwrap(), text);
    });
}
