//! Literals with their diagnostics: strings, patterns, numbers, dates (S1.5–S1.7, S2.1, S4.2, S4.3).

use super::decode::{Flaw, FlawKind, number, regex, string, wildcard};
use super::lowering::Lowering;
use super::source::Source;
use crate::diagnostics::limits::too_many_classes;
use crate::diagnostics::values as messages;
use crate::ir::{Pattern, PatternId, PatternSyntax};
use crate::syntax::ast::{DateLiteral, Numeral, Quoted};
use sqrt_vm::datetime::Instant;
use sqrt_vm::number::Number;
use sqrt_vm::pattern::class_count;

impl<'a> Lowering<'_, 'a> {
    /// `"…"` or `d"…"`
    pub(super) fn string(&mut self, source: &Source<'a>, literal: Quoted<'a>) -> String {
        let (text, flaws) = string::decode(literal.text);
        for flaw in flaws {
            self.flaw(source, literal, flaw, false);
        }
        text
    }

    fn flaw(&mut self, source: &Source<'a>, literal: Quoted<'a>, flaw: Flaw, wildcard: bool) {
        let at = source.inside(literal, flaw.range);
        match flaw.kind {
            FlawKind::Unicode => self.sink.report(messages::bad_unicode_escape(at)),
            FlawKind::UnknownEscape(c) => self.sink.report(messages::unknown_escape(at, c, wildcard)),
            FlawKind::Ambiguous(next) => self.sink.report(messages::ambiguous_backslash(at, next)),
            FlawKind::Doubled => {}
        }
    }

    /// `r"…"`; `None` if it is no pattern.
    pub(super) fn regex(&mut self, source: &Source<'a>, literal: Quoted<'a>) -> Option<PatternId> {
        let decoded = regex::decode(literal.text);
        let mut sound = true;
        for flaw in &decoded.flaws {
            sound &= !matches!(flaw.kind, FlawKind::Ambiguous(_));
            self.flaw(source, literal, flaw.clone(), false);
        }
        // What an ambiguous backslash means is not known, so neither is whether the rest is a pattern.
        if !sound {
            return None;
        }
        if let Some(doubled) = decoded.flaws.iter().find(|flaw| flaw.kind == FlawKind::Doubled) {
            let at = source.inside(literal, doubled.range.clone());
            self.sink.report(messages::doubled_backslash(at, &format!("r\"{}\"", decoded.pattern)));
        }
        let pattern = Pattern { syntax: PatternSyntax::Regex, text: decoded.pattern.clone() };
        self.pattern(source, literal, pattern, |range| decoded.raw_range(range))
    }

    /// `w"…"`, with whether it matches every string; `None` if it is beyond the limits of patterns.
    pub(super) fn wildcard(&mut self, source: &Source<'a>, literal: Quoted<'a>) -> Option<(PatternId, bool)> {
        let (text, flaws) = wildcard::decode(literal.text);
        for flaw in flaws {
            self.flaw(source, literal, flaw, true);
        }
        let everything = wildcard::is_everything(&text);
        let pattern = Pattern { syntax: PatternSyntax::Wildcard, text };
        let whole = 0..literal.text.len();
        Some((self.pattern(source, literal, pattern, |_| whole.clone())?, everything))
    }

    fn pattern(
        &mut self,
        source: &Source<'a>,
        literal: Quoted<'a>,
        pattern: Pattern,
        raw_range: impl Fn(std::ops::Range<usize>) -> std::ops::Range<usize>,
    ) -> Option<PatternId> {
        let mut parsed = None;
        if !self.accepted.contains(&pattern) {
            let classes = self.count_classes(source, literal, &pattern)?;
            match sqrt_vm::pattern::Pattern::parse(pattern.syntax, &pattern.text) {
                Ok(tree) => parsed = self.is_kept(&pattern, classes).then_some(tree),
                Err(error) => {
                    let at = source.inside(literal, raw_range(error.span()));
                    self.sink.report(messages::bad_pattern(at, error.message()));
                    return None;
                }
            }
            self.accepted.insert(pattern.clone());
        }
        Some(self.tables.pattern(pattern, parsed))
    }

    /// Whether the tree of a pattern is kept for when automata are built: classes can be large, and what is kept of the rest,
    /// some hundred bytes for each byte of text, is bounded.
    fn is_kept(&mut self, pattern: &Pattern, classes: usize) -> bool {
        let left = if classes == 0 { self.kept_text.checked_sub(pattern.text.len()) } else { None };
        self.kept_text = left.unwrap_or(self.kept_text);
        left.is_some()
    }

    /// Counts the classes of a pattern that is to be parsed; `None`, told once, if there are too many.
    fn count_classes(
        &mut self,
        source: &Source<'a>,
        literal: Quoted<'a>,
        pattern: &Pattern,
    ) -> Option<usize> {
        let (before, limit) = self.classes;
        let classes = class_count(pattern.syntax, &pattern.text);
        let count = before.saturating_add(classes);
        self.classes.0 = count;
        if count > limit && before <= limit {
            self.sink.report(too_many_classes(source.origin(literal.range), limit));
        }
        (count <= limit).then_some(classes)
    }

    /// A number; `None` if it is beyond the 64-bit floats.
    pub(super) fn number(&mut self, source: &Source<'a>, numeral: Numeral<'a>) -> Option<Number> {
        let number = number::number(numeral.text);
        if number.is_none() {
            self.sink.report(messages::number_too_large(source.origin(numeral.range), numeral.text));
        }
        number
    }

    /// `d"…"`, or `"…"` where a date stands.
    pub(super) fn date_text(
        &mut self,
        source: &Source<'a>,
        literal: Quoted<'a>,
    ) -> Option<(String, Instant)> {
        let text = self.string(source, literal);
        match Instant::parse(&text) {
            Some(instant) => Some((text, instant)),
            None => {
                self.sink.report(messages::bad_date(source.origin(literal.range), &text));
                None
            }
        }
    }

    /// A date of a `datetime` domain.
    pub(super) fn date(&mut self, source: &Source<'a>, date: DateLiteral<'a>) -> Option<Instant> {
        let numeral = match date {
            DateLiteral::Text(literal) => return self.date_text(source, literal).map(|(_, instant)| instant),
            DateLiteral::Number(numeral) => numeral,
        };
        let number = self.number(source, numeral)?;
        let finite = !matches!(number, Number::Float(float) if !float.is_finite());
        let instant = Instant::from_number(number).filter(|_| finite);
        if instant.is_none() {
            self.sink.report(messages::infinite_date(source.origin(numeral.range)));
        }
        instant
    }
}
