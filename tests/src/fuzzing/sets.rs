//! The algebra of metadata sets against truth tables: of every string of a small universe whether it is an element, and of
//! all the rest of the world together (S2.3, S5.2).
//!
//! The first half asks the sets themselves, with tags at the edges of words, of the head and of the ids of calls. The second
//! asks a policy, where a side can be a constant and read where it is.

mod in_policies;

use crate::generate::Random;
use sqrt_vm::bytecode::program::HEAD_WORDS;
use sqrt_vm::metadata::{MetaSet, TagId};

/// The first tag beyond the head, and the first that only a call has.
const TAIL: u32 = 64 * HEAD_WORDS as u32;
const OF_CALL: u32 = 1 << 31;

/// The universe: runs of tags around every edge.
const TAGS: [u32; 40] = [
    0,
    1,
    2,
    62,
    63,
    64,
    65,
    127,
    128,
    191,
    192,
    254,
    TAIL - 1,
    TAIL,
    TAIL + 1,
    TAIL + 62,
    TAIL + 63,
    TAIL + 64,
    TAIL + 65,
    TAIL + 127,
    TAIL + 128,
    TAIL + 640,
    TAIL + 641,
    5_000,
    5_001,
    70_000,
    OF_CALL - 2,
    OF_CALL - 1,
    OF_CALL,
    OF_CALL + 1,
    OF_CALL + 63,
    OF_CALL + 64,
    OF_CALL + 65,
    OF_CALL + 1_000,
    OF_CALL + 1_001,
    u32::MAX - 65,
    u32::MAX - 64,
    u32::MAX - 63,
    u32::MAX - 1,
    u32::MAX,
];

/// The bit of everything that is not in the universe.
const REST: u64 = 1 << TAGS.len();
/// Everything.
const ALL: u64 = REST | (REST - 1);

/// A set, and what is in it.
#[derive(Debug, Clone)]
struct Known {
    set: MetaSet,
    truth: u64,
}

/// The first byte tells which half.
pub(super) fn run(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let mut random = Random::of_bytes(rest);
    if kind % 4 == 0 {
        return in_policies::run(&mut random);
    }
    let empty = Known { set: MetaSet::empty(), truth: 0 };
    let mut sets = vec![empty; 4];
    for _ in 0..1 + random.below(60) {
        let at = random.below(sets.len());
        let other = sets[random.below(sets.len())].clone();
        step(&mut sets[at], &other, &mut random);
        let changed = sets[at].clone();
        changed.check();
        sets.iter().for_each(|other| compare(&changed, other));
    }
}

/// One change of a set.
fn step(known: &mut Known, other: &Known, random: &mut Random) {
    let Known { set, truth } = known;
    let view = other.set.view();
    match random.below(16) {
        0 => {
            set.union(view);
            *truth |= other.truth;
        }
        1 => {
            set.intersect(view);
            *truth &= other.truth;
        }
        2 => {
            set.minus(view);
            *truth &= !other.truth;
        }
        3 => {
            set.xor(view);
            *truth ^= other.truth;
        }
        4 => {
            set.negate();
            *truth = !*truth & ALL;
        }
        5 => {
            set.assign(view);
            *truth = other.truth;
        }
        6 => {
            set.set_empty();
            *truth = 0;
        }
        7 => {
            set.set_universal();
            *truth = ALL;
        }
        kind => {
            let (first, count) = (random.below(TAGS.len()), 1 + random.below(TAGS.len()));
            for (place, &tag) in TAGS.iter().enumerate().skip(first).take(count) {
                match kind {
                    8..=11 => {
                        set.insert(TagId(tag));
                        *truth |= 1 << place;
                    }
                    _ => {
                        set.remove(TagId(tag));
                        *truth &= !(1 << place);
                    }
                }
            }
        }
    }
}

impl Known {
    fn check(&self) {
        let Known { set, truth } = self;
        let view = set.view();
        for (place, &tag) in TAGS.iter().enumerate() {
            assert_eq!(view.contains(TagId(tag)), truth >> place & 1 == 1, "{tag} in {set:?}");
        }
        for tag in [3, 100, TAIL + 300, OF_CALL - 100, OF_CALL + 100, u32::MAX - 1000] {
            assert_eq!(view.contains(TagId(tag)), truth & REST != 0, "{tag} in {set:?}");
        }
        let finite = truth & REST == 0;
        assert_eq!(view.is_finite(), finite);
        assert_eq!(view.is_empty(), *truth == 0);
        assert_eq!(view.is_universal(), *truth == ALL);
        let listed = if finite { *truth } else { !truth & ALL };
        let expected: Vec<u32> =
            (0..TAGS.len()).filter(|place| listed >> place & 1 == 1).map(|place| TAGS[place]).collect();
        assert_eq!(view.listed().map(|tag| tag.0).collect::<Vec<_>>(), expected);
        assert_eq!(view.listed_len(), expected.len());
    }
}

fn compare(a: &Known, b: &Known) {
    let (left, right) = (a.set.view(), b.set.view());
    assert_eq!(left.overlaps(right), a.truth & b.truth != 0, "{a:?}, {b:?}");
    assert_eq!(right.overlaps(left), a.truth & b.truth != 0, "{b:?}, {a:?}");
    assert_eq!(left.is_subset(right), a.truth & !b.truth == 0, "{a:?}, {b:?}");
    assert_eq!(right.is_subset(left), b.truth & !a.truth == 0, "{b:?}, {a:?}");
    assert_eq!(left == right, a.truth == b.truth, "{a:?}, {b:?}");
    assert_eq!(a.set == b.set, a.truth == b.truth, "{a:?}, {b:?}");
}
