//! The syntax tree as text, one form for one meaning: the same text that `scripts/syntax_trees.py` makes of the reference
//! parser's tree.
//!
//! Chains are written as nested pairs, parentheses leave no trace, a bare name is `(name x)` whatever it may turn out to be.

use std::fmt::Write as _;

use sqrt_compiler::syntax::ast::{
    AssignOp, Bound, DateLiteral, Declaration, DeclarationKind, Element, ElementKind, Enforcement, Field,
    File, LetValue, Member, MemberKind, MetaOperand, MetaPlace, Numeral, Outcome, Predicate, PredicateKind,
    Quoted, Range, Rule, SetComparison, SetExpr, SetExprKind, SetOp, Shorthand, ShorthandTarget, Statement,
    StatementKind, StrPattern, Target, TargetPlace, Timing, ToolId, Update, ValueOperand, ValueOperandKind,
};

/// The text of a file's tree.
pub fn file(file: &File<'_>) -> String {
    file.declarations.iter().map(declaration).collect::<Vec<_>>().join("\n")
}

fn described(description: Option<&str>, text: String) -> String {
    match description {
        Some(description) => format!("(doc {} {text})", serde_json::Value::from(description)),
        None => text,
    }
}

fn declaration(declaration: &Declaration<'_>) -> String {
    let text = match &declaration.kind {
        DeclarationKind::Let(of) => {
            let value = match &of.value {
                LetValue::Name(name) => format!("(name {})", name.text),
                LetValue::Predicate(of) => predicate(of),
                LetValue::Set(of) => set(of),
                LetValue::Domain(of) => element(of),
                LetValue::Error => "(error)".to_owned(),
            };
            format!("(let {} {value})", of.name.text)
        }
        DeclarationKind::Tool(tool) => {
            list("tool", std::iter::once(tool_id(&tool.id)).chain(tool.members.iter().map(member)))
        }
        DeclarationKind::Shorthand(of) => shorthand(of),
        DeclarationKind::Error => "(error)".to_owned(),
    };
    described(declaration.description, text)
}

fn list(head: &str, items: impl Iterator<Item = String>) -> String {
    let mut out = format!("({head}");
    for item in items {
        let _ = write!(out, " {item}");
    }
    out.push(')');
    out
}

fn quoted(kind: &str, of: &Quoted<'_>) -> String {
    format!("({kind} {})", serde_json::Value::from(of.text))
}

fn tool_id(id: &ToolId<'_>) -> String {
    quoted(if id.is_regex { "r" } else { "s" }, &id.literal)
}

fn member(member: &Member<'_>) -> String {
    let text = match &member.kind {
        MemberKind::Priority(number) => format!("(priority {})", number.text),
        MemberKind::Rule(of) => rule(of),
        MemberKind::Result(statements) => list("result", statements.iter().map(statement)),
        MemberKind::Session(Timing::Before, statements) => list("before", statements.iter().map(statement)),
        MemberKind::Session(Timing::After, statements) => list("after", statements.iter().map(statement)),
        MemberKind::Error => "(error)".to_owned(),
    };
    described(member.description, text)
}

fn rule(rule: &Rule<'_>) -> String {
    let level = match rule.enforcement {
        Enforcement::Must => "must",
        Enforcement::Should => "should",
    };
    let outcome = match rule.outcome {
        Outcome::Allow => "allow",
        Outcome::Deny => "deny",
    };
    format!("({level} {outcome} {})", rule.condition.map_or("always".to_owned(), predicate))
}

fn statement(statement: &Statement<'_>) -> String {
    let text = match &statement.kind {
        StatementKind::Update(of) => update(of),
        StatementKind::When(condition, updates) => {
            list("when", std::iter::once(predicate(condition)).chain(updates.iter().map(update)))
        }
        StatementKind::Error => "(error)".to_owned(),
    };
    described(statement.description, text)
}

fn update(update: &Update<'_>) -> String {
    let op = match update.op {
        AssignOp::Set => "=",
        AssignOp::Union => "|=",
        AssignOp::Intersect => "&=",
        AssignOp::Minus => "-=",
        AssignOp::Xor => "^=",
    };
    format!("({op} {} {})", target(&update.target), set(update.value))
}

fn target(target: &Target<'_>) -> String {
    let field = field(target.field);
    match target.place {
        TargetPlace::Context => format!("(context {field})"),
        TargetPlace::Result => format!("(result {field})"),
        TargetPlace::Session => format!("(session {field})"),
        TargetPlace::Argument(name) => format!("(arg {} {field})", name.text),
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Tags => "tags",
        Field::Producers => "producers",
        Field::Consumers => "consumers",
    }
}

fn shorthand(of: &Shorthand<'_>) -> String {
    let target = match of.target {
        ShorthandTarget::Result => "result",
        ShorthandTarget::SessionBefore => "before",
        ShorthandTarget::SessionAfter => "after",
    };
    format!(
        "(shorthand {} {} {target} {} {})",
        tool_id(&of.id),
        of.priority.map_or("-", |number| number.text),
        update(&of.update),
        of.condition.map_or("-".to_owned(), predicate)
    )
}

