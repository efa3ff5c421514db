//! Phases, their order, and that they take effect whole or not at all.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::{PriorityRecord, ProcedureKind, Program};
use crate::bytecode::settings::{Branching, Mode};
use crate::call::{Argument, Call, Combine, MetadataInput, Returned, SetInput};
use crate::decision::Outcome;
use crate::engine::FailureKind;
use crate::limits::Limits;
use crate::metadata::Session;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, limited_policy};
use crate::value::Value;

const DEFAULTS: &str = "{\"tags\": [], \"producers\": [], \"consumers\": [\"*\"]}";
const NULL: Returned<'static> = Returned::new(Value::Null);

fn with_tags<'a>(strings: &'a [&'a str]) -> MetadataInput<'a> {
    MetadataInput { tags: Some(SetInput::of(strings)), ..MetadataInput::default() }
}

/// An update procedure: tags := tags ∪ {tag}, of the session or the result.
fn add(asm: &mut Assembler, kind: ProcedureKind, tag: &str) -> Option<u32> {
    let set = asm.const_set(false, &[tag]);
    let (load, store): (Op, fn(SetReg) -> Op) = match kind {
        ProcedureKind::SessionUpdate => {
            (Op::LoadSessionSet { dst: S0, field: TAGS }, |set| Op::StoreSession { field: TAGS, set })
        }
        _ => (Op::LoadResultSet { dst: S0, field: TAGS }, |set| Op::StoreResult { field: TAGS, set }),
    };
    let union = Op::Union { dst: S0, left: S0, right: S1 };
    Some(asm.procedure(kind, &[load, Op::LoadSet { dst: S1, set }, union, store(S0), Op::End {}]))
}

/// An update procedure: tags of the target := {tag}.
fn set_to(asm: &mut Assembler, kind: ProcedureKind, tag: &str) -> Option<u32> {
    let set = asm.const_set(false, &[tag]);
    let store = match kind {
        ProcedureKind::SessionUpdate => Op::StoreSession { field: TAGS, set: S0 },
        _ => Op::StoreResult { field: TAGS, set: S0 },
    };
    Some(asm.procedure(kind, &[Op::LoadSet { dst: S0, set }, store, Op::End {}]))
}

/// A condition: the set that `load` puts into S0 has the tag.
fn has(asm: &mut Assembler, load: Op, tag: &str) -> Option<u32> {
    let tag = asm.tag(tag);
    Some(asm.condition(&[load, Op::Contains { dst: B0, set: S0, tag }, Op::ReturnBool { src: B0 }]))
}

fn tags_of(json: &str) -> &str {
    json.split("\"tags\": ").nth(1).and_then(|rest| rest.split(", \"producers").next()).unwrap_or(json)
}

#[test]
fn before_updates_are_seen_by_rules_and_stay_after_a_deny() {
    let mut asm = Assembler::new();
    let before = add(&mut asm, ProcedureKind::SessionUpdate, "asked");
    let after = add(&mut asm, ProcedureKind::SessionUpdate, "done");
    let condition = has(&mut asm, Op::LoadSessionSet { dst: S0, field: TAGS }, "asked");
    let rule = asm.rule(true, true, condition);
    let mut block = asm.exact("t").rules(vec![rule]);
    (block.before, block.after) = (before, after);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let decision = bench.evaluate(&Call::new("t", &[]), Some(&NULL));
    assert_eq!((decision.outcome(), decision.basis().name()), (Outcome::Deny, "must_deny"));
    assert_eq!(tags_of(&bench.session_meta()), "[\"asked\"]");
    assert_eq!(bench.result_meta(), "null");
    // Another tool touches nothing.
    assert_eq!(bench.check(&Call::new("T", &[])), ("default", None));
    assert_eq!(tags_of(&bench.session_meta()), "[\"asked\"]");
}

#[test]
fn updates_run_in_ascending_priority_then_source_order() {
    let mut asm = Assembler::new();
    for (tag, priority) in [("high", Some(9)), ("preset", None), ("low", Some(-9)), ("high too", Some(9))] {
        let before = if tag == "preset" {
            add(&mut asm, ProcedureKind::SessionUpdate, tag)
        } else {
            set_to(&mut asm, ProcedureKind::SessionUpdate, tag)
        };
        let mut block = asm.exact("t");
        block.priority = priority.map_or(PriorityRecord::Preset(0), PriorityRecord::Number);
        block.before = before;
        asm.block(block);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    bench.check(&Call::new("t", &[]));
    assert_eq!(tags_of(&bench.session_meta()), "[\"high too\", \"preset\"]");
}

#[test]
fn the_result_inherits_from_arguments_and_feeds_the_session() {
    let mut asm = Assembler::new();
    let result = add(&mut asm, ProcedureKind::ResultUpdate, "seen");
    let copy = asm.procedure(
        ProcedureKind::SessionUpdate,
        &[Op::LoadResultSet { dst: S0, field: TAGS }, Op::StoreSession { field: TAGS, set: S0 }, Op::End {}],
    );
    let mut block = asm.exact("t");
    (block.result, block.after) = (result, Some(copy));
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let producers = MetadataInput {
        tags: Some(SetInput::of(&["b"])),
        producers: Some(SetInput::of(&["p"])),
        consumers: Some(SetInput::of(&["x", "y"])),
    };
    let consumers = MetadataInput { consumers: Some(SetInput::except(&["x"])), ..with_tags(&["a"]) };
    let args = [
        Argument::new("k", Value::Null).with_metadata(producers),
        Argument::new("l", Value::Null).with_metadata(consumers),
    ];
    bench.evaluate(&Call::new("t", &args), Some(&NULL));
    let expected = "{\"tags\": [\"a\", \"b\", \"seen\"], \"producers\": [\"p\"], \"consumers\": [\"y\"]}";
    assert_eq!(bench.result_meta(), expected);
    assert_eq!(tags_of(&bench.session_meta()), "[\"a\", \"b\", \"seen\"]");
    // No arguments: the defaults. An unknown tool has a result phase too, without blocks.
    bench.evaluate(&Call::new("u", &[]), Some(&NULL));
    assert_eq!(bench.result_meta(), DEFAULTS);
}

#[test]
fn metadata_that_comes_with_a_result() {
    let mut bench = Bench::new(Assembler::new().program, Settings::default());
    let args = [Argument::new("k", Value::Null).with_metadata(MetadataInput {
        producers: Some(SetInput::of(&["p"])),
        consumers: Some(SetInput::of(&["x"])),
        ..with_tags(&["a"])
    })];
    let own = MetadataInput { consumers: Some(SetInput::of(&["x", "y"])), ..with_tags(&["b"]) };
    let mut result = |combine| {
        let returned = Returned::new(Value::Null).with_metadata(own, combine);
        bench.evaluate(&Call::new("t", &args), Some(&returned));
        bench.result_meta()
    };
    assert_eq!(
        result(Combine::Merge),
        "{\"tags\": [\"a\", \"b\"], \"producers\": [\"p\"], \"consumers\": [\"x\"]}"
    );
    assert_eq!(
        result(Combine::Replace),
        "{\"tags\": [\"b\"], \"producers\": [\"p\"], \"consumers\": [\"x\", \"y\"]}"
    );
    assert_eq!(
        result(Combine::Ignore),
        "{\"tags\": [\"a\"], \"producers\": [\"p\"], \"consumers\": [\"x\"]}"
    );
}

#[test]
fn check_then_finish_is_the_same_as_both_at_once() {
    let program = || {
        let mut asm = Assembler::new();
        let before = add(&mut asm, ProcedureKind::SessionUpdate, "before");
        let result = add(&mut asm, ProcedureKind::ResultUpdate, "result");
        let after = add(&mut asm, ProcedureKind::SessionUpdate, "after");
        let mut block = asm.exact("t");
        (block.before, block.result, block.after) = (before, result, after);
        asm.block(block);
        asm.program
    };
    let args = [Argument::new("k", Value::Null).with_metadata(with_tags(&["own"]))];
    let call = Call::new("t", &args);
    let mut at_once = Bench::new(program(), Settings::default());
    at_once.evaluate(&call, Some(&NULL));
    let Bench { policy, mut session, mut scratch } = Bench::new(program(), Settings::default());
    let pending = policy.check(&mut session, &call, &mut scratch).into_pending().unwrap();
    // Two calls of one session may be open at the same time.
    let other = Call::new("t", &[]);
    let second = policy.check(&mut session, &other, &mut scratch).into_pending().unwrap();
    policy.finish(&mut session, second, &NULL, &mut scratch).unwrap();
    policy.finish(&mut session, pending, &NULL, &mut scratch).unwrap();
    let bench = Bench { policy, session, scratch };
    assert_eq!(bench.result_meta(), at_once.result_meta());
    assert_eq!(bench.session_meta(), at_once.session_meta());
    assert_eq!(tags_of(&bench.session_meta()), "[\"after\", \"before\"]");
}

#[test]
fn a_denied_call_is_not_pending() {
    let mut asm = Assembler::new();
    let rule = asm.rule(true, true, None);
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let call = Call::new("t", &[]);
    let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
    assert!(checked.into_pending().is_none());
}

#[test]
fn sessions_do_not_mix() {
    let mut asm = Assembler::new();
    let before = add(&mut asm, ProcedureKind::SessionUpdate, "seen");
    let mut block = asm.exact("mark");
    block.before = before;
    asm.block(block);
    let condition = has(&mut asm, Op::LoadSessionSet { dst: S0, field: TAGS }, "seen");
    let rule = asm.rule(true, true, condition);
    let block = asm.exact("use").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let mut other = Session::new(&bench.policy);
    bench.check(&Call::new("mark", &[]));
    assert_eq!(bench.check(&Call::new("use", &[])).0, "must_deny");
    std::mem::swap(&mut bench.session, &mut other);
    assert_eq!(bench.check(&Call::new("use", &[])).0, "default");
    std::mem::swap(&mut bench.session, &mut other);
    assert_eq!(bench.check(&Call::new("use", &[])).0, "must_deny");
}

#[test]
fn what_is_over_a_limit_is_denied_and_changes_nothing() {
    let mut asm = Assembler::new();
    let before = add(&mut asm, ProcedureKind::SessionUpdate, "before");
    let mut block = asm.exact("t");
    block.before = before;
    asm.block(block);
    let limits = Limits { tags_per_call: 1, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(asm.program, limits));
    let args = [Argument::new("k", Value::Null).with_metadata(with_tags(&["a", "b"]))];
    let decision = bench.evaluate(&Call::new("t", &args), None);
    assert_eq!((decision.outcome(), decision.basis().name()), (Outcome::Deny, "error"));
    assert_eq!(
        decision.failure().and_then(|failure| failure.limit()).map(|limit| limit.name()),
        Some("tags_per_call")
    );
    assert!(decision.rule().is_none());
    assert_eq!(bench.session_meta(), DEFAULTS);
}

#[test]
fn a_full_session_denies_and_keeps_what_it_had() {
    let mut asm = Assembler::new();
    let arg = asm.arg("k");
    let store = Op::StoreSession { field: TAGS, set: S0 };
    let copy = asm.procedure(
        ProcedureKind::SessionUpdate,
        &[Op::LoadArgSet { dst: S0, field: TAGS, arg }, store, Op::End {}],
    );
    let late = add(&mut asm, ProcedureKind::SessionUpdate, "late");
    let (mut early_block, mut late_block) = (asm.exact("before"), asm.exact("after"));
    early_block.before = Some(copy);
    (late_block.before, late_block.after) = (late, Some(copy));
    asm.block(early_block);
    asm.block(late_block);
    let limits = Limits { tags_per_session: 1, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(asm.program, limits));
    let few = [Argument::new("k", Value::Null).with_metadata(with_tags(&["a"]))];
    let many = [Argument::new("k", Value::Null).with_metadata(with_tags(&["b", "c"]))];
    assert_eq!(bench.check(&Call::new("before", &few)).0, "default");
    assert_eq!(bench.scratch.held_tags(), 1);
    assert_eq!(bench.check(&Call::new("before", &many)).0, "error");
    assert_eq!(bench.scratch.held_tags(), 2);
    assert_eq!(tags_of(&bench.session_meta()), "[\"a\"]");
    // A whole call takes effect whole or not at all, its first phase included.
    let decision = bench.evaluate(&Call::new("after", &many), Some(&NULL));
    assert_eq!((decision.outcome(), decision.basis().name()), (Outcome::Deny, "error"));
    assert_eq!(tags_of(&bench.session_meta()), "[\"a\"]");
    assert_eq!(bench.result_meta(), "null");
}

#[test]
fn control_metadata_counts_in_strict_mode_only() {
    let program = |load: fn(Arg) -> Op| {
        let mut asm = Assembler::new();
        let arg = asm.arg("k");
        let condition = has(&mut asm, load(arg), "flow");
        let rule = asm.rule(true, true, condition);
        let block = asm.exact("t").rules(vec![rule]);
        asm.block(block);
        asm.program
    };
    let arg_set = |arg| Op::LoadArgSet { dst: S0, field: TAGS, arg };
    let union = |_| Op::LoadArgsUnion { dst: S0, field: TAGS };
    let intersect = |_| Op::LoadArgsIntersect { dst: S0, field: TAGS };
    let result = |_| Op::LoadResultSet { dst: S0, field: TAGS };
    let present = [Argument::new("k", Value::Null)];
    let other = [Argument::new("l", Value::Null)];
    for load in [arg_set as fn(Arg) -> Op, union, intersect, result] {
        for args in [&present[..], &other, &[]] {
            for mode in [Mode::Standard, Mode::Custom, Mode::Strict] {
                let mut bench = Bench::new(program(load), Settings { mode, ..Settings::default() });
                let call = Call::new("t", args).with_control(with_tags(&["flow"]));
                let expected = if mode == Mode::Strict { "must_deny" } else { "default" };
                assert_eq!(bench.check(&call).0, expected, "{mode:?} {args:?}");
                assert_eq!(bench.check(&Call::new("t", args)).0, "default");
            }
        }
    }
}

#[test]
fn control_consumers_narrow_every_argument() {
    let mut bench =
        Bench::new(Assembler::new().program, Settings { mode: Mode::Strict, ..Settings::default() });
    let control = MetadataInput { consumers: Some(SetInput::of(&["x"])), ..MetadataInput::default() };
    bench.evaluate(&Call::new("t", &[]).with_control(control), Some(&NULL));
    assert_eq!(bench.result_meta(), "{\"tags\": [], \"producers\": [], \"consumers\": [\"x\"]}");
}

#[test]
fn without_fail_fast_every_rule_is_reported() {
    let program = || {
        let mut asm = Assembler::new();
        let rules =
            vec![asm.rule(true, true, None), asm.rule(false, true, None), asm.rule(true, false, None)];
        let block = asm.exact("t").rules(rules);
        asm.block(block);
        asm.program
    };
    let fired = |fail_fast| {
        let mut bench = Bench::new(program(), Settings { fail_fast, ..Settings::default() });
        assert_eq!(bench.check(&Call::new("t", &[])), ("must_deny", Some(1)));
        let blocks: Vec<_> = bench.scratch.trace(&bench.policy).collect();
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].block().unwrap().tool_id(), "t");
        blocks[0].rules().map(|rule| rule.fired()).collect::<Vec<_>>()
    };
    assert_eq!(fired(true), [Some(true), None, None]);
    assert_eq!(fired(false), [Some(true); 3]);
    let mut bench = Bench::new(program(), Settings::default());
    bench.check(&Call::new("t", &[]));
    bench.check(&Call::new("other", &[]));
    assert_eq!(bench.scratch.trace(&bench.policy).count(), 0, "the trace is that of the last call");
}

