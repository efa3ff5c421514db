//! From the name of a tool to the blocks that are about it.
//!
//! Exact names are found by hash. Patterns are found by the literal text that their matches begin or end with, where they
//! have such text, so most patterns are never looked at; the others are tested one by one. What was found for a name is
//! remembered in the caller's [`DispatchScratch`], up to a limit.
//!
//! Invariant: blocks come out in source order, each once.

use crate::automata::MatcherCache;
use crate::bytecode::program::{PatternId, Program, ToolRecord};
use crate::limits::Limits;
use crate::matcher::{Literals, Matcher, Matchers};
use crate::metadata::StringTable;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Longer names are not remembered.
const LONGEST_REMEMBERED: usize = 256;
/// The most blocks that are remembered, over all names.
const MOST_REMEMBERED: usize = 1 << 20;

/// A tool block of a policy: its index in source order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// The way from tool names to blocks. Immutable.
#[derive(Debug, Clone, Default)]
pub struct Dispatch {
    names: StringTable,
    /// By the index of the name.
    exact: Vec<Vec<BlockId>>,
    patterns: Vec<PatternBlocks>,
    by_prefix: LiteralIndex,
    by_suffix: LiteralIndex,
    /// Patterns (indices of `patterns`) without literal text at either end.
    unindexed: Vec<usize>,
    remembered_names: usize,
    /// Tells whose names a scratch remembers.
    identity: Arc<()>,
}

/// A pattern and its blocks.
#[derive(Debug, Clone)]
struct PatternBlocks {
    matcher: Arc<Matcher>,
    blocks: Vec<BlockId>,
}

/// Patterns by a literal text that their matches have at one end.
#[derive(Debug, Clone, Default)]
struct LiteralIndex {
    patterns: HashMap<Box<[u8]>, Vec<usize>>,
    /// The lengths of the texts, ascending.
    lengths: Vec<usize>,
}

/// What dispatch writes to: owned by the caller, of use for any policy, best kept for one.
#[derive(Debug, Default)]
pub struct DispatchScratch {
    policy: Option<Arc<()>>,
    names: StringTable,
    /// By the index of the name: start and end in `remembered`.
    ranges: Vec<(usize, usize)>,
    remembered: Vec<BlockId>,
    found: Vec<BlockId>,
}

/// A block refers to a string or a pattern that the program does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidBlock(BlockId);

impl fmt::Display for InvalidBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {} refers to a tool that its table does not have", self.0.0)
    }
}

impl std::error::Error for InvalidBlock {}

impl Dispatch {
    /// The dispatch of a program's blocks; `matchers` are those of the program. Takes time linear in the program.
    ///
    /// # Errors
    /// If a block refers to what the program does not have. The verifier has refused such programs before.
    pub fn new(program: &Program, matchers: &Matchers, limits: &Limits) -> Result<Dispatch, InvalidBlock> {
        let mut dispatch = Dispatch { remembered_names: limits.dispatch_cache, ..Dispatch::default() };
        let mut places = HashMap::new();
        for (block, record) in (0..).map(BlockId).zip(&program.blocks) {
            match record.tool {
                ToolRecord::Exact(name) => {
                    let name = program.string(name).ok_or(InvalidBlock(block))?;
                    let index = dispatch.names.insert(name) as usize;
                    if index == dispatch.exact.len() {
                        dispatch.exact.push(Vec::new());
                    }
                    dispatch.exact.get_mut(index).ok_or(InvalidBlock(block))?.push(block);
                }
                ToolRecord::Pattern(pattern) => {
                    let place = match places.get(&pattern) {
                        Some(place) => *place,
                        None => {
                            let place = dispatch.patterns.len();
                            dispatch.add_pattern(pattern, matchers).ok_or(InvalidBlock(block))?;
                            places.insert(pattern, place);
                            place
                        }
                    };
                    dispatch.patterns.get_mut(place).ok_or(InvalidBlock(block))?.blocks.push(block);
                }
            }
        }
        Ok(dispatch)
    }

