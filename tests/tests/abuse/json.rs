//! Lines, results, sessions and documents as JSON: deep, wide, ambiguous and broken.

use crate::kit::Came::{Allow, Deny, Error};
use crate::kit::{Host, call, deny_when, numbered, size};
use crate::table::{Case, Family, Run, mib, times};
use sqrt_compiler::x_policy::XPolicy;
use sqrt_vm::call::{Call, Returned};
use sqrt_vm::engine::PendingCall;
use sqrt_vm::metadata::Session;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

pub(crate) const FAMILY: Family = Family {
    title: "JSON",
    cases: &[
        Case {
            name: "deep-json",
            attempt: "a million lists and objects in one another, in every part of a line, closed and never closed",
            outcome: "refused at the limit of nesting (100): the error form; no session changes",
            memory: times(6),
            run: Run::Engine(deep_json),
        },
        Case {
            name: "deep-texts",
            attempt: "the same in the texts of sessions and pending calls, and in X-Policy documents",
            outcome: "refused",
            memory: times(6),
            run: Run::Engine(deep_texts),
        },
        Case {
            name: "deepest-json",
            attempt: "values as deep as the limit allows, tested, compared, stored in a session and written",
            outcome: "decided by their leaves",
            memory: mib(32),
            run: Run::Engine(deepest_json),
        },
        Case {
            name: "wide-json",
            attempt: "lists and objects of a million members, tested by element, pattern and comparison",
            outcome: "decided by their leaves, or refused by a limit: never allowed for what was not looked at",
            memory: times(24),
            run: Run::Engine(wide_json),
        },
        Case {
            name: "comparisons",
            attempt: "two lists of 20,000 leaves compared with one another, and two objects of 20,000 keys in another order",
            outcome: "leaves are compared one by one up to 64, beyond that taken to be shared: denied",
            memory: times(48),
            run: Run::Engine(comparisons),
        },
        Case {
            name: "duplicate-keys",
            attempt: "a key twice at every level of a line, also spelled with escapes; in documents and in texts of sessions and calls",
            outcome: "refused: no reader can see another value than the rule saw",
            memory: mib(32),
            run: Run::Engine(duplicate_keys),
        },
        Case {
            name: "broken-encodings",
            attempt: "invalid UTF-8, lone surrogates, NUL, byte order marks, raw control characters, overlong forms, cut lines",
            outcome: "refused where they are no JSON text, else compared byte by byte; nothing is normalised",
            memory: mib(64),
            run: Run::Engine(broken_encodings),
        },
        Case {
            name: "many-arguments",
            attempt: "a call of 100,000 arguments, each with metadata",
            outcome: "decided by all of them, or refused by a limit",
            memory: times(24),
            run: Run::Engine(many_arguments),
        },
    ],
};

/// The openings of deep JSON, and what closes them.
const NESTS: [(&str, &str); 4] =
    [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]"), ("[[],{\"b\":[1],\"a\":", "}]")];

/// The lines that have `json` somewhere, made one after another, since they are long.
fn lines_with(json: &str) -> impl Iterator<Item = String> {
    const LINES: [&str; 13] = [
        r#"{"tool": "t", "args": {"x": JSON}}"#,
        r#"{"tool": "t", "result": JSON}"#,
        r#"{"tool": "t", "args": {"x": 1}, "result": 1, "session_value": JSON}"#,
        r#"{"tool": "t", "args": {"x": 1}, "result": 1, "control_meta": JSON}"#,
        r#"{"tool": "t", "args": {"x": 1}, "result": 1, "result_meta": JSON}"#,
        r#"{"tool": "t", "args": {"x": 1}, "result": 1, "arg_meta": JSON}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": JSON}}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": {"except": JSON}}}}"#,
        r#"{"tool": JSON}"#,
        r#"{"session": JSON, "tool": "t"}"#,
        r#"{"unknown": JSON, "tool": "t"}"#,
        r#"{"branch": JSON}"#,
        "JSON",
    ];
    LINES.into_iter().map(|line| line.replace("JSON", json))
}

fn deep_json() -> usize {
    let count = size(1_000_000, 10_000);
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {\"evil\"}; session before { @tags |= {\"asked\"}; } }",
    );
    assert_eq!(host.decide(call("1")), Allow);
    let mut bytes = 0;
    for (open, close) in NESTS {
        for json in [open.repeat(count), format!("{}\"evil\"{}", open.repeat(count), close.repeat(count))] {
            for line in lines_with(&json) {
                host.refuses(&line, "error");
                bytes = bytes.max(line.len());
            }
        }
    }
    assert_eq!(host.decide(call("\"evil\"")), Deny);
    bytes
}

