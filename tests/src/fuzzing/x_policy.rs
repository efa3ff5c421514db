//! X-Policy documents. With an even first byte the rest is a document as it stands: refused with a place, or configured and
//! compiled. With an odd one it chooses a document, with a policy in it, and calls: the engine answers as the oracle.

use crate::compare::disagreement;
use crate::corpus::Options;
use crate::generate::{Case, Random, Style};
use crate::implementations::{engine, oracle};
use serde_json::{Value, json};
use sqrt_compiler::diagnostics::Code;
use sqrt_compiler::x_policy::XPolicy;

pub(super) fn run(bytes: &[u8]) {
    match bytes.split_first() {
        Some((kind, rest)) if kind % 2 == 0 => any_document(rest),
        Some((_, rest)) => generated(rest),
        None => {}
    }
}

fn any_document(bytes: &[u8]) {
    let document = match XPolicy::read(bytes) {
        Ok(document) => document,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let text = String::from_utf8_lossy(bytes);
    assert!(serde_json::from_slice::<Value>(bytes).is_ok(), "{text}");
    let compiled = document.compile_with(&[], &document.options());
    assert!(compiled.diagnostics.iter().all(|diagnostic| diagnostic.code != Code::Internal), "{text}");
    assert_eq!(compiled.program.is_some(), !compiled.has_errors(), "{text}");
}

/// How many bytes choose what is added to the document.
const CHOICES: usize = 12;

fn generated(bytes: &[u8]) {
    let (choices, rest) = bytes.split_at(bytes.len().min(CHOICES));
    let mut random = Random::of_bytes(choices);
    let mut case = Case::of_bytes(rest, Style::ALL);
    let mut document = case.options.x_policy.take().unwrap_or_else(|| json!({}));
    // The first file goes into the document, in one of the forms that it may have.
    if random.percent(70) {
        let files = case.files();
        let code = String::from_utf8_lossy(&files[0].bytes).into_owned();
        document["codes"] = match random.below(3) {
            0 => json!(code),
            1 => json!({"code": code, "language": "sqrt"}),
            _ => json!({"code": code}),
        };
        case.sources.remove(0);
    }
    for key in ["mode", "presets", "fail_fast", "auto_gen"] {
        if random.percent(15) {
            document[key] = Value::Null;
        }
    }
    if random.percent(20) {
        document["fail_fast"] = json!(random.percent(50));
    }
    case.options = Options { x_policy: Some(document), ..case.options };
    if let Some(text) = disagreement(oracle, engine, &case) {
        panic!("{case}{text}");
    }
}
