//! Random policies, kept in parts so that a failing one can be made smaller.

use super::expressions::{Scope, Writer};
use super::literals;
use super::random::Random;
use std::fmt::{self, Display, Write};

/// The declarations of one file.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Lets, shorthands and tool blocks.
    pub declarations: Vec<Part>,
}

/// A piece of text that can be left out, with pieces inside that can be left out.
#[derive(Debug, Clone)]
pub struct Part {
    /// The text, up to the opening brace if there are parts inside.
    pub text: String,
    /// What stands in the braces, if there are any.
    pub inside: Option<Vec<Part>>,
}

impl Part {
    fn line(text: String) -> Part {
        Part { text, inside: None }
    }

    fn write(&self, out: &mut String, indent: usize) {
        let _ = write!(out, "{:indent$}{}", "", self.text);
        if let Some(inside) = &self.inside {
            out.push_str(" {\n");
            inside.iter().for_each(|part| part.write(out, indent + 4));
            let _ = write!(out, "{:indent$}}}", "");
        }
        out.push('\n');
    }

    /// This part with something left out inside it, in every way that leaves out one thing.
    fn smaller(&self) -> Vec<Part> {
        let Some(inside) = &self.inside else { return Vec::new() };
        smaller_lists(inside)
            .into_iter()
            .map(|inside| Part { inside: Some(inside), ..self.clone() })
            .collect()
    }
}

fn smaller_lists(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut lists = Vec::new();
    for index in 0..parts.len() {
        let mut without = parts.to_vec();
        without.remove(index);
        lists.push(without);
        for smaller in parts[index].smaller() {
            let mut with = parts.to_vec();
            with[index] = smaller;
            lists.push(with);
        }
    }
    lists
}

impl Source {
    /// This source with one thing left out, in every way.
    pub fn smaller(&self) -> Vec<Source> {
        smaller_lists(&self.declarations).into_iter().map(|declarations| Source { declarations }).collect()
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.declarations.iter().for_each(|part| part.write(&mut text, 0));
        f.write_str(&text)
    }
}

/// Which policies to write.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether there may be `session before` updates.
    pub session_before: bool,
    /// Whether values may be compared with each other.
    pub compares_values: bool,
    /// Whether every operand stands in parentheses; nothing else in the policy depends on it.
    pub all_parentheses: bool,
}

impl Style {
    /// Everything the language has, with no more parentheses than needed.
    pub const ALL: Style = Style { session_before: true, compares_values: true, all_parentheses: false };
}

/// Writes a policy of one or a few files.
pub fn policy(random: &mut Random, style: Style) -> Vec<Source> {
    let files = if random.percent(80) { 1 } else { 2 };
    let mut sources = vec![Source::default(); files];
    let Style { compares_values, all_parentheses, .. } = style;
    let mut writer = Writer { random, lets: Vec::new(), compares_values, all_parentheses };
    for index in 0..writer.random.below(5) {
        let name =
            if index == 0 && writer.random.percent(20) { "when".to_owned() } else { format!("L{index}") };
        let part = Part::line(writer.let_declaration(&name));
        place(writer.random, &mut sources, part);
    }
    for _ in 0..writer.random.below(5) + 1 {
        let part =
            if writer.random.percent(25) { shorthand(&mut writer, style) } else { tool(&mut writer, style) };
        place(writer.random, &mut sources, part);
    }
    sources
}

/// Writes tools `t0`, `t1`, … with one rule each, which rests on one condition, perhaps under `not`.
pub fn single_conditions(random: &mut Random, style: Style, tools: usize) -> Source {
    let Style { compares_values, all_parentheses, .. } = style;
    let mut writer = Writer { random, lets: Vec::new(), compares_values, all_parentheses };
    let block = |tool| {
        let outcome = writer.random.pick(&["allow", "deny"]);
        let not = writer.random.pick(&["", "not "]);
        let condition = writer.condition(Scope::RULE);
        let rule = Part::line(format!("must {outcome} when {not}{condition};"));
        Part { text: format!("tool \"t{tool}\""), inside: Some(vec![rule]) }
    };
    Source { declarations: (0..tools).map(block).collect() }
}

/// Writes a shorthand that names all of so many numbered tags and gives them to the results of a tool, some of them not.
pub fn naming(random: &mut Random, tags: usize) -> Part {
    let all: Vec<_> = (0..tags).map(|tag| literals::quoted(&literals::numbered_tag(tag))).collect();
    let some: Vec<_> = literals::numbered_tags(random).iter().map(|tag| literals::quoted(tag)).collect();
    Part::line(format!("tool \"u\" -> @tags |= {{{}}} - {{{}}};", all.join(", "), some.join(", ")))
}

/// Puts a declaration somewhere: the order of lets does not matter (S3.1).
fn place(random: &mut Random, sources: &mut [Source], part: Part) {
    let source = random.below(sources.len());
    let declarations = &mut sources[source].declarations;
    let index = random.below(declarations.len() + 1);
    declarations.insert(index, part);
}

fn tool_id(random: &mut Random) -> String {
    const NAMES: &[&str] = &["t", "t", "t", "tt", "u", "t\nu", "send_mail", "read_file", "é"];
    const PATTERNS: &[&str] = &[
        "t.*",
        ".*",
        "(?s).*",
        "t|u",
        "(?i)T+",
        "t{2}",
        "(?-s)t.*",
        "[^t]",
        r"t\nu",
        "",
        "send_.*",
        ".*_file",
        ".*send.*",
        "(send|read)_(file|mail)",
        "(?i)SEND_.*",
        "^t$",
        "(?-s).*u",
        "send_mail",
        "[a-z]+_f.*e",
    ];
    match random.below(10) {
        0..5 => literals::quoted(random.pick(NAMES)),
        5..9 => format!("r\"{}\"", random.pick(PATTERNS)),
        _ => literals::regex_literal(random),
    }
}

