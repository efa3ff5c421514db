//! Values that are nearly what a rule is about, and what the answers to them tell.

use crate::kit::Came::{Allow, Deny};
use crate::kit::{Host, call, deny_when};
use crate::table::{Case, Family, Run, mib};

pub(crate) const FAMILY: Family = Family {
    title: "Values",
    cases: &[
        Case {
            name: "numbers",
            attempt: "`1e400`, `-0`, `1e-400`, 2^53 + 1, 100 digits, a million digits, `1.0` for `1`, NaN, hexadecimal",
            outcome: "exact, or refused; never rounded across a bound",
            memory: mib(32),
            run: Run::Engine(numbers),
        },
        Case {
            name: "wrong-types",
            attempt: "numbers as strings, strings as numbers, lists and objects around a value, null, nothing at all",
            outcome: "a deny looks at every leaf, an allow needs all of them: neither is dodged nor earned by wrapping",
            memory: mib(32),
            run: Run::Engine(wrong_types),
        },
        Case {
            name: "strange-arguments",
            attempt: "arguments called `value`, `tags`, `__proto__`, `constructor`, ``, with dots, quotes and NUL",
            outcome: "names like all others; metadata of arguments that are not there is refused",
            memory: mib(32),
            run: Run::Engine(strange_arguments),
        },
        Case {
            name: "dates",
            attempt: "leap seconds, 24:00, year 10000, `-00:00`, missing zones, 30 February, half-open bounds, huge and tiny numbers",
            outcome: "an instant or none, as the rules say; bounds are exact",
            memory: mib(32),
            run: Run::Engine(dates),
        },
        Case {
            name: "line-ends",
            attempt: "LF, CR, U+2028 and others in values that a pattern is to deny or to allow",
            outcome: "a line end neither dodges a deny nor earns an allow",
            memory: mib(32),
            run: Run::Engine(line_ends),
        },
        Case {
            name: "what-a-deny-tells",
            attempt: "values, tags and other rules looked for in the answers to denied calls and in error forms",
            outcome: "an answer has the rule's own place and description, and metadata; no value, and no other rule",
            memory: mib(32),
            run: Run::Engine(what_a_deny_tells),
        },
    ],
};

fn numbers() -> usize {
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {0, 9007199254740993, int 100..200, float 0.5<..<1.5, 18446744073709551615, -9223372036854775808}; }",
    );
    host.expect(&[
        ("0", Deny),
        ("-0", Deny),
        ("0.0", Deny),
        ("0e5", Deny),
        // Below the least double: zero, as every reader of doubles has it.
        ("1e-400", Deny),
        ("9007199254740993", Deny),
        ("9007199254740992", Allow),
        ("9007199254740994", Allow),
        ("18446744073709551615", Deny),
        ("18446744073709551614", Allow),
        ("-9223372036854775808", Deny),
        ("-9223372036854775807", Allow),
        ("100", Deny),
        ("100.0", Deny),
        ("1e2", Deny),
        ("2E+2", Deny),
        ("200.0000000000001", Allow),
        ("99.99999999999999", Allow),
        ("99.999999999999999999999", Deny),
        ("150.5", Allow),
        ("0.5", Allow),
        ("0.50000000000000011", Deny),
        ("1.4999999999999998", Deny),
        ("1.5", Allow),
        ("\"100\"", Allow),
        ("true", Allow),
    ]);
    for number in [
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "+1",
        "01",
        ".5",
        "5.",
        "1e",
        "1_000",
        "--1",
        "1,0",
    ] {
        host.refuses(call(number), "error");
    }
    let digits = |count: usize| "9".repeat(count);
    host.expect(&[
        (&digits(100), Allow),
        (&format!("1{}", "0".repeat(100)), Allow),
        (&format!("-{}", digits(300)), Allow),
    ]);
    host.refuses(call(&digits(400)), "error");
    host.refuses(call(&digits(1_000_000)), "error");
    host.expect(&[
        (&format!("1.{}1", "0".repeat(1_000_000)), Deny),
        (&format!("0.{}1", "0".repeat(1_000_000)), Deny),
    ]);
    // In policies: no exponents, nothing beyond 64 bits is taken for something near.
    for (condition, code) in [
        ("x.value in {1e400}", "E0107"),
        (&*format!("x.value in {{{}}}", digits(400)), "E0404"),
        ("x.value in {NaN}", "E0207"),
    ] {
        crate::kit::refused(deny_when(condition), code);
    }
    for range in ["int 5..3", "int 5<..<6", "float 1<..<1", "int inf..5"] {
        let found = crate::kit::compiled(deny_when(&format!("x.value in {{{range}}}")));
        assert!(crate::kit::codes(&found).contains("W0403"), "{range}: {:?}", found.diagnostics);
    }
    2_000_000
}

