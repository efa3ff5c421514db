//! Elements of set literals and type domains (S4.2).

use super::lowering::Lowering;
use super::ranges;
use super::source::Source;
use super::tables::Facts;
use crate::diagnostics::values as messages;
use crate::ir::{self, Element, ElementKind, Origin, PatternId, SizedText};
use crate::syntax::ast::{self, DateLiteral, Numeral, StrPattern};
use sqrt_vm::datetime::Instant;
use sqrt_vm::number::Number;

impl<'a> Lowering<'_, 'a> {
    /// An element; `None` if it has no meaning, which is reported.
    pub(super) fn element(
        &mut self,
        source: &Source<'a>,
        element: &ast::Element<'a>,
    ) -> Option<(Element, Facts)> {
        let origin = source.origin(element.range);
        let (kind, facts) = match element.kind {
            ast::ElementKind::String(literal) => {
                let text = self.string(source, literal);
                if text.contains('*') && text != "*" {
                    self.sink.report(messages::star_in_string(origin, source.text(literal.range)));
                }
                plain_string(text, origin)
            }
            ast::ElementKind::Regex(literal) => pattern(self.regex(source, literal)?, origin),
            ast::ElementKind::Wildcard(literal) => wildcard(self.wildcard(source, literal)?, origin),
            ast::ElementKind::Number(numeral) => {
                (ElementKind::Number(self.number(source, numeral)?), non_string("a number", origin))
            }
            ast::ElementKind::Bool(bool) => (ElementKind::Bool(bool), non_string("a bool", origin)),
            ast::ElementKind::Int(range) => {
                let range = self.number_range(source, range)?;
                self.warn_impossible(ranges::no_whole_number(&range), origin);
                (ElementKind::Int(range), non_string("a number", origin))
            }
            ast::ElementKind::Float(range) => {
                let range = self.number_range(source, range)?;
                self.warn_impossible(ranges::no_number(&range), origin);
                (ElementKind::Float(range), non_string("a number", origin))
            }
            ast::ElementKind::Str(text, None) => self.str_domain(source, text, origin)?,
            ast::ElementKind::Str(text, Some(length)) => self.sized(source, text, length, origin)?,
            ast::ElementKind::Datetime(range) => {
                let range = self.date_range(source, range)?;
                self.warn_impossible(ranges::empty(&range), origin);
                (ElementKind::Datetime(range), non_string("a date", origin))
            }
            ast::ElementKind::Error => return None,
        };
        Some((Element { kind, origin }, facts))
    }

    /// `str "x"`, `str matching r"…"`, `str like w"…"`
    fn str_domain(
        &mut self,
        source: &Source<'a>,
        text: StrPattern<'a>,
        origin: Origin,
    ) -> Option<(ElementKind, Facts)> {
        Some(match text {
            StrPattern::Exact(literal) => {
                let text = self.string(source, literal);
                let star_string = (text == "*").then_some(origin);
                (ElementKind::String(text), Facts { star_string, ..Facts::default() })
            }
            StrPattern::Matching(literal) => pattern(self.regex(source, literal)?, origin),
            StrPattern::Like(literal) => wildcard(self.wildcard(source, literal)?, origin),
        })
    }

    /// `str … length R`: where metadata is concerned, a pattern whatever its text is (S5.3).
    fn sized(
        &mut self,
        source: &Source<'a>,
        text: StrPattern<'a>,
        length: ast::Range<Numeral<'a>>,
        origin: Origin,
    ) -> Option<(ElementKind, Facts)> {
        let text = self.str_domain(source, text, origin);
        let length = self.number_range(source, length)?;
        self.warn_impossible(ranges::no_length(&length), origin);
        let (text, mut facts) = match text? {
            (ElementKind::Pattern(pattern), facts) => (SizedText::Pattern(pattern), facts),
            (ElementKind::String(text), facts) => (SizedText::Exact(text), facts),
            _ => return None,
        };
        facts.pattern = Some(origin);
        facts.star_pattern = None;
        Some((ElementKind::Sized(text, length), facts))
    }

    fn warn_impossible(&mut self, reason: Option<&'static str>, origin: Origin) {
        if let Some(reason) = reason {
            self.sink.report(messages::impossible_range(origin, reason));
        }
    }

    fn number_range(
        &mut self,
        source: &Source<'a>,
        range: ast::Range<Numeral<'a>>,
    ) -> Option<ir::Range<Number>> {
        self.range(range, &mut |lowering, numeral| lowering.number(source, numeral))
    }

    fn date_range(
        &mut self,
        source: &Source<'a>,
        range: ast::Range<DateLiteral<'a>>,
    ) -> Option<ir::Range<Instant>> {
        self.range(range, &mut |lowering, date| lowering.date(source, date))
    }

    /// Both bounds are looked at, also if the first has no meaning.
    fn range<S, T: Copy>(
        &mut self,
        range: ast::Range<S>,
        value: &mut impl FnMut(&mut Self, S) -> Option<T>,
    ) -> Option<ir::Range<T>> {
        let (lower, upper) = match range {
            ast::Range::Exact(exact) => return Some(exactly(value(self, exact)?)),
            ast::Range::Between { lower, upper } => (lower, upper),
        };
        let mut bound = |bound: ast::Bound<S>| {
            let value = value(self, bound.value)?;
            Some(ir::Bound { value, inclusive: bound.inclusive })
        };
        let (lower, upper) = (lower.map(&mut bound), upper.map(&mut bound));
        let sound = |bound: Option<Option<ir::Bound<T>>>| match bound {
            Some(None) => None,
            Some(some) => Some(some),
            None => Some(None),
        };
        Some(ir::Range { lower: sound(lower)?, upper: sound(upper)? })
    }
}

/// The range of one value.
pub(super) fn exactly<T: Copy>(value: T) -> ir::Range<T> {
    let bound = ir::Bound { value, inclusive: true };
    ir::Range { lower: Some(bound), upper: Some(bound) }
}

fn plain_string(text: String, origin: Origin) -> (ElementKind, Facts) {
    if text == "*" {
        (ElementKind::Anything, Facts { anything: Some(origin), ..Facts::default() })
    } else {
        (ElementKind::String(text), Facts::default())
    }
}

fn pattern(pattern: PatternId, origin: Origin) -> (ElementKind, Facts) {
    (ElementKind::Pattern(pattern), Facts { pattern: Some(origin), ..Facts::default() })
}

fn wildcard((id, everything): (PatternId, bool), origin: Origin) -> (ElementKind, Facts) {
    let (kind, facts) = pattern(id, origin);
    (kind, Facts { star_pattern: everything.then_some(origin), ..facts })
}

fn non_string(what: &'static str, origin: Origin) -> Facts {
    Facts { non_string: Some((what, origin)), ..Facts::default() }
}
