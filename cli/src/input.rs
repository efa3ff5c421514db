//! Files and standard input, as the command line names them: `-` is standard input, which can be read once.

use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use sqrt_authoring::nearest::nearest;
use sqrt_vm::visible::visible;

use crate::output::{Failure, tell};

/// Whether a path means standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The path as answers show it.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The path for a message, in backticks, with nothing in it that a terminal would obey.
pub(crate) fn quoted(path: &Path) -> String {
    format!("`{}`", visible(&shown(path)))
}

/// Refuses standard input given twice.
pub(crate) fn stdin_at_most_once<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Result<(), Failure> {
    if paths.filter(|path| is_stdin(path)).count() > 1 {
        return Err(Failure::new("standard input (`-`) is given more than once")
            .help("it can be read once; put the rest into files (`./-` is a file called `-`)"));
    }
    Ok(())
}

/// Reads a whole file, up to one byte more than `limit`, so that a longer one is noticed but never held.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    read_with(path, 0, |_| limit)
}

/// Reads a whole file as [`read`] does, with a limit that its first bytes, `start` of them at most, decide.
pub(crate) fn read_with(
    path: &Path,
    start: u64,
    limit: impl FnOnce(&[u8]) -> u64,
) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut file = open(path)?;
    let mut read = |bytes: &mut Vec<u8>, count: u64| {
        let read = (&mut file).take(count).read_to_end(bytes);
        read.map_err(|error| unreadable(path, &error))
    };
    read(&mut bytes, start)?;
    let rest = limit(&bytes).saturating_add(1).saturating_sub(bytes.len() as u64);
    read(&mut bytes, rest)?;
    Ok(bytes)
}

/// The length of a file by what the file system says: 0 of a pipe and the like, whose end only reading finds.
pub(crate) fn length(path: &Path) -> u64 {
    if is_stdin(path) {
        return 0;
    }
    path.metadata().ok().filter(Metadata::is_file).map_or(0, |found| found.len())
}

/// Opens a file or standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    match File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Says so if what is awaited has to be typed.
pub(crate) fn tell_if_typed(path: &Path, what: &str) {
    if is_stdin(path) && io::stdin().is_terminal() {
        tell(format_args!("reading {what} from the terminal; end with Ctrl-D on a line of its own\n"));
    }
}

/// The failure to read a file.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let name = if is_stdin(path) { "standard input".to_owned() } else { quoted(path) };
    let failure = Failure::new(format!("cannot read {name}: {error}"));
    match near_file(path).filter(|_| error.kind() == io::ErrorKind::NotFound) {
        Some(near) => failure.help(format!("is {} meant?", quoted(&near))),
        None => failure,
    }
}

/// So many files are looked at for the nearest name.
const MOST_NEIGHBOURS: usize = 10_000;

/// The file in the same folder whose name is nearest.
fn near_file(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.take(MOST_NEIGHBOURS);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let near = nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(path.with_file_name(near))
}

/// Hands out the files below a folder by name, hidden entries and links left out.
pub(crate) fn walk(folder: &Path, each: &mut dyn FnMut(PathBuf)) -> Result<(), Failure> {
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            each(next);
            continue;
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&next).map_err(|error| unreadable(&next, &error))? {
            let entry = entry.map_err(|error| unreadable(&next, &error))?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            let is_wanted = entry.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_file());
            if is_wanted && !is_hidden {
                found.push(entry.path());
            }
        }
        // The last one is taken first.
        found.sort_by(|left, right| right.cmp(left));
        open.append(&mut found);
    }
    Ok(())
}
