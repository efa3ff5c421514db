//! Compiler from SQRT policy text to bytecode: text in, program and diagnostics out.
//!
//! Pure: it reads no files, has no globals and never panics on any input.

mod compile;
pub mod diagnostics;
mod emit;
pub mod format;
pub mod ir;
pub mod presets;
pub mod resolve;
pub mod syntax;
pub mod x_policy;

pub use sqrt_vm::limits;

pub use compile::{Analysed, Compiled, Options, Source, analyse, check, check_syntax, compile};
pub use emit::Passes;