#[test]
fn a_result_keeps_its_tags_when_the_session_is_compacted() {
    // The session takes over many tags of a call and lets them go again; its table is then built anew.
    let mut asm = Assembler::new();
    let arg = asm.arg("k");
    let load = Op::LoadArgSet { dst: S0, field: TAGS, arg };
    let keep = asm.procedure(
        ProcedureKind::SessionUpdate,
        &[load, Op::StoreSession { field: TAGS, set: S0 }, Op::End {}],
    );
    let inherit = asm.procedure(
        ProcedureKind::ResultUpdate,
        &[Op::LoadSessionSet { dst: S0, field: TAGS }, Op::StoreResult { field: TAGS, set: S0 }, Op::End {}],
    );
    let mut block = asm.exact("t");
    (block.result, block.after) = (Some(inherit), Some(keep));
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let names = |prefix: &str| (0..100).map(|index| format!("{prefix}{index:02}")).collect::<Vec<_>>();
    let mut before = "[]".to_owned();
    for round in ["a", "b", "c", "d"] {
        let names = names(round);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let args = [Argument::new("k", Value::Null).with_metadata(with_tags(&names))];
        bench.evaluate(&Call::new("t", &args), Some(&NULL));
        // The result has what the session had before this call.
        assert_eq!(tags_of(&bench.result_meta()), before);
        before = tags_of(&bench.session_meta()).to_owned();
    }
    assert!(before.contains("\"d99\""));
}

