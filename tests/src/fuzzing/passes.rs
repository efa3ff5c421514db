//! A generated policy with calls: the engine answers the same however it is set up. The first byte chooses the other way.

use crate::compare::disagreement;
use crate::generate::{Case, Style};
use crate::implementations::{
    Load, engine, engine_as_explained, engine_from_an_image, engine_in_two_steps, engine_on_the_move,
    engine_that_explains, engine_that_only_folds, engine_that_only_lowers, engine_with_handles, plain_engine,
};

/// The ways to set up the engine, beside the usual one.
const OTHERS: &[Load] = &[
    plain_engine,
    engine_that_only_folds,
    engine_that_only_lowers,
    engine_from_an_image,
    engine_in_two_steps,
    engine_that_explains,
    engine_with_handles,
    engine_on_the_move,
    engine_as_explained,
];

pub(super) fn run(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let case = Case::of_bytes(rest, Style::ALL);
    let other = OTHERS[usize::from(first) % OTHERS.len()];
    if let Some(text) = disagreement(engine, other, &case) {
        panic!("{case}{text}");
    }
}