    /// Adds a pattern without blocks; none if there is no such pattern.
    fn add_pattern(&mut self, id: PatternId, matchers: &Matchers) -> Option<()> {
        let place = self.patterns.len();
        match matchers.literals(id)? {
            Literals::Prefixes(texts) => texts.iter().for_each(|text| self.by_prefix.add(text, place)),
            Literals::Suffixes(texts) => texts.iter().for_each(|text| self.by_suffix.add(text, place)),
            Literals::None => self.unindexed.push(place),
        }
        self.patterns.push(PatternBlocks { matcher: Arc::clone(matchers.get(id)?), blocks: Vec::new() });
        Some(())
    }

    /// The blocks about `tool`, in source order.
    pub fn blocks<'s>(
        &self,
        tool: &str,
        scratch: &'s mut DispatchScratch,
        cache: &mut MatcherCache,
    ) -> &'s [BlockId] {
        if !scratch.policy.as_ref().is_some_and(|policy| Arc::ptr_eq(policy, &self.identity)) {
            scratch.forget();
            scratch.policy = Some(Arc::clone(&self.identity));
        }
        let known = scratch.names.find(tool).and_then(|name| scratch.ranges.get(name as usize)).copied();
        let (start, end) = match known {
            Some(range) => range,
            None => {
                self.find(tool, &mut scratch.found, cache);
                if tool.len() > LONGEST_REMEMBERED || self.remembered_names == 0 {
                    return &scratch.found;
                }
                scratch.remember(tool, self.remembered_names)
            }
        };
        scratch.remembered.get(start..end).unwrap_or_default()
    }

    fn find(&self, tool: &str, found: &mut Vec<BlockId>, cache: &mut MatcherCache) {
        found.clear();
        let exact = self.names.find(tool).and_then(|name| self.exact.get(name as usize));
        found.extend(exact.into_iter().flatten());
        let bytes = tool.as_bytes();
        let mut test = |places: &[usize]| {
            for pattern in places.iter().filter_map(|place| self.patterns.get(*place)) {
                if pattern.matcher.is_match(tool, cache) {
                    found.extend(&pattern.blocks);
                }
            }
        };
        for prefix in self.by_prefix.lengths.iter().map_while(|length| bytes.get(..*length)) {
            self.by_prefix.patterns.get(prefix).into_iter().for_each(|places| test(places));
        }
        let suffix = |length: &usize| bytes.get(bytes.len().checked_sub(*length)?..);
        for suffix in self.by_suffix.lengths.iter().map_while(suffix) {
            self.by_suffix.patterns.get(suffix).into_iter().for_each(|places| test(places));
        }
        test(&self.unindexed);
        // A pattern may be found under several texts.
        found.sort_unstable();
        found.dedup();
    }
}

impl LiteralIndex {
    fn add(&mut self, text: &[u8], place: usize) {
        if let Err(index) = self.lengths.binary_search(&text.len()) {
            self.lengths.insert(index, text.len());
        }
        self.patterns.entry(text.into()).or_default().push(place);
    }
}

impl DispatchScratch {
    /// Remembers what was found for `tool`; forgets everything first if that would be too much.
    fn remember(&mut self, tool: &str, most_names: usize) -> (usize, usize) {
        if self.names.len() >= most_names || self.remembered.len() + self.found.len() > MOST_REMEMBERED {
            self.forget();
        }
        let start = self.remembered.len();
        self.remembered.extend_from_slice(&self.found);
        let range = (start, self.remembered.len());
        self.names.insert(tool);
        self.ranges.push(range);
        range
    }

