//! SQRT VM beside hand-written code and other policy engines, in one process: what each costs per decision, with equal
//! answers asserted first. See `benches/README.md`.
//!
//! This package has its own lock file and is no member of the workspace, so that an ordinary build does not build peers.

#![forbid(unsafe_code)]

pub mod bound;
pub mod engine;
pub mod harness;
#[cfg(feature = "peers")]
pub mod peers;
pub mod plain;
pub mod report;
pub mod scenarios;
