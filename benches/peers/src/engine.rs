//! Our engine as a competitor: `check` of calls that borrow, under a policy compiled once, in a session that lasts.

use sqrt_benches::workload::{Answer, RawCall, Workload};
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::call::{Argument, Call, MetadataInput, SetInput};
use sqrt_vm::engine::Decision;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;

use crate::bound::value;
use crate::harness::{Competitor, Decider, Input};

/// As in reports.
pub const NAME: &str = "sqrt";

/// The policy of a workload, ready to decide.
///
/// # Panics
/// If the policy has errors.
pub fn policy(workload: &Workload) -> Policy {
    let source = Source { name: "bench.sqrt", bytes: workload.policy.as_bytes() };
    let compiled = compile(&[source], &Options::default());
    let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    Policy::new(program, Limits::default()).unwrap()
}

struct Strings<'a> {
    workload: &'a Workload,
    policy: &'a Policy,
    session: Session,
    scratch: Scratch,
    tool: &'a str,
    args: Vec<Argument<'a>>,
}

impl Decider for Strings<'_> {
    type Output = Decision;

    fn decide(&mut self) -> Decision {
        let call = Call::new(self.tool, &self.args);
        self.policy.check(&mut self.session, &call, &mut self.scratch).decision().clone()
    }

    fn answer(&self, decision: Decision) -> Answer {
        answer(self.workload, self.policy, &decision)
    }
}

fn answer(workload: &Workload, policy: &Policy, decision: &Decision) -> Answer {
    let line = decision.rule().and_then(|rule| policy.rule(rule)).map(|rule| rule.line());
    Answer {
        outcome: decision.outcome(),
        basis: decision.basis(),
        rule: line.map(|line| workload.rule_on_line(line).expect("a rule stands on the line")),
    }
}

/// Our engine for a call.
pub fn competitors<'a>(
    workload: &'a Workload,
    policy: &'a Policy,
    call: &'a RawCall<'a>,
) -> Vec<Competitor<'a>> {
    let args = call.args.iter().map(|arg| {
        let tags = (!arg.tags.is_empty()).then(|| SetInput::of(&arg.tags));
        Argument::new(arg.name, value(arg.value))
            .with_metadata(MetadataInput { tags, ..MetadataInput::default() })
    });
    let strings = Strings {
        workload,
        policy,
        session: Session::new(policy),
        scratch: Scratch::new(policy),
        tool: call.tool,
        args: args.collect(),
    };
    vec![Competitor::new(NAME, Input::Strings, strings)]
}
