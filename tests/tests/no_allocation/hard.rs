//! What is hard on memory on purpose: things never seen before, large things, and the slow paths of matching.

use crate::Test;
use crate::count::allocations;
use crate::host::{allocating, allocating_when_new, file, finished, policy};
use sqrt_tests::corpus::Options;
use sqrt_vm::call::{Call, CallBuilder, MetadataInput, Returned, SetInput};
use sqrt_vm::handle::TagRef;
use sqrt_vm::metadata::Session;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

pub(crate) const TESTS: &[Test] = &[
    ("unseen_tool_names", unseen_tool_names),
    ("unseen_tags", unseen_tags),
    ("tags_that_a_session_stores_come_and_go", tags_that_a_session_stores_come_and_go),
    ("complements_of_unseen_tags", complements_of_unseen_tags),
    ("values_of_every_shape", values_of_every_shape),
    ("dates_and_what_is_none", dates_and_what_is_none),
    ("simulated_patterns", simulated_patterns),
    ("equality_of_values", equality_of_values),
    ("session_values", session_values),
    ("kept_sets", kept_sets),
    ("ten_thousand_tags", ten_thousand_tags),
    ("many_arguments", many_arguments),
    ("failures", failures),
    ("built_calls", built_calls),
    ("calls_of_handles", calls_of_handles),
];

/// Calls that are given again and again.
fn again(policy_text: &str, lines: &[String]) {
    let policy = policy(&file(policy_text), &Options::default());
    assert!(finished(&policy, lines) > 0, "no call goes through all phases");
    for two_steps in [false, true] {
        if let Some(message) = allocating(&policy, lines, two_steps) {
            panic!("two steps: {two_steps}: {message}");
        }
    }
}

/// Calls that are new each time.
fn ever_new(policy_text: &str, count: usize, line: impl Fn(usize) -> String) {
    let policy = policy(&file(policy_text), &Options::default());
    let lines: Vec<_> = (0..count).map(line).collect();
    assert!(finished(&policy, &lines) > 0, "no call goes through all phases");
    for two_steps in [false, true] {
        if let Some(message) = allocating_when_new(&policy, &lines, two_steps) {
            panic!("two steps: {two_steps}: {message}");
        }
    }
}

/// Names of tools that exact names, prefixes, suffixes, substrings and whole automata match, and names that nothing does.
fn unseen_tool_names() {
    let text = r#"
        tool "send" { must deny when x.value == 1; }
        tool r"read_.*" { must deny when x.value == 1; }
        tool r".*_file" { must deny when x.value == 1; }
        tool r".*net.*" { must deny when x.value == 1; }
        tool r"[a-m]+[0-9]*" { must deny when x.value == 1; }
        tool r".*[01]{2}" { should deny when x.value == 2; }
    "#;
    let names = |index: usize| match index % 6 {
        0 => format!("read_{index}"),
        1 => format!("{index}_file"),
        2 => format!("a{index}net{index}"),
        3 => format!("mail{index}"),
        4 => format!("nothing like it {index}"),
        _ => format!("read_{}_file", "long".repeat(index % 100)),
    };
    ever_new(text, 8000, |index| {
        format!(r#"{{"tool": "{}", "args": {{"x": 2}}, "result": null}}"#, names(index))
    });
}

/// Tags that neither policy nor session know, in every set of a call.
fn unseen_tags() {
    let text = r#"
        tool "t" {
            must deny when x.tags overlaps {"a", "b"} and x.producers subset of y.producers;
            must deny when @args.tags == {"a"};
            result { @tags |= {"r"}; @producers -= {"a"}; @consumers &= {"a", "b", "c"}; }
            session after { when @result.tags overlaps {"r"} { @tags |= {"seen"}; } }
        }
    "#;
    ever_new(text, 4000, |index| {
        let tags: Vec<_> = (0..20).map(|tag| format!("\"unseen {index}/{tag}\"")).collect();
        let tags = tags.join(", ");
        format!(
            r#"{{"tool": "t", "args": {{"x": 1, "y": 2}}, "result": "r", "arg_meta": {{
                "x": {{"tags": [{tags}], "producers": ["p{index}"], "consumers": ["a", "c{index}"]}},
                "y": {{"tags": ["y{index}", "b"], "producers": ["q{index}", "p{index}"]}}}},
                "result_meta": {{"tags": ["s{index}"]}}, "combine_meta": "merge"}}"#
        )
    });
}

