//! A range of dates that ends where its last day begins.

use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Element, ElementKind, Origin};
use sqrt_compiler::syntax::token::{Span, TokenId, TokenKind};

pub(super) static RULE: Rule = Rule {
    code: "L0212",
    name: "date-excludes-its-last-day",
    group: Group::Correctness,
    title: "a range of dates that ends where its last day begins",
    what: "A `datetime` range whose last date has no time and is part of the range: `..d\"2026-12-31\"`.",
    why: "A date without a time is its midnight (S4.2), so of the last day only that instant is in the range: 31 December at 09:00 is not. Before the next day, \
          `..<d\"2027-01-01\"`, the whole day is.",
    spec: &["S4.2"],
    example: r#"tool "report" {
    must allow when day.value in {datetime d"2026-01-01"..d"2026-12-31"};
}
"#,
    better: r#"tool "report" {
    must allow when day.value in {datetime d"2026-01-01"..<d"2027-01-01"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for element in context.policy.literals.iter().flat_map(|literal| &literal.elements) {
        if let Some(end) = inclusive_end(context, element) {
            sink.report(finding(context, end));
        }
    }
}

/// The `..` and the date of a range that ends with a date and includes it.
fn inclusive_end(context: &Context<'_>, element: &Element) -> Option<(Origin, Origin)> {
    let ElementKind::Datetime(range) = element.kind else { return None };
    let upper = range.upper.filter(|upper| upper.inclusive)?;
    if range.lower.is_some_and(|lower| lower.value == upper.value) {
        return None;
    }
    let file = context.file(element.origin.file)?;
    let tokens = &file.parsed.tokens;
    let last = tokens.at_offset(element.origin.span.end.checked_sub(1)?)?;
    let (date, dots) = (tokens.get(last), tokens.get(TokenId(last.0.checked_sub(1)?)));
    let is_end =
        date.kind == TokenKind::Date && matches!(dots.kind, TokenKind::Range | TokenKind::RangeOpenLeft);
    let has_time = file.text(date.span).contains(['T', 't', ' ', ':']);
    let at = |span: Span| Origin { span, ..element.origin };
    (is_end && !has_time).then_some((at(dots.span), at(date.span)))
}

fn finding(context: &Context<'_>, (dots, date): (Origin, Origin)) -> Finding {
    let mut finding = Finding::new(&RULE, date, "of this day only midnight is in the range");
    let written = context.text(date).strip_prefix("d\"").and_then(|text| text.strip_suffix('"'));
    let next = written.and_then(next_day);
    let help = match &next {
        Some(next) => format!("write `..<d\"{next}\"` for the whole day"),
        None => "end the range before the next day: `..<d\"…\"`".to_owned(),
    };
    finding = finding.help(help);
    if let Some(next) = next {
        let open = if context.text(dots) == ".." { "..<" } else { "<..<" };
        let edits = vec![Edit::replace(dots, open), Edit::replace(date, format!("d\"{next}\""))];
        finding = finding.suggest("end the range before the next day", edits);
    }
    finding
}

/// The day after a date, in the same form.
fn next_day(date: &str) -> Option<String> {
    let dashed = date.contains('-');
    let digits: String = date.chars().filter(|c| *c != '-').collect();
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
    let (mut year, mut month, mut day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    day = day.checked_add(1)?;
    if day > days {
        day = 1;
        month = month.checked_add(1)?;
    }
    if month > 12 {
        month = 1;
        year = year.checked_add(1)?;
    }
    let dash = if dashed { "-" } else { "" };
    (year <= 9999).then(|| format!("{year:04}{dash}{month:02}{dash}{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::next_day;

    #[test]
    fn days_follow_days() {
        for (day, next) in [
            ("2026-12-31", Some("2027-01-01")),
            ("20240228", Some("20240229")),
            ("2100-02-28", Some("2100-03-01")),
            ("2026-04-30", Some("2026-05-01")),
            ("9999-12-31", None),
        ] {
            assert_eq!(next_day(day).as_deref(), next, "{day}");
        }
    }
}
