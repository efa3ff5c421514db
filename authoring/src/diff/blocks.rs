//! Tool blocks: matched by tool, priority and content, then compared part by part.
//!
//! Blocks of the same tool that are the same in content come first, whatever their priority, then those that have most in
//! common; at last, blocks of other tools that are the same in content. Where blocks of one tool are too many to look at every
//! pair, they are taken in their order. The order of blocks has a meaning only for updates (S7.1).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqrt_compiler::ir::{Block, ToolMatcher};

use super::keys::Key;
use super::lets::description;
use super::order::moved;
use super::revision::{Revision, priority, tool_key, tool_title};
use super::{Change, Compared, How, Side, items};

/// Blocks of a tool with more pairs than this are matched in their order.
const PAIRS: usize = 1024;

/// What blocks are matched by.
struct Card {
    tool: Key,
    priority: i64,
    content: Key,
    is_empty: bool,
}

/// The blocks that differ; the numbers of rules that are the same go to `rules`.
pub(super) fn changes(compared: &mut Compared<'_>, rules: &mut [Option<u32>]) -> Vec<Change> {
    let (old, new) = (compared.old, compared.new);
    let old_cards = cards(compared, true);
    let new_cards = cards(compared, false);
    let old_of_new = matched(&old_cards, &new_cards, |from, to| {
        let words = |revision: &Revision, at| {
            revision.blocks().get(at).map(|block| texts(revision, block)).unwrap_or_default()
        };
        let (from, to): (BTreeSet<String>, BTreeSet<String>) = (words(old, from), words(new, to));
        from.intersection(&to).count().saturating_mul(1000) / from.union(&to).count().max(1)
    });
    let has_moved = moved_blocks(compared, &old_of_new);
    let mut changes = Vec::new();
    for ((at, block), from) in new.blocks().iter().enumerate().zip(&old_of_new) {
        match from.and_then(|from| old.blocks().get(from)) {
            Some(before) => changes.extend(changed(compared, before, block, has_moved.contains(&at), rules)),
            None => changes.push(whole(new, block, How::Added)),
        }
    }
    let kept: BTreeSet<usize> = old_of_new.iter().flatten().copied().collect();
    let removed = old.blocks().iter().enumerate().filter(|(at, _)| !kept.contains(at));
    changes.extend(removed.map(|(_, block)| whole(old, block, How::Removed)));
    rules_between_blocks(&mut changes);
    changes
}

fn cards(compared: &mut Compared<'_>, is_old: bool) -> Vec<Card> {
    let Compared { old, new, old_keys, new_keys, interner } = compared;
    let (revision, keys) = if is_old { (*old, &*old_keys) } else { (*new, &*new_keys) };
    let card = |block: &Block| Card {
        tool: interner.key(tool_key(&revision.policy, block)),
        priority: priority(block),
        content: items::content(block, keys, interner),
        is_empty: block.rules.is_empty()
            && [&block.before, &block.result, &block.after].iter().all(|list| list.is_empty()),
    };
    revision.blocks().iter().map(card).collect()
}

/// The texts of what a block has, to see how much blocks have in common.
fn texts(revision: &Revision, block: &Block) -> BTreeSet<String> {
    let parts = items::all(revision, block, How::Added).into_iter();
    parts.filter_map(|part| Some(format!("{} {}", part.title, part.new?.text))).collect()
}

/// Of each new block the old one.
fn matched(old: &[Card], new: &[Card], alike: impl Fn(usize, usize) -> usize) -> Vec<Option<usize>> {
    let mut old_of_new: Vec<Option<usize>> = vec![None; new.len()];
    let mut left: BTreeSet<usize> = (0..old.len()).collect();
    let by = |key: fn(&Card) -> Option<(Key, i64, Key)>,
              old_of_new: &mut Vec<Option<usize>>,
              left: &mut BTreeSet<usize>| {
        let mut waiting: HashMap<(Key, i64, Key), Vec<usize>> = HashMap::new();
        for &at in left.iter().rev() {
            if let Some(key) = old.get(at).and_then(key) {
                waiting.entry(key).or_default().push(at);
            }
        }
        for (place, card) in old_of_new.iter_mut().zip(new).filter(|(place, _)| place.is_none()) {
            *place = key(card).and_then(|key| waiting.get_mut(&key)).and_then(Vec::pop);
            if let Some(from) = place {
                left.remove(from);
            }
        }
    };
    by(|card| Some((card.tool, card.priority, card.content)), &mut old_of_new, &mut left);
    by(|card| Some((card.tool, 0, card.content)), &mut old_of_new, &mut left);
    by_likeness(old, new, &mut old_of_new, &mut left, alike);
    by(|card| (!card.is_empty).then_some((0, 0, card.content)), &mut old_of_new, &mut left);
    old_of_new
}