#[test]
fn branches() {
    let policy = |deny, tags: &[&str], producers: &[&str], consumers: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let branching =
            Branching { deny, tags: owned(tags), producers: owned(producers), consumers: owned(consumers) };
        let settings = Settings { mode: Mode::Custom, branching: Some(branching), ..Settings::default() };
        crate::testing::policy(Assembler::new().program, settings)
    };
    let denied = |policy: &crate::policy::Policy, metadata: MetadataInput<'_>| {
        policy.check_branch(&metadata) == Outcome::Deny
    };
    let consumers = |set| MetadataInput { consumers: Some(set), ..MetadataInput::default() };
    let deny = policy(true, &["pii"], &["web"], &["spy"]);
    assert!(denied(&deny, with_tags(&["x", "pii"])) && !denied(&deny, with_tags(&["x"])));
    assert!(denied(&deny, with_tags(&["*"])));
    assert!(denied(
        &deny,
        MetadataInput { producers: Some(SetInput::of(&["web"])), ..MetadataInput::default() }
    ));
    assert!(
        denied(&deny, consumers(SetInput::of(&["spy"])))
            && denied(&deny, consumers(SetInput::except(&["x"])))
    );
    assert!(!denied(&deny, consumers(SetInput::except(&["spy"]))));
    // Universal consumers share nothing.
    assert!(!denied(&deny, consumers(SetInput::of(&["*"]))) && !denied(&deny, MetadataInput::default()));
    let allow = policy(false, &["ok"], &["me"], &[]);
    assert!(!denied(&allow, with_tags(&["ok"])) && denied(&allow, with_tags(&["ok", "x"])));
    assert!(!denied(&allow, MetadataInput::default()) && denied(&allow, with_tags(&["*"])));
    let narrow = policy(false, &[], &[], &["me"]);
    assert!(denied(&narrow, MetadataInput::default()) && !denied(&narrow, consumers(SetInput::of(&["me"]))));
    assert!(denied(&narrow, consumers(SetInput::except(&["x"]))));
    // Without a branching policy, or in another mode, every branch is allowed.
    let none = crate::testing::policy(
        Assembler::new().program,
        Settings { mode: Mode::Custom, ..Settings::default() },
    );
    assert!(!denied(&none, with_tags(&["pii"])));
    let standard = Settings { branching: deny.settings().branching.clone(), ..Settings::default() };
    assert!(!denied(&crate::testing::policy(Assembler::new().program, standard), with_tags(&["pii"])));
}

