//! The nearest of the names that there are, for a name that there is not.

/// Names longer than this are not compared.
const LONGEST: usize = 64;

/// The nearest of `names`, if one is near enough to be meant; the first of several.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = name.chars().count();
    let limit = (length / 3).clamp(1, 3);
    let near =
        names.into_iter().filter(|other| length > 1 && length <= LONGEST && other.len() <= 4 * LONGEST);
    let measured =
        near.map(|other| (if other.eq_ignore_ascii_case(name) { 0 } else { distance(name, other) }, other));
    measured
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// The least number of insertions, deletions, replacements and swaps of neighbours that make one text the other.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // The rows of the last two characters of `a`, and the character before the last.
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i.saturating_add(1)];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX);
            let replaced = at(&row, j).saturating_add(usize::from(x != *y));
            let deleted = at(&row, j.saturating_add(1)).saturating_add(1);
            let inserted = at(&next, j).saturating_add(1);
            let swapped = match j.checked_sub(1) {
                Some(k) if last == Some(*y) && b.get(k) == Some(&x) => at(&before, k).saturating_add(1),
                _ => usize::MAX,
            };
            next.push(replaced.min(deleted).min(inserted).min(swapped));
        }
        before = std::mem::replace(&mut row, next);
        last = Some(x);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "äb", 2),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("dney", "deny", 1),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_near_names_are_meant() {
        let found = |name| nearest(name, ["unused-let", "loose-pattern", "a"]);
        assert_eq!(found("unusd-let"), Some("unused-let"));
        assert_eq!(found("Unused-Let"), Some("unused-let"));
        assert_eq!(found("something"), None);
        assert_eq!(found("b"), None);
        assert_eq!(found(&"x".repeat(1000)), None);
    }
}
