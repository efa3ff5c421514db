//! A policy in every form that its patterns can take: with all tables, with few and small ones, with none.
//!
//! Invariant: whatever the form, a question has one answer, and asking it never fails.

use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::automata::{self, Budget};
use sqrt_vm::bytecode::VerifiedProgram;
use sqrt_vm::call::{Call, MetadataInput};
use sqrt_vm::decision::Outcome;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;

/// What one table and all tables may take: the first is how a policy is compiled, smaller than usual, as a try takes as long
/// as its table is large. Without room, every pattern that is no literal text is simulated.
const BUDGETS: [(usize, usize); 3] = [(24 << 10, 512 << 10), (700, 2000), (24 << 10, 0)];

/// The forms of a policy.
pub(super) struct Variants {
    forms: Vec<(Policy, Scratch)>,
}

impl Variants {
    /// Compiles a policy. The error is the compiler's first.
    pub(super) fn new(text: &str) -> Result<Variants, String> {
        Variants::with_limits(text, &Limits::default())
    }

    /// Compiles a policy that is to run with these limits.
    pub(super) fn with_limits(text: &str, limits: &Limits) -> Result<Variants, String> {
        let [(table, tables), smaller @ ..] = BUDGETS;
        let limits = limits.with("pattern_table_bytes", table).expect("it can be set");
        let limits = limits.with("pattern_tables_bytes", tables).expect("it can be set");
        let source = Source { name: "fuzz.sqrt", bytes: text.as_bytes() };
        let compiled = compile(&[source], &Options { limits, no_explanations: true, ..Options::default() });
        let Some(verified) = compiled.program else {
            let first = compiled.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
            return Err(first.map_or("no program, and no error", |error| &error.message).to_owned());
        };
        let rebuilt = smaller.map(|(table, tables)| {
            let mut program = verified.program().clone();
            automata::build(&mut program, Budget::new(table, tables)).expect("it was built before");
            VerifiedProgram::new(program).expect("what was built is sound")
        });
        let form = |verified| {
            let policy = Policy::new(verified, limits).expect("it is within the limits");
            let scratch = Scratch::new(&policy);
            (policy, scratch)
        };
        Ok(Variants { forms: [verified].into_iter().chain(rebuilt).map(form).collect() })
    }

    /// The forms, each with memory to decide in.
    pub(super) fn each(&mut self) -> impl Iterator<Item = (&Policy, &mut Scratch)> {
        self.forms.iter_mut().map(|(policy, scratch)| (&*policy, scratch))
    }

    /// Whether a call with the argument `x`, a string with these tags, is denied.
    pub(super) fn denies(&mut self, tool: &str, x: &str, tags: &[&str]) -> bool {
        let mut builder = Call::builder(tool);
        builder.arg_with("x", x, MetadataInput::default().with_tags(tags));
        let call = builder.call();
        let mut answers = self.each().map(|(policy, scratch)| {
            let decision = policy.evaluate(&mut Session::new(policy), &call, None, scratch);
            assert_eq!(decision.failure(), None, "{tool} on {x:?}");
            decision.outcome() == Outcome::Deny
        });
        let first = answers.next().expect("there is a form");
        assert!(answers.all(|answer| answer == first), "{tool} on {x:?}: the forms differ");
        first
    }
}