fn pairs(head: &str, items: impl Iterator<Item = String>) -> String {
    items.reduce(|left, right| format!("({head} {left} {right})")).unwrap_or_default()
}

fn predicate(of: &Predicate<'_>) -> String {
    match &of.kind {
        PredicateKind::Or(children) => pairs("or", children.iter().map(predicate)),
        PredicateKind::And(children) => pairs("and", children.iter().map(predicate)),
        PredicateKind::Not(child) => format!("(not {})", predicate(child)),
        PredicateKind::Name(name) => format!("(name {})", name.text),
        PredicateKind::In(value, right) => format!("(in {} {})", operand(value), set(right)),
        PredicateKind::ValueEqual(left, right) => format!("(is {} {})", operand(left), operand(right)),
        PredicateKind::Compare(left, comparison, right) => {
            let head = match comparison {
                SetComparison::Overlaps => "overlaps",
                SetComparison::SubsetOf => "subset",
                SetComparison::SupersetOf => "superset",
                SetComparison::Equal => "equal",
            };
            format!("({head} {} {})", meta(left), set(right))
        }
        PredicateKind::IsEmpty(left) => format!("(empty {})", meta(left)),
        PredicateKind::IsUniversal(left) => format!("(universal {})", meta(left)),
        PredicateKind::Error => "(error)".to_owned(),
    }
}

fn operand(of: &ValueOperand<'_>) -> String {
    match &of.kind {
        ValueOperandKind::Argument(name) => format!("(value {})", name.text),
        ValueOperandKind::Result => "(value @result)".to_owned(),
        ValueOperandKind::Session => "(value @session)".to_owned(),
        ValueOperandKind::String(text) => quoted("s", text),
        ValueOperandKind::Date(text) => quoted("d", text),
        ValueOperandKind::Number(number) => numeral(number),
        ValueOperandKind::Bool(value) => format!("(bool {value})"),
    }
}

fn numeral(number: &Numeral<'_>) -> String {
    format!("(n {})", number.text)
}

fn meta(of: &MetaOperand<'_>) -> String {
    let field = field(of.field);
    match of.place {
        MetaPlace::Argument(name) => format!("(arg {} {field})", name.text),
        MetaPlace::Result => format!("(result {field})"),
        MetaPlace::Session => format!("(session {field})"),
        MetaPlace::Context => format!("(context {field})"),
        MetaPlace::ArgsUnion => format!("(args union {field})"),
        MetaPlace::ArgsIntersect => format!("(args intersect {field})"),
    }
}

fn set(of: &SetExpr<'_>) -> String {
    match &of.kind {
        SetExprKind::Chain(op, operands) => {
            let head = match op {
                SetOp::Xor => "xor",
                SetOp::Minus => "minus",
                SetOp::Intersect => "intersect",
                SetOp::Union => "union",
            };
            pairs(head, operands.iter().map(set))
        }
        SetExprKind::Elements(base, steps) => steps.iter().fold(set(base), |left, step| {
            format!("({} {left} {})", if step.adds { "with" } else { "without" }, element(&step.element))
        }),
        SetExprKind::Literal(elements) => list("set", elements.iter().map(element)),
        SetExprKind::Meta(of) => meta(of),
        SetExprKind::Name(name) => format!("(name {})", name.text),
        SetExprKind::Error => "(error)".to_owned(),
    }
}

fn element(of: &Element<'_>) -> String {
    match &of.kind {
        ElementKind::String(text) => quoted("s", text),
        ElementKind::Regex(text) => quoted("r", text),
        ElementKind::Wildcard(text) => quoted("w", text),
        ElementKind::Number(number) => numeral(number),
        ElementKind::Bool(value) => format!("(bool {value})"),
        ElementKind::Int(of) => format!("(int {})", range(of, numeral)),
        ElementKind::Float(of) => format!("(float {})", range(of, numeral)),
        ElementKind::Str(pattern, length) => {
            let pattern = match pattern {
                StrPattern::Exact(text) => quoted("s", text),
                StrPattern::Matching(text) => quoted("r", text),
                StrPattern::Like(text) => quoted("w", text),
            };
            format!("(str {pattern} {})", length.as_ref().map_or("-".to_owned(), |of| range(of, numeral)))
        }
        ElementKind::Datetime(of) => format!("(datetime {})", range(of, date)),
        ElementKind::Error => "(error)".to_owned(),
    }
}

fn date(of: &DateLiteral<'_>) -> String {
    match of {
        // `datetime "…"` and `datetime d"…"` are the same date (S4.2).
        DateLiteral::Text(text) => quoted("d", text),
        DateLiteral::Number(number) => numeral(number),
    }
}

fn range<T>(of: &Range<T>, show: impl Fn(&T) -> String) -> String {
    match of {
        Range::Exact(value) => format!("(exact {})", show(value)),
        Range::Between { lower, upper } => {
            let bound = |bound: &Option<Bound<T>>, inclusive: &str, exclusive: &str| {
                bound.as_ref().map_or("-".to_owned(), |bound| {
                    format!(
                        "({} {})",
                        if bound.inclusive { inclusive } else { exclusive },
                        show(&bound.value)
                    )
                })
            };
            format!("(between {} {})", bound(lower, "from", "above"), bound(upper, "to", "below"))
        }
    }
}
