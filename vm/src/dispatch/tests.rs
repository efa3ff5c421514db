//! Dispatch against testing every block, and what it looks at to find them.

use super::{Dispatch, DispatchScratch};
use crate::automata::{Budget, MatcherCache, Report, Room};
use crate::bytecode::dispatch::ToolEngine;
use crate::bytecode::program::{PriorityRecord, Program, ToolRecord};
use crate::bytecode::{VerifiedProgram, build_names};
use crate::limits::Limits;
use crate::testing::{Assembler, built};
use proptest::prelude::*;
use regex_automata::{meta::Regex, util::syntax};

/// A program with a block per tool; regexes are written `/…`.
fn assembled<T: AsRef<str>>(tools: &[T]) -> Program {
    let mut asm = Assembler::new();
    for tool in tools.iter().map(AsRef::as_ref) {
        let block = match tool.strip_prefix('/') {
            Some(regex) => asm.regex(regex),
            None => asm.exact(tool),
        };
        asm.block(block);
    }
    asm.program
}

fn report(program: &mut Program, budget: Budget) -> Report {
    build_names(program).unwrap();
    crate::automata::build(program, budget).unwrap()
}

struct Loaded {
    program: Program,
    dispatch: Dispatch,
    scratch: DispatchScratch,
    cache: MatcherCache,
}

impl Loaded {
    fn new(program: Program, limits: &Limits) -> Loaded {
        VerifiedProgram::new(program.clone()).unwrap_or_else(|error| panic!("{error}"));
        let dispatch = Dispatch::load(&program, &mut Room::new(limits)).unwrap();
        let scratch = DispatchScratch::new(&program, &dispatch, limits.dispatch_cache);
        Loaded { program, dispatch, scratch, cache: MatcherCache::default() }
    }

    fn of<T: AsRef<str>>(tools: &[T]) -> Loaded {
        Loaded::new(built(assembled(tools)), &Limits::default())
    }

    /// The blocks of a name, in the order of updates: what is known of it is what a search finds.
    fn blocks(&mut self, name: &str) -> Vec<u32> {
        let places = self.dispatch.places(&self.program, name, &mut self.scratch, &mut self.cache);
        let found: Vec<u32> =
            places.iter().map(|&place| self.program.dispatch.order[place as usize]).collect();
        if let Some(known) = self.dispatch.known(&self.program, name) {
            assert_eq!(known.ascending, found, "{name}");
        }
        found
    }

    /// How many things are looked at to find the blocks of a name that is not remembered.
    fn steps(&mut self, name: &str) -> usize {
        let before = self.scratch.steps;
        self.dispatch.find(&self.program, name, &mut self.scratch, &mut self.cache);
        self.scratch.steps - before
    }
}

#[test]
fn finds_blocks_in_source_order() {
    let tools = ["send", "/send|read", "read", "send", "/(?s).*", "/.*d", "/^s(end)?$", "", "/read_\\w+"];
    let mut loaded = Loaded::of(&tools);
    for _ in 0..2 {
        for (tool, expected) in [
            ("send", vec![0, 1, 3, 4, 5, 6]),
            ("read", vec![1, 2, 4, 5]),
            ("s", vec![4, 6]),
            ("", vec![4, 7]),
            ("read_file", vec![4, 8]),
            ("resend\n", vec![4]),
            ("d", vec![4, 5]),
        ] {
            assert_eq!(loaded.blocks(tool), expected, "{tool:?}");
        }
    }
}

#[test]
fn names_are_remembered_where_finding_them_takes_a_search() {
    let remembers = |tools: &[&str]| {
        let mut loaded = Loaded::of(tools);
        let first = loaded.blocks("send");
        let known = loaded.scratch.remembered.find("send").0.is_some();
        assert_eq!(loaded.blocks("send"), first);
        known
    };
    for simple in [&["send", "read"][..], &["send", "/(?s)s.*"], &["send", "/(?s).*d"]] {
        assert!(!remembers(simple), "{simple:?}");
    }
    for search in [
        &["/(?s)s.*", "/(?s)r.*"][..],
        &["/(?s)s.*", "/(?s).*d"],
        &["/(?s).*d", "/(?s).*x"],
        &["/(?s).*en.*"],
        &["/[a-z]+"],
        &["/(?s).*en.*", "/[a-z]+"],
    ] {
        assert!(remembers(search), "{search:?}");
    }
}

