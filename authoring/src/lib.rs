//! What authors of SQRT policies work with, on one compiler front end: each subject is a module, and the command `sqrt` has a
//! verb for it.
//!
//! Invariants: nothing here opens a file, prints or asks a clock, the command does that; what is made of a policy is made of its
//! tree and its intermediate representation, never of its text by other means.

pub mod config;
pub mod diff;
pub mod editor;
pub mod explain;
pub mod init;
pub mod lint;
pub mod mistyped;
pub mod nearest;
pub mod repl;
pub mod replay;
pub mod testing;
pub mod tools;
