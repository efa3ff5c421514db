//! Policy texts that are deep, long, many, broken or not what they look like.

use crate::kit::Came::{Allow, Deny};
use crate::kit::{Host, Random, codes, compiled, deny_when, numbered, refused, size};
use crate::table::{Case, Family, Run, mib, times};
use sqrt_compiler::diagnostics::render::{Style, render};

pub(crate) const FAMILY: Family = Family {
    title: "Policy text",
    cases: &[
        Case {
            name: "nested-parentheses",
            attempt: "100,000 parentheses in one another, in conditions and sets, closed and never closed",
            outcome: "an error (E0702) that names the place and the limit",
            memory: times(32),
            run: Run::Engine(nested_parentheses),
        },
        Case {
            name: "nested-not",
            attempt: "100,000 times `not`, and `not (` as often",
            outcome: "an error (E0702)",
            memory: times(32),
            run: Run::Engine(nested_not),
        },
        Case {
            name: "deepest-nesting",
            attempt: "conditions and sets as deep as the limit allows, compiled, decided and explained",
            outcome: "decided as if they were flat",
            memory: times(32),
            run: Run::Engine(deepest_nesting),
        },
        Case {
            name: "long-conditions",
            attempt: "chains of 100,000 conditions with `or`, `and`, or both",
            outcome: "accepted, and every term counts: the last one decides",
            memory: times(60),
            run: Run::Engine(long_conditions),
        },
        Case {
            name: "long-sets",
            attempt: "chains of 100,000 sets with `|`, `&`, `-`, `^`, `with` and `without`, of values and of metadata",
            outcome: "accepted, and every term counts: the last one decides",
            memory: times(60),
            run: Run::Engine(long_sets),
        },
        Case {
            name: "chained-lets",
            attempt: "50,000 lets, each made of the one before, used twice, compiled with explanations",
            outcome: "accepted; each let is compiled once, and decided once a call",
            memory: times(260),
            run: Run::Engine(chained_lets),
        },
        Case {
            name: "circular-lets",
            attempt: "a round of 100,000 lets, and 100,000 lets of one name",
            outcome: "one error for the round (E0303), errors up to the limit for the name (E0301)",
            memory: times(64),
            run: Run::Engine(circular_lets),
        },
        Case {
            name: "names-nearly-right",
            attempt: "2,000 undefined names of 500 characters beside 2,000 lets that differ in one character",
            outcome: "an error for each (E0302); the search for what was meant ends after so many comparisons",
            memory: times(32),
            run: Run::Engine(names_nearly_right),
        },
        Case {
            name: "never-closed",
            attempt: "a million openings of blocks, lists, sets, strings and comments, never closed",
            outcome: "errors up to the limit of diagnostics, and no policy",
            memory: times(48),
            run: Run::Engine(never_closed),
        },
        Case {
            name: "rubbish",
            attempt: "random bytes, random tokens, and long runs of each character that means something",
            outcome: "errors up to the limit of diagnostics, and no policy; each can be shown",
            memory: times(48),
            run: Run::Engine(rubbish),
        },
        Case {
            name: "a-million-mistakes",
            attempt: "a million rules, each with a mistake",
            outcome: "as many errors as the limit says, and one that says so (E0703)",
            memory: times(40),
            run: Run::Engine(a_million_mistakes),
        },
        Case {
            name: "source-over-limit",
            attempt: "a source of 1 GiB",
            outcome: "an error (E0701) before a byte of it is read or copied",
            memory: mib(24),
            run: Run::Engine(source_over_limit),
        },
        Case {
            name: "many-blocks",
            attempt: "100,000 blocks about as many tools, and 100,000 blocks about one",
            outcome: "accepted; the last one decides as the first",
            memory: times(48),
            run: Run::Engine(many_blocks),
        },
        Case {
            name: "many-rules",
            attempt: "a block of 300,000 rules, and one of 300,000 updates",
            outcome: "accepted; the last one decides",
            memory: times(60),
            run: Run::Engine(many_rules),
        },
        Case {
            name: "large-sets",
            attempt: "sets of a million strings, numbers and tags, one of them united with another tag in each of 20,000 rules",
            outcome: "accepted; membership is exact",
            memory: times(80),
            run: Run::Engine(large_sets),
        },
        Case {
            name: "long-texts",
            attempt: "names, strings, comments, descriptions and tool names of 8 MB each",
            outcome: "accepted, and compared to the last byte",
            memory: times(16),
            run: Run::Engine(long_texts),
        },
        Case {
            name: "hidden-characters",
            attempt: "bidirectional controls, zero-width and other invisible characters, look-alikes of letters, NUL, U+2028, lone CR, in strings, comments and code",
            outcome: "what reorders or hides text is an error (E0105, E0106), what cannot be seen in strings and comments a warning (W0101); strings are compared byte by byte",
            memory: times(32),
            run: Run::Engine(hidden_characters),
        },
        Case {
            name: "not-utf8",
            attempt: "overlong forms, surrogates, cut characters, UTF-16, byte order marks",
            outcome: "an error with the offset of the byte (E0101); one leading byte order mark is skipped",
            memory: times(32),
            run: Run::Engine(not_utf8),
        },
    ],
};

