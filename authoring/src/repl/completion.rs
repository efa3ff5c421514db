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

#[cfg(test)]
mod tests {
    use sqrt_compiler::diagnostics::render::Style;

    use super::Completions;
    use crate::repl::{Loaded, Sources};

    fn completions() -> Completions {
        let text = "let trusted = {\"a@b.c\"};\ntool \"send_email\" { must deny when body.tags overlaps {\"pii\", \"public\"} and not to.value in trusted; }";
        let files = vec![("p.sqrt".to_owned(), text.as_bytes().to_vec())];
        let (loaded, told) = Loaded::new(Sources { files, ..Sources::default() }, Style::Plain);
        assert_eq!(told, "");
        Completions::new(&loaded.unwrap())
    }

    #[test]
    fn a_line_goes_on_with_what_can_stand_there() {
        let completions = completions();
        for (line, start, expected) in [
            ("se", 0, &["send_email("][..]),
            (":re", 0, &[":reset ", ":reload "]),
            (":rules se", 7, &["send_email"]),
            ("to.value in tru", 12, &["trusted"]),
            ("bod", 0, &["body.consumers", "body.producers", "body.tags", "body.value", "body="]),
            ("send_email(bod", 11, &["body.consumers", "body.producers", "body.tags", "body.value", "body="]),
            ("body.tags overlaps {\"p", 21, &["pii\"", "public\""]),
            ("send_email(body=1 #pu", 19, &["public"]),
            (":tags +p", 7, &["pii", "public"]),
            ("x is un", 5, &[]),
        ] {
            let (at, mut found) = completions.at(line, line.len());
            let mut expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
            found.sort();
            expected.sort();
            assert_eq!((at, found), (start, expected), "{line}");
        }
        // Anywhere in a line, also inside a character.
        for cursor in 0..12 {
            completions.at("é🚀 é", cursor);
        }
    }
}
