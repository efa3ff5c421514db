//! Comments that suppress findings: `// sqrt-lint: allow(NAME, …) -- REASON`, and `allow-file` for a whole file.
//!
//! A comment behind something is about its line. One on a line of its own is about the declaration, member or statement that
//! follows, all of it; inside of an expression, about the line that follows. A finding is where its primary place begins.
//!
//! Invariants: errors of the compiler and findings about such comments are not suppressed; every comment that looks like one
//! either says what it suppresses, or is told.

use super::context::File;
use super::finding::{Edit, Finding, Suppressed};
use super::levels::unknown;
use super::rule::{Group, Lint};
use super::rules::{malformed_suppression, suppression_without_reason, unused_suppression};
use super::suppressing::PLACEHOLDER;
use sqrt_compiler::ir::Origin;
use sqrt_compiler::syntax::ast::{
    Declaration, DeclarationKind, Member, MemberKind, Statement, StatementKind,
};
use sqrt_compiler::syntax::token::{Comment, Span, TokenId, TokenKind, TokenRange, TokenTable};
use sqrt_vm::visible::quote;

/// What such a comment begins with.
const MARK: &str = "sqrt-lint";

/// So many comments of a policy may suppress something; each is compared with what is found.
const MOST: usize = 4_096;

/// A comment that suppresses something.
#[derive(Debug)]
struct Suppression {
    /// The comment.
    at: Origin,
    /// What it suppresses, and whether there was such a finding.
    lints: Vec<(Lint, bool)>,
    reason: Option<String>,
    /// Where.
    scope: Span,
}

/// What the comments of a policy suppress.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    all: Vec<Suppression>,
    /// What is wrong with the comments themselves.
    findings: Vec<Finding>,
}

