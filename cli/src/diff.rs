//! `sqrt diff`: what differs between two policies, for people, programs and git.
//!
//! Invariant: the status is 1 exactly if something differs, or a policy is not fine; with `--git`, where git asks for it, it is 0.

use std::path::{Path, PathBuf};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use sqrt_authoring::diff::{Change, How, Place, Revision, Side, compare};
use sqrt_vm::limits::Limits;
use sqrt_vm::visible::visible;

use crate::args::{DiffArgs, Format, SettingsArgs};
use crate::files::policy_files;
use crate::input;
use crate::json;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop};
use crate::policy::tell_diagnostics;
use crate::program::PolicyInputs;
use crate::terminal::stdout_is_coloured;

/// Compares the policies and shows what differs.
pub(crate) fn run(args: &DiffArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    if args.git {
        return for_git(args, limits, output);
    }
    let (old, new) = sides(args)?;
    let paths =
        old.iter().chain(new).chain(&args.settings.x_policy).chain(&args.against_settings.against_x_policy);
    input::stdin_at_most_once(paths)?;
    let mut revision = |paths: &[PathBuf], settings: &SettingsArgs| -> Result<Option<Revision>, Stop> {
        let Some(inputs) = read(&policy_files(paths)?, settings, limits, output)? else { return Ok(None) };
        let revision = inputs.revision(settings);
        Ok(revision
            .map_err(|checked| {
                tell_diagnostics(&checked);
                output.worsen(Status::NotFine);
            })
            .ok())
    };
    let old = revision(old, &args.settings)?;
    let new = revision(new, &args.against_settings.over(&args.settings))?;
    if let (Some(old), Some(new)) = (old, new) {
        let changes = compare(&old, &new).changes;
        show(&changes, args.format, output)?;
        if !changes.is_empty() {
            output.worsen(Status::NotFine);
        }
    }
    Ok(())
}

/// The files of the two policies.
fn sides(args: &DiffArgs) -> Result<(&[PathBuf], &[PathBuf]), Failure> {
    match args.policies.as_slice() {
        [] if args.against_settings.is_given() || !args.against.is_empty() => Ok((&[], &args.against)),
        all if !args.against.is_empty() => Ok((all, &args.against)),
        [old, new] if !args.against_settings.is_given() => {
            Ok((std::slice::from_ref(old), std::slice::from_ref(new)))
        }
        all if args.against_settings.is_given() => Ok((all, all)),
        _ => Err(Failure::new("it is not clear which policies are to be compared")
            .help("give two files or folders, or the new policy after `--against`")),
    }
}

fn read(
    files: &[PathBuf],
    settings: &SettingsArgs,
    limits: Limits,
    output: &mut Output,
) -> Result<Option<PolicyInputs>, Stop> {
    let inputs = PolicyInputs::read(files, settings.x_policy.as_deref(), limits, output)?;
    if let Some(image) = inputs.as_ref().and_then(PolicyInputs::image) {
        let name = input::quoted(Path::new(&image.name));
        let failure = Failure::new(format!("{name} is a compiled image: it has no text to compare"));
        return Err(failure.help("compare the policy files that it was made from").into());
    }
    Ok(inputs)
}

/// What git gives: path, old file, old hash, old mode, new file, new hash, new mode, and more if it was renamed.
fn for_git(args: &DiffArgs, limits: Limits, output: &mut Output) -> Result<(), Stop> {
    let (path, old, new) = match args.policies.as_slice() {
        [path, old, _, _, new, ..] => (path, old, new),
        [path] => {
            output.text(&format!("{} is not merged\n", visible(&input::shown(path))))?;
            return Ok(());
        }
        _ => {
            return Err(Failure::new("these are not the arguments that git gives")
                .help("`git config diff.sqrt.command \"sqrt diff --git\"` has git call the command")
                .into());
        }
    };
    let mut side = |path_of_side: &PathBuf| -> Result<Option<PolicyInputs>, Stop> {
        let mut inputs = read(std::slice::from_ref(path_of_side), &args.settings, limits, output)?;
        for file in inputs.iter_mut().flat_map(PolicyInputs::files_mut) {
            file.name = input::shown(path);
        }
        Ok(inputs)
    };
    let (Some(mut old), Some(mut new)) = (side(old)?, side(new)?) else { return Ok(()) };
    if args.format == Format::Text {
        output.text(&format!("diff of {}\n", visible(&input::shown(path))))?;
    }
    match (old.revision(&args.settings), new.revision(&args.settings)) {
        (Ok(old), Ok(new)) => show(&compare(&old, &new).changes, args.format, output),
        // A file that is a policy only together with others.
        _ => {
            let text = |inputs: &mut PolicyInputs| {
                let bytes = inputs.files_mut().iter().flat_map(|file| file.bytes.iter().copied());
                String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
            };
            let (old, new) = (text(&mut old), text(&mut new));
            let lines = TextDiff::from_lines(&old, &new).unified_diff().to_string();
            lines.split_inclusive('\n').try_for_each(|line| {
                let line = line.strip_suffix('\n').unwrap_or(line);
                output.text(&format!("{}\n", visible(line)))
            })
        }
    }
}

