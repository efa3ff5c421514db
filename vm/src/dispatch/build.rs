//! Makes the dispatch tables of a program: what the compiler does once.
//!
//! The tables follow from the program and the budget alone: the same program gives the same tables.

use super::affixes::End;
use super::guard::Guards;
use super::merge::{Merged, Rest, merge};
use super::{Dispatch, DispatchScratch};
use crate::automata::{Budget, BuildError, MatcherCache, Room, Shape, Simulated, TooMany, append};
use crate::automata::{has_unicode_word_boundary, index, known_or, parse, recognise};
use crate::bytecode::automata::{AutomataTables, LiteralId};
use crate::bytecode::dispatch::*;
use crate::bytecode::program::{List, PatternId, Program, ToolRecord};
use crate::keyed::QuickHash;
use crate::limits::Limits;
use crate::pattern::Pattern;
use crate::work::{PER_LEAF, Work, of_len};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Builds the dispatch of `program`, whose names are built, and stores it there. The patterns that had to be simulated go
/// to `simulated`.
///
/// # Errors
/// If the program refers to what it does not have, has a pattern that is none, or would be too large.
pub(crate) fn build(
    program: &mut Program,
    budget: &mut Budget,
    simulated: &mut Vec<Simulated>,
    parsed: &[Option<Pattern>],
) -> Result<(), BuildError> {
    let mut automata = std::mem::take(&mut program.automata);
    let tables = tables(program, &mut automata, budget, simulated, parsed);
    program.automata = automata;
    program.dispatch = tables?;
    let known = known(program);
    (program.dispatch.known, program.dispatch.known_places) = (known.lists, known.places);
    Ok(())
}

/// So many places are listed for a block, on average, and so many steps of work done for a tool, to have at hand all blocks of
/// a tool that blocks name.
const KNOWN_PLACES: usize = 4;
const KNOWN_WORK: usize = 2048;

/// All blocks about tools, as far as they are worth listing.
#[derive(Default)]
struct KnownTools {
    /// For each tool, in `places`.
    lists: Vec<List>,
    places: Vec<u32>,
    /// For how many tools they were searched.
    searched: usize,
}

/// All blocks about each tool that is named exactly, if there are patterns. What would take too much is left to be searched:
/// many tools may each have many blocks, so together they could be as many as the product.
fn known(program: &Program) -> KnownTools {
    let mut known = KnownTools::default();
    let Ok(dispatch) = Dispatch::load(program, &mut Room::new(&Limits::default())) else { return known };
    if dispatch.exact {
        return known;
    }
    let mut scratch = DispatchScratch::new(program, &dispatch, 0);
    let mut cache = MatcherCache::default();
    cache.work = Work::new(program.tools.len().saturating_mul(KNOWN_WORK));
    let most = program.blocks.len().saturating_mul(KNOWN_PLACES);
    for &tool in &program.tools {
        let mut list = List::default();
        if !cache.work.is_over() {
            known.searched += 1;
            dispatch.find(program, program.string(tool).unwrap_or_default(), &mut scratch, &mut cache);
            let found = scratch.places.as_slice();
            // They are gathered and sorted.
            cache.work.spend(of_len(found.len()).saturating_mul(PER_LEAF));
            if !cache.work.is_over() && known.places.len() + found.len() <= most {
                list = append(&mut known.places, found.iter().copied()).unwrap_or_default();
            }
        }
        known.lists.push(list);
    }
    known
}

