//! A label of the session that is asked for and that nothing sets.

use crate::lint::rules::support::{Asked, labels_asked_for, labels_set};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use crate::nearest::nearest_label;
use sqrt_compiler::ir::MetaSource;
use sqrt_vm::visible::quote;

pub(super) static RULE: Rule = Rule {
    code: "L0213",
    name: "label-never-set",
    group: Group::Correctness,
    title: "a label of the session that nothing sets",
    what: "A tag or producer that some condition looks for in `@session`, and that no update of the policy puts there. Where updates copy metadata of \
           arguments or results to the session, nothing is found.",
    why: "A session begins without labels, and only updates of the policy give it some (S2.2, S7). The condition never holds: perhaps one of the two is misspelt.",
    spec: &["S2.2", "S7.3"],
    example: r#"tool "login" -> session @tags |= {"logged_in"};

tool "pay" {
    must allow when @session.tags overlaps {"logged-in"};
}
"#,
    better: r#"tool "login" -> session @tags |= {"logged_in"};

tool "pay" {
    must allow when @session.tags overlaps {"logged_in"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let set = labels_set(context);
    for Asked { label, meta, at } in labels_asked_for(context) {
        let of = if meta.source == MetaSource::Session { set.of_session(meta.field) } else { None };
        let Some(known) = of.filter(|known| !known.contains(label)) else { continue };
        let message = format!("nothing gives the session {}", quote(label));
        let help = match nearest_label(label, known) {
            Some(near) => format!("is {} meant?", quote(near)),
            None => "set it in a `session before` or `session after` block, or with `-> session`".to_owned(),
        };
        sink.report(Finding::new(&RULE, at, message).help(help));
    }
}
