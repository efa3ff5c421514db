//! SQRT VM: bytecode, verifier and the register VM that decides tool calls.
//!
//! A [`Program`](bytecode::program::Program) becomes a [`VerifiedProgram`](bytecode::VerifiedProgram), that and a
//! [`Config`](config::Config) a [`Policy`](policy::Policy), which threads share. A caller brings a
//! [`Session`](metadata::Session), a [`Scratch`](scratch::Scratch) and a borrowed [`Call`](call::Call) and gets a decision,
//! and for an allowed call a [`PendingCall`](engine::PendingCall) to finish with the result.
//!
//! Knows nothing of the compiler, does no I/O, has no globals.

mod branching;
pub mod bytecode;
pub mod call;
pub mod config;
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
