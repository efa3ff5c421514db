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

fn cedar<'a>(tools: usize, call: &RawCall<'a>) -> Competitor<'a> {
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
    let engine = Engine::new(&rules, vec![]);
    let attributes = Attributes { values: &["path"], tags: &[], resource: None, tool: true };
    let request = attributes.request(&engine, call);
    Competitor::new("cedar", Input::Ready, Cedar { engine, request })
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

fn cel<'a>(tools: usize, call: &RawCall<'a>) -> Competitor<'a> {
    let env = Arc::new(Env::stdlib());
    let program = |number: usize| {
        let tool = if is_pattern(number) {
            let [get, put] = prefixes(number);
            format!("(tool.startsWith('{get}') || tool.startsWith('{put}'))")
        } else {
            format!("tool == '{}'", tool_id(number))
        };
        env.compile(&format!("{tool} && path == '{}'", secret_path(number))).unwrap()
    };
    let programs = (0..tools).map(program).collect();
    let mut context = Context::with_env(Arc::clone(&env));
    super::cel::add_call(&mut context, call);
    Competitor::new("cel", Input::Ready, Cel { programs, context })
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

fn rego<'a>(tools: usize, call: &RawCall<'a>) -> Competitor<'a> {
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
    Competitor::new("regorus", Input::Ready, Rego { machine: Machine::new(&policy), input: input(call) })
}

/// All of them for a call of W3.
pub fn competitors<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let mut all = Vec::new();
    if tools <= 10_000 {
        all.extend([cedar(tools, call), cel(tools, call)]);
    }
    if tools <= MOST_REGO_RULES {
        all.push(rego(tools, call));
    }
    all
}
