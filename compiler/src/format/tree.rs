//! The layout of each node of the tree: what stands on lines of its own, and where long lines may end.
//!
//! Recursion goes as deep as the tree, which the parser bounds.

use super::document::Command;
use super::tokens::Tokens;
use crate::syntax::ast::{
    Declaration, DeclarationKind, File, LetValue, Member, MemberKind, Predicate, PredicateKind,
    SetComparison, SetExpr, SetExprKind, Shorthand, Statement, StatementKind, Update,
};
use crate::syntax::token::{TokenId, TokenKind as K, TokenRange};

/// Lays out a whole file.
pub(super) fn file(tokens: &mut Tokens<'_>, file: &File<'_>) {
    let mut after_block = false;
    for (place, item) in file.declarations.iter().enumerate() {
        let is_block = matches!(item.kind, DeclarationKind::Tool(_));
        begin(tokens, place == 0, is_block || after_block, item.range);
        declaration(tokens, item);
        after_block = is_block;
    }
    tokens.line(file.declarations.is_empty(), false);
}

/// Begins lines for the doc comments before a node, and for the node.
fn begin(tokens: &mut Tokens<'_>, is_first: bool, wants_blank: bool, range: TokenRange) {
    tokens.line(is_first, wants_blank);
    while tokens.is_before(range.first) {
        tokens.token();
        tokens.line(true, false);
    }
}

fn declaration(tokens: &mut Tokens<'_>, item: &Declaration<'_>) {
    match &item.kind {
        DeclarationKind::Let(declared) => {
            tokens.push(Command::Open);
            // `let`, the name and `=`.
            tokens.flat(TokenId(item.range.first.0 + 3));
            match &declared.value {
                LetValue::Predicate(condition) => self::condition(tokens, condition),
                LetValue::Set(set) => right_side(tokens, set),
                LetValue::Name(_) | LetValue::Domain(_) | LetValue::Error => {
                    tokens.push(Command::Space);
                    tokens.flat(TokenId(item.range.end.0.saturating_sub(1)));
                }
            }
            end(tokens, item.range);
            tokens.push(Command::Close);
        }
        DeclarationKind::Tool(tool) => {
            block(tokens, item.range, |tokens| {
                for (place, member) in tool.members.iter().enumerate() {
                    begin(tokens, place == 0, false, member.range);
                    self::member(tokens, member);
                }
                !tool.members.is_empty()
            });
        }
        DeclarationKind::Shorthand(written) => shorthand(tokens, written, item.range),
        DeclarationKind::Error => tokens.flat(item.range.end),
    }
}

fn shorthand(tokens: &mut Tokens<'_>, written: &Shorthand<'_>, range: TokenRange) {
    tokens.push(Command::Open);
    tokens.flat(written.update.range.first);
    tokens.push(Command::Space);
    update(tokens, &written.update);
    if let Some(condition) = written.condition {
        tokens.push(Command::Indent);
        tokens.push(Command::Break);
        // `when`
        tokens.token();
        self::condition(tokens, condition);
        tokens.push(Command::Dedent);
    }
    end(tokens, range);
    tokens.push(Command::Close);
}

/// What stands in braces, on lines of its own; `content` says whether there is any.
fn block<'s>(tokens: &mut Tokens<'s>, range: TokenRange, content: impl FnOnce(&mut Tokens<'s>) -> bool) {
    let mut brace = None;
    let mut before = false;
    while tokens.is_before(range.end) && brace.is_none() {
        brace = (tokens.peek().kind == K::LeftBrace).then_some(());
        if before {
            tokens.push(Command::Space);
        }
        before = true;
        tokens.token();
    }
    tokens.push(Command::Indent);
    let is_full = content(tokens);
    tokens.comment_lines(!is_full);
    tokens.push(Command::Dedent);
    if is_full || tokens.is_behind_comment() {
        tokens.line(true, false);
    }
    tokens.flat(range.end);
}

fn member(tokens: &mut Tokens<'_>, member: &Member<'_>) {
    match &member.kind {
        MemberKind::Rule(rule) => {
            tokens.push(Command::Open);
            // `must deny when` or `must deny always`.
            tokens.flat(TokenId(member.range.first.0 + 3));
            if let Some(condition) = rule.condition {
                self::condition(tokens, condition);
            }
            end(tokens, member.range);
            tokens.push(Command::Close);
        }
        MemberKind::Result(statements) | MemberKind::Session(_, statements) => {
            block(tokens, member.range, |tokens| {
                for (place, statement) in statements.iter().enumerate() {
                    begin(tokens, place == 0, false, statement.range);
                    self::statement(tokens, statement);
                }
                !statements.is_empty()
            });
        }
        MemberKind::Priority(_) | MemberKind::Error => tokens.flat(member.range.end),
    }
}

fn statement(tokens: &mut Tokens<'_>, statement: &Statement<'_>) {
    match &statement.kind {
        StatementKind::Update(changed) => one_update(tokens, changed, statement.range.end),
        StatementKind::When(condition, updates) => {
            tokens.push(Command::Open);
            tokens.token();
            self::condition(tokens, condition);
            tokens.push(Command::Close);
            tokens.push(Command::Space);
            block(tokens, statement.range, |tokens| {
                for (place, changed) in updates.iter().enumerate() {
                    tokens.line(place == 0, false);
                    let end = match updates.get(place + 1) {
                        Some(next) => next.range.first,
                        None => TokenId(statement.range.end.0.saturating_sub(1)),
                    };
                    one_update(tokens, changed, end);
                }
                !updates.is_empty()
            });
        }
        StatementKind::Error => tokens.flat(statement.range.end),
    }
}

