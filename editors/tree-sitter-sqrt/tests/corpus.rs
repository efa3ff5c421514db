//! The cases of `test/corpus/`, in the form of the tree-sitter command: a name between lines of `=`, a text, a line of `-`, and
//! the tree. `BLESS=1` writes the trees anew.

use std::fs;
use std::path::{Path, PathBuf};

use tree_sitter::Parser;

struct Case {
    name: String,
    text: String,
    tree: String,
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/corpus");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn is_rule(line: &str, of: char) -> bool {
    line.len() >= 3 && line.chars().all(|c| c == of)
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().peekable();
    let mut in_tree = false;
    while let Some(line) = lines.next() {
        if is_rule(line, '=') {
            let name = lines.next().unwrap().to_owned();
            assert!(is_rule(lines.next().unwrap(), '='), "{name}: a line of `=` follows the name");
            cases.push(Case { name, text: String::new(), tree: String::new() });
            in_tree = false;
        } else if is_rule(line, '-') && !in_tree {
            in_tree = true;
        } else {
            let case = cases.last_mut().unwrap();
            let part = if in_tree { &mut case.tree } else { &mut case.text };
            part.push_str(line);
            part.push('\n');
        }
    }
    cases
}

/// A tree on lines: each node on its own, indented.
fn laid_out(tree: &str) -> String {
    let mut out = String::new();
    let mut depth = 0usize;
    let mut field = false;
    for piece in tree.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        match piece {
            "(" => {
                if !field && !out.is_empty() {
                    out.push('\n');
                    out.push_str(&"  ".repeat(depth));
                }
                out.push('(');
                depth += 1;
                field = false;
            }
            ")" => {
                out.push(')');
                depth -= 1;
            }
            name if name.ends_with(':') => {
                out.push('\n');
                out.push_str(&"  ".repeat(depth));
                out.push_str(name);
                out.push(' ');
                field = true;
            }
            name if out.ends_with('(') => out.push_str(name),
            name => {
                out.push(' ');
                out.push_str(name);
            }
        }
    }
    out
}

#[test]
fn every_case_has_its_tree() {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_sqrt::LANGUAGE.into()).unwrap();
    let mut count = 0;
    for path in files() {
        let mut blessed = String::new();
        for case in cases(&fs::read_to_string(&path).unwrap()) {
            let text = case.text.trim_matches('\n');
            let found = parser.parse(text, None).unwrap().root_node().to_sexp();
            let rule = "=".repeat(case.name.chars().count().max(3));
            blessed.push_str(&format!(
                "{rule}\n{}\n{rule}\n\n{text}\n\n---\n\n{}\n\n",
                case.name,
                laid_out(&found)
            ));
            if std::env::var_os("BLESS").is_none() {
                assert_eq!(laid_out(&found), laid_out(&case.tree), "{}: {}", path.display(), case.name);
            }
            count += 1;
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, blessed.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(count >= 10, "{count}");
}
