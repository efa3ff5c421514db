//! The bound of W3: exact names by hash; patterns by a multi-pattern automaton, which for these patterns is a trie, or, as a
//! second variant, by hash of the prefix that every one of them ends its literal text with.

use crate::workload::dispatch::{call_of, denied_by, is_pattern, random_numbers, secret_path, tool_id};
use crate::workload::{Answer, RawCall};
use sqrt_vm::value::Value;

use super::strings::StringIndex;
use super::{Fired, StringCall, answer};
use crate::harness::{Competitor, Decider, Input};

/// Finds the block whose pattern matches a name.
pub(super) trait Patterns {
    fn new(tools: usize) -> Self;
    fn find(&self, name: &str) -> Option<u32>;
}

/// A trie of literal texts: what the union of these patterns is as a DFA. Bytes of names fall into few classes.
pub(super) struct Trie {
    classes: [u8; 256],
    /// The row of a node begins at its number. An entry is the next node, or [`FOUND`] + a block; 0 is nowhere.
    table: Vec<u32>,
}

const STRIDE: usize = 32;
const FOUND: u32 = 1 << 31;

impl Trie {
    fn add(&mut self, text: &str, block: u32) {
        let mut node = STRIDE;
        for (place, byte) in text.bytes().enumerate() {
            let slot = node + usize::from(self.classes[usize::from(byte)]);
            if place + 1 == text.len() {
                self.table[slot] = FOUND + block;
            } else if self.table[slot] == 0 {
                self.table[slot] = u32::try_from(self.table.len()).unwrap();
                self.table.resize(self.table.len() + STRIDE, 0);
            }
            node = self.table[slot] as usize;
        }
    }
}

/// The literal texts that the patterns begin with; anything may follow.
fn prefixes(tools: usize) -> impl Iterator<Item = (String, u32)> {
    let numbers = (0..tools).filter(|number| is_pattern(*number));
    numbers.flat_map(|number| {
        ["get", "put"]
            .map(|verb| (tool_id(number).replace("(get|put)_.*", &format!("{verb}_")), number as u32))
    })
}

impl Patterns for Trie {
    fn new(tools: usize) -> Trie {
        let mut classes = [0; 256];
        for (class, byte) in (1..).zip(b"ns0123456789_getpu") {
            if classes[usize::from(*byte)] == 0 {
                classes[usize::from(*byte)] = class;
            }
        }
        let mut trie = Trie { classes, table: vec![0; 2 * STRIDE] };
        prefixes(tools).for_each(|(text, block)| trie.add(&text, block));
        trie
    }

    #[inline]
    fn find(&self, name: &str) -> Option<u32> {
        let mut node = STRIDE as u32;
        for byte in name.bytes() {
            node = self.table[node as usize + usize::from(self.classes[usize::from(byte)])];
            if node == 0 {
                return None;
            }
            if node >= FOUND {
                return Some(node - FOUND);
            }
        }
        None
    }
}

/// The prefix is everything up to the second underscore.
struct Prefixes {
    index: StringIndex,
    blocks: Vec<u32>,
}

impl Patterns for Prefixes {
    fn new(tools: usize) -> Prefixes {
        let (texts, blocks): (Vec<String>, Vec<u32>) = prefixes(tools).unzip();
        Prefixes { index: StringIndex::new(texts), blocks }
    }

    #[inline]
    fn find(&self, name: &str) -> Option<u32> {
        if !name.starts_with("ns") {
            return None;
        }
        let mut underscores =
            name.bytes().enumerate().filter(|(_, byte)| *byte == b'_').map(|(place, _)| place);
        let (_, second) = (underscores.next()?, underscores.next()?);
        self.index.find(name.get(..=second)?).map(|place| self.blocks[place])
    }
}

pub(super) struct Tools<P> {
    names: StringIndex,
    /// The blocks of the names, in their order.
    blocks: Vec<u32>,
    patterns: P,
    /// What each block denies.
    secrets: Vec<String>,
}

impl<P: Patterns> Tools<P> {
    pub(super) fn new(tools: usize) -> Self {
        let exact: Vec<usize> = (0..tools).filter(|number| !is_pattern(*number)).collect();
        Tools {
            names: StringIndex::new(exact.iter().map(|number| tool_id(*number))),
            blocks: exact.iter().map(|number| *number as u32).collect(),
            patterns: P::new(tools),
            secrets: (0..tools).map(secret_path).collect(),
        }
    }

