//! Writing a file as a whole: whoever reads it, whenever, finds the old content or the new.
//!
//! The content goes to a temporary file in the same folder, then to the disk, and then takes the name of the file in one
//! step, with the permissions, owner and group that the file had. A failure removes the temporary file. A command that is
//! killed leaves it behind; the next one that writes to the folder removes it. What a living command still writes is locked,
//! so nobody takes it for a leftover.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::input;
use crate::output::Failure;

/// Temporary files are called so, with sixteen hexadecimal digits between.
const TEMPORARY: (&str, &str) = (".sqrt-", ".tmp");

/// Whether both paths lead to one file.
pub(crate) fn same_file(left: &Path, right: &Path) -> bool {
    match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    }
}

/// Makes `content` that of the file.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    replace(path, content).map_err(|error| {
        let failure = Failure::new(format!("cannot write {}: {error}", input::quoted(path)));
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                failure.help("a new file is written beside it first, so its folder has to be writable too")
            }
            _ => failure,
        }
    })
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = destination(path)?;
    let old = match fs::metadata(&path) {
        Ok(old) if old.is_file() => Some(old),
        Ok(_) => return Err(io::Error::other("it is no file, and only a file can be replaced as a whole")),
        Err(_) => None,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // First, as they may be what fills the disk.
    remove_leftovers(folder);
    let mut temporary = Temporary::new(folder, old.as_ref())?;
    temporary.file.write_all(content)?;
    temporary.file.sync_all()?;
    temporary.rename(&path)?;
    // Makes the new name last. Where folders cannot be synced, the content is whole all the same.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// The file that is written. A link stays, and what it leads to is replaced.
fn destination(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::symlink_metadata(path) {
            Ok(link) if link.is_symlink() => {
                Err(io::Error::new(ErrorKind::NotFound, "it is a link to a file that is not there"))
            }
            _ => Ok(path.to_owned()),
        },
        found => found,
    }
}

/// A new file, locked while it is written, which goes away unless it gets its name.
struct Temporary {
    path: PathBuf,
    file: File,
    done: bool,
}

impl Temporary {
    /// A file to replace `old` with: whoever may not read that may not read this, at no time.
    fn new(folder: &Path, old: Option<&Metadata>) -> io::Result<Temporary> {
        for _ in 0..16 {
            let (start, end) = TEMPORARY;
            let random = RandomState::new().hash_one(0);
            let path = folder.join(format!("{start}{random:016x}{end}"));
            let file = match create(&path, old.is_some()) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                created => created?,
            };
            match file.try_lock() {
                // Another command was quicker and takes it for a leftover.
                Err(TryLockError::WouldBlock) => continue,
                // Where files cannot be locked, nobody removes leftovers either.
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if is_still_there(&path, &file) {
                let temporary = Temporary { path, file, done: false };
                old.map_or(Ok(()), |old| take_over(&temporary.file, old))?;
                return Ok(temporary);
            }
        }
        Err(io::Error::new(ErrorKind::AlreadyExists, "no name for a temporary file is free"))
    }

    fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes what commands that were killed have left.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !entry.file_name().to_str().is_some_and(is_temporary) {
            continue;
        }
        if let Ok(file) = OpenOptions::new().write(true).open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_temporary(name: &str) -> bool {
    let (start, end) = TEMPORARY;
    let middle = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    middle.is_some_and(|random| random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A file that nobody had. One that replaces another is its owner's alone, until it gets the permissions of the other.
#[cfg(unix)]
fn create(path: &Path, replaces: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mode = if replaces { 0o600 } else { 0o666 };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path, _replaces: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Whether the file has not been removed before it was locked.
#[cfg(unix)]
fn is_still_there(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (fs::symlink_metadata(path).map(identity), file.metadata().map(identity)) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_there(path: &Path, _file: &File) -> bool {
    path.exists()
}

/// Gives a new file the owner, group and permissions of the old.
#[cfg(unix)]
fn take_over(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        fchown(file, Some(old.uid()), Some(old.gid())).map_err(|error| {
            let message = format!("its owner and group could not be kept: {error}; remove it first");
            io::Error::other(message)
        })?;
    }
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn take_over(file: &File, old: &Metadata) -> io::Result<()> {
    file.set_permissions(old.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_temporary_files_are_known_again() {
        let (start, end) = TEMPORARY;
        assert!(is_temporary(&format!("{start}0123456789abcdef{end}")));
        for other in
            [".sqrt-.tmp", ".sqrt-0123456789abcdeg.tmp", ".sqrt-0123456789abcdef.tmp2", "policy.sqrtc"]
        {
            assert!(!is_temporary(other), "{other}");
        }
    }

    /// What replaces a file that others may not read is never readable for them, not even while it is written.
    #[cfg(unix)]
    #[test]
    fn a_temporary_file_is_as_private_as_what_it_replaces() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("sqrt-replace-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let old = folder.join("old");
        fs::write(&old, "old").unwrap();
        for mode in [0o600, 0o640, 0o444, 0o755] {
            fs::set_permissions(&old, fs::Permissions::from_mode(mode)).unwrap();
            let temporary = Temporary::new(&folder, Some(&fs::metadata(&old).unwrap())).unwrap();
            assert_eq!(fs::metadata(&temporary.path).unwrap().permissions().mode() & 0o777, mode);
            let fresh = folder.join("fresh");
            create(&fresh, true).unwrap();
            assert_eq!(fs::metadata(&fresh).unwrap().permissions().mode() & 0o077, 0);
            fs::remove_file(&fresh).unwrap();
        }
        fs::remove_file(&old).unwrap();
        fs::remove_dir(&folder).expect("no temporary file is left");
    }

    /// A file that is being written is no leftover, one whose writer is gone is.
    #[test]
    fn leftovers_are_removed_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("sqrt-leftovers-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let dead = folder.join(".sqrt-0123456789abcdef.tmp");
        let other = folder.join(".sqrt-mine.tmp");
        fs::write(&dead, "half an im").unwrap();
        fs::write(&other, "mine").unwrap();
        let living = Temporary::new(&folder, None).unwrap();
        remove_leftovers(&folder);
        assert!(!dead.exists() && other.exists() && living.path.exists());
        drop(living);
        fs::remove_file(&other).unwrap();
        fs::remove_dir(&folder).expect("the living one has removed itself");
    }
}
