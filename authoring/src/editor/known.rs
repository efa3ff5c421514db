//! What is known of the agent's tools beside the policy: their names and arguments, for completion and hover.

/// A tool that the agent has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownTool {
    /// Its name, as calls give it.
    pub name: String,
    /// What it does, in the words of its author.
    pub description: Option<String>,
    /// Its arguments.
    pub arguments: Vec<KnownArgument>,
}

/// An argument of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownArgument {
    /// Its name.
    pub name: String,
    /// Its JSON type, as far as it is told.
    pub kind: Option<String>,
    /// What it is, in the words of its author.
    pub description: Option<String>,
    /// Whether every call has it.
    pub is_required: bool,
}

/// What stands around a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The agent's tools; empty if nothing is known of them.
    pub tools: Vec<KnownTool>,
}

impl Surroundings {
    /// The tool of a name.
    pub(super) fn tool(&self, name: &str) -> Option<&KnownTool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// The argument of a tool.
    pub(super) fn argument(&self, tool: &str, name: &str) -> Option<&KnownArgument> {
        self.tool(tool)?.arguments.iter().find(|argument| argument.name == name)
    }
}
