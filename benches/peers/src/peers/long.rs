//! Other engines with long values and large sets of strings, ready input only: what they read is in the value.
//!
//! None of them has one search for many words: each goes through them one by one. regorus has no way to keep a large set
//! beside the program on its register VM, and is left out there.

use std::collections::{HashMap, HashSet};

use ::cel::Context;
use cedar_policy::Entity;
use sqrt_benches::harness::Competitor;
use sqrt_benches::workload::long::{Sought, words};
use sqrt_benches::workload::{RawCall, literals as workload};

use super::cedar::{Attributes, Engine};
use super::wirefilter::Fields;
use super::{cedar, cel, regorus, wirefilter};

/// Beyond so many words, or strings, a call or making the policy ready takes too long.
const MOST_WORDS: usize = 50;
const MOST_STRINGS: usize = 10_000;

/// All of them for a long body.
pub fn competitors<'a>(sought: Sought, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let Sought::Words(count @ ..=MOST_WORDS) = sought else { return Vec::new() };
    let words = words(count);
    let any =
        |test: &dyn Fn(&String) -> String, or: &str| words.iter().map(test).collect::<Vec<_>>().join(or);
    let rule = format!(
        "forbid(principal, action == Action::\"publish\", resource) when {{ {} }};",
        any(&|word| format!("context.body like \"*{word}*\""), " || ")
    );
    let attributes = Attributes { values: &["body"], tags: &[], resource: None, tool: false };
    let of_cedar = cedar::both(|| Engine::new(&rule, vec![]), attributes, call);
    let program =
        format!("tool == 'publish' && ({}) ? 1 : 0", any(&|word| format!("body.contains('{word}')"), " || "));
    let of_cel = cel::both(&program, Context::with_env, call);
    let policy = format!(
        "package sqrt\nimport rego.v1\ndefault fired := 0\nfired := 1 if {{\ninput.tool == \"publish\"\nsought\n}}\n{}",
        any(&|word| format!("sought if contains(input.body, \"{word}\")"), "\n")
    );
    let of_regorus = regorus::both(&policy, call);
    let fields = Fields { strings: &["body"], integers: &[], tags: &[], others: &[] };
    let filter =
        format!("tool == \"publish\" and ({})", any(&|word| format!("body contains \"{word}\""), " or "));
    let of_wirefilter = wirefilter::both(fields, &[filter], call);
    [of_cedar, of_cel, of_regorus, of_wirefilter]
        .into_iter()
        .filter_map(|both| both.into_iter().next())
        .collect()
}

/// Those that can for a large set.
pub fn literals<'a>(count: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    if count > MOST_STRINGS {
        return Vec::new();
    }
    let entities = || {
        let group = cedar::uid("Group", "blocked");
        let member = |name: String| {
            Entity::new(cedar::uid("Customer", &name), HashMap::new(), HashSet::from([group.clone()]))
                .unwrap()
        };
        workload::strings(count).map(member).collect()
    };
    let rule = "forbid(principal, action == Action::\"pay\", resource in Group::\"blocked\");";
    let attributes = Attributes {
        values: &["customer"],
        tags: &[],
        resource: Some(("customer", "Customer")),
        tool: false,
    };
    let of_cedar = cedar::both(|| Engine::new(rule, entities()), attributes, call);
    let context = |env| {
        let mut context = Context::with_env(env);
        let set: HashMap<String, bool> = workload::strings(count).map(|name| (name, true)).collect();
        context.add_variable_from_value("blocked", set);
        context
    };
    let of_cel = cel::both("tool == 'pay' && customer in blocked ? 1 : 0", context, call);
    let fields = Fields { strings: &["customer"], integers: &[], tags: &[], others: &[] };
    let names: Vec<String> = workload::strings(count).map(|name| format!("{name:?}")).collect();
    let filter = format!("tool == \"pay\" and customer in {{{}}}", names.join(" "));
    let of_wirefilter = wirefilter::both(fields, &[filter], call);
    [of_cedar, of_cel, of_wirefilter].into_iter().filter_map(|both| both.into_iter().next()).collect()
}
