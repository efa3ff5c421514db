//! Messages about tool blocks: members, rules, statements and updates.

use super::{Block, Code, Diagnostic, FileId, Span, meant, quote};
use crate::syntax::token::TokenKind as K;

/// A block that something ends which cannot stand in it.
pub(crate) fn unclosed_block(file: FileId, span: Span, found: &str, open: Span, block: Block) -> Diagnostic {
    let name = match block {
        Block::Tool => "tool block",
        Block::Result => "`result` block",
        Block::Session => "`session` block",
        Block::When => "`when`",
    };
    Diagnostic::new(Code::UnclosedDelimiter, file, span, format!("expected `}}`, found {found}"))
        .also(file, open, format!("this {name} is not closed"))
        .help("add the missing `}`")
}

/// `let` or `tool` within a block.
pub(crate) fn declaration_in_block(file: FileId, span: Span, found: &str) -> Diagnostic {
    Diagnostic::new(Code::Unexpected, file, span, format!("{found} cannot stand within a block"))
        .help("`let` and `tool` stand at the top of the file, outside of all blocks")
}

/// Something else where a member of a tool block should begin.
pub(crate) fn expected_member(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    kind: K,
    next: &str,
    is_declaration: bool,
) -> Diagnostic {
    if is_declaration {
        return declaration_in_block(file, span, found);
    }
    let message =
        format!("expected a rule (`must deny when …;`), `priority`, `result` or `session`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (kind, word) {
        (K::Semicolon, _) => return diagnostic.help("remove it: after `}` and `;` no further `;` stands"),
        (K::At | K::AtResult | K::AtSession, _) => {
            return diagnostic.help("updates stand in a `result { … }` or `session after { … }` block");
        }
        (_, "allow" | "deny") => {
            return diagnostic
                .help(format!("say how binding the rule is: `must {word} …` or `should {word} …`"));
        }
        (_, "when" | "always") => {
            return diagnostic.help("a rule begins with `must` or `should`: `must deny when …;`; updates with conditions stand in `result` and `session` blocks");
        }
        (_, "if" | "unless" | "where") => {
            return diagnostic.help("a condition stands at the end of its rule: `must deny when …;`");
        }
        (K::Minus, _) => return diagnostic.help("a comment begins with `//`"),
        (_, "before" | "after") => return diagnostic.help(format!("write `session {word} {{ … }}`")),
        (_, "let") => return diagnostic.help("`let` stands at the top of the file, outside of all blocks"),
        (_, "description" | "name" | "id") => {
            return diagnostic.help("a description is a doc comment: `/// …` before the rule or the block");
        }
        (_, "else" | "otherwise" | "default") => {
            return diagnostic.help("the last word has a rule without condition: `should deny always;`");
        }
        _ if next == "=" => {
            return diagnostic.help("there are no settings here; `priority` is written `priority 10;`");
        }
        _ => {}
    }
    match meant(word, &["must", "should", "hard", "soft", "priority", "result", "session"]) {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help("a rule is like `must deny when …;` or `should allow always;`"),
    }
}

/// Neither `before` nor `after` follows `session`.
pub(crate) fn expected_timing(file: FileId, span: Span, found: &str, kind: K) -> Diagnostic {
    let message = format!("expected `before` or `after`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match kind {
        K::LeftBrace => diagnostic.help("say when it runs: `session before { … }` or `session after { … }`"),
        _ => diagnostic,
    }
}

/// Neither `allow` nor `deny`.
pub(crate) fn expected_outcome(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    keyword: &str,
) -> Diagnostic {
    let message = format!("expected `allow` or `deny` after `{keyword}`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match word {
        "block" | "reject" | "forbid" | "refuse" => diagnostic.help("write `deny`"),
        "permit" | "accept" | "grant" => diagnostic.help("write `allow`"),
        "not" => diagnostic.help(format!("`{keyword} not allow` is `{keyword} deny`")),
        _ => match meant(word, &["allow", "deny"]) {
            Some(help) => diagnostic.help(help),
            None => {
                diagnostic.help(format!("say what the rule does: `{keyword} deny …` or `{keyword} allow …`"))
            }
        },
    }
}

