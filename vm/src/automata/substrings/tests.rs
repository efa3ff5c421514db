//! Substrings wherever they stand, in texts of every kind, against the search of the standard library.

use super::{AT_FIRST, Many, Substrings, WORTH_SAMPLING};
use crate::automata::Room;
use crate::automata::loaded::LoadError;
use crate::bytecode::automata::{AutomataTables, LiteralId};
use crate::limits::Limits;
use proptest::prelude::*;

/// Some substrings with the tables that they are in.
struct Searched {
    tables: AutomataTables,
    substrings: Substrings,
}

fn searched<T: AsRef<str>>(texts: &[T]) -> Searched {
    let mut tables = AutomataTables::default();
    let mut ids = Vec::new();
    for (id, text) in (0..).zip(texts) {
        tables.literal_text.push_str(text.as_ref());
        tables.literals.push(u32::try_from(tables.literal_text.len()).unwrap());
        ids.push(LiteralId(id));
    }
    let room = &mut Room::new(&Limits::default());
    let substrings = Substrings::new(&tables, &ids, room, || LoadError::missing("literal", 0)).unwrap();
    Searched { tables, substrings }
}

impl Searched {
    fn is_in(&self, text: &str) -> bool {
        self.substrings.is_in(&self.tables, text)
    }

    fn many(&self) -> &Many {
        match &self.substrings {
            Substrings::Many(many) => many,
            other => panic!("many, not {other:?}"),
        }
    }

    /// From where on sampling leaves a text to the automaton; nothing if it finds a substring.
    fn left(&self, text: &str) -> Option<usize> {
        self.many().sampled.as_ref().unwrap().search(&self.tables, text.as_bytes())
    }
}

const WORDS: [&str; 8] =
    ["confidential", "password", "secret", "internal use", "token=", "medical", "mnémonique", "criminal"];

/// Text without any of the words, and little that is like them.
fn ordinary(bytes: usize) -> String {
    "the quick brown fox jumps over a lazy dog, and nobody asks why. ".chars().cycle().take(bytes).collect()
}

/// Text of words but for their last letters.
fn near_misses(bytes: usize) -> String {
    let cut = |word: &'static str| word.chars().take(word.chars().count() - 1);
    WORDS.into_iter().cycle().flat_map(cut).take(bytes).collect()
}

#[test]
fn a_word_is_found_wherever_it_stands() {
    let searched = searched(&WORDS);
    for text in [ordinary(300), near_misses(300)] {
        assert!(!searched.is_in(&text), "{text}");
        for word in WORDS {
            for (before, after) in (0..=text.len()).filter_map(|at| text.split_at_checked(at)) {
                let with = format!("{before}{word}{after}");
                assert!(searched.is_in(&with), "{with}");
            }
        }
    }
}

/// Short substrings have short grams, long ones are looked for at fewer places; and those of any length stand together.
#[test]
fn substrings_of_every_length_are_found() {
    for length in (1..40).chain([100, 1000]) {
        let text =
            |first: &str| format!("{first}{}", "xyz".repeat(length)).chars().take(length).collect::<String>();
        for others in [vec![], vec!["q"], vec!["#1", "#234567890"]] {
            let mut texts = vec![text("a"), text("b#"), text("c##")];
            texts.extend(others.iter().map(|&other| other.to_owned()));
            let searched = searched(&texts);
            let around = ordinary(WORTH_SAMPLING).replace(['a', 'b', 'c', 'q', '#'], "-");
            assert!(!searched.is_in(&around));
            for text in &texts {
                for before in 0..2 * length.min(20) {
                    let before = "-".repeat(before);
                    let with = format!("{before}{text}{around}");
                    assert!(searched.is_in(&with), "{with}");
                    let with = format!("{around}{before}{text}");
                    assert!(searched.is_in(&with), "{with}");
                }
            }
        }
    }
}

#[test]
fn ordinary_text_is_sampled_to_its_end_and_near_misses_are_not() {
    let searched = searched(&WORDS);
    let ordinary = ordinary(100_000);
    let left = searched.left(&ordinary).unwrap();
    assert!((ordinary.len() - 16..ordinary.len()).contains(&left), "{left}");
    let near = near_misses(100_000);
    let left = searched.left(&near).unwrap();
    assert!(left < 2 * AT_FIRST, "{left}");
    assert!(!searched.is_in(&near) && searched.is_in(&(near.clone() + WORDS[2])));
    // What was tried is counted: long substrings that begin alike are given up at once.
    let long: Vec<String> = (0..50).map(|number| format!("{}{number}", "long ".repeat(1000))).collect();
    let left = super::tests::searched(&long).left(&"long ".repeat(10_000)).unwrap();
    assert!(left < 100, "{left}");
}

#[test]
fn what_cannot_be_sampled_is_found() {
    let empty = searched(&["", "a"]);
    assert!(empty.many().sampled.is_none() && empty.is_in("") && empty.is_in("b"));
    let many: Vec<String> = (0..70_000).map(|number| format!("<{number}>")).collect();
    let many = searched(&many);
    assert!(many.many().sampled.is_none());
    assert!(
        many.is_in(&format!("{}<69999>", ordinary(200))) && !many.is_in(&format!("{}<70000>", ordinary(200)))
    );
    // Those that begin with another one change nothing.
    let nested = searched(&["ab", "abc", "abcd", "ab", "b-"]);
    assert_eq!(nested.many().sampled.as_ref().unwrap().texts.len(), 2);
    assert!(nested.is_in(&format!("{}ab", "-".repeat(99))) && !nested.is_in(&"-cd".repeat(99)));
}

proptest! {
    #[test]
    fn agrees_with_the_standard_library(
        texts in prop::collection::btree_set("[ab]{1,3}|[abé]{4,9}|[a-e]{8,20}", 2..20),
        pieces in prop::collection::vec(("[abcé]{0,30}", any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..20),
    ) {
        let texts: Vec<String> = texts.into_iter().collect();
        let searched = searched(&texts);
        let mut text = String::new();
        for (random, which, cut) in pieces {
            let near = which.get(&texts);
            text.push_str(&random);
            text.extend(near.chars().take(cut.index(near.chars().count())));
        }
        prop_assert_eq!(searched.is_in(&text), texts.iter().any(|other| text.contains(other.as_str())), "{}", text);
        // And without those that stand in it.
        let texts: Vec<String> = texts.into_iter().filter(|other| !text.contains(other.as_str())).collect();
        if !texts.is_empty() {
            let searched = super::tests::searched(&texts);
            prop_assert!(!searched.is_in(&text));
            text.push_str(&texts[0]);
            prop_assert!(searched.is_in(&text));
        }
    }
}
