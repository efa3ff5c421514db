//! A process for each case: it runs the case, measures what that took, and is killed when it does not end.
//!
//! Invariant: whatever the case does, the parent goes on: a crash, an overflown stack and a hang are failures of that case.

use crate::kit;
use crate::table::{Case, Run};
use std::fmt;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a host may give a thread.
pub(crate) const SMALL_STACK: usize = 512 * 1024;

/// After this a case hangs. It says nothing about speed: cases take seconds at most, this is for a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(300);

const CASE: &str = "SQRT_ABUSE_CASE";
const STACK: &str = "SQRT_ABUSE_STACK";

/// The stack of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stack {
    /// Of the main thread, usually 8 MiB.
    Main,
    /// Of 512 KiB.
    Small,
}

impl fmt::Display for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if *self == Stack::Main { "main" } else { "small" })
    }
}

/// What a case took.
pub(crate) struct Taken {
    /// Bytes of input.
    pub(crate) input: usize,
    /// Bytes of memory at the peak, beyond what the process has at its start.
    pub(crate) peak: usize,
    /// Milliseconds of the processor, to see where they go; nothing depends on them.
    pub(crate) milliseconds: usize,
}

/// The case that this process is for.
pub(crate) fn asked() -> Option<(String, Stack)> {
    let stack = if std::env::var(STACK).ok()? == "main" { Stack::Main } else { Stack::Small };
    Some((std::env::var(CASE).ok()?, stack))
}

/// Runs a case in this process, and prints what the parent wants to know.
pub(crate) fn run(case: &'static Case, stack: Stack) {
    let (input, peak) = match (case.run, stack) {
        (Run::Engine(attempt), Stack::Main) => measured(attempt),
        (Run::Engine(attempt), Stack::Small) => {
            let thread = thread::Builder::new().stack_size(SMALL_STACK);
            thread.spawn(move || measured(attempt)).expect("a thread").join().expect("the case ends well")
        }
        (Run::Command(attempt), stack) => {
            let mut command = crate::command::Sqrt::new(stack);
            let before = command.peak();
            let input = attempt(&mut command);
            (input, command.peak().saturating_sub(before))
        }
    };
    println!("{input} {peak} {}", processor_time());
}

fn measured(attempt: fn() -> usize) -> (usize, usize) {
    let before = memory("VmRSS:");
    let input = attempt();
    (input, memory("VmHWM:").saturating_sub(before))
}

/// A figure of this process in bytes; 0 where the system has none, as only Linux does.
fn memory(key: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|text| text.parse().ok());
    kilobytes.map_or(0, |kilobytes: usize| kilobytes * 1024)
}

/// Milliseconds of the processor that this process and its children took.
#[cfg(unix)]
fn processor_time() -> i64 {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let of =
        |who| getrusage(who).map_or(0, |usage| (usage.user_time() + usage.system_time()).num_milliseconds());
    of(UsageWho::RUSAGE_SELF) + of(UsageWho::RUSAGE_CHILDREN)
}

#[cfg(not(unix))]
fn processor_time() -> i64 {
    0
}

/// Runs a case in a process of its own.
pub(crate) fn spawn(case: &str, stack: Stack) -> Result<Taken, String> {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.env(CASE, case).env(STACK, stack.to_string()).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
    let (ended, stdout, stderr) = wait(child);
    match ended {
        None => Err(format!("on the {stack} stack it did not end in {} s", DEADLINE.as_secs())),
        Some(status) if !status.success() => {
            Err(format!("on the {stack} stack it ended with {status}: {}", kit::excerpt(&stderr)))
        }
        Some(_) => {
            let mut figures = stdout.split_whitespace().filter_map(|figure| figure.parse().ok());
            let (Some(input), Some(peak), Some(milliseconds)) =
                (figures.next(), figures.next(), figures.next())
            else {
                return Err(format!("its process told no figures: {}", kit::excerpt(&stdout)));
            };
            Ok(Taken { input, peak, milliseconds })
        }
    }
}

/// Waits for a process until the deadline, and reads what it writes meanwhile.
pub(crate) fn wait(mut child: Child) -> (Option<std::process::ExitStatus>, String, String) {
    fn reader(stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
        thread::spawn(move || {
            let (mut bytes, mut stream) = (Vec::new(), stream);
            let _ = stream.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    }
    let stdout = reader(child.stdout.take().expect("a pipe"));
    let stderr = reader(child.stderr.take().expect("a pipe"));
    let start = Instant::now();
    let ended = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break Some(status),
            None if start.elapsed() > DEADLINE => {
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    (ended, stdout.join().expect("a reader"), stderr.join().expect("a reader"))
}