#[test]
fn two_arguments_of_one_name_are_refused_whether_or_not_the_policy_names_it() {
    let mut asm = Assembler::new();
    asm.arg("named");
    let mut bench = Bench::new(asm.program, Settings::default());
    let names = ["named", "a", "b", "c"];
    let mut args: Vec<_> = names.iter().map(|name| Argument::new(name, Value::Null)).collect();
    assert_eq!(bench.check(&Call::new("t", &args)).0, "default");
    for name in names {
        args.push(Argument::new(name, Value::Bool(true)));
        let call = Call::new("t", &args);
        let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
        let failure = checked.decision().failure().unwrap();
        assert_eq!(failure.kind(), FailureKind::RepeatedArgument, "{name}");
        args.pop();
    }
    assert_eq!(bench.check(&Call::new("t", &args)).0, "default");
}

#[test]
fn what_no_call_can_be_is_denied() {
    let program = || {
        let mut asm = Assembler::new();
        asm.arg("k");
        asm.program
    };
    let mut bench = Bench::new(program(), Settings::default());
    let twice = [Argument::new("k", Value::Null), Argument::new("k", Value::Bool(true))];
    assert_eq!(bench.check(&Call::new("t", &twice)).0, "error");
    assert_eq!(bench.check(&Call::new("t", &twice[..1])).0, "default");
    bench.scratch = Bench::new(program(), Settings::default()).scratch;
    let decision = bench.evaluate(&Call::new("t", &[]), None);
    assert_eq!(
        decision.failure().map(ToString::to_string).as_deref(),
        Some("the scratch was made for another policy")
    );
}

