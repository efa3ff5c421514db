//! Messages about text and tokens.

use crate::diagnostics::{Code, Diagnostic, quote};
use crate::syntax::token::{FileId, Span};

/// A text of more bytes than the limit.
pub(crate) fn source_too_long(file: FileId, bytes: usize, limit: usize) -> Diagnostic {
    let message = format!("the text has {bytes} bytes, and the limit `source_bytes` is {limit}");
    Diagnostic::new(Code::SourceTooLong, file, Span::default(), message)
        .help("split the policy into several files, which are compiled together, or raise the limit (`--limit source_bytes=…`)")
}

/// A byte that is not UTF-8.
pub(crate) fn invalid_utf8(file: FileId, span: Span, byte: u8) -> Diagnostic {
    let message = format!("byte 0x{byte:02X} at offset {} is not UTF-8", span.start);
    Diagnostic::new(Code::InvalidUtf8, file, span, message).help("save the file as UTF-8")
}

/// A bidirectional control character.
pub(crate) fn bidi_control(file: FileId, span: Span, c: char) -> Diagnostic {
    let code = u32::from(c);
    let message = format!("the invisible character U+{code:04X} changes the order in which text is shown");
    let help =
        format!("remove it; in a string, write `\\u{{{code:x}}}` if the policy is about this character");
    Diagnostic::new(Code::BidiControl, file, span, message).help(help)
}

/// A character of a string or a comment that does not show; `escape` is whether the string has `\u{…}`.
pub(crate) fn invisible(file: FileId, span: Span, c: char, escape: bool) -> Diagnostic {
    let code = u32::from(c);
    let message = format!("the character U+{code:04X} does not show");
    let help = match escape {
        true => format!("remove it, or write `\\u{{{code:x}}}` if it is meant"),
        false => "remove it".to_owned(),
    };
    Diagnostic::new(Code::InvisibleCharacter, file, span, message).help(help)
}

/// A carriage return without a line feed.
pub(crate) fn lone_cr(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::LoneCarriageReturn,
        file,
        span,
        "a carriage return without a line feed ends no line",
    )
    .help("save the file with LF or CRLF line ends; in a string, write `\\r`")
}

/// `/*` without `*/`.
pub(crate) fn open_comment(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::OpenComment, file, span, "this comment is never closed")
        .help("close it with `*/`, or begin it with `//` if it is one line")
}

/// A string without its closing quote; `suspect` is the first string that spans lines.
pub(crate) fn open_string(file: FileId, span: Span, suspect: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::OpenString, file, span, "this string is never closed");
    match suspect {
        None => diagnostic.help("add the closing `\"`; a quote within a string is written `\\\"`"),
        Some(suspect) => diagnostic
            .also(file, suspect, "this string spans lines")
            .help("an earlier string may lack its closing `\"`; look where strings span lines"),
    }
}

/// A backslash right before a line feed.
pub(crate) fn backslash_before_line_end(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::OpenString,
        file,
        span,
        "a backslash cannot stand right before a line end in a string",
    )
    .help("remove the backslash (a string may span lines), or write `\\\\` for a backslash")
}

/// `5and`, `1e5`, `1_000`: digits and a word in one.
pub(crate) fn number_runs_into_word(file: FileId, span: Span, text: &str, digits: usize) -> Diagnostic {
    let shown = quote(text);
    let (number, word) = text.split_at_checked(digits).unwrap_or((text, ""));
    let is_exponent = word.trim_start_matches(['e', 'E']).bytes().all(|b| b.is_ascii_digit());
    if word.starts_with(['e', 'E']) && is_exponent {
        let message = format!("{shown} is not how numbers are written here");
        return Diagnostic::new(Code::BadNumber, file, span, message)
            .help("write all digits: numbers have no exponent");
    }
    if word.starts_with('_') && word.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
        let message = format!("{shown} is not how numbers are written here");
        return Diagnostic::new(Code::BadNumber, file, span, message)
            .help(format!("write the digits without `_`: `{}`", text.replace('_', "")));
    }
    if number == "0" && word.starts_with(['x', 'X', 'b', 'B', 'o', 'O']) {
        let message = format!("{shown} is not how numbers are written here");
        return Diagnostic::new(Code::BadNumber, file, span, message)
            .help("write the number in decimal: `255` for `0xff`");
    }
    let message = format!("{shown} is neither a number nor a word");
    let spaced = quote(&format!("{number} {word}"));
    Diagnostic::new(Code::GluedWords, file, span, message)
        .help(format!("put a space between ({spaced}); names do not begin with a digit"))
}

