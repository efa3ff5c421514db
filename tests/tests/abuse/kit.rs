//! What cases are made of: policies to compile, calls to decide, and inputs that grow.

use sqrt_compiler::{Compiled, Options, Source, compile};
use sqrt_vm::json::{JsonLines, write_error};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// Whether the largest inputs are as large as the table says.
pub(crate) fn is_full() -> bool {
    std::env::var("SQRT_ABUSE").is_ok_and(|value| value == "full") || !cfg!(debug_assertions)
}

/// In words.
pub(crate) fn sizes() -> &'static str {
    if is_full() {
        "as large as the table says"
    } else {
        "the largest scaled down (not with SQRT_ABUSE=full)"
    }
}

/// A size: as the table says, or a smaller one in usual runs.
pub(crate) fn size(full: usize, quick: usize) -> usize {
    if is_full() { full } else { quick }
}

/// `name` repeated with numbers, between separators.
pub(crate) fn numbered(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..count {
        if number > 0 {
            text.push_str(separator);
        }
        text.push_str(&item(number));
    }
    text
}

/// A tool block with one rule that denies.
pub(crate) fn deny_when(condition: &str) -> String {
    format!("tool \"t\" {{ must deny when {condition}; }}")
}

/// A call of the tool `t` with the argument `x`.
pub(crate) fn call(x: &str) -> String {
    format!(r#"{{"tool": "t", "args": {{"x": {x}}}, "result": null}}"#)
}

/// Text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Compiles a policy.
pub(crate) fn compiled(text: impl AsRef<[u8]>) -> Compiled {
    compile(&[Source { name: "policy.sqrt", bytes: text.as_ref() }], &Options::default())
}

/// The codes of what was found, each once.
pub(crate) fn codes(compiled: &Compiled) -> BTreeSet<&'static str> {
    compiled.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// Asserts that a policy is refused, for this reason among others, and that the number of problems told is bounded.
pub(crate) fn refused(text: impl AsRef<[u8]>, code: &str) {
    let compiled = compiled(text);
    assert!(compiled.program.is_none() && compiled.has_errors(), "a policy came out instead of {code}");
    assert!(codes(&compiled).contains(code), "{code} is not among {:?}", codes(&compiled));
    assert!(compiled.diagnostics.len() <= 20_002, "{} problems", compiled.diagnostics.len());
}

/// A policy that is fine, but for warnings.
pub(crate) fn policy(text: impl AsRef<[u8]>) -> Policy {
    let compiled = compiled(text);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|problem| problem.is_error()).take(3).collect();
    let Some(program) = compiled.program else { panic!("the policy is refused: {errors:?}") };
    Policy::new(program, Limits::default()).expect("the policy runs")
}

/// What came of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    Allow,
    Deny,
    /// The error form, which a host takes for a deny.
    Error,
}
use Came::{Allow, Deny, Error};

/// A policy that lines are given to.
pub(crate) struct Host {
    pub(crate) policy: Policy,
    pub(crate) lines: JsonLines,
    sessions: BTreeMap<Option<String>, Session>,
    /// The last answer.
    pub(crate) answer: String,
}

impl Host {
    pub(crate) fn new(text: impl AsRef<[u8]>) -> Host {
        Host::of(policy(text))
    }

    pub(crate) fn of(policy: Policy) -> Host {
        let lines = JsonLines::new(&policy);
        Host { policy, lines, sessions: BTreeMap::new(), answer: String::new() }
    }

    /// Decides a line.
    pub(crate) fn decide(&mut self, line: impl AsRef<[u8]>) -> Came {
        let Host { policy, lines, sessions, answer } = self;
        answer.clear();
        let answered = lines.answer(
            policy,
            line.as_ref(),
            |name| Ok(sessions.entry(name.map(str::to_owned)).or_insert_with(|| Session::new(policy))),
            answer,
        );
        if let Err(error) = answered {
            answer.clear();
            write_error(answer, &error.to_string(), 1);
            return Error;
        }
        let json: serde_json::Value = serde_json::from_str(answer).expect("an answer is JSON");
        match json["decision"].as_str().or(json["branch"].as_str()) {
            Some("allow") => Allow,
            Some("deny") => Deny,
            _ => panic!("no decision: {}", excerpt(answer)),
        }
    }

    /// Asserts that a line is refused with a message that has this in it, and that no session was changed by it.
    pub(crate) fn refuses(&mut self, line: impl AsRef<[u8]>, message: &str) {
        let before: Vec<String> = self.sessions.values().map(Session::export).collect();
        let shown = excerpt(&String::from_utf8_lossy(line.as_ref()));
        assert_eq!(self.decide(line), Error, "{shown}: {}", excerpt(&self.answer));
        assert!(self.answer.contains(message), "{shown}: {}", excerpt(&self.answer));
        assert!(self.answer.len() < 4096, "{shown}: a message of {} bytes", self.answer.len());
        let after = self.sessions.values().map(Session::export).filter(|text| !before.contains(text));
        let fresh = Session::new(&self.policy).export();
        assert_eq!(after.filter(|text| *text != fresh).count(), 0, "{shown} changed a session");
    }

    /// Asserts what comes of calls with these values of `x`.
    pub(crate) fn expect(&mut self, cases: &[(&str, Came)]) {
        for &(x, expected) in cases {
            assert_eq!(self.decide(call(x)), expected, "{}: {}", excerpt(x), excerpt(&self.answer));
        }
    }

    /// The session of the calls without a name.
    pub(crate) fn session(&mut self) -> &mut Session {
        self.sessions.entry(None).or_insert_with(|| Session::new(&self.policy))
    }
}

/// The beginning of a text, for messages.
pub(crate) fn excerpt(text: &str) -> String {
    let end = (0..=text.len().min(600)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    if end < text.len() { format!("{}… ({} bytes)", &text[..end], text.len()) } else { text.to_owned() }
}

/// Bytes, for people.
pub(crate) fn shown(bytes: usize) -> String {
    if bytes < 10_000 { format!("{bytes} B") } else { format!("{:.1} MiB", bytes as f64 / 1_048_576.0) }
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}