/// A session stores what it has not seen before, and drops it again: its table grows once, then it is compacted in place.
fn tags_that_a_session_stores_come_and_go() {
    let text = r#"
        tool "add" -> session @tags |= x.tags;
        tool "drop" -> session @tags &= x.tags;
        tool "swap" -> session before @producers = x.tags;
    "#;
    ever_new(text, 6000, |index| {
        let tags: Vec<_> = (0..10).map(|tag| format!("\"stored {index}/{tag}\"")).collect();
        let tool = match index % 50 {
            49 => "drop",
            odd if odd % 2 == 1 => "swap",
            _ => "add",
        };
        let tags = tags.join(", ");
        format!(
            r#"{{"tool": "{tool}", "args": {{"x": 1}}, "arg_meta": {{"x": {{"tags": [{tags}]}}}}, "result": 1}}"#
        )
    });
}

fn complements_of_unseen_tags() {
    let text = r#"
        tool "t" {
            must deny when x.consumers subset of {"a"} or y.tags is universal;
            result { @tags ^= x.consumers; @producers = x.tags - y.tags; @consumers -= {"secret"}; }
            session after { @consumers = @result.consumers; @tags = @result.tags & {"a", "b"}; }
        }
    "#;
    ever_new(text, 4000, |index| {
        format!(
            r#"{{"tool": "t", "args": {{"x": 1, "y": 1}}, "result": 1, "session": "s{}", "arg_meta": {{
                "x": {{"consumers": {{"except": ["c{index}", "d{index}", "b"]}}, "tags": ["*"]}},
                "y": {{"tags": {{"except": ["e{index}", "a"]}}}}}}}}"#,
            index % 5
        )
    });
}

