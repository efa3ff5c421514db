//! Any bytes as a policy file: no panic, and every problem has its place inside the text.

use sqrt_compiler::limits::Limits;
use sqrt_compiler::{Source, check_syntax};

pub(super) fn run(bytes: &[u8]) {
    let checked = check_syntax(Source { name: "fuzz.sqrt", bytes }, &Limits::default());
    let length = checked.files.first().map_or(0, |file| file.text.len());
    for diagnostic in &checked.diagnostics {
        let span = diagnostic.primary.span;
        assert!(span.start <= span.end && span.end as usize <= length, "{diagnostic:?}");
    }
}
