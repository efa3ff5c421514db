//! Finding test files: those that are named, and those in the folders that are named.
//!
//! Folders that begin with a dot, and those called `target` or `node_modules`, hold what others made and are left out, unless
//! they are named. Links to folders are not followed, so looking ends.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use sqrt_authoring::testing::policy_of;

use crate::input;
use crate::output::Failure;

/// Folders that are left out.
const LEFT_OUT: [&str; 2] = ["target", "node_modules"];

/// What is found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The test files, each once: in the order in which they are named, those of a folder by their paths.
    pub(crate) files: Vec<PathBuf>,
    /// The folders that were looked through.
    pub(crate) folders: Vec<PathBuf>,
}

/// Finds the test files.
pub(crate) fn test_files(paths: &[PathBuf]) -> Result<Found, Failure> {
    let mut found = Found::default();
    if paths.is_empty() {
        found.look_through(Path::new("."))?;
    }
    for path in paths {
        if path.is_dir() {
            found.look_through(path)?;
        } else {
            found.files.push(path.clone());
        }
    }
    let Found { files, .. } = &mut found;
    let mut seen = HashSet::new();
    files.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    if files.is_empty() {
        return Err(Failure::new("there are no test files here")
            .help("a test file is called like its policy, with `_test.yaml` at its end: `mail_test.yaml` for `mail.sqrt`"));
    }
    Ok(found)
}

impl Found {
    fn look_through(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut files = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            self.folders.push(folder.clone());
            let entries = fs::read_dir(&folder).map_err(|error| input::unreadable(&folder, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| input::unreadable(&folder, &error))?;
                let (path, name) = (entry.path(), entry.file_name());
                let name = name.to_string_lossy();
                let kind = entry.file_type().map_err(|error| input::unreadable(&path, &error))?;
                if kind.is_dir() {
                    if !name.starts_with('.') && !LEFT_OUT.contains(&name.as_ref()) {
                        open.push(path);
                    }
                } else if policy_of(&name).is_some() {
                    files.push(path);
                }
            }
        }
        files.sort();
        // What is in this folder is called as people call it.
        self.files
            .extend(files.into_iter().map(|path| path.strip_prefix(".").map(Path::to_owned).unwrap_or(path)));
        Ok(())
    }
}
