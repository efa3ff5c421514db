//! A policy as comparisons see it: its lets, blocks, rules and updates, with keys and the places of their texts.

use sqrt_compiler::format::one_line;
use sqrt_compiler::ir::{
    self, Enforcement, LetKind, Origin, Outcome, Position, Priority, Statement, ToolMatcher,
};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::presets::Presets;
use sqrt_compiler::syntax::OwnedSyntax;
use sqrt_compiler::syntax::token::{FileId, Span, Token, TokenKind};
use sqrt_compiler::{Analysed, Compiled, Options, Source, analyse};
use sqrt_vm::bytecode::settings::Settings;

use super::{Place, Side};

/// The phases of updates (S7.1, S7.3).
pub(super) const PHASES: [&str; 3] = ["session before", "result", "session after"];

/// One of the two policies.
#[derive(Debug)]
pub struct Revision {
    pub(super) policy: ir::Policy,
    pub(super) settings: Settings,
    pub(super) presets: Presets,
    limits: Limits,
    /// The files by their names, with their tokens.
    files: Vec<(String, OwnedSyntax)>,
    /// The blocks of the text that are compared; what comes after them is ours.
    pub(super) blocks: usize,
}

/// A piece of the text, for showing it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    file: FileId,
    line: u32,
    column: u32,
    span: Span,
}

