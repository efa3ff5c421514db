//! What is over a limit, and limits that cannot be set.

use crate::visible::visible;
use std::fmt;

/// Something was over a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitExceeded {
    name: &'static str,
    actual: usize,
    limit: usize,
}

impl LimitExceeded {
    /// Refuses what is over the limit of this name.
    ///
    /// # Errors
    /// If `actual` is above `limit`.
    pub fn check(name: &'static str, actual: usize, limit: usize) -> Result<(), LimitExceeded> {
        if actual > limit { Err(LimitExceeded { name, actual, limit }) } else { Ok(()) }
    }

    /// What was over the limit of this name.
    pub(crate) fn new(name: &'static str, actual: usize, limit: usize) -> LimitExceeded {
        LimitExceeded { name, actual, limit }
    }

    /// The name of the limit, as in [`Limits`](super::Limits).
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How much there was; of what is counted only as far as the limit, how much had been counted when that was passed.
    pub fn actual(&self) -> usize {
        self.actual
    }

    /// The maximum that was passed.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LimitExceeded { name, actual, limit } = self;
        write!(f, "over the limit `{name}`: {actual}, and at most {limit} are allowed")
    }
}

impl std::error::Error for LimitExceeded {}

/// A limit that cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetLimitError(Cause);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Unknown { name: String, nearest: Vec<&'static str> },
    Fixed { name: &'static str, value: usize },
    AboveCeiling { name: &'static str, value: usize, ceiling: usize, unit: &'static str },
}

/// The longest name that is repeated in a message and looked for among those that there are.
const LONGEST_NAME: usize = 64;
/// How many names near an unknown one are told.
const TOLD: usize = 3;

impl SetLimitError {
    pub(super) fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> SetLimitError {
        let shown: String = visible(name).chars().take(LONGEST_NAME).collect();
        let mut near: Vec<(usize, &'static str)> = Vec::new();
        if name.len() <= LONGEST_NAME {
            near.extend(known.filter_map(|other| nearness(name, other).map(|far| (far, other))));
        }
        near.sort();
        near.truncate(TOLD);
        SetLimitError(Cause::Unknown {
            name: shown,
            nearest: near.into_iter().map(|(_, name)| name).collect(),
        })
    }

    pub(super) fn fixed(name: &'static str, value: usize) -> SetLimitError {
        SetLimitError(Cause::Fixed { name, value })
    }

    pub(super) fn above_ceiling(
        name: &'static str,
        value: usize,
        ceiling: usize,
        unit: &'static str,
    ) -> SetLimitError {
        SetLimitError(Cause::AboveCeiling { name, value, ceiling, unit })
    }

    /// The names of limits that may have been meant, the likeliest first, if there is none of the name that was given.
    pub fn nearest(&self) -> &[&'static str] {
        match &self.0 {
            Cause::Unknown { nearest, .. } => nearest,
            Cause::Fixed { .. } | Cause::AboveCeiling { .. } => &[],
        }
    }
}

impl fmt::Display for SetLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Unknown { name, nearest } => {
                write!(f, "there is no limit `{name}`")?;
                for (index, near) in nearest.iter().enumerate() {
                    let before = if index == 0 { "; near it is" } else { "," };
                    write!(f, "{before} `{near}`")?;
                }
                Ok(())
            }
            Cause::Fixed { name, value } => {
                write!(
                    f,
                    "the limit `{name}` is part of the language and stays {value}, so that a policy means the same everywhere"
                )
            }
            Cause::AboveCeiling { name, value, ceiling, unit } => {
                write!(f, "the limit `{name}` cannot be above {ceiling} {unit}, and {value} was asked for")
            }
        }
    }
}

impl std::error::Error for SetLimitError {}

/// How far a name is from what was given, if it may have been meant: it has the same words in part, or few letters differ.
fn nearness(given: &str, name: &str) -> Option<usize> {
    let letters = distance(given.as_bytes(), name.as_bytes());
    let shares_a_word =
        given.split('_').any(|word| word.len() > 2 && name.split('_').any(|other| other == word));
    (letters <= 2 || shares_a_word).then_some(letters)
}

/// How many bytes have to be put in, taken out or changed.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let changed = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = changed.min(left + 1).min(*cell + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{LimitExceeded, distance};

    #[test]
    fn limits_are_inclusive() {
        assert!(LimitExceeded::check("tag_bytes", 5, 5).is_ok());
        let error = LimitExceeded::check("tag_bytes", 6, 5).unwrap_err();
        assert_eq!(error.to_string(), "over the limit `tag_bytes`: 6, and at most 5 are allowed");
        assert_eq!((error.name(), error.actual(), error.limit()), ("tag_bytes", 6, 5));
    }

    #[test]
    fn distances() {
        for (a, b, far) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), far, "{a} {b}");
        }
    }
}
