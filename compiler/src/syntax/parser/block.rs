//! Tool blocks: members, check rules, result and session blocks, updates.

use super::cursor::{Parse, Parser, token_id};
use super::recovery::Tail;
use crate::diagnostics::syntax::{self as messages, Block, DocPlace};
use crate::syntax::ast::{
    AssignOp, Enforcement, Member, MemberKind, Outcome, Predicate, PredicateKind, Rule, SetExpr, SetExprKind,
    Statement, StatementKind, Target, TargetPlace, Timing, Update,
};
use crate::syntax::token::{TokenKind as K, TokenRange};

impl<'a> Parser<'a, '_> {
    /// `{ members }`; `tool` is where the declaration begins.
    pub(super) fn tool_body(&mut self, tool: usize) -> &'a [Member<'a>] {
        let open = self.pos();
        self.bump();
        let mut members = Vec::new();
        while !self.block_ends(open, Block::Tool, tool) {
            let before = self.pos();
            let description = self.description();
            let kind = match self.member() {
                Ok(kind) => kind,
                Err(_) => {
                    self.recover();
                    MemberKind::Error
                }
            };
            members.push(Member { description, kind, range: self.range_from(before) });
            self.ensure_progress(before);
        }
        self.arena.alloc_slice_copy(&members)
    }

    /// Recovery may stop where it began, at what looks like a beginning but cannot stand here; then that is skipped.
    fn ensure_progress(&mut self, before: usize) {
        if self.pos() == before {
            self.skip();
            self.recover();
        }
    }

    /// Takes the `}` of a block, or reports that it is missing where something begins that cannot stand in the block.
    fn block_ends(&mut self, open: usize, block: Block, outer: usize) -> bool {
        let at = self.pos();
        if self.at(K::RightBrace) {
            self.refuse_docs(DocPlace::EndOfBlock);
            self.bump();
            return true;
        }
        let foreign = self.declaration_starts(at) || (block != Block::Tool && self.member_starts(at));
        let is_inside = !self.at_line_start() || self.line_indent(at) > self.line_indent(outer);
        if !self.at(K::End) && (!foreign || is_inside) {
            return false;
        }
        let (file, span) = (self.file(), self.span_at(at));
        let diagnostic = messages::unclosed_block(file, span, &self.found(), self.span_at(open), block);
        self.report(diagnostic);
        true
    }

    /// The white space that the line of a token begins with, cut at a length that no indentation has.
    fn line_indent(&self, at: usize) -> usize {
        const LONGEST: usize = 200;
        let before = self.text_before(self.span_at(at).start as usize, LONGEST);
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at.saturating_add(1));
        let line = before.get(line_start..).unwrap_or(&[]);
        line.iter().take_while(|b| b.is_ascii_whitespace()).count()
    }

    fn member(&mut self) -> Parse<MemberKind<'a>> {
        match self.word() {
            "must" | "hard" => self.rule(Enforcement::Must),
            "should" | "soft" => self.rule(Enforcement::Should),
            "priority" => {
                self.bump();
                let number = self.integer("priority")?;
                self.finish(&Tail::Complete);
                Ok(MemberKind::Priority(number))
            }
            "result" => {
                self.bump();
                Ok(MemberKind::Result(self.statements(Block::Result)?))
            }
            "session" => {
                self.bump();
                let timing = self.timing()?;
                Ok(MemberKind::Session(timing, self.statements(Block::Session)?))
            }
            word => {
                let (file, span, at) = (self.file(), self.span_at(self.pos()), self.pos());
                let is_declaration = self.declaration_starts(at);
                let next = self.text_at(self.after(at));
                let diagnostic = messages::expected_member(
                    file,
                    span,
                    &self.found(),
                    word,
                    self.kind(),
                    next,
                    is_declaration,
                );
                let reported = self.report(diagnostic);
                if is_declaration {
                    self.skip_declaration();
                    return Ok(MemberKind::Error);
                }
                Err(reported)
            }
        }
    }

    fn timing(&mut self) -> Parse<Timing> {
        let timing = match self.word() {
            "before" => Timing::Before,
            "after" => Timing::After,
            _ => {
                let span = self.span_at(self.pos());
                let diagnostic = messages::expected_timing(self.file(), span, &self.found(), self.kind());
                return self.fail(diagnostic);
            }
        };
        self.bump();
        Ok(timing)
    }

    // --- rules ---

    fn rule(&mut self, enforcement: Enforcement) -> Parse<MemberKind<'a>> {
        let keyword = self.word();
        self.bump();
        let outcome = match self.word() {
            "allow" => Outcome::Allow,
            "deny" => Outcome::Deny,
            word => {
                let span = self.span_at(self.pos());
                let diagnostic = messages::expected_outcome(self.file(), span, &self.found(), word, keyword);
                return self.fail(diagnostic);
            }
        };
        self.bump();
        let condition = match self.word() {
            "always" => {
                self.bump();
                self.finish(&Tail::Complete);
                None
            }
            "when" => {
                self.bump();
                Some(self.rule_condition())
            }
            word => {
                let span = self.span_at(self.pos());
                let diagnostic =
                    messages::expected_clause(self.file(), span, &self.found(), word, self.kind());
                return self.fail(diagnostic);
            }
        };
        Ok(MemberKind::Rule(Rule { enforcement, outcome, condition }))
    }

    /// A condition and its `;`; an error node if it cannot be parsed.
    fn rule_condition(&mut self) -> &'a Predicate<'a> {
        let first = self.pos();
        match self.predicate() {
            Ok(predicate) => {
                self.finish(&Tail::Predicate(predicate));
                predicate
            }
            Err(_) => {
                let predicate = self.error_predicate(first);
                self.recover();
                predicate
            }
        }
    }

    fn error_predicate(&self, first: usize) -> &'a Predicate<'a> {
        self.arena.alloc(Predicate { kind: PredicateKind::Error, range: self.range_from(first) })
    }

    // --- result and session blocks ---

    fn statements(&mut self, block: Block) -> Parse<&'a [Statement<'a>]> {
        let open = self.pos();
        self.expect(K::LeftBrace, "`{`")?;
        let mut statements = Vec::new();
        while !self.block_ends(open, block, open) {
            let before = self.pos();
            let description = self.description();
            let kind = match self.statement(block) {
                Ok(kind) => kind,
                Err(_) => {
                    self.recover();
                    StatementKind::Error
                }
            };
            statements.push(Statement { description, kind, range: self.range_from(before) });
            self.ensure_progress(before);
        }
        Ok(self.arena.alloc_slice_copy(&statements))
    }

    /// Whether a `when` statement begins here; `when.tags = …` updates an argument named `when`.
    fn at_when(&self) -> bool {
        self.at_word("when") && !matches!(self.kind_at(self.after(self.pos())), K::Dot | K::DotValue)
    }

    fn statement(&mut self, block: Block) -> Parse<StatementKind<'a>> {
        if self.at_when() {
            return self.conditional(block);
        }
        if self.declaration_starts(self.pos()) {
            let diagnostic =
                messages::declaration_in_block(self.file(), self.span_at(self.pos()), &self.found());
            self.report(diagnostic);
            self.skip_declaration();
            return Ok(StatementKind::Error);
        }
        Ok(StatementKind::Update(self.update(block)?))
    }

    fn conditional(&mut self, block: Block) -> Parse<StatementKind<'a>> {
        self.bump();
        let first = self.pos();
        let condition = match self.predicate() {
            Ok(predicate) if self.at(K::LeftBrace) => predicate,
            Ok(predicate) => {
                self.no_body(predicate)?;
                predicate
            }
            Err(reported) => {
                let predicate = self.error_predicate(first);
                if !self.recover_to_body() {
                    return Err(reported);
                }
                predicate
            }
        };
        let updates = self.when_body(block)?;
        if self.at_word("else") {
            let diagnostic = messages::no_else(self.file(), self.span_at(self.pos()));
            return self.fail(diagnostic);
        }
        Ok(StatementKind::When(condition, updates))
    }

    /// A condition after which no `{` stands; goes to the body if there is one all the same.
    fn no_body(&mut self, predicate: &'a Predicate<'a>) -> Parse<()> {
        let reported = if matches!(self.kind(), K::Semicolon | K::RightBrace | K::End) {
            let diagnostic =
                messages::when_without_body(self.file(), self.span_at(self.pos()), &self.found());
            self.report(diagnostic)
        } else {
            match self.not_the_end_of_predicate::<()>(predicate, None, "`{`") {
                Ok(()) => return Ok(()),
                Err(reported) => reported,
            }
        };
        if self.recover_to_body() { Ok(()) } else { Err(reported) }
    }

    /// The updates in the braces of a `when`; they have no descriptions.
    fn when_body(&mut self, block: Block) -> Parse<&'a [Update<'a>]> {
        let open = self.pos();
        self.expect(K::LeftBrace, "`{`")?;
        let mut updates = Vec::new();
        while !self.block_ends(open, Block::When, open) {
            let before = self.pos();
            self.refuse_docs(DocPlace::InWhen);
            if self.at_when() {
                let diagnostic = messages::nested_when(self.file(), self.span_at(before));
                self.report(diagnostic);
                self.skip();
                if self.recover_to_body() {
                    self.skip_braces();
                } else {
                    self.recover();
                }
            } else {
                match self.update(block) {
                    Ok(update) => updates.push(update),
                    Err(_) => self.recover(),
                }
            }
            self.ensure_progress(before);
        }
        Ok(self.arena.alloc_slice_copy(&updates))
    }

    // --- updates ---

    /// `TARGET OP E;`
    fn update(&mut self, block: Block) -> Parse<Update<'a>> {
        let first = self.pos();
        let target = self.target(block)?;
        let op = self.assignment()?;
        let value_start = self.pos();
        let value = match self.set_expression() {
            Ok(value) => value,
            Err(_) => {
                let range = self.range_from(value_start);
                let value = SetExpr { kind: SetExprKind::Error, range, parenthesized: false };
                let value: &'a SetExpr<'a> = self.arena.alloc(value);
                let update = Update { target, op, value, range: self.range_from(first) };
                self.recover();
                return Ok(update);
            }
        };
        let range = self.range_from(first);
        if self.at_word("when") && !self.at_line_start() {
            let diagnostic = messages::when_after_update(self.file(), self.span_at(self.pos()));
            self.report(diagnostic);
            self.recover();
        } else {
            self.finish(&Tail::Set);
        }
        Ok(Update { target, op, value, range })
    }

    fn target(&mut self, block: Block) -> Parse<Target<'a>> {
        let first = self.pos();
        let next = self.kind_at(self.after(first));
        let (place, field) = match self.kind() {
            K::At => {
                self.bump();
                (TargetPlace::Context, self.field("@", "")?)
            }
            K::AtResult | K::AtSession | K::AtArgs | K::Word if next == K::DotValue => {
                let end = self.after(first).saturating_add(1);
                let range = TokenRange { first: token_id(first), end: token_id(end) };
                let diagnostic = messages::value_as_target(self.file(), self.span_of(range));
                return self.fail(diagnostic);
            }
            K::AtResult => {
                self.bump();
                (TargetPlace::Result, self.field_after_dot()?)
            }
            K::AtSession => {
                self.bump();
                (TargetPlace::Session, self.field_after_dot()?)
            }
            K::Word if next == K::Dot => {
                let name = self.name();
                (TargetPlace::Argument(name), self.field_after_dot()?)
            }
            kind => {
                let (file, span) = (self.file(), self.span_at(first));
                let diagnostic =
                    messages::expected_statement(file, span, &self.found(), self.word(), kind, block);
                return self.fail(diagnostic);
            }
        };
        Ok(Target { place, field, range: self.range_from(first) })
    }

    /// `=`, `|=`, `&=`, `-=` or `^=`
    pub(super) fn assignment(&mut self) -> Parse<AssignOp> {
        let op = match self.kind() {
            K::Assign => AssignOp::Set,
            K::AssignUnion => AssignOp::Union,
            K::AssignIntersect => AssignOp::Intersect,
            K::AssignMinus => AssignOp::Minus,
            K::AssignXor => AssignOp::Xor,
            kind => {
                let (file, span) = (self.file(), self.span_at(self.pos()));
                let diagnostic = messages::expected_assignment(file, span, &self.found(), kind, self.word());
                return self.fail(diagnostic);
            }
        };
        self.bump();
        Ok(op)
    }
}
