//! Compiler from SQRT policy text to bytecode: text in, program and diagnostics out.
//!
//! Pure: it reads no files, has no globals and never panics on any input.

pub mod diagnostics;
pub mod ir;
pub mod limits;
pub mod presets;
pub mod resolve;
pub mod syntax;
pub mod x_policy;
