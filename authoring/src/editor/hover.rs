//! What a thing means, where the pointer is: a let with its kind and value, a rule in a sentence, a field, an element, a word of
//! the language; each with the rules of the language that it rests on.

use sqrt_compiler::syntax::ast::{Enforcement, Outcome};
use sqrt_compiler::syntax::token::{Span, TokenKind};
use sqrt_vm::visible::push_visible;

use super::document::{Document, Policy};
use super::index::{Binding, IsRegex, Kind, LetDeclaration, Mention, Owner, What};
use super::known::{Surroundings, kinds};
use super::places::{FieldsOfLets, field_word, unquoted};
use super::walk::{About, Reading};
use super::words::{Word, word};

/// The longest value of a let that is shown, in characters.
const LONGEST: usize = 1000;

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// The text, in Markdown.
    pub markdown: String,
}

/// What there is to say about the thing at an offset.
pub fn hover(policy: Policy<'_>, around: &Surroundings, file: usize, offset: u32) -> Option<Hover> {
    let document = policy.document(file)?;
    if document.is_in_comment(offset) {
        return None;
    }
    if let Some(mention) = document.mention_at(offset, |mention| is_told(mention.what)) {
        let markdown = mention_text(policy, around, document, mention)?;
        return Some(Hover { span: mention.span, markdown });
    }
    let id = document
        .syntax()
        .tokens()
        .at_offset(offset)
        .or_else(|| document.syntax().tokens().at_offset(offset.checked_sub(1)?))?;
    let token = document.token(id);
    let found = match token.kind {
        TokenKind::AtArgs => word("args"),
        _ => word(document.slice(token.span)),
    }?;
    Some(Hover { span: token.span, markdown: word_text(found) })
}

fn is_told(what: What) -> bool {
    what != What::Literal
}

fn mention_text(
    policy: Policy<'_>,
    around: &Surroundings,
    document: &Document,
    mention: &Mention,
) -> Option<String> {
    let text = document.slice(mention.span);
    Some(match mention.what {
        What::LetName(_) | What::LetUse(_) => let_text(policy, text)?,
        What::Argument => argument_text(around, document, mention, text),
        What::Metadata(owner, field) => {
            cited(&metadata_text(owner, field_word(field)), metadata_rules(owner))
        }
        What::Value(owner) => value_text(owner),
        What::Target(owner, field) => {
            let whose = if owner == Owner::Context { Owner::Context } else { owner };
            let text = format!("What is updated: {}", lower(&metadata_text(whose, field_word(field))));
            cited(&text, &["S3.6", "S7.2"])
        }
        What::Tool(IsRegex(is_regex)) => tool_text(around, text, is_regex),
        What::Text(about) => string_text(policy, document, mention, about),
        What::Element => element_text(text),
        What::Rule(enforcement, outcome, binding) => {
            let tool = document.index().tools.get(mention.declaration as usize).copied().flatten();
            rule_text(tool.map_or("", |(span, _)| document.slice(span)), enforcement, outcome, binding)
        }
        What::Test(reading) => test_text(text, reading),
        What::Literal => return None,
    })
}

/// The sentence with the rules that it rests on.
fn cited(text: &str, rules: &[&str]) -> String {
    format!("{text}\n\n*{}*", rules.join(", "))
}

fn word_text(word: &Word) -> String {
    cited(&format!("`{}`: {}", word.text, word.meaning), word.rules)
}

fn let_text(policy: Policy<'_>, name: &str) -> Option<String> {
    let (file, found) = policy.lets_called(name).next()?;
    let document = policy.document(file)?;
    let kind = match kind_of(policy, found) {
        Some(Kind::Condition) => "a condition",
        Some(Kind::Set) => "a set",
        _ => "what it is cannot be told yet",
    };
    let mut shown = format!("```sqrt\nlet {name} = {};\n```\n", shortened(document.slice(found.value_span)));
    let uses = policy.mentions().filter(|(_, document, mention)| {
        matches!(mention.what, What::LetUse(_)) && document.slice(mention.span) == name
    });
    let uses = match uses.count() {
        0 => "never used".to_owned(),
        1 => "used once".to_owned(),
        count => format!("used {count} times"),
    };
    if let Some(description) = &found.description {
        shown.push_str(&format!("\n{}\n", prose(description)));
    }
    let place =
        if policy.documents().len() > 1 { format!(", in {}", code(document.name())) } else { String::new() };
    Some(cited(&format!("{shown}\nA let: {kind}, {uses}{place}."), &["S3.1", "S3.2"]))
}

