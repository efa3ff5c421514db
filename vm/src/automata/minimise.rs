//! Makes an automaton minimal, merges byte classes that it does not tell apart, and numbers its states for good.

use super::partition::equivalent_states;
use super::table::Table;
use std::collections::HashMap;

/// The smallest automaton that accepts the same; numbered as a program wants it.
pub(super) fn minimise(table: &Table) -> Table {
    number(&merge_classes(&merge_states(table, &equivalent_states(table))))
}

/// One state for each group. Groups are numbered in the order of their first states, so the dead state's stays 0.
fn merge_states(table: &Table, groups: &[u16]) -> Table {
    let group = |state: u16| groups.get(usize::from(state)).copied().unwrap_or(0);
    let mut merged =
        Table { transitions: Vec::new(), accepts: Vec::new(), start: group(table.start), ..table.clone() };
    for ((row, accepts), &group_of_row) in table.rows().zip(&table.accepts).zip(groups) {
        if usize::from(group_of_row) == merged.states() {
            let row: Vec<u16> = row.iter().map(|&next| group(next)).collect();
            merged.push(&row, accepts.clone());
        }
    }
    merged
}

/// One class for classes that lead to the same states from every state.
fn merge_classes(table: &Table) -> Table {
    let mut known: HashMap<Vec<u16>, u8> = HashMap::new();
    let mut kept = Vec::new();
    let mut renamed = Vec::with_capacity(table.width);
    for class in 0..table.width {
        let column: Vec<u16> = table.rows().filter_map(|row| row.get(class).copied()).collect();
        let next = u8::try_from(known.len()).unwrap_or(u8::MAX);
        let number = *known.entry(column).or_insert(next);
        if usize::from(number) == kept.len() {
            kept.push(class);
        }
        renamed.push(number);
    }
    let classes = table.classes.map(|class| renamed.get(usize::from(class)).copied().unwrap_or(0));
    let transitions =
        table.rows().flat_map(|row| kept.iter().filter_map(|&class| row.get(class).copied())).collect();
    Table { classes, width: kept.len(), transitions, ..table.clone() }
}

/// The states in their final order: dead, without a match, accepting, absorbing; among equals breadth first.
fn number(table: &Table) -> Table {
    let kind = |state: &u16| (table.is_accepting(*state), table.is_absorbing(*state));
    let mut order: Vec<u16> = reachable(table);
    order.sort_by_key(|state| (*state != 0, kind(state)));
    let mut numbers = vec![0_u16; table.states()];
    for (number, &state) in (0_u16..).zip(&order) {
        if let Some(place) = numbers.get_mut(usize::from(state)) {
            *place = number;
        }
    }
    let renumber = |state: u16| numbers.get(usize::from(state)).copied().unwrap_or(0);
    let mut numbered =
        Table { transitions: Vec::new(), accepts: Vec::new(), start: renumber(table.start), ..table.clone() };
    for &state in &order {
        let row: Vec<u16> = table.row(state).iter().map(|&next| renumber(next)).collect();
        numbered.push(&row, table.accepts.get(usize::from(state)).cloned().unwrap_or_default());
    }
    numbered
}

/// The dead state and the states that a text can reach, breadth first.
fn reachable(table: &Table) -> Vec<u16> {
    let mut seen = vec![false; table.states()];
    let mut order = Vec::with_capacity(table.states());
    let mut visit = |state: u16, order: &mut Vec<u16>| {
        if let Some(seen) = seen.get_mut(usize::from(state))
            && !std::mem::replace(seen, true)
        {
            order.push(state);
        }
    };
    visit(0, &mut order);
    visit(table.start, &mut order);
    let mut next = 0;
    while let Some(&state) = order.get(next) {
        table.row(state).iter().for_each(|&state| visit(state, &mut order));
        next += 1;
    }
    order
}
