//! From the syntax tree of one file to the oracle's tree: literals are read, nothing else happens.

use super::date::Instant;
use super::number::Number;
use super::pattern::Pattern;
use super::text;
use super::tree::*;
use bumpalo::Bump;
use sqrt_compiler::diagnostics::Severity;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::ast;
use sqrt_compiler::syntax::token::{FileId, TokenRange};
use sqrt_compiler::syntax::{Parsed, parse};
use std::cell::RefCell;
use std::collections::BTreeSet;

type Loaded<T> = Result<T, String>;

/// Reads one file and adds what it declares to `policy`. `preset` is the rank of a preset (S8).
pub(super) fn load(policy: &mut Policy, name: &str, source: &str, preset: Option<usize>) -> Loaded<()> {
    let arena = Bump::new();
    let parsed = parse(&arena, FileId(0), source, &Limits::default());
    let errors = parsed.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
    if let Some(error) = errors.into_iter().next() {
        return Err(format!("{name}: {}", error.message));
    }
    let loader = Loader { name, source, parsed: &parsed, preset, mentioned: RefCell::default() };
    for declaration in parsed.file.declarations {
        match declaration.kind {
            ast::DeclarationKind::Let(declared) => {
                let value = loader.let_value(declared.value)?;
                if policy.lets.insert(declared.name.text.to_owned(), value).is_some() {
                    return Err(format!("{name}: two lets are called `{}`", declared.name.text));
                }
            }
            ast::DeclarationKind::Tool(tool) => policy.blocks.push(loader.tool(tool)?),
            ast::DeclarationKind::Shorthand(shorthand) => policy.blocks.push(loader.shorthand(shorthand)?),
            ast::DeclarationKind::Error => return Err(UNPARSED.to_owned()),
        }
    }
    policy.mentioned.append(&mut loader.mentioned.into_inner());
    Ok(())
}

const UNPARSED: &str = "a part of the file could not be parsed";

struct Loader<'a> {
    name: &'a str,
    source: &'a str,
    parsed: &'a Parsed<'a>,
    preset: Option<usize>,
    mentioned: RefCell<BTreeSet<String>>,
}

