//! An allow on the beginning of a path, which `..` leaves.

use crate::lint::analysis::elements::pattern_of;
use crate::lint::analysis::{Piece, parts, pieces};
use crate::lint::rules::support::permitting_patterns;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, ElementKind, ValueRef};
use sqrt_vm::visible::visible;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0106",
    name: "path-prefix",
    group: Group::Security,
    title: "an allow on the beginning of a path, which `..` leaves",
    what: "A pattern that lets calls through, and is the path of a folder followed by any text: `/home/.*`, `notes/*`. It is not found where \
           some rule looks for `..` in the same argument.",
    why: "Values are compared as they come, nobody resolves `..` in them: `notes/../etc/shadow` begins with `notes/`. A pattern that says what \
          may follow has no room for that.",
    spec: &["S4.3"],
    example: r#"tool "read_file" {
    must allow when path.value in {w"notes/*"};
}
"#,
    better: r#"tool "read_file" {
    must allow when path.value in {r"notes(/[A-Za-z0-9_-]+(\.[A-Za-z0-9]+)?)+"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let looked_for = where_parents_are_looked_for(context);
    for found in permitting_patterns(context) {
        let Some(pieces) = pieces(found.pattern) else { continue };
        let [Piece::Text(folder), Piece::Any] = pieces.as_slice() else { continue };
        let is_path = folder.ends_with('/') && !folder.contains("://");
        if !is_path || looked_for.contains(found.value) {
            continue;
        }
        let message = format!("this lets through `{}../…` as well, which is elsewhere", visible(folder));
        let finding = Finding::new(&RULE, found.at, message).label("nobody resolves `..` in values");
        sink.report(finding.help("say what may follow, or deny what has `..` in it"));
    }
}

/// The values that some rule asks about `..` in.
fn where_parents_are_looked_for<'p>(context: &Context<'p>) -> HashSet<&'p ValueRef> {
    let mut found = HashSet::new();
    for (condition, _) in context.reach.used() {
        let ConditionKind::ValueIn(value, set, _) = &condition.kind else { continue };
        let asks = |kind: &ElementKind| {
            let pattern = pattern_of(kind).and_then(|id| context.policy.patterns.get(id.index()));
            let text = match (kind, pattern) {
                (_, Some(pattern)) => &pattern.text,
                (ElementKind::String(text), None) => text,
                _ => return false,
            };
            text.contains("..") || text.contains(r"\.\.") || text.contains(r"\.{2")
        };
        if parts(context, *set).iter().any(|part| asks(&part.element.kind)) {
            found.insert(value);
        }
    }
    found
}
