//! Decisions that need more than the next token, since no word is reserved (S1.4). Nothing here moves the parser.
//!
//! The grammar is ambiguous to a reader but not to a parser with these three decisions; each looks over tokens once and
//! is called where those tokens are consumed next, so parsing stays linear.
//!
//! 1. *`not` before `or` or `and`.* In a run of such words names and operators alternate. The last one is a name if the
//!    condition ends after it or a `.` follows, so the number of words says whether the first is a name (then `not` is
//!    the operator) or an operator (then `not` is a name).
//! 2. *The kind of a let.* It shows at the first operand behind the opening parentheses: a comparison follows it or a
//!    set operator, or, for a bare name, what follows the closing parentheses.
//! 3. *A let that begins with `not union or …`*, where every word may be a name or an operator of a set or a condition.

use super::cursor::Parser;
use crate::syntax::token::TokenKind as K;

/// What the right side of a let is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetKind {
    /// A bare name, perhaps in parentheses.
    Name,
    Predicate,
    Set,
    Domain,
}

/// The binary operators of sets that are words.
pub(super) fn is_set_operator_word(word: &str) -> bool {
    matches!(word, "xor" | "minus" | "intersect" | "union" | "with" | "without")
}

pub(super) fn is_field(word: &str) -> bool {
    matches!(word, "tags" | "producers" | "consumers")
}

impl Parser<'_, '_> {
    fn is_connective(&self, at: usize) -> bool {
        matches!(self.word_at(at), "or" | "and")
    }

    /// Whether a condition or a set expression ends before this token.
    fn is_end(&self, at: usize) -> bool {
        matches!(self.kind_at(at), K::Semicolon | K::RightParen | K::LeftBrace | K::RightBrace | K::End)
    }

    fn is_dot(&self, at: usize) -> bool {
        matches!(self.kind_at(at), K::Dot | K::DotValue)
    }

    fn is_set_symbol(&self, at: usize) -> bool {
        matches!(self.kind_at(at), K::Pipe | K::Ampersand | K::Minus | K::Caret)
    }

    /// Whether this token compares metadata sets or values.
    pub(super) fn is_comparison(&self, at: usize) -> bool {
        self.kind_at(at) == K::Equal
            || matches!(self.word_at(at), "overlaps" | "subset" | "superset" | "is" | "in")
    }

    /// Whether an aggregation `union of F from args` begins here.
    pub(super) fn is_aggregation(&self, at: usize) -> bool {
        matches!(self.word_at(at), "union" | "intersect") && self.word_at(self.after(at)) == "of"
    }

    /// Whether the word `not` at the place of an operand is the operator (else it is a name).
    pub(super) fn not_is_operator(&self, at: usize) -> bool {
        let mut next = self.after(at);
        if self.is_end(next) || self.is_dot(next) || self.is_set_symbol(next) {
            return false;
        }
        if !self.is_connective(next) {
            return true;
        }
        let mut odd = false;
        while self.is_connective(next) {
            odd = !odd;
            next = self.after(next);
        }
        let last_is_name = self.is_end(next) || self.is_dot(next);
        odd == last_is_name
    }

    /// Whether a type domain begins here (else its first word is a name).
    pub(super) fn is_domain(&self, at: usize) -> bool {
        let next = self.after(at);
        let kind = self.kind_at(next);
        let is_number = matches!(kind, K::Number | K::SignedInfinity) || self.word_at(next) == "inf";
        let is_range = matches!(kind, K::Range | K::RangeOpenLeft | K::RangeOpenRight | K::RangeOpen);
        match self.word_at(at) {
            "bool" => matches!(self.word_at(next), "true" | "false"),
            "int" | "float" => is_number || is_range,
            "str" => {
                matches!(kind, K::String | K::Regex | K::Wildcard | K::Date)
                    || matches!(self.word_at(next), "matching" | "like" | "length")
            }
            "datetime" => is_number || is_range || matches!(kind, K::String | K::Date),
            _ => false,
        }
    }

    /// What the right side of a let is, with the parser at its first token.
    pub(super) fn let_kind(&self) -> LetKind {
        let mut at = self.pos();
        let mut open = 0usize;
        while self.kind_at(at) == K::LeftParen {
            open = open.saturating_add(1);
            at = self.after(at);
        }
        match self.kind_at(at) {
            K::At => self.kind_after_operand(self.after(self.after(at))),
            K::AtResult | K::AtSession | K::AtArgs => self.kind_of_access(self.after(at)),
            K::String | K::Regex | K::Wildcard | K::Date | K::Number | K::SignedInfinity => {
                if self.is_comparison(self.after(at)) { LetKind::Predicate } else { LetKind::Domain }
            }
            K::Word => self.kind_from_word(at, open),
            _ => LetKind::Set,
        }
    }

    fn kind_from_word(&self, at: usize, open: usize) -> LetKind {
        let next = self.after(at);
        let word = self.word_at(at);
        if self.is_dot(next) {
            return self.kind_of_access(next);
        }
        if self.is_aggregation(at) {
            return self.kind_after_operand((0..4).fold(next, |at, _| self.after(at)));
        }
        if self.is_domain(at) {
            return LetKind::Domain;
        }
        if word == "not" && !self.is_end(next) {
            return self.kind_from_not(next);
        }
        self.kind_after_name(next, open)
    }

    /// `at` is the `.` or `.value` after what is accessed.
    fn kind_of_access(&self, at: usize) -> LetKind {
        if self.kind_at(at) == K::DotValue {
            return LetKind::Predicate;
        }
        let mut at = self.after(self.after(at));
        if self.kind_at(at) == K::Dot {
            at = self.after(self.after(at)); // `@args.tags.union`
        }
        self.kind_after_operand(at)
    }

    fn kind_after_operand(&self, at: usize) -> LetKind {
        if self.is_comparison(at) { LetKind::Predicate } else { LetKind::Set }
    }

    fn kind_after_name(&self, mut at: usize, mut open: usize) -> LetKind {
        while open > 0 && self.kind_at(at) == K::RightParen {
            open = open.saturating_sub(1);
            at = self.after(at);
        }
        if self.is_set_symbol(at) || is_set_operator_word(self.word_at(at)) {
            LetKind::Set
        } else if self.is_connective(at) || self.is_comparison(at) {
            LetKind::Predicate
        } else {
            LetKind::Name
        }
    }

    /// A let whose first operand begins with `not`; `at` is the token after it, which ends nothing.
    ///
    /// As a set, `not` is a name and the tokens are operator, name, operator, …; as a condition, `not` is the operator
    /// and they are name, connective, name, …. Only a connective that stands where a set would have a name keeps both
    /// readings alive.
    fn kind_from_not(&self, mut at: usize) -> LetKind {
        if self.is_set_symbol(at) {
            return LetKind::Set;
        }
        loop {
            let word = self.word_at(at);
            if !is_set_operator_word(word) {
                return LetKind::Predicate;
            }
            let next = self.after(at);
            if self.is_end(next) || self.is_dot(next) {
                return LetKind::Predicate;
            }
            if word == "union" || word == "intersect" {
                let of_field = self.word_at(next) == "of" && is_field(self.word_at(self.after(next)));
                if of_field {
                    return LetKind::Predicate;
                }
            }
            if !self.is_connective(next) {
                return LetKind::Set;
            }
            if word == "with" || word == "without" {
                return LetKind::Predicate; // a name is no element
            }
            at = self.after(next);
            if self.is_end(at) || self.kind_at(at) == K::Dot || self.is_set_symbol(at) {
                return LetKind::Set;
            }
        }
    }
}
