//! Which tree a text becomes, in one line per declaration.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use bumpalo::Bump;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::ast::*;
use sqrt_compiler::syntax::{OwnedSyntax, parse, token::FileId};

/// Checks the tree of each declaration of a well-formed text.
#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let arena = Bump::new();
    let parsed = parse(&arena, FileId::default(), source, &Limits::default());
    assert_eq!(parsed.diagnostics, [], "{source}");
    let found: Vec<String> = parsed.file.declarations.iter().map(declaration).collect();
    assert_eq!(found, expected, "{source}");
}

/// Checks the value of `let a = VALUE;`.
#[track_caller]
fn check_let(value: &str, expected: &str) {
    check(&format!("let a = {value};"), &[&format!("(let a {expected})")]);
}

/// Checks the condition of a rule.
#[track_caller]
fn check_condition(condition: &str, expected: &str) {
    let source = format!("tool \"t\" {{ must deny when {condition}; }}");
    check(&source, &[&format!("(tool t (must deny {expected}))")]);
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(|item| format!(" {}", show(item))).collect()
}

fn described(description: Option<&str>, text: String) -> String {
    description.map_or(text.clone(), |d| format!("[{}]{text}", d.replace('\n', "|")))
}

fn declaration(declaration: &Declaration<'_>) -> String {
    let text = match declaration.kind {
        DeclarationKind::Let(Let { name, value }) => format!("(let {} {})", name.text, let_value(&value)),
        DeclarationKind::Tool(tool) => format!("(tool {}{})", id(&tool.id), list(tool.members, member)),
        DeclarationKind::Shorthand(short) => {
            let priority = short.priority.map_or(String::new(), |n| format!(" [{}]", n.text));
            let condition = short.condition.map_or(String::new(), |p| format!(" when {}", predicate(p)));
            format!(
                "(shorthand {}{priority} {:?} {}{condition})",
                id(&short.id),
                short.target,
                update(&short.update)
            )
        }
        DeclarationKind::Error => "error".to_owned(),
    };
    described(declaration.description, text)
}

fn let_value(value: &LetValue<'_>) -> String {
    match value {
        LetValue::Name(name) => format!("name:{}", name.text),
        LetValue::Predicate(p) => predicate(p),
        LetValue::Set(s) => set(s),
        LetValue::Domain(e) => element(e),
        LetValue::Error => "error".to_owned(),
    }
}

fn id(id: &ToolId<'_>) -> String {
    format!("{}{}", if id.is_regex { "regex:" } else { "" }, id.literal.text)
}

fn member(member: &Member<'_>) -> String {
    let text = match member.kind {
        MemberKind::Priority(n) => format!("(priority {})", n.text),
        MemberKind::Rule(Rule { enforcement, outcome, condition }) => {
            let words = format!("{enforcement:?} {outcome:?}").to_lowercase();
            format!("({words} {})", condition.map_or("always".to_owned(), predicate))
        }
        MemberKind::Result(statements) => format!("(result{})", list(statements, statement)),
        MemberKind::Session(timing, statements) => {
            format!("(session {}{})", format!("{timing:?}").to_lowercase(), list(statements, statement))
        }
        MemberKind::Error => "error".to_owned(),
    };
    described(member.description, text)
}

fn statement(statement: &Statement<'_>) -> String {
    let text = match statement.kind {
        StatementKind::Update(u) => update(&u),
        StatementKind::When(p, updates) => format!("(when {}{})", predicate(p), list(updates, update)),
        StatementKind::Error => "error".to_owned(),
    };
    described(statement.description, text)
}

fn update(update: &Update<'_>) -> String {
    let place = match update.target.place {
        TargetPlace::Context => "@".to_owned(),
        TargetPlace::Result => "@result.".to_owned(),
        TargetPlace::Session => "@session.".to_owned(),
        TargetPlace::Argument(name) => format!("{}.", name.text),
    };
    format!("({:?} {place}{} {})", update.op, field(update.target.field), set(update.value))
}

