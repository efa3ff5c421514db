//! Messages about the top level: lets, tools and shorthands.

use super::{Code, Diagnostic, FileId, Span, meant, quote};
use crate::syntax::token::TokenKind as K;

/// Something else where a declaration should begin.
pub(crate) fn expected_declaration(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    kind: K,
    in_block: bool,
) -> Diagnostic {
    let message = format!("expected a declaration (`let` or `tool`), found {found}");
    let diagnostic = Diagnostic::new(Code::ExpectedDeclaration, file, span, message);
    match kind {
        K::Semicolon => return diagnostic.help("remove it: after `}` and `;` no further `;` stands"),
        K::RightBrace => {
            return diagnostic
                .help("no block is open here; remove the `}`, or look for one too many before it");
        }
        K::LeftBrace => return diagnostic.help("a block begins with its tool: `tool \"name\" { … }`"),
        K::At | K::AtResult | K::AtSession => {
            return diagnostic.help("an update belongs to a tool: `tool \"name\" -> @tags |= {…};`");
        }
        K::String | K::Regex => {
            return diagnostic.help(format!(
                "a tool block begins with `tool`: `tool {} {{ … }}`",
                found.trim_matches('`')
            ));
        }
        _ => {}
    }
    if in_block {
        return diagnostic.help("rules and blocks stand within a tool: `tool \"name\" { … }`; is there a `}` too many before this?");
    }
    match word {
        "let" => diagnostic.help("write `let NAME = …;`"),
        "def" | "define" | "const" | "var" | "set" | "predicate" => {
            diagnostic.help("a name is given by `let NAME = …;`")
        }
        "permit" | "allow" | "forbid" | "deny" => diagnostic
            .help("rules stand within a tool: `tool \"name\" { must deny when …; should allow always; }`"),
        "default" => diagnostic.help(
            "what happens where no rule decides is no part of the text but a setting, `--default-allow false`; within a tool write `should deny always;`",
        ),
        "policy" | "rule" | "package" | "import" | "include" | "use" => {
            diagnostic.help("a policy is just declarations; several files are given to the compiler together")
        }
        _ => match meant(word, &["let", "tool"]) {
            Some(help) => diagnostic.help(help),
            None => {
                diagnostic.help("a policy is made of `let NAME = …;` and `tool \"name\" { … }`; a comment begins with `//`")
            }
        },
    }
}

/// A call or a document where the policy should be.
pub(crate) fn json(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ExpectedDeclaration, file, span, "this is JSON, not a policy").help(
        "a policy is made of `let` and `tool`; calls go to `sqrt eval POLICY --calls FILE`, an X-Policy document to `--x-policy FILE`",
    )
}

/// No name after `let`.
pub(crate) fn expected_name(file: FileId, span: Span, found: &str, kind: K) -> Diagnostic {
    let message = format!("expected a name after `let`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match kind {
        K::String => diagnostic.help("names are not quoted: `let NAME = …;`"),
        K::Number => diagnostic.help("names begin with a letter or `_`"),
        _ => diagnostic.help("write `let NAME = …;`"),
    }
}

/// No `=` after the name of a `let`.
pub(crate) fn expected_let_equals(file: FileId, span: Span, found: &str) -> Diagnostic {
    let message = format!("expected `=` after the name of a `let`, found {found}");
    Diagnostic::new(Code::Unexpected, file, span, message).help("write `let NAME = …;`")
}

/// `let a = "x";`, `let a = (int 5);`
pub(crate) fn bare_element_as_let(file: FileId, span: Span, text: &str, parenthesised: bool) -> Diagnostic {
    if parenthesised {
        return Diagnostic::new(Code::MixedKinds, file, span, "a type domain does not stand in parentheses")
            .help("write the domain alone, or a set: `{int 1..5}`");
    }
    let message = format!("{} alone is neither a condition nor a set", quote(text));
    Diagnostic::new(Code::MixedKinds, file, span, message)
        .help(format!("write a set: `{{{}}}`", shorten(text)))
}

fn shorten(text: &str) -> String {
    let quoted = quote(text);
    quoted.strip_prefix('`').and_then(|t| t.strip_suffix('`')).unwrap_or("…").to_owned()
}

