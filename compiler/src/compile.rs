//! The compiler's front door: files in, program and diagnostics out.
//!
//! Invariants: a program comes out only if there is no error in any file, and only through the verifier; every file's
//! problems are reported, in the order of the files and of places in them; the same input gives the same output.

use crate::diagnostics::{self, Code, Diagnostic, LineIndex, SourceMap};
use crate::emit::{self, EmitError, Passes, Places};
use crate::ir::{self, Origin};
use crate::limits::Limits;
use crate::presets::Presets;
use crate::resolve::{self, ResolveInput};
use crate::syntax::ast::DeclarationKind;
use crate::syntax::source::SourceFile;
use crate::syntax::token::FileId;
use crate::syntax::{self, Parsed};
use bumpalo::Bump;
use sqrt_vm::automata::{self, Budget, needs_automaton};
use sqrt_vm::bytecode::Settings;
use sqrt_vm::bytecode::verify::VerifiedProgram;
use sqrt_vm::bytecode::{build_late_args, build_names};
use sqrt_vm::pattern::Pattern;
use std::cell::Cell;

/// A policy file as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The path as given, or another name: what answers call the file by (S9).
    pub name: &'a str,
    /// Its bytes; what is not UTF-8 is a diagnostic (S1.1).
    pub bytes: &'a [u8],
}

/// How to compile.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The limits.
    pub limits: Limits,
    /// The optimisations.
    pub passes: Passes,
    /// The presets that are compiled in (S8); none by default.
    pub presets: Presets,
    /// Defaults, mode and branching, which become part of the program.
    pub settings: Settings,
    /// Whether the program goes without explanations: it is smaller, and a trace of a call stops at its rules.
    pub no_explanations: bool,
}

/// What came out of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// The program; `None` if a file has an error.
    pub program: Option<VerifiedProgram>,
    /// What is wrong and what is doubtful, in the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for showing diagnostics; a diagnostic's [`FileId`] is the index.
    pub files: Vec<SourceFile>,
}

impl Compiled {
    /// Whether a file has an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The files by id, for rendering and for lines and columns.
    pub fn source_map(&self) -> SourceMap<'_> {
        let mut map = SourceMap::new();
        for file in &self.files {
            map.add(file.id, &file.name, &file.text);
        }
        map
    }
}