impl Suppressions {
    /// Reads the comments of all files.
    pub(super) fn read(files: &[File<'_>]) -> Self {
        let mut found = Self::default();
        for file in files {
            for &comment in file.parsed.tokens.comments() {
                found.comment(file, comment);
            }
            for token in file.parsed.tokens.tokens().iter().filter(|token| token.kind == TokenKind::Doc) {
                found.doc_comment(file, token.span);
            }
        }
        found
    }

    fn comment(&mut self, file: &File<'_>, comment: Comment) {
        let text = file.text(comment.span);
        let text = text.strip_prefix("//").or_else(|| text.strip_prefix("/*")).unwrap_or(text);
        let text = if comment.is_block { text.strip_suffix("*/").unwrap_or(text) } else { text };
        let Some(rest) = text.trim().strip_prefix(MARK) else { return };
        let at = Origin { file: file.source.id, span: comment.span };
        let parsed = match self.all.len() < MOST {
            true => parse(rest),
            false => Err(format!("a policy has at most {MOST} of these; set the level of the lint instead")),
        };
        match parsed {
            Ok(Parsed { whole_file, lints, reason }) => {
                if reason.is_none() {
                    let finding = Finding::new(
                        &suppression_without_reason::RULE,
                        at,
                        "nothing says why this is suppressed",
                    );
                    self.findings.push(finding.help("add the reason: `-- why it is fine here`"));
                }
                let scope = if whole_file { Some(whole(file)) } else { scope(file, comment) };
                // With nothing after it, it suppresses nothing, which is told as such.
                let scope = scope.unwrap_or(comment.span);
                let lints = lints.into_iter().map(|lint| (lint, false)).collect();
                self.all.push(Suppression { at, lints, reason, scope });
            }
            Err(why) => {
                let finding = Finding::new(&malformed_suppression::RULE, at, why);
                self.findings
                    .push(finding.help("write `// sqrt-lint: allow(NAME) -- REASON`, or `allow-file(NAME)`"));
            }
        }
    }

    /// A description that was meant to suppress something, which only a comment does.
    fn doc_comment(&mut self, file: &File<'_>, span: Span) {
        if file.text(span).trim_start_matches('/').trim().starts_with(MARK) {
            let at = Origin { file: file.source.id, span };
            let why = "a doc comment suppresses nothing: it is the description of what follows";
            let finding = Finding::new(&malformed_suppression::RULE, at, why);
            self.findings.push(finding.help("write it with two slashes: `// sqrt-lint: …`"));
        }
    }

    /// Takes out what is suppressed.
    pub(super) fn apply(&mut self, findings: &mut Vec<Finding>) -> Vec<Suppressed> {
        let mut suppressed = Vec::new();
        if !self.all.is_empty() {
            let (kept, taken) =
                std::mem::take(findings).into_iter().partition(|finding| !self.covers(finding));
            *findings = kept;
            let reason = |finding: &Finding| {
                let covering = self.all.iter().find(|suppression| suppression.covers(finding));
                covering.and_then(|suppression| suppression.reason.clone())
            };
            let taken: Vec<Finding> = taken;
            suppressed
                .extend(taken.into_iter().map(|finding| Suppressed { reason: reason(&finding), finding }));
        }
        suppressed
    }

    /// Whether a finding is suppressed; notes by what.
    fn covers(&mut self, finding: &Finding) -> bool {
        let mut covered = false;
        for suppression in &mut self.all {
            if suppression.covers(finding) {
                let own = suppression.lints.iter_mut().filter(|(lint, _)| *lint == finding.lint);
                own.for_each(|(_, used)| *used = true);
                covered = true;
            }
        }
        covered
    }

    /// What is wrong with the comments, once everything was found: also that one suppresses nothing of what is looked for.
    pub(super) fn into_findings(self, is_looked_for: impl Fn(Lint) -> bool) -> Vec<Finding> {
        let mut findings = self.findings;
        for suppression in &self.all {
            let is_unused = |(lint, used): &&(Lint, bool)| !used && is_looked_for(*lint);
            let unused: Vec<String> =
                suppression.lints.iter().filter(is_unused).map(|(lint, _)| lint.name()).collect();
            if unused.is_empty() {
                continue;
            }
            let message = format!("nothing here is found by `{}`", unused.join("`, `"));
            let mut finding = Finding::new(&unused_suppression::RULE, suppression.at, message);
            finding = finding.help("remove what suppresses nothing, so that it hides nothing later");
            if unused.len() == suppression.lints.len() {
                finding = finding.fix("remove the comment", vec![Edit::remove(suppression.at)]);
            }
            findings.push(finding);
        }
        findings
    }
}

impl Suppression {
    fn covers(&self, finding: &Finding) -> bool {
        let start = finding.primary.span.start;
        finding.primary.file == self.at.file
            && (self.scope.start..=self.scope.end).contains(&start)
            && self.lints.iter().any(|(lint, _)| *lint == finding.lint)
    }
}

/// What a comment says.
struct Parsed {
    whole_file: bool,
    lints: Vec<Lint>,
    reason: Option<String>,
}

/// Reads what follows the mark.
fn parse(text: &str) -> Result<Parsed, String> {
    let text = text.strip_prefix(':').ok_or("a `:` is missing after `sqrt-lint`")?.trim_start();
    let (verb, rest) = text.split_once('(').ok_or("it says neither `allow(…)` nor `allow-file(…)`")?;
    let whole_file = match verb.trim() {
        "allow" => false,
        "allow-file" => true,
        other => return Err(format!("{} is neither `allow` nor `allow-file`", quote(other))),
    };
    let (names, rest) = rest.split_once(')').ok_or("the `)` after the names is missing")?;
    let mut lints = Vec::new();
    for name in names.split(',').map(str::trim) {
        let lint = Lint::find(name)
            .ok_or_else(|| if name.is_empty() { "a name is missing".to_owned() } else { unknown(name) })?;
        if lint.is_error() {
            return Err(format!("`{}` is an error, which cannot be suppressed", lint.code()));
        }
        if lint.group() == Group::Suppression {
            return Err(format!("`{}` cannot be suppressed by a comment; its level can be set", lint.name()));
        }
        lints.push(lint);
    }
    let rest = rest.trim();
    let reason = match rest.strip_prefix("--") {
        Some(reason) => {
            Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty() && reason != PLACEHOLDER)
        }
        None if rest.is_empty() => None,
        None => return Err("the reason begins with `--`".to_owned()),
    };
    Ok(Parsed { whole_file, lints, reason })
}

