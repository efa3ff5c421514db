//! The formats of definitions, told apart by their keys, and where in a document the definitions are.

use super::json::{Json, Kind};
use super::schema::push_key;
use super::{Format, Tool, ToolSet, ToolsError};
use crate::tools::schema::{Arguments, Schemas};
use sqrt_compiler::diagnostics::LineIndex;
use sqrt_vm::visible::quote;

/// What is told where nothing is recognised.
const EXPECTED: &str = "definitions of tools are a list, or an object with `tools`, of the OpenAI form \
    `{\"type\": \"function\", …}`, the Anthropic form `{\"name\": …, \"input_schema\": …}` or the MCP form `{\"name\": …, \
    \"inputSchema\": …}`";

/// A value and where it is.
struct At<'j> {
    json: &'j Json,
    pointer: String,
}

impl<'j> At<'j> {
    fn key(&self, key: &str) -> Option<At<'j>> {
        let json = self.json.get(key)?;
        let mut pointer = self.pointer.clone();
        push_key(&mut pointer, key);
        Some(At { json, pointer })
    }

    fn items(&self) -> impl Iterator<Item = At<'j>> {
        let pointer = self.pointer.clone();
        let items = self.json.items().iter().enumerate();
        items.map(move |(at, json)| At { json, pointer: format!("{pointer}/{at}") })
    }

    fn has(&self, key: &str) -> bool {
        self.json.get(key).is_some()
    }

    fn text(&self, key: &str) -> Option<&'j str> {
        self.json.get(key).and_then(Json::as_str)
    }
}

/// Reads the tools of a document.
pub(super) fn read(document: &Json, lines: &LineIndex<'_>) -> Result<ToolSet, ToolsError> {
    let mut reader = Reader { lines, set: ToolSet::default() };
    reader.document(&At { json: document, pointer: String::new() })?;
    Ok(reader.set)
}

struct Reader<'l> {
    lines: &'l LineIndex<'l>,
    set: ToolSet,
}

