//! The disassembler: a whole program as text for people.
//!
//! Works on any [`Program`], verified or not: what an index does not lead to is shown as `<kind>?<index>`. Operands are
//! shown as what they stand for (strings, tags, sets, patterns), instructions with their place in the source.

mod automata;
mod content;
mod room;

use std::fmt::{self, Display, Formatter};

use content::{Content, tool};
use room::{LEFT_OUT, Room};

use super::instruction::{Op, OperandVisitor};
use super::operand::AnyOperand;
use super::program::*;
use crate::visible::visible;

/// The text of `program`: its blocks with their rules, its procedures with their code, its tables. What belongs to
/// explanations is only counted.
pub fn disasm(program: &Program) -> String {
    Disassembly::new(program, false).to_string()
}

/// The text of `program` with the procedures and conditions that belong to explanations.
pub fn disasm_with_explanations(program: &Program) -> String {
    Disassembly::new(program, true).to_string()
}

/// The text of one instruction of `program`, without its place.
pub fn disasm_op(program: &Program, op: Op) -> String {
    let mut line = OpLine {
        content: Content { program, room: None },
        text: format!("{:<18}", op.opcode().mnemonic()),
        operands: 0,
    };
    op.visit_operands(&mut line);
    line.text.truncate(line.text.trim_end().len());
    line.text
}

/// A line that grows by one operand after another.
struct OpLine<'p> {
    content: Content<'p>,
    text: String,
    operands: usize,
}

impl OperandVisitor for OpLine<'_> {
    fn operand(&mut self, _name: &'static str, operand: AnyOperand) {
        self.text.push_str(if self.operands == 0 { " " } else { ", " });
        self.text.push_str(&self.content.operand(operand));
        self.operands += 1;
    }
}

struct Disassembly<'p> {
    program: &'p Program,
    explanations: bool,
    /// What blocks and procedures may tell, and what tables may, so that these are whole whatever those name.
    code_room: Room,
    table_room: Room,
}

impl Display for Disassembly<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, block) in self.program.blocks.iter().enumerate() {
            self.block(f, index, block)?;
        }
        for (index, procedure) in self.program.procedures.iter().enumerate() {
            if self.explanations || !procedure.explains {
                self.procedure(f, index, procedure)?;
            }
        }
        self.tables(f)?;
        self.explanations(f)
    }
}

impl<'p> Disassembly<'p> {
    fn new(program: &'p Program, explanations: bool) -> Self {
        Disassembly { program, explanations, code_room: Room::of(program), table_room: Room::of(program) }
    }

