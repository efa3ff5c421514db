//! README.md's Rust example, compiled and run as a documentation test.
#![doc = include_str!("../../README.md")]
