//! Rego by regorus, on its register VM: a rule with an `else` chain whose value is the number of the first rule that fires;
//! program compiled once, VM used again, regexes in its cache.

use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use sqrt_benches::workload::order::blocked_customers;
use sqrt_benches::workload::{Answer, RawCall, Scalar};

use sqrt_benches::bound::answer;
use sqrt_benches::harness::{Competitor, Decider, Input};

const ENTRY: &str = "data.sqrt.fired";

/// A register VM with its program.
pub(super) struct Machine(RegoVM);

impl Machine {
    pub(super) fn new(policy: &str) -> Machine {
        let mut engine = Engine::new();
        engine.add_policy("policy.rego".to_owned(), policy.to_owned()).unwrap();
        let compiled = engine.compile_with_entrypoint(&ENTRY.into()).unwrap();
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).unwrap();
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Machine(machine)
    }

    pub(super) fn execute(&mut self, input: Value) -> Value {
        self.0.set_input(input);
        self.0.execute().unwrap()
    }
}

struct Ready {
    machine: Machine,
    input: Value,
}

impl Decider for Ready {
    type Output = Value;

    fn decide(&mut self) -> Value {
        self.machine.execute(self.input.clone())
    }

    fn answer(&self, value: Value) -> Answer {
        fired(&value)
    }
}

struct Strings<'a> {
    machine: Machine,
    call: &'a RawCall<'a>,
}

impl Decider for Strings<'_> {
    type Output = Value;

    fn decide(&mut self) -> Value {
        self.machine.execute(input(self.call))
    }

    fn answer(&self, value: Value) -> Answer {
        fired(&value)
    }
}

fn fired(value: &Value) -> Answer {
    let rule = value.as_u32().unwrap_or_else(|_| panic!("{value:?}"));
    answer((rule > 0).then_some(rule))
}

/// The call as an input document; tags are sets.
pub(super) fn input(call: &RawCall<'_>) -> Value {
    let mut input = Value::new_object();
    let object = input.as_object_mut().unwrap();
    object.insert("tool".into(), call.tool.into());
    for arg in &call.args {
        let value = match arg.value {
            Scalar::Str(string) => Value::from(string),
            Scalar::Int(number) => Value::from(number),
        };
        object.insert(arg.name.into(), value);
        if !arg.tags.is_empty() {
            let tags = arg.tags.iter().map(|tag| Value::from(*tag)).collect();
            object.insert(format!("{}_tags", arg.name).into(), Value::Set(Arc::new(tags)));
        }
    }
    input
}

pub(super) fn both<'a>(policy: &str, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let ready = Ready { machine: Machine::new(policy), input: input(call) };
    let strings = Strings { machine: Machine::new(policy), call };
    vec![Competitor::new("regorus", Input::Ready, ready), Competitor::new("regorus", Input::Strings, strings)]
}

/// Regorus for a call of W1.
pub fn email<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let policy = r#"package sqrt
        import rego.v1
        default fired := 0
        sensitive if input.body_tags["internal_use"]
        sensitive if input.body_tags["confidential"]
        fired := 1 if {
            input.tool == "send_email"
            sensitive
            not endswith(input.to, "@trustedcorp.com")
        }"#;
    both(policy, call)
}

/// The bodies of the rules of W2.
const ORDER: [&str; 20] = [
    "blocked[input.customer]",
    "input.amount >= 1000001",
    "sensitive; not endswith(input.email, \"@trustedcorp.com\")",
    "regex.match(`^[A-Z]{3}-[0-9]{4}-X$`, input.sku)",
    "input.quantity <= 0",
    "count(input.attachment_tags - publishable) > 0",
    "regex.match(`^https?://(www\\.)?evil\\.(com|org)/`, input.url)",
    "input.amount >= 50001; not input.note_tags.approved",
    "rule9",
    "personal; not input.attachment_tags.redacted",
    "regex.match(`^(root|admin|postmaster)@`, input.email)",
    "not rule12",
    "secret",
    "regex.match(`\\.(exe|bat|scr|ps1)$`, input.url)",
    "input.customer in {\"test\", \"demo\", \"null\"}; not small",
    "count(input.note_tags - expected) > 0",
    "input.quantity >= 100; input.amount <= 99",
    "input.attachment_tags.draft; input.note_tags.final",
    "rule19",
    "input.note_tags.draft; input.amount >= 5000",
];

/// What rules of W2 share, and what needs an `or`.
const ORDER_HELPERS: &str = r#"
sensitive if input.note_tags["internal_use"]
sensitive if input.note_tags["confidential"]
publishable := {"public", "reviewed", "marketing", "press"}
rule9 if input.quantity >= 501
rule9 if { input.amount >= 20001; input.customer in {"acme", "globex"} }
personal if input.note_tags["pii"]
personal if input.note_tags["phi"]
rule12 if { input.quantity >= 1; input.quantity <= 1000; input.amount >= 1; input.amount <= 1000000 }
secret if input.note_tags["secret"]
secret if input.note_tags["top_secret"]
secret if input.attachment_tags["secret"]
secret if input.attachment_tags["top_secret"]
small if { input.amount >= 0; input.amount <= 100 }
expected := {"internal_use", "draft", "approved", "q3_report"}
rule19 if input.sku in {"OLD-0001", "OLD-0002"}
rule19 if not usual
usual if input.customer == "acme"
usual if input.quantity <= 400
"#;

/// Regorus for a call of W2.
pub fn order<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let names: Vec<String> = blocked_customers().iter().map(|name| format!("{name:?}")).collect();
    let mut policy = format!(
        "package sqrt\nimport rego.v1\ndefault fired := 0\nblocked := {{{}}}\n{ORDER_HELPERS}",
        names.join(",\n")
    );
    for (rule, body) in (1..).zip(ORDER) {
        let head = if rule == 1 { "fired" } else { "else" };
        policy.push_str(&format!("{head} := {rule} if {{\n{body}\n}} "));
    }
    // The tool is asked about by the host, which has a policy for each.
    both(&policy, call)
}
