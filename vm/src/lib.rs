//! SQRT VM: bytecode, verifier and the register VM that decides tool calls.
//!
//! Knows nothing of the compiler, does no I/O, has no globals.
//!
//! A host meets [`Policy`](policy::Policy), [`Session`](metadata::Session), [`Scratch`](scratch::Scratch) and
//! [`Call`](call::Call), in this order; `docs/embedding.md` is the guide, `docs/sessions.md` tells more of sessions.
//! [`bytecode`] is for the compiler.
//!
//! # Memory
//! Deciding a call, from the check to the last update, allocates nothing in the *steady state*: once the scratch has seen
//! calls that need as much as those that come. That holds for calls that are the same and for calls that are new each time,
//! with names of tools and with tags that nothing has seen before. A [`Scratch`](scratch::Scratch) keeps the memory that
//! the largest call so far needed, whatever came since: that is bounded by the policy and the [`Limits`](limits::Limits).
//! To give it back, replace the scratch by a new one. Reading and answering JSON lines allocates nothing either, but for
//! what [`JsonLines`](json::JsonLines) says.
//!
//! A [`Session`](metadata::Session) allocates when it grows: when it lists more tags that the policy does not name than
//! ever before, gets a larger value, or has more calls that wait to be finished (a call that is checked and never finished
//! waits until there are more than the limit `pending_calls`). Its table of such tags is compacted in place when it has
//! twice as many as the metadata lists, but not below 32, so tags that come and go do not make it grow.

pub mod automata;
mod branching;
pub mod bytecode;
pub mod call;
pub mod datetime;
pub mod decision;
mod dispatch;
pub mod engine;
mod exec;
pub mod handle;
pub mod json;
mod late_args;
pub mod limits;
pub mod metadata;
pub mod number;
pub mod pattern;
pub mod policy;
mod prepare;
pub mod scratch;
pub mod trace;
pub mod value;

#[cfg(test)]
mod testing;
