//! Name tables: every name is found, nothing else is, and no table is a danger.

use super::hash::{bucket, hash};
use super::{NO_NAME, NameIndex, NameTables, build_names};
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
    let hashes = [(0, ""), (0, "a"), (1, "a"), (0, "a\0"), (0, "eight by"), (0, "more than eight bytes")]
        .map(|(seed, name)| hash(seed, name.as_bytes()));
    assert_eq!(hashes, EXPECTED);
}

/// Computed by another implementation.
const EXPECTED: [u64; 6] = [
    0xacea985bb7e67b7b,
    0x80033deb676d5e76,
    0x8d9f1f53b38417fc,
    0x645c1e008ef13ca5,
    0x5f9beae9a2a56c01,
    0x459b2fd9289b3909,
];

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
        assert_eq!(program.find_arg("tag_0").ok(), None);
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
    let crowding = (0..)
        .map(|number| format!("x{number}"))
        .filter(|name| bucket(hash(0, name.as_bytes()), buckets) == 7);
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
