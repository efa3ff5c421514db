//! From the name of a tool to the blocks that are about it.
//!
//! Everything is in the tables of the program ([`crate::bytecode::dispatch`]); what cannot be written out, the search for
//! substrings and simulated patterns, is made when a policy is loaded. Of a tool that blocks name, all blocks are known, those
//! with patterns too, unless there are very many: that costs a lookup of the name. Another name costs one search for what it
//! begins and one for what it ends with, one walk for what it has in it, and the automata that these lead to: however many
//! blocks there are, only those are looked at that the name has the text of. What was found for a name is remembered in the
//! caller's [`DispatchScratch`].
//!
//! Invariants: blocks come out in the order of their updates (S7.1), each once. Nothing is allocated after a scratch was
//! made, but for simulated patterns, whose memory grows once.

mod affixes;
mod build;
mod guard;
mod merge;
mod pairs;
mod remembered;
#[cfg(test)]
mod tests;

pub(crate) use build::build;

use crate::automata::{Dfa, LoadError, MatcherCache, Room, Simulation, simulate};
use crate::bytecode::dispatch::{AffixRecord, Find, SubstringRecord, ToolAutomatonRecord, ToolEngine};
use crate::bytecode::names::{NameFinder, NamedId, Sought};
use crate::bytecode::program::{List, Program};
use crate::work::{PER_LEAF, Work, of_len};
use affixes::{End, Heads};
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::{Builder, NFA};
use aho_corasick::{Anchored, MatchKind};
use pairs::first_pairs;
use remembered::Remembered;

/// What the tables of a program need beside them to find blocks. Immutable.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    /// The tools that blocks name exactly, with the blocks that are about them.
    tools: NameFinder<Tool>,
    /// Those of tools that several blocks are about.
    several: Vec<List>,
    /// Their blocks: in the order of their updates (S7.1), and in that of their rules (S6.9).
    ascending: Vec<u32>,
    descending: Vec<u32>,
    /// The heads of prefixes and suffixes.
    prefixes: Heads,
    suffixes: Heads,
    /// For each prefix its first pair; behind the last the number of pairs.
    first_pairs: Box<[u32]>,
    /// All substrings, if there are any; a pattern is a row of the table.
    substrings: Option<NFA>,
    /// For each automaton its simulation, if it is simulated.
    simulations: Vec<Option<Box<Simulation>>>,
    /// Whether finding blocks takes more than looking up the name and following a pattern that all names match.
    searches: bool,
    /// Whether it takes no more than looking up the name.
    exact: bool,
}

/// A tool that blocks name exactly: half a line of a cache, and for most tools the only one that is touched here.
#[derive(Debug)]
#[repr(align(32))]
struct Tool {
    name: NamedId,
    known: Known,
}

const _: () = assert!(size_of::<Tool>() == 32);

impl AsRef<NamedId> for Tool {
    #[inline]
    fn as_ref(&self) -> &NamedId {
        &self.name
    }
}

/// The blocks about a tool, as far as they are known without a search.
#[derive(Debug, Clone, Copy)]
enum Known {
    /// They are not.
    No,
    /// Just this one: most tools have one.
    One(u32),
    /// Those at this place in [`Dispatch::several`].
    Several(u32),
}

/// What dispatch writes to: owned by the caller, made for one policy.
#[derive(Debug)]
pub(crate) struct DispatchScratch {
    remembered: Remembered,
    /// The targets that were found, and the automata.
    targets: Seen,
    automata: Seen,
    /// The suffixes that the name has, with their lengths.
    suffixes: Vec<(u32, usize)>,
    /// The places of the blocks that were found.
    places: Vec<u32>,
    /// What was looked at: affixes, pairs, substrings, automata.
    #[cfg(test)]
    steps: usize,
}

/// Numbers, each once.
#[derive(Debug)]
struct Seen {
    bits: Vec<u64>,
    numbers: Vec<u32>,
}

