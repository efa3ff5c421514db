//! Dispatch: every block is where its priority and its tool say, texts are in the order in which they are searched, and
//! nothing leads out of range.

use super::automata::PatternTexts;
use super::error::{Place, VerifyError};
use super::promises::{Flaw, Promise};
use super::tables::{Checked, PoolBudget, Row, each, index};
use crate::bytecode::automata::LiteralId;
use crate::bytecode::dispatch::*;
use crate::bytecode::program::{Program, ToolRecord};

pub(super) fn verify(program: &Program) -> Checked {
    let tables = &program.dispatch;
    order(program)?;
    targets(program)?;
    known(program)?;
    affixes(program, "prefix", &tables.prefixes, |a, b| a < b, |name, text| name.starts_with(text))?;
    let backwards = |a: &str, b: &str| a.bytes().rev().lt(b.bytes().rev());
    affixes(program, "suffix", &tables.suffixes, backwards, |name, text| name.ends_with(text))?;
    each("find", &tables.finds, |find| match *find {
        Find::Target(target) => index("target", target, tables.targets.len()),
        Find::Automaton(automaton) => index("automaton", automaton, tables.automata.len()),
    })?;
    finds(program)?;
    automata(program)
}

/// The order is that of updates (S7.1). It ascends strictly, so every block is in it once.
fn order(program: &Program) -> Checked {
    let tables = &program.dispatch;
    let key = |&block: &u32| {
        program.blocks.get(block as usize).map(|record| (record.priority.ascending_key(), block))
    };
    let check = || {
        let holds = |holds, message| Promise::BlocksInOrder.check(holds, message);
        holds(tables.order.len() == program.blocks.len(), "it does not have every block once")?;
        let mut before = None;
        for block in &tables.order {
            let key = key(block);
            holds(key.is_some(), "a block that does not exist")?;
            // Nothing is before the first.
            holds(before < key, "priorities that do not ascend")?;
            before = key;
        }
        Ok(())
    };
    check().map_err(|flaw| VerifyError::new(Place::Table("order of blocks"), flaw))
}

/// A block is of one target at most. The first targets are the tools: a block is of one of them if and only if it names it.
fn targets(program: &Program) -> Checked {
    let tables = &program.dispatch;
    let place = |row| Place::Row("target", row);
    if tables.targets.len() < program.tools.len() {
        let flaw = Promise::DispatchComplete.broken("there are fewer than tools");
        return Err(VerifyError::new(Place::Table("targets"), flaw));
    }
    let mut pool = PoolBudget::new("place", &tables.places);
    let mut seen = vec![false; program.blocks.len()];
    let mut found = 0;
    for (row, &list) in tables.targets.iter().enumerate() {
        let place_of = place(row);
        let fail = |message: String| VerifyError::new(place_of, Promise::DispatchComplete.broken(message));
        let places = pool.take(list).map_err(|flaw| VerifyError::new(place_of, flaw))?;
        if !places.is_sorted_by(|a, b| a < b) {
            return Err(fail("places that do not ascend".to_owned()));
        }
        let tool = program.tools.get(row);
        for &place in places {
            let block = tables.order.get(place as usize).map(|&block| block as usize);
            let record = block.and_then(|block| program.blocks.get(block));
            let record = record.ok_or_else(|| fail(format!("place {place} does not exist")))?;
            let right = match (record.tool, tool) {
                (ToolRecord::Exact(name), Some(&tool)) => name == tool,
                (ToolRecord::Pattern(_), None) => true,
                _ => false,
            };
            if !right {
                return Err(fail(format!("the block at place {place} is about other tools")));
            }
            match block.and_then(|block| seen.get_mut(block)) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(fail(format!("place {place} is in two lists"))),
            }
            found += usize::from(tool.is_some());
        }
    }
    let named = program.blocks.iter().filter(|block| matches!(block.tool, ToolRecord::Exact(_))).count();
    if found == named {
        Ok(())
    } else {
        let flaw = Promise::DispatchComplete.broken("a block that no tool leads to");
        Err(VerifyError::new(Place::Table("targets"), flaw))
    }
}

/// What is known of a tool is all blocks of its target, and beside them blocks with patterns.
fn known(program: &Program) -> Checked {
    let tables = &program.dispatch;
    let fail = |place, message: String| VerifyError::new(place, Promise::DispatchComplete.broken(message));
    if !(tables.known.is_empty() || tables.known.len() == program.tools.len()) {
        return Err(fail(Place::Table("known tools"), "there are more or fewer than tools".to_owned()));
    }
    let mut pool = PoolBudget::new("known place", &tables.known_places);
    for (row, (&list, target)) in tables.known.iter().zip(&tables.targets).enumerate() {
        let place_of = Place::Row("known tool", row);
        let places = pool.take(list).map_err(|flaw| VerifyError::new(place_of, flaw))?;
        // The target's blocks are those that name the tool, in order.
        let named = target.of(&tables.places).unwrap_or_default();
        if places.is_empty() || places == named {
            continue;
        }
        if !places.is_sorted_by(|a, b| a < b) {
            return Err(fail(place_of, "places that do not ascend".to_owned()));
        }
        let has_pattern = |&place: &u32| {
            let block = program.blocks.get(*tables.order.get(place as usize)? as usize)?;
            Some(matches!(block.tool, ToolRecord::Pattern(_)))
        };
        let mut named = named.iter();
        for place in places {
            if has_pattern(place) != Some(true) && named.next() != Some(place) {
                return Err(fail(place_of, format!("the block at place {place} is about other tools")));
            }
        }
        if named.next().is_some() {
            return Err(fail(place_of, "a block of the tool is missing".to_owned()));
        }
    }
    Ok(())
}

