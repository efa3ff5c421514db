//! What a case of abuse is, and the families of cases.
//!
//! Invariant: a case asserts itself what must come of it; the parent asserts the bound on memory.

use crate::command::Sqrt;

/// A case.
pub(crate) struct Case {
    /// Its name, unique.
    pub(crate) name: &'static str,
    /// What is attempted.
    pub(crate) attempt: &'static str,
    /// What must come of it.
    pub(crate) outcome: &'static str,
    /// What it may take.
    pub(crate) memory: Memory,
    pub(crate) run: Run,
}

/// How a case runs.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// In its process; the size of the input, in bytes, comes out.
    Engine(fn() -> usize),
    /// Through the command, whose memory counts.
    Command(fn(&mut Sqrt) -> usize),
}

/// A bound on the memory at the peak, beyond what a process has that does nothing: so many times the input and so many MiB. The input
/// itself, and what the test makes of it, count too.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) times: usize,
    pub(crate) mib: usize,
}

impl Memory {
    /// The bound in bytes for an input of this many bytes.
    pub(crate) fn bytes(self, input: usize) -> usize {
        self.times * input + (self.mib << 20)
    }
}

/// `times` the input and some room for the process.
pub(crate) const fn times(times: usize) -> Memory {
    Memory { times, mib: 24 }
}

/// So many MiB, whatever the input.
pub(crate) const fn mib(mib: usize) -> Memory {
    Memory { times: 0, mib }
}

/// Cases about one thing.
pub(crate) struct Family {
    pub(crate) title: &'static str,
    pub(crate) cases: &'static [Case],
}

/// All families, in the order of the page.
pub(crate) const FAMILIES: &[Family] = &[
    crate::policy_text::FAMILY,
    crate::patterns::FAMILY,
    crate::json::FAMILY,
    crate::values::FAMILY,
    crate::names::FAMILY,
    crate::metadata::FAMILY,
    crate::images::FAMILY,
    crate::order::FAMILY,
    crate::command::FAMILY,
];

/// The case of this name.
pub(crate) fn find(name: &str) -> &'static Case {
    let mut cases = FAMILIES.iter().flat_map(|family| family.cases);
    cases.find(|case| case.name == name).unwrap_or_else(|| panic!("no case is called {name}"))
}
