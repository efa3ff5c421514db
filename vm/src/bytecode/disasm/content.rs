//! What operands and records stand for, as text: strings, tags, sets, patterns, ranges, positions.

use std::fmt::Display;

use super::room::Room;
use crate::bytecode::explanations::{ConditionKindRecord, ConditionTextId};
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::number::Number;
use crate::pattern::PatternSyntax;
use crate::visible::visible;

/// How many elements of a set are shown in the line of an instruction; its table shows all.
const SHOWN: usize = 8;

/// A longer text, in characters, is cut in the line of an instruction, and everywhere once too many were whole.
const LONGEST: usize = 200;

/// Looks up what indices of `program` stand for.
#[derive(Clone, Copy)]
pub(super) struct Content<'p> {
    pub(super) program: &'p Program,
    /// The room for long texts that are whole; none in the line of an instruction, where none is: any number of instructions
    /// may name the same text.
    pub(super) room: Option<&'p Room>,
}

impl Content<'_> {
    /// A text of the program: in quotes, on one line, nothing hidden.
    pub(super) fn quoted(self, text: &str) -> String {
        let shown = self.shown(text);
        let cut = if shown.len() < text.len() { "…" } else { "" };
        format!("{}{cut}", visible(&format!("{shown:?}")))
    }

    /// As much of a text as there is room for.
    pub(super) fn shown(self, text: &str) -> &str {
        match text.char_indices().nth(LONGEST) {
            Some((cut, _)) if !self.room.is_some_and(|room| room.take_text(text)) => {
                text.get(..cut).unwrap_or_default()
            }
            _ => text,
        }
    }

    pub(super) fn operand(self, operand: AnyOperand) -> String {
        let program = self.program;
        match operand {
            AnyOperand::BoolReg(register) => format!("b{}", register.0),
            AnyOperand::ValueReg(register) => format!("v{}", register.0),
            AnyOperand::SetReg(register) => format!("s{}", register.0),
            AnyOperand::Target(target) => format!("-> {}", target.0),
            AnyOperand::Arg(id) => self.named(program.args.get(id.index()), "argument", id.0),
            AnyOperand::Slot(id) => self.condition(id.0),
            AnyOperand::Tag(id) => self.named(program.tags.get(id.index()), "tag", id.0),
            AnyOperand::Scalar(id) => program
                .scalars
                .get(id.index())
                .map_or_else(|| missing("scalar", id.0), |scalar| self.scalar(scalar)),
            AnyOperand::Elements(id) => match program.element_sets.get(id.index()) {
                Some(set) => self.element_set(set, SHOWN),
                None => missing("elements", id.0),
            },
            AnyOperand::ConstSet(id) => match program.const_sets.get(id.index()) {
                Some(set) => self.const_set(set, SHOWN),
                None => missing("set", id.0),
            },
            AnyOperand::ConditionProc(ConditionProc(id))
            | AnyOperand::MembershipProc(MembershipProc(id))
            | AnyOperand::SetProc(SetProc(id)) => format!("procedure {id}"),
            AnyOperand::Flag(flag) => flag.0.to_string(),
            AnyOperand::FieldImm(field) => field.name().to_owned(),
            AnyOperand::OperatorImm(operator) => operator.sign().to_owned(),
            AnyOperand::ReadingImm(reading) | AnyOperand::WideReading(WideReading(reading)) => {
                match reading {
                    ReadingImm::Any => "any",
                    ReadingImm::All => "all",
                    ReadingImm::AnyOrNone => "any-or-none",
                }
                .to_owned()
            }
        }
    }

    /// A condition of the source by its slot, and where it stands.
    pub(super) fn condition(self, slot: u32) -> String {
        let Some(condition) = self.program.explanations.conditions.get(slot as usize) else {
            return missing("condition", slot);
        };
        let text = match condition.kind {
            ConditionKindRecord::And => "and".to_owned(),
            ConditionKindRecord::Or => "or".to_owned(),
            ConditionKindRecord::Not => "not".to_owned(),
            ConditionKindRecord::Let | ConditionKindRecord::Test => self.condition_text(condition.text),
        };
        format!("condition {slot} {text}")
    }

    fn condition_text(self, id: Option<ConditionTextId>) -> String {
        let Some(id) = id else { return String::new() };
        let text = self.program.explanations.string(id);
        text.map_or_else(|| missing("text", id.0), |text| self.quoted(text))
    }

    pub(super) fn string(self, id: StringId) -> String {
        self.program.string(id).map_or_else(|| missing("string", id.0), |text| self.quoted(text))
    }

    fn named(self, id: Option<&StringId>, kind: &str, index: u32) -> String {
        id.map_or_else(|| missing(kind, index), |&id| self.string(id))
    }

    pub(super) fn scalar(self, scalar: &ScalarRecord) -> String {
        match *scalar {
            ScalarRecord::String(id) => self.string(id),
            ScalarRecord::Number(value) => number(value),
            ScalarRecord::Bool(value) => value.to_string(),
        }
    }

    fn pattern(self, id: PatternId) -> String {
        match self.program.patterns.get(id.0 as usize) {
            Some(record) => self.pattern_record(record),
            None => missing("pattern", id.0),
        }
    }

    pub(super) fn pattern_record(self, record: &PatternRecord) -> String {
        let kind = match record.syntax {
            PatternSyntax::Regex => "regex",
            PatternSyntax::Wildcard => "wildcard",
        };
        format!("{kind} {}", self.string(record.text))
    }

    pub(super) fn const_set(self, set: &ConstSetRecord, shown: usize) -> String {
        let Some(tags) = set.tags(self.program) else { return missing("words", set.tail.start) };
        let mut tags = tags.peekable();
        if set.complement && tags.peek().is_none() {
            return "universal".to_owned();
        }
        let mut list = Elements { shown, ..Elements::default() };
        for tag in tags {
            list.push(|| self.operand(Tag(tag).into()));
        }
        if set.complement { format!("all except {}", list.finish()) } else { list.finish() }
    }

    pub(super) fn element_set(self, set: &ElementSetRecord, shown: usize) -> String {
        let program = self.program;
        let mut list = Elements { shown, ..Elements::default() };
        for (present, text) in
            [(set.anything, "*"), (set.accepts_true, "bool true"), (set.accepts_false, "bool false")]
        {
            if present {
                list.push(|| text.to_owned());
            }
        }
        list.extend(set.strings.of(&program.string_pool), |&id| self.string(id));
        list.extend(set.numbers.of(&program.number_pool), |&value| number(value));
        list.extend(set.ints.of(&program.number_ranges), |bounds| format!("int {}", range(bounds, number)));
        list.extend(set.floats.of(&program.number_ranges), |bounds| {
            format!("float {}", range(bounds, number))
        });
        list.extend(set.dates.of(&program.date_ranges), |bounds| {
            format!("datetime {}", range(bounds, instant))
        });
        list.extend(set.sized.of(&program.sized_texts), |sized| self.sized(sized));
        list.extend(set.patterns.of(&program.pattern_pool), |&id| self.pattern(id));
        list.finish()
    }

    fn sized(self, sized: &SizedTextRecord) -> String {
        let text = match sized.text {
            TextRecord::Exact(id) => self.string(id),
            TextRecord::Pattern(id) => self.pattern(id),
        };
        format!("{text} length {}", range(&sized.length, number))
    }

    pub(super) fn position(self, position: PositionRecord) -> String {
        let file = self.program.files.get(position.file as usize).and_then(|&id| self.program.string(id));
        let file = file.map_or_else(
            || missing("file", position.file),
            |name| {
                let short = Content { room: None, ..self };
                visible(short.shown(name)).into_owned()
            },
        );
        format!("{file}:{}:{}", position.line, position.column)
    }
}

