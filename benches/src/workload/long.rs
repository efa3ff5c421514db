//! Long values: a body of 100 kB against patterns for words anywhere in it, and against strings that it might be. Nothing is
//! found, so all of it is read; the text is ordinary, or full of what is nearly found.

use std::fmt::Write as _;

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// The length of the body, in bytes.
pub const BODY: usize = 100_000;

/// Words of ordinary text, none of which has a syllable of the forbidden ones.
const ORDINARY: &str = "the of and to in is it you that he was for on are with as his they be at one have this from or had by \
    hot but some what there we can out other were all your when up use word how said an each she which do their time if will \
    way about many then them would write like so these her long make thing see him two has look more day could go come did my \
    sound no most number who over know water than call first people may down side been now find any new work part take get \
    place made live where after back little only round man year came show every good me give our under name very through just";

/// What is sought in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// So many words, anywhere.
    Words(usize),
    /// So many strings, as a whole; some are as long as the body.
    Strings(usize),
}

/// Forbidden words, all different.
pub fn words(count: usize) -> Vec<String> {
    const SYLLABLES: [&str; 16] = [
        "zar", "vex", "quo", "jin", "kryp", "phlo", "dwe", "gnu", "xyl", "oaz", "juk", "vorn", "zib", "quil",
        "yfi", "kez",
    ];
    let word = |number: usize| {
        let mut word = String::new();
        let mut rest = number;
        for _ in 0..4 {
            word.push_str(SYLLABLES[rest % 16]);
            rest /= 16;
        }
        let _ = write!(word, "{}", (b'a' + (number % 7) as u8) as char);
        word
    };
    // A step that has no factor in common with 16⁴ visits every word once.
    (0..count).map(|number| word(number * 40_503 % 65_536)).collect()
}

/// Strings, some of which are the body of near misses but for the last byte.
pub fn strings(count: usize) -> Vec<String> {
    let near = near_misses(&words(50));
    let long = (0..4).map(|number| format!("{}{number}", &near[..BODY - 1]));
    let short = (4..count)
        .map(|number| format!("a string of some length, number {:08}", number * 7919 % 100_000_007));
    long.chain(short).collect()
}

/// Ordinary text.
pub fn ordinary() -> String {
    let words: Vec<&str> = ORDINARY.split_whitespace().collect();
    filled((0_usize..).map(|number| words[number * 7919 % 10_007 % words.len()]))
}

/// Text of words without their last letter.
pub fn near_misses(words: &[String]) -> String {
    filled((0_usize..).map(|number| {
        let word = &words[number * 7919 % 10_007 % words.len()];
        &word[..word.len() - 1]
    }))
}

fn filled<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut text = String::with_capacity(BODY + 16);
    for word in words {
        text.push_str(word);
        text.push(' ');
        if text.len() >= BODY {
            break;
        }
    }
    text.truncate(BODY);
    text
}

/// The workload.
pub fn workload(sought: Sought) -> Workload {
    let (name, elements, near) = match sought {
        Sought::Words(count) => {
            let words = words(count);
            let patterns: Vec<String> = words.iter().map(|word| format!("r\".*{word}.*\"")).collect();
            (format!("Long {count} words"), patterns, near_misses(&words))
        }
        Sought::Strings(count) => {
            let quoted = strings(count).iter().map(|string| format!("{string:?}")).collect();
            (format!("Long {count} strings"), quoted, near_misses(&words(50)))
        }
    };
    let policy = format!(
        "let forbidden = {{{}}};\n\ntool \"publish\" {{\n    must deny when body.value in forbidden;\n}}\n",
        elements.join(", ")
    );
    let case = |name, body: String, expected| Case {
        name,
        call: RawCall { tool: "publish", args: vec![argument("body", Scalar::Str(body.leak()), &[])] },
        expected,
    };
    Workload {
        name,
        policy,
        cases: vec![
            case("ordinary", ordinary(), Answer::allowed_by_default()),
            case("near misses", near, Answer::allowed_by_default()),
        ],
    }
}
