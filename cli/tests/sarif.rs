//! What `sqrt lint --format sarif` writes is a log by the schema of the standard (`tests/data/sarif/`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use std::fs;

use common::{Folder, run};
use jsonschema::Validator;
use serde_json::{Value, json};
use sqrt_authoring::lint::RULES;

fn schema() -> Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/sarif/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // Its pattern of languages, which no log of ours names, has a `]` too much, which not every engine of patterns takes.
    for object in ["run", "toolComponent"] {
        let language = schema["definitions"][object]["properties"]["language"].as_object_mut().unwrap();
        assert!(language.remove("pattern").unwrap().as_str().unwrap().contains("{2}]?$"));
    }
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// The log that linting these files gives, and whether it is one by the schema.
fn valid_log(files: &[String], more: &[&str]) -> Value {
    let fixed = ["lint", "--no-config", "--format", "sarif"].map(str::to_owned);
    let args = fixed.into_iter().chain(more.iter().map(|arg| (*arg).to_owned())).chain(files.iter().cloned());
    let run = run(args);
    assert!(run.status < 2, "{run:?}");
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    let wrong: Vec<String> =
        schema().iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    log
}

#[test]
fn what_every_lint_finds_is_a_log_of_the_standard() {
    let folder = Folder::new();
    let tools = folder.file("tools.json", sqrt_authoring::lint::rules::tools::EXAMPLE_TOOLS);
    let files: Vec<String> =
        RULES.iter().map(|rule| folder.file(&format!("{} ä.sqrt", rule.name), rule.example)).collect();
    let log = valid_log(&files, &["--warn", "pedantic", "--tools", &tools]);
    let found: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["ruleId"].as_str().unwrap())
        .collect();
    for rule in RULES {
        assert!(found.contains(&rule.code), "{} is not in the log", rule.name);
    }
}

#[test]
fn errors_suppressions_and_nothing_at_all_are_logs_of_the_standard() {
    let folder = Folder::new();
    let fine = folder.file("fine.sqrt", "tool \"t\" {\n    must deny always;\n}\n");
    let wrong = folder.file("wrong.sqrt", "tool \"t\" {\n    must dney when x.value in trusted\n}\n\u{202e}");
    let bytes = folder.file("bytes.sqrt", b"tool \"t\" { must deny always; } // \xff\n");
    let without = folder.file(
        "without.sqrt",
        "// sqrt-lint: allow(unused-let)\nlet a = {\"🙂\"};\ntool \"t\" { must deny always; }\n",
    );
    let reason =
        folder.file("reason.sqrt", "// sqrt-lint: allow(unused-let) -- \"so\" it is\nlet a = {\"x\"};\ntool \"t\" { must deny always; }\n");
    let results = |log: &Value| log["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(results(&valid_log(&[fine], &[])), 0);
    assert!(results(&valid_log(&[wrong, bytes], &[])) > 1);
    let log = valid_log(&[without, reason], &["--deny", "all"]);
    let suppressed = log["runs"][0]["results"].as_array().unwrap().iter();
    assert_eq!(suppressed.filter(|result| result.get("suppressions").is_some()).count(), 2);
    // Several files that are one policy.
    let lets = folder.file("lets.sqrt", "let a = {\"x\"};\nlet a = {\"x\"};\n");
    let uses = folder.file("uses.sqrt", "tool \"t\" {\n    must deny when x.value in a;\n}\n");
    assert!(results(&valid_log(&[lets, uses], &["--together"])) > 0);
}

/// The schema is one that refuses something.
#[test]
fn what_is_no_log_is_refused() {
    let schema = schema();
    let log = |level: &str, line: i64| {
        json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "sqrt"}}, "results": [{
            "message": {"text": "a"}, "level": level,
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a"}, "region": {"startLine": line}}}],
        }]}]})
    };
    assert!(schema.is_valid(&log("warning", 1)));
    for wrong in [log("fatal", 1), log("warning", 0), json!({"version": "2.1.0"}), json!([])] {
        assert!(!schema.is_valid(&wrong), "{wrong}");
    }
    let mut uri = log("warning", 1);
    uri["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
        json!("a b");
    assert!(!schema.is_valid(&uri), "formats are looked at");
}
