//! CEL (cel-rust): one program whose value is the number of the first rule that fires, compiled once; a set of many strings
//! is a map, since `in` on a list is a search; patterns that plain string functions cannot say are functions with a regex
//! compiled once, since `matches` compiles its pattern at every call.

use std::collections::HashMap;
use std::sync::Arc;

use cel::{Context, Env, Program, Value};
use regex::Regex;
use sqrt_benches::workload::order::blocked_customers;
use sqrt_benches::workload::{Answer, RawCall, Scalar};

use crate::plain::whole;
use sqrt_benches::bound::answer;
use sqrt_benches::harness::{Competitor, Decider, Input};

struct Ready {
    program: Program,
    context: Context<'static, 'static>,
}

impl Decider for Ready {
    type Output = Value;

    fn decide(&mut self) -> Value {
        self.program.execute(&self.context).unwrap()
    }

    fn answer(&self, value: Value) -> Answer {
        fired(&value)
    }
}

/// Functions and sets stay in the outer scope, a call's variables are in an inner one.
struct Strings<'a> {
    program: Program,
    context: Context<'static, 'static>,
    call: &'a RawCall<'a>,
}

impl Decider for Strings<'_> {
    type Output = Value;

    fn decide(&mut self) -> Value {
        let mut context = self.context.new_inner_scope();
        add_call(&mut context, self.call);
        self.program.execute(&context).unwrap()
    }

    fn answer(&self, value: Value) -> Answer {
        fired(&value)
    }
}

fn fired(value: &Value) -> Answer {
    match value {
        Value::Int(0) => answer(None),
        Value::Int(rule) => answer(Some(u32::try_from(*rule).unwrap())),
        other => panic!("{other:?}"),
    }
}

pub(super) fn add_call(context: &mut Context<'_, '_>, call: &RawCall<'_>) {
    context.add_variable_from_value("tool", call.tool);
    for arg in &call.args {
        match arg.value {
            Scalar::Str(string) => context.add_variable_from_value(arg.name, string),
            Scalar::Int(number) => context.add_variable_from_value(arg.name, number),
        }
        if !arg.tags.is_empty() {
            context.add_variable_from_value(format!("{}_tags", arg.name), arg.tags.clone());
        }
    }
}

pub(super) fn both<'a>(
    program: &str,
    context: impl Fn(Arc<Env>) -> Context<'static, 'static>,
    call: &'a RawCall<'a>,
) -> Vec<Competitor<'a>> {
    let env = Arc::new(Env::stdlib());
    let program = || env.compile(program).unwrap();
    let mut ready = Ready { program: program(), context: context(Arc::clone(&env)) };
    add_call(&mut ready.context, call);
    let strings = Strings { program: program(), context: context(Arc::clone(&env)), call };
    vec![Competitor::new("cel", Input::Ready, ready), Competitor::new("cel", Input::Strings, strings)]
}

/// CEL for a call of W1.
pub fn email<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let program = "tool == 'send_email' && ('internal_use' in body_tags || 'confidential' in body_tags) \
        && !to.endsWith('@trustedcorp.com') ? 1 : 0";
    both(program, Context::with_env, call)
}

/// The conditions of W2.
const ORDER: [&str; 20] = [
    "customer in blocked",
    "amount >= 1000001",
    "('internal_use' in note_tags || 'confidential' in note_tags) && !email.endsWith('@trustedcorp.com')",
    "is_sku(sku)",
    "quantity <= 0",
    "!attachment_tags.all(tag, tag in publishable)",
    "is_evil(url)",
    "amount >= 50001 && !('approved' in note_tags)",
    "quantity >= 501 || (amount >= 20001 && (customer == 'acme' || customer == 'globex'))",
    "('pii' in note_tags || 'phi' in note_tags) && !('redacted' in attachment_tags)",
    "email.startsWith('root@') || email.startsWith('admin@') || email.startsWith('postmaster@')",
    "!(quantity >= 1 && quantity <= 1000 && amount >= 1 && amount <= 1000000)",
    "'secret' in note_tags || 'top_secret' in note_tags || 'secret' in attachment_tags || 'top_secret' in attachment_tags",
    "url.endsWith('.exe') || url.endsWith('.bat') || url.endsWith('.scr') || url.endsWith('.ps1')",
    "(customer == 'test' || customer == 'demo' || customer == 'null') && !(amount >= 0 && amount <= 100)",
    "!note_tags.all(tag, tag in expected)",
    "quantity >= 100 && amount <= 99",
    "'draft' in attachment_tags && 'final' in note_tags",
    "sku == 'OLD-0001' || sku == 'OLD-0002' || !(customer == 'acme' || quantity <= 400)",
    "'draft' in note_tags && amount >= 5000",
];

/// CEL for a call of W2.
pub fn order<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let mut program = String::from("tool != 'create_order' ? 0 : ");
    for (rule, condition) in (1..).zip(ORDER) {
        program.push_str(&format!("({condition}) ? {rule} : "));
    }
    program.push('0');
    let context = |env| {
        let mut context = Context::with_env(env);
        let set = |names: Vec<String>| names.into_iter().map(|name| (name, true)).collect::<HashMap<_, _>>();
        let few = |names: [&str; 4]| set(names.map(str::to_owned).to_vec());
        context.add_variable_from_value("blocked", set(blocked_customers()));
        context.add_variable_from_value("publishable", few(["public", "reviewed", "marketing", "press"]));
        context.add_variable_from_value("expected", few(["internal_use", "draft", "approved", "q3_report"]));
        let mut function = |name: &str, regex: Regex| {
            context.add_function(name, move |text: Arc<String>| regex.is_match(&text)).unwrap();
        };
        function("is_sku", whole("[A-Z]{3}-[0-9]{4}-X"));
        function("is_evil", whole(r"https?://(www\.)?evil\.(com|org)/.*"));
        context
    };
    both(&program, context, call)
}
