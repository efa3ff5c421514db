//! Any bytes as a policy file: no panic, every problem has its place inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::{Source, check_syntax};

fuzz_target!(|bytes: &[u8]| {
    let checked = check_syntax(Source { name: "fuzz.sqrt", bytes }, &Limits::default());
    let length = checked.files.first().map_or(0, |file| file.text.len());
    for diagnostic in &checked.diagnostics {
        let span = diagnostic.primary.span;
        assert!(span.start <= span.end && span.end as usize <= length, "{diagnostic:?}");
    }
});