    /// No name is found both ways.
    #[inline]
    pub(super) fn decide(&self, call: &StringCall<'_>) -> Fired {
        let block = match self.names.find(call.tool) {
            Some(place) => self.blocks[place],
            None => self.patterns.find(call.tool)?,
        };
        self.decide_block(block, call)
    }

    /// By a block that is known.
    #[inline]
    fn decide_block(&self, block: u32, call: &StringCall<'_>) -> Fired {
        let path = call.args.iter().find(|arg| arg.name == "path")?;
        match path.value {
            Value::Str(path) if *path == *self.secrets[block as usize] => Some(block + 1),
            _ => None,
        }
    }
}

struct One<'a, P> {
    tools: Tools<P>,
    call: StringCall<'a>,
}

impl<P: Patterns> Decider for One<'_, P> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        self.tools.decide(&self.call)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// The tool's block was found ahead, if there is one.
struct Ready<'a> {
    tools: Tools<Trie>,
    block: Option<u32>,
    call: StringCall<'a>,
}

impl<'a> Ready<'a> {
    fn new(tools: usize, call: StringCall<'a>) -> Self {
        let tools = Tools::<Trie>::new(tools);
        let block = tools.names.find(call.tool).map(|place| tools.blocks[place]);
        Ready { block: block.or_else(|| tools.patterns.find(call.tool)), tools, call }
    }
}

impl Decider for Ready<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        self.tools.decide_block(self.block?, &self.call)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// The bound of W3 for a call.
pub fn competitors<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let call = StringCall::new(call);
    vec![
        Competitor::new(
            "bound, trie",
            Input::Strings,
            One::<Trie> { tools: Tools::new(tools), call: call.clone() },
        ),
        Competitor::new(
            "bound, prefix hash",
            Input::Strings,
            One::<Prefixes> { tools: Tools::new(tools), call: call.clone() },
        ),
        Competitor::new("bound", Input::Ready, Ready::new(tools, call)),
    ]
}

/// Calls in turn, each to the tool of a random block.
pub struct Series {
    calls: Vec<(usize, RawCall<'static>)>,
}

impl Series {
    /// So many calls that they do not all stay in the nearest cache.
    const LENGTH: usize = 1 << 14;

    /// A series of calls to these tools.
    pub fn new(tools: usize) -> Series {
        let numbers = random_numbers(tools, Series::LENGTH);
        Series { calls: numbers.into_iter().map(|number| (number, call_of(number))).collect() }
    }

    /// The calls with the numbers of their blocks.
    pub fn calls(&self) -> &[(usize, RawCall<'static>)] {
        &self.calls
    }

    /// The answer that stands for a whole series: every call denied by its own block.
    pub const EXPECTED: Answer = Answer::denied_by(u32::MAX);

    /// The same, if the answer is what this call must get.
    pub fn judge(number: usize, answer: Answer) -> Answer {
        if answer == denied_by(number) { Series::EXPECTED } else { answer }
    }
}

struct Many<'a, P> {
    tools: Tools<P>,
    calls: Vec<(usize, StringCall<'a>)>,
    next: usize,
}

impl<P: Patterns> Decider for Many<'_, P> {
    type Output = (usize, Fired);

    fn decide(&mut self) -> (usize, Fired) {
        let (number, call) = &self.calls[self.next];
        self.next = (self.next + 1) % Series::LENGTH;
        (*number, self.tools.decide(call))
    }

    fn answer(&self, (number, fired): (usize, Fired)) -> Answer {
        Series::judge(number, answer(fired))
    }
}

/// The bound of W3 for random names.
pub fn random<'a>(tools: usize, series: &'a Series) -> Vec<Competitor<'a>> {
    let calls: Vec<(usize, StringCall<'a>)> =
        series.calls().iter().map(|(number, call)| (*number, StringCall::new(call))).collect();
    let trie = Many::<Trie> { tools: Tools::new(tools), calls: calls.clone(), next: 0 };
    let prefixes = Many::<Prefixes> { tools: Tools::new(tools), calls, next: 0 };
    vec![
        Competitor::new("bound, trie", Input::Strings, trie),
        Competitor::new("bound, prefix hash", Input::Strings, prefixes),
    ]
}
