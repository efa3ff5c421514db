//! The contract between compiler and VM: instruction set, program format, verifier, disassembler.
//!
//! Knows nothing of the rest of the VM but numbers, pattern syntax and how to make text visible.

pub mod automata;
pub(crate) mod const_sets;
pub mod disasm;
pub mod dispatch;
pub mod explanations;
pub mod id;
pub mod image;
pub mod instruction;
mod late_args;
pub mod names;
pub mod op;
pub mod operand;
pub mod program;
pub mod reference;
pub mod settings;
pub mod verify;

pub use disasm::{disasm, disasm_with_explanations};
pub use id::PolicyId;
pub use image::{ImageError, ImageErrorKind};
pub use instruction::{DecodeError, Op, OpVisitor, Opcode, OperandVisitor, decode, encode};
pub use late_args::build_late_args;
pub use names::build_names;
pub use reference::instruction_reference;
pub use settings::Settings;
pub use verify::{FrameNeeds, Promise, VerifiedProgram, VerifyError, promise_reference};
