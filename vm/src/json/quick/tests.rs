//! The quick reader beside the careful one: what it reads means the same to both, and it reads what is usual.

use super::{FEW, LEVELS, LONGEST};
use crate::call::MetadataInput;
use crate::json::line::{read_carefully, read_value_carefully};
use crate::json::{CallLine, Line};
use crate::limits::Limits;
use crate::value::{Arena, Value};
use proptest::prelude::*;

/// A value with all that tells it from others: the sign of zero, and whether a number is exact.
fn show_value(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => format!("{bool}"),
        Value::Number(number) => format!("{number:?}"),
        Value::Str(text) => format!("{text:?}"),
        Value::List(items) => format!("{:?}", items.iter().map(|item| show_value(*item)).collect::<Vec<_>>()),
        Value::Object(members) => {
            format!(
                "{:?}",
                members.iter().map(|(key, member)| (key, show_value(*member))).collect::<Vec<_>>()
            )
        }
    }
}

fn show(line: &Line<'_>) -> String {
    let CallLine { session, call, session_value, returned } = match line {
        Line::Branch(question) => return format!("{:?} {:?}", question.session, question.metadata),
        Line::Call(call) => call,
    };
    let args = call.args().iter().map(|arg| (arg.name(), show_value(arg.value()), arg.metadata()));
    let args: Vec<(&str, String, &MetadataInput<'_>)> = args.collect();
    let returned = returned.map(|returned| {
        format!("{} {:?} {:?}", show_value(returned.value()), returned.metadata(), returned.combine())
    });
    let control = call.control();
    let session_value = session_value.map(show_value);
    format!("{session:?} {:?} {args:?} {control:?} {session_value:?} {returned:?}", call.tool())
}

/// What the quick reader makes of a text, as a line and as a value, if it is what the careful one makes of it.
fn read(text: &str, limits: &Limits) -> Result<(bool, bool), TestCaseError> {
    let arena = Arena::new();
    let line = super::read_line(text, arena.bump(), limits.value_depth).map(|line| show(&line));
    if line.is_some() {
        let careful = read_carefully(text, &arena, limits).map(|line| show(&line)).ok();
        prop_assert_eq!(&line, &careful, "{}", text);
    }
    let value = super::read_value(text, arena.bump(), limits.value_depth).map(show_value);
    if value.is_some() {
        let careful = read_value_carefully(text, arena.bump(), limits).map(show_value).ok();
        prop_assert_eq!(&value, &careful, "{}", text);
    }
    Ok((line.is_some(), value.is_some()))
}

fn reads_line(text: &str) -> bool {
    read(text, &Limits::default()).unwrap().0
}

fn reads_value(text: &str) -> bool {
    read(text, &Limits::default()).unwrap().1
}

#[test]
fn it_reads_what_is_usual() {
    for line in [
        r#"{"tool": "t"}"#,
        "\t{ \"tool\" :\r\n\"t\" } ",
        r#"{"session": "s", "tool": "send", "args": {"to": "a\n\u00e9\ud83d\ude00\"", "body": [1, -2, 2.5e-3, {"k": null}]},
            "arg_meta": {"to": {"tags": ["b", "a"], "producers": [], "consumers": {"except": ["x"]}}}, "session_value": true,
            "control_meta": {"tags": ["*"]}, "result": false, "result_meta": {}, "combine_meta": "replace"}"#,
        r#"{"tool":"é","session":null,"args":{},"result":{"a":{},"b":[]},"combine_meta":"merge"}"#,
        r#"{"session": null, "branch": {"consumers": {"except": []}}}"#,
        r#"{"tool": "t", "result": 1, "combine_meta": "ignore", "args": {"b": 2, "a": 1}, "arg_meta": {"b": {}}}"#,
    ] {
        assert!(reads_line(line), "{line}");
    }
    for value in [
        "0",
        "-0",
        "-7",
        "999999999999999999",
        "0.1",
        "1E+2",
        "0.30000000000000004",
        "5e-324",
        "1e308",
        "\"\\u0000\"",
    ] {
        assert!(reads_value(value), "{value}");
    }
    let many = (0..3 * FEW).map(|number| format!("\"k{number}\": [{number}]")).collect::<Vec<_>>().join(",");
    assert!(reads_value(&format!("{{{many}}}")));
    assert!(reads_value(&format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS))));
}

