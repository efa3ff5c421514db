//! Names of tools against the ids of blocks (S6, S7.1): the blocks that are found, and their order, are those of testing the
//! id of each block by itself, whatever tables the ids of all of them became, and however often a name was asked for.

use super::regexes::{Reference, changed, pattern, regex_literal};
use super::variants::Variants;
use crate::generate::Random;
use regex_syntax::escape;
use sqrt_vm::call::Call;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::{FIELDS, Session};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use std::collections::BTreeSet;

/// Words of names, related to each other.
const WORDS: &[&str] = &[
    "read",
    "read_",
    "read_file",
    "re",
    "file",
    "_file",
    "e",
    "get_",
    "get_document",
    "document",
    "doc",
    "a",
    "aa",
    "aaa",
    "é",
    ".",
    "/",
    "\n",
    "send",
    "send_mail",
    "mail",
    "*",
    "",
];

/// Which tools a block is about.
enum Id {
    Exact(String),
    Pattern(String, Box<Reference>),
}

/// A block of the policy, on a line of its own.
struct Block {
    id: Id,
    priority: i64,
    /// Blocks that it looks for among those that came before it.
    looks_for: [usize; 2],
}

/// A policy with related ids, and names to ask for, some of them again.
pub(super) fn run(bytes: &[u8]) {
    let mut random = Random::of_bytes(bytes);
    let remembered = [0, 1, 2, 5, 1024][random.below(5)];
    let limits = Limits::default().with("dispatch_cache", remembered).expect("it can be set");
    let count = 1 + random.below(16);
    let blocks: Vec<Block> = (0..count).filter_map(|_| block(&mut random, count)).collect();
    let text: String = blocks.iter().enumerate().map(|(number, block)| block.text(number)).collect();
    let mut policy = Variants::with_limits(&text, &limits).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut names: Vec<String> = Vec::new();
    for _ in 0..12 {
        let known = names.get(random.below(names.len().max(1))).cloned();
        let name = known.filter(|_| random.percent(30)).unwrap_or_else(|| name(&blocks, &mut random));
        let expected = expected(&blocks, &name);
        for (policy, scratch) in policy.each() {
            ask(policy, scratch, &name, &expected, &text);
        }
        names.push(name);
    }
}

fn block(random: &mut Random, count: usize) -> Option<Block> {
    let word =
        |random: &mut Random| -> String { (0..1 + random.below(3)).map(|_| random.pick(WORDS)).collect() };
    let pattern = match random.below(8) {
        0..3 => None,
        3 => Some(format!("{}.*", escape(&word(random)))),
        4 => Some(format!(".*{}", escape(&word(random)))),
        5 => Some(format!("{}.*{}", escape(&word(random)), escape(&word(random)))),
        // A wildcard, as it is written where only regexes can stand.
        6 => Some(
            (0..random.below(6))
                .map(|_| ["(?s:.)*", "(?s:.)", &escape(&word(random))][random.below(3)].to_owned())
                .collect(),
        ),
        _ => Some(pattern(random)),
    };
    let id = match pattern {
        None => Id::Exact(word(random)),
        Some(pattern) => {
            let literal = regex_literal(&pattern)?;
            let reference = Reference::new(&pattern).ok()?;
            Id::Pattern(literal, Box::new(reference))
        }
    };
    let (priority, looks_for) = (random.below(4) as i64 - 1, [random.below(count), random.below(count)]);
    Some(Block { id, priority, looks_for })
}

impl Block {
    /// The block as text: it notes that it ran, whether it was first, that it is the last, and which ran before it.
    fn text(&self, number: usize) -> String {
        let id = match &self.id {
            Id::Exact(name) => format!("\"{}\"", name.replace('\n', "\\n")),
            Id::Pattern(literal, _) => literal.clone(),
        };
        let notes = self
            .looks_for
            .map(|other| format!("when \"b{other}\" in @tags {{ @tags |= {{\"b{other}<b{number}\"}}; }}"));
        format!(
            "tool {id} {{ priority {}; must deny when never.value == 1; session before {{ when @consumers is universal \
             {{ @consumers = {{\"b{number}\"}}; }} {} @tags |= {{\"b{number}\"}}; @producers = {{\"b{number}\"}}; }} }}\n",
            self.priority,
            notes.join(" ")
        )
    }

    fn is_about(&self, name: &str) -> bool {
        match &self.id {
            Id::Exact(exact) => exact == name,
            Id::Pattern(_, reference) => reference.matches(name),
        }
    }
}

fn name(blocks: &[Block], random: &mut Random) -> String {
    let near = match blocks.get(random.below(blocks.len().max(1))).map(|block| &block.id) {
        Some(Id::Exact(name)) => name.clone(),
        Some(Id::Pattern(_, reference)) => reference.member(random),
        None => String::new(),
    };
    match random.below(5) {
        0 => changed(&near, random),
        1 => format!("{}{near}", random.pick(WORDS)),
        2 => format!("{near}{}", random.pick(WORDS)),
        _ => near,
    }
}

/// What is found for a name.
struct Expected {
    /// In source order.
    blocks: Vec<usize>,
    /// What the blocks note.
    tags: BTreeSet<String>,
    first: Option<String>,
    last: Option<String>,
}

fn expected(blocks: &[Block], name: &str) -> Expected {
    let about: Vec<usize> = (0..blocks.len()).filter(|&number| blocks[number].is_about(name)).collect();
    let mut order = about.clone();
    order.sort_by_key(|&number| (blocks[number].priority, number));
    let mut tags = BTreeSet::new();
    for &number in &order {
        for other in blocks[number].looks_for {
            if tags.contains(&format!("b{other}")) {
                tags.insert(format!("b{other}<b{number}"));
            }
        }
        tags.insert(format!("b{number}"));
    }
    let note = |number: &usize| format!("b{number}");
    Expected { blocks: about, tags, first: order.first().map(note), last: order.last().map(note) }
}

fn ask(policy: &Policy, scratch: &mut Scratch, name: &str, expected: &Expected, text: &str) {
    let handle = policy.tool(name);
    for call in [Call::new(name, &[]), Call::new(&handle, &[])] {
        let mut session = Session::new(policy);
        let decision = policy.evaluate(&mut session, &call, None, scratch);
        assert_eq!(decision.failure(), None, "{name:?}\n{text}");
        let lines = scratch.trace(policy).map(|block| block.block().expect("it is a block").line() as usize);
        assert_eq!(lines.collect::<Vec<_>>(), lines_of(&expected.blocks, text), "{name:?}\n{text}");
        let tags = scratch.tags(policy, &session);
        let names = |field: usize| -> Vec<&str> {
            let view = session.metadata().field(FIELDS[field]).view();
            view.listed().map(|tag| tags.name(tag).expect("every tag has a name")).collect()
        };
        let noted: BTreeSet<String> = names(0).into_iter().map(str::to_owned).collect();
        assert_eq!(noted, expected.tags, "{name:?}\n{text}");
        assert_eq!(names(1), expected.last.as_deref().into_iter().collect::<Vec<_>>(), "{name:?}\n{text}");
        assert_eq!(names(2), expected.first.as_deref().into_iter().collect::<Vec<_>>(), "{name:?}\n{text}");
    }
}

/// The lines on which blocks begin: an id may span lines.
fn lines_of(blocks: &[usize], text: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for (at, _) in text.match_indices("tool ").filter(|(at, _)| *at == 0 || text[..*at].ends_with("; } }\n"))
    {
        lines.push(1 + text[..at].matches('\n').count());
    }
    blocks.iter().map(|&number| lines[number]).collect()
}
