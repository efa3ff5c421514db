//! Where a thing is mentioned: a let, an argument of a tool, a tool, or a string of metadata.

use sqrt_compiler::syntax::ast::Field;

use super::document::{Document, Place, Policy};
use super::index::{Mention, What};
use super::places::{FieldsOfLets, unquoted};

/// A mention in the file at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub place: Place,
    /// Whether the thing is declared or changed here.
    pub is_write: bool,
}

/// All mentions of what is mentioned at an offset, in the order of files and places; declarations only if they are wanted.
pub fn references(policy: Policy<'_>, file: usize, offset: u32, with_declaration: bool) -> Vec<Place> {
    let found = mentions(policy, file, offset);
    let wanted = found.into_iter().filter(|found| with_declaration || !found.is_write);
    wanted.map(|found| found.place).collect()
}

/// The mentions in the same file.
pub fn highlights(policy: Policy<'_>, file: usize, offset: u32) -> Vec<Highlight> {
    let mut found = mentions(policy, file, offset);
    found.retain(|found| found.place.file == file);
    found
}

fn mentions(policy: Policy<'_>, file: usize, offset: u32) -> Vec<Highlight> {
    let Some(document) = policy.document(file) else { return Vec::new() };
    let wants =
        |mention: &Mention| mention.what.is_name() || matches!(mention.what, What::Tool(_) | What::Text(_));
    let Some(mention) = document.mention_at(offset, wants) else { return Vec::new() };
    let text = document.slice(mention.span);
    let all = policy.mentions();
    let same_text = all.filter(|(_, document, other)| document.slice(other.span) == text);
    let highlight = |(file, _, other): (usize, &Document, &Mention)| Highlight {
        place: Place { file, span: other.span },
        is_write: matches!(other.what, What::LetName(_) | What::Tool(_)),
    };
    match mention.what {
        What::LetName(_) | What::LetUse(_) => {
            same_text.filter(|(_, _, other)| other.what.is_let()).map(highlight).collect()
        }
        What::Tool(_) => {
            same_text.filter(|(_, _, other)| matches!(other.what, What::Tool(_))).map(highlight).collect()
        }
        What::Argument => {
            let tool = tool_of(document, mention);
            let is_same = |(_, document, other): &(usize, &Document, &Mention)| {
                other.what == What::Argument && tool_of(document, other) == tool
            };
            same_text.filter(is_same).map(highlight).collect()
        }
        _ => texts(policy, document, mention).into_iter().map(highlight).collect(),
    }
}

/// The tool id as it is written, of the block that a mention stands in.
fn tool_of<'d>(document: &'d Document, mention: &Mention) -> Option<&'d str> {
    let id = document.index().tools.get(mention.declaration as usize)?;
    id.map(|(span, _)| document.slice(span))
}

/// The same string in the same fields of metadata; for a value, the same string among values.
fn texts<'d>(
    policy: Policy<'d>,
    document: &Document,
    mention: &Mention,
) -> Vec<(usize, &'d Document, &'d Mention)> {
    let fields = FieldsOfLets::new(policy);
    let wanted = fields.of_text(document, mention);
    let text = unquoted(document.slice(mention.span));
    let is_same = |(_, document, other): &(usize, &Document, &Mention)| {
        let is_text = matches!(other.what, What::Text(_));
        if !is_text || unquoted(document.slice(other.span)) != text {
            return false;
        }
        let found = fields.of_text(document, other);
        let shares = |field: &Field| wanted.contains(field);
        if wanted.is_empty() { found.is_empty() } else { found.iter().any(shares) }
    };
    policy.mentions().filter(is_same).collect()
}
