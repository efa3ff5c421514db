//! Renaming a let in all files of the policy.
//!
//! Invariant: a rename changes nothing but the name. It is tried before it is given away: where the new name would be read as a
//! word of the language (no word is reserved, S1.4), or as another let, it is refused.

use std::fmt;

use sqrt_compiler::limits::Limits;
use sqrt_vm::visible::quote;

use super::document::{Document, Place, Policy};
use super::fixes::{Edit, with_edits};
use super::index::{Mention, What};

/// Why something is not renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameError {
    /// There is no let here.
    NoLet,
    /// The name of the let is used, but not declared.
    Undeclared(String),
    /// The new name is none.
    NoName(String),
    /// A let has the name.
    Taken(String),
    /// With this name the text would mean something else.
    ReadOtherwise(String),
}

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLet => f.write_str("only lets can be renamed, and here is none"),
            Self::Undeclared(name) => write!(f, "no let is called {}, so it cannot be renamed", quote(name)),
            Self::NoName(name) => write!(
                f,
                "{} is no name: a name begins with a letter or `_` and goes on with letters, digits and `_`",
                quote(name)
            ),
            Self::Taken(name) => write!(f, "there is a let called {} already", quote(name)),
            Self::ReadOtherwise(name) => {
                write!(f, "{} would be read as a word of the language where the let is used", quote(name))
            }
        }
    }
}

impl std::error::Error for RenameError {}

/// The name at an offset, if it can be renamed.
///
/// # Errors
/// If there is no let here, or none that is declared.
pub fn prepare_rename(policy: Policy<'_>, file: usize, offset: u32) -> Result<Place, RenameError> {
    let document = policy.document(file).ok_or(RenameError::NoLet)?;
    let is_let = |mention: &Mention| mention.what.is_let();
    let mention = document.mention_at(offset, is_let).ok_or(RenameError::NoLet)?;
    let name = document.slice(mention.span);
    if policy.lets_called(name).next().is_none() {
        return Err(RenameError::Undeclared(name.to_owned()));
    }
    Ok(Place { file, span: mention.span })
}

/// The edits that rename the let at an offset, in the order of files and places.
///
/// # Errors
/// If there is no let, or the new name cannot be its name.
pub fn rename(
    policy: Policy<'_>,
    file: usize,
    offset: u32,
    new: &str,
    limits: &Limits,
) -> Result<Vec<Edit>, RenameError> {
    let place = prepare_rename(policy, file, offset)?;
    let old = policy.document(file).map_or("", |document| document.slice(place.span));
    if !is_name(new) {
        return Err(RenameError::NoName(new.to_owned()));
    }
    if new == old {
        return Ok(Vec::new());
    }
    let is_mentioned = |(_, document, mention): (usize, &Document, &Mention)| {
        mention.what.is_let() && document.slice(mention.span) == new
    };
    if policy.mentions().any(is_mentioned) {
        return Err(RenameError::Taken(new.to_owned()));
    }
    let mentions = policy
        .mentions()
        .filter(|(_, document, mention)| mention.what.is_let() && document.slice(mention.span) == old);
    let edits: Vec<Edit> = mentions
        .map(|(file, _, mention)| Edit { place: Place { file, span: mention.span }, text: new.to_owned() })
        .collect();
    for (file, document) in policy.documents().iter().enumerate() {
        let own: Vec<Edit> = edits.iter().filter(|edit| edit.place.file == file).cloned().collect();
        if !own.is_empty() && !says_the_same(document, &own, old, new, limits) {
            return Err(RenameError::ReadOtherwise(new.to_owned()));
        }
    }
    Ok(edits)
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a file mentions the same things after the edits, but for the name.
fn says_the_same(document: &Document, edits: &[Edit], old: &str, new: &str, limits: &Limits) -> bool {
    let renamed = Document::new("", &with_edits(document, edits), limits);
    let mentions = |document: &Document, from: &str, to: &str| -> Vec<(What, String)> {
        let mentions = document.index().mentions.iter();
        let said = mentions.map(|mention| {
            let text = document.slice(mention.span);
            let is_renamed = mention.what.is_let() && text == from;
            // Some mentions span others; what is in them is compared for itself.
            let text = if is_renamed {
                to
            } else if mention.what.is_name() {
                text
            } else {
                ""
            };
            (mention.what, text.to_owned())
        });
        said.collect()
    };
    renamed.syntax().diagnostics().len() == document.syntax().diagnostics().len()
        && mentions(document, old, new) == mentions(&renamed, new, new)
}
