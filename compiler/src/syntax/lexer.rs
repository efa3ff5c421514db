//! From text to tokens: every token and every comment kept, everything that is no token reported.
//!
//! Words are read as far as `[A-Za-z0-9_]` goes (S1.3a); strings and comments are delimited here but not decoded.
//! Invariants: tokens and comments do not overlap and only white space (and a byte order mark) lies between them; each
//! [`TokenKind::Invalid`] token has a diagnostic, so the parser stays silent about it; time is linear in the text.

use logos::{Lexer, Logos};
use sqrt_vm::visible::{is_bidi_control, is_hidden};

use super::token::{Comment, FileId, Span, Token, TokenKind, TokenTable};
use crate::diagnostics::{Sink, syntax as messages};

use TokenKind as K;

/// What the generated scanner yields, before tokens and comments part.
#[derive(Logos, Debug, Clone, Copy, PartialEq)]
#[logos(extras = State)]
enum Lexeme {
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*", |_| K::Word)]
    #[regex(r"-?[0-9]+(\.[0-9]+)?", number)]
    #[token("\"", |lex| string(lex, K::String))]
    #[token("r\"", |lex| string(lex, K::Regex))]
    #[token("w\"", |lex| string(lex, K::Wildcard))]
    #[token("d\"", |lex| string(lex, K::Date))]
    #[token("///", doc)]
    #[token("@", at)]
    #[token(".", dot)]
    #[token("..", |_| K::Range)]
    #[token("<..", |_| K::RangeOpenLeft)]
    #[token("..<", |_| K::RangeOpenRight)]
    #[token("<..<", |_| K::RangeOpen)]
    #[token("{", |_| K::LeftBrace)]
    #[token("}", |_| K::RightBrace)]
    #[token("(", |_| K::LeftParen)]
    #[token(")", |_| K::RightParen)]
    #[token("[", |_| K::LeftBracket)]
    #[token("]", |_| K::RightBracket)]
    #[token(",", |_| K::Comma)]
    #[token(";", |_| K::Semicolon)]
    #[token("=", |_| K::Assign)]
    #[token("==", |_| K::Equal)]
    #[token("|=", |_| K::AssignUnion)]
    #[token("&=", |_| K::AssignIntersect)]
    #[token("-=", |_| K::AssignMinus)]
    #[token("^=", |_| K::AssignXor)]
    #[token("->", |_| K::Arrow)]
    #[token("|", |_| K::Pipe)]
    #[token("&", |_| K::Ampersand)]
    #[token("-", sign)]
    #[token("+", sign)]
    #[token("^", |_| K::Caret)]
    Token(TokenKind),

    #[token("//", line_comment)]
    #[token("/*", block_comment)]
    Comment(bool),

    #[regex(r"[ \t\n\r\x0c]+", blank)]
    Blank,

    // What other languages write; the message says what to write instead.
    #[token("&&", foreign)]
    #[token("||", foreign)]
    #[token("===", foreign)]
    #[token("!=", foreign)]
    #[token("!", foreign)]
    #[token("<=", foreign)]
    #[token(">=", foreign)]
    #[token("<", foreign)]
    #[token(">", foreign)]
    #[token("=>", foreign)]
    #[token("+=", foreign)]
    #[token(":=", foreign)]
    #[token(":", foreign)]
    #[token("*", foreign)]
    #[token("~", foreign)]
    #[token("$", foreign)]
    #[token("%", foreign)]
    #[token("?", foreign)]
    #[regex(r"'[^'\n]*'", foreign)]
    #[regex(r"#[^\n]*", foreign, allow_greedy = true)]
    // Everything else that is not ASCII or does not show, in one piece.
    #[regex(r"[^\x00-\x7f]+", unknown)]
    #[regex(r"[\x00-\x08\x0b\x0e-\x1f\x7f]+", unknown)]
    Invalid,
}

/// What callbacks need beside the text.
struct State {
    sink: Sink,
    /// Whether the text has a CR at all.
    has_cr: bool,
    /// The first string that spans lines: where a forgotten quote shows first.
    first_multiline: Option<Span>,
    /// Whether the last comment was never closed; it then counts as text that is no token.
    open_comment: bool,
    /// Whether there was a string without its closing quote.
    open_string: bool,
}

