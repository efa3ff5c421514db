//! Corpus, oracle and suites.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "everything here is test code: what is not as expected may fail loudly"
)]

pub mod compare;
pub mod corpus;
pub mod docs;
pub mod embedding_page;
pub mod engine;
pub mod explained;
pub mod explaining;
pub mod fuzzing;
pub mod generate;
pub mod implementations;
pub mod moving;
pub mod mutations;
pub mod oracle;
pub mod readme;
pub mod recording;
pub mod resolved;
pub mod sessions_page;
pub mod tree_text;
