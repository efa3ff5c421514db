//! What an editor shows and does with policies: text in, features out, places in bytes. The language server of the command
//! speaks the protocol around it.
//!
//! Names are looked up on the syntax tree, which is there for every text, so a file with mistakes keeps its features. Each
//! feature is a file here, a function of the policy and a place.

mod completion;
mod definition;
mod diagnostics;
mod document;
mod fixes;
mod folding;
mod hover;
mod index;
mod inlay_hints;
mod known;
mod places;
mod references;
mod rename;
mod search;
mod selection;
mod semantic_tokens;
mod suppress;
mod symbols;
mod walk;
mod words;

pub use completion::{Completion, CompletionKind, completions};
pub use definition::definition;
pub use diagnostics::{Finding, findings};
pub use document::{Document, Place, Policy};
pub use fixes::{Edit, Fix, fixes, touching};
pub use folding::{Fold, FoldKind, folds};
pub use hover::{Hover, hover};
pub use inlay_hints::{Hint, hints};
pub use known::Surroundings;
pub use references::{Highlight, highlights, references};
pub use rename::{RenameError, prepare_rename, rename};
pub use search::search;
pub use selection::selections;
pub use semantic_tokens::{Painted, Role, semantic_tokens};
pub use suppress::{Suppression, suppressions};
pub use symbols::{Symbol, SymbolKind, symbols};