/// Compiles the files, in the order given, as one policy.
///
/// # Examples
///
/// ```
/// use sqrt_compiler::{Options, Source, compile};
///
/// let source = Source { name: "mail.sqrt", bytes: br#"tool "send" { must deny when to.value in {"x@evil.com"}; }"# };
/// let compiled = compile(&[source], &Options::default());
/// assert!(compiled.program.is_some() && compiled.diagnostics.is_empty());
///
/// let broken = compile(&[Source { name: "mail.sqrt", bytes: b"tool" }], &Options::default());
/// assert!(broken.program.is_none() && broken.has_errors());
/// ```
pub fn compile(sources: &[Source<'_>], options: &Options) -> Compiled {
    let presets = options.presets.sources();
    let mut loaded = Loaded::new(sources, &options.limits);
    for preset in &presets {
        loaded.add(preset.name, preset.text.as_bytes(), Some(preset.rank), &options.limits);
    }
    loaded.compile(options, Purpose::Run).0
}

/// Checks the files as one policy, as [`compile`] does, without presets and without keeping the program.
pub fn check(sources: &[Source<'_>], options: &Options) -> Compiled {
    Loaded::new(sources, &options.limits).compile(options, Purpose::Check).0
}

/// A policy that was checked, with its representation for what looks further into it: linters, comparisons, editors.
#[derive(Debug)]
pub struct Analysed {
    /// The representation; `None` if a file has an error.
    pub policy: Option<ir::Policy>,
    /// What [`check`] says of the files.
    pub checked: Compiled,
}

/// Checks the files as one policy, as [`check`] does, and keeps the representation that the check was made on.
///
/// # Examples
///
/// ```
/// use sqrt_compiler::{Options, Source, analyse};
///
/// let source = Source { name: "mail.sqrt", bytes: br#"tool "send" { must deny always; }"# };
/// let analysed = analyse(&[source], &Options::default());
/// let blocks = analysed.policy.map(|policy| policy.blocks.len());
/// assert_eq!(blocks, Some(1));
/// ```
pub fn analyse(sources: &[Source<'_>], options: &Options) -> Analysed {
    let (checked, policy) = Loaded::new(sources, &options.limits).compile(options, Purpose::Check);
    Analysed { policy: (!checked.has_errors()).then_some(policy), checked }
}

/// Checks the grammar of one file and nothing else (S1.3).
pub fn check_syntax(source: Source<'_>, limits: &Limits) -> Compiled {
    let Loaded { files, mut diagnostics, .. } = Loaded::new(&[source], limits);
    if let Some(file) = files.first().filter(|_| diagnostics.is_empty()) {
        diagnostics = syntax::parse(&Bump::new(), file.id, &file.text, limits).diagnostics;
    }
    Compiled { program: None, diagnostics, files }
}

/// What files are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To run: a verified program comes out.
    Run,
    /// For what is wrong with them: no more is done than that takes.
    Check,
}

/// Files that were read, with what was wrong with their bytes.
struct Loaded {
    files: Vec<SourceFile>,
    ranks: Vec<Option<u32>>,
    diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    fn new(sources: &[Source<'_>], limits: &Limits) -> Loaded {
        let mut loaded = Loaded { files: Vec::new(), ranks: Vec::new(), diagnostics: Vec::new() };
        for source in sources {
            loaded.add(source.name, source.bytes, None, limits);
        }
        loaded
    }

    fn add(&mut self, name: &str, bytes: &[u8], rank: Option<u32>, limits: &Limits) {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        match SourceFile::from_bytes(id, name, bytes, limits) {
            Ok(file) => self.files.push(file),
            Err(error) => {
                self.diagnostics.push(*error.diagnostic);
                self.files.push(error.shown);
            }
        }
        self.ranks.push(rank);
    }

    /// What came out, and the representation it was made of, which has placeholders where there are errors.
    fn compile(self, options: &Options, purpose: Purpose) -> (Compiled, ir::Policy) {
        let Loaded { files, ranks, mut diagnostics } = self;
        let policy = resolve(&files, &ranks, &options.limits, &mut diagnostics);
        let mut program = None;
        let asked = purpose == Purpose::Run || may_lack_tables(&policy);
        if asked && !diagnostics.iter().any(Diagnostic::is_error) {
            match build(&policy, &files, options, purpose, &mut diagnostics) {
                Ok(verified) => program = verified,
                Err(problem) => diagnostics.push(problem),
            }
        }
        diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.file, diagnostic.primary.span));
        (Compiled { program, diagnostics, files }, policy)
    }
}

/// Parses the files that could be read, and resolves them as one policy. The trees end here: what comes after can have their
/// memory.
fn resolve(
    files: &[SourceFile],
    ranks: &[Option<u32>],
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> ir::Policy {
    let unreadable: Vec<FileId> = diagnostics.iter().map(|diagnostic| diagnostic.primary.file).collect();
    let arena = Bump::new();
    let mut parsed: Vec<(&SourceFile, Option<u32>, Parsed<'_>)> = Vec::with_capacity(files.len());
    for (file, rank) in files.iter().zip(ranks) {
        if !unreadable.contains(&file.id) {
            let mut tree = syntax::parse(&arena, file.id, &file.text, limits);
            diagnostics.append(&mut tree.diagnostics);
            parsed.push((file, *rank, tree));
        }
    }
    let lost = |parsed: &Parsed<'_>| {
        let mut declarations = parsed.file.declarations.iter();
        declarations.any(|declaration| matches!(declaration.kind, DeclarationKind::Error))
    };
    let lost_a_declaration = !unreadable.is_empty() || parsed.iter().any(|(_, _, parsed)| lost(parsed));
    let inputs: Vec<ResolveInput<'_>> = parsed
        .iter()
        .map(|(file, preset, parsed)| ResolveInput {
            id: file.id,
            name: &file.name,
            preset: *preset,
            source: &file.text,
            parsed,
        })
        .collect();
    let (policy, mut found) = resolve::resolve(&inputs, limits);
    // A let that could not be read is not missing: its own error has been reported.
    found.retain(|diagnostic| !lost_a_declaration || diagnostic.code != Code::UndefinedName);
    // Nor is the name of an argument that lacks its `.value`, of which the grammar has said so.
    let is_told = |name: &Diagnostic| {
        diagnostics.iter().any(|told| told.code == Code::BadLeftSide && told.primary == name.primary)
    };
    found.retain(|diagnostic| diagnostic.code != Code::UndefinedName || !is_told(diagnostic));
    diagnostics.append(&mut found);
    policy
}

/// Whether a pattern of the policy needs an automaton, and so may be too large for a table. That is all that a program is made
/// for when a policy is only checked, and most policies have no such pattern.
fn may_lack_tables(policy: &ir::Policy) -> bool {
    let needs = |(pattern, parsed): (&ir::Pattern, &Option<Pattern>)| match parsed {
        Some(parsed) => needs_automaton(parsed),
        None => {
            Pattern::parse(pattern.syntax, &pattern.text).map_or(true, |pattern| needs_automaton(&pattern))
        }
    };
    policy.patterns.iter().zip(&policy.parsed).any(needs)
}

/// The files, by id, each with the line that was asked for last: places are asked for one after another.
struct Indexes<'a>(Vec<(LineIndex<'a>, Cell<u32>)>);

