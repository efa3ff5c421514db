//! Other engines, each used as well as its documentation allows: policies parsed and compiled ahead, contexts used again.
//!
//! Where an engine cannot say what a rule says, it says something simpler that gives the same answers to the calls of the
//! workload; such places are marked `simpler:` and are in the engine's favour.

pub mod cedar;
pub mod cel;
pub mod dispatch;
pub mod long;
pub mod regorus;
pub mod wirefilter;

use sqrt_benches::workload::{RawArgument, RawCall};

use sqrt_benches::harness::Competitor;

/// All of them for a call of W1.
pub fn email<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let all = [cedar::email(call), cel::email(call), regorus::email(call), wirefilter::email(call)];
    all.into_iter().flatten().collect()
}

/// All of them for a call of W2.
pub fn order<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let all = [cedar::order(call), cel::order(call), regorus::order(call), wirefilter::order(call)];
    all.into_iter().flatten().collect()
}

/// An argument of a call.
///
/// # Panics
/// If the call does not have it.
fn arg<'c, 'a>(call: &'c RawCall<'a>, name: &str) -> &'c RawArgument<'a> {
    call.args.iter().find(|arg| arg.name == name).expect("the workload's calls have all arguments")
}
