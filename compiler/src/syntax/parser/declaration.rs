//! The top level: lets, tools and shorthands.

use super::cursor::{Parse, Parser};
use super::lookahead::LetKind;
use super::recovery::Tail;
use crate::diagnostics::syntax::{self as messages, DocPlace};
use crate::syntax::ast::{
    Declaration, DeclarationKind, Let, LetValue, Name, Numeral, Quoted, Shorthand, ShorthandTarget, Target,
    TargetPlace, Tool, ToolId, Update,
};
use crate::syntax::token::TokenKind as K;

impl<'a> Parser<'a, '_> {
    /// All declarations of the file.
    pub(super) fn declarations(&mut self) -> &'a [Declaration<'a>] {
        let mut declarations = Vec::new();
        while !self.at(K::End) {
            let before = self.pos();
            let description = self.description();
            let kind = match self.declaration() {
                Ok(kind) => kind,
                Err(_) => {
                    self.recover_declaration();
                    DeclarationKind::Error
                }
            };
            declarations.push(Declaration { description, kind, range: self.range_from(before) });
            if self.pos() == before && !self.declaration_starts(before) {
                self.skip();
            }
        }
        self.refuse_docs(DocPlace::EndOfFile);
        self.arena.alloc_slice_copy(&declarations)
    }

    fn declaration(&mut self) -> Parse<DeclarationKind<'a>> {
        match self.word() {
            "let" => Ok(DeclarationKind::Let(self.let_declaration()?)),
            "tool" => self.tool_declaration(),
            word => {
                let (file, span, kind) = (self.file(), self.span_at(self.pos()), self.kind());
                let in_block = self.member_starts(self.pos());
                let diagnostic =
                    messages::expected_declaration(file, span, &self.found(), word, kind, in_block);
                let reported = self.report(diagnostic);
                if matches!(kind, K::Semicolon | K::RightBrace) {
                    self.skip();
                    return Ok(DeclarationKind::Error);
                }
                Err(reported)
            }
        }
    }

    // --- let ---

    /// `let NAME = …;`
    pub(super) fn let_declaration(&mut self) -> Parse<Let<'a>> {
        self.bump();
        if !self.at(K::Word) {
            let (file, span) = (self.file(), self.span_at(self.pos()));
            let diagnostic = messages::expected_name(file, span, &self.found(), self.kind());
            return self.fail(diagnostic);
        }
        let name = self.name();
        if !self.eat(K::Assign) {
            let (file, span) = (self.file(), self.span_at(self.pos()));
            let diagnostic = messages::expected_let_equals(file, span, &self.found());
            return self.fail(diagnostic);
        }
        let value = match self.let_value() {
            Ok(value) => value,
            Err(_) => {
                self.recover_declaration();
                LetValue::Error
            }
        };
        Ok(Let { name, value })
    }

    fn let_value(&mut self) -> Parse<LetValue<'a>> {
        match self.let_kind() {
            LetKind::Name => {
                let name = self.parenthesised_name()?;
                self.finish_declaration(&Tail::Name);
                Ok(LetValue::Name(name))
            }
            LetKind::Predicate => {
                let predicate = self.predicate()?;
                self.finish_declaration(&Tail::Predicate(predicate));
                Ok(LetValue::Predicate(predicate))
            }
            LetKind::Set => {
                let set = self.set_expression()?;
                self.finish_declaration(&Tail::Set);
                Ok(LetValue::Set(set))
            }
            LetKind::Domain => self.let_domain(),
        }
    }

    fn let_domain(&mut self) -> Parse<LetValue<'a>> {
        if self.kind() != K::Word {
            let (file, span) = (self.file(), self.span_at(self.pos()));
            let parenthesised = self.at(K::LeftParen);
            let diagnostic =
                messages::bare_element_as_let(file, span, self.text_at(self.pos()), parenthesised);
            return self.fail(diagnostic);
        }
        let element = self.element()?;
        self.finish_declaration(&Tail::Domain);
        Ok(LetValue::Domain(self.arena.alloc(element)))
    }

    /// A name in any number of parentheses.
    fn parenthesised_name(&mut self) -> Parse<Name<'a>> {
        let mut open = Vec::new();
        while self.at(K::LeftParen) {
            self.check_depth(open.len().saturating_add(1))?;
            open.push(self.pos());
            self.bump();
        }
        let name = self.name();
        while let Some(paren) = open.pop() {
            if !self.at(K::RightParen) {
                return self.not_the_end_of_set(Some(paren));
            }
            self.bump();
        }
        Ok(name)
    }

    // --- tools ---

    fn tool_declaration(&mut self) -> Parse<DeclarationKind<'a>> {
        let first = self.pos();
        self.bump();
        let id = match self.tool_id() {
            Ok(id) => id,
            // What is in the block has mistakes of its own to tell.
            Err(_) if self.recover_to_tool_body() => {
                let literal = Quoted { text: self.text_at(first), range: self.range_from(first) };
                ToolId { is_regex: false, literal }
            }
            Err(reported) => return Err(reported),
        };
        match self.kind() {
            K::LeftBrace => {
                let members = self.tool_body(first);
                Ok(DeclarationKind::Tool(Tool { id, members }))
            }
            K::LeftBracket | K::Arrow => Ok(DeclarationKind::Shorthand(self.shorthand(id)?)),
            kind => {
                let (file, span) = (self.file(), self.span_at(self.pos()));
                let diagnostic = messages::expected_tool_body(file, span, &self.found(), kind, self.word());
                let reported = self.report(diagnostic);
                if !self.recover_to_tool_body() {
                    return Err(reported);
                }
                let members = self.tool_body(first);
                Ok(DeclarationKind::Tool(Tool { id, members }))
            }
        }
    }

    /// `"name"` or `r"pattern"`; another token that was meant as the id is reported and taken.
    fn tool_id(&mut self) -> Parse<ToolId<'a>> {
        let is_regex = self.at(K::Regex);
        if is_regex || self.at(K::String) {
            return Ok(ToolId { is_regex, literal: self.quoted() });
        }
        let (file, span, kind) = (self.file(), self.span_at(self.pos()), self.kind());
        let text = self.text_at(self.pos());
        let diagnostic = messages::bad_tool_id(file, span, &self.found(), text, kind);
        let reported = self.report(diagnostic);
        let next = self.kind_at(self.after(self.pos()));
        let is_meant = matches!(kind, K::Word | K::Wildcard | K::Date | K::Invalid | K::Number)
            && matches!(next, K::LeftBrace | K::LeftBracket | K::Arrow);
        if !is_meant {
            return Err(reported);
        }
        let literal = Quoted { text, range: self.here() };
        self.bump();
        Ok(ToolId { is_regex: false, literal })
    }

    // --- shorthands ---

    fn shorthand(&mut self, id: ToolId<'a>) -> Parse<Shorthand<'a>> {
        let priority = if self.at(K::LeftBracket) { Some(self.shorthand_priority()?) } else { None };
        if !self.at(K::Arrow) {
            let (file, span) = (self.file(), self.span_at(self.pos()));
            let diagnostic = messages::expected_arrow(file, span, &self.found(), self.kind());
            return self.fail(diagnostic);
        }
        self.bump();
        let target = self.shorthand_target();
        let update = self.shorthand_update()?;
        if !self.at_word("when") {
            self.finish_declaration(&Tail::Set);
            return Ok(Shorthand { id, priority, target, update, condition: None });
        }
        self.bump();
        let condition = self.predicate()?;
        self.finish_declaration(&Tail::Predicate(condition));
        Ok(Shorthand { id, priority, target, update, condition: Some(condition) })
    }

    fn shorthand_priority(&mut self) -> Parse<Numeral<'a>> {
        self.bump();
        let number = self.integer("[N]")?;
        self.expect(K::RightBracket, "`]`")?;
        Ok(number)
    }

    /// A whole number, as priorities are.
    pub(super) fn integer(&mut self, what: &str) -> Parse<Numeral<'a>> {
        if self.at(K::Number) && !self.text_at(self.pos()).contains('.') {
            return self.number("a whole number");
        }
        let (file, span) = (self.file(), self.span_at(self.pos()));
        let diagnostic = messages::expected_integer(file, span, &self.found(), what);
        self.fail(diagnostic)
    }

    fn shorthand_target(&mut self) -> ShorthandTarget {
        if self.eat_word("result") {
            return ShorthandTarget::Result;
        }
        if !self.eat_word("session") {
            return ShorthandTarget::Result;
        }
        if self.eat_word("before") {
            return ShorthandTarget::SessionBefore;
        }
        self.eat_word("after");
        ShorthandTarget::SessionAfter
    }

    fn shorthand_update(&mut self) -> Parse<Update<'a>> {
        let first = self.pos();
        if !self.at(K::At) {
            let (file, span) = (self.file(), self.span_at(first));
            let diagnostic =
                messages::bad_shorthand_target(file, span, &self.found(), self.kind(), self.word());
            return self.fail(diagnostic);
        }
        self.bump();
        let field = self.field("@", "")?;
        let target = Target { place: TargetPlace::Context, field, range: self.range_from(first) };
        let op = self.assignment()?;
        let value = self.set_expression()?;
        Ok(Update { target, op, value, range: self.range_from(first) })
    }
}
