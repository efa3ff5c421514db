//! Linting says nothing wrong: what is claimed never to decide never decides, and what is fixed means what it meant; it is quiet about
//! the examples, and takes any text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use serde_json::Value;
use sqrt_authoring::lint::{Finding, Group, Level, Levels, Options, Report, Selector, apply, fix, lint};
use sqrt_compiler::Source;
use sqrt_compiler::diagnostics::{Label, LineIndex};
use sqrt_tests::corpus::PolicyFile;
use sqrt_tests::docs;
use sqrt_tests::generate::{Case, Random, Style, tree};
use sqrt_tests::implementations::engine;
use std::fs;
use std::path::Path;

/// Everything that can be looked for.
fn everything() -> Options {
    let mut levels = Levels::default();
    levels.add_layer(vec![(Selector::All, Level::Warn), (Selector::Group(Group::Pedantic), Level::Warn)]);
    Options { levels, ..Options::default() }
}

fn sources(files: &[PolicyFile]) -> Vec<Source<'_>> {
    files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes }).collect()
}

/// Lints a text, puts its fixes in, and looks at all places.
fn check(text: &str) -> Report {
    let source = [Source { name: "t", bytes: text.as_bytes() }];
    let report = lint(&source, &everything());
    for finding in &report.findings {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let edits = edits.map(|edit| Label { file: edit.file, span: edit.span, text: String::new() });
        for label in
            [finding.primary.clone()].into_iter().chain(finding.secondary.iter().cloned()).chain(edits)
        {
            let text = &report.files[label.file.0 as usize].text;
            let span = label.span.start as usize..label.span.end as usize;
            assert!(text.get(span).is_some(), "{}: {label:?} in {text}", finding.lint.name());
        }
        // Also a fix that somebody has to look at gives a policy.
        if let Some(fix) = &finding.fix {
            let fixed = apply(text, fix.edits.iter());
            let again = lint(&[Source { name: "t", bytes: fixed.as_bytes() }], &everything());
            let error = again.findings.iter().find(|finding| finding.lint.is_error());
            assert!(error.is_none(), "{} breaks\n{text}\ninto\n{fixed}\n{error:#?}", finding.lint.name());
        }
    }
    let fixed = fix(&source, &everything()).unwrap_or_else(|broken| panic!("{broken}: {text}"));
    let certain =
        fixed.report.findings.iter().find(|finding| finding.fix.as_ref().is_some_and(|fix| fix.certain));
    assert!(
        certain.is_none() || fixed.report.has_errors(),
        "not everything is fixed: {certain:#?} in {text}"
    );
    report
}

/// All programs of `tests/data/syntax`, well-formed and not.
#[test]
fn recorded_programs_are_linted() {
    let mut found = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/syntax")).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            found += check(case["source"].as_str().unwrap()).findings.len();
        }
    }
    assert!(found > 1_000, "{found}");
}

#[test]
fn generated_trees_are_linted() {
    for seed in 0..500 {
        check(&tree(&mut Random::new(seed)).0);
    }
}

/// The examples and README have nothing doubtful in them.
#[test]
fn the_examples_are_fine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut policies = docs::policies(&fs::read_to_string(root.join("README.md")).unwrap()).unwrap();
    for folder in fs::read_dir(root.join("examples")).unwrap() {
        policies.extend(fs::read_to_string(folder.unwrap().path().join("policy.sqrt")));
    }
    assert!(policies.len() > 6);
    for policy in policies {
        let report = lint(&[Source { name: "t", bytes: policy.as_bytes() }], &Options::default());
        assert!(report.findings.is_empty(), "{:#?} in {policy}", report.findings);
    }
}

/// What the language page shows is fine, but for what it shows because it is doubtful.
#[test]
fn the_language_page_is_fine() {
    let mut found = Vec::new();
    for example in docs::examples(&docs::page()).unwrap().into_iter().filter(|example| !example.refused) {
        let report = lint(&[Source { name: "t", bytes: example.policy.as_bytes() }], &Options::default());
        let own = report.findings.iter().filter(|finding| finding.lint.group() != Group::Compiler);
        found.extend(own.map(|finding| finding.lint.name()));
    }
    let expected = ["deny-everything-but", "path-prefix", "empty-set", "path-prefix", "plain-pattern"];
    assert_eq!(found, expected);
}

/// What the answers to the calls of a case say, without the places of rules.
fn decisions(files: &[PolicyFile], case: &Case) -> Option<Vec<Value>> {
    let mut engine = engine(files, &case.options).ok()?;
    let answer = |line: &String| {
        let mut answer: Value = serde_json::from_str(&engine.answer(line)).unwrap();
        if let Some(rule) = answer.get_mut("rule") {
            *rule = Value::Null;
        }
        answer
    };
    Some(case.calls.iter().map(answer).collect())
}

const CASES: u64 = 150;

