//! Byte spans, tokens, token ids and token ranges: how everything refers to places in a source file.
//!
//! Invariants of a [`TokenTable`]: tokens and comments are in source order and do not overlap; what lies between two
//! of them is white space (and, at the start, a byte order mark); the last token is [`TokenKind::End`], which is empty.

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

/// What a token is. Words are not split into keywords and names: there are no reserved words (S1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A keyword or a name.
    Word,
    /// Digits with an optional `-` and fraction.
    Number,
    /// `-inf` or `+inf`; a plain `inf` is a word.
    SignedInfinity,
    /// `"…"`
    String,
    /// `r"…"`
    Regex,
    /// `w"…"`
    Wildcard,
    /// `d"…"`
    Date,
    /// `/// …`
    Doc,
    /// `@` before a field
    At,
    /// `@result`
    AtResult,
    /// `@session`
    AtSession,
    /// `@args`
    AtArgs,
    /// `.`
    Dot,
    /// `.value`
    DotValue,
    /// `..`
    Range,
    /// `<..`
    RangeOpenLeft,
    /// `..<`
    RangeOpenRight,
    /// `<..<`
    RangeOpen,
    /// `{`
    LeftBrace,
    /// `}`
    RightBrace,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `=`
    Assign,
    /// `==`
    Equal,
    /// `|=`
    AssignUnion,
    /// `&=`
    AssignIntersect,
    /// `-=`
    AssignMinus,
    /// `^=`
    AssignXor,
    /// `->`
    Arrow,
    /// `|`
    Pipe,
    /// `&`
    Ampersand,
    /// `-`
    Minus,
    /// `^`
    Caret,
    /// Text that is no token; the lexer has reported it.
    Invalid,
    /// The end of the text.
    End,
}

/// A token: what and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Span,
}

/// An ordinary comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// `/* … */`, else `// …`.
    pub is_block: bool,
    /// Its bytes, without the line end.
    pub span: Span,
}

/// All tokens of a file, and its comments by position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenTable {
    tokens: Vec<Token>,
    comments: Vec<Comment>,
}

impl TokenTable {
    pub(crate) fn new(tokens: Vec<Token>, comments: Vec<Comment>) -> Self {
        Self { tokens, comments }
    }

    /// All tokens in source order; the last is the end of the text.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// All ordinary comments in source order (doc comments are tokens).
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// A token; beyond the table, the end of the text.
    pub fn get(&self, id: TokenId) -> Token {
        match self.tokens.get(id.0 as usize).or_else(|| self.tokens.last()) {
            Some(token) => *token,
            None => Token { kind: TokenKind::End, span: Span::default() },
        }
    }

    /// The bytes that the tokens of a range cover; an empty range is an empty span where its next token starts.
    pub fn span(&self, range: TokenRange) -> Span {
        let start = self.get(range.first).span.start;
        if range.end.0 <= range.first.0 {
            return Span { start, end: start };
        }
        Span { start, end: self.get(TokenId(range.end.0.saturating_sub(1))).span.end }
    }

    /// The comments that lie between a token and the one before it.
    pub fn comments_before(&self, id: TokenId) -> &[Comment] {
        let end = self.get(id).span.start;
        let start = id.0.checked_sub(1).map_or(0, |before| self.get(TokenId(before)).span.end);
        let first = self.comments.partition_point(|c| c.span.start < start);
        let last = self.comments.partition_point(|c| c.span.start < end);
        self.comments.get(first..last).unwrap_or(&[])
    }

    /// The token at or before a byte offset, if there is one that covers the offset.
    pub fn at_offset(&self, offset: u32) -> Option<TokenId> {
        let index = self.tokens.partition_point(|t| t.span.start <= offset).checked_sub(1)?;
        let token = self.tokens.get(index)?;
        (offset < token.span.end).then_some(TokenId(u32::try_from(index).ok()?))
    }
}
