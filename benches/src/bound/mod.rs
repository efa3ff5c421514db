//! The hand-optimised bound: for each workload what a careful engineer would write for that one policy.
//!
//! It gives the same outputs as the engine: decision, basis and rule. It handles scalar values; a list or an object takes a
//! branch, as it would in complete code, but what lies behind that branch is only a deny.

pub mod dfa;
pub mod dispatch;
pub mod email;
pub mod json;
pub mod literals;
pub mod load;
pub mod long;
pub mod order;
pub mod strings;
pub mod updates;

use crate::harness::Decider;
use crate::workload::{Answer, RawCall, Scalar};
use sqrt_vm::number::Number;
use sqrt_vm::value::Value;

/// A call with names as strings, borrowed. Values have the engine's type, so that reading them costs the same.
#[derive(Debug, Clone)]
pub struct StringCall<'a> {
    /// The name of the tool.
    pub tool: &'a str,
    /// The arguments.
    pub args: Vec<StringArg<'a>>,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct StringArg<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: Value<'a>,
    /// Its tags.
    pub tags: &'a [&'a str],
}

/// A call whose names were resolved ahead.
#[derive(Debug, Clone)]
pub struct ReadyCall<'a> {
    /// The id of the tool.
    pub tool: u16,
    /// The arguments.
    pub args: Vec<ReadyArg<'a>>,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct ReadyArg<'a> {
    /// The id of its name.
    pub name: u16,
    /// Its value.
    pub value: Value<'a>,
    /// The ids of its tags.
    pub tags: Vec<u16>,
}

/// The id of a name that the policy does not have.
pub const UNKNOWN: u16 = u16::MAX;

impl<'a> StringCall<'a> {
    /// The call of a workload.
    pub fn new(call: &'a RawCall<'a>) -> Self {
        let mut new = StringCall { tool: "", args: Vec::new() };
        new.fill(call);
        new
    }

    /// Makes it that call, in the memory that it has.
    #[inline]
    pub fn fill(&mut self, call: &'a RawCall<'a>) {
        let arg = |arg: &'a crate::workload::RawArgument<'a>| StringArg {
            name: arg.name,
            value: value(arg.value),
            tags: &arg.tags,
        };
        self.tool = call.tool;
        self.args.clear();
        self.args.extend(call.args.iter().map(arg));
    }
}

impl<'a> ReadyCall<'a> {
    /// The call of a workload; ids are places in the lists.
    pub fn new(call: &'a RawCall<'a>, tools: &[&str], args: &[&str], tags: &[&str]) -> Self {
        let id = |names: &[&str], name: &str| {
            names.iter().position(|it| *it == name).map_or(UNKNOWN, |place| u16::try_from(place).unwrap())
        };
        let arg = |arg: &'a crate::workload::RawArgument<'a>| ReadyArg {
            name: id(args, arg.name),
            value: value(arg.value),
            tags: arg.tags.iter().map(|tag| id(tags, tag)).collect(),
        };
        ReadyCall { tool: id(tools, call.tool), args: call.args.iter().map(arg).collect() }
    }
}

/// A value of a workload as one of the engine.
pub fn value(scalar: Scalar<'_>) -> Value<'_> {
    match scalar {
        Scalar::Str(string) => Value::Str(string),
        Scalar::Int(number) => Value::Number(Number::Int(i128::from(number))),
    }
}

/// The bit of a tag; tags that the policy does not name share one.
#[inline]
pub fn bit(tag: u16) -> u64 {
    1 << tag.min(63)
}

/// What the hand-written code gives: the rule that denied, or none.
pub type Fired = Option<u32>;

/// The same in common terms.
pub fn answer(fired: Fired) -> Answer {
    fired.map_or(Answer::allowed_by_default(), Answer::denied_by)
}

/// A bound that is given calls as strings.
trait OfStrings<'a>: Decider {
    /// The call that it decides.
    fn call(&mut self) -> &mut StringCall<'a>;
}

/// Puts the call together anew each time, from borrowed strings.
struct Rebuilt<'a, D> {
    raw: &'a RawCall<'a>,
    bound: D,
}

impl<'a, D: OfStrings<'a>> Decider for Rebuilt<'a, D> {
    type Output = D::Output;

    #[inline]
    fn decide(&mut self) -> D::Output {
        self.bound.call().fill(std::hint::black_box(self.raw));
        self.bound.decide()
    }

    fn answer(&self, output: D::Output) -> Answer {
        self.bound.answer(output)
    }
}
