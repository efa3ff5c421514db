//! The rules about what does not fit the agent's tools: each words one kind of `Problem`, which `tools::fit` finds, and shows its
//! place. Without tools they find nothing.

pub(super) mod always_by_schema;
pub(super) mod impossible_element;
pub(super) mod never_by_schema;
pub(super) mod optional_dodges_deny;
pub(super) mod tool_without_policy;
pub(super) mod unknown_argument;
pub(super) mod unknown_tool;

use crate::lint::Context;
use sqrt_compiler::ir::{BlockId, Origin};
use sqrt_compiler::syntax::token::{Token, TokenKind};

/// The tools that the examples of these rules are about.
pub const EXAMPLE_TOOLS: &str = r#"{
  "tools": [
    {
      "name": "send_email",
      "inputSchema": {
        "type": "object",
        "properties": {
          "to": {"type": "string"},
          "priority": {"enum": ["low", "normal", "high"]}
        },
        "required": ["to", "priority"]
      }
    },
    {
      "name": "search",
      "inputSchema": {
        "type": "object",
        "properties": {
          "query": {"type": "string", "minLength": 1},
          "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 500}
        },
        "required": ["query"]
      }
    }
  ]
}
"#;

/// The first token of a place for which this holds, looked at with the one after it; the place itself if there is none.
fn token(context: &Context<'_>, within: Origin, is: impl Fn(Token, Token) -> bool) -> Origin {
    let Some(file) = context.file(within.file) else { return within };
    let tokens = file.parsed.tokens.tokens();
    let first = tokens.partition_point(|token| token.span.start < within.span.start);
    let inside = tokens.get(first..).unwrap_or_default();
    let inside =
        inside.windows(2).take_while(|pair| pair.iter().any(|token| token.span.end <= within.span.end));
    let found = inside.filter_map(|pair| match pair {
        [token, next] => is(*token, *next).then_some(token.span),
        _ => None,
    });
    found.into_iter().next().map_or(within, |span| Origin { file: within.file, span })
}

/// The id of a block.
fn tool_id(context: &Context<'_>, block: BlockId) -> Option<Origin> {
    let block = context.policy.blocks.get(block.index())?;
    let is_id = |token: Token, _| matches!(token.kind, TokenKind::String | TokenKind::Regex);
    Some(token(context, block.position.origin, is_id))
}

/// The name of an argument where it is mentioned.
fn argument(context: &Context<'_>, within: Origin, name: &str) -> Origin {
    let text = |token: Token| context.text(Origin { file: within.file, span: token.span });
    token(context, within, |token, next| {
        matches!(next.kind, TokenKind::Dot | TokenKind::DotValue) && text(token) == name
    })
}

/// A name as the language writes strings.
fn string(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => written.extend(['\\', character]),
            hidden if sqrt_vm::visible::is_hidden(hidden) => written.extend(hidden.escape_unicode()),
            other => written.push(other),
        }
    }
    written.push('"');
    written
}

/// Whether a text can stand as the name of an argument.
fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.chars().all(is_part) && text.starts_with(|c: char| is_part(c) && !c.is_ascii_digit())
}
