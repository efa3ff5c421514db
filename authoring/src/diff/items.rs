//! Rules and updates of two blocks that are the same block in both policies.
//!
//! First come those that say the same; of the rest, rules of the same condition; then those of one kind whose texts are
//! alike. Where there are too many to look at every pair, they are taken in their order.

use std::collections::{BTreeSet, HashMap};

use sqrt_compiler::ir::{Block, Rule, Statement};

use super::keys::Key;
use super::lets::description;
use super::order::moved;
use super::revision::{PHASES, Revision, head};
use super::{AllKeys, Change, Compared, How, Interner, Side};

/// Lists with more pairs than this are matched in their order.
const PAIRS: usize = 1024;

/// A rule or an update: what it says, by its keys.
#[derive(Debug, Clone, Copy)]
struct Item {
    named: Key,
    deep: Key,
    /// What it has in common with others of its kind: the condition of a rule.
    condition: Key,
}

/// Which items are which, by their places in the lists.
struct Pairs {
    /// Pairs that say the same.
    same: Vec<(usize, usize)>,
    changed: Vec<(usize, usize)>,
    removed: Vec<usize>,
    added: Vec<usize>,
}

/// What differs between two blocks; the numbers of rules that are the same go to `rules`.
pub(super) fn changes(
    compared: &mut Compared<'_>,
    old: &Block,
    new: &Block,
    rules: &mut [Option<u32>],
) -> Vec<Change> {
    let mut changes = rule_changes(compared, old, new, rules);
    for phase in 0..PHASES.len() {
        changes.extend(update_changes(compared, old, new, phase));
    }
    changes
}

/// Everything that a block has, as added or removed.
pub(super) fn all(revision: &Revision, block: &Block, how: How) -> Vec<Change> {
    let change = |title: String, side: Side| match how {
        How::Removed => Change::removed(title, side),
        _ => Change::added(title, side),
    };
    let rules = block.rules.iter().map(|rule| change(head(rule).to_owned(), rule_side(revision, rule)));
    let updates = (0..PHASES.len()).flat_map(|phase| {
        let title = PHASES.get(phase).copied().unwrap_or_default();
        statements(block, phase).iter().map(move |statement| {
            change(title.to_owned(), revision.side(revision.statement(statement, block.shorthand)))
        })
    });
    rules.chain(updates).collect()
}

/// A key of all that a block does, in named keys; rules without an order, as far as that has no meaning.
pub(super) fn content(block: &Block, keys: &AllKeys, interner: &mut Interner) -> Key {
    let mut rules: Vec<Key> =
        block.rules.iter().map(|rule| item_of_rule(rule, keys, interner).named).collect();
    let should: Vec<Key> = block
        .rules
        .iter()
        .zip(&rules)
        .filter(|(rule, _)| head(rule).starts_with("should"))
        .map(|(_, key)| *key)
        .collect();
    rules.sort_unstable();
    let mut updates = |phase| {
        let list = statements(block, phase).iter().map(|statement| keys.named.statement(statement, interner));
        list.collect::<Vec<_>>()
    };
    let updates = [updates(0), updates(1), updates(2)];
    let descriptions: Vec<_> = block.rules.iter().map(|rule| &rule.description).collect();
    interner.key(format!("block {rules:?} {should:?} {updates:?} {descriptions:?} {:?}", block.description))
}

fn item_of_rule(rule: &Rule, keys: &AllKeys, interner: &mut Interner) -> Item {
    let [named, deep] =
        [&keys.named, &keys.deep].map(|keys| rule.condition.map(|id| keys.condition(id.index())));
    let mut key = |condition: Option<Key>| interner.key(format!("{} {condition:?}", head(rule)));
    Item { named: key(named), deep: key(deep), condition: named.unwrap_or(Key::MAX) }
}

fn statements(block: &Block, phase: usize) -> &[Statement] {
    match phase {
        0 => &block.before,
        1 => &block.result,
        _ => &block.after,
    }
}

fn rule_side(revision: &Revision, rule: &Rule) -> Side {
    let mut side = revision.side(revision.condition(rule));
    if rule.condition.is_none() {
        side.text = "always".to_owned();
    }
    side
}

