//! The committed inputs, and the files that follow from the table of targets: wrappers, entries of the manifest, the table of
//! `fuzz/README.md` and the settings that `scripts/fuzz.sh` reads.

use super::{TARGETS, Target};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder `fuzz/`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// The files of a folder by name; none if it is not there.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The committed inputs of a target: its corpus, then its regressions.
pub fn inputs(target: &Target) -> Vec<PathBuf> {
    let folders = ["corpus", "regressions"].map(|kind| folder().join(kind).join(target.name));
    folders.iter().flat_map(|folder| files(folder)).collect()
}

/// Every file that follows from the table, with the text that it should have.
pub fn generated() -> Vec<(PathBuf, String)> {
    let folder = folder();
    let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let mut files = vec![
        (folder.join("Cargo.toml"), manifest(&read("Cargo.toml"))),
        (folder.join("README.md"), readme(&read("README.md"))),
        (folder.join("targets.tsv"), settings()),
    ];
    for target in TARGETS {
        files.push((folder.join("fuzz_targets").join(format!("{}.rs", target.name)), wrapper(target)));
    }
    files
}

fn wrapper(target: &Target) -> String {
    let name = target.name;
    format!(
        "//! Runs `tests/src/fuzzing/{name}.rs`. Written by `BLESS=1 cargo test -p sqrt-tests --test fuzz_corpora`.\n\
         #![no_main]\n\n\
         libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sqrt_tests::fuzzing::run(\"{name}\", bytes));\n"
    )
}

/// The manifest up to its first binary, then one for each target.
fn manifest(text: &str) -> String {
    let mut out = text.split("[[bin]]").next().unwrap_or_default().to_owned();
    for Target { name, .. } in TARGETS {
        let _ = write!(
            out,
            "[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\ntest = false\ndoc = false\nbench = false\n\n"
        );
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

const TABLE_BEGINS: &str = "<!-- targets: written by the test -->\n";
const TABLE_ENDS: &str = "<!-- end of targets -->\n";

/// The page with the table of targets between its two marks.
fn readme(text: &str) -> String {
    let mut table = "| target | what it feeds | what must hold |\n| --- | --- | --- |\n".to_owned();
    for Target { name, feeds, holds, .. } in TARGETS {
        let _ = writeln!(table, "| `{name}` | {feeds} | {holds} |");
    }
    let (before, rest) = text.split_once(TABLE_BEGINS).unwrap_or((text, ""));
    let after = rest.split_once(TABLE_ENDS).map_or("", |(_, after)| after);
    format!("{before}{TABLE_BEGINS}{table}{TABLE_ENDS}{after}")
}

/// A line for each target: name, longest input, dictionary or `-`.
fn settings() -> String {
    let mut out = String::new();
    for Target { name, max_len, dictionary, .. } in TARGETS {
        let _ = writeln!(out, "{name}\t{max_len}\t{}", dictionary.unwrap_or("-"));
    }
    out
}