/// Names are told apart by themselves where their hashes are the same, as someone may make them.
#[test]
fn arguments_with_names_of_one_hash_are_not_one_argument() {
    let mut bench = Bench::new(Assembler::new().program, Settings::default());
    let names = ["argument na 2278e#bC?I$/", "argument na 4368Uiu9HAC2"];
    assert_eq!(bench.policy.find_arg(names[0]), bench.policy.find_arg(names[1]), "the hashes differ");
    // A list takes the general way.
    for value in [Value::Null, Value::List(&[])] {
        let args = names.map(|name| Argument::new(name, value));
        assert_eq!(bench.check(&Call::new("t", &args)), ("default", None));
        let [first, second] = args;
        let checked = bench.check(&Call::new("t", &[first, second, first]));
        assert_eq!(checked, ("error", None));
    }
}

/// Also in the general way, which reads only what is asked for.
#[test]
fn metadata_that_nobody_asks_for_is_within_the_limits_too() {
    let limits = Limits { tags_per_set: 2, tags_per_call: 3, tag_bytes: 2, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(Assembler::new().program, limits));
    let cases: [(&[&str], &[&str], bool); 7] = [
        (&["aa", "b"], &["c"], true),
        (&["a", "b", "c"], &[], false),
        (&["a", "b", "c", "d"], &[], false),
        (&["aaa"], &[], false),
        (&["aaaa"], &[], false),
        (&["a", "b"], &["c", "d"], false),
        (&["a"], &["a", "b"], true),
    ];
    for (first, second, is_fine) in cases {
        let args = [("x", first), ("y", second)]
            .map(|(name, tags)| Argument::new(name, Value::List(&[])).with_metadata(with_tags(tags)));
        let decision = bench.evaluate(&Call::new("t", &args), None);
        let expected = if is_fine { "default" } else { "error" };
        assert_eq!(decision.basis().name(), expected, "{first:?} {second:?}");
    }
}

