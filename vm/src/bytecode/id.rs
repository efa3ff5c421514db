//! The identity of a policy: what sessions and pending calls belong to.

use std::fmt;

use super::image;
use super::program::Program;

/// The identity of a program: a hash that covers its whole image, explanations included. Programs with equal content have equal ids; nobody can make two
/// different ones with the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyId([u8; 32]);

impl PolicyId {
    /// The id of a program. That takes making its image.
    pub fn of(program: &Program) -> PolicyId {
        image::id(program, None)
    }

    /// An id from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> PolicyId {
        PolicyId(bytes)
    }

    /// An id from what [`PolicyId`] is displayed as: 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<PolicyId> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(PolicyId(bytes))
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

#[cfg(test)]
mod tests {
    use super::PolicyId;

    #[test]
    fn ids_come_back_from_their_digits() {
        let id = PolicyId::from_bytes(std::array::from_fn(|index| (index * 37) as u8));
        let text = id.to_string();
        assert_eq!(PolicyId::from_hex(&text), Some(id));
        let (short, shorter) = (text.replacen('5', "", 1), text.replacen("25", "", 1));
        for wrong in [short, shorter, format!("{text}00"), text.to_uppercase(), text.replace('0', "g")] {
            assert_eq!(PolicyId::from_hex(&wrong), None, "{wrong}");
        }
    }
}
