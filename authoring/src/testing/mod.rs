//! Tests of policies: files of calls with what is expected of them, what running them gave, and what that covered.
//!
//! The way of a test file: its text is read ([`TestFile::read`]), the policy that it is about is compiled ([`Subject::new`]), its
//! [cases](TestFile::cases) are run one by one ([`Runner::run`]), and reports are made of the outcomes ([`report`]).

pub mod coverage;
mod file;
mod problem;
pub mod report;
mod run;
mod yaml;

#[doc(hidden)]
pub use file::as_json;
pub use file::{Case, Named, SUFFIXES, TestFile, policy_of, reference, schema};
pub use problem::Problem;
pub use run::{
    Decided, DecidingRule, Difference, Failure, Outcome, Runner, Subject, SubjectError, TraceKind, TraceLine,
};
