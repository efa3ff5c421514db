//! SQRT VM: bytecode, verifier and the register VM that decides tool calls.
//!
//! Knows nothing of the compiler, does no I/O, has no globals.

pub mod automata;
mod branching;
pub mod bytecode;
pub mod call;
pub mod datetime;
pub mod decision;
pub mod dispatch;
pub mod engine;
mod exec;
pub mod json;
pub mod limits;
pub mod matcher;
pub mod metadata;
pub mod number;
pub mod pattern;
pub mod policy;
mod prepare;
pub mod scratch;
pub mod value;

#[cfg(test)]
mod testing;
