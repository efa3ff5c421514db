//! Writing a file as a whole: whoever reads it, whenever, finds the old content or the new.
//!
//! The content goes to a temporary file in the same folder, then to the disk, and then takes the name of the file in one
//! step. A failure removes the temporary file; only a command that is killed may leave one behind.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::input;
use crate::output::Failure;

/// Whether both paths lead to one file.
pub(crate) fn same_file(left: &Path, right: &Path) -> bool {
    match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    }
}

/// Makes `content` that of the file.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    replace(path, content)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", input::quoted(path))))
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link stays, and what it leads to is replaced.
    let path = match fs::canonicalize(path) {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let old = match fs::metadata(&path) {
        Ok(old) if old.is_file() => Some(old),
        Ok(_) => return Err(io::Error::other("it is no file, and only a file can be replaced as a whole")),
        Err(_) => None,
    };
    let (temporary, mut file) = create_beside(&path)?;
    let written = (|| {
        file.write_all(content)?;
        if let Some(old) = old {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&temporary, &path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(&path);
    Ok(())
}

/// A new file in the folder of `path`, with a name that no one else uses.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_string_lossy();
    let mut attempt = 0;
    loop {
        let temporary = path.with_file_name(format!(".{name}.{}-{attempt}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Makes the new name last. Where folders cannot be synced, the content is whole all the same.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
