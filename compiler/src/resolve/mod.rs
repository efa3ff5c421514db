//! From syntax trees to the typed intermediate representation, with all static errors and warnings.
//!
//! First come names, over all files together: which lets there are, what kind each is, whether they go in a round, and
//! whether what is mentioned has a meaning where it is mentioned (`names.rs`, `places.rs`). Then trees are lowered to the
//! tables of the policy, lets on demand and once per kind of place (`lowering.rs`), literals decoded, and what is used
//! for what is checked. Last, warnings that need the whole policy (`lints/`).
//!
//! Invariants: nothing here panics or recurses to a depth that the text controls; every problem is reported, once, at
//! the place where it is wrong, with the place inside a let beside it.

mod blocks;
mod conditions;
mod cycles;
mod decode;
mod elements;
mod lets;
mod lints;
mod literals;
mod lowering;
mod mentions;
mod names;
mod places;
mod ranges;
mod set_rules;
mod sets;
mod similar;
mod sink;
mod source;
mod tables;
mod updates;

#[cfg(test)]
mod tests;

use crate::diagnostics::Diagnostic;
use crate::diagnostics::limits::too_many_blocks;
use crate::ir::{File, Policy, Priority};
use crate::limits::Limits;
use crate::syntax::Parsed;
use crate::syntax::token::FileId;
use lowering::Lowering;
use names::Names;
use similar::Similar;
pub use similar::nearest;
use sink::Sink;
use source::Source;

/// The pattern that a regex string stands for (S1.6), by the text between its quotes.
pub fn regex_text(raw: &str) -> String {
    decode::regex::decode(raw).pattern
}

/// A parsed file.
#[derive(Debug, Clone, Copy)]
pub struct ResolveInput<'a> {
    /// Its id in diagnostics.
    pub id: FileId,
    /// The path as given, or `preset:NAME`.
    pub name: &'a str,
    /// `Some(rank)` for a preset.
    pub preset: Option<u32>,
    /// The text.
    pub source: &'a str,
    /// The tree of the text.
    pub parsed: &'a Parsed<'a>,
}

/// Resolves the files of a policy together; presets come last.
///
/// The policy is to be used only if neither these diagnostics nor those of the parser have an error: in the place of
/// what has no meaning there are placeholders. Diagnostics are ordered by file and place.
pub fn resolve(files: &[ResolveInput<'_>], limits: &Limits) -> (Policy, Vec<Diagnostic>) {
    let sources: Vec<Source<'_>> = files.iter().map(Source::new).collect();
    let mut sink = Sink::new(limits.diagnostics());
    let mut similar = Similar::new();
    let mut names = Names::collect(&sources, &mut similar, &mut sink);
    places::check(&sources, &mut names, &mut similar, &mut sink);
    let mut lowering = Lowering::new(&names, &mut sink, limits);
    lowering.check_lets();
    lowering.list_lets();
    for source in &sources {
        lowering.blocks(source);
    }
    lowering.count_expressions();
    let mut policy = lowering.tables.policy;
    let own = policy.blocks.iter().filter(|block| matches!(block.priority, Priority::Number(_)));
    if let Some(first) = own.clone().nth(limits.tool_blocks()) {
        let (origin, count) = (first.position.origin, own.count());
        sink.report(too_many_blocks(origin.file, origin.span, count, limits.tool_blocks()));
    }
    let file =
        |input: &ResolveInput<'_>| File { id: input.id, name: input.name.to_owned(), preset: input.preset };
    policy.files = files.iter().map(file).collect();
    lints::run(&policy, &mut sink);
    let order: Vec<FileId> = files.iter().map(|input| input.id).collect();
    (policy, sink.finish(&order))
}
