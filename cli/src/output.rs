//! The two output streams: standard output for answers, standard error for everything else.
//!
//! Invariants: nothing here panics when a stream is closed. A reader of standard output that went away is no failure, the
//! command then ends quietly; any other failed write is one.

use std::fmt::Display;
#[cfg(unix)]
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use sqrt_vm::visible::visible;

use crate::terminal::{Pager, stderr_is_coloured};

/// How the command ends; the worst of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Done, and fine.
    Fine,
    /// Done, and the policy is not fine.
    NotFine,
    /// The command could not do its work, or not all of it.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        match status {
            Status::Fine => ExitCode::SUCCESS,
            Status::NotFine => ExitCode::from(1),
            Status::Failed => ExitCode::from(2),
        }
    }
}

/// Why the command stops before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Nobody reads standard output any more.
    Closed,
    /// A problem to tell.
    Failure(Failure),
}

/// What the command could not do, and the way out.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What could not be done, and the way out.
    pub(crate) fn parts(&self) -> (&str, Option<&str>) {
        (&self.message, self.help.as_deref())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failure(failure)
    }
}

/// Standard output, and the exit status so far.
pub(crate) struct Output {
    stdout: BufWriter<Box<dyn Write>>,
    /// Whether a write failed; there is no use in trying again, nor in telling it twice.
    broken: bool,
    status: Status,
    pager: Option<Pager>,
}

impl Output {
    pub(crate) fn new() -> Self {
        let stdout = BufWriter::with_capacity(1 << 16, stdout());
        Self { stdout, broken: false, status: Status::Fine, pager: None }
    }

    /// Lets a pager show the answer from here on, if somebody reads it on a terminal and wants one.
    pub(crate) fn page(&mut self) -> Result<(), Stop> {
        if self.pager.is_none()
            && let Some((pager, stdin)) = Pager::start()
        {
            self.flush()?;
            self.stdout = BufWriter::new(Box::new(stdin));
            self.pager = Some(pager);
        }
        Ok(())
    }

    /// Passes on what is buffered, and waits until the pager, if there is one, was left.
    pub(crate) fn finish(&mut self) -> Result<(), Stop> {
        let flushed = self.flush();
        if let Some(pager) = self.pager.take() {
            // Its input ends here.
            self.stdout = BufWriter::new(Box::new(io::sink()));
            pager.wait();
        }
        flushed
    }

    /// The worst status so far.
    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// Whether a write failed: no answer comes out any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Notes that the command ends no better than this.
    pub(crate) fn worsen(&mut self, status: Status) {
        self.status = self.status.max(status);
    }

    /// Writes with a closure, so that every failed write is told apart in one place.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
        let written = write(&mut self.stdout);
        self.broken |= written.is_err();
        written.map_err(stop)
    }

    /// Writes text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Stop> {
        self.write(|stdout| stdout.write_all(text.as_bytes()))
    }

    /// Passes on what is buffered.
    pub(crate) fn flush(&mut self) -> Result<(), Stop> {
        if self.broken {
            return Ok(());
        }
        self.write(|stdout| stdout.flush())
    }
}

/// Standard output as a file of its own. The handle of the standard library takes one that cannot be written to for one that
/// swallows everything, and answers would be lost without a word.
#[cfg(unix)]
fn stdout() -> Box<dyn Write> {
    use std::os::fd::AsFd;
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(stdout) => Box::new(File::from(stdout)),
        Err(_) => Box::new(io::stdout().lock()),
    }
}

#[cfg(not(unix))]
fn stdout() -> Box<dyn Write> {
    Box::new(io::stdout().lock())
}

fn stop(error: io::Error) -> Stop {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Stop::Closed,
        _ => Stop::Failure(Failure::new(format!("cannot write to standard output: {error}"))),
    }
}

/// Writes to standard error; a closed one is nobody's failure.
pub(crate) fn tell(text: impl Display) {
    let _ = write!(io::stderr().lock(), "{text}");
}

/// Tells a failure, on one line whatever it quotes.
pub(crate) fn tell_failure(failure: &Failure) {
    let (red, cyan, plain) =
        if stderr_is_coloured() { ("\x1b[1;31m", "\x1b[1;36m", "\x1b[0m") } else { ("", "", "") };
    let mut text = format!("{red}error{plain}: {}\n", visible(&failure.message));
    if let Some(help) = &failure.help {
        text.push_str(&format!("{cyan}help{plain}: {}\n", visible(help)));
    }
    tell(text);
}
