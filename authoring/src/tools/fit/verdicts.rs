//! Conditions on values that the schemas decide, and elements that no value is.
//!
//! A condition is told where it comes out the same for all tools of all blocks that ask it, in each of its readings: a let is
//! written once and used in many places.

use super::uses::Mention;
use super::{Fit, Problem, Value};
use crate::nearest::nearest;
use crate::tools::domain::{Domain, Strings};
use crate::tools::membership::Truth;
use sqrt_compiler::ir::{Element, ElementKind, Origin, Reading, SetId};
use sqrt_vm::visible::visible;
use std::collections::BTreeMap;

/// What came of conditions and elements, by their places.
#[derive(Default)]
pub(super) struct Verdicts {
    conditions: BTreeMap<Key, Found>,
    elements: BTreeMap<Key, Found>,
}

/// A place, in the order of the text.
type Key = (u32, u32, u32);

/// What came of one place, over all uses.
struct Found {
    at: Origin,
    truth: Truth,
    name: String,
    /// The tools that have the argument.
    tools: Vec<usize>,
    nearest: Option<String>,
}

impl Verdicts {
    /// Adds what comes of the conditions of a block about these tools.
    pub(super) fn add(&mut self, fit: &mut Fit<'_>, tools: &[usize], mentions: &[Mention<'_>]) {
        for mention in mentions {
            let Some((set, reading)) = mention.value_in else { continue };
            for &tool in tools {
                let value = fit.value(tool, mention.name);
                let truth = condition(fit, &value, set, reading);
                let with = if let Value::Of(_) = *value { Some(tool) } else { None };
                add(&mut self.conditions, mention.place.at, truth, mention.name, with);
                self.add_elements(fit, &value, set, mention.name, with);
            }
        }
    }

    fn add_elements(
        &mut self,
        fit: &mut Fit<'_>,
        value: &Value,
        set: SetId,
        name: &str,
        tool: Option<usize>,
    ) {
        let policy = fit.policy;
        for literal in fit.membership.literals(set) {
            let elements = policy.literals.get(literal.index()).map(|literal| literal.elements.as_slice());
            for element in elements.unwrap_or_default() {
                let truth = match value {
                    Value::Of(argument) => fit.membership.of_element(&argument.domain, &element.kind),
                    // A tool without the argument says nothing about its values.
                    Value::Absent => continue,
                    Value::Unknown => Truth::Unknown,
                };
                let found = add(&mut self.elements, element.origin, truth, name, tool);
                if let Value::Of(argument) = value
                    && truth == Truth::Never
                {
                    found.nearest = similar(element, &argument.domain);
                }
            }
        }
    }

    /// What of it is to be told.
    pub(super) fn problems(&self, fit: &mut Fit<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for found in self.conditions.values() {
            if found.truth != Truth::Unknown
                && let Some((allowed, pointer)) = schema(fit, found)
            {
                problems.push(Problem::Decided {
                    always: found.truth == Truth::Always,
                    name: found.name.clone(),
                    at: found.at,
                    allowed,
                    tools: fit.names(&found.tools),
                    pointer,
                });
            }
        }
        let told: Vec<Origin> =
            self.conditions.values().filter(|f| f.truth == Truth::Never).map(|f| f.at).collect();
        for found in self.elements.values() {
            // A condition that never holds says it of all its elements.
            let is_told = told.iter().any(|told| covers(*told, found.at));
            if found.truth == Truth::Never
                && !is_told
                && let Some((allowed, pointer)) = schema(fit, found)
            {
                let nearest = found.nearest.clone();
                problems.push(Problem::ImpossibleElement {
                    name: found.name.clone(),
                    at: found.at,
                    allowed,
                    nearest,
                    pointer,
                });
            }
        }
        problems
    }
}

fn covers(outer: Origin, inner: Origin) -> bool {
    outer.file == inner.file && outer.span.start <= inner.span.start && inner.span.end <= outer.span.end
}

/// Joins what came of one use to what came of others.
fn add<'f>(
    all: &'f mut BTreeMap<Key, Found>,
    at: Origin,
    truth: Truth,
    name: &str,
    tool: Option<usize>,
) -> &'f mut Found {
    let key = (at.file.0, at.span.start, at.span.end);
    let found = all.entry(key).or_insert_with(|| Found {
        at,
        truth,
        name: name.to_owned(),
        tools: Vec::new(),
        nearest: None,
    });
    found.truth = if found.name == name { found.truth.same(truth) } else { Truth::Unknown };
    found.tools.extend(tool.filter(|tool| !found.tools.contains(tool)));
    found
}

/// What the schema of the first tool allows, and where it is; none if no tool has the argument.
fn schema(fit: &mut Fit<'_>, found: &Found) -> Option<(String, String)> {
    let first = *found.tools.first()?;
    let Value::Of(argument) = &*fit.value(first, &found.name) else { return None };
    let tool = fit.tool(first)?;
    let pointer = tool.pointer_of(tool.argument(&found.name)?);
    Some((argument.domain.words(), visible(&pointer).into_owned()))
}

/// Whether a condition holds for all values that an argument may have, or for none (S4.4).
fn condition(fit: &mut Fit<'_>, value: &Value, set: SetId, reading: Reading) -> Truth {
    let (leaves, leafless) = match value {
        Value::Unknown => return Truth::Unknown,
        Value::Absent => return Truth::of(reading == Reading::AnyOrNone),
        Value::Of(argument) => {
            let leafless = argument.optional || argument.domain.may_be_leafless();
            (fit.membership.of_set(&argument.domain, set), leafless)
        }
    };
    match (leaves, reading, leafless) {
        (Truth::Never, Reading::Any | Reading::All, _) | (Truth::Never, Reading::AnyOrNone, false) => {
            Truth::Never
        }
        (Truth::Always, Reading::Any | Reading::All, false) | (Truth::Always, Reading::AnyOrNone, _) => {
            Truth::Always
        }
        _ => Truth::Unknown,
    }
}

/// A value that a schema lists and that looks like an element.
fn similar(element: &Element, domain: &Domain) -> Option<String> {
    let ElementKind::String(text) = &element.kind else { return None };
    let leaves = domain.leaves();
    let listed = leaves.strings.iter().filter_map(|strings| match strings {
        Strings::One(text) => Some(text.as_str()),
        Strings::Many { .. } => None,
    });
    nearest(text, listed).map(str::to_owned)
}
