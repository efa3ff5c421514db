//! The case format of `tests/corpus`: what a policy, a few calls and the answers expected of them look like in one file.
//!
//! `tests/corpus/README.md` describes the format for people who write cases. This module reads it and compares answers;
//! it knows nothing of the compiler or the engine, so that every implementation can be held against the same cases.
//!
//! Invariants: a case that is not understood completely is an error that names the file and the line, never a case that
//! is skipped or weaker than it was meant to be.

use serde_json::{Map, Value};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// One case: a policy, and what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where it was read from, below the directory of all cases and without `.case`: `decisions/must_deny_fires`.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// The rules that it shows: `S6.2`.
    pub rules: Vec<String>,
    /// The policy files in the order given; they are compiled together.
    pub files: Vec<PolicyFile>,
    /// How the policy is configured.
    pub options: Options,
    /// What is expected.
    pub expectation: Expectation,
}

/// One file of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name, as it appears in answers and diagnostics.
    pub name: String,
    /// Its bytes, which need not be UTF-8.
    pub bytes: Vec<u8>,
}

/// What a host would pass beside the policy; `None` is left to the implementation's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Whether a call that no rule decides is allowed (S6.8).
    pub default_allow: Option<bool>,
    /// How binding that default is.
    pub default_level: Option<Level>,
    /// The mode (S8.3, S8.4).
    pub mode: Option<Mode>,
    /// An X-Policy document (S8).
    pub x_policy: Option<Value>,
}

/// How binding a default is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Rules of level `should` come first.
    Soft,
    /// Only rules of level `must` come first.
    Hard,
}

/// The mode of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Neither control flow metadata nor branch questions matter.
    Standard,
    /// Control flow metadata is joined into the arguments (S8.4).
    Strict,
    /// Branch questions are decided (S8.3).
    Custom,
}

/// What is expected of a case.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// Calls in order, each with (a part of) its answer.
    Answers(Vec<Exchange>),
    /// What a check of the files reports.
    Check(Vec<Report>),
}

/// A call line and the answer expected to it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The call line as it is given to the engine.
    pub call: String,
    /// The keys that the answer has to have.
    pub answer: Value,
    /// The line of the answer in the case file.
    pub line: usize,
}

/// How grave a reported problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy is accepted.
    Warning,
}

/// One expected diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Error or warning.
    pub severity: Severity,
    /// The file, where a case has several.
    pub file: Option<String>,
    /// The line where the primary span starts, from 1.
    pub line: usize,
    /// The column where it starts, from 1, in Unicode scalar values.
    pub column: usize,
    /// Words that the message contains.
    pub words: String,
}

