//! `sqrt.toml` for verbs: where it is, what it says, and which files it names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sqrt_authoring::config::{Config, FILE_NAME};

use crate::args::ConfigArgs;
use crate::input;
use crate::output::Failure;

/// No configuration is longer.
const MAX_BYTES: u64 = 1 << 20;

/// A configuration, and the folder that its paths begin in.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    pub(crate) config: Config,
    folder: PathBuf,
    /// The path of the file, if there is one.
    path: Option<PathBuf>,
}

impl Configuration {
    /// Reads the file that is named, or the one in the folder of the first policy file, or above it. A folder in its place is
    /// the one to begin in.
    pub(crate) fn find(args: &ConfigArgs, first: Option<&Path>) -> Result<Self, Failure> {
        if args.none {
            return Ok(Self::default());
        }
        if let Some(path) = &args.file {
            return Self::read(path);
        }
        let first = first.filter(|first| !input::is_stdin(first));
        let folder = first.and_then(|first| if first.is_dir() { Some(first) } else { first.parent() });
        let start = folder.unwrap_or(Path::new(""));
        let here = std::env::current_dir().unwrap_or_default();
        let start = here.join(start);
        let start = start.canonicalize().unwrap_or(start);
        for folder in start.ancestors() {
            let path = folder.join(FILE_NAME);
            match path.metadata() {
                Ok(found) if found.is_file() => {
                    // As people would write it, where it is below.
                    let here = here.canonicalize().unwrap_or_else(|_| here.clone());
                    return Self::read(path.strip_prefix(here).unwrap_or(&path));
                }
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
                Err(error) => return Err(input::unreadable(&path, &error)),
            }
        }
        Ok(Self::default())
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = input::read(path, MAX_BYTES)?;
        let name = input::quoted(path);
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Failure::new(format!("{name} is longer than 1 MiB")));
        }
        let text = String::from_utf8(bytes).map_err(|_| Failure::new(format!("{name} is not UTF-8")))?;
        let config = Config::parse(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let failure = Failure::new(format!("{}:{error}", input::shown(path)));
            let help =
                error.help.unwrap_or_else(|| "`sqrt lint --help` says how to go without it".to_owned());
            failure.help(help)
        })?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { config, folder, path: Some(path.to_owned()) })
    }

    /// The file with the definitions of tools that it names.
    pub(crate) fn tools(&self) -> Option<PathBuf> {
        self.config.policy.tools.as_ref().map(|tools| self.folder.join(tools))
    }

    /// The policy files that it names, in order; each glob by the alphabet, no file twice.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let Some(path) = &self.path else {
            return Err(Failure::new(format!(
                "no file is given, and there is no `{FILE_NAME}` that names some"
            ))
            .help("give policy files, or `-` for standard input"));
        };
        let name = input::quoted(path);
        if self.config.policy.files.is_empty() {
            return Err(Failure::new(format!("no file is given, and {name} names none"))
                .help("give policy files, or write `files = [\"*.sqrt\"]` below `[policy]`"));
        }
        let mut files = Vec::new();
        for pattern in &self.config.policy.files {
            let full = format!("{}{pattern}", prefix(&self.folder));
            let paths = glob::glob(&full).map_err(|error| {
                Failure::new(format!("{name}: `{pattern}` is no path and no glob: {}", error.msg))
            })?;
            let mut some = false;
            for path in paths {
                let path = path.map_err(|error| input::unreadable(error.path(), error.error()))?;
                some = true;
                if !files.contains(&path) {
                    files.push(path);
                }
            }
            if !some {
                return Err(Failure::new(format!("{name}: there is no file `{pattern}`"))
                    .help("paths in it begin in its own folder"));
            }
        }
        Ok(files)
    }
}

/// A folder as the literal beginning of a glob.
fn prefix(folder: &Path) -> String {
    if folder.as_os_str().is_empty() {
        return String::new();
    }
    let mut prefix = glob::Pattern::escape(&folder.to_string_lossy());
    prefix.push(std::path::MAIN_SEPARATOR);
    prefix
}
