//! The constant pools of a program under construction: equal things are stored once.

use super::EmitError;
use super::interner::Interner;
use crate::ir::{self, ElementKind, SizedText};
use smallvec::SmallVec;
use sqrt_vm::bytecode::explanations::ConditionTextId;
use sqrt_vm::bytecode::operand::{Arg, ConstSet, Elements, Scalar, Tag};
use sqrt_vm::bytecode::program::{
    ConstSetRecord, ElementSetRecord, List, PatternId, PatternRecord, PositionRecord, Program, RangeRecord,
    ScalarRecord, SizedTextRecord, StringId, TextRecord,
};
use sqrt_vm::keyed::QuickHash;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A constant metadata set: sorted tags, or everything but them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct ConstantSet {
    pub(super) complement: bool,
    /// Tag ids, ascending.
    pub(super) tags: Vec<u32>,
}

impl ConstantSet {
    /// The finite set of `tags`, in any order.
    pub(super) fn finite(mut tags: Vec<u32>) -> ConstantSet {
        tags.sort_unstable();
        tags.dedup();
        ConstantSet { complement: false, tags }
    }

    /// Everything (S2.3).
    pub(super) fn universal() -> ConstantSet {
        ConstantSet { complement: true, tags: Vec::new() }
    }
}

/// The program under construction and the maps that keep its pools free of duplicates.
#[derive(Debug, Default)]
pub(super) struct Pools {
    pub(super) program: Program,
    strings: Interner,
    /// The tag and the argument of each string.
    tags: Numbers,
    args: Numbers,
    const_sets: HashMap<ConstantSet, ConstSet, QuickHash>,
    positions: HashMap<PositionRecord, u32, QuickHash>,
    condition_texts: Interner,
}

/// Numbers of strings, by their ids.
#[derive(Debug, Default)]
struct Numbers(Vec<Option<u32>>);

impl Numbers {
    /// The number of a string; if it has none, it gets the length of `table`, and its place there.
    fn number(&mut self, string: StringId, table: &mut Vec<StringId>) -> Result<u32, EmitError> {
        let at = string.0 as usize;
        if at >= self.0.len() {
            self.0.resize(at + 1, None);
        }
        let Some(place) = self.0.get_mut(at) else { return Err(EmitError::TooLarge) };
        if let Some(known) = *place {
            return Ok(known);
        }
        let new = index(table.len())?;
        table.push(string);
        *place = Some(new);
        Ok(new)
    }
}

/// The length of a pool as an index, or an error if the program is too large.
pub(super) fn index(len: usize) -> Result<u32, EmitError> {
    u32::try_from(len).map_err(|_| EmitError::TooLarge)
}

/// The string `index` of those that `ends` divides a text into.
pub(super) fn string_at<'t>(text: &'t str, ends: &[u32], index: u32) -> &'t str {
    let at = index as usize;
    let end = ends.get(at).copied().unwrap_or(0) as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0) as usize;
    text.get(start..end).unwrap_or("")
}

impl Pools {
    pub(super) fn string(&mut self, text: &str) -> Result<StringId, EmitError> {
        self.strings.insert(text, &mut self.program.text, &mut self.program.strings).map(StringId)
    }

    /// The text of a condition, for explanations only.
    pub(super) fn condition_text(&mut self, text: &str) -> Result<ConditionTextId, EmitError> {
        let tables = &mut self.program.explanations;
        self.condition_texts.insert(text, &mut tables.text, &mut tables.strings).map(ConditionTextId)
    }

    pub(super) fn optional_string(&mut self, text: Option<&str>) -> Result<Option<StringId>, EmitError> {
        text.map(|text| self.string(text)).transpose()
    }

    pub(super) fn tag(&mut self, text: &str) -> Result<Tag, EmitError> {
        let string = self.string(text)?;
        self.tags.number(string, &mut self.program.tags).map(Tag)
    }

    pub(super) fn arg(&mut self, name: &str) -> Result<Arg, EmitError> {
        let string = self.string(name)?;
        self.args.number(string, &mut self.program.args).map(Arg)
    }

    pub(super) fn scalar(&mut self, value: &ir::LiteralValue) -> Result<Scalar, EmitError> {
        let record = match value {
            ir::LiteralValue::String(text) => ScalarRecord::String(self.string(text)?),
            ir::LiteralValue::Number(number) => ScalarRecord::Number(*number),
            ir::LiteralValue::Bool(value) => ScalarRecord::Bool(*value),
        };
        let id = Scalar(index(self.program.scalars.len())?);
        self.program.scalars.push(record);
        Ok(id)
    }

    pub(super) fn const_set(&mut self, set: &ConstantSet) -> Result<ConstSet, EmitError> {
        if let Some(&id) = self.const_sets.get(set) {
            return Ok(id);
        }
        let id = ConstSet(index(self.program.const_sets.len())?);
        let pool = &mut self.program.word_pool;
        let record = ConstSetRecord::new(set.complement, &set.tags, pool).ok_or(EmitError::TooLarge)?;
        self.program.const_sets.push(record);
        self.const_sets.insert(set.clone(), id);
        Ok(id)
    }

