//! What is told about a lint, made from the tables: the text of `--explain`, and the pages of `docs/lints/`.

use super::rule::{Group, Lint, Rule};
use std::fmt::Write as _;

pub use super::levels::unknown;

/// The pages of `docs/lints/`: their names and their texts.
pub fn pages() -> Vec<(String, String)> {
    let rules = || Lint::all().filter_map(|lint| if let Lint::Rule(rule) = lint { Some(rule) } else { None });
    let mut pages = vec![("README.md".to_owned(), index())];
    pages.extend(
        rules().map(|rule| (format!("{}.md", rule.name), format!("{GENERATED}\n\n{}", of_rule(rule)))),
    );
    pages
}

const GENERATED: &str =
    "<!-- Generated from authoring/src/lint/rules/; `BLESS=1 cargo test -p sqrt-authoring` rewrites it. -->";

fn index() -> String {
    let mut out = format!(
        "{GENERATED}\n\n# Lints\n\nEverything that `sqrt lint` finds, by groups. [The page about linting](../linting.md) says how to set levels and suppress \
         findings.\nRule numbers (S…) refer to [the language page](../language.md#the-rules).\n"
    );
    for group in Group::ALL {
        let mut own = Lint::all().filter(|lint| lint.group() == group).peekable();
        if own.peek().is_none() {
            continue;
        }
        let _ = write!(
            out,
            "\n## `{}`\n\n{} Default level: {}.\n\n",
            group.name(),
            group.about(),
            group.level().as_str()
        );
        out.push_str("| code | name | finds | fix |\n| --- | --- | --- | --- |\n");
        for lint in own {
            let (name, fix) = match lint {
                Lint::Rule(rule) => {
                    (format!("[{0}]({0}.md)", rule.name), if rule.fixes { "yes" } else { "" })
                }
                Lint::Compiler(_) => (lint.name(), ""),
            };
            let title = lint.title().replace('|', "&#124;");
            let _ = writeln!(out, "| {} | {name} | {title} | {fix} |", lint.code());
        }
    }
    out.push_str(
        "\nThe warnings of the compiler are explained on [the page of diagnostics](../diagnostics.md).\n",
    );
    out
}

/// All that is told about a lint, as Markdown.
pub fn markdown(lint: Lint) -> String {
    match lint {
        Lint::Rule(rule) => of_rule(rule),
        Lint::Compiler(code) => {
            let mut out = format!("# {}: {}\n\n", lint.code(), lint.name());
            let _ = write!(out, "Finds {}.\n\n{}\n", lint.title(), unindented(code.explanation()));
            spec(&mut out, code.rules());
            out
        }
    }
}

/// What is told about a lint, as sentences.
pub fn plain(lint: Lint) -> String {
    match lint {
        Lint::Rule(rule) => format!("{} {}", rule.what, rule.why),
        Lint::Compiler(code) => unindented(code.explanation()).replace('\n', " "),
    }
}

fn of_rule(rule: &Rule) -> String {
    let mut out = format!("# {}: {}\n\nFinds {}.\n\n", rule.code, rule.name, rule.title);
    let level = rule.group.level().as_str();
    let _ = write!(
        out,
        "Group `{}`, level `{level}` unless it is set.\n\n## What\n\n{}\n\n",
        rule.group.name(),
        wrapped(rule.what)
    );
    let _ = write!(out, "## Why\n\n{}\n\n## Example\n\n```sqrt\n{}```\n\n", wrapped(rule.why), rule.example);
    let better = if rule.fixes { "What `--fix` makes of it" } else { "Better" };
    let _ = write!(out, "{better}:\n\n```sqrt\n{}```\n", rule.better);
    spec(&mut out, rule.spec);
    out
}

fn spec(out: &mut String, rules: &[&str]) {
    if !rules.is_empty() {
        let _ = write!(out, "\nRules: {}.\n", rules.join(", "));
    }
}

/// The tables indent continued lines.
fn unindented(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// A paragraph in lines of a readable length.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0_usize;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width.saturating_add(length) >= 110 {
            out.push('\n');
            width = 0;
        } else if width > 0 {
            out.push(' ');
            width = width.saturating_add(1);
        }
        out.push_str(word);
        width = width.saturating_add(length);
    }
    out
}
