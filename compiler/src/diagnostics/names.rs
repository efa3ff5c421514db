//! The messages about names, kinds and the places where something has a meaning (S3.1–S3.7).

use super::{Code, Diagnostic, quote};
use crate::ir::{LetKind, Origin};

/// A let of a name that another let has.
pub(crate) fn duplicate_let(name: &str, second: Origin, first: Origin) -> Diagnostic {
    let message = format!("there are two lets called {}", quote(name));
    Diagnostic::new(Code::DuplicateLet, second.file, second.span, message)
        .label("declared again here")
        .also(first.file, first.span, "first declared here")
        .help("rename or remove one of them; lets are shared by all files of a policy")
}

/// A name without a let.
pub(crate) fn undefined_name(name: &str, at: Origin, near: Option<(&str, Origin)>) -> Diagnostic {
    let message = format!("no let is called {}", quote(name));
    let diagnostic = Diagnostic::new(Code::UndefinedName, at.file, at.span, message);
    match near {
        Some((other, origin)) => diagnostic
            .also(origin.file, origin.span, "a let of a similar name")
            .help(format!("is {} meant?", quote(other))),
        None => diagnostic.help(familiar(name).unwrap_or_else(|| {
            format!(
                "declare it with `let {name} = …;`; an argument is mentioned as `{name}.value`, `{name}.tags` and so on",
                name = quote(name).trim_matches('`')
            )
        })),
    }
}

/// What a name that other languages have is written like here.
fn familiar(name: &str) -> Option<String> {
    let way_out = match name.to_ascii_lowercase().as_str() {
        "tags" | "producers" | "consumers" => {
            return Some(format!(
                "write `@args.{name}` for those of all arguments, `x.{name}` for one, `@session.{name}` for the session"
            ));
        }
        "always" | "true" => "a rule that always fires has no `when`: `must deny always;`",
        "false" | "never" => "a condition that never holds says nothing: leave the rule out",
        "len" | "length" | "size" | "strlen" => {
            "there are no functions; a length is asked so: `x.value in {str like w\"*\" length 1..10}`"
        }
        "exists" | "defined" | "has" | "present" | "isset" => {
            "there are no functions; an argument that is there is in the set of anything: `x.value in {\"*\"}`"
        }
        "any" | "all" | "some" | "every" | "forall" => {
            "there are no functions; a value that is a list is tested element by element: one is enough to deny, \
             all have to fit to allow"
        }
        "startswith" | "endswith" | "contains" | "matches" | "regex" | "match" | "glob" => {
            "there are no functions; a text is tested by patterns: `x.value in {r\"…\", w\"…*\"}`"
        }
        "lower" | "upper" | "lowercase" | "uppercase" => {
            "there are no functions; a pattern ignores case so: `x.value in {r\"(?i)…\"}`"
        }
        "now" | "today" | "time" | "date" => "policies know no clock; give the time as an argument or a tag",
        _ => return None,
    };
    Some(way_out.to_owned())
}

/// Lets that are defined by themselves. `round` has each let's name and the mention of the next one.
pub(crate) fn let_cycle(first: Origin, round: &[(&str, Origin)]) -> Diagnostic {
    const SHOWN: usize = 8;
    let mut names: Vec<String> = round.iter().take(SHOWN).map(|(name, _)| quote(name)).collect();
    if round.len() > SHOWN {
        names.push(format!("{} more", round.len().saturating_sub(SHOWN)));
    }
    if let Some((name, _)) = round.first() {
        names.push(quote(name));
    }
    let message = format!("this let is defined by itself: {}", names.join(" → "));
    let mut diagnostic = Diagnostic::new(Code::LetCycle, first.file, first.span, message)
        .help("break the round: write out one of the lets where the next one is mentioned");
    for (name, mention) in round.iter().take(SHOWN) {
        diagnostic = diagnostic.also(mention.file, mention.span, format!("{} mentions this", quote(name)));
    }
    diagnostic
}

