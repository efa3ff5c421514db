//! What is known beside the policy: the agent's tools, for completion and hover.

use std::sync::Arc;

use crate::tools::{Argument, Tool, ToolSet};

/// What stands around a policy.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The agent's tools, if they are known.
    pub tools: Option<Arc<ToolSet>>,
}

impl Surroundings {
    /// The tools; none if nothing is known of them.
    pub(super) fn tools(&self) -> &[Tool] {
        self.tools.as_deref().map_or(&[], ToolSet::tools)
    }

    /// The tool of a name.
    pub(super) fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.as_deref()?.get(name)
    }

    /// A tool and its argument.
    pub(super) fn argument(&self, tool: &str, name: &str) -> Option<(&Tool, &Argument)> {
        let tool = self.tool(tool)?;
        Some((tool, tool.argument(name)?))
    }
}

/// The kinds of values that an argument can have, as its schema names them; nothing where it does not say.
pub(super) fn kinds(tool: &Tool, argument: &Argument) -> Option<String> {
    let types = tool.schemas_of(argument).find_map(|schema| schema.types)?;
    let all = [
        (types.string, "string"),
        (types.integer && !types.number, "integer"),
        (types.number, "number"),
        (types.bool, "boolean"),
        (types.list, "array"),
        (types.object, "object"),
        (types.null, "null"),
    ];
    let names: Vec<&str> = all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    (!names.is_empty() && names.len() < 6).then(|| names.join(" or "))
}
