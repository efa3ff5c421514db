//! The folders of `examples/` through the real binary: the answers, byte for byte.

mod common;

use std::fs;
use std::path::Path;

use common::{Folder, sqrt};

#[test]
fn every_example_answers_what_it_says() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folders = fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    let mut run = 0;
    for folder in folders.filter(|path| path.join("calls.jsonl").exists()) {
        let mut command = sqrt();
        command.current_dir(&folder).args(["eval", "policy.sqrt", "--calls", "calls.jsonl"]);
        if folder.join("x-policy.json").exists() {
            command.args(["--x-policy", "x-policy.json"]);
        }
        let output = command.output().unwrap();
        let expected = fs::read_to_string(folder.join("answers.jsonl")).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", folder.display());
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{}", folder.display());
        let own = Folder::new();
        let image = own.path("policy.sqrtc");
        let mut command = sqrt();
        command.current_dir(&folder).args(["compile", "policy.sqrt", "-o", &image]);
        if folder.join("x-policy.json").exists() {
            command.args(["--x-policy", "x-policy.json"]);
        }
        assert!(command.output().unwrap().status.success(), "{}", folder.display());
        let output =
            sqrt().current_dir(&folder).args(["eval", &image, "--calls", "calls.jsonl"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{} as an image", folder.display());
        run += 1;
    }
    assert!(run >= 6, "only {run} examples found");
}
