//! Our engine as a competitor: calls that borrow, under a policy compiled once, in a session that lasts.

use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::bytecode::VerifiedProgram;
use sqrt_vm::call::{Argument, Call, MetadataInput, Returned, SetInput};
use sqrt_vm::engine::Decision;
use sqrt_vm::handle::{TagHandle, ToolRef};
use sqrt_vm::json::{Line, read_line};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::{FieldImm, MetaSet, Session, Tags};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

use crate::bound::dispatch::Series;
use crate::bound::value;
use crate::harness::{Competitor, Decider, Input};
use crate::workload::{Answer, RawCall, Workload, updates};

/// As in reports.
pub const NAME: &str = "sqrt";

/// The program of a workload's policy.
///
/// # Panics
/// If the policy has errors.
pub fn program(workload: &Workload) -> VerifiedProgram {
    let source = Source { name: "bench.sqrt", bytes: workload.policy.as_bytes() };
    let compiled = compile(&[source], &Options::default());
    compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

/// The policy of a workload, ready to decide.
///
/// # Panics
/// If the policy has errors.
pub fn policy(workload: &Workload) -> Policy {
    Policy::new(program(workload), Limits::default()).unwrap()
}

/// A policy with all that a caller keeps beside it.
struct Host<'a> {
    workload: &'a Workload,
    policy: &'a Policy,
    session: Session,
    scratch: Scratch,
}

impl<'a> Host<'a> {
    fn new(workload: &'a Workload, policy: &'a Policy) -> Self {
        Host { workload, policy, session: Session::new(policy), scratch: Scratch::new(policy) }
    }

    /// A decision without anything after it.
    #[inline]
    fn decide(&mut self, tool: ToolRef<'_>, args: &[Argument<'_>]) -> Decision {
        self.policy.evaluate(&mut self.session, &Call::new(tool, args), None, &mut self.scratch)
    }

    fn answer(&self, decision: &Decision) -> Answer {
        let line = decision.rule().and_then(|rule| self.policy.rule(rule)).map(|rule| rule.line());
        Answer {
            outcome: decision.outcome(),
            basis: decision.basis(),
            rule: line.map(|line| self.workload.rule_on_line(line).expect("a rule stands on the line")),
        }
    }
}

/// A call in the engine's form: a tool and its arguments.
pub type CallParts<'a> = (ToolRef<'a>, Vec<Argument<'a>>);

/// A call by names, or by handles that were resolved ahead; these live as long as the process: a benchmark makes few.
pub fn input<'a>(policy: &Policy, call: &'a RawCall<'a>, ready: bool) -> (Input, CallParts<'a>) {
    if ready { (Input::Ready, by_handles(policy, call)) } else { (Input::Strings, by_names(call)) }
}

fn by_names<'a>(call: &'a RawCall<'a>) -> CallParts<'a> {
    let arguments = call.args.iter().map(|arg| {
        let argument = Argument::new(arg.name, value(arg.value));
        if arg.tags.is_empty() {
            return argument;
        }
        argument.with_metadata(MetadataInput::default().with_tags(SetInput::of(&arg.tags)))
    });
    (call.tool.into(), arguments.collect())
}

fn by_handles<'a>(policy: &Policy, call: &'a RawCall<'a>) -> CallParts<'a> {
    let arguments = call.args.iter().map(|arg| {
        let name = &*Box::leak(Box::new(policy.arg(arg.name)));
        let argument = Argument::new(name, value(arg.value));
        if arg.tags.is_empty() {
            return argument;
        }
        let tags = arg.tags.iter().map(|tag| &*Box::leak(Box::new(policy.tag(tag))));
        let tags: &[&TagHandle] = tags.collect::<Vec<_>>().leak();
        argument.with_metadata(MetadataInput::default().with_tags(tags))
    });
    let tool = &*Box::leak(Box::new(policy.tool(call.tool)));
    (tool.into(), arguments.collect())
}

struct One<'a> {
    host: Host<'a>,
    call: CallParts<'a>,
}

impl Decider for One<'_> {
    type Output = Decision;

    fn decide(&mut self) -> Decision {
        self.host.decide(self.call.0, &self.call.1)
    }

    fn answer(&self, decision: Decision) -> Answer {
        self.host.answer(&decision)
    }
}

/// Our engine for a call, by names and by handles.
pub fn competitors<'a>(
    workload: &'a Workload,
    policy: &'a Policy,
    call: &'a RawCall<'a>,
) -> Vec<Competitor<'a>> {
    let ways = [false, true].map(|ready| {
        let (input, call) = input(policy, call, ready);
        Competitor::new(NAME, input, One { host: Host::new(workload, policy), call })
    });
    ways.into()
}

/// Puts the call together anew each time, by names.
struct Built<'a> {
    host: Host<'a>,
    raw: &'a RawCall<'a>,
}

