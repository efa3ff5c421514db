//! Where strings of metadata came from, through arguments, statements, sessions and calls.

use super::common::{Folder, run_with};
use serde_json::Value as Json;

/// The explanation of the last of these calls.
fn told(policy: &str, options: &[&str], calls: &[&str]) -> Json {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", policy);
    let run = run_with([&["explain", &policy, "--format", "json"], options].concat(), calls.join("\n"));
    assert_eq!(run.status, 0, "{}", run.stderr);
    // The path of the policy is another one each time.
    serde_json::from_str(&run.stdout.replace(&policy, "p.sqrt")).unwrap()
}

/// `a ← x ← y` for each string of a set.
fn from(set: &Json) -> Vec<String> {
    let stations = |string: &Json| {
        let from = string["from"].as_array().unwrap().iter().map(|from| from.as_str().unwrap().to_owned());
        let name = string["string"].as_str().unwrap().to_owned();
        std::iter::once(name).chain(from).collect::<Vec<_>>().join(" ← ")
    };
    set["strings"].as_array().unwrap().iter().map(stations).collect()
}

#[test]
fn strings_are_followed_from_set_to_set() {
    let policy = "let both = @args.tags | {\"lit\"};\n\
        tool \"read\" -> @tags |= {\"doc\"};\n\
        tool \"read\" { session after { @tags |= @result.tags; } }\n\
        tool \"send\" { result { @tags |= @session.tags;\n@producers |= both;\n@consumers &= x.consumers; } }";
    let read = r#"{"tool": "read", "args": {"a": 1}, "arg_meta": {"a": {"tags": ["pii"]}}, "result": 1, "result_meta": {"tags": ["host"]}}"#;
    let send = r#"{"tool": "send", "args": {"x": 1, "y": 2}, "arg_meta": {"x": {"tags": ["t"], "consumers": ["us"]}, "y": {"tags": ["t"]}}, "result": 1}"#;
    let after_reading = told(policy, &[], &[read]);
    assert_eq!(
        from(&after_reading["session_after"]["tags"]),
        [
            "doc ← p.sqrt:3 in call 1 ← the result ← p.sqrt:2 in call 1",
            "host ← p.sqrt:3 in call 1 ← the result ← returned with the result",
            "pii ← p.sqrt:3 in call 1 ← the result ← argument `a` of call 1",
        ]
    );
    let after_sending = told(policy, &[], &[read, send]);
    let tags = from(&after_sending["result_after"]["tags"]);
    assert_eq!(
        tags[0],
        "doc ← p.sqrt:4 in call 2 ← the session ← p.sqrt:3 in call 1 ← the result ← p.sqrt:2 in call 1"
    );
    assert_eq!(tags[3], "t ← argument `x` of call 2 and argument `y` of call 2");
    assert_eq!(
        from(&after_sending["result_after"]["producers"]),
        [
            "lit ← p.sqrt:5 in call 2",
            "t ← p.sqrt:5 in call 2 ← argument `x` of call 2 and argument `y` of call 2"
        ]
    );
    assert_eq!(from(&after_sending["result_after"]["consumers"]), ["us ← argument `x` of call 2"]);
}

#[test]
fn what_the_control_flow_joins_is_told() {
    let call = r#"{"tool": "t", "args": {"a": 1}, "arg_meta": {"a": {"tags": ["own"]}}, "control_meta": {"tags": ["ctl", "own"]}, "result": 1}"#;
    let none = r#"{"tool": "t", "control_meta": {"tags": ["ctl"]}, "result": 1}"#;
    let policy = "tool \"u\" { must deny always; }";
    assert_eq!(
        from(&told(policy, &["--mode", "strict"], &[call])["result_after"]["tags"]),
        ["ctl ← the control flow of call 1, by argument `a`", "own ← argument `a` of call 1"]
    );
    assert_eq!(
        from(&told(policy, &["--mode", "strict"], &[none])["result_after"]["tags"]),
        ["ctl ← the control flow of call 1"]
    );
    assert_eq!(from(&told(policy, &[], &[call])["result_after"]["tags"]), ["own ← argument `a` of call 1"]);
}

#[test]
fn documents_have_statements_too() {
    let folder = Folder::new();
    let document = r#"{"codes": "tool \"t\" -> @tags |= {\"code\"};"}"#;
    let path = folder.file("x.json", document);
    let call = r#"{"tool": "t", "args": {"a": 1}, "result": 1}"#;
    let told = told("", &["--x-policy", &path], &[call]);
    let texts: Vec<&str> = told["result"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|block| block["events"].as_array().unwrap())
        .map(|event| event["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["@tags |= {\"code\"}", "@tags |= {\"__non_executable\"}"]);
}

#[test]
fn updates_that_do_not_run_and_safe_sides_are_told() {
    let policy = "tool \"t\" { result { when a.value in {2} { @tags |= {\"x\"}; }\n@consumers &= {r\"a.*\"};\n@tags = {\"y\"}; @tags = {\"y\"}; } }";
    let told = told(policy, &[], &[r#"{"tool": "t", "args": {"a": 1}, "result": 1}"#]);
    let events = told["result"][0]["events"].as_array().unwrap();
    assert_eq!(events.len(), 4, "{events:?}");
    assert_eq!(
        (&events[0]["event"], &events[0]["conditions"][0]["outcome"]),
        (&"when".into(), &false.into())
    );
    assert_eq!((&events[1]["safe_side"], &events[1]["after"]["complement"]), (&true.into(), &false.into()));
    assert_eq!((&events[2]["unchanged"], &events[3]["unchanged"]), (&false.into(), &true.into()));
    assert_eq!(events[2]["text"], "@tags = {\"y\"}");
}
