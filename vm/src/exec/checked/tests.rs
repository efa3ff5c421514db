//! What the verifier did not look at, steps do: a program that breaks a promise is stopped when a call comes upon it.

use crate::bytecode::verify::hostile::{Hostile, hostile};
use crate::bytecode::{Promise, VerifiedProgram};
use crate::call::{Argument, Call, Returned};
use crate::engine::FailureKind;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::testing::Bench;
use crate::value::Value;
use std::collections::BTreeSet;

#[test]
fn steps_find_what_the_verifier_did_not_look_at() {
    let mut tested = BTreeSet::new();
    for Hostile { promise, program, .. } in hostile().into_iter().filter(|hostile| hostile.runs) {
        assert!(promise.is_checked_at_steps(), "{promise:?}");
        let policy = Policy::new(VerifiedProgram::unverified(program), Limits::default()).unwrap();
        let mut bench = Bench::of(policy);
        let args = [Argument::new("x", Value::Str("zz"))];
        let decision = bench.evaluate(&Call::new("t", &args), Some(&Returned::new(Value::Null)));
        let failure =
            decision.failure().unwrap_or_else(|| panic!("nothing noticed that {promise:?} is broken"));
        assert_eq!((failure.kind(), decision.basis().name()), (FailureKind::Internal, "error"));
        let expected = format!("internal error: {} (`{}`)", promise.text(), promise.name());
        assert_eq!(failure.to_string(), expected);
        tested.insert(promise);
    }
    let checked = Promise::ALL.iter().filter(|promise| promise.is_checked_at_steps());
    let missing: Vec<_> = checked.filter(|promise| !tested.contains(promise)).collect();
    assert!(missing.is_empty(), "no call comes upon {missing:?}");
}