impl Decider for Built<'_> {
    type Output = Decision;

    fn decide(&mut self) -> Decision {
        let raw = std::hint::black_box(self.raw);
        let mut builder = Call::builder(raw.tool);
        for arg in &raw.args {
            if arg.tags.is_empty() {
                builder.arg(arg.name, value(arg.value));
            } else {
                let metadata = MetadataInput::default().with_tags(SetInput::of(&arg.tags));
                builder.arg_with(arg.name, value(arg.value), metadata);
            }
        }
        self.host.policy.evaluate(&mut self.host.session, &builder.call(), None, &mut self.host.scratch)
    }

    fn answer(&self, decision: Decision) -> Answer {
        self.host.answer(&decision)
    }
}

/// Our engine with building the call from borrowed strings.
pub fn built<'a>(workload: &'a Workload, policy: &'a Policy, raw: &'a RawCall<'a>) -> Competitor<'a> {
    Competitor::new(NAME, Input::Strings, Built { host: Host::new(workload, policy), raw })
}

/// Decides the call of a line of JSON.
struct FromJson<'a> {
    host: Host<'a>,
    arena: Arena,
    line: &'a str,
}

impl Decider for FromJson<'_> {
    type Output = Decision;

    fn decide(&mut self) -> Decision {
        let FromJson { host, arena, line } = self;
        arena.reset();
        match read_line(line.as_bytes(), arena, host.policy.limits()) {
            Ok(Line::Call(line)) => {
                host.policy.evaluate(&mut host.session, &line.call, None, &mut host.scratch)
            }
            other => panic!("{other:?}"),
        }
    }

    fn answer(&self, decision: Decision) -> Answer {
        self.host.answer(&decision)
    }
}

/// Our engine for a line of JSON.
pub fn from_json<'a>(workload: &'a Workload, policy: &'a Policy, line: &'a str) -> Competitor<'a> {
    let host = Host::new(workload, policy);
    Competitor::new(NAME, Input::Strings, FromJson { host, arena: Arena::new(), line })
}

/// Our engine from the text of a policy, and from its image.
pub fn loads<'a>(workload: &'a Workload, image: &'a [u8], call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let judge = move |policy: Policy| {
        let mut host = Host::new(workload, &policy);
        let (tool, args) = by_names(call);
        let decision = host.decide(tool, &args);
        host.answer(&decision)
    };
    let load = move || Policy::load(std::hint::black_box(image), Limits::default()).unwrap();
    vec![
        Competitor::loads("sqrt, image", load, judge),
        Competitor::loads("sqrt, text", move || policy(workload), judge),
    ]
}

struct Many<'a> {
    host: Host<'a>,
    /// Each with the number of its block.
    calls: Vec<(usize, CallParts<'a>)>,
    next: usize,
}

impl Decider for Many<'_> {
    type Output = (usize, Decision);

    fn decide(&mut self) -> (usize, Decision) {
        let (number, (tool, args)) = &self.calls[self.next];
        self.next = (self.next + 1) % self.calls.len();
        (*number, self.host.decide(*tool, args))
    }

    fn answer(&self, (number, decision): (usize, Decision)) -> Answer {
        Series::judge(number, self.host.answer(&decision))
    }
}

/// Our engine for a series of calls.
pub fn random<'a>(workload: &'a Workload, policy: &'a Policy, series: &'a Series) -> Vec<Competitor<'a>> {
    let calls = series.calls().iter().map(|(number, call)| (*number, by_names(call)));
    let many = Many { host: Host::new(workload, policy), calls: calls.collect(), next: 0 };
    vec![Competitor::new(NAME, Input::Strings, many)]
}

/// A call with its result: in one step, or checked and finished as a host does around the tool.
pub struct WithResult<'a> {
    host: Host<'a>,
    call: CallParts<'a>,
    at_once: bool,
}

impl<'a> WithResult<'a> {
    /// In a session that saw nothing yet.
    pub fn new(workload: &'a Workload, policy: &'a Policy, call: CallParts<'a>, at_once: bool) -> Self {
        WithResult { host: Host::new(workload, policy), call, at_once }
    }

    /// The tags of session and result, sorted.
    pub fn tags(&self) -> (Vec<String>, Vec<String>) {
        let Host { policy, session, scratch, .. } = &self.host;
        let tags = scratch.tags(policy, session);
        let result = scratch.result_metadata().expect("the result phase ran");
        (
            strings(session.metadata().field(FieldImm::Tags), &tags),
            strings(result.field(FieldImm::Tags), &tags),
        )
    }
}

fn strings(set: &MetaSet, tags: &Tags<'_>) -> Vec<String> {
    let mut strings: Vec<String> =
        set.view().listed().map(|tag| tags.name(tag).expect("a tag of the call").to_owned()).collect();
    strings.sort();
    strings
}

impl Decider for WithResult<'_> {
    type Output = Decision;

    fn decide(&mut self) -> Decision {
        let Host { policy, session, scratch, .. } = &mut self.host;
        let call = Call::new(self.call.0, &self.call.1);
        let returned = Returned::new(Value::Str(updates::RESULT));
        if self.at_once {
            return policy.evaluate(session, &call, Some(&returned), scratch);
        }
        let checked = policy.check(session, &call, scratch);
        let decision = checked.decision().clone();
        if let Some(pending) = checked.into_pending() {
            policy.finish(session, pending, &returned, scratch).expect("nothing is over a limit");
        }
        decision
    }

    fn answer(&self, decision: Decision) -> Answer {
        self.host.answer(&decision)
    }
}
