//! `sqrt man`: manual pages, made of the same definition as the help.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use sqrt_authoring::nearest::question;
use sqrt_vm::visible::quote;

use crate::args::{CommandLine, ManArgs};
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
    Man::new(page.clone())
        .render(&mut text)
        .map_err(|error| Failure::new(format!("cannot make the page: {error}")))?;
    Ok(text)
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