/// Matches what is left of each tool, those first that have most in common.
fn by_likeness(
    old: &[Card],
    new: &[Card],
    old_of_new: &mut [Option<usize>],
    left: &mut BTreeSet<usize>,
    alike: impl Fn(usize, usize) -> usize,
) {
    let mut of_tools: BTreeMap<Key, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, card) in left.iter().filter_map(|at| Some((*at, old.get(*at)?))) {
        of_tools.entry(card.tool).or_default().0.push(at);
    }
    for (at, card) in new.iter().enumerate().filter(|(at, _)| old_of_new.get(*at) == Some(&None)) {
        of_tools.entry(card.tool).or_default().1.push(at);
    }
    for (from, to) in of_tools.into_values() {
        let mut pairs: Vec<(usize, usize, usize)> = if from.len().saturating_mul(to.len()) <= PAIRS {
            let all = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
            let score = |from: usize, to: usize| {
                let same = old.get(from).map(|card| card.priority) == new.get(to).map(|card| card.priority);
                alike(from, to).saturating_mul(2).saturating_add(usize::from(same))
            };
            all.map(|(from, to)| (score(from, to), from, to)).collect()
        } else {
            from.iter().zip(&to).map(|(from, to)| (0, *from, *to)).collect()
        };
        pairs.sort_by_key(|(score, from, to)| (std::cmp::Reverse(*score), *from, *to));
        for (_, from, to) in pairs {
            if let Some(place) = old_of_new.get_mut(to)
                && place.is_none()
                && left.remove(&from)
            {
                *place = Some(from);
            }
        }
    }
}

/// What differs between two blocks that are one.
fn changed(
    compared: &mut Compared<'_>,
    old: &Block,
    new: &Block,
    has_moved: bool,
    rules: &mut [Option<u32>],
) -> Option<Change> {
    let (before, now) = (compared.old, compared.new);
    let side = |revision: &Revision, block: &Block| Side {
        place: Some(revision.place(block.position)),
        text: String::new(),
    };
    let mut parts = Vec::new();
    parts.extend(Change::of_text("tool id", id(before, old), id(now, new)));
    parts.extend(Change::of_text("priority", priority(old).to_string(), priority(new).to_string()));
    parts.extend(description(old.description.as_deref(), new.description.as_deref()));
    if has_moved {
        parts.push(Change::of(How::Moved, "order of updates", side(before, old), side(now, new)));
    }
    parts.extend(items::changes(compared, old, new, rules));
    if parts.is_empty() {
        return None;
    }
    let change = Change::of(How::Changed, tool_title(new), side(before, old), side(now, new));
    Some(Change { parts, ..change })
}

/// The tool id for people; two patterns that are read the same are one.
fn id(revision: &Revision, block: &Block) -> String {
    match &block.tool {
        ToolMatcher::Exact(name) => format!("\"{name}\""),
        ToolMatcher::Pattern(id) => {
            let pattern = revision.policy.patterns.get(id.index());
            format!("r\"{}\"", pattern.map_or("", |pattern| pattern.text.as_str()))
        }
    }
}

/// A block that is in one of the policies only, with all that it has.
fn whole(revision: &Revision, block: &Block, how: How) -> Change {
    let side = Side { place: Some(revision.place(block.position)), text: String::new() };
    let (old, new) = if how == How::Removed { (Some(side), None) } else { (None, Some(side)) };
    let mut parts = Vec::new();
    if priority(block) != 0 {
        let text = Side { place: None, text: priority(block).to_string() };
        parts.push(match how {
            How::Removed => Change::removed("priority", text),
            _ => Change::added("priority", text),
        });
    }
    parts.extend(items::all(revision, block, how));
    Change { how, title: tool_title(block), old, new, parts }
}

