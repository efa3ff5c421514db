//! Domains in words, for messages and comments.

use super::{Domain, Leaves, Numbers, Strings};
use sqrt_compiler::ir::{Bound, Range};
use sqrt_vm::number::Number;
use sqrt_vm::visible::quote;

/// So many values of a list are named.
const MOST_VALUES: usize = 6;

impl Domain {
    /// The values in words: `strings of at most 8 characters or null`, `lists of integers`.
    pub(crate) fn words(&self) -> String {
        let mut parts = self.scalars.words();
        let inner = [("lists", &self.lists), ("objects", &self.objects)];
        for (name, inner) in inner {
            let Some(inner) = inner else { continue };
            let leaves = inner.leaves.words();
            let of = if inner.leaves.is_anything() || leaves.is_empty() || name == "objects" {
                name.to_owned()
            } else {
                format!("{name} of {}", leaves.join(" or "))
            };
            parts.push(of);
        }
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(" or ") }
    }
}

impl Leaves {
    fn words(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut listed = Vec::new();
        for strings in &self.strings {
            match strings {
                Strings::One(text) => listed.push(quote(text)),
                Strings::Many { length, languages } => {
                    let pattern = if languages.is_empty() { "" } else { " that match its pattern" };
                    let least = (length.least > 0).then(|| format!("at least {}", length.least));
                    let most = length.most.map(|most| format!("at most {most}"));
                    let bounds: Vec<String> = least.into_iter().chain(most).collect();
                    let size = if bounds.is_empty() {
                        String::new()
                    } else {
                        format!(" of {} characters", bounds.join(" and "))
                    };
                    parts.push(format!("strings{size}{pattern}"));
                }
            }
        }
        for numbers in &self.numbers {
            match numbers.only() {
                Some(number) => listed.push(format!("`{}`", shown(number))),
                None => parts.push(numbers.words()),
            }
        }
        match (self.yes, self.no) {
            (true, true) => parts.push("bools".to_owned()),
            (true, false) => listed.push("`true`".to_owned()),
            (false, true) => listed.push("`false`".to_owned()),
            (false, false) => {}
        }
        if !listed.is_empty() {
            parts.insert(0, alternatives(listed));
        }
        if self.null {
            parts.push("null".to_owned());
        }
        parts
    }
}

impl Numbers {
    fn words(&self) -> String {
        let kind = if self.whole { "integers" } else { "numbers" };
        let Range { lower, upper } = self.range;
        let side = |bound: Option<Bound<Number>>, inclusive: &str, exclusive: &str| {
            bound.map(|bound| {
                format!(" {} {}", if bound.inclusive { inclusive } else { exclusive }, shown(bound.value))
            })
        };
        match (lower, upper) {
            (Some(lower), Some(upper)) if lower.inclusive && upper.inclusive => {
                format!("{kind} from {} to {}", shown(lower.value), shown(upper.value))
            }
            _ => {
                let sides = [side(lower, "from", "above"), side(upper, "up to", "below")];
                let sides: Vec<String> = sides.into_iter().flatten().collect();
                format!("{kind}{}", sides.join(" and"))
            }
        }
    }
}

/// Values that are listed, in words.
fn alternatives(mut listed: Vec<String>) -> String {
    let more = listed.len().saturating_sub(MOST_VALUES);
    listed.truncate(MOST_VALUES);
    if more > 0 {
        return format!("{} or one of {more} more", listed.join(", "));
    }
    match listed.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => listed.concat(),
    }
}

/// A number as JSON writes it.
fn shown(number: Number) -> String {
    match number {
        Number::Int(int) => int.to_string(),
        Number::Float(float) => float.to_string(),
    }
}
