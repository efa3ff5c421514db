//! Patterns: regexes and wildcards that must match a whole string (S4.3).
//!
//! Parsing is all that happens here: it is cheap, so that the compiler can validate with it, and builds no automaton
//! (that is [`crate::automata`]). Whole-string matching is built on the parsed form, never by pasting text around the
//! pattern, so `a)|(b` stays an error and `(?x)a #c` works.
//!
//! Invariant: a pattern that parses is within the size limits here, so building its automaton cannot fail.

mod classes;

pub use classes::class_count;

use crate::visible;
use classes::{escapes, slowness};
use regex_syntax::ast::{self, Ast, FlagsItemKind};
use regex_syntax::hir::{self, Dot, Hir, HirKind, Look};
use regex_syntax::utf8::Utf8Sequences;
use std::fmt;
use std::ops::Range;

/// The longest text of a pattern, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// The deepest nesting of a regex: groups, repetitions, alternatives and sequences each count. Building an automaton
/// recurses over them, in debug builds with some 5 KiB of stack for each.
pub const MAX_NESTING: u32 = 64;
/// The most classes such as `\w` or `\pL` in a pattern; each can have hundreds of ranges, and slow ones count as many.
pub const MAX_CLASSES: usize = 4096;
/// The most classes that all patterns of a policy may have together, whatever a host allows: the verifier parses all patterns
/// of an image, which takes some 30 µs for each.
pub const MAX_POLICY_CLASSES: usize = 500_000;
/// The largest size of a pattern with its repetitions written out, in bytes and byte ranges to match.
///
/// That is an automaton of some 11 MB, about what the regex crates allow by default.
pub const MAX_SIZE: u64 = 2_000_000;

/// How a pattern's text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternSyntax {
    /// A regex in the syntax of the Rust regex crates.
    Regex,
    /// A wildcard: `*` any run, `?` any one character, backslash before `*`, `?`, `\` or `"` for themselves (S1.7).
    Wildcard,
}

/// A pattern that parsed: ready to be built into an automaton.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Start of text, the pattern, end of text.
    whole: Hir,
    sets_line_mode: bool,
    size: u64,
}

impl Pattern {
    /// Reads a pattern whose escapes of S1.6 or S1.7 are decoded as far as those rules say.
    ///
    /// In a regex, `.` matches line ends too unless the pattern says otherwise (S4.5), and classes are Unicode's.
    ///
    /// # Errors
    /// If the regex syntax refuses it, it has a construct that is not supported, or it is too large.
    pub fn parse(syntax: PatternSyntax, text: &str) -> Result<Pattern, PatternError> {
        if text.len() > MAX_TEXT {
            let message = format!("the pattern is longer than {MAX_TEXT} bytes");
            return Err(PatternError { message, span: 0..text.len() });
        }
        let (hir, sets_line_mode) = match syntax {
            PatternSyntax::Regex => parse_regex(text)?,
            PatternSyntax::Wildcard => (parse_wildcard(text), false),
        };
        let size = size(&hir);
        if size > MAX_SIZE {
            let message = "the pattern is too large with its repetitions written out".to_owned();
            return Err(PatternError { message, span: 0..text.len() });
        }
        let whole = Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)]);
        Ok(Pattern { whole, sets_line_mode, size })
    }

    /// Whether it begins with a flag setting that names `s`, such as `(?s)`, `(?-s)` or `(?is)`, and so is taken at its
    /// word where a value has a line end (S4.5).
    pub fn sets_line_mode(&self) -> bool {
        self.sets_line_mode
    }

    /// Its size with its repetitions written out, in bytes and byte ranges to match.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The pattern between start and end of text, for what asks other questions of patterns than whether a text matches. That `.`
    /// crosses line ends is in it, what a line end in a value does beyond that is not (S4.5).
    pub fn whole(&self) -> &Hir {
        &self.whole
    }
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    message: String,
    span: Range<usize>,
}

