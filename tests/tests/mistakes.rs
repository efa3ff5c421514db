//! What new authors get wrong, and what the compiler says: `tests/data/mistakes/mistakes.txt`, of which `docs/mistakes.md` is made.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sqrt_compiler::diagnostics::Diagnostic;
use sqrt_compiler::{Options, Source, check};

struct Mistake<'t> {
    group: &'t str,
    title: &'t str,
    wrong: String,
    /// What has to be in the message, and in its help.
    named: &'t str,
    remedy: &'t str,
    right: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests package lies in the workspace")
        .to_owned()
}

fn mistakes(text: &str) -> Vec<Mistake<'_>> {
    let (mut group, mut found) = ("", Vec::<Mistake<'_>>::new());
    for line in text.lines() {
        // Within a text `#` is one of the mistakes.
        let between = found.last().is_none_or(|last| !last.right.is_empty());
        if let Some(title) = line.strip_prefix("# ").filter(|_| between) {
            group = title;
        } else if let Some(title) = line.strip_prefix("== ") {
            let (wrong, right) = (String::new(), String::new());
            found.push(Mistake { group, title, wrong, named: "", remedy: "", right });
        } else {
            let mistake = found.last_mut().expect("a title stands before a text");
            if let Some(phrases) = line.strip_prefix("-- ") {
                (mistake.named, mistake.remedy) = phrases.split_once(" | ").expect("two phrases");
                continue;
            }
            let text = if mistake.named.is_empty() { &mut mistake.wrong } else { &mut mistake.right };
            text.push_str(line);
            text.push('\n');
        }
    }
    found
}

fn problems(text: &str) -> Vec<Diagnostic> {
    check(&[Source { name: "policy.sqrt", bytes: text.as_bytes() }], &Options::default()).diagnostics
}

#[test]
fn messages_name_the_mistake_and_the_remedy() {
    let text = fs::read_to_string(root().join("tests/data/mistakes/mistakes.txt")).expect("the list");
    let mistakes = mistakes(&text);
    assert!(mistakes.len() >= 50, "{}", mistakes.len());
    for Mistake { title, wrong, named, remedy, right, .. } in &mistakes {
        let found = problems(wrong);
        let first = found.first().expect(title);
        assert!(
            first.message.contains(named),
            "{title}: the message does not name {named}: {}",
            first.message
        );
        let help = first.help.as_deref().unwrap_or_default();
        assert!(help.contains(remedy), "{title}: the help does not say {remedy}: {help}");
        let found = problems(right);
        assert!(found.is_empty(), "{title}: {found:?}");
    }
}

#[test]
fn the_page_is_what_is_made_of_the_list() {
    let text = fs::read_to_string(root().join("tests/data/mistakes/mistakes.txt")).expect("the list");
    let page = page(&mistakes(&text));
    let path = root().join("docs/mistakes.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/mistakes.md: run `BLESS=1 cargo test -p sqrt-tests --test mistakes`");
}

/// The page, a section for each group.
fn page(mistakes: &[Mistake<'_>]) -> String {
    let mut page = String::from(
        "# Mistakes that everybody makes once\n\nWhat comes from the habits of other languages, what `sqrt check` says about it, and what to write instead. The tests\n\
         hold the compiler to this page, which is made from `tests/data/mistakes/`.\n",
    );
    let mut group = "";
    for mistake in mistakes {
        if mistake.group != group {
            group = mistake.group;
            let _ = write!(page, "\n## {group}\n");
        }
        let found = problems(&mistake.wrong);
        let first = found.first().expect(mistake.title);
        let help = first.help.as_deref().unwrap_or_default();
        let _ = write!(
            page,
            "\n### {}\n\n```text\n{}```\n\n{} {}: {}. *{}.*\n\n```sqrt\n{}```\n",
            mistake.title,
            mistake.wrong,
            first.severity().as_str(),
            first.code.as_str(),
            first.message,
            help,
            mistake.right,
        );
    }
    page
}
