//! The examples of `docs/embedding.md`, compiled and run as documentation tests.
#![doc = include_str!("../../docs/embedding.md")]
