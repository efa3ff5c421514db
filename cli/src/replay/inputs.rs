//! Where the calls of a replay come from: files, folders of files, standard input.
//!
//! Files are found before the first call is decided, and opened one after another. Folders are walked by name, hidden entries
//! left out; a link is followed only if it was named itself.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sqrt_authoring::replay::Input;

use super::answers::{Answers, Paired};
use super::decode;
use super::progress::Progress;
use crate::input;
use crate::output::{Failure, Stop};

/// The files with calls, and those with answers.
pub(crate) struct Calls {
    files: Vec<PathBuf>,
    answers: Vec<PathBuf>,
    /// The longest line.
    limit: usize,
}

impl Calls {
    /// Finds the files.
    pub(crate) fn find(paths: &[PathBuf], answers: &[PathBuf], limit: usize) -> Result<Calls, Stop> {
        let stdin = [PathBuf::from("-")];
        let files = files(if paths.is_empty() { &stdin } else { paths })?;
        Ok(Calls { files, answers: self::files(answers)?, limit })
    }

    /// How many bytes they have; nothing if that is not known.
    pub(crate) fn bytes(&self) -> Option<u64> {
        let mut all = self.files.iter().chain(&self.answers);
        let known = all.all(|path| !input::is_stdin(path) && path.is_file());
        known.then(|| self.files.iter().chain(&self.answers).map(|path| input::length(path)).sum())
    }

    /// Opens them one after another, each with its answers, if there are some.
    pub(crate) fn inputs<'i>(
        &'i self,
        progress: &'i Progress,
    ) -> impl Iterator<Item = Result<Input, String>> + Send + 'i {
        let opened = self.answers.iter().map(|path| decode::open(path, progress));
        let answers = opened.collect::<Result<Vec<_>, String>>().map(|opened| {
            let all = opened.into_iter().reduce(|before, next| Box::new(before.chain(next)));
            all.map(|all| Answers::new(all, self.limit))
        });
        let last = self.files.len().saturating_sub(1);
        self.files.iter().enumerate().map(move |(number, path)| {
            let calls = decode::open(path, progress)?;
            let bytes: Box<dyn Read + Send> = match answers.clone()? {
                Some(answers) => Box::new(Paired::new(calls, answers, number == last, self.limit)),
                None => calls,
            };
            Ok(Input { name: input::shown(path), bytes })
        })
    }
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        input::tell_if_typed(path, "calls, one JSON object a line,");
        add_files(path, &mut files)?;
    }
    Ok(files)
}

/// Adds a file, or the files below a folder.
fn add_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if input::is_stdin(path) || !path.is_dir() {
        if !input::is_stdin(path) {
            fs::metadata(path).map_err(|error| input::unreadable(path, &error))?;
        }
        files.push(path.to_owned());
        return Ok(());
    }
    let before = files.len();
    input::walk(path, &mut |file| files.push(file))?;
    if files.len() == before {
        return Err(Failure::new(format!("there are no files in {}", input::quoted(path)))
            .help("hidden files and links in a folder are left out"));
    }
    Ok(())
}
