//! Hidden characters in sources: no message passes one on, and what is underlined is what the message is about.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use proptest::prelude::*;
use sqrt_compiler::diagnostics::SourceMap;
use sqrt_compiler::diagnostics::render::{Style, render};
use sqrt_compiler::x_policy::XPolicy;
use sqrt_compiler::{Compiled, Options, Source, check};
use sqrt_vm::visible::{is_hidden, visible};

/// Pieces of policies, and between them what a terminal obeys or an editor hides.
fn sources() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "tool \"t\" {",
        "must deny when ",
        "to.value in {",
        "}",
        ";",
        "let ",
        "a",
        " = ",
        "\"",
        "r\"",
        "w\"",
        "d\"",
        "always",
        "always;",
        "\n",
        "//",
        "/// ",
        "result { ",
        "session after { ",
        "@tags |= ",
        "\\",
        "\\u{1b}",
        "x[",
        "(",
        "**",
        "1..",
        "not ",
        "[0]",
        "é",
        "漢",
        "tool r\"(\" {",
    ]);
    let hidden = prop::sample::select(vec![
        "\0",
        "\u{7}",
        "\u{1b}[31m",
        "\r",
        "\t",
        "\u{b}",
        "\u{7f}",
        "\u{85}",
        "\u{9b}",
        "\u{ad}",
        "\u{61c}",
        "\u{200b}",
        "\u{200e}",
        "\u{2028}",
        "\u{202e}",
        "\u{2066}",
        "\u{feff}",
        "\u{e0041}",
        "\u{e000}",
        "\u{e000}0\u{e000}",
        "\u{10fffd}",
    ]);
    let piece = prop_oneof![3 => words.prop_map(str::to_owned), 1 => hidden.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 1..40).prop_map(|pieces| pieces.concat())
}

fn rendered(compiled: &Compiled) -> Vec<String> {
    let mut sources = SourceMap::new();
    for file in &compiled.files {
        sources.add(file.id, &file.name, &file.text);
    }
    compiled.diagnostics.iter().map(|diagnostic| render(diagnostic, &sources, Style::Plain)).collect()
}

fn shows_nothing_hidden(text: &str) -> bool {
    !text.chars().any(|c| c != '\n' && is_hidden(c))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_message_passes_a_hidden_character_on(text in sources(), name in sources()) {
        let source = Source { name: &name, bytes: text.as_bytes() };
        let compiled = check(&[source, source], &Options::default());
        for diagnostic in &compiled.diagnostics {
            let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary).map(|label| &label.text);
            for told in [&diagnostic.message].into_iter().chain(&diagnostic.help).chain(labels) {
                prop_assert!(told.chars().all(|c| !is_hidden(c)), "{told:?}");
            }
        }
        for text in rendered(&compiled) {
            prop_assert!(shows_nothing_hidden(&text), "{text:?}");
        }
    }

    #[test]
    fn no_message_about_a_document_passes_a_hidden_character_on(key in sources(), text in sources()) {
        for document in [
            serde_json::json!({ &key: text }),
            serde_json::json!({"mode": text, &key: 1}),
            serde_json::json!({"presets": {&key: text, "branching_meta_policy": {"mode": text}}}),
            serde_json::json!({"codes": {"code": text, "language": key}}),
        ] {
            if let Err(error) = XPolicy::read(document.to_string().as_bytes()) {
                let told = format!("{error} {}", error.way_out().unwrap_or_default());
                prop_assert!(told.chars().all(|c| !is_hidden(c)), "{told:?}");
            }
        }
    }

    /// The same place, whatever stands before it on its line: under it in the text that is shown, at its column in the heading.
    #[test]
    fn what_is_underlined_is_what_the_message_is_about(hidden in "[a-z\\x00-\\x09\\x0b-\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{ad}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{feff}\u{e0041}]{0,8}") {
        let text = format!("let a = {{\"{hidden}\"}}; tool \"t\" {{ must deny when to.value in missing; }}\n");
        let compiled = check(&[Source { name: "p", bytes: text.as_bytes() }], &Options::default());
        let about = compiled.diagnostics.iter().position(|diagnostic| diagnostic.message.contains("`missing`"));
        let shown = &rendered(&compiled)[about.unwrap()];
        let lines: Vec<&str> = shown.lines().collect();
        let heading = text.chars().take_while(|c| *c != ';').count() + "; tool \"t\" { must deny when to.value in ".len() + 1;
        prop_assert!(lines[1].ends_with(&format!("p:1:{heading}")), "{shown}");
        let source = lines.iter().find(|line| line.starts_with("1 |")).unwrap();
        let under = lines.iter().find(|line| line.contains('^')).unwrap();
        prop_assert!(source.contains(visible(&hidden.replace('\t', "    ")).as_ref()), "{shown}");
        prop_assert_eq!(source.find("missing"), under.find('^'), "{}", shown);
        prop_assert_eq!(under.matches('^').count(), "missing".len());
    }
}
