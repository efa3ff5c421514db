//! The workloads mean what they say: our engine gives the expected answers, so benchmarks compare equal work.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use sqrt_benches::workload::long::{Sought, words};
use sqrt_benches::workload::{
    Answer, Case, Scalar, Workload, dispatch, email, literals, long, order, plain, updates,
};
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::call::{Argument, Call, MetadataInput, SetInput};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::number::Number;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Value;

fn assert_answers(workload: &Workload) {
    let source = Source { name: "workload.sqrt", bytes: workload.policy.as_bytes() };
    let program = compile(&[source], &Options::default()).program.expect("the policy is fine");
    let policy = Policy::new(program, Limits::default()).expect("its patterns are within limits");
    let mut scratch = Scratch::new(&policy);
    for case in &workload.cases {
        let args: Vec<Argument<'_>> = case
            .call
            .args
            .iter()
            .map(|arg| {
                let value = match arg.value {
                    Scalar::Str(string) => Value::Str(string),
                    Scalar::Int(number) => Value::Number(Number::Int(i128::from(number))),
                };
                let tags = SetInput::of(&arg.tags);
                Argument::new(arg.name, value).with_metadata(MetadataInput::default().with_tags(tags))
            })
            .collect();
        let call = Call::new(case.call.tool, &args);
        let checked = policy.check(&mut Session::new(&policy), &call, &mut scratch);
        let decision = checked.decision();
        let line = decision.rule().and_then(|rule| policy.rule(rule)).map(|rule| rule.line());
        let answer = Answer {
            outcome: decision.outcome(),
            basis: decision.basis(),
            rule: line.map(|line| workload.rule_on_line(line).expect("a rule stands on that line")),
        };
        assert_eq!(answer, case.expected, "{}, {}", workload.name, case.name);
    }
}

#[test]
fn email_is_decided_as_expected() {
    assert_answers(&email::workload());
}

#[test]
fn order_is_decided_as_expected() {
    assert_answers(&order::workload());
}

#[test]
fn dispatch_is_decided_as_expected() {
    let mut workload = dispatch::workload(200);
    assert_answers(&workload);
    // The calls with random names as well.
    workload.cases = (0..200)
        .map(|number| Case {
            name: "any",
            call: dispatch::call_of(number),
            expected: dispatch::denied_by(number),
        })
        .collect();
    assert_answers(&workload);
    assert!(dispatch::random_numbers(200, 1000).iter().all(|number| *number < 200));
}

#[test]
fn updates_are_decided_as_expected() {
    assert_answers(&updates::workload(3));
}

#[test]
fn long_values_are_decided_as_expected() {
    for sought in [Sought::Words(50), Sought::Strings(50)] {
        assert_answers(&long::workload(sought));
    }
    // What is nearly found is found once the last letter is there.
    let mut workload = long::workload(Sought::Words(50));
    for case in &mut workload.cases {
        let Some(argument) = case.call.args.first_mut() else { continue };
        let Scalar::Str(body) = argument.value else { continue };
        let last = words(50).pop().expect("fifty words");
        argument.value = Scalar::Str(format!("{body} {last}").leak());
        case.expected = Answer::denied_by(1);
    }
    assert_answers(&workload);
}

#[test]
fn large_sets_and_plain_policies_are_decided_as_expected() {
    assert_answers(&literals::workload(1000));
    assert_answers(&plain::workload(20));
}