fn nested_parentheses() -> usize {
    let count = size(100_000, 20_000);
    let (open, close) = ("(".repeat(count), ")".repeat(count));
    let mut bytes = 0;
    for condition in [
        format!("{open}x.value in {{\"a\"}}{close}"),
        format!("x.value in {open}{{\"a\"}}{close}"),
        format!("x.tags overlaps {}{{\"a\"}}{}", "({\"b\"} | ".repeat(count), ")".repeat(count)),
        format!("{}x.tags is empty{}", "(y.tags is empty or ".repeat(count), ")".repeat(count)),
        open,
    ] {
        refused(deny_when(&condition), "E0702");
        refused(format!("let a = {condition};"), "E0702");
        bytes = bytes.max(condition.len());
    }
    bytes
}

fn nested_not() -> usize {
    let count = size(100_000, 20_000);
    refused(deny_when(&format!("{}x.value in {{\"a\"}}", "not ".repeat(count))), "E0702");
    refused(deny_when(&"not (".repeat(count)), "E0702");
    let close = ")".repeat(count);
    refused(deny_when(&format!("{}x.value in {{\"a\"}}{close}", "not (".repeat(count))), "E0702");
    10 * count
}

fn deepest_nesting() -> usize {
    let (open, close) = ("(".repeat(256), ")".repeat(256));
    let negated = "not ".repeat(256);
    let mixed = "(not ".repeat(128);
    let joined =
        format!("{}x.value in {{\"a\"}}{}", "(y.tags overlaps {\"never\"} or ".repeat(255), ")".repeat(255));
    let united = format!("x.value in {}{{\"a\"}}{}", "({\"never\"} | ".repeat(255), ")".repeat(255));
    let kept = format!("x.tags overlaps {}{{\"a\"}}{}", "({\"never\"} ^ ".repeat(255), ")".repeat(255));
    for condition in [
        format!("{open}x.value in {{\"a\"}}{close}"),
        format!("{negated}x.value in {{\"a\"}}"),
        format!("{mixed}x.value in {{\"a\"}}{}", ")".repeat(128)),
        joined,
        united,
        kept,
    ] {
        for explained in [false, true] {
            let mut host = Host::new(deny_when(&condition));
            host.lines.explain(&host.policy, explained);
            let line = |x: &str, tag: &str| {
                format!(
                    r#"{{"tool": "t", "args": {{"x": "{x}"}}, "arg_meta": {{"x": {{"tags": ["{tag}"]}}}}}}"#
                )
            };
            assert_eq!(host.decide(line("a", "a")), Deny, "{condition}");
            assert_eq!(host.decide(line("b", "b")), Allow, "{condition}");
        }
    }
    10_000
}

