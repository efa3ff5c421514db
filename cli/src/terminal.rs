//! What is special where somebody reads on a terminal: colours, and a pager for long answers.
//!
//! Invariant: what is not a terminal gets neither, unless colours are asked for; `NO_COLOR` is the last word on colours.

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use clap::ValueEnum;

/// When something is done that terminals are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// What the command line says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    pub(crate) color: When,
    pub(crate) no_pager: bool,
}

/// Set once, as both streams ask, from everywhere.
static SETTINGS: OnceLock<Settings> = OnceLock::new();

impl Settings {
    /// What holds from now on.
    pub(crate) fn apply(self) {
        let _ = SETTINGS.set(self);
    }

    /// What can be told of a command line that was misused, or that asks for help.
    pub(crate) fn of_args_that_are_not_understood(args: impl Iterator<Item = OsString>) -> Settings {
        let mut settings = Settings::default();
        let mut args = args.peekable();
        while let Some(arg) = args.next() {
            let arg = arg.to_string_lossy();
            let color = match arg.strip_prefix("--color") {
                Some("") => args.peek().map(|value| value.to_string_lossy().into_owned()),
                Some(value) => value.strip_prefix('=').map(str::to_owned),
                None => None,
            };
            if let Some(color) = color.and_then(|value| When::from_str(&value, false).ok()) {
                settings.color = color;
            }
            settings.no_pager |= arg == "--no-pager";
        }
        settings
    }

    fn in_force() -> Settings {
        SETTINGS.get().copied().unwrap_or_default()
    }
}

/// Whether standard output shows colours.
pub(crate) fn stdout_is_coloured() -> bool {
    is_coloured(io::stdout().is_terminal())
}

/// Whether standard error shows colours.
pub(crate) fn stderr_is_coloured() -> bool {
    is_coloured(io::stderr().is_terminal())
}

fn is_coloured(is_terminal: bool) -> bool {
    let welcome = match Settings::in_force().color {
        When::Always => true,
        When::Auto => is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        When::Never => false,
    };
    welcome && variable("NO_COLOR").is_none()
}

/// An environment variable that is set to something.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// A program that shows the answer a page at a time.
#[derive(Debug)]
pub(crate) struct Pager(Child);

impl Pager {
    /// Starts the pager that the user wants, if standard output is a terminal: that of `SQRT_PAGER` or `PAGER`, a command for the
    /// shell, or `less`. Without one that starts the answer goes to the terminal.
    pub(crate) fn start() -> Option<(Pager, ChildStdin)> {
        if Settings::in_force().no_pager || !io::stdout().is_terminal() {
            return None;
        }
        let asked = ["SQRT_PAGER", "PAGER"].into_iter().find_map(std::env::var_os);
        let mut command = match &asked {
            Some(none) if none.is_empty() || none == "cat" => return None,
            Some(asked) => shell(asked),
            None => Command::new("less"),
        };
        // Colours as they are, gone with one page, and the text stays.
        if variable("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        let mut child = command.stdin(Stdio::piped()).spawn().ok()?;
        let stdin = child.stdin.take()?;
        Some((Pager(child), stdin))
    }

    /// Waits until it was left.
    pub(crate) fn wait(mut self) {
        let _ = self.0.wait();
    }
}

fn shell(command: &OsStr) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_found_in_what_is_not_understood() {
        let of = |args: &[&str]| {
            let args = args.iter().map(OsString::from);
            Settings::of_args_that_are_not_understood(args).color
        };
        assert_eq!(of(&["sqrt", "chek"]), When::Auto);
        assert_eq!(of(&["sqrt", "--color", "never", "chek"]), When::Never);
        assert_eq!(of(&["sqrt", "chek", "--color=always"]), When::Always);
        assert_eq!(of(&["sqrt", "chek", "--color=blue", "--color"]), When::Auto);
        assert_eq!(of(&["sqrt", "--colors=never"]), When::Auto);
    }
}
