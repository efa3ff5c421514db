//! Documents as the client sends them, and what is refused.

use super::*;

/// What the client's builder for two models sends.
const DUAL: &str = r#"{"mode": "standard", "codes": {"code": "", "language": "sqrt"}, "auto_gen": false, "presets": {"default_allow": true, "default_allow_enforcement_level": "soft", "enable_non_executable_memory": true, "branching_meta_policy": {"mode": "deny", "producers": [], "tags": [], "consumers": []}, "enable_llm_blocked_tag": true, "llm_blocked_tag_enforcement_level": "hard"}}"#;

fn read(text: &str) -> XPolicy {
    XPolicy::read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The message of a refusal.
fn refused(text: &str) -> String {
    match XPolicy::read(text.as_bytes()) {
        Ok(document) => panic!("{text} is read as {document:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_left_out_has_the_clients_defaults() {
    let dual = read(DUAL);
    assert_eq!(dual, XPolicy { code: Some(String::new()), ..XPolicy::default() });
    assert_eq!(read("{}"), XPolicy::default());
    assert_eq!(read(r#"{"presets": {}}"#), XPolicy::default());
    let presets = XPolicy::default().presets;
    assert!(presets.default_allow && presets.non_executable_memory && presets.llm_blocked_tag);
    assert_eq!((presets.default_level, presets.llm_blocked_level), (Level::Soft, Level::Hard));
    assert!(XPolicy::default().fail_fast);
}

#[test]
fn null_is_the_default_at_the_top_and_refused_below() {
    let nulls = r#"{"mode": null, "codes": null, "auto_gen": null, "fail_fast": null, "presets": null}"#;
    assert_eq!(read(nulls), XPolicy::default());
    let nested = r#"{"presets": {"default_allow": null}}"#;
    assert_eq!(refused(nested), "`presets.default_allow`: expected true or false, found null");
    assert_eq!(refused(r#"{"codes": {"code": null}}"#), "`codes.code`: expected a string, found null");
}

#[test]
fn every_key_is_read() {
    let document = read(
        r#"{"mode": "custom", "codes": {"code": "x"}, "auto_gen": true, "fail_fast": false, "presets": {
            "default_allow": false, "default_allow_enforcement_level": "hard", "enable_non_executable_memory": false,
            "branching_meta_policy": {"mode": "allow", "producers": ["p"], "tags": ["b", "a", "b"], "consumers": ["*"]},
            "enable_llm_blocked_tag": false, "llm_blocked_tag_enforcement_level": "soft"}}"#,
    );
    let set = |elements: &[&str]| elements.iter().map(|&element| element.to_owned()).collect();
    let branching = BranchingPolicy {
        mode: BranchingMode::Allow,
        producers: set(&["p"]),
        tags: set(&["a", "b"]),
        consumers: set(&["*"]),
    };
    let presets = PresetSettings {
        default_allow: false,
        default_level: Level::Hard,
        non_executable_memory: false,
        llm_blocked_tag: false,
        llm_blocked_level: Level::Soft,
        branching,
    };
    let code = Some("x".to_owned());
    assert_eq!(document, XPolicy { mode: Mode::Custom, code, auto_gen: true, fail_fast: false, presets });
}

#[test]
fn codes_are_an_object_a_string_or_a_list() {
    assert_eq!(read(r#"{"codes": "a"}"#).code.as_deref(), Some("a"));
    assert_eq!(read(r#"{"codes": ["a", "b"]}"#).code.as_deref(), Some("a\nb"));
    assert_eq!(read(r#"{"codes": {}}"#).code.as_deref(), Some(""));
    assert_eq!(read(r#"{"codes": {"code": "r\"\\.\""}}"#).code.as_deref(), Some(r#"r"\.""#));
    assert_eq!(refused(r#"{"codes": ["a", 1]}"#), "`codes[1]`: expected a string, found a number");
    let number = "`codes`: expected an object with `code`, a string or a list of strings, found a number";
    assert_eq!(refused(r#"{"codes": 5}"#), number);
}

#[test]
fn other_languages_are_refused() {
    let cedar = r#"{"codes": {"code": "permit(principal, action, resource);", "language": "cedar"}}"#;
    assert_eq!(refused(cedar), "`codes.language`: policies in the language `cedar` are not supported");
    let lite = r#"{"codes": {"code": "", "language": "sqrt-lite"}}"#;
    assert_eq!(refused(lite), "`codes.language`: `sqrt-lite` is no policy language");
}

#[test]
fn unknown_and_duplicate_keys_are_refused_with_their_path() {
    for (text, message) in [
        (r#"{"extra": 1}"#, "`extra`: the key is unknown"),
        (r#"{"extra": null}"#, "`extra`: the key is unknown"),
        (r#"{"Mode": "strict"}"#, "`Mode`: the key is unknown"),
        (r#"{"presets": {"new": {"a": 1}}}"#, "`presets.new`: the key is unknown"),
        (r#"{"codes": {"code": "", "lang": "sqrt"}}"#, "`codes.lang`: the key is unknown"),
        (r#"{"mode": "strict", "mode": "strict"}"#, "`mode`: the key is given twice"),
        (r#"{"mode": null, "mode": "strict"}"#, "`mode`: the key is given twice"),
        (
            r#"{"presets": {"default_allow": true, "default_allow": false}}"#,
            "`presets.default_allow`: the key is given twice",
        ),
        (
            r#"{"presets": {"branching_meta_policy": {"tags": [], "tags": []}}}"#,
            "`presets.branching_meta_policy.tags`: the key is given twice",
        ),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
}

#[test]
fn further_keys_of_the_branching_policy_are_ignored() {
    let document =
        read(r#"{"presets": {"branching_meta_policy": {"tags": ["t"], "note": {"x": [1, null, 1.5]}}}}"#);
    assert_eq!(document.presets.branching.tags.len(), 1);
}

#[test]
fn bad_values_are_refused_with_their_path() {
    for (text, message) in [
        (r#"{"mode": "ultra-strict"}"#, "`mode`: `ultra-strict` is no value of this key"),
        (r#"{"mode": 5}"#, "`mode`: expected `standard`, `strict` or `custom`, found a number"),
        (r#"{"fail_fast": "yes"}"#, "`fail_fast`: expected true or false, found a string"),
        (r#"{"presets": []}"#, "`presets`: expected an object, found a list"),
        (
            r#"{"presets": {"default_allow_enforcement_level": "must"}}"#,
            "`presets.default_allow_enforcement_level`: `must` is no value of this key",
        ),
        (
            r#"{"presets": {"branching_meta_policy": {"mode": "custom"}}}"#,
            "`presets.branching_meta_policy.mode`: `custom` is no value of this key",
        ),
        (
            r#"{"presets": {"branching_meta_policy": {"tags": "t"}}}"#,
            "`presets.branching_meta_policy.tags`: expected a list of strings, found a string",
        ),
        ("[]", "expected an object, found a list"),
        ("null", "expected an object, found null"),
    ] {
        assert_eq!(refused(text), message, "{text}");
    }
    let error = XPolicy::read(br#"{"mode": "ultra-strict"}"#).unwrap_err();
    assert_eq!(error.way_out(), Some("use `standard`, `strict` or `custom`"));
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let error = XPolicy::read("{\n \"é\" 5}".as_bytes()).unwrap_err();
    assert_eq!(error.position().map(|at| (at.line, at.column)), Some((2, 6)));
    assert_eq!(error.to_string(), "line 2, column 6: the document is no JSON: expected `:`");
    for text in ["", "{", "{}{}", "{\"mode\": \"\\ud800\"}", "{\"mode\": 1e999}"] {
        assert!(refused(text).contains("the document is no JSON"), "{text}");
    }
    assert!(refused(&"[".repeat(1_000_000)).contains("recursion limit"));
    let error = XPolicy::read(b"{\"mode\": \"\xff\"}").unwrap_err();
    assert_eq!(error.to_string(), "the document is not UTF-8 at byte 10");
}

#[test]
fn hidden_characters_of_a_key_are_shown() {
    assert_eq!(refused("{\"a\\u001b\": 1}"), "`a\\u{1b}`: the key is unknown");
}

#[test]
fn a_key_twice_is_refused_where_keys_have_no_meaning_too() {
    let further =
        |json: &str| format!(r#"{{"presets": {{"branching_meta_policy": {{"further": {json}}}}}}}"#);
    assert_eq!(read(&further(r#"[1, {"k": {"k": [{}]}, "j": 2}]"#)), XPolicy::default());
    let twice = refused(&further(r#"[1, {"k": {"j": 1, "\u006a": 2}}]"#));
    assert_eq!(twice, "`presets.branching_meta_policy.further.k.j`: the key is given twice");
}
