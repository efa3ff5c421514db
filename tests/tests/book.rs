//! `docs/` as a book: each page is in the table of contents, once, and links between pages lead somewhere.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The pages, by their paths below `docs/`.
fn pages() -> BTreeSet<String> {
    let (root, mut pages, mut open) = (docs(), BTreeSet::new(), vec![docs()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of pages") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let page = path.strip_prefix(&root).expect("a path below docs");
                pages.insert(page.to_str().expect("a plain name").to_owned());
            }
        }
    }
    pages.remove("SUMMARY.md");
    pages
}

/// What the links of a text lead to, without what is in fenced blocks and code.
fn links(text: &str) -> Vec<String> {
    let (mut links, mut fenced) = (Vec::new(), false);
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if !fenced {
            // Every other piece is code.
            let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("");
            let targets = plain.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            links.extend(targets.map(|(target, _)| target.to_owned()));
        }
    }
    links
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let contents = fs::read_to_string(docs().join("SUMMARY.md")).expect("the table of contents");
    let mut missing = pages();
    for link in links(&contents) {
        assert!(missing.remove(&link), "docs/SUMMARY.md: {link} is no page, or is there twice");
    }
    assert!(missing.is_empty(), "docs/SUMMARY.md does not have {missing:?}");
}

#[test]
fn links_between_pages_lead_somewhere() {
    for page in pages() {
        let path = docs().join(&page);
        let text = fs::read_to_string(&path).expect("a page");
        for link in links(&text) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            let target = path.parent().expect("a folder").join(file);
            assert!(target.exists(), "docs/{page}: the link to {link} leads nowhere");
        }
    }
}
