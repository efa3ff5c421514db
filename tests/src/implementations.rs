//! The implementations of the language that cases, examples and documentation are run through.
//!
//! Invariant: all of them see the same files, options and lines, and are asked for the same form of answers (S9).

use crate::corpus::{Exchange, Options, PolicyFile, Report, Severity, difference};
use crate::engine::{Engine, Setup};
use crate::explaining::Explaining;
use crate::moving::Moving;
use crate::oracle::Oracle;
use serde_json::Value;
use sqrt_compiler::diagnostics::SourceMap;
use sqrt_compiler::{Passes, Source, check};

/// A policy that an implementation has made ready, with its sessions.
pub struct Implementation {
    /// What the implementation is called in messages.
    pub name: &'static str,
    answer: Box<dyn FnMut(&str) -> String>,
}

impl Implementation {
    /// The line that answers a line.
    pub fn answer(&mut self, line: &str) -> String {
        (self.answer)(line)
    }
}

/// How an implementation takes a policy.
pub type Load = fn(&[PolicyFile], &Options) -> Result<Implementation, String>;

/// Every implementation there is. How the engine is set up must not matter.
pub const ALL: &[Load] = &[
    engine,
    engine_from_an_image,
    engine_that_only_lowers,
    engine_that_only_folds,
    engine_that_stores_anew,
    plain_engine,
    engine_in_two_steps,
    engine_on_the_move,
    engine_that_explains,
    engine_with_handles,
    engine_as_explained,
    engine_in_general,
    oracle,
];

/// How the engine is set up usually.
pub const USUAL: Setup = Setup {
    passes: Passes { fold_constants: true, lower_sets: true, change_in_place: true },
    every_rule: false,
    two_steps: false,
    image: false,
    explained: false,
    handles: false,
    generally: false,
};

/// The policy in every implementation. An error is that of the first one that refuses it.
pub fn all(files: &[PolicyFile], options: &Options) -> Result<Vec<Implementation>, String> {
    ALL.iter().map(|load| load(files, options)).collect()
}

/// The engine as a host uses it.
pub fn engine(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("engine", files, options, USUAL)
}

/// The engine with a policy that was written as an image and loaded again.
pub fn engine_from_an_image(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("engine from an image", files, options, Setup { image: true, ..USUAL })
}

/// The engine with no constants folded.
pub fn engine_that_only_lowers(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    let passes = Passes { fold_constants: false, ..USUAL.passes };
    set_up("engine without constants folded", files, options, Setup { passes, ..USUAL })
}

/// The engine with no sets lowered.
pub fn engine_that_only_folds(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    let passes = Passes { lower_sets: false, ..USUAL.passes };
    set_up("engine without sets lowered", files, options, Setup { passes, ..USUAL })
}

/// The engine with no set changed in its place.
pub fn engine_that_stores_anew(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    let passes = Passes { change_in_place: false, ..USUAL.passes };
    set_up("engine without sets changed in place", files, options, Setup { passes, ..USUAL })
}

/// The engine with no optimisation at all, testing every rule.
pub fn plain_engine(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("plain engine", files, options, Setup { passes: Passes::none(), every_rule: true, ..USUAL })
}

/// The engine where a call is checked first and finished later.
pub fn engine_in_two_steps(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("engine in two steps", files, options, Setup { two_steps: true, ..USUAL })
}

/// The engine as hosts use it that keep sessions and pending calls as text, and load policies anew between any two steps.
pub fn engine_on_the_move(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    let mut engine = Moving::new(files, options)?;
    Ok(Implementation { name: "engine on the move", answer: Box::new(move |line| engine.answer(line)) })
}

/// The engine explaining every call, from an image.
pub fn engine_that_explains(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("engine that explains", files, options, Setup { explained: true, image: true, ..USUAL })
}

/// The engine with every name of a call resolved ahead.
pub fn engine_with_handles(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("engine with handles", files, options, Setup { handles: true, ..USUAL })
}

/// What `sqrt explain` tells of the engine's answers.
pub fn engine_as_explained(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    let mut engine = Explaining::new(files, options)?;
    Ok(Implementation { name: "engine as explained", answer: Box::new(move |line| engine.answer(line)) })
}

/// The engine where the interpreter decides every call.
pub fn engine_in_general(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    set_up("engine in general", files, options, Setup { generally: true, ..USUAL })
}

fn set_up(
    name: &'static str,
    files: &[PolicyFile],
    options: &Options,
    setup: Setup,
) -> Result<Implementation, String> {
    let mut engine = Engine::new(files, options, setup)?;
    Ok(Implementation { name, answer: Box::new(move |line| engine.answer(line)) })
}

/// The naive interpreter.
pub fn oracle(files: &[PolicyFile], options: &Options) -> Result<Implementation, String> {
    let texts: Result<Vec<_>, _> = files.iter().map(|file| std::str::from_utf8(&file.bytes)).collect();
    let texts = texts.map_err(|error| error.to_string())?;
    let named: Vec<_> = files.iter().zip(texts).map(|(file, text)| (file.name.as_str(), text)).collect();
    let mut oracle = Oracle::new(&named, options)?;
    Ok(Implementation { name: "oracle", answer: Box::new(move |line| oracle.answer(line).to_string()) })
}

/// What the compiler reports about the files of a policy, in its order.
pub fn reports(files: &[PolicyFile]) -> Vec<Report> {
    let sources: Vec<_> = files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes }).collect();
    let checked = check(&sources, &sqrt_compiler::Options::default());
    let mut map = SourceMap::new();
    for file in &checked.files {
        map.add(file.id, &file.name, &file.text);
    }
    let report = |diagnostic: &sqrt_compiler::diagnostics::Diagnostic| {
        let (start, _) = map.positions(&diagnostic.primary);
        Report {
            severity: if diagnostic.is_error() { Severity::Error } else { Severity::Warning },
            file: Some(map.name(diagnostic.primary.file).to_owned()),
            line: start.line as usize,
            column: start.column as usize,
            words: diagnostic.message.clone(),
        }
    };
    checked.diagnostics.iter().map(report).collect()
}

/// What is wrong with the answers to some calls, in any implementation: one message for each, which begins with the
/// line of the expected answer.
pub fn disagreements(files: &[PolicyFile], options: &Options, exchanges: &[Exchange]) -> Vec<String> {
    let mut implementations = match all(files, options) {
        Ok(implementations) => implementations,
        Err(error) => return vec![format!("the policy is refused: {error}")],
    };
    let mut messages = Vec::new();
    for implementation in &mut implementations {
        for Exchange { call, answer, line } in exchanges {
            let given = implementation.answer(call);
            let value: Value = serde_json::from_str(&given).unwrap_or(Value::Null);
            if let Some(text) = difference(answer, &value) {
                messages.push(format!("{line}: {}: {text}\n    {call}\n    {given}", implementation.name));
            }
        }
    }
    messages
}
