//! The messages of the lexer and the parser, one function each, in author's terms.
//!
//! They take what the parser saw (spans, texts, token kinds) and guess at the likely mistake; they know nothing of the
//! parser's state. `found` is the current token as [`super::quote`] shows it.

mod block;
mod condition;
mod declaration;
mod set;
mod text;

pub(crate) use block::*;
pub(crate) use condition::*;
pub(crate) use declaration::*;
pub(crate) use set::*;
pub(crate) use text::*;

use super::{Code, Diagnostic, quote};
use crate::syntax::token::{FileId, Span};

/// Kinds of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    Tool,
    Result,
    Session,
    When,
}

/// Where a doc comment stands that describes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocPlace {
    EndOfFile,
    EndOfBlock,
    InWhen,
    Inside,
}

/// Something else than the grammar asks for.
pub(crate) fn unexpected(file: FileId, span: Span, found: &str, expected: &str) -> Diagnostic {
    Diagnostic::new(Code::Unexpected, file, span, format!("expected {expected}, found {found}"))
}

/// A statement without its `;`.
pub(crate) fn missing_semicolon(file: FileId, span: Span) -> Diagnostic {
    Diagnostic::new(Code::MissingSemicolon, file, span, "a `;` is missing here")
        .help("end the statement with `;`")
}

/// `///` where no description belongs.
pub(crate) fn misplaced_doc(file: FileId, span: Span, place: DocPlace) -> Diagnostic {
    let message = match place {
        DocPlace::EndOfFile => "this doc comment describes nothing: the file ends after it",
        DocPlace::EndOfBlock => "this doc comment describes nothing: the block ends after it",
        DocPlace::InWhen => "a doc comment cannot describe an update within `when`",
        DocPlace::Inside => "a doc comment cannot stand within a declaration, rule or statement",
    };
    let help = match place {
        DocPlace::InWhen => "write `//`, or describe the whole `when` before it",
        _ => "write `//` for an ordinary comment",
    };
    Diagnostic::new(Code::MisplacedDoc, file, span, message).help(help)
}

/// `must deny always; /// why`, with something after it that gets the description.
pub(crate) fn trailing_doc(file: FileId, span: Span) -> Diagnostic {
    let message = "this doc comment describes what follows, not what stands before it";
    Diagnostic::new(Code::TrailingDoc, file, span, message)
        .help("move it to a line before what it describes, or write `//` for an ordinary comment")
}

/// Too deep parentheses and `not`s.
pub(crate) fn nesting_too_deep(file: FileId, span: Span, limit: usize) -> Diagnostic {
    let message =
        format!("more than {limit} parentheses and `not` within each other, which is the limit `nesting`");
    Diagnostic::new(Code::NestingTooDeep, file, span, message)
        .help("name parts of the condition with `let`, and drop parentheses that change nothing")
}

/// The parser's guard against running on.
pub(crate) fn too_many_steps(file: FileId, span: Span, limit: usize) -> Diagnostic {
    let message = format!("the text has more tokens than the limit `parse_steps` of {limit}");
    Diagnostic::new(Code::TooManySteps, file, span, message)
        .help("split the policy into several files, which are compiled together, or raise the limit (`--limit parse_steps=…`)")
}

/// A set literal of too many elements; the place is that of the first beyond the limit.
pub(crate) fn too_many_elements(file: FileId, span: Span, limit: usize) -> Diagnostic {
    let message = format!("the set has more elements than the limit `set_elements` of {limit}");
    Diagnostic::new(Code::TooManyElements, file, span, message).help(
        "say it with a pattern, make it several conditions, or raise the limit (`--limit set_elements=…`)",
    )
}

/// The keyword that a word may have been meant as: other case, glued to the next word, or a slip of the finger.
fn meant(word: &str, keywords: &[&str]) -> Option<String> {
    if word.is_empty() || word.len() > 40 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    if let Some(keyword) = keywords.iter().find(|&&k| k == lower) {
        return (lower != word).then(|| format!("keywords are in lower case: `{keyword}`"));
    }
    let glued = keywords.iter().filter(|k| k.len() > 1 && word.len() > k.len()).find_map(|keyword| {
        let rest = word.strip_prefix(keyword)?;
        let follows = FOLLOWERS.contains(&rest) || rest.bytes().all(|b| b.is_ascii_digit());
        follows.then(|| format!("put a space between: `{keyword} {rest}`"))
    });
    if glued.is_some() {
        return glued;
    }
    let near = keywords.iter().filter(|k| k.len() > 2).find(|k| is_near(&lower, k))?;
    Some(format!("did you mean `{near}`?"))
}

/// Keywords that often follow another one, for words that were glued together.
const FOLLOWERS: &[&str] = &[
    "allow",
    "deny",
    "when",
    "always",
    "of",
    "empty",
    "universal",
    "before",
    "after",
    "from",
    "args",
    "in",
    "not",
    "matching",
    "like",
    "length",
    "true",
    "false",
    "tags",
    "producers",
    "consumers",
    "inf",
    "r",
    "w",
    "d",
];

/// Whether two words differ by one slip: a letter more, less or other, or two swapped.
fn is_near(word: &str, keyword: &str) -> bool {
    let (a, b) = (word.as_bytes(), keyword.as_bytes());
    if a.len().abs_diff(b.len()) > 1 || a == b {
        return false;
    }
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (Some(a), Some(b)) = (a.get(prefix..), b.get(prefix..)) else { return false };
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len().saturating_sub(suffix)), b.get(..b.len().saturating_sub(suffix)));
    match (a.unwrap_or(&[]), b.unwrap_or(&[])) {
        ([], [_]) | ([_], []) | ([_], [_]) => true,
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_near, meant};

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        for (word, near) in
            [("dney", true), ("den", true), ("denyy", true), ("dany", true), ("deny", false), ("x", false)]
        {
            assert_eq!(is_near(word, "deny"), near, "{word}");
        }
        assert_eq!(meant("MUST", &["must"]).unwrap(), "keywords are in lower case: `must`");
        assert_eq!(meant("mustdeny", &["must"]).unwrap(), "put a space between: `must deny`");
        assert_eq!(meant("int5", &["int"]).unwrap(), "put a space between: `int 5`");
        assert_eq!(meant("interest", &["int"]), None);
    }
}
