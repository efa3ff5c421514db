//! `sqrt lsp`: the language server, which speaks the Language Server Protocol over standard input and output.
//!
//! One thread reads messages, one works on them in their order; what a feature is stands in `sqrt_authoring::editor`, and here
//! only how it is asked for and answered.
//!
//! Invariants: a message that is none is answered by an error or skipped, and never ends the server; a message is bounded by the
//! limit of a source text; nothing but the protocol is written to standard output.

mod capabilities;
mod checked;
mod convert;
mod files;
mod project;
mod publish;
mod queue;
mod requests;
mod server;
mod settings;
mod text;
mod wire;
mod workspace;

use crate::args::LspArgs;
use crate::limits;
use crate::output::{Output, Status, Stop};

use queue::Queue;
use server::{End, Server};
use settings::Settings;

/// Serves until the editor says that it is done, or goes away.
pub(crate) fn run(args: &LspArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    let settings = Settings { together: args.together, tools: args.tools.tools.clone() };
    let queue = Queue::of_stdin(wire::longest_message(&limits))?;
    let end = Server::new(limits, settings, output).serve(queue)?;
    // The protocol wants 1 where the end was not announced.
    if end == End::Unannounced {
        output.worsen(Status::NotFine);
    }
    Ok(())
}