/// Splits a text into tokens. The text must be within the limit of bytes.
pub(crate) fn lex(file: FileId, source: &str, max_diagnostics: usize) -> (TokenTable, Sink) {
    let mut sink = Sink::new(file, max_diagnostics);
    report_bidi(source, &mut sink);
    let mark = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lexer = Lexeme::lexer_with_extras(
        source,
        State {
            sink,
            has_cr: memchr::memchr(b'\r', source.as_bytes()).is_some(),
            first_multiline: None,
            open_comment: false,
            open_string: false,
        },
    );
    lexer.bump(mark);
    // Most texts have a token for every four bytes or more.
    let mut tokens: Vec<Token> = Vec::with_capacity(source.len() / 4);
    let mut comments = Vec::new();
    while let Some(lexeme) = lexer.next() {
        let span = here(&lexer);
        match lexeme {
            Ok(Lexeme::Token(kind)) => tokens.push(Token { kind, span }),
            Ok(Lexeme::Comment(_)) if lexer.extras.open_comment => push_invalid(&mut tokens, span),
            Ok(Lexeme::Comment(is_block)) => comments.push(Comment { is_block, span }),
            Ok(Lexeme::Blank) => {}
            Ok(Lexeme::Invalid) => push_invalid(&mut tokens, span),
            Err(()) => {
                unknown(&mut lexer);
                push_invalid(&mut tokens, span);
            }
        }
    }
    let end = length(source);
    tokens.push(Token { kind: K::End, span: Span { start: end, end } });
    (TokenTable::new(tokens, comments), lexer.extras.sink)
}

