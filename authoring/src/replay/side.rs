//! One side of a comparison after a call, and how metadata differs between two, in words.

use std::collections::BTreeSet;

use sqrt_vm::json::{LineDecider, write_string};
use sqrt_vm::metadata::{FIELDS, FieldImm, Metadata, Session, SetView, Tags};
use sqrt_vm::policy::Policy;

use super::changes::{ByVerdict, Verdict};
use super::recorded::Meta;

/// So many tags of a difference are shown.
const SHOWN: usize = 5;

/// What a policy made of the last call.
pub(super) struct Side<'s> {
    pub(super) policy: &'s Policy,
    pub(super) decider: &'s LineDecider,
}

impl<'s> Side<'s> {
    pub(super) fn tags(&self, session: &'s Session) -> Tags<'s> {
        self.decider.scratch().tags(self.policy, session)
    }

    pub(super) fn result(&self) -> Option<&'s Metadata> {
        self.decider.scratch().result_metadata()
    }
}

/// Counts a verdict.
pub(super) fn count(counts: &mut ByVerdict<Verdict, u64>, verdict: Verdict) {
    let count = counts.entry(verdict).or_default();
    *count = count.saturating_add(1);
}

/// A set: whether it is the complement of what it lists, and that.
type Listed<'t> = (bool, BTreeSet<&'t str>);

fn listed<'t>(set: SetView<'t>, tags: &Tags<'t>) -> Listed<'t> {
    (!set.is_finite(), set.listed().filter_map(|tag| tags.name(tag)).collect())
}

/// How the fields of metadata differ.
pub(super) fn differences(
    old_tags: Tags<'_>,
    old: &Metadata,
    new_tags: Tags<'_>,
    new: &Metadata,
) -> Vec<String> {
    let field = |field: FieldImm| {
        let (old, new) = (old.field(field).view(), new.field(field).view());
        difference(field, &listed(old, &old_tags), &listed(new, &new_tags))
    };
    FIELDS.into_iter().filter_map(field).collect()
}

/// The same where the old metadata was recorded.
pub(super) fn recorded_differences(old: &Meta, tags: Tags<'_>, new: &Metadata) -> Vec<String> {
    let field = |field: FieldImm| {
        let (complement, names) = old.listed(field)?;
        let old = (complement, names.into_iter().collect());
        difference(field, &old, &listed(new.field(field).view(), &tags))
    };
    FIELDS.into_iter().filter_map(field).collect()
}

/// `tags: + {"a"} - {"b"}`, or both sets where one is a complement; nothing if they are equal.
fn difference(field: FieldImm, old: &Listed<'_>, new: &Listed<'_>) -> Option<String> {
    let name = match field {
        FieldImm::Tags => "tags",
        FieldImm::Producers => "producers",
        FieldImm::Consumers => "consumers",
    };
    if old == new {
        return None;
    }
    if old.0 || new.0 {
        return Some(format!("{name}: {} → {}", set(old.0, &old.1), set(new.0, &new.1)));
    }
    let added: BTreeSet<&str> = new.1.difference(&old.1).copied().collect();
    let removed: BTreeSet<&str> = old.1.difference(&new.1).copied().collect();
    let part = |sign: char, tags: &BTreeSet<&str>| match tags.is_empty() {
        true => String::new(),
        false => format!(" {sign} {}", set(false, tags)),
    };
    Some(format!("{name}:{}{}", part('+', &added), part('-', &removed)))
}

/// A set as the language writes it, cut if it is long.
fn set(is_complement: bool, tags: &BTreeSet<&str>) -> String {
    let mut out = String::new();
    if is_complement {
        out.push_str(if tags.is_empty() { "{\"*\"}" } else { "{\"*\"} - " });
    }
    if !is_complement || !tags.is_empty() {
        out.push('{');
        for (at, tag) in tags.iter().take(SHOWN).enumerate() {
            out.push_str(if at > 0 { ", " } else { "" });
            let short: String = tag.chars().take(60).collect();
            write_string(&mut out, &short);
            if short.len() < tag.len() {
                out.push('…');
            }
        }
        if let Some(more) = tags.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            out.push_str(&format!(", … {more} more"));
        }
        out.push('}');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_read_like_the_language() {
        let set = |tags: &'static [&str]| tags.iter().copied().collect::<BTreeSet<_>>();
        let shown = |old: (bool, &'static [&str]), new: (bool, &'static [&str])| {
            difference(FieldImm::Tags, &(old.0, set(old.1)), &(new.0, set(new.1)))
        };
        assert_eq!(shown((false, &["a"]), (false, &["a"])), None);
        assert_eq!(
            shown((false, &["a", "c"]), (false, &["b", "c"])).as_deref(),
            Some("tags: + {\"b\"} - {\"a\"}")
        );
        assert_eq!(shown((true, &[]), (false, &[])).as_deref(), Some("tags: {\"*\"} → {}"));
        assert_eq!(
            shown((false, &["x"]), (true, &["x"])).as_deref(),
            Some("tags: {\"x\"} → {\"*\"} - {\"x\"}")
        );
        let many = shown((false, &[]), (false, &["1", "2", "3", "4", "5", "6", "7\u{202e}"])).unwrap();
        assert_eq!(many, "tags: + {\"1\", \"2\", \"3\", \"4\", \"5\", … 2 more}");
    }
}
