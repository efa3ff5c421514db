//! Conditions as explanations show them: a flat list with depths, and of each test what decided it.
//!
//! Invariant: what was not asked is told without its parts; what a let stands for is told once in the rules and once in each phase, so that no use of lets makes a long
//! explanation; beyond the most conditions none is told, and they are counted.

use std::collections::HashSet;

use sqrt_vm::bytecode::operand::ReadingImm;
use sqrt_vm::json::CallLine;
use sqrt_vm::metadata::FieldImm;
use sqrt_vm::trace::{ConditionKind, ConditionTrace, Evidence, Operand, SetOf, UpdatePhase, ValueOf};
use sqrt_vm::value::Value;
use sqrt_vm::visible::quote;

use super::Options;
use super::model::{NamedSet, ShownCondition, ShownLeaf, ShownValue};
use super::sets::{field_name, shown_set};
use super::values::{described, shown_leaf, shown_value};

/// The most conditions that are told, unless everything was asked for.
const MOST: usize = 400;

/// The most that are told if everything was asked for.
const MOST_OF_ALL: usize = 100_000;

/// Writes conditions down.
pub(super) struct Conditions<'c> {
    line: &'c CallLine<'c>,
    session_value: Option<Value<'c>>,
    /// What is shown of the values: of each argument, the result and the session.
    args: Vec<ShownValue>,
    result: Option<ShownValue>,
    session: Option<ShownValue>,
    options: Options,
    lets: HashSet<(Option<UpdatePhase>, u32)>,
    told: usize,
    pub(super) left_out: usize,
}

impl<'c> Conditions<'c> {
    pub(super) fn new(line: &'c CallLine<'c>, session_value: Option<Value<'c>>, options: Options) -> Self {
        // Values are shown whole where the call is told, and not again at each condition.
        let brief = Options { full: false, ..options };
        let args = line.call.args().iter().map(|argument| shown_value(argument.value(), brief)).collect();
        let result = line.returned.as_ref().map(|returned| shown_value(returned.value(), brief));
        let session = session_value.map(|value| shown_value(value, brief));
        let lets = HashSet::new();
        Conditions { line, session_value, args, result, session, options, lets, told: 0, left_out: 0 }
    }

    /// A condition and what it is made of, each before its parts.
    pub(super) fn of(
        &mut self,
        whole: ConditionTrace<'_>,
        phase: Option<UpdatePhase>,
    ) -> Vec<ShownCondition> {
        let most = if self.options.full { MOST_OF_ALL } else { MOST };
        let (mut shown, mut open) = (Vec::new(), vec![(0, whole)]);
        while let Some((depth, condition)) = open.pop() {
            if self.told >= most {
                self.left_out += 1;
                // What it is made of is not counted: that could take as long as telling it.
                continue;
            }
            self.told += 1;
            if condition.outcome().is_none() {
                // Nothing of it was asked.
                shown.push(self.condition(depth, condition, false));
                continue;
            }
            let is_let = condition.kind() == ConditionKind::Let;
            // Where a let was tested again later, what came of it then is told there.
            let known = |part: &ConditionTrace<'_>| part.outcome().is_some();
            let lets = &mut self.lets;
            let parts: Vec<_> = condition
                .parts()
                .rev()
                .filter(|part| !is_let || (known(part) && lets.insert((phase, part.number()))))
                .collect();
            shown.push(self.condition(depth, condition, is_let && parts.is_empty()));
            open.extend(parts.into_iter().map(|part| (depth + 1, part)));
        }
        shown
    }

    fn condition(&self, depth: usize, condition: ConditionTrace<'_>, told_before: bool) -> ShownCondition {
        let (line, column) = condition.start();
        let mut shown = ShownCondition {
            depth,
            file: condition.file().to_owned(),
            line,
            column,
            condition: condition.text().to_owned(),
            outcome: condition.outcome(),
            because: None,
            told_before,
            leaf: None,
            sets: Vec::new(),
        };
        if let (Some(outcome), Some(evidence)) = (condition.outcome(), condition.evidence()) {
            self.evidence(&mut shown, outcome, &evidence);
        }
        shown
    }

    fn evidence(&self, shown: &mut ShownCondition, outcome: bool, evidence: &Evidence<'_>) {
        match evidence {
            Evidence::Leaves { of, reading, decided } => self.leaves(shown, *of, *reading, *decided),
            Evidence::Values { left, right, .. } => {
                let (left, right) = (self.side(*left), self.side(*right));
                let equal = if outcome { "count as equal" } else { "are not equal" };
                shown.because = Some(format!("{left} and {right} {equal}"));
            }
            Evidence::Set { set, decided } => {
                shown.sets = vec![self.named(set)];
                shown.because = decided.map(|string| format!("{} decides", quote(string)));
            }
            Evidence::Sets { left, right } => {
                shown.because = self.compared(&shown.condition, outcome, left, right);
                // What the policy writes comes last.
                let mut sides = [left, right];
                sides.sort_by_key(|side| side.of == SetOf::Made);
                shown.sets = sides.map(|side| self.named(side)).into();
            }
            _ => {}
        }
    }

