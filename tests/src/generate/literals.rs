//! Small universes of strings, numbers, dates and patterns, which meet so often that rules fire.

use super::random::Random;

/// Strings of metadata sets.
pub(super) const TAGS: &[&str] = &["a", "b", "c", "ab", "pii", "pii:x", "a\nb", "é", "__llm_blocked"];

/// Strings of values.
const STRINGS: &[&str] = &[
    "a", "b", "ab", "aab", "abc", "A", "", "*", "pii", "pii:x", "a\nb", "b\na", "a\r\nb", "a\u{85}b", "a\n",
    "\u{2028}", "é", "É", "a.b", "a\\b", "\"", "5", "true", "a b", "ß", "x",
];

/// Names of arguments, some of which are keywords (S1.4).
pub(super) const ARGUMENTS: &[&str] = &["x", "y", "z", "in", "result"];

/// Names of tools.
pub(super) const TOOLS: &[&str] =
    &["t", "t", "t", "tt", "u", "t\nu", "parse_with_ai", "send_mail", "send_file", "read_file", "x_send_y"];

const REGEXES: &[&str] = &[
    "a.*",
    ".*b",
    "(?i)a.*",
    "(?s)a.*",
    "(?-s)a.*",
    "(?is)A.b",
    "(?s:a.*)",
    "a|ab",
    "[ab]+",
    r"\w*",
    "pii:.*",
    "(?m)^a$\n?.*",
    r"\ba\b",
    "a{1,2}b?",
    "",
    ".",
    "..",
    r"a\.b",
    r"a\\.b",
    r"a\\\\b",
    "(?x) a #c",
    r"\p{L}+",
    r"[^a]*",
    r"(?P<n>a)(b)?",
    r"a.b|b.a",
    r"\d+",
    r"\s*\S?",
    r"a\n.*",
    r"(?:a|b)*?c",
    r"[[:alpha:]]*",
    r"\Aa\z",
    r"(?i)ss|ß|é",
    r".*\n.*",
    r"\x61.",
    r"\\?.",
    r"(?i)(?s)a.*",
    r"(a|b)\b.*",
    r#"\""#,
];

const WILDCARDS: &[&str] = &[
    "*", "a*", "*b", "?", "a?b", "*i*", r"\*", r"a\\b", "pii:*", "", "**", "?*", "*a*b*", "é", r"\?", "a.b",
    r"a\b",
];

const INTEGERS: &[&str] = &[
    "0",
    "1",
    "2",
    "5",
    "-3",
    "-1",
    "10",
    "100000",
    "1705276800",
    "9007199254740993",
    "9007199254740992",
    "18446744073709551615",
    "-9223372036854775808",
    "18446744073709551616",
    "100000000000000000000000000000000000000000",
];

const DECIMALS: &[&str] = &[
    "0.0",
    "5.0",
    "5.5",
    "-3.0",
    "0.5",
    "0.1",
    "1705276800.5",
    "9007199254740992.0",
    "-0.0",
    "1.000000001",
    "100000.0",
];

const VALUE_NUMBERS: &[&str] = &[
    "1e5",
    "5e0",
    "1e300",
    "-1e300",
    "50e-1",
    "1E2",
    "0.0009765625",
    "-0",
    "1e-9",
    "1.7052768005e9",
    "0.1e1",
];

const DATES: &[&str] = &[
    "2024-01-15",
    "20240115",
    "2024-01-15T00:00:00Z",
    "2024-01-15T01:00:00+01:00",
    "2024-01-14T24:00",
    "1970-01-01",
    "1970-01-01T00:00:05",
    "2024-01-14T23:59:60",
    "2024-02-29",
    "2024-01-15 0000",
    "0000-01-01",
    "2024-01-15T00:00:00.5Z",
    "20240115T000000,500000000-0000",
    "9999-12-31T23:59:59.999999999Z",
    "2024-01-15T12+12",
    "2024-01-15T00:00:00.0000000001",
    "1969-12-31T23:59:57",
    "2024-01-14T22:30-0130",
    "0001-01-01T00:00+23:59",
];

