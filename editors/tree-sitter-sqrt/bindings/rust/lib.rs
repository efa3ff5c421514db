//! The grammar of SQRT for the [tree-sitter](https://docs.rs/tree-sitter) library.
//!
//! ```
//! let mut parser = tree_sitter::Parser::new();
//! parser.set_language(&tree_sitter_sqrt::LANGUAGE.into()).unwrap();
//! let tree = parser.parse(r#"tool "t" { must deny always; }"#, None).unwrap();
//! assert!(!tree.root_node().has_error());
//! ```

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_sqrt() -> *const ();
}

/// The language.
// SAFETY: the function is the one that the generated parser, `src/parser.c`, which the build script compiles, exports for this very purpose:
// it takes nothing and gives a pointer to a table that is constant and lives as long as the process. There is no other way to a grammar in C.
// The example above loads it and parses with it whenever the editors' packages are tested.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_sqrt) };

/// What the nodes of the tree are, as JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");
/// The query for colours.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// The query for languages within: regexes, and Markdown in doc comments.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");
/// The query for scopes, declarations and uses of names.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
/// The query for what can be folded.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
/// The query for indentation.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