fn long_conditions() -> usize {
    let count = size(100_000, 3_000);
    let mut bytes = 0;
    let term = |number: usize| format!("x.value in {{\"v{number}\"}}");
    let any = numbered(count, " or ", term);
    let none = numbered(count, " and ", |number| format!("not {}", term(number)));
    let both = numbered(count, " and not y.tags is universal or ", term);
    let (last, after) = (format!("\"v{}\"", count - 1), format!("\"v{count}\""));
    for (condition, inside, outside) in [(any, &last, &after), (none, &after, &last), (both, &last, &after)] {
        let mut host = Host::new(deny_when(&condition));
        host.expect(&[(inside, Deny), (outside, Allow)]);
        bytes = bytes.max(condition.len());
    }
    bytes
}

fn long_sets() -> usize {
    let count = size(100_000, 2_000);
    let mut bytes = 0;
    let terms = |operator: &str| numbered(count, operator, |number| format!("{{\"v{number}\"}}"));
    let words = |operator: &str| numbered(count, operator, |number| format!("\"v{number}\""));
    let last = format!("v{}", count - 1);
    // The set, whether it has the last term, and whether it has another string.
    let sets = [
        (terms(" | "), true, false),
        (terms(" ^ "), true, false),
        (format!("{{\"*\"}} - {}", terms(" - ")), false, true),
        (format!("{{\"a\"}} with {}", words(" with ")), true, false),
        (format!("{{\"*\"}} without {}", words(" without ")), false, true),
        (numbered(count, " & ", |_| format!("{{\"{last}\", \"b\"}}")), true, false),
    ];
    for (set, has_last, has_other) in sets {
        let came = |has| if has { Deny } else { Allow };
        let mut host = Host::new(format!(
            "tool \"t\" {{ must deny when x.value in {set}; }} tool \"m\" {{ must deny when x.tags overlaps {set}; }}"
        ));
        host.expect(&[(&format!("\"{last}\""), came(has_last)), ("\"other\"", came(has_other))]);
        for (tag, has) in [(last.as_str(), has_last), ("other", has_other)] {
            let meta = format!(r#""arg_meta": {{"x": {{"tags": ["{tag}"]}}}}"#);
            let line = format!(r#"{{"tool": "m", "args": {{"x": 1}}, {meta}}}"#);
            assert_eq!(host.decide(line), came(has), "{tag}");
        }
        bytes = bytes.max(set.len());
    }
    2 * bytes
}

fn chained_lets() -> usize {
    let count = size(50_000, 4_000);
    let mut text = String::from("let p0 = x.value in {\"a\"};\nlet s0 = x.tags | {\"a\"};\n");
    for at in 1..count {
        let before = at - 1;
        text += &format!("let p{at} = p{before} and (p{before} or not p{before});\n");
        text += &format!("let s{at} = s{before} | s{before};\n");
    }
    let last = count - 1;
    text += &format!("tool \"t\" {{ must deny when p{last} and x.tags subset of s{last}; }}");
    let mut host = Host::new(&text);
    host.expect(&[("\"a\"", Deny), ("\"b\"", Allow)]);
    host.lines.explain(&host.policy, true);
    host.expect(&[("\"a\"", Deny)]);
    text.len()
}

fn circular_lets() -> usize {
    let count = size(100_000, 15_000);
    let ring: String = (0..count).map(|at| format!("let p{at} = not p{};\n", (at + 1) % count)).collect();
    let found = compiled(&ring);
    assert!(found.program.is_none());
    assert_eq!(found.diagnostics.len(), 1);
    refused(&ring, "E0303");
    refused("let a = {\"x\"};\n".repeat(count), "E0301");
    ring.len()
}

fn names_nearly_right() -> usize {
    let name = |number: usize, end: &str| format!("n{}{number:04}{end}", "a".repeat(500));
    let mut text =
        numbered(size(2_000, 500), "\n", |number| format!("let {} = {{\"x\"}};", name(number, "b")));
    text += &numbered(size(2_000, 500), "\n", |number| {
        format!("tool \"t\" {{ must deny when x.value in {}; }}", name(number, "c"))
    });
    refused(&text, "E0302");
    text.len()
}

fn never_closed() -> usize {
    let count = size(1_000_000, 15_000);
    let mut bytes = 0;
    for piece in [
        "(",
        "{",
        "[",
        "tool \"t\" {",
        "tool \"t\" { result { when ",
        "let a = {\"b\", ",
        "/*",
        "\"",
        "r\"",
        "d\"\n",
        "///\n",
        "x.",
        "@",
    ] {
        let text = piece.repeat(count * 8 / (piece.len() + 7));
        for text in [text.clone(), deny_when(&text)] {
            assert!(compiled(&text).program.is_none(), "{piece}");
        }
        bytes = bytes.max(text.len());
    }
    bytes
}

fn rubbish() -> usize {
    let count = size(2_000_000, 100_000);
    let mut random = Random(42);
    let bytes: Vec<u8> = (0..count).map(|_| random.below(256) as u8).collect();
    refused(&bytes, "E0101");
    let ascii: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
    let tokens = [
        "tool ",
        "\"t\" ",
        "{ ",
        "} ",
        "must ",
        "deny ",
        "when ",
        "x.value ",
        "in ",
        "; ",
        "( ",
        ") ",
        "not ",
        "let ",
        "= ",
        "\n",
        "and ",
        "| ",
        "-> ",
        "@tags ",
        "|= ",
        "5 ",
        "int ",
        ".. ",
        "/* ",
        "*/ ",
        "result ",
        "session ",
        "priority ",
    ];
    let soup: String = (0..count / 5).map(|_| tokens[random.below(tokens.len())]).collect();
    for text in [ascii, soup.into_bytes()] {
        let found = compiled(text);
        assert!(found.program.is_none() && found.diagnostics.len() <= 20_002);
        let sources = found.source_map();
        for problem in found.diagnostics.iter().take(200) {
            let shown = render(problem, &sources, Style::Plain);
            assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        }
    }
    for piece in [
        "\0", "\n", "\"", "'", "\\", "{", "}", ";", "/", "*", "@", ".", "é", "\u{2028}", "\r", "tool", "-",
        "&&",
    ] {
        let text = piece.repeat(count / 10);
        let found = compiled(&text);
        assert!(found.diagnostics.len() <= 20_002);
        assert!(found.program.is_none() || piece == "\n" || piece == "/", "{piece:?}");
    }
    count
}

fn a_million_mistakes() -> usize {
    let count = size(1_000_000, 20_000);
    let text = format!("tool \"t\" {{\n{}}}", "must deny when Nope;\n".repeat(count));
    let found = compiled(&text);
    assert!(found.program.is_none());
    assert_eq!(found.diagnostics.len(), 10_001);
    assert!(codes(&found).contains("E0703"));
    refused(format!("tool \"t\" {{\n{}}}", "must deny whenever;\n".repeat(count.max(110_000) / 10)), "E0703");
    text.len()
}

fn source_over_limit() -> usize {
    // Zeros that nobody has touched take no memory.
    let text = vec![0_u8; 1 << 30];
    refused(&text, "E0701");
    text.len()
}

fn many_blocks() -> usize {
    let count = size(100_000, 3_000);
    let block = |name: &str, number: usize| {
        format!("tool \"{name}\" {{ priority {number}; must deny when x.value in {{\"v{number}\"}}; }}\n")
    };
    let text: String = (0..count).map(|number| block(&format!("t{number}"), number)).collect();
    let last = count - 1;
    let mut host = Host::new(&text);
    for (tool, value, came) in [(0, 0, Deny), (last, last, Deny), (last, 0, Allow), (count, last, Allow)] {
        let line = format!(r#"{{"tool": "t{tool}", "args": {{"x": "v{value}"}}}}"#);
        assert_eq!(host.decide(line), came, "t{tool} v{value}");
    }
    drop(host);
    let text: String = (0..count).map(|number| block("t", number)).collect();
    let mut host = Host::new(&text);
    host.expect(&[("\"v0\"", Deny), (&format!("\"v{last}\""), Deny), (&format!("\"v{count}\""), Allow)]);
    text.len()
}

fn many_rules() -> usize {
    let count = size(300_000, 4_000);
    let rules = numbered(count, "\n", |number| format!("must deny when x.value in {{\"v{number}\"}};"));
    let mut host = Host::new(format!("tool \"t\" {{ {rules} }}"));
    host.expect(&[(&format!("\"v{}\"", count - 1), Deny), (&format!("\"v{count}\""), Allow)]);
    drop(host);
    let updates = numbered(count, "\n", |number| format!("@tags |= {{\"g{}\"}};", number % 100));
    let mut host = Host::new(format!("tool \"t\" {{ result {{ {updates} }} }}"));
    host.expect(&[("1", Allow)]);
    assert!(host.answer.contains("\"g99\""));
    rules.len()
}

fn large_sets() -> usize {
    let count = size(1_000_000, 20_000);
    let mut bytes = 0;
    let (last, after) = (count - 1, count);
    let strings = numbered(count, ", ", |number| format!("\"v{number}\""));
    let numbers = numbered(count, ", ", |number| number.to_string());
    for (set, inside, outside) in [
        (&strings, format!("\"v{last}\""), format!("\"v{after}\"")),
        (&numbers, last.to_string(), after.to_string()),
    ] {
        let mut host = Host::new(deny_when(&format!("x.value in {{{set}}}")));
        host.expect(&[
            (&inside, Deny),
            (&outside, Allow),
            ("\"v0\"", if inside.starts_with('"') { Deny } else { Allow }),
        ]);
        bytes = bytes.max(set.len());
    }
    let mut host = Host::new(deny_when(&format!("x.tags overlaps {{{strings}}}")));
    for (tag, came) in [(last, Deny), (after, Allow)] {
        let line =
            format!(r#"{{"tool": "t", "args": {{"x": 1}}, "arg_meta": {{"x": {{"tags": ["v{tag}"]}}}}}}"#);
        assert_eq!(host.decide(line), came);
    }
    bytes.max(united_sets())
}

/// Not scaled down: uniting them all ahead would copy twenty thousand million tags.
fn united_sets() -> usize {
    let strings = numbered(1_000_000, ", ", |number| format!("\"v{number}\""));
    let rules =
        numbered(20_000, "\n", |number| format!("must deny when x.tags overlaps all | {{\"w{number}\"}};"));
    let text = format!("let all = {{{strings}}};\ntool \"t\" {{ {rules} }}");
    drop(strings);
    let found = compiled(&text);
    assert!(found.program.is_some());
    text.len()
}

fn long_texts() -> usize {
    let length = size(8_000_000, 1 << 18);
    let long = "a".repeat(length);
    let text = format!(
        "// {long}\n/* {long} */\nlet {long} = {{\"{long}\"}};\n/// {long}\ntool \"{long}\" {{ must deny when {long}.value in {long}; }}"
    );
    let mut host = Host::new(&text);
    let line = |tool: &str, arg: &str, value: &str| {
        format!(r#"{{"tool": "{tool}", "args": {{"{arg}": "{value}"}}}}"#)
    };
    assert_eq!(host.decide(line(&long, &long, &long)), Deny);
    assert_eq!(host.decide(line(&long, &long, &long[1..])), Allow);
    assert_eq!(host.decide(line(&long, &long[1..], &long)), Allow);
    assert_eq!(host.decide(line(&long[1..], &long, &long)), Allow);
    text.len()
}

fn hidden_characters() -> usize {
    // In code, in a comment, in a string: nothing that reorders text is let through.
    for bidi in
        ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2069}']
    {
        for text in [
            format!("let a{bidi} = {{\"x\"}};"),
            format!("// {bidi} comment\n"),
            format!("/* {bidi} */"),
            format!("/// {bidi}\nlet a = {{\"x\"}};"),
            deny_when(&format!("x.value in {{\"{bidi}\"}}")),
            deny_when(&format!("x.value in {{r\"{bidi}\"}}")),
        ] {
            refused(&text, "E0106");
        }
    }
    refused("let a = {\"x\"}; // note \r tool \"t\" { must deny always; }", "E0105");
    let invisible = [
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}',
        '\u{34f}',
        '\u{180e}',
        '\u{3164}',
        '\u{e0041}',
        '\u{fe0f}',
        '\u{115f}',
        '\u{2064}',
        '\u{ffa0}',
    ];
    for hidden in invisible {
        // A word with it is no word of the language.
        refused(format!("let a{hidden}b = {{\"x\"}};"), "E0102");
        for text in [
            deny_when(&format!("x.value in {{\"a{hidden}b\"}}")),
            deny_when(&format!("x.value in {{w\"a{hidden}b\"}}")),
        ] {
            let found = compiled(&text);
            assert!(
                codes(&found).contains("W0101"),
                "U+{:04X} in {text:?}: {:?}",
                u32::from(hidden),
                codes(&found)
            );
            assert!(found.program.is_some(), "{text:?}");
        }
        let mut host = Host::new(deny_when(&format!("x.value in {{\"a{hidden}b\"}}")));
        host.expect(&[
            (&format!("\"a{hidden}b\""), Deny),
            ("\"ab\"", Allow),
            (&format!("\"ab{hidden}\""), Allow),
        ]);
    }
    // In comments a zero-width character hides nothing; what looks like a line end, or moves the cursor, does.
    for hidden in ['\u{2028}', '\u{2029}', '\u{85}', '\u{1b}', '\u{8}', '\u{b}', '\0', '\u{7f}'] {
        for comment in [format!("// a{hidden}tool b\n"), format!("/* {hidden} */"), format!("/// {hidden}\n")]
        {
            let found = compiled(format!("{comment}let a = {{\"x\"}};"));
            assert!(
                codes(&found).contains("W0101") && found.program.is_some(),
                "{comment:?}: {:?}",
                found.diagnostics
            );
        }
    }
    assert_eq!(codes(&compiled("// a \u{2764}\u{fe0f} for rules\nlet a = {\"x\"};")).len(), 0);
    // Written as an escape it shows, so nobody is warned.
    assert_eq!(codes(&compiled(deny_when("x.value in {\"a\\u{200b}b\"}"))).len(), 0);
    // Look-alikes are other names: in code they are no words, in strings they differ.
    refused("let \u{430} = {\"x\"};", "E0102");
    let mut host = Host::new(deny_when("x.value in {\"admin\", \"a\0b\", \"a\u{2028}b\", \"\u{e9}\"}"));
    host.expect(&[
        ("\"admin\"", Deny),
        ("\"\u{430}dmin\"", Allow),
        ("\"ADMIN\"", Allow),
        ("\"admin\\u0000\"", Allow),
        ("\"a\\u0000b\"", Deny),
        ("\"a\"", Allow),
        ("\"a\\u2028b\"", Deny),
        ("\"\\u00e9\"", Deny),
        // The same letter, composed otherwise.
        ("\"e\\u0301\"", Allow),
    ]);
    1_000
}

fn not_utf8() -> usize {
    for bytes in [
        &b"\xc0\xaf"[..],
        b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xff\xfe",
        b"\xe2\x82",
        b"\x80",
    ] {
        for (before, after) in [("let a = {\"", "\"};"), ("// ", "\n"), ("", ""), ("let a", " = {\"x\"};")] {
            let text = [before.as_bytes(), bytes, after.as_bytes()].concat();
            refused(&text, "E0101");
        }
    }
    let wide = "let a = {\"x\"};".encode_utf16();
    refused(wide.clone().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), "E0102");
    refused([0xff, 0xfe].into_iter().chain(wide.flat_map(u16::to_le_bytes)).collect::<Vec<u8>>(), "E0101");
    assert!(compiled("\u{feff}let a = {\"x\"};").program.is_some());
    refused("\u{feff}\u{feff}let a = {\"x\"};", "E0102");
    1_000
}
