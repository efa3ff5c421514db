//! What may stand at a place, by the tokens before it.
//!
//! Braces are followed from the beginning of the text, so that it is known in what kind of block the place is; the rest is
//! decided by the last few tokens.

use sqrt_compiler::syntax::ast::Field;
use sqrt_compiler::syntax::token::{Span, Token, TokenKind as K};

use crate::editor::document::Document;

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    Nothing,
    Words(&'static [&'static str]),
    Declaration,
    Member,
    Statement,
    Target,
    Condition,
    /// A set; of a field of metadata, if that is known.
    Set(Option<Field>),
    LetValue,
    Element(Option<Field>),
    /// The inside of a string.
    Text(Option<Field>),
    Tool {
        with_quotes: bool,
    },
    Field {
        with_value: bool,
    },
    /// After `@`.
    PlaceName,
    /// One thing or the other.
    Version(Vec<Expected>),
}

/// A place with what may stand there.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) expected: Expected,
    /// What would be replaced: the word that the place is in or behind.
    pub(super) replaces: Span,
    /// The id of the tool block around it, as it is written.
    pub(super) tool: Option<String>,
}

/// Blocks and parentheses of braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brace {
    Tool,
    Updates,
    When,
    Set,
}

pub(super) fn context(document: &Document, offset: u32) -> Context {
    let tokens = document.tokens();
    let before = tokens.partition_point(|token| token.span.end < offset && token.kind != K::End);
    let current =
        tokens.get(before).filter(|token| token.span.start < offset && is_partial(document, token, offset));
    let replaces = match current {
        Some(token) if token.kind == K::Word => token.span,
        Some(token) => inside(document, token, offset),
        None => Span { start: offset, end: offset },
    };
    let count = if current.is_some() {
        before
    } else {
        tokens.partition_point(|token| token.span.end <= offset && token.kind != K::End)
    };
    let scan = Scan::new(document, tokens.get(..count).unwrap_or(&[]));
    let is_text = current.is_some_and(|token| token.kind != K::Word);
    let expected = match current {
        Some(token) if is_text && !document.slice(token.span).starts_with('"') => Expected::Nothing,
        _ if is_text => scan.text(),
        _ => scan.expected(),
    };
    Context { expected, replaces, tool: scan.tool() }
}

/// Whether the token is one that is being written: a word, or a string that the place is inside of.
fn is_partial(document: &Document, token: &Token, offset: u32) -> bool {
    match token.kind {
        K::Word => true,
        K::String | K::Regex | K::Wildcard | K::Date => offset < token.span.end,
        // A string without its end, to the end of the line.
        K::Invalid => document.slice(token.span).contains('"'),
        _ => false,
    }
}

/// What of a string is replaced: all between its quotes, or up to the place if it has no end.
fn inside(document: &Document, token: &Token, offset: u32) -> Span {
    let text = document.slice(token.span);
    let quote = text.find('"').and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
    let start = token.span.start.saturating_add(quote).saturating_add(1);
    let end = if token.kind == K::Invalid { offset } else { token.span.end.saturating_sub(1) };
    Span { start: start.min(offset), end: end.max(offset) }
}

struct Scan<'d> {
    document: &'d Document,
    before: &'d [Token],
    /// The open braces: what kind, and where among the tokens.
    open: Vec<(Brace, usize)>,
}

impl<'d> Scan<'d> {
    fn new(document: &'d Document, before: &'d [Token]) -> Self {
        let mut scan = Self { document, before, open: Vec::new() };
        for (at, token) in before.iter().enumerate() {
            match token.kind {
                K::LeftBrace => {
                    let brace = scan.brace(at);
                    scan.open.push((brace, at));
                }
                K::RightBrace => drop(scan.open.pop()),
                K::Word if scan.starts_declaration(at) => scan.open.clear(),
                _ => {}
            }
        }
        scan
    }

