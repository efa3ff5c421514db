//! The header of an image: what kind of file it is, how long its groups are, and what they and the whole are known by.
//!
//! Invariant: the id covers the rest of the header, which has the hashes of both groups; so it covers every byte, whichever
//! groups are read.

use super::MAGIC;
use super::error::ImageError;
use super::wire::{Wire, records, take};
use crate::bytecode::id::PolicyId;
use crate::bytecode::program::FORMAT_VERSION;

/// The size of a BLAKE3 hash.
const HASH: usize = 32;

/// Where the id is.
const ID_AT: usize = MAGIC.len() + u32::SIZE + u64::SIZE;

/// A group of sections, by what it is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bytecode) struct Group {
    /// In bytes.
    length: u64,
    hash: [u8; HASH],
}

records! {
    Group { length: u64, hash: [u8; HASH] }
}

impl Group {
    pub(super) fn of(bytes: &[u8]) -> Group {
        Group { length: bytes.len() as u64, hash: *blake3::hash(bytes).as_bytes() }
    }
}

/// What stands in front of the groups.
pub(super) struct Header {
    pub(super) id: PolicyId,
    pub(super) program: Group,
    pub(super) explanations: Group,
}

impl Header {
    pub(super) const SIZE: usize = ID_AT + HASH + 2 * Group::SIZE;

    pub(super) fn new(program: Group, explanations: Group) -> Header {
        let mut header = Header { id: PolicyId::from_bytes([0; HASH]), program, explanations };
        header.id = id(&header.to_bytes());
        header
    }

    /// The bytes of the header.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let length = (Header::SIZE as u64)
            .saturating_add(self.program.length)
            .saturating_add(self.explanations.length);
        let mut bytes = Vec::with_capacity(Header::SIZE);
        bytes.extend_from_slice(&MAGIC);
        FORMAT_VERSION.write(&mut bytes);
        length.write(&mut bytes);
        self.id.as_bytes().write(&mut bytes);
        self.program.write(&mut bytes);
        self.explanations.write(&mut bytes);
        bytes
    }

    /// Reads it; of the bytes behind it, only their number counts.
    pub(super) fn read(image: &[u8]) -> Result<Header, ImageError> {
        if !image.iter().zip(MAGIC).all(|(&byte, magic)| byte == magic) || image.is_empty() {
            return Err(ImageError::not_an_image());
        }
        let mut rest = image.get(MAGIC.len()..).unwrap_or_default();
        let cut_short = |expected| ImageError::cut_short(image.len(), expected);
        let version: u32 = take(&mut rest).ok_or_else(|| cut_short(None))?;
        if version != FORMAT_VERSION {
            return Err(ImageError::other_version(version));
        }
        let length: u64 = take(&mut rest).ok_or_else(|| cut_short(None))?;
        let present = image.len() as u64;
        if present > length {
            return Err(ImageError::trailing_bytes(present - length));
        }
        if present < length {
            return Err(cut_short(Some(length)));
        }
        let (Some(stored), Some(program), Some(explanations)) =
            (take(&mut rest).map(PolicyId::from_bytes), take(&mut rest), take(&mut rest))
        else {
            return Err(cut_short(None));
        };
        if id(image) != stored {
            return Err(ImageError::altered());
        }
        Ok(Header { id: stored, program, explanations })
    }

    /// The groups of the image, which are all that is behind the header.
    pub(super) fn groups<'b>(&self, image: &'b [u8]) -> Result<(&'b [u8], &'b [u8]), ImageError> {
        let behind = image.get(Header::SIZE..).unwrap_or_default();
        let groups =
            usize::try_from(self.program.length).ok().and_then(|length| behind.split_at_checked(length));
        match groups {
            Some((program, explanations)) if explanations.len() as u64 == self.explanations.length => {
                Ok((program, explanations))
            }
            _ => Err(ImageError::malformed("header", "its groups are not as long as the image")),
        }
    }
}

/// The hash of a header but for the place of the hash.
fn id(image: &[u8]) -> PolicyId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(image.get(..ID_AT).unwrap_or_default());
    hasher.update(image.get(ID_AT + HASH..Header::SIZE).unwrap_or_default());
    PolicyId::from_bytes(*hasher.finalize().as_bytes())
}

/// Makes the lengths fit the image and the hashes its bytes; the groups are divided where the header says, or at the end.
pub(super) fn reseal(image: &mut [u8]) {
    let Some((header, behind)) = image.split_at_mut_checked(Header::SIZE) else { return };
    let stored = header.get(ID_AT + HASH..).and_then(|mut bytes| take::<Group>(&mut bytes));
    let length = stored.map_or(0, |group| group.length);
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(behind.len());
    let (program, explanations) = behind.split_at(length);
    // The magic and the version stay what they are.
    let made = Header::new(Group::of(program), Group::of(explanations)).to_bytes();
    let kept = MAGIC.len() + u32::SIZE;
    if let (Some(place), Some(made)) = (header.get_mut(kept..), made.get(kept..)) {
        place.copy_from_slice(made);
    }
    let id = id(header);
    if let Some(place) = header.get_mut(ID_AT..ID_AT + HASH) {
        place.copy_from_slice(id.as_bytes());
    }
}
