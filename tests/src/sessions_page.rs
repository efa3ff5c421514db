//! The examples of `docs/sessions.md`, compiled and run as documentation tests.
#![doc = include_str!("../../docs/sessions.md")]