impl Revision {
    /// Reads a policy.
    ///
    /// # Errors
    /// What is wrong with it, if it has errors.
    pub fn new(sources: &[Source<'_>], options: &Options) -> Result<Revision, Box<Compiled>> {
        let options = &without_tables(options);
        let Analysed { policy, checked } = analyse(sources, options);
        let Some(policy) = policy else { return Err(Box::new(checked)) };
        let blocks = policy.blocks.len();
        let files = checked.files.into_iter().map(|file| {
            let syntax = OwnedSyntax::new(file.id, file.text, &options.limits);
            (file.name, syntax)
        });
        let files = files.collect();
        let policy = with_all_lets(&policy, sources, options).unwrap_or(policy);
        let (settings, presets) = (options.settings.clone(), options.presets);
        Ok(Revision { policy, settings, presets, limits: options.limits, files, blocks })
    }

    /// The blocks that are compared.
    pub(super) fn blocks(&self) -> &[ir::Block] {
        self.policy.blocks.get(..self.blocks).unwrap_or_default()
    }

    /// A piece of the text as it is shown.
    pub(super) fn side(&self, piece: Piece) -> Side {
        let Some((name, syntax)) = self.files.get(piece.file.0 as usize) else { return Side::default() };
        let text = syntax.text().get(piece.span.start as usize..piece.span.end as usize).unwrap_or_default();
        let place = Place { file: name.clone(), line: piece.line, column: piece.column };
        Side { place: Some(place), text: one_line(text, &self.limits) }
    }

    /// A place without text.
    pub(super) fn place(&self, position: Position) -> Place {
        let name = self.files.get(position.origin.file.0 as usize).map_or("", |(name, _)| name);
        Place { file: name.to_owned(), line: position.line, column: position.column }
    }

    /// What follows `when` of a rule; an empty piece of one that says `always`.
    pub(super) fn condition(&self, rule: &ir::Rule) -> Piece {
        let tokens = self.tokens_from(rule.position.origin);
        let skipped = if rule.condition.is_some() { 3 } else { 2 };
        self.up_to_semicolon(rule.position, tokens.get(skipped..).unwrap_or_default())
    }

    /// A statement; of `when` the updates too.
    pub(super) fn statement(&self, statement: &Statement, is_shorthand: bool) -> Piece {
        match statement {
            Statement::Update(update) => {
                self.up_to_semicolon(update.position, self.tokens_from(update.position.origin))
            }
            Statement::When(when) if is_shorthand => match when.updates.first() {
                Some((_, update)) => {
                    self.up_to_semicolon(update.position, self.tokens_from(update.position.origin))
                }
                None => Piece { file: when.origin.file, line: 0, column: 0, span: when.origin.span },
            },
            Statement::When(when) => self.when(when),
        }
    }

    /// From `when` to the brace that closes its updates.
    fn when(&self, when: &ir::When) -> Piece {
        let Origin { file, span } = when.origin;
        let last = when.updates.last().map_or(span, |(_, update)| update.position.origin.span);
        let all = self.tokens(file);
        let condition = all.partition_point(|token| token.span.start < span.start);
        // Parentheses may stand between `when` and what it tests.
        let before = all.get(..condition).unwrap_or_default().iter().rev();
        let start =
            before.clone().find(|token| token.kind != TokenKind::LeftParen).map_or(span, |token| token.span);
        let after = all.get(all.partition_point(|token| token.span.start < last.start)..).unwrap_or_default();
        let mut rest = after.iter().skip_while(|token| token.kind != TokenKind::Semicolon);
        let end = rest.find(|token| token.kind == TokenKind::RightBrace).map_or(last, |token| token.span);
        let (line, column) =
            when.updates.first().map_or((0, 0), |(_, update)| (update.position.line, update.position.column));
        Piece { file, line, column, span: Span { start: start.start, end: end.end } }
    }

    /// What a let stands for.
    pub(super) fn let_value(&self, declared: &ir::Let) -> Piece {
        let Origin { file, span } = declared.origin;
        let tokens = self.tokens_from(declared.origin);
        let (line, column) = self.line_and_column(file, span.start);
        let position = Position { origin: declared.origin, line, column };
        self.up_to_semicolon(position, tokens.get(2..).unwrap_or_default())
    }

    fn tokens(&self, file: FileId) -> &[Token] {
        self.files.get(file.0 as usize).map(|(_, syntax)| syntax.tokens().tokens()).unwrap_or_default()
    }

    /// The tokens from a place on.
    fn tokens_from(&self, origin: Origin) -> &[Token] {
        let all = self.tokens(origin.file);
        let first = all.partition_point(|token| token.span.start < origin.span.start);
        all.get(first..).unwrap_or_default()
    }

    fn up_to_semicolon(&self, position: Position, tokens: &[Token]) -> Piece {
        let start = tokens.first().map_or(0, |token| token.span.start);
        let end = tokens
            .iter()
            .find(|token| token.kind == TokenKind::Semicolon)
            .map_or(start, |token| token.span.start);
        let Position { origin, line, column } = position;
        Piece { file: origin.file, line, column, span: Span { start, end } }
    }

    fn line_and_column(&self, file: FileId, offset: u32) -> (u32, u32) {
        let text = self.files.get(file.0 as usize).map_or("", |(_, syntax)| syntax.text());
        let before = text.get(..offset as usize).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (number(line), number(column))
    }
}

/// Options under which no table of a pattern is made: nothing runs here.
fn without_tables(options: &Options) -> Options {
    let names = ["pattern_table_bytes", "pattern_tables_bytes"];
    let limits =
        names.into_iter().fold(options.limits, |limits, name| limits.with(name, 1).unwrap_or(limits));
    Options { limits, ..options.clone() }
}

/// The representation with one more block, which mentions every let in a place where each means something: of a let that nothing
/// mentions the representation has no body.
fn with_all_lets(policy: &ir::Policy, sources: &[Source<'_>], options: &Options) -> Option<ir::Policy> {
    let mut text = String::from("tool \"\" { result {\n");
    for declared in &policy.lets {
        let condition = match declared.kind {
            LetKind::Predicate => declared.name.clone(),
            LetKind::Set => format!("x.value in {}", declared.name),
        };
        text.push_str(&format!("when ({condition}) {{ @tags |= {{\"x\"}}; }}\n"));
    }
    text.push_str("} }\n");
    let ours = Source { name: "", bytes: text.as_bytes() };
    let all: Vec<Source<'_>> = sources.iter().copied().chain([ours]).collect();
    analyse(&all, options).policy
}

/// `must deny` and the like.
pub(super) fn head(rule: &ir::Rule) -> &'static str {
    match (rule.enforcement, rule.outcome) {
        (Enforcement::Must, Outcome::Deny) => "must deny",
        (Enforcement::Must, Outcome::Allow) => "must allow",
        (Enforcement::Should, Outcome::Deny) => "should deny",
        (Enforcement::Should, Outcome::Allow) => "should allow",
    }
}

/// `tool "name"`, `tool r"pattern"`.
pub(super) fn tool_title(block: &ir::Block) -> String {
    match block.tool {
        ToolMatcher::Exact(_) => format!("tool \"{}\"", block.tool_text),
        ToolMatcher::Pattern(_) => format!("tool {}", block.tool_text),
    }
}

/// The number of a priority.
pub(super) fn priority(block: &ir::Block) -> i64 {
    match block.priority {
        Priority::Number(number) => number,
        Priority::Preset(_) => i64::MAX,
    }
}

/// What a block is about, for finding the blocks of the same tools.
pub(super) fn tool_key(policy: &ir::Policy, block: &ir::Block) -> String {
    match &block.tool {
        ToolMatcher::Exact(name) => format!("exact {name}"),
        ToolMatcher::Pattern(id) => match policy.patterns.get(id.index()) {
            Some(pattern) => format!("pattern {}", pattern.text),
            None => "?".to_owned(),
        },
    }
}
