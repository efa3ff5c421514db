//! SQRT VM: bytecode, verifier and the register VM that decides tool calls.
//!
//! Knows nothing of the compiler, does no I/O, has no globals.

pub mod bytecode;
pub mod call;
pub mod datetime;
pub mod dispatch;
pub mod json;
pub mod limits;
pub mod matcher;
pub mod metadata;
pub mod number;
pub mod pattern;
pub mod value;

#[cfg(test)]
mod testing;