fn priority(random: &mut Random) -> &'static str {
    random.pick(&["1", "1", "5", "-1", "0", "100", "-9223372036854775808", "9223372036854775807"])
}

fn description(random: &mut Random, indent: usize) -> String {
    match random.below(12) {
        0 => format!("/// what it is for\n{:indent$}", ""),
        1 => format!("///  é, and\n{:indent$}///more  \n{:indent$}", "", ""),
        2 => "/* é */ ".to_owned(),
        _ => String::new(),
    }
}

fn shorthand(writer: &mut Writer<'_>, style: Style) -> Part {
    let id = tool_id(writer.random);
    let rank =
        if writer.random.percent(30) { format!(" [{}]", priority(writer.random)) } else { String::new() };
    let targets: &[&str] = &["", "", "result ", "session ", "session after ", "session before "];
    let targets = if style.session_before { targets } else { &targets[..5] };
    let target = writer.random.pick(targets);
    let scope = if target == "session before " { Scope::BEFORE } else { Scope::AFTER };
    let update = update(writer, scope, "@");
    let condition = if writer.random.percent(60) {
        format!(" when {}", writer.predicate(scope, 2))
    } else {
        String::new()
    };
    Part::line(format!("tool {id}{rank} -> {target}{update}{condition};"))
}

fn tool(writer: &mut Writer<'_>, style: Style) -> Part {
    let mut members = Vec::new();
    for _ in 0..writer.random.below(5) {
        members.push(rule(writer));
    }
    if writer.random.percent(35) {
        let part = Part::line(format!("priority {};", priority(writer.random)));
        let index = writer.random.below(members.len() + 1);
        members.insert(index, part);
    }
    for _ in 0..writer.random.below(3) {
        let (head, scope, prefix) = match writer.random.below(3) {
            0 if style.session_before => ("session before", Scope::BEFORE, "@session."),
            1 => ("session after", Scope::AFTER, "@session."),
            _ => ("result", Scope::AFTER, "@result."),
        };
        let statements = (0..writer.random.below(3) + 1).map(|_| statement(writer, scope, prefix)).collect();
        let text = description(writer.random, 4) + head;
        members.push(Part { text, inside: Some(statements) });
    }
    let text = description(writer.random, 0) + "tool " + &tool_id(writer.random);
    Part { text, inside: Some(members) }
}

fn rule(writer: &mut Writer<'_>) -> Part {
    let enforcement = writer.random.pick(&["must", "hard", "should", "should", "soft"]);
    let outcome = writer.random.pick(&["allow", "deny"]);
    Part::line(rule_text(writer, enforcement, outcome))
}

fn rule_text(writer: &mut Writer<'_>, enforcement: &str, outcome: &str) -> String {
    let text = description(writer.random, 4);
    let condition = if writer.random.percent(12) {
        "always".to_owned()
    } else {
        format!("when {}", writer.predicate(Scope::RULE, 3))
    };
    format!("{text}{enforcement} {outcome} {condition};")
}

/// A deny rule that uses no lets, to be added to any policy.
pub fn deny_rule(random: &mut Random) -> Part {
    let enforcement = random.pick(&["must", "should"]);
    let mut writer = Writer { random, lets: Vec::new(), compares_values: true, all_parentheses: false };
    Part::line(rule_text(&mut writer, enforcement, "deny"))
}

fn statement(writer: &mut Writer<'_>, scope: Scope, prefix: &str) -> Part {
    let long = |writer: &mut Writer<'_>| if writer.random.percent(30) { prefix } else { "@" };
    if writer.random.percent(50) {
        let prefix = long(writer);
        let text = description(writer.random, 8) + &update(writer, scope, prefix) + ";";
        return Part::line(text);
    }
    let text = format!("when {}", writer.predicate(scope, 2));
    let updates = (0..writer.random.below(2) + 1).map(|_| {
        let prefix = long(writer);
        Part::line(update(writer, scope, prefix) + ";")
    });
    let inside = Some(updates.collect());
    Part { text, inside }
}

/// `@tags |= E` and its kin, also spelled out.
fn update(writer: &mut Writer<'_>, scope: Scope, prefix: &str) -> String {
    let field = writer.random.pick(&["tags", "tags", "producers", "consumers", "consumers"]);
    let target = format!("{prefix}{field}");
    let operators: &[(&str, &str)] = &[("|=", "|"), ("&=", "&"), ("-=", "-"), ("^=", "^")];
    let (operator, symbol) = operators[writer.random.below(4)];
    match writer.random.below(10) {
        0..5 => format!("{target} {operator} {}", writer.operand(scope, operator)),
        5..7 => {
            let left = if writer.random.percent(20) { format!("({target})") } else { target.clone() };
            format!("{target} = {left} {symbol} ({})", writer.operand(scope, operator))
        }
        7 => {
            let word = writer.random.pick(&["with", "without"]);
            format!("{target} = {target} {word} {}", literals::tag(writer.random))
        }
        8 => format!("{target} = {target} | {{{}}} | @tags", literals::tag(writer.random)),
        _ => format!("{target} = {}", writer.storable(scope, 2)),
    }
}
