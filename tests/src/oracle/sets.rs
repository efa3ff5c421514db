//! Set expressions over metadata, where a pattern stands for all strings that it matches (S5.3, S5.4).

use super::metadata::MetaSet;
use super::scene::Scene;
use super::tree::{Element, SetExpr};
use super::values::{Leaf, LineEnds};
use sqrt_compiler::syntax::ast::SetOp;

/// What is known of the strings in a set expression.
#[derive(Debug, Clone)]
pub(super) enum Extent {
    /// Exactly these.
    Exact(MetaSet),
    /// Those that some pattern matches: no set of S2.3. Each single string can still be asked about.
    Pattern {
        /// Whether no complement set took part in it. Only then is it simply "a pattern", for which S5.4 says how it
        /// relates to the universal set.
        pure: bool,
    },
}

use Extent::{Exact, Pattern};

impl Extent {
    /// Whether a complement set takes part in this: nothing can be told from its outline then (S5.4).
    fn is_pure(&self) -> bool {
        match self {
            Exact(set) => !set.complement,
            Pattern { pure } => *pure,
        }
    }
}

impl Scene<'_> {
    /// Whether a single string is in a set expression: always exact (S5.4), and strings of metadata simply match (S4.5).
    pub(super) fn holds_string(&self, set: &SetExpr, text: &str) -> bool {
        self.is_in(&Leaf::String(text), set, LineEnds::AsMatched)
    }

    /// The strings of a finite set that are in a set expression, one by one.
    pub(super) fn keep(&self, finite: &MetaSet, is_in: impl Fn(&str) -> bool) -> MetaSet {
        MetaSet::of(finite.tags.iter().map(String::as_str).filter(|text| is_in(text)))
    }

    /// The strings of a set expression, as far as they are a set of S2.3.
    pub(super) fn extent(&self, set: &SetExpr) -> Extent {
        match set {
            SetExpr::Literal(elements) => extent_of_elements(elements.iter()),
            SetExpr::Meta(operand) => Exact(self.metadata(operand)),
            SetExpr::Name(name) => self.extent(self.let_set(name)),
            SetExpr::Step(base, adds, element) => {
                let op = if *adds { SetOp::Union } else { SetOp::Minus };
                let is_in = |text: &str| self.holds_string(set, text);
                self.combine(op, self.extent(base), extent_of_elements([element].into_iter()), &is_in)
            }
            SetExpr::Chain(op, operands) => self.extent_of_chain(*op, operands),
        }
    }

    /// Left-associative.
    fn extent_of_chain(&self, op: SetOp, operands: &[SetExpr]) -> Extent {
        let Some((right, left)) = operands.split_last().filter(|(_, left)| !left.is_empty()) else {
            return self.extent(&operands[0]);
        };
        let is_in = |text: &str| self.is_in_chain(&Leaf::String(text), op, operands, LineEnds::AsMatched);
        self.combine(op, self.extent_of_chain(op, left), self.extent(right), &is_in)
    }

    /// `left op right`, where `is_in` says of a single string whether it is in the outcome (S5.4).
    fn combine(&self, op: SetOp, left: Extent, right: Extent, is_in: &dyn Fn(&str) -> bool) -> Extent {
        if let (Exact(left), Exact(right)) = (&left, &right) {
            return Exact(match op {
                SetOp::Union => left.union(right),
                SetOp::Intersect => left.intersect(right),
                SetOp::Minus => left.minus(right),
                SetOp::Xor => left.xor(right),
            });
        }
        let pure = left.is_pure() && right.is_pure();
        match (op, &left, &right) {
            // Exact: `|` with the universal set.
            (SetOp::Union, Exact(side), _) | (SetOp::Union, _, Exact(side)) if side.is_universal() => {
                Exact(MetaSet::universal())
            }
            // Exact: a finite set, of which a pattern keeps or takes away strings.
            (SetOp::Intersect, Exact(side), _)
            | (SetOp::Intersect, _, Exact(side))
            | (SetOp::Minus, Exact(side), _)
                if !side.complement =>
            {
                Exact(self.keep(side, is_in))
            }
            // Exact: a `-` of a complement leaves only strings that the complement leaves out.
            (SetOp::Minus, _, Exact(side)) if side.complement => {
                let left_out = MetaSet { complement: false, tags: side.tags.clone() };
                Exact(self.keep(&left_out, is_in))
            }
            _ => Pattern { pure },
        }
    }
}

/// `{…}`: the strings and, if it has patterns, what they match. With `"*"` it is universal whatever else it has (S2.3).
fn extent_of_elements<'a>(elements: impl Iterator<Item = &'a Element>) -> Extent {
    let mut strings = Vec::new();
    let mut has_pattern = false;
    for element in elements {
        match element {
            Element::Anything => strings.push("*"),
            Element::String(text) => strings.push(text.as_str()),
            Element::Pattern(_) | Element::Sized(..) => has_pattern = true,
            _ => panic!("a metadata set holds strings only"),
        }
    }
    let exact = MetaSet::of(strings);
    if has_pattern && !exact.is_universal() { Pattern { pure: true } } else { Exact(exact) }
}