/// Blocks about a tool.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Blocks<'b> {
    /// In the order of their updates (S7.1).
    pub(crate) ascending: &'b [u32],
    /// In the order of their rules (S6.9).
    pub(crate) descending: &'b [u32],
}

/// The blocks at these places.
pub(crate) fn blocks_at(program: &Program, places: &[u32]) -> impl Iterator<Item = u32> {
    places.iter().filter_map(|&place| program.dispatch.order.get(place as usize).copied())
}

/// Appends blocks that are in the order of their updates in the order of their rules. Equal priorities stay in source
/// order (S6.9).
pub(crate) fn by_priority(program: &Program, ascending: &[u32], descending: &mut Vec<u32>) {
    if let [_] = ascending {
        descending.extend_from_slice(ascending);
        return;
    }
    let priority = |block: u32| program.blocks.get(block as usize).map(|block| block.priority);
    for level in ascending.chunk_by(|&a, &b| priority(a) == priority(b)).rev() {
        descending.extend_from_slice(level);
    }
}

impl Dispatch {
    /// Makes what the dispatch of a verified program needs. Takes time linear in the texts and patterns for which something
    /// is made.
    ///
    /// # Errors
    /// If it takes more than there is room for, or the program has a pattern that is none or refers to what it does not
    /// have. The verifier has refused such programs before.
    pub(crate) fn load(program: &Program, room: &mut Room) -> Result<Dispatch, LoadError> {
        let tables = &program.dispatch;
        let simulation = |(row, record): (u32, &ToolAutomatonRecord)| {
            let missing = || LoadError::missing("automaton of tools", row);
            match record.engine {
                ToolEngine::Dfa(_) => Ok(None),
                ToolEngine::Simulated(id) => simulate(program, &[id], room, missing).map(Some),
            }
        };
        let simulations = (0..).zip(&tables.automata).map(simulation).collect::<Result<_, _>>()?;
        let mut dispatch = Dispatch {
            tools: NameFinder::default(),
            several: Vec::new(),
            ascending: Vec::new(),
            descending: Vec::new(),
            prefixes: Heads::of(End::First, &tables.prefixes, &program.automata),
            suffixes: Heads::of(End::Last, &tables.suffixes, &program.automata),
            first_pairs: first_pairs(program),
            substrings: substrings(program, room)?,
            simulations,
            exact: tables.prefixes.is_empty()
                && tables.suffixes.is_empty()
                && tables.substrings.is_empty()
                && tables.automata.is_empty(),
            searches: tables.prefixes.len() > 1
                || tables.suffixes.len() > 1
                || !(tables.substrings.is_empty() && tables.automata.is_empty()),
        };
        let known = dispatch.lay_out_known(program);
        let known = |place: u32| known.get(place as usize).copied().unwrap_or(Known::No);
        let tool = |name: NamedId| Tool { name, known: known(name.id) };
        dispatch.tools = NameFinder::of_slots(program, &program.names.tools, &program.tools, tool);
        Ok(dispatch)
    }