/// Texts in the right order, so no two are equal, with the right parents.
fn affixes(
    program: &Program,
    table: &'static str,
    records: &[AffixRecord],
    before: impl Fn(&str, &str) -> bool,
    has: impl Fn(&str, &str) -> bool,
) -> Checked {
    each(table, records, |record| literal(program, record.text))?;
    let text = |record: &AffixRecord| program.automata.literal(record.text).unwrap_or_default();
    if !records.is_sorted_by(|a, b| before(text(a), text(b))) {
        let flaw = Promise::DispatchTextsSorted.broken("texts that do not ascend");
        return Err(VerifyError::new(Place::Table(table), flaw));
    }
    let parents = DispatchTables::parents(records, &program.automata, has);
    match records.iter().zip(parents).position(|(record, parent)| record.parent != parent) {
        Some(row) => {
            let flaw = Promise::AffixParents.broken("another text is its parent");
            Err(VerifyError::new(Place::Row(table, row), flaw))
        }
        None => Ok(()),
    }
}

fn literal(program: &Program, id: LiteralId) -> Row {
    index("literal", id.0, program.automata.literals.len())
}

/// Pairs in the right order; each list of what texts lead to has its own part of the pool.
fn finds(program: &Program) -> Checked {
    let tables = &program.dispatch;
    let mut pool = PoolBudget::new("find", &tables.finds);
    for (row, pair) in tables.pairs.iter().enumerate() {
        let mut check = || {
            index("prefix", pair.prefix, tables.prefixes.len())?;
            index("suffix", pair.suffix, tables.suffixes.len())?;
            pool.take(pair.finds).map(drop)
        };
        check().map_err(|flaw: Flaw| VerifyError::new(Place::Row("pair", row), flaw))?;
    }
    let key = |pair: &PairRecord| (pair.prefix, pair.suffix, pair.fit);
    if !tables.pairs.is_sorted_by(|a, b| key(a) < key(b)) {
        let flaw = Promise::DispatchTextsSorted.broken("they do not ascend");
        return Err(VerifyError::new(Place::Table("pairs"), flaw));
    }
    for (row, substring) in tables.substrings.iter().enumerate() {
        let mut check = || {
            literal(program, substring.text)?;
            let text = program.automata.literal(substring.text).unwrap_or_default();
            Promise::DispatchTextsSorted.check(!text.is_empty(), "an empty text")?;
            pool.take(substring.finds).map(drop)
        };
        check().map_err(|flaw: Flaw| VerifyError::new(Place::Row("substring", row), flaw))?;
    }
    // In this order no two are equal, so the search for all of them is no larger than the texts allow.
    let text = |record: &SubstringRecord| program.automata.literal(record.text);
    Promise::DispatchTextsSorted
        .check(tables.substrings.is_sorted_by(|a, b| text(a) < text(b)), "texts that do not ascend")
        .map_err(|flaw| VerifyError::new(Place::Table("substrings"), flaw))
}

/// Automata with a target for each of their patterns.
fn automata(program: &Program) -> Checked {
    let tables = &program.dispatch;
    each("automaton target", &tables.automaton_targets, |&target| {
        index("target", target, tables.targets.len())
    })?;
    let mut pool = PoolBudget::new("automaton target", &tables.automaton_targets);
    let mut texts = PatternTexts::new(program);
    for (row, record) in tables.automata.iter().enumerate() {
        let mut check = || {
            let patterns = match record.engine {
                ToolEngine::Dfa(id) => {
                    index("automaton", id.0, program.automata.dfas.len())?;
                    program.automata.dfas.get(id.0 as usize).map_or(0, |dfa| dfa.patterns as usize)
                }
                ToolEngine::Simulated(id) => {
                    texts.check(id)?;
                    1
                }
            };
            let targets = pool.take(record.targets)?;
            if targets.len() == patterns && patterns > 0 {
                Ok(())
            } else {
                let message = format!("{} targets for {patterns} patterns", targets.len());
                Err(Promise::AutomataHaveTargets.broken(message))
            }
        };
        check().map_err(|flaw: Flaw| VerifyError::new(Place::Row("automaton of tools", row), flaw))?;
    }
    Ok(())
}
