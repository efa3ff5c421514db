//! What is known of an agent's tools: their names, arguments and the schemas of these, and what follows for a policy.
//!
//! A [`ToolSet`] is read from the definitions that an agent gives to a model or gets from a server, in the formats of the
//! OpenAI and Anthropic APIs and of `tools/list` of the Model Context Protocol. Which format it is shows in the keys.
//!
//! Invariants: names are unique; what is not understood of a schema allows anything (see [`schema`]); reading any bytes ends
//! with tools or with an error that names its place.

pub(crate) mod domain;
pub mod fit;
mod formats;
pub(crate) mod json;
pub(crate) mod language;
mod membership;
pub mod schema;

pub use schema::{Argument, Arguments};

use json::Json;
use schema::{Schema, Schemas};
use sqrt_compiler::diagnostics::{LineIndex, Position};
use sqrt_vm::limits::{LimitExceeded, Limits};
use std::collections::HashMap;
use std::fmt;

/// The tools of an agent.
#[derive(Debug, Clone, Default)]
pub struct ToolSet {
    tools: Vec<Tool>,
    by_name: HashMap<String, usize>,
    skipped: Vec<String>,
}

/// A tool by its definition.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for people and models.
    pub description: Option<String>,
    /// The format of its definition.
    pub format: Format,
    /// Its arguments.
    pub arguments: Arguments,
    /// Where its definition is in the file, as a JSON pointer.
    pub pointer: String,
    /// Where its name is in the file.
    pub position: Position,
    schemas: Schemas,
    /// Where the schema of its input is, as a JSON pointer.
    input: String,
}

/// The formats of definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `{"type": "function", "function": {"name", "parameters"}}`, of the OpenAI chat completions API.
    OpenAiChat,
    /// `{"type": "function", "name", "parameters"}`, of the OpenAI responses API.
    OpenAiResponses,
    /// `{"name", "input_schema"}`, of the Anthropic messages API.
    Anthropic,
    /// `{"name", "inputSchema"}`, of `tools/list` of the Model Context Protocol.
    Mcp,
}

impl Format {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Format::OpenAiChat => "OpenAI chat completions",
            Format::OpenAiResponses => "OpenAI responses",
            Format::Anthropic => "Anthropic",
            Format::Mcp => "MCP tools/list",
        }
    }
}

/// Why a file has no tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolsError {
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where it is wrong as a JSON pointer, if it is in a value.
    pub pointer: Option<String>,
    /// Where it is wrong as people count, if it is at one place.
    pub position: Option<Position>,
}

impl fmt::Display for ToolsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line, column }) = self.position {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        match self.pointer.as_deref() {
            Some("") | None => Ok(()),
            Some(pointer) => write!(f, " (at `{}`)", sqrt_vm::visible::visible(pointer)),
        }
    }
}

impl std::error::Error for ToolsError {}

impl ToolSet {
    /// Reads definitions of tools.
    ///
    /// # Errors
    /// If the bytes are no JSON, are over the limit, define no tools in a format that is known, or define one twice.
    ///
    /// # Examples
    ///
    /// ```
    /// use sqrt_authoring::tools::ToolSet;
    /// use sqrt_vm::limits::Limits;
    ///
    /// let listed = br#"{"tools": [{"name": "send", "inputSchema": {"properties": {"to": {"type": "string"}}}}]}"#;
    /// let tools = ToolSet::parse(listed, &Limits::default())?;
    /// assert_eq!(tools.get("send").map(|tool| tool.arguments.listed.len()), Some(1));
    /// # Ok::<(), sqrt_authoring::tools::ToolsError>(())
    /// ```
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<ToolSet, ToolsError> {
        let plain = |message: String| ToolsError { message, help: None, pointer: None, position: None };
        LimitExceeded::check("tools_bytes", bytes.len(), limits.tools_bytes())
            .map_err(|limit| plain(format!("the definitions of the tools are {limit}")))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            plain(format!("it is not UTF-8: byte {} has no meaning there", error.valid_up_to()))
        })?;
        let lines = LineIndex::new(text);
        let position = |at: usize| lines.position(u32::try_from(at).unwrap_or(u32::MAX));
        let document = Json::parse(text).map_err(|error| ToolsError {
            position: Some(position(error.at)),
            ..plain(format!("it is no JSON: {}", error.message))
        })?;
        formats::read(&document, &lines)
    }

    /// The tools, in the order of the file.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The tool of this name.
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.by_name.get(name).and_then(|&at| self.tools.get(at))
    }

    /// The definitions that were passed over, as they have no name that a call could have: tools that run at the provider.
    /// JSON pointers.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// Adds a tool; its place in the list if there is one of its name already.
    fn add(&mut self, tool: Tool) -> Result<(), usize> {
        if let Some(&first) = self.by_name.get(&tool.name) {
            return Err(first);
        }
        self.by_name.insert(tool.name.clone(), self.tools.len());
        self.tools.push(tool);
        Ok(())
    }
}

impl Tool {
    /// The argument of this name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.listed.iter().find(|argument| argument.name == name)
    }

    /// The schemas that the tool's input is described by.
    pub(crate) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// What an argument satisfies.
    pub(crate) fn schemas_of<'t>(&'t self, argument: &'t Argument) -> impl Iterator<Item = &'t Schema> {
        argument.schemas.iter().map(|&id| self.schemas.get(id))
    }

    /// What an argument is for, if its schema says so.
    pub fn description_of<'t>(&'t self, argument: &'t Argument) -> Option<&'t str> {
        self.schemas_of(argument).find_map(|schema| schema.description.as_deref())
    }

    /// Where the schema of an argument is in the file, as a JSON pointer; that of the input, if the argument has none.
    pub fn pointer_of(&self, argument: &Argument) -> String {
        let own = self.schemas_of(argument).map(|schema| schema.place.as_str()).next();
        format!("{}{}", self.input, own.unwrap_or_default())
    }
}
