//! Byte spans, token ids and token ranges: how everything refers to places in a source file.

/// A byte range of a source file: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The index of a token in a file's token table (trivia is kept in a side table and has no token id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TokenId(pub u32);

/// The tokens `first..end` of a file; empty where `first == end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TokenRange {
    /// The first token.
    pub first: TokenId,
    /// One past the last token.
    pub end: TokenId,
}

/// A source file within one compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u32);
