//! Conditions: `or`, `and`, `not`, parentheses and comparisons.
//!
//! One loop with an explicit stack instead of recursion, so that the depth of the text costs no call stack. Operands
//! wait on one stack; a frame per open parenthesis knows where its operands begin.

use super::cursor::{Parse, Parser};
use super::lookahead::is_set_operator_word;
use crate::diagnostics::syntax as messages;
use crate::syntax::ast::{Name, Predicate, PredicateKind, SetComparison, ValueOperand, ValueOperandKind};
use crate::syntax::token::{Span, TokenId, TokenKind as K, TokenRange};
use smallvec::SmallVec;

/// An operand with the tokens it covers, parentheses included.
struct Operand<'a> {
    predicate: Predicate<'a>,
    outer: TokenRange,
}

/// Operands that wait for their operators: most conditions have one or two.
type Operands<'a> = SmallVec<[Operand<'a>; 2]>;

/// An open parenthesis, or the whole condition.
struct Frame {
    /// The `(`; `None` for the whole condition.
    paren: Option<usize>,
    /// Where the operands of the current `or` and `and` begin.
    or_start: usize,
    and_start: usize,
    /// Where the `not`s of the current operand begin.
    not_start: usize,
}

/// The state of one condition.
#[derive(Default)]
struct Stacks<'a> {
    operands: Operands<'a>,
    frames: SmallVec<[Frame; 2]>,
    nots: SmallVec<[usize; 4]>,
}

impl Stacks<'_> {
    fn open(&mut self, paren: Option<usize>) {
        let operands = self.operands.len();
        let frame = Frame { paren, or_start: operands, and_start: operands, not_start: self.nots.len() };
        self.frames.push(frame);
    }

    /// Parentheses and `not`s that are open.
    fn depth(&self) -> usize {
        self.frames.len().saturating_sub(1).saturating_add(self.nots.len())
    }
}

