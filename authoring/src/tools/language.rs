//! Patterns as sets of texts, so that it can be decided whether two have a text in common, or one is part of the other.
//!
//! A language is a deterministic automaton over bytes, built within a budget. What is decided is exact; what would cost too
//! much, or has constructs whose meaning is not certain, has no language, and nothing is concluded from it.

use super::schema::Count;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Dot, Hir, HirKind, Look, Repetition};
use sqrt_vm::pattern::{Pattern, PatternSyntax};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The memory that one automaton may take, in bytes.
const MOST_BYTES: usize = 1 << 19;
/// So many pairs of states are looked at to compare two languages.
const MOST_PAIRS: usize = 20_000;
/// So many automata are built in one analysis; building them takes most of its time.
const MOST_LANGUAGES: usize = 2_000;
/// Lengths up to this are looked at as languages.
const MOST_LENGTH: u64 = 64;
/// The texts without line ends (S4.5).
const ONE_LINE: &str = r"[^\n\r\x0B\x0C\u{85}\u{2028}\u{2029}]*";

/// The texts that a pattern matches.
#[derive(Debug)]
pub(crate) struct Language {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    /// One byte for each class of bytes that the automaton treats alike.
    bytes: Vec<u8>,
}

/// Languages by their patterns, each built once.
#[derive(Debug, Default)]
pub(crate) struct Languages {
    known: HashMap<(Source, String), Option<Rc<Language>>>,
    one_line: Option<Option<Rc<Language>>>,
}

/// Whose pattern it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    Policy(PatternSyntax),
    Schema,
}

impl Languages {
    /// Of a pattern of a policy, which matches whole texts (S4.3); line ends are no exception here.
    pub(crate) fn of_policy(&mut self, syntax: PatternSyntax, text: &str) -> Option<Rc<Language>> {
        self.get(Source::Policy(syntax), text, || Some(Pattern::parse(syntax, text).ok()?.whole().clone()))
    }

    /// Of a pattern of a JSON Schema, which is searched for; none if its meaning is not certain.
    pub(crate) fn of_schema(&mut self, text: &str) -> Option<Rc<Language>> {
        self.get(Source::Schema, text, || searched(text))
    }

    /// Of the texts with such a length, in Unicode scalar values; none if the bounds are large, or there are none.
    pub(crate) fn of_length(&mut self, length: Count) -> Option<Rc<Language>> {
        let Count { least, most } = length;
        if length == Count::default()
            || most.unwrap_or(least) > MOST_LENGTH
            || most.is_some_and(|most| most < least)
        {
            return None;
        }
        let most = most.map_or_else(String::new, |most| most.to_string());
        self.of_policy(PatternSyntax::Regex, &format!("(?s).{{{least},{most}}}"))
    }

    /// Whether no text of the language has a line end; false also if that cannot be told.
    pub(crate) fn is_one_line(&mut self, language: &Language) -> bool {
        let built = || {
            Some(Rc::new(Language::new(
                &Pattern::parse(PatternSyntax::Regex, ONE_LINE).ok()?.whole().clone(),
            )?))
        };
        let one_line = self.one_line.get_or_insert_with(built).clone();
        one_line.is_some_and(|one_line| language.is_subset(&one_line) == Some(true))
    }

    fn get(&mut self, source: Source, text: &str, hir: impl FnOnce() -> Option<Hir>) -> Option<Rc<Language>> {
        let key = (source, text.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        if self.known.len() >= MOST_LANGUAGES {
            return None;
        }
        let built = hir().and_then(|hir| Language::new(&hir)).map(Rc::new);
        self.known.insert(key, built.clone());
        built
    }
}

impl Language {
    /// None if it would be too large, or looks at Unicode word boundaries.
    fn new(whole: &Hir) -> Option<Language> {
        let config = thompson::Config::new()
            .which_captures(WhichCaptures::None)
            .utf8(false)
            .nfa_size_limit(Some(MOST_BYTES));
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(whole).ok()?;
        let config = dense::Config::new()
            .accelerate(false)
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let dfa = dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()?;
        let start = dfa.start_state_forward(&Input::new("").anchored(Anchored::Yes)).ok()?;
        let mut classes = HashSet::new();
        let bytes = (0..=u8::MAX).filter(|&byte| classes.insert(dfa.byte_classes().get(byte))).collect();
        Some(Language { dfa, start, bytes })
    }