#[test]
fn calls_have_as_many_arguments_and_as_large_values_as_the_limits_allow() {
    let limits = Limits { arguments: 2, value_bytes: 40, value_depth: 1, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(Assembler::new().program, limits));
    let names = ["a", "b", "c"];
    let args = names.map(|name| Argument::new(name, Value::Null));
    assert_eq!(bench.check(&Call::new("t", &args[..2])).0, "default");
    assert_eq!(bench.check(&Call::new("t", &args)).0, "error");
    for (value, basis) in [
        (Value::Str("12345678"), "default"),
        (Value::Str("123456789"), "error"),
        (Value::List(&[]), "default"),
        (Value::List(&[Value::Null]), "error"),
        (Value::List(&[Value::List(&[])]), "error"),
    ] {
        for place in 0..2 {
            let mut args = [args[0], args[1]];
            args[place] = Argument::new(names[place], value);
            assert_eq!(bench.check(&Call::new("t", &args)).0, basis, "{place}");
        }
    }
}

#[test]
fn questions_about_branches_have_sets_as_large_as_the_limit_allows() {
    let tags = vec!["pii".to_owned()];
    let branching = Branching { deny: true, tags, producers: Vec::new(), consumers: Vec::new() };
    let settings = Settings { mode: Mode::Custom, branching: Some(branching), ..Settings::default() };
    let program = Program { settings, ..Assembler::new().program };
    let policy = limited_policy(program, Limits { tags_per_set: 2, ..Limits::default() });
    let ask = |tags: &[&str], consumers: &[&str]| {
        let metadata = with_tags(tags).with_consumers(SetInput::of(consumers));
        (policy.check_branch(&metadata), policy.check_set_sizes(&metadata).is_ok())
    };
    assert_eq!(ask(&["a", "b"], &["c", "d"]), (Outcome::Allow, true));
    assert_eq!(ask(&["a", "b", "c"], &["c"]), (Outcome::Deny, false));
    assert_eq!(ask(&["a"], &["c", "d", "e"]), (Outcome::Deny, false));
    assert_eq!(ask(&["pii"], &[]), (Outcome::Deny, true));
}