#[test]
fn blocks_come_by_ascending_priority() {
    let mut asm = Assembler::new();
    let priorities = [PriorityRecord::Number(3), PriorityRecord::Preset(0), PriorityRecord::Number(-1)];
    for priority in priorities.into_iter().chain([PriorityRecord::Preset(1), PriorityRecord::Number(-1)]) {
        let mut block = if asm.program.blocks.len() == 2 { asm.exact("a") } else { asm.regex("a.*") };
        block.priority = priority;
        asm.block(block);
    }
    let mut loaded = Loaded::new(built(asm.program), &Limits::default());
    assert_eq!(loaded.blocks("a"), [2, 4, 0, 3, 1]);
    assert_eq!(loaded.blocks("ab"), [4, 0, 3, 1]);
    assert_eq!(loaded.blocks("b"), [0; 0]);
}

#[test]
fn every_kind_of_pattern_is_in_its_table() {
    let tools =
        ["/.*", "/(a|b)c", "/pre.*", "/.*fix", "/a.*b", "/.*mid.*", "/x[0-9]+", "/[a&&b]", r"/\bw.*", "e"];
    let program = built(assembled(&tools));
    let tables = &program.dispatch;
    assert_eq!((tables.targets.len(), tables.substrings.len(), tables.automata.len()), (10, 1, 2));
    // Everything, two texts, prefix, suffix, both; the guards of the last two.
    assert_eq!(tables.pairs.len(), 8);
    let engines: Vec<bool> =
        tables.automata.iter().map(|row| matches!(row.engine, ToolEngine::Dfa(_))).collect();
    assert_eq!(engines, [false, true]);
}

#[test]
fn what_is_over_the_budget_is_simulated_and_told() {
    let tools = ["/a[0-9]+", "/[01]*1[01]{14}", r"/\bb.*"];
    let mut program = assembled(&tools);
    let simulated = report(&mut program, Budget::new(1 << 14, 1 << 20)).simulated;
    let patterns: Vec<u32> = simulated.iter().map(|simulated| simulated.pattern.0).collect();
    assert_eq!(patterns, [1, 2]);
    let mut loaded = Loaded::new(program, &Limits::default());
    for (name, expected) in [
        ("a7", vec![0]),
        ("b", vec![2]),
        ("100000000000000", vec![1]),
        ("000000000000000", vec![]),
        ("a", vec![]),
    ] {
        assert_eq!(loaded.blocks(name), expected, "{name}");
    }
    let mut none = assembled(&tools);
    assert_eq!(report(&mut none, Budget::new(1 << 14, 0)).simulated.len(), 3);
    assert_eq!(Loaded::new(none, &Limits::default()).blocks("a7"), [0]);
}

#[test]
fn all_blocks_of_tools_that_are_named_exactly_are_known() {
    let mut asm = Assembler::new();
    for (tool, priority) in [("a", 1), ("/a.*", 2), ("a", 2), ("ab", 0), ("/b", 0), ("/.*[0-9]", 0)] {
        let block = match tool.strip_prefix('/') {
            Some(regex) => asm.regex(regex),
            None => asm.exact(tool),
        };
        asm.block(block.priority(priority));
    }
    let loaded = Loaded::new(built(asm.program), &Limits::default());
    let known = |name: &str| {
        let known = loaded.dispatch.known(&loaded.program, name)?;
        Some((known.ascending.to_vec(), known.descending.to_vec()))
    };
    assert_eq!(known("a"), Some((vec![0, 1, 2], vec![1, 2, 0])));
    assert_eq!(known("ab"), Some((vec![3, 1], vec![1, 3])));
    // What only patterns match is searched for.
    assert_eq!([known("b"), known("abc"), known("")], [None, None, None]);
    // Without patterns, nothing has to be.
    let simple = Loaded::of(&["a", "b", "a"]);
    assert!(simple.program.dispatch.known.is_empty());
    let known = |name| simple.dispatch.known(&simple.program, name).map(|known| known.ascending.to_vec());
    assert_eq!(["a", "b", "c"].map(known), [Some(vec![0, 2]), Some(vec![1]), Some(vec![])]);
}

#[test]
fn what_is_known_takes_no_more_room_than_a_few_places_for_each_block() {
    let mut tools: Vec<String> = (0..40).map(|number| format!("t{number}")).collect();
    tools.extend((0..20).map(|number| format!("/t{{1,{}}}.*", number + 1)));
    let mut loaded = Loaded::of(&tools);
    let lists = &loaded.program.dispatch.known;
    let known = lists.iter().filter(|list| list.len > 0).count();
    assert!((1..40).contains(&known) && loaded.program.dispatch.known_places.len() <= 4 * tools.len());
    for number in 0..40 {
        assert_eq!(loaded.blocks(&format!("t{number}")).len(), 21);
    }
}

