//! `sqrt explain`: a policy and calls in, why one of the calls was decided as it was out.
//!
//! Invariants: the calls before the one that is explained are decided in their order; a line that is no valid call changes no
//! session, is told, and makes the status 2. Memory is bounded by the live sessions and one line.

mod lines;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqrt_authoring::explain::{Explainer, Explanation, Options, Paint, page, tree};
use sqrt_vm::policy::Policy;

use crate::args::{ExplainArgs, ExplainFormat};
use crate::input;
use crate::json::write_line;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell_failure};
use crate::program::{PolicyInputs, cannot_run};
use crate::replace::{replace_file, same_file};
use crate::terminal::stdout_is_coloured;
use lines::{Lines, Wanted};

/// Explains the call that is asked for.
pub(crate) fn run(args: &ExplainArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    let calls_path = args.calls.clone().unwrap_or_else(|| PathBuf::from("-"));
    let all = args.policies.iter().chain(&args.settings.x_policy).chain([&calls_path]);
    input::stdin_at_most_once(all.clone()).map_err(|failure| match args.calls {
        None => failure.help("the calls come from there too, unless `--calls FILE` says otherwise"),
        Some(_) => failure,
    })?;
    refuse_to_replace(args.output.as_deref(), all)?;
    let calls = input::open(&calls_path)?;
    let Some(inputs) = PolicyInputs::read(&args.policies, args.settings.x_policy.as_deref(), limits, output)?
    else {
        return Ok(());
    };
    let Some(program) = inputs.program(&args.settings, true, output)? else { return Ok(()) };
    let policy = match Policy::new(program, limits) {
        Ok(policy) => Arc::new(policy),
        Err(error) => {
            tell_failure(&cannot_run(&error));
            output.worsen(Status::NotFine);
            return Ok(());
        }
    };
    if !Explainer::can_explain(&policy) {
        let failure = Failure::new("the image was compiled without explanations");
        return Err(failure.help("compile it without `--no-explanations`, or give the policy files").into());
    }
    let statements = inputs.statements();
    input::tell_if_typed(&calls_path, "calls, one JSON object a line,");
    let wanted = match (args.call, &args.session) {
        (Some(line), _) => Wanted::Line(line),
        (None, Some(session)) => Wanted::LastOf(session),
        (None, None) => Wanted::Last,
    };
    let options = Options { show_values: args.show_values, full: args.full };
    let mut explainer = Explainer::new(Arc::clone(&policy), statements);
    let lines = Lines { path: &calls_path, limits: policy.limits(), wanted, options };
    let explanation = lines.explain(calls, &mut explainer, output)?;
    write(args, &explanation, output)
}

/// What is read must not be written over.
fn refuse_to_replace<'p>(
    target: Option<&Path>,
    mut inputs: impl Iterator<Item = &'p PathBuf>,
) -> Result<(), Failure> {
    let Some(target) = target.filter(|target| !input::is_stdin(target)) else { return Ok(()) };
    match inputs.find(|input| !input::is_stdin(input) && same_file(input, target)) {
        Some(input) => Err(Failure::new(format!("the explanation would replace {}", input::quoted(input)))
            .help("give `-o` another name")),
        None => Ok(()),
    }
}

fn write(args: &ExplainArgs, explanation: &Explanation, output: &mut Output) -> Result<(), Stop> {
    let target = args.output.as_deref().filter(|target| !input::is_stdin(target));
    let text = match args.format {
        ExplainFormat::Text => {
            let coloured = target.is_none() && stdout_is_coloured();
            tree(explanation, if coloured { Paint::Colour } else { Paint::Plain })
        }
        ExplainFormat::Html => page(explanation, env!("CARGO_PKG_VERSION")),
        ExplainFormat::Json => {
            let mut line = Vec::new();
            let written = write_line(&mut line, explanation);
            written.map_err(|error| Failure::new(format!("cannot write the explanation: {error}")))?;
            String::from_utf8_lossy(&line).into_owned()
        }
    };
    match target {
        Some(target) => Ok(replace_file(target, text.as_bytes())?),
        None => output.text(&text),
    }
}
