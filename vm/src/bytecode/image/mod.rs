//! Images: a program as bytes, to be written once and loaded in no time, and the identity that follows from them.
//!
//! All integers are little-endian. An image is a header and two groups of sections:
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | [`MAGIC`] |
//! | 4 | the version of the format, [`FORMAT_VERSION`](super::program::FORMAT_VERSION) |
//! | 8 | the length of the whole image |
//! | 32 | BLAKE3 of all other bytes of the header: the [`PolicyId`] |
//! | 8, 32 | the length of the program's group, and its BLAKE3 |
//! | 8, 32 | the length of the explanations' group, and its BLAKE3 |
//! | the rest | the group of the program, then that of its explanations |
//!
//! and a group is
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | the number of sections |
//! | 24 each | of each section its number, the size of a record, where in the group it begins and how many records it has |
//! | the rest | the sections: tables of the program in the order below, records of fixed size (`wire.rs`) |
//!
//! What only explanations need (about half of most programs) stands behind what runs, so that a host that never explains need
//! not read it: `decode_without_explanations` looks at the bytes of the first group only, and the id is the same, since the
//! header has the hash of the second.
//!
//! Magic, version and length keep their places in every version, so that any version can be told from damage.
//!
//! Invariants: nothing in an image is trusted; every length is checked against the bytes that are there before anything is
//! allocated, so a decoded program is larger than its image by a fixed factor at most. A program has one encoding:
//! [`decode`] accepts what [`encode`] writes and nothing else, so equal programs have equal ids. Where the tables that both
//! groups have parts of are divided follows from the tables. A decoded program is no verified one.

mod describe;
mod error;
mod groups;
mod header;
mod records;
mod sections;
mod settings;
mod wire;

pub use describe::format_description;
pub use error::{ImageError, ImageErrorKind};

use super::automata::{AutomataTables, automata_tables};
use super::dispatch::{DispatchTables, dispatch_tables};
use super::explanations::ExplanationTables;
use super::id::PolicyId;
use super::names::{NameIndex, NameTables};
use super::program::Program;
use groups::Division;
pub(super) use header::Group;
use header::Header;
use sections::{
    SectionReader, SectionWriter, Table, describe_field, describe_records, single_records, tables,
};

/// The first bytes of every image. They are no text, and show when a transfer has changed line ends.
pub const MAGIC: [u8; 8] = *b"\x89SQRT\r\n\x1a";

/// How many bytes are before the first group of sections.
#[doc(hidden)]
pub const HEADER_SIZE: usize = Header::SIZE;

dispatch_tables!(tables);
automata_tables!(tables);

tables! {
    NameTables { tags, args, tools, sets, displacements, slots }
}

tables! {
    ExplanationTables {
        text,
        strings,
        conditions,
        slots,
        rules,
        blocks,
    }
}

single_records! { NameIndex }

/// Whether the bytes are meant as an image, if perhaps a damaged one; a policy text never looks like it.
pub fn is_image(bytes: &[u8]) -> bool {
    let like = bytes.iter().zip(MAGIC).filter(|&(&byte, magic)| byte == magic).count();
    // All that there is of a magic that is cut short, or most of it.
    like > 0 && like == bytes.len() || like + 2 >= MAGIC.len()
}

/// The image of a program.
pub fn encode(program: &Program) -> Vec<u8> {
    let (first, second) = (first_group(program), second_group(program));
    let header = Header::new(Group::of(&first), Group::of(&second));
    let mut image = header.to_bytes();
    image.reserve_exact(first.len() + second.len());
    image.extend_from_slice(&first);
    image.extend_from_slice(&second);
    image
}

/// The id of a program: of one that was read without its explanations, `explanations` tells what they are.
pub(super) fn id(program: &Program, explanations: Option<Group>) -> PolicyId {
    let second = explanations.unwrap_or_else(|| Group::of(&second_group(program)));
    Header::new(Group::of(&first_group(program)), second).id
}

fn first_group(program: &Program) -> Vec<u8> {
    let mut sections = SectionWriter::default();
    groups::write_program(program, &Division::of(program), &mut sections);
    sections.finish()
}

fn second_group(program: &Program) -> Vec<u8> {
    let mut sections = SectionWriter::default();
    groups::write_explanations(program, &Division::of(program), &mut sections);
    sections.finish()
}

/// The program of an image, not yet verified, and its id.
///
/// # Errors
/// When the bytes are no image, one of another version, cut short, altered, or not as the format says.
pub fn decode(image: &[u8]) -> Result<(Program, PolicyId), ImageError> {
    let header = Header::read(image)?;
    let (first, second) = header.groups(image)?;
    let mut program = program(&header, first)?;
    let division = Division::whole(&program);
    if Group::of(second) != header.explanations {
        return Err(ImageError::altered());
    }
    let mut sections = SectionReader::new(second)?;
    groups::read_explanations(&mut program, &mut sections)?;
    sections.finish()?;
    division.check(&program)?;
    Ok((program, header.id))
}

/// The program of an image without its explanations, not yet verified, its id, and what identifies the explanations, whose
/// bytes are not looked at.
///
/// # Errors
/// As [`decode`], but for what is wrong with the explanations.
pub(super) fn decode_without_explanations(image: &[u8]) -> Result<(Program, PolicyId, Group), ImageError> {
    let header = Header::read(image)?;
    let (first, _) = header.groups(image)?;
    let program = program(&header, first)?;
    Division::whole(&program).check(&program)?;
    Ok((program, header.id, header.explanations))
}

fn program(header: &Header, first: &[u8]) -> Result<Program, ImageError> {
    if Group::of(first) != header.program {
        return Err(ImageError::altered());
    }
    let mut sections = SectionReader::new(first)?;
    let program = groups::read_program(&mut sections)?;
    sections.finish()?;
    Ok(program)
}

/// Makes the checksums of an image that was changed on purpose the right ones, for tests of what lies behind them.
#[doc(hidden)]
pub fn reseal(image: &mut [u8]) {
    header::reseal(image);
}

#[cfg(test)]
mod tests;
