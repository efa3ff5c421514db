//! The verifier: the only way from a [`Program`] to one that can run, also for a program that was just compiled.
//!
//! The interpreter relies on the following and does not check it again. All of it holds for a [`VerifiedProgram`]; the
//! time to find out is linear in the size of the program.
//!
//! **Tables** (`tables.rs`)
//! - Strings end in ascending order, on character boundaries, and the last where the text ends.
//! - Every index into a table is below its length, every list lies within its pool, and the lists of a pool together are
//!   no longer than the pool.
//! - Every tag, argument name and tool name is found at its place by its hash table, so no two are equal. No tag is `*`.
//!   Blocks name tools of the list.
//! - The tags of a constant set ascend. The strings of an element set ascend by content, its numbers by value.
//! - No number and no bound is a NaN. Lines and columns count from 1. Runs of source positions ascend.
//!
//! **Automata** (`automata.rs`)
//! - Every automaton leads only to states that it has, and never leaves its dead state and those that it says it never
//!   leaves. Its byte classes are below its stride. Accept lists ascend, and there is one for each accepting state.
//! - The texts of a set are in the order in which they are searched; none of its prefixes begins with another, no suffix
//!   ends with another. There are texts for every element set and every sized text.
//! - Simulated patterns are patterns.
//!
//! **Dispatch** (`dispatch.rs`)
//! - Blocks are in the order of their updates. A block that names a tool is found by that name and by nothing else, a block
//!   with a pattern at one target at most. Whether it is found at the names that its pattern matches is for whoever made the
//!   tables.
//! - Prefixes, suffixes, pairs and substrings are in the order in which they are searched, so none is there twice; the
//!   parent of a text is the longest other that it begins (of suffixes: ends) with.
//! - Every automaton has a target for each of its patterns.
//!
//! **Procedures** (`procedures.rs`)
//! - They cover the code, one after another, without gaps; none is empty.
//! - Every instruction decodes, its table operands are in range, its registers below the procedure's counts.
//! - A procedure has at most 256 registers of a kind, and no more than it has instructions (so frames are never larger
//!   than the code).
//! - An instruction stands only where its procedure's kind allows it; a membership procedure tests its subject and nothing
//!   else, so questions about subjects never nest.
//! - A call goes to a procedure of lower number, of the kind that the operand says; what `call_…` calls keeps its answer
//!   (so no chain of calls takes exponential time). An update keeps no answer.
//!
//! **Flow** (`flow.rs`)
//! - Jumps go forward, to an instruction of the same procedure.
//! - The last instruction leaves the procedure, and what leaves is right for the kind.
//! - On every path a register is written before it is read; a store forgets all set registers (they may be handles).
//! - A set register that may hold a pattern set is read only by instructions that take one, and left by a set procedure
//!   only if its kind says so.
//!
//! **Links** (`links.rs`)
//! - Blocks name procedures of the right kinds; every rule belongs to exactly one block, in order.
//! - Check rules do not read the result's value, `session before` reads nothing of the result, nor does what they call
//!   (S3.5).
//!
//! **Explanations** (`explanations.rs`)
//! - All tables are empty, or there is a row for every rule and block, with procedures of the same kinds at the same places.
//! - Only procedures that belong to explanations record outcomes, in slots that exist. They come after all others, so nothing
//!   else calls them.
//! - The parts of a condition come before it.
//!
//! **Late arguments** (`late.rs`)
//! - There is a row for each argument name; it is true where the code, as far as it is there, reads the value after the check.

mod automata;
mod dispatch;
mod error;
mod explanations;
mod flow;
mod late;
mod links;
mod procedures;
mod tables;

pub use error::VerifyError;

use std::sync::Arc;

use super::id::PolicyId;
use super::image::{self, ImageError};
use super::instruction::Op;
use super::program::Program;
use super::settings::Settings;

/// A program that keeps every promise that the interpreter relies on.
#[derive(Debug)]
pub struct VerifiedProgram {
    /// Shared with what looks names up in it.
    program: Arc<Program>,
    ops: Vec<Op>,
    needs: FrameNeeds,
    /// What it is known to be, if it comes from an image.
    id: Option<PolicyId>,
    /// What its explanations are, if they were left in the image.
    unread: Option<image::Group>,
}

/// What the deepest chain of calls takes, the registers of all its procedures together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FrameNeeds {
    /// How many procedures are open at the same time.
    pub depth: usize,
    /// Bool registers.
    pub bools: usize,
    /// Value registers.
    pub values: usize,
    /// Set registers.
    pub sets: usize,
}

impl VerifiedProgram {
    /// Verifies a program.
    ///
    /// # Errors
    /// When the program breaks one of the promises listed in this module; the error names the first place.
    pub fn new(program: Program) -> Result<VerifiedProgram, VerifyError> {
        tables::verify(&program)?;
        automata::verify(&program)?;
        dispatch::verify(&program)?;
        let (ops, summaries) = procedures::verify(&program)?;
        links::verify(&program, &summaries)?;
        explanations::verify(&program, &summaries)?;
        late::verify(&program, &ops)?;
        let needs =
            summaries.iter().map(|summary| summary.needs).fold(FrameNeeds::default(), FrameNeeds::max);
        Ok(VerifiedProgram { program: Arc::new(program), ops, needs, id: None, unread: None })
    }

    /// The program of an image, verified like any other.
    ///
    /// # Errors
    /// When the bytes are no image of this version of the format, are damaged, or hold a program that breaks a promise.
    pub fn from_image(image: &[u8]) -> Result<VerifiedProgram, ImageError> {
        let (program, id) = image::decode(image)?;
        let verified = VerifiedProgram::new(program)?;
        Ok(VerifiedProgram { id: Some(id), ..verified })
    }

    /// The program of an image without its explanations, which are neither read nor verified; the id is the same.
    ///
    /// # Errors
    /// As [`VerifiedProgram::from_image`], but for what is wrong with the explanations.
    pub fn from_image_without_explanations(image: &[u8]) -> Result<VerifiedProgram, ImageError> {
        let (program, id, unread) = image::decode_without_explanations(image)?;
        let verified = VerifiedProgram::new(program)?;
        Ok(VerifiedProgram { id: Some(id), unread: Some(unread), ..verified })
    }

    /// The image of the program: what [`VerifiedProgram::from_image`] reads. Equal programs have equal images. That of a
    /// program that was read without its explanations has none, and so another id than the program.
    pub fn to_image(&self) -> Vec<u8> {
        image::encode(&self.program)
    }

    /// The identity of the program, settings included. Of a program that comes from no image, that takes making one.
    pub fn id(&self) -> PolicyId {
        self.id.unwrap_or_else(|| image::id(&self.program, self.unread))
    }

    /// The same program with other settings; none of them can break a promise.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> VerifiedProgram {
        Arc::make_mut(&mut self.program).settings = settings;
        self.id = None;
        self
    }

    /// The tables.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The tables, to keep.
    pub(crate) fn shared_program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The code of all procedures, decoded; a target is an index of it.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// What the deepest chain of calls takes.
    pub fn frame_needs(&self) -> FrameNeeds {
        self.needs
    }
}

impl FrameNeeds {
    /// The larger of each.
    fn max(self, other: FrameNeeds) -> FrameNeeds {
        FrameNeeds {
            depth: self.depth.max(other.depth),
            bools: self.bools.max(other.bools),
            values: self.values.max(other.values),
            sets: self.sets.max(other.sets),
        }
    }
}

#[cfg(test)]
mod dispatch_tests;
#[cfg(test)]
pub(crate) mod explanation_tests;
#[cfg(test)]
mod tests;
