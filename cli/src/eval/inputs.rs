//! What an `eval` reads before it answers: the policy, and where the calls come from.

use std::io::Read;
use std::path::PathBuf;

use sqrt_vm::limits::Limits;

use crate::args::EvalArgs;
use crate::input;
use crate::output::{Output, Stop};
use crate::program::PolicyInputs;

/// Everything that is read.
pub(crate) struct Inputs {
    pub(crate) policy: PolicyInputs,
    /// Where the calls come from.
    pub(crate) calls_path: PathBuf,
    /// The calls.
    pub(crate) calls: Box<dyn Read>,
}

impl Inputs {
    /// Reads the policy and opens the calls; `None`, told, if the X-Policy document is not fine.
    pub(crate) fn read(args: &EvalArgs, limits: Limits, output: &mut Output) -> Result<Option<Self>, Stop> {
        let calls_path = args.calls.clone().unwrap_or_else(|| PathBuf::from("-"));
        let all = args.policies.iter().chain(&args.settings.x_policy).chain([&calls_path]);
        input::stdin_at_most_once(all).map_err(|failure| match args.calls {
            None => failure.help("the calls come from there too, unless `--calls FILE` says otherwise"),
            Some(_) => failure,
        })?;
        let calls = input::open(&calls_path)?;
        let policy = PolicyInputs::read(&args.policies, args.settings.x_policy.as_deref(), limits, output)?;
        Ok(policy.map(|policy| Self { policy, calls_path, calls }))
    }
}