/// What a let is, by way of the lets that it is another name of.
fn kind_of(policy: Policy<'_>, found: &LetDeclaration) -> Option<Kind> {
    let mut kind = found.kind.clone();
    // A round of lets has no kind.
    for _ in 0..64 {
        match kind {
            Kind::As(name) => kind = policy.lets_called(&name).next()?.1.kind.clone(),
            kind => return Some(kind),
        }
    }
    None
}

fn argument_text(around: &Surroundings, document: &Document, mention: &Mention, name: &str) -> String {
    let tool = document.index().tools.get(mention.declaration as usize).copied().flatten();
    let tool = tool.map_or("", |(span, _)| document.slice(span));
    let mut text = format!("The argument `{name}` of the call.");
    if let Some((known, argument)) = around.argument(unquoted(tool), name) {
        let kind = kinds(known, argument).map_or(String::new(), |kind| format!(" {},", code(&kind)));
        let there = if argument.required { "in every call" } else { "may be missing" };
        text = format!("The argument `{name}` of {}:{kind} {there}.", code(&known.name));
        if let Some(description) = known.description_of(argument) {
            text.push_str(&format!("\n\n{}", prose(description)));
        }
    }
    cited(&text, &["S3.7"])
}

fn metadata_text(owner: Owner, field: &str) -> String {
    let of = match owner {
        Owner::Argument => "of this argument",
        Owner::Arguments { intersect: false } => "of all arguments of the call together, their union",
        Owner::Arguments { intersect: true } => "that all arguments of the call have in common",
        Owner::Result => "of the result; in a check rule, what it would inherit from the arguments",
        Owner::Session => "of the session",
        Owner::Context => "of the result in a result block, of the session in a session block",
    };
    let says = match field {
        "tags" => "what the data is",
        "producers" => "where the data comes from",
        _ => "who may have the data; everyone, where nothing restricts it",
    };
    format!("The {field} {of}: {says}.")
}

fn metadata_rules(owner: Owner) -> &'static [&'static str] {
    match owner {
        Owner::Argument => &["S2.2", "S3.7"],
        Owner::Arguments { .. } => &["S2.2", "S3.4"],
        Owner::Result => &["S2.2", "S2.5", "S3.5"],
        Owner::Session => &["S2.2"],
        Owner::Context => &["S2.2", "S3.3"],
    }
}

fn value_text(owner: Owner) -> String {
    let whose = match owner {
        Owner::Result => "The value of the result, after the call.",
        Owner::Session => "The value that the host keeps with the session; absent before it is set.",
        _ => "The value of this argument, as the agent gave it.",
    };
    let rules: &[&str] = if owner == Owner::Result { &["S3.5", "S4.4"] } else { &["S2.1", "S4.4"] };
    cited(
        &format!(
            "{whose} Lists and objects are judged by their leaves: their scalars and the keys of objects."
        ),
        rules,
    )
}

fn tool_text(around: &Surroundings, literal: &str, is_regex: bool) -> String {
    if is_regex {
        let text = "Every tool whose whole name this regex matches.";
        return cited(text, &["S4.3", "S1.6"]);
    }
    let mut text = "The tool of exactly this name. All blocks about it count.".to_owned();
    match around.tool(unquoted(literal)) {
        Some(tool) => {
            if let Some(description) = &tool.description {
                text.push_str(&format!("\n\n{}", prose(description)));
            }
            for argument in &tool.arguments.listed {
                let kind = kinds(tool, argument).map_or(String::new(), |kind| format!(": {}", prose(&kind)));
                let optional = if argument.required { "" } else { ", optional" };
                text.push_str(&format!("\n- {}{kind}{optional}", code(&argument.name)));
            }
        }
        None if around.tools.is_none() => {}
        None => text.push_str("\n\nThe file of tools has no tool of this name."),
    }
    cited(&text, &["S4.3"])
}

fn string_text(policy: Policy<'_>, document: &Document, mention: &Mention, about: About) -> String {
    let fields = FieldsOfLets::new(policy).of_text(document, mention);
    let is_star = unquoted(document.slice(mention.span)) == "*";
    match (fields.first(), is_star) {
        (Some(_), true) => cited("The universal set: every element there can be.", &["S2.3"]),
        (None, true) => cited("Anything that is there; the string `*` alone is `str \"*\"`.", &["S4.2"]),
        (Some(_), false) => {
            let names: Vec<&str> = fields.iter().map(|field| field_word(*field)).collect();
            cited(&format!("A string of metadata, among {}.", names.join(" and ")), &["S2.2"])
        }
        (None, false) => {
            let let_or = if let About::Let(_) = about {
                "Exactly this string."
            } else {
                "Exactly this string, character by character."
            };
            cited(&format!("{let_or} A plain string is no pattern."), &["S4.2"])
        }
    }
}