impl<'a> Parser<'a, '_> {
    /// A condition, as far as it goes.
    pub(super) fn predicate(&mut self) -> Parse<&'a Predicate<'a>> {
        let mut stacks = Stacks::default();
        stacks.open(None);
        loop {
            self.prefixes(&mut stacks)?;
            let first = self.pos();
            let predicate = self.comparison_or_name()?;
            let mut operand = Operand { predicate, outer: self.range_from(first) };
            loop {
                operand = self.apply_nots(&mut stacks, operand);
                stacks.operands.push(operand);
                if self.connective(&mut stacks) {
                    break;
                }
                operand = self.close(&mut stacks)?;
                if stacks.frames.is_empty() {
                    return Ok(self.arena.alloc(operand.predicate));
                }
            }
        }
    }

    /// `not` and `(` before an operand.
    fn prefixes(&mut self, stacks: &mut Stacks<'a>) -> Parse<()> {
        loop {
            let at = self.pos();
            if self.at(K::LeftParen) {
                stacks.open(Some(at));
            } else if self.at_word("not") && self.not_is_operator(at) {
                stacks.nots.push(at);
            } else {
                return Ok(());
            }
            self.check_depth(stacks.depth())?;
            self.bump();
        }
    }

    /// Refuses what nests deeper than the limit.
    pub(super) fn check_depth(&mut self, depth: usize) -> Parse<()> {
        if depth <= self.nesting_limit {
            return Ok(());
        }
        let diagnostic =
            messages::nesting_too_deep(self.file(), self.span_at(self.pos()), self.nesting_limit);
        self.fail(diagnostic)
    }

    fn apply_nots(&mut self, stacks: &mut Stacks<'a>, mut operand: Operand<'a>) -> Operand<'a> {
        let start = stacks.frames.last().map_or(0, |frame| frame.not_start);
        while stacks.nots.len() > start {
            let Some(not) = stacks.nots.pop() else { break };
            let range = self.range_from(not);
            let inner = self.arena.alloc(operand.predicate);
            operand =
                Operand { predicate: Predicate { kind: PredicateKind::Not(inner), range }, outer: range };
        }
        operand
    }

    /// Takes `and` or `or` and gets ready for the next operand; false if the chain ends here.
    fn connective(&mut self, stacks: &mut Stacks<'a>) -> bool {
        let is_and = self.at_word("and");
        if !is_and && !self.at_word("or") {
            return false;
        }
        if !is_and {
            let start = stacks.frames.last().map_or(0, |frame| frame.and_start);
            self.fold(&mut stacks.operands, start, PredicateKind::And);
            let operands = stacks.operands.len();
            if let Some(frame) = stacks.frames.last_mut() {
                frame.and_start = operands;
            }
        }
        self.bump();
        true
    }

    /// Makes one node of the operands from `start` on, if there are several.
    fn fold(
        &self,
        operands: &mut Operands<'a>,
        start: usize,
        kind: fn(&'a [Predicate<'a>]) -> PredicateKind<'a>,
    ) {
        if operands.len() <= start.saturating_add(1) {
            return;
        }
        let parts = operands.get(start..).unwrap_or(&[]);
        let first = parts.first().map_or(TokenId::default(), |part| part.outer.first);
        let end = parts.last().map_or(first, |part| part.outer.end);
        let children = self.arena.alloc_slice_fill_iter(parts.iter().map(|part| part.predicate));
        operands.truncate(start);
        let range = TokenRange { first, end };
        operands.push(Operand { predicate: Predicate { kind: kind(children), range }, outer: range });
    }

    /// Ends the innermost frame: the whole condition, or a parenthesis with its `)`.
    fn close(&mut self, stacks: &mut Stacks<'a>) -> Parse<Operand<'a>> {
        let Some(frame) = stacks.frames.pop() else { return self.unexpected("a condition") };
        self.fold(&mut stacks.operands, frame.and_start, PredicateKind::And);
        self.fold(&mut stacks.operands, frame.or_start, PredicateKind::Or);
        let Some(mut operand) = stacks.operands.pop() else { return self.unexpected("a condition") };
        if let Some(paren) = frame.paren {
            if !self.at(K::RightParen) {
                return self.not_the_end_of_predicate(&operand.predicate, Some(paren), "`)`");
            }
            self.bump();
            operand.outer = self.range_from(paren);
        }
        Ok(operand)
    }

    /// Reports why a condition does not end here: something stands where `due` (`)`, `;` or `{`) should.
    pub(super) fn not_the_end_of_predicate<T>(
        &mut self,
        last: &Predicate<'a>,
        paren: Option<usize>,
        due: &str,
    ) -> Parse<T> {
        let (file, span) = (self.file(), self.span_at(self.pos()));
        let text = self.text_at(self.pos());
        let is_symbol = matches!(self.kind(), K::Pipe | K::Ampersand | K::Minus | K::Caret);
        if let (PredicateKind::Name(name), true) = (last.kind, self.is_comparison(self.pos())) {
            let name_span = self.span_of(name.range);
            return self.fail(messages::name_compared(file, name_span, name.text, span, text));
        }
        if let PredicateKind::Name(name) = last.kind
            && let Some(diagnostic) =
                messages::name_tested(file, self.span_of(name.range), name.text, span, text)
        {
            return self.fail(diagnostic);
        }
        if self.is_comparison(self.pos()) {
            return self.fail(messages::comparison_chained(file, span, text));
        }
        if is_symbol || is_set_operator_word(self.word()) {
            return self.fail(messages::set_operator_between_conditions(file, span, text));
        }
        let ends_with_set = matches!(last.kind, PredicateKind::In(..) | PredicateKind::Compare(..));
        if ends_with_set && matches!(self.kind(), K::Number | K::SignedInfinity) {
            return self.fail(messages::number_after_set(file, span, text));
        }
        let open = paren.map(|at| self.span_at(at));
        self.fail(messages::condition_goes_on(file, span, &self.found(), self.word(), open, due))
    }

    // --- operands ---

    fn comparison_or_name(&mut self) -> Parse<Predicate<'a>> {
        let first = self.pos();
        let next = self.after(first);
        let is_value = match self.kind() {
            K::String | K::Date | K::Number | K::SignedInfinity => true,
            K::AtResult | K::AtSession => self.kind_at(next) == K::DotValue,
            K::Word if self.kind_at(next) == K::DotValue => true,
            K::Word => self.is_literal_word() && self.is_value_comparison(next),
            _ => false,
        };
        if is_value {
            return self.value_comparison(first);
        }
        let is_set = match self.kind() {
            K::At | K::AtResult | K::AtSession | K::AtArgs => true,
            K::Word => self.kind_at(next) == K::Dot || self.is_aggregation(first),
            _ => false,
        };
        if is_set {
            return self.set_comparison(first);
        }
        if self.at(K::Word) {
            let name = self.name();
            return Ok(Predicate { kind: PredicateKind::Name(name), range: name.range });
        }
        let (file, span) = (self.file(), self.span_at(first));
        let diagnostic = messages::expected_condition(file, span, &self.found(), self.kind());
        self.fail(diagnostic)
    }

    fn is_literal_word(&self) -> bool {
        matches!(self.word(), "true" | "false" | "inf")
    }

    fn is_value_comparison(&self, at: usize) -> bool {
        self.kind_at(at) == K::Equal || self.word_at(at) == "in"
    }

    fn value_comparison(&mut self, first: usize) -> Parse<Predicate<'a>> {
        let left = self.value_operand()?;
        let kind = if self.eat_word("in") {
            PredicateKind::In(left, self.set_expression()?)
        } else if self.at(K::Equal) {
            self.bump();
            PredicateKind::ValueEqual(left, self.right_value()?)
        } else {
            let span = self.span_at(self.pos());
            let left_text = self.text_of(self.span_of(left.range));
            let found = self.found();
            let diagnostic = messages::expected_value_comparison(
                self.file(),
                span,
                &found,
                self.word(),
                left_text,
                self.behind(),
            );
            return self.fail(diagnostic);
        };
        Ok(Predicate { kind, range: self.range_from(first) })
    }

    /// The right side of `==` after a value.
    fn right_value(&mut self) -> Parse<ValueOperand<'a>> {
        let next = self.after(self.pos());
        let is_value = match self.kind() {
            K::String | K::Date | K::Number | K::SignedInfinity => true,
            K::AtResult | K::AtSession => self.kind_at(next) == K::DotValue,
            K::Word => {
                self.kind_at(next) == K::DotValue || self.is_literal_word() && self.kind_at(next) != K::Dot
            }
            _ => false,
        };
        if is_value {
            return self.value_operand();
        }
        let span = self.span_at(self.pos());
        // `y.tags` is a metadata set like those that begin with `@`.
        let kind = if self.kind_at(next) == K::Dot { K::At } else { self.kind() };
        let diagnostic = messages::expected_value(self.file(), span, &self.found(), kind, self.word());
        self.fail(diagnostic)
    }

    /// A value or a literal; the caller has seen that one begins here.
    fn value_operand(&mut self) -> Parse<ValueOperand<'a>> {
        let first = self.pos();
        let kind = match self.kind() {
            K::String => ValueOperandKind::String(self.quoted()),
            K::Date => ValueOperandKind::Date(self.quoted()),
            K::AtResult => {
                self.bump();
                self.bump();
                ValueOperandKind::Result
            }
            K::AtSession => {
                self.bump();
                self.bump();
                ValueOperandKind::Session
            }
            K::Word if self.kind_at(self.after(first)) == K::DotValue => {
                let name: Name<'a> = self.name();
                self.bump();
                ValueOperandKind::Argument(name)
            }
            K::Word if self.at_word("true") || self.at_word("false") => {
                let value = self.at_word("true");
                self.bump();
                ValueOperandKind::Bool(value)
            }
            _ => ValueOperandKind::Number(self.number("a value")?),
        };
        Ok(ValueOperand { kind, range: self.range_from(first) })
    }

    fn set_comparison(&mut self, first: usize) -> Parse<Predicate<'a>> {
        let left = self.meta_operand()?;
        let operator = self.span_at(self.pos());
        let comparison = match self.word() {
            "overlaps" => SetComparison::Overlaps,
            "subset" | "superset" => {
                let subset = self.at_word("subset");
                self.bump();
                if !self.eat_word("of") {
                    return self.missing_of(operator);
                }
                let comparison = if subset { SetComparison::SubsetOf } else { SetComparison::SupersetOf };
                let kind = PredicateKind::Compare(left, comparison, self.set_expression()?);
                return Ok(Predicate { kind, range: self.range_from(first) });
            }
            "is" => {
                self.bump();
                let kind = match self.word() {
                    "empty" => PredicateKind::IsEmpty(left),
                    "universal" => PredicateKind::IsUniversal(left),
                    _ => {
                        let span = self.span_at(self.pos());
                        let diagnostic =
                            messages::expected_after_is(self.file(), span, &self.found(), self.word());
                        return self.fail(diagnostic);
                    }
                };
                self.bump();
                return Ok(Predicate { kind, range: self.range_from(first) });
            }
            _ if self.at(K::Equal) => SetComparison::Equal,
            _ => {
                let left_text = self.text_of(self.span_of(left.range));
                let found = self.found();
                let (file, word) = (self.file(), self.word());
                let diagnostic = messages::expected_set_comparison(
                    file,
                    operator,
                    &found,
                    word,
                    self.kind(),
                    left_text,
                    self.behind(),
                );
                return self.fail(diagnostic);
            }
        };
        self.bump();
        let kind = PredicateKind::Compare(left, comparison, self.set_expression()?);
        Ok(Predicate { kind, range: self.range_from(first) })
    }

    /// The word behind the current token.
    fn behind(&self) -> &str {
        self.word_at(self.after(self.pos()))
    }

    fn missing_of<T>(&mut self, operator: Span) -> Parse<T> {
        let word = self.text_of(operator);
        let span = self.span_at(self.pos());
        let diagnostic = messages::missing_of(self.file(), span, &self.found(), word);
        self.fail(diagnostic)
    }
}