const NO_DATES: &[&str] = &[
    "2024-01-15t00,",
    "2023-02-29",
    "2024-1-5",
    "2024-01-15T",
    "2024-01-15T25:00",
    "2024-01-15 ",
    "2024-01-15T12:00 Z",
    "2024-13-01",
    "2024-01-15T12:00.5",
    "20240-115",
    "2024-0115",
    "2024-01-15T12:00:00.Z",
    "2024-01-15Z",
    "2024-01-14T24:01",
    "-2024-01-15",
    "2024-01-15T1200:00",
    "2024-01-15T12:0000",
    "2024-01-15T12:00:61",
    "2024-01-15T12:00+1",
    "2024-01-15T12:00+24:00",
    "2024-01-15T12:00+01:60",
    "+2024-01-15",
    "2024-01-15T12:00z ",
    "2024-01-15T24:00:00.5",
    "2024-01-15T12:00:60.5",
];

/// The text of a policy string literal, quotes included.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\u{85}' | '\u{2028}' => literal.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            _ => literal.push(c),
        }
    }
    literal + "\""
}

/// The name of a numbered tag.
pub(super) fn numbered_tag(number: usize) -> String {
    format!("g{number}")
}

/// Some numbered tags, if there are any: a run of them, all or every so many, which begins at or beside the edge of a word
/// of 64 or anywhere.
pub(super) fn numbered_tags(random: &mut Random) -> Vec<String> {
    let all = random.numbered();
    if all == 0 || random.percent(50) {
        return Vec::new();
    }
    let first = match random.below(3) {
        0 => random.below(all),
        _ => (random.below(all / 64 + 1) * 64 + random.below(3)).saturating_sub(1),
    };
    let step = if random.percent(70) { 1 } else { random.below(130) + 1 };
    let count = [1, 2, 3, 63, 64, 65, 130, all][random.below(8)];
    (first..all).step_by(step).take(count).map(numbered_tag).collect()
}

/// A tag as a policy literal.
pub(super) fn tag(random: &mut Random) -> String {
    let all = random.numbered();
    if all > 0 && random.percent(30) {
        return quoted(&numbered_tag(random.below(all)));
    }
    quoted(random.pick_early(TAGS))
}

/// A string of values.
pub(super) fn string(random: &mut Random) -> &'static str {
    if random.percent(20) { random.pick_early(TAGS) } else { random.pick_early(STRINGS) }
}

/// A string of values, where none is preferred: line ends are more frequent.
pub(super) fn any_string(random: &mut Random) -> &'static str {
    random.pick(STRINGS)
}

/// A string literal of a policy; `*` has a meaning of its own there, so it is rare.
pub(super) fn string_literal(random: &mut Random) -> String {
    let text = string(random);
    if text == "*" && random.percent(70) { quoted("a") } else { quoted(text) }
}

/// `r"…"` or `w"…"`
pub(super) fn pattern(random: &mut Random) -> String {
    match random.below(10) {
        0..4 => format!("r\"{}\"", random.pick_early(REGEXES)),
        4..7 => format!("r\"{}\"", regex(random, 3)),
        _ => format!("w\"{}\"", random.pick_early(WILDCARDS)),
    }
}

/// `r"…"`
pub(super) fn regex_literal(random: &mut Random) -> String {
    if random.percent(50) {
        format!("r\"{}\"", random.pick_early(REGEXES))
    } else {
        format!("r\"{}\"", regex(random, 3))
    }
}

/// `w"…"`
pub(super) fn wildcard_literal(random: &mut Random) -> String {
    format!("w\"{}\"", random.pick_early(WILDCARDS))
}

/// A regex of small parts.
fn regex(random: &mut Random, depth: usize) -> String {
    let flags: &[&str] = &["", "", "", "", "", "(?i)", "(?s)", "(?-s)", "(?m)"];
    let prefix = if depth == 3 { random.pick(flags) } else { "" };
    let branches = (0..=usize::from(random.percent(25))).map(|_| branch(random, depth)).collect::<Vec<_>>();
    prefix.to_owned() + &branches.join("|")
}

