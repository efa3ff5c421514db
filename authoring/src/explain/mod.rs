//! Why one call was decided as it was: the blocks and rules in the order of evaluation, each condition with what made it true or
//! false, the metadata before and after each update, and where each tag came from.
//!
//! Invariants: the decision, what fired and every set is the engine's own; here they are put in order and told in words. Values of the
//! call are in an explanation only if [`Options::show_values`] asks for them: without it there are kinds, sizes, and the number of
//! the leaf that decided. What is written is bounded, unless [`Options::full`] asks for all; then by the limits of policy and call.

mod conditions;
mod decision;
mod explainer;
mod html;
mod model;
mod origins;
mod sets;
mod statements;
mod text;
mod values;

pub(crate) use decision::words;
pub use explainer::{Explainer, Failed, Step as Told};
pub use html::page;
pub use model::*;
pub use statements::Statements;
pub use text::{Paint, brief, condition_tree, metadata_text, tree};

/// What an explanation shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether values of the call are shown: the one way in which they ever are.
    pub show_values: bool,
    /// Whether sets, values and conditions are shown whole.
    pub full: bool,
}
