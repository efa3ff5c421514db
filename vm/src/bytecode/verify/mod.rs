//! The verifier: the only way from a [`Program`] to one that can run, also for a program that was just compiled.
//!
//! What the VM relies on and does not check again is in one table, [`Promise`]. All of it holds for a [`VerifiedProgram`];
//! the time to find out is linear in the size of the program. What is checked where:
//! - `tables.rs`: tables and pools, names, sets, numbers, positions
//! - `automata.rs`: automata and the texts of element sets
//! - `dispatch.rs`: the way from the names of tools to blocks
//! - `procedures.rs`: where code lies, what instructions refer to and where they may stand
//! - `flow.rs`: what is in registers on every path
//! - `links.rs`: what blocks and rules name
//! - `explanations.rs`, `late.rs`: explanations, and which arguments matter late
//!
//! That a table means what the policy says, an automaton what its pattern says, is for whoever made the program: an image
//! is as trustworthy as its origin, and safe to run whatever its origin.

mod automata;
mod dispatch;
mod error;
mod explanations;
mod flow;
mod late;
mod links;
mod procedures;
mod promises;
mod reference;
mod tables;

pub use error::VerifyError;
#[cfg(debug_assertions)]
pub(crate) use procedures::allowed;
pub use promises::Promise;
pub use reference::promise_reference;

use std::sync::Arc;

use super::id::PolicyId;
use super::image::{self, ImageError};
use super::instruction::Op;
use super::program::Program;
use super::settings::Settings;

/// A program that keeps every [`Promise`].
#[derive(Debug)]
pub struct VerifiedProgram {
    /// Shared with what looks names up in it.
    program: Arc<Program>,
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
    /// When the program breaks a [`Promise`]; the error names the first place.
    pub fn new(program: Program) -> Result<VerifiedProgram, VerifyError> {
        tables::verify(&program)?;
        automata::verify(&program)?;
        dispatch::verify(&program)?;
        let summaries = procedures::verify(&program)?;
        links::verify(&program, &summaries)?;
        explanations::verify(&program, &summaries)?;
        late::verify(&program)?;
        let needs =
            summaries.iter().map(|summary| summary.needs).fold(FrameNeeds::default(), FrameNeeds::max);
        Ok(VerifiedProgram { program: Arc::new(program), needs, id: None, unread: None })
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

    /// The code of all procedures; a target is an index of it.
    pub fn ops(&self) -> &[Op] {
        &self.program.code
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
mod flow_tests;
#[cfg(test)]
pub(crate) mod hostile;
#[cfg(test)]
mod tests;
