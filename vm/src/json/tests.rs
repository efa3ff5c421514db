//! Lines that are read, lines that are not, and answers as they are written.

use super::{AnswerParts, BranchLine, CallLine, JsonLines, Line, RuleParts, read_line, write_answer};
use super::{write_branch_answer, write_error};
use crate::bytecode::Settings;
use crate::call::{Combine, MetadataInput, SetInput};
use crate::handle::TagRef;
use crate::limits::Limits;
use crate::metadata::{Interner, Mentioned, Metadata, Session, StringTable, Tags, write_metadata};
use crate::number::Number;
use crate::testing::{Assembler, Bench, limited_policy};
use crate::value::Arena;
use crate::value::Value;
use proptest::prelude::*;

fn call<'a>(line: &'a str, arena: &'a Arena) -> CallLine<'a> {
    match read_line(line.as_bytes(), arena, &Limits::default()).unwrap() {
        Line::Call(call) => call,
        Line::Branch(branch) => panic!("a call, not {branch:?}"),
    }
}

/// A value as JSON text again, through an independent writer.
fn to_json(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(bool) => (*bool).into(),
        Value::Number(Number::Int(int)) => match i64::try_from(*int) {
            Ok(int) => int.into(),
            Err(_) => u64::try_from(*int).unwrap().into(),
        },
        Value::Number(Number::Float(float)) => serde_json::Number::from_f64(*float).unwrap().into(),
        Value::Str(text) => (*text).into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, member)| ((*key).to_owned(), to_json(member))).collect()
        }
    }
}

fn set(set: Option<SetInput<'_>>) -> (bool, Vec<&str>) {
    let set = set.unwrap();
    (set.is_complement(), set.tags().map(TagRef::name).collect())
}

