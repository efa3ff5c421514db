//! Whether a policy fits the tools that it is about: what is in it that no call can mean, and what it leaves out.
//!
//! All of this fails silently when the policy runs: a block about a tool that does not exist is never asked, an argument that
//! does not exist is absent, and a set that no value is in is a set like any other.
//!
//! What is told rests on the tools alone: that calls satisfy the schemas of their tools. Where that leaves something open,
//! nothing is told.

mod absence;
mod cover;
mod uses;
mod verdicts;

use super::domain::{Domain, Reader};
use super::membership::Membership;
use super::{Tool, ToolSet};
use sqrt_compiler::ir::{Block, BlockId, Origin, Policy, RuleId};
use std::collections::HashMap;
use std::rc::Rc;
use verdicts::Verdicts;

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A block that is about no tool.
    UnknownTool {
        /// The block.
        block: BlockId,
        /// A tool of a similar name, where the block names one.
        nearest: Option<String>,
    },
    /// An argument that none of the tools has that a block is about.
    UnknownArgument {
        /// The argument.
        name: String,
        /// Where it is mentioned, and where that is used, if it stands in a let.
        place: Place,
        /// The block.
        block: BlockId,
        /// The tools in words.
        tools: String,
        /// An argument of a similar name.
        nearest: Option<String>,
        /// The arguments that the tools have.
        known: Vec<String>,
    },
    /// A condition on the value of an argument that never holds, or always.
    Decided {
        /// Whether it always holds.
        always: bool,
        /// The argument.
        name: String,
        /// Where the condition is.
        at: Origin,
        /// What the schema allows, in words.
        allowed: String,
        /// The tools whose calls it is asked about, in words.
        tools: String,
        /// Where the schema is, as a JSON pointer into the file of the tools.
        pointer: String,
    },
    /// An element of a set that no value of the argument is.
    ImpossibleElement {
        /// The argument.
        name: String,
        /// Where the element is.
        at: Origin,
        /// What the schema allows, in words.
        allowed: String,
        /// A similar value that the schema lists.
        nearest: Option<String>,
        /// Where the schema is, as a JSON pointer into the file of the tools.
        pointer: String,
    },
    /// A deny that does not fire where an argument is absent, which may be.
    DodgedByAbsence {
        /// The rule.
        rule: RuleId,
        /// The block of the rule.
        block: BlockId,
        /// The argument.
        name: String,
        /// Where the rule asks about it.
        at: Origin,
        /// The tool.
        tool: String,
        /// Whether an absent argument counts as a value that the rule would deny, by the `default` of its schema.
        default_is_denied: bool,
    },
    /// Tools that no block is about, in the order of their file.
    Uncovered {
        /// Their names.
        tools: Vec<String>,
    },
}

/// A place that is used in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The place itself.
    pub at: Origin,
    /// Where the let is used that it stands in, if it stands in one.
    pub used: Option<Origin>,
}

/// What of a policy does not fit these tools, in no particular order.
///
/// # Examples
///
/// ```
/// use sqrt_authoring::tools::{ToolSet, fit};
/// use sqrt_compiler::{Options, Source, analyse};
/// use sqrt_vm::limits::Limits;
///
/// let listed = br#"[{"name": "send", "input_schema": {"properties": {"to": {"type": "string"}}, "required": ["to"]}}]"#;
/// let tools = ToolSet::parse(listed, &Limits::default())?;
/// let text = br#"tool "send" { must deny when cc.value == "x"; }"#;
/// let analysed = analyse(&[Source { name: "p.sqrt", bytes: text }], &Options::default());
/// let problems = fit::check(&analysed.policy.unwrap_or_default(), &tools);
/// assert!(matches!(&problems[..], [fit::Problem::UnknownArgument { name, .. }] if name == "cc"));
/// # Ok::<(), sqrt_authoring::tools::ToolsError>(())
/// ```
pub fn check(policy: &Policy, tools: &ToolSet) -> Vec<Problem> {
    let mut fit = Fit::new(policy, tools);
    let scopes = cover::scopes(&mut fit);
    let mut problems = cover::problems(&fit, &scopes);
    let mut verdicts = Verdicts::default();
    for scope in &scopes {
        let Some(tools) = scope.tools.as_deref().filter(|tools| !tools.is_empty()) else { continue };
        let mentions = uses::mentions(&mut fit, scope.block);
        problems.extend(uses::unknown_arguments(&fit, scope, tools, &mentions));
        verdicts.add(&mut fit, tools, &mentions);
        problems.extend(absence::problems(&mut fit, scope, tools, &mentions));
    }
    problems.extend(verdicts.problems(&mut fit));
    problems
}

/// What is known while a policy is looked at.
struct Fit<'p> {
    policy: &'p Policy,
    tools: &'p ToolSet,
    membership: Membership<'p>,
    /// What arguments may be, by tool and name.
    domains: HashMap<(usize, String), Rc<Value>>,
    /// How many mentions may still be looked at.
    left: usize,
}

/// So many mentions are looked at; what comes beyond in an enormous policy is not.
const MOST_MENTIONS: usize = 2_000_000;

/// A block and the tools that it is about.
struct Scope<'p> {
    id: BlockId,
    block: &'p Block,
    /// Places in the list of tools; none if it cannot be told which they are.
    tools: Option<Vec<usize>>,
}

/// What an argument of a call may be.
enum Value {
    /// Nothing is known.
    Unknown,
    /// It is not there.
    Absent,
    /// A value of the domain, or none if it is optional.
    Of(Argument),
}

struct Argument {
    domain: Domain,
    optional: bool,
}

impl<'p> Fit<'p> {
    fn new(policy: &'p Policy, tools: &'p ToolSet) -> Fit<'p> {
        let membership = Membership::new(policy);
        Fit { policy, tools, membership, domains: HashMap::new(), left: MOST_MENTIONS }
    }

    fn tool(&self, at: usize) -> Option<&'p Tool> {
        self.tools.tools().get(at)
    }

    /// What the argument `name` of a tool may be.
    fn value(&mut self, tool: usize, name: &str) -> Rc<Value> {
        let key = (tool, name.to_owned());
        if let Some(known) = self.domains.get(&key) {
            return known.clone();
        }
        let value = Rc::new(self.read(tool, name));
        self.domains.insert(key, value.clone());
        value
    }

    fn read(&mut self, tool: usize, name: &str) -> Value {
        let Some(tool) = self.tool(tool) else { return Value::Unknown };
        let Some(argument) = tool.argument(name) else {
            return if tool.arguments.others { Value::Unknown } else { Value::Absent };
        };
        let mut reader = Reader::new(tool.schemas(), &mut self.membership.languages);
        let domain = reader.all_of(&argument.schemas);
        if domain.leaves().is_anything() || domain.leaves().is_empty() {
            return Value::Unknown;
        }
        Value::Of(Argument { domain, optional: !argument.required })
    }

    /// Some tools in words.
    fn names(&self, tools: &[usize]) -> String {
        let names = tools.iter().filter_map(|&tool| self.tool(tool));
        let names: Vec<String> = names.map(|tool| sqrt_vm::visible::quote(&tool.name)).collect();
        match names.as_slice() {
            [] => "no tool".to_owned(),
            [only] => only.clone(),
            [first, second] => format!("{first} and {second}"),
            [first, rest @ ..] => format!("{first} and {} more tools", rest.len()),
        }
    }
}