    fn leaves(&self, shown: &mut ShownCondition, of: ValueOf, reading: ReadingImm, decided: Option<u64>) {
        let (name, value) = self.value(of);
        let missing = match reading {
            ReadingImm::AnyOrNone => "there is no leaf, which counts as one in the set here (S4.4)",
            ReadingImm::Any | ReadingImm::All => "there is no leaf",
        };
        let Some((value, whole)) = value else {
            shown.because = Some(match of {
                ValueOf::Absent => format!("the call has no such argument: {missing}"),
                _ => format!("{name} is absent: {missing}"),
            });
            return;
        };
        let inside = reading == ReadingImm::All;
        shown.because = Some(match decided.and_then(|number| value.leaf(number)) {
            Some(place) => {
                let leaf = shown_leaf(&place, Options { full: false, ..self.options });
                let counts = match (place.path.is_empty(), inside) {
                    (true, _) => "",
                    (false, true) => ", and every leaf has to be (S4.4)",
                    (false, false) => ", and one leaf is enough (S4.4)",
                };
                let because = format!(
                    "{name}{}, {}, is {}{counts}",
                    leaf.path,
                    described(&leaf.value),
                    in_set(!inside)
                );
                shown.leaf = Some(leaf);
                because
            }
            None if whole.leaves == 0 => format!("{name} is {}: {missing}", described(whole)),
            None if !matches!(whole.kind, "list" | "object") => {
                shown.leaf = Some(ShownLeaf { path: String::new(), value: whole.clone() });
                format!("{name}, {}, is {}", described(whole), in_set(inside))
            }
            None => format!("{name} is {}: {}", described(whole), all_leaves(whole.leaves, inside)),
        });
    }

    fn value(&self, of: ValueOf) -> (String, Option<(Value<'c>, &ShownValue)>) {
        match of {
            ValueOf::Arg(place) => {
                let argument = self.line.call.args().get(place as usize);
                let name = argument.map(|argument| quote(argument.name())).unwrap_or_default();
                (name, argument.map(|argument| argument.value()).zip(self.args.get(place as usize)))
            }
            ValueOf::Result => {
                let value = self.line.returned.as_ref().map(|returned| returned.value());
                ("the result".to_owned(), value.zip(self.result.as_ref()))
            }
            ValueOf::Session => {
                ("the session's value".to_owned(), self.session_value.zip(self.session.as_ref()))
            }
            ValueOf::Literal => ("the literal".to_owned(), None),
            _ => ("an argument".to_owned(), None),
        }
    }

    fn side(&self, of: ValueOf) -> String {
        match self.value(of) {
            (name, Some((_, value))) => format!("{name} ({})", described(value)),
            (name, None) => format!("{name} that is absent"),
        }
    }

    fn named(&self, operand: &Operand<'_>) -> NamedSet {
        let set = operand.set.map_or_else(Default::default, |set| shown_set(set, self.options));
        NamedSet { name: self.name(operand.of), set }
    }

    fn name(&self, of: SetOf) -> Option<String> {
        let dotted = |whose: &str, field: FieldImm| Some(format!("{whose}.{}", field_name(field)));
        match of {
            SetOf::Arg(place, field) => {
                let argument = self.line.call.args().get(place as usize);
                dotted(argument.map(|argument| argument.name()).unwrap_or_default(), field)
            }
            SetOf::Absent(field) => Some(format!("{} of an absent argument", field_name(field))),
            SetOf::ArgsUnion(field) => dotted("@args", field).map(|name| format!("{name}.union")),
            SetOf::ArgsIntersect(field) => dotted("@args", field).map(|name| format!("{name}.intersect")),
            SetOf::Result(field) => dotted("@result", field),
            SetOf::Session(field) => dotted("@session", field),
            _ => None,
        }
    }

    /// What two finite sets have in common or not, as the comparison asks.
    fn compared(&self, text: &str, outcome: bool, left: &Operand<'_>, right: &Operand<'_>) -> Option<String> {
        let (Some(left), Some(right)) = (left.set, right.set) else {
            return Some("a pattern against a set without end: the safe side (S5.4)".to_owned());
        };
        if left.is_complement() || right.is_complement() {
            return None;
        }
        let others: HashSet<&str> = right.strings().collect();
        let (mut both, mut only): (Vec<&str>, Vec<&str>) =
            left.strings().partition(|string| others.contains(string));
        both.sort_unstable();
        only.sort_unstable();
        // What stands before the first set or string is the comparison.
        let operator = text.split(['{', '"']).next().unwrap_or_default();
        if operator.contains(" overlaps ") {
            return Some(match outcome {
                true => format!("both have {}", few(&both)),
                false => "they have nothing in common".to_owned(),
            });
        }
        match () {
            () if outcome => None,
            () if operator.contains(" subset of ") => Some(format!("not in the other set: {}", few(&only))),
            () if operator.contains(" superset of ") => Some(format!("missing: {}", few(&only))),
            () => None,
        }
    }
}

fn in_set(holds: bool) -> &'static str {
    if holds { "in the set" } else { "not in the set" }
}

/// What is to be said where no leaf alone decided.
fn all_leaves(leaves: u64, inside: bool) -> String {
    match (leaves, inside) {
        (1, inside) => format!("its only leaf is {}", in_set(inside)),
        (leaves, true) => format!("all of its {leaves} leaves are in the set"),
        (leaves, false) => format!("none of its {leaves} leaves is in the set"),
    }
}

/// A few strings, and how many more there are.
fn few(strings: &[&str]) -> String {
    const FEW: usize = 3;
    let mut named = strings.iter().take(FEW).map(|string| quote(string)).collect::<Vec<_>>().join(", ");
    if strings.len() > FEW {
        named.push_str(&format!(" and {} more", strings.len().saturating_sub(FEW)));
    }
    named
}
