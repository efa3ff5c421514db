//! Handles mean what their names mean, under their policy only.

use super::{FoundArg, TagRef};
use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ProcedureKind;
use crate::call::{Argument, Call, Combine, MetadataInput, Returned, SetInput};
use crate::decision::Outcome;
use crate::engine::{Failure, FailureKind, PendingCall};
use crate::testing::{Assembler, Bench};
use crate::value::{Arena, Value};

const NULL: Value<'_> = Value::Null;

/// Blocks about all names that begin with `s`, about `send`, which has the higher priority, and about others: what reaches
/// `to` must not have the tag `pii`; sessions remember the tags of results. `first` is a tag that is named too.
fn bench(first: &str) -> Bench {
    let mut asm = Assembler::new();
    asm.tag(first);
    let (set, arg) = (asm.const_set(false, &["pii"]), asm.arg("to"));
    let condition = asm.condition(&[
        Op::LoadArgSet { dst: SetReg(0), field: FieldImm::Tags, arg },
        Op::LoadSet { dst: SetReg(1), set },
        Op::Overlaps { dst: BoolReg(0), left: SetReg(0), right: SetReg(1) },
        Op::ReturnBool { src: BoolReg(0) },
    ]);
    asm.memo();
    for (tool, priority) in [("s.*", 0), ("send", 5), ("other.*", 0)] {
        let rules = vec![asm.rule(true, true, Some(condition))];
        let block = if tool == "send" { asm.exact(tool) } else { asm.regex(tool) };
        let mut block = block.rules(rules).priority(priority);
        let after = [
            Op::LoadResultSet { dst: SetReg(0), field: FieldImm::Tags },
            Op::StoreSession { field: FieldImm::Tags, set: SetReg(0) },
            Op::End {},
        ];
        block.after = Some(asm.procedure(ProcedureKind::SessionUpdate, &after));
        asm.block(block);
    }
    Bench::new(asm.program, Settings::default())
}

fn tags<'a>(tags: impl Into<SetInput<'a>>) -> MetadataInput<'a> {
    MetadataInput::default().with_tags(tags)
}

/// What is observed of a call: basis, line, blocks, and the metadata of result and session.
fn observed(bench: &mut Bench, call: &Call<'_>, returned: &Returned<'_>) -> String {
    let decision = bench.evaluate(call, Some(returned));
    let rule = decision.rule().and_then(|rule| bench.policy.rule(rule)).map(|rule| rule.line());
    let blocks = (&bench.scratch.blocks, &bench.scratch.by_priority);
    let metadata = (bench.result_meta(), bench.session_meta());
    format!("{} {rule:?} {blocks:?} {metadata:?}", decision.basis().name())
}

#[test]
fn handles_mean_what_their_names_mean() {
    let (mut by_name, mut by_handle) = (bench("kept"), bench("kept"));
    by_name.scratch.decide_generally(true);
    by_handle.scratch.decide_generally(true);
    let names = ["pii", "kept", "unknown", "*"];
    let resolved = names.map(|name| by_handle.policy.tag(name));
    let (to, cc) = (by_handle.policy.arg("to"), by_handle.policy.arg("cc"));
    for tool in ["send", "sell", "other_one", "nothing", ""] {
        let handle = by_handle.policy.tool(tool);
        assert_eq!((handle.name(), handle.policy()), (tool, by_handle.policy.id()));
        for (name, tag) in names.iter().zip(&resolved) {
            for complement in [false, true] {
                let set = |set: SetInput<'static>| if complement { set.complement() } else { set };
                let strings: &'static [&'static str] = Box::leak(Box::new([*name, "more"]));
                let args = [
                    Argument::new("to", NULL).with_metadata(tags(set(strings.into()))),
                    Argument::new("cc", NULL),
                ];
                let returned = Returned::new(NULL).with_metadata(tags(&["kept"]), Combine::Merge);
                let expected = observed(&mut by_name, &Call::new(tool, &args), &returned);
                let mixed = [TagRef::from(tag), TagRef::from("more")];
                let set = SetInput::from(&mixed);
                let set = if complement { set.complement() } else { set };
                let args = [Argument::new(&to, NULL).with_metadata(tags(set)), Argument::new(&cc, NULL)];
                let kept = [&resolved[1]];
                let returned = Returned::new(NULL).with_metadata(tags(&kept), Combine::Merge);
                assert_eq!(
                    observed(&mut by_handle, &Call::new(&handle, &args), &returned),
                    expected,
                    "{tool} {name}"
                );
            }
        }
    }
}

#[test]
fn what_the_policy_knows_is_found_when_a_handle_is_made() {
    let Bench { policy, .. } = bench("kept");
    assert_eq!(TagRef::from(&policy.tag("pii")).known(), policy.universe().find("pii"));
    assert!(TagRef::from(&policy.tag("kept")).known().is_some());
    assert!(TagRef::from(&policy.tag("unknown")).known().is_none());
    assert_eq!(policy.arg("to").found, FoundArg::Mentioned(Arg(0)));
    assert!(matches!(policy.arg("cc").found, FoundArg::Other(_)));
    assert_eq!(
        (policy.tool("send").ascending(), policy.tool("send").descending()),
        (&[0, 1][..], &[1, 0][..])
    );
    assert!(policy.tool("nothing").ascending().is_empty());
}

