//! What interruptions leave behind: commands are killed, disks are full, readers and inputs go away, for real.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod compile;
mod eval;

use std::process::Command;

use common::sqrt;

/// The command, run by a shell that first does something else, such as setting a limit.
fn sqrt_after(shell: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")]).arg(sqrt().get_program());
    command.env_remove("NO_COLOR");
    command
}

/// Files of up to 1 KiB or less, and an error instead of a signal for more.
const SMALL_FILES: &str = "trap '' XFSZ; ulimit -f 1";
