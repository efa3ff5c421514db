//! Elements of sets, type domains, ranges and literals (S4.2).

use super::cursor::{Parse, Parser};
use crate::diagnostics::syntax as messages;
use crate::syntax::ast::{Bound, DateLiteral, Element, ElementKind, Numeral, Quoted, Range, StrPattern};
use crate::syntax::token::{TokenKind as K, TokenRange};

impl<'a> Parser<'a, '_> {
    /// An element of a set literal, or after `with`.
    pub(super) fn element(&mut self) -> Parse<Element<'a>> {
        let first = self.pos();
        let kind = match self.kind() {
            K::String => ElementKind::String(self.quoted()),
            K::Regex => ElementKind::Regex(self.quoted()),
            K::Wildcard => ElementKind::Wildcard(self.quoted()),
            K::Number | K::SignedInfinity => ElementKind::Number(self.number("a number")?),
            K::Word if self.is_domain(first) => self.domain()?,
            K::Word if self.at_word("inf") => ElementKind::Number(self.number("a number")?),
            kind => {
                let next = self.kind_at(self.after(first));
                let (file, span) = (self.file(), self.span_at(first));
                let diagnostic =
                    messages::expected_element(file, span, &self.found(), kind, self.word(), next);
                return self.fail(diagnostic);
            }
        };
        Ok(Element { kind, range: self.range_from(first) })
    }

    /// A type domain; the caller has seen that one begins here.
    fn domain(&mut self) -> Parse<ElementKind<'a>> {
        let word = self.word();
        self.bump();
        match word {
            "bool" => {
                let value = self.at_word("true");
                self.bump();
                Ok(ElementKind::Bool(value))
            }
            "int" => Ok(ElementKind::Int(self.number_range()?)),
            "float" => Ok(ElementKind::Float(self.number_range()?)),
            "datetime" => Ok(ElementKind::Datetime(self.date_range()?)),
            _ => self.str_domain(),
        }
    }

    /// What follows `str`.
    fn str_domain(&mut self) -> Parse<ElementKind<'a>> {
        let (word, kind) = (self.word(), self.kind());
        let pattern = match (kind, word) {
            (K::String, _) => StrPattern::Exact(self.quoted()),
            (_, "matching") => {
                self.bump();
                StrPattern::Matching(self.literal(K::Regex, "a regex, `r\"…\"`, after `matching`")?)
            }
            (_, "like") => {
                self.bump();
                StrPattern::Like(self.literal(K::Wildcard, "a wildcard string, `w\"…\"`, after `like`")?)
            }
            _ => {
                let (file, span) = (self.file(), self.span_at(self.pos()));
                let diagnostic = messages::bad_str_domain(file, span, &self.found(), kind, word);
                return self.fail(diagnostic);
            }
        };
        let length = if self.eat_word("length") { Some(self.number_range()?) } else { None };
        Ok(ElementKind::Str(pattern, length))
    }

    // --- ranges ---

    /// A range of numbers, or one number.
    fn number_range(&mut self) -> Parse<Range<Numeral<'a>>> {
        const EXPECTED: &str = "a number or a range (`1..5`, `1<..5`, `..5`, `5..`)";
        let lower = if self.is_number() { Some(self.number(EXPECTED)?) } else { None };
        let Some((lower_inclusive, upper_inclusive)) = self.range_operator() else {
            return match lower {
                Some(number) => Ok(Range::Exact(number)),
                None => self.unexpected(EXPECTED),
            };
        };
        self.check_open_start(lower.is_some(), lower_inclusive)?;
        self.bump();
        let upper = if self.is_number() { Some(self.number(EXPECTED)?) } else { None };
        self.check_open_end(lower.is_some(), upper.is_some(), upper_inclusive)?;
        Ok(Range::Between {
            lower: lower.map(|value| Bound { value, inclusive: lower_inclusive }),
            upper: upper.map(|value| Bound { value, inclusive: upper_inclusive }),
        })
    }

    /// A range of dates, or one date. Only `d"…"` has ranges.
    fn date_range(&mut self) -> Parse<Range<DateLiteral<'a>>> {
        const EXPECTED: &str = "a date, `d\"2025-01-31\"`, or a range of dates";
        if self.is_number() {
            return Ok(Range::Exact(DateLiteral::Number(self.number(EXPECTED)?)));
        }
        if self.at(K::String) {
            let first = self.pos();
            let date = DateLiteral::Text(self.quoted());
            if self.range_operator().is_some() {
                return self.range_of_plain_strings(first);
            }
            return Ok(Range::Exact(date));
        }
        let lower = if self.at(K::Date) { Some(self.quoted()) } else { None };
        let Some((lower_inclusive, upper_inclusive)) = self.range_operator() else {
            return match lower {
                Some(date) => Ok(Range::Exact(DateLiteral::Text(date))),
                None => self.unexpected(EXPECTED),
            };
        };
        self.check_open_start(lower.is_some(), lower_inclusive)?;
        self.bump();
        if matches!(self.kind(), K::String | K::Number) {
            return self.range_of_plain_strings(self.pos());
        }
        let upper = if self.at(K::Date) { Some(self.quoted()) } else { None };
        self.check_open_end(lower.is_some(), upper.is_some(), upper_inclusive)?;
        Ok(Range::Between {
            lower: lower.map(|date| Bound { value: DateLiteral::Text(date), inclusive: lower_inclusive }),
            upper: upper.map(|date| Bound { value: DateLiteral::Text(date), inclusive: upper_inclusive }),
        })
    }

    fn range_of_plain_strings<T>(&mut self, bound: usize) -> Parse<T> {
        let (span, text) = (self.span_at(bound), self.text_at(bound));
        let diagnostic = messages::date_range_needs_dates(self.file(), span, text);
        self.fail(diagnostic)
    }

    /// Which bounds the range operator at the current token includes: (lower, upper).
    fn range_operator(&self) -> Option<(bool, bool)> {
        match self.kind() {
            K::Range => Some((true, true)),
            K::RangeOpenLeft => Some((false, true)),
            K::RangeOpenRight => Some((true, false)),
            K::RangeOpen => Some((false, false)),
            _ => None,
        }
    }

    /// `<..5` excludes a bound that is not there.
    fn check_open_start(&mut self, has_lower: bool, lower_inclusive: bool) -> Parse<()> {
        if has_lower || lower_inclusive {
            return Ok(());
        }
        let span = self.span_at(self.pos());
        let diagnostic = messages::range_without_lower(self.file(), span, self.text_at(self.pos()));
        self.fail(diagnostic)
    }

    /// `5..<` excludes a bound that is not there, `..` has none at all.
    fn check_open_end(&mut self, has_lower: bool, has_upper: bool, upper_inclusive: bool) -> Parse<()> {
        if has_upper || (has_lower && upper_inclusive) {
            return Ok(());
        }
        let span = self.span_at(self.pos());
        let diagnostic = messages::range_without_upper(self.file(), span, &self.found());
        self.fail(diagnostic)
    }

    // --- literals ---

    fn is_number(&self) -> bool {
        matches!(self.kind(), K::Number | K::SignedInfinity) || self.at_word("inf")
    }

    /// A number, or `inf` with or without sign.
    pub(super) fn number(&mut self, expected: &str) -> Parse<Numeral<'a>> {
        if !self.is_number() {
            return self.unexpected(expected);
        }
        let numeral = Numeral { text: self.text_at(self.pos()), range: self.here() };
        self.bump();
        Ok(numeral)
    }

    /// A string literal of one kind.
    fn literal(&mut self, kind: K, expected: &str) -> Parse<Quoted<'a>> {
        if self.at(kind) { Ok(self.quoted()) } else { self.unexpected(expected) }
    }

    /// Takes the current string literal.
    pub(super) fn quoted(&mut self) -> Quoted<'a> {
        let text = self.text_at(self.pos());
        let range: TokenRange = self.here();
        self.bump();
        let text = text.find('"').and_then(|at| text.get(at.saturating_add(1)..)).unwrap_or("");
        Quoted { text: text.strip_suffix('"').unwrap_or(text), range }
    }
}