fn deep_texts() -> usize {
    let count = size(1_000_000, 10_000);
    let mut host = Host::new("tool \"t\" { session after { when x.value in {1} { @tags |= {\"seen\"}; } } }");
    assert_eq!(host.decide(call("1")), Allow);
    let session = host.session().export();
    let pending = pending_text(&mut host);
    let mut bytes = 0;
    for (open, close) in NESTS {
        for json in [open.repeat(count), format!("{}1{}", open.repeat(count), close.repeat(count))] {
            let changed = |text: &str, from: &str| {
                assert!(text.contains(from), "{text}");
                text.replacen(from, &format!("{from}{json}, \"unknown\": "), 1)
            };
            for from in ["\"session_meta\": ", "\"blocked\": ", "\"pending\": ", "\"tags\": "] {
                assert!(Session::import(&host.policy, &changed(&session, from)).is_err());
            }
            for from in ["\"args\": ", "\"value\": ", "\"tool\": ", "\"meta\": "] {
                let (text, arena) = (changed(&pending, from), Arena::new());
                assert!(PendingCall::import(&host.policy, &text, &arena).is_err());
                bytes = bytes.max(text.len());
            }
            for document in [
                json.clone(),
                format!("{{\"codes\": {json}}}"),
                format!("{{\"presets\": {{\"branching_meta_policy\": {{\"further\": {json}}}}}}}"),
            ] {
                assert!(XPolicy::read(document.as_bytes()).is_err());
            }
        }
    }
    // The deepest document that is read at all.
    let deep = format!("{}{}", "[".repeat(120), "]".repeat(120));
    assert!(
        XPolicy::read(
            format!("{{\"presets\": {{\"branching_meta_policy\": {{\"further\": {deep}}}}}}}").as_bytes()
        )
        .is_ok()
    );
    bytes
}

/// The text of a pending call whose argument still matters.
fn pending_text(host: &mut Host) -> String {
    let policy = &host.policy;
    let (mut session, mut scratch) = (Session::new(policy), Scratch::new(policy));
    let mut builder = Call::builder("t");
    builder.arg("x", 1);
    let call = builder.call();
    let pending = policy.check(&mut session, &call, &mut scratch).into_pending().expect("allowed");
    let text = pending.export(policy).expect("JSON");
    policy.finish(&mut session, pending, &Returned::new(Value::Null), &mut scratch).expect("finished");
    text
}

fn deepest_json() -> usize {
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {\"evil\"}; session after { when @session.value in {w\"*x*\"} { @tags |= {\"x\"}; } } }
         tool \"e\" { must deny when x.value == @session.value; }",
    );
    host.lines.explain(&host.policy, true);
    for (open, close) in [("[", "]"), ("{\"a\": ", "}")] {
        let deep =
            |levels: usize, leaf: &str| format!("{}{leaf}{}", open.repeat(levels), close.repeat(levels));
        host.expect(&[(&deep(100, "\"good\""), Allow), (&deep(100, "\"evil\""), Deny)]);
        host.refuses(call(&deep(101, "\"good\"")), "value_depth");
        let line = |x: &str, value: &str| {
            format!(r#"{{"tool": "e", "args": {{"x": {x}}}, "session_value": {value}, "result": {x}}}"#)
        };
        assert_eq!(host.decide(line(&deep(100, "1"), &deep(100, "1"))), Deny);
        // The keys of the objects are leaves, too: more than are compared one by one.
        let other = if open == "[" { Allow } else { Deny };
        assert_eq!(host.decide(line(&deep(100, "\"v\""), &deep(99, "\"v2\""))), other);
        let text = host.session().export();
        let again = Session::import(&host.policy, &text).expect("it was exported");
        assert_eq!(again.export(), text);
    }
    10_000
}

fn wide_json() -> usize {
    let count = size(1_000_000, 20_000);
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {\"evil\", w\"*vile*\", int 2..3}; }
         tool \"a\" { must allow when x.value in {\"good\", int 0..1, w\"k*\"}; }",
    );
    let list = |last: &str| format!("[{}{last}]", "1,".repeat(count));
    let object = |last: &str| {
        format!("{{{}, \"z\": {last}}}", numbered(count / 4, ",", |number| format!("\"k{number}\":1")))
    };
    let mut bytes = 0;
    for wide in [&list as &dyn Fn(&str) -> String, &object] {
        for (last, came) in [("\"evil\"", Deny), ("\"revileds\"", Deny), ("[[3]]", Deny)] {
            let line = call(&wide(last));
            let found = host.decide(&line);
            assert!(found == came || found == Error, "{last}");
            let found = host.decide(line.replacen("\"t\"", "\"a\"", 1));
            assert!(found == Deny || found == Error, "{last}");
            bytes = bytes.max(line.len());
        }
    }
    let small = call(&format!("[{}1]", "1,".repeat(1_000)));
    assert_eq!(host.decide(&small), Allow);
    assert_eq!(host.decide(small.replacen("\"t\"", "\"a\"", 1)), Allow);
    bytes
}

fn comparisons() -> usize {
    let count = size(20_000, 2_000);
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value == y.value; } tool \"a\" { must allow when x.value == y.value; }",
    );
    let line =
        |tool: &str, x: &str, y: &str| format!(r#"{{"tool": "{tool}", "args": {{"x": {x}, "y": {y}}}}}"#);
    let list = |offset: usize| format!("[{}]", numbered(count, ",", |number| (number + offset).to_string()));
    let object = |reverse: bool| {
        let key = |number: usize| if reverse { count - 1 - number } else { number };
        format!("{{{}}}", numbered(count, ",", |number| format!("\"k{}\":{}", key(number), key(number))))
    };
    for (x, y, equal) in [
        (list(0), list(0), true),
        (list(0), list(count), false),
        (object(false), object(true), true),
        (object(false), object(true).replacen(":0}", ":1}", 1), false),
    ] {
        assert_eq!(host.decide(line("t", &x, &y)), Deny);
        assert_eq!(host.decide(line("a", &x, &y)), if equal { Allow } else { Deny });
    }
    2 * object(false).len()
}