fn element_text(text: &str) -> String {
    let first = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    match (first, text.chars().next()) {
        ("r", _) if text.starts_with("r\"") => cited(
            "A regex, which has to match the whole string; the syntax is that of the Rust regex crates.",
            &["S4.3", "S1.6"],
        ),
        ("w", _) if text.starts_with("w\"") => cited(
            "A wildcard pattern, which has to match the whole string: `*` is any run of characters, also with `/` in it, `?` any one.",
            &["S1.7", "S4.3"],
        ),
        ("", _) | (_, Some('0'..='9')) => cited("This number; 5 and 5.0 are the same.", &["S4.2"]),
        ("inf", _) => cited("Infinity, which no value of JSON is.", &["S4.2"]),
        (domain, _) => match word(domain) {
            Some(found) => word_text(found),
            None => cited("An element of the set.", &["S4.2"]),
        },
    }
}

fn rule_text(tool: &str, enforcement: Enforcement, outcome: Outcome, binding: Binding) -> String {
    let whom = if tool.is_empty() { "of the tool".to_owned() } else { format!("to {}", code(tool)) };
    let when = if binding.is_always { "" } else { " if the condition holds" };
    let (text, rules): (String, &[&str]) = match (enforcement, outcome) {
        (Enforcement::Must, Outcome::Deny) => {
            (format!("Denies every call {whom}{when}, whatever other rules say."), &["S6.2"])
        }
        (Enforcement::Must, Outcome::Allow) if binding.is_requirement => (
            format!(
                "Requires one of the `must allow` rules of this block for every call {whom}: the call is denied unless one of \
                 them fires, and allowed if one does and no `must deny` rule fires. This one fires{}.",
                if binding.is_always { " always" } else { when }
            ),
            &["S6.3", "S6.4"],
        ),
        (Enforcement::Must, Outcome::Allow) => (
            format!(
                "Allows every call {whom}{when}, unless a `must deny` rule fires or another block's requirement is unmet."
            ),
            &["S6.3", "S6.4"],
        ),
        (Enforcement::Should, Outcome::Deny) => (
            format!(
                "Denies every call {whom}{when}, if no `must` rule decides, no block of a higher priority speaks, and no `should` rule \
                 before it in this block fires."
            ),
            &["S6.6"],
        ),
        (Enforcement::Should, Outcome::Allow) => (
            format!(
                "Allows every call {whom}{when}, if no `must` rule decides, no block of a higher priority speaks, no `should` rule before \
                 it in this block fires, and no block of the same priority denies. It makes the tool an allow list: what no rule decides is \
                 denied."
            ),
            &["S6.6", "S6.7"],
        ),
    };
    cited(&text, rules)
}

fn test_text(operator: &str, reading: Reading) -> String {
    let (what, rule) = if operator == "==" { ("equal", "S4.6") } else { ("in the set", "S4.1") };
    let text = match reading {
        Reading::Any => format!("True if some leaf of the value is {what}: the reading of a deny rule."),
        Reading::All => format!(
            "True if the value has a leaf and all its leaves are {what}: the reading of an allow rule."
        ),
        Reading::AnyOrNone => format!(
            "Under `not` in an allow rule: the `not` holds only if the value has a leaf and none of its leaves is {what}."
        ),
        Reading::Open => format!(
            "Whether leaves of the value are {what}; some or all of them, by the statement or rule that the condition serves."
        ),
    };
    cited(&text, &[rule, "S4.4"])
}

/// Text of others as prose: one line a line, nothing hidden, nothing that Markdown obeys.
fn prose(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars().take(LONGEST) {
        match c {
            '\n' => shown.push('\n'),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '`' | '#' | '|' | '!' => {
                shown.push('\\');
                shown.push(c);
            }
            c => push_visible(&mut shown, c),
        }
    }
    shown
}

/// Text of others as code in a line, where nothing is escaped: more backticks stand around it than are in it.
fn code(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars().take(LONGEST) {
        push_visible(&mut shown, if c == '\n' { ' ' } else { c });
    }
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let around = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{around}{space}{shown}{space}{around}")
}

/// Policy text for a code block, cut if it is long.
fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push_str(" …");
            break;
        }
        match c {
            '\n' | '\t' => shown.push(c),
            c => push_visible(&mut shown, c),
        }
    }
    // Three backticks would end the block.
    shown.replace("```", "` ` `")
}

fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().chain(chars).collect())
}