fn whole(file: &File<'_>) -> Span {
    Span { start: 0, end: u32::try_from(file.source.text.len()).unwrap_or(u32::MAX) }
}

/// What a comment is about; `None` if nothing follows.
fn scope(file: &File<'_>, comment: Comment) -> Option<Span> {
    let tokens = file.parsed.tokens.tokens();
    let next = tokens.partition_point(|token| token.span.start < comment.span.start);
    let before = next.checked_sub(1).and_then(|before| tokens.get(before));
    let line_start = file.text(Span { start: 0, end: comment.span.start }).rfind('\n').map_or(0, |at| at + 1);
    let line_start = u32::try_from(line_start).unwrap_or(u32::MAX);
    if before.is_some_and(|before| before.span.end > line_start) {
        return Some(Span { start: line_start, end: comment.span.start });
    }
    let skipped = tokens.get(next..)?.iter().take_while(|token| token.kind == TokenKind::Doc).count();
    let first = next.checked_add(skipped)?;
    let token = tokens.get(first).filter(|token| token.kind != TokenKind::End)?;
    let id = TokenId(u32::try_from(first).ok()?);
    let range = at_token(file.parsed.file.declarations, id, |declaration| declaration.range);
    let range = range.and_then(|declaration| {
        if declaration.range.first == id { Some(declaration.range) } else { in_declaration(declaration, id) }
    });
    let line_end = || {
        let rest = file.source.text.get(token.span.start as usize..).unwrap_or_default();
        token
            .span
            .start
            .saturating_add(u32::try_from(rest.find('\n').unwrap_or(rest.len())).unwrap_or(u32::MAX))
    };
    Some(
        range.map_or_else(
            || Span { start: token.span.start, end: line_end() },
            |range| file.parsed.span(range),
        ),
    )
}

/// The item that covers a token.
fn at_token<T>(items: &[T], id: TokenId, range: impl Fn(&T) -> TokenRange) -> Option<&T> {
    let at = items.partition_point(|item| range(item).first <= id).checked_sub(1)?;
    items.get(at).filter(|item| id < range(item).end)
}

/// The tokens of the member, statement or update that begins with a token.
fn in_declaration(declaration: &Declaration<'_>, id: TokenId) -> Option<TokenRange> {
    let DeclarationKind::Tool(tool) = declaration.kind else { return None };
    let member: &Member<'_> = at_token(tool.members, id, |member| member.range)?;
    if member.range.first == id {
        return Some(member.range);
    }
    let (MemberKind::Result(statements) | MemberKind::Session(_, statements)) = member.kind else {
        return None;
    };
    let statement: &Statement<'_> = at_token(statements, id, |statement| statement.range)?;
    if statement.range.first == id {
        return Some(statement.range);
    }
    let StatementKind::When(_, updates) = statement.kind else { return None };
    at_token(updates, id, |update| update.range).map(|update| update.range).filter(|range| range.first == id)
}

/// A declaration and what in it a comment can be about around a place, the outermost first.
pub(super) fn in_declaration_at(
    tokens: &TokenTable,
    declaration: &Declaration<'_>,
    at: u32,
) -> Vec<TokenRange> {
    let mut found = vec![declaration.range];
    let DeclarationKind::Tool(tool) = declaration.kind else { return found };
    let Some(member) = at_byte(tokens, tool.members, at, |member| member.range) else { return found };
    found.push(member.range);
    let (MemberKind::Result(statements) | MemberKind::Session(_, statements)) = member.kind else {
        return found;
    };
    let Some(statement) = at_byte(tokens, statements, at, |statement| statement.range) else { return found };
    found.push(statement.range);
    if let StatementKind::When(_, updates) = statement.kind {
        found.extend(at_byte(tokens, updates, at, |update| update.range).map(|update| update.range));
    }
    found
}

/// The item that covers a byte.
fn at_byte<'t, T>(
    tokens: &TokenTable,
    items: &'t [T],
    at: u32,
    range: impl Fn(&T) -> TokenRange,
) -> Option<&'t T> {
    let after = items.partition_point(|item| tokens.span(range(item)).start <= at);
    items.get(after.checked_sub(1)?).filter(|item| at < tokens.span(range(item)).end)
}
