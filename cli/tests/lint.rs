//! `sqrt lint`: what is found, in which form, what is fixed and suppressed, by which configuration, and the exit status.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod common;

use common::{Folder, MAIL, Run, run, run_with, sqrt};
use serde_json::Value;
use std::fs;

const TWICE: &str = "tool \"t\" {\n    must deny when x.value in {\"a\", \"a\"};\n}\n";
const ONCE: &str = "tool \"t\" {\n    must deny when x.value in {\"a\"};\n}\n";
const LOOSE: &str = "tool \"t\" {\n    must allow when to.value in {r\".*@corp.com\"};\n}\n";

fn codes(run: &Run) -> Vec<String> {
    let lines = run.answers();
    let items = lines.iter().flat_map(|line| line["diagnostics"].as_array().unwrap());
    items.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn findings_are_warnings_unless_they_are_denied() {
    let folder = Folder::new();
    let twice = folder.file("twice.sqrt", TWICE);
    let warned = run(["lint", "--no-config", &twice]);
    assert_eq!(warned.status, 0);
    assert!(
        warned.stdout.contains("warning[L0304]") && warned.stdout.contains("twice.sqrt:2:37"),
        "{}",
        warned.stdout
    );
    assert_eq!(warned.stderr, "1 file linted: 1 warning; 1 can be fixed by `--fix`\n");
    for options in [
        &["--deny", "L0304"][..],
        &["--deny", "duplicate-element"],
        &["--deny=redundant"],
        &["--deny-warnings"],
    ] {
        let denied = run(["lint", "--no-config", &twice].into_iter().chain(options.iter().copied()));
        assert_eq!(denied.status, 1, "{options:?}");
        assert!(denied.stdout.starts_with("error[L0304]"), "{}", denied.stdout);
    }
    let allowed = run(["lint", "--no-config", "--allow", "all", &twice]);
    assert_eq!((allowed.status, allowed.stdout.as_str()), (0, ""));
    // One lint over its group.
    let mixed = run(["lint", "--no-config", "--deny", "redundant", "--allow", "L0304", &twice]);
    assert_eq!((mixed.status, mixed.stdout.as_str()), (0, ""));
    let unknown = run(["lint", "--no-config", "--deny", "duplicate-elment", &twice]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("is `duplicate-element` meant?"), "{}", unknown.stderr);
}

#[test]
fn warnings_of_the_compiler_are_findings_and_errors_stay_errors() {
    let doubled = "tool \"t\" {\n    must deny when x.value in {r\"a\\\\.b+\"};\n}\n";
    let found = run_with(["lint", "--no-config", "--format", "json", "-"], doubled);
    assert_eq!(codes(&found), ["W0402"]);
    let allowed =
        run_with(["lint", "--no-config", "--allow", "doubled-backslash", "--format", "json", "-"], doubled);
    assert_eq!(codes(&allowed), Vec::<String>::new());
    let broken = run_with(
        ["lint", "--no-config", "--allow", "all", "--format", "json", "-"],
        "tool \"t\" { must deny when y; }",
    );
    assert_eq!((broken.status, codes(&broken)), (1, vec!["E0302".to_owned()]));
}

#[test]
fn fixes_that_are_certain_are_put_in() {
    let folder = Folder::new();
    let twice = folder.file("twice.sqrt", TWICE);
    let loose = folder.file("loose.sqrt", LOOSE);
    let shown = run(["lint", "--no-config", "--diff", &twice]);
    assert_eq!(shown.status, 1);
    assert!(shown.stdout.contains("+    must deny when x.value in {\"a\"};"), "{}", shown.stdout);
    assert_eq!(fs::read_to_string(&twice).unwrap(), TWICE);
    let fixed = run(["lint", "--no-config", "--fix", &twice, &loose]);
    assert_eq!(fixed.stderr, "2 files linted: 1 warning; 1 fixed\n");
    assert_eq!((fixed.status, fs::read_to_string(&twice).unwrap().as_str()), (0, ONCE));
    // What somebody has to look at stays, and is shown.
    assert!(fixed.stdout.contains("perhaps write `\\.` for the dots"), "{}", fixed.stdout);
    assert_eq!(fs::read_to_string(&loose).unwrap(), LOOSE);
    let nothing = run(["lint", "--no-config", "--diff", &twice]);
    assert_eq!((nothing.status, nothing.stdout.as_str()), (0, ""));
    let piped = run_with(["lint", "--no-config", "--fix", "-"], TWICE);
    assert_eq!((piped.status, piped.stdout.as_str()), (0, ONCE));
    let broken = run_with(["lint", "--no-config", "--fix", "-"], "tool");
    assert_eq!((broken.status, broken.stdout.as_str()), (1, ""));
}

#[test]
fn comments_suppress_what_is_in_their_place() {
    let json = |text: &str| codes(&run_with(["lint", "--no-config", "--format", "json", "-"], text));
    let with = |comment: &str| TWICE.replace("    must", &format!("    {comment}\n    must"));
    assert_eq!(json(&with("// sqrt-lint: allow(duplicate-element) -- so it came")), Vec::<String>::new());
    assert_eq!(json(&with("// sqrt-lint: allow(L0304, unused-let) -- so it came")), ["L0503"]);
    assert_eq!(json(&with("// sqrt-lint: allow(duplicate-element)")), ["L0502"]);
    assert_eq!(json(&with("// sqrt-lint: allow(duplicate-elements) -- x")), ["L0501", "L0304"]);
    assert_eq!(json(&with("// sqrt-lint: deny(L0304) -- x")), ["L0501", "L0304"]);
    assert_eq!(json(&with("// sqrt-lint: allow(E0302) -- x")), ["L0501", "L0304"]);
    assert_eq!(json(&with("/// sqrt-lint: allow(L0304) -- x")), ["L0501", "L0304"]);
    // For the whole block, for the line, and for the whole file.
    assert_eq!(json(&format!("// sqrt-lint: allow(L0304) -- x\n/// A tool.\n{TWICE}")), Vec::<String>::new());
    assert_eq!(json(&TWICE.replace("};", "}; // sqrt-lint: allow(L0304) -- x")), Vec::<String>::new());
    assert_eq!(json(&format!("{TWICE}\n/* sqrt-lint: allow-file(L0304) -- x */\n")), Vec::<String>::new());
    // Another place.
    assert_eq!(
        json(&format!("{TWICE}\n// sqrt-lint: allow(L0304) -- x\nlet _a = {{}};\n")),
        ["L0304", "L0503"]
    );
    let summary = run_with(["lint", "--no-config", "-"], with("// sqrt-lint: allow(L0304) -- x"));
    assert_eq!(summary.stderr, "1 file linted: no problems; 1 suppressed\n");
    // Warnings of the compiler, too.
    let star = "// sqrt-lint: allow(star-in-tool-name) -- it is called so\ntool \"a*\" {\n    must deny always;\n}\n";
    assert_eq!(json(star), Vec::<String>::new());
}

#[test]
fn files_are_one_policy_if_they_are_linted_together() {
    let folder = Folder::new();
    let lets = folder.file("lets.sqrt", "let spam = {\"x\"};\nlet junk = {\"y\"};\n");
    let mail = folder.file("mail.sqrt", "tool \"t\" {\n    must deny when to.value in spam;\n}\n");
    let together = run(["lint", "--no-config", "--format", "json", "--together", &lets, &mail]);
    assert_eq!((together.status, codes(&together)), (0, vec!["L0301".to_owned()]));
    assert_eq!(together.answers().len(), 2);
    let apart = run(["lint", "--no-config", "--format", "json", &lets, &mail]);
    assert_eq!((apart.status, codes(&apart)), (1, vec!["E0302".to_owned()]));
}

#[test]
fn the_configuration_is_found_above_the_first_file() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("policies/deep")).unwrap();
    let config =
        folder.file("sqrt.toml", "[lint]\ndeny = [\"redundant\"]\n[policy]\nfiles = [\"policies/*.sqrt\"]\n");
    folder.file("policies/a.sqrt", "let spam = {\"x\", \"x\"};\n");
    folder.file("policies/b.sqrt", "tool \"t\" {\n    must deny when to.value in spam;\n}\n");
    let twice = folder.file("policies/deep/twice.sqrt", TWICE);
    assert_eq!(run(["lint", &twice]).status, 1);
    assert_eq!(run(["lint", "--no-config", &twice]).status, 0);
    // The command line wins, and another file is taken if it is named.
    assert_eq!(run(["lint", "--warn", "L0304", &twice]).status, 0);
    let other = folder.file("other.toml", "[lint]\nallow = [\"all\"]\n");
    assert_eq!(run(["lint", "--config", &other, &twice]).status, 0);
    // Without files those of the configuration are linted, as one policy.
    let named: Run = sqrt()
        .args(["lint", "--format", "json"])
        .current_dir(folder.path("policies/deep"))
        .output()
        .unwrap()
        .into();
    assert_eq!((named.status, codes(&named)), (1, vec!["L0304".to_owned()]));
    let apart = folder.file("apart.toml", "[policy]\nfiles = [\"policies/*.sqrt\"]\ntogether = false\n");
    let apart = run(["lint", "--config", &apart, "--format", "json"]);
    assert_eq!((apart.status, codes(&apart)), (1, vec!["E0302".to_owned()]));
    // What is wrong with the configuration is told with its place.
    fs::write(&config, "[lint]\ndenny = []\n").unwrap();
    let wrong = run(["lint", &twice]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("sqrt.toml:2:1: there is no key `denny`"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("is `deny` meant?"), "{}", wrong.stderr);
    fs::write(&config, "[policy]\nfiles = [\"nothing/*.sqrt\"]\n").unwrap();
    let nothing = run(["lint", "--config", &config]);
    assert_eq!(nothing.status, 2);
    assert!(nothing.stderr.contains("there is no file `nothing/*.sqrt`"), "{}", nothing.stderr);
    assert_eq!(run(["lint", "--no-config"]).status, 2);
}

