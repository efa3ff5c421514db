//! Sets of strings: one string, or those with a length and of languages.

use super::super::language::Language;
use super::super::schema::Count;
use std::rc::Rc;

/// Strings.
#[derive(Debug, Clone)]
pub(crate) enum Strings {
    /// One.
    One(String),
    /// Many: those that have such a length, in Unicode scalar values, and are in each of the languages.
    Many { length: Count, languages: Vec<Rc<Language>> },
}

impl Strings {
    pub(crate) fn anything() -> Strings {
        Strings::Many { length: Count::default(), languages: Vec::new() }
    }

    pub(crate) fn is_anything(&self) -> bool {
        match self {
            Strings::One(_) => false,
            Strings::Many { length, languages } => *length == Count::default() && languages.is_empty(),
        }
    }

    /// Whether a string is in it.
    pub(crate) fn contains(&self, text: &str) -> bool {
        match self {
            Strings::One(one) => one == text,
            Strings::Many { length, languages } => {
                length.contains(text.chars().count() as u64)
                    && languages.iter().all(|language| language.accepts(text))
            }
        }
    }

    /// What is in both, or more; none if that is nothing.
    pub(crate) fn meet(&self, other: &Strings) -> Option<Strings> {
        match (self, other) {
            (one @ Strings::One(text), set) | (set, one @ Strings::One(text)) => {
                set.contains(text).then(|| one.clone())
            }
            (
                Strings::Many { length: a, languages: mine },
                Strings::Many { length: b, languages: theirs },
            ) => {
                let languages = mine.iter().chain(theirs).cloned().collect();
                Some(Strings::Many { length: a.meet(*b)?, languages })
            }
        }
    }
}
