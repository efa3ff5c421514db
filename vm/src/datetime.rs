//! Dates of policies and values as instants (S4.2).
//!
//! One reader serves policies and values alike, so a date means the same in both. It reads fields by hand, because the
//! accepted forms are exactly those of S4.2 and no more, and does not allocate, nor for what is no date.

use crate::number::Number;

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// From so many seconds on, numbers are beyond what is counted in nanoseconds: 10^19 years.
const FAR: f64 = 1_237_940_039_285_380_274_899_124_224.0;

/// An instant: nanoseconds since the Unix epoch; of numbers of 2^90 seconds and more, what keeps their order, as S4.2 has no
/// largest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(pub i128);

impl Instant {
    /// Reads a date in one of the forms of S4.2; anything else is no date.
    ///
    /// `24:00` and second 60 are the instant they run into; digits beyond nanoseconds are cut; no offset means UTC.
    pub fn parse(text: &str) -> Option<Instant> {
        let mut fields = Fields { rest: text.as_bytes() };
        let days = fields.date()?;
        let mut nanoseconds = i128::from(days) * 86_400 * SECOND;
        if !fields.rest.is_empty() {
            if !(fields.take(b'T') || fields.take(b't') || fields.take(b' ')) {
                return None;
            }
            nanoseconds += fields.time()?;
            nanoseconds -= i128::from(fields.offset()?) * SECOND;
        }
        fields.rest.is_empty().then_some(Instant(nanoseconds))
    }

    /// The instant that many seconds after the epoch (S4.2); none for a NaN.
    ///
    /// Integers are exact, those beyond 2^90 as floats. A float is taken at its exact value and rounded to the nearest
    /// nanosecond, ties to even; from 2^90 on, different floats are different instants in their order.
    pub fn from_number(seconds: Number) -> Option<Instant> {
        let float = match seconds {
            Number::Int(seconds) if seconds.unsigned_abs() < 1 << 90 => {
                return Some(Instant(seconds.saturating_mul(SECOND)));
            }
            Number::Int(seconds) => seconds as f64,
            Number::Float(seconds) => seconds,
        };
        if float.is_nan() {
            return None;
        }
        let magnitude = if float.abs() < FAR {
            float_nanoseconds(float.abs())?
        } else {
            // The bits of positive floats have the order of the floats.
            let beyond = float.abs().to_bits().saturating_sub(FAR.to_bits());
            (SECOND << 90).saturating_add(i128::from(beyond))
        };
        Some(Instant(if float < 0.0 { -magnitude } else { magnitude }))
    }
}

/// `seconds` · 10^9 rounded to the nearest integer, ties to even; none if it does not fit. `seconds` is not negative.
fn float_nanoseconds(seconds: f64) -> Option<i128> {
    let bits = seconds.to_bits();
    let exponent = i32::try_from(bits >> 52).ok()?;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 0x7ff {
        return None;
    }
    // seconds = significand · 2^power; significand · 10^9 stays below 2^83.
    let (significand, power) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    let product = u128::from(significand) * SECOND.unsigned_abs();
    if let Ok(shift) = u32::try_from(power) {
        // One bit stays free for the sign.
        let fits = product == 0 || shift < product.leading_zeros();
        return if fits { i128::try_from(product << shift).ok() } else { None };
    }
    let shift = power.unsigned_abs();
    if shift > 100 {
        return Some(0);
    }
    let (whole, remainder, half) = (product >> shift, product & ((1 << shift) - 1), 1u128 << (shift - 1));
    let up = remainder > half || (remainder == half && whole & 1 == 1);
    i128::try_from(whole + u128::from(up)).ok()
}

