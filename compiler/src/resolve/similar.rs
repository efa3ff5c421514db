//! The nearest of the names that there are, for a name that there is not.

/// Looking through all names costs time; a policy with very many mistakes gets no hints for the last ones.
const LOOKUPS: u32 = 50;

/// So many pairs of bytes are compared; then, and for names that would take more at once, there are no hints.
const COMPARISONS: usize = 10_000_000;

/// The nearest of `names`, if one is near enough to be meant; the first of several.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    Similar::new().nearest(name, names)
}

/// Finds names that look like a given one.
pub(super) struct Similar {
    lookups: u32,
    comparisons: usize,
}

impl Similar {
    pub(super) fn new() -> Self {
        Self { lookups: LOOKUPS, comparisons: COMPARISONS }
    }

    /// The nearest of `names`, if one is near enough to be meant; the first of several.
    pub(super) fn nearest<'n>(
        &mut self,
        name: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Option<&'n str> {
        self.lookups = self.lookups.checked_sub(1)?;
        let limit = (name.len() / 3).min(3);
        let mut best: Option<(usize, &str)> = None;
        for other in names.filter(|other| other.len().abs_diff(name.len()) <= limit) {
            self.comparisons = self.comparisons.checked_sub(name.len().saturating_mul(other.len()))?;
            let distance = if other.eq_ignore_ascii_case(name) { 0 } else { distance(name, other) };
            if distance <= limit && best.is_none_or(|(shortest, _)| distance < shortest) {
                best = Some((distance, other));
            }
        }
        best.map(|(_, other)| other)
    }
}

/// The least number of insertions, deletions and replacements of bytes that make one name the other (names are ASCII).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let replaced = diagonal.saturating_add(usize::from(x != y));
            diagonal = *cell;
            left = replaced.min(cell.saturating_add(1)).min(left.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i.saturating_add(1);
        }
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
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
            ("abc", "abc", 0),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_near_names_are_hints() {
        let names = ["IsAdmin", "Internal", "a"];
        let nearest = |name| Similar::new().nearest(name, names.into_iter());
        assert_eq!(nearest("IsAdmn"), Some("IsAdmin"));
        assert_eq!(nearest("isadmin"), Some("IsAdmin"));
        assert_eq!(nearest("External"), Some("Internal"));
        assert_eq!(nearest("Blocked"), None);
    }

    #[test]
    fn hints_end() {
        let mut similar = Similar::new();
        let found = (0..100).filter(|_| similar.nearest("abc", ["abd"].into_iter()).is_some()).count();
        assert_eq!(found, LOOKUPS as usize);
    }

    #[test]
    fn long_names_and_many_long_names_cost_little() {
        let long = |end: &str, length: usize| format!("{}{end}", "a".repeat(length));
        let mut similar = Similar::new();
        let (name, other) = (long("b", 5000), long("c", 5000));
        assert_eq!(similar.nearest(&name, [other.as_str()].into_iter()), None);
        let (name, other) = (long("b", 500), long("c", 500));
        assert_eq!(similar.nearest(&name, [other.as_str()].into_iter()), Some(other.as_str()));
        assert_eq!(similar.nearest(&name, std::iter::repeat_n(other.as_str(), 100)), None);
    }
}