    /// The blocks about a tool, if they are known without a search.
    #[inline]
    pub(crate) fn known(&self, program: &Program, tool: &str) -> Option<Blocks<'_>> {
        let Some(tool) = self.tools.find_slot(program, &program.tools, Sought::new(tool)) else {
            return self.exact.then_some(Blocks::default());
        };
        match &tool.known {
            Known::No => None,
            Known::One(block) => {
                let only = std::slice::from_ref(block);
                Some(Blocks { ascending: only, descending: only })
            }
            Known::Several(place) => {
                let list = self.several.get(*place as usize)?;
                Some(Blocks { ascending: list.of(&self.ascending)?, descending: list.of(&self.descending)? })
            }
        }
    }

    /// Lays out what is known of tools, in their order.
    fn lay_out_known(&mut self, program: &Program) -> Vec<Known> {
        let tables = &program.dispatch;
        let (lists, pool) = if self.exact {
            (tables.targets.get(..program.tools.len()).unwrap_or_default(), &tables.places)
        } else {
            (tables.known.as_slice(), &tables.known_places)
        };
        let known = lists.iter().map(|list| {
            let start = self.ascending.len();
            self.ascending.extend(blocks_at(program, list.of(pool).unwrap_or_default()));
            match *self.ascending.get(start..).unwrap_or_default() {
                [] => Known::No,
                [only] => {
                    self.ascending.truncate(start);
                    Known::One(only)
                }
                ref several => {
                    by_priority(program, several, &mut self.descending);
                    let length = |length| u32::try_from(length).unwrap_or(u32::MAX);
                    self.several.push(List { start: length(start), len: length(several.len()) });
                    Known::Several(length(self.several.len() - 1))
                }
            }
        });
        known.collect()
    }

    /// The places (in the order of updates) of the blocks about `tool`, ascending.
    pub(crate) fn places<'s>(
        &self,
        program: &Program,
        tool: &str,
        scratch: &'s mut DispatchScratch,
        cache: &mut MatcherCache,
    ) -> &'s [u32] {
        if !self.searches {
            self.find(program, tool, scratch, cache);
            return &scratch.places;
        }
        let (known, hash) = scratch.remembered.find(tool);
        match known {
            Some(places) => {
                scratch.places.clear();
                scratch.places.extend_from_slice(places);
            }
            None => {
                self.find(program, tool, scratch, cache);
                // What is not complete must not be remembered.
                if !cache.work.is_over() {
                    scratch.remembered.insert(tool, hash, &scratch.places);
                }
            }
        }
        &scratch.places
    }

    /// Finds the blocks of a name that is not remembered.
    fn find(&self, program: &Program, tool: &str, scratch: &mut DispatchScratch, cache: &mut MatcherCache) {
        let tables = &program.dispatch;
        scratch.clear();
        if let Some(target) = self.tools.find(program, &program.tools, Sought::new(tool)) {
            scratch.targets.add(target);
        }
        self.find_pairs(program, tool, scratch, &mut cache.work);
        self.find_substrings(program, tool, scratch, &mut cache.work);
        for next in 0.. {
            let Some(&automaton) = scratch.automata.numbers.get(next) else { break };
            cache.work.spend(of_len(tool.len()));
            if cache.work.is_over() {
                break;
            }
            self.ask(program, automaton, tool, scratch, cache);
        }
        for &target in &scratch.targets.numbers {
            let blocks = tables.targets.get(target as usize).and_then(|list| list.of(&tables.places));
            scratch.places.extend_from_slice(blocks.unwrap_or_default());
        }
        if scratch.targets.numbers.len() > 1 {
            scratch.places.sort_unstable();
        }
    }

    /// Follows the texts that the name has in it.
    fn find_substrings(&self, program: &Program, tool: &str, scratch: &mut DispatchScratch, work: &mut Work) {
        let Some(search) = &self.substrings else { return };
        let Ok(mut state) = search.start_state(Anchored::No) else { return };
        work.spend(of_len(tool.len()).saturating_mul(PER_LEAF));
        for &byte in tool.as_bytes() {
            state = search.next_state(Anchored::No, state, byte);
            if !search.is_match(state) {
                continue;
            }
            work.spend(of_len(search.match_len(state)).saturating_mul(PER_LEAF));
            if work.is_over() {
                return;
            }
            for number in 0..search.match_len(state) {
                let row = search.match_pattern(state, number).as_usize();
                if let Some(record) = program.dispatch.substrings.get(row) {
                    scratch.follow(record.finds.of(&program.dispatch.finds).unwrap_or_default());
                }
            }
        }
    }

    /// Asks an automaton which of its patterns match.
    fn ask(
        &self,
        program: &Program,
        automaton: u32,
        tool: &str,
        scratch: &mut DispatchScratch,
        cache: &mut MatcherCache,
    ) {
        scratch.step();
        let tables = &program.dispatch;
        let Some(record) = tables.automata.get(automaton as usize) else { return };
        let targets = record.targets.of(&tables.automaton_targets).unwrap_or_default();
        match record.engine {
            ToolEngine::Dfa(id) => {
                let Some(dfa) = Dfa::new(&program.automata, id) else { return };
                cache.check(&dfa, tool);
                let matches = dfa.matches(tool);
                let matches = matches.iter().filter_map(|&pattern| targets.get(pattern as usize));
                matches.for_each(|&target| scratch.targets.add(target));
            }
            ToolEngine::Simulated(_) => {
                let simulation = self.simulations.get(automaton as usize).and_then(Option::as_ref);
                if simulation.is_some_and(|simulation| simulation.accepts(tool, cache)) {
                    targets.iter().for_each(|&target| scratch.targets.add(target));
                }
            }
        }
    }
}