fn wrong_types() -> usize {
    let mut host =
        Host::new(deny_when("x.value in {\"evil\", 5, bool true, int 10..20, str matching r\"bad.*\"}"));
    host.expect(&[
        ("\"evil\"", Deny),
        ("[\"evil\"]", Deny),
        ("[[[\"evil\"]]]", Deny),
        ("{\"k\": \"evil\"}", Deny),
        ("{\"evil\": 1}", Deny),
        ("[1, {\"k\": [true]}]", Deny),
        ("\"5\"", Allow),
        ("[5]", Deny),
        ("1", Allow),
        ("\"true\"", Allow),
        ("{\"bad key\": null}", Deny),
        ("null", Allow),
        ("[]", Allow),
        ("{}", Allow),
        ("\"\"", Allow),
    ]);
    assert_eq!(host.decide(r#"{"tool": "t"}"#), Allow);
    let mut host = Host::new("tool \"t\" { must allow when x.value in {\"good\", 5}; }");
    host.expect(&[
        ("\"good\"", Allow),
        ("[\"good\", 5]", Allow),
        ("[\"good\", \"evil\"]", Deny),
        ("{\"good\": \"evil\"}", Deny),
        ("{\"evil\": \"good\"}", Deny),
        ("null", Deny),
        ("[]", Deny),
        ("{}", Deny),
        ("[[], {}]", Deny),
        ("[\"good\", null]", Deny),
    ]);
    assert_eq!(host.decide(r#"{"tool": "t"}"#), Deny);
    let mut host = Host::new("tool \"t\" { must allow when not x.value in {\"evil\"}; }");
    host.expect(&[
        ("\"good\"", Allow),
        ("\"evil\"", Deny),
        ("[\"evil\"]", Deny),
        ("[]", Deny),
        ("{\"evil\": 1}", Deny),
    ]);
    for line in [
        r#"{"tool": "t", "args": [1]}"#,
        r#"{"tool": "t", "args": null}"#,
        r#"{"tool": 5}"#,
        r#"{"tool": null}"#,
        r#"{"tool": "t", "session": 5}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": "pii"}}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": [5]}}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": {"tags": null}}}"#,
        r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"x": ["pii"]}}"#,
        r#"{"tool": "t", "result_meta": {}}"#,
        r#"{"tool": "t", "combine_meta": "merge"}"#,
        r#"{"tool": "t", "result": 1, "combine_meta": "MERGE"}"#,
        r#"{"tool": "t", "branch": {}}"#,
    ] {
        host.refuses(line, "error");
    }
    1_000
}

fn strange_arguments() -> usize {
    let mut host = Host::new(
        "tool \"t\" { must deny when tags.value in {\"evil\"} or value.value in {\"evil\"} or __proto__.value in {\"evil\"} or value.tags overlaps {\"pii\"}; }",
    );
    for (args, meta, came) in [
        (r#"{"tags": "evil"}"#, "{}", Deny),
        (r#"{"value": "evil"}"#, "{}", Deny),
        (r#"{"__proto__": "evil"}"#, "{}", Deny),
        (r#"{"__proto__": {"x": "evil"}}"#, "{}", Deny),
        (
            r#"{"constructor": {"prototype": "evil"}, "": "evil", "a.b": "evil", "tags ": "evil", "x\u0000": "evil", "Tags": "evil"}"#,
            "{}",
            Allow,
        ),
        (r#"{"value": 1}"#, r#"{"value": {"tags": ["pii"]}}"#, Deny),
        (r#"{"value": 1, "": 2}"#, r#"{"": {"tags": ["pii"]}}"#, Allow),
    ] {
        assert_eq!(
            host.decide(format!(r#"{{"tool": "t", "args": {args}, "arg_meta": {meta}}}"#)),
            came,
            "{args} {meta}"
        );
    }
    host.refuses(r#"{"tool": "t", "args": {"x": 1}, "arg_meta": {"y": {"tags": ["pii"]}}}"#, "error");
    host.refuses(r#"{"tool": "t", "arg_meta": {"value": {}}}"#, "error");
    1_000
}

fn dates() -> usize {
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {datetime d\"2024-02-29T12:00:00Z\"..<d\"2024-03-01\"}; }
         tool \"a\" { must allow when x.value in {datetime d\"2024-02-29T12:00:00Z\"..<d\"2024-03-01\"}; }",
    );
    for (value, inside) in [
        ("\"2024-02-29T12:00:00Z\"", true),
        ("\"2024-02-29T11:59:59.999999999Z\"", false),
        ("\"2024-02-29T23:59:59.999999999Z\"", true),
        ("\"2024-03-01T00:00:00Z\"", false),
        ("\"2024-02-29T24:00\"", false),
        ("\"2024-02-29T24:00:01\"", false),
        ("\"2024-02-29T23:59:60Z\"", false),
        ("\"2024-02-29T23:58:60Z\"", true),
        ("\"2024-02-29T13:00:00+01:00\"", true),
        ("\"2024-02-29T12:59:59+01:00\"", false),
        ("\"2024-02-29T12:00:00-00:00\"", true),
        ("\"2024-02-29 12:00\"", true),
        ("\"20240229T120000Z\"", true),
        ("\"2024-02-30T12:00:00Z\"", false),
        ("\"2023-02-29T12:00:00Z\"", false),
        ("\"2024-13-01\"", false),
        ("\"10000-01-01\"", false),
        ("\"2024-02-29T12:00:00 Z\"", false),
        ("\" 2024-02-29T12:00:00Z\"", false),
        ("\"2024-02-29T12:00:00Z\\n\"", false),
        ("\"2024-02-29T25:00\"", false),
        ("\"2024-02-29T12:00:61Z\"", false),
        ("\"\u{0662}024-02-29T12:00:00Z\"", false),
        ("1709208000", true),
        ("1709207999.9999", false),
        ("1709251200", false),
        ("1e300", false),
        ("-1e300", false),
        ("\"1709208000\"", false),
        ("true", false),
    ] {
        let (deny, allow) = if inside { (Deny, Allow) } else { (Allow, Deny) };
        assert_eq!(host.decide(call(value)), deny, "{value}");
        assert_eq!(host.decide(call(value).replacen("\"t\"", "\"a\"", 1)), allow, "{value}");
    }
    for date in [
        "2025-02-30",
        "2025-02-29",
        "2025-13-01",
        "10000-01-01",
        "2025-01-01T25:00",
        "yesterday",
        "",
        "2025-01-01T10:00:61",
    ] {
        crate::kit::refused(deny_when(&format!("x.value in {{datetime d\"{date}\"..}}")), "E0405");
    }
    1_000
}

fn line_ends() -> usize {
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {r\"rm .*\", w\"*secret*\"}; } tool \"a\" { must allow when x.value in {r\".*@corp\\.com\"}; }",
    );
    for end in ["\\n", "\\r", "\\r\\n", "\\u000b", "\\f", "\\u0085", "\\u2028", "\\u2029"] {
        host.expect(&[
            (&format!("\"rm {end}-rf /\""), Deny),
            (&format!("\"{end}secret{end}\""), Deny),
            (&format!("\"x{end}rm y\""), Allow),
        ]);
        for value in [format!("\"eve@evil.org{end}x@corp.com\""), format!("\"x@corp.com{end}\"")] {
            assert_eq!(host.decide(call(&value).replacen("\"t\"", "\"a\"", 1)), Deny, "{value}");
        }
    }
    1_000
}

fn what_a_deny_tells() -> usize {
    let mut host = Host::new(
        "/// Known only to the author.\ntool \"hidden\" { must deny when x.value in {\"other secret\"}; }
         tool \"t\" {\n/// Ask the owner.\nmust deny when x.value in {\"sesame\", r\".*open.*\"}; must deny when x.value in {\"second\"}; }",
    );
    assert_eq!(host.decide(call("\"please open, my password is hunter2\"")), Deny);
    let answer = host.answer.clone();
    assert!(answer.contains("Ask the owner.") && answer.contains("\"basis\": \"must_deny\""), "{answer}");
    for secret in ["hunter2", "sesame", "open", "second", "other secret", "hidden", "Known only"] {
        assert!(!answer.contains(secret), "{secret} in {answer}");
    }
    // Errors name what is wrong and where, not what was in the other arguments.
    for line in [
        r#"{"tool": "t", "args": {"password": "hunter2", "x": 1, "x": 2}}"#,
        r#"{"tool": "t", "args": {"password": "hunter2"}, "arg_meta": {"x": {}}}"#,
        r#"{"tool": "t", "args": {"password": "hunter2"}, "result_meta": {}}"#,
        r#"{"tool": "t", "args": {"password": "hunter2", "x": 1e999}}"#,
        r#"{"tool": "t", "args": {"password": "hunter2"}"#,
    ] {
        host.refuses(line, "error");
        assert!(!host.answer.contains("hunter2"), "{}", host.answer);
    }
    // A tool that no block is about is answered as one whose rules say nothing.
    assert_eq!(host.decide(r#"{"tool": "nobody"}"#), Allow);
    let unknown = host.answer.replace("nobody", "TOOL");
    assert_eq!(host.decide(r#"{"tool": "hidden", "args": {"x": "guess"}}"#), Allow);
    assert_eq!(host.answer.replace("hidden", "TOOL"), unknown);
    1_000
}
