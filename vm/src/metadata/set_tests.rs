//! The algebra of metadata sets against a naive set: membership of every tag of a small world, and of one beyond it.

use super::{MetaSet, TagId, Universe};
use proptest::prelude::*;

/// The policy names the tags 0..70, so a set has up to two words; 70..76 are other tags.
const NAMED: u32 = 70;
const WORLD: u32 = 76;

fn universe() -> Universe {
    let names: Vec<String> = (0..NAMED).map(|tag| format!("t{tag}")).collect();
    crate::testing::universe(names.iter().map(String::as_str))
}

/// Membership of each tag of the world; the last entry stands for all strings beyond.
type Naive = Vec<bool>;

fn naive(set: &MetaSet, universe: &Universe) -> Naive {
    (0..=WORLD).map(|tag| set.contains(TagId(tag), universe)).collect()
}

fn build(members: &[u32], complement: bool, universe: &Universe) -> MetaSet {
    let mut set = MetaSet::empty();
    for tag in members {
        set.insert(TagId(*tag), universe);
    }
    if complement {
        set.negate();
    }
    set
}

fn sets() -> impl Strategy<Value = (Vec<u32>, bool)> {
    // Few different tags, so that sets are often equal, disjoint or contained in each other.
    let tags = prop::sample::select(vec![0, 1, 5, 63, 64, 69, 70, 71, 75]);
    (prop::collection::vec(tags, 0..6), any::<bool>())
}

fn zip(a: &Naive, b: &Naive, op: impl Fn(bool, bool) -> bool) -> Naive {
    a.iter().zip(b).map(|(a, b)| op(*a, *b)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn algebra_agrees_with_membership((a, not_a) in sets(), (b, not_b) in sets()) {
        let universe = universe();
        let (a, b) = (build(&a, not_a, &universe), build(&b, not_b, &universe));
        let (na, nb) = (naive(&a, &universe), naive(&b, &universe));
        type Update = fn(&mut MetaSet, &MetaSet);
        type Logic = fn(bool, bool) -> bool;
        let operators: [(&str, Update, Logic); 4] = [
            ("union", MetaSet::union, |a, b| a || b),
            ("intersect", MetaSet::intersect, |a, b| a && b),
            ("minus", MetaSet::minus, |a, b| a && !b),
            ("xor", MetaSet::xor, |a, b| a != b),
        ];
        for (name, update, logic) in operators {
            let mut made = build(&[3, 72], true, &universe);
            made.assign(&a);
            update(&mut made, &b);
            let expected = zip(&na, &nb, logic);
            prop_assert_eq!(naive(&made, &universe), expected.clone(), "{}", name);
            let mut updated = a.clone();
            update(&mut updated, &b);
            prop_assert_eq!(&updated, &made, "{}", name);
            // One form per set: what is built another way is equal.
            let listed: Vec<u32> =
                (0..WORLD).filter(|tag| expected[*tag as usize] != expected[WORLD as usize]).collect();
            prop_assert_eq!(&build(&listed, expected[WORLD as usize], &universe), &made, "{}", name);
            prop_assert_eq!(made.listed().map(|tag| tag.0).collect::<Vec<_>>(), listed);
        }
        prop_assert_eq!(a.overlaps(&b), zip(&na, &nb, |a, b| a && b).contains(&true));
        prop_assert_eq!(a.is_subset(&b), !zip(&na, &nb, |a, b| a && !b).contains(&true));
        prop_assert_eq!(a == b, na == nb);
        prop_assert_eq!(a.is_empty(), !na.contains(&true));
        prop_assert_eq!(a.is_universal(), !na.contains(&false));
        prop_assert_eq!(a.is_finite(), !na[WORLD as usize]);
    }

    #[test]
    fn elements_come_and_go((a, not_a) in sets(), tag in 0..WORLD) {
        let universe = universe();
        let start = build(&a, not_a, &universe);
        let mut set = start.clone();
        set.insert(TagId(tag), &universe);
        let mut expected = naive(&start, &universe);
        expected[tag as usize] = true;
        prop_assert_eq!(naive(&set, &universe), expected.clone());
        set.remove(TagId(tag), &universe);
        expected[tag as usize] = false;
        prop_assert_eq!(naive(&set, &universe), expected);
        set.negate();
        set.negate();
        prop_assert_eq!(set.listed_len(), set.listed().count());
    }

    #[test]
    fn retaining_filters_the_listed_tags((a, not_a) in sets(), modulus in 1..4u32) {
        let universe = universe();
        let mut set = build(&a, not_a, &universe);
        let expected: Vec<TagId> = set.listed().filter(|tag| tag.0 % modulus == 0).collect();
        let finite = set.is_finite();
        set.retain_listed(|tag| tag.0 % modulus == 0);
        prop_assert_eq!(set.listed().collect::<Vec<_>>(), expected);
        prop_assert_eq!(set.is_finite(), finite);
    }
}
