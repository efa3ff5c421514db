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

/// The least number of insertions, deletions, replacements and swaps of neighbours that make one name the other, by bytes
/// (names are ASCII), where no byte is touched twice.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // The row of the byte of `a` before the last one, of the last one, and of this one.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        let mut left = i.saturating_add(1);
        row.push(left);
        for (j, (&y, above)) in b.iter().zip(last.windows(2)).enumerate() {
            let &[diagonal, above] = above else { continue };
            let replaced = diagonal.saturating_add(usize::from(x != y));
            left = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
            let swapped = || {
                let (i, j) = (i.checked_sub(1)?, j.checked_sub(1)?);
                (a.get(i) == Some(&y) && b.get(j) == Some(&x)).then(|| before.get(j).copied())?
            };
            if let Some(swapped) = swapped() {
                left = left.min(swapped.saturating_add(1));
            }
            row.push(left);
        }
        (before, last) = (last, row);
    }
    last.last().copied().unwrap_or(0)
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
            ("ab", "ba", 1),
            ("konwn", "known", 1),
            ("abcd", "badc", 2),
            ("ca", "abc", 3),
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
        assert_eq!(nearest("Interanl"), Some("Internal"));
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
