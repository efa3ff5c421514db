//! A recording of what the engine answers, for runs of mutation tests: `sqrt-vm` alone can replay it, without the compiler.
//!
//! A recording is a sequence of records; each is an image, the number of lines, and for each line the call and its answer.
//! Numbers are 32 bits, little-endian, and texts have their length before them. `vm/tests/replay/mod.rs` reads it.
//!
//! Invariant: what is recorded is what `cargo test` checks as well: the corpus, the examples, and cases that the suites
//! give to engine and oracle, of the same seeds. Nothing is recorded on which the oracle and the engine disagree.

use crate::compare::answers;
use crate::corpus::{Expectation, Options, PolicyFile};
use crate::engine::{Engine, Setup, program};
use crate::generate::{Case, Style};
use crate::implementations::{USUAL, oracle, plain_engine};
use crate::{corpus, implementations};
use serde_json::Value;
use sqrt_compiler::Passes;
use std::fs;
use std::path::Path;

/// What is recorded so far.
#[derive(Debug, Default)]
pub struct Recording {
    bytes: Vec<u8>,
    /// How many policies it has.
    pub policies: usize,
    /// How many lines.
    pub lines: usize,
}

impl Recording {
    /// Everything there is to record.
    pub fn new() -> Result<Recording, String> {
        let mut recording = Recording::default();
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        recording.cases(&tests.join("corpus"))?;
        recording.examples(&tests.join("../examples"))?;
        recording.generated()?;
        Ok(recording)
    }

    /// The recording as it is replayed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The corpus.
    fn cases(&mut self, folder: &Path) -> Result<(), String> {
        for case in corpus::load(folder).map_err(|error| error.to_string())? {
            if let Expectation::Answers(exchanges) = &case.expectation {
                let calls: Vec<String> = exchanges.iter().map(|exchange| exchange.call.clone()).collect();
                self.record(&case.files, &case.options, plain(), &calls)?;
                self.record(&case.files, &case.options, USUAL, &calls)?;
            }
        }
        Ok(())
    }

    /// The examples.
    fn examples(&mut self, folder: &Path) -> Result<(), String> {
        let folders = fs::read_dir(folder).map_err(|error| error.to_string())?;
        for folder in folders.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
            let read = |name: &str| {
                fs::read_to_string(folder.join(name))
                    .map_err(|error| format!("{}: {name}: {error}", folder.display()))
            };
            let file =
                PolicyFile { name: "policy.sqrt".to_owned(), bytes: read("policy.sqrt")?.into_bytes() };
            let document: Option<Value> =
                read("x-policy.json").ok().and_then(|text| serde_json::from_str(&text).ok());
            let calls: Vec<String> = read("calls.jsonl")?.lines().map(str::to_owned).collect();
            let options = Options { x_policy: document, ..Options::default() };
            self.record(&[file], &options, USUAL, &calls)?;
        }
        Ok(())
    }

    /// Cases of `tests/oracle_agrees.rs`.
    fn generated(&mut self) -> Result<(), String> {
        for seed in 0..150 {
            self.case(&Case::generate(seed, Style::ALL, 20), USUAL)?;
        }
        for seed in 10_000..10_080 {
            self.case(&Case::generate(seed, Style::ALL, 20), plain())?;
        }
        for seed in 60_000..60_060 {
            let case = Case::of_single_conditions(seed, Style::ALL, 8, 100);
            self.case(&case, if seed % 2 == 0 { USUAL } else { plain() })?;
        }
        for (seed, tags) in (90_000..90_005).zip([54, 55, 56, 119, 300]) {
            let case = Case::of_many_tags(seed, Style::ALL, tags, 20);
            self.case(&case, if seed % 2 == 0 { USUAL } else { plain() })?;
        }
        Ok(())
    }

    fn case(&mut self, case: &Case, setup: Setup) -> Result<(), String> {
        let load = if setup.every_rule { plain_engine } else { implementations::engine };
        if answers(load, case)? != answers(oracle, case)? {
            return Err(format!("the oracle answers otherwise:\n{case}"));
        }
        self.record(&case.files(), &case.options, setup, &case.calls)
    }

    fn record(
        &mut self,
        files: &[PolicyFile],
        options: &Options,
        setup: Setup,
        calls: &[String],
    ) -> Result<(), String> {
        let image = program(files, options, setup)?.to_image();
        let mut engine = Engine::new(files, options, Setup { image: true, ..setup })?;
        self.policies += 1;
        self.lines += calls.len();
        self.text(&image);
        self.number(calls.len());
        for call in calls {
            self.text(call.as_bytes());
            self.text(engine.answer(call).as_bytes());
        }
        Ok(())
    }

    fn number(&mut self, number: usize) {
        self.bytes.extend((number as u32).to_le_bytes());
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len());
        self.bytes.extend(text);
    }
}

/// The set-up without optimisations.
fn plain() -> Setup {
    Setup { passes: Passes::none(), every_rule: true, ..USUAL }
}
