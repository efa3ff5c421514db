//! A `should` rule behind one of its block that fires whenever it would.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Enforcement, Outcome};

pub(super) static RULE: Rule = Rule {
    code: "L0201",
    name: "unreachable-should",
    group: Group::Correctness,
    title: "a `should` rule that never speaks, since an earlier one always does",
    what: "A `should` rule behind another one of its block that fires whenever it would: one with `always`, or one whose condition holds \
           whenever its own does. Rules of other blocks are not compared.",
    why: "Of the `should` rules of a block only the first that fires speaks for it (S6.6). A rule that never is the first is never heard, be it a deny.",
    spec: &["S6.6"],
    example: r#"tool "read_file" {
    should allow always;
    should deny when path.tags overlaps {"secret"};
}
"#,
    better: r#"tool "read_file" {
    should deny when path.tags overlaps {"secret"};
    should allow always;
}
"#,
    fixes: false,
    check,
};

/// So many earlier rules each rule is compared with.
const COMPARED: usize = 64;

fn check(context: &Context<'_>, sink: &mut Sink) {
    for block in &context.policy.blocks {
        let shoulds: Vec<&ir::Rule> =
            block.rules.iter().filter(|rule| rule.enforcement == Enforcement::Should).collect();
        let always = shoulds.iter().position(|rule| rule.condition.is_none()).unwrap_or(usize::MAX);
        for (index, rule) in shoulds.iter().enumerate().skip(1) {
            let before = shoulds.get(..index).unwrap_or_default();
            let hides = |earlier: &&&ir::Rule| context.prover().implies(rule.condition, earlier.condition);
            let hiding = match always < index {
                true => shoulds.get(always),
                false => before.iter().take(COMPARED).find(hides),
            };
            let Some(hiding) = hiding else { continue };
            let finding = Finding::new(&RULE, rule.position.origin, "this rule never speaks")
                .also(hiding.position.origin, "this one fires first whenever it would");
            let help = match rule.outcome {
                Outcome::Deny => "move it before that rule, or remove it",
                Outcome::Allow => {
                    "move it before that rule, or remove it, if the tool is to be no allow list by it"
                }
            };
            sink.report(finding.help(help));
        }
    }
}