    /// What blocks and procedures show.
    fn content(&self) -> Content<'_> {
        Content { program: self.program, room: Some(&self.code_room) }
    }

    /// What tables show.
    fn table_content(&self) -> Content<'_> {
        Content { program: self.program, room: Some(&self.table_room) }
    }

    fn block(&self, f: &mut Formatter<'_>, index: usize, block: &BlockRecord) -> fmt::Result {
        let content = self.content();
        let text = self.program.string(block.tool_text);
        let text =
            text.map_or_else(|| tool(content, block.tool), |text| visible(content.shown(text)).into_owned());
        write!(f, "block {index} {} ", tool(content, block.tool))?;
        if matches!(block.tool, ToolRecord::Pattern(_)) {
            write!(f, "(shown as {text}) ")?;
        }
        match block.priority {
            PriorityRecord::Number(number) => write!(f, "priority {number}")?,
            PriorityRecord::Preset(rank) => write!(f, "preset {rank}")?,
        }
        writeln!(f, "  ; {}", content.position(block.position))?;
        self.description(f, "  ", block.description)?;
        if !self.code_room.take(&[(block.rules, self.program.rules.len())]) {
            writeln!(f, "  {LEFT_OUT}")?;
            return writeln!(f);
        }
        for rule in block.rules.indices() {
            self.rule(f, rule)?;
            // What leads nowhere is told once: a list of a program that is not verified may have billions of such.
            if rule as usize >= self.program.rules.len() {
                break;
            }
        }
        for (phase, procedure) in
            [("session before", block.before), ("result", block.result), ("session after", block.after)]
        {
            if let Some(procedure) = procedure {
                writeln!(f, "  {phase}: procedure {procedure}")?;
            }
        }
        writeln!(f)
    }

    fn rule(&self, f: &mut Formatter<'_>, index: u32) -> fmt::Result {
        let Some(rule) = self.program.rules.get(index as usize) else { return writeln!(f, "  rule?{index}") };
        let level = if rule.must { "must" } else { "should" };
        let outcome = if rule.deny { "deny" } else { "allow" };
        write!(f, "  rule {index} {level} {outcome} ")?;
        match rule.condition {
            Some(procedure) => write!(f, "when procedure {procedure}")?,
            None => f.write_str("always")?,
        }
        writeln!(f, "  ; {}", self.content().position(rule.position))?;
        self.description(f, "    ", rule.description)
    }

    fn description(&self, f: &mut Formatter<'_>, indent: &str, id: Option<StringId>) -> fmt::Result {
        match id {
            Some(id) => writeln!(f, "{indent}description {}", self.content().string(id)),
            None => Ok(()),
        }
    }

    fn procedure(&self, f: &mut Formatter<'_>, index: usize, procedure: &ProcedureRecord) -> fmt::Result {
        write!(f, "procedure {index} {}", procedure.kind.name())?;
        if procedure.memo {
            f.write_str(" memo")?;
        }
        if procedure.explains {
            f.write_str(" of explanations")?;
        }
        writeln!(f, " (bools {}, values {}, sets {})", procedure.bools, procedure.values, procedure.sets)?;
        if !self.code_room.take(&[(procedure.code, self.program.code.len())]) {
            writeln!(f, "  {LEFT_OUT}")?;
            return writeln!(f);
        }
        for at in procedure.code.indices() {
            let Some(&op) = self.program.code.get(at as usize) else {
                return writeln!(f, "  instruction?{at}");
            };
            let text = disasm_op(self.program, op);
            match self.program.code_position(at) {
                Some(position) => {
                    writeln!(f, "{at:>6}  {text:<60}  ; {}", self.content().position(position))?
                }
                None => writeln!(f, "{at:>6}  {text}")?,
            }
        }
        writeln!(f)
    }

    fn explanations(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let conditions = &self.program.explanations.conditions;
        if !self.explanations {
            let procedures = self.program.procedures.iter().filter(|procedure| procedure.explains).count();
            return match conditions.len() {
                0 => Ok(()),
                conditions => writeln!(f, "explanations (procedures {procedures}, conditions {conditions})"),
            };
        }
        let content = self.table_content();
        let rows = (0..).zip(conditions).map(|(slot, condition)| {
            let position = PositionRecord {
                file: condition.file,
                line: condition.start.line,
                column: condition.start.column,
            };
            format!("{:<60}  ; {}", content.condition(slot), content.position(position))
        });
        table(f, "conditions", rows.collect::<Vec<_>>().into_iter())
    }

    fn tables(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let content = self.table_content();
        let program = self.program;
        table(f, "files", program.files.iter().map(|&id| content.string(id)))?;
        table(f, "tags", program.tags.iter().map(|&id| content.string(id)))?;
        table(f, "arguments", program.args.iter().map(|&id| content.string(id)))?;
        table(f, "scalars", program.scalars.iter().map(|scalar| content.scalar(scalar)))?;
        table(f, "patterns", program.patterns.iter().map(|pattern| content.pattern_record(pattern)))?;
        let room = &self.table_room;
        let const_sets = program.const_sets.iter().map(|set| {
            let fits = room.take(&[(set.tail, program.word_pool.len())]);
            if fits { content.const_set(set, usize::MAX) } else { LEFT_OUT.to_owned() }
        });
        table(f, "constant sets", const_sets)?;
        let element_sets = program.element_sets.iter().enumerate();
        table(
            f,
            "element sets",
            element_sets.map(|(index, set)| content.element_set_with_texts(index, set, room)),
        )?;
        table(f, "text sets", program.automata.text_sets.iter().map(|set| content.text_set(set, room)))?;
        table(f, "automata", program.automata.dfas.iter().map(|dfa| content.dfa(dfa)))
    }
}

fn table(f: &mut Formatter<'_>, name: &str, rows: impl ExactSizeIterator<Item = String>) -> fmt::Result {
    if rows.len() == 0 {
        return Ok(());
    }
    writeln!(f, "{name}")?;
    for (index, row) in rows.enumerate() {
        writeln!(f, "{index:>6}  {row}")?;
    }
    writeln!(f)
}

#[cfg(test)]
mod tests;
