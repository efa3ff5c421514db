//! What the dialogue shows and changes beside calls: the metadata of sessions, the list of rules.

use serde_json::{Value as Json, json};
use sqrt_vm::metadata::{FieldImm, Session};
use sqrt_vm::policy::{BlockInfo, Policy};
use sqrt_vm::scratch::Scratch;
use sqrt_vm::visible::visible;

/// A block and its rules.
pub(super) struct Listed {
    pub(super) title: String,
    /// Each with its place; then the phases in which it updates something.
    pub(super) rules: Vec<(String, String)>,
}

/// The blocks that are about a tool, with their rules, in source order; all blocks if it is empty.
pub(super) fn listed(policy: &Policy, tool: &str) -> Vec<Listed> {
    let mut numbers: Vec<u32> = (0..).take(policy.program().blocks.len()).collect();
    if !tool.is_empty() {
        let about = policy.blocks_of(tool).unwrap_or_default();
        numbers.retain(|number| about.contains(number));
    }
    numbers.into_iter().filter_map(|number| Some(shown(policy, number, policy.block(number)?))).collect()
}

fn shown(policy: &Policy, number: u32, block: BlockInfo<'_>) -> Listed {
    let priority = match block.priority() {
        Some(0) => String::new(),
        Some(priority) => format!(", priority {priority}"),
        None => ", a preset".to_owned(),
    };
    let title = format!("tool {} at {}:{}{priority}", block.tool_id(), block.file(), block.line());
    let rules = policy.rules_of(number).map(|rule| {
        let kind = crate::explain::words(rule);
        let description = rule.description().map(|text| format!(": {}", visible(&text.replace('\n', " "))));
        (
            format!("{}:{}", visible(rule.file()), rule.line()),
            format!("{kind}{}", description.unwrap_or_default()),
        )
    });
    let mut rules: Vec<_> = rules.collect();
    if let Some(block) = policy.program().blocks.get(number as usize) {
        let phases =
            [("session before", block.before), ("result", block.result), ("session after", block.after)];
        let phases: Vec<&str> =
            phases.iter().filter(|(_, procedure)| procedure.is_some()).map(|(phase, _)| *phase).collect();
        if !phases.is_empty() {
            rules.push(("updates:".to_owned(), phases.join(", ")));
        }
    }
    Listed { title, rules }
}

/// The session with another set: the words, or the set as it is with `+word` and without `-word`.
///
/// # Errors
/// If the set is over a limit.
pub(super) fn changed(
    policy: &Policy,
    session: &Session,
    field: FieldImm,
    words: &str,
) -> Result<Session, String> {
    let set = session.metadata().field(field).view();
    let scratch = Scratch::new(policy);
    let tags = scratch.tags(policy, session);
    let mut strings: Vec<String> = set.listed().filter_map(|tag| tags.name(tag)).map(str::to_owned).collect();
    let mut complement = !set.is_finite();
    let words: Vec<&str> = words.split([' ', '\t', ',']).filter(|word| !word.is_empty()).collect();
    let steps = |word: &&str| word.len() > 1 && word.starts_with(['+', '-']);
    if !words.iter().all(steps) {
        (strings, complement) = (Vec::new(), false);
    }
    for word in words {
        let (taken, string) = match word.split_at_checked(1) {
            Some(("-", string)) if !string.is_empty() => (true, string),
            Some(("+", string)) if !string.is_empty() => (false, string),
            _ => (false, word),
        };
        let string = string.trim_matches('"');
        match string {
            // The universal set, and the empty one (S2.3).
            "*" => (strings, complement) = (Vec::new(), !taken),
            "none" => (strings, complement) = (Vec::new(), false),
            _ if taken != complement => strings.retain(|listed| listed != string),
            _ if !strings.iter().any(|listed| listed == string) => strings.push(string.to_owned()),
            _ => {}
        }
    }
    let name = match field {
        FieldImm::Tags => "tags",
        FieldImm::Producers => "producers",
        FieldImm::Consumers => "consumers",
    };
    let lost = || "internal error: the session cannot be read".to_owned();
    let mut text: Json = serde_json::from_str(&session.export()).map_err(|_| lost())?;
    let place = text.get_mut("session_meta").and_then(|metadata| metadata.get_mut(name)).ok_or_else(lost)?;
    *place = match (complement, strings.is_empty()) {
        (true, true) => json!(["*"]),
        (true, false) => json!({ "except": strings }),
        (false, _) => json!(strings),
    };
    Session::import(policy, &text.to_string()).map_err(|error| error.to_string())
}
