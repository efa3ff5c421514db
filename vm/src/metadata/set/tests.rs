//! The algebra of metadata sets against a naive set, with sets of every size on both sides of the head's end, in memory and
//! as constants of a program.

use super::{MetaSet, SetView};
use crate::bytecode::program::{ConstSetRecord, HEAD_WORDS, Program};
use crate::metadata::TagId;
use crate::metadata::tags::call_tag;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The first tag of the tail.
const TAIL: u32 = 64 * HEAD_WORDS as u32;

/// What a set lists, and whether that is what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Naive {
    complement: bool,
    listed: BTreeSet<u32>,
}

impl Naive {
    fn has(&self, tag: u32) -> bool {
        self.listed.contains(&tag) != self.complement
    }

    /// The set of the tags for which `logic` holds of their being in `self` and in `other`.
    fn combine(&self, other: &Naive, logic: impl Fn(bool, bool) -> bool) -> Naive {
        let complement = logic(self.complement, other.complement);
        let listed = self.listed.union(&other.listed).copied();
        let listed = listed.filter(|&tag| logic(self.has(tag), other.has(tag)) != complement).collect();
        Naive { complement, listed }
    }

    fn is_empty(&self) -> bool {
        !self.complement && self.listed.is_empty()
    }

    /// The same set, made one tag after another.
    fn made(&self) -> MetaSet {
        let mut set = if self.complement { MetaSet::universal() } else { MetaSet::empty() };
        for &tag in &self.listed {
            if self.complement { set.remove(TagId(tag)) } else { set.insert(TagId(tag)) }
        }
        set
    }

    /// A program with the same set as a constant, behind another one.
    fn program(&self) -> Program {
        let mut program = Program::default();
        let listed: Vec<u32> = self.listed.iter().copied().collect();
        for tags in [&[TAIL, TAIL + 900][..], &listed] {
            let record = ConstSetRecord::new(self.complement, tags, &mut program.word_pool);
            program.const_sets.push(record.expect("it fits"));
        }
        program
    }
}

fn constant(program: &Program) -> SetView<'_> {
    SetView::constant(program, program.const_sets.last().expect("there are two")).expect("it is whole")
}

fn naive(set: SetView<'_>) -> Naive {
    Naive { complement: !set.is_finite(), listed: set.listed().map(|tag| tag.0).collect() }
}

/// A single tag, where words, the head and the tail begin and end, or a tag of a call.
fn tag() -> impl Strategy<Value = u32> {
    let edges = vec![0, 1, 63, 64, TAIL - 1, TAIL, TAIL + 1, TAIL + 63, TAIL + 64, 10_000];
    prop_oneof![prop::sample::select(edges), 0..600_u32, (0..130_u32).prop_map(|index| call_tag(index).0)]
}

/// Many tags at the same distance from each other.
fn run() -> impl Strategy<Value = Vec<u32>> {
    let step = prop::sample::select(vec![1_u32, 2, 63, 64, 65, 130]);
    let first = prop::sample::select(vec![0, TAIL - 70, TAIL, 5_000]);
    (first, step, 0..150_u32)
        .prop_map(|(first, step, count)| (0..count).map(|at| first + at * step).collect())
}

/// Sets that are often equal, disjoint or contained in each other.
fn sets() -> impl Strategy<Value = Naive> {
    let few = prop::collection::vec(tag(), 0..6).boxed();
    let many = (run(), run(), prop::collection::vec(tag(), 0..3)).prop_map(|(a, b, c)| [a, b, c].concat());
    let listed = prop_oneof![2 => few, 1 => run().boxed(), 1 => many.boxed()];
    (listed, any::<bool>())
        .prop_map(|(tags, complement)| Naive { complement, listed: tags.into_iter().collect() })
}

