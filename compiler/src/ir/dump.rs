//! The representation as text, one line a node, for people and tests.
//!
//! Nodes are written as they are numbered (`s3` is a set, `c1` a condition, `l0` a let as a condition, `m0` a let as a
//! set), so a dump of a policy of any depth takes no native stack.

use super::{
    Block, Bound, ConditionKind, Element, ElementKind, Field, LetKind, LiteralId, LiteralValue, MetaRef,
    MetaSource, PatternId, PatternSyntax, Place, Policy, Priority, Range, Reading, SetKind, SetOp, SizedText,
    Stance, Statement, ToolMatcher, Update, ValueRef,
};
use crate::syntax::ast::{Enforcement, Outcome};
use sqrt_vm::datetime::Instant;
use sqrt_vm::number::Number;
use std::fmt::{self, Display, Formatter};

impl Display for Policy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for declared in &self.lets {
            let kind = match declared.kind {
                LetKind::Predicate => "condition",
                LetKind::Set => "set",
            };
            writeln!(f, "let {}: {kind}, uses {}", declared.name, declared.uses)?;
        }
        for (id, set) in self.sets.iter().enumerate() {
            write!(f, "s{id} = ")?;
            self.set(f, &set.kind)?;
            let flags = [
                (set.has_metadata, "metadata"),
                (set.has_pattern, "pattern"),
                (set.holds_pattern, "holds"),
                (set.has_non_strings, "non-strings"),
            ];
            let flags: Vec<&str> = flags.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
            let tail = if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
            writeln!(f, "{tail}")?;
        }
        for (id, set_let) in self.set_lets.iter().enumerate() {
            let name = self.let_name(set_let.declaration.index());
            writeln!(f, "m{id} = {name} for the {}: s{}", place(set_let.place), set_let.body.0)?;
        }
        for (id, condition) in self.conditions.iter().enumerate() {
            write!(f, "c{id} = ")?;
            condition.kind.fmt(f)?;
            writeln!(f)?;
        }
        for (id, instance) in self.let_instances.iter().enumerate() {
            let name = self.let_name(instance.declaration.index());
            let not = if instance.negated { ", negated" } else { "" };
            let (place, stance) = (place(instance.place), stance(instance.stance));
            writeln!(f, "l{id} = {name} for the {place} {stance}{not}: c{}", instance.body.0)?;
        }
        self.blocks.iter().try_for_each(|block| self.block(f, block))
    }
}

impl Policy {
    fn let_name(&self, index: usize) -> &str {
        self.lets.get(index).map_or("?", |declared| declared.name.as_str())
    }

    fn set(&self, f: &mut Formatter<'_>, kind: &SetKind) -> fmt::Result {
        match kind {
            SetKind::Literal(id) => self.literal(f, *id),
            SetKind::Meta(meta) => meta.fmt(f),
            SetKind::Let(id) => write!(f, "m{}", id.0),
            SetKind::Chain(op, operands) => {
                let symbol = match op {
                    SetOp::Xor => " ^ ",
                    SetOp::Minus => " - ",
                    SetOp::Intersect => " & ",
                    SetOp::Union => " | ",
                };
                let operands: Vec<String> =
                    operands.iter().map(|operand| format!("s{}", operand.0)).collect();
                f.write_str(&operands.join(symbol))
            }
        }
    }

