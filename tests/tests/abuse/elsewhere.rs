//! Abuse that other tests are about, and what there is nothing to abuse of.
//!
//! Invariant: every test that is named here exists, under that name, in that file.

use std::fs;
use std::path::Path;

/// Something that is tried elsewhere.
pub(crate) struct Elsewhere {
    pub(crate) attempt: &'static str,
    pub(crate) outcome: &'static str,
    /// The files, from the root of the repository, and the tests in them.
    pub(crate) tests: &'static [(&'static str, &'static str)],
}

pub(crate) const ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        attempt: "Any byte of an image changed, parts of it moved",
        outcome: "refused, or runs within its bounds",
        tests: &[("tests/tests/mutations.rs", "")],
    },
    Elsewhere {
        attempt: "An image that a loop, a jump out of range, or a register that is not there is written into",
        outcome: "refused when it is loaded: jumps go forward, calls go to procedures of lower number",
        tests: &[("vm/src/bytecode/verify/tests.rs", "")],
    },
    Elsewhere {
        attempt: "Calls of several sessions interleaved, to confuse their states; calls of one session at a time; a policy replaced while calls run",
        outcome: "each session answers as if it were alone; each call sees exactly one policy",
        tests: &[("tests/tests/interleaved.rs", ""), ("tests/tests/live.rs", "")],
    },
    Elsewhere {
        attempt: "A value wrapped, an element or a deny rule added, to turn a deny into an allow",
        outcome: "never does",
        tests: &[("tests/tests/monotone.rs", "")],
    },
    Elsewhere {
        attempt: "Memory exhausted call by call",
        outcome: "deciding allocates nothing in the steady state, whatever is new in the calls",
        tests: &[
            ("tests/tests/no_allocation/hard.rs", "unseen_tags"),
            ("tests/tests/no_allocation/hard.rs", "failures"),
        ],
    },
    Elsewhere {
        attempt: "Secrets looked for in errors, logs and answers",
        outcome: "values are told to nobody who did not ask",
        tests: &[("tests/tests/secrets.rs", "")],
    },
    Elsewhere {
        attempt: "A compilation interrupted, a full disk, a closed pipe",
        outcome: "the old image or the new one; what was answered is not lost",
        tests: &[("cli/tests/compile.rs", ""), ("cli/tests/streaming.rs", "")],
    },
    Elsewhere {
        attempt: "A clock set back, a server flooded, files and addresses reached from a policy",
        outcome: "there is no such thing: VM and compiler ask no clock, open no file and no connection, start no process, and have no globals; dates are those of values and policies",
        tests: &[
            ("tests/tests/architecture.rs", "the_vm_knows_nothing_of_the_compiler_and_does_no_io"),
            ("tests/tests/architecture.rs", "the_compiler_is_pure"),
        ],
    },
];

/// Tests that are not there.
pub(crate) fn problems() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut problems = Vec::new();
    for (file, test) in ELSEWHERE.iter().flat_map(|row| row.tests) {
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        if !text.contains(&format!("fn {test}")) || text.is_empty() {
            problems.push(format!("there is no test `{test}` in {file}, which `elsewhere.rs` names"));
        }
    }
    problems
}
