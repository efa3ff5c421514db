//! The matchers of all patterns of a program, within the limits.

use super::Matcher;
use crate::bytecode::program::{PatternId, Program};
use crate::limits::{LimitExceeded, Limits};
use crate::pattern::PatternError;
use std::fmt;
use std::sync::Arc;

/// The matchers of a program's patterns, by [`PatternId`].
#[derive(Debug, Clone, Default)]
pub struct Matchers {
    matchers: Vec<Arc<Matcher>>,
}

impl Matchers {
    /// Builds the matcher of every pattern of `program`.
    ///
    /// # Errors
    /// If a pattern is refused, or the automata take more than `automata_bytes` together.
    pub fn new(program: &Program, limits: &Limits) -> Result<Matchers, MatcherError> {
        let mut matchers = Vec::with_capacity(program.patterns.len());
        let (mut tables, mut all) = (0, 0);
        for (id, record) in (0..).map(PatternId).zip(&program.patterns) {
            let refuse = |cause| MatcherError { pattern: id, cause };
            let text = program.string(record.text).ok_or_else(|| {
                refuse(Cause::Pattern(PatternError::new("the pattern has no text".to_owned())))
            })?;
            let budget = limits.pattern_table_bytes.min(limits.pattern_tables_bytes.saturating_sub(tables));
            let matcher =
                Matcher::parse(record.syntax, text, budget).map_err(|error| refuse(Cause::Pattern(error)))?;
            all += matcher.memory_usage();
            if !matcher.is_simulated() {
                tables += matcher.memory_usage();
            }
            LimitExceeded::check("automata_bytes", all, limits.automata_bytes)
                .map_err(|limit| refuse(Cause::Limit(limit)))?;
            matchers.push(Arc::new(matcher));
        }
        Ok(Matchers { matchers })
    }

    /// The matcher of a pattern.
    pub fn get(&self, pattern: PatternId) -> Option<&Arc<Matcher>> {
        self.matchers.get(pattern.0 as usize)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.matchers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.matchers.is_empty()
    }
}

/// Why the matchers of a program could not be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatcherError {
    pattern: PatternId,
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Pattern(PatternError),
    Limit(LimitExceeded),
}

impl MatcherError {
    /// The pattern at which building stopped.
    pub fn pattern(&self) -> PatternId {
        self.pattern
    }
}

impl fmt::Display for MatcherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Pattern(error) => write!(f, "pattern {}: {error}", self.pattern.0),
            Cause::Limit(error) => write!(f, "the patterns of the policy are {error}"),
        }
    }
}

impl std::error::Error for MatcherError {}