#[test]
fn reads_every_key() {
    let arena = Arena::new();
    let line = r#" {"session": "s1", "tool": "send", "args": {"to": "a\n", "body": [1, 2.0, {"k": null}]},
        "arg_meta": {"to": {"tags": ["b", "a", "b"], "consumers": {"except": ["x"]}}}, "session_value": false,
        "control_meta": {"producers": ["*"]}, "result": null, "result_meta": {}, "combine_meta": "replace"} "#;
    let line = call(line, &arena);
    assert_eq!((line.session, line.call.tool()), (Some("s1"), "send"));
    let names: Vec<&str> = line.call.args().iter().map(|arg| arg.name()).collect();
    assert_eq!(names, ["body", "to"]);
    let values: Vec<String> = line.call.args().iter().map(|arg| to_json(&arg.value()).to_string()).collect();
    assert_eq!(values, [r#"[1,2.0,{"k":null}]"#, r#""a\n""#]);
    let [body, to] = line.call.args() else { panic!("two arguments") };
    assert!(body.metadata().tags.is_none());
    assert_eq!(set(to.metadata().tags), (false, vec!["b", "a", "b"]));
    assert_eq!(set(to.metadata().consumers), (true, vec!["x"]));
    assert!(to.metadata().producers.is_none());
    assert!(matches!(line.session_value, Some(Value::Bool(false))));
    assert_eq!(set(line.call.control().unwrap().producers), (false, vec!["*"]));
    let returned = line.returned.unwrap();
    assert!(matches!(returned.value(), Value::Null) && returned.metadata().tags.is_none());
    assert_eq!(returned.combine(), Combine::Replace);
}

#[test]
fn everything_but_the_tool_is_optional() {
    let arena = Arena::new();
    let line = call(r#"{"tool": "t"}"#, &arena);
    assert!(line.session.is_none() && line.session_value.is_none() && line.returned.is_none());
    assert!(line.call.args().is_empty() && line.call.control().is_none());
    let line = call(r#"{"tool": "t", "session": null, "session_value": null, "result": 1}"#, &arena);
    assert!(line.session.is_none() && matches!(line.session_value, Some(Value::Null)));
    assert_eq!(line.returned.unwrap().combine(), Combine::Merge);
}

#[test]
fn reads_questions_about_branches() {
    let arena = Arena::new();
    let read = |line: &'static str| match read_line(line.as_bytes(), &arena, &Limits::default()).unwrap() {
        Line::Branch(BranchLine { session, metadata }) => (session, metadata.tags.is_some()),
        Line::Call(call) => panic!("a question, not {call:?}"),
    };
    assert_eq!(read(r#"{"session": "s", "branch": {"tags": []}}"#), (Some("s"), true));
    assert_eq!(read(r#"{"session": null, "branch": {}}"#), (None, false));
}

#[test]
fn an_error_has_its_parts_apart() {
    let arena = Arena::new();
    let limits = Limits { line_bytes: 40, value_depth: 1, ..Limits::default() };
    let parts = |line: &str| {
        let error = read_line(line.as_bytes(), &arena, &limits).map(drop).unwrap_err();
        let limit = error.limit().map(|limit| limit.name());
        (error.message().to_owned(), error.column(), limit)
    };
    assert_eq!(parts(r#"{"tool": "é" 1}"#), ("expected `,` or `}`".to_owned(), Some(14), None));
    let (message, column, limit) = parts(r#"{"tool": "t", "result": [[1]]}"#);
    assert_eq!((column, limit), (Some(26), Some("value_depth")), "{message}");
    let (message, column, limit) = parts(&format!(r#"{{"tool": "{}"}}"#, "t".repeat(40)));
    assert!(message.contains("52") && message.contains("40"), "{message}");
    assert_eq!((column, limit), (None, Some("line_bytes")));
}

#[test]
fn refuses_what_is_not_exactly_a_call() {
    let deep = format!(r#"{{"tool": "t", "args": {{"a": {}1{}}}}}"#, "[".repeat(101), "]".repeat(101));
    let deeper = format!(r#"{{"tool": "t", "result": {}"#, "[".repeat(100_000));
    for (line, expected) in [
        ("", "EOF while parsing a value (column 1)"),
        ("[]", "invalid type: sequence, expected a call, an object with the key `tool` (column 1)"),
        ("{}", "missing key `tool` (column 2)"),
        (r#"{"tool": 5}"#, "invalid type: integer, expected a string as `tool` (column 10)"),
        (r#"{"tool": null}"#, "invalid type: null, expected a string as `tool` (column 13)"),
        (r#"{"tool": "t"} x"#, "trailing characters (column 15)"),
        (r#"{"tool": "t",}"#, "trailing comma (column 14)"),
        (r#"{"tool": "t", "tool": "u"}"#, "duplicate key `tool` (column 26)"),
        (r#"{"tool": "t", "t\u006fol": "u"}"#, "duplicate key `tool` (column 31)"),
        (
            r#"{"tool": "t", "session": 1}"#,
            "invalid type: integer, expected a string as `session` (column 26)",
        ),
        (r#"{"tool": "t", "session": null, "session": null}"#, "duplicate key `session` (column 47)"),
        (r#"{"tool": "t", "args": null}"#, "invalid type: null, expected an object as `args` (column 26)"),
        (r#"{"tool": "t", "args": {"a": 1, "a": 1}}"#, "duplicate key `a` (column 38)"),
        (
            r#"{"tool": "t", "args": {"é": [{"k": 1, "b": 1, "k": 2}]}}"#,
            "duplicate key in an object of a value (column 53)",
        ),
        (r#"{"tool": "t", "args": {"a": 1}, "args": {}}"#, "duplicate key `args` (column 43)"),
        (
            r#"{"tool": "t", "session_value": 1, "session_value": 1}"#,
            "duplicate key `session_value` (column 53)",
        ),
        (r#"{"tool": "t", "arg_meta": {"a": {}}}"#, "`arg_meta` for `a`, which is not in `args` (column 36)"),
        (
            r#"{"tool": "t", "args": {"b": 1}, "arg_meta": {"b": {}, "a": {}, "c": {}}}"#,
            "`arg_meta` for `a`, which is not in `args` (column 72)",
        ),
        (
            r#"{"tool": "t", "args": {"a": 1}, "arg_meta": {"a": {}, "a": {}}}"#,
            "duplicate key `a` (column 62)",
        ),
        (
            r#"{"tool": "t", "args": {"a": 1}, "arg_meta": {"a": {"labels": []}}}"#,
            "unknown key: expected `tags`, `producers` or `consumers` (column 59)",
        ),
        (
            r#"{"tool": "t", "args": {"a": 1}, "arg_meta": {"a": {"tags": [1]}}}"#,
            "invalid type: integer, expected a string as an element of a metadata set (column 61)",
        ),
        (
            r#"{"tool": "t", "args": {"a": 1}, "arg_meta": {"a": {"tags": "*"}}}"#,
            "invalid type: string, expected a list of strings or `{\"except\": [...]}` as a metadata set (column 62)",
        ),
        (r#"{"tool": "t", "control_meta": {"tags": null}}"#, "expected a list of strings"),
        (r#"{"tool": "t", "control_meta": null}"#, "expected metadata, an object of"),
        (
            r#"{"tool": "t", "control_meta": {"tags": {}}}"#,
            "missing key `except` of a metadata set (column 41)",
        ),
        (r#"{"tool": "t", "control_meta": {"tags": {"only": []}}}"#, "unknown key: expected `except`"),
        (
            r#"{"tool": "t", "control_meta": {"tags": {"except": [], "except": []}}}"#,
            "duplicate key `except`",
        ),
        (r#"{"tool": "t", "control_meta": {"tags": [], "tags": []}}"#, "duplicate key `tags`"),
        (r#"{"tool": "t", "result_meta": {}}"#, "`result_meta` without `result` (column 32)"),
        (r#"{"tool": "t", "combine_meta": "merge"}"#, "`combine_meta` without `result`"),
        (
            r#"{"tool": "t", "result": 1, "combine_meta": "join"}"#,
            "`combine_meta` is none of `merge`, `replace` and `ignore`",
        ),
        (r#"{"tool": "t", "result": 1, "result_meta": null}"#, "expected metadata"),
        (r#"{"tool": "t", "colour": 1}"#, "unknown key: expected `session`, `tool`, "),
        (r#"{"tool": "t", "args": {"a": "\ud800"}}"#, "end of hex escape"),
        (r#"{"tool": "t", "args": {"a": "\ud800\u0041"}}"#, "lone leading surrogate in hex escape"),
        (r#"{"tool": "t", "args": {"a": "\udc00"}}"#, "lone leading surrogate in hex escape"),
        (r#"{"tool": "t", "args": {"\ud800": 1}}"#, "end of hex escape"),
        (r#"{"tool": "t", "args": {"a": 1e400}}"#, "number out of range"),
        (r#"{"tool": "t", "args": {"a": -1e400}}"#, "number out of range"),
        (r#"{"tool": "t", "args": {"a": NaN}}"#, "expected value"),
        (r#"{"tool": "t", "args": {"a": 01}}"#, "invalid number"),
        (r#"{"tool": "t", "args": {"a": .5}}"#, "expected value"),
        ("{\"tool\": \"t\u{1}\"}", "control character"),
        (r#"{'tool': "t"}"#, "key must be a string"),
        (r#"{"tool": "t"} {"tool": "t"}"#, "trailing characters"),
        (r#"{"branch": {}, "tool": "t"}"#, "`tool` beside `branch`: a question about a branch is no call"),
        (r#"{"branch": {}, "result": null}"#, "`result` beside `branch`"),
        (r#"{"branch": {}, "branch": {}}"#, "duplicate key `branch`"),
        (r#"{"branch": null}"#, "expected metadata"),
        (r#"{"branch": {"labels": []}}"#, "unknown key"),
        (
            &deep,
            "the nesting of the value is over the limit `value_depth`: 101, and at most 100 are allowed (column 129)",
        ),
        (&deeper, "the nesting of the value is over the limit `value_depth`"),
    ] {
        let error = read_line(line.as_bytes(), &Arena::new(), &Limits::default()).unwrap_err().to_string();
        assert!(
            if expected.ends_with(')') { error == expected } else { error.contains(expected) },
            "{line}\n  expected {expected}\n  but got  {error}"
        );
    }
}

#[test]
fn refuses_bytes_and_sizes_that_are_not_fine() {
    let read = |line: &[u8], limits: &Limits| read_line(line, &Arena::new(), limits).unwrap_err().to_string();
    let error = read(b"{\"tool\": \"\xff\"}", &Limits::default());
    assert_eq!(error, "the line is not UTF-8: the byte at offset 10 is wrong");
    let limits = Limits { line_bytes: 12, ..Limits::default() };
    assert!(read_line(br#"{"tool":"t"}"#, &Arena::new(), &limits).is_ok());
    let error = read(br#"{"tool": "t"}"#, &limits);
    assert_eq!(error, "the line is over the limit `line_bytes`: 13, and at most 12 are allowed");
}

/// The deepest value that is allowed, and one that is far deeper, in debug builds too.
#[test]
fn reading_fits_a_small_stack() {
    let work = || {
        let limits = Limits { value_depth: 120, ..Limits::default() };
        for (open, close) in [("[", "]"), (r#"{"k":"#, "}")] {
            let line = |depth: usize| {
                format!(r#"{{"tool": "t", "args": {{"a": {}1{}}}}}"#, open.repeat(depth), close.repeat(depth))
            };
            assert!(read_line(line(120).as_bytes(), &Arena::new(), &limits).is_ok());
            for depth in [121, 1000, 100_000] {
                assert!(read_line(line(depth).as_bytes(), &Arena::new(), &limits).is_err());
            }
        }
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap();
}

#[test]
fn numbers_keep_their_value() {
    let arena = Arena::new();
    for (text, expected) in [
        ("9007199254740993", Number::Int(9_007_199_254_740_993)),
        ("18446744073709551615", Number::Int(u64::MAX.into())),
        ("-9223372036854775808", Number::Int(i64::MIN.into())),
        ("18446744073709551616", Number::Float(18_446_744_073_709_551_616.0)),
        ("1.0", Number::Float(1.0)),
        ("1e2", Number::Float(100.0)),
        ("-0", Number::Float(-0.0)),
        // One step off without exact reading of floats.
        (
            "7.0420557077594588669468784357561207962098443483187940792729600000e+59",
            Number::Float(7.042_055_707_759_459e59),
        ),
        ("1e-400", Number::Float(0.0)),
        ("1.7976931348623157e308", Number::Float(f64::MAX)),
    ] {
        let line = arena.bump().alloc_str(&format!(r#"{{"tool": "t", "result": {text}}}"#));
        let value = call(line, &arena).returned.unwrap().value();
        let same = match (value, expected) {
            (Value::Number(Number::Int(value)), Number::Int(expected)) => value == expected,
            (Value::Number(Number::Float(value)), Number::Float(expected)) => {
                value.to_bits() == expected.to_bits()
            }
            _ => false,
        };
        assert!(same, "{text} was read as {value:?}");
    }
}

fn json_values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_filter("JSON has no such number", |float| float.is_finite()).prop_map(Into::into),
        "(\\PC|[\0-\u{1f}\"\\\\\u{2028}]){0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::hash_map("[a-c\n\"é]{0,2}", inner, 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn values_are_read_as_another_reader_reads_them(value in json_values()) {
        let line = serde_json::json!({"tool": "t", "result": value, "args": {"a": value}}).to_string();
        let arena = Arena::new();
        let read = call(&line, &arena);
        prop_assert_eq!(&to_json(&read.returned.unwrap().value()), &value);
        prop_assert_eq!(&to_json(&read.call.args()[0].value()), &value);
    }

    #[test]
    fn no_bytes_make_reading_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        text in r#"\{"tool": "t", ("(args|result|session|branch|arg_meta)": )?[]\[{}:,0-9a"\\u-]{0,20}"#,
    ) {
        let _ = read_line(&bytes, &Arena::new(), &Limits::default());
        let _ = read_line(text.as_bytes(), &Arena::new(), &Limits::default());
    }
}

/// Reads metadata and writes it again.
fn round(text: &str) -> String {
    let arena = Arena::new();
    let line = arena.bump().alloc_str(&format!(r#"{{"branch": {text}}}"#));
    let metadata: MetadataInput<'_> = match read_line(line.as_bytes(), &arena, &Limits::default()).unwrap() {
        Line::Branch(branch) => branch.metadata,
        Line::Call(call) => panic!("a question, not {call:?}"),
    };
    let (universe, session, mut call) =
        (crate::testing::universe(["pii", "b"]), StringTable::default(), StringTable::default());
    let limits = Limits::default();
    let mut interner = Interner {
        universe: &universe,
        session: &session,
        mentioned: &mut Mentioned::default(),
        call: &mut call,
        limits: &limits,
        order: &mut Vec::new(),
        work: &mut crate::work::Work::default(),
    };
    let mut read = Metadata::default();
    read.read(&metadata, &mut interner).unwrap();
    let mut out = String::new();
    let tags = Tags { universe: &universe, session: &session, call: &call };
    write_metadata(&mut out, &read, &tags, &mut Vec::new());
    out
}

#[test]
fn metadata_is_read_in_any_form_and_written_in_one() {
    let text = |tags: &str, producers: &str, consumers: &str| {
        format!(r#"{{"tags": {tags}, "producers": {producers}, "consumers": {consumers}}}"#)
    };
    assert_eq!(round("{}"), text("[]", "[]", r#"["*"]"#));
    assert_eq!(
        round(&text(
            r#"["z", "pii", "a", "pii", "\uffff", "😀", "Z"]"#,
            r#"["a", "*"]"#,
            r#"{"except": []}"#
        )),
        text("[\"Z\", \"a\", \"pii\", \"z\", \"\u{ffff}\", \"😀\"]", r#"["*"]"#, r#"["*"]"#)
    );
    assert_eq!(
        round(&text(r#"{"except": ["*"]}"#, r#"{"except": ["q", "b", "q"]}"#, r#"{"except": ["x", "*"]}"#)),
        text("[]", r#"{"except": ["b", "q"]}"#, "[]")
    );
    assert_eq!(round(&text(r#"["\"\n"]"#, "[]", "[]")), text(r#"["\"\n"]"#, "[]", "[]"));
}

/// S6.11
#[test]
fn a_line_that_fails_leaves_the_session_its_value() {
    let limits = Limits::default().with("tag_bytes", 4).unwrap().with("session_value_bytes", 100).unwrap();
    let policy = limited_policy(Assembler::new().program, limits);
    let (mut lines, mut session) = (JsonLines::new(&policy), Session::new(&policy));
    let meta = r#""args": {"a": 1}, "arg_meta": {"a": {"tags": ["too long"]}}"#;
    let undecided = format!(r#"{{"tool": "t", "session_value": "lost", {meta}}}"#);
    let too_long = format!(r#"{{"tool": "t", "session_value": "{}"}}"#, "x".repeat(200));
    let set = |value: &str| format!(r#"{{"tool": "t", "session_value": "{value}"}}"#);
    for (line, answered, value) in [
        (&undecided, false, None),
        (&too_long, false, None),
        (&set("first"), true, Some("first")),
        (&undecided, false, Some("first")),
        (&undecided, false, Some("first")),
        (&too_long, false, Some("first")),
        (&set("second"), true, Some("second")),
    ] {
        let mut out = String::new();
        let outcome = lines.answer(&policy, line.as_bytes(), |_| Ok(&mut session), &mut out);
        assert!(outcome.as_ref().err().is_none_or(|error| error.line().is_none()), "{outcome:?}");
        assert_eq!((outcome.is_ok(), out.is_empty()), (answered, !answered), "{line}");
        let arena = Arena::new();
        let found = session.value(&arena).map(|found| to_json(&found));
        assert_eq!(found, value.map(Into::into), "{line}");
    }
}

#[test]
fn answers_have_their_keys_in_order() {
    let (universe, empty) = (crate::testing::universe(["pii"]), StringTable::default());
    let tags = Tags { universe: &universe, session: &empty, call: &empty };
    let metadata = Metadata::default();
    let rule = RuleParts {
        file: "a\"b.sqrt",
        line: 4,
        column: 5,
        tool_id: "r\"^x\"",
        description: Some("why\nnot"),
    };
    let parts = AnswerParts {
        session: Some("s1"),
        tool: "send",
        decision: "deny",
        basis: "must_deny",
        rule: Some(rule),
        session_meta: (&metadata, tags),
        result_meta: None,
        trace: None,
    };
    let mut out = String::new();
    write_answer(&mut out, &parts, &mut Vec::new());
    let meta = r#"{"tags": [], "producers": [], "consumers": ["*"]}"#;
    assert_eq!(
        out,
        format!(
            "{{\"session\": \"s1\", \"tool\": \"send\", \"decision\": \"deny\", \"basis\": \"must_deny\", \
             \"rule\": {{\"file\": \"a\\\"b.sqrt\", \"line\": 4, \"column\": 5, \"tool_id\": \"r\\\"^x\\\"\", \
             \"description\": \"why\\nnot\"}}, \"session_meta\": {meta}, \"result_meta\": null}}\n"
        )
    );
    out.clear();
    let rule = RuleParts { description: None, ..rule };
    let bench = Bench::new(Assembler::new().program, Settings::default());
    let parts = AnswerParts {
        session: None,
        rule: Some(rule),
        result_meta: Some((&metadata, tags)),
        trace: Some((&bench.policy, &bench.scratch)),
        ..parts
    };
    write_answer(&mut out, &parts, &mut Vec::new());
    assert!(out.starts_with("{\"session\": null, ") && out.contains("\"description\": null}, "));
    assert!(out.ends_with(&format!(", \"result_meta\": {meta}, \"trace\": []}}\n")));
    out.clear();
    write_answer(&mut out, &AnswerParts { rule: None, ..parts }, &mut Vec::new());
    assert!(out.contains("\"rule\": null, "));
    out.clear();
    write_branch_answer(&mut out, None, "allow");
    write_error(&mut out, "no \"tool\"", 7);
    assert_eq!(
        out,
        "{\"session\": null, \"branch\": \"allow\"}\n{\"error\": \"no \\\"tool\\\"\", \"line\": 7}\n"
    );
}
