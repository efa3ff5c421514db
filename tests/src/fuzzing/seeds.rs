//! Inputs to begin with: what the tests have, in the form that targets read.

use crate::corpus;
use crate::generate::{Case, Random, Style, tree};
use std::path::Path;

/// The policies of the cases.
pub(super) fn policies() -> Vec<Vec<u8>> {
    corpus_cases().into_iter().flat_map(|case| case.files).map(|file| file.bytes).collect()
}

/// The call lines of the cases, and choices that make lines.
pub(super) fn lines() -> Vec<Vec<u8>> {
    let exchanges = corpus_cases().into_iter().flat_map(|case| match case.expectation {
        corpus::Expectation::Answers(exchanges) => exchanges,
        corpus::Expectation::Check(_) => Vec::new(),
    });
    let made = (0..).zip(choices()).map(|(number, choices): (u8, _)| [vec![number % 8], choices].concat());
    exchanges.map(|exchange| exchange.call.into_bytes()).chain(made).collect()
}

/// Generated policies with calls.
pub(super) fn cases() -> Vec<Vec<u8>> {
    (0..300).map(|seed| Case::recorded(seed, Style::ALL)).collect()
}

/// A byte that chooses, then a generated policy with calls.
pub(super) fn cases_behind_a_byte() -> Vec<Vec<u8>> {
    cases().into_iter().zip(0_u8..=255).map(|(case, first)| [&[first][..], &case].concat()).collect()
}

/// So many bytes that choose as any target wants, then a generated policy with calls.
pub(super) fn cases_behind_choices() -> Vec<Vec<u8>> {
    let choices = |case: &Vec<u8>| -> Vec<u8> { case.iter().rev().copied().take(32).collect() };
    cases().into_iter().map(|case| [choices(&case), case].concat()).collect()
}

/// X-Policy documents of the cases, and generated ones.
pub(super) fn x_policies() -> Vec<Vec<u8>> {
    let documents = corpus_cases().into_iter().filter_map(|case| case.options.x_policy);
    let texts = documents.map(|document| [&b"\0"[..], document.to_string().as_bytes()].concat());
    let generated = cases_behind_choices().into_iter().map(|case| [&[1][..], &case[20..]].concat());
    texts.chain(generated).collect()
}

/// Changes of every kind to every policy: kind, policy, call, then changes.
pub(super) fn changes() -> Vec<Vec<u8>> {
    let mut random = Random::new(0);
    let mut seed = |first: usize| {
        let changes = (0..random.below(3) * 6).map(|_| random.below(256) as u8).collect::<Vec<_>>();
        [&[(first % 4) as u8, (first / 4) as u8, (first / 7) as u8][..], &changes].concat()
    };
    (0..200).map(&mut seed).collect()
}

/// Choices at random, for targets whose bytes are nothing but choices.
pub(super) fn choices() -> Vec<Vec<u8>> {
    let bytes = |seed| {
        let mut random = Random::new(seed);
        (0..8 + random.below(300)).map(|_| random.below(256) as u8).collect()
    };
    (0..200).map(bytes).collect()
}

/// Generated trees.
pub(super) fn trees() -> Vec<Vec<u8>> {
    let recorded = |seed| {
        let mut random = Random::recording(seed);
        tree(&mut random);
        random.recorded()
    };
    (0..300).map(recorded).collect()
}

fn corpus_cases() -> Vec<corpus::Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    corpus::load(&directory).unwrap_or_else(|error| panic!("{error}"))
}
