//! Tables and pools: indices in range, lists within bounds, what is promised sorted or unique.

use super::error::{Place, VerifyError};
use super::promises::{Flaw, Promise};
use crate::bytecode::const_sets::{tags_of, words};
use crate::bytecode::names::NameIndex;
use crate::bytecode::program::*;
use crate::number::Number;
use std::collections::HashMap;

pub(super) type Checked = Result<(), VerifyError>;

pub(super) fn verify(program: &Program) -> Checked {
    ends("string", &program.text, &program.strings)?;
    let tables = Tables { program };
    tables.names("tag", &program.tags, &program.names.tags)?;
    tables.names("argument", &program.args, &program.names.args)?;
    tables.names("tool", &program.tools, &program.names.tools)?;
    if let Some(index) = program.tags.iter().position(|&id| program.string(id) == Some("*")) {
        let flaw = Promise::NoTagIsStar.broken("`*` is no tag (S2.3)");
        return Err(VerifyError::new(Place::Row("tag", index), flaw));
    }
    each("file", &program.files, |&id| tables.string(id))?;
    each("scalar", &program.scalars, |scalar| tables.scalar(scalar))?;
    each("pattern", &program.patterns, |pattern| tables.string(pattern.text))?;
    tables.const_sets()?;
    tables.element_pools()?;
    tables.element_sets()?;
    tables.large_sets()?;
    each("position", &program.positions, |&position| tables.position(position))?;
    tables.code_positions()?;
    let mut named = vec![false; program.strings.len()];
    for &StringId(id) in &program.tools {
        if let Some(named) = named.get_mut(id as usize) {
            *named = true;
        }
    }
    each("block", &program.blocks, |block| tables.block(block, &named))?;
    each("rule", &program.rules, |rule| {
        tables.position(rule.position)?;
        rule.description.map_or(Ok(()), |id| tables.string(id))
    })
}

/// What is wrong with a row; its place is added by [`each`].
pub(super) type Row = Result<(), Flaw>;

pub(super) fn each<T>(table: &'static str, rows: &[T], check: impl Fn(&T) -> Row) -> Checked {
    for (index, row) in rows.iter().enumerate() {
        check(row).map_err(|flaw| VerifyError::new(Place::Row(table, index), flaw))?;
    }
    Ok(())
}

/// Strings end in ascending order, on character boundaries, the last where the text ends.
pub(super) fn ends(table: &'static str, text: &str, ends: &[u32]) -> Checked {
    let mut start = 0;
    for (index, &end) in ends.iter().enumerate() {
        if text.get(start..end as usize).is_none() {
            let message = format!("no text from byte {start} to byte {end}");
            return Err(VerifyError::new(
                Place::Row(table, index),
                Promise::StringsLieInText.broken(message),
            ));
        }
        start = end as usize;
    }
    if start == text.len() {
        Ok(())
    } else {
        let flaw = Promise::StringsLieInText.broken("text after the last one");
        Err(VerifyError::new(Place::Row(table, ends.len()), flaw))
    }
}

#[inline]
pub(super) fn index(what: &str, index: u32, len: usize) -> Row {
    if (index as usize) < len { Ok(()) } else { Err(beyond(what, index, len)) }
}

#[cold]
fn beyond(what: &str, index: u32, len: usize) -> Flaw {
    Promise::TableIdsInRange.broken(format!("{what} {index} does not exist (of {len})"))
}

fn not_nan(value: Number) -> Row {
    match value {
        Number::Float(float) if float.is_nan() => Err(Promise::NoNumberIsNan.broken("a NaN")),
        _ => Ok(()),
    }
}

fn number_range(range: &RangeRecord<Number>) -> Row {
    [range.lower, range.upper].into_iter().flatten().try_for_each(|(value, _)| not_nan(value))
}

/// How much of a pool the lists seen so far may still take: together they are no longer than the pool.
pub(super) struct PoolBudget<'p, T> {
    name: &'static str,
    pool: &'p [T],
    left: usize,
}

impl<'p, T> PoolBudget<'p, T> {
    pub(super) fn new(name: &'static str, pool: &'p [T]) -> Self {
        PoolBudget { name, pool, left: pool.len() }
    }

    #[inline]
    pub(super) fn take(&mut self, list: List) -> Result<&'p [T], Flaw> {
        if list == List::default() {
            return Ok(&[]);
        }
        let part = list.of(self.pool).ok_or_else(|| {
            Promise::ListsLieInPools.broken(format!("a list reaches beyond the {} pool", self.name))
        })?;
        self.left = self.left.checked_sub(part.len()).ok_or_else(|| {
            let message = format!("the lists of the {} pool are longer than the pool", self.name);
            Promise::PoolsAreNotShared.broken(message)
        })?;
        Ok(part)
    }
}