impl Reader<'_> {
    fn document(&mut self, root: &At<'_>) -> Result<(), ToolsError> {
        match &root.json.kind {
            Kind::List(_) => return self.list(root),
            Kind::Object(_) => {}
            _ => {
                return Err(self
                    .error(root, format!("{} defines no tools", root.json.name()))
                    .with(EXPECTED));
            }
        }
        if let Some(result) = root.key("result").filter(|result| result.json.is_object()) {
            let tools = result.key("tools");
            let missing = || self.error(&result, "the response has no `tools`".to_owned()).with(EXPECTED);
            return self.list(&tools.ok_or_else(missing)?);
        }
        if let Some(error) = root.key("error").filter(|_| root.has("jsonrpc")) {
            return Err(self
                .error(&error, "this is the response of a server that failed".to_owned())
                .with("take the answer to a `tools/list` request that succeeded"));
        }
        // `functions` is how older requests to OpenAI call them.
        let lists = ["tools", "functions"].into_iter().filter_map(|key| root.key(key));
        match lists.into_iter().next() {
            Some(tools) if !root.has("name") => self.list(&tools),
            _ => self.definition(root),
        }
    }

    fn list(&mut self, tools: &At<'_>) -> Result<(), ToolsError> {
        if !tools.json.is_list() {
            let message = format!("expected a list of tools, found {}", tools.json.name());
            return Err(self.error(tools, message));
        }
        tools.items().try_for_each(|tool| self.definition(&tool))
    }

    fn definition(&mut self, tool: &At<'_>) -> Result<(), ToolsError> {
        if !tool.json.is_object() {
            let message = format!("expected the definition of a tool, found {}", tool.json.name());
            return Err(self.error(tool, message).with(EXPECTED));
        }
        if let Some(function) = tool.key("function") {
            return self.add(tool, &function, "parameters", Format::OpenAiChat);
        }
        for (key, format) in [
            ("input_schema", Format::Anthropic),
            ("inputSchema", Format::Mcp),
            ("parameters", Format::OpenAiResponses),
        ] {
            if tool.has(key) {
                return self.add(tool, tool, key, format);
            }
        }
        match (tool.text("type"), tool.key("custom")) {
            (Some("function"), _) => self.add(tool, tool, "parameters", Format::OpenAiResponses),
            (Some("custom"), Some(custom)) => self.add(tool, &custom, "input_schema", Format::OpenAiChat),
            // A tool that the provider runs or defines: the name is known, if there is one, and the arguments are not.
            (Some(_), _) if tool.has("name") => self.add(tool, tool, "input_schema", Format::Anthropic),
            (Some(_), _) => {
                self.set.skipped.push(tool.pointer.clone());
                Ok(())
            }
            (None, _) if tool.has("name") => {
                let message = format!("{} has no schema of its arguments", named(tool.text("name")));
                Err(self
                    .error(tool, message)
                    .with("it is `parameters` (OpenAI), `input_schema` (Anthropic) or `inputSchema` (MCP)"))
            }
            (None, _) => Err(self.error(tool, "this is no definition of a tool".to_owned()).with(EXPECTED)),
        }
    }

    /// Adds the tool that `body` describes, with the schema of its input at `key`.
    fn add(&mut self, tool: &At<'_>, body: &At<'_>, key: &str, format: Format) -> Result<(), ToolsError> {
        let name = body.key("name");
        let name = name.ok_or_else(|| self.error(body, "the tool has no `name`".to_owned()))?;
        let text = match name.json.as_str() {
            Some("") => return Err(self.error(&name, "the name of the tool is empty".to_owned())),
            Some(text) => text,
            None => {
                let message = format!("the name of a tool is a string, not {}", name.json.name());
                return Err(self.error(&name, message));
            }
        };
        let input = body.key(key).filter(|input| !matches!(input.json.kind, Kind::Null));
        if let Some(input) = &input
            && !input.json.is_object()
        {
            let message = format!(
                "the schema of the arguments of {} is an object, not {}",
                quote(text),
                input.json.name()
            );
            return Err(self.error(input, message));
        }
        let position = self.lines.position(name.json.span.start);
        let schemas = input.as_ref().map(|input| Schemas::read(input.json));
        let arguments = match &schemas {
            Some(schemas) => schemas.arguments(),
            // A function of OpenAI without `parameters` has none.
            None => {
                let is_function = tool.has("function") || tool.text("type") == Some("function");
                Arguments { listed: Vec::new(), others: !is_function }
            }
        };
        let description = body.text("description").or_else(|| body.text("title"));
        let added = self.set.add(Tool {
            name: text.to_owned(),
            description: description.map(str::to_owned),
            format,
            arguments,
            pointer: tool.pointer.clone(),
            position,
            schemas: schemas.unwrap_or_default(),
            input: input.map_or_else(|| body.pointer.clone(), |input| input.pointer),
        });
        added.map_err(|first| {
            let first = self.set.tools.get(first).map(|tool| (tool.position, tool.pointer.clone()));
            let (at, pointer) = first.unwrap_or((position, String::new()));
            let message =
                format!("a second tool is called {}; the first is at line {}", quote(text), at.line);
            self.error(&name, format!("{message} (`{pointer}`)"))
                .with("calls name a tool by its name alone, so names are unique")
        })
    }

    fn error(&self, at: &At<'_>, message: String) -> ToolsError {
        ToolsError {
            message,
            help: None,
            pointer: Some(at.pointer.clone()),
            position: Some(self.lines.position(at.json.span.start)),
        }
    }
}

impl ToolsError {
    fn with(mut self, help: &str) -> ToolsError {
        self.help = Some(help.to_owned());
        self
    }
}

/// A tool in a message, by its name if that is a text.
fn named(name: Option<&str>) -> String {
    name.map_or_else(|| "the tool".to_owned(), |name| format!("the tool {}", quote(name)))
}
