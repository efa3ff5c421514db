//! What fuzzing runs: the table of targets, one module for the body of each.
//!
//! A body takes any bytes and panics if what the target promises does not hold. libFuzzer runs it through a wrapper in
//! `fuzz/fuzz_targets/`; `cargo test` replays the committed inputs with the same code (`tests/tests/fuzz_corpora.rs`).
//! Invariants: the outcome of a body depends on the bytes alone, and every body ends soon on every input.
//!
//! To add a target: a module here and a row in [`TARGETS`], then `BLESS=1 cargo test -p sqrt-tests --test fuzz_corpora`, which writes
//! its wrapper, its entry in `fuzz/Cargo.toml` and its row in `fuzz/README.md`.

mod call_line;
mod compile;
mod image;
mod oracle;
mod passes;
pub mod replay;
mod seeds;
mod syntax;

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: that of its wrapper, its corpus and its module here.
    pub name: &'static str,
    /// What the bytes are taken for.
    pub feeds: &'static str,
    /// What must hold.
    pub holds: &'static str,
    /// Runs it once.
    pub run: fn(&[u8]),
    /// Inputs to begin with, beside those of `fuzz/corpus/`.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// The longest input that is worth a try, in bytes.
    pub max_len: usize,
    /// The words that a fuzzer may put into inputs, a file of `fuzz/dictionaries/`.
    pub dictionary: Option<&'static str>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "syntax",
        feeds: "any bytes as a policy file",
        holds: "no panic; every problem has a place inside the text",
        run: syntax::run,
        seeds: seeds::policies,
        max_len: 2048,
        dictionary: Some("sqrt"),
    },
    Target {
        name: "compile",
        feeds: "any text as a policy",
        holds: "diagnostics with places, or a verified program, never a defect of the compiler; the same with and without optimisations",
        run: compile::run,
        seeds: seeds::policies,
        max_len: 2048,
        dictionary: Some("sqrt"),
    },
    Target {
        name: "oracle",
        feeds: "a generated policy with calls",
        holds: "the engine answers as the naive interpreter does",
        run: oracle::run,
        seeds: seeds::cases,
        max_len: 4096,
        dictionary: None,
    },
    Target {
        name: "passes",
        feeds: "a generated policy with calls",
        holds: "the engine answers the same however it is set up: each optimisation on or off, in one step or two, from an image, \
                explained, with handles, on the move",
        run: passes::run,
        seeds: seeds::cases,
        max_len: 4096,
        dictionary: None,
    },
    Target {
        name: "call_line",
        feeds: "any bytes as a call line",
        holds: "no panic; what is accepted is JSON for another reader too",
        run: call_line::run,
        seeds: seeds::lines,
        max_len: 2048,
        dictionary: Some("json"),
    },
    Target {
        name: "image",
        feeds: "any bytes as an image, bare, behind a valid header, and as changes to a real image",
        holds: "refused, or a policy that answers; one encoding of a program",
        run: image::run,
        seeds: seeds::none,
        max_len: 4096,
        dictionary: None,
    },
];

/// Runs a target once.
///
/// # Panics
/// If no target has this name, or what it promises does not hold.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.unwrap_or_else(|| panic!("no target is called `{name}`")).run)(bytes);
}
