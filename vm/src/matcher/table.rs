//! The matchers of all patterns of a program, within the limits.

use super::{Literals, Matcher};
use crate::bytecode::program::{PatternId, Program, ToolRecord};
use crate::limits::{LimitExceeded, Limits};
use crate::pattern::{Pattern, PatternError};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// The matchers of a program's patterns, by [`PatternId`].
#[derive(Debug, Clone, Default)]
pub struct Matchers {
    matchers: Vec<Arc<Matcher>>,
    /// Of the patterns of tool ids.
    literals: HashMap<PatternId, Literals>,
}

impl Matchers {
    /// Builds the matcher of every pattern of `program`.
    ///
    /// Tables are built while `pattern_tables_bytes` lasts; one that turned out too large has cost as much as one of the
    /// full size, so the time is bounded too. Patterns for values come first: names of tools are short, and what was
    /// found for them is remembered.
    ///
    /// # Errors
    /// If a pattern is refused, or the automata take more than `automata_bytes` together.
    pub fn new(program: &Program, limits: &Limits) -> Result<Matchers, MatcherError> {
        let tools: HashSet<PatternId> = tool_patterns(program).collect();
        let ids = || (0..).map(PatternId).zip(&program.patterns);
        let (mut tables, mut all) = (limits.pattern_tables_bytes, 0);
        let mut matchers = vec![None; program.patterns.len()];
        let mut literals = HashMap::new();
        let of_values = ids().filter(|(id, _)| !tools.contains(id));
        for (id, record) in of_values.chain(ids().filter(|(id, _)| tools.contains(id))) {
            let refuse = |cause| MatcherError { pattern: id, cause };
            let text = program.string(record.text).ok_or_else(|| refuse(no_text()))?;
            let pattern =
                Pattern::parse(record.syntax, text).map_err(|error| refuse(Cause::Pattern(error)))?;
            if tools.contains(&id) {
                literals.insert(id, Literals::of(&pattern));
            }
            let budget = limits.pattern_table_bytes.min(tables);
            let matcher = Matcher::new(&pattern, budget).map_err(|error| refuse(Cause::Pattern(error)))?;
            let size = matcher.memory_usage();
            tables = tables.saturating_sub(if matcher.is_simulated() { budget } else { size });
            all += size;
            LimitExceeded::check("automata_bytes", all, limits.automata_bytes)
                .map_err(|limit| refuse(Cause::Limit(limit)))?;
            if let Some(place) = matchers.get_mut(id.0 as usize) {
                *place = Some(Arc::new(matcher));
            }
        }
        Ok(Matchers { matchers: matchers.into_iter().flatten().collect(), literals })
    }

    /// The literal text of a pattern that is the id of a tool.
    pub fn literals(&self, pattern: PatternId) -> Option<&Literals> {
        self.literals.get(&pattern)
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
    use crate::bytecode::program::{PatternId, PatternRecord, Program, StringId};
    use crate::limits::Limits;
    use crate::pattern::PatternSyntax::Regex;

    fn program(patterns: &[&str]) -> Program {
        let mut program = Program::default();
        for (index, pattern) in (0..).zip(patterns) {
            program.text.push_str(pattern);
            program.strings.push(u32::try_from(program.text.len()).unwrap());
            program.patterns.push(PatternRecord { syntax: Regex, text: StringId(index) });
        }
        program
    }

    fn simulated(matchers: &Matchers) -> Vec<bool> {
        (0..matchers.len()).map(|id| matchers.get(PatternId(id as u32)).unwrap().is_simulated()).collect()
    }

    #[test]
    fn tables_are_built_while_the_budget_lasts() {
        let program = program(&["[ab]+c", "[ab]+c", "x.*", "[ab]+c"]);
        let limits = Limits::default();
        let matchers = Matchers::new(&program, &limits).unwrap();
        assert_eq!(simulated(&matchers), [false; 4]);
        let size = matchers.get(PatternId(0)).unwrap().memory_usage();
        let limits = Limits { pattern_tables_bytes: 2 * size + 10, ..limits };
        assert_eq!(simulated(&Matchers::new(&program, &limits).unwrap()), [false, false, false, true]);
        // A table that is too large uses up its budget.
        let half = size / 2;
        let limits = Limits { pattern_table_bytes: half, pattern_tables_bytes: half + 10, ..limits };
        assert_eq!(simulated(&Matchers::new(&program, &limits).unwrap()), [true, true, false, true]);
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