/// The order of strings by content. Sets may share strings, so a string may be compared any number of times: those that
/// take long are sorted once, all of them, and then compared by their ranks.
struct StringOrder<'p> {
    program: &'p Program,
    /// Of each string longer than [`StringOrder::SHORT`], once two of them were compared.
    ranks: Option<HashMap<StringId, usize>>,
}

impl<'p> StringOrder<'p> {
    /// Comparing with a string of so many bytes takes constant time.
    const SHORT: usize = 64;

    fn new(program: &'p Program) -> Self {
        StringOrder { program, ranks: None }
    }

    fn ascends(&mut self, a: StringId, b: StringId) -> bool {
        let (Some(left), Some(right)) = (self.program.string(a), self.program.string(b)) else {
            return false;
        };
        if left.len().min(right.len()) <= Self::SHORT {
            return left < right;
        }
        let ranks = self.ranks.get_or_insert_with(|| Self::ranks(self.program));
        matches!((ranks.get(&a), ranks.get(&b)), (Some(left), Some(right)) if left < right)
    }

    fn ranks(program: &Program) -> HashMap<StringId, usize> {
        let ids = (0..).map(StringId).take(program.strings.len());
        let strings = ids.filter_map(|id| Some((program.string(id)?, id)));
        let mut long: Vec<(&str, StringId)> = strings.filter(|(text, _)| text.len() > Self::SHORT).collect();
        long.sort_unstable();
        let equal = long.chunk_by(|(a, _), (b, _)| a == b).enumerate();
        equal.flat_map(|(rank, equal)| equal.iter().map(move |&(_, id)| (id, rank))).collect()
    }
}

struct Tables<'p> {
    program: &'p Program,
}