    /// Whether a text is in the language.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        let end = text.bytes().fold(self.start, |state, byte| self.dfa.next_state(state, byte));
        self.ends(end)
    }

    /// Whether a text may end in a state.
    fn ends(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }

    fn is_dead(&self, state: StateID) -> bool {
        self.dfa.is_dead_state(state) || self.dfa.is_quit_state(state)
    }

    /// Whether no text is in both; none if that takes too much to tell.
    pub(crate) fn is_disjoint(&self, other: &Language) -> Option<bool> {
        self.no_pair(other, |mine, theirs| mine && theirs)
    }

    /// Whether every text is in the other, too; none if that takes too much to tell.
    pub(crate) fn is_subset(&self, other: &Language) -> Option<bool> {
        self.no_pair(other, |mine, theirs| mine && !theirs)
    }

    /// Whether no text leads to a pair of states that is `bad` by whether texts may end in them. Both questions end where
    /// no text of this language goes on.
    fn no_pair(&self, other: &Language, bad: impl Fn(bool, bool) -> bool) -> Option<bool> {
        let start = (self.start, other.start);
        let (mut seen, mut open) = (HashSet::from([start]), vec![start]);
        let bytes: Vec<u8> = {
            let mut bytes = HashSet::new();
            let class = |byte| (self.dfa.byte_classes().get(byte), other.dfa.byte_classes().get(byte));
            (0..=u8::MAX).filter(|&byte| bytes.insert(class(byte))).collect()
        };
        debug_assert!(bytes.len() >= self.bytes.len());
        while let Some((mine, theirs)) = open.pop() {
            if bad(self.ends(mine), other.ends(theirs)) {
                return Some(false);
            }
            for &byte in &bytes {
                let next = (self.dfa.next_state(mine, byte), other.dfa.next_state(theirs, byte));
                if !self.is_dead(next.0) && seen.insert(next) {
                    open.push(next);
                }
            }
            if seen.len() > MOST_PAIRS {
                return None;
            }
        }
        Some(true)
    }
}

/// The texts in which a pattern of a JSON Schema is found.
///
/// Such patterns are those of ECMAScript. What means the same in the syntax of the regex crates is taken, `\d`, `\w`, `\s` and `.`
/// are written out as ECMAScript means them, and a pattern with anything else has no meaning here.
fn searched(pattern: &str) -> Option<Hir> {
    let pattern = Pattern::parse(PatternSyntax::Regex, &translated(pattern)?).ok()?;
    // Without the start and end of text around it: it may be found anywhere.
    let HirKind::Concat(parts) = pattern.whole().kind() else { return None };
    let inner = parts.get(1..parts.len().checked_sub(1)?)?.to_vec();
    let anything = || {
        let sub = Box::new(Hir::dot(Dot::AnyChar));
        Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub })
    };
    let found = Hir::concat(inner);
    Some(Hir::concat(vec![Hir::look(Look::Start), anything(), found, anything(), Hir::look(Look::End)]))
}

/// What `\s` is in ECMAScript, without brackets.
const SPACE: &str =
    r"\t\n\x0B\x0C\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}";

