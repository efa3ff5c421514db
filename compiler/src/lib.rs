//! Compiler from SQRT policy text to bytecode: text in, program and diagnostics out.
