//! SQRT VM: bytecode, verifier and the register VM that decides tool calls.
//!
//! Knows nothing of the compiler, does no I/O, has no globals.
//!
//! # A host's guide in short
//! 1. A [`Policy`](policy::Policy) is loaded from an image that the compiler wrote. It is immutable: share one between all
//!    threads, in an `Arc`.
//! 2. A [`Scratch`](scratch::Scratch) is memory to decide in: one for each thread, used again for every call.
//! 3. A [`Session`](metadata::Session) is the state of one conversation. It belongs to the host, and to one policy.
//! 4. A [`Call`](call::Call) borrows what the host has. Names that come again and again can be resolved ahead, as
//!    [handles](handle).
//! 5. [`Policy::check`](policy::Policy::check) decides. If the call may be made, the host makes it, and gives what came back to
//!    [`Policy::finish`](policy::Policy::finish): then the result has metadata, and the session knows of it.
//!
//! ```
//! use sqrt_vm::call::{Call, MetadataInput, Returned};
//! use sqrt_vm::decision::Outcome;
//! use sqrt_vm::limits::Limits;
//! use sqrt_vm::metadata::{Session, write_metadata};
//! use sqrt_vm::policy::Policy;
//! use sqrt_vm::scratch::Scratch;
//!
//! # // The program of an empty policy, which the compiler makes otherwise.
//! # let mut program = sqrt_vm::bytecode::program::Program::default();
//! # sqrt_vm::bytecode::build_names(&mut program)?;
//! # sqrt_vm::automata::build(&mut program, sqrt_vm::automata::Budget::new(1 << 10, 1 << 10))?;
//! # let image = sqrt_vm::bytecode::VerifiedProgram::new(program)?.to_image();
//! // `image` has the bytes of a file that `sqrt compile` wrote.
//! let policy = Policy::load(&image, Limits::default())?;
//! let (send_email, to) = (policy.tool("send_email"), policy.arg("to"));
//!
//! let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
//! let mut builder = Call::builder(&send_email);
//! builder.arg(&to, "ann@corp.com").arg_with("body", "…", MetadataInput::default().with_tags(&["pii"]));
//! let call = builder.call();
//! let checked = policy.check(&mut session, &call, &mut scratch);
//! assert_eq!(checked.decision().outcome(), Outcome::Allow);
//!
//! // … the host makes the call …
//! let pending = checked.into_pending().ok_or("an allowed call is pending")?;
//! policy.finish(&mut session, pending, &Returned::new("sent".into()), &mut scratch)?;
//! let metadata = scratch.result_metadata().ok_or("a finished call has it")?;
//! let mut json = String::new();
//! write_metadata(&mut json, metadata, &scratch.tags(&policy, &session), &mut Vec::new());
//! assert_eq!(json, r#"{"tags": ["pii"], "producers": [], "consumers": ["*"]}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`live`] has what threads share: a policy that is replaced while calls run, and sessions by name.
//!
//! Deciding fails closed: what goes wrong is a deny with a [`Failure`](engine::Failure). [`json::JsonLines`] reads calls and
//! writes answers as text, [`Scratch::trace`](scratch::Scratch::trace) explains. `docs/embedding.md` is the guide at length,
//! `docs/sessions.md` tells of sessions that are stored and moved. [`bytecode`] and [`automata`] are for the compiler.
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
mod direct;
mod dispatch;
pub mod engine;
mod exec;
pub mod handle;
pub mod json;
#[doc(hidden)]
pub mod keyed;
pub mod limits;
pub mod live;
pub mod metadata;
mod needs;
pub mod number;
pub mod pattern;
pub mod policy;
mod prepare;
pub mod scratch;
pub mod trace;
pub mod value;
pub mod visible;
mod work;

// Among the unit tests, so that one build serves both; its file is not in `src`, where nothing reads files.
#[cfg(test)]
#[cfg(feature = "replay")]
#[path = "../tests/replay/mod.rs"]
mod replay;
#[cfg(test)]
mod testing;
