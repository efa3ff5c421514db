//! The matchers of the tool ids of a program, within the limits.

use super::{Literals, Matcher};
use crate::bytecode::program::{PatternId, Program, ToolRecord};
use crate::limits::{LimitExceeded, Limits};
use crate::pattern::{Pattern, PatternError};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The largest table of one pattern.
const TABLE_BYTES: usize = 256 * 1024;
/// The tables of all patterns.
const TABLES_BYTES: usize = 32 * 1024 * 1024;

/// The matchers of a program's tool ids, by [`PatternId`].
#[derive(Debug, Clone, Default)]
pub struct Matchers {
    matchers: HashMap<PatternId, Arc<Matcher>>,
    /// Of the patterns of tool ids.
    literals: HashMap<PatternId, Literals>,
}

impl Matchers {
    /// Builds the matcher of every pattern of a tool id of `program`.
    ///
    /// # Errors
    /// If a pattern is refused, or the automata take more than `automata_bytes` together.
    pub fn new(program: &Program, limits: &Limits) -> Result<Matchers, MatcherError> {
        let (mut tables, mut all) = (TABLES_BYTES, 0);
        let mut matchers = Matchers::default();
        for id in tool_patterns(program) {
            if matchers.literals.contains_key(&id) {
                continue;
            }
            let refuse = |cause| MatcherError { pattern: id, cause };
            let record = program.patterns.get(id.0 as usize).ok_or_else(|| refuse(no_text()))?;
            let text = program.string(record.text).ok_or_else(|| refuse(no_text()))?;
            let pattern =
                Pattern::parse(record.syntax, text).map_err(|error| refuse(Cause::Pattern(error)))?;
            matchers.literals.insert(id, Literals::of(&pattern));
            let budget = TABLE_BYTES.min(tables);
            let matcher = Matcher::new(&pattern, budget).map_err(|error| refuse(Cause::Pattern(error)))?;
            let size = matcher.memory_usage();
            tables = tables.saturating_sub(if matcher.is_simulated() { budget } else { size });
            all += size;
            LimitExceeded::check("automata_bytes", all, limits.automata_bytes)
                .map_err(|limit| refuse(Cause::Limit(limit)))?;
            matchers.matchers.insert(id, Arc::new(matcher));
        }
        Ok(matchers)
    }

    /// The literal text of a pattern that is the id of a tool.
    pub fn literals(&self, pattern: PatternId) -> Option<&Literals> {
        self.literals.get(&pattern)
    }

    /// The matcher of a pattern.
    pub fn get(&self, pattern: PatternId) -> Option<&Arc<Matcher>> {
        self.matchers.get(&pattern)
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

/// The patterns that are ids of tools.
fn tool_patterns(program: &Program) -> impl Iterator<Item = PatternId> + '_ {
    program.blocks.iter().filter_map(|block| match block.tool {
        ToolRecord::Pattern(pattern) => Some(pattern),
        ToolRecord::Exact(_) => None,
    })
}

fn no_text() -> Cause {
    Cause::Pattern(PatternError::new("the pattern has no text".to_owned()))
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

#[cfg(test)]
mod tests {
    use super::Matchers;
    use crate::bytecode::program::*;
    use crate::limits::Limits;
    use crate::pattern::PatternSyntax::Regex;

    fn program(patterns: &[&str]) -> Program {
        let mut program = Program::default();
        for (index, pattern) in (0..).zip(patterns) {
            program.text.push_str(pattern);
            program.strings.push(u32::try_from(program.text.len()).unwrap());
            program.patterns.push(PatternRecord { syntax: Regex, text: StringId(index) });
            program.blocks.push(BlockRecord {
                tool: ToolRecord::Pattern(PatternId(index)),
                tool_text: StringId(index),
                priority: PriorityRecord::Number(0),
                position: PositionRecord { file: 0, line: 1, column: 1 },
                description: None,
                rules: List::default(),
                before: None,
                result: None,
                after: None,
            });
        }
        program
    }

    #[test]
    fn refuses_what_is_over_the_limit_or_no_pattern() {
        let limits = Limits { automata_bytes: 100, ..Limits::default() };
        let error = Matchers::new(&program(&["x.*", r"\w{50}"]), &limits).unwrap_err();
        assert_eq!(error.pattern(), PatternId(1));
        assert!(error.to_string().contains("over the limit `automata_bytes`"), "{error}");
        let error = Matchers::new(&program(&["a", "b", "(?=c)"]), &Limits::default()).unwrap_err();
        assert_eq!(error.pattern(), PatternId(2));
        assert!(error.to_string().contains("look-around"), "{error}");
    }
}
