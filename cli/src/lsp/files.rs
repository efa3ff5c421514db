//! Files by their URIs, and the policy files of a folder.
//!
//! Only `file:` URIs are files; a document of another scheme is one that was never saved, and stands alone.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// More policy files in one folder are not taken for one policy.
pub(super) const MOST: usize = 1000;
/// So many files and folders are looked at in the folders of an editor.
const MOST_ENTRIES: usize = 20_000;

/// The path of a `file:` URI.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host stands between the second and the third slash; only this machine's files are read.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let decoded = decoded(path.split(['?', '#']).next()?)?;
    if cfg!(windows) {
        let without_slash = decoded.strip_prefix('/').unwrap_or(&decoded);
        return Some(PathBuf::from(without_slash.replace('/', "\\")));
    }
    decoded.starts_with('/').then(|| PathBuf::from(decoded))
}

/// The URI of a path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let mut text = String::from("file://");
    let path = path.to_str()?;
    let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path.to_owned() };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri::from_str(&text).ok()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())?.checked_mul(16)?.checked_add(digit(rest.next())?)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The policy files of the folder that a file is in, by name.
pub(super) fn neighbours(path: &Path) -> Vec<PathBuf> {
    let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let policies = paths.filter(|path| path.extension().is_some_and(|extension| extension == "sqrt"));
    let mut found: Vec<PathBuf> = policies.filter(|path| path.is_file()).take(MOST).collect();
    found.sort();
    found
}

/// The policy files in folders and the folders in them, by name; hidden folders, links and `target` are left out, and so is what
/// is more than can be looked through while somebody waits.
pub(super) fn policies_below(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting: VecDeque<PathBuf> = folders.iter().cloned().collect();
    let mut looked_at = 0usize;
    while let Some(folder) = waiting.pop_front() {
        let entries = fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
        for entry in entries {
            looked_at = looked_at.saturating_add(1);
            if found.len() >= MOST || looked_at > MOST_ENTRIES {
                found.sort();
                return found;
            }
            let (path, name) = (entry.path(), entry.file_name());
            let is_left_out = name == "target" || name.as_encoded_bytes().starts_with(b".");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !is_left_out => waiting.push_back(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "sqrt") => {
                    found.push(path);
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn paths_and_uris_go_both_ways() {
        for path in ["/a/b.sqrt", "/ü ber/100%/c#d?.sqrt", "/"] {
            let uri = uri_of(Path::new(path)).unwrap();
            assert_eq!(path_of(uri.as_str()).as_deref(), Some(Path::new(path)), "{}", uri.as_str());
        }
        assert_eq!(path_of("file://localhost/a%20b"), Some(PathBuf::from("/a b")));
        for other in ["untitled:Untitled-1", "file://host/a", "file:///a%2", "file:///%ff"] {
            assert_eq!(path_of(other), None, "{other}");
        }
    }
}
