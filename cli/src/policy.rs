//! Policy files and images on their way into compiler and VM, and diagnostics on their way to people.

use std::convert::Infallible;
use std::fmt::Display;
use std::path::Path;

use sqrt_compiler::diagnostics::render::{Style, render};
use sqrt_compiler::diagnostics::{Severity, SourceMap};
use sqrt_compiler::limits::{LimitExceeded, Limits};
use sqrt_compiler::{Compiled, Source};
use sqrt_vm::bytecode::{ImageErrorKind, VerifiedProgram, image};

use crate::input;
use crate::limits::raise;
use crate::output::{Failure, tell};
use crate::terminal::stderr_is_coloured;

/// A policy file that was read.
pub(crate) struct PolicyFile {
    /// The path as given.
    pub(crate) name: String,
    /// Its bytes; of an image that is longer than the limit by what the file system says, only the first.
    pub(crate) bytes: Vec<u8>,
    /// Its length, or one that is over the limit too.
    length: usize,
}

impl PolicyFile {
    pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Self, Failure> {
        input::tell_if_typed(path, "a policy");
        let source_limit = limits.source_bytes() as u64;
        let image_limit = limits.image_bytes() as u64;
        let told = input::length(path);
        let limit = |start: &[u8]| match image::is_image(start) {
            // What is refused need not be read.
            true if told > image_limit => 0,
            true => image_limit,
            false => source_limit,
        };
        let bytes = input::read_with(path, image::MAGIC.len() as u64, limit)?;
        let length = bytes.len().max(usize::try_from(told).unwrap_or(usize::MAX));
        Ok(Self { name: input::shown(path), bytes, length })
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source { name: &self.name, bytes: &self.bytes }
    }

    /// Whether it is meant as an image.
    pub(crate) fn is_image(&self) -> bool {
        image::is_image(&self.bytes)
    }

    /// The program of an image, with its explanations, if it has some and they are wanted.
    pub(crate) fn load(&self, explanations: bool, limits: &Limits) -> Result<VerifiedProgram, Failure> {
        let refused =
            |why: &dyn Display| Failure::new(format!("{}: {why}", input::quoted(Path::new(&self.name))));
        if let Err(limit) = LimitExceeded::check("image_bytes", self.length, limits.image_bytes()) {
            return Err(refused(&format_args!("the image is {limit}")).help(raise(&limit)));
        }
        let read = match explanations {
            true => VerifiedProgram::from_image,
            false => VerifiedProgram::from_image_without_explanations,
        };
        read(&self.bytes).map_err(|error| {
            let failure = refused(&error);
            match error.kind() {
                ImageErrorKind::OtherVersion => failure.help("`sqrt compile` makes it anew from the policy"),
                _ => failure,
            }
        })
    }
}

/// The files of a compilation, for finding lines and columns.
pub(crate) fn source_map(compiled: &Compiled) -> SourceMap<'_> {
    let mut sources = SourceMap::new();
    for file in &compiled.files {
        sources.add(file.id, &file.name, &file.text);
    }
    sources
}

/// Hands out all diagnostics of a compilation as text, each followed by an empty line.
pub(crate) fn each_rendered<E>(
    compiled: &Compiled,
    coloured: bool,
    mut each: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let sources = source_map(compiled);
    let style = if coloured { Style::Colour } else { Style::Plain };
    compiled.diagnostics.iter().try_for_each(|diagnostic| {
        let mut text = render(diagnostic, &sources, style);
        text.push('\n');
        each(&text)
    })
}

/// Tells all diagnostics on standard error.
pub(crate) fn tell_diagnostics(compiled: &Compiled) {
    let told: Result<(), Infallible> = each_rendered(compiled, stderr_is_coloured(), |text| {
        tell(text);
        Ok(())
    });
    let Ok(()) = told;
}

/// How many errors and warnings there were.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Problems {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

impl Problems {
    pub(crate) fn add(&mut self, compiled: &Compiled) {
        for diagnostic in &compiled.diagnostics {
            match diagnostic.severity() {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
            }
        }
    }

    /// `2 errors and 1 warning`, or `no problems`.
    pub(crate) fn shown(self) -> String {
        let counts = [counted(self.errors, "error"), counted(self.warnings, "warning")];
        let some: Vec<String> = counts
            .into_iter()
            .zip([self.errors, self.warnings])
            .filter(|(_, n)| *n > 0)
            .map(|(text, _)| text)
            .collect();
        if some.is_empty() { "no problems".to_owned() } else { some.join(" and ") }
    }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
