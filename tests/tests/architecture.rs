//! The rules of ARCHITECTURE.md that a machine can check: which crate may know which, what the VM must not touch, how
//! files begin and how long they and their functions may be.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests package lies in the workspace")
        .to_owned()
}

/// All Rust files below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no Rust files below {}", folder.display());
    found.sort();
    found
}

/// The code of a file without comments, line by line.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn assert_never_mentions(folder: &str, words: &[&str], why: &str) {
    for file in rust_files(&root().join(folder)) {
        let text = fs::read_to_string(&file).expect("a readable file");
        for (number, line) in code_lines(&text).enumerate() {
            for word in words {
                assert!(
                    !line.contains(word),
                    "{}: code line {}: `{word}`: {why}",
                    file.display(),
                    number + 1
                );
            }
        }
    }
}

/// The names of a manifest's dependencies of one kind.
fn dependencies(package: &str, section: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).expect("a manifest");
    let header = format!("[{section}]");
    let body = manifest.split_once(&header).map_or("", |(_, rest)| rest);
    let body = body.split("\n[").next().unwrap_or("");
    let names = body.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).map(str::trim);
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn dependencies_point_one_way() {
    let ours = |package: &str| -> Vec<String> {
        let mut ours = dependencies(package, "dependencies");
        ours.retain(|name| name.starts_with("sqrt-"));
        ours.sort();
        ours
    };
    assert_eq!(ours("vm"), Vec::<String>::new(), "the VM knows nothing of the rest");
    assert_eq!(ours("compiler"), ["sqrt-vm"]);
    assert_eq!(ours("authoring"), ["sqrt-compiler", "sqrt-vm"]);
    assert_eq!(ours("cli"), ["sqrt-authoring", "sqrt-compiler", "sqrt-vm"]);
    assert_eq!(ours("tests"), ["sqrt-authoring", "sqrt-compiler", "sqrt-vm"]);
    for package in ["vm", "compiler"] {
        for name in dependencies(package, "dev-dependencies") {
            assert!(!name.starts_with("sqrt-"), "{package} tests itself alone, not with {name}");
        }
    }
}

#[test]
fn the_vm_knows_nothing_of_the_compiler_and_does_no_io() {
    assert_never_mentions("vm/src", &["sqrt_compiler", "sqrt_cli"], "the VM runs without a compiler");
    let io = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::io::",
        "println!",
        "eprintln!",
        "SystemTime",
    ];
    assert_never_mentions("vm/src", &io, "the VM does no I/O and asks no clock");
    assert_never_mentions(
        "vm/src",
        &["static mut", "thread_local!", "OnceLock", "LazyLock"],
        "the VM has no globals",
    );
}

#[test]
fn the_compiler_is_pure() {
    let io = ["std::fs", "std::net", "std::process", "println!", "eprintln!", "static mut", "thread_local!"];
    let product = root().join("compiler/src");
    for file in rust_files(&product) {
        let text = fs::read_to_string(&file).expect("a readable file");
        // Tests stand at the end of their file and may read generated pages.
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        for line in code_lines(code) {
            for word in io {
                assert!(
                    !line.contains(word),
                    "{}: `{word}`: the compiler reads no files and prints nothing",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn what_authors_work_with_does_no_io() {
    let io = ["std::fs", "std::net", "std::env", "std::process", "println!", "SystemTime", "static mut"];
    assert_never_mentions("authoring/src", &io, "the command opens files and prints");
}

#[test]
fn the_bytecode_contract_stands_alone() {
    for file in rust_files(&root().join("vm/src/bytecode")) {
        let text = fs::read_to_string(&file).expect("a readable file");
        for line in code_lines(&text) {
            let Some((_, path)) = line.split_once("crate::") else { continue };
            let module = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
            assert!(
                ["bytecode", "number", "datetime", "pattern", "limits", "visible", "for_each_op", "testing"]
                    .contains(&module),
                "{}: `crate::{module}`: the bytecode contract does not know the engine",
                file.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for package in ["vm/src", "compiler/src", "authoring/src", "cli/src", "tests/src"] {
        for file in rust_files(&root().join(package)) {
            let text = fs::read_to_string(&file).expect("a readable file");
            assert!(text.starts_with("//!"), "{}: a file begins with a `//!` paragraph", file.display());
        }
    }
}

#[test]
fn files_stay_short() {
    for package in ["vm/src", "compiler/src", "authoring/src", "cli/src", "tests/src"] {
        for file in rust_files(&root().join(package)) {
            let text = fs::read_to_string(&file).expect("a readable file");
            let lines = text.lines().count();
            assert!(lines <= 700, "{}: {lines} lines; look for the seam", file.display());
        }
    }
}
