//! Policy files as the command line names them: files, folders of them, or, where nothing is named, those of `sqrt.toml`.

use std::path::{Path, PathBuf};

use crate::configuration::Configuration;
use crate::input;
use crate::output::Failure;

/// Folders that are not looked into: they hold what others made.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// What is told where a let is missing in a file that was taken as a policy by itself.
pub(crate) const APART: &str = "help: each file was taken as a policy by itself; `--together`, or naming no files where `sqrt.toml` does, takes them as one, which shares its lets\n";

/// The files to look at, and whether they are one policy.
pub(crate) struct Named {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) together: bool,
}

impl Named {
    /// Those that are named, as one policy if that is asked for; if none is, those of the configuration, as it says.
    pub(crate) fn new(
        paths: &[PathBuf],
        together: bool,
        configuration: &Configuration,
    ) -> Result<Self, Failure> {
        if paths.is_empty() {
            let together = together || configuration.config.policy.together;
            return Ok(Self { paths: configuration.files()?, together });
        }
        Ok(Self { paths: policy_files(paths)?, together })
    }
}

/// The files of a policy, where folders are named too: those are walked by name, for files that end in `.sqrt`.
pub(crate) fn policy_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if input::is_stdin(path) || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        input::walk(path, &mut |file| {
            let below = file.strip_prefix(path).unwrap_or(&file);
            let is_left_out =
                below.components().any(|part| LEFT_OUT.iter().any(|&folder| part.as_os_str() == folder));
            if !is_left_out && file.extension().is_some_and(|extension| extension == "sqrt") {
                // What is in this folder is called as people call it.
                files.push(file.strip_prefix(".").map(Path::to_owned).unwrap_or(file));
            }
        })?;
        if files.len() == before {
            return Err(Failure::new(format!("no file in {} ends in `.sqrt`", input::quoted(path)))
                .help("hidden files, links, and folders called `target` or `node_modules` are left out"));
        }
    }
    Ok(files)
}