/// An update, and the semicolon behind it.
fn one_update(tokens: &mut Tokens<'_>, changed: &Update<'_>, end: TokenId) {
    tokens.push(Command::Open);
    update(tokens, changed);
    tokens.flat(end);
    tokens.push(Command::Close);
}

fn update(tokens: &mut Tokens<'_>, changed: &Update<'_>) {
    tokens.flat(changed.target.range.end);
    tokens.push(Command::Space);
    // The operator.
    tokens.token();
    right_side(tokens, changed.value);
}

/// What stands to the right of `=`, or of a comparison: chains may begin on a line of their own.
fn right_side(tokens: &mut Tokens<'_>, set: &SetExpr<'_>) {
    tokens.push(Command::Space);
    set_operand(tokens, set);
}

/// The rest of a node.
fn end(tokens: &mut Tokens<'_>, range: TokenRange) {
    tokens.flat(range.end);
}

/// The condition behind `when` or `=`: chains go on lines of their own where they do not fit.
fn condition(tokens: &mut Tokens<'_>, condition: &Predicate<'_>) {
    if is_chain(tokens, condition) {
        tokens.push(Command::Indent);
        tokens.push(Command::Break);
        predicate(tokens, condition);
        tokens.push(Command::Dedent);
    } else {
        tokens.push(Command::Space);
        operand(tokens, condition);
    }
}

/// Whether a predicate is a chain of `and` or `or` that comes next, without parentheses.
fn is_chain(tokens: &Tokens<'_>, condition: &Predicate<'_>) -> bool {
    matches!(condition.kind, PredicateKind::And(_) | PredicateKind::Or(_))
        && !tokens.is_before(condition.range.first)
}

/// A predicate with the parentheses around it.
fn operand(tokens: &mut Tokens<'_>, condition: &Predicate<'_>) {
    in_parentheses(tokens, condition.range, |tokens| predicate(tokens, condition));
}

/// A set with the parentheses around it.
fn set_operand(tokens: &mut Tokens<'_>, set: &SetExpr<'_>) {
    in_parentheses(tokens, set.range, |tokens| self::set(tokens, set));
}

/// What is in the parentheses that open before a node, and close behind it.
fn in_parentheses<'s>(tokens: &mut Tokens<'s>, range: TokenRange, inner: impl FnOnce(&mut Tokens<'s>)) {
    let mut open = 0;
    while tokens.is_before(range.first) && tokens.peek().kind == K::LeftParen {
        tokens.push(Command::Open);
        tokens.token();
        tokens.push(Command::Indent);
        tokens.push(Command::SoftBreak);
        open += 1;
    }
    inner(tokens);
    for _ in 0..open {
        tokens.push(Command::Dedent);
        tokens.push(Command::SoftBreak);
        // `)`
        tokens.token();
        tokens.push(Command::Close);
    }
}

fn predicate(tokens: &mut Tokens<'_>, condition: &Predicate<'_>) {
    match &condition.kind {
        PredicateKind::And(parts) | PredicateKind::Or(parts) => {
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    tokens.push(Command::Break);
                    // `and`, `or`
                    tokens.token();
                    tokens.push(Command::Space);
                }
                tokens.push(Command::Open);
                if is_chain(tokens, part) {
                    tokens.push(Command::Indent);
                    predicate(tokens, part);
                    tokens.push(Command::Dedent);
                } else {
                    operand(tokens, part);
                }
                tokens.push(Command::Close);
            }
        }
        PredicateKind::Not(part) => {
            tokens.token();
            tokens.push(Command::Space);
            operand(tokens, part);
        }
        PredicateKind::In(value, set) => {
            tokens.flat(value.range.end);
            comparison(tokens, 1, set);
        }
        PredicateKind::Compare(left, how, set) => {
            tokens.flat(left.range.end);
            comparison(tokens, words(*how), set);
        }
        _ => tokens.flat(condition.range.end),
    }
}

/// How many tokens a comparison is.
fn words(how: SetComparison) -> u32 {
    match how {
        SetComparison::Overlaps | SetComparison::Equal => 1,
        SetComparison::SubsetOf | SetComparison::SupersetOf => 2,
    }
}

/// The words of a comparison, and the set behind it.
fn comparison(tokens: &mut Tokens<'_>, words: u32, set: &SetExpr<'_>) {
    for _ in 0..words {
        tokens.push(Command::Space);
        tokens.token();
    }
    right_side(tokens, set);
}

fn set(tokens: &mut Tokens<'_>, set: &SetExpr<'_>) {
    match &set.kind {
        SetExprKind::Chain(_, parts) => {
            for (place, part) in parts.iter().enumerate() {
                if place == 0 {
                    set_operand(tokens, part);
                    tokens.push(Command::Indent);
                } else {
                    tokens.push(Command::Break);
                    // The operator.
                    tokens.token();
                    tokens.push(Command::Space);
                    set_operand(tokens, part);
                }
            }
            tokens.push(Command::Dedent);
        }
        SetExprKind::Elements(base, steps) => {
            set_operand(tokens, base);
            tokens.push(Command::Indent);
            for step in *steps {
                tokens.push(Command::Break);
                // `with`, `without`
                tokens.token();
                tokens.push(Command::Space);
                tokens.flat(step.element.range.end);
            }
            tokens.push(Command::Dedent);
        }
        SetExprKind::Literal(elements) => {
            tokens.push(Command::Open);
            // `{`
            tokens.token();
            tokens.push(Command::Indent);
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    // `,`
                    tokens.token();
                }
                tokens.push(if place == 0 { Command::SoftBreak } else { Command::Break });
                tokens.flat(element.range.end);
            }
            tokens.push(Command::Dedent);
            if !elements.is_empty() {
                tokens.push(Command::SoftBreak);
            }
            tokens.flat(set.range.end);
            tokens.push(Command::Close);
        }
        _ => tokens.flat(set.range.end),
    }
}