/// The blocks whose updates run before those of another in one policy and after them in the other (S7.1), by their places in
/// the new policy.
fn moved_blocks(compared: &Compared<'_>, old_of_new: &[Option<usize>]) -> BTreeSet<usize> {
    let (old, new) = (compared.old, compared.new);
    let phases =
        |block: &Block| [!block.before.is_empty(), !block.result.is_empty(), !block.after.is_empty()];
    let is_pattern = |block: &Block| matches!(block.tool, ToolMatcher::Pattern(_));
    let mut groups: BTreeMap<i64, Vec<(usize, usize, &Block)>> = BTreeMap::new();
    for ((to, block), from) in new.blocks().iter().enumerate().zip(old_of_new) {
        let Some((from, before)) = from.and_then(|from| Some((from, old.blocks().get(from)?))) else {
            continue;
        };
        if phases(block).contains(&true) && priority(before) == priority(block) {
            groups.entry(priority(block)).or_default().push((from, to, block));
        }
    }
    let mut found = BTreeSet::new();
    for group in groups.into_values() {
        // Blocks that name different tools never meet; where no pattern is about, each tool is looked at by itself.
        let mut of_tools: BTreeMap<String, Vec<(usize, usize, &Block)>> = BTreeMap::new();
        let has_pattern = group.iter().any(|(_, _, block)| is_pattern(block));
        for entry in group {
            let tool = if has_pattern { String::new() } else { tool_key(&new.policy, entry.2) };
            of_tools.entry(tool).or_default().push(entry);
        }
        for list in of_tools.into_values() {
            let places: Vec<usize> = list.iter().map(|(from, ..)| *from).collect();
            let block = |at: usize| list.get(at).map(|(_, _, block)| *block);
            let matters = |left: usize, right: usize| {
                let (Some(left), Some(right)) = (block(left), block(right)) else { return false };
                let meet = is_pattern(left) || is_pattern(right) || left.tool == right.tool;
                meet && phases(left).iter().zip(phases(right)).any(|(left, right)| *left && right)
            };
            found.extend(
                moved(&places, matters).into_iter().filter_map(|at| list.get(at)).map(|(_, to, _)| *to),
            );
        }
    }
    found
}

/// A rule that one block of a tool has lost and another has got has moved.
fn rules_between_blocks(changes: &mut Vec<Change>) {
    type Part = (String, String, String);
    let key = |block: &Change, part: &Change, side: &Side| -> Part {
        (block.title.clone(), part.title.clone(), side.text.clone())
    };
    let is_item = |side: &Side| side.place.is_some();
    let mut lost: HashMap<Part, Vec<Side>> = HashMap::new();
    for block in changes.iter() {
        for part in block.parts.iter().filter(|part| part.how == How::Removed) {
            if let Some(side) = part.old.as_ref().filter(|side| is_item(side)) {
                lost.entry(key(block, part, side)).or_default().push(side.clone());
            }
        }
    }
    let mut found: Vec<Side> = Vec::new();
    for block in changes.iter_mut() {
        let mut parts = std::mem::take(&mut block.parts);
        for part in parts.iter_mut().filter(|part| part.how == How::Added) {
            let Some(side) = part.new.as_ref().filter(|side| is_item(side)) else { continue };
            if let Some(old) = lost.get_mut(&key(block, part, side)).and_then(Vec::pop) {
                found.push(old.clone());
                (part.how, part.old) = (How::Moved, Some(old));
            }
        }
        block.parts = parts;
    }
    for block in changes.iter_mut() {
        let is_found = |part: &Change| {
            part.how == How::Removed && part.old.as_ref().is_some_and(|old| found.contains(old))
        };
        block.parts.retain(|part| !is_found(part));
    }
    changes.retain(|block| {
        block.how != How::Changed || !block.parts.is_empty() || !block.title.starts_with("tool ")
    });
}
