//! Matchers against an independent engine and tables of cases.

use super::Matcher;
use crate::automata::MatcherCache;
use crate::pattern::{Pattern, PatternSyntax};
use proptest::prelude::*;
use regex_automata::meta;
use regex_syntax::hir::{Hir, Look};

const BUDGET: usize = 256 * 1024;

/// The pattern in each engine: as the budget has it, and simulated.
fn engines(syntax: PatternSyntax, text: &str) -> [Matcher; 2] {
    [BUDGET, 0].map(|budget| Matcher::parse(syntax, text, budget).unwrap())
}

fn matches(syntax: PatternSyntax, text: &str, subject: &str) -> bool {
    let mut cache = MatcherCache::default();
    let [table, simulated] = engines(syntax, text).map(|matcher| matcher.is_match(subject, &mut cache));
    assert_eq!(table, simulated, "{text} on {subject:?}");
    table
}

#[test]
fn a_regex_matches_whole_strings() {
    for (text, subject, expected) in [
        ("a|ab", "ab", true),
        ("a|ab", "abc", false),
        ("(?x)a #c", "a", true),
        ("(?x)a #c", "a #c", false),
        (r".*@corp\.com", "x@corp.com", true),
        (r".*@corp\.com", "x@corp.com.evil.org", false),
        (r".*@corp\.com", "x@corp.com\n", false),
        ("a$", "a\n", false),
        (".*", "a\r\n\u{2028}b", true),
        (".", "\n", true),
        ("(?-s).*", "a\nb", false),
        ("(?m)^a$", "a\nb", false),
        ("(?m)^a$.^b$", "a\nb", true),
        ("(?i)straße", "STRAßE", true),
        ("(?i)k", "\u{212a}", true),
        (r"\w+", "naïve", true),
        (r"\d", "٣", true),
        (r".*\bfoo\b.*", "a foo b", true),
        (r".*\bfoo\b.*", "éfooé", false),
        ("", "", true),
        ("", "a", false),
        ("a{2,3}", "aaaa", false),
        ("[^a]", "é", true),
        (".", "é", true),
        ("..", "é", false),
        ("(?:)*", "", true),
        ("[a&&b]", "a", false),
    ] {
        assert_eq!(matches(PatternSyntax::Regex, text, subject), expected, "{text} on {subject:?}");
    }
}

#[test]
fn a_wildcard_matches_whole_strings() {
    for (text, subject, expected) in [
        ("*", "", true),
        ("*", "a\nb", true),
        ("?", "é", true),
        ("?", "", false),
        ("a*c", "abbc", true),
        ("a*c", "abbcd", false),
        ("a**?c", "abc", true),
        ("a**?c", "ac", false),
        (r"a\*c", "a*c", true),
        (r"a\*c", "abc", false),
        (r"a\?\\", r"a?\", true),
        (r#"\""#, "\"", true),
        (r"\d", r"\d", true),
        (r"\d", "5", false),
        (r"a\", r"a\", true),
        ("(a|b)", "(a|b)", true),
        ("*@*.com", "x@y.com", true),
        ("*@*.com", "x.com", false),
        ("", "", true),
    ] {
        assert_eq!(matches(PatternSyntax::Wildcard, text, subject), expected, "{text} on {subject:?}");
    }
}

#[test]
fn large_patterns_are_simulated_with_the_same_answers() {
    for (text, matching, other) in [
        (r"[01]*1[01]{22}", "0110000000000000000000000", "0100000000000000000000000"),
        (r"\w{200}", &"é".repeat(200) as &str, &"é".repeat(199) as &str),
    ] {
        let matcher = Matcher::parse(PatternSyntax::Regex, text, BUDGET).unwrap();
        let mut cache = MatcherCache::default();
        assert!(matcher.is_simulated(), "{text}");
        assert!(matcher.is_match(matching, &mut cache) && !matcher.is_match(other, &mut cache), "{text}");
    }
}

#[test]
fn one_cache_serves_matchers_of_all_sizes() {
    let mut cache = MatcherCache::default();
    let matchers: Vec<Matcher> = ["a", r"\w{50}b?", "x|y", "(ab)*"]
        .iter()
        .map(|text| Matcher::parse(PatternSyntax::Regex, text, 0).unwrap())
        .collect();
    for _ in 0..3 {
        for (matcher, subject) in matchers.iter().zip(["a", &"w".repeat(50), "y", "abab"]) {
            assert!(matcher.is_match(subject, &mut cache) && !matcher.is_match("?", &mut cache));
        }
    }
}

/// Regexes that parse, over a small alphabet with a line end and a character of two bytes.
fn regexes() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a", "b", "é", ".", "\\n", "[ab]", "[^a]", "\\w", "\\W", "^", "$", "\\b", "\\B", "(?i:A)", "(?-s:.)",
        "ab", "",
    ]);
    leaf.prop_map(|leaf| format!("(?:{leaf})")).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (inner, prop::sample::select(vec!["*", "+", "?", "{2}", "{1,2}", "*?"]))
                .prop_map(|(part, times)| format!("(?:{part}){times}")),
        ]
    })
}

proptest! {
    // Building tables takes long without optimisation.
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn engines_agree_with_the_regex_crates(text in regexes(), subjects in prop::collection::vec("[abé\nA]{0,6}", 1..8)) {
        let pattern = Pattern::parse(PatternSyntax::Regex, &text).unwrap();
        let parsed = regex_syntax::ParserBuilder::new().dot_matches_new_line(true).build().parse(&text).unwrap();
        let whole = Hir::concat(vec![Hir::look(Look::Start), parsed, Hir::look(Look::End)]);
        let reference = meta::Regex::builder().build_from_hir(&whole).unwrap();
        let mut cache = MatcherCache::default();
        for budget in [BUDGET, 0] {
            let matcher = Matcher::new(&pattern, budget).unwrap();
            for subject in &subjects {
                prop_assert_eq!(
                    matcher.is_match(subject, &mut cache), reference.is_match(subject.as_str()), "{} on {:?}", text, subject
                );
            }
        }
    }

    #[test]
    fn wildcards_agree_with_a_naive_matcher(text in r"[ab*?é]{0,8}", subject in "[abé\n]{0,8}") {
        fn naive(pattern: &[char], subject: &[char]) -> bool {
            match pattern {
                [] => subject.is_empty(),
                ['*', rest @ ..] => (0..=subject.len()).any(|skipped| naive(rest, &subject[skipped..])),
                [head, rest @ ..] => match subject {
                    [first, after @ ..] => (*head == '?' || head == first) && naive(rest, after),
                    [] => false,
                },
            }
        }
        let characters = |text: &str| text.chars().collect::<Vec<char>>();
        prop_assert_eq!(
            matches(PatternSyntax::Wildcard, &text, &subject), naive(&characters(&text), &characters(&subject))
        );
    }
}