/// Fixes that are certain change no decision and no metadata.
#[test]
fn fixed_policies_mean_what_they_meant() {
    let mut fixes = 0;
    for seed in 0..CASES {
        let case = Case::generate(seed, Style::ALL, 20);
        let files = case.files();
        let fixed =
            fix(&sources(&files), &everything()).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        if fixed.count == 0 {
            continue;
        }
        fixes += fixed.count;
        let named = files.iter().zip(&fixed.texts);
        let changed: Vec<PolicyFile> = named
            .map(|(file, text)| PolicyFile { name: file.name.clone(), bytes: text.clone().into_bytes() })
            .collect();
        assert_eq!(
            decisions(&files, &case),
            decisions(&changed, &case),
            "seed {seed}\n{case}\n{:#?}",
            fixed.texts
        );
    }
    assert!(fixes > 30, "{fixes}");
}

/// Rules of which it is claimed that they never decide are in no answer.
#[test]
fn what_is_claimed_never_to_decide_never_decides() {
    const NEVER: [&str; 3] = ["unreachable-should", "decided-before", "outranked-should"];
    let mut claims = 0;
    for seed in 0..CASES {
        let case = Case::generate(seed, Style::ALL, 20);
        let files = case.files();
        let report = lint(&sources(&files), &everything());
        let is_claim = |finding: &&Finding| {
            NEVER.contains(&finding.lint.name().as_str()) || finding.message == "this allow never decides"
        };
        let places: Vec<(String, u64, u64)> = report
            .findings
            .iter()
            .filter(is_claim)
            .map(|finding| {
                let file = &report.files[finding.primary.file.0 as usize];
                let at = LineIndex::new(&file.text).position(finding.primary.span.start);
                (file.name.clone(), at.line.into(), at.column.into())
            })
            .collect();
        claims += places.len();
        if places.is_empty() {
            continue;
        }
        let Ok(mut engine) = engine(&files, &case.options) else { continue };
        for line in &case.calls {
            let answer: Value = serde_json::from_str(&engine.answer(line)).unwrap();
            // What is not met is named by a rule that need not decide otherwise (S6.9).
            if answer["basis"] == "must_allow_unmet" {
                continue;
            }
            let rule = &answer["rule"];
            let at = (rule["file"].as_str(), rule["line"].as_u64(), rule["column"].as_u64());
            let is_it =
                places.iter().any(|(file, line, column)| at == (Some(file), Some(*line), Some(*column)));
            assert!(!is_it, "seed {seed}: {rule} decides {line}\n{case}");
        }
    }
    assert!(claims > 30, "{claims}");
}

/// Taking away a rule that another one covers changes no decision.
#[test]
fn covered_rules_can_be_taken_away() {
    let mut claims = 0;
    // There are few.
    for seed in 0..2 * CASES {
        let case = Case::generate(seed, Style::ALL, 20);
        let files = case.files();
        let report = lint(&sources(&files), &everything());
        for finding in report.findings.iter().filter(|finding| finding.lint.name() == "covered-rule") {
            claims += 1;
            let (at, mut changed) = (&finding.primary, files.clone());
            let text = report.files[at.file.0 as usize].text.clone();
            let (before, after) = (&text[..at.span.start as usize], &text[at.span.end as usize..]);
            changed[at.file.0 as usize].bytes = format!("{before}{after}").into_bytes();
            let (before, after) = (decisions(&files, &case), decisions(&changed, &case));
            assert!(after.is_none() || before == after, "seed {seed}: {finding:#?}\n{case}");
        }
    }
    assert!(claims > 0, "{claims}");
}

/// What is large, deep or meets itself again and again takes bounded time.
#[test]
fn hostile_policies_are_linted() {
    let doubled: String =
        (1..60).map(|n| format!("let s{n} = s{} | s{} & s{};\n", n - 1, n - 1, n - 1)).collect();
    let doubled =
        format!("let s0 = {{\"a\"}};\n{doubled}tool \"t\" {{ must deny when x.value in s59 & s58; }}");
    let conditions: String = (1..60).map(|n| format!("let p{n} = p{} or not p{};\n", n - 1, n - 1)).collect();
    let conditions = format!(
        "let p0 = x.tags overlaps {{\"a\"}};\n{conditions}tool \"t\" {{ must deny when p59; must deny when p58; must allow when not p59; }}"
    );
    let many: String =
        (0..3_000).map(|n| format!("    must deny when x.value in {{w\"*a{n}\", \"b{n}\"}};\n")).collect();
    let many = format!("tool \"t\" {{\n{many}}}");
    let elements: Vec<String> = (0..20_000).map(|n| format!("\"e{n}\"")).collect();
    let uses = "    must deny when x.value in large;\n".repeat(500);
    let large = format!("let large = {{{}}};\ntool \"t\" {{\n{uses}}}", elements.join(", "));
    let comments = "// sqrt-lint: allow(unused-let) -- x\nlet a = {};\n".repeat(5_000);
    for text in [doubled, conditions, many, large, comments] {
        let started = std::time::Instant::now();
        lint(&[Source { name: "t", bytes: text.as_bytes() }], &everything());
        let taken = started.elapsed();
        assert!(taken.as_secs() < 60, "{taken:?} for {}", text.get(..60).unwrap_or_default());
    }
}
