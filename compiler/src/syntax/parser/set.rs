//! Set expressions: operators, `with` and `without`, literals, metadata sets and names (S5.1).
//!
//! Like conditions, one loop with an explicit stack; chains of one operator become one node however long they are.

use super::cursor::{Parse, Parser};
use super::lookahead::is_field;
use crate::diagnostics::syntax as messages;
use crate::syntax::ast::{Element, ElementStep, Field, MetaOperand, MetaPlace, SetExpr, SetExprKind, SetOp};
use crate::syntax::token::{TokenId, TokenKind as K, TokenRange};
use smallvec::{SmallVec, smallvec};

/// An operand with the tokens it covers, parentheses included.
#[derive(Clone, Copy)]
struct Operand<'a> {
    set: SetExpr<'a>,
    outer: TokenRange,
}

/// Operands that wait for their operators: most expressions have one.
type Operands<'a> = SmallVec<[Operand<'a>; 2]>;

/// The operators from loosest to tightest; the place in this list is the level.
const LEVELS: [SetOp; 4] = [SetOp::Xor, SetOp::Minus, SetOp::Intersect, SetOp::Union];

/// An open parenthesis, or the whole expression.
struct Frame {
    /// The `(`; `None` for the whole expression.
    paren: Option<usize>,
    /// Where the operands of the current chain of each level begin.
    starts: [usize; LEVELS.len()],
}