/// Finding a name takes as many steps among many blocks as among a few.
fn same_work(counts: [usize; 2], tool: fn(usize) -> String, name: &str) {
    let steps = counts.map(|count| {
        let tools: Vec<String> = (0..count).map(tool).collect();
        let mut loaded = Loaded::of(&tools);
        assert_eq!(loaded.blocks(name), [7]);
        [loaded.steps(name), loaded.steps("no_such_tool")]
    });
    assert_eq!(steps[0], steps[1], "{name}");
    assert!(steps[0].iter().all(|&steps| steps <= 3), "{name}: {steps:?}");
}

/// Eight bytes of texts are compared first, and then the texts: of whatever length, at either end.
#[test]
fn texts_are_told_apart_beyond_their_first_bytes() {
    let texts = ["é", "ab", "abcdefg", "abcdefgh", "abcdefgh1", "abcdefgh2", "abcdefgh23", "hgfedcba"];
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let begins = texts.iter().map(|text| format!("/{text}.*"));
    let ends = texts.iter().map(|text| format!("/.*{}", reversed(text)));
    let both = texts.iter().map(|text| format!("/{text}.*{}", reversed(text)));
    let tools: Vec<String> = begins.chain(ends).chain(both).collect();
    let mut loaded = Loaded::of(&tools);
    let names = texts.iter().flat_map(|text| {
        let back = reversed(text);
        let of = |text: &str| {
            [text.to_owned(), format!("{text}0"), format!("0{text}"), format!("{text}\u{1}{back}")]
        };
        let short = text.char_indices().next_back().map_or("", |(last, _)| text.split_at(last).0);
        [of(text), of(&back), of(short)].concat()
    });
    let mut found = 0;
    for name in names.collect::<Vec<_>>() {
        let is_about = |tool: &String| {
            let (first, last) = tool.trim_start_matches('/').split_once(".*").unwrap();
            name.len() >= first.len() + last.len() && name.starts_with(first) && name.ends_with(last)
        };
        let expected: Vec<u32> =
            (0..).zip(&tools).filter(|(_, tool)| is_about(tool)).map(|(at, _)| at).collect();
        assert_eq!(loaded.blocks(&name), expected, "{name}");
        found += expected.len();
    }
    assert!(found > 100, "{found}");
}

/// The work for a name is what it has the text of, not what there is.
#[test]
fn the_work_does_not_grow_with_the_number_of_blocks() {
    let counts = [100, 10_000];
    same_work(counts, |n| format!("tool_{n}_x"), "tool_7_x");
    same_work(counts, |n| format!("/ns{n}_.*"), "ns7_get");
    same_work(counts, |n| format!("/.*_ns{n}"), "get_ns7");
    same_work(counts, |n| format!("/mcp_.*_t{n}"), "mcp_a_t7");
    same_work(counts, |n| format!("/.*_w{n}_.*"), "get_w7_x");
}

/// The same where automata are needed; they take some time to build.
#[test]
fn the_work_does_not_grow_with_the_number_of_automata() {
    let counts = [40, 400];
    same_work(counts, |n| format!("/mcp__[a-z]+_t{n}"), "mcp__read_t7");
    same_work(counts, |n| format!("/.*_w{n}_[0-9].*"), "get_w7_1");
    same_work(counts, |n| format!("/(get|put)_ns{n}_[a-z]+"), "put_ns7_abc");
}

/// Patterns that no text tells apart share automata.
#[test]
fn patterns_without_texts_share_automata() {
    let tools: Vec<String> = (0..500)
        .map(|n| format!("/[a-z]_[{}]{{{},}}", if n % 2 == 0 { "a-m" } else { "n-z" }, n / 2 + 1))
        .collect();
    let mut loaded = Loaded::of(&tools[..20]);
    assert!(loaded.program.dispatch.automata.len() <= 4);
    assert_eq!(loaded.blocks("x_aaa"), [0, 2, 4]);
}

#[test]
fn what_is_found_fits_the_memory_there_is() {
    let tools: Vec<String> = (1..40)
        .flat_map(|n| {
            [
                format!("/{}.*", "a".repeat(n)),
                format!("/.*{}", "a".repeat(n)),
                format!("/.*{}.*", "a".repeat(n)),
            ]
        })
        .collect();
    let mut loaded = Loaded::of(&tools);
    let capacities = |loaded: &Loaded| {
        let scratch = &loaded.scratch;
        [
            scratch.targets.numbers.capacity(),
            scratch.automata.numbers.capacity(),
            scratch.suffixes.capacity(),
            scratch.places.capacity(),
        ]
    };
    let before = capacities(&loaded);
    assert_eq!(loaded.blocks(&"a".repeat(100)).len(), tools.len());
    assert_eq!(loaded.blocks("baa").len(), 4);
    assert_eq!(capacities(&loaded), before);
}