#[test]
fn json_has_fixes_with_their_places() {
    let found = run_with(["lint", "--no-config", "--format", "json", "-"], TWICE);
    let answers = found.answers();
    let item = &answers[0]["diagnostics"][0];
    assert_eq!((&answers[0]["ok"], &item["name"]), (&Value::Bool(true), &Value::from("duplicate-element")));
    let edit = &item["fix"]["edits"][0];
    assert_eq!((&edit["line"], &edit["column"], &edit["end_column"]), (&2.into(), &35.into(), &40.into()));
    assert_eq!((&item["fix"]["certain"], &edit["text"]), (&Value::Bool(true), &Value::from("")));
    assert_eq!(found.stderr, "");
}

#[test]
fn sarif_is_one_log_with_rules_places_fixes_and_suppressions() {
    let folder = Folder::new();
    let twice = folder.file("a b.sqrt", TWICE);
    let loose = folder.file("loose.sqrt", format!("// sqrt-lint: allow(L0103) -- ours\n{LOOSE}"));
    let run = run(["lint", "--no-config", "--format", "sarif", &twice, &loose]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let sarif = &log["runs"][0];
    let results = sarif["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let rule = &sarif["tool"]["driver"]["rules"]
            [usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
        assert!(["warning", "error"].contains(&result["level"].as_str().unwrap()));
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("/a%20b.sqrt"), "{place}");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&2.into(), &37.into()));
    let change = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(change["deletedRegion"]["endColumn"], 40);
    assert_eq!(results[1]["suppressions"][0]["justification"], "ours");
}

