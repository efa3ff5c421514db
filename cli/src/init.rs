//! `sqrt init`: a policy to begin with, its tests and a `sqrt.toml`.
//!
//! Invariant: either all files are written or, as far as that can be known before, none; what is there is not overwritten unless that is
//! asked for.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use sqrt_authoring::config::FILE_NAME;
use sqrt_authoring::init::{self, Names};

use crate::args::InitArgs;
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Stop, tell};
use crate::replace::replace_file;
use crate::tools;

/// What a policy is called where only a folder is given.
const POLICY: &str = "policy.sqrt";

/// Writes the files.
pub(crate) fn run(args: &InitArgs, _: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    let tools = args.tools.as_ref().map(|path| tools::read(path, &limits)).transpose()?;
    let (folder, policy) = place(&args.path)?;
    let stem = policy.strip_suffix(".sqrt").unwrap_or(&policy);
    let tests = format!("{stem}_test.yaml");
    let names = Names { policy: &policy, tests: &tests };
    let start = match &tools {
        Some(tools) => init::for_tools(tools, names),
        None => init::template(names),
    };
    make_folder(&folder)?;
    let named = args.tools.as_ref().filter(|path| !input::is_stdin(path));
    let named = named.map(|path| input::shown(&relative(&folder, path)));
    let configuration = init::configuration(&policy, named.as_deref());
    let files = [(policy.as_str(), &start.policy), (&tests, &start.tests), (FILE_NAME, &configuration)];
    let files = files.map(|(name, text)| (folder.join(name), text));
    if !args.force {
        refuse_to_overwrite(files.iter().map(|(path, _)| path.as_path()))?;
    }
    for (path, text) in &files {
        write(path, text, args.force)?;
    }
    let shown: Vec<String> = files.iter().map(|(path, _)| input::quoted(path)).collect();
    tell(format_args!("written: {}\n", shown.join(", ")));
    tell("`sqrt test` runs the tests, `sqrt lint` looks through the policy\n");
    Ok(())
}

/// The folder, and the name of the policy in it.
fn place(path: &Path) -> Result<(PathBuf, String), Failure> {
    if input::is_stdin(path) {
        return Err(Failure::new("a policy is written into a folder, not to `-`")
            .help("give a folder, or the name of a policy file; `./-` is a folder called `-`"));
    }
    let is_policy = path.extension().is_some_and(|extension| extension == "sqrt") && !path.is_dir();
    let name = path.file_name().filter(|_| is_policy);
    match name {
        // As people would write the names of files that are here.
        None if path == Path::new(".") => Ok((PathBuf::new(), POLICY.to_owned())),
        None => Ok((path.to_owned(), POLICY.to_owned())),
        Some(name) => {
            let name = name.to_str().ok_or_else(|| {
                Failure::new(format!("the name {} is not UTF-8", input::quoted(path)))
                    .help("other files mention the policy by its name, which has to be text")
            })?;
            Ok((path.parent().map(Path::to_owned).unwrap_or_default(), name.to_owned()))
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| {
        let failure = Failure::new(format!("cannot make the folder {}: {error}", input::quoted(folder)));
        match folder.is_file() {
            true => failure.help("a policy file has `.sqrt` at its end"),
            false => failure,
        }
    })
}

fn refuse_to_overwrite<'p>(paths: impl Iterator<Item = &'p Path>) -> Result<(), Failure> {
    let there: Vec<String> =
        paths.filter(|path| path.symlink_metadata().is_ok()).map(input::quoted).collect();
    if there.is_empty() {
        return Ok(());
    }
    let is = if there.len() == 1 { "is" } else { "are" };
    Err(Failure::new(format!("{} {is} there already", there.join(", ")))
        .help("`--force` overwrites; nothing was written"))
}

/// Writes a file; without `force` only a new one, also if it has come into being meanwhile.
fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    if force {
        return replace_file(path, text.as_bytes());
    }
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    created.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        let failure = Failure::new(format!("cannot write {}: {error}", input::quoted(path)));
        match error.kind() {
            ErrorKind::AlreadyExists => failure.help("`--force` overwrites"),
            _ => failure,
        }
    })
}

/// A path as it is seen from a folder, where that can be told.
fn relative(folder: &Path, path: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (Ok(folder), Ok(path)) = (folder.canonicalize(), path.canonicalize()) else { return path.to_owned() };
    let (mut from, mut to) = (folder.components().peekable(), path.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    from.map(|_| Component::ParentDir).chain(to).collect()
}