    fn forget(&mut self) {
        self.names.clear();
        self.ranges.clear();
        self.remembered.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{BlockId, Dispatch, DispatchScratch};
    use crate::automata::MatcherCache;
    use crate::bytecode::program::{BlockRecord, List, PatternId, PatternRecord, PositionRecord};
    use crate::bytecode::program::{PriorityRecord, Program, StringId, ToolRecord};
    use crate::limits::Limits;
    use crate::matcher::Matchers;
    use crate::pattern::PatternSyntax::Regex;
    use proptest::prelude::*;

    fn add_string(program: &mut Program, text: &str) -> StringId {
        program.text.push_str(text);
        program.strings.push(u32::try_from(program.text.len()).unwrap());
        StringId(u32::try_from(program.strings.len()).unwrap() - 1)
    }

    /// A program with a block per tool; regexes are written `/…`.
    fn program<T: AsRef<str>>(tools: &[T]) -> Program {
        let mut program = Program::default();
        for tool in tools.iter().map(AsRef::as_ref) {
            let text = add_string(&mut program, tool.trim_start_matches('/'));
            let record = PatternRecord { syntax: Regex, text };
            let matcher = if tool.starts_with('/') {
                program.patterns.push(record);
                ToolRecord::Pattern(PatternId(u32::try_from(program.patterns.len()).unwrap() - 1))
            } else {
                ToolRecord::Exact(text)
            };
            program.blocks.push(BlockRecord {
                tool: matcher,
                tool_text: text,
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

    fn dispatch<T: AsRef<str>>(tools: &[T], limits: &Limits) -> Dispatch {
        let program = program(tools);
        Dispatch::new(&program, &Matchers::new(&program, limits).unwrap(), limits).unwrap()
    }

    fn ids(blocks: &[BlockId]) -> Vec<u32> {
        blocks.iter().map(|block| block.0).collect()
    }

    #[test]
    fn finds_blocks_in_source_order() {
        let tools = ["send", "/send|read", "read", "send", "/(?s).*", "/.*d", "/^s(end)?$", "", "/read_\\w+"];
        let dispatch = dispatch(&tools, &Limits::default());
        let (mut scratch, mut cache) = (DispatchScratch::default(), MatcherCache::default());
        for _ in 0..2 {
            for (tool, expected) in [
                ("send", vec![0, 1, 3, 4, 5, 6]),
                ("read", vec![1, 2, 4, 5]),
                ("s", vec![4, 6]),
                ("", vec![4, 7]),
                ("read_file", vec![4, 8]),
                ("resend\n", vec![4]),
                ("d", vec![4, 5]),
            ] {
                assert_eq!(ids(dispatch.blocks(tool, &mut scratch, &mut cache)), expected, "{tool:?}");
            }
        }
    }

    #[test]
    fn a_scratch_that_saw_another_policy_is_no_danger() {
        let limits = Limits::default();
        let (first, second) = (dispatch(&["a", "b"], &limits), dispatch(&["b", "a"], &limits));
        let (mut scratch, mut cache) = (DispatchScratch::default(), MatcherCache::default());
        for (policy, expected) in [(&first, 0), (&second, 1), (&first, 0)] {
            assert_eq!(ids(policy.blocks("a", &mut scratch, &mut cache)), [expected]);
        }
    }

    #[test]
    fn remembers_no_more_than_allowed() {
        let limits = Limits { dispatch_cache: 8, ..Limits::default() };
        let dispatch = dispatch(&["/t.*", "t5"], &limits);
        let (mut scratch, mut cache) = (DispatchScratch::default(), MatcherCache::default());
        for round in 0..100 {
            let tool = format!("t{}", round % 13);
            let expected: &[u32] = if tool == "t5" { &[0, 1] } else { &[0] };
            assert_eq!(ids(dispatch.blocks(&tool, &mut scratch, &mut cache)), expected);
            assert!(scratch.names.len() <= 8 && scratch.remembered.len() <= 16);
        }
        let long = "t".repeat(1000);
        assert_eq!(ids(dispatch.blocks(&long, &mut scratch, &mut cache)), [0]);
        assert_eq!(scratch.names.find(&long), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn agrees_with_testing_every_block(
            tools in prop::collection::vec("[ab]{0,3}|/[ab]{0,2}(\\.\\*|a\\?|\\(a\\|ab\\)|\\.)[ab]{0,2}(\\.\\*)?", 0..12),
            names in prop::collection::vec("[abc]{0,6}", 1..8),
        ) {
            let program = program(&tools);
            let limits = Limits::default();
            let matchers = Matchers::new(&program, &limits).unwrap();
            let dispatch = Dispatch::new(&program, &matchers, &limits).unwrap();
            let (mut scratch, mut cache) = (DispatchScratch::default(), MatcherCache::default());
            for name in &names {
                let matches = |block: &&BlockRecord| match block.tool {
                    ToolRecord::Exact(id) => program.string(id) == Some(name),
                    ToolRecord::Pattern(id) => matchers.get(id).unwrap().is_match(name, &mut MatcherCache::default()),
                };
                let expected: Vec<u32> =
                    (0..).zip(&program.blocks).filter(|(_, block)| matches(block)).map(|(index, _)| index).collect();
                prop_assert_eq!(ids(dispatch.blocks(name, &mut scratch, &mut cache)), expected, "{} of {:?}", name, tools);
            }
        }
    }
}
