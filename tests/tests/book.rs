//! `docs/` as a book: each page is in the table of contents, once, links between pages lead somewhere, and no page says a thing
//! twice, as pages do that two hands wrote and a merge put together.

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

#[test]
fn no_line_of_prose_and_no_row_of_a_table_is_there_twice() {
    let readme = docs().join("../README.md");
    for path in pages().iter().map(|page| docs().join(page)).chain([readme]) {
        let text = fs::read_to_string(&path).expect("a page");
        let (mut fenced, mut lines, mut rows) = (false, BTreeSet::new(), BTreeSet::new());
        for line in text.lines() {
            fenced ^= line.trim_start().starts_with("```");
            if !line.starts_with('|') {
                // A table has ended.
                rows.clear();
            }
            if fenced {
                continue;
            }
            let shown = path.display();
            let is_prose = line.chars().count() > 60 && !line.starts_with('|') && !line.starts_with("error ");
            assert!(!is_prose || lines.insert(line), "{shown}: this line is there twice: {line}");
            let first = line.strip_prefix("| ").and_then(|row| row.split(" | ").next()).map(str::trim);
            // Tables of measurements name a policy once for each measurement.
            let is_measured = path.ends_with("performance.md");
            if let Some(first) = first.filter(|first| !first.is_empty() && !is_measured) {
                assert!(rows.insert(first), "{shown}: two rows begin with {first}");
            }
        }
    }
}

#[test]
fn the_page_about_linting_has_every_group() {
    let page = fs::read_to_string(docs().join("linting.md")).expect("a page");
    let lints = fs::read_to_string(docs().join("lints/README.md")).expect("the list of lints");
    let groups: Vec<&str> = lints.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(groups.len() > 5, "the list of lints has sections for groups: {groups:?}");
    for group in groups {
        assert!(page.contains(&format!("| {group} |")), "docs/linting.md does not have the group {group}");
    }
}