fn days_in_month(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u16::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date that exists, in the proleptic Gregorian calendar. Years are counted from March here, so
/// that the leap day comes last: the months before month m of such a year have (153 m + 2) / 5 days.
fn days_since_epoch(year: i32, month: i32, day: i32) -> i32 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // From 0000-03-01 to the epoch it is 719468 days.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// What is left to read of a date.
struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    /// `YYYY-MM-DD` or `YYYYMMDD`, as days since the epoch.
    fn date(&mut self) -> Option<i32> {
        let year = self.two_digits()? * 100 + self.two_digits()?;
        let extended = self.take(b'-');
        let month = self.two_digits()?;
        if extended && !self.take(b'-') {
            return None;
        }
        let day = self.two_digits()?;
        let valid = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        valid.then(|| days_since_epoch(year.into(), month.into(), day.into()))
    }

    /// `HH`, `HH:MM`, `HH:MM:SS` or without the colons, with a fraction of the seconds, as nanoseconds since midnight.
    fn time(&mut self) -> Option<i128> {
        let hour = self.two_digits()?;
        let (mut minute, mut second, mut fraction) = (0, 0, 0);
        let extended = self.take(b':');
        if extended || self.at_digit() {
            minute = self.two_digits()?;
            if if extended { self.take(b':') } else { self.at_digit() } {
                second = self.two_digits()?;
                fraction = self.fraction()?;
            }
        }
        let end_of_day = hour == 24 && minute == 0 && second == 0 && fraction == 0;
        if (hour > 23 && !end_of_day) || minute > 59 || second > 60 {
            return None;
        }
        let seconds = i128::from(hour) * 3600 + i128::from(minute) * 60 + i128::from(second);
        Some(seconds * SECOND + fraction)
    }

    /// Nothing, or a fraction of a second after `.` or `,`, as nanoseconds.
    fn fraction(&mut self) -> Option<i128> {
        if !(self.take(b'.') || self.take(b',')) {
            return Some(0);
        }
        let mut nanoseconds = i128::from(self.digit()?) * (SECOND / 10);
        let mut unit = SECOND / 100;
        while let Some(digit) = self.digit() {
            nanoseconds += i128::from(digit) * unit;
            unit /= 10;
        }
        Some(nanoseconds)
    }

    /// Nothing, `Z`, `z`, `±HH`, `±HHMM` or `±HH:MM`, as seconds east of UTC.
    fn offset(&mut self) -> Option<i32> {
        if self.rest.is_empty() || self.take(b'Z') || self.take(b'z') {
            return Some(0);
        }
        let west = self.take(b'-');
        if !west && !self.take(b'+') {
            return None;
        }
        let hour = self.two_digits()?;
        let minute = if self.take(b':') || self.at_digit() { self.two_digits()? } else { 0 };
        if hour > 23 || minute > 59 {
            return None;
        }
        let seconds = i32::from(hour) * 3600 + i32::from(minute) * 60;
        Some(if west { -seconds } else { seconds })
    }

    fn two_digits(&mut self) -> Option<u16> {
        Some(u16::from(self.digit()?) * 10 + u16::from(self.digit()?))
    }

    fn digit(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        let digit = first.is_ascii_digit().then(|| first - b'0')?;
        self.rest = rest;
        Some(digit)
    }

    fn at_digit(&self) -> bool {
        self.rest.first().is_some_and(u8::is_ascii_digit)
    }

    /// Reads `byte` if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, SECOND};
    use crate::number::Number::{Float, Int};
    use proptest::prelude::*;

    const DAY: i128 = 86_400 * SECOND;

    #[test]
    fn reads_every_form() {
        let second = |seconds: i128| Some(Instant(seconds * SECOND));
        for (text, expected) in [
            ("1970-01-01", second(0)),
            ("19700102", second(86_400)),
            ("1970-01-01T01", second(3600)),
            ("1970-01-01t0102", second(3720)),
            ("19700101 01:02", second(3720)),
            ("1970-01-01T01:02:03", second(3723)),
            ("19700101T010203", second(3723)),
            ("1970-01-01T00:00:00.5", Some(Instant(500_000_000))),
            ("1970-01-01T000000,123456789999", Some(Instant(123_456_789))),
            ("1970-01-01T00:00Z", second(0)),
            ("1970-01-01T00z", second(0)),
            ("1970-01-01T00+01", second(-3600)),
            ("1970-01-01T00:00-0130", second(5400)),
            ("19700101T0000+01:30", second(-5400)),
            ("1970-01-01T24:00", second(86_400)),
            ("1970-01-01T24", second(86_400)),
            ("1970-01-01T24:00:00.000Z", second(86_400)),
            ("1970-01-01T23:59:60", second(86_400)),
            ("1970-01-01T12:34:60Z", second(12 * 3600 + 35 * 60)),
            ("2000-02-29", second(951_782_400)),
            ("2024-03-01T00:00:00+00:00", second(1_709_251_200)),
            ("0000-01-01", second(-62_167_219_200)),
            ("9999-12-31T23:59:59.999999999", Some(Instant(253_402_300_800 * SECOND - 1))),
        ] {
            assert_eq!(Instant::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for year in (0..=9999).step_by(13) {
            for (month, day) in (0..=13).flat_map(|month| (0..=32).map(move |day| (month, day))) {
                let date = jiff::civil::Date::new(year, month, day).ok();
                let days = date.map(|date| i128::from(epoch.until(date).unwrap().get_days()));
                let text = format!("{year:04}-{month:02}-{day:02}");
                assert_eq!(Instant::parse(&text), days.map(|days| Instant(days * DAY)), "{text}");
            }
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "1970",
            "1970-01",
            "197001",
            "1970-0101",
            "197001-01",
            "1970-1-1",
            "1970-02-30",
            "1900-02-29",
            "1970-13-01",
            "1970-00-01",
            "1970-01-00",
            " 1970-01-01",
            "1970-01-01 ",
            "1970-01-01T",
            "1970-01-01Z",
            "1970-01-01+01:00",
            "1970-01-01T1",
            "1970-01-01T25",
            "1970-01-01T24:01",
            "1970-01-01T24:00:60",
            "1970-01-01T24:00:00.1",
            "1970-01-01T00:60",
            "1970-01-01T00:00:61",
            "1970-01-01T00:00:00.",
            "1970-01-01T00:00.5",
            "1970-01-01T00:0000",
            "1970-01-01T0000:00",
            "1970-01-01T00:",
            "1970-01-01T00:00:00+",
            "1970-01-01T00+1",
            "1970-01-01T00+24:00",
            "1970-01-01T00+01:60",
            "1970-01-01T00+01:",
            "1970-01-01T00Z ",
            "1970-01-01T00:00:00ZZ",
            "+1970-01-01",
            "-001970-01-01",
            "1970-001",
            "1970-W01-1",
            "1970-01-01T00:00:00[UTC]",
            "１970-01-01",
            "now",
            "0",
            "inf",
            "1970-01-01_00:00",
            "1970-01-01\u{a0}00:00",
            "1970-01-01T00:00:00 Z",
            "1970-01-01T00:00\u{2212}01:00",
        ] {
            assert_eq!(Instant::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_seconds() {
        for (number, expected) in [
            (Int(0), 0),
            (Int(-5), -5 * SECOND),
            (Float(1.5), 3 * SECOND / 2),
            (Float(-1.5), -3 * SECOND / 2),
            (Float(-0.0), 0),
            (Float(0.1), 100_000_000),
            (Float(1e9), SECOND * SECOND),
            (Float(1_700_000_000.123_456_7), 1_700_000_000_123_456_717),
            // Exactly between two nanoseconds: ties go to even.
            (Float(1.0 / 1024.0), 976_562),
            (Float(3.0 / 1024.0), 2_929_688),
            (Float(f64::MIN_POSITIVE), 0),
            (Float(5e-324), 0),
            (Float(1e27), 1_000_000_000_000_000_013_287_555_072 * SECOND),
            (Int((1 << 90) - 1), ((1 << 90) - 1) * SECOND),
            (Int(1 << 90), (1 << 90) * SECOND),
            (Float(super::FAR), (1 << 90) * SECOND),
        ] {
            assert_eq!(Instant::from_number(number), Some(Instant(expected)), "{number:?}");
        }
        assert_eq!(Instant::from_number(Float(f64::NAN)), None);
    }

    #[test]
    fn numbers_however_large_keep_their_order() {
        let far = f64::from_bits(super::FAR.to_bits() + 1);
        let ascending = [
            0.0,
            1e20,
            1e27,
            super::FAR,
            far,
            1e29,
            1.7e29,
            1.8e29,
            1e38,
            1e39,
            1e200,
            1e300,
            f64::MAX,
            f64::INFINITY,
        ];
        for pair in ascending.windows(2) {
            let instant = |float| Instant::from_number(Float(float)).unwrap();
            assert!(instant(pair[0]) < instant(pair[1]), "{pair:?}");
            assert!(instant(-pair[1]) < instant(-pair[0]), "{pair:?}");
        }
        assert_eq!(Instant::from_number(Int(i128::MAX)), Instant::from_number(Float(i128::MAX as f64)));
        assert!(Instant::from_number(Int(1 << 91)) > Instant::from_number(Int(1 << 90)));
    }

    /// Days since the epoch by counting, not by formula: independent of the calendar library.
    fn count_days(year: i32, month: u32, day: u32) -> i128 {
        let leap = |y: i32| y.rem_euclid(4) == 0 && (y.rem_euclid(100) != 0 || y.rem_euclid(400) == 0);
        let lengths = |y: i32| [31, if leap(y) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let mut days: i128 = 0;
        for y in 1970..year {
            days += if leap(y) { 366 } else { 365 };
        }
        for y in year..1970 {
            days -= if leap(y) { 366 } else { 365 };
        }
        days += lengths(year).iter().take(month as usize - 1).sum::<i128>();
        days + i128::from(day) - 1
    }

    proptest! {
        #[test]
        fn agrees_with_counting(
            year in 0..10_000i32, month in 1..=12u32, day in 1..=28u32, hour in 0..24i128, minute in 0..60i128,
            second in 0..=60i128, nanosecond in 0..SECOND, offset in -1439..=1439i128, basic in any::<[bool; 3]>(),
        ) {
            let dash = if basic[0] { "" } else { "-" };
            let colon = if basic[1] { "" } else { ":" };
            let zone = if basic[2] { "" } else { ":" };
            let sign = if offset < 0 { '-' } else { '+' };
            let (zone_hour, zone_minute) = (offset.abs() / 60, offset.abs() % 60);
            let text = format!(
                "{year:04}{dash}{month:02}{dash}{day:02}T{hour:02}{colon}{minute:02}{colon}{second:02}.{nanosecond:09}\
                 {sign}{zone_hour:02}{zone}{zone_minute:02}"
            );
            let seconds = (hour * 60 + minute - offset) * 60 + second;
            let expected = count_days(year, month, day) * DAY + seconds * SECOND + nanosecond;
            prop_assert_eq!(Instant::parse(&text), Some(Instant(expected)), "{}", text);
        }

        #[test]
        fn never_panics(text in "[0-9TtZz:+., -]{0,40}") {
            let _ = Instant::parse(&text);
        }

        #[test]
        fn floats_keep_their_order(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a <= b);
            prop_assert!(Instant::from_number(Float(a)) <= Instant::from_number(Float(b)));
        }
    }
}