fn show(changes: &[Change], format: Format, output: &mut Output) -> Result<(), Stop> {
    match format {
        Format::Json => {
            let line = Line { equal: changes.is_empty(), changes: changes.iter().map(Entry::new).collect() };
            output.write(|out| json::write_line(out, &line))
        }
        Format::Text => {
            let coloured = stdout_is_coloured();
            changes.iter().try_for_each(|change| output.text(&text(change, 0, coloured)))
        }
    }
}

/// A change with its parts, each on lines of its own.
fn text(change: &Change, level: usize, coloured: bool) -> String {
    let indent = "  ".repeat(level);
    let (on, off) = match (coloured, change.how) {
        (false, _) => ("", ""),
        (true, How::Added) => ("\u{1b}[32m", "\u{1b}[0m"),
        (true, How::Removed) => ("\u{1b}[31m", "\u{1b}[0m"),
        (true, _) => ("\u{1b}[33m", "\u{1b}[0m"),
    };
    let places =
        [&change.old, &change.new].map(|side| side.as_ref().and_then(|side| side.place.as_ref()).map(shown));
    let place = match places {
        [Some(old), Some(new)] if old == new => format!("  ({old})"),
        [Some(old), Some(new)] => format!("  ({old} → {new})"),
        [Some(one), None] | [None, Some(one)] => format!("  ({one})"),
        [None, None] => String::new(),
    };
    let mut out = format!("{indent}{on}{} {}{off}{place}\n", change.how.name(), visible(&change.title));
    let said = match (&change.old, &change.new) {
        (Some(old @ Side { place: None, .. }), Some(new)) => {
            visible(&format!("{} → {}", old.text, new.text)).into_owned()
        }
        (Some(old), Some(new)) if old.text != new.text => words(&old.text, &new.text, coloured),
        (Some(one), _) | (None, Some(one)) => visible(&one.text).into_owned(),
        (None, None) => String::new(),
    };
    if !said.is_empty() {
        out.push_str(&format!("{indent}    {said}\n"));
    }
    out.extend(change.parts.iter().map(|part| text(part, level.saturating_add(1), coloured)));
    out
}

fn shown(place: &Place) -> String {
    format!("{}:{}", visible(&place.file), place.line)
}

/// Both texts in one: words that are gone as `[-…-]`, those that are new as `{+…+}`.
fn words(old: &str, new: &str, coloured: bool) -> String {
    let (old, new) = (pieces(old), pieces(new));
    let diff = TextDiff::from_slices(&old, &new);
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match runs.last_mut() {
            Some((tag, run)) if *tag == change.tag() => run.push_str(change.value()),
            _ => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    let mut out = String::new();
    for (tag, run) in runs {
        let run = visible(&run);
        match (tag, coloured) {
            (ChangeTag::Equal, _) => out.push_str(&run),
            (ChangeTag::Delete, false) => out.push_str(&format!("[-{run}-]")),
            (ChangeTag::Insert, false) => out.push_str(&format!("{{+{run}+}}")),
            (ChangeTag::Delete, true) => out.push_str(&format!("\u{1b}[31m[-{run}-]\u{1b}[0m")),
            (ChangeTag::Insert, true) => out.push_str(&format!("\u{1b}[32m{{+{run}+}}\u{1b}[0m")),
        }
    }
    out
}

/// A text in words and what stands between them, character by character.
fn pieces(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end =
            if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let Some((piece, others)) = rest.split_at_checked(end) else { break };
        pieces.push(piece);
        rest = others;
    }
    pieces
}

/// The answer as JSON; the order of the keys is part of the contract.
#[derive(Serialize)]
struct Line<'c> {
    equal: bool,
    changes: Vec<Entry<'c>>,
}

#[derive(Serialize)]
struct Entry<'c> {
    how: &'static str,
    what: &'c str,
    old: Option<At<'c>>,
    new: Option<At<'c>>,
    parts: Vec<Entry<'c>>,
}

#[derive(Serialize)]
struct At<'c> {
    file: Option<&'c str>,
    line: Option<u32>,
    column: Option<u32>,
    text: &'c str,
}

impl<'c> Entry<'c> {
    fn new(change: &'c Change) -> Self {
        let at = |side: &'c Side| At {
            file: side.place.as_ref().map(|place| place.file.as_str()),
            line: side.place.as_ref().map(|place| place.line),
            column: side.place.as_ref().map(|place| place.column),
            text: &side.text,
        };
        Entry {
            how: change.how.name(),
            what: &change.title,
            old: change.old.as_ref().map(at),
            new: change.new.as_ref().map(at),
            parts: change.parts.iter().map(Entry::new).collect(),
        }
    }
}
