//! The documents that are open, the files beside them, and which of them are one policy.
//!
//! The files that `sqrt.toml` names are one policy, in its order. Each other file is one by itself, as for `sqrt check`, or with
//! `together` one with the policy files of its folder, by their names. Of all these an open one counts as it is in the editor. A
//! document that was never saved stands alone.
//!
//! Invariant: a file is parsed once for each version of its text.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use lsp_types::{InitializeParams, TextDocumentContentChangeEvent, Uri};
use serde_json::Value;
use sqrt_authoring::editor::{Document, Policy};
use sqrt_compiler::syntax::source::SourceFile;
use sqrt_compiler::syntax::token::FileId;
use sqrt_vm::limits::Limits;

use super::files::{neighbours, path_of, policies_below, uri_of};
use super::project::{Project, Projects, absolute};
use super::settings::Settings;
use super::text::{Encoding, Text};

/// A file of a policy, as it is now.
#[derive(Debug)]
pub(super) struct File {
    pub(super) uri: Uri,
    pub(super) text: Rc<Text>,
    pub(super) document: Document,
    /// Another for each text.
    stamp: u64,
}

/// The files that are one policy, and which of them was asked about.
#[derive(Debug, Clone)]
pub(super) struct Together {
    pub(super) files: Vec<Rc<File>>,
    pub(super) current: usize,
    pub(super) project: Rc<Project>,
}

impl Together {
    /// Hands out the policy.
    pub(super) fn with<T>(&self, work: impl FnOnce(Policy<'_>) -> T) -> T {
        let documents: Vec<&Document> = self.files.iter().map(|file| &file.document).collect();
        work(Policy::new(&documents))
    }

    /// The file that was asked about.
    pub(super) fn file(&self) -> Option<&Rc<File>> {
        self.files.get(self.current)
    }

    /// What the policy consists of; another where a text is another.
    pub(super) fn stamps(&self) -> Vec<u64> {
        self.files.iter().map(|file| file.stamp).chain([self.project.stamp]).collect()
    }
}

#[derive(Debug)]
struct Open {
    uri: Uri,
    path: Option<PathBuf>,
    version: i32,
    text: Rc<Text>,
    parsed: Option<Rc<File>>,
}

/// A file that is not open, as it was read.
#[derive(Debug)]
struct Stored {
    seen: (Option<SystemTime>, u64),
    file: Rc<File>,
}

/// All documents.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) limits: Limits,
    pub(super) encoding: Encoding,
    settings: Settings,
    /// The folders that the editor has open.
    folders: Vec<PathBuf>,
    open: BTreeMap<String, Open>,
    stored: HashMap<PathBuf, Stored>,
    projects: Projects,
    stamps: u64,
}