/// Neighbouring pieces that are no tokens become one, so that garbage stays small.
fn push_invalid(tokens: &mut Vec<Token>, span: Span) {
    match tokens.last_mut() {
        Some(last) if last.kind == K::Invalid && last.span.end == span.start => last.span.end = span.end,
        _ => tokens.push(Token { kind: K::Invalid, span }),
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}

/// The bytes of the current lexeme.
fn here(lex: &Lexer<'_, Lexeme>) -> Span {
    let span = lex.span();
    Span {
        start: u32::try_from(span.start).unwrap_or(u32::MAX),
        end: u32::try_from(span.end).unwrap_or(u32::MAX),
    }
}

/// The part of the current lexeme from `from` on, `len` bytes long.
fn within(lex: &Lexer<'_, Lexeme>, from: usize, len: usize) -> Span {
    let start = here(lex).start.saturating_add(u32::try_from(from).unwrap_or(u32::MAX));
    Span { start, end: start.saturating_add(u32::try_from(len).unwrap_or(u32::MAX)) }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How many bytes of a word the text begins with.
fn word_len(text: &str) -> usize {
    text.bytes().take_while(|&b| is_word_byte(b)).count()
}

/// Bidirectional control characters are refused wherever they stand (S1.3c).
fn report_bidi(source: &str, sink: &mut Sink) {
    if source.is_ascii() {
        return;
    }
    for (at, c) in source.char_indices().filter(|&(_, c)| is_bidi_control(c)) {
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span { start, end: start.saturating_add(c.len_utf8() as u32) };
        sink.push_with(|file| messages::bidi_control(file, span, c));
    }
}

/// Reports each CR in the current lexeme that no LF follows (S1.3c).
fn report_lone_cr(lex: &mut Lexer<'_, Lexeme>) {
    if !lex.extras.has_cr {
        return;
    }
    let text = lex.slice();
    let continues_with_lf = lex.remainder().starts_with('\n');
    for (at, _) in text.match_indices('\r') {
        let next = text.as_bytes().get(at.saturating_add(1));
        if next == Some(&b'\n') || (next.is_none() && continues_with_lf) {
            continue;
        }
        let span = within(lex, at, 1);
        lex.extras.sink.push_with(|file| messages::lone_cr(file, span));
    }
}

/// What does not show in a string.
fn hides(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\t' | '\n' | '\r' | '\u{c}')
}

/// What misleads a reader in a comment too: a control, or what looks like a line end and is none.
fn misleads(c: char) -> bool {
    hides(c) && (c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

/// Warns of the first character of the current lexeme that `tells` is about; those that are errors are told by others.
/// `escape` is whether `\u{…}` can stand for it.
fn report_invisible(lex: &mut Lexer<'_, Lexeme>, tells: fn(char) -> bool, escape: bool) {
    let text = lex.slice();
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    if text.bytes().all(plain) {
        return;
    }
    let found = text.char_indices().find(|&(_, c)| tells(c) && !is_bidi_control(c));
    if let Some((at, c)) = found {
        let span = within(lex, at, c.len_utf8());
        lex.extras.sink.push_with(|file| messages::invisible(file, span, c, escape));
    }
}

fn blank(lex: &mut Lexer<'_, Lexeme>) {
    report_lone_cr(lex);
}

/// Takes the rest of the line, without its LF.
fn rest_of_line(lex: &mut Lexer<'_, Lexeme>) {
    let rest = lex.remainder();
    let len = rest.find('\n').unwrap_or(rest.len());
    lex.bump(len);
    report_lone_cr(lex);
    report_invisible(lex, misleads, false);
}

fn line_comment(lex: &mut Lexer<'_, Lexeme>) -> bool {
    rest_of_line(lex);
    false
}

fn doc(lex: &mut Lexer<'_, Lexeme>) -> TokenKind {
    rest_of_line(lex);
    K::Doc
}

fn block_comment(lex: &mut Lexer<'_, Lexeme>) -> bool {
    let rest = lex.remainder();
    match rest.find("*/") {
        Some(at) => {
            lex.bump(at.saturating_add(2));
            report_lone_cr(lex);
            report_invisible(lex, misleads, false);
        }
        None => {
            let span = here(lex);
            lex.extras.sink.push_with(|file| messages::open_comment(file, span));
            lex.extras.open_comment = true;
            lex.bump(rest.len());
        }
    }
    true
}

/// Where a string ends and what is wrong with it, as offsets from after its opening quote.
struct StringScan {
    /// One past the closing quote; `None` if there is none.
    end: Option<usize>,
    /// The first backslash right before a line feed.
    broken_escape: Option<usize>,
    has_line_end: bool,
}

fn scan_string(rest: &str) -> StringScan {
    let mut scan = StringScan { end: None, broken_escape: None, has_line_end: false };
    let mut bytes = rest.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                scan.end = Some(at.saturating_add(1));
                break;
            }
            b'\n' => scan.has_line_end = true,
            b'\\' => {
                if let Some((_, b'\n')) = bytes.next() {
                    scan.broken_escape = scan.broken_escape.or(Some(at));
                    scan.has_line_end = true;
                }
            }
            _ => {}
        }
    }
    scan
}

fn string(lex: &mut Lexer<'_, Lexeme>, kind: TokenKind) -> TokenKind {
    let rest = lex.remainder();
    // After an open string the text is wrong anyway; strings then end with their line, so that time stays linear.
    let line = if lex.extras.open_string { rest.find('\n') } else { None };
    let scan = scan_string(line.and_then(|end| rest.get(..end)).unwrap_or(rest));
    let prefix = lex.slice().len();
    let opening = here(lex);
    let Some(end) = scan.end else {
        let suspect = lex.extras.first_multiline;
        lex.extras.open_string = true;
        lex.extras.sink.push_with(|file| messages::open_string(file, opening, suspect));
        // The rest of the line is the string, the next line is read afresh: a forgotten quote is the likely cause.
        lex.bump(rest.find('\n').unwrap_or(rest.len()));
        return K::Invalid;
    };
    lex.bump(end);
    if let Some(at) = scan.broken_escape {
        let span = within(lex, prefix.saturating_add(at), 1);
        lex.extras.sink.push_with(|file| messages::backslash_before_line_end(file, span));
    }
    report_invisible(lex, hides, matches!(kind, K::String | K::Regex));
    if scan.has_line_end && lex.extras.first_multiline.is_none() {
        lex.extras.first_multiline = Some(opening);
    }
    kind
}

/// A number must not run into a word (S1.3a).
fn number(lex: &mut Lexer<'_, Lexeme>) -> TokenKind {
    let glued = word_len(lex.remainder());
    if glued == 0 {
        return K::Number;
    }
    let digits = lex.slice().len();
    lex.bump(glued);
    let (span, text) = (here(lex), lex.slice());
    lex.extras.sink.push_with(|file| messages::number_runs_into_word(file, span, text, digits));
    K::Invalid
}

/// `-` or `+`: a sign of `inf` if that follows as a whole word, else the minus operator or an error.
fn sign(lex: &mut Lexer<'_, Lexeme>) -> TokenKind {
    let rest = lex.remainder();
    let word = word_len(rest);
    if rest.starts_with("inf") && word == "inf".len() {
        lex.bump(word);
        return K::SignedInfinity;
    }
    if lex.slice() == "-" {
        return K::Minus;
    }
    lex.bump(if rest.starts_with(|c: char| c.is_ascii_digit()) { word } else { 0 });
    let (span, text) = (here(lex), lex.slice());
    lex.extras.sink.push_with(|file| messages::plus_sign(file, span, text));
    K::Invalid
}

/// `@result`, `@session` and `@args` are one token, `@` before a field is its own.
fn at(lex: &mut Lexer<'_, Lexeme>) -> TokenKind {
    let rest = lex.remainder();
    let len = word_len(rest);
    let kind = match rest.get(..len) {
        Some("result") => K::AtResult,
        Some("session") => K::AtSession,
        Some("args") => K::AtArgs,
        _ => return K::At,
    };
    lex.bump(len);
    kind
}

/// `.value` is one token, `.` before a field is its own.
fn dot(lex: &mut Lexer<'_, Lexeme>) -> TokenKind {
    let rest = lex.remainder();
    let len = word_len(rest);
    if rest.get(..len) == Some("value") {
        lex.bump(len);
        return K::DotValue;
    }
    K::Dot
}

fn foreign(lex: &mut Lexer<'_, Lexeme>) {
    let (span, text) = (here(lex), lex.slice());
    lex.extras.sink.push_with(|file| messages::foreign(file, span, text));
    report_lone_cr(lex);
}

fn unknown(lex: &mut Lexer<'_, Lexeme>) {
    let (span, text) = (here(lex), lex.slice());
    if text.chars().all(is_bidi_control) {
        return; // reported for itself
    }
    lex.extras.sink.push_with(|file| messages::unknown_character(file, span, text));
}