/// Why a case could not be read.
#[derive(Debug, Clone)]
pub struct CaseError {
    path: String,
    line: usize,
    message: String,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

impl std::error::Error for CaseError {}

/// Reads every case below `directory`, in the order of their names.
pub fn load(directory: &Path) -> Result<Vec<Case>, CaseError> {
    let mut paths = Vec::new();
    collect(directory, &mut paths)?;
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let relative = path.strip_prefix(directory).unwrap_or(path).with_extension("");
            let name = relative.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?;
            parse(&name, &text)
        })
        .collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) -> Result<(), CaseError> {
    let entries = fs::read_dir(directory).map_err(|cause| unreadable(directory, &cause))?;
    for entry in entries {
        let path = entry.map_err(|cause| unreadable(directory, &cause))?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "case") {
            paths.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, cause: &dyn fmt::Display) -> CaseError {
    CaseError { path: path.display().to_string(), line: 0, message: format!("cannot be read: {cause}") }
}

/// Reads the text of one case.
pub fn parse(name: &str, text: &str) -> Result<Case, CaseError> {
    let mut builder = Builder::default();
    for (index, line) in text.lines().enumerate() {
        builder.line(index + 1, line).map_err(|message| error(name, index + 1, message))?;
    }
    builder.finish(name).map_err(|message| error(name, text.lines().count(), message))
}

fn error(path: &str, line: usize, message: String) -> CaseError {
    CaseError { path: path.to_owned(), line, message }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Head,
    Policy,
    Options,
    Calls,
    Answers,
    Check,
}

/// What has been read of a case so far.
#[derive(Debug, Default)]
struct Builder {
    section: Section,
    title: Option<String>,
    rules: Vec<String>,
    files: Vec<PolicyFile>,
    options: Options,
    calls: Vec<String>,
    answers: Vec<(usize, Value)>,
    check: Option<Vec<Report>>,
    ok: bool,
}

impl Builder {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(heading) = line.strip_prefix("--- ") {
            return self.heading(heading);
        }
        let aside = line.trim().is_empty() || line.starts_with("//");
        match self.section {
            Section::Policy => self.policy_line(line),
            _ if aside => Ok(()),
            Section::Head => self.head_line(line),
            Section::Options => self.option(line),
            Section::Calls => {
                self.calls.push(line.to_owned());
                Ok(())
            }
            Section::Answers => {
                let answer = serde_json::from_str(line).map_err(|cause| format!("not an answer: {cause}"))?;
                self.answers.push((number, answer));
                Ok(())
            }
            Section::Check => self.report(line),
        }
    }

    fn heading(&mut self, heading: &str) -> Result<(), String> {
        let mut words = heading.split_whitespace();
        self.section = match words.next() {
            Some("policy") => {
                let name = words.next().unwrap_or("policy.sqrt").to_owned();
                if self.files.iter().any(|file| file.name == name) {
                    return Err(format!("a second policy file called `{name}`"));
                }
                self.files.push(PolicyFile { name, bytes: Vec::new() });
                Section::Policy
            }
            Some("options") => Section::Options,
            Some("calls") => Section::Calls,
            Some("answers") => Section::Answers,
            Some("check") => {
                self.check = Some(Vec::new());
                Section::Check
            }
            _ => return Err(format!("unknown section `{heading}`")),
        };
        match words.next() {
            Some(word) => Err(format!("unexpected `{word}` after the section's name")),
            None => Ok(()),
        }
    }

    fn head_line(&mut self, line: &str) -> Result<(), String> {
        match line.split_once(':') {
            Some(("title", title)) => self.title = Some(title.trim().to_owned()),
            Some(("rules", rules)) => {
                self.rules = rules.split(',').map(|rule| rule.trim().to_owned()).collect()
            }
            _ => return Err("expected `title: …` or `rules: …`".to_owned()),
        }
        Ok(())
    }

    fn policy_line(&mut self, line: &str) -> Result<(), String> {
        let file = self.files.last_mut().ok_or("no policy file is open")?;
        append_bytes(&mut file.bytes, line)?;
        file.bytes.push(b'\n');
        Ok(())
    }

    fn option(&mut self, line: &str) -> Result<(), String> {
        let unknown = || format!("unknown option `{line}`");
        let (key, value) = line.split_once('=').ok_or_else(unknown)?;
        let options = &mut self.options;
        match (key, value) {
            ("default_allow", "true") => options.default_allow = Some(true),
            ("default_allow", "false") => options.default_allow = Some(false),
            ("default_level", "soft") => options.default_level = Some(Level::Soft),
            ("default_level", "hard") => options.default_level = Some(Level::Hard),
            ("mode", "standard") => options.mode = Some(Mode::Standard),
            ("mode", "strict") => options.mode = Some(Mode::Strict),
            ("mode", "custom") => options.mode = Some(Mode::Custom),
            ("x_policy", json) => {
                let document = serde_json::from_str(json).map_err(|cause| format!("not JSON: {cause}"))?;
                options.x_policy = Some(document);
            }
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn report(&mut self, line: &str) -> Result<(), String> {
        if line == "ok" {
            self.ok = true;
            return Ok(());
        }
        let expected =
            || format!("expected `ok`, `error [FILE:]LINE:COLUMN words` or `warning …`, not `{line}`");
        let (severity, rest) = line.split_once(' ').ok_or_else(expected)?;
        let severity = match severity {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => return Err(expected()),
        };
        let (place, words) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next().and_then(|part| part.parse().ok()).ok_or_else(expected)?;
        let at_line = parts.next().and_then(|part| part.parse().ok()).ok_or_else(expected)?;
        let file = parts.next().map(str::to_owned);
        let report = Report { severity, file, line: at_line, column, words: words.to_owned() };
        self.check.get_or_insert_default().push(report);
        Ok(())
    }

    fn finish(self, name: &str) -> Result<Case, String> {
        let title = self.title.ok_or("no `title:`")?;
        if self.rules.is_empty() {
            return Err("no `rules:`".to_owned());
        }
        if self.files.is_empty() && self.options.x_policy.is_none() {
            return Err("no policy".to_owned());
        }
        let expectation = match self.check {
            Some(reports) => {
                let errors = reports.iter().any(|report| report.severity == Severity::Error);
                if self.ok == errors || !self.calls.is_empty() || !self.answers.is_empty() {
                    return Err("a check is either `ok` or has errors, and has no calls".to_owned());
                }
                Expectation::Check(reports)
            }
            None => Expectation::Answers(pair(self.calls, self.answers)?),
        };
        let name = name.to_owned();
        Ok(Case { name, title, rules: self.rules, files: self.files, options: self.options, expectation })
    }
}

fn pair(calls: Vec<String>, answers: Vec<(usize, Value)>) -> Result<Vec<Exchange>, String> {
    if calls.is_empty() || calls.len() != answers.len() {
        return Err(format!("{} calls and {} answers", calls.len(), answers.len()));
    }
    let pairs = calls.into_iter().zip(answers);
    Ok(pairs.map(|(call, (line, answer))| Exchange { call, answer, line }).collect())
}

/// Appends a line of a policy, in which `⟨0D 0A⟩` stands for the bytes with these numbers.
fn append_bytes(bytes: &mut Vec<u8>, line: &str) -> Result<(), String> {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('⟨') {
        let (numbers, after) = after.split_once('⟩').ok_or("`⟨` without `⟩`")?;
        bytes.extend_from_slice(before.as_bytes());
        for number in numbers.split_whitespace() {
            bytes.push(u8::from_str_radix(number, 16).map_err(|_| format!("`{number}` is no byte"))?);
        }
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(())
}

/// Says where `actual` does not have what `expected` asks for; `None` if it has all of it.
///
/// Every key of an expected object must be there and match, anything else must be equal. `{"error": true}` asks for an
/// object whose `error` is a message.
pub fn difference(expected: &Value, actual: &Value) -> Option<String> {
    if let (Value::Object(keys), Value::Object(found)) = (expected, actual) {
        if keys.len() == 1 && keys.get("error") == Some(&Value::Bool(true)) {
            let message = found.get("error").is_some_and(Value::is_string);
            return (!message).then(|| format!("expected an error, found {actual}"));
        }
        return object_difference(keys, found);
    }
    (expected != actual).then(|| format!("expected {expected}, found {actual}"))
}

fn object_difference(expected: &Map<String, Value>, actual: &Map<String, Value>) -> Option<String> {
    expected.iter().find_map(|(key, value)| match actual.get(key) {
        None => Some(format!("`{key}` is missing")),
        Some(found) => difference(value, found).map(|text| format!("`{key}`: {text}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SMALL: &str = "title: a title\nrules: S1.1, S9\n--- policy\ntool \"t\" {⟨0D⟩\n}\n--- policy b.sqrt\n\n\
        --- options\nmode=strict\n--- calls\n{\"tool\": \"t\"}\n--- answers\n// why\n{\"decision\": \"allow\"}\n";

    #[test]
    fn a_case_is_read_completely() {
        let case = parse("a/b", SMALL).expect("the case is fine");
        assert_eq!((case.name.as_str(), case.title.as_str()), ("a/b", "a title"));
        assert_eq!(case.rules, ["S1.1", "S9"]);
        let files: Vec<_> =
            case.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
        assert_eq!(files, [("policy.sqrt", &b"tool \"t\" {\r\n}\n"[..]), ("b.sqrt", &b"\n"[..])]);
        assert_eq!(case.options, Options { mode: Some(Mode::Strict), ..Options::default() });
        let Expectation::Answers(exchanges) = case.expectation else { panic!("not answers") };
        assert_eq!(exchanges.len(), 1);
        assert_eq!((exchanges[0].call.as_str(), exchanges[0].line), ("{\"tool\": \"t\"}", 14));
        assert_eq!(exchanges[0].answer, json!({"decision": "allow"}));
    }

    #[test]
    fn a_check_is_read_completely() {
        let text =
            "title: x\nrules: S3.1\n--- policy\n--- check\nerror b.sqrt:3:14\nwarning 2:1 some words\n";
        let Expectation::Check(reports) = parse("c", text).expect("fine").expectation else {
            panic!("not a check")
        };
        let error = Report {
            severity: Severity::Error,
            file: Some("b.sqrt".into()),
            line: 3,
            column: 14,
            words: "".into(),
        };
        let words = "some words".into();
        assert_eq!(
            reports,
            [error, Report { severity: Severity::Warning, file: None, line: 2, column: 1, words }]
        );
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_line() {
        let message = |text: &str| parse("c", text).expect_err("must be refused").to_string();
        assert!(message(&SMALL.replace("strict", "strictest")).starts_with("c:9: unknown option"));
        assert!(message(&SMALL.replace("--- options", "--- option")).starts_with("c:8: unknown section"));
        assert!(message(&SMALL.replace("b.sqrt", "policy.sqrt")).starts_with("c:6: a second policy file"));
        assert!(message(&SMALL.replace("{\"tool\": \"t\"}", "")).ends_with("0 calls and 1 answers"));
        assert!(message(&SMALL.replace("⟨0D⟩", "⟨XY⟩")).ends_with("`XY` is no byte"));
        assert!(
            message("title: x\nrules: S1.1\n--- policy\n--- check\nok\nerror 1:1\n").contains("either `ok`")
        );
    }

    #[test]
    fn answers_are_compared_in_the_keys_that_are_given() {
        let answer = json!({"decision": "deny", "rule": {"line": 1, "column": 2}, "result_meta": null});
        assert_eq!(difference(&json!({"rule": {"line": 1}, "result_meta": null}), &answer), None);
        let nested = difference(&json!({"rule": {"line": 2}}), &answer);
        assert_eq!(nested.as_deref(), Some("`rule`: `line`: expected 2, found 1"));
        assert_eq!(difference(&json!({"rules": 1}), &answer).as_deref(), Some("`rules` is missing"));
        assert!(difference(&json!({"rule": null}), &answer).is_some());
        assert!(difference(&json!({"error": true}), &answer).is_some());
        assert_eq!(difference(&json!({"error": true}), &json!({"error": "because", "line": 1})), None);
    }
}