impl Workspace {
    pub(super) fn new(limits: Limits, settings: Settings) -> Self {
        Self {
            limits,
            encoding: Encoding::default(),
            settings,
            folders: Vec::new(),
            open: BTreeMap::new(),
            stored: HashMap::new(),
            projects: Projects::default(),
            stamps: 0,
        }
    }

    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) {
        let path = path_of(uri.as_str());
        let key = uri.as_str().to_owned();
        let open = Open { uri, path, version, text: Rc::new(Text::new(text)), parsed: None };
        self.open.insert(key, open);
    }

    pub(super) fn change(&mut self, uri: &str, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.encoding;
        let Some(open) = self.open.get_mut(uri) else { return };
        open.version = version;
        // Nobody else holds the text then, so it is not copied.
        open.parsed = None;
        let text = Rc::make_mut(&mut open.text);
        for change in changes {
            match change.range {
                Some(range) => text.replace(range, &change.text, encoding),
                None => *text = Text::new(change.text),
            }
        }
    }

    pub(super) fn close(&mut self, uri: &str) {
        self.open.remove(uri);
    }

    /// The URIs of all open documents.
    pub(super) fn opened(&self) -> Vec<(Uri, i32)> {
        self.open.values().map(|open| (open.uri.clone(), open.version)).collect()
    }

    /// The policy that an open document belongs to.
    pub(super) fn together(&mut self, uri: &str) -> Option<Together> {
        let path = self.open.get(uri)?.path.clone();
        let own = self.opened_file(uri)?;
        let project = self.projects.of(path.as_deref(), &self.settings, &self.limits);
        let alone = Together { files: vec![own.clone()], current: 0, project: project.clone() };
        let Some(path) = path else { return Some(alone) };
        let here = absolute(&path);
        let names_it = project.together.contains(&here);
        let paths = match (names_it, self.settings.together) {
            (true, _) => project.together.clone(),
            (false, true) => neighbours(&path),
            (false, false) => return Some(alone),
        };
        let mut files = Vec::new();
        let mut current = None;
        for path in paths {
            if absolute(&path) == here {
                current = Some(files.len());
                files.push(own.clone());
            } else if let Some(file) = self.file(&path) {
                files.push(file);
            }
        }
        // A file that is not there any more, or not called a policy, stands alone.
        Some(current.map_or(alone, |current| Together { files, current, project }))
    }

    /// Takes the folders that the editor has open.
    pub(super) fn take_folders(&mut self, told: &InitializeParams) {
        let listed = told.workspace_folders.iter().flatten().map(|folder| folder.uri.as_str());
        self.folders = listed.filter_map(path_of).collect();
        if self.folders.is_empty() {
            #[allow(deprecated, reason = "what editors say that have one folder")]
            let root = told.root_uri.as_ref().and_then(|root| path_of(root.as_str()));
            self.folders.extend(root);
        }
    }

    /// The files that are known: the open ones, what is one policy with them, and the policy files in the editor's folders.
    pub(super) fn all_files(&mut self) -> Vec<Rc<File>> {
        let mut files: Vec<Rc<File>> = Vec::new();
        let mut known = HashSet::new();
        let mut add = |file: Rc<File>| {
            if known.insert(file.uri.as_str().to_owned()) {
                files.push(file);
            }
        };
        for (uri, _) in self.opened() {
            let together = self.together(uri.as_str());
            together.into_iter().flat_map(|together| together.files).for_each(&mut add);
        }
        for path in policies_below(&self.folders) {
            self.file(&path).into_iter().for_each(&mut add);
        }
        files
    }

    /// Takes settings of the editor.
    pub(super) fn set(&mut self, settings: &Value) {
        self.settings.take(settings);
        self.projects.forget();
    }

    /// Reads anew what is not open.
    pub(super) fn look_again(&mut self) {
        self.projects.forget();
    }

    /// What is wrong with the files of the project, and was not told yet.
    pub(super) fn take_problems(&mut self) -> Vec<String> {
        self.projects.take_problems()
    }

    fn opened_file(&mut self, uri: &str) -> Option<Rc<File>> {
        let open = self.open.get_mut(uri)?;
        if let Some(parsed) = &open.parsed {
            return Some(parsed.clone());
        }
        self.stamps = self.stamps.saturating_add(1);
        let name = open.path.as_deref().map_or_else(|| uri.to_owned(), shown);
        let document = Document::new(name, open.text.as_str(), &self.limits);
        let (uri, text) = (open.uri.clone(), open.text.clone());
        let file = Rc::new(File { uri, text, document, stamp: self.stamps });
        open.parsed = Some(file.clone());
        Some(file)
    }

    /// A file by its path: as it is in the editor, or on the disk. One that cannot be read, or is no text, is left out.
    fn file(&mut self, path: &Path) -> Option<Rc<File>> {
        let here = absolute(path);
        let is_it = |open: &Open| open.path.as_deref().is_some_and(|path| absolute(path) == here);
        let open = self.open.iter().find(|(_, open)| is_it(open));
        if let Some(uri) = open.map(|(uri, _)| uri.clone()) {
            return self.opened_file(&uri);
        }
        let found = fs::metadata(path).ok()?;
        let seen = (found.modified().ok(), found.len());
        if let Some(stored) = self.stored.get(path).filter(|stored| stored.seen == seen) {
            return Some(stored.file.clone());
        }
        if seen.1 > self.limits.source_bytes() as u64 {
            return None;
        }
        let bytes = fs::read(path).ok()?;
        let source = SourceFile::from_bytes(FileId(0), "", bytes, &self.limits).ok()?;
        self.stamps = self.stamps.saturating_add(1);
        let document = Document::new(shown(path), &source.text, &self.limits);
        let text = Rc::new(Text::new(source.text));
        let file = Rc::new(File { uri: uri_of(path)?, text, document, stamp: self.stamps });
        self.stored.insert(path.to_owned(), Stored { seen, file: file.clone() });
        Some(file)
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