fn tables(
    program: &Program,
    automata: &mut AutomataTables,
    budget: &mut Budget,
    simulated: &mut Vec<Simulated>,
    parsed: &[Option<Pattern>],
) -> Result<DispatchTables, BuildError> {
    let mut tables = DispatchTables { order: order(program)?, ..DispatchTables::default() };
    let patterns = targets(program, &mut tables)?;
    let mut texts = Texts::default();
    let mut rest = Vec::new();
    for (&id, target) in patterns.iter().zip(index(program.tools.len())?..) {
        let pattern = known_or(parsed, id, || parse(program, id))?;
        match recognise(pattern.whole()) {
            Some(shapes) => shapes.into_iter().for_each(|shape| texts.add_shape(shape, target)),
            None => rest.push(Rest {
                id,
                target,
                size: pattern.size(),
                no_table: has_unicode_word_boundary(&pattern),
                guards: Guards::of(&pattern),
            }),
        }
    }
    for Merged { engine, patterns } in merge(program, rest, automata, budget, simulated)? {
        let found = Find::Automaton(index(tables.automata.len())?);
        let targets = append(&mut tables.automaton_targets, patterns.iter().map(|rest| rest.target))?;
        tables.automata.push(ToolAutomatonRecord { engine, targets });
        patterns.into_iter().for_each(|rest| texts.add_guards(rest.guards, found));
    }
    texts.write(&mut tables, automata)?;
    Ok(tables)
}

/// The blocks in the order of their updates.
fn order(program: &Program) -> Result<Vec<u32>, TooMany> {
    let mut order: Vec<u32> = (0..index(program.blocks.len())?).collect();
    let key = |&block: &u32| program.blocks.get(block as usize).map(|block| block.priority.ascending_key());
    order.sort_by_key(key);
    Ok(order)
}

/// Adds the targets with their blocks; gives the patterns of those that are patterns.
fn targets(program: &Program, tables: &mut DispatchTables) -> Result<Vec<PatternId>, TooMany> {
    let mut numbers: HashMap<ToolRecord, usize, QuickHash> =
        program.tools.iter().enumerate().map(|(number, &name)| (ToolRecord::Exact(name), number)).collect();
    let mut patterns = Vec::new();
    for block in &program.blocks {
        if let ToolRecord::Pattern(pattern) = block.tool {
            let number = program.tools.len() + patterns.len();
            if *numbers.entry(block.tool).or_insert(number) == number {
                patterns.push(pattern);
            }
        }
    }
    let number = |&block: &u32| numbers.get(&program.blocks.get(block as usize)?.tool).copied();
    let placed = (0..).zip(&tables.order).filter_map(|(place, block)| Some((number(block)?, place)));
    let mut placed: Vec<(usize, u32)> = placed.collect();
    placed.sort_unstable();
    let mut placed = placed.into_iter().peekable();
    for target in 0..program.tools.len() + patterns.len() {
        let of_target = std::iter::from_fn(|| placed.next_if(|&(number, _)| number == target));
        tables.targets.push(append(&mut tables.places, of_target.map(|(_, place)| place))?);
    }
    Ok(patterns)
}

/// A beginning, an end, and how they fit.
type Pair = (String, String, Fit);

/// The texts that lead to something.
#[derive(Default)]
struct Texts {
    pairs: BTreeMap<Pair, BTreeSet<Find>>,
    substrings: BTreeMap<String, BTreeSet<Find>>,
}

impl Texts {
    fn add_shape(&mut self, shape: Shape, target: u32) {
        let found = Find::Target(target);
        let none = String::new;
        let mut pair = |prefix, suffix, fit| self.add((prefix, suffix, fit), found);
        match shape {
            Shape::Everything => pair(none(), none(), Fit::Apart),
            Shape::Exact(texts) => texts.into_iter().for_each(|text| pair(text, none(), Fit::Whole)),
            Shape::Prefixes(texts) => texts.into_iter().for_each(|text| pair(text, none(), Fit::Apart)),
            Shape::Suffixes(texts) => texts.into_iter().for_each(|text| pair(none(), text, Fit::Apart)),
            Shape::Pairs(pairs) => {
                pairs.into_iter().for_each(|(prefix, suffix)| pair(prefix, suffix, Fit::Apart))
            }
            Shape::Substrings(texts) => {
                texts.into_iter().for_each(|text| {
                    self.substrings.entry(text).or_default().insert(found);
                });
            }
        }
    }

