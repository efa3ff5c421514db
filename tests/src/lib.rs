//! Corpus, oracle and suites.

pub mod corpus;
