//! Reads `docs/language.md`: the examples in it, and the rules that its appendix states.
//!
//! Examples are fenced blocks of a known kind. Invariants: a fence of an unknown kind, or answers that do not follow calls,
//! are errors; the rules are taken from the appendix and from nowhere else.

use crate::corpus::{Exchange, Options};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A policy of the page, with what the page says about it.
#[derive(Debug, Clone)]
pub struct Example {
    /// The line of its fence.
    pub line: usize,
    /// The text of the policy.
    pub policy: String,
    /// Whether it has to be refused.
    pub refused: bool,
    /// The X-Policy document beside it.
    pub options: Options,
    /// Calls and the answers to them.
    pub exchanges: Vec<Exchange>,
}

/// The text of the page.
pub fn page() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    fs::read_to_string(&path).unwrap_or_default()
}

/// The numbers of the rules that the appendix states, each of which begins a list item with `**S1.1**`.
pub fn rules(page: &str) -> BTreeSet<String> {
    let items = page.lines().filter_map(|line| line.strip_prefix("- **S"));
    items.filter_map(|rest| rest.split_once("**")).map(|(number, _)| format!("S{number}")).collect()
}

/// The policies in any text: its blocks of kind `sqrt`.
pub fn policies(text: &str) -> Result<Vec<String>, String> {
    Ok(fences(text)?.into_iter().filter(|fence| fence.kind == "sqrt").map(|fence| fence.text).collect())
}

/// The rules that a text cites: every `S` with a number behind it.
pub fn citations(text: &str) -> BTreeSet<String> {
    let words =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').map(|word| word.trim_end_matches('.'));
    let cites = |word: &&str| {
        word.strip_prefix('S').is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
    };
    words.filter(cites).map(str::to_owned).collect()
}

/// The examples of the page in their order.
pub fn examples(page: &str) -> Result<Vec<Example>, String> {
    let mut examples: Vec<Example> = Vec::new();
    let mut calls: Vec<String> = Vec::new();
    for Fence { line, kind, text } in fences(page)? {
        match kind.as_str() {
            "sqrt" | "sqrt-error" => {
                let refused = kind == "sqrt-error";
                let options = Options::default();
                examples.push(Example { line, policy: text, refused, options, exchanges: Vec::new() });
            }
            "x-policy" => {
                let document = serde_json::from_str(&text).map_err(|cause| format!("{line}: {cause}"))?;
                last(&mut examples, line)?.options.x_policy = Some(document);
            }
            "calls" => calls = text.lines().map(str::to_owned).collect(),
            "answers" => {
                let example = last(&mut examples, line)?;
                if calls.len() != text.lines().count() || calls.is_empty() {
                    return Err(format!("{line}: not as many answers as calls"));
                }
                for (offset, (call, answer)) in calls.drain(..).zip(text.lines()).enumerate() {
                    let line = line + 1 + offset;
                    let answer = serde_json::from_str(answer).map_err(|cause| format!("{line}: {cause}"))?;
                    example.exchanges.push(Exchange { call, answer, line });
                }
            }
            other => return Err(format!("{line}: a fenced block of the unknown kind `{other}`")),
        }
    }
    Ok(examples)
}

fn last(examples: &mut [Example], line: usize) -> Result<&mut Example, String> {
    examples.last_mut().filter(|example| !example.refused).ok_or_else(|| format!("{line}: about no policy"))
}

/// A fenced block.
struct Fence {
    line: usize,
    kind: String,
    text: String,
}

fn fences(page: &str) -> Result<Vec<Fence>, String> {
    let mut fences = Vec::new();
    let mut open: Option<Fence> = None;
    for (index, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(kind), None) => {
                open = Some(Fence { line: index + 1, kind: kind.to_owned(), text: String::new() })
            }
            (Some(""), Some(_)) => fences.extend(open.take()),
            (Some(_), Some(fence)) => return Err(format!("{}: a fence inside of a fence", fence.line)),
            (None, Some(fence)) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {}
        }
    }
    open.map_or(Ok(fences), |fence| Err(format!("{}: a fence that does not end", fence.line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A page\n```sqrt\ntool \"t\" { }\n```\n```calls\n{\"tool\": \"t\"}\n```\n```answers\n{}\n```\n\
        ```sqrt-error\ntool\n```\n- **S1.1** One.\n- **S9** Nine (S1.1), see S6.2. Not US5 or S.\n";

    #[test]
    fn examples_are_read_with_their_calls() {
        let read = examples(PAGE).expect("the page is fine");
        let shape: Vec<_> =
            read.iter().map(|example| (example.line, example.refused, example.exchanges.len())).collect();
        assert_eq!(shape, [(2, false, 1), (11, true, 0)]);
        assert_eq!(read[0].policy, "tool \"t\" { }\n");
        assert_eq!(read[0].exchanges[0].line, 9);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        assert!(examples(&PAGE.replace("```calls", "```call")).is_err());
        assert!(examples(&PAGE.replace("\n{}\n", "\n{}\n{}\n")).is_err());
        assert!(examples(&PAGE.replace("```sqrt\n", "```sqrt-error\n")).is_err());
        assert!(examples(&PAGE.replace("tool\n```", "tool\n")).is_err());
    }

    #[test]
    fn rules_and_citations_are_found() {
        assert_eq!(rules(PAGE).into_iter().collect::<Vec<_>>(), ["S1.1", "S9"]);
        assert_eq!(citations(PAGE).into_iter().collect::<Vec<_>>(), ["S1.1", "S6.2", "S9"]);
    }
}
