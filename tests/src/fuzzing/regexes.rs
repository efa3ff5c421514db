//! Regexes for the targets: random texts, members of what they match, a second answer, and the way they are written in
//! policies.
//!
//! The second answer is that of `regex-automata`'s meta engine for the same parsed pattern. Start and end of text are put
//! around the parsed form, never around the text: `\A(?:` before it would make `a)|(b` valid.

use crate::generate::Random;
use regex_automata::meta;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use regex_syntax::{ParserBuilder, escape};

/// The longest member that is made, in bytes.
const LONGEST_MEMBER: usize = 300;

/// Characters that go together badly: cases of one letter, line ends, word boundaries, separators.
const CHARACTERS: &[&str] = &[
    "a",
    "b",
    "ab",
    "k",
    "K",
    "\u{212a}",
    "s",
    "ſ",
    "ß",
    "é",
    "É",
    "0",
    "_",
    "-",
    ".",
    "/",
    "@",
    "*",
    "\\",
    "\"",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{85}",
    "\u{2028}",
    "日",
    "😀",
    "\u{10ffff}",
    "\0",
];

/// Pieces of syntax, some of which mean nothing anywhere.
const PIECES: &[&str] = &[
    "(",
    ")",
    "|",
    "[",
    "]",
    "*",
    "+",
    "?",
    "{",
    "}",
    "{2,",
    "{,3}",
    "(?",
    "(?i)",
    "(?s)",
    "(?-s)",
    "(?x)",
    "(?:",
    "(?P<n>",
    "(?=",
    "(?<=",
    "\\",
    "\\1",
    "\\k<n>",
    "^",
    "$",
    ".",
    "-",
    "&&",
    "[^",
    "\\d",
    "\\p{Greek}",
    "\\p{Nope}",
    "\\x{110000}",
    "\\u00e9",
    "#",
    " ",
    "a",
    "b",
    "\u{212a}",
];

/// What a pattern can begin with.
const FLAGS: &[&str] = &[
    "", "", "", "(?i)", "(?s)", "(?-s)", "(?is)", "(?i-s)", "(?m)", "(?x)", "(?U)", "(?R)", "(?mR)", "(?-u)",
];

/// A random text that is a pattern mostly.
pub(super) fn pattern(random: &mut Random) -> String {
    match random.below(8) {
        0 => (0..1 + random.below(8)).map(|_| random.pick(PIECES)).collect(),
        1..=3 => literal_shape(random),
        4 => format!("{}{}", random.pick(FLAGS), literal_shape(random)),
        5 => format!("(?s:{})", expression(random, 3)),
        _ => format!("{}{}", random.pick(FLAGS), expression(random, 3)),
    }
}

fn literal(random: &mut Random) -> String {
    (0..random.below(4)).map(|_| escape(random.pick(CHARACTERS))).collect()
}

/// What is literal text but for runs: exact texts, prefixes, suffixes, both, substrings.
fn literal_shape(random: &mut Random) -> String {
    let part = |random: &mut Random| match random.below(4) {
        0 => format!("({}|{}|{})", literal(random), literal(random), literal(random)),
        1 => format!("(?i:{})", literal(random)),
        _ => literal(random),
    };
    let (a, b) = (part(random), part(random));
    match random.below(8) {
        0 => a,
        1 => format!("{a}.*"),
        2 => format!(".*{a}"),
        3 => format!(".*{a}.*"),
        4 => format!("{a}.*{b}"),
        5 => format!("{a}.*|.*{b}"),
        6 => format!("^{a}(?s:.*){b}$"),
        _ => format!("{a}.*{b}.*"),
    }
}

fn expression(random: &mut Random, depth: usize) -> String {
    let atom = |random: &mut Random| {
        let atoms = [
            ".",
            r"\w",
            r"\W",
            r"\d",
            r"\s",
            r"\pL",
            r"\b",
            r"\B",
            r"(?-u:\b)",
            "^",
            "$",
            r"\A",
            r"\z",
            r"\b{start}",
            r"\b{end-half}",
            "[a-c]",
            "[^a]",
            "[^@]",
            "[ab&&b]",
            r"[\w--a]",
            "[[:^alpha:]]",
            "(?i:k)",
            r"[\s\S]",
            "(?-s:.)",
            "(?m:^)",
            "(?mR:$)",
            "",
            "()",
        ];
        if random.percent(50) { escape(random.pick(CHARACTERS)) } else { random.pick(&atoms).to_owned() }
    };
    if depth == 0 {
        return atom(random);
    }
    match random.below(8) {
        0 | 1 => atom(random),
        2 | 3 => (0..2 + random.below(3)).map(|_| expression(random, depth - 1)).collect(),
        4 => format!("(?:{}|{})", expression(random, depth - 1), expression(random, depth - 1)),
        5 => format!("{}|{}", expression(random, depth - 1), expression(random, depth - 1)),
        _ => {
            let again =
                random.pick(&["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0}", "{2,}", "{0,5}?"]);
            format!("(?:{}){again}", expression(random, depth - 1))
        }
    }
}

