//! Comparing implementations on generated cases.

use crate::generate::Case;
use crate::implementations::Load;
use serde_json::{Value, json};

/// Answers all calls of a case.
pub fn answers(load: Load, case: &Case) -> Result<Vec<Value>, String> {
    let mut implementation = load(&case.files(), &case.options)?;
    let mut answer =
        |line: &String| serde_json::from_str(&implementation.answer(line)).unwrap_or(Value::Null);
    Ok(case.calls.iter().map(|line| comparable(answer(line))).collect())
}

/// An answer without what implementations may word or place as they like: the message of an error, and the place and
/// description of a preset's rule.
fn comparable(mut answer: Value) -> Value {
    if answer.get("error").is_some() {
        return json!("error");
    }
    if let Some(rule) = answer.get_mut("rule")
        && rule["file"].as_str().is_some_and(|file| file.starts_with("preset:"))
    {
        *rule = json!({"file": rule["file"], "tool_id": rule["tool_id"]});
    }
    answer
}

const REFUSED: &str = "the policy is refused";

/// Where two implementations answer a case differently: the call, and both answers.
pub fn disagreement(left: Load, right: Load, case: &Case) -> Option<String> {
    let (left, right) = (answers(left, case), answers(right, case));
    let (left, right) = match (left, right) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(left), Err(right)) => return Some(format!("// {REFUSED} by both: {left}; {right}\n")),
        (Err(error), _) => return Some(format!("// {REFUSED} by the first: {error}\n")),
        (_, Err(error)) => return Some(format!("// {REFUSED} by the second: {error}\n")),
    };
    let pairs = case.calls.iter().zip(left.iter().zip(&right));
    let mut different = pairs.filter(|(_, (left, right))| left != right);
    different
        .next()
        .map(|(call, (left, right))| format!("// at {call}\n// first:  {left}\n// second: {right}\n"))
}

/// A small case, ready to be pasted into the corpus, and what `problem` says about it, if it finds something to say about a case.
pub fn minimal(case: &Case, problem: impl Fn(&Case) -> Option<String>) -> Option<(Case, String)> {
    let first = problem(case)?;
    // A smaller policy may be refused for what was left out: that is another problem.
    let kind = |text: &str| text.contains(REFUSED).then(|| text.to_owned());
    let small =
        case.minimise(&mut |smaller| problem(smaller).is_some_and(|text| kind(&text) == kind(&first)));
    let text = problem(&small).unwrap_or(first);
    Some((small, text))
}

/// Fails with a small case if `problem` finds something to say about this one.
pub fn expect_none(seed: u64, case: &Case, problem: impl Fn(&Case) -> Option<String>) {
    if let Some((small, text)) = minimal(case, problem) {
        panic!("seed {seed}:\n{small}{text}");
    }
}

/// The seeds of the cases that are tried; `SQRT_SEEDS=FIRST..LAST` tries others, at length.
pub fn seeds(default: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let asked = std::env::var("SQRT_SEEDS").ok();
    let parse = |text: &str| {
        let (first, last) = text.split_once("..")?;
        Some(first.parse().ok()?..last.parse().ok()?)
    };
    asked.map_or(default, |text| parse(&text).unwrap_or_else(|| panic!("SQRT_SEEDS is no range: {text}")))
}
