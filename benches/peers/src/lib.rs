//! SQRT VM beside hand-written code and other policy engines, in one process: what each costs per decision, with equal
//! answers asserted first. See `benches/README.md`.
//!
//! This package has its own lock file and is no member of the workspace, so that an ordinary build does not build peers. Our
//! engine and the bound are competitors of `sqrt-benches`; here are the others.

#![forbid(unsafe_code)]

pub mod documents;
pub mod eval;
#[cfg(feature = "peers")]
pub mod peers;
pub mod plain;
pub mod report;
mod targets;
pub mod threads;

use sqrt_benches::harness::Competitor;
use sqrt_benches::scenarios::Kind;
use sqrt_benches::workload::RawCall;

/// Who decides a call beside our engine and the bound.
pub fn others<'a>(kind: Kind, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let plain = match kind {
        Kind::Email => plain::email::competitors(call),
        Kind::Order => plain::order::competitors(call),
        Kind::Dispatch(tools) => plain::dispatch::competitors(tools, call),
        Kind::Long(sought) => plain::long::competitors(sought, call),
        Kind::Literals(count) => plain::long::literals(count, call),
        Kind::Load(tools) => plain::dispatch::loads(tools, call),
        _ => Vec::new(),
    };
    #[cfg(feature = "peers")]
    let engines = match kind {
        Kind::Email => peers::email(call),
        Kind::Order => peers::order(call),
        Kind::Dispatch(tools) => peers::dispatch::competitors(tools, call),
        Kind::Long(sought) => peers::long::competitors(sought, call),
        Kind::Literals(count) => peers::long::literals(count, call),
        Kind::Load(tools) => peers::dispatch::loads(tools, call),
        _ => Vec::new(),
    };
    #[cfg(not(feature = "peers"))]
    let engines = Vec::new();
    plain.into_iter().chain(engines).collect()
}
