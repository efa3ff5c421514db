//! Where the history of dialogues is kept: in the folder of states, readable and writable for the owner alone, as what was typed may be
//! secret.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;

/// The file, made ready; nothing where there is no place for it. Then there is a history while the dialogue lasts.
pub(super) fn file() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let states = of("XDG_STATE_HOME").or_else(|| Some(of("HOME")?.join(".local").join("state")))?;
    let folder = states.join("sqrt");
    fs::create_dir_all(&folder).ok()?;
    let path = folder.join("repl_history");
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(0o600);
        let file = options.open(&path).ok()?;
        // One that is there may have been made by other means.
        file.set_permissions(fs::Permissions::from_mode(0o600)).ok()?;
    }
    #[cfg(not(unix))]
    options.open(&path).ok()?;
    Some(path)
}
