//! An update that a later one of its block replaces before anything looks at it.

use crate::lint::rules::support::{Reads, phases};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{MetaRef, MetaSource, Statement, Update};

pub(super) static RULE: Rule = Rule {
    code: "L0216",
    name: "overwritten-update",
    group: Group::Correctness,
    title: "an update that a later one replaces before anything looks at it",
    what: "An update without a condition, before another one without a condition in the same block and phase that replaces the same set and does not look at it; \
           nor does anything in between.",
    why: "`@tags = …` replaces what was there (S7.2), so what was put there before is lost. To add, write `|=`.",
    spec: &["S7.1", "S7.2"],
    example: r#"tool "summarize" {
    result {
        @tags |= {"summary"};
        @tags = {"reviewed"};
    }
}
"#,
    better: r#"tool "summarize" {
    result {
        @tags |= {"summary"};
        @tags |= {"reviewed"};
    }
}
"#,
    fixes: false,
    check,
};

/// So many statements behind an update are looked at.
const AHEAD: usize = 32;

fn check(context: &Context<'_>, sink: &mut Sink) {
    let reads = Reads::new(context);
    for block in &context.policy.blocks {
        for (source, statements) in phases(block) {
            for (index, statement) in statements.iter().enumerate() {
                let Statement::Update(update) = statement else { continue };
                let after = statements.get(index.saturating_add(1)..).unwrap_or_default();
                if let Some(later) = replaced(&reads, update, &source, after) {
                    let finding = Finding::new(&RULE, update.position.origin, "this update is lost")
                        .also(later.position.origin, "this one replaces the set");
                    sink.report(finding.help("write `|=` below to add, or remove this update"));
                }
            }
        }
    }
}

/// The update that replaces what this one sets, if nothing looks at that before.
fn replaced<'p>(
    reads: &Reads<'_, '_>,
    update: &Update,
    source: &MetaSource,
    after: &'p [Statement],
) -> Option<&'p Update> {
    let meta = MetaRef { source: source.clone(), field: update.field };
    for statement in after.iter().take(AHEAD) {
        if reads.in_statement(statement, &meta) {
            return None;
        }
        if let Statement::Update(later) = statement
            && later.field == update.field
        {
            return Some(later);
        }
    }
    None
}
