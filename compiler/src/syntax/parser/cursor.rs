//! The parser's view of the tokens: looking ahead, moving on, doc comments and errors.
//!
//! Invariants: the position never stands on a doc comment, doc comments are taken where the grammar has them and
//! reported everywhere else; the position only moves forward; at one position at most one error is reported, and none
//! on a token that the lexer has reported.

use bumpalo::Bump;

use crate::diagnostics::{Diagnostic, Sink, quote, syntax as messages};
use crate::limits::Limits;
use crate::syntax::ast::Name;
use crate::syntax::token::{FileId, Span, Token, TokenId, TokenKind, TokenRange, TokenTable};

/// Proof that a diagnostic was reported; whoever gets it recovers in silence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reported(());

/// The result of a grammar function.
pub(super) type Parse<T> = Result<T, Reported>;

/// The state of the parser.
pub(super) struct Parser<'a, 't> {
    pub(super) arena: &'a Bump,
    source: &'a str,
    table: &'t TokenTable,
    sink: Sink,
    /// The current token, never a doc comment.
    pos: usize,
    /// One past the last token that was taken.
    previous_end: usize,
    /// The position whose doc comments were taken or reported.
    docs_settled: usize,
    /// The position of the last error.
    last_error: Option<usize>,
    /// Whether a `{` of a set literal is open; recovery must not take its `}` for that of a block.
    pub(super) in_set_literal: bool,
    pub(super) nesting_limit: usize,
    pub(super) elements_limit: usize,
    steps_limit: usize,
    steps_left: usize,
    /// How many more errors are worth looking for.
    errors_left: usize,
}

impl<'a, 't> Parser<'a, 't> {
    pub(super) fn new(
        arena: &'a Bump,
        source: &'a str,
        table: &'t TokenTable,
        sink: Sink,
        limits: &Limits,
    ) -> Self {
        let mut parser = Self {
            arena,
            source,
            table,
            sink,
            pos: 0,
            previous_end: 0,
            docs_settled: usize::MAX,
            last_error: None,
            in_set_literal: false,
            nesting_limit: limits.nesting(),
            elements_limit: limits.set_elements(),
            steps_limit: limits.parse_steps(),
            steps_left: limits.parse_steps(),
            // One more than is kept, so that the list says that there are more.
            errors_left: limits.diagnostics().saturating_add(1),
        };
        parser.pos = parser.skip_docs(0);
        parser
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.sink.finish()
    }

    pub(super) fn file(&self) -> FileId {
        self.sink.file()
    }

    // --- looking ---

