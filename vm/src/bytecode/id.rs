//! The identity of a policy: what sessions and pending calls belong to.

use std::fmt;

use super::image;
use super::program::Program;

/// The identity of a program: the hash of its image. Programs with equal content have equal ids; nobody can make two
/// different ones with the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyId([u8; 32]);

impl PolicyId {
    /// The id of a program. That takes making its image.
    pub fn of(program: &Program) -> PolicyId {
        image::id(program)
    }

    /// An id from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> PolicyId {
        PolicyId(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Lower-case hexadecimal digits.
impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyId({self})")
    }
}
