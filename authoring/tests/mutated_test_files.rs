//! Test files with mistakes of any kind: examples with bytes and lines changed, left out, doubled and exchanged. Reading ends, and
//! tells what is wrong at places of the text, or gives the same cases each time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::fs;
use std::path::Path;

use sqrt_authoring::testing::TestFile;
use sqrt_compiler::diagnostics::render::Style;
use sqrt_vm::limits::Limits;

const TOKENS: [&str; 28] = [
    "\n", "  ", "\t", "- ", ": ", ",", "{", "}", "[", "]", "\"", "'", "#", " #", "$", "$$", "&a ", "*a",
    "!t ", "|\n", ">-\n", "---\n", "? ", "é", "\u{feff}", "\u{85}", "null", "\r\n",
];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap()
    }
}

fn mutated(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(2) {
        let at = random.below(chars.len());
        match random.below(6) {
            0 => drop(chars.drain(at..(at + 1 + random.below(3)).min(chars.len()))),
            1 => chars.splice(at..at, TOKENS[random.below(TOKENS.len())].chars()).for_each(drop),
            2 => chars.truncate(at),
            3 => {
                let to = random.below(chars.len());
                chars.swap(at, to);
            }
            4 => {
                let piece: Vec<char> = chars[at..(at + random.below(60)).min(chars.len())].to_vec();
                let to = random.below(chars.len());
                chars.splice(to..to, piece).for_each(drop);
            }
            _ => {
                let mut lines: Vec<String> =
                    chars.iter().collect::<String>().lines().map(str::to_owned).collect();
                let (from, to) = (random.below(lines.len()), random.below(lines.len()));
                if !lines.is_empty() {
                    let line = lines.remove(from);
                    lines.insert(to.min(lines.len()), line);
                }
                chars = lines.join("\n").chars().collect();
            }
        }
        if chars.is_empty() {
            break;
        }
    }
    chars.into_iter().collect()
}

#[test]
fn mistakes_are_told_at_places_of_the_text() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut texts = Vec::new();
    for folder in fs::read_dir(examples).unwrap() {
        texts.extend(fs::read_to_string(folder.unwrap().path().join("policy_test.yaml")));
    }
    texts.sort();
    assert!(texts.len() >= 6);
    let (limits, mut random) = (Limits::default(), Random(0x5eed));
    let (mut read, mut refused) = (0, 0);
    for round in 0..3000 {
        let text = mutated(&texts[round % texts.len()], &mut random);
        match TestFile::read("a_test.yaml", &text, &limits) {
            Ok(file) => {
                read += 1;
                assert_eq!(file.cases(), TestFile::read("a_test.yaml", &text, &limits).unwrap().cases());
            }
            Err(problems) => {
                refused += 1;
                assert!(!problems.is_empty(), "{text}");
                for problem in problems.iter().take(3) {
                    let span = problem.span();
                    assert!(
                        text.get(span.start as usize..span.end as usize).is_some(),
                        "{problem:?} in {text:?}"
                    );
                    assert!(
                        problem.rendered("a_test.yaml", &text, Style::Plain).contains("a_test.yaml:"),
                        "{problem:?}"
                    );
                }
            }
        }
    }
    assert!(read > 300 && refused > 300, "{read} read, {refused} refused");
}
