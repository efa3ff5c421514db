//! The definitions of the agent's tools on their way from a file to the checks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqrt_authoring::tools::ToolSet;
use sqrt_compiler::limits::Limits;

use crate::configuration::Configuration;
use crate::input;
use crate::output::Failure;

/// The tools of the file that is given, else of the one that the configuration names.
pub(crate) fn asked(
    file: Option<&PathBuf>,
    configuration: &Configuration,
    limits: &Limits,
) -> Result<Option<Arc<ToolSet>>, Failure> {
    let named = configuration.tools();
    let path = file.or(named.as_ref());
    path.map(|path| read(path, limits).map(Arc::new)).transpose()
}

/// Reads the tools of a file.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<ToolSet, Failure> {
    input::tell_if_typed(path, "definitions of tools");
    let bytes = input::read(path, limits.tools_bytes() as u64)?;
    ToolSet::parse(&bytes, limits).map_err(|error| {
        // The place stands right behind the name, as editors and terminals expect it.
        let colon = if error.position.is_some() { ":" } else { ": " };
        let failure = Failure::new(format!("{}{colon}{error}", input::shown(path)));
        match &error.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })
}