/// A text as it stands in a regex literal of a policy (S1.6); none for what cannot stand there.
pub(super) fn regex_literal(pattern: &str) -> Option<String> {
    let mut out = String::from("r\"");
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => match characters.next()? {
                '\\' => out.push_str(r"\\\\"),
                '"' => out.push_str(r#"\\\""#),
                other => out.extend(['\\', other]),
            },
            other => out.push(other),
        }
    }
    out.push('"');
    may_stand_in_policies(pattern).then_some(out)
}

/// Whether S1.3 allows the characters of a text in a string.
pub(super) fn may_stand_in_policies(text: &str) -> bool {
    let bidi = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !text.contains(bidi)
}

/// Whether a text has a line end in it (S4.5).
pub(super) fn has_line_end(text: &str) -> bool {
    text.contains(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// What another engine says of a pattern.
pub(super) struct Reference {
    hir: Hir,
    regex: meta::Regex,
    takes_line_ends_at_its_word: bool,
}

impl Reference {
    /// Reads a pattern; the error is that of `regex-syntax`.
    pub(super) fn new(text: &str) -> Result<Reference, String> {
        let hir = ParserBuilder::new().dot_matches_new_line(true).build().parse(text);
        let hir = hir.map_err(|error| error.to_string())?;
        let whole = Hir::concat(vec![Hir::look(Look::Start), hir.clone(), Hir::look(Look::End)]);
        let config = meta::Config::new().nfa_size_limit(Some(64 << 20));
        let regex = meta::Builder::new().configure(config).build_from_hir(&whole);
        let regex = regex.map_err(|error| error.to_string())?;
        // `(?s)`, `(?-s)`, `(?is)` at the very beginning; not `(?s:…)` (S4.5).
        let flags =
            text.strip_prefix("(?").and_then(|rest| rest.split_once(')')).map_or("", |(flags, _)| flags);
        let setting = flags.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
        Ok(Reference { hir, regex, takes_line_ends_at_its_word: setting && flags.contains('s') })
    }

    /// Whether the whole of a text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Whether a text counts as matched in the `all` reading (S4.5).
    pub(super) fn surely_matches(&self, text: &str) -> bool {
        self.matches(text) && (self.takes_line_ends_at_its_word || !has_line_end(text))
    }

    /// A text that the pattern matches, assertions apart.
    pub(super) fn member(&self, random: &mut Random) -> String {
        let mut bytes = Vec::new();
        add_member(&self.hir, random, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn add_member(hir: &Hir, random: &mut Random, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(Class::Bytes(class)) => {
            if let Some(range) = class.ranges().get(random.below(class.ranges().len().max(1))) {
                let width = usize::from(range.end() - range.start());
                out.push(range.start() + random.below(width + 1) as u8);
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            let Some(range) = class.ranges().get(random.below(class.ranges().len().max(1))) else { return };
            let width = u32::from(range.end()) - u32::from(range.start());
            let offset =
                if random.percent(50) { random.below(width.min(200) as usize + 1) as u32 } else { width };
            let character = char::from_u32(u32::from(range.start()) + offset).unwrap_or(range.end());
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        HirKind::Capture(capture) => add_member(&capture.sub, random, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| add_member(part, random, out)),
        HirKind::Alternation(parts) => add_member(&parts[random.below(parts.len())], random, out),
        HirKind::Repetition(again) => {
            let most = again.max.unwrap_or(u32::MAX).min(again.min.saturating_add(4));
            let times = again.min as usize + random.below((most - again.min) as usize + 1);
            for _ in 0..times {
                if out.len() > LONGEST_MEMBER {
                    return;
                }
                add_member(&again.sub, random, out);
            }
        }
    }
}

/// Texts near what a pattern matches, and others.
pub(super) fn subjects(reference: &Reference, random: &mut Random) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..2 {
        let member = reference.member(random);
        texts.push(changed(&member, random));
        texts.push(member);
    }
    texts.push((0..random.below(5)).map(|_| random.pick(CHARACTERS)).collect());
    texts
}

/// A text with one change.
pub(super) fn changed(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len() + 1);
    let other = random.pick(CHARACTERS);
    match random.below(5) {
        0 if at < characters.len() => drop(characters.remove(at)),
        1 if at < characters.len() => drop(characters.splice(at..=at, other.chars())),
        2 => return format!("{text}{other}"),
        3 => return format!("{other}{text}"),
        _ => drop(characters.splice(at..at, other.chars())),
    }
    characters.into_iter().collect()
}