impl Places for Indexes<'_> {
    fn position(&self, origin: Origin) -> (u32, u32) {
        let index = self.0.get(origin.file.0 as usize);
        index.map_or((1, 1), |(index, line)| {
            let position = index.position_near(origin.span.start, line.get());
            line.set(position.line);
            (position.line, position.column)
        })
    }

    fn text(&self, Origin { file, span }: Origin) -> &str {
        let index = self.0.get(file.0 as usize);
        index
            .and_then(|(index, _)| index.text().get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }
}

/// Emits and builds the automata; of a program that is to run, adds explanations and names, and verifies it.
fn build(
    policy: &ir::Policy,
    files: &[SourceFile],
    options: &Options,
    purpose: Purpose,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<VerifiedProgram>, Diagnostic> {
    let indexes = files.iter().map(|file| (LineIndex::new(&file.text), Cell::new(1))).collect();
    let explain = purpose == Purpose::Run && !options.no_explanations;
    let emitted = emit::emit(policy, options.passes, explain, &Indexes(indexes));
    let mut program = emitted.map_err(|error| match error {
        EmitError::TooLarge => diagnostics::limits::program_too_large(),
        EmitError::Internal(what) => diagnostics::limits::internal(what),
    })?;
    build_late_args(&mut program);
    build_names(&mut program).map_err(|error| diagnostics::limits::internal(&error.to_string()))?;
    let budget = Budget::new(options.limits.pattern_table_bytes(), options.limits.pattern_tables_bytes());
    let report = automata::build_parsed(&mut program, budget, &policy.parsed).map_err(|error| {
        if error.is_too_large() {
            diagnostics::limits::program_too_large()
        } else {
            diagnostics::limits::internal(&error.to_string())
        }
    })?;
    let origins = policy.pattern_origins();
    diagnostics.extend(report.simulated.iter().filter_map(|simulated| {
        let origin = origins.get(simulated.pattern.0 as usize).copied().flatten()?;
        Some(diagnostics::values::simulated_pattern(origin, simulated.reason))
    }));
    if purpose == Purpose::Check {
        return Ok(None);
    }
    program.settings = options.settings.clone();
    program.shrink_to_fit();
    let verified = VerifiedProgram::new(program);
    verified.map(Some).map_err(|error| diagnostics::limits::internal(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Code, Diagnostic, Limits, Options, Source, check, compile};

    fn codes(texts: &[&str]) -> Vec<String> {
        let sources: Vec<_> = texts.iter().map(|text| Source { name: "t", bytes: text.as_bytes() }).collect();
        let checked = check(&sources, &Options::default());
        let found = checked.diagnostics.iter();
        found.map(|problem| format!("{}:{}", problem.primary.file.0, problem.code.as_str())).collect()
    }

    #[test]
    fn names_are_missed_beside_syntax_errors_unless_a_declaration_was_lost() {
        let uses = r#"tool "t" { must deny when missing; }"#;
        assert_eq!(codes(&[uses]), ["0:E0302"]);
        assert_eq!(codes(&[r#"tool "t" { must deny }"#, uses]), ["0:E0202", "1:E0302"]);
        assert_eq!(codes(&["lot missing = {};", uses]), ["0:E0201"]);
        let bare =
            r#"tool "t" { must deny when env in {"a"}; must deny when url contains "b"; must deny when c; }"#;
        assert_eq!(codes(&[bare]), ["0:E0208", "0:E0208", "0:E0302"]);
    }

    #[test]
    fn a_pattern_without_a_table_is_told_at_its_first_place() {
        let found = |text: &str, limits: Limits| {
            let sources = [Source { name: "t", bytes: text.as_bytes() }];
            let compiled = compile(&sources, &Options { limits, ..Options::default() });
            assert!(compiled.program.is_some(), "{text}");
            let checked = check(&sources, &Options { limits, ..Options::default() });
            assert_eq!(compiled.diagnostics.len(), checked.diagnostics.len());
            let at = |problem: &Diagnostic| {
                let span = problem.primary.span;
                (problem.code, text.get(span.start as usize..span.end as usize).unwrap().to_owned())
            };
            compiled.diagnostics.iter().map(at).collect::<Vec<_>>()
        };
        let slow = |patterns: &[&str]| -> Vec<_> {
            patterns.iter().map(|text| (Code::SimulatedPattern, (*text).to_owned())).collect()
        };
        let when = |set: &str| {
            format!(r#"tool "t" {{ must deny when x.value in {{{set}}} or y.value in {{{set}}}; }}"#)
        };
        let limits = Limits::default().with("pattern_table_bytes", 1 << 14).unwrap();
        assert_eq!(found(&when(r#"r"a+", r"(?i)straße.*", w"*b?c*""#), limits), []);
        assert_eq!(
            found(&when(r#"r"a+", r"[01]*1[01]{22}", str matching r"\w{200}" length ..9"#), limits),
            slow(&[r#"r"[01]*1[01]{22}""#, r#"str matching r"\w{200}" length ..9"#])
        );
        assert_eq!(found(&when(r#"r".*\bfoo\b.*""#), limits), slow(&[r#"r".*\bfoo\b.*""#]));
        assert_eq!(found(&when(r#"r".*(?-u:\b)foo(?-u:\b).*""#), limits), []);
        // Both sides of the budgets.
        let two = when(r#"r"a+b", r"c+d""#);
        let table = |table, tables| {
            let limits = limits.with("pattern_table_bytes", table).unwrap();
            limits.with("pattern_tables_bytes", tables).unwrap()
        };
        let (mut short, mut enough) = (0, 1 << 12);
        while enough - short > 1 {
            let middle = (short + enough) / 2;
            *(if found(&two, table(middle, 1 << 20)).is_empty() { &mut enough } else { &mut short }) = middle;
        }
        assert_eq!(found(&two, table(short, 1 << 20)).len(), 2);
        assert_eq!(found(&two, table(1 << 12, short)).len(), 2);
        // Text, prefixes and the like need no table.
        assert_eq!(found(&when(r#"r"a", r"a.*", w"*a", w"*a*", w"a*a""#), table(0, 0)), []);
    }
}
