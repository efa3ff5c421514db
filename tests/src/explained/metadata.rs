//! Whether the metadata that an explanation shows leads from where the call began to where it ended, and what decided tests is
//! what came of them.

use sqrt_vm::bytecode::operand::ReadingImm;
use sqrt_vm::metadata::{FIELDS, FieldImm, Metadata, Session, SetView, Tags};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::trace::{ConditionTrace, Evidence, SeenMetadata, SeenSet, UpdatePhase};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A set by its strings.
type Plain = (bool, BTreeSet<String>);

fn seen(set: SeenSet<'_>) -> Plain {
    (set.is_complement(), set.strings().map(str::to_owned).collect())
}

fn real(set: SetView<'_>, tags: &Tags<'_>) -> Plain {
    let names = set.listed().map(|tag| tags.name(tag).unwrap_or("?").to_owned());
    (!set.is_finite(), names.collect())
}

/// The sets that updates change, as far as they were followed.
#[derive(Default)]
struct Followed(BTreeMap<(bool, FieldImm), Plain>);

impl Followed {
    fn begin(&mut self, of_session: bool, metadata: SeenMetadata<'_>) {
        for field in FIELDS {
            self.0.insert((of_session, field), seen(metadata.field(field)));
        }
    }

    fn end(&self, of_session: bool, metadata: &Metadata, tags: &Tags<'_>) -> Option<String> {
        FIELDS.into_iter().find_map(|field| {
            let (ended, shown) = (real(metadata.field(field).view(), tags), self.0.get(&(of_session, field)));
            let whose = if of_session { "session" } else { "result" };
            (shown != Some(&ended)).then(|| format!("{whose} {field:?}: shown {shown:?}, ended as {ended:?}"))
        })
    }
}

/// What is wrong with the metadata that the explanation of the last call shows, if anything is: `before` is the session's before
/// the call, `session` is as the call left it.
pub fn metadata_inconsistency(
    policy: &Policy,
    scratch: &Scratch,
    before: &Session,
    session: &Session,
) -> Option<String> {
    let Some(call) = scratch.seen(policy) else {
        return Some("nothing was seen of an explained call".to_owned());
    };
    let mut followed = Followed::default();
    followed.begin(true, call.session_before()?);
    let shown_before = followed.end(true, before.metadata(), &Scratch::new(policy).tags(policy, before));
    if let Some(message) = shown_before {
        return Some(format!("before the call: {message}"));
    }
    let result = call.returned();
    if let Some(returned) = result {
        followed.begin(false, returned);
    }
    let mut last = None;
    for change in call.changes() {
        let (line, column) = change.start();
        let place = format!("the update at line {line}, column {column}");
        let order = [UpdatePhase::Before, UpdatePhase::Result, UpdatePhase::After];
        let phase = order.iter().position(|phase| change.phase() == Some(*phase));
        if phase < last || phase.is_none() {
            return Some(format!("{place}: the phases are not in order"));
        }
        last = phase;
        if change.is_of_session() == (change.phase() == Some(UpdatePhase::Result)) {
            return Some(format!("{place}: it changes what its phase does not"));
        }
        let followed = followed.0.get_mut(&(change.is_of_session(), change.field()))?;
        if *followed != seen(change.before()) {
            return Some(format!(
                "{place}: shown as {:?} before, and it was {followed:?}",
                seen(change.before())
            ));
        }
        *followed = seen(change.after());
    }
    let by_block: usize = scratch.trace(policy).map(|block| block.changes().count()).sum();
    if by_block != call.changes().count() {
        return Some("an update belongs to no block".to_owned());
    }
    let tags = scratch.tags(policy, session);
    if let Some(message) = followed.end(true, session.metadata(), &tags) {
        return Some(message);
    }
    match (scratch.result_metadata(), result) {
        (Some(metadata), Some(_)) => followed.end(false, metadata, &tags),
        (None, None) => None,
        (ended, shown) => {
            Some(format!("a result is shown: {}, and there: {}", shown.is_some(), ended.is_some()))
        }
    }
}

/// What is wrong with what the explanation says of why tests came out as they did, if anything is.
pub fn evidence_inconsistency(policy: &Policy, scratch: &Scratch) -> Option<String> {
    let mut walked = HashSet::new();
    for block in scratch.trace(policy) {
        let rules = block.rules().filter_map(|rule| Some((None, rule.condition()?)));
        let updates = block.updates().map(|(phase, condition)| (Some(phase), condition));
        let mut open: Vec<_> = rules.chain(updates).collect();
        while let Some((phase, condition)) = open.pop() {
            if let Some(message) = in_test(condition) {
                let (line, column) = condition.start();
                return Some(format!("line {line}, column {column}: {}: {message}", condition.text()));
            }
            if walked.insert((phase, condition.number())) {
                open.extend(condition.parts().map(|part| (phase, part)));
            }
        }
    }
    None
}

fn in_test(condition: ConditionTrace<'_>) -> Option<String> {
    let (outcome, evidence) = (condition.outcome()?, condition.evidence()?);
    let text = condition.text();
    let expected = match evidence {
        // One leaf decides for the reading, and all of them only against it.
        Evidence::Leaves { reading, decided: Some(_), .. } => Some(reading != ReadingImm::All),
        Evidence::Leaves { reading: ReadingImm::Any, decided: None, .. } => Some(false),
        Evidence::Leaves { .. } | Evidence::Values { .. } => None,
        Evidence::Set { decided: Some(_), .. } if text.contains("overlaps") => Some(true),
        Evidence::Set { decided: Some(_), .. } => Some(false),
        Evidence::Set { set, decided: None } => {
            let set = seen(set.set?);
            if text.ends_with("is empty") {
                Some(set == (false, BTreeSet::new()))
            } else if text.ends_with("is universal") {
                Some(set == (true, BTreeSet::new()))
            } else {
                None
            }
        }
        Evidence::Sets { left, right } => {
            let (left, right) = (seen(left.set?), seen(right.set?));
            if text.contains(" overlaps ") {
                Some(overlap(&left, &right))
            } else if text.contains(" subset of ") || text.contains(" superset of ") {
                Some(!overlap(&left, &(!right.0, right.1)))
            } else {
                Some(left == right)
            }
        }
        _ => None,
    };
    let whole = |text: &str| !text.contains('…');
    (expected.is_some_and(|expected| expected != outcome) && whole(text))
        .then(|| format!("{outcome} because of {expected:?}"))
}

fn overlap(left: &Plain, right: &Plain) -> bool {
    match (left.0, right.0) {
        (false, false) => !left.1.is_disjoint(&right.1),
        (false, true) => !left.1.is_subset(&right.1),
        (true, false) => !right.1.is_subset(&left.1),
        (true, true) => true,
    }
}