fn duplicate_keys() -> usize {
    let mut host = Host::new(deny_when("x.value in {\"evil\"}"));
    for line in [
        r#"{"tool": "t", "tool": "u"}"#,
        r#"{"tool": "t", "\u0074ool": "u"}"#,
        r#"{"tool": "t", "args": {"x": "ok", "x": "evil"}}"#,
        r#"{"tool": "t", "args": {"x": "ok", "\u0078": "evil"}}"#,
        r#"{"tool": "t", "args": {"x": {"k": 1, "k": 2}}}"#,
        r#"{"tool": "t", "args": {"x": [{"a": {"k": 1, "\u006b": 2}}]}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "args": {"x": 2}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {}, "x": {}}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": [], "tags": ["a"]}}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": {"except": [], "except": ["a"]}}}}"#,
        r#"{"tool": "t", "result": {"k": 1, "k": 2}}"#,
        r#"{"tool": "t", "result": 1, "result": 2}"#,
        r#"{"tool": "t", "result": null, "result": null}"#,
        r#"{"tool": "t", "session": "a", "session": "b"}"#,
        r#"{"tool": "t", "session": null, "session": null}"#,
        r#"{"tool": "t", "session_value": 1, "session_value": 2}"#,
        r#"{"tool": "t", "session_value": {"k": 1, "k": 2}}"#,
        r#"{"tool": "t", "control_meta": {}, "control_meta": {}}"#,
        r#"{"branch": {}, "branch": {}}"#,
        r#"{"branch": {"tags": [], "ta\u0067s": []}}"#,
    ] {
        host.refuses(line, "duplicate key");
    }
    for document in [
        r#"{"mode": "strict", "mode": "standard"}"#,
        r#"{"mode": null, "mode": "standard"}"#,
        r#"{"mode": "strict", "m\u006fde": "standard"}"#,
        r#"{"presets": {"default_allow": true, "default_allow": false}}"#,
        r#"{"presets": {"branching_meta_policy": {"tags": [], "tags": ["a"]}}}"#,
        r#"{"presets": {"branching_meta_policy": {"further": 1, "further": 2}}}"#,
        r#"{"presets": {"branching_meta_policy": {"further": {"k": 1, "k": 2}}}}"#,
        r#"{"codes": {"code": "", "code": "tool \"t\" { must deny always; }"}}"#,
        r#"{"presets": {}, "presets": null}"#,
    ] {
        assert!(XPolicy::read(document.as_bytes()).is_err(), "{document}");
    }
    let mut host = Host::new("tool \"t\" { session after { when x.value in {1} { @tags |= {\"seen\"}; } } }");
    assert_eq!(
        host.decide(r#"{"tool": "t", "session_value": {"k": 1}, "args": {"x": 1}, "result": 1}"#),
        Allow
    );
    let session = host.session().export();
    assert!(Session::import(&host.policy, &session).is_ok());
    let pending = pending_text(&mut host);
    let twice = |text: &str, member: &str| {
        assert!(text.contains(member), "{member} in {text}");
        text.replacen(member, &format!("{member}, {member}"), 1)
    };
    for member in [
        "\"blocked\": false",
        "\"sqrt_session\": 1",
        "\"k\": 1",
        "\"producers\": []",
        "\"next_call\": 0",
        "\"session\": null",
    ] {
        let text = if session.contains(member) {
            twice(&session, member)
        } else {
            session.replace("}", ", \"next_call\": 9}")
        };
        assert!(Session::import(&host.policy, &text).is_err(), "{text}");
    }
    for member in ["\"call\": 0", "\"tool\": \"t\"", "\"name\": \"x\"", "\"value\": 1", "\"meta\": {}"] {
        let (text, arena) = (twice(&pending, member), Arena::new());
        assert!(PendingCall::import(&host.policy, &text, &arena).is_err(), "{text}");
    }
    1_000
}

fn broken_encodings() -> usize {
    let mut host = Host::new(deny_when("x.value in {\"evil\", \"\u{fffd}\", \"e\u{301}\"}"));
    let mut with = |bytes: &[u8]| {
        let line = [&b"{\"tool\": \"t\", \"args\": {\"x\": \""[..], bytes, b"\"}}"].concat();
        host.decide(line)
    };
    for bytes in [
        &b"\xff"[..],
        b"\xc0\xae",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"a\x00b",
        b"a\nb",
        b"a\x1fb",
        br"\ud800",
        br"\udc00\ud800",
        br"\ud800a",
        br"\ud800\u0041",
        br"\x41",
        br"\u12",
        br"\",
    ] {
        assert_eq!(with(bytes), Error, "{bytes:?}");
    }
    for (bytes, came) in [
        (&br"\u0065vil"[..], Deny),
        (br"\ud83d\ude00", Allow),
        (br"evil\u0000", Allow),
        (br"\ufeffevil", Allow),
        (br"e\u0301", Deny),
        (br"\u00e9", Allow),
        ("\u{fffd}".as_bytes(), Deny),
        ("\u{2028}\u{202e}\u{200b}".as_bytes(), Allow),
    ] {
        assert_eq!(with(bytes), came, "{bytes:?}");
    }
    let mut host = Host::new(deny_when("x.value in {\"evil\"}"));
    for line in [
        "\u{feff}{\"tool\": \"t\"}",
        "{\"tool\": \"t\"",
        "{\"tool\": \"t\"}}",
        "{\"tool\": \"t\"} {}",
        "{'tool': 't'}",
        "{\"tool\": \"t\",}",
        "[]",
        "null",
        "\"t\"",
        "{}",
        "{\"tool\": \"t\"}\0",
    ] {
        host.refuses(line, "error");
    }
    // Keys that are endless, escaped or not known are refused with a message that does not repeat all of them.
    let long = "k".repeat(size(8 << 20, 1 << 18));
    host.refuses(format!(r#"{{"tool": "t", "{long}": 1}}"#), "unknown key");
    host.refuses(
        format!(r#"{{"tool": "t", "args": {{"x": {{"{long}": 1, "{long}": 1}}}}}}"#),
        "duplicate key",
    );
    host.refuses(format!(r#"{{"tool": "t", "args": {{}}, "arg_meta": {{"{long}": {{}}}}}}"#), "");
    host.refuses(format!(r#"{{"tool": "t", "result": 1, "combine_meta": "{long}"}}"#), "");
    1_000
}

fn many_arguments() -> usize {
    let count = size(100_000, 2_000);
    let mut host =
        Host::new("tool \"t\" { must deny when @args.tags overlaps {\"pii\"} or a7.value in {\"evil\"}; }");
    let line = |last: &str| {
        let args = numbered(count, ",", |number| format!("\"a{number}\":{number}"));
        let meta = numbered(count - 1, ",", |number| {
            format!("\"a{number}\":{{\"tags\":[\"g{}\"]}}", number % 1_000)
        });
        format!(
            r#"{{"tool": "t", "args": {{{args}}}, "arg_meta": {{{meta}, "a{}": {{"tags": ["{last}"]}}}}}}"#,
            count - 1
        )
    };
    let (good, bad) = (line("fine"), line("pii"));
    let found = host.decide(&bad);
    assert!(matches!(found, Deny | Error));
    let found = host.decide(&good);
    assert!(matches!(found, Allow | Error));
    good.len()
}
