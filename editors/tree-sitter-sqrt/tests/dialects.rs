//! The queries of other editors in `editors/`: those for colours are ours with the names that the editor knows, all fit the
//! grammar. `BLESS=1` writes the first anew.

use std::fs;
use std::path::{Path, PathBuf};

use tree_sitter::Query;

/// Our names and those of Helix.
const HELIX: &[(&str, &str)] = &[
    ("@comment.documentation", "@comment.line.documentation"),
    ("@string.escape", "@constant.character.escape"),
    ("@number", "@constant.numeric"),
    ("@boolean", "@constant.builtin.boolean"),
    ("@property", "@variable.other.member"),
];

/// Our names and those of Zed.
const ZED: &[(&str, &str)] = &[
    ("@comment.documentation", "@comment.doc"),
    ("@string.regexp", "@string.regex"),
    ("@variable.builtin", "@variable.special"),
    ("@keyword.operator", "@keyword"),
    ("@type.builtin", "@type"),
];

fn editors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text with the names of another editor; a name goes on over dots, so it is taken whole.
fn renamed(text: &str, names: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest[1..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
            .map_or(rest.len(), |end| end + 1);
        let name = &rest[..end];
        out.push_str(names.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, other)| other));
        rest = &rest[end..];
    }
    out + rest
}

#[test]
fn other_editors_have_our_colours_by_their_names() {
    // Anonymous nodes such as "@args" are no names of captures.
    let ours = tree_sitter_sqrt::HIGHLIGHTS_QUERY;
    for (path, names) in [("helix/queries/sqrt", HELIX), ("zed/languages/sqrt", ZED)] {
        let path = editors().join(path).join("highlights.scm");
        let wanted = format!(
            "; Made from tree-sitter-sqrt/queries/highlights.scm by its tests.\n\n{}",
            renamed(ours, names)
        );
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap_or_default(), wanted, "{}", path.display());
    }
}

#[test]
fn their_queries_fit_the_grammar() {
    let language = tree_sitter_sqrt::LANGUAGE.into();
    let mut count = 0;
    for folder in ["helix/queries/sqrt", "zed/languages/sqrt"] {
        for entry in fs::read_dir(editors().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "scm") {
                let text = fs::read_to_string(&path).unwrap();
                if let Err(error) = Query::new(&language, &text) {
                    panic!("{}: {error}", path.display());
                }
                count += 1;
            }
        }
    }
    assert!(count >= 6, "{count}");
}
