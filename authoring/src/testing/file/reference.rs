//! The tables of keys as Markdown, for `docs/testing.md`.

use std::fmt::Write;

use super::keys::{self, Shape, Table};

/// What the keys mean: a table for each kind of mapping.
pub fn reference() -> String {
    let tables: [(&str, &Table); 10] = [
        ("Keys of the file", &keys::FILE),
        ("Keys of `settings`", &keys::SETTINGS),
        ("Keys of a fixture", &keys::FIXTURE),
        ("Keys of a test", &keys::TEST),
        ("Keys of `session`", &keys::SESSION),
        ("Keys of a step", &keys::STEP),
        ("Keys of `expect`", &keys::EXPECT),
        ("Keys of `rule`", &keys::RULE),
        ("Keys of `result_meta` and `session_meta`", &keys::EXPECTED_METADATA),
        ("Keys of an expected set that is no list", &keys::EXPECTED_SET),
    ];
    let mut out = String::new();
    for (title, table) in tables {
        // Writing to a string cannot fail.
        let _ = write_table(&mut out, title, table);
    }
    out
}

fn write_table(out: &mut String, title: &str, table: &Table) -> std::fmt::Result {
    writeln!(out, "\n| {title} | value | |\n| --- | --- | --- |")?;
    for row in table.keys {
        let required = if table.required.contains(&row.name) { " (required)" } else { "" };
        writeln!(out, "| `{}`{required} | {} | {} |", row.name, value(row.shape), row.meaning)?;
    }
    Ok(())
}

/// What the value is, in a few words.
fn value(shape: Shape) -> String {
    match shape {
        Shape::Any => "any value".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Texts => "text, or a list".to_owned(),
        Shape::TextList => "a list".to_owned(),
        Shape::Bool => "`true`, `false`".to_owned(),
        Shape::Count(most) => format!("1 to {most}"),
        Shape::Integer => "a number".to_owned(),
        Shape::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::TextOrTrue => "text, `true`".to_owned(),
        Shape::Map(_) | Shape::Named(_) | Shape::NamedMaps(_) | Shape::Values => "a mapping".to_owned(),
        Shape::MapOrNull(_) => "a mapping, `null`".to_owned(),
        Shape::List(_) => "a list of mappings".to_owned(),
        Shape::Row => "a list of rows".to_owned(),
        Shape::Expectation => "`allow`, `deny`, a mapping".to_owned(),
        Shape::Rule => "text, `null`, a mapping".to_owned(),
        Shape::Set | Shape::ExpectedSet => "a set".to_owned(),
    }
}
