//! After an error: where to go on, so that one mistake yields one message and the next mistake is still found.
//!
//! Since no word is reserved, a word alone says little; two tokens in a row that begin a declaration, a member or a
//! statement are taken as a beginning wherever they stand.

use super::cursor::{Parse, Parser};
use super::lookahead::is_field;
use crate::diagnostics::syntax as messages;
use crate::syntax::ast::Predicate;
use crate::syntax::token::TokenKind as K;

/// What stands before a place where `;` is due, for the message.
pub(super) enum Tail<'a> {
    Predicate(&'a Predicate<'a>),
    Set,
    /// A bare name of a let, which may be a condition or a set.
    Name,
    Domain,
    /// Something after which only `;` can stand.
    Complete,
}

impl<'a> Parser<'a, '_> {
    pub(super) fn declaration_starts(&self, at: usize) -> bool {
        let next = self.after(at);
        match self.word_at(at) {
            "let" => self.kind_at(next) == K::Word && self.kind_at(self.after(next)) == K::Assign,
            "tool" => matches!(self.kind_at(next), K::String | K::Regex),
            _ => false,
        }
    }

    pub(super) fn member_starts(&self, at: usize) -> bool {
        let next = self.after(at);
        match self.word_at(at) {
            "must" | "hard" | "should" | "soft" => matches!(self.word_at(next), "allow" | "deny"),
            "priority" => self.kind_at(next) == K::Number,
            "result" => self.kind_at(next) == K::LeftBrace,
            "session" => matches!(self.word_at(next), "before" | "after"),
            _ => false,
        }
    }

    pub(super) fn is_assignment(&self, at: usize) -> bool {
        matches!(
            self.kind_at(at),
            K::Assign | K::AssignUnion | K::AssignIntersect | K::AssignMinus | K::AssignXor
        )
    }

    /// Whether an update begins here: a target and an assignment operator.
    fn update_starts(&self, at: usize) -> bool {
        let next = self.after(at);
        let field = match self.kind_at(at) {
            K::At => next,
            K::AtResult | K::AtSession | K::Word if self.kind_at(next) == K::Dot => self.after(next),
            _ => return false,
        };
        is_field(self.word_at(field)) && self.is_assignment(self.after(field))
    }

    /// Whether something new begins at the current token, so that a `;` is what is missing before it.
    fn something_starts(&self) -> bool {
        let at = self.pos();
        matches!(self.kind(), K::RightBrace | K::End)
            || self.declaration_starts(at)
            || self.member_starts(at)
            || self.update_starts(at)
            || (self.at_line_start() && self.at_word("when") && !self.is_comparison(self.after(at)))
    }

    /// `;`, or a report of what is wrong instead. A `;` that is merely missing is reported and taken as there.
    pub(super) fn semicolon(&mut self, tail: &Tail<'a>) -> Parse<()> {
        if self.eat(K::Semicolon) {
            return Ok(());
        }
        if self.something_starts() {
            let diagnostic = messages::missing_semicolon(self.file(), self.span_after_previous());
            self.report(diagnostic);
            return Ok(());
        }
        match tail {
            Tail::Predicate(predicate) => self.not_the_end_of_predicate(predicate, None, "`;`"),
            Tail::Set => self.not_the_end_of_set(None),
            Tail::Name => {
                let span = self.span_at(self.pos());
                let diagnostic = messages::name_goes_on(self.file(), span, &self.found(), self.word());
                self.fail(diagnostic)
            }
            Tail::Domain => {
                let span = self.span_at(self.pos());
                let diagnostic = messages::domain_goes_on(self.file(), span, &self.found(), self.word());
                self.fail(diagnostic)
            }
            Tail::Complete => {
                let diagnostic =
                    messages::unexpected(self.file(), self.span_at(self.pos()), &self.found(), "`;`");
                self.fail(diagnostic.help("each rule and each statement ends with a `;` of its own"))
            }
        }
    }

    /// The `;` of a member or statement; recovers where something else stands.
    pub(super) fn finish(&mut self, tail: &Tail<'a>) {
        if self.semicolon(tail).is_err() {
            self.recover();
        }
    }

    /// The `;` of a let or shorthand; recovers where something else stands.
    pub(super) fn finish_declaration(&mut self, tail: &Tail<'a>) {
        if self.semicolon(tail).is_err() {
            self.recover_declaration();
        }
    }

    /// Skips the rest of a member or statement: past its `;`, or up to the end of the block or the next beginning.
    pub(super) fn recover(&mut self) {
        let mut in_literal = std::mem::take(&mut self.in_set_literal);
        let mut depth = 0usize;
        let mut in_block = false; // sets have no `;`, so braces with one are a block, and end the statement
        loop {
            match self.kind() {
                K::End => return,
                K::Semicolon if depth == 0 => return self.skip(),
                K::Semicolon if depth == 1 && !self.statement_follows() => return self.skip(),
                K::Semicolon => in_block = true,
                K::LeftBrace => depth = depth.saturating_add(1),
                K::RightBrace if in_literal => in_literal = false,
                K::RightBrace if depth == 0 => return,
                K::RightBrace if depth == 1 && in_block => return self.skip(),
                K::RightBrace => depth = depth.saturating_sub(1),
                _ if self.declaration_starts(self.pos()) || self.member_starts(self.pos()) => return,
                _ if depth == 0 && self.update_starts(self.pos()) => return,
                _ => {}
            }
            self.skip();
        }
    }

    /// Whether what follows the current `;` goes on inside of the braces that hold it.
    fn statement_follows(&self) -> bool {
        let next = self.after(self.pos());
        self.kind_at(next) == K::RightBrace || self.update_starts(next)
    }

    /// Skips the rest of a declaration: past its `;` or its block, or up to the next declaration.
    pub(super) fn recover_declaration(&mut self) {
        let mut in_literal = std::mem::take(&mut self.in_set_literal);
        let mut depth = 0usize;
        let mut is_first = true;
        loop {
            match self.kind() {
                K::End => return,
                K::Semicolon if depth == 0 => return self.skip(),
                K::LeftBrace => depth = depth.saturating_add(1),
                K::RightBrace if in_literal => in_literal = false,
                K::RightBrace => {
                    depth = depth.saturating_sub(1);
                    let next = self.after(self.pos());
                    if depth == 0 && (self.kind_at(next) == K::End || self.declaration_starts(next)) {
                        return self.skip();
                    }
                }
                _ if !is_first && self.declaration_starts(self.pos()) => return,
                _ => {}
            }
            is_first = false;
            self.skip();
        }
    }

    /// After an error between `tool` and its block: goes to the `{` of the block, if that comes before whatever ends or
    /// begins something else.
    pub(super) fn recover_to_tool_body(&mut self) -> bool {
        let (start, mut at, mut in_literal) = (self.pos(), self.pos(), false);
        loop {
            let next = self.after(at);
            match self.kind_at(at) {
                K::LeftBrace if self.kind_at(next) == K::RightBrace || self.is_body_word(next) => break,
                K::LeftBrace => in_literal = true,
                K::RightBrace if in_literal => in_literal = false,
                K::RightBrace | K::Semicolon | K::End => return false,
                _ if at != start && self.declaration_starts(at) || self.member_starts(at) => return false,
                _ => {}
            }
            at = next;
        }
        while self.pos() < at {
            self.skip();
        }
        true
    }

    /// Whether a word stands here that begins a member of a tool block, or something that was meant as one, and no element.
    fn is_body_word(&self, at: usize) -> bool {
        let is_element = matches!(self.word_at(at), "str" | "int" | "float" | "bool" | "datetime");
        self.kind_at(at) == K::Word && !is_element
    }

    /// Skips braces and what is in them, with the parser before the `{`.
    pub(super) fn skip_braces(&mut self) {
        let mut depth = 0usize;
        while !self.at(K::End) {
            match self.kind() {
                K::LeftBrace => depth = depth.saturating_add(1),
                K::RightBrace => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.skip();
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips a declaration that stands within a block.
    pub(super) fn skip_declaration(&mut self) {
        let is_let = self.at_word("let");
        while !self.at(K::End) && !self.at(K::Semicolon) && (is_let || !self.at(K::LeftBrace)) {
            self.skip();
        }
        if self.at(K::LeftBrace) { self.skip_braces() } else { self.skip() }
    }

    /// After an error in the condition of a `when`: goes to the `{` of its body if that comes before the `;` or `}`
    /// that ends the statement.
    pub(super) fn recover_to_body(&mut self) -> bool {
        let mut in_literal = std::mem::take(&mut self.in_set_literal);
        loop {
            let next = self.after(self.pos());
            match self.kind() {
                K::LeftBrace if self.update_starts(next) => return true,
                K::LeftBrace => in_literal = true,
                K::RightBrace if in_literal => in_literal = false,
                K::RightBrace | K::Semicolon | K::End => return false,
                _ if self.declaration_starts(self.pos()) || self.member_starts(self.pos()) => return false,
                _ => {}
            }
            self.skip();
        }
    }
}
