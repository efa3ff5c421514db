//! Patterns that are small to write and large to run: alone, many together, and against long texts.

use crate::kit::Came::{Allow, Deny};
use crate::kit::{Host, codes, compiled, deny_when, is_full, numbered, policy, quoted, refused, size};
use crate::table::{Case, Family, Run, mib, times};

pub(crate) const FAMILY: Family = Family {
    title: "Patterns",
    cases: &[
        Case {
            name: "exponential-automaton",
            attempt: "`[01]*1[01]{22}`, whose table would have 4 million states, for values, sized strings, tags and tool names",
            outcome: "accepted with a warning (W0407) and simulated: the answers are exact",
            memory: mib(64),
            run: Run::Engine(exponential_automaton),
        },
        Case {
            name: "unicode-classes",
            attempt: "`\\w{20}`, `\\pL{50}`, `(?i)\\w{100}`, `\\w{400}`, negated classes and boundaries, 3,800 classes of all characters that ignore case",
            outcome: "a table, a simulation, or an error (E0403, E0709); what is accepted is exact",
            memory: mib(64),
            run: Run::Engine(unicode_classes),
        },
        Case {
            name: "repetitions",
            attempt: "`(?:){4294967295}`, `a{1000000000}`, counted repetitions of counted repetitions, empty alternatives repeated",
            outcome: "an error (E0403) where they are too large written out, else exact",
            memory: mib(64),
            run: Run::Engine(repetitions),
        },
        Case {
            name: "nested-pattern",
            attempt: "30,000 groups, classes, repetitions and flags in one another",
            outcome: "an error (E0403)",
            memory: mib(48),
            run: Run::Engine(nested_pattern),
        },
        Case {
            name: "long-pattern",
            attempt: "patterns of 64 KiB: letters without case, classes, alternatives, dots; and one byte more",
            outcome: "exact or an error (E0403); over 64 KiB an error",
            memory: mib(160),
            run: Run::Engine(long_pattern),
        },
        Case {
            name: "exploding-product",
            attempt: "100 small patterns in one set, each `.*a.*b.*` of its own letters, whose common table would explode",
            outcome: "divided into tables that fit; the answers are exact",
            memory: mib(128),
            run: Run::Engine(exploding_product),
        },
        Case {
            name: "exploding-tool-names",
            attempt: "100 such patterns, and 40 that no table can hold, as names of tools",
            outcome: "accepted; each call finds its blocks",
            memory: mib(128),
            run: Run::Engine(exploding_tool_names),
        },
        Case {
            name: "many-patterns",
            attempt: "20,000 prefixes, suffixes, substrings and regexes in one set, and as names of tools",
            outcome: "accepted and exact; where tables have no more room, simulated",
            memory: times(160),
            run: Run::Engine(many_patterns),
        },
        Case {
            name: "wildcards",
            attempt: "`*a*a*a*a*b` and its like, 20,000 stars and question marks, on long runs of `a`",
            outcome: "linear in the text: no backtracking",
            memory: mib(96),
            run: Run::Engine(wildcards),
        },
        Case {
            name: "long-value",
            attempt: "a value just within the limit against substrings, tables and simulated patterns, matched at its very end",
            outcome: "looked at whole: denied for its last byte; never cut short and then matched",
            memory: mib(96),
            run: Run::Engine(long_value),
        },
        Case {
            name: "anchors",
            attempt: "alternatives and comments that would escape from text pasted around them: `a)|(b`, `a|b`, `(?x)a #`",
            outcome: "the whole string has to match; what is no pattern by itself is an error (E0403)",
            memory: mib(32),
            run: Run::Engine(anchors),
        },
    ],
};

