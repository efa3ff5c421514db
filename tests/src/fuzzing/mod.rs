//! What fuzzing runs: the table of targets, one module for the body of each.
//!
//! A body takes any bytes and panics if what the target promises does not hold. libFuzzer runs it through a wrapper in
//! `fuzz/fuzz_targets/`; `cargo test` replays the committed inputs with the same code (`tests/tests/fuzz_corpora.rs`).
//! Invariants: the outcome of a body depends on the bytes alone, and every body ends soon on every input.
//!
//! To add a target: a module here and a row in [`TARGETS`], then `BLESS=1 cargo test -p sqrt-tests --test fuzz_corpora`, which writes
//! its wrapper, its entry in `fuzz/Cargo.toml` and its row in `fuzz/README.md`.

mod call_line;
mod changes;
mod compile;
mod dispatch;
mod fail_closed;
pub mod format;
mod image;
mod image_round_trip;
mod interleaved;
mod interner;
mod names;
mod oracle;
mod passes;
mod patterns;
mod pending_text;
mod readings;
mod regexes;
pub mod replay;
mod running;
mod seeds;
mod session_text;
mod sets;
mod syntax;
mod tree;
mod variants;
mod wildcards;
mod x_policy;

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
        name: "tree",
        feeds: "a generated tree, printed with random parentheses, comments and white space",
        holds: "it is parsed without an error, and to the same tree",
        run: tree::run,
        seeds: seeds::trees,
        max_len: 2048,
        dictionary: None,
    },
    Target {
        name: "format",
        feeds: "any text as a policy, and a generated tree, printed with random parentheses, comments and white space",
        holds: "formatted it has the same tree and the same comments, and formatting it again changes nothing",
        run: format::run,
        seeds: seeds::trees,
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
        seeds: seeds::cases_behind_a_byte,
        max_len: 4096,
        dictionary: None,
    },
    Target {
        name: "call_line",
        feeds: "any bytes as a call line, and generated lines with edges of JSON in them",
        holds: "what is taken has the same structure for `serde_json` and the same numbers for `std`; what is refused breaks a \
                rule of S9",
        run: call_line::run,
        seeds: seeds::lines,
        max_len: 2048,
        dictionary: Some("json"),
    },
    Target {
        name: "image",
        feeds: "any bytes as an image, bare, behind a valid header, and as changes to images of real policies",
        holds: "refused, or a policy that answers all calls without a trap, explained too; one encoding of a program",
        run: image::run,
        seeds: seeds::changes,
        max_len: 2048,
        dictionary: None,
    },
    Target {
        name: "image_round_trip",
        feeds: "a generated policy with calls",
        holds: "written as an image and read again it has the same bytes, the same id and the same answers; compiled twice it is the same",
        run: image_round_trip::run,
        seeds: seeds::cases,
        max_len: 4096,
        dictionary: None,
    },
    Target {
        name: "session_text",
        feeds: "any text as a session, and changes to the texts of real sessions",
        holds: "refused, or written again as it was read, moved to another policy and back, and calls of it are decided without a trap",
        run: session_text::run,
        seeds: seeds::changes,
        max_len: 1024,
        dictionary: Some("state"),
    },
    Target {
        name: "pending_text",
        feeds: "any text as a call that waits, and changes to the texts of real ones",
        holds: "refused, or written again as it was read, and finished once; what is over a limit by itself is refused",
        run: pending_text::run,
        seeds: seeds::changes,
        max_len: 1024,
        dictionary: Some("state"),
    },
    Target {
        name: "x_policy",
        feeds: "any bytes as an X-Policy document, and generated documents with calls",
        holds: "refused with a reason, or compiled; the engine answers as the naive interpreter does",
        run: x_policy::run,
        seeds: seeds::x_policies,
        max_len: 4096,
        dictionary: Some("x_policy"),
    },
    Target {
        name: "interleaved",
        feeds: "a generated policy with calls of two sessions, checked and finished in any order",
        holds: "each session fares as it does alone",
        run: interleaved::run,
        seeds: seeds::cases_behind_choices,
        max_len: 4096,
        dictionary: None,
    },
    Target {
        name: "fail_closed",
        feeds: "a generated policy with calls, under random tight limits, with mistakes of the host",
        holds: "a call is decided as without limits, or denied with basis `error`; nothing that fails changes the session",
        run: fail_closed::run,
        seeds: seeds::cases_behind_choices,
        max_len: 4096,
        dictionary: None,
    },
    Target {
        name: "patterns",
        feeds: "a generated regex, or some of them together, with texts near what they match; or any text as a regex",
        holds: "refused exactly where `regex-syntax` refuses it or a limit of patterns is passed; matched as `regex-automata` matches \
                the same parsed pattern, whatever the tables, in every reading, also as metadata",
        run: patterns::run,
        seeds: seeds::choices,
        max_len: 1024,
        dictionary: None,
    },
    Target {
        name: "wildcards",
        feeds: "wildcards with texts near what they match",
        holds: "matched as the regex that says the same, and as a table of parts and places",
        run: wildcards::run,
        seeds: seeds::choices,
        max_len: 512,
        dictionary: None,
    },
    Target {
        name: "sets",
        feeds: "steps on metadata sets, and set expressions of policies",
        holds: "the sets are those of truth tables over a small universe and the rest of the world",
        run: sets::run,
        seeds: seeds::choices,
        max_len: 512,
        dictionary: None,
    },
    Target {
        name: "readings",
        feeds: "a value condition in every place that has a reading, with nested values",
        holds: "the engine answers as the naive interpreter does",
        run: readings::run,
        seeds: seeds::choices,
        max_len: 1024,
        dictionary: None,
    },
    Target {
        name: "interner",
        feeds: "calls with ever new tags in one session under small limits, finished and moved in any order",
        holds: "the session is that of a model of strings; what fails is over a limit and changes nothing; what is held is bounded \
                by what is listed",
        run: interner::run,
        seeds: seeds::choices,
        max_len: 2048,
        dictionary: None,
    },
    Target {
        name: "dispatch",
        feeds: "blocks with related ids, and names of tools near them",
        holds: "the blocks that are found, and their order, are those of testing each id by itself",
        run: dispatch::run,
        seeds: seeds::choices,
        max_len: 1024,
        dictionary: None,
    },
    Target {
        name: "names",
        feeds: "lists of names with their hash tables, and changes to the tables",
        holds: "every name is found, no other one is; a changed table is refused, or finds the same, and never another name",
        run: names::run,
        seeds: seeds::choices,
        max_len: 1024,
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
