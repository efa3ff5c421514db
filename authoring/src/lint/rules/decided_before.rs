//! Rules that a `must` rule about the same tools leaves nothing to decide.

use crate::lint::analysis::Prover;
use crate::lint::rules::support::is_every_tool;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Block, Enforcement, Outcome, Policy, ToolMatcher};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: "L0202",
    name: "decided-before",
    group: Group::Correctness,
    title: "rules that `must` rules leave nothing to decide",
    what: "`should` rules about tools for which `must allow` rules always settle the question: with `always`, or in a block that has no \
           `should allow` and so denies whatever does not meet it (S6.3); and `should` and allow rules beside a `must deny always`. The other rule may stand \
           in the same block, or in one that is about the same tools or more.",
    why: "A `must deny` decides first (S6.2), then a `must allow` that is not met (S6.3) or fires (S6.4). `should` rules are only asked if none of these \
          has decided.",
    spec: &["S6.2", "S6.3", "S6.4"],
    example: r#"tool "deploy" {
    must allow when branch.value == "main";
    should deny when author.tags overlaps {"guest"};
}
"#,
    better: r#"tool "deploy" {
    must allow when branch.value == "main";
    must deny when author.tags overlaps {"guest"};
}
"#,
    fixes: false,
    check,
};

/// What decides all calls that its block is about.
#[derive(Clone, Copy)]
struct Decisive<'p> {
    block: &'p Block,
    rule: &'p ir::Rule,
    why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    AlwaysDenied,
    AlwaysAllowed,
    Required,
}

/// So many blocks with patterns are asked whether they are about the tools of another block.
const PATTERNS: usize = 64;

fn check(context: &Context<'_>, sink: &mut Sink) {
    let policy = context.policy;
    let mut exact: HashMap<&str, Decisive<'_>> = HashMap::new();
    let mut patterns: Vec<Decisive<'_>> = Vec::new();
    for found in policy.blocks.iter().filter_map(decisive) {
        match &found.block.tool {
            ToolMatcher::Exact(name) => {
                let known = exact.entry(name.as_str()).or_insert(found);
                if found.why == Why::AlwaysDenied && known.why != Why::AlwaysDenied {
                    *known = found;
                }
            }
            ToolMatcher::Pattern(_) if patterns.len() < PATTERNS => patterns.push(found),
            ToolMatcher::Pattern(_) => {}
        }
    }
    for block in policy.blocks.iter().filter(|block| !block.rules.is_empty()) {
        let named = match &block.tool {
            ToolMatcher::Exact(name) => exact.get(name.as_str()),
            ToolMatcher::Pattern(_) => None,
        };
        let about = |found: &&Decisive<'_>| is_about(&mut context.prover(), policy, found.block, block);
        let covering = named.into_iter().chain(patterns.iter().filter(about));
        let idle = covering.filter_map(|found| Some((found, idle(found, block)?))).next();
        if let Some((found, rule)) = idle {
            sink.report(finding(found, rule));
        }
    }
}

fn finding(found: &Decisive<'_>, idle: &ir::Rule) -> Finding {
    let (message, label, help) = match found.why {
        Why::AlwaysDenied => {
            ("this rule decides nothing: every call is denied", "by this rule", "remove one of them")
        }
        Why::AlwaysAllowed => (
            "this rule decides nothing: `must` rules have decided every call before",
            "this one allows whatever no `must deny` denies",
            "write `should allow always` there, or `must` here",
        ),
        Why::Required => (
            "this rule decides nothing: `must` rules have decided every call before",
            "what does not meet this is denied, what does is allowed",
            "write `must deny` here, or join the conditions with `and`",
        ),
    };
    Finding::new(&RULE, idle.position.origin, message).also(found.rule.position.origin, label).help(help)
}

/// The rule of a block that, alone or as the first of its kind, decides all calls.
fn decisive(block: &Block) -> Option<Decisive<'_>> {
    let of = |enforcement, outcome| {
        block.rules.iter().filter(move |rule| rule.enforcement == enforcement && rule.outcome == outcome)
    };
    let always = |outcome| of(Enforcement::Must, outcome).find(|rule| rule.condition.is_none());
    let required = || {
        of(Enforcement::Must, Outcome::Allow)
            .next()
            .filter(|_| of(Enforcement::Should, Outcome::Allow).next().is_none())
    };
    let denied = always(Outcome::Deny).map(|rule| (rule, Why::AlwaysDenied));
    let allowed = || always(Outcome::Allow).map(|rule| (rule, Why::AlwaysAllowed));
    let found = denied.or_else(allowed).or_else(|| required().map(|rule| (rule, Why::Required)));
    found.map(|(rule, why)| Decisive { block, rule, why })
}

/// The first rule of a block that has nothing to decide.
fn idle<'p>(found: &Decisive<'_>, block: &'p Block) -> Option<&'p ir::Rule> {
    let is_allow = |rule: &ir::Rule| rule.outcome == Outcome::Allow;
    let has_must_allow =
        block.rules.iter().any(|rule| is_allow(rule) && rule.enforcement == Enforcement::Must);
    block.rules.iter().find(|rule| match found.why {
        // Another `must deny` may still be the one that an answer names (S6.9).
        Why::AlwaysDenied => is_allow(rule) || rule.enforcement == Enforcement::Should,
        // A `should allow` is also what makes the `must allow` of its block no requirement (S6.3).
        Why::AlwaysAllowed | Why::Required => {
            rule.enforcement == Enforcement::Should && !(is_allow(rule) && has_must_allow)
        }
    })
}

/// Whether one block is certainly about all tools of another.
fn is_about(prover: &mut Prover<'_>, policy: &Policy, block: &Block, other: &Block) -> bool {
    match (&block.tool, &other.tool) {
        (one, other) if one == other => true,
        (ToolMatcher::Pattern(_), _) if is_every_tool(policy, &block.tool) => true,
        (ToolMatcher::Pattern(id), ToolMatcher::Exact(name)) => {
            prover.sets.automata.matches(*id, name) == Some(true)
        }
        _ => false,
    }
}