impl PatternError {
    /// What is wrong, naming the construct.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The bytes of the pattern's text that are at fault, on character boundaries.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PatternError {}

fn parse_regex(text: &str) -> Result<(Hir, bool), PatternError> {
    let classes = escapes(text);
    check_classes(classes, text)?;
    let tree = syntax_tree(text).map_err(|error| PatternError {
        message: explain(error.kind(), text, error.span()),
        span: range(error.span()),
    })?;
    check_classes(classes.saturating_add(slowness(&tree)), text)?;
    let hir = hir::translate::TranslatorBuilder::new()
        .dot_matches_new_line(true)
        .build()
        .translate(text, &tree)
        .map_err(|error| PatternError {
            message: quote(&error.kind().to_string(), text, error.span()),
            span: range(error.span()),
        })?;
    Ok((hir, begins_with_line_mode(&tree)))
}

/// What the text of a regex says; no class is made yet.
fn syntax_tree(text: &str) -> Result<Ast, Box<ast::Error>> {
    ast::parse::ParserBuilder::new().nest_limit(MAX_NESTING).build().parse(text).map_err(Box::new)
}

fn check_classes(count: usize, text: &str) -> Result<(), PatternError> {
    if count <= MAX_CLASSES {
        return Ok(());
    }
    let message = format!(
        "the pattern has more than {MAX_CLASSES} classes such as `\\w`, where large ones that ignore case count as many"
    );
    Err(PatternError { message, span: 0..text.len() })
}

fn range(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// The parser's message; constructs that other engines have, and this one does not, by their usual names.
fn explain(kind: &ast::ErrorKind, text: &str, span: &ast::Span) -> String {
    let rest = |offset: usize| text.get(offset..).unwrap_or_default();
    let before = span.start.offset.checked_sub(2).map(rest).unwrap_or_default();
    let here = rest(span.start.offset);
    match kind {
        ast::ErrorKind::UnsupportedLookAround => {
            quote("look-around (look-ahead, look-behind) is not supported", text, span)
        }
        ast::ErrorKind::UnsupportedBackreference => quote("back-references are not supported", text, span),
        ast::ErrorKind::FlagUnrecognized if before.starts_with("(?>") => {
            "atomic groups `(?>…)` are not supported".to_owned()
        }
        ast::ErrorKind::FlagUnrecognized if before.starts_with("(?(") => {
            "conditionals `(?(…)…)` are not supported".to_owned()
        }
        ast::ErrorKind::EscapeUnrecognized if here.starts_with(r"\k") || here.starts_with(r"\g") => {
            quote("back-references are not supported", text, span)
        }
        ast::ErrorKind::NestLimitExceeded(limit) => {
            format!("the pattern is nested deeper than {limit} levels")
        }
        _ => quote(&kind.to_string(), text, span),
    }
}

/// Adds the text at fault to a message, if that helps.
fn quote(message: &str, text: &str, span: &ast::Span) -> String {
    match text.get(range(span)) {
        Some(excerpt) if !excerpt.is_empty() && excerpt.chars().count() <= 40 => {
            format!("{message}: {}", visible::quote(excerpt))
        }
        _ => message.to_owned(),
    }
}

/// Whether the text begins with a flag setting (not a group with flags) that names `s`.
fn begins_with_line_mode(tree: &Ast) -> bool {
    let mut first = tree;
    loop {
        first = match first {
            Ast::Concat(concat) => match concat.asts.first() {
                Some(ast) => ast,
                None => return false,
            },
            Ast::Alternation(alternation) => match alternation.asts.first() {
                Some(ast) => ast,
                None => return false,
            },
            Ast::Flags(set) => {
                let names =
                    |item: &ast::FlagsItem| item.kind == FlagsItemKind::Flag(ast::Flag::DotMatchesNewLine);
                return set.span.start.offset == 0 && set.flags.items.iter().any(names);
            }
            _ => return false,
        };
    }
}

/// Every text is a wildcard (S1.7).
fn parse_wildcard(text: &str) -> Hir {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let flush = |literal: &mut String, parts: &mut Vec<Hir>| {
        if !literal.is_empty() {
            parts.push(Hir::literal(literal.as_bytes()));
            literal.clear();
        }
    };
    let mut run = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let was_run = std::mem::replace(&mut run, character == '*');
        match character {
            '*' if was_run => {}
            '*' => {
                flush(&mut literal, &mut parts);
                let sub = Box::new(Hir::dot(Dot::AnyChar));
                parts.push(Hir::repetition(hir::Repetition { min: 0, max: None, greedy: true, sub }));
            }
            '?' => {
                flush(&mut literal, &mut parts);
                parts.push(Hir::dot(Dot::AnyChar));
            }
            '\\' => literal
                .push(characters.next_if(|next| matches!(next, '*' | '?' | '\\' | '"')).unwrap_or('\\')),
            other => literal.push(other),
        }
    }
    flush(&mut literal, &mut parts);
    Hir::concat(parts)
}

/// A bound for the automaton of `hir`: bytes and byte ranges, with the repetitions written out. Saturates, and does not
/// expand anything. The nesting limit bounds the recursion.
fn size(hir: &Hir) -> u64 {
    let sum = |subs: &[Hir]| subs.iter().map(size).fold(1, u64::saturating_add);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(hir::Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Class(hir::Class::Unicode(class)) => {
            let sequences = |range: &hir::ClassUnicodeRange| {
                Utf8Sequences::new(range.start(), range.end())
                    .map(|sequence| sequence.len() as u64)
                    .sum::<u64>()
            };
            class.ranges().iter().map(sequences).sum()
        }
        HirKind::Capture(capture) => size(&capture.sub).saturating_add(2),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1));
            size(&repetition.sub).saturating_add(2).saturating_mul(u64::from(times.max(1)))
        }
        HirKind::Concat(subs) | HirKind::Alternation(subs) => sum(subs),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_NESTING, MAX_TEXT, Pattern, PatternSyntax::Regex};
    use crate::automata::{self, Budget};
    use crate::bytecode::{VerifiedProgram, build_names};
    use crate::limits::Limits;
    use crate::policy::Policy;
    use crate::testing::Assembler;
    use std::time::{Duration, Instant};

    #[test]
    fn refuses_and_names_what_is_not_supported() {
        for (text, message, at) in [
            ("a)|(b", "unopened group: `)`", 1..2),
            ("(?=a)", "look-around (look-ahead, look-behind) is not supported: `(?=`", 0..3),
            ("x(?<!a)", "look-around (look-ahead, look-behind) is not supported: `(?<!`", 1..5),
            (r"(a)\1", r"back-references are not supported: `\1`", 3..5),
            (r"(?P<n>a)\k<n>", r"back-references are not supported: `\k`", 8..10),
            ("(?>a)", "atomic groups `(?>…)` are not supported", 2..3),
            ("(?(1)a)", "conditionals `(?(…)…)` are not supported", 2..3),
            (r"é\Z", r"unrecognized escape sequence: `\Z`", 2..4),
            ("a{2", "unclosed counted repetition: `{2`", 1..3),
            ("[b-a]", "invalid character class range, the start must be <= the end: `b-a`", 1..4),
            ("[a", "unclosed character class: `[`", 0..1),
            ("*a", "repetition operator missing expression", 0..0),
            (r"\p{Nope}", r"Unicode property not found: `\p{Nope}`", 0..8),
            (r"(?-u)\xff", r"pattern can match invalid UTF-8: `\xff`", 5..9),
        ] {
            let error = Pattern::parse(Regex, text).unwrap_err();
            assert_eq!((error.message(), error.span()), (message, at), "{text}");
        }
    }

    #[test]
    fn refuses_pathological_sizes_at_once() {
        let nested = "(".repeat(30_000) + &")".repeat(30_000);
        let classes = r"\w".repeat(30_000);
        let started = Instant::now();
        for text in [
            "a{5}{5}{5}{5}{5}{5}{5}{5}{5}{5}",
            "a{1000000000}",
            "((a{1000}){1000}){1000}",
            r"\pL{100000}",
            "(?:a?){4294967295}",
            &nested,
            &classes,
            &"a".repeat(MAX_TEXT + 1),
        ] {
            assert!(Pattern::parse(Regex, text).is_err(), "{}", text.chars().take(40).collect::<String>());
        }
        assert!(started.elapsed() < Duration::from_secs(2));
        assert!(Pattern::parse(Regex, "(?:){4294967295}").is_ok(), "nothing, however often, is nothing");
    }

    #[test]
    fn accepts_large_but_sane_patterns() {
        let names: Vec<String> = (0..2000).map(|name| format!("name_{name}")).collect();
        let nested = "(?:a|".repeat(20) + &")".repeat(20);
        for text in [r"\w{200}", r"[01]*1[01]{22}", "a{1000}", r"(?i)\pL{50}", &names.join("|"), &nested] {
            assert!(Pattern::parse(Regex, text).is_ok(), "{}", text.chars().take(40).collect::<String>());
        }
    }

    /// The deepest patterns that parse are built on a small stack, in debug builds too.
    #[test]
    fn the_nesting_limit_fits_a_small_stack() {
        let build = |text: &str| {
            if Pattern::parse(Regex, text).is_err() {
                return 0;
            }
            for budget in [0, 256 * 1024] {
                let mut asm = Assembler::new();
                asm.regex_set(text);
                let block = asm.regex(text);
                asm.block(block);
                build_names(&mut asm.program).unwrap();
                automata::build(&mut asm.program, Budget::new(budget, budget)).unwrap();
                let verified = VerifiedProgram::new(asm.program).unwrap();
                drop(Policy::new(verified, Limits::default()).unwrap());
            }
            1
        };
        let work = move || {
            let mut accepted = 0;
            for depth in 1..=MAX_NESTING as usize + 1 {
                for (open, close) in [("(", ")"), ("(?:a|", ")"), ("(?:a", ")*b"), ("[a", "]")] {
                    let text = open.repeat(depth) + "x" + &close.repeat(depth);
                    accepted += build(&text);
                }
            }
            accepted
        };
        let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap();
        assert!(thread.join().unwrap() > 100);
    }
}
