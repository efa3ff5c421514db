//! Images: a program as bytes, to be written once and loaded in no time, and the identity that follows from them.
//!
//! All integers are little-endian. An image is
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | [`MAGIC`] |
//! | 4 | the version of the format, [`FORMAT_VERSION`] |
//! | 8 | the length of the whole image |
//! | 32 | BLAKE3 of all other bytes: the checksum, and the [`PolicyId`] |
//! | 4 | the number of sections |
//! | 24 each | of each section its number, the size of a record, where it begins and how many records it has |
//! | the rest | the sections: the tables of the program in the order below, records of fixed size (`wire.rs`) |
//!
//! Magic, version and length keep their places in every version, so that any version can be told from damage.
//!
//! Invariants: nothing in an image is trusted; every length is checked against the bytes that are there before anything is
//! allocated, so a decoded program is larger than its image by a fixed factor at most. A program has one encoding:
//! [`decode`] accepts what [`encode`] writes and nothing else, so equal programs have equal ids. A decoded program is no
//! verified one.

mod error;
mod records;
mod sections;
mod settings;
mod wire;

pub use error::{ImageError, ImageErrorKind};

use super::automata::AutomataTables;
use super::dispatch::DispatchTables;
use super::explanations::ExplanationTables;
use super::id::PolicyId;
use super::names::{NameIndex, NameTables};
use super::program::{FORMAT_VERSION, Program};
use sections::{SectionReader, SectionWriter, Table, single_records, tables};
use wire::{Wire, take};

/// The first bytes of every image. They are no text, and show when a transfer has changed line ends.
pub const MAGIC: [u8; 8] = *b"\x89SQRT\r\n\x1a";

/// The size of the checksum.
const HASH: usize = 32;

/// Where the checksum is.
const HASH_AT: usize = MAGIC.len() + u32::SIZE + u64::SIZE;

// The tables of a program in the order of their sections: a table that is added to the program is added here.
tables! {
    Program {
        text,
        strings,
        tags,
        args,
        tools,
        names,
        scalars,
        const_sets,
        word_pool,
        element_sets,
        string_pool,
        number_pool,
        number_ranges,
        date_ranges,
        sized_texts,
        pattern_pool,
        patterns,
        automata,
        procedures,
        code,
        code_positions,
        positions,
        files,
        blocks,
        dispatch,
        rules,
        explanations,
        settings,
    }
}

tables! {
    DispatchTables {
        order,
        targets,
        places,
        prefixes,
        suffixes,
        pairs,
        substrings,
        finds,
        automata,
        automaton_targets,
    }
}

tables! {
    NameTables { tags, args, tools, displacements, slots }
}

tables! {
    ExplanationTables {
        conditions,
        slots,
        rules,
        blocks,
    }
}

tables! {
    AutomataTables {
        dfas,
        dfa_classes,
        dfa_transitions,
        dfa_accepts,
        dfa_accept_pool,
        literal_text,
        literals,
        text_sets,
        literal_pool,
        literal_pairs,
        simulated,
        elements,
        sized,
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
    encode_with_id(program).0
}

/// The id of a program.
pub(super) fn id(program: &Program) -> PolicyId {
    encode_with_id(program).1
}

fn encode_with_id(program: &Program) -> (Vec<u8>, PolicyId) {
    let mut sections = SectionWriter::default();
    program.write("program", &mut sections);
    let mut image = Vec::new();
    image.extend_from_slice(&MAGIC);
    FORMAT_VERSION.write(&mut image);
    image.extend_from_slice(&[0; u64::SIZE + HASH]);
    sections.finish(&mut image);
    let length = image.len() as u64;
    put(&mut image, HASH_AT - u64::SIZE, &length.to_le_bytes());
    let hash = hash(&image);
    put(&mut image, HASH_AT, &hash);
    (image, PolicyId::from_bytes(hash))
}

/// The program of an image, not yet verified, and its id.
///
/// # Errors
/// When the bytes are no image, one of another version, cut short, altered, or not as the format says.
pub fn decode(image: &[u8]) -> Result<(Program, PolicyId), ImageError> {
    let stored = header(image)?;
    if hash(image) != stored {
        return Err(ImageError::altered());
    }
    let body = HASH_AT + HASH;
    let mut sections = SectionReader::new(body, image.get(body..).unwrap_or_default())?;
    let program = Program::read("program", &mut sections)?;
    sections.finish()?;
    Ok((program, PolicyId::from_bytes(stored)))
}

/// Checks magic, version and length, and gives the checksum.
fn header(image: &[u8]) -> Result<[u8; HASH], ImageError> {
    if !image.iter().zip(MAGIC).all(|(&byte, magic)| byte == magic) || image.is_empty() {
        return Err(ImageError::not_an_image());
    }
    let mut rest = image.get(MAGIC.len()..).unwrap_or_default();
    let cut_short = |expected| ImageError::cut_short(image.len(), expected);
    let version: u32 = take(&mut rest).ok_or_else(|| cut_short(None))?;
    if version != FORMAT_VERSION {
        return Err(ImageError::other_version(version));
    }
    let length: u64 = take(&mut rest).ok_or_else(|| cut_short(None))?;
    let present = image.len() as u64;
    if present > length {
        return Err(ImageError::trailing_bytes(present - length));
    }
    let stored = take(&mut rest).ok_or_else(|| cut_short(Some(length)))?;
    if present < length {
        return Err(cut_short(Some(length)));
    }
    Ok(stored)
}

/// The hash of everything but the place of the hash.
fn hash(image: &[u8]) -> [u8; HASH] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(image.get(..HASH_AT).unwrap_or_default());
    hasher.update(image.get(HASH_AT + HASH..).unwrap_or_default());
    *hasher.finalize().as_bytes()
}

/// Makes the checksum of an image that was changed on purpose the right one, for tests of what lies behind it.
#[doc(hidden)]
pub fn reseal(image: &mut [u8]) {
    let hash = hash(image);
    put(image, HASH_AT, &hash);
}

fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = image.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests;