/// The search for all substrings of the program.
fn substrings(program: &Program, room: &mut Room) -> Result<Option<NFA>, LoadError> {
    let records = &program.dispatch.substrings;
    if records.is_empty() {
        return Ok(None);
    }
    let text = |(row, record): (u32, &SubstringRecord)| {
        program.automata.literal(record.text).ok_or_else(|| LoadError::missing("substring of tools", row))
    };
    let texts = (0..).zip(records).map(text).collect::<Result<Vec<&str>, _>>()?;
    room.check_search(&texts)?;
    let search = Builder::new().match_kind(MatchKind::Standard).build(texts).map_err(LoadError::search)?;
    room.take(search.memory_usage())?;
    Ok(Some(search))
}

impl DispatchScratch {
    /// Memory for the dispatch of a program, and for remembering so many names.
    pub(crate) fn new(program: &Program, dispatch: &Dispatch, names: usize) -> DispatchScratch {
        let tables = &program.dispatch;
        let remembered = if dispatch.searches { names } else { 0 };
        // A name finds one target of a tool, and any of patterns.
        let most = tables.targets.len().saturating_sub(program.tools.len()) + 1;
        DispatchScratch {
            remembered: Remembered::new(remembered),
            targets: Seen::new(tables.targets.len(), most),
            automata: Seen::new(tables.automata.len(), tables.automata.len()),
            suffixes: Vec::with_capacity(deepest(&tables.suffixes)),
            places: Vec::with_capacity(tables.places.len()),
            #[cfg(test)]
            steps: 0,
        }
    }

    fn clear(&mut self) {
        self.targets.clear();
        self.automata.clear();
        self.suffixes.clear();
        self.places.clear();
    }

    fn follow(&mut self, finds: &[Find]) {
        self.step();
        for find in finds {
            match *find {
                Find::Target(target) => self.targets.add(target),
                Find::Automaton(automaton) => self.automata.add(automaton),
            }
        }
    }

    /// Counts what is looked at, for tests.
    fn step(&mut self) {
        #[cfg(test)]
        {
            self.steps += 1;
        }
    }
}

/// The length of the longest chain of affixes.
fn deepest(records: &[AffixRecord]) -> usize {
    let mut depths: Vec<usize> = Vec::with_capacity(records.len());
    for record in records {
        let above = record.parent.and_then(|parent| depths.get(parent as usize)).copied().unwrap_or(0);
        depths.push(above + 1);
    }
    depths.into_iter().max().unwrap_or(0)
}

impl Seen {
    /// Numbers below `count`, at most `most` of them.
    fn new(count: usize, most: usize) -> Seen {
        Seen { bits: vec![0; count.div_ceil(64)], numbers: Vec::with_capacity(most) }
    }

    fn add(&mut self, number: u32) {
        let bit = 1_u64 << (number % u64::BITS);
        if let Some(word) = self.bits.get_mut((number / u64::BITS) as usize)
            && *word & bit == 0
        {
            *word |= bit;
            self.numbers.push(number);
        }
    }

    fn clear(&mut self) {
        for number in self.numbers.drain(..) {
            if let Some(word) = self.bits.get_mut((number / u64::BITS) as usize) {
                *word = 0;
            }
        }
    }
}