    fn literal(&self, f: &mut Formatter<'_>, id: LiteralId) -> fmt::Result {
        f.write_str("{")?;
        for (at, element) in self.literals.get(id.index()).iter().flat_map(|l| &l.elements).enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            self.element(f, element)?;
        }
        f.write_str("}")
    }

    fn element(&self, f: &mut Formatter<'_>, element: &Element) -> fmt::Result {
        match &element.kind {
            ElementKind::Anything => f.write_str("anything"),
            ElementKind::String(text) => write!(f, "{text:?}"),
            ElementKind::Pattern(id) => self.pattern(f, *id),
            ElementKind::Sized(text, length) => {
                match text {
                    SizedText::Exact(text) => write!(f, "{text:?}")?,
                    SizedText::Pattern(id) => self.pattern(f, *id)?,
                }
                write!(f, " length {length}")
            }
            ElementKind::Number(number) => show_number(f, *number),
            ElementKind::Bool(bool) => write!(f, "{bool}"),
            ElementKind::Int(range) => write!(f, "int {range}"),
            ElementKind::Float(range) => write!(f, "float {range}"),
            ElementKind::Datetime(range) => write!(f, "datetime {range}"),
        }
    }

    fn pattern(&self, f: &mut Formatter<'_>, id: PatternId) -> fmt::Result {
        let Some(pattern) = self.patterns.get(id.index()) else { return f.write_str("?") };
        let kind = match pattern.syntax {
            PatternSyntax::Regex => "regex",
            PatternSyntax::Wildcard => "wildcard",
        };
        write!(f, "{kind} `{}`", pattern.text)
    }

    fn block(&self, f: &mut Formatter<'_>, block: &Block) -> fmt::Result {
        f.write_str("tool ")?;
        match &block.tool {
            ToolMatcher::Exact(name) => write!(f, "{name:?}")?,
            ToolMatcher::Pattern(id) => self.pattern(f, *id)?,
        }
        match block.priority {
            Priority::Number(0) => {}
            Priority::Number(number) => write!(f, ", priority {number}")?,
            Priority::Preset(rank) => write!(f, ", preset {rank}")?,
        }
        writeln!(f, ", {}:{}", block.position.line, block.position.column)?;
        for rule in &block.rules {
            let must = if rule.enforcement == Enforcement::Must { "must" } else { "should" };
            let deny = if rule.outcome == Outcome::Deny { "deny" } else { "allow" };
            let when =
                rule.condition.map_or("always".to_owned(), |condition| format!("when c{}", condition.0));
            let (line, column) = (rule.position.line, rule.position.column);
            writeln!(f, "  rule {}, {line}:{column}: {must} {deny} {when}", rule.id.0)?;
        }
        let phases = [("before", &block.before), ("result", &block.result), ("after", &block.after)];
        for (phase, statement) in phases.iter().flat_map(|(phase, list)| list.iter().map(move |s| (phase, s)))
        {
            match statement {
                Statement::Update(update) => writeln!(f, "  {phase}: {update}")?,
                Statement::When(when) => {
                    let read = |condition: Option<super::ConditionId>, how: &str| {
                        condition.map(|condition| format!("c{} {how}", condition.0))
                    };
                    let readings = [read(when.as_deny, "as deny"), read(when.as_allow, "as allow")];
                    let readings: Vec<String> = readings.into_iter().flatten().collect();
                    writeln!(f, "  {phase}: when {}", readings.join(", "))?;
                    for (guard, update) in &when.updates {
                        writeln!(f, "    {}: {update}", stance(*guard))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Display for Update {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} := s{}", field(self.field), self.value.0)
    }
}

impl Display for ConditionKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let join = |operands: &[super::ConditionId], operator: &str| {
            let operands: Vec<String> = operands.iter().map(|operand| format!("c{}", operand.0)).collect();
            operands.join(operator)
        };
        match self {
            Self::Constant(value) => write!(f, "{value}"),
            Self::And(operands) => f.write_str(&join(operands, " and ")),
            Self::Or(operands) => f.write_str(&join(operands, " or ")),
            Self::Not(operand) => write!(f, "not c{}", operand.0),
            Self::Let(id) => write!(f, "l{}", id.0),
            Self::ValueIn(value, set, reading) => write!(f, "{reading} {value} in s{}", set.0),
            Self::ValuesEqual(left, right, reading) => write!(f, "{reading} {left} == {right}"),
            Self::LiteralIn(value, set, reading) => write!(f, "{reading} {value} in s{}", set.0),
            Self::TagIn(tag, set, reading) => write!(f, "{tag:?} in s{} [{reading}]", set.0),
            Self::SetIsUniversal(set, reading) => write!(f, "s{} is universal [{reading}]", set.0),
            Self::Overlaps(meta, set, reading) => write!(f, "{meta} overlaps s{} [{reading}]", set.0),
            Self::SubsetOf(meta, set, reading) => write!(f, "{meta} subset of s{} [{reading}]", set.0),
            Self::SupersetOf(meta, set, reading) => write!(f, "{meta} superset of s{} [{reading}]", set.0),
            Self::Equal(meta, set, reading) => write!(f, "{meta} == s{} [{reading}]", set.0),
            Self::IsEmpty(meta) => write!(f, "{meta} is empty"),
            Self::IsUniversal(meta) => write!(f, "{meta} is universal"),
        }
    }
}

impl Display for Reading {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::All => "all",
            Self::AnyOrNone => "any or none",
        })
    }
}

