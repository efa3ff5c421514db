//! What patterns became, as text: sets of texts, and the size of automata.

use super::content::{Content, Elements, missing};
use super::room::{LEFT_OUT, Room};
use crate::bytecode::automata::*;
use crate::bytecode::program::{ElementSetRecord, List};

impl Content<'_> {
    /// The parts of a set of texts.
    pub(super) fn text_set(self, set: &TextSetRecord, room: &Room) -> String {
        let tables = &self.program.automata;
        let literals = [set.exact, set.prefixes, set.suffixes, set.substrings];
        let lists = literals.into_iter().map(|list| (list, tables.literal_pool.len())).chain([
            (set.pairs, tables.literal_pairs.len()),
            (set.dfas, tables.dfas.len()),
            (set.simulated, tables.simulated.len()),
        ]);
        if !room.take(&lists.collect::<Vec<_>>()) {
            return LEFT_OUT.to_owned();
        }
        let mut list = Elements::all();
        if set.everything {
            list.push(|| "everything".to_owned());
        }
        let literal = |id: &LiteralId| self.literal(*id);
        list.extend(set.exact.of(&tables.literal_pool), literal);
        list.extend(set.prefixes.of(&tables.literal_pool), |id| format!("{}…", literal(id)));
        list.extend(set.suffixes.of(&tables.literal_pool), |id| format!("…{}", literal(id)));
        list.extend(set.pairs.of(&tables.literal_pairs), |(prefix, suffix)| {
            format!("{}…{}", literal(prefix), literal(suffix))
        });
        list.extend(set.substrings.of(&tables.literal_pool), |id| format!("…{}…", literal(id)));
        match set.dfas.of(&tables.dfas) {
            Some(_) => set.dfas.indices().for_each(|id| list.push(|| format!("automaton {id}"))),
            // A list of a program that is not verified may have billions that lead nowhere.
            None => list.leave_out(),
        }
        list.extend(set.simulated.of(&tables.simulated), |id| format!("simulated pattern {}", id.0));
        list.finish()
    }

    /// The size of an automaton.
    pub(super) fn dfa(self, dfa: &DfaRecord) -> String {
        let states = dfa.states;
        let tables = &self.program.automata;
        let classes = List { start: dfa.classes, len: 256 }.of(&tables.dfa_classes);
        let classes =
            classes.and_then(|classes| classes.iter().max()).map_or(0, |&last| usize::from(last) + 1);
        let bytes = 2 * (usize::from(states) << dfa.stride_log2.min(8));
        let patterns = match dfa.patterns {
            0 => String::new(),
            1 => ", 1 pattern".to_owned(),
            many => format!(", {many} patterns"),
        };
        format!("{states} states, {classes} byte classes, {bytes} bytes{patterns}")
    }

    /// An element set, and where its patterns went.
    pub(super) fn element_set_with_texts(self, index: usize, set: &ElementSetRecord, room: &Room) -> String {
        let (program, tables) = (self.program, &self.program.automata);
        let lists = [
            (set.strings, program.string_pool.len()),
            (set.numbers, program.number_pool.len()),
            (set.ints, program.number_ranges.len()),
            (set.floats, program.number_ranges.len()),
            (set.dates, program.date_ranges.len()),
            (set.sized, program.sized_texts.len()),
            (set.patterns, program.pattern_pool.len()),
        ];
        if !room.take(&lists) {
            return LEFT_OUT.to_owned();
        }
        let of_sized = set.sized.of(&tables.sized).unwrap_or_default();
        let texts = tables.elements.get(index).into_iter().chain(of_sized);
        let ids = texts.flat_map(|texts| [texts.plain, texts.line_mode]).flatten();
        let mut text = self.element_set(set, usize::MAX);
        for (place, id) in ids.enumerate() {
            text.push_str(if place == 0 { "  ; text set " } else { ", " });
            text.push_str(&id.0.to_string());
        }
        text
    }

    fn literal(self, id: LiteralId) -> String {
        let literal = self.program.automata.literal(id);
        literal.map_or_else(|| missing("literal", id.0), |text| self.quoted(text))
    }
}
