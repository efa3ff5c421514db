//! What a line of the dialogue may go on with: tools, arguments, lets, tags, words of the language, commands.

use std::collections::BTreeSet;

use sqrt_vm::bytecode::program::{StringId, ToolRecord};

use super::commands::TABLE;
use super::policy::Loaded;

/// The words that conditions are made of.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "overlaps",
    "subset of",
    "superset of",
    "is empty",
    "is universal",
    "with",
    "without",
    "@args.tags",
    "@args.producers",
    "@args.consumers",
    "@session.tags",
    "@session.producers",
    "@session.consumers",
    "@session.value",
    "@result.tags",
    "@result.producers",
    "@result.consumers",
];

/// What there is to complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    tools: BTreeSet<String>,
    words: BTreeSet<String>,
    tags: BTreeSet<String>,
}

impl Completions {
    pub(super) fn new(loaded: &Loaded) -> Completions {
        let program = loaded.policy.program();
        let strings =
            |ids: &[StringId]| ids.iter().filter_map(|&id| program.string(id)).map(str::to_owned).collect();
        let exact = program.blocks.iter().filter_map(|block| match block.tool {
            ToolRecord::Exact(name) => Some(name),
            ToolRecord::Pattern(_) => None,
        });
        let tools = strings(&exact.collect::<Vec<_>>());
        let args: BTreeSet<String> = strings(&program.args);
        let mut words: BTreeSet<String> = loaded.lets.iter().cloned().collect();
        words.extend(WORDS.iter().map(|word| (*word).to_owned()));
        for arg in args {
            words.extend(["value", "tags", "producers", "consumers"].map(|field| format!("{arg}.{field}")));
            words.insert(format!("{arg}="));
        }
        Completions { tools, words, tags: strings(&program.tags) }
    }

    /// Where in the line the word before `cursor` begins, and what it may become.
    pub fn at(&self, line: &str, cursor: usize) -> (usize, Vec<String>) {
        let before = line.get(..cursor).unwrap_or(line);
        if let Some(command) = before.strip_prefix(':')
            && !command.contains(char::is_whitespace)
        {
            let names = TABLE.iter().filter(|row| row.name.starts_with(command));
            return (0, names.map(|row| format!(":{} ", row.name)).collect());
        }
        let quotes = before.matches('"').count();
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | ':' | '-' | '/');
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, c)| is_word(*c))
            .last()
            .map_or(before.len(), |(at, _)| at);
        let (head, word) = before.split_at_checked(start).unwrap_or((before, ""));
        let begins = |from: &BTreeSet<String>, with: &str| -> Vec<String> {
            from.iter().filter(|text| text.starts_with(word)).map(|text| format!("{text}{with}")).collect()
        };
        if quotes % 2 == 1 {
            return (start, begins(&self.tags, "\""));
        }
        let is_list = [":tags", ":producers", ":consumers"].iter().any(|command| head.starts_with(command));
        if is_list || head.ends_with(['#', '+']) {
            return (start, begins(&self.tags, ""));
        }
        if head.starts_with(":rules") {
            return (start, begins(&self.tools, ""));
        }
        let mut found = if head.trim().is_empty() { begins(&self.tools, "(") } else { Vec::new() };
        found.extend(begins(&self.words, ""));
        (start, found)
    }
}
