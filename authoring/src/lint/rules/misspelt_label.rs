//! A label that is asked for, and that another one, which is set, looks like.

use crate::lint::rules::support::{Asked, labels_asked_for, labels_set};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use crate::nearest::nearest_label;
use sqrt_compiler::ir::MetaSource;
use sqrt_vm::visible::quote;

pub(super) static RULE: Rule = Rule {
    code: "L0214",
    name: "misspelt-label",
    group: Group::Correctness,
    title: "a label that is nearly one that the policy sets",
    what: "A tag or producer that a condition looks for, that no update of the policy sets, and that differs by a letter or two from one that an update sets. \
           What differs in digits only is not found.",
    why: "Hosts set labels too, so one that the policy does not set is nothing strange; but one that is nearly the same as another is probably meant to be the \
          same, and as it is the condition does not hold.",
    spec: &["S5.2"],
    example: r#"tool "get_document" -> @tags |= {"confidential"};

tool "send_email" {
    must deny when body.tags overlaps {"confidental"};
}
"#,
    better: r#"tool "get_document" -> @tags |= {"confidential"};

tool "send_email" {
    must deny when body.tags overlaps {"confidential"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let set = labels_set(context);
    for Asked { label, meta, at } in labels_asked_for(context) {
        // For those of the session more is known.
        if meta.source == MetaSource::Session && set.of_session(meta.field).is_some() {
            continue;
        }
        let known = set.anywhere(meta.field);
        let near = nearest_label(label, known).filter(|_| !known.contains(label));
        if let Some(near) = near {
            let message = format!("no update sets {}, but one sets {}", quote(label), quote(near));
            sink.report(Finding::new(&RULE, at, message).help(format!("is {} meant?", quote(near))));
        }
    }
}