    fn add_guards(&mut self, guards: Guards, found: Find) {
        match guards.inner {
            Some(text) => {
                self.substrings.entry(text).or_default().insert(found);
            }
            None => {
                guards
                    .pairs
                    .into_iter()
                    .for_each(|(prefix, suffix)| self.add((prefix, suffix, Fit::Overlapping), found));
            }
        }
    }

    fn add(&mut self, pair: Pair, found: Find) {
        self.pairs.entry(pair).or_default().insert(found);
    }

    fn write(self, tables: &mut DispatchTables, literals: &mut AutomataTables) -> Result<(), TooMany> {
        let prefixes: BTreeSet<&str> = self.pairs.keys().map(|(prefix, ..)| prefix.as_str()).collect();
        let suffixes: BTreeSet<&str> = self.pairs.keys().map(|(_, suffix, _)| suffix.as_str()).collect();
        let prefixes = affixes(End::First, prefixes, &mut tables.prefixes, literals)?;
        let suffixes = affixes(End::Last, suffixes, &mut tables.suffixes, literals)?;
        let number =
            |numbers: &HashMap<&str, u32>, text: &String| numbers.get(text.as_str()).copied().unwrap_or(0);
        let pairs = self.pairs.iter().map(|((prefix, suffix, fit), finds)| {
            ((number(&prefixes, prefix), number(&suffixes, suffix), *fit), finds)
        });
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_unstable_by_key(|&(pair, _)| pair);
        for ((prefix, suffix, fit), finds) in pairs {
            let finds = append(&mut tables.finds, finds.iter().copied())?;
            tables.pairs.push(PairRecord { prefix, suffix, fit, finds });
        }
        for (text, finds) in &self.substrings {
            let finds = append(&mut tables.finds, finds.iter().copied())?;
            tables.substrings.push(SubstringRecord { text: literal(text, literals)?, finds });
        }
        index(tables.pairs.len().max(tables.substrings.len())).map(drop)
    }
}

/// Adds the texts at one end; gives their numbers.
fn affixes<'t>(
    end: End,
    texts: BTreeSet<&'t str>,
    records: &mut Vec<AffixRecord>,
    literals: &mut AutomataTables,
) -> Result<HashMap<&'t str, u32>, TooMany> {
    let mut texts: Vec<&str> = texts.into_iter().collect();
    texts.sort_by(|a, b| end.compare(a, b));
    for text in &texts {
        records.push(AffixRecord { text: literal(text, literals)?, parent: None });
    }
    index(records.len())?;
    let parents = DispatchTables::parents(records, literals, |name, text| end.has(name, text));
    for (record, parent) in records.iter_mut().zip(parents) {
        record.parent = parent;
    }
    Ok(texts.into_iter().zip(0..).collect())
}

fn literal(text: &str, literals: &mut AutomataTables) -> Result<LiteralId, TooMany> {
    let id = LiteralId(index(literals.literals.len())?);
    literals.literal_text.push_str(text);
    literals.literals.push(index(literals.literal_text.len())?);
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::known;
    use crate::testing::{Assembler, built};

    /// A policy of many tools, each of which many blocks are about, compiles in time for its size and not for the product.
    #[test]
    fn tools_of_many_blocks_are_not_all_searched() {
        let searched = |patterns: usize| {
            let mut asm = Assembler::new();
            for number in 0..100 {
                let block = asm.exact(&format!("tool_{number}"));
                asm.block(block);
            }
            for _ in 0..patterns {
                let block = asm.regex("(?s).*");
                asm.block(block);
            }
            let known = known(&built(asm.program));
            assert_eq!(known.lists.len(), 100);
            assert!(known.places.len() <= 4 * (100 + patterns));
            known.searched
        };
        assert_eq!(searched(1), 100);
        let many = searched(5000);
        assert!((1..20).contains(&many), "{many}");
    }
}
