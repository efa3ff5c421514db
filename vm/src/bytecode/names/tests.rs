//! Name tables: every name is found, nothing else is, and no table is a danger.

use super::hash::bucket;
use super::{NO_NAME, NameFinder, NameIndex, NameTables, NameWords, Sought, build_names, hash_of};
use crate::bytecode::program::{List, Program, StringId};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A program with these tags.
fn program<T: AsRef<str>>(tags: &[T]) -> Program {
    let mut program = Program::default();
    for (id, tag) in (0..).zip(tags) {
        program.text.push_str(tag.as_ref());
        program.strings.push(u32::try_from(program.text.len()).unwrap());
        program.tags.push(StringId(id));
    }
    program
}

fn built<T: AsRef<str>>(tags: &[T]) -> Program {
    let mut program = program(tags);
    build_names(&mut program).unwrap();
    program
}

/// The hash is part of the format: these values never change.
#[test]
fn the_hash_stays_what_it_is() {
    let names = [
        "",
        "a",
        "a\0",
        "ab!",
        "four",
        "eight by",
        "nine byte",
        "sixteen bytes ab",
        "more than sixteen bytes!",
        "more than sixteen bytes, 25",
    ];
    let hashes = names.map(|name| hash_of(0, name));
    assert_eq!(hash_of(1, "a"), 0x494b_0c18_0524_9565);
    assert_eq!(hashes, EXPECTED);
}

/// Computed by another implementation.
const EXPECTED: [u64; 10] = [
    0x4b77_bb95_01e1_e67a,
    0xc5bd_65cc_c30c_aa55,
    0x2f76_7df7_9272_2a4b,
    0x0854_91b7_0385_7490,
    0x7e9a_0954_f1d6_4cd5,
    0x9718_27f3_b908_91d4,
    0xebbb_6c8f_f778_20d8,
    0x0698_63ec_d0d3_4ec6,
    0xa862_ee09_9afb_64d0,
    0xb45b_5af4_1bac_2c1d,
];

/// Names that are not longer than their words tell are equal if and only if these are; longer ones differ at most where
/// their words do not look.
#[test]
fn words_tell_short_names_apart() {
    let mut names: Vec<String> = vec![String::new()];
    for length in 1..=20 {
        names.push("a".repeat(length));
        for at in 0..length {
            let other = |letter| (0..length).map(|place| if place == at { letter } else { 'a' }).collect();
            names.extend(["b", "\0", "é"].iter().filter_map(|text| text.chars().next()).map(other));
        }
    }
    for one in &names {
        for other in &names {
            let (words, others) = (NameWords::of(one), NameWords::of(other));
            assert_eq!(words.are_all(), one.len() <= 16);
            assert!((words == others) == (one == other) || !words.are_all(), "{one:?} {other:?}");
        }
    }
    let star = |name| NameWords::of(name).are_star();
    assert!(star("*") && !star("") && !star("**") && !star("***") && !star("*\0") && !star("a"));
}

/// The tables as they run find what the tables of the program do.
#[test]
fn finders_find_the_same() {
    let long = |number: usize| "l".repeat(number % 40) + &number.to_string();
    for count in [0, 1, 2, 50, 1000] {
        let tags: Vec<String> = (0..count).map(long).collect();
        let program = built(&tags);
        let finder = NameFinder::new(&program, &program.names.tags, &program.tags);
        let changed =
            tags.iter().flat_map(|tag| [format!("{tag}!"), tag.replacen('l', "L", 1), tag.clone() + tag]);
        let others = ["", "*", "l", "llllllll", "llllllllllllllllllllllllllllllllll"].map(str::to_owned);
        for name in tags.iter().cloned().chain(changed).chain(others) {
            let found = finder.find(&program, &program.tags, Sought::new(&name));
            assert_eq!(found, program.find_tag(&name), "{name} of {count}");
        }
        let middle = "l".repeat(39) + "39";
        let other = middle.replace("lllll3", "lllLl3").replacen("lllllllllllll", "llllllllllXll", 1);
        assert_eq!(finder.find(&program, &program.tags, Sought::new(&other)), None);
    }
}