type Update = fn(&mut MetaSet, SetView<'_>);
type Logic = fn(bool, bool) -> bool;

const OPERATORS: [(&str, Update, Logic); 4] = [
    ("union", |set, other| set.union(other), |a, b| a || b),
    ("intersect", |set, other| set.intersect(other), |a, b| a && b),
    ("minus", |set, other| set.minus(other), |a, b| a && !b),
    ("xor", |set, other| set.xor(other), |a, b| a != b),
];

/// The same bit of two words of the head, and of the tail.
#[test]
fn words_do_not_hide_each_other() {
    let made = |listed: &[u32]| Naive { complement: false, listed: listed.iter().copied().collect() }.made();
    for (first, second) in [(0, 64), (63, 127), (1, TAIL + 1), (TAIL, TAIL + 64)] {
        let (both, one, neither) = (made(&[first, second]), made(&[second]), made(&[first + 2, second + 2]));
        for other in [&both, &one] {
            assert!(both.view().overlaps(other.view()) && other.view().overlaps(both.view()));
        }
        assert!(!both.view().overlaps(neither.view()) && !both.view().is_subset(neither.view()));
        assert!(!both.view().is_subset(one.view()) && one.view().is_subset(both.view()));
    }
}

#[test]
fn tags_are_listed_from_any_on() {
    let listed = [0, 1, 2, 63, 64, 130, TAIL - 1, TAIL, TAIL + 1, TAIL + 63, TAIL + 64, TAIL + 900];
    let set = Naive { complement: false, listed: listed.into() }.made();
    for first in 0..TAIL + 1000 {
        let from: Vec<u32> = set.view().listed_from(TagId(first)).map(|tag| tag.0).collect();
        let expected: Vec<u32> = listed.into_iter().filter(|tag| *tag >= first).collect();
        assert_eq!(from, expected, "from {first} on");
    }
}

#[test]
fn a_range_ends_where_words_do_or_anywhere() {
    for end in [TAIL + 64, TAIL + 65, TAIL + 127, TAIL + 128] {
        let mut set = MetaSet::empty();
        let tags = [TAIL + 63, TAIL + 64, TAIL + 126, TAIL + 127, TAIL + 128, TAIL + 129];
        tags.iter().for_each(|&tag| set.insert(TagId(tag)));
        set.rename(TAIL..end, |tag| TagId(tag.0 + 1_000));
        let mut expected = tags.map(|tag| if tag < end { tag + 1_000 } else { tag });
        expected.sort_unstable();
        assert_eq!(naive(set.view()).listed, BTreeSet::from(expected), "{end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn operators_agree_with_a_naive_set(a in sets(), b in sets(), old in sets()) {
        let program = b.program();
        let (left, right) = (a.made(), b.made());
        for (name, update, logic) in OPERATORS {
            let expected = a.combine(&b, logic);
            for right in [right.view(), constant(&program)] {
                let mut made = old.made();
                made.assign(left.view());
                update(&mut made, right);
                prop_assert_eq!(&naive(made.view()), &expected, "{}", name);
                // One form for every set, however it came about.
                prop_assert_eq!(&made, &expected.made(), "{}", name);
            }
        }
    }

    #[test]
    fn tests_agree_with_a_naive_set(a in sets(), b in sets(), probe in tag()) {
        let (overlaps, subset) = (!a.combine(&b, |a, b| a && b).is_empty(), a.combine(&b, |a, b| a && !b).is_empty());
        let (a_program, b_program) = (a.program(), b.program());
        let (left, right) = (a.made(), b.made());
        for left in [left.view(), constant(&a_program)] {
            for right in [right.view(), constant(&b_program)] {
                prop_assert_eq!(left.overlaps(right), overlaps);
                prop_assert_eq!(left.is_subset(right), subset);
                prop_assert_eq!(left == right, a == b);
                prop_assert!(left.is_subset(left) && left == left);
            }
            for tag in a.listed.iter().chain(&b.listed).copied().chain([probe]) {
                prop_assert_eq!(left.contains(TagId(tag)), a.has(tag));
            }
            prop_assert_eq!(left.is_empty(), a.is_empty());
            prop_assert_eq!(left.is_universal(), a.complement && a.listed.is_empty());
            prop_assert_eq!(left.is_finite(), !a.complement);
            prop_assert_eq!(left.listed_len(), a.listed.len());
            let tags: Vec<u32> = left.listed().map(|tag| tag.0).collect();
            prop_assert_eq!(&tags, &a.listed.iter().copied().collect::<Vec<_>>());
            let from: Vec<u32> = left.listed_from(TagId(probe)).map(|tag| tag.0).collect();
            prop_assert_eq!(from, a.listed.range(probe..).copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn elements_come_and_go(mut a in sets(), changes in prop::collection::vec((tag(), any::<bool>()), 0..40)) {
        let mut set = a.made();
        for (tag, comes) in changes {
            if comes { set.insert(TagId(tag)) } else { set.remove(TagId(tag)) }
            if comes == a.complement { a.listed.remove(&tag); } else { a.listed.insert(tag); }
            prop_assert_eq!(&set, &a.made());
            prop_assert_eq!(set.view().contains(TagId(tag)), comes);
        }
        set.negate();
        a.complement = !a.complement;
        prop_assert_eq!(naive(set.view()), a);
    }

    #[test]
    fn tags_of_a_range_are_renamed_out_of_it(a in sets(), start in tag(), len in 0..20_000_u32) {
        let range = start..start.saturating_add(len);
        let far = |tag: u32| (1 << 30) + tag % (1 << 20) * 3;
        let mut set = a.made();
        set.rename(range.clone(), |tag| TagId(far(tag.0)));
        let rename = |&tag: &u32| if range.contains(&tag) { far(tag) } else { tag };
        let listed = a.listed.iter().map(rename).collect();
        prop_assert_eq!(naive(set.view()), Naive { listed, ..a });
    }

    #[test]
    fn tags_of_a_range_move_closer(a in sets(), start in tag()) {
        // To the range's first ids, in the same order.
        let mut next = start..;
        let mut set = a.made();
        set.rename(start..u32::MAX, |_| TagId(next.next().expect("there are enough")));
        let moved = a.listed.range(start..).count() as u32;
        let listed = a.listed.range(..start).copied().chain(start..start + moved).collect();
        prop_assert_eq!(&set, &Naive { listed, ..a }.made());
    }
}