/// Prefixes that contain each other, and suffixes that do: what is looked at grows with the pairs of the policy, not with the
/// prefixes of a name times its suffixes.
#[test]
fn nested_texts_take_no_more_steps_than_there_are_pairs() {
    const DEPTH: usize = 60;
    let mut tools: Vec<String> = (1..DEPTH).map(|length| format!("/{}.*y", "a".repeat(length))).collect();
    tools.extend((1..DEPTH).map(|length| format!("/b.*{}", "z".repeat(length))));
    tools.extend((1..DEPTH).map(|length| format!("/{}.*{}", "a".repeat(length), "z".repeat(length))));
    let mut loaded = Loaded::new(built(assembled(&tools)), &Limits::default());
    let name = format!("{}{}", "a".repeat(DEPTH), "z".repeat(DEPTH));
    let steps = loaded.steps(&name);
    assert_eq!(loaded.blocks(&name).len(), DEPTH - 1);
    // Each of the blocks that are found is looked at.
    assert!((DEPTH - 1..=3 * tools.len()).contains(&steps), "{steps}");
}

#[test]
fn names_of_any_length_are_found_and_remembered_within_limits() {
    let limits = Limits { dispatch_cache: 8, ..Limits::default() };
    let mut loaded = Loaded::new(built(assembled(&["/t.*", "t5", "/x.*"])), &limits);
    for round in 0..100 {
        let tool = format!("t{}", round % 13);
        let expected: &[u32] = if tool == "t5" { &[0, 1] } else { &[0] };
        assert_eq!(loaded.blocks(&tool), expected);
    }
    assert_eq!(loaded.blocks(&"t".repeat(100_000)), [0]);
    let steps = loaded.scratch.steps;
    loaded.blocks("t1");
    let found = loaded.scratch.steps;
    loaded.blocks("t1");
    assert!(found >= steps && loaded.scratch.steps == found, "what was just found is remembered");
}

/// Kinds of tools: few letters, so that names match often and texts contain each other. `W` is a word.
const KINDS: [&str; 17] = [
    "W",
    "",
    "/W.*",
    "/.*W",
    "/.*W.*",
    "/W.*W",
    "/W.*W.*W",
    "/(W|W).*",
    "/(W|W)[ab]+W",
    "/[ab]+W(.*)?",
    "/.*W[bc].*",
    "/.*",
    "/[a&&b]",
    "/(?i)W.*",
    r"/W\b.*",
    "/W?.W{1,2}",
    "/(?-s)W.*|W",
];

fn tool() -> impl Strategy<Value = String> {
    let words = prop::collection::vec("[ab]{1,3}", 3);
    (prop::sample::select(KINDS.to_vec()), words).prop_map(|(kind, words)| {
        words.iter().fold(kind.to_owned(), |tool, word| tool.replacen('W', word, 1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn agrees_with_testing_every_block(
        tools in prop::collection::vec(tool(), 0..24),
        names in prop::collection::vec("[abcAB\n]{0,7}", 1..12),
        tables in prop::sample::select(vec![0, 600, 3000, 1 << 20]),
    ) {
        let mut program = assembled(&tools);
        report(&mut program, Budget::new(tables, 1 << 20));
        let again = { let mut again = assembled(&tools); report(&mut again, Budget::new(tables, 1 << 20)); again };
        prop_assert_eq!(&again.dispatch, &program.dispatch);
        let regexes: Vec<Option<Regex>> = tools.iter().map(|tool| {
            let text = format!(r"\A(?:{})\z", tool.strip_prefix('/')?);
            let syntax = syntax::Config::new().dot_matches_new_line(true);
            Some(Regex::builder().syntax(syntax).build(&text).unwrap())
        }).collect();
        let mut loaded = Loaded::new(program, &Limits::default());
        for name in names.iter().chain(&names) {
            let matches = |(index, regex): (usize, &Option<Regex>)| match regex {
                Some(regex) => regex.is_match(name),
                None => tools[index] == *name,
            };
            let expected: Vec<u32> = (0..).zip(regexes.iter().enumerate()).filter(|&(_, row)| matches(row)).map(|(block, _)| block).collect();
            prop_assert_eq!(loaded.blocks(name), expected, "{:?} of {:?}", name, tools);
        }
    }
}

#[test]
fn a_block_is_of_the_target_that_its_tool_is() {
    let program = built(assembled(&["a", "/b.*", "a", "/b.*"]));
    let first = program.dispatch.targets[0].of(&program.dispatch.places).unwrap();
    assert_eq!(first, [0, 2]);
    assert!(matches!(program.blocks[1].tool, ToolRecord::Pattern(_)));
}