#[test]
fn every_name_is_found_and_nothing_else() {
    for count in [0, 1, 2, 3, 5, 17, 100, 1000, 20_000] {
        let tags: Vec<String> = (0..count).map(|number| format!("tag_{number}")).collect();
        let program = built(&tags);
        for (place, tag) in (0..).zip(&tags) {
            assert_eq!(program.find_tag(tag), Some(place), "{tag} of {count}");
        }
        for other in ["", "tag_", "tag_20000", "tag_00", "*", "\0"] {
            assert_eq!(program.find_tag(other), None, "{other} of {count}");
        }
        assert_eq!(program.find_arg("tag_0"), None);
    }
}

/// A slot for each name and a quarter more, two bytes for four names.
#[test]
fn tables_are_small() {
    let tags: Vec<String> = (0..10_000).map(|number| format!("{number}")).collect();
    let names = built(&tags).names;
    assert_eq!((names.displacements.len(), names.slots.len()), (2501, 12_501));
    assert_eq!(names.tags.seed, 0);
    assert_eq!(names.slots.iter().filter(|&&slot| slot != NO_NAME).count(), 10_000);
}

#[test]
fn equal_names_have_no_table() {
    let error = build_names(&mut program(&["a", "b", "a"])).unwrap_err();
    assert!(error.to_string().contains("the tags of the policy have no hash table"), "{error}");
}

/// Whoever knows the hash can fill one bucket; another seed spreads the names again.
#[test]
fn a_crowded_bucket_takes_another_seed() {
    let (count, buckets) = (2000, 501);
    let crowding =
        (0..).map(|number| format!("x{number}")).filter(|name| bucket(hash_of(0, name), buckets) == 7);
    let mut tags: Vec<String> = crowding.take(100).collect();
    tags.extend((tags.len()..count).map(|number| format!("tag_{number}")));
    let program = built(&tags);
    assert_eq!(program.names.displacements.len(), buckets);
    assert_eq!(program.names.tags.seed, 1);
    assert!((0..).zip(&tags).all(|(place, tag)| program.find_tag(tag) == Some(place)));
}

#[test]
fn a_table_that_leads_nowhere_finds_nothing() {
    let good = built(&["a", "b", "c"]);
    let far = List { start: 2, len: u32::MAX };
    let tables = |change: &dyn Fn(&mut NameTables)| {
        let mut program = good.clone();
        change(&mut program.names);
        ["a", "b", "c"].map(|tag| program.find_tag(tag))
    };
    assert_eq!(tables(&|_| {}), [Some(0), Some(1), Some(2)]);
    assert_eq!(tables(&|names| names.tags = NameIndex::default()), [None; 3]);
    assert_eq!(tables(&|names| names.tags.slots = far), [None; 3]);
    assert_eq!(tables(&|names| names.tags.displacements = far), [None; 3]);
    assert_eq!(tables(&|names| names.slots.clear()), [None; 3]);
    assert_eq!(tables(&|names| names.slots.fill(3)), [None; 3]);
    assert_eq!(tables(&|names| names.slots.fill(1)), [None, Some(1), None]);
}

proptest! {
    #[test]
    fn any_names_have_a_table(tags: BTreeSet<String>, others: Vec<String>) {
        let tags: Vec<String> = tags.into_iter().collect();
        let program = built(&tags);
        for name in others.iter().chain(&tags) {
            let expected = tags.iter().position(|tag| tag == name);
            prop_assert_eq!(program.find_tag(name).map(|place| place as usize), expected);
        }
        prop_assert_eq!(built(&tags).names, program.names);
    }

    #[test]
    fn no_table_panics(
        seed: u32, starts in (0_u32..8, 0_u32..8), lens: (u32, u32), slots: Vec<u32>, displacements: Vec<u16>, name: String,
    ) {
        let mut program = program(&["a", "b"]);
        let list = |start, len: u32| List { start, len: if len.is_multiple_of(2) { len % 16 } else { len } };
        let tags = NameIndex { seed, displacements: list(starts.0, lens.0), slots: list(starts.1, lens.1) };
        program.names = NameTables { tags, slots, displacements, ..NameTables::default() };
        for name in ["a", "b", &name] {
            let found = program.find_tag(name).map(|place| program.string(program.tags[place as usize]).unwrap());
            prop_assert!(found.is_none_or(|found| found == name));
        }
    }
}