    /// The metadata set of a literal without patterns (S2.3: `"*"` makes it universal).
    pub(super) fn literal_as_constant(&mut self, literal: &ir::SetLiteral) -> Result<ConstantSet, EmitError> {
        let mut tags = Vec::with_capacity(literal.elements.len());
        for element in &literal.elements {
            match &element.kind {
                ElementKind::Anything => return Ok(ConstantSet::universal()),
                ElementKind::String(text) => tags.push(self.tag(text)?.0),
                // Everything else has been refused in a metadata set (S5.3); patterns have no constant set.
                _ => {
                    return Err(EmitError::Internal(
                        "a literal with more than strings as a constant metadata set",
                    ));
                }
            }
        }
        Ok(ConstantSet::finite(tags))
    }

    /// The element set that is the union of `literals`.
    pub(super) fn elements(&mut self, literals: &[&ir::SetLiteral]) -> Result<Elements, EmitError> {
        let mut parts = ElementParts::default();
        for element in literals.iter().flat_map(|literal| &literal.elements) {
            parts.add(&element.kind, self)?;
        }
        let content = |id: &StringId| string_at(&self.program.text, &self.program.strings, id.0);
        parts.strings.sort_by(|a, b| content(a).cmp(content(b)));
        parts.strings.dedup();
        parts.numbers.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        parts.numbers.dedup();
        let program = &mut self.program;
        let record = ElementSetRecord {
            anything: parts.anything,
            accepts_true: parts.accepts_true,
            accepts_false: parts.accepts_false,
            strings: append(&mut program.string_pool, &parts.strings)?,
            numbers: append(&mut program.number_pool, &parts.numbers)?,
            ints: append(&mut program.number_ranges, &parts.ints)?,
            floats: append(&mut program.number_ranges, &parts.floats)?,
            dates: append(&mut program.date_ranges, &parts.dates)?,
            sized: append(&mut program.sized_texts, &parts.sized)?,
            patterns: append(&mut program.pattern_pool, &parts.patterns)?,
        };
        let id = Elements(index(program.element_sets.len())?);
        program.element_sets.push(record);
        Ok(id)
    }

    pub(super) fn pattern_record(&mut self, pattern: &ir::Pattern) -> Result<(), EmitError> {
        let text = self.string(&pattern.text)?;
        self.program.patterns.push(PatternRecord { syntax: pattern.syntax, text });
        Ok(())
    }

    /// The index of a source position.
    pub(super) fn position(&mut self, position: PositionRecord) -> Result<u32, EmitError> {
        if let Some(&id) = self.positions.get(&position) {
            return Ok(id);
        }
        let id = index(self.program.positions.len())?;
        self.program.positions.push(position);
        self.positions.insert(position, id);
        Ok(id)
    }
}

fn append<T: Copy>(pool: &mut Vec<T>, items: &[T]) -> Result<List, EmitError> {
    let list = List { start: index(pool.len())?, len: index(items.len())? };
    pool.extend_from_slice(items);
    index(pool.len())?;
    Ok(list)
}

/// The parts of an element set, collected before they go to the pools.
#[derive(Debug, Default)]
struct ElementParts {
    anything: bool,
    accepts_true: bool,
    accepts_false: bool,
    strings: SmallVec<[StringId; 8]>,
    numbers: Vec<sqrt_vm::number::Number>,
    ints: Vec<RangeRecord<sqrt_vm::number::Number>>,
    floats: Vec<RangeRecord<sqrt_vm::number::Number>>,
    dates: Vec<RangeRecord<i128>>,
    sized: Vec<SizedTextRecord>,
    patterns: Vec<PatternId>,
}

impl ElementParts {
    fn add(&mut self, element: &ElementKind, pools: &mut Pools) -> Result<(), EmitError> {
        match element {
            ElementKind::Anything => self.anything = true,
            ElementKind::String(text) => self.strings.push(pools.string(text)?),
            ElementKind::Pattern(pattern) => self.patterns.push(PatternId(pattern.0)),
            ElementKind::Sized(text, length) => self.sized.push(SizedTextRecord {
                text: match text {
                    SizedText::Exact(text) => TextRecord::Exact(pools.string(text)?),
                    SizedText::Pattern(pattern) => TextRecord::Pattern(PatternId(pattern.0)),
                },
                length: range(length, |number| number),
            }),
            ElementKind::Number(number) => self.numbers.push(*number),
            ElementKind::Bool(true) => self.accepts_true = true,
            ElementKind::Bool(false) => self.accepts_false = true,
            ElementKind::Int(bounds) => self.ints.push(range(bounds, |number| number)),
            ElementKind::Float(bounds) => self.floats.push(range(bounds, |number| number)),
            ElementKind::Datetime(bounds) => self.dates.push(range(bounds, |instant| instant.0)),
        }
        Ok(())
    }
}

fn range<T: Copy, U>(range: &ir::Range<T>, convert: impl Fn(T) -> U) -> RangeRecord<U> {
    let bound = |bound: Option<ir::Bound<T>>| bound.map(|bound| (convert(bound.value), bound.inclusive));
    RangeRecord { lower: bound(range.lower), upper: bound(range.upper) }
}