impl Loader<'_> {
    /// The name of a let that is used.
    fn mention(&self, name: ast::Name<'_>) -> String {
        self.mentioned.borrow_mut().insert(name.text.to_owned());
        name.text.to_owned()
    }

    fn let_value(&self, value: ast::LetValue<'_>) -> Loaded<Let> {
        Ok(match value {
            ast::LetValue::Name(name) => Let::Name(self.mention(name)),
            ast::LetValue::Predicate(predicate) => Let::Predicate(self.predicate(predicate)?),
            ast::LetValue::Set(set) => Let::Set(self.set(set)?),
            ast::LetValue::Domain(element) => Let::Set(SetExpr::Literal(vec![self.element(element)?])),
            ast::LetValue::Error => return Err(UNPARSED.to_owned()),
        })
    }

    fn tool(&self, tool: ast::Tool<'_>) -> Loaded<Block> {
        let mut block = self.block(tool.id, None)?;
        for member in tool.members {
            match member.kind {
                ast::MemberKind::Priority(numeral) => block.priority = self.priority(Some(numeral))?,
                ast::MemberKind::Rule(rule) => block.rules.push(Rule {
                    enforcement: rule.enforcement,
                    outcome: rule.outcome,
                    condition: rule.condition.map(|condition| self.predicate(condition)).transpose()?,
                    position: self.position(member.range),
                    description: member.description.map(str::to_owned),
                }),
                ast::MemberKind::Result(statements) => block.result.extend(self.statements(statements)?),
                ast::MemberKind::Session(ast::Timing::Before, statements) => {
                    block.before.extend(self.statements(statements)?);
                }
                ast::MemberKind::Session(ast::Timing::After, statements) => {
                    block.after.extend(self.statements(statements)?);
                }
                ast::MemberKind::Error => return Err(UNPARSED.to_owned()),
            }
        }
        Ok(block)
    }

    /// A shorthand is a block with one update (S7.4).
    fn shorthand(&self, shorthand: ast::Shorthand<'_>) -> Loaded<Block> {
        let mut block = self.block(shorthand.id, shorthand.priority)?;
        let statement = Statement {
            condition: shorthand.condition.map(|condition| self.predicate(condition)).transpose()?,
            updates: vec![self.update(&shorthand.update)?],
        };
        match shorthand.target {
            ast::ShorthandTarget::Result => block.result.push(statement),
            ast::ShorthandTarget::SessionBefore => block.before.push(statement),
            ast::ShorthandTarget::SessionAfter => block.after.push(statement),
        }
        Ok(block)
    }

    fn block(&self, id: ast::ToolId<'_>, priority: Option<ast::Numeral<'_>>) -> Loaded<Block> {
        let raw = id.literal.text;
        let (tool, tool_text) = if id.is_regex {
            (ToolId::Pattern(Pattern::regex(&text::regex(raw)?)?), format!("r\"{raw}\""))
        } else {
            (ToolId::Exact(text::plain(raw)?), text::plain(raw)?)
        };
        let (before, result, after) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Block {
            tool,
            tool_text,
            priority: self.priority(priority)?,
            rules: Vec::new(),
            before,
            result,
            after,
        })
    }

    fn priority(&self, numeral: Option<ast::Numeral<'_>>) -> Loaded<Priority> {
        if let Some(rank) = self.preset {
            return Ok(Priority::Preset(std::cmp::Reverse(rank)));
        }
        let number = numeral.map_or(Ok(0), |numeral| numeral.text.parse());
        number.map(Priority::Number).map_err(|error| error.to_string())
    }

    /// Where a range of tokens begins, from 1, in Unicode scalar values (S9); a leading byte order mark does not count.
    fn position(&self, range: TokenRange) -> Position {
        let start = self.parsed.span(range).start as usize;
        let before = self.source[..start].trim_start_matches('\u{feff}');
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Position {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn statements(&self, statements: &[ast::Statement<'_>]) -> Loaded<Vec<Statement>> {
        statements.iter().map(|statement| self.statement(statement)).collect()
    }

    fn statement(&self, statement: &ast::Statement<'_>) -> Loaded<Statement> {
        match statement.kind {
            ast::StatementKind::Update(update) => {
                Ok(Statement { condition: None, updates: vec![self.update(&update)?] })
            }
            ast::StatementKind::When(condition, updates) => Ok(Statement {
                condition: Some(self.predicate(condition)?),
                updates: updates.iter().map(|update| self.update(update)).collect::<Loaded<_>>()?,
            }),
            ast::StatementKind::Error => Err(UNPARSED.to_owned()),
        }
    }

    fn update(&self, update: &ast::Update<'_>) -> Loaded<Update> {
        let owner = match update.target.place {
            ast::TargetPlace::Context => Owner::Context,
            ast::TargetPlace::Result => Owner::Result,
            ast::TargetPlace::Session => Owner::Session,
            ast::TargetPlace::Argument(name) => Owner::Argument(name.text.to_owned()),
        };
        let target = MetaOperand { owner, field: update.target.field };
        let value = self.set(update.value)?;
        let op = match update.op {
            ast::AssignOp::Set => None,
            ast::AssignOp::Union => Some(ast::SetOp::Union),
            ast::AssignOp::Intersect => Some(ast::SetOp::Intersect),
            ast::AssignOp::Minus => Some(ast::SetOp::Minus),
            ast::AssignOp::Xor => Some(ast::SetOp::Xor),
        };
        let value = match op {
            None => value,
            Some(op) => SetExpr::Chain(op, vec![SetExpr::Meta(target.clone()), value]),
        };
        Ok(Update { target, value })
    }

    fn predicate(&self, predicate: &ast::Predicate<'_>) -> Loaded<Predicate> {
        let all = |operands: &[ast::Predicate<'_>]| -> Loaded<Vec<Predicate>> {
            operands.iter().map(|operand| self.predicate(operand)).collect()
        };
        Ok(match predicate.kind {
            ast::PredicateKind::Or(operands) => Predicate::Or(all(operands)?),
            ast::PredicateKind::And(operands) => Predicate::And(all(operands)?),
            ast::PredicateKind::Not(operand) => Predicate::Not(Box::new(self.predicate(operand)?)),
            ast::PredicateKind::Name(name) => Predicate::Name(self.mention(name)),
            ast::PredicateKind::In(value, set) => Predicate::In(operand(value)?, self.set(set)?),
            ast::PredicateKind::ValueEqual(left, right) => Predicate::Equal(operand(left)?, operand(right)?),
            ast::PredicateKind::Compare(left, comparison, right) => {
                Predicate::Compare(meta(left), comparison, self.set(right)?)
            }
            ast::PredicateKind::IsEmpty(set) => Predicate::IsEmpty(meta(set)),
            ast::PredicateKind::IsUniversal(set) => Predicate::IsUniversal(meta(set)),
            ast::PredicateKind::Error => return Err(UNPARSED.to_owned()),
        })
    }

    fn set(&self, set: &ast::SetExpr<'_>) -> Loaded<SetExpr> {
        Ok(match set.kind {
            ast::SetExprKind::Chain(op, operands) => {
                SetExpr::Chain(op, operands.iter().map(|operand| self.set(operand)).collect::<Loaded<_>>()?)
            }
            ast::SetExprKind::Elements(base, steps) => {
                steps.iter().try_fold(self.set(base)?, |base, step| {
                    Ok::<_, String>(SetExpr::Step(Box::new(base), step.adds, self.element(&step.element)?))
                })?
            }
            ast::SetExprKind::Literal(elements) => {
                SetExpr::Literal(elements.iter().map(|element| self.element(element)).collect::<Loaded<_>>()?)
            }
            ast::SetExprKind::Meta(operand) => SetExpr::Meta(meta(operand)),
            ast::SetExprKind::Name(name) => SetExpr::Name(self.mention(name)),
            ast::SetExprKind::Error => return Err(UNPARSED.to_owned()),
        })
    }

    fn element(&self, element: &ast::Element<'_>) -> Loaded<Element> {
        Ok(match element.kind {
            ast::ElementKind::String(quoted) => match text::plain(quoted.text)? {
                star if star == "*" => Element::Anything,
                string => Element::String(string),
            },
            ast::ElementKind::Regex(quoted) => regex(quoted)?,
            ast::ElementKind::Wildcard(quoted) => Element::Pattern(Pattern::wildcard(quoted.text)),
            ast::ElementKind::Number(numeral) => Element::Number(number(numeral)?),
            ast::ElementKind::Bool(value) => Element::Bool(value),
            ast::ElementKind::Int(numbers) => Element::Int(range(numbers, number)?),
            ast::ElementKind::Float(numbers) => Element::Float(range(numbers, number)?),
            ast::ElementKind::Str(pattern, length) => {
                let pattern = match pattern {
                    ast::StrPattern::Exact(quoted) => Element::String(text::plain(quoted.text)?),
                    ast::StrPattern::Matching(quoted) => regex(quoted)?,
                    ast::StrPattern::Like(quoted) => Element::Pattern(Pattern::wildcard(quoted.text)),
                };
                match length {
                    Some(length) => Element::Sized(Box::new(pattern), range(length, number)?),
                    None => pattern,
                }
            }
            ast::ElementKind::Datetime(dates) => Element::Datetime(range(dates, date)?),
            ast::ElementKind::Error => return Err(UNPARSED.to_owned()),
        })
    }
}

fn regex(quoted: ast::Quoted<'_>) -> Loaded<Element> {
    Ok(Element::Pattern(Pattern::regex(&text::regex(quoted.text)?)?))
}

/// A number of a policy, where `inf` is one as well.
fn number(numeral: ast::Numeral<'_>) -> Loaded<Number> {
    match numeral.text {
        "inf" | "+inf" => Ok(Number::Double(f64::INFINITY)),
        "-inf" => Ok(Number::Double(f64::NEG_INFINITY)),
        text => Number::read(text).ok_or_else(|| format!("`{text}` is beyond the doubles")),
    }
}

fn date(literal: ast::DateLiteral<'_>) -> Loaded<Instant> {
    let instant = match literal {
        ast::DateLiteral::Text(quoted) => Instant::from_text(&text::plain(quoted.text)?),
        ast::DateLiteral::Number(numeral) => Instant::from_number(number(numeral)?),
    };
    instant.ok_or_else(|| "not a date".to_owned())
}

/// An exact value is a range from it to it.
fn range<T, U: Copy>(range: ast::Range<T>, read: fn(T) -> Loaded<U>) -> Loaded<Range<U>> {
    Ok(match range {
        ast::Range::Exact(value) => {
            let value = read(value)?;
            Range { lower: Some((value, true)), upper: Some((value, true)) }
        }
        ast::Range::Between { lower, upper } => {
            let bound = |bound: ast::Bound<T>| Ok::<_, String>((read(bound.value)?, bound.inclusive));
            Range { lower: lower.map(bound).transpose()?, upper: upper.map(bound).transpose()? }
        }
    })
}

fn operand(operand: ast::ValueOperand<'_>) -> Loaded<Operand> {
    Ok(match operand.kind {
        ast::ValueOperandKind::Argument(name) => Operand::Argument(name.text.to_owned()),
        ast::ValueOperandKind::Result => Operand::Result,
        ast::ValueOperandKind::Session => Operand::Session,
        ast::ValueOperandKind::String(quoted) => Operand::String(text::plain(quoted.text)?),
        ast::ValueOperandKind::Date(quoted) => Operand::Date(text::plain(quoted.text)?),
        ast::ValueOperandKind::Number(numeral) => Operand::Number(number(numeral)?),
        ast::ValueOperandKind::Bool(value) => Operand::Bool(value),
    })
}

fn meta(operand: ast::MetaOperand<'_>) -> MetaOperand {
    let owner = match operand.place {
        ast::MetaPlace::Argument(name) => Owner::Argument(name.text.to_owned()),
        ast::MetaPlace::Result => Owner::Result,
        ast::MetaPlace::Session => Owner::Session,
        ast::MetaPlace::Context => Owner::Context,
        ast::MetaPlace::ArgsUnion => Owner::ArgsUnion,
        ast::MetaPlace::ArgsIntersect => Owner::ArgsIntersect,
    };
    MetaOperand { owner, field: operand.field }
}