/// Lists, objects and deep values.
fn values_of_every_shape() {
    let text = r#"
        tool "t" {
            must deny when x.value in {"never", r".*never.*", 7, 1.5, int 100..200};
            should allow when x.value in {str matching r".*t.*"};
            result { when @result.value in {"done"} { @tags |= {"done"}; } }
        }
    "#;
    let deep = |levels: usize| format!("{}\"leaf\"{}", "[".repeat(levels), "]".repeat(levels));
    let values = [
        "null".to_owned(),
        "[]".to_owned(),
        r#"{"a": 1, "b": {"c": [1.25, true, null, "x"]}}"#.to_owned(),
        deep(1),
        deep(99),
        format!("[{}]", vec!["\"element\""; 1000].join(", ")),
        format!(
            "{{{}}}",
            (0..500).map(|key| format!("\"k{key}\": {{\"v\": [{key}]}}")).collect::<Vec<_>>().join(", ")
        ),
        r#""line\nend \u2028 and \"escapes\"""#.to_owned(),
        "123456789012345678".to_owned(),
        "-1e300".to_owned(),
    ];
    let line = |value: &String| format!(r#"{{"tool": "t", "args": {{"x": {value}}}, "result": {value}}}"#);
    again(text, &values.iter().map(line).collect::<Vec<_>>());
}

fn dates_and_what_is_none() {
    let text = r#"
        tool "t" { must allow when day.value in {datetime d"2024-01-01"..<d"2025-01-01"}; }
    "#;
    let values = [
        "\"2024-02-29\"",
        "\"2023-02-29\"",
        "\"2024-13-01\"",
        "\"2024-06-30T12:00:00.5+02:00\"",
        "\"20240101T24\"",
        "\"9999-99-99\"",
        "\"no date\"",
        "1704067200",
        "1e300",
        "[\"2024-05-01\", {\"k\": \"2024-00-00\"}]",
    ];
    let line = |value: &&str| format!(r#"{{"tool": "t", "args": {{"day": {value}}}, "result": 1}}"#);
    again(text, &values.iter().map(line).collect::<Vec<_>>());
}

/// Patterns whose automata would be too large, for values, tags and names of tools.
fn simulated_patterns() {
    let text = r#"
        tool "t" {
            must deny when x.value in {r"[01]*1[01]{22}", r"\w{200}"};
            must deny when x.tags overlaps {r"tag .*b.{18}"};
        }
        tool r"u[01]*1[01]{20}" { must deny when x.value == 1; }
    "#;
    ever_new(text, 800, |index| {
        let tool = if index % 2 == 0 { "t".to_owned() } else { format!("u{index:025b}") };
        let value = format!("\"{index:040b}\"");
        let tag = format!("\"tag {index} abababababababababab{}\"", "x".repeat(index % 3));
        format!(
            r#"{{"tool": "{tool}", "args": {{"x": [{value}, "{}"]}}, "arg_meta": {{"x": {{"tags": [{tag}, "a"]}}}}, "result": 1}}"#,
            "ä".repeat(150 + index % 100)
        )
    });
}

fn equality_of_values() {
    let text = r#"
        tool "t" {
            must deny when x.value == y.value;
            must allow when x.value == z.value;
            result { when @result.value == x.value { @tags |= {"echo"}; } }
        }
    "#;
    let large =
        (0..60).map(|key| format!("\"k{}\": [{key}, \"v\"]", 60 - key)).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    for (x, y, z) in [
        ("1", "1.0", "2"),
        ("[1, 2, [3, {}]]", "[1, 2, [3, {\"a\": null}]]", "[1, 2, [3, {}]]"),
        (&format!("{{{large}}}"), "\"k\"", &format!("{{{large}}}")),
        ("[[[[[[1]]]]]]", "[[[[[[2]]]]]]", "[[[[[[1]]]]]]"),
    ] {
        lines.push(format!(r#"{{"tool": "t", "args": {{"x": {x}, "y": {y}, "z": {z}}}, "result": {x}}}"#));
    }
    again(text, &lines);
}

/// Lists and objects that the session has, set anew by each call.
fn session_values() {
    let text = r#"
        tool "t" {
            must deny when @session.value in {"blocked"};
            should allow when @session.value == x.value;
            session after { when @session.value in {r"b.*"} { @tags |= {"b"}; } }
        }
    "#;
    let values = [
        "null",
        "\"plain\"",
        "[\"a\", [\"b\", {\"c\": [1, 2, 3]}], {}]",
        "{\"role\": \"editor\", \"rights\": [\"read\", \"write\", {\"deep\": [[[[true]]]]}]}",
    ];
    let mut lines = Vec::new();
    for value in values {
        for x in values {
            lines.push(format!(
                r#"{{"tool": "t", "session_value": {value}, "args": {{"x": {x}}}, "result": 1}}"#
            ));
            lines.push(format!(r#"{{"tool": "t", "args": {{"x": {x}}}, "result": 1}}"#));
        }
    }
    again(text, &lines);
}

/// Sets of lets, more than a hundred of them in one call, with tags beyond those of the policy.
fn kept_sets() {
    let mut text = String::new();
    for set in 0..150 {
        text += &format!("let s{set} = (x.tags | {{\"n{set}\"}}) - y.tags;\n");
    }
    text += "tool \"t\" {\n";
    for set in 0..150 {
        text += &format!("must deny when x.tags subset of s{set} or y.producers overlaps s{set};\n");
    }
    text += "session after { @tags = s1 | s2; when x.tags overlaps s3 { @producers = s4; } } }\n";
    ever_new(&text, 60, |index| {
        let tags: Vec<_> = (0..30).map(|tag| format!("\"u{index}/{tag}\"")).collect();
        let meta =
            format!(r#"{{"x": {{"tags": [{}]}}, "y": {{"tags": ["u{index}/3", "n7"]}}}}"#, tags.join(", "));
        format!(r#"{{"tool": "t", "args": {{"x": 1, "y": 1}}, "arg_meta": {meta}, "result": 1}}"#)
    });
}

fn ten_thousand_tags() {
    let all: Vec<_> = (0..10_000).map(|tag| format!("\"tag {tag}\"")).collect();
    let text = format!(
        r#"
        let all = {{{}}};
        tool "t" {{
            must deny when x.tags superset of all or x.tags == all ^ y.tags;
            should deny when y.tags overlaps (x.tags & all) | {{"tag 9999"}};
            result {{ @tags |= all; @consumers &= all; @producers ^= x.tags; }}
            session after {{ @tags |= @result.tags & x.tags; @consumers -= {{"tag 5000"}}; }}
        }}
        "#,
        all.join(", ")
    );
    let sets = [0..3, 4000..4100, 9_990..10_000, 0..10_000];
    let mut lines = Vec::new();
    for x in &sets {
        for y in &sets {
            let (x, y) = (all[x.clone()].join(", "), all[y.clone()].join(", "));
            let meta = format!(
                r#"{{"x": {{"tags": [{x}], "consumers": {{"except": [{y}]}}}}, "y": {{"tags": {{"except": [{y}, "u"]}}}}}}"#
            );
            lines.push(format!(
                r#"{{"tool": "t", "args": {{"x": 1, "y": 1}}, "arg_meta": {meta}, "result": 1}}"#
            ));
        }
    }
    again(&text, &lines);
}

fn many_arguments() {
    let text = r#"
        tool "t" { must deny when "never" in @args.tags or a17.tags overlaps {"never"}; result { @tags |= {"t"}; } }
    "#;
    let line = |count: usize| {
        let args: Vec<_> = (0..count).map(|arg| format!("\"a{arg}\": {arg}")).collect();
        let meta: Vec<_> = (0..count).map(|arg| format!("\"a{arg}\": {{\"tags\": [\"m{arg}\"]}}")).collect();
        format!(
            r#"{{"tool": "t", "args": {{{}}}, "arg_meta": {{{}}}, "result": 1}}"#,
            args.join(", "),
            meta.join(", ")
        )
    };
    again(text, &[0, 1, 16, 17, 200].map(line));
}

/// What fails is as cheap: a tag over the limit.
fn failures() {
    let text = r#"tool "t" -> @tags |= {"t"};"#;
    let tag = "x".repeat(100_000);
    let line = |tag: &str| {
        format!(
            r#"{{"tool": "t", "args": {{"x": 1}}, "arg_meta": {{"x": {{"tags": ["{tag}"]}}}}, "result": 1}}"#
        )
    };
    again(text, &[line("fine"), line(&tag)]);
}

/// Calls that a host puts together from what it has, up to 16 arguments, values of `serde_json` and JSON text among them.
fn built_calls() {
    const NAMES: [&str; 16] =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
    let text = r#"
        tool "t" { must deny when p.value == "never" or a.tags overlaps {"never"}; result { @tags |= {"t"}; } }
    "#;
    let policy = policy(&file(text), &Options::default());
    let (mut session, mut scratch, mut arena) = (Session::new(&policy), Scratch::new(&policy), Arena::new());
    let limits = policy.limits();
    let json = serde_json::json!({"list": [1, 2.5, "text", {"deep": [[null, true]]}]});
    let mut finished = 0;
    let mut round = || {
        arena.reset();
        let mut builder: CallBuilder<'_> = Call::builder("t");
        for (name, number) in NAMES.iter().zip(0..).skip(2) {
            builder.arg(name, number);
        }
        let tags = MetadataInput::default().with_tags(&["x", "y"]).with_consumers(SetInput::except(&["z"]));
        builder.arg_with("b", arena.value(&json, limits).expect("not deep"), tags);
        builder.arg("a", arena.parse("[{\"k\": \"v\"}, 7]", limits).expect("JSON"));
        builder.control(MetadataInput::default().with_producers(&["model"]));
        let call = builder.call();
        let checked = policy.check(&mut session, &call, &mut scratch);
        let pending = checked.into_pending().expect("allowed");
        policy.finish(&mut session, pending, &Returned::new(Value::Null), &mut scratch).expect("finished");
        finished += 1;
    };
    (0..3).for_each(|_| round());
    assert_eq!(allocations(|| (0..3).for_each(|_| round())), 0);
    assert_eq!(finished, 6);
}

/// Tools, arguments and tags that the policy names, matches and does not know, all resolved ahead.
fn calls_of_handles() {
    let text = r#"
        tool "send" { must deny when to.tags overlaps {"never"}; result { @tags |= {"sent"}; } }
        tool r"s.*" { should deny when to.value == 1; session after { @tags |= @result.tags; } }
    "#;
    let policy = policy(&file(text), &Options::default());
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let tools = ["send", "sell", "nothing"].map(|name| policy.tool(name));
    let (to, cc, bcc) = (policy.arg("to"), policy.arg("cc"), policy.arg("bcc"));
    let (sent, unknown) = (policy.tag("sent"), policy.tag("unknown"));
    let mut finished = 0;
    let mut round = || {
        for tool in &tools {
            let (handles, mixed) = ([&sent, &unknown], [TagRef::from("more"), TagRef::from(&sent)]);
            let mut builder: CallBuilder<'_> = Call::builder(tool);
            builder.arg_with(&to, "x", MetadataInput::default().with_tags(&handles)).arg("x", 1);
            builder.arg_with(&bcc, 2, MetadataInput::default().with_producers(&mixed)).arg(&cc, 3);
            let call = builder.call();
            let pending = policy.check(&mut session, &call, &mut scratch).into_pending().expect("allowed");
            policy
                .finish(&mut session, pending, &Returned::new(Value::Null), &mut scratch)
                .expect("finished");
            finished += 1;
        }
    };
    (0..3).for_each(|_| round());
    assert_eq!(allocations(|| (0..3).for_each(|_| round())), 0);
    assert_eq!(finished, 18);
}
