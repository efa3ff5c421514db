//! Running tests again whenever a file that they depend on changes, until interrupted.
//!
//! Folders are watched, not files, as editors put a new file in the place of the old one. Where the system cannot tell of
//! changes, or not of that many folders, they are looked for.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use notify::{Config, Event, EventKind, PollWatcher, RecursiveMode, Watcher};
use sqrt_authoring::testing::policy_of;
use sqrt_vm::limits::Limits;

use super::{discover, load, once};
use crate::args::TestArgs;
use crate::input;
use crate::output::{Failure, Output, Stop, tell, tell_failure};

/// Changes that follow each other within this time are one.
const TOGETHER: Duration = Duration::from_millis(100);

/// How often changes are looked for where the system does not tell of them.
const POLL: Duration = Duration::from_millis(500);

/// Runs the tests, and again after every change.
pub(crate) fn run(args: &TestArgs, limits: Limits, output: &mut Output) -> Result<(), Stop> {
    if args.paths.iter().any(|path| input::is_stdin(path)) {
        return Err(Failure::new("standard input (`-`) does not change, so it cannot be watched").into());
    }
    let mut watched = Watched::new(Watched::told_by_the_system)?;
    loop {
        // Before the run, so that no change is missed.
        let sources = Sources::find(args, &limits);
        if sources.folders.is_empty() {
            // There is nothing to wait for.
            return once(args, limits, output);
        }
        watched.follow(&sources.folders)?;
        match once(args, limits, output) {
            Err(Stop::Failure(failure)) => tell_failure(&failure),
            done => done?,
        }
        output.flush()?;
        tell("waiting for changes; end with Ctrl-C\n");
        watched.wait(&sources)?;
        if io::stdout().is_terminal() {
            output.text("\x1b[2J\x1b[3J\x1b[H")?;
        }
    }
}

/// What the tests depend on.
#[derive(Debug, Default)]
struct Sources {
    folders: BTreeSet<PathBuf>,
    /// X-Policy documents, which are called anything.
    documents: BTreeSet<PathBuf>,
}

impl Sources {
    fn find(args: &TestArgs, limits: &Limits) -> Self {
        let mut sources = Sources::default();
        let found = discover::test_files(&args.paths).unwrap_or_default();
        sources.folders.extend(found.folders);
        // A folder without tests may get some.
        let named = args.paths.iter().filter(|path| path.is_dir()).cloned();
        sources.folders.extend(named);
        if args.paths.is_empty() {
            sources.folders.insert(PathBuf::from("."));
        }
        for path in &found.files {
            sources.add_folder_of(path);
            let Ok(file) = load::read(path, limits) else { continue };
            let Ok((policies, document)) = load::files_of(&file, path) else { continue };
            policies.iter().chain(&document).for_each(|path| sources.add_folder_of(path));
            sources.documents.extend(document.iter().filter_map(|path| whole(path)));
        }
        sources.folders.retain(|folder| folder.is_dir());
        sources
    }

    fn add_folder_of(&mut self, path: &Path) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        self.folders.insert(folder.unwrap_or(Path::new(".")).to_owned());
    }

    /// Whether a change may change what the tests give.
    fn matter(&self, event: &Event) -> bool {
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| self.has(path))
    }

    fn has(&self, path: &Path) -> bool {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        policy_of(&name).is_some()
            || path.extension().is_some_and(|extension| extension == "sqrt")
            || whole(path).is_some_and(|path| self.documents.contains(&path))
            // In a new folder there may be tests.
            || (path.is_dir() && !name.starts_with('.'))
    }
}

/// The path of a file, there or not, by the whole path of its folder.
fn whole(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
}

/// What the system tells of.
type Told = notify::Result<Event>;

/// Folders that are watched.
struct Watched {
    watcher: Box<dyn Watcher>,
    polls: bool,
    folders: BTreeSet<PathBuf>,
    sender: Sender<Told>,
    events: Receiver<Told>,
}

impl Watched {
    fn new(make: fn(Sender<Told>) -> notify::Result<Box<dyn Watcher>>) -> Result<Self, Failure> {
        let (sender, events) = mpsc::channel();
        let (watcher, polls) = match make(sender.clone()) {
            Ok(watcher) => (watcher, false),
            Err(_) => (Self::looking(sender.clone()).map_err(|error| cannot_watch(&error))?, true),
        };
        Ok(Self { watcher, polls, folders: BTreeSet::new(), sender, events })
    }

