//! Corpus, oracle and suites.