/// A let of one kind where the other is needed.
pub(crate) fn wrong_kind(name: &str, at: Origin, is: LetKind, declared: Origin) -> Diagnostic {
    let (is, needed, way_out) = match is {
        LetKind::Predicate => {
            ("a condition", "a set", "combine conditions with `and`, `or` and `not`; a set is written `{…}`")
        }
        LetKind::Set => {
            ("a set", "a condition", "a set is tested with `x.value in …`, `x.tags overlaps …` and the like")
        }
    };
    let message = format!("{} is {is}, but {needed} belongs here", quote(name));
    Diagnostic::new(Code::WrongKind, at.file, at.span, message)
        .also(declared.file, declared.span, format!("declared as {is} here"))
        .help(way_out)
}

/// Where something that has no meaning at its use was mentioned: inside a let, if it is elsewhere.
fn mentioned(diagnostic: Diagnostic, mention: Option<Origin>, what: &str) -> Diagnostic {
    match mention {
        Some(mention) => diagnostic.also(mention.file, mention.span, format!("{what} is mentioned here")),
        None => diagnostic,
    }
}

/// `@F` in a check rule, or a let that mentions it (`mention`).
pub(crate) fn context_field_in_rule(field: &str, at: Origin, mention: Option<Origin>) -> Diagnostic {
    let message = match mention {
        None => format!("`@{field}` has no meaning in a check rule"),
        Some(_) => format!("this let mentions `@{field}`, which has no meaning in a check rule"),
    };
    let diagnostic = Diagnostic::new(Code::ContextFieldInRule, at.file, at.span, message).help(format!(
        "write `@args.{field}` for all arguments, `x.{field}` for one, `@session.{field}` for the session, \
         or `@result.{field}` for what the result would inherit"
    ));
    mentioned(diagnostic, mention, &format!("`@{field}`"))
}

/// `@result.value` in a check rule, or a let that mentions it.
pub(crate) fn result_value_in_rule(at: Origin, mention: Option<Origin>) -> Diagnostic {
    let message = match mention {
        None => "there is no `@result.value` in a check rule, which is asked before the tool runs",
        Some(_) => {
            "this let mentions `@result.value`, which is not there in a check rule, asked before the tool runs"
        }
    };
    let diagnostic = Diagnostic::new(Code::ResultValueInRule, at.file, at.span, message).help(
        "test an argument (`x.value`), or the result in `result { when … }` or `session after { when … }`",
    );
    mentioned(diagnostic, mention, "`@result.value`")
}

/// `@result…` in `session before`, or a let that mentions it.
pub(crate) fn result_before_call(at: Origin, mention: Option<Origin>) -> Diagnostic {
    let message = match mention {
        None => "there is no result in `session before`, which runs before the tool",
        Some(_) => "this let mentions the result, which is not there in `session before`",
    };
    let diagnostic = Diagnostic::new(Code::ResultBeforeCall, at.file, at.span, message).help(
        "move the statement to `session after`, or use `@args.tags` and the like for what the call brings along",
    );
    mentioned(diagnostic, mention, "the result")
}

/// An argument of the same name as a let.
pub(crate) fn let_named_like_argument(name: &str, at: Origin, declared: Origin) -> Diagnostic {
    let shown = quote(name);
    let message = format!("this is the argument {shown}, not the let {shown}");
    Diagnostic::new(Code::LetNamedLikeArgument, at.file, at.span, message)
        .also(declared.file, declared.span, "a let of the same name")
        .help("rename the let, so that nobody takes one for the other")
}

/// `session.tags`, `result.tags`, `args.tags`: perhaps the `@` is missing.
pub(crate) fn place_without_at(name: &str, text: &str, at: Origin) -> Diagnostic {
    let message = format!("{} is about an argument called {}", quote(text), quote(name));
    let meant = match name {
        "session" => "for the session",
        "result" => "for the result",
        _ => "for all arguments",
    };
    Diagnostic::new(Code::PlaceWithoutAt, at.file, at.span, message)
        .help(format!("{meant} write {}", quote(&format!("@{text}"))))
}