impl Tables<'_> {
    fn string(&self, id: StringId) -> Row {
        index("string", id.0, self.program.strings.len())
    }

    /// Strings that their hash table finds; so no two are equal. Stops at the first that it does not find, so the time is
    /// linear in the text of the program.
    fn names(&self, table: &'static str, names: &[StringId], index: &NameIndex) -> Checked {
        for (row, &id) in names.iter().enumerate() {
            let place = Place::Row(table, row);
            self.string(id).map_err(|flaw| VerifyError::new(place, flaw))?;
            let name = self.program.string(id).unwrap_or_default();
            let found = self.program.find_name(index, names, name);
            if found.map(|found| found as usize) != Some(row) {
                let message = "its hash table does not find it, or it is the same as one before";
                return Err(VerifyError::new(place, Promise::NamesAreFound.broken(message)));
            }
        }
        Ok(())
    }

    /// Tables that find all strings of their sets, which are there once each; so no more is looked at than there are strings.
    fn large_sets(&self) -> Checked {
        let (program, table) = (self.program, "table of an element set");
        for (row, large) in program.names.sets.iter().enumerate() {
            let place = Place::Row(table, row);
            index("element set", large.set, program.element_sets.len())
                .map_err(|flaw| VerifyError::new(place, flaw))?;
            let strings =
                program.element_sets.get(large.set as usize).map_or(List::default(), |set| set.strings);
            let strings = strings.of(&program.string_pool).unwrap_or_default();
            self.names("string of an element set", strings, &large.index)?;
            let fits =
                |&id: &StringId| program.string(id).is_some_and(|text| text.len() <= large.longest as usize);
            Promise::NamesAreFound
                .check(strings.iter().all(fits), "a string is longer than the longest")
                .map_err(|flaw| VerifyError::new(place, flaw))?;
        }
        Promise::NamesAreFound
            .check(program.names.sets.is_sorted_by(|a, b| a.set < b.set), "sets that do not ascend")
            .map_err(|flaw| VerifyError::new(Place::Table(table), flaw))
    }

    fn scalar(&self, scalar: &ScalarRecord) -> Row {
        match *scalar {
            ScalarRecord::String(id) => self.string(id),
            ScalarRecord::Number(value) => not_nan(value),
            ScalarRecord::Bool(_) => Ok(()),
        }
    }

    /// Words with tags that there are, each in its place, so that every set has one form.
    fn const_sets(&self) -> Checked {
        let program = self.program;
        let mut pool = PoolBudget::new("word", &program.word_pool);
        for (row, set) in program.const_sets.iter().enumerate() {
            let tail = pool.take(set.tail).and_then(|tail| {
                Self::tail(tail)?;
                words(&set.head, tail).try_for_each(|word| match tags_of(word).last() {
                    Some(tag) => index("tag", tag, program.tags.len())
                        .map_err(|flaw| Promise::ConstSetsHaveOneForm.broken(flaw.message())),
                    None => Ok(()),
                })
            });
            tail.map_err(|flaw| VerifyError::new(Place::Row("constant set", row), flaw))?;
        }
        Ok(())
    }

    /// Words beyond the head, ascending, with tags.
    fn tail(tail: &[WordRecord]) -> Row {
        let form = |holds, message| Promise::ConstSetsHaveOneForm.check(holds, message);
        let beyond = tail.first().is_none_or(|word| (word.index as usize) >= HEAD_WORDS);
        form(beyond, "a word of the head in the word pool")?;
        form(tail.is_sorted_by(|a, b| a.index < b.index), "words that do not ascend")?;
        form(tail.iter().all(|word| word.bits != 0), "a word without tags in the word pool")
    }

    /// What the lists of element sets are made of.
    fn element_pools(&self) -> Checked {
        let program = self.program;
        each("string pool entry", &program.string_pool, |&id| self.string(id))?;
        each("number pool entry", &program.number_pool, |&value| not_nan(value))?;
        each("number range", &program.number_ranges, number_range)?;
        each("pattern pool entry", &program.pattern_pool, |&id| self.pattern(id))?;
        each("sized text", &program.sized_texts, |sized| {
            number_range(&sized.length)?;
            match sized.text {
                TextRecord::Exact(id) => self.string(id),
                TextRecord::Pattern(id) => self.pattern(id),
            }
        })
    }

    fn element_sets(&self) -> Checked {
        let program = self.program;
        let mut strings = PoolBudget::new("string", &program.string_pool);
        let mut numbers = PoolBudget::new("number", &program.number_pool);
        let mut ranges = PoolBudget::new("number range", &program.number_ranges);
        let mut dates = PoolBudget::new("date range", &program.date_ranges);
        let mut sized = PoolBudget::new("sized text", &program.sized_texts);
        let mut patterns = PoolBudget::new("pattern", &program.pattern_pool);
        let mut order = StringOrder::new(program);
        for (row, set) in program.element_sets.iter().enumerate() {
            let mut check = || {
                let sorted = numbers.take(set.numbers)?.is_sorted_by(|a, b| a < b);
                Promise::SetsAreSorted.check(sorted, "numbers that do not ascend")?;
                ranges.take(set.ints)?;
                ranges.take(set.floats)?;
                dates.take(set.dates)?;
                sized.take(set.sized)?;
                patterns.take(set.patterns)?;
                let ascend = strings.take(set.strings)?.is_sorted_by(|&a, &b| order.ascends(a, b));
                Promise::SetsAreSorted.check(ascend, "strings that do not ascend")
            };
            check().map_err(|flaw| VerifyError::new(Place::Row("element set", row), flaw))?;
        }
        Ok(())
    }

    fn pattern(&self, id: PatternId) -> Row {
        index("pattern", id.0, self.program.patterns.len())
    }

    fn position(&self, position: PositionRecord) -> Row {
        index("file", position.file, self.program.files.len())?;
        let counts = position.line > 0 && position.column > 0;
        Promise::PlacesCountFrom1.check(counts, "lines and columns count from 1")
    }

    fn code_positions(&self) -> Checked {
        let program = self.program;
        each("code position", &program.code_positions, |&(first, position)| {
            index("instruction", first, program.code.len())?;
            index("position", position, program.positions.len())
        })?;
        let ascend = program.code_positions.is_sorted_by(|(a, _), (b, _)| a < b);
        Promise::CodePositionsAscend
            .check(ascend, "they do not ascend")
            .map_err(|flaw| VerifyError::new(Place::Table("code positions"), flaw))
    }

    /// `named` tells of each string whether it is in the list of tools.
    fn block(&self, block: &BlockRecord, named: &[bool]) -> Row {
        match block.tool {
            ToolRecord::Exact(id) => {
                self.string(id)?;
                if !named.get(id.0 as usize).is_some_and(|&named| named) {
                    let message = format!("its tool, string {}, is not in the list of tools", id.0);
                    return Err(Promise::ToolsAreListed.broken(message));
                }
            }
            ToolRecord::Pattern(id) => self.pattern(id)?,
        }
        self.string(block.tool_text)?;
        self.position(block.position)?;
        block.description.map_or(Ok(()), |id| self.string(id))
    }
}

#[cfg(test)]
mod tests {
    use super::StringOrder;
    use crate::bytecode::program::{Program, StringId};

    #[test]
    fn strings_of_all_lengths_are_in_the_order_of_their_contents() {
        let mut program = Program::default();
        for length in [0, 1, 63, 64, 65, 66, 200] {
            // The last ones are there twice.
            for end in ["", "a", "b", "é", "é"] {
                program.text.push_str(&"x".repeat(length));
                program.text.push_str(end);
                program.strings.push(program.text.len() as u32);
            }
        }
        let ids = || (0..program.strings.len() as u32).map(StringId);
        let mut order = StringOrder::new(&program);
        for a in ids() {
            for b in ids() {
                assert_eq!(order.ascends(a, b), program.string(a) < program.string(b), "{a:?} {b:?}");
            }
        }
        // All that are longer than 64 bytes were ranked, and no other.
        assert_eq!(order.ranks.map(|ranks| ranks.len()), Some(21));
    }
}