    /// The current position; only for looking ahead and for ranges.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    fn token(&self, at: usize) -> Token {
        self.table.get(token_id(at))
    }

    pub(super) fn kind_at(&self, at: usize) -> TokenKind {
        self.token(at).kind
    }

    pub(super) fn kind(&self) -> TokenKind {
        self.kind_at(self.pos)
    }

    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.kind() == kind
    }

    /// The position after `at`, doc comments skipped.
    pub(super) fn after(&self, at: usize) -> usize {
        self.skip_docs(at.saturating_add(1))
    }

    fn skip_docs(&self, mut at: usize) -> usize {
        while self.kind_at(at) == TokenKind::Doc {
            at = at.saturating_add(1);
        }
        at.min(self.table.tokens().len().saturating_sub(1))
    }

    pub(super) fn text_of(&self, span: Span) -> &'a str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub(super) fn text_at(&self, at: usize) -> &'a str {
        self.text_of(self.token(at).span)
    }

    /// Up to `longest` bytes before a byte offset.
    pub(super) fn text_before(&self, end: usize, longest: usize) -> &'a [u8] {
        self.source.as_bytes().get(end.saturating_sub(longest)..end).unwrap_or(&[])
    }

    /// The word at a position; empty if it is no word.
    pub(super) fn word_at(&self, at: usize) -> &'a str {
        if self.kind_at(at) == TokenKind::Word { self.text_at(at) } else { "" }
    }

    /// The current word; empty if it is none.
    pub(super) fn word(&self) -> &'a str {
        self.word_at(self.pos)
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        self.word() == word
    }

    pub(super) fn span_at(&self, at: usize) -> Span {
        self.token(at).span
    }

    pub(super) fn span_of(&self, range: TokenRange) -> Span {
        self.table.span(range)
    }

    /// The text of the last token taken; empty at the beginning.
    pub(super) fn previous_text(&self) -> &'a str {
        self.previous_end.checked_sub(1).map_or("", |last| self.text_at(last))
    }

    /// Whether a line ends between the last token taken and the current one.
    pub(super) fn at_line_start(&self) -> bool {
        let start = self.previous_end.checked_sub(1).map_or(0, |last| self.token(last).span.end);
        let gap = Span { start, end: self.token(self.pos).span.start };
        self.previous_end == 0 || self.text_of(gap).contains('\n')
    }

    // --- moving ---

    /// Takes the current token. At the end it stays.
    pub(super) fn bump(&mut self) {
        self.refuse_docs(messages::DocPlace::Inside);
        self.advance();
    }

    fn advance(&mut self) {
        if self.kind() == TokenKind::End {
            return;
        }
        self.previous_end = self.pos.saturating_add(1);
        self.pos = self.after(self.pos);
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.steps_left == 0 && self.kind() != TokenKind::End {
            let span = self.span_at(self.pos);
            self.report(messages::too_many_steps(self.file(), span, self.steps_limit));
            self.stop();
        }
    }

    /// Goes to the end of the text; nothing that is missing there is reported.
    fn stop(&mut self) {
        self.pos = self.table.tokens().len().saturating_sub(1);
        self.docs_settled = self.pos;
        self.last_error = Some(self.pos);
    }

    /// Skips the current token and its doc comments while recovering.
    pub(super) fn skip(&mut self) {
        self.docs_settled = self.pos;
        self.advance();
    }

    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump();
        }
        found
    }

    // --- ranges and names ---

    /// From `first` to the last token taken.
    pub(super) fn range_from(&self, first: usize) -> TokenRange {
        TokenRange { first: token_id(first), end: token_id(self.previous_end.max(first)) }
    }

    pub(super) fn previous_end(&self) -> usize {
        self.previous_end
    }

    /// An empty place right after the last token taken.
    pub(super) fn span_after_previous(&self) -> Span {
        let end = self.previous_end.checked_sub(1).map_or(0, |last| self.token(last).span.end);
        Span { start: end, end }
    }

    /// The current token as a range, not taken.
    pub(super) fn here(&self) -> TokenRange {
        TokenRange { first: token_id(self.pos), end: token_id(self.pos.saturating_add(1)) }
    }

    /// Takes the current word as a name.
    pub(super) fn name(&mut self) -> Name<'a> {
        let name = Name { text: self.word(), range: self.here() };
        self.bump();
        name
    }

    // --- doc comments ---

    /// Where the doc comments right before the current token begin.
    fn docs_start(&self) -> usize {
        let mut start = self.pos;
        while start > 0 && self.kind_at(start.saturating_sub(1)) == TokenKind::Doc {
            start = start.saturating_sub(1);
        }
        start
    }

    /// Takes the doc comments before the current token as a description (S1.2).
    pub(super) fn description(&mut self) -> Option<&'a str> {
        let start = self.docs_start();
        if start == self.pos || self.docs_settled == self.pos {
            return None;
        }
        self.docs_settled = self.pos;
        self.warn_trailing_doc(start);
        if start.saturating_add(1) == self.pos {
            return Some(doc_line(self.text_at(start)));
        }
        let lines: Vec<&str> = (start..self.pos).map(|at| doc_line(self.text_at(at))).collect();
        Some(self.arena.alloc_str(&lines.join("\n")))
    }

    /// A doc comment at the end of a line looks as if it described what stands before it.
    fn warn_trailing_doc(&mut self, doc: usize) {
        let Some(previous) = doc.checked_sub(1) else { return };
        let gap = Span { start: self.span_at(previous).end, end: self.span_at(doc).start };
        let ends_something = matches!(self.kind_at(previous), TokenKind::Semicolon | TokenKind::RightBrace);
        if ends_something && !self.text_of(gap).contains('\n') {
            self.sink.push(messages::trailing_doc(self.file(), self.span_at(doc)));
        }
    }

    /// Reports the doc comments before the current token, if there are any that were not taken.
    pub(super) fn refuse_docs(&mut self, place: messages::DocPlace) {
        let before = self.pos.checked_sub(1).map(|before| self.kind_at(before));
        if before != Some(TokenKind::Doc) || self.docs_settled == self.pos {
            return;
        }
        let start = self.docs_start();
        self.docs_settled = self.pos;
        if start < self.pos {
            let end = self.span_at(self.pos.saturating_sub(1)).end;
            let span = Span { start: self.span_at(start).start, end };
            self.sink.push(messages::misplaced_doc(self.file(), span, place));
        }
    }

    // --- errors ---

    /// Reports a diagnostic about the current position, unless there is one already.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        let known = self.kind() == TokenKind::Invalid || self.swallowed_the_rest();
        if !known && self.last_error != Some(self.pos) {
            self.sink.push(diagnostic);
            self.errors_left = self.errors_left.saturating_sub(1);
        }
        if self.errors_left == 0 {
            self.stop();
        }
        self.last_error = Some(self.pos);
        Reported(())
    }

    /// Whether the text ends here only because a string or comment is never closed, which was reported where it begins.
    fn swallowed_the_rest(&self) -> bool {
        let Some(previous) = self.pos.checked_sub(1).filter(|_| self.kind() == TokenKind::End) else {
            return false;
        };
        let text = self.text_at(previous);
        let open = text.starts_with("/*") || text.trim_start_matches(['r', 'w', 'd']).starts_with('"');
        open && self.kind_at(previous) == TokenKind::Invalid
    }

    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Parse<T> {
        Err(self.report(diagnostic))
    }

    /// Reports that the current token is not what the grammar asks for.
    pub(super) fn unexpected<T>(&mut self, expected: &str) -> Parse<T> {
        let diagnostic = messages::unexpected(self.file(), self.span_at(self.pos), &self.found(), expected);
        self.fail(diagnostic)
    }

    /// The current token for a message.
    pub(super) fn found(&self) -> String {
        match self.kind() {
            TokenKind::End => "the end of the file".to_owned(),
            _ => quote(self.text_at(self.pos)),
        }
    }

    pub(super) fn expect(&mut self, kind: TokenKind, expected: &str) -> Parse<()> {
        if self.eat(kind) { Ok(()) } else { self.unexpected(expected) }
    }
}

/// Token tables are shorter than 2^32 (see the limit of bytes).
pub(super) fn token_id(at: usize) -> TokenId {
    TokenId(u32::try_from(at).unwrap_or(u32::MAX))
}

/// The text of a doc comment line (S1.2).
fn doc_line(token: &str) -> &str {
    let text = token.strip_prefix("///").unwrap_or(token);
    let text = text.strip_prefix(' ').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
