//! The parser in `src/` is the one that the grammar gives. `tree-sitter generate --abi 14` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use tree_sitter_generate::{OptLevel, generate_parser_in_directory};

/// The version of the interface that editors of the last years can load.
const ABI: usize = 14;

#[test]
fn the_parser_is_that_of_the_grammar() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).unwrap();
    let (grammar, mut told) = (root.join("grammar.js"), Vec::new());
    let done = generate_parser_in_directory(
        root,
        Some(&out),
        Some(&grammar),
        ABI,
        None,
        Some("node"),
        true,
        OptLevel::default(),
        &mut told,
    );
    done.unwrap();
    assert!(told.is_empty(), "{told:?}");
    for name in ["grammar.json", "node-types.json", "parser.c"] {
        let made = fs::read_to_string(out.join(name)).unwrap();
        let kept = fs::read_to_string(root.join("src").join(name)).unwrap();
        assert!(made == kept, "`src/{name}` is another; run `tree-sitter generate --abi 14` in {}", root.display());
    }
}
