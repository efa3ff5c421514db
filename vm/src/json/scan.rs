//! Finding the bytes of JSON strings that need a look: quotes, backslashes and control characters, many bytes at a time.

/// So many bytes are looked at together once a string has turned out to be long.
const BLOCK: usize = 32;

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const QUOTES: u64 = EACH * b'"' as u64;
const BACKSLASHES: u64 = EACH * b'\\' as u64;

/// How many bytes come before the first that ends a run of plain text: a quote, a backslash or a control character (all
/// bytes, if none does).
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    let mut at = 0_usize;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += size_of::<u64>();
        if at == BLOCK {
            at += plain_blocks(bytes.get(at..).unwrap_or_default());
        }
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|&byte| is_mark(byte)).unwrap_or(rest.len())
}

/// The length of the blocks at the beginning that are plain.
fn plain_blocks(bytes: &[u8]) -> usize {
    // Without an early end inside of a block, so that it is done by vector instructions.
    let is_plain = |block: &&[u8; BLOCK]| !block.iter().fold(false, |found, &byte| found | is_mark(byte));
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    blocks.iter().take_while(is_plain).count() * BLOCK
}

fn is_mark(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < b' ')
}

/// The high bit of each byte that is a mark; above the lowest one there may be others that are none.
#[inline]
fn marks(word: u64) -> u64 {
    // The high bit is set by a borrow, or was there before.
    let control = word.wrapping_sub(EACH * b' ' as u64);
    let quote = (word ^ QUOTES).wrapping_sub(EACH);
    let backslash = (word ^ BACKSLASHES).wrapping_sub(EACH);
    (control | quote | backslash) & !word & HIGH
}

/// Whether a text is ASCII without quotes, backslashes and control characters: a JSON string as it is.
#[inline]
pub(super) fn is_plain_ascii(text: &str) -> bool {
    // DEL, the last character of ASCII, counts as others do that are hidden.
    let others = |word: u64| marks(word) | ((word | word.wrapping_add(EACH)) & HIGH);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let rest = rest.iter().fold(EACH * b' ' as u64, |word, &byte| word << 8 | u64::from(byte));
    words.iter().fold(others(rest), |found, word| found | others(u64::from_le_bytes(*word))) == 0
}

#[cfg(test)]
mod tests {
    use super::{is_mark, is_plain_ascii, plain_run};

    /// Every byte at every place of texts around the lengths of words and blocks.
    #[test]
    fn marks_are_found_wherever_they_are() {
        for length in (0..140).chain([1000]) {
            let plain = vec![b'x'; length];
            assert_eq!(plain_run(&plain), length);
            for at in (0..length).step_by(1 + length / 200) {
                for byte in 0..=u8::MAX {
                    let mut bytes = plain.clone();
                    bytes[at] = byte;
                    assert_eq!(plain_run(&bytes), if is_mark(byte) { at } else { length }, "{byte} at {at}");
                }
            }
        }
        // What comes behind the first changes nothing, nor does what comes before.
        let bytes: Vec<u8> = (0..=u8::MAX).rev().cycle().take(2000).collect();
        for start in 0..bytes.len() {
            let expected = bytes[start..].iter().position(|&byte| is_mark(byte));
            assert_eq!(plain_run(&bytes[start..]), expected.unwrap_or(bytes.len() - start));
        }
    }

    #[test]
    fn plain_ascii_is_what_need_not_be_escaped() {
        for length in 1..40 {
            for at in 0..length {
                for character in (0..=255_u8).map(char::from) {
                    let text: String =
                        (0..length).map(|place| if place == at { character } else { 'x' }).collect();
                    let expected = (' '..='~').contains(&character) && !matches!(character, '"' | '\\');
                    assert_eq!(is_plain_ascii(&text), expected, "{character:?} at {at} of {length}");
                }
            }
        }
        assert!(is_plain_ascii(""));
    }
}
