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
    assert_eq!(hash_of(1, "a"), 0xca7b_c8c8_9087_dcb4);
    assert_eq!(hashes, EXPECTED);
}

/// Computed by another implementation.
const EXPECTED: [u64; 10] = [
    0xc50b_3ee0_e818_6b22,
    0x0dad_67c5_40d8_cdf5,
    0xa862_dc27_8c6d_94aa,
    0xfb59_a502_6b7d_ee50,
    0x2d75_2a5b_fa87_ee76,
    0xfc8e_ba7e_74e9_8805,
    0x425c_529c_f8b4_8923,
    0x043a_6ae4_bebb_2915,
    0x5970_306d_000b_7310,
    0x1cc8_19b0_3213_4f6f,
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

/// Names whose last words differ as their lengths do; a hash that joined the two without the seed took these for the same.
#[test]
fn no_seed_is_needed_for_names_whose_ends_differ_as_their_lengths() {
    let tags = ["\u{0}1234567", "\u{0}123456781234567", "tag"];
    let program = built(&tags);
    assert_eq!(tags.map(|tag| program.find_tag(tag)), [Some(0), Some(1), Some(2)]);
    assert!((0..32).all(|seed| hash_of(seed, tags[0]) != hash_of(seed, tags[1])));
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