/// `+5`, `+`.
pub(crate) fn plus_sign(file: FileId, span: Span, text: &str) -> Diagnostic {
    if let Some(number) = text.strip_prefix('+').filter(|rest| !rest.is_empty()) {
        return Diagnostic::new(Code::BadNumber, file, span, format!("{} has a plus sign", quote(text)))
            .help(format!("write {}", quote(number)));
    }
    Diagnostic::new(Code::ForeignSyntax, file, span, "there is no operator `+`")
        .help("sets are joined by `|` (or `union`), an element is added by `with`")
}

/// An operator or a form of another language.
pub(crate) fn foreign(file: FileId, span: Span, text: &str) -> Diagnostic {
    let (message, help) = match text {
        "&&" => ("conditions are not joined by `&&`", "write `and`; sets are intersected by `&`"),
        "||" => ("conditions are not joined by `||`", "write `or`; sets are joined by `|`"),
        "===" => ("there is no operator `===`", "write `==`"),
        "!=" => ("there is no operator `!=`", "write `not a == b`; `not` stands before the whole comparison"),
        "!" => ("there is no operator `!`", "write `not`"),
        "<" | "<=" | ">" | ">=" => (
            "values are not compared by `<` and `>`",
            "test a value against a range: `x.value in {int 1..10}`, `{float ..<0.5}`, `{int 5<..}`",
        ),
        "=>" => ("there is no `=>`", "the arrow of a shorthand is `->`"),
        "+=" => ("there is no operator `+=`", "write `|=` to add elements to a set"),
        ":=" => ("there is no operator `:=`", "write `=`"),
        ":" => (
            "there is no `:` outside of strings",
            "write `priority 5;`, `let NAME = …;`, `tool … -> …;`; a tag like `a:b` is a string: `\"a:b\"`",
        ),
        "*" => (
            "there is no `*` outside of strings",
            "every tool is `tool r\".*\"`, the universal set is `{\"*\"}`, a wildcard is `w\"a*\"`",
        ),
        _ if text.starts_with('\'') => {
            ("strings do not stand in single quotes", "write it in double quotes: `\"…\"`")
        }
        _ if text.starts_with('#') => ("comments do not begin with `#`", "begin the comment with `//`"),
        _ => return unknown_character(file, span, text),
    };
    Diagnostic::new(Code::ForeignSyntax, file, span, message).help(help)
}

/// Characters that begin no token.
pub(crate) fn unknown_character(file: FileId, span: Span, text: &str) -> Diagnostic {
    let shown = if text == "`" { "backtick".to_owned() } else { quote(text) };
    let message = format!("unexpected {shown}");
    let diagnostic = Diagnostic::new(Code::UnknownCharacter, file, span, message);
    let Some(first) = text.chars().next() else { return diagnostic };
    match first {
        '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’' | '′' | '″' => {
            diagnostic.help("strings stand in plain double quotes: `\"…\"`")
        }
        '–' | '—' | '−' | '‐' | '‑' => diagnostic.help("write a plain `-`"),
        '\u{b}'
        | '\u{85}'
        | '\u{a0}'
        | '\u{2000}'..='\u{200d}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{3000}'
        | '\u{feff}' => diagnostic.help("this character does not show; use plain spaces and line ends"),
        _ if first.is_numeric() => diagnostic.help("digits are ASCII: `0` to `9`"),
        _ if first.is_alphabetic() => {
            diagnostic.help("names are made of ASCII letters, digits and `_`; other text stands in strings")
        }
        '\'' | '`' => diagnostic.help("strings stand in double quotes: `\"…\"`"),
        '~' => diagnostic.help("a value is tested against a pattern by `in`: `x.value in {r\"…\"}`"),
        '/' => diagnostic.help("a regex is `r\"…\"`, a comment `// …` or `/* … */`"),
        '\\' => diagnostic.help("a backslash has a meaning in strings only"),
        _ => diagnostic.help("only strings and comments may contain this character"),
    }
}