/// Something after a bare name that is the value of a let.
pub(crate) fn name_goes_on(file: FileId, span: Span, found: &str, word: &str) -> Diagnostic {
    let message = format!("expected `;` or an operator after the name, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (word, found) {
        (_, "`)`") => diagnostic.help("no parenthesis is open here; remove it, or add the `(`"),
        (_, "`{`") => diagnostic.help("a `let` has no braces of its own"),
        _ => match meant(word, &["and", "or", "union", "intersect", "minus", "xor", "with", "without"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic.help("join conditions by `and` or `or`, sets by `|`, `&` or `-`"),
        },
    }
}

/// Something after a type domain of a let.
pub(crate) fn domain_goes_on(file: FileId, span: Span, found: &str, word: &str) -> Diagnostic {
    let message = format!("expected `;` after the type domain, found {found}");
    let diagnostic = Diagnostic::new(Code::MixedKinds, file, span, message);
    match word {
        "or" | "and" => diagnostic
            .help("domains are not combined by `or` and `and`; put them in a set: `{int 1..5, str \"x\"}`"),
        _ => diagnostic.help("to combine domains, put them in sets: `{int 1..5} | {str \"x\"}`"),
    }
}

/// Not a string after `tool`.
pub(crate) fn bad_tool_id(file: FileId, span: Span, found: &str, text: &str, kind: K) -> Diagnostic {
    let message = format!("expected a tool id (`\"name\"` or `r\"regex\"`) after `tool`, found {found}");
    let diagnostic = Diagnostic::new(Code::BadToolId, file, span, message);
    match kind {
        K::Word => diagnostic.help(format!("put the name in quotes: `tool \"{}\"`", shorten(text))),
        K::Wildcard => diagnostic
            .help("wildcard strings are for values; for several tools write a regex: `tool r\"read_.*\"`"),
        K::LeftBrace | K::Arrow => {
            diagnostic.help("name the tool: `tool \"name\"`; every tool is `tool r\".*\"`")
        }
        K::LeftBracket | K::LeftParen => diagnostic
            .help("a block is about one tool id; for several tools write a regex: `tool r\"read|write\"`"),
        _ => diagnostic.help("every tool is `tool r\".*\"`"),
    }
}

/// Neither `{` nor `[N] ->` after the tool id.
pub(crate) fn expected_tool_body(file: FileId, span: Span, found: &str, kind: K, word: &str) -> Diagnostic {
    let message = format!("expected `{{`, `->` or `[N] ->` after the tool id, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (kind, word) {
        (K::Comma | K::Pipe, _) | (_, "or" | "and") => diagnostic
            .help("a block is about one tool id; for several tools write a regex: `tool r\"read|write\"`"),
        (K::At, _) | (_, "result" | "session") => {
            diagnostic.help("a shorthand has an arrow: `tool \"name\" -> @tags |= {…};`")
        }
        (K::Semicolon, _) => diagnostic.help("an empty block is `{}`"),
        (_, "priority") => {
            diagnostic.help("write `priority N;` as the first line of the block, or `[N]` in a shorthand")
        }
        _ => diagnostic.help("rules stand in braces: `tool \"name\" { … }`"),
    }
}

/// No `->` in a shorthand.
pub(crate) fn expected_arrow(file: FileId, span: Span, found: &str, kind: K) -> Diagnostic {
    let message = format!("expected `->` after the priority, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match kind {
        K::LeftBrace => diagnostic.help("the priority of a block stands inside of it: `priority N;`"),
        _ => diagnostic.help("write `tool \"name\" [N] -> @tags |= {…};`"),
    }
}

/// A priority that is no whole number.
pub(crate) fn expected_integer(file: FileId, span: Span, found: &str, what: &str) -> Diagnostic {
    let message = format!("expected a whole number as priority, found {found}");
    let help = if what == "priority" {
        "write `priority 10;` or `priority -10;`"
    } else {
        "write `[10]` or `[-10]`"
    };
    Diagnostic::new(Code::Unexpected, file, span, message).help(help)
}

/// The target of a shorthand is no `@tags`.
pub(crate) fn bad_shorthand_target(file: FileId, span: Span, found: &str, kind: K, word: &str) -> Diagnostic {
    let message = format!("expected `@tags`, `@producers` or `@consumers`, found {found}");
    let diagnostic = Diagnostic::new(Code::BadTarget, file, span, message);
    match (kind, word) {
        (K::AtResult, _) => diagnostic.help("write `-> @tags …` or `-> result @tags …`"),
        (K::AtSession, _) => diagnostic.help("write `-> session @tags …`"),
        (K::LeftBracket, _) => {
            diagnostic.help("the priority stands before the arrow: `tool \"name\" [N] -> …`")
        }
        (K::LeftBrace, _) => {
            diagnostic.help("a shorthand has one update and no braces; a block has no arrow")
        }
        (_, "must" | "should" | "hard" | "soft") => {
            diagnostic.help("rules stand in a block: `tool \"name\" { must deny when …; }`")
        }
        (_, "when") => diagnostic.help("the condition stands at the end: `-> @tags |= {…} when …;`"),
        (_, "before" | "after") => diagnostic.help("write `-> session before @tags …`"),
        _ => match meant(word, &["result", "session", "before", "after"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic
                .help("a shorthand updates the result (`-> @tags …`) or the session (`-> session @tags …`)"),
        },
    }
}
