//! What an `eval` reads before it answers: policy files, the X-Policy document, and where the calls come from.

use std::io::Read;
use std::path::{Path, PathBuf};

use sqrt_compiler::Source;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::x_policy::XPolicy;

use crate::args::EvalArgs;
use crate::input;
use crate::output::{Failure, Output, Status, Stop, tell_failure};
use crate::policy::PolicyFile;

/// The name by which answers call the code of a document.
const DOCUMENT_CODE: &str = "x-policy";

/// Everything that is read.
pub(crate) struct Inputs {
    files: Vec<PolicyFile>,
    /// The document, if one was given.
    pub(crate) document: Option<XPolicy>,
    /// Where the calls come from.
    pub(crate) calls_path: PathBuf,
    /// The calls.
    pub(crate) calls: Box<dyn Read>,
}

impl Inputs {
    /// Reads files and document and opens the calls; `None`, told, if the document is not fine.
    pub(crate) fn read(args: &EvalArgs, output: &mut Output) -> Result<Option<Self>, Stop> {
        let calls_path = args.calls.clone().unwrap_or_else(|| PathBuf::from("-"));
        let all = args.policies.iter().chain(&args.x_policy).chain([&calls_path]);
        input::stdin_at_most_once(all).map_err(|failure| match args.calls {
            None => failure.help("the calls come from there too, unless `--calls FILE` says otherwise"),
            Some(_) => failure,
        })?;
        let files = args.policies.iter().map(|path| PolicyFile::read(path)).collect::<Result<_, _>>()?;
        let text = args
            .x_policy
            .as_deref()
            .map(|path| Ok::<_, Failure>((path, read_document(path)?)))
            .transpose()?;
        let calls = input::open(&calls_path)?;
        let document = match text.map(|(path, bytes)| (path, XPolicy::read(&bytes))) {
            None => None,
            Some((_, Ok(document))) => Some(document),
            Some((path, Err(error))) => {
                let failure = Failure::new(format!("{}: {error}", input::quoted(path)));
                tell_failure(&match error.way_out() {
                    Some(help) => failure.help(help),
                    None => failure,
                });
                output.worsen(Status::NotFine);
                return Ok(None);
            }
        };
        Ok(Some(Self { files, document, calls_path, calls }))
    }

    /// The policy files in their order, the code of the document last.
    pub(crate) fn sources(&self) -> Vec<Source<'_>> {
        let code = self.document.as_ref().and_then(|document| document.code.as_deref());
        let code = code.map(|code| Source { name: DOCUMENT_CODE, bytes: code.as_bytes() });
        self.files.iter().map(PolicyFile::source).chain(code).collect()
    }
}

/// A document holds code, so it may be as long as a policy, and escapes may double it.
fn read_document(path: &Path) -> Result<Vec<u8>, Failure> {
    input::tell_if_typed(path, "an X-Policy document");
    let limit = u64::from(Limits::default().source_bytes).saturating_mul(2);
    let bytes = input::read(path, limit)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(format!("{} is longer than {limit} bytes", input::quoted(path))));
    }
    Ok(bytes)
}
