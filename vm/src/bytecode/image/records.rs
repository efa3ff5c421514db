//! The encodings of the records of a program.

use super::wire::{Wire, choices, is_padding, larger, records, take};
use crate::bytecode::automata::*;
use crate::bytecode::dispatch::*;
use crate::bytecode::explanations::*;
use crate::bytecode::instruction::{Op, decode, encode};
use crate::bytecode::names::{NameIndex, SetIndex};
use crate::bytecode::op::Instruction;
use crate::bytecode::program::*;
use crate::bytecode::settings::{Level, Mode};
use crate::number::Number;
use crate::pattern::PatternSyntax;

records! {
    StringId { 0: u32 }
    PatternId { 0: u32 }
    List { start: u32, len: u32 }
    Instruction { 0: [u8; 8] }
    WordRecord { index: u32, bits: u64 }
    ConstSetRecord { complement: bool, head: [u64; HEAD_WORDS], tail: List }
    ElementSetRecord {
        anything: bool,
        accepts_true: bool,
        accepts_false: bool,
        strings: List,
        numbers: List,
        ints: List,
        floats: List,
        dates: List,
        sized: List,
        patterns: List,
    }
    RangeRecord<T> { lower: Option<(T, bool)>, upper: Option<(T, bool)> }
    SizedTextRecord { text: TextRecord, length: RangeRecord<Number> }
    PatternRecord { syntax: PatternSyntax, text: StringId }
    NameIndex { seed: u32, displacements: List, slots: List }
    SetIndex { set: u32, index: NameIndex, longest: u32 }
    DfaId { 0: u32 }
    LiteralId { 0: u32 }
    TextSetId { 0: u32 }
    DfaRecord {
        classes: u32,
        transitions: u32,
        stride_log2: u8,
        states: u16,
        start: u16,
        first_accepting: u16,
        first_absorbing: u16,
        patterns: u32,
        accepts: List,
    }
    TextSetRecord {
        everything: bool,
        exact: List,
        prefixes: List,
        suffixes: List,
        pairs: List,
        substrings: List,
        dfas: List,
        simulated: List,
    }
    TextsRecord { plain: Option<TextSetId>, line_mode: Option<TextSetId> }
    AffixRecord { text: LiteralId, parent: Option<u32> }
    PairRecord { prefix: u32, suffix: u32, fit: Fit, finds: List }
    SubstringRecord { text: LiteralId, finds: List }
    ToolAutomatonRecord { engine: ToolEngine, targets: List }
    ProcedureRecord { kind: ProcedureKind, code: List, bools: u16, values: u16, sets: u16, memo: bool, explains: bool }
    PositionRecord { file: u32, line: u32, column: u32 }
    BlockRecord {
        tool: ToolRecord,
        tool_text: StringId,
        priority: PriorityRecord,
        position: PositionRecord,
        description: Option<StringId>,
        rules: List,
        before: Option<u32>,
        result: Option<u32>,
        after: Option<u32>,
    }
    ConditionTextId { 0: u32 }
    ConditionRecord {
        kind: ConditionKindRecord,
        parts: List,
        text: Option<ConditionTextId>,
        file: u32,
        start: LineColumn,
        end: LineColumn,
    }
    LineColumn { line: u32, column: u32 }
    ExplainedRule { procedure: u32, slot: u32 }
    ExplainedBlock { before: ExplainedUpdates, result: ExplainedUpdates, after: ExplainedUpdates }
    ExplainedUpdates { procedure: Option<u32>, conditions: List }
    RuleRecord {
        must: bool,
        deny: bool,
        condition: Option<u32>,
        position: PositionRecord,
        description: Option<StringId>,
    }
}

/// An instruction stands in an image as it is encoded.
impl Wire for Op {
    const SIZE: usize = Instruction::SIZE;

    fn write(&self, out: &mut Vec<u8>) {
        encode(*self).write(out);
    }

    #[inline(always)]
    fn read(bytes: &[u8]) -> Option<Self> {
        decode(Instruction(bytes.try_into().ok()?)).ok()
    }

    fn layout() -> String {
        Instruction::layout()
    }
}

choices! {
    Number { 0 = Int(value: i128), 1 = Float(value: f64) }
    ScalarRecord { 0 = String(id: StringId), 1 = Number(value: Number), 2 = Bool(value: bool) }
    TextRecord { 0 = Exact(id: StringId), 1 = Pattern(id: PatternId) }
    ToolRecord { 0 = Exact(id: StringId), 1 = Pattern(id: PatternId) }
    PriorityRecord { 0 = Number(value: i64), 1 = Preset(rank: u32) }
    Fit { 0 = Overlapping, 1 = Apart, 2 = Whole }
    Find { 0 = Target(target: u32), 1 = Automaton(automaton: u32) }
    ToolEngine { 0 = Dfa(id: DfaId), 1 = Simulated(id: PatternId) }
    PatternSyntax { 0 = Regex, 1 = Wildcard }
    ProcedureKind {
        0 = Condition,
        1 = Membership,
        2 = Set,
        3 = PatternSet,
        4 = ResultUpdate,
        5 = SessionUpdate,
    }
    ConditionKindRecord { 0 = And, 1 = Or, 2 = Not, 3 = Let, 4 = Test }
    Level { 0 = Soft, 1 = Hard }
    Mode { 0 = Standard, 1 = Strict, 2 = Custom }
}
