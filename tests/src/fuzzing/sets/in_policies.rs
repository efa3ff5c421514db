//! Set expressions of policies against truth tables: constants, sets of calls and of the session, and what operators make of
//! them.

use crate::generate::Random;
use sqrt_compiler::{Options, Passes, Source, compile};
use sqrt_vm::call::{Argument, Call, MetadataInput, SetInput};
use sqrt_vm::decision::Outcome;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::{FIELDS, Session, Tags};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Value;

/// Tags that the policy names, by number: at the edges of words, and of the head. There are as many as the last.
const NAMED: [usize; 24] = [
    0, 1, 62, 63, 64, 65, 127, 128, 191, 192, 254, 255, 256, 257, 319, 320, 321, 383, 384, 447, 448, 511,
    512, 513,
];
/// Tags of the universe that it does not name.
const OTHERS: usize = 8;
/// The bit of everything else.
const REST: u64 = 1 << (NAMED.len() + OTHERS);
const ALL: u64 = REST | (REST - 1);

fn tag(place: usize) -> String {
    match NAMED.get(place) {
        Some(number) => format!("t{number:03}"),
        None => format!("other{place}"),
    }
}

/// An expression as it is written, and its truth table for some metadata.
struct Expression {
    text: String,
    truth: u64,
}

/// What a call and its session have: tags, producers, consumers of the argument `x`, of the session.
type Operands = [(&'static str, u64); 4];

pub(super) fn run(random: &mut Random) {
    let arguments = [set(random), set(random), set(random)];
    let operands: Operands = [
        ("x.tags", arguments[0]),
        ("x.producers", arguments[1]),
        ("x.consumers", arguments[2]),
        ("@session.tags", set(random)),
    ];
    let mut text = String::from("let named = {");
    text += &(0..=NAMED[NAMED.len() - 1])
        .map(|number| format!("\"t{number:03}\""))
        .collect::<Vec<_>>()
        .join(", ");
    text += "};\ntool \"named\" { must deny when x.tags overlaps named; }\n";
    text += &format!("tool \"start\" {{ session before {{ @tags = {}; }} }}\n", constant(operands[3].1));
    let mut questions = Vec::new();
    for number in 0..1 + random.below(4) {
        // To the left of a comparison stands one metadata set.
        let (left, right) = (operand(random, &operands), expression(random, &operands, 3));
        let (word, holds) = match random.below(5) {
            0 => ("overlaps", left.truth & right.truth != 0),
            1 => ("subset of", left.truth & !right.truth == 0),
            2 => ("superset of", right.truth & !left.truth == 0),
            3 => ("==", left.truth == right.truth),
            _ => ("is empty", left.truth == 0),
        };
        let right = if word == "is empty" { String::new() } else { right.text };
        text += &format!("tool \"ask{number}\" {{ must deny when {} {word} {right}; }}\n", left.text);
        questions.push(holds);
    }
    // The same operands, where the session is the target.
    let made = expression(random, &operands, 3);
    let (operator, updated) = match random.below(5) {
        0 => ("=", made.truth),
        1 => ("|=", operands[3].1 | made.truth),
        2 => ("&=", operands[3].1 & made.truth),
        3 => ("-=", operands[3].1 & !made.truth),
        _ => ("^=", operands[3].1 ^ made.truth),
    };
    text += &format!("tool \"make\" {{ session after {{ @tags {operator} {}; }} }}\n", made.text);
    for passes in [Passes::default(), Passes::none()] {
        ask(&text, passes, &arguments, &questions, updated);
    }
}

fn ask(text: &str, passes: Passes, arguments: &[u64; 3], questions: &[bool], updated: u64) {
    let options = Options { passes, no_explanations: true, ..Options::default() };
    let compiled = compile(&[Source { name: "fuzz.sqrt", bytes: text.as_bytes() }], &options);
    let program = compiled.program.unwrap_or_else(|| panic!("{:?}\n{text}", compiled.diagnostics));
    let policy = Policy::new(program, Limits::default()).expect("it is small");
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let lists = arguments.map(listed);
    let lists = [0, 1, 2].map(|at| lists[at].iter().map(String::as_str).collect::<Vec<_>>());
    let input = |at: usize| {
        if arguments[at] & REST == 0 { SetInput::of(&lists[at]) } else { SetInput::except(&lists[at]) }
    };
    let metadata =
        MetadataInput::default().with_tags(input(0)).with_producers(input(1)).with_consumers(input(2));
    let args = [Argument::new("x", Value::Null).with_metadata(metadata)];
    let decide = |tool: &str, session: &mut Session, scratch: &mut Scratch| {
        let returned = sqrt_vm::call::Returned::new(Value::Null);
        let decision = policy.evaluate(session, &Call::new(tool, &args), Some(&returned), scratch);
        assert_eq!(decision.failure(), None, "{tool}: {text}");
        decision.outcome() == Outcome::Deny
    };
    decide("start", &mut session, &mut scratch);
    for (number, holds) in questions.iter().enumerate() {
        let denied = decide(&format!("ask{number}"), &mut session, &mut scratch);
        assert_eq!(denied, *holds, "ask{number} of {arguments:x?}: {text}");
    }
    decide("make", &mut session, &mut scratch);
    let tags = scratch.tags(&policy, &session);
    assert_eq!(truth(&session, &tags), updated, "make of {arguments:x?}: {text}");
}

/// What the session's tags are.
fn truth(session: &Session, tags: &Tags<'_>) -> u64 {
    let view = session.metadata().field(FIELDS[0]).view();
    let place = |name: &str| (0..NAMED.len() + OTHERS).find(|place| tag(*place) == name);
    let listed = view.listed().map(|id| {
        let name = tags.name(id).expect("every tag has a name");
        assert_eq!(tags.find(name), Some(id));
        1 << place(name).unwrap_or_else(|| panic!("{name} comes from nowhere"))
    });
    let listed: u64 = listed.fold(0, |all, bit: u64| all | bit);
    if view.is_finite() { listed } else { !listed & ALL }
}

/// The tags that a set lists.
fn listed(truth: u64) -> Vec<String> {
    let listed = if truth & REST == 0 { truth } else { !truth & ALL };
    (0..NAMED.len() + OTHERS).filter(|place| listed >> place & 1 == 1).map(tag).collect()
}

fn set(random: &mut Random) -> u64 {
    let run = |random: &mut Random| {
        let (first, count) = (random.below(NAMED.len() + OTHERS), random.below(NAMED.len() + OTHERS));
        let run = ((1_u64 << count) - 1) << first;
        run & (REST - 1)
    };
    let listed = match random.below(5) {
        0 => 0,
        1 => 1 << random.below(NAMED.len() + OTHERS),
        2 => run(random),
        3 => run(random) ^ run(random),
        _ => random.below(1 << 30) as u64 | (random.below(4) as u64) << 30,
    };
    if random.percent(30) { !listed & ALL } else { listed }
}

/// A set as constants make it; only the named tags stand in the policy's text twice.
fn constant(truth: u64) -> String {
    let list = listed(truth).iter().map(|tag| format!("\"{tag}\"")).collect::<Vec<_>>().join(", ");
    if truth & REST == 0 { format!("{{{list}}}") } else { format!("({{\"*\"}} - {{{list}}})") }
}

fn operand(random: &mut Random, operands: &Operands) -> Expression {
    let (text, truth) = operands[random.below(operands.len())];
    Expression { text: text.to_owned(), truth }
}

fn expression(random: &mut Random, operands: &Operands, depth: usize) -> Expression {
    if depth == 0 || random.percent(25) {
        return if random.percent(50) {
            operand(random, operands)
        } else {
            // What a policy names is no other tag any more; that must not matter.
            let truth = set(random);
            Expression { text: constant(truth), truth }
        };
    }
    let (left, right) = (expression(random, operands, depth - 1), expression(random, operands, depth - 1));
    let (word, truth) = match random.below(6) {
        0 => ("|", left.truth | right.truth),
        1 => ("&", left.truth & right.truth),
        2 => ("-", left.truth & !right.truth),
        3 => ("^", left.truth ^ right.truth),
        4 => ("union", left.truth | right.truth),
        _ => ("minus", left.truth & !right.truth),
    };
    Expression { text: format!("({} {word} {})", left.text, right.text), truth }
}
