//! The limits of every part: one table with group, name, default, unit, reason and, where there is one, a hard ceiling.
//!
//! A limit is checked before anything takes effect; what is over it is a clear error, and for a call a deny (S6.11).
//! `docs/limits.md` and the command that prints the limits follow from [`Limits::table`].
//!
//! Invariant: no value is above its ceiling, so that whoever reads a limit can rely on what the ceiling stands for.

mod error;
mod table;

pub use error::{LimitExceeded, SetLimitError};
pub(crate) use table::NODE_BYTES;
pub use table::{Group, LimitRow, Limits};