fn exponential_automaton() -> usize {
    let pattern = "[01]*1[01]{22}";
    let text = format!(
        "tool \"t\" {{ must deny when x.value in {{r\"{pattern}\"}}; }}
         tool \"s\" {{ must deny when x.value in {{str matching r\"{pattern}\" length 24..}}; }}
         tool \"m\" {{ must deny when x.tags overlaps {{r\"{pattern}\"}}; }}
         tool r\"{pattern}\" {{ must deny always; }}"
    );
    let found = compiled(&text);
    assert_eq!(codes(&found).into_iter().collect::<Vec<_>>(), ["W0407"]);
    let mut host = Host::new(&text);
    let (hit, miss) = (format!("01{}", "0".repeat(22)), format!("10{}", "0".repeat(22)));
    for (word, came) in [(&hit, Deny), (&miss, Allow)] {
        for tool in ["t", "s"] {
            assert_eq!(host.decide(format!(r#"{{"tool": "{tool}", "args": {{"x": "{word}"}}}}"#)), came);
        }
        let meta = format!(r#""arg_meta": {{"x": {{"tags": ["{word}"]}}}}"#);
        assert_eq!(host.decide(format!(r#"{{"tool": "m", "args": {{"x": 1}}, {meta}}}"#)), came);
        assert_eq!(host.decide(format!(r#"{{"tool": "{word}"}}"#)), came);
    }
    text.len()
}

/// Policies with one pattern: it is refused, or a text that it matches is denied and one that it does not match is not.
fn exact_or_refused(pattern: &str, hit: &str, miss: &str) -> bool {
    let text = deny_when(&format!("x.value in {{r\"{pattern}\"}}"));
    let found = compiled(&text);
    if found.program.is_none() {
        assert!(codes(&found).contains("E0403"), "{:?}", codes(&found));
        return false;
    }
    drop(found);
    Host::new(&text).expect(&[(&quoted(hit), Deny), (&quoted(miss), Allow)]);
    true
}

fn unicode_classes() -> usize {
    let letters = |count: usize| "ä".repeat(count);
    for (pattern, count) in [
        ("\\w{20}", 20),
        ("\\pL{50}", 50),
        ("(?i)\\w{100}", 100),
        ("[^\\W]{200}", 200),
        ("\\pL\\w{30}", 31),
        ("(?:\\b\\w{30}\\b)", 30),
    ] {
        assert!(exact_or_refused(pattern, &letters(count), &letters(count - 1)), "{pattern}");
    }
    for (pattern, count) in
        [("\\w{400}", 400), ("\\w{2000}", 2000), ("(?:\\w{100}){100}", 10_000), ("\\PL{50000}", 50_000)]
    {
        // A simulated one is slow where nothing is optimised.
        if count == 2_000 && !is_full() {
            continue;
        }
        exact_or_refused(pattern, &"a".repeat(count), &"a".repeat(count + 1));
    }
    // Each would take more than ten milliseconds: they count as many.
    let pattern = format!("(?i){}", "[\\x00-\\x{10ffff}]".repeat(3_800));
    refused(deny_when(&format!("x.value in {{r\"{pattern}\"}}")), "E0709");
    refused(format!("tool r\"{pattern}\" {{ must deny always; }}"), "E0709");
    pattern.len()
}

fn repetitions() -> usize {
    for pattern in [
        "a{1000000000}",
        "(?:(?:a{100}){100}){100}{100}",
        "x{0,4294967295}",
        "(?:a{0,1000}){0,1000}{0,1000}",
        "(?:\\pL{1000}){1000}",
        "(?:|a|){99999999}",
    ] {
        let whole = |condition: String| refused(deny_when(&condition), "E0403");
        whole(format!("x.value in {{r\"{pattern}\"}}"));
        whole(format!("x.tags overlaps {{r\"{pattern}\"}}"));
        refused(format!("tool r\"{pattern}\" {{ must deny always; }}"), "E0403");
    }
    assert!(exact_or_refused("(?:){4294967295}", "", "a"), "nothing, however often, is nothing");
    let count = 5_usize.pow(6);
    assert!(exact_or_refused("a{5}{5}{5}{5}{5}{5}", &"a".repeat(count), &"a".repeat(count + 1)));
    assert!(exact_or_refused("(?:a*)*(?:a*)*b", &("a".repeat(5_000) + "b"), &"a".repeat(5_000)));
    assert!(exact_or_refused("(?:a?){500}a{500}", &"a".repeat(500), &"a".repeat(499)));
    assert!(exact_or_refused("(?:a|a|aa)+", &"a".repeat(5_000), &("a".repeat(5_000) + "b")));
    count
}

fn nested_pattern() -> usize {
    let count = 30_000;
    for pattern in [
        format!("{}a{}", "(".repeat(count), ")".repeat(count)),
        format!("{}a{}", "(?:".repeat(count / 2), ")".repeat(count / 2)),
        "(".repeat(count),
        format!("{}a{}", "[".repeat(count), "]".repeat(count)),
        format!("a{}", "*".repeat(count)),
        format!("a{}", "{1}".repeat(count / 2)),
        format!("{}a{}", "(?i:a|".repeat(count / 4), ")".repeat(count / 4)),
        format!("{}a{}", "[a&&".repeat(count / 4), "]".repeat(count / 4)),
    ] {
        refused(deny_when(&format!("x.value in {{r\"{pattern}\"}}")), "E0403");
        refused(format!("tool r\"{pattern}\" {{ must deny always; }}"), "E0403");
    }
    2 * count
}

fn long_pattern() -> usize {
    let most = 64 * 1024;
    let length = size(most, most / 16);
    let letters = "k".repeat(length - 4);
    exact_or_refused(&format!("(?i){letters}"), &letters.to_uppercase(), "k");
    exact_or_refused(&".".repeat(length), &"é".repeat(length), "é");
    let last = size(6_000, 400) - 1;
    let words = numbered(last + 1, "|", |number| format!("word{number}"));
    exact_or_refused(&words, &format!("word{last}"), &format!("word{}", last + 1));
    let prefixes = numbered(last + 1, "|", |number| format!("w{number}.*"));
    exact_or_refused(&prefixes, &format!("w{last}x"), "x");
    exact_or_refused(&"[a-z0-9]".repeat(length / 8), &"a".repeat(length / 8), "a");
    exact_or_refused(&"[^a]".repeat(length / 4), &"b".repeat(length / 4), "b");
    exact_or_refused(&"\\w".repeat(size(4_096, 256)), &"a".repeat(size(4_096, 256)), "a");
    refused(deny_when(&format!("x.value in {{r\"{}\"}}", "\\w".repeat(4_097))), "E0403");
    refused(deny_when(&format!("x.value in {{r\"{}\"}}", "a".repeat(most + 1))), "E0403");
    refused(deny_when(&format!("x.value in {{w\"{}\"}}", "?".repeat(most + 1))), "E0403");
    most
}

/// `.*a.*b.*c.*` of two-letter words of its own.
fn own_letters(number: usize) -> String {
    let word = |step: usize| {
        format!("{}{}", (b'a' + (number / 26) as u8) as char, (b'a' + ((number + step) % 26) as u8) as char)
    };
    format!(".*{}.*{}.*{}.*", word(0), word(7), word(13))
}

fn exploding_product() -> usize {
    let count = size(100, 6);
    let patterns = numbered(count, ", ", |number| format!("r\"{}\"", own_letters(number)));
    let text = format!(
        "tool \"t\" {{ must deny when x.value in {{{patterns}}}; }} tool \"m\" {{ must deny when x.tags overlaps {{{patterns}}}; }}"
    );
    let mut host = Host::new(&text);
    for number in [0, count / 2, count - 1] {
        let hit = own_letters(number).replace(".*", "-");
        host.expect(&[(&quoted(&hit), Deny), (&quoted(&hit[..hit.len() - 2]), Allow)]);
        let meta = format!(r#""arg_meta": {{"x": {{"tags": ["{hit}"]}}}}"#);
        assert_eq!(host.decide(format!(r#"{{"tool": "m", "args": {{"x": 1}}, {meta}}}"#)), Deny);
    }
    text.len()
}

fn exploding_tool_names() -> usize {
    let count = size(100, 12);
    let mut text = numbered(count, "\n", |number| {
        format!("tool r\"{}\" {{ must deny when x.value in {{{number}}}; }}", own_letters(number))
    });
    text += &numbered(size(40, 8), "\n", |number| {
        format!("tool r\"[01]*{number:02}[01]{{20}}{number}\" {{ must deny when x.value in {{{number}}}; }}")
    });
    let mut host = Host::new(&text);
    for number in [0, count / 2, count - 1] {
        let name = own_letters(number).replace(".*", "-");
        for (value, came) in [(number, Deny), (count, Allow)] {
            assert_eq!(host.decide(format!(r#"{{"tool": "{name}", "args": {{"x": {value}}}}}"#)), came);
        }
    }
    for (value, came) in [(7, Deny), (8, Allow)] {
        let name = format!("0107{}7", "01".repeat(10));
        assert_eq!(host.decide(format!(r#"{{"tool": "{name}", "args": {{"x": {value}}}}}"#)), came);
    }
    text.len()
}

fn many_patterns() -> usize {
    let count = size(20_000, 400);
    let last = count - 1;
    type Shape = (fn(usize) -> String, &'static str);
    let shapes: [Shape; 4] = [
        (|number| format!("w\"p{number}-*\""), "p{}-x"),
        (|number| format!("w\"*-s{number}\""), "x-s{}"),
        (|number| format!("w\"*-m{number}-*\""), "x-m{}-x"),
        (|number| format!("r\"[a-c]+-r{number}-[0-9]*\""), "abc-r{}-9"),
    ];
    let mut bytes = 0;
    for (pattern, text) in shapes {
        let set = numbered(count, ", ", pattern);
        let mut host = Host::new(deny_when(&format!("x.value in {{{set}}}")));
        let value = |number: usize| quoted(&text.replace("{}", &number.to_string()));
        host.expect(&[(&value(last), Deny), (&value(0), Deny), (&value(count), Allow)]);
        bytes = bytes.max(set.len());
    }
    let count = count / 4;
    let names = numbered(count, "\n", |number| {
        format!(
            "tool r\"read_.*_{number}\" {{ must deny when x.value in {{{number}}}; }} tool r\"[a-c]+_n{number}\" {{ must deny when x.value in {{{number}}}; }}"
        )
    });
    let mut host = Host::new(&names);
    let last = count - 1;
    for name in [format!("read_x_{last}"), format!("abc_n{last}")] {
        for (value, came) in [(last, Deny), (count, Allow)] {
            assert_eq!(
                host.decide(format!(r#"{{"tool": "{name}", "args": {{"x": {value}}}}}"#)),
                came,
                "{name}"
            );
        }
    }
    bytes
}

fn wildcards() -> usize {
    let length = size(1 << 20, 1 << 14);
    let run = "a".repeat(length - 2);
    for wildcard in ["*a*a*a*a*b", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "*?a?*?a?*b", "a*a*a*a*b"] {
        let mut host = Host::new(deny_when(&format!("x.value in {{w\"{wildcard}\"}}")));
        host.expect(&[(&quoted(&run), Allow), (&quoted(&format!("{run}b")), Deny)]);
    }
    let (many, least) = ("*?".repeat(size(10_000, 200)), size(10_000, 200));
    let mut host = Host::new(deny_when(&format!("x.value in {{w\"{many}\"}}")));
    host.expect(&[(&quoted(&"a".repeat(least - 1)), Allow), (&quoted(&"a".repeat(least)), Deny)]);
    let mut host = Host::new(deny_when(&format!("x.value in {{w\"{}b\"}}", "*".repeat(20_000))));
    host.expect(&[(&quoted(&run), Allow), ("\"b\"", Deny)]);
    length
}

fn long_value() -> usize {
    let policy = policy(deny_when(
        "x.value in {w\"*evil*\", r\"[a-z]*[0-9]\", r\"[01]*1[01]{18}\", w\"*.end\", str matching r\".*x\" length 1..}",
    ));
    let length = size(512 << 10, 16 << 10);
    let mut host = Host::of(policy);
    let run = |end: &str| quoted(&format!("{}{end}", "a".repeat(length)));
    host.expect(&[
        (&run(""), Allow),
        (&run("evil"), Deny),
        (&run("7"), Deny),
        (&run(".end"), Deny),
        (&run("x"), Deny),
    ]);
    let zeros = |end: &str| quoted(&format!("{}{end}", "0".repeat(length)));
    host.expect(&[
        (&zeros(&format!("1{}", "0".repeat(18))), Deny),
        (&zeros("2x"), Deny),
        (&zeros("b"), Allow),
    ]);
    2 * length
}

fn anchors() -> usize {
    for pattern in ["a)|(b", "a)|(?:b", ")(", "a\\"] {
        let text = deny_when(&format!("x.value in {{r\"{pattern}\"}}"));
        assert!(compiled(&text).program.is_none(), "{pattern}");
    }
    let mut host = Host::new(
        "tool \"t\" { must deny when x.value in {r\"a|b\", r\"^c$\", r\"(?m)^d$\", r\"(?x)e # note\", w\"f|g\"}; }
         tool r\"send|read\" { must deny always; }",
    );
    host.expect(&[
        ("\"a\"", Deny),
        ("\"b\"", Deny),
        ("\"ab\"", Allow),
        ("\"xb\"", Allow),
        ("\"ax\"", Allow),
        ("\"c\"", Deny),
        ("\"xc\"", Allow),
        ("\"d\"", Deny),
        ("\"e\"", Deny),
        ("\"e # note\"", Allow),
        ("\"f\"", Allow),
        ("\"f|g\"", Deny),
    ]);
    for (tool, came) in
        [("send", Deny), ("read", Deny), ("resend", Allow), ("sender", Allow), ("read\\n", Allow)]
    {
        assert_eq!(host.decide(format!(r#"{{"tool": "{tool}"}}"#)), came, "{tool}");
    }
    100
}
