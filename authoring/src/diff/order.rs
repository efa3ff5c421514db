//! What has moved: of things that are in both policies, those that come before another in one and after it in the other,
//! where that makes a difference.

/// Which of the things, given by their places in the old policy in the order of the new one, have moved: as few as tell all.
/// `matters` says of two places in the list whether their order means something.
pub(super) fn moved(old_places: &[usize], matters: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let stays = longest_ascending(old_places);
    let crosses = |at: usize, place: usize| {
        old_places.iter().enumerate().any(|(other, &other_place)| {
            (other < at) != (other_place < place) && other != at && matters(at, other)
        })
    };
    let candidates = old_places.iter().enumerate().filter(|(at, _)| stays.get(*at) == Some(&false));
    candidates.filter(|(at, place)| crosses(*at, **place)).map(|(at, _)| at).collect()
}

/// Marks the members of a longest ascending part of a list; takes n log n.
fn longest_ascending(list: &[usize]) -> Vec<bool> {
    // At each length less one, where the ascending list of this length ends that ends lowest.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(list.len());
    for (at, value) in list.iter().enumerate() {
        let length = ends.partition_point(|end| list.get(*end).is_some_and(|last| last < value));
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut marked = vec![false; list.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        if let Some(mark) = marked.get_mut(at) {
            *mark = true;
        }
        next = before.get(at).copied().flatten();
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_as_possible_have_moved() {
        assert_eq!(moved(&[0, 1, 2, 3], |_, _| true), [0_usize; 0]);
        assert_eq!(moved(&[3, 0, 1, 2], |_, _| true), [0]);
        assert_eq!(moved(&[1, 2, 3, 0], |_, _| true), [3]);
        assert_eq!(moved(&[1, 0, 3, 2], |_, _| true).len(), 2);
        assert_eq!(moved(&[1, 0, 3, 2], |_, _| false), [0_usize; 0]);
        // Only the order of the first two means something.
        assert_eq!(moved(&[1, 0, 3, 2], |left, right| left < 2 && right < 2).len(), 1);
    }

    #[test]
    fn the_longest_part_is_found() {
        let list = [4, 1, 7, 2, 5, 3, 6, 0];
        let marked = longest_ascending(&list);
        let part: Vec<usize> =
            list.iter().zip(marked).filter(|(_, marked)| *marked).map(|(value, _)| *value).collect();
        assert_eq!(part, [1, 2, 3, 6]);
    }
}
