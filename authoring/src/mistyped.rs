//! Names in a call that the policy does not know and that are near ones it knows: most often they are mistyped, in the call or
//! in the policy.

use std::collections::BTreeSet;

use serde::Serialize;
use sqrt_vm::bytecode::program::{StringId, ToolRecord};
use sqrt_vm::policy::Policy;
use sqrt_vm::visible::quote;

use crate::nearest::{nearest, nearest_label};

/// So many are told of one call.
const MOST: usize = 8;

/// A name that the policy does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistyped {
    /// `tool`, `argument`, or `string` of metadata.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// The nearest name that the policy knows.
    pub near: String,
}

impl Mistyped {
    /// What is told of it; in quotation marks, with nothing hidden.
    pub fn sentence(&self) -> String {
        let (name, near) = (quote(&self.name), quote(&self.near));
        match self.what {
            "tool" => format!("no block is about {name}; is {near} meant?"),
            "argument" => format!("the policy asks for no argument {name}; is {near} meant?"),
            _ => format!("nothing in the policy is called {name}; is {near} meant?"),
        }
    }
}

/// What may be mistyped of a call to `tool` with these arguments and strings of metadata.
pub fn mistyped<'c>(
    policy: &Policy,
    tool: &str,
    arguments: impl IntoIterator<Item = &'c str>,
    strings: impl IntoIterator<Item = &'c str>,
) -> Vec<Mistyped> {
    let mut found = Vec::new();
    found.extend(nearest_tool(policy, tool).map(|near| of("tool", tool, near)));
    let given: BTreeSet<&str> = arguments.into_iter().collect();
    let asked = names(policy, &policy.program().args);
    // One that the call has is not what another was meant to be.
    let missing: Vec<&str> = asked.iter().copied().filter(|name| !given.contains(name)).collect();
    let unknown = given.iter().filter(|name| !asked.contains(*name)).take(MOST);
    let near = unknown.filter_map(|name| Some(of("argument", name, nearest(name, missing.iter().copied())?)));
    found.extend(near);
    found.extend(mistyped_strings(policy, strings));
    found.truncate(MOST);
    found
}

/// What may be mistyped of strings of metadata.
pub fn mistyped_strings<'c>(policy: &Policy, strings: impl IntoIterator<Item = &'c str>) -> Vec<Mistyped> {
    let known = names(policy, &policy.program().tags);
    let unknown: BTreeSet<&str> = strings.into_iter().filter(|string| !known.contains(string)).collect();
    let near = unknown.into_iter().take(MOST);
    near.filter_map(|string| Some(of("string", string, nearest_label(string, &known)?))).collect()
}

/// The tool that may be meant, if no block is about this one.
pub fn nearest_tool<'p>(policy: &'p Policy, tool: &str) -> Option<&'p str> {
    if !policy.blocks_of(tool)?.is_empty() {
        return None;
    }
    let program = policy.program();
    let exact = program.blocks.iter().filter_map(|block| match block.tool {
        ToolRecord::Exact(name) => program.string(name),
        ToolRecord::Pattern(_) => None,
    });
    nearest(tool, exact)
}

fn of(what: &'static str, name: &str, near: &str) -> Mistyped {
    Mistyped { what, name: name.to_owned(), near: near.to_owned() }
}

fn names<'p>(policy: &'p Policy, ids: &[StringId]) -> BTreeSet<&'p str> {
    let program = policy.program();
    ids.iter().filter_map(|&id| program.string(id)).collect()
}
