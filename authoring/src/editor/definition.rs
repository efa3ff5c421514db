//! Where a name is declared.

use super::document::{Place, Policy};
use super::index::What;

/// The declarations of the let at an offset; several if it is declared twice by mistake.
pub fn definition(policy: Policy<'_>, file: usize, offset: u32) -> Vec<Place> {
    let Some(document) = policy.document(file) else { return Vec::new() };
    let Some(mention) = document.mention_at(offset, |mention| mention.what.is_let()) else {
        return Vec::new();
    };
    if let What::LetName(_) = mention.what {
        return vec![Place { file, span: mention.span }];
    }
    let lets = policy.lets_called(document.slice(mention.span));
    lets.map(|(file, found)| Place { file, span: found.name_span }).collect()
}