fn rule_changes(
    compared: &mut Compared<'_>,
    old: &Block,
    new: &Block,
    rules: &mut [Option<u32>],
) -> Vec<Change> {
    let Compared { old: old_revision, new: new_revision, old_keys, new_keys, interner } = compared;
    let old_items: Vec<Item> = old.rules.iter().map(|rule| item_of_rule(rule, old_keys, interner)).collect();
    let new_items: Vec<Item> = new.rules.iter().map(|rule| item_of_rule(rule, new_keys, interner)).collect();
    let alike = |from: usize, to: usize| match (old.rules.get(from), new.rules.get(to)) {
        (Some(from), Some(to)) if head(from) == head(to) => {
            likeness(&rule_side(old_revision, from).text, &rule_side(new_revision, to).text)
        }
        _ => 0,
    };
    let mut pairs = pair(&old_items, &new_items, true, alike);
    for (from, to) in pairs.same.iter().chain(&pairs.changed) {
        if let (Some(from), Some(to)) = (old.rules.get(*from), new.rules.get(*to))
            && let Some(place) = rules.get_mut(from.id.0 as usize)
        {
            *place = Some(to.id.0);
        }
    }
    let mut changes: Vec<(usize, Change)> = Vec::new();
    for &(from, to) in &pairs.changed {
        let (Some(from), Some(rule)) = (old.rules.get(from), new.rules.get(to)) else { continue };
        let title = if head(from) == head(rule) {
            head(rule).to_owned()
        } else {
            format!("{} → {}", head(from), head(rule))
        };
        let mut change =
            Change::of(How::Changed, title, rule_side(old_revision, from), rule_side(new_revision, rule));
        change.parts.extend(description(from.description.as_deref(), rule.description.as_deref()));
        changes.push((to, change));
    }
    pairs.same.sort_by_key(|(_, to)| *to);
    let has_moved = moved_rules(&pairs.same, new);
    for &(from, to) in &pairs.same {
        let (Some(from), Some(rule)) = (old.rules.get(from), new.rules.get(to)) else { continue };
        let about = description(from.description.as_deref(), rule.description.as_deref());
        let how = if has_moved.contains(&to) { How::Moved } else { How::Changed };
        if how == How::Moved || about.is_some() {
            let mut change =
                Change::of(how, head(rule), rule_side(old_revision, from), rule_side(new_revision, rule));
            change.parts.extend(about);
            changes.push((to, change));
        }
    }
    for rule in pairs.added.iter().filter_map(|to| Some((*to, new.rules.get(*to)?))) {
        changes.push((rule.0, Change::added(head(rule.1), rule_side(new_revision, rule.1))));
    }
    changes.sort_by_key(|(to, _)| *to);
    let removed = pairs.removed.iter().filter_map(|from| old.rules.get(*from));
    let removed = removed.map(|rule| Change::removed(head(rule), rule_side(old_revision, rule)));
    changes.into_iter().map(|(_, change)| change).chain(removed).collect()
}

/// The `should` rules that come before another that decides otherwise in one policy and after it in the other (S6.6), by
/// their places in the new block.
fn moved_rules(same: &[(usize, usize)], new: &Block) -> Vec<usize> {
    let outcome = |to: usize| new.rules.get(to).map(|rule| rule.outcome);
    let is_should = |to: usize| new.rules.get(to).is_some_and(|rule| head(rule).starts_with("should"));
    let should: Vec<(usize, usize)> = same.iter().copied().filter(|(_, to)| is_should(*to)).collect();
    let places: Vec<usize> = should.iter().map(|(from, _)| *from).collect();
    let at = |index: usize| should.get(index).map(|(_, to)| *to);
    let matters = |left, right| at(left).map(outcome) != at(right).map(outcome);
    moved(&places, matters).into_iter().filter_map(at).collect()
}

