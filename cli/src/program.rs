//! From what the command line names to a program: policy files and an X-Policy document are compiled, an image is loaded.
//!
//! Invariant: a program that is handed out is verified and has the settings that it is to run with.

use std::path::{Path, PathBuf};

use sqrt_authoring::diff::Revision;
use sqrt_authoring::explain::Statements;
use sqrt_authoring::repl::Sources;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::x_policy::{CODE_NAME, XPolicy};
use sqrt_compiler::{Compiled, Options, Source, compile};
use sqrt_vm::bytecode::VerifiedProgram;
use sqrt_vm::policy::PolicyError;

use crate::args::SettingsArgs;
use crate::files::policy_files;
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell_failure};
use crate::policy::{PolicyFile, tell_diagnostics};
use crate::settings;

/// The files of a policy, and the document, if one was given.
pub(crate) struct PolicyInputs {
    files: Vec<PolicyFile>,
    document: Option<XPolicy>,
    limits: Limits,
}

impl PolicyInputs {
    /// Reads them; `None`, told, if the document is not fine.
    pub(crate) fn read(
        policies: &[PathBuf],
        x_policy: Option<&Path>,
        limits: Limits,
        output: &mut Output,
    ) -> Result<Option<Self>, Stop> {
        let paths = policy_files(policies)?;
        let files: Vec<_> =
            paths.iter().map(|path| PolicyFile::read(path, &limits)).collect::<Result<_, _>>()?;
        let Some(path) = x_policy else { return Ok(Some(PolicyInputs { files, document: None, limits })) };
        match XPolicy::read(&read_document(path, &limits)?) {
            Ok(document) => Ok(Some(PolicyInputs { files, document: Some(document), limits })),
            Err(error) => {
                let failure = Failure::new(format!("{}: {error}", input::quoted(path)));
                tell_failure(&match error.way_out() {
                    Some(help) => failure.help(help),
                    None => failure,
                });
                output.worsen(Status::NotFine);
                Ok(None)
            }
        }
    }

    /// The first file that is an image.
    pub(crate) fn image(&self) -> Option<&PolicyFile> {
        self.files.iter().find(|file| file.is_image())
    }

    /// The program, with explanations if they are asked for; `None`, told, if the policy is not fine. An image may have none.
    pub(crate) fn program(
        &self,
        args: &SettingsArgs,
        explanations: bool,
        output: &mut Output,
    ) -> Result<Option<VerifiedProgram>, Stop> {
        match self.image() {
            Some(image) => self.loaded(image, args, explanations).map(Some),
            None => Ok(self.compiled(args, explanations, output)),
        }
    }

    /// What a dialogue makes its policy of.
    pub(crate) fn into_sources(self, args: &SettingsArgs) -> Sources {
        let mut settings = self.document.as_ref().map(XPolicy::options).unwrap_or_default().settings;
        settings::apply(args, &mut settings);
        let files = self.files.into_iter().map(|file| (file.name, file.bytes)).collect();
        Sources { files, document: self.document, settings, limits: self.limits }
    }

    /// How the updates of the policy are written; nothing of an image.
    pub(crate) fn statements(&self) -> Statements {
        if self.image().is_some() {
            return Statements::default();
        }
        let sources: Vec<Source<'_>> = self.files.iter().map(PolicyFile::source).collect();
        Statements::new(&sources, self.document.as_ref(), self.limits)
    }

    /// An image is a whole policy: its presets and its lets were compiled in.
    fn loaded(
        &self,
        image: &PolicyFile,
        args: &SettingsArgs,
        explanations: bool,
    ) -> Result<VerifiedProgram, Stop> {
        let refused = |why: &str, way_out: &str| Err(refuse_image(image, why, way_out));
        if self.document.is_some() {
            return refused(
                "an X-Policy document cannot be added to it",
                "give the document to `sqrt compile`; presets are compiled in",
            );
        }
        if self.files.len() > 1 {
            return refused(
                "other policies cannot be added to it",
                "compile the policy files together with `sqrt compile`",
            );
        }
        let program = image.load(explanations, &self.limits)?;
        let mut settings = program.program().settings.clone();
        settings::apply(args, &mut settings);
        Ok(if settings == program.program().settings { program } else { program.with_settings(settings) })
    }

    /// What the text is compiled with.
    fn options(&self, args: &SettingsArgs) -> Options {
        let mut options = self.document.as_ref().map(XPolicy::options).unwrap_or_default();
        settings::apply(args, &mut options.settings);
        options.limits = self.limits;
        options
    }

    /// The policy for comparisons of texts.
    ///
    /// # Errors
    /// What is wrong with it, if it has errors. It must not be an image.
    pub(crate) fn revision(&self, args: &SettingsArgs) -> Result<Revision, Box<Compiled>> {
        let code = self.document.as_ref().and_then(|document| document.code.as_deref());
        let code = code.map(|code| Source { name: CODE_NAME, bytes: code.as_bytes() });
        let sources: Vec<Source<'_>> = self.files.iter().map(PolicyFile::source).chain(code).collect();
        Revision::new(&sources, &self.options(args))
    }

    /// Its files.
    pub(crate) fn files_mut(&mut self) -> &mut [PolicyFile] {
        &mut self.files
    }

    fn compiled(
        &self,
        args: &SettingsArgs,
        explanations: bool,
        output: &mut Output,
    ) -> Option<VerifiedProgram> {
        let sources: Vec<Source<'_>> = self.files.iter().map(PolicyFile::source).collect();
        let options = Options { no_explanations: !explanations, ..self.options(args) };
        let compiled = match &self.document {
            Some(document) => document.compile_with(&sources, &options),
            None => compile(&sources, &options),
        };
        tell_diagnostics(&compiled);
        if compiled.program.is_none() {
            output.worsen(Status::NotFine);
        }
        compiled.program
    }
}

/// Why an image does not serve.
pub(crate) fn refuse_image(image: &PolicyFile, why: &str, way_out: &str) -> Stop {
    let name = input::quoted(Path::new(&image.name));
    Failure::new(format!("{name} is a compiled image: {why}")).help(way_out).into()
}

/// What is to be told of a policy that cannot be made to run.
pub(crate) fn cannot_run(error: &PolicyError) -> Failure {
    let failure = Failure::new(format!("the policy cannot run: {error}"));
    match error.limit() {
        Some(limit) => failure.help(limits::raise(limit)),
        None => failure,
    }
}

/// A document holds code, so it may be as long as a policy, and escapes may double it.
pub(crate) fn read_document(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    input::tell_if_typed(path, "an X-Policy document");
    let limit = (limits.source_bytes() as u64).saturating_mul(2);
    let bytes = input::read(path, limit)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(format!("{} is longer than {limit} bytes", input::quoted(path)))
            .help("that is twice the limit `source_bytes`: raise it with `--limit source_bytes=…`"));
    }
    Ok(bytes)
}