impl Display for ValueRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(name) => write!(f, "{name}.value"),
            Self::Result => f.write_str("@result.value"),
            Self::Session => f.write_str("@session.value"),
        }
    }
}

impl Display for LiteralValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => write!(f, "{text:?}"),
            Self::Number(number) => show_number(f, *number),
            Self::Bool(bool) => write!(f, "{bool}"),
        }
    }
}

impl Display for MetaRef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let field = field(self.field);
        match &self.source {
            MetaSource::Argument(name) => write!(f, "{name}.{field}"),
            MetaSource::Result => write!(f, "@result.{field}"),
            MetaSource::Session => write!(f, "@session.{field}"),
            MetaSource::ArgsUnion => write!(f, "@args.{field}.union"),
            MetaSource::ArgsIntersect => write!(f, "@args.{field}.intersect"),
        }
    }
}

/// Shows the bounds of a range.
trait Show: Copy + PartialEq {
    fn show(self, f: &mut Formatter<'_>) -> fmt::Result;
}

impl Show for Number {
    fn show(self, f: &mut Formatter<'_>) -> fmt::Result {
        show_number(f, self)
    }
}

impl Show for Instant {
    /// Seconds since the epoch, with nine digits of a fraction if there is one.
    fn show(self, f: &mut Formatter<'_>) -> fmt::Result {
        const SECOND: i128 = 1_000_000_000;
        write!(f, "{}", self.0.div_euclid(SECOND))?;
        match self.0.rem_euclid(SECOND) {
            0 => Ok(()),
            fraction => write!(f, ".{fraction:09}"),
        }
    }
}

impl<T: Show> Display for Range<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let included = |bound: &Option<Bound<T>>| bound.is_none_or(|bound| bound.inclusive);
        match (self.lower, self.upper) {
            (Some(lower), Some(upper)) if lower == upper && lower.inclusive => return lower.value.show(f),
            _ => {}
        }
        if let Some(lower) = self.lower {
            lower.value.show(f)?;
        }
        f.write_str(if included(&self.lower) { "" } else { "<" })?;
        f.write_str("..")?;
        f.write_str(if included(&self.upper) { "" } else { "<" })?;
        self.upper.map_or(Ok(()), |upper| upper.value.show(f))
    }
}

/// An integer as digits, a float so that it cannot be taken for one.
fn show_number(f: &mut Formatter<'_>, number: Number) -> fmt::Result {
    match number {
        Number::Int(int) => write!(f, "{int}"),
        Number::Float(float) => write!(f, "{float:?}"),
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Tags => "tags",
        Field::Producers => "producers",
        Field::Consumers => "consumers",
    }
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Result => "result",
        Place::Session => "session",
    }
}

fn stance(stance: Stance) -> &'static str {
    match stance {
        Stance::Deny => "as deny",
        Stance::Allow => "as allow",
    }
}
