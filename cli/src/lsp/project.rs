//! What a project says of its policies in `sqrt.toml`, and what the editor sets: which files are one policy, what tools the agent has,
//! and what the linter tells.
//!
//! Invariant: what is wrong with a file of these is told once, and the rest goes on without it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use sqrt_authoring::lint::{Levels, Options};
use sqrt_vm::limits::Limits;

use crate::args::ConfigArgs;
use crate::configuration::Configuration;
use crate::output::Failure;
use crate::tools;

use super::settings::Settings;

/// What holds for the policies of a folder.
#[derive(Debug)]
pub(super) struct Project {
    /// How they are looked at.
    pub(super) options: Options,
    /// The files that are one policy by `sqrt.toml`, in its order.
    pub(super) together: Vec<PathBuf>,
    /// What is wrong with the files that say all this.
    pub(super) problems: Vec<String>,
    /// Another each time that it is read.
    pub(super) stamp: u64,
}

/// The projects that are known, by folder.
#[derive(Debug, Default)]
pub(super) struct Projects {
    by_folder: HashMap<PathBuf, Rc<Project>>,
    stamps: u64,
    /// Problems that are to be told, and all that were.
    untold: Vec<String>,
    told: Vec<String>,
}

impl Projects {
    /// What holds for a file; for a document that was never saved, what the editor sets.
    pub(super) fn of(&mut self, path: Option<&Path>, settings: &Settings, limits: &Limits) -> Rc<Project> {
        let folder = path.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        if let Some(project) = self.by_folder.get(&folder) {
            return project.clone();
        }
        self.stamps = self.stamps.saturating_add(1);
        let project = Rc::new(read(path, settings, limits, self.stamps));
        for problem in &project.problems {
            if !self.told.contains(problem) {
                self.told.push(problem.clone());
                self.untold.push(problem.clone());
            }
        }
        self.by_folder.insert(folder, project.clone());
        project
    }

    /// Reads all anew when they are asked for.
    pub(super) fn forget(&mut self) {
        self.by_folder.clear();
    }

    /// The problems that were not told yet.
    pub(super) fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.untold)
    }
}

fn read(path: Option<&Path>, settings: &Settings, limits: &Limits, stamp: u64) -> Project {
    let mut problems = Vec::new();
    let mut note = |failure: &Failure| problems.push(failure.to_string());
    let args = ConfigArgs { file: None, none: path.is_none() };
    let configuration = Configuration::find(&args, path).unwrap_or_else(|failure| {
        note(&failure);
        Configuration::default()
    });
    let mut together = Vec::new();
    let policy = &configuration.config.policy;
    if policy.together && !policy.files.is_empty() {
        match configuration.files() {
            Ok(files) => together = files.iter().map(|file| absolute(file)).collect(),
            Err(failure) => note(&failure),
        }
    }
    let tools = tools::asked(settings.tools.as_ref(), &configuration, limits).unwrap_or_else(|failure| {
        note(&failure);
        None
    });
    let mut levels = Levels::default();
    levels.add_layer(configuration.config.lint);
    Project { options: Options { limits: *limits, levels, tools }, together, problems, stamp }
}

/// The path from the root, without links and dots where the file is there.
pub(super) fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
