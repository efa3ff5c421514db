//! Images: old ones are kept and still answer, or are refused.
//!
//! `tests/data/images/vN/` has an image of format version N. Of the current version there are its policy, calls and answers
//! too, and the format in words (`format.txt`); `BLESS=1` writes image, answers and format anew as long as this version was
//! not released. Once it was, a change of the format takes a new version.
//! Of any other version the image must be refused. `v0` is no version that ever was.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail by panicking"
)]

use sqrt_compiler::{Options, Source, compile};
use sqrt_tests::engine::Engine;
use sqrt_tests::mutations::Parts;
use sqrt_vm::bytecode::program::{FORMAT_VERSION, RELEASED_FORMAT_VERSION};
use sqrt_vm::bytecode::{ImageErrorKind, VerifiedProgram, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/images")
}

fn current() -> PathBuf {
    root().join(format!("v{FORMAT_VERSION}"))
}

/// The policy of the current version, compiled.
fn compiled() -> VerifiedProgram {
    let policy = fs::read(current().join("policy.sqrt")).expect("a policy of the current version");
    let source = Source { name: "policy.sqrt", bytes: &policy };
    compile(&[source], &Options::default()).program.expect("it compiles")
}

fn load(image: &[u8]) -> Result<Policy, String> {
    Policy::load(image, Limits::default()).map_err(|error| error.to_string())
}

fn calls() -> Vec<String> {
    let calls = fs::read_to_string(current().join("calls.jsonl")).expect("calls of the current version");
    calls.lines().map(str::to_owned).collect()
}

fn answers(policy: Policy, calls: &[String], explain: bool) -> String {
    let mut engine = Engine::of(policy);
    engine.explain(explain);
    calls.iter().map(|call| engine.answer(call) + "\n").collect()
}

/// Whether to write what is committed anew. Of a version that was released nothing is, as its images are in use.
fn is_blessed() -> bool {
    std::env::var_os("BLESS").is_some() && FORMAT_VERSION > RELEASED_FORMAT_VERSION
}

fn bless() {
    if is_blessed() {
        let program = compiled();
        fs::write(current().join("policy.sqrtc"), program.to_image()).unwrap();
        let policy = Policy::new(program, Limits::default()).unwrap();
        fs::write(current().join("answers.jsonl"), answers(policy, &calls(), false)).unwrap();
        fs::create_dir_all(root().join("v0")).unwrap();
        if !root().join("v0/policy.sqrtc").exists() {
            let mut other = compiled().to_image();
            other[image::MAGIC.len()..][..4].copy_from_slice(&[0; 4]);
            image::reseal(&mut other);
            fs::write(root().join("v0/policy.sqrtc"), other).unwrap();
        }
    }
}

/// What to do about a change of the format.
fn way_out() -> String {
    if FORMAT_VERSION > RELEASED_FORMAT_VERSION {
        format!(
            "images of version {FORMAT_VERSION} were never released, so it may change: check that the change is meant, and write \
             `tests/data/images/v{FORMAT_VERSION}/` anew with `BLESS=1 cargo test -p sqrt-tests --test images`"
        )
    } else {
        format!(
            "images of version {FORMAT_VERSION} are in use: raise FORMAT_VERSION to {} in vm/src/bytecode/program.rs, copy policy and \
             calls of `tests/data/images/v{FORMAT_VERSION}/` to a folder for it, and run `BLESS=1 cargo test -p sqrt-tests --test images`",
            FORMAT_VERSION + 1
        )
    }
}

/// The format in words, which is made from the code, is what was committed for this version.
#[test]
fn the_format_changes_only_with_its_version() {
    let path = current().join("format.txt");
    let now = image::format_description();
    if is_blessed() {
        fs::write(&path, &now).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let change = now.lines().zip(committed.lines()).find(|(now, committed)| now != committed);
    assert!(now == committed, "the format of images has changed: {change:?}\n{}", way_out());
    // The description knows of every section.
    let program = compiled();
    let image = program.to_image();
    let sections: usize = Parts::of(&image).groups.iter().map(Vec::len).sum();
    let told = now.split("instructions\n").next().unwrap().lines().filter(|line| line.starts_with("  "));
    assert_eq!(told.count(), sections);
}

#[test]
fn images_of_this_version_answer_and_others_are_refused() {
    bless();
    let (mut same, mut others) = (0, 0);
    for folder in fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()) {
        let image = fs::read(folder.join("policy.sqrtc")).expect("an image");
        if folder == current() {
            let policy = load(&image).unwrap_or_else(|error| {
                panic!("{error}\nthe committed image no longer loads: {}", way_out())
            });
            let expected = fs::read_to_string(folder.join("answers.jsonl")).expect("answers");
            assert_eq!(answers(policy, &calls(), false), expected);
            let compiled = Policy::new(compiled(), Limits::default()).unwrap();
            assert_eq!(answers(compiled, &calls(), false), expected, "compiled anew");
            let explained = Policy::load_with_explanations(&image, Limits::default()).unwrap();
            assert!(explained.program().explanations.are_there());
            assert_eq!(answers(explained, &calls(), true), expected, "explained");
            same += 1;
        } else {
            let error = VerifiedProgram::from_image(&image).unwrap_err();
            assert_eq!(error.kind(), ImageErrorKind::OtherVersion, "{}", folder.display());
            assert!(error.to_string().ends_with("compile the policy again"), "{error}");
            others += 1;
        }
    }
    assert!(same == 1 && others >= 1, "{same} of this version, {others} others");
}