impl<'a> Parser<'a, '_> {
    /// A set expression, as far as it goes.
    pub(super) fn set_expression(&mut self) -> Parse<&'a SetExpr<'a>> {
        let mut operands = Operands::new();
        let mut frames: SmallVec<[Frame; 2]> = smallvec![Frame { paren: None, starts: [0; LEVELS.len()] }];
        loop {
            while self.at(K::LeftParen) {
                self.check_depth(frames.len())?;
                frames.push(Frame { paren: Some(self.pos()), starts: [operands.len(); LEVELS.len()] });
                self.bump();
            }
            let first = self.pos();
            let set = self.set_atom()?;
            let mut operand = Operand { set, outer: self.range_from(first) };
            loop {
                operand = self.steps(operand)?;
                operands.push(operand);
                if self.set_operator(&mut operands, frames.last_mut()) {
                    break;
                }
                let Some(frame) = frames.pop() else { return self.unexpected("a set") };
                operand = self.close_set(&mut operands, &frame)?;
                if frames.is_empty() {
                    return Ok(self.arena.alloc(operand.set));
                }
            }
        }
    }

    /// The operator at the current token.
    fn operator_here(&self) -> Option<SetOp> {
        match (self.kind(), self.word()) {
            (K::Pipe, _) | (_, "union") => Some(SetOp::Union),
            (K::Ampersand, _) | (_, "intersect") => Some(SetOp::Intersect),
            (K::Minus, _) | (_, "minus") => Some(SetOp::Minus),
            (K::Caret, _) | (_, "xor") => Some(SetOp::Xor),
            _ => None,
        }
    }

    /// Takes an operator and folds the tighter chains before it; false if the expression ends here.
    fn set_operator(&mut self, operands: &mut Operands<'a>, frame: Option<&mut Frame>) -> bool {
        let (Some(op), Some(frame)) = (self.operator_here(), frame) else { return false };
        self.bump();
        let is_tighter = |(level, _): &(&SetOp, &mut usize)| **level > op;
        for (level, start) in LEVELS.iter().zip(frame.starts.iter_mut()).filter(is_tighter).rev() {
            self.fold_set(operands, *start, *level);
        }
        // Only now is it known where their next chains begin: folding shortens the stack.
        for (_, start) in LEVELS.iter().zip(frame.starts.iter_mut()).filter(is_tighter) {
            *start = operands.len();
        }
        true
    }

    /// Makes one node of the operands from `start` on, if there are several.
    fn fold_set(&self, operands: &mut Operands<'a>, start: usize, op: SetOp) {
        if operands.len() <= start.saturating_add(1) {
            return;
        }
        let parts = operands.get(start..).unwrap_or(&[]);
        let first = parts.first().map_or(TokenId::default(), |part| part.outer.first);
        let end = parts.last().map_or(first, |part| part.outer.end);
        let children = self.arena.alloc_slice_fill_iter(parts.iter().map(|part| part.set));
        operands.truncate(start);
        let range = TokenRange { first, end };
        let set = SetExpr { kind: SetExprKind::Chain(op, children), range, parenthesized: false };
        operands.push(Operand { set, outer: range });
    }

    /// Ends the whole expression, or a parenthesis with its `)`.
    fn close_set(&mut self, operands: &mut Operands<'a>, frame: &Frame) -> Parse<Operand<'a>> {
        for (level, start) in LEVELS.iter().zip(frame.starts).rev() {
            self.fold_set(operands, start, *level);
        }
        let Some(mut operand) = operands.pop() else { return self.unexpected("a set") };
        if let Some(paren) = frame.paren {
            if !self.at(K::RightParen) {
                return self.not_the_end_of_set(Some(paren));
            }
            self.bump();
            operand.set.parenthesized = true;
            operand.outer = self.range_from(paren);
        }
        Ok(operand)
    }

    /// Reports why a set expression does not end here.
    pub(super) fn not_the_end_of_set<T>(&mut self, paren: Option<usize>) -> Parse<T> {
        let (file, span) = (self.file(), self.span_at(self.pos()));
        if self.is_comparison(self.pos()) {
            return self.fail(messages::set_expression_compared(file, span, self.text_at(self.pos())));
        }
        if let K::Number | K::SignedInfinity = self.kind() {
            return self.fail(messages::number_after_set(file, span, self.text_at(self.pos())));
        }
        if matches!(self.word(), "and" | "or" | "not") {
            return self.fail(messages::connective_between_sets(file, span, self.word()));
        }
        let open = paren.map(|at| self.span_at(at));
        self.fail(messages::set_goes_on(file, span, &self.found(), self.word(), open))
    }

    /// `with e without f …` after an operand.
    fn steps(&mut self, operand: Operand<'a>) -> Parse<Operand<'a>> {
        let mut steps = Vec::new();
        while matches!(self.word(), "with" | "without") {
            let adds = self.at_word("with");
            self.bump();
            steps.push(ElementStep { adds, element: self.element()? });
        }
        if steps.is_empty() {
            return Ok(operand);
        }
        let first = operand.outer.first;
        let range = TokenRange { first, end: self.range_from(first.0 as usize).end };
        let base = self.arena.alloc(operand.set);
        let kind = SetExprKind::Elements(base, self.arena.alloc_slice_copy(&steps));
        Ok(Operand { set: SetExpr { kind, range, parenthesized: false }, outer: range })
    }

    fn set_atom(&mut self) -> Parse<SetExpr<'a>> {
        let first = self.pos();
        let next = self.after(first);
        let kind = match self.kind() {
            K::LeftBrace => self.set_literal()?,
            K::At | K::AtResult | K::AtSession | K::AtArgs => SetExprKind::Meta(self.meta_operand()?),
            K::Word if matches!(self.kind_at(next), K::Dot | K::DotValue) || self.is_aggregation(first) => {
                SetExprKind::Meta(self.meta_operand()?)
            }
            K::Word if self.is_domain(first) => {
                let span = self.span_at(first);
                let diagnostic = messages::domain_as_set(self.file(), span, self.word());
                return self.fail(diagnostic);
            }
            K::Word => SetExprKind::Name(self.name()),
            kind => {
                let span = self.span_at(first);
                let diagnostic = messages::expected_set(
                    self.file(),
                    span,
                    &self.found(),
                    kind,
                    self.kind_at(self.after(first)),
                );
                return self.fail(diagnostic);
            }
        };
        Ok(SetExpr { kind, range: self.range_from(first), parenthesized: false })
    }

    fn set_literal(&mut self) -> Parse<SetExprKind<'a>> {
        let open = self.pos();
        self.bump();
        if self.eat(K::RightBrace) {
            return Ok(SetExprKind::Literal(&[]));
        }
        self.in_set_literal = true;
        let mut elements: SmallVec<[Element<'a>; 4]> = SmallVec::new();
        loop {
            if elements.len() >= self.elements_limit {
                let (file, span) = (self.file(), self.span_at(self.pos()));
                return self.fail(messages::too_many_elements(file, span, self.elements_limit));
            }
            elements.push(self.element()?);
            if self.eat(K::RightBrace) {
                break;
            }
            if !self.at(K::Comma) {
                let (file, span, open) = (self.file(), self.span_at(self.pos()), self.span_at(open));
                let (kind, next) = (self.kind(), self.kind_at(self.after(self.pos())));
                let diagnostic = messages::set_literal_goes_on(file, span, &self.found(), kind, next, open);
                let reported = self.report(diagnostic);
                // Meant as a comma: what follows is an element, and no other mistake.
                if kind != K::Semicolon || !messages::is_literal(next) {
                    return Err(reported);
                }
            }
            self.bump();
            if self.at(K::RightBrace) {
                let span = self.span_of(self.range_from(self.previous_end().saturating_sub(1)));
                return self.fail(messages::trailing_comma(self.file(), span));
            }
        }
        self.in_set_literal = false;
        Ok(SetExprKind::Literal(self.arena.alloc_slice_copy(&elements)))
    }

    /// A metadata set; the caller has seen that one begins here.
    pub(super) fn meta_operand(&mut self) -> Parse<MetaOperand<'a>> {
        let first = self.pos();
        let (place, field) = match self.kind() {
            K::At => {
                self.bump();
                (MetaPlace::Context, self.field("@", "")?)
            }
            K::AtResult => (MetaPlace::Result, self.dotted_field()?),
            K::AtSession => (MetaPlace::Session, self.dotted_field()?),
            K::AtArgs => {
                let field = self.dotted_field()?;
                (self.aggregation_suffix()?, field)
            }
            _ if self.is_aggregation(first) => self.aggregation()?,
            _ => {
                let name = self.name();
                (MetaPlace::Argument(name), self.field_after_dot()?)
            }
        };
        Ok(MetaOperand { place, field, range: self.range_from(first) })
    }

    /// Takes `@result` or its like, `.` and a field.
    fn dotted_field(&mut self) -> Parse<Field> {
        self.bump();
        self.field_after_dot()
    }

    /// `.` and a field.
    pub(super) fn field_after_dot(&mut self) -> Parse<Field> {
        if self.at(K::DotValue) {
            let span = self.span_at(self.pos());
            let diagnostic = messages::value_as_set(self.file(), span);
            return self.fail(diagnostic);
        }
        let owner = self.previous_text();
        self.expect(K::Dot, "`.tags`, `.producers` or `.consumers`")?;
        self.field(".", owner)
    }

    /// The name of a metadata set after `.` or `@`; `owner` is what stands before the `.`.
    pub(super) fn field(&mut self, before: &str, owner: &str) -> Parse<Field> {
        let field = match self.word() {
            "tags" => Field::Tags,
            "producers" => Field::Producers,
            "consumers" => Field::Consumers,
            word => {
                let span = self.span_at(self.pos());
                let found = self.found();
                let diagnostic = messages::unknown_field(self.file(), span, &found, word, before, owner);
                return self.fail(diagnostic);
            }
        };
        self.bump();
        Ok(field)
    }

    /// `.union` or `.intersect` after `@args.F`.
    fn aggregation_suffix(&mut self) -> Parse<MetaPlace<'a>> {
        if !self.eat(K::Dot) {
            return Ok(MetaPlace::ArgsUnion);
        }
        let place = match self.word() {
            "union" => MetaPlace::ArgsUnion,
            "intersect" => MetaPlace::ArgsIntersect,
            _ => return self.unexpected("`union` or `intersect`"),
        };
        self.bump();
        Ok(place)
    }

    /// `union of F from args`
    fn aggregation(&mut self) -> Parse<(MetaPlace<'a>, Field)> {
        let place = if self.at_word("union") { MetaPlace::ArgsUnion } else { MetaPlace::ArgsIntersect };
        self.bump();
        self.bump();
        if !is_field(self.word()) {
            return self.unexpected("`tags`, `producers` or `consumers`");
        }
        let field = self.field("of ", "")?;
        if !self.eat_word("from") {
            return self.unexpected("`from args`");
        }
        if !self.eat_word("args") {
            return self.unexpected("`args`");
        }
        Ok((place, field))
    }
}