/// Neither `when` nor `always`.
pub(crate) fn expected_clause(file: FileId, span: Span, found: &str, word: &str, kind: K) -> Diagnostic {
    let message = format!("expected `when` or `always`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (word, kind) {
        (_, K::Semicolon) => diagnostic.help("a rule without condition says so: `always;`"),
        ("if" | "where", _) => diagnostic.help("write `when`"),
        ("unless", _) => diagnostic.help("write `when not (…)`"),
        ("", K::At | K::AtResult | K::AtSession | K::AtArgs | K::LeftParen | K::String) => {
            diagnostic.help("a condition begins with `when`")
        }
        _ => match meant(word, &["when", "always"]) {
            Some(help) => diagnostic.help(help),
            None if word.is_empty() => diagnostic,
            None => diagnostic.help("a condition begins with `when`"),
        },
    }
}

/// Something else where a statement should begin.
pub(crate) fn expected_statement(
    file: FileId,
    span: Span,
    found: &str,
    word: &str,
    kind: K,
    block: Block,
) -> Diagnostic {
    let message = format!("expected an update (`@tags |= …;`) or `when … {{ … }}`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    let place = if block == Block::Session { "@session.tags" } else { "@result.tags" };
    match (kind, word) {
        (K::Semicolon, _) => diagnostic.help("remove it: after `}` and `;` no further `;` stands"),
        (K::AtArgs, _) => diagnostic
            .help(format!("the metadata of arguments is not updated; update `{place}` (or `@tags`)")),
        (_, "tags" | "producers" | "consumers") => diagnostic.help(format!("write `@{word}`")),
        (_, "must" | "should" | "hard" | "soft" | "priority") => {
            diagnostic.help("rules and `priority` stand directly in the tool block")
        }
        (_, "if" | "unless") => diagnostic.help("write `when … { … }`"),
        (_, "else") => diagnostic.help("there is no `else`; write a second `when not … { … }`"),
        _ => match meant(word, &["when"]) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        },
    }
}

/// `else` after the body of a `when`.
pub(crate) fn no_else(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::ForeignSyntax, file, span, "there is no `else`")
        .help("write a second `when` with the opposite condition: `when not … { … }`")
}

/// `when` within `when`.
pub(crate) fn nested_when(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::Unexpected, file, span, "`when` cannot stand within `when`")
        .help("write both conditions in one: `when A and B { … }`")
}

/// `@tags |= … when …;` in a block.
pub(crate) fn when_after_update(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::Unexpected, file, span, "within a block the condition stands before the update")
        .help("write `when … { @tags |= …; }`; only shorthands end with `when …;`")
}

/// A `when` without braces.
pub(crate) fn when_without_body(file: FileId, span: Span, found: &str) -> Diagnostic {
    let message = format!("expected `{{` after the condition, found {found}");
    Diagnostic::new(Code::Unexpected, file, span, message)
        .help("the updates stand in braces: `when … { @tags |= …; }`")
}

/// `x.value = …`
pub(crate) fn value_as_target(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadTarget, file, span, "values cannot be changed, only metadata")
        .help("update `@tags`, `@producers` or `@consumers`")
}

/// No assignment operator after a target.
pub(crate) fn expected_assignment(file: FileId, span: Span, found: &str, kind: K, word: &str) -> Diagnostic {
    let message = format!("expected `=`, `|=`, `&=`, `-=` or `^=`, found {found}");
    let diagnostic = Diagnostic::new(Code::Unexpected, file, span, message);
    match (kind, word) {
        (K::Equal, _) => diagnostic.help("`==` compares; write `=`"),
        (K::Pipe | K::Ampersand | K::Minus | K::Caret, _) => {
            diagnostic.help(format!("write {} to update", quote(&format!("{}=", found.trim_matches('`')))))
        }
        (_, "with" | "without") => diagnostic.help(format!("write `@tags = @tags {word} …`")),
        (_, "union" | "intersect" | "minus" | "xor") => {
            diagnostic.help(format!("write `@tags = @tags {word} …`"))
        }
        (K::Dot | K::DotValue, _) => diagnostic.help(
            "write `@tags |= {…}` to add and `@tags -= {…}` to remove; `@result.tags` and `@session.tags` say whose they are",
        ),
        _ => diagnostic,
    }
}
