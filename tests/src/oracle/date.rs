//! Dates as instants (S4.2), with calendar arithmetic by hand.

use super::number::Number;
use std::cmp::Ordering;

const NANOSECONDS: i128 = 1_000_000_000;

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Instant {
    /// Nanoseconds since the epoch.
    Near(i128),
    /// So many seconds since the epoch that nanoseconds do not matter: beyond 2^90.
    Far(f64),
}

impl Instant {
    /// The order in time. What is far lies before or after everything near.
    pub(super) fn compare(self, other: Instant) -> Option<Ordering> {
        match (self, other) {
            (Instant::Near(a), Instant::Near(b)) => Some(a.cmp(&b)),
            (Instant::Far(a), Instant::Far(b)) => a.partial_cmp(&b),
            (Instant::Near(_), Instant::Far(b)) => 0.0.partial_cmp(&b),
            (Instant::Far(a), Instant::Near(_)) => a.partial_cmp(&0.0),
        }
    }

    /// A number is seconds since the epoch, however large (S4.2); an infinite one, which only a policy can
    /// write, lies beyond all dates. A double is rounded to the nearest nanosecond of its exact value.
    pub(super) fn from_number(seconds: Number) -> Option<Instant> {
        match seconds {
            Number::Whole(seconds) => Some(Instant::Near(seconds * NANOSECONDS)),
            Number::Double(seconds) if seconds.is_nan() => None,
            Number::Double(seconds) if seconds.abs() >= 2f64.powi(90) => Some(Instant::Far(seconds)),
            Number::Double(seconds) => Some(Instant::Near(nanoseconds(seconds))),
        }
    }

    /// Reads a date as S4.2 describes it; nothing for anything else.
    pub(super) fn from_text(text: &str) -> Option<Instant> {
        let mut reader = Reader { rest: text };
        let days = reader.date()?;
        if reader.rest.is_empty() {
            return Some(Instant::Near(days * 86_400 * NANOSECONDS));
        }
        if !(reader.take("T") || reader.take("t") || reader.take(" ")) {
            return None;
        }
        let time = reader.time()?;
        let offset = reader.offset()?;
        let instant = (days * 86_400 - offset) * NANOSECONDS + time;
        reader.rest.is_empty().then_some(Instant::Near(instant))
    }
}

/// The exact value of a double is `mantissa * 2^exponent`; this is that times 10^9, rounded to the nearest integer,
/// and to the even one of two that are as near.
fn nanoseconds(seconds: f64) -> i128 {
    let bits = seconds.to_bits();
    let stored_exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if stored_exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), stored_exponent - 1075) };
    let numerator = mantissa * NANOSECONDS;
    let magnitude = match exponent {
        0.. => numerator << exponent,
        -120..0 => {
            let denominator = 1i128 << -exponent;
            let (quotient, remainder) = (numerator / denominator, numerator % denominator);
            match (remainder * 2).cmp(&denominator) {
                Ordering::Less => quotient,
                Ordering::Equal => quotient + quotient % 2,
                Ordering::Greater => quotient + 1,
            }
        }
        _ => 0,
    };
    if seconds < 0.0 { -magnitude } else { magnitude }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Exactly `count` ASCII digits.
    fn digits(&mut self, count: usize) -> Option<i128> {
        let digits = self.rest.get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.rest = &self.rest[count..];
        digits.parse().ok()
    }

    /// `YYYY-MM-DD` or `YYYYMMDD`, as days since the epoch.
    fn date(&mut self) -> Option<i128> {
        let year = self.digits(4)?;
        let dashes = self.take("-");
        let month = self.digits(2)?;
        if dashes && !self.take("-") {
            return None;
        }
        let day = self.digits(2)?;
        let month_is_fine = (1..=12).contains(&month);
        if !month_is_fine || day < 1 || day > days_of_month(year, month) {
            return None;
        }
        Some(days_before_year(year) - days_before_year(1970) + days_before_month(year, month) + day - 1)
    }

    /// `HH`, `HH:MM`, `HH:MM:SS` or without the colons, with a fraction of the seconds: nanoseconds since midnight.
    /// 24:00 and second 60 are the instant they run into.
    fn time(&mut self) -> Option<i128> {
        let hour = self.digits(2)?;
        let colons = self.take(":");
        let minute = if colons { Some(self.digits(2)?) } else { self.digits(2) };
        let second = match (minute, colons) {
            (Some(_), true) if self.take(":") => Some(self.digits(2)?),
            (Some(_), false) => self.digits(2),
            _ => None,
        };
        let fraction =
            if second.is_some() && (self.take(".") || self.take(",")) { self.fraction()? } else { 0 };
        let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
        let midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
        if !(hour <= 23 || midnight) || minute > 59 || second > 60 {
            return None;
        }
        Some((hour * 3600 + minute * 60 + second) * NANOSECONDS + fraction)
    }

    /// The digits after the point as nanoseconds; further digits are cut.
    fn fraction(&mut self) -> Option<i128> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let digits = &self.rest[..end];
        self.rest = &self.rest[end..];
        if digits.is_empty() {
            return None;
        }
        format!("{digits:0<9}")[..9].parse().ok()
    }

    /// `Z`, `z`, `±HH`, `±HHMM`, `±HH:MM`, or nothing for UTC: seconds to the east.
    fn offset(&mut self) -> Option<i128> {
        if self.rest.is_empty() || self.take("Z") || self.take("z") {
            return Some(0);
        }
        let sign = match (self.take("+"), self.take("-")) {
            (true, false) => 1,
            (false, true) => -1,
            _ => return None,
        };
        let hours = self.digits(2)?;
        let minutes = if self.take(":") { self.digits(2)? } else { self.digits(2).unwrap_or(0) };
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
    }
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_month(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January of year 0 to that of this year.
fn days_before_year(year: i128) -> i128 {
    let leap_years = (0..year).filter(|&earlier| is_leap(earlier)).count();
    year * 365 + leap_years as i128
}

fn days_before_month(year: i128, month: i128) -> i128 {
    (1..month).map(|earlier| days_of_month(year, earlier)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> Option<i128> {
        match Instant::from_text(text)? {
            Instant::Near(nanoseconds) => Some(nanoseconds),
            Instant::Far(_) => None,
        }
    }

    #[test]
    fn dates_are_instants() {
        assert_eq!(near("1970-01-01"), Some(0));
        assert_eq!(near("2024-01-15T00:00:00Z"), Some(1_705_276_800 * NANOSECONDS));
        assert_eq!(near("20240115T010000,5+0100"), Some(1_705_276_800 * NANOSECONDS + 500_000_000));
        assert_eq!(near("2024-01-14T23:59:60"), near("2024-01-15"));
        assert_eq!(near("2024-01-14 24:00"), near("2024-01-15"));
        assert_eq!(near("0000-03-01"), near("0000-02-29T24"));
        for text in [
            "2023-02-29",
            "2024-0115",
            "2024-01-15T",
            "2024-01-15T12:00.5",
            "2024-01-15T24:01",
            "2024-01-15Z",
        ] {
            assert_eq!(near(text), None, "{text}");
        }
    }

    #[test]
    fn seconds_are_rounded_to_the_nearest_nanosecond() {
        assert_eq!(nanoseconds(0.1), 100_000_000);
        assert_eq!(nanoseconds(-1.5), -1_500_000_000);
        assert_eq!(nanoseconds(1e-300), 0);
        assert_eq!(nanoseconds(2f64.powi(80)), (1i128 << 80) * NANOSECONDS);
    }
}
