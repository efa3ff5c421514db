//! Other engines in W3: none of them finds a tool's rules by its name, so each goes through all rules.
//!
//! They get ready input only. wirefilter has no notion of a tool and is left out.

use std::collections::BTreeSet;
use std::sync::Arc;

use cel::{Context, Env, Program, Value as CelValue};
use regorus::Value as RegoValue;
use sqrt_benches::workload::dispatch::{is_pattern, secret_path, tool_id};
use sqrt_benches::workload::{Answer, RawCall};

use super::cedar::{Attributes, Engine, Ready as Cedar};
use super::regorus::{Machine, input};
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};

/// Beyond so many rules the compiler of regorus does not come to an end.
const MOST_REGO_RULES: usize = 1000;

/// The texts that the pattern of a block begins with; anything may follow.
fn prefixes(number: usize) -> [String; 2] {
    ["get", "put"].map(|verb| tool_id(number).replace("(get|put)_.*", &format!("{verb}_")))
}

fn cedar_engine(tools: usize) -> Engine {
    let rule = |number: usize| {
        let path = secret_path(number);
        if is_pattern(number) {
            let [get, put] = prefixes(number);
            format!(
                "forbid(principal, action, resource) when {{ (context.tool like \"{get}*\" || context.tool like \
                 \"{put}*\") && context.path == \"{path}\" }};\n"
            )
        } else {
            let tool = tool_id(number);
            format!(
                "forbid(principal, action == Action::\"{tool}\", resource) when {{ context.path == \"{path}\" }};\n"
            )
        }
    };
    let rules: String = (0..tools).map(rule).collect();
    Engine::new(&rules, vec![])
}

fn cedar(engine: Engine, call: &RawCall<'_>) -> Cedar {
    let attributes = Attributes { values: &["path"], tags: &[], resource: None, tool: true };
    let request = attributes.request(&engine, call);
    Cedar { engine, request }
}

struct Cel {
    programs: Vec<Program>,
    context: Context<'static, 'static>,
}

impl Decider for Cel {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        let fires = |program: &Program| program.execute(&self.context).unwrap() == CelValue::Bool(true);
        (1..).zip(&self.programs).find(|(_, program)| fires(program)).map(|(rule, _)| rule)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

fn cel_programs(env: &Env, tools: usize) -> Vec<Program> {
    let program = |number: usize| {
        let tool = if is_pattern(number) {
            let [get, put] = prefixes(number);
            format!("(tool.startsWith('{get}') || tool.startsWith('{put}'))")
        } else {
            format!("tool == '{}'", tool_id(number))
        };
        env.compile(&format!("{tool} && path == '{}'", secret_path(number))).unwrap()
    };
    (0..tools).map(program).collect()
}

fn cel(env: Arc<Env>, programs: Vec<Program>, call: &RawCall<'_>) -> Cel {
    let mut context = Context::with_env(env);
    super::cel::add_call(&mut context, call);
    Cel { programs, context }
}

/// All rules that fire, as a set; the first of them decides.
struct Rego {
    machine: Machine,
    input: RegoValue,
}

impl Decider for Rego {
    type Output = RegoValue;

    fn decide(&mut self) -> RegoValue {
        self.machine.execute(self.input.clone())
    }

    fn answer(&self, value: RegoValue) -> Answer {
        let fired: BTreeSet<u32> =
            value.as_set().unwrap().iter().map(|rule| rule.as_u32().unwrap()).collect();
        answer(fired.first().copied())
    }
}

fn rego_machine(tools: usize) -> Machine {
    let mut policy = String::from("package sqrt\nimport rego.v1\n");
    for number in 0..tools {
        let path = secret_path(number);
        let tool = if is_pattern(number) {
            format!("regex.match(`^{}`, input.tool)", tool_id(number))
        } else {
            format!("input.tool == {:?}", tool_id(number))
        };
        policy.push_str(&format!("fired contains {} if {{ {tool}; input.path == {path:?} }}\n", number + 1));
    }
    Machine::new(&policy)
}

/// Beyond so many rules a call takes a second.
const MOST_RULES: usize = 10_000;

/// All of them for a call of W3.
pub fn competitors<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let mut all = Vec::new();
    if tools <= MOST_RULES {
        let env = Arc::new(Env::stdlib());
        let programs = cel_programs(&env, tools);
        all.push(Competitor::new("cedar", Input::Ready, cedar(cedar_engine(tools), call)));
        all.push(Competitor::new("cel", Input::Ready, cel(env, programs, call)));
    }
    if tools <= MOST_REGO_RULES {
        let rego = Rego { machine: rego_machine(tools), input: input(call) };
        all.push(Competitor::new("regorus", Input::Ready, rego));
    }
    all
}

/// The answer of one call.
fn once<D: Decider>(mut decider: D) -> Answer {
    let output = decider.decide();
    decider.answer(output)
}

/// All of them making the policy of W3 ready.
pub fn loads<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let mut all = Vec::new();
    if tools <= MOST_RULES {
        let judge = |engine: Engine| once(cedar(engine, call));
        all.push(Competitor::loads("cedar", move || cedar_engine(tools), judge));
        let env = Arc::new(Env::stdlib());
        let of_judge = Arc::clone(&env);
        let judge = move |programs| once(cel(Arc::clone(&of_judge), programs, call));
        all.push(Competitor::loads("cel", move || cel_programs(&env, tools), judge));
    }
    if tools <= MOST_REGO_RULES {
        let judge = |machine: Machine| once(Rego { machine, input: input(call) });
        all.push(Competitor::loads("regorus", move || rego_machine(tools), judge));
    }
    all
}
