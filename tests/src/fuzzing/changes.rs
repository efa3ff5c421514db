//! Changes to bytes that were right: each is a few bytes of the input, so that a fuzzer can add, drop and alter changes.

/// Words that texts of sessions and pending calls have, and a few that they have not.
const WORDS: &[&str] = &[
    "null",
    "true",
    "false",
    "\"\"",
    "\"*\"",
    "[]",
    "{}",
    "0",
    "1",
    "-1",
    "18446744073709551615",
    "18446744073709551616",
    "1e999",
    "\"a\"",
    "\"b\"",
    "\"tags\": [\"a\"]",
    "[\"*\"]",
    "{\"except\": []}",
    "{\"except\": [\"*\"]}",
    ",",
    "\\ud800",
    "\\u0000",
    "\"value\": ",
    "\"control_meta\": {}",
    "\"context_meta\": {\"tags\": [\"u1\", \"u2\", \"u3\"]}",
    "\"session_value\": [[[]]]",
    "\"a long tag that no policy names\"",
    "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
];

/// How many bytes of the input a change takes.
const SIZE: usize = 6;

/// Applies changes to `made`: four bytes say where and how far, or what to; the first says how.
pub(super) fn apply(made: &mut Vec<u8>, changes: &[u8]) {
    for change in changes.chunks_exact(SIZE) {
        if made.is_empty() {
            return;
        }
        let at = usize::from(u16::from_le_bytes([change[1], change[2]])) % made.len();
        let other = usize::from(u16::from_le_bytes([change[3], change[4]]));
        let rest = made.len() - at;
        match change[0] % 8 {
            0 => made[at] = change[5],
            1 => made[at] = made[at].wrapping_add(change[5]),
            // A word from elsewhere, or a number, in the place of a word.
            2 => {
                let (from, width) = (other % made.len(), [1, 2, 4, 8][usize::from(change[5] % 4)]);
                let width = width.min(rest).min(made.len() - from);
                made.copy_within(from..from + width, at);
            }
            3 => {
                let width = [1, 2, 4][usize::from(change[5] % 3)].min(rest);
                made[at..at + width].copy_from_slice(&(other as u32).to_le_bytes()[..width]);
            }
            // A piece is left out, or stands there twice, or in another place.
            4 => drop(made.drain(at..at + (other % 64).min(rest))),
            5 if made.len() < 1 << 16 => {
                let piece = made[at..at + (other % 256).min(rest)].to_vec();
                made.splice(at..at, piece);
            }
            6 => {
                let word = WORDS[other % WORDS.len()];
                let replaced = usize::from(change[5]).min(rest);
                made.splice(at..at + replaced, word.bytes());
            }
            _ => made[at] ^= 1 << (change[5] % 8),
        }
    }
}