fn update_changes(compared: &mut Compared<'_>, old: &Block, new: &Block, phase: usize) -> Vec<Change> {
    let title = PHASES.get(phase).copied().unwrap_or_default();
    let Compared { old: old_revision, new: new_revision, old_keys, new_keys, interner } = compared;
    let mut items = |block: &Block, keys: &AllKeys| -> Vec<Item> {
        let item = |statement: &Statement| Item {
            named: keys.named.statement(statement, interner),
            deep: keys.deep.statement(statement, interner),
            condition: Key::MAX,
        };
        statements(block, phase).iter().map(item).collect()
    };
    let (old_items, new_items) = (items(old, old_keys), items(new, new_keys));
    let (before, now) = (statements(old, phase), statements(new, phase));
    let old_side = |at: usize| {
        before
            .get(at)
            .map_or_else(Side::default, |it| old_revision.side(old_revision.statement(it, old.shorthand)))
    };
    let new_side = |at: usize| {
        now.get(at)
            .map_or_else(Side::default, |it| new_revision.side(new_revision.statement(it, new.shorthand)))
    };
    let alike = |from: usize, to: usize| likeness(&old_side(from).text, &new_side(to).text);
    let mut pairs = pair(&old_items, &new_items, false, alike);
    let change = |how, from, to| (to, Change::of(how, title, old_side(from), new_side(to)));
    let mut changes: Vec<(usize, Change)> =
        pairs.changed.iter().map(|(from, to)| change(How::Changed, *from, *to)).collect();
    pairs.same.sort_by_key(|(_, to)| *to);
    let places: Vec<usize> = pairs.same.iter().map(|(from, _)| *from).collect();
    // Each statement sees the effects of those before it (S7.1).
    let has_moved = moved(&places, |_, _| true).into_iter().filter_map(|at| pairs.same.get(at));
    changes.extend(has_moved.map(|(from, to)| change(How::Moved, *from, *to)));
    changes.extend(pairs.added.iter().map(|to| (*to, Change::added(title, new_side(*to)))));
    changes.sort_by_key(|(to, _)| *to);
    let removed = pairs.removed.iter().map(|from| Change::removed(title, old_side(*from)));
    changes.into_iter().map(|(_, change)| change).chain(removed).collect()
}

/// Finds out which items are which. `by_condition`: those of the same condition are one, too; `alike` says how much two have in common, 0 if they have nothing to do with each other.
fn pair(old: &[Item], new: &[Item], by_condition: bool, alike: impl Fn(usize, usize) -> u32) -> Pairs {
    let (mut old_left, mut new_left): (BTreeSet<usize>, BTreeSet<usize>) =
        ((0..old.len()).collect(), (0..new.len()).collect());
    let mut by = |key: fn(&Item) -> Key| {
        let mut waiting: HashMap<Key, Vec<usize>> = HashMap::new();
        for &at in old_left.iter().rev() {
            waiting.entry(old.get(at).map(key).unwrap_or_default()).or_default().push(at);
        }
        let mut found = Vec::new();
        for to in new_left.clone() {
            if let Some(from) = new.get(to).map(key).and_then(|key| waiting.get_mut(&key)).and_then(Vec::pop)
            {
                old_left.remove(&from);
                new_left.remove(&to);
                found.push((from, to));
            }
        }
        found
    };
    let mut same = by(|item| item.named);
    same.extend(by(|item| item.deep));
    let mut changed = if by_condition { by(|item| item.condition) } else { Vec::new() };
    let mut likely: Vec<(u32, usize, usize)> = if old_left.len().saturating_mul(new_left.len()) <= PAIRS {
        let all = old_left.iter().flat_map(|from| new_left.iter().map(move |to| (*from, *to)));
        all.map(|(from, to)| (alike(from, to), from, to)).collect()
    } else {
        old_left.iter().zip(&new_left).map(|(from, to)| (alike(*from, *to), *from, *to)).collect()
    };
    likely.retain(|(likeness, ..)| *likeness > 0);
    likely.sort_by_key(|(likeness, from, to)| (std::cmp::Reverse(*likeness), *from, *to));
    for (_, from, to) in likely {
        if old_left.contains(&from) && new_left.contains(&to) {
            old_left.remove(&from);
            new_left.remove(&to);
            changed.push((from, to));
        }
    }
    Pairs { same, changed, removed: old_left.into_iter().collect(), added: new_left.into_iter().collect() }
}

/// How much two texts have in common, in thousandths of their words; 0 if that is too little to take one for the other.
fn likeness(old: &str, new: &str) -> u32 {
    const ENOUGH: u32 = 400;
    let words = |text: &str| -> BTreeSet<String> {
        let all = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        all.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (old, new) = (words(old), words(new));
    let all = old.len().saturating_add(new.len()).max(1);
    let share = old.intersection(&new).count().saturating_mul(2000) / all;
    u32::try_from(share).ok().filter(|share| *share >= ENOUGH).unwrap_or(0)
}
