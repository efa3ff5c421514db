//! What is wrong with a policy and what is doubtful, for each of its files.

use sqrt_compiler::diagnostics::{Diagnostic, Severity};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::{Options, Source, analyse};

use super::document::{Place, Policy};
use super::fixes::{Fix, fix_of};

/// Something to tell about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// Error or warning.
    pub severity: Severity,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, and the way out if there is one.
    pub message: String,
    /// Other places that matter, with what to say of them.
    pub related: Vec<(Place, String)>,
    /// Whether the text has no effect and can be shown faded.
    pub is_unnecessary: bool,
    /// How to mend it, where that is certain.
    pub fix: Option<Fix>,
}

/// All findings of the compiler, in the order of files and places.
pub fn findings(policy: Policy<'_>, limits: &Limits) -> Vec<Finding> {
    let sources: Vec<Source<'_>> = policy
        .documents()
        .iter()
        .map(|document| Source { name: document.name(), bytes: document.text().as_bytes() })
        .collect();
    let analysed = analyse(&sources, &Options { limits: *limits, ..Options::default() });
    analysed.checked.diagnostics.iter().map(|found| finding(policy, found)).collect()
}

fn finding(policy: Policy<'_>, found: &Diagnostic) -> Finding {
    let place = Place { file: found.primary.file.0 as usize, span: found.primary.span };
    let mut message = found.message.clone();
    if let Some(help) = &found.help {
        message.push('\n');
        message.push_str(help);
    }
    let related = found
        .secondary
        .iter()
        .map(|label| (Place { file: label.file.0 as usize, span: label.span }, label.text.clone()));
    Finding {
        place,
        severity: found.severity(),
        code: found.code.as_str(),
        message,
        related: related.filter(|(_, text)| !text.is_empty()).collect(),
        is_unnecessary: false,
        fix: fix_of(policy, found),
    }
}