#[test]
fn it_leaves_what_is_wrong_or_rare() {
    for line in [
        "",
        " ",
        "{",
        "[]",
        "{}",
        "\u{feff}{\"tool\": \"t\"}",
        r#"{"tool": "t"} x"#,
        r#"{"tool": "t",}"#,
        r#"{,"tool": "t"}"#,
        r#"{"tool": "t" "args": {}}"#,
        r#"{"tool" "t"}"#,
        r#"{"tool": 5}"#,
        r#"{"tool": "t", "tool": "t"}"#,
        r#"{"tool": "t", "session": nul}"#,
        r#"{"tool": "t", "session": null, "session": null}"#,
        r#"{"tool": "t", "args": []}"#,
        r#"{"tool": "t", "args": {"a": 1, "a": 1}}"#,
        r#"{"tool": "t", "colour": 1}"#,
        r#"{"tool": "t", "arg_meta": {"a": {}}}"#,
        r#"{"tool": "t", "args": {"a": 1}, "arg_meta": {"a": {}, "a": {}}}"#,
        r#"{"tool": "t", "control_meta": {"tags": [1]}}"#,
        r#"{"tool": "t", "control_meta": {"tags": {}}}"#,
        r#"{"tool": "t", "control_meta": {"tags": [], "tags": []}}"#,
        r#"{"tool": "t", "control_meta": {"labels": []}}"#,
        r#"{"tool": "t", "result_meta": {}}"#,
        r#"{"tool": "t", "result": 1, "combine_meta": "join"}"#,
        r#"{"branch": {}, "tool": "t"}"#,
        "{\"tool\": \"t\u{1}\"}",
        "{\"tool\": \"\\n\u{1}\"}",
    ] {
        assert!(!reads_line(line), "{line}");
    }
    for value in [
        "[1,]",
        "[1 2]",
        "[,]",
        "[",
        "{\"a\": 1,}",
        "{\"a\"}",
        "{1: 2}",
        "tru",
        "nulll",
        "01",
        "-",
        "-a",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "1e999",
        "-1e999",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\ud83d\\",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u123",
        "\"",
        "\"\\\"",
        "\"a\\",
        "\"\\é\"",
        "NaN",
        "1 1",
        "{\"a\": {\"k\": 1, \"k\": 2}}",
        // Rare:
        "1000000000000000000",
        "-9223372036854775808",
        "18446744073709551615",
        "1234567890123456789.5",
    ] {
        assert!(!reads_value(value), "{value}");
    }
    let deep = LEVELS + 1;
    assert!(!reads_value(&format!("{}{}", "[".repeat(deep), "]".repeat(deep))));
    assert!(!reads_value(&format!("{}\"{}\"", " ".repeat(2), "x".repeat(LONGEST))));
    // The limit of depth has two sides here too.
    let two = Limits { value_depth: 2, ..Limits::default() };
    assert_eq!(read("[[1]]", &two).unwrap(), (false, true));
    assert_eq!(read("[[{}]]", &two).unwrap(), (false, false));
    assert!(read(r#"{"tool": "t", "args": {"a": [[]]}, "result": {"a": []}}"#, &two).unwrap().0);
    assert!(!read(r#"{"tool": "t", "args": {"a": [[[]]]}}"#, &two).unwrap().0);
}

/// Pieces of lines, some damaged, and whole lines.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\"",
        "\\",
        "\"tool\": \"t\"",
        "\"args\": {",
        "\"a\": ",
        "\"b\":",
        "\"arg_meta\": {",
        "\"tags\": [\"x\", \"y\"]",
        "{\"except\": [\"z\"]}",
        "\"result\": ",
        "\"session\": null",
        "\"session_value\":",
        "null",
        "true",
        "0",
        "-0",
        "-12",
        "1.5",
        "1e3",
        "0.1e-7",
        "123456789012345678",
        "1234567890123456789",
        "\"k\\u00e9\\n\"",
        "\"\\ud83d\\ude00\"",
        "\"é\u{2028}\"",
        "\"long enough for more than one word of eight bytes\"",
        "\"branch\": {}",
        "\u{1}",
        "\u{7f}",
    ]);
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// Lines that are valid or nearly so: values of every kind in every place, with a few characters changed.
fn lines() -> impl Strategy<Value = String> {
    let text = prop_oneof!["[ -~]{0,12}", "\\PC{0,6}", "[a-c]", "[a-z ]{20,60}"];
    let text = text.prop_map(|text| serde_json::to_string(&text).unwrap());
    let escaped = prop_oneof![Just(r#""\ud83d\ude00\u0041\/\b""#.to_owned()), Just(r#""\\\"""#.to_owned())];
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<i16>().prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("JSON", |float| float.is_finite()).prop_map(|float| format!("{float:e}")),
        "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
    ];
    let word = prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned);
    let leaf = prop_oneof![text.clone(), text.clone(), escaped, number, word];
    let value = leaf.prop_recursive(4, 30, 12, |inner| {
        let members = prop::collection::vec(("[a-z]{0,3}", inner.clone()), 0..12);
        prop_oneof![
            prop::collection::vec(inner, 0..12).prop_map(|items| format!("[{}]", items.join(", "))),
            members.prop_map(|members| {
                let members: Vec<_> =
                    members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    });
    let parts = (value.clone(), value.clone(), value, text, any::<u8>());
    let line = parts.prop_map(|(a, b, c, text, kind)| {
        let session = if kind & 1 == 0 { "null" } else { &text };
        let combine = ["merge", "replace", "ignore", "join"][usize::from(kind >> 6)];
        format!(
            "{{\"session\": {session}, \"tool\": {text}, \"args\": {{\"a\": {a}, \"c\":{b}, \"b\": 1}}, \"arg_meta\": \
             {{\"a\": {{\"tags\": [{text}]}}}}, \"result\": {c}, \"combine_meta\": \"{combine}\"}}"
        )
    });
    let changes = prop::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{},:\"\\\\0-9eE.+ -]"), 0..2);
    (line, changes).prop_map(|(line, changes)| {
        let mut characters: Vec<char> = line.chars().collect();
        for (place, character) in changes {
            *place.get_mut(&mut characters) = character.chars().next().unwrap();
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn lines_mean_the_same_to_both(line in lines()) {
        read(&line, &Limits { value_depth: 3, ..Limits::default() })?;
        read(&line, &Limits::default())?;
    }

    #[test]
    fn pieces_mean_the_same_to_both(text in pieces()) {
        read(&text, &Limits::default())?;
        read(&format!("{{\"tool\": \"t\", {text}"), &Limits::default())?;
    }

    #[test]
    fn floats_mean_the_same_to_both(float in any::<f64>(), digits in "-?[0-9]{1,18}\\.[0-9]{1,25}([eE][+-]?[0-9]{1,3})?", few in "-?(0|[1-9][0-9]{0,9})\\.[0-9]{1,9}") {
        read(&format!("{float:?}"), &Limits::default())?;
        read(&format!("{float:e}"), &Limits::default())?;
        read(&digits, &Limits::default())?;
        prop_assert!(read(&few, &Limits::default())?.1, "{}", few);
    }
}
