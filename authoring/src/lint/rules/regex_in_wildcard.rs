//! A wildcard that is written like a regex, or like a glob of a shell that has more than `*` and `?`.

use crate::lint::rules::support::patterns;
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Origin, PatternSyntax};
use sqrt_compiler::syntax::token::Span;

pub(super) static RULE: Rule = Rule {
    code: "L0211",
    name: "regex-in-wildcard",
    group: Group::Correctness,
    title: "a wildcard that is written like a regex or a glob",
    what: "A wildcard that begins with `.*` or `^`, ends with `.*$` or `$`, or has `.+`, a class such as `[a-z]` or alternatives such as `(a|b)` in it; or has `**` or \
           `{a,b}` in it, as globs of shells do.",
    why: "In a wildcard only `*` and `?` are special: `w\".*@corp.com\"` matches texts that begin with a dot, `w\"*.{jpg,png}\"` \
          texts that end with the braces, and `w\"**/a\"` what `w\"*/a\"` does: any text, a `/` too, before `/a`.",
    spec: &["S1.7", "S4.3"],
    example: r#"tool "send_email" {
    must deny when to.value in {w".*@evil.org"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {w"*@evil.org"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in patterns(context) {
        let text = found.pattern.text.as_str();
        if found.pattern.syntax != PatternSyntax::Wildcard {
            continue;
        }
        if !is_like_a_regex(text) {
            if is_like_a_glob(text) {
                let message =
                    "this is written like the glob of a shell, and only `*` and `?` are special here";
                let finding = Finding::new(&RULE, found.at, message);
                sink.report(finding.help(
                    "`*` is any text, a `/` too; alternatives are elements of their own, or those of a regex",
                ));
            }
            continue;
        }
        let mut finding = Finding::new(&RULE, found.at, "this is written like a regex, and is a wildcard")
            .help("write `r\"…\"` for a regex; in a wildcard `*` alone is any text");
        let letter = Span { start: found.at.span.start, end: found.at.span.start.saturating_add(1) };
        let letter = Origin { span: letter, ..found.at };
        if context.text(letter) == "w" && !text.contains(['\\', '"']) && regex_syntax::parse(text).is_ok() {
            finding = finding.suggest("make it a regex", vec![Edit::replace(letter, "r")]);
        }
        sink.report(finding);
    }
}

/// Whether there is a mark between the first pair of braces, or what else stands for them.
fn is_inside(text: &str, open: char, close: char, mark: char) -> bool {
    let between = text.split_once(open).and_then(|(_, rest)| rest.split_once(close));
    between.is_some_and(|(between, _)| between.contains(mark))
}

/// JSON has braces and commas as well, and quotes or colons beside them.
fn is_like_a_glob(text: &str) -> bool {
    text.replace("\\*", "").contains("**")
        || (is_inside(text, '{', '}', ',') && !text.contains(['"', ':', '\'', ' ']))
}

fn is_like_a_regex(text: &str) -> bool {
    let inside = |open: char, close: char, mark: char| is_inside(text, open, close, mark);
    (text.starts_with(".*") && text.len() > 2)
        || text.starts_with('^')
        || (text.len() > 1 && text.ends_with('$'))
        || text.contains(".+")
        || inside('[', ']', '-')
        || inside('(', ')', '|')
}