    fn told_by_the_system(sender: Sender<Told>) -> notify::Result<Box<dyn Watcher>> {
        Ok(Box::new(notify::recommended_watcher(sender)?))
    }

    fn looking(sender: Sender<Told>) -> notify::Result<Box<dyn Watcher>> {
        // A change within the resolution of a file's time is one all the same.
        let config = Config::default().with_poll_interval(POLL).with_compare_contents(true);
        Ok(Box::new(PollWatcher::new(sender, config)?))
    }

    /// Watches these folders, and no others.
    fn follow(&mut self, folders: &BTreeSet<PathBuf>) -> Result<(), Failure> {
        for gone in self.folders.difference(folders) {
            // It may be gone from the disk as well.
            let _ = self.watcher.unwatch(gone);
        }
        let known = std::mem::take(&mut self.folders);
        for folder in folders.difference(&known) {
            if let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                return self.look_instead(folders, &error);
            }
        }
        self.folders.clone_from(folders);
        Ok(())
    }

    /// Looks for changes from now on, as the system cannot tell of all.
    fn look_instead(&mut self, folders: &BTreeSet<PathBuf>, error: &notify::Error) -> Result<(), Failure> {
        if self.polls {
            return Err(cannot_watch(error));
        }
        self.watcher = Self::looking(self.sender.clone()).map_err(|error| cannot_watch(&error))?;
        self.polls = true;
        self.follow(folders)
    }

    /// Waits for a change that matters, and for those that follow it at once.
    fn wait(&self, sources: &Sources) -> Result<(), Failure> {
        let gone = || Failure::new("the folders are no longer watched");
        loop {
            let told = self.events.recv().map_err(|_| gone())?;
            // What went wrong while watching may have hidden a change.
            if told.map_or(true, |event| sources.matter(&event)) {
                break;
            }
        }
        loop {
            match self.events.recv_timeout(TOGETHER) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }
}

fn cannot_watch(error: &notify::Error) -> Failure {
    Failure::new(format!("cannot watch the files: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is watched, with what matters in it.
    fn watched(
        name: &str,
        make: fn(Sender<Told>) -> notify::Result<Box<dyn Watcher>>,
    ) -> (PathBuf, Sources, Watched) {
        let folder = std::env::temp_dir().join(format!("sqrt-watch-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let sources = Sources {
            folders: BTreeSet::from([folder.clone()]),
            documents: BTreeSet::from([whole(&folder.join("document.json")).unwrap()]),
        };
        let mut watched = Watched::new(make).unwrap();
        watched.follow(&sources.folders).unwrap();
        (folder, sources, watched)
    }

    #[test]
    fn changes_are_looked_for_where_the_system_does_not_tell() {
        let (folder, sources, watched) = watched("polls", |_| Err(notify::Error::generic("no")));
        assert!(watched.polls);
        fs::write(folder.join("new.sqrt"), "").unwrap();
        watched.wait(&sources).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_system_that_cannot_watch_a_folder_is_asked_no_more() {
        #[derive(Debug)]
        struct Refuses;
        impl Watcher for Refuses {
            fn new<F: notify::EventHandler>(_: F, _: Config) -> notify::Result<Self> {
                Ok(Refuses)
            }
            fn watch(&mut self, _: &Path, _: RecursiveMode) -> notify::Result<()> {
                Err(notify::Error::new(notify::ErrorKind::MaxFilesWatch))
            }
            fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
                Ok(())
            }
            fn kind() -> notify::WatcherKind {
                notify::WatcherKind::NullWatcher
            }
        }
        let (folder, sources, watched) = watched("refused", |_| Ok(Box::new(Refuses)));
        assert!(watched.polls);
        fs::write(folder.join("a_test.yaml"), "").unwrap();
        watched.wait(&sources).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_what_tests_depend_on_matters() {
        let (folder, sources, _) = watched("matters", Watched::told_by_the_system);
        for name in ["a.sqrt", "a_test.yaml", "document.json"] {
            assert!(sources.has(&folder.join(name)), "{name}");
        }
        for name in ["a.txt", "other.json", "coverage.html", ".a.sqrt.swp", "a.yaml"] {
            assert!(!sources.has(&folder.join(name)), "{name}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