/// The failure of a call that has to be denied by an error.
fn failure(bench: &mut Bench, call: &Call<'_>) -> Failure {
    let before = bench.session.export();
    let checked = bench.policy.check(&mut bench.session, call, &mut bench.scratch);
    assert_eq!(checked.decision().outcome(), Outcome::Deny);
    assert_eq!(bench.session.export(), before);
    checked.decision().failure().unwrap().clone()
}

#[test]
fn handles_of_other_policies_are_refused() {
    let (mut here, there) = (bench("kept"), bench("other"));
    let (tool, arg, tag) = (there.policy.tool("send"), there.policy.arg("to"), there.policy.tag("pii"));
    let refused = |failure: &Failure| {
        assert_eq!(
            (failure.kind(), failure.policy()),
            (FailureKind::HandleOfOtherPolicy, Some(there.policy.id()))
        );
        assert!(failure.to_string().contains("resolve it again"));
    };
    let (set, mixed) = ([&tag], [TagRef::from("pii"), TagRef::from(&tag)]);
    let call = Call::new("send", &[]);
    refused(&failure(&mut here, &Call::new(&tool, &[])));
    for arg in [
        Argument::new(&arg, NULL),
        Argument::new("to", NULL).with_metadata(tags(&set)),
        Argument::new("to", NULL).with_metadata(tags(&mixed)),
        Argument::new("to", NULL).with_metadata(MetadataInput::default().with_producers(&set)),
        Argument::new("to", NULL).with_metadata(MetadataInput::default().with_consumers(&set)),
    ] {
        refused(&failure(&mut here, &Call::new("send", &[arg])));
    }
    refused(&failure(&mut here, &call.with_control(tags(&set))));
    refused(&failure(&mut here, &call.with_context(tags(&set))));
    assert_eq!(here.policy.check_branch(&tags(&set)), Outcome::Deny);
    assert_eq!(here.policy.check_branch(&tags(&["pii"])), Outcome::Allow);
    // Nothing of a result is lost then: the call can still be finished.
    let checked = here.policy.check(&mut here.session, &call, &mut here.scratch);
    let pending = checked.into_pending().unwrap();
    let returned = Returned::new(NULL).with_metadata(tags(&set), Combine::Merge);
    let decision = here.evaluate(&call, Some(&returned));
    refused(decision.failure().unwrap());
    for (returned, fine) in [(returned, false), (Returned::new(NULL), true)] {
        let finished = here.policy.finish(&mut here.session, pending.clone(), &returned, &mut here.scratch);
        assert_eq!(finished.is_ok(), fine);
        if let Err(failure) = finished {
            refused(&failure);
        }
        assert!(!here.session.is_blocked());
    }
}

#[test]
fn names_are_repeated_however_they_are_given() {
    let mut bench = bench("kept");
    let handles = ["to", "cc", "bcc"].map(|name| bench.policy.arg(name));
    let [to, cc, bcc] = &handles;
    let fine = [
        Argument::new(cc, NULL),
        Argument::new("x", NULL),
        Argument::new(to, NULL),
        Argument::new(bcc, NULL),
    ];
    assert_eq!(bench.check(&Call::new("send", &fine)).0, "default");
    let again = [
        Argument::new(cc, NULL),
        Argument::new("cc", NULL),
        Argument::new("to", NULL),
        Argument::new(bcc, NULL),
    ];
    for arg in again {
        let args = [&fine[..], &[arg]].concat();
        assert_eq!(failure(&mut bench, &Call::new("send", &args)).kind(), FailureKind::RepeatedArgument);
    }
    assert_eq!(bench.check(&Call::new("send", &fine)).0, "default");
}

#[test]
fn pending_calls_of_handles_are_written_by_name() {
    let mut bench = bench("kept");
    let (tool, to, tag) = (bench.policy.tool("send"), bench.policy.arg("to"), bench.policy.tag("kept"));
    let export = |bench: &mut Bench, call: &Call<'_>| {
        let mut session = bench.session.clone();
        let pending = bench.policy.check(&mut session, call, &mut bench.scratch).into_pending().unwrap();
        pending.export(&bench.policy).unwrap()
    };
    let by_name = [Argument::new("to", NULL).with_metadata(tags(&["kept"]))];
    let expected = export(&mut bench, &Call::new("send", &by_name));
    let set = [&tag];
    let args = [Argument::new(&to, NULL).with_metadata(tags(&set))];
    assert_eq!(export(&mut bench, &Call::new(&tool, &args)), expected);
    let arena = Arena::new();
    let pending = PendingCall::import(&bench.policy, &expected, &arena).unwrap();
    assert_eq!(pending.call().args()[0].name(), "to");
}

/// A handle lasts as long as the policy is the same, not as long as it is loaded.
#[test]
fn handles_outlive_the_policy_in_memory() {
    let tool = bench("kept").policy.tool("send");
    let mut again = bench("kept");
    assert_eq!(again.check(&Call::new(&tool, &[])).0, "default");
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&tool);
}
