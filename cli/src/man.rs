//! `sqrt man`: manual pages, made of the same definition as the help.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use sqrt_authoring::nearest::question;
use sqrt_vm::visible::quote;

use crate::args::{CommandLine, EXIT_STATUS, ManArgs};
use crate::input;
use crate::output::{Failure, Output, Stop};
use crate::replace::replace_file;

/// Writes one page, or all of them into a folder.
pub(crate) fn run(args: &ManArgs, output: &mut Output) -> Result<(), Stop> {
    let pages = pages();
    if let Some(folder) = &args.output {
        return Ok(write_all(&pages, folder)?);
    }
    let name = args.page.as_ref().map_or_else(|| "sqrt".to_owned(), |verb| format!("sqrt-{verb}"));
    let Some(page) = pages.iter().find(|page| self::name(page) == name) else {
        let verbs: Vec<&str> =
            pages.iter().filter_map(|page| self::name(page).strip_prefix("sqrt-")).collect();
        let asked = args.page.as_deref().unwrap_or_default();
        let near = question(asked, verbs.iter().copied());
        return Err(Failure::new(format!("there is no verb {}{near}", quote(asked)))
            .help(format!("the verbs are {}", verbs.join(", ")))
            .into());
    };
    let text = rendered(page)?;
    output.write(|stdout| stdout.write_all(&text))
}

/// The command, and each verb as a command of its own: `sqrt-eval` is the page of `sqrt eval`.
fn pages() -> Vec<Command> {
    let mut command = CommandLine::command().propagate_version(true);
    command.build();
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help");
    let mut pages: Vec<Command> = verbs.cloned().collect();
    pages.insert(0, command);
    pages
}

/// The name of a page.
fn name(page: &Command) -> &str {
    page.get_display_name().unwrap_or(page.get_name())
}

fn rendered(page: &Command) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    // What every verb takes is left out of each help, and stands in each page.
    let whole = page.clone().mut_args(|arg| arg.hide_short_help(false).hide_long_help(false));
    Man::new(whole)
        .render(&mut text)
        .map_err(|error| Failure::new(format!("cannot make the page: {error}")))?;
    let before = page.get_before_help().map(ToString::to_string).unwrap_or_default();
    text.extend_from_slice(remarks(&before).as_bytes());
    Ok(text)
}

/// The sections of what stands before a help: examples, the exit status, and what else there is to know.
fn remarks(before: &str) -> String {
    let mut sections = [
        (".SH EXAMPLES\n", String::new()),
        (".SH \"EXIT STATUS\"\n", String::new()),
        (".SH NOTES\n", String::new()),
    ];
    let [(_, examples), (_, status), (_, notes)] = &mut sections;
    for paragraph in before.split("\n\n") {
        if let Some(lines) = paragraph.strip_prefix("Example:\n") {
            // As it is, line by line.
            examples.push_str(&format!(".nf\n{}\n.fi\n", roff(lines)));
        } else if let Some(text) = paragraph.strip_prefix("Exit status: ") {
            status.push_str(&format!("{}\n", roff(text)));
        } else if !paragraph.is_empty() {
            notes.push_str(&format!(".PP\n{}\n", roff(paragraph)));
        }
    }
    if status.is_empty() {
        status.push_str(&format!("{}\n", roff(EXIT_STATUS)));
    }
    let some = sections.into_iter().filter(|(_, text)| !text.is_empty());
    some.map(|(heading, text)| format!("{heading}{text}")).collect()
}

/// Text with nothing in it that the formatter would obey.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\(rs").replace('-', "\\-");
    let lines = escaped.lines().map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn write_all(pages: &[Command], folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        Failure::new(format!("cannot make the folder {}: {error}", input::quoted(folder)))
    })?;
    for page in pages {
        replace_file(&folder.join(format!("{}.1", name(page))), &rendered(page)?)?;
    }
    Ok(())
}
