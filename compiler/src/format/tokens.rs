//! From the tokens of a file to a document, in their order: every token and every comment once.
//!
//! What stands between two tokens is what the callers say, or what [`is_apart`] says of the two. Comments go where they were:
//! behind what they stand behind on a line, else on lines of their own, and one empty line between two lines stays.
//!
//! Invariants: tokens are taken one after another and none is left out; a line comment ends its line.

use super::document::Command;
use crate::syntax::token::{Comment, Span, Token, TokenId, TokenKind as K, TokenTable};
use std::borrow::Cow;

/// Takes the tokens of a file one after another.
pub(super) struct Tokens<'s> {
    source: &'s str,
    table: &'s TokenTable,
    commands: Vec<Command<'s>>,
    /// The next token.
    next: u32,
    /// How many comments were taken.
    comments: usize,
    /// Where what was taken last ends.
    end: usize,
    /// Whether a line comment was taken last.
    must_end_line: bool,
    is_behind_comment: bool,
    /// Whether a line was begun that has nothing on it yet.
    at_line_start: bool,
}

impl<'s> Tokens<'s> {
    pub(super) fn new(source: &'s str, table: &'s TokenTable) -> Tokens<'s> {
        Tokens {
            source,
            table,
            commands: Vec::new(),
            next: 0,
            comments: 0,
            end: 0,
            must_end_line: false,
            is_behind_comment: false,
            at_line_start: true,
        }
    }

    /// The document.
    pub(super) fn into_commands(self) -> Vec<Command<'s>> {
        self.commands
    }

    /// The next token.
    pub(super) fn peek(&self) -> Token {
        self.table.get(TokenId(self.next))
    }

    /// Whether the next token is before this one.
    pub(super) fn is_before(&self, end: TokenId) -> bool {
        self.next < end.0 && self.peek().kind != K::End
    }

    /// The text of a token.
    fn text(&self, span: Span) -> &'s str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Adds what says where lines may end.
    pub(super) fn push(&mut self, command: Command<'s>) {
        let ends_line = matches!(
            command,
            Command::Space | Command::Break | Command::SoftBreak | Command::Line | Command::BlankLine
        );
        if ends_line && self.must_end_line {
            self.must_end_line = false;
            let line = if matches!(command, Command::BlankLine) { command } else { Command::Line };
            self.commands.push(line);
        } else {
            self.commands.push(command);
        }
        self.at_line_start |= matches!(self.commands.last(), Some(Command::Line | Command::BlankLine));
    }

    fn push_text(&mut self, text: impl Into<Cow<'s, str>>) {
        if self.must_end_line {
            self.must_end_line = false;
            self.commands.push(Command::Line);
        }
        self.commands.push(Command::Text(text.into()));
        self.at_line_start = false;
    }

    /// Takes the next token, with the comments before it and those that follow on its line.
    pub(super) fn token(&mut self) {
        let token = self.peek();
        while let Some(comment) = self.comment_before(token.span.start) {
            if !self.at_line_start {
                self.push(Command::Line);
            }
            self.comment(comment);
            self.push(Command::Line);
        }
        self.next += 1;
        let text = self.text(token.span);
        match text.strip_prefix("///").filter(|_| token.kind == K::Doc) {
            Some(doc) => self.doc(doc),
            None => self.push_text(text),
        }
        self.end = token.span.end as usize;
        self.is_behind_comment = false;
        self.comments_behind();
    }

    /// A doc comment: without the space that its line may begin with, it says the same.
    fn doc(&mut self, text: &'s str) {
        let text = text.strip_suffix('\r').unwrap_or(text);
        let space = if text.is_empty() || text.starts_with(' ') { "" } else { " " };
        self.push_text(format!("///{space}{text}"));
    }

    /// Takes tokens up to this one, with spaces where they are apart.
    pub(super) fn flat(&mut self, end: TokenId) {
        let mut before = None;
        while self.is_before(end) {
            let token = self.peek();
            if before.is_some_and(|before| is_apart(before, token.kind)) {
                self.push(Command::Space);
            }
            let text = self.text(token.span);
            before = Some(Before { kind: token.kind, is_domain: is_domain(text) });
            self.token();
        }
    }

    /// Begins a line for the next token, after the comments that stand on lines of their own before it.
    pub(super) fn line(&mut self, is_first: bool, wants_blank: bool) {
        let token = self.peek();
        let mut wants_blank = wants_blank;
        let mut is_first = is_first;
        while let Some(comment) = self.comment_before(token.span.start) {
            self.begin_line(comment.span.start, is_first, wants_blank);
            self.comment(comment);
            (is_first, wants_blank) = (false, false);
        }
        if token.kind != K::End {
            self.begin_line(token.span.start, is_first, wants_blank);
        }
    }

    /// Whether a comment was taken last.
    pub(super) fn is_behind_comment(&self) -> bool {
        self.is_behind_comment
    }

    /// Takes the comments before the next token, each on a line of its own.
    pub(super) fn comment_lines(&mut self, is_first: bool) {
        let (next, mut is_first) = (self.peek().span.start, is_first);
        while let Some(comment) = self.comment_before(next) {
            self.begin_line(comment.span.start, is_first, false);
            self.comment(comment);
            is_first = false;
        }
    }

    fn begin_line(&mut self, start: u32, is_first: bool, wants_blank: bool) {
        let between = self.source.get(self.end..start as usize).unwrap_or_default();
        let has_blank = between.matches('\n').count() > 1;
        let is_blank = !is_first && (has_blank || wants_blank);
        self.push(if is_blank { Command::BlankLine } else { Command::Line });
    }

    /// The next comment, if it begins before this.
    fn comment_before(&self, start: u32) -> Option<Comment> {
        self.table.comments().get(self.comments).copied().filter(|comment| comment.span.start < start)
    }

    fn comment(&mut self, comment: Comment) {
        self.comments += 1;
        let text = self.text(comment.span);
        self.push_text(if comment.is_block { text } else { text.trim_end() });
        self.end = comment.span.end as usize;
        self.must_end_line = !comment.is_block;
        self.is_behind_comment = true;
    }

    /// The comments that stand on the line of what was taken last.
    fn comments_behind(&mut self) {
        let next = self.peek().span.start;
        while let Some(comment) = self.comment_before(next) {
            let between = self.source.get(self.end..comment.span.start as usize).unwrap_or_default();
            if between.contains('\n') {
                return;
            }
            self.push(Command::Space);
            self.comment(comment);
        }
    }
}

