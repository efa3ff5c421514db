//! From tokens to the tree: a hand-written parser that reports all errors of a file and never fails.
//!
//! It accepts what the reference grammar derives in any reading, apart from the differences of S1.3; where words may be
//! keywords or names, `lookahead` decides. There is no recursion: the grammar nests only in parentheses and `not`, which
//! have explicit stacks, and blocks, which are three deep. Time is linear: every token is taken or skipped once.
//!
//! Errors: a grammar function that fails has reported why; the caller that owns the statement or declaration puts an
//! `Error` node and recovers at the next `;`, `}` or beginning of something (see `recovery`).

mod block;
mod cursor;
mod declaration;
mod element;
mod lookahead;
mod predicate;
mod recovery;
mod set;

use bumpalo::Bump;

use super::ast::File;
use super::token::TokenTable;
use crate::diagnostics::{Diagnostic, Sink};
use crate::limits::Limits;
use cursor::Parser;

/// Parses the tokens of one file; `sink` has the diagnostics of the lexer.
pub(crate) fn parse<'a>(
    arena: &'a Bump,
    source: &'a str,
    table: &TokenTable,
    sink: Sink,
    limits: &Limits,
) -> (File<'a>, Vec<Diagnostic>) {
    let mut parser = Parser::new(arena, source, table, sink, limits);
    let declarations = parser.declarations();
    (File { declarations }, parser.into_diagnostics())
}
