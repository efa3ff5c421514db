//! The nearest of the names that there are, for a name that there is not.

use std::collections::BTreeSet;

use sqrt_vm::visible::quote;

/// Names longer than this are not compared.
const LONGEST: usize = 64;

/// The nearest of `names`, if one is near enough to be meant; the first of several.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = name.chars().count();
    let limit = (length / 3).clamp(1, 3);
    // What differs more in length than that is not near.
    let near = names.into_iter().filter(|other| {
        length > 1
            && length <= LONGEST
            && other.len() <= 4 * LONGEST
            && other.chars().count().abs_diff(length) <= limit
    });
    let measured =
        near.map(|other| (if other.eq_ignore_ascii_case(name) { 0 } else { distance(name, other) }, other));
    measured
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// So many labels are compared with one that is not among them.
const COMPARED: usize = 2_000;

/// The label, a string of metadata, that another one is probably meant to be. Labels that differ by numbers, and short ones, are
/// not taken for one another.
pub fn nearest_label<'n>(label: &str, known: &BTreeSet<&'n str>) -> Option<&'n str> {
    let length = label.chars().count();
    if !(5..=LONGEST).contains(&length) {
        return None;
    }
    let limit = if length >= 8 { 2 } else { 1 };
    let without_digits = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let plain = without_digits(label);
    let candidates = known.iter().copied().take(COMPARED).filter(|other| {
        other.len().abs_diff(label.len()) <= 8 && without_digits(other) != plain && other.chars().count() >= 5
    });
    let measured =
        candidates.map(|other| (distance(label, other), other)).filter(|(d, _)| (1..=limit).contains(d));
    measured.min().map(|(_, other)| other)
}

/// The question whether the nearest of `names` is meant, to go on a message with; empty if none is near.
pub fn question<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    nearest(name, names).map_or(String::new(), |near| format!("; is {} meant?", quote(near)))
}

/// The nearest of the parts of texts that have as many words as `part`: what may be meant by a part that is in none of them.
pub fn nearest_part<'n>(part: &str, texts: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let words = part.split_whitespace().count().max(1);
    let windows = texts.into_iter().flat_map(|text| {
        let starts: Vec<usize> = words_of(text).map(|(start, _)| start).collect();
        let ends: Vec<usize> = words_of(text).map(|(_, end)| end).collect();
        let windows = starts.into_iter().zip(ends.into_iter().skip(words.saturating_sub(1)));
        windows.filter_map(|(start, end)| text.get(start..end)).collect::<Vec<_>>()
    });
    nearest(part, windows)
}

/// Where the words of a text begin and end.
fn words_of(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        (start, start.saturating_add(word.len()))
    })
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

    #[test]
    fn parts_are_compared_with_as_many_words() {
        let found = |part| nearest_part(part, ["mail leaves the house", "an  administrator may"]);
        assert_eq!(found("administratos"), Some("administrator"));
        assert_eq!(found("leavs the"), Some("leaves the"));
        assert_eq!(found("an administrator"), Some("an  administrator"));
        assert_eq!(found("an  administraror"), Some("an  administrator"));
        assert_eq!(found("postage"), None);
        assert_eq!(found(""), None);
    }
}