    /// The text of the token so many before a place.
    fn back(&self, at: usize, count: usize) -> &'d str {
        let token = at.checked_sub(count).and_then(|at| self.before.get(at));
        token.map_or("", |token| self.document.slice(token.span))
    }

    fn kind_back(&self, at: usize, count: usize) -> Option<K> {
        Some(self.before.get(at.checked_sub(count)?)?.kind)
    }

    /// Whether a declaration begins here, at the beginning of a line: what was open before it was never closed.
    fn starts_declaration(&self, at: usize) -> bool {
        let Some(token) = self.before.get(at) else { return false };
        let start = token.span.start;
        let line_start =
            start == 0 || self.document.slice(Span { start: start.saturating_sub(1), end: start }) == "\n";
        let next = self.before.get(at.saturating_add(1)).map(|token| token.kind);
        line_start
            && match self.document.slice(token.span) {
                "tool" => matches!(next, Some(K::String | K::Regex)),
                "let" => next == Some(K::Word),
                _ => false,
            }
    }

    /// What the `{` at a place opens.
    fn brace(&self, at: usize) -> Brace {
        let inner = self.open.last().map(|(brace, _)| *brace);
        let last = self.back(at, 1);
        match inner {
            None if matches!(self.kind_back(at, 1), Some(K::String | K::Regex))
                && self.back(at, 2) == "tool" =>
            {
                Brace::Tool
            }
            Some(Brace::Tool) if last == "result" => Brace::Updates,
            Some(Brace::Tool) if matches!(last, "before" | "after") && self.back(at, 2) == "session" => {
                Brace::Updates
            }
            Some(Brace::Updates) if self.is_after_when(at) && !self.wants_set(at) => Brace::When,
            _ => Brace::Set,
        }
    }

    /// Whether the statement that a place is in begins with `when`.
    fn is_after_when(&self, at: usize) -> bool {
        let start = self.statement_start(at);
        self.before.get(start).is_some_and(|token| self.document.slice(token.span) == "when")
    }

    /// Where the declaration, member or statement that a place is in begins among the tokens.
    fn statement_start(&self, at: usize) -> usize {
        let mut depth = 0usize;
        let mut start = at;
        while let Some(before) = start.checked_sub(1) {
            match self.before.get(before).map(|token| token.kind) {
                Some(K::Semicolon | K::Doc) if depth == 0 => break,
                // The `}` of a block ends what is before it, that of a set does not.
                Some(K::RightBrace) if depth == 0 && self.closes_block(before) => break,
                Some(K::RightBrace) => depth = depth.saturating_add(1),
                Some(K::LeftBrace) => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => break,
                },
                None => break,
                _ => {}
            }
            start = before;
        }
        start
    }

    /// Whether the `}` at a place is the end of a block, by what follows it: a set is followed by an operator, `;`, `)` or `{`.
    fn closes_block(&self, at: usize) -> bool {
        let Some(token) = self.before.get(at.saturating_add(1)) else {
            return self.is_on_line_of_its_own(at);
        };
        let text = self.document.slice(token.span);
        match token.kind {
            K::Word => {
                matches!(
                    text,
                    "must" | "should" | "hard" | "soft" | "priority" | "result" | "session" | "tool" | "let"
                ) || (text == "when" && self.is_on_line_of_its_own(at))
            }
            K::At | K::AtResult | K::AtSession | K::Doc | K::RightBrace => self.is_on_line_of_its_own(at),
            _ => false,
        }
    }

    fn is_on_line_of_its_own(&self, at: usize) -> bool {
        let Some(token) = self.before.get(at) else { return false };
        let start = at.checked_sub(1).and_then(|at| self.before.get(at)).map_or(0, |token| token.span.end);
        self.document.slice(Span { start, end: token.span.start }).contains('\n')
    }

    /// Whether a set has to follow the token before a place.
    fn wants_set(&self, at: usize) -> bool {
        matches!(self.back(at, 1), "in" | "overlaps" | "of" | "union" | "intersect" | "minus" | "xor" | "(")
            || matches!(self.kind_back(at, 1), Some(K::Equal | K::Pipe | K::Ampersand | K::Minus | K::Caret))
            || self.is_assignment(at)
    }

    fn is_assignment(&self, at: usize) -> bool {
        matches!(
            self.kind_back(at, 1),
            Some(K::Assign | K::AssignUnion | K::AssignIntersect | K::AssignMinus | K::AssignXor)
        )
    }

    fn tool(&self) -> Option<String> {
        if let Some((_, at)) = self.open.iter().find(|(brace, _)| *brace == Brace::Tool) {
            return Some(self.back(*at, 1).to_owned());
        }
        // A shorthand.
        let start = self.statement_start(self.before.len());
        let mut tokens = self.before.get(start..)?.iter();
        let first = tokens.find(|token| token.kind != K::Doc)?;
        let id = tokens.next().filter(|token| matches!(token.kind, K::String | K::Regex))?;
        (self.document.slice(first.span) == "tool").then(|| self.document.slice(id.span).to_owned())
    }

    /// The field of metadata that the set at a place is compared with or updates.
    fn field(&self, mut at: usize) -> Option<Field> {
        let start = self.statement_start(at);
        while let Some(before) = at.checked_sub(1).filter(|before| *before >= start) {
            let text = self.back(at, 1);
            at = before;
            match text {
                "tags" => return Some(Field::Tags),
                "producers" => return Some(Field::Producers),
                "consumers" => return Some(Field::Consumers),
                "and" | "or" | "not" | "when" | ".value" => return None,
                _ => {}
            }
        }
        None
    }

    /// The inside of a string.
    fn text(&self) -> Expected {
        let end = self.before.len();
        match (self.open.last(), self.back(end, 1)) {
            (None, "tool") => Expected::Tool { with_quotes: false },
            (Some((Brace::Set, at)), _) => Expected::Text(self.field(*at)),
            (_, "with" | "without") => Expected::Text(self.field(end)),
            // `"tag" in x.tags`
            _ if matches!(self.back(end, 1), "when" | "and" | "or" | "not" | "(") => {
                Expected::Text(Some(Field::Tags))
            }
            _ => Expected::Nothing,
        }
    }

    fn expected(&self) -> Expected {
        let end = self.before.len();
        let (last, kind) = (self.back(end, 1), self.kind_back(end, 1));
        let inner = self.open.last().map(|(brace, _)| *brace);
        match kind {
            Some(K::At) => return Expected::PlaceName,
            Some(K::Dot) => return self.after_dot(end),
            Some(K::Date | K::Number | K::SignedInfinity | K::Range) if inner == Some(Brace::Set) => {
                return Expected::Nothing;
            }
            _ => {}
        }
        if let (Some((Brace::Set, at)), Some(K::LeftBrace | K::Comma)) = (self.open.last(), kind) {
            return Expected::Element(self.field(*at));
        }
        if inner == Some(Brace::Set) {
            return in_element(last, kind);
        }
        if self.statement_start(end) == end {
            return match inner {
                None => Expected::Declaration,
                Some(Brace::Tool) => Expected::Member,
                Some(Brace::Updates) => Expected::Statement,
                _ => Expected::Target,
            };
        }
        self.after(end, last, kind)
    }

    fn after_dot(&self, end: usize) -> Expected {
        if self.back(end, 3) == "@args"
            || (self.kind_back(end, 2) == Some(K::Word) && self.kind_back(end, 3) == Some(K::Dot))
        {
            return Expected::Words(&["union", "intersect"]);
        }
        Expected::Field { with_value: self.kind_back(end, 2) != Some(K::AtArgs) }
    }

    fn after(&self, end: usize, last: &str, kind: Option<K>) -> Expected {
        match last {
            "tool" => return Expected::Tool { with_quotes: true },
            "let" => return Expected::Nothing,
            "must" | "should" | "hard" | "soft" => return Expected::Words(&["deny", "allow"]),
            "allow" | "deny" => return Expected::Words(&["when", "always"]),
            "when" | "and" | "or" | "not" => return Expected::Condition,
            "session" => return Expected::Words(&["before", "after"]),
            "subset" | "superset" => return Expected::Words(&["of"]),
            "is" => return Expected::Words(&["empty", "universal"]),
            "->" => {
                let words = Expected::Words(&["result", "session", "session before", "session after"]);
                return Expected::Version(vec![words, Expected::Target]);
            }
            "with" | "without" => return Expected::Element(self.field(end)),
            "(" => return Expected::Version(vec![Expected::Condition, Expected::Set(self.field(end))]),
            "result" | "before" | "after" if self.is_shorthand(end) => return Expected::Target,
            ".value" => return Expected::Words(&["in", "=="]),
            "always" | "priority" => return Expected::Nothing,
            _ => {}
        }
        if kind == Some(K::Assign) && self.back(end, 3) == "let" {
            return Expected::LetValue;
        }
        if self.wants_set(end) {
            return Expected::Set(self.field(end));
        }
        if matches!(last, "tags" | "producers" | "consumers") {
            return self.after_metadata(end);
        }
        match kind {
            Some(K::Word | K::RightBrace | K::RightParen) => self.after_operand(end),
            _ => Expected::Nothing,
        }
    }

    fn is_shorthand(&self, end: usize) -> bool {
        let start = self.statement_start(end);
        let tokens = self.before.get(start..).unwrap_or(&[]);
        tokens.iter().any(|token| token.kind == K::Arrow)
    }

    /// After a metadata set: a comparison, an operator, or what ends an expression.
    fn after_metadata(&self, end: usize) -> Expected {
        const COMPARISONS: &[&str] =
            &["overlaps", "subset of", "superset of", "is empty", "is universal", "=="];
        const ASSIGNMENTS: &[&str] = &["|=", "&=", "-=", "=", "^="];
        let start = self.statement_start(end);
        let target = end.checked_sub(if self.kind_back(end, 2) == Some(K::At) { 2 } else { 3 });
        if target == Some(start) || self.back(target.unwrap_or(0), 1) == "->" {
            return Expected::Words(ASSIGNMENTS);
        }
        let before = target.unwrap_or(0);
        if self.wants_set(before) && self.back(before, 1) != "(" {
            return self.after_operand(end);
        }
        Expected::Words(COMPARISONS)
    }

    /// After a set, a condition or the name of one.
    fn after_operand(&self, end: usize) -> Expected {
        let start = self.statement_start(end);
        let tokens = self.before.get(start..).unwrap_or(&[]);
        let is_condition = tokens
            .iter()
            .any(|token| matches!(self.document.slice(token.span), "when" | "in" | "overlaps" | "of" | "=="));
        if is_condition {
            return Expected::Words(&["and", "or", "union", "intersect", "minus", "xor", "with", "without"]);
        }
        if self.is_shorthand(end) {
            return Expected::Words(&["when", "union", "intersect", "minus", "xor", "with", "without"]);
        }
        Expected::Words(&["union", "intersect", "minus", "xor", "with", "without", "and", "or"])
    }
}

/// Within an element of a set.
fn in_element(last: &str, kind: Option<K>) -> Expected {
    match last {
        "str" => Expected::Words(&["matching", "like"]),
        "bool" => Expected::Words(&["true", "false"]),
        "int" | "float" | "datetime" | "matching" | "like" | "length" => Expected::Nothing,
        _ if matches!(kind, Some(K::String | K::Regex | K::Wildcard)) => Expected::Words(&["length"]),
        _ => Expected::Nothing,
    }
}
