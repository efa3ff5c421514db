//! The committed inputs of fuzzing: every one is replayed with the code that libFuzzer runs. And the files of `fuzz/` that
//! follow from the table of targets are up to date (`BLESS=1` writes them).
//!
//! `SQRT_FUZZ_SEEDS=FOLDER` makes the first test write the inputs to begin with into `FOLDER/TARGET/` (`scripts/fuzz.sh` does that).

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use sqrt_tests::fuzzing::{TARGETS, Target, replay};
use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

fn names(paths: impl IntoIterator<Item = std::path::PathBuf>) -> BTreeSet<String> {
    let name = |path: std::path::PathBuf| path.file_stem().map(|name| name.to_string_lossy().into_owned());
    paths.into_iter().filter_map(name).collect()
}

#[test]
fn seeds_are_written_where_asked() {
    let Some(folder) = std::env::var_os("SQRT_FUZZ_SEEDS") else { return };
    for Target { name, seeds, .. } in TARGETS {
        let folder = Path::new(&folder).join(name);
        fs::create_dir_all(&folder).unwrap();
        for (index, bytes) in seeds().iter().enumerate() {
            fs::write(folder.join(format!("seed-{index}")), bytes).unwrap();
        }
    }
}

#[test]
fn the_files_that_follow_from_the_table_are_up_to_date() {
    for (path, text) in replay::generated() {
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            found,
            text,
            "{}: run `BLESS=1 cargo test -p sqrt-tests --test fuzz_corpora`",
            path.display()
        );
    }
    let known: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(known.len(), TARGETS.len(), "a name is there twice");
    assert_eq!(names(replay::files(&replay::folder().join("fuzz_targets"))), known);
    for kind in ["corpus", "regressions"] {
        let folders = fs::read_dir(replay::folder().join(kind)).into_iter().flatten().flatten();
        let found = names(folders.map(|entry| entry.path()));
        assert!(found.is_subset(&known), "fuzz/{kind} has folders of no target: {:?}", &found - &known);
        if kind == "corpus" {
            assert_eq!(found, known, "fuzz/corpus lacks folders: {:?}", &known - &found);
        }
    }
}

/// One input after another, on as many threads as there are processors.
#[test]
fn every_committed_input_holds() {
    let all: Vec<_> = TARGETS
        .iter()
        .flat_map(|target| replay::inputs(target).into_iter().map(move |path| (target, path)))
        .collect();
    assert!(!all.is_empty());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let failed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((target, path)) =
                    all.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    let bytes = fs::read(path).unwrap();
                    if catch_unwind(|| (target.run)(&bytes)).is_err() {
                        failed.lock().unwrap().push(path.display().to_string());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "these inputs fail: {failed:#?}");
}
