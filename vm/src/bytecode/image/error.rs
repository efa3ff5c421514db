//! Why an image was refused.

use std::fmt;

use crate::bytecode::program::FORMAT_VERSION;
use crate::bytecode::verify::VerifyError;

/// Why an image was refused. The message says what is wrong and, where there is one, the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageError {
    kind: ImageErrorKind,
    message: String,
}

/// What is wrong with an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageErrorKind {
    /// The bytes do not begin as an image does.
    NotAnImage,
    /// Another version of the format made it; the policy has to be compiled again.
    OtherVersion,
    /// Its end is missing.
    CutShort,
    /// Bytes follow its end.
    TrailingBytes,
    /// Its bytes are not those of which its checksum was made.
    Altered,
    /// A section or a record is not as the format says, though the checksum is right.
    Malformed,
    /// Its program breaks a promise on which the VM relies.
    NotVerified,
}

impl ImageError {
    /// What is wrong.
    pub fn kind(&self) -> ImageErrorKind {
        self.kind
    }

    pub(super) fn not_an_image() -> Self {
        Self::new(
            ImageErrorKind::NotAnImage,
            "this is no compiled policy: it does not begin as an image does",
        )
    }

    pub(super) fn other_version(found: u32) -> Self {
        let message = format!(
            "the image has format version {found}, and this is version {FORMAT_VERSION}: compile the policy again"
        );
        Self::new(ImageErrorKind::OtherVersion, message)
    }

    pub(super) fn cut_short(found: usize, expected: Option<u64>) -> Self {
        let of = expected.map_or(String::new(), |expected| format!(" of {expected}"));
        Self::new(ImageErrorKind::CutShort, format!("the image is cut short: {found}{of} bytes are there"))
    }

    pub(super) fn trailing_bytes(count: u64) -> Self {
        Self::new(ImageErrorKind::TrailingBytes, format!("bytes follow the end of the image: {count}"))
    }

    pub(super) fn altered() -> Self {
        let message = "the image was altered: its checksum is not that of its content";
        Self::new(ImageErrorKind::Altered, message)
    }

    pub(super) fn malformed(section: &str, what: impl fmt::Display) -> Self {
        let message = format!("the image is not valid: section `{section}`: {what}");
        Self::new(ImageErrorKind::Malformed, message)
    }

    fn new(kind: ImageErrorKind, message: impl Into<String>) -> Self {
        ImageError { kind, message: message.into() }
    }
}

impl From<VerifyError> for ImageError {
    fn from(error: VerifyError) -> Self {
        Self::new(ImageErrorKind::NotVerified, format!("the image is not valid: {error}"))
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ImageError {}
