//! Perfect hash tables of names: every name is found at its place and nothing else is; a table that is not as it was made is
//! refused by the verifier, or finds the same, and never leads to another name.

use crate::generate::Random;
use sqrt_vm::automata::{self, Budget};
use sqrt_vm::bytecode::names::{NO_NAME, NameIndex};
use sqrt_vm::bytecode::program::{List, Program, StringId};
use sqrt_vm::bytecode::{VerifiedProgram, build_late_args, build_names};
use std::collections::HashSet;

/// Parts of names: words of the hash are eight bytes long.
const PARTS: &[&str] = &[
    "a",
    "b",
    "\0",
    "tag_",
    "12345678",
    "1234567",
    "é",
    "😀",
    "*",
    "aaaaaaaaaaaaaaaa",
    "_",
    "0",
    "\u{ffff}",
    "",
];

/// A program with lists of names, chosen by the bytes, and changes to its tables.
pub(super) fn run(bytes: &[u8]) {
    let mut random = Random::of_bytes(bytes);
    let mut program = Program::default();
    let universe = 1 + random.below(3) * random.below(300);
    let names: Vec<String> = (0..universe).map(|number| name(&mut random, number)).collect();
    let mut lists: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    for list in &mut lists {
        let mut seen = HashSet::new();
        let share = [0, 10, 50, 100][random.below(4)];
        *list = random
            .some(&names.iter().map(String::as_str).collect::<Vec<_>>(), share)
            .into_iter()
            .map(str::to_owned)
            .collect();
        if random.percent(95) {
            list.retain(|name| seen.insert(name.clone()) && name != "*");
        }
    }
    let add = |program: &mut Program, name: &str| {
        program.text.push_str(name);
        program.strings.push(program.text.len() as u32);
        StringId(program.strings.len() as u32 - 1)
    };
    program.tags = lists[0].iter().map(|name| add(&mut program, name)).collect();
    program.args = lists[1].iter().map(|name| add(&mut program, name)).collect();
    let unique = |list: &Vec<String>| list.iter().collect::<HashSet<_>>().len() == list.len();
    let built = build_names(&mut program);
    assert_eq!(built.is_ok(), lists.iter().all(unique), "{lists:?}: {built:?}");
    if built.is_err() {
        return;
    }
    automata::build(&mut program, Budget::new(1 << 10, 1 << 10)).expect("there is nothing to build");
    build_late_args(&mut program);
    let others: Vec<String> =
        names.into_iter().chain((0..8).map(|number| name(&mut random, number))).collect();
    all_found(&program, &lists, &others);
    let star = lists[0].iter().any(|tag| tag == "*");
    let sound = VerifiedProgram::new(program.clone());
    assert_eq!(sound.is_ok(), !star, "{lists:?}: {:?}", sound.err());
    for _ in 0..8 {
        let mut hostile = program.clone();
        (0..1 + random.below(3)).for_each(|_| damage(&mut hostile, &mut random));
        none_mistaken(&hostile, &others);
        if VerifiedProgram::new(hostile.clone()).is_ok() {
            all_found(&hostile, &lists, &others);
        }
    }
}

fn name(random: &mut Random, number: usize) -> String {
    match random.below(4) {
        0 => format!("tag_{number}"),
        1 => number.to_string().repeat(random.below(6)),
        _ => (0..random.below(5)).map(|_| random.pick(PARTS)).collect(),
    }
}

/// Every name is at its place, and what is not in a list is not found.
fn all_found(program: &Program, lists: &[Vec<String>; 2], others: &[String]) {
    for name in others.iter().chain(lists.iter().flatten()) {
        let place =
            |list: &Vec<String>| list.iter().position(|other| other == name).map(|place| place as u32);
        assert_eq!(program.find_tag(name), place(&lists[0]), "the tag {name:?}");
        assert_eq!(program.find_arg(name), place(&lists[1]), "the argument {name:?}");
        assert_eq!(program.find_tool(name), None, "the tool {name:?}");
    }
}

/// What is found has the name that was asked for.
fn none_mistaken(program: &Program, names: &[String]) {
    for name in names {
        let is = |list: &[StringId], place: u32| program.string(list[place as usize]) == Some(name.as_str());
        assert!(program.find_tag(name).is_none_or(|place| is(&program.tags, place)), "the tag {name:?}");
        assert!(program.find_arg(name).is_none_or(|place| is(&program.args, place)), "the argument {name:?}");
        assert!(program.find_tool(name).is_none_or(|place| is(&program.tools, place)), "the tool {name:?}");
    }
}

/// Changes a number of the tables.
fn damage(program: &mut Program, random: &mut Random) {
    let number = |random: &mut Random, near: u32| match random.below(4) {
        0 => near.wrapping_add(1),
        1 => near.wrapping_sub(1),
        2 => NO_NAME,
        _ => random.below(700) as u32,
    };
    let tables = &mut program.names;
    let index = [tables.tags, tables.args, tables.tools][random.below(3)];
    let changed = match random.below(6) {
        0 => NameIndex { seed: number(random, index.seed), ..index },
        1 => NameIndex { displacements: list(index.displacements, random, number), ..index },
        2 => NameIndex { slots: list(index.slots, random, number), ..index },
        3 => {
            let at = random.below(tables.displacements.len().max(1));
            tables.displacements.get_mut(at).into_iter().for_each(|place| *place ^= 1 << random.below(16));
            return;
        }
        4 => {
            let (a, b) = (random.below(tables.slots.len().max(1)), random.below(tables.slots.len().max(1)));
            if tables.slots.len() > a.max(b) {
                tables.slots.swap(a, b);
            }
            return;
        }
        _ => {
            let at = random.below(tables.slots.len().max(1));
            if let Some(place) = tables.slots.get_mut(at) {
                *place = number(random, *place);
            }
            return;
        }
    };
    match random.below(3) {
        0 => tables.tags = changed,
        1 => tables.args = changed,
        _ => tables.tools = changed,
    }
}

fn list(list: List, random: &mut Random, number: impl Fn(&mut Random, u32) -> u32) -> List {
    match random.below(2) {
        0 => List { start: number(random, list.start), ..list },
        _ => List { len: number(random, list.len), ..list },
    }
}
