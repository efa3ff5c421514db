//! A let that no block uses.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::LetId;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0301",
    name: "unused-let",
    group: Group::Redundant,
    title: "a let that nothing uses",
    what: "No rule and no update mentions the let, directly or by way of other lets. A file without any tool block, which only holds names \
           for other files, is not looked at; nor are lets whose names begin with `_`.",
    why: "A set of trusted recipients that nothing asks about protects nobody: perhaps the rule that should use it mentions another name, \
          or was lost.",
    spec: &["S3.1"],
    example: "let spam = {\"spam@evil.com\"};\nlet junk = {\"junk@evil.com\"};\n\ntool \"send_email\" {\n    must deny when to.value in spam;\n}\n",
    better: "let spam = {\"spam@evil.com\"};\nlet junk = {\"junk@evil.com\"};\n\ntool \"send_email\" {\n    must deny when to.value in spam | junk;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let policy = context.policy;
    if policy.blocks.is_empty() {
        return;
    }
    // Only lets that a block leads to have instances.
    let conditions = policy.let_instances.iter().map(|instance| instance.declaration);
    let used: HashSet<LetId> = conditions.chain(policy.set_lets.iter().map(|set| set.declaration)).collect();
    for (id, declared) in policy.lets.iter().enumerate() {
        let id = LetId(u32::try_from(id).unwrap_or(u32::MAX));
        if used.contains(&id) || declared.name.starts_with('_') {
            continue;
        }
        let message = match declared.uses {
            0 => format!("nothing uses `{}`", declared.name),
            _ => format!("only lets that nothing uses mention `{}`", declared.name),
        };
        sink.report(Finding::new(&RULE, declared.origin, message).help("use it in a rule, or remove it"));
    }
}