#[test]
fn annotations_are_escaped() {
    let folder = Folder::new();
    let file = folder.file("a,b:c%.sqrt", TWICE);
    let shown = run(["lint", "--no-config", "--format", "github", "--deny", "L0304", &file]);
    assert_eq!(shown.status, 1);
    let line = shown.stdout.lines().next().unwrap();
    assert!(
        line.starts_with("::error file=") && line.contains("a%2Cb%3Ac%25.sqrt,line=2,endLine=2,col=37,"),
        "{line}"
    );
    assert!(
        line.contains(",title=L0304 duplicate-element::this element stands in the set twice%0Ahelp: "),
        "{line}"
    );
}

#[test]
fn lints_are_explained_and_listed() {
    for name in ["L0102", "loose-pattern"] {
        let explained = run(["lint", "--explain", name]);
        assert_eq!(explained.status, 0);
        assert!(explained.stdout.contains("# L0102: loose-pattern") && explained.stdout.contains("## Why"));
    }
    assert!(run(["lint", "--explain", "E0302"]).stdout.contains("undefined-name"));
    let unknown = run(["lint", "--explain", "lose-pattern"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("is `loose-pattern` meant?"), "{}", unknown.stderr);
    let listed = run(["lint", "--no-config", "--list", "--deny", "security"]);
    assert!(listed.stdout.contains("  L0102 deny  loose-pattern "), "{}", listed.stdout);
    assert!(listed.stdout.contains("  L0905 allow missing-description "), "{}", listed.stdout);
}

#[test]
fn what_cannot_be_read_stops_no_other_file() {
    let folder = Folder::new();
    let (missing, mail) = (folder.path("missing.sqrt"), folder.file("mail.sqrt", MAIL));
    let run_both = run(["lint", "--no-config", &missing, &mail]);
    assert_eq!(run_both.status, 2);
    assert!(
        run_both.stderr.ends_with("1 file linted: no problems; 1 file could not be read\n"),
        "{}",
        run_both.stderr
    );
    let image = folder.path("mail.sqrtc");
    assert_eq!(run(["compile", &mail, "-o", &image]).status, 0);
    assert!(run(["lint", "--no-config", &image]).stderr.contains("is a compiled image"));
}