/// A pattern of ECMAScript in the syntax of the regex crates; none if it has what may mean something else there.
fn translated(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let escaped = characters.next()?;
                match (escaped, in_class) {
                    ('d', _) => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
                    ('w', _) => out.push_str(if in_class { "A-Za-z0-9_" } else { "[A-Za-z0-9_]" }),
                    ('s', true) => out.push_str(SPACE),
                    ('s', false) => out.extend(["[", SPACE, "]"]),
                    ('D', false) => out.push_str("[^0-9]"),
                    ('W', false) => out.push_str("[^A-Za-z0-9_]"),
                    ('S', false) => out.extend(["[^", SPACE, "]"]),
                    ('n' | 'r' | 't' | 'f' | 'v', _) => out.extend(['\\', escaped]),
                    (other, _) if other.is_ascii_punctuation() => out.extend(['\\', other]),
                    _ => return None,
                }
                // A range that begins or ends with a class is read in different ways.
                if in_class && matches!(escaped, 'd' | 'w' | 's') && characters.peek() == Some(&'-') {
                    return None;
                }
            }
            '[' if in_class => return None,
            '[' => {
                in_class = true;
                out.push('[');
                if characters.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                // An empty class there is a bracket here.
                if characters.peek() == Some(&']') {
                    return None;
                }
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // Doubled, they are operators on classes here; a range up to a class is read in different ways.
            '&' | '~' if in_class && characters.peek() == Some(&character) => return None,
            '-' if in_class && matches!(characters.peek(), Some('-' | '\\')) => return None,
            '.' if !in_class => out.push_str(r"[^\n\r\x{2028}\x{2029}]"),
            '(' if !in_class && characters.peek() == Some(&'?') => {
                characters.next();
                characters.next_if_eq(&':')?;
                out.push_str("(?:");
            }
            '{' if !in_class && !characters.peek().is_some_and(char::is_ascii_digit) => return None,
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{Language, Languages};
    use sqrt_vm::pattern::PatternSyntax::{Regex, Wildcard};
    use std::rc::Rc;

    fn regex(text: &str) -> Rc<Language> {
        Languages::default().of_policy(Regex, text).unwrap()
    }

    fn schema(text: &str) -> Option<Rc<Language>> {
        Languages::default().of_schema(text)
    }

    #[test]
    fn languages_are_compared_exactly() {
        for (a, b, disjoint, subset) in [
            ("a+", "b+", true, false),
            ("a+", "a*", false, true),
            ("[ab]c", "bc|d", false, false),
            (r".*@corp\.com", r"[^@]*", true, false),
            (r"\d{4}", r"\w+", false, true),
            ("[^a]*", ".*", false, true),
        ] {
            let (a, b) = (regex(a), regex(b));
            assert_eq!((a.is_disjoint(&b), a.is_subset(&b)), (Some(disjoint), Some(subset)));
        }
        let wildcard = Languages::default().of_policy(Wildcard, "*.txt").unwrap();
        assert_eq!(wildcard.is_disjoint(&regex("[a-z]+")), Some(true));
        assert!(wildcard.accepts("a.txt") && !wildcard.accepts("a.txt2"));
    }

    #[test]
    fn patterns_of_schemas_are_searched_for() {
        for (pattern, text, found) in [
            ("b", "abc", true),
            ("^b", "abc", false),
            ("^abc$", "abc", true),
            (r"^\d+$", "12", true),
            (r"^\d+$", "١٢", false),
            (r"^\w+$", "é", false),
            ("^[^@]+@x$", "a@x", true),
            (r"^a.b$", "a\nb", false),
            (r"^a\sb$", "a\u{a0}b", true),
            ("^(?:a|b){2}$", "ab", true),
            (r"^[\w.-]+$", "a-b.c", true),
            ("^(a|b)", "bx", true),
        ] {
            assert_eq!(schema(pattern).unwrap().accepts(text), found, "{pattern} {text}");
        }
    }

    #[test]
    fn what_may_mean_something_else_has_no_language() {
        for pattern in [
            "(?=a)", "(?i)a", r"\bfoo", r"\p{L}", r"(a)\1", "[]a]", "[[a]", "[a&&b]", "a{,5}", r"\u0041",
            r"[\d-z]", r"\cA",
        ] {
            assert!(schema(pattern).is_none(), "{pattern}");
        }
        assert!(Languages::default().of_policy(Regex, r"\bfoo").is_none());
        assert!(Languages::default().of_policy(Regex, r"[01]*1[01]{22}").is_none(), "too large");
    }

    #[test]
    fn line_ends_are_seen() {
        let mut languages = Languages::default();
        for (pattern, one_line) in [("^[a-z]+$", true), ("^a", false), ("^.+$", false), (r"^[^\n]+$", false)]
        {
            let language = languages.of_schema(pattern).unwrap();
            assert_eq!(languages.is_one_line(&language), one_line, "{pattern}");
        }
    }
}