fn field(field: Field) -> String {
    format!("{field:?}").to_lowercase()
}

fn predicate(p: &Predicate<'_>) -> String {
    match p.kind {
        PredicateKind::Or(parts) => format!("(or{})", list(parts, predicate)),
        PredicateKind::And(parts) => format!("(and{})", list(parts, predicate)),
        PredicateKind::Not(inner) => format!("(not {})", predicate(inner)),
        PredicateKind::Name(name) => name.text.to_owned(),
        PredicateKind::In(v, s) => format!("(in {} {})", value(&v), set(s)),
        PredicateKind::ValueEqual(v, w) => format!("(== {} {})", value(&v), value(&w)),
        PredicateKind::Compare(m, op, s) => format!("({op:?} {} {})", meta(&m), set(s)),
        PredicateKind::IsEmpty(m) => format!("(empty {})", meta(&m)),
        PredicateKind::IsUniversal(m) => format!("(universal {})", meta(&m)),
        PredicateKind::Error => "error".to_owned(),
    }
}

fn value(value: &ValueOperand<'_>) -> String {
    match value.kind {
        ValueOperandKind::Argument(name) => format!("{}.value", name.text),
        ValueOperandKind::Result => "@result.value".to_owned(),
        ValueOperandKind::Session => "@session.value".to_owned(),
        ValueOperandKind::String(q) => format!("{:?}", q.text),
        ValueOperandKind::Date(q) => format!("d{:?}", q.text),
        ValueOperandKind::Number(n) => n.text.to_owned(),
        ValueOperandKind::Bool(b) => b.to_string(),
    }
}

fn meta(meta: &MetaOperand<'_>) -> String {
    let field = field(meta.field);
    match meta.place {
        MetaPlace::Argument(name) => format!("{}.{field}", name.text),
        MetaPlace::Result => format!("@result.{field}"),
        MetaPlace::Session => format!("@session.{field}"),
        MetaPlace::Context => format!("@{field}"),
        MetaPlace::ArgsUnion => format!("@args.{field}.union"),
        MetaPlace::ArgsIntersect => format!("@args.{field}.intersect"),
    }
}

fn set(s: &SetExpr<'_>) -> String {
    let text = match s.kind {
        SetExprKind::Chain(op, parts) => {
            format!("({}{})", format!("{op:?}").to_lowercase(), list(parts, set))
        }
        SetExprKind::Elements(base, steps) => {
            let step =
                |s: &ElementStep<'_>| format!("{}{}", if s.adds { '+' } else { '-' }, element(&s.element));
            format!("(with {}{})", set(base), list(steps, step))
        }
        SetExprKind::Literal(elements) => format!("{{{}}}", list(elements, element).trim_start()),
        SetExprKind::Meta(m) => meta(&m),
        SetExprKind::Name(name) => name.text.to_owned(),
        SetExprKind::Error => "error".to_owned(),
    };
    if s.parenthesized { format!("p{text}") } else { text }
}

fn element(e: &Element<'_>) -> String {
    match e.kind {
        ElementKind::String(q) => format!("{:?}", q.text),
        ElementKind::Regex(q) => format!("r{:?}", q.text),
        ElementKind::Wildcard(q) => format!("w{:?}", q.text),
        ElementKind::Number(n) => n.text.to_owned(),
        ElementKind::Bool(b) => format!("bool:{b}"),
        ElementKind::Int(r) => format!("int:{}", range(&r, &number)),
        ElementKind::Float(r) => format!("float:{}", range(&r, &number)),
        ElementKind::Str(pattern, length) => {
            let pattern = match pattern {
                StrPattern::Exact(q) => format!("{:?}", q.text),
                StrPattern::Matching(q) => format!("r{:?}", q.text),
                StrPattern::Like(q) => format!("w{:?}", q.text),
            };
            format!("str:{pattern}{}", length.map_or(String::new(), |r| format!(":{}", range(&r, &number))))
        }
        ElementKind::Datetime(r) => format!("datetime:{}", range(&r, &date)),
        ElementKind::Error => "error".to_owned(),
    }
}

