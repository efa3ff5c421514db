//! A dense DFA as a careful engineer would lay it out: byte classes, premultiplied 16-bit states, one table.

use std::collections::HashMap;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::{primitives::StateID, start, syntax};

/// A DFA that tells whether the whole of a string matches.
#[derive(Debug, Clone)]
pub struct Dfa {
    classes: [u8; 256],
    /// The row of a state begins at its number. State 0 is dead.
    table: Vec<u16>,
    start: u16,
    /// States from here on accept.
    accepting: u16,
}

/// What `.` is in a pattern whose match would allow: a value with a line end does not match (S4.5).
pub const NO_LINE_END: &str = r"[^\n\x0B\x0C\r\x{85}\x{2028}\x{2029}]";

impl Dfa {
    /// The DFA of any of these patterns.
    ///
    /// # Panics
    /// If one is no pattern, or there are too many states.
    pub fn new(patterns: &[&str]) -> Dfa {
        let config = dense::Config::new().start_kind(StartKind::Anchored).minimize(true);
        let syntax = syntax::Config::new().dot_matches_new_line(true);
        let whole: Vec<String> = patterns.iter().map(|pattern| format!(r"(?:{pattern})\z")).collect();
        let dfa = dense::Builder::new().configure(config).syntax(syntax).build_many(&whole).unwrap();
        let first = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).unwrap();
        let accepts = |state: StateID| dfa.is_match_state(dfa.next_eoi_state(state));
        let mut states = reachable(&dfa, first);
        // A match of regex-automata is told one byte late: the state after it is of no account when the whole must match.
        states.retain(|state| !dfa.is_dead_state(*state));
        states.sort_by_key(|state| accepts(*state));
        let (classes, class_bytes) = byte_classes(&dfa, &states);
        let stride = class_bytes.len().next_power_of_two();
        let number: HashMap<StateID, usize> =
            states.iter().enumerate().map(|(place, state)| (*state, (place + 1) * stride)).collect();
        let mut table = vec![0; (states.len() + 1) * stride];
        for state in &states {
            for (class, byte) in class_bytes.iter().enumerate() {
                let next = number.get(&dfa.next_state(*state, *byte)).copied().unwrap_or(0);
                table[number[state] + class] = u16::try_from(next).expect("a small DFA");
            }
        }
        let rejecting = states.iter().filter(|state| !accepts(**state)).count();
        Dfa {
            classes,
            table,
            start: u16::try_from(number[&first]).unwrap(),
            accepting: u16::try_from((rejecting + 1) * stride).unwrap(),
        }
    }

    /// Whether the whole text matches.
    #[inline]
    pub fn is_match(&self, text: &str) -> bool {
        let mut state = self.start;
        for byte in text.bytes() {
            let class = self.classes[usize::from(byte)];
            state = self.table[usize::from(state + u16::from(class))];
            if state == 0 {
                return false;
            }
        }
        state >= self.accepting
    }

    /// How large its tables are, in bytes.
    pub fn size(&self) -> usize {
        256 + self.table.len() * 2
    }
}

fn reachable(dfa: &dense::DFA<Vec<u32>>, first: StateID) -> Vec<StateID> {
    let mut found = vec![first];
    let mut known: std::collections::HashSet<StateID> = [first].into();
    let mut next = 0;
    while let Some(state) = found.get(next).copied() {
        next += 1;
        for byte in 0..=255 {
            let after = dfa.next_state(state, byte);
            if known.insert(after) {
                found.push(after);
            }
        }
    }
    found
}

/// The class of each byte, and a byte of each class.
fn byte_classes(dfa: &dense::DFA<Vec<u32>>, states: &[StateID]) -> ([u8; 256], Vec<u8>) {
    let mut classes = [0; 256];
    let mut columns: HashMap<Vec<StateID>, u8> = HashMap::new();
    let mut bytes = Vec::new();
    for byte in 0..=255 {
        let column = states.iter().map(|state| dfa.next_state(*state, byte)).collect();
        let next = u8::try_from(columns.len()).unwrap();
        let class = *columns.entry(column).or_insert(next);
        if class == next {
            bytes.push(byte);
        }
        classes[usize::from(byte)] = class;
    }
    (classes, bytes)
}

#[cfg(test)]
mod tests {
    use super::{Dfa, NO_LINE_END};

    #[test]
    fn matches_whole_strings_as_regex_does() {
        let trusted = format!(r"{NO_LINE_END}*@trustedcorp\.com");
        let patterns =
            [trusted.as_str(), "[A-Z]{3}-[0-9]{4}-X", r".*\.(exe|bat)", "(root|admin)@.*", "a|ab|", "é.*"];
        let texts = [
            "x@trustedcorp.com",
            "x@trustedcorp.com.org",
            "x\n@trustedcorp.com",
            "x\u{2028}@trustedcorp.com",
            "ABC-1234-X",
            "ABC-1234-XY",
            "a.exe",
            "a\n.bat",
            ".exe.",
            "root@",
            "admin@b",
            "a",
            "ab",
            "abc",
            "",
            "é",
            "éx\nü",
        ];
        for pattern in patterns {
            let dfa = Dfa::new(&[pattern]);
            let regex = regex_automata::meta::Regex::new(&format!(r"\A(?s:{pattern})\z")).unwrap();
            for text in texts {
                assert_eq!(dfa.is_match(text), regex.is_match(text), "{pattern:?} {text:?}");
            }
        }
        let both = Dfa::new(&["a+", "b+"]);
        assert!(both.is_match("aa") && both.is_match("b") && !both.is_match("ab") && !both.is_match(""));
    }
}
