//! The front end on hostile input: deep, long and meaningless texts, on a small stack and within its limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests may panic")]

use bumpalo::Bump;
use proptest::prelude::*;
use sqrt_compiler::diagnostics::{SourceMap, render};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::ast::{DeclarationKind, LetValue, PredicateKind, SetExprKind};
use sqrt_compiler::syntax::token::{FileId, Span, TokenKind};
use sqrt_compiler::syntax::{parse, source::SourceFile};

const STACK: usize = 512 * 1024;

/// Runs a test on a thread with the smallest stack that is promised.
fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

/// The codes of the diagnostics of a text.
fn codes(source: &str) -> Vec<&'static str> {
    codes_within(source, &Limits::default())
}

fn codes_within(source: &str, limits: &Limits) -> Vec<&'static str> {
    let arena = Bump::new();
    parse(&arena, FileId::default(), source, limits).diagnostics.iter().map(|d| d.code.as_str()).collect()
}

fn rule(condition: &str) -> String {
    format!("tool \"t\" {{ must deny when {condition}; }}")
}

#[test]
fn nesting_has_a_limit_with_two_sides_and_fits_a_small_stack() {
    on_small_stack(|| {
        type Nest = (fn(usize) -> String, &'static str);
        let nests: [Nest; 6] = [
            (|n| rule(&format!("{}a{}", "(".repeat(n), ")".repeat(n))), "parentheses"),
            (|n| rule(&format!("{}a", "not ".repeat(n))), "not"),
            (|n| rule(&format!("{}a{}", "not (".repeat(n / 2), ")".repeat(n / 2))), "both"),
            (|n| rule(&format!("x.value in {}a{}", "(".repeat(n), ")".repeat(n))), "set"),
            (|n| format!("let a = {}b{};", "(".repeat(n), ")".repeat(n)), "name"),
            (|n| format!("let a = {}b or c{};", "(d or ".repeat(n), ")".repeat(n)), "let"),
        ];
        for (nest, name) in nests {
            assert_eq!(codes(&nest(256)), Vec::<&str>::new(), "{name}");
            assert_eq!(codes(&nest(258)), ["E0702"], "{name}");
            assert!(codes(&nest(100_000)).contains(&"E0702"), "{name}");
        }
    });
}

#[test]
fn unbalanced_nesting_ends_in_errors_and_not_in_a_crash() {
    on_small_stack(|| {
        for piece in
            ["(", "{", "[", "not ", "tool \"t\" {", "when x {", "let a = (", "{\"a\",", "/*", "\"", "///\n"]
        {
            assert!(!codes(&piece.repeat(20_000)).is_empty(), "{piece}");
            assert!(!codes(&rule(&piece.repeat(20_000))).is_empty(), "{piece}");
        }
    });
}

#[test]
fn long_chains_become_one_node() {
    on_small_stack(|| {
        const TERMS: usize = 100_000;
        for (operator, set) in [("or", false), ("and", false), ("union", true), ("-", true), ("^", true)] {
            let source = format!("let a = x{};", format!(" {operator} b").repeat(TERMS));
            let arena = Bump::new();
            let parsed = parse(&arena, FileId::default(), &source, &Limits::default());
            assert!(parsed.is_ok(), "{operator}");
            let DeclarationKind::Let(declared) = parsed.file.declarations[0].kind else { panic!("no let") };
            let length = match declared.value {
                LetValue::Predicate(p) => match p.kind {
                    PredicateKind::Or(parts) | PredicateKind::And(parts) if !set => parts.len(),
                    _ => 0,
                },
                LetValue::Set(s) => match s.kind {
                    SetExprKind::Chain(_, parts) if set => parts.len(),
                    _ => 0,
                },
                _ => 0,
            };
            assert_eq!(length, TERMS + 1, "{operator}");
        }
        assert_eq!(codes(&format!("let a = x{};", " with \"b\"".repeat(TERMS))), Vec::<&str>::new());
        assert_eq!(codes(&rule(&"not or or ".repeat(TERMS))), Vec::<&str>::new());
        assert_eq!(codes(&format!("let a = not{};", " union or".repeat(TERMS))), Vec::<&str>::new());
    });
}

#[test]
fn long_runs_of_anything_fit_a_small_stack() {
    on_small_stack(|| {
        for piece in [
            "é", "a", "5", " ", "\n", "\0", "#é", "'é", "/// é", "/*é*/", "\"é", "<", "@a", "-", "&",
            "\u{202e}",
        ] {
            for quote in ["", "\"", "'", "#"] {
                let source = format!("{quote}{}", piece.repeat(50_000));
                assert!(codes(&source).len() <= 10_001, "{quote}{piece}");
            }
        }
    });
}

#[test]
fn rubbish_takes_linear_time() {
    for piece in [
        ";",
        "}",
        "é a ",
        "\\\"\n",
        "'",
        "\"\\\n",
        "not or ",
        "let a = ;",
        "\r.",
        "/// d\n}",
        "{ when ",
        "(a,",
        "\u{202e}",
    ] {
        let source = format!("\"{}", piece.repeat(100_000));
        assert!(codes(&source).len() <= 10_001, "{piece}");
        assert!(codes(source.get(1..).unwrap()).len() <= 10_001, "{piece}");
    }
}

#[test]
fn the_limits_of_bytes_and_steps_are_reported() {
    let limits = Limits::default().with("source_bytes", 10).unwrap();
    assert_eq!(codes_within("let a = b;", &limits), Vec::<&str>::new());
    assert_eq!(codes_within("let a = bc;", &limits), ["E0701"]);
    let limits = Limits::default().with("parse_steps", 5).unwrap();
    assert_eq!(codes_within("let a = b;", &limits), Vec::<&str>::new());
    assert_eq!(codes_within("let a = b; let c = d;", &limits), ["E0704"]);
}

/// Checks what holds for every text: tokens and comments tile it, places lie in it, rendering is safe.
fn check_invariants(source: &str) {
    let arena = Bump::new();
    let parsed = parse(&arena, FileId::default(), source, &Limits::default());
    let spans = |s: Span| source.get(s.start as usize..s.end as usize).expect("a span of whole characters");
    let mut pieces: Vec<Span> = parsed.tokens.tokens().iter().map(|t| t.span).collect();
    pieces.extend(parsed.tokens.comments().iter().map(|c| c.span));
    pieces.sort_by_key(|s| (s.start, s.end));
    let mut end = if source.starts_with('\u{feff}') { 3 } else { 0 };
    for piece in pieces {
        assert!(piece.start >= end, "tokens overlap");
        let gap = spans(Span { start: end, end: piece.start });
        assert!(gap.bytes().all(|b| b" \t\r\n\x0c".contains(&b)), "text is lost: {gap:?}");
        spans(piece);
        end = piece.end;
    }
    assert_eq!(end as usize, source.len());
    assert_eq!(parsed.tokens.tokens().last().map(|t| t.kind), Some(TokenKind::End));
    for declaration in parsed.file.declarations {
        spans(parsed.span(declaration.range));
    }
    let mut sources = SourceMap::new();
    sources.add(FileId::default(), "test", source);
    for diagnostic in &parsed.diagnostics {
        spans(diagnostic.primary.span);
        for label in &diagnostic.secondary {
            spans(label.span);
        }
        let text = render::render(diagnostic, &sources, render::Style::Plain);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
    let invalid = parsed.tokens.tokens().iter().any(|t| t.kind == TokenKind::Invalid);
    assert!(!invalid || !parsed.is_ok(), "an invalid token without an error");
}

/// Words, literals, operators and rubbish, as a policy might have them.
fn token() -> impl Strategy<Value = String> {
    let words = "let tool must should deny allow when always result session before after priority not and or in is \
                 empty universal overlaps subset superset of union intersect minus xor with without from args tags \
                 value int float str bool datetime matching like length true false inf x";
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let marks = "{ } ( ) [ ] , ; = == |= &= -= ^= -> | & - ^ @ . .. <.. ..< <..< .value .tags @tags @result @session \
                 @args \"a\" r\"b\" w\"c\" d\"2025-01-01\" 5 -5 1.5 -inf \" ' // /* */ \\ # * != && \u{202e} é \u{0}";
    let marks: Vec<String> = marks.split_whitespace().map(str::to_owned).collect();
    let blanks =
        ["\n", "\r\n", "\r", "/// d\n", "// c\n", "/* c */", "\t", "\u{feff}"].map(str::to_owned).to_vec();
    prop_oneof![
        4 => proptest::sample::select(words),
        4 => proptest::sample::select(marks),
        1 => proptest::sample::select(blanks),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_text_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        match SourceFile::from_bytes(FileId::default(), "test", bytes, &Limits::default()) {
            Ok(file) => check_invariants(&file.text),
            Err(error) => {
                let mut sources = SourceMap::new();
                sources.add(error.shown.id, "test", &error.shown.text);
                prop_assert!(!render::render(&*error.diagnostic, &sources, render::Style::Plain).is_empty());
            }
        }
    }

    #[test]
    fn any_characters_keep_the_invariants(characters in proptest::collection::vec(any::<char>(), 0..100)) {
        check_invariants(&characters.into_iter().collect::<String>());
    }

    #[test]
    fn any_tokens_keep_the_invariants(
        tokens in proptest::collection::vec(token(), 0..80),
        separator in proptest::sample::select(vec![" ", ""]),
        inside in any::<bool>(),
    ) {
        let text = tokens.join(separator);
        check_invariants(&text);
        if inside {
            check_invariants(&format!("tool \"t\" {{ result {{ when {text} }} }}"));
        }
    }
}
