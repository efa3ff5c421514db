//! Two texts of a file as a unified diff, and text of policies on its way to standard output.

use std::borrow::Cow;
use std::io::{self, IsTerminal};

use similar::TextDiff;
use sqrt_vm::visible::visible;

use crate::output::{Output, Stop};
use crate::terminal::stdout_is_coloured;

/// Shows what has become of a file, with a word for the new text.
pub(crate) fn show(name: &str, became: &str, old: &str, new: &str, output: &mut Output) -> Result<(), Stop> {
    let diff = TextDiff::from_lines(old, new);
    let name = visible(name);
    let shown = diff.unified_diff().header(&name, &format!("{name} ({became})")).to_string();
    let is_coloured = stdout_is_coloured();
    lines(&shown, output, |line| {
        let colour = match line.as_bytes() {
            [b'+', ..] => "32",
            [b'-', ..] => "31",
            [b'@', ..] => "36",
            _ => return for_reader(line),
        };
        let line = for_reader(line);
        if is_coloured { Cow::Owned(format!("\u{1b}[{colour}m{line}\u{1b}[0m")) } else { line }
    })
}

/// Writes the text of a policy.
pub(crate) fn text(text: &str, output: &mut Output) -> Result<(), Stop> {
    lines(text, output, |line| for_reader(line))
}

/// Writes lines one by one.
fn lines<'t>(
    text: &'t str,
    output: &mut Output,
    shown: impl Fn(&'t str) -> Cow<'t, str>,
) -> Result<(), Stop> {
    text.split_inclusive('\n').try_for_each(|line| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        output.text(&shown(line))?;
        output.text(end)
    })
}

/// A line as it is, or, on a terminal, with nothing in it that would be obeyed or hidden.
fn for_reader(line: &str) -> Cow<'_, str> {
    if io::stdout().is_terminal() { visible(line) } else { Cow::Borrowed(line) }
}