/// All tokens but doc comments, with spaces where they are apart; braces are those of sets.
pub(super) fn on_one_line(source: &str, table: &TokenTable) -> String {
    let mut out = String::new();
    let mut before: Option<Before> = None;
    for token in table.tokens().iter().filter(|token| !matches!(token.kind, K::Doc | K::End)) {
        let is_inside = |before: Before| before.kind == K::LeftBrace || token.kind == K::RightBrace;
        if before.is_some_and(|before| is_apart(before, token.kind) && !is_inside(before)) {
            out.push(' ');
        }
        let text = source.get(token.span.start as usize..token.span.end as usize).unwrap_or_default();
        out.push_str(text);
        before = Some(Before { kind: token.kind, is_domain: is_domain(text) });
    }
    out
}

/// A token that was taken.
#[derive(Clone, Copy)]
struct Before {
    kind: K,
    /// Whether it is a word that a range may follow.
    is_domain: bool,
}

fn is_domain(text: &str) -> bool {
    matches!(text, "int" | "float" | "length" | "datetime")
}

/// Whether two tokens that follow each other are separated by a space.
fn is_apart(before: Before, next: K) -> bool {
    let is_range = |kind| matches!(kind, K::Range | K::RangeOpenLeft | K::RangeOpenRight | K::RangeOpen);
    match (before.kind, next) {
        (K::LeftParen | K::LeftBracket | K::At | K::Dot, _) => false,
        (_, K::RightParen | K::RightBracket | K::Comma | K::Semicolon | K::Dot | K::DotValue) => false,
        (kind, _) if is_range(kind) => false,
        (_, kind) if is_range(kind) => before.is_domain,
        _ => true,
    }
}
