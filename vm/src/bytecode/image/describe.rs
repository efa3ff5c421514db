//! The encoding in words, made from the code that encodes: what must not change while images of a version are in use.

use super::groups;
use super::header::Group;
use super::sections::Entry;
use super::wire::Wire;
use super::{HEADER_SIZE, MAGIC};
use crate::bytecode::instruction::Opcode;
use crate::bytecode::operand::{FieldImm, ReadingImm};
use crate::bytecode::program::FORMAT_VERSION;

/// The format of images: header, sections with the layouts of their records, instructions with their operands. If it
/// changes, so does [`FORMAT_VERSION`], or images of this version would be read for what they are not. What it does not
/// tell: the hash of name tables (see `names/hash.rs`), and what all of it means.
pub fn format_description() -> String {
    let mut out = format!("format version {FORMAT_VERSION}\nmagic {MAGIC:02x?}\n");
    out += &format!("header of {HEADER_SIZE} bytes with two of {}\n", Group::layout());
    out += &format!("table of sections with {}\n", Entry::layout());
    groups::describe(&mut out);
    out += "instructions\n";
    for &opcode in Opcode::ALL {
        let operands: Vec<String> =
            opcode.operands().iter().map(|(name, role)| format!(" {name}: {role}")).collect();
        out += &format!("  {} {}{}\n", opcode as u8, opcode.mnemonic(), operands.join(","));
    }
    out += &format!("fields {:?}\nreadings {:?}\n", FieldImm::ALL, ReadingImm::ALL);
    out
}