fn branch(random: &mut Random, depth: usize) -> String {
    const ATOMS: &[&str] = &[
        "a", "b", "c", "ab", ".", ".", "[ab]", "[^b]", r"\w", r"\n", r"\s", "^", "$", r"\b", "é", r"\B",
        r"\d",
    ];
    const REPEATS: &[&str] = &["", "", "", "*", "+", "?", "*?", "{0,2}", "{2}", "{1,}"];
    let mut text = String::new();
    for _ in 0..random.below(3) + 1 {
        let atom = if depth > 0 && random.percent(25) {
            let open = random.pick(&["(", "(?:", "(?i:", "(?s:", "(?-s:"]);
            format!("{open}{})", regex(random, depth - 1))
        } else {
            random.pick(ATOMS).to_owned()
        };
        text.push_str(&atom);
        if !matches!(atom.as_str(), "^" | "$" | r"\b" | r"\B") {
            text.push_str(random.pick(REPEATS));
        }
    }
    text
}

/// A number as a policy writes it, without infinities.
pub(super) fn number(random: &mut Random) -> &'static str {
    if random.percent(70) { random.pick_early(INTEGERS) } else { random.pick_early(DECIMALS) }
}

/// A number as JSON writes it.
pub(super) fn value_number(random: &mut Random) -> &'static str {
    if random.percent(25) { random.pick(VALUE_NUMBERS) } else { number(random) }
}

/// A date of a policy.
pub(super) fn date(random: &mut Random) -> String {
    if random.percent(30) { made_up_date(random) } else { random.pick_early(DATES).to_owned() }
}

/// A string of values that is a date, or nearly.
pub(super) fn value_date(random: &mut Random) -> String {
    match random.below(4) {
        0 => made_up_date(random),
        1 => random.pick(NO_DATES).to_owned(),
        _ => random.pick_early(DATES).to_owned(),
    }
}

/// A date put together from parts, always a valid one.
fn made_up_date(random: &mut Random) -> String {
    let (year, month, day) = (random.below(30) + 2000, random.below(12) + 1, random.below(28) + 1);
    let date = if random.percent(50) {
        format!("{year}-{month:02}-{day:02}")
    } else {
        format!("{year}{month:02}{day:02}")
    };
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    let separator = random.pick(&["T", "t", " "]);
    let fraction = random.pick(&["", ".5", ",25", ".123456789", ".1234567899"]);
    let time = match random.below(6) {
        0 => return date,
        1 => format!("{hour:02}"),
        2 => format!("{hour:02}:{minute:02}"),
        3 => format!("{hour:02}{minute:02}"),
        4 => format!("{hour:02}{minute:02}{second:02}{fraction}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}{fraction}"),
    };
    let offset = random.pick(&["", "Z", "z", "+01", "-0530", "+05:30", "-23:59"]);
    format!("{date}{separator}{time}{offset}")
}

/// `a..b` and its kin over numbers, or an exact one.
pub(super) fn number_range(random: &mut Random) -> String {
    let bound = |random: &mut Random| {
        if random.percent(8) { random.pick(&["inf", "-inf", "+inf"]) } else { number(random) }.to_owned()
    };
    let (lower, upper) = (bound(random), bound(random));
    range(random, &lower, &upper)
}

/// A range of small numbers, for lengths.
pub(super) fn length(random: &mut Random) -> String {
    let (lower, upper) = (random.below(4).to_string(), random.below(6).to_string());
    range(random, &lower, &upper)
}

/// `datetime …`
pub(super) fn date_domain(random: &mut Random) -> String {
    if random.percent(15) {
        // Not the largest: an instant beyond 10^20 years is the last one to the engine.
        let seconds =
            random.pick_early(&["0", "5", "1705276800", "1705276800.5", "-3", "18446744073709551615"]);
        return format!("datetime {seconds}");
    }
    let (lower, upper) = (format!("d{}", quoted(&date(random))), format!("d{}", quoted(&date(random))));
    if random.percent(20) {
        return format!("datetime {}", lower.trim_start_matches('d'));
    }
    format!("datetime {}", range(random, &lower, &upper))
}

fn range(random: &mut Random, lower: &str, upper: &str) -> String {
    match random.below(9) {
        0 => format!("{lower}..{upper}"),
        1 => format!("{lower}<..{upper}"),
        2 => format!("{lower}..<{upper}"),
        3 => format!("{lower}<..<{upper}"),
        4 => format!("{lower}.."),
        5 => format!("{lower}<.."),
        6 => format!("..{upper}"),
        7 => format!("..<{upper}"),
        _ => lower.to_owned(),
    }
}
