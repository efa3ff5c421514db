//! The bound of loading: the tables of W3 made from its definitions, with a trie for the patterns, and with the automaton of
//! all of them that a library builds.

use regex_automata::dfa::{StartKind, dense};
use regex_automata::util::syntax;

use super::dispatch::{Tools, Trie};
use super::strings::StringIndex;
use super::{StringCall, answer};
use crate::harness::Competitor;
use crate::workload::RawCall;
use crate::workload::dispatch::{is_pattern, secret_path, tool_id};

/// Beyond so many tools the automaton takes minutes.
const MOST_WITH_DFA: usize = 10_000;

/// What the policy is about, as texts.
struct Definition {
    tool: String,
    is_pattern: bool,
    secret: String,
}

/// The tables with an automaton of all patterns.
struct WithDfa {
    names: StringIndex,
    patterns: dense::DFA<Vec<u32>>,
    secrets: Vec<Box<str>>,
}

impl WithDfa {
    fn new(definitions: &[Definition]) -> WithDfa {
        let of = |pattern: bool| {
            let some = definitions.iter().filter(move |it| it.is_pattern == pattern);
            some.map(|it| it.tool.as_str())
        };
        let config = dense::Config::new().start_kind(StartKind::Anchored);
        let syntax = syntax::Config::new().dot_matches_new_line(true);
        let patterns: Vec<&str> = of(true).collect();
        WithDfa {
            names: StringIndex::new(of(false)),
            patterns: dense::Builder::new().configure(config).syntax(syntax).build_many(&patterns).unwrap(),
            secrets: definitions.iter().map(|it| it.secret.as_str().into()).collect(),
        }
    }
}

/// The bound of loading so many tools; `call` is one by its exact name, which must be denied.
pub fn competitors<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let trie = Competitor::loads(
        "bound, trie",
        move || Tools::<Trie>::new(tools),
        |tools| answer(tools.decide(&StringCall::new(call))),
    );
    let definitions = (0..tools).map(|number| Definition {
        tool: tool_id(number),
        is_pattern: is_pattern(number),
        secret: secret_path(number),
    });
    let definitions: Vec<Definition> = definitions.collect();
    let exact: Vec<u32> = (0..tools as u32).filter(|number| !is_pattern(*number as usize)).collect();
    let dfa = Competitor::loads(
        "bound, DFA",
        move || WithDfa::new(&definitions),
        move |tables: WithDfa| {
            assert!(tables.patterns.memory_usage() > 0 && tables.secrets.len() == tools);
            answer(tables.names.find(call.tool).map(|place| exact[place] + 1))
        },
    );
    if tools <= MOST_WITH_DFA { vec![trie, dfa] } else { vec![trie] }
}
