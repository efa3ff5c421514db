//! A pattern that matches no text at all.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{PatternId, PatternSyntax};

pub(super) static RULE: Rule = Rule {
    code: "L0208",
    name: "pattern-matches-nothing",
    group: Group::Correctness,
    title: "a regex that matches no text at all",
    what: "A regex, in a set or as the id of a tool, that no text matches as a whole: with `^` or `\\b` where it cannot hold, or an empty class. Large regexes are \
           not looked into.",
    why: "A set with it has nothing of it, and a block about such tools is about none.",
    spec: &["S4.3"],
    example: r#"tool r"send_(?:email$|sms)_.+" {
    must deny when to.value in {r"junk^.*"};
}
"#,
    better: r#"tool r"send_(?:email|sms)_.+" {
    must deny when to.value in {r"junk.*"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for (id, origin) in context.policy.pattern_origins().into_iter().enumerate() {
        let Some(origin) = origin else { continue };
        let pattern = context.policy.patterns.get(id);
        // Without one of these, a regex matches something.
        let suspect = |text: &str| text.contains(['^', '$', '\\', '[']);
        if !pattern.is_some_and(|pattern| pattern.syntax == PatternSyntax::Regex && suspect(&pattern.text)) {
            continue;
        }
        let id = PatternId(u32::try_from(id).unwrap_or(u32::MAX));
        if context.prover().sets.automata.is_empty(id) {
            let finding = Finding::new(&RULE, origin, "no text matches this regex as a whole");
            sink.report(finding.help("`^` and `$` are not needed: a pattern has to match the whole text"));
        }
    }
}