fn number(n: &Numeral<'_>) -> String {
    n.text.to_owned()
}

fn date(d: &DateLiteral<'_>) -> String {
    match d {
        DateLiteral::Text(q) => q.text.to_owned(),
        DateLiteral::Number(n) => n.text.to_owned(),
    }
}

fn range<T>(range: &Range<T>, show: &impl Fn(&T) -> String) -> String {
    match range {
        Range::Exact(value) => show(value),
        Range::Between { lower, upper } => {
            let lower = lower.as_ref().map_or("..".to_owned(), |b| {
                format!("{}{}..", show(&b.value), if b.inclusive { "" } else { "<" })
            });
            let upper = upper.as_ref().map_or(String::new(), |b| {
                format!("{}{}", if b.inclusive { "" } else { "<" }, show(&b.value))
            });
            lower + &upper
        }
    }
}

#[test]
fn declarations_members_and_statements() {
    check("", &[]);
    check("\u{feff}let a = b;\r\n", &["(let a name:b)"]);
    check(
        r#"tool "t" { priority -5; hard deny always; soft allow when a; result { } session before { @tags -= b; } }"#,
        &[
            "(tool t (priority -5) (must deny always) (should allow a) (result) (session before (Minus @tags b)))",
        ],
    );
    check(
        r#"tool r"^a" { result { when a { @result.tags |= b; x.consumers = {}; } @session.producers ^= c; } }"#,
        &[
            "(tool regex:^a (result (when a (Union @result.tags b) (Set x.consumers {})) (Xor @session.producers c)))",
        ],
    );
    check(r#"tool "t" -> @tags |= {"x"};"#, &[r#"(shorthand t Result (Union @tags {"x"}))"#]);
    check(
        r#"tool "t" [10] -> session before @tags &= a when b; tool "u" -> session @tags = when when when;"#,
        &[
            "(shorthand t [10] SessionBefore (Intersect @tags a) when b)",
            "(shorthand u SessionAfter (Set @tags when) when when)",
        ],
    );
}

#[test]
fn doc_comments_become_descriptions() {
    check("/// a\n/// b\nlet a = b;", &["[a|b](let a name:b)"]);
    check("///  a \r\n// no\n///b\r\n\n///\nlet a = b;", &["[ a |b|](let a name:b)"]);
    check("//// a\nlet a = b;\n/// c\nlet d = e;", &["[/ a](let a name:b)", "[c](let d name:e)"]);
    check(
        "tool \"t\" { /// r\n must deny always;\n /// s\n result { /// u\n @tags = a;\n /// w\n when b { } } }",
        &["(tool t [r](must deny always) [s](result [u](Set @tags a) [w](when b)))"],
    );
}

#[test]
fn chains_are_flat_and_precedence_is_that_of_the_grammar() {
    check_condition("a or b or c", "(or a b c)");
    check_condition("a or b and c and not d or e", "(or a (and b c (not d)) e)");
    check_condition("(a or b) or c", "(or (or a b) c)");
    check_condition("not (a or b) and not not c", "(and (not (or a b)) (not (not c)))");
    check_let("a ^ b - c & d | e with 5", "(xor a (minus b (intersect c (union d (with e +5)))))");
    check_let("a | b & c | d - e & f", "(minus (intersect (union a b) (union c d)) (intersect e f))");
    check_let("a - (b - c) - d", "(minus a p(minus b c) d)");
    check_let("(a | b) with 1 without 2 with \"x\"", r#"(with p(union a b) +1 -2 +"x")"#);
    check_let("a xor b minus c", "(xor a (minus b c))");
}

#[test]
fn comparisons() {
    check_condition("x.value in {1} | b", "(in x.value (union {1} b))");
    check_condition("@session.value == \"a\"", r#"(== @session.value "a")"#);
    check_condition("d\"2025\" == x.value", r#"(== d"2025" x.value)"#);
    check_condition("true in true and inf == -inf", "(and (in true true) (== inf -inf))");
    check_condition("x.tags overlaps a union b or c", "(or (Overlaps x.tags (union a b)) c)");
    check_condition("@args.tags.intersect subset of a", "(SubsetOf @args.tags.intersect a)");
    check_condition("union of tags from args superset of a", "(SupersetOf @args.tags.union a)");
    check_condition(
        "@tags == {} and @result . consumers is universal",
        "(and (Equal @tags {}) (universal @result.consumers))",
    );
}

#[test]
fn elements_and_ranges() {
    check_let(
        r#"{"a", r"b\"", w"c*", 5, -1.5, +inf, bool false}"#,
        r#"{"a" r"b\\\"" w"c*" 5 -1.5 +inf bool:false}"#,
    );
    check_let("int 1<..<5", "int:1<..<5");
    check_let("float ..<0.5", "float:..<0.5");
    check_let("int 5<..", "int:5<..");
    check_let("int -inf", "int:-inf");
    check_let(
        "{str \"x\", str matching r\"y\" length 1..3, str like w\"z\" length 5}",
        r#"{str:"x" str:r"y":1..3 str:w"z":5}"#,
    );
    check_let(
        "{datetime d\"a\"..<d\"b\", datetime ..d\"c\", datetime \"d\", datetime 5}",
        "{datetime:a..<b datetime:..c datetime:d datetime:5}",
    );
    check_let("a with int 5.. - b", "(minus (with a +int:5..) b)");
}

#[test]
fn keywords_are_names_where_they_can_be() {
    check_condition("in.value in in", "(in in.value in)");
    check_condition("not and x", "(and not x)");
    check_condition("not or or x", "(or (not or) x)");
    check_condition("not or or", "(or not or)");
    check_condition("not or or or", "(or (not or) or)");
    check_condition("not not", "(not not)");
    check_condition("not not or not.tags is empty", "(or (not not) (empty not.tags))");
    check_condition("or or or.value in or", "(or or (in or.value or))");
    check_condition("union of tags from args == union union of", "(Equal @args.tags.union (union union of))");
    check_let("not union or", "(union not or)");
    check_let("not union or union b", "(union not or b)");
    check_let("not union or union or x", "(or (not union) union x)");
    check_let("(not)", "name:not");
    check_let("((not) or a)", "(or not a)");
    check_let("int - inf", "(minus int inf)");
    check_let("((x.tags))", "px.tags");
    check(
        "tool \"t\" { result { when.tags = when; when when.tags is empty { } } }",
        &["(tool t (result (Set when.tags when) (when (empty when.tags))))"],
    );
}

#[test]
fn the_tree_is_usable_when_the_text_has_errors() {
    let source = "let a = ;\ntool \"t\" {\n must deny when x y;\n priority z;\n result { @tags = ; when ( { @tags = b; } } }\nlet b = c;";
    let arena = Bump::new();
    let parsed = parse(&arena, FileId::default(), source, &Limits::default());
    let found: Vec<String> = parsed.file.declarations.iter().map(declaration).collect();
    let tool = "(tool t (must deny x) error (result (Set @tags error) (when error (Set @tags b))))";
    assert_eq!(found, ["(let a error)", tool, "(let b name:c)"]);
    assert_eq!(parsed.diagnostics.len(), 5, "{:?}", parsed.diagnostics);
}

#[test]
fn the_owned_form_hands_out_the_same_tree() {
    let source = "/// d\ntool \"t\" { must deny when a or (b and not c); } let x = {\"a\"";
    let owned = OwnedSyntax::new(FileId(7), source, &Limits::default());
    let arena = Bump::new();
    let parsed = parse(&arena, FileId(7), source, &Limits::default());
    let show = |file: File<'_>| file.declarations.iter().map(declaration).collect::<Vec<_>>();
    assert_eq!(show(owned.tree(&arena)), show(parsed.file));
    assert_eq!(owned.tokens(), &parsed.tokens);
    assert_eq!(owned.diagnostics(), parsed.diagnostics);
    assert_eq!((owned.text(), owned.id()), (source, FileId(7)));
}