/// The tools that a block is about.
pub(super) fn tool(content: Content<'_>, tool: ToolRecord) -> String {
    match tool {
        ToolRecord::Exact(id) => content.string(id),
        ToolRecord::Pattern(id) => content.pattern(id),
    }
}

/// `{a, b, …}` with at most `shown` elements written out.
#[derive(Default)]
pub(super) struct Elements {
    shown: usize,
    count: usize,
    text: String,
    broken: bool,
}

impl Elements {
    /// Writes all of them out.
    pub(super) fn all() -> Elements {
        Elements { shown: usize::MAX, ..Elements::default() }
    }

    pub(super) fn push(&mut self, element: impl FnOnce() -> String) {
        if self.count < self.shown {
            self.text.push_str(if self.count == 0 { "" } else { ", " });
            self.text.push_str(&element());
        }
        self.count += 1;
    }

    pub(super) fn extend<T>(&mut self, part: Option<&[T]>, element: impl Fn(&T) -> String) {
        match part {
            Some(part) => {
                let shown = self.shown.saturating_sub(self.count).min(part.len());
                part.iter().take(shown).for_each(|item| self.push(|| element(item)));
                // However many are not shown, they take no time.
                self.count += part.len() - shown;
            }
            None => self.leave_out(),
        }
    }

    /// Says that something should stand here that leads nowhere.
    pub(super) fn leave_out(&mut self) {
        self.broken = true;
    }

    pub(super) fn finish(self) -> String {
        let hidden = self.count.saturating_sub(self.shown);
        let more = if hidden == 0 { String::new() } else { format!(", … {hidden} more") };
        let broken = if self.broken { " <a part is missing>" } else { "" };
        format!("{{{}{more}}}{broken}", self.text)
    }
}

pub(super) fn missing(kind: &str, index: impl Display) -> String {
    format!("{kind}?{index}")
}

fn number(number: Number) -> String {
    match number {
        Number::Int(int) => int.to_string(),
        // Debug keeps the point of a whole float.
        Number::Float(float) => format!("{float:?}"),
    }
}

fn instant(nanoseconds: i128) -> String {
    match jiff::Timestamp::from_nanosecond(nanoseconds) {
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => format!("{nanoseconds} ns"),
    }
}

fn range<T: Copy>(range: &RangeRecord<T>, show: impl Fn(T) -> String) -> String {
    let (lower, open_below) =
        range.lower.map_or((String::new(), false), |(value, closed)| (show(value), !closed));
    let (upper, open_above) =
        range.upper.map_or((String::new(), false), |(value, closed)| (show(value), !closed));
    let below = if open_below { "<" } else { "" };
    let above = if open_above { "<" } else { "" };
    format!("{lower}{below}..{above}{upper}")
}
