//! Any text as a policy: diagnostics, or a program that the verifier accepts, and the optimisations change nothing about
//! which.

use sqrt_compiler::diagnostics::Code;
use sqrt_compiler::{Options, Passes, Source, compile};

pub(super) fn run(bytes: &[u8]) {
    let source = Source { name: "fuzz.sqrt", bytes };
    let optimised = compile(&[source], &Options::default());
    let plain = compile(&[source], &Options { passes: Passes::none(), ..Options::default() });
    for compiled in [&optimised, &plain] {
        assert!(compiled.diagnostics.iter().all(|diagnostic| diagnostic.code != Code::Internal));
        assert_eq!(compiled.program.is_some(), !compiled.has_errors());
    }
    assert_eq!(optimised.diagnostics, plain.diagnostics);
}
