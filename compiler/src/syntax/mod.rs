//! From text to syntax tree: tokens, the tree and the parser. Knows nothing of what a policy means.

pub mod ast;
pub mod token;
