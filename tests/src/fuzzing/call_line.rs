//! Call lines against `serde_json` and the list of what a line may have (S9): what is taken means to both readers the same,
//! down to the last digit; what is refused breaks one of the rules.
//!
//! `serde_json` reads the structure, with the order of keys and those that come twice; what the numbers are worth is told
//! from their texts in the line, by `std`.

mod expected;
mod lines;

use crate::generate::Random;
use expected::{Ordered, Refused, expect_line, number_texts};
use sqrt_vm::call::{Combine, MetadataInput, SetInput};
use sqrt_vm::json::{Line, read_line, write_value};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::FIELDS;
use sqrt_vm::number::Number;
use sqrt_vm::value::{Arena, Value};
use std::collections::BTreeMap;

/// Bytes that begin with a control character below 8 are choices, which make a line; all others are the line.
pub(super) fn run(bytes: &[u8]) {
    let mut limits = Limits::default();
    let line = match bytes.split_first() {
        Some((&kind, choices)) if kind < 8 => {
            if kind % 2 == 1 {
                limits.set("value_depth", 3).expect("it can be set");
            }
            lines::line(&mut Random::of_bytes(choices), limits.value_depth())
        }
        _ => bytes.to_vec(),
    };
    let arena = Arena::new();
    let shown = || String::from_utf8_lossy(&line).into_owned();
    match (read_line(&line, &arena, &limits), expect(&line, limits.value_depth())) {
        (Ok(found), Ok((tree, numbers))) => same_line(&found, &tree, numbers),
        (Err(_), Err(_)) => {}
        (Ok(_), Err(reason)) => panic!("taken, though {reason:?}: {}", shown()),
        (Err(error), Ok(_)) => panic!("refused without a reason, {error}: {}", shown()),
    }
}

/// What a line says, if it may be taken.
fn expect(line: &[u8], depth: usize) -> Result<(Ordered, Vec<String>), Refused> {
    let text = std::str::from_utf8(line).map_err(|_| Refused::NotUtf8)?;
    let tree: Ordered = serde_json::from_str(text).map_err(|error| Refused::NotJson(error.to_string()))?;
    expect_line(&tree, depth)?;
    Ok((tree, number_texts(text)))
}

/// Compares what was read with the tree, in which numbers are places of the list.
fn same_line(found: &Line<'_>, tree: &Ordered, numbers: Vec<String>) {
    let same = Same { numbers };
    let session = tree.get("session").and_then(Ordered::text);
    match found {
        Line::Branch(question) => {
            assert_eq!(question.session, session);
            same.metadata(&question.metadata, tree.get("branch"));
        }
        Line::Call(line) => {
            assert_eq!(line.session, session);
            assert_eq!(Some(line.call.tool()), tree.get("tool").and_then(Ordered::text));
            let args = tree.get("args").map_or(&[][..], Ordered::members);
            assert_eq!(line.call.args().len(), args.len());
            for arg in line.call.args() {
                same.value(
                    arg.value(),
                    tree.get("args").and_then(|args| args.get(arg.name())).expect("it is there"),
                );
                same.metadata(arg.metadata(), tree.get("arg_meta").and_then(|all| all.get(arg.name())));
            }
            assert_eq!(line.session_value.is_some(), tree.get("session_value").is_some());
            line.session_value
                .iter()
                .for_each(|value| same.value(*value, tree.get("session_value").expect("given")));
            assert_eq!(line.call.control().is_some(), tree.get("control_meta").is_some());
            line.call.control().iter().for_each(|control| same.metadata(control, tree.get("control_meta")));
            assert_eq!(line.returned.is_some(), tree.get("result").is_some());
            if let Some(returned) = &line.returned {
                same.value(returned.value(), tree.get("result").expect("given"));
                same.metadata(returned.metadata(), tree.get("result_meta"));
                let combine = match tree.get("combine_meta").and_then(Ordered::text) {
                    Some("replace") => Combine::Replace,
                    Some("ignore") => Combine::Ignore,
                    _ => Combine::Merge,
                };
                assert_eq!(returned.combine(), combine);
            }
        }
    }
}

struct Same {
    numbers: Vec<String>,
}

impl Same {
    fn value(&self, found: Value<'_>, tree: &Ordered) {
        self.parts(found, tree);
        let (mut text, mut again) = (String::new(), String::new());
        write_value(&mut text, found);
        let (arena, limits) = (Arena::new(), Limits::default());
        let read = arena.parse(&text, &limits).unwrap_or_else(|error| panic!("{text}: {error}"));
        write_value(&mut again, read);
        assert_eq!(text, again);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
    }

    fn parts(&self, found: Value<'_>, tree: &Ordered) {
        match (found, tree) {
            (Value::Null, Ordered::Null) => {}
            (Value::Bool(found), Ordered::Bool(expected)) => assert_eq!(found, *expected),
            (Value::Number(found), Ordered::Number(place)) => same_number(found, &self.numbers[*place]),
            (Value::Str(found), Ordered::Text(expected)) => assert_eq!(found, expected),
            (Value::List(found), Ordered::List(expected)) => {
                assert_eq!(found.len(), expected.len());
                found.iter().zip(expected).for_each(|(found, expected)| self.parts(*found, expected));
            }
            (Value::Object(found), Ordered::Object(expected)) => {
                assert_eq!(found.len(), expected.len());
                let expected: BTreeMap<&str, &Ordered> =
                    expected.iter().map(|(key, member)| (key.as_str(), member)).collect();
                found.iter().for_each(|(key, member)| self.parts(*member, expected[key]));
            }
            _ => panic!("{found:?} is not {tree:?}"),
        }
    }

    fn metadata(&self, found: &MetadataInput<'_>, tree: Option<&Ordered>) {
        for (field, name) in FIELDS.into_iter().zip(["tags", "producers", "consumers"]) {
            let expected = tree.and_then(|tree| tree.get(name)).map(expected::set);
            let found = found.field(field).map(|set: &SetInput<'_>| {
                (set.is_complement(), set.tags().map(|tag| tag.name().to_owned()).collect::<Vec<_>>())
            });
            assert_eq!(found, expected, "{name}");
        }
    }
}

/// Digits alone are exact where 64 bits have them; everything else is the nearest double (S2.1).
fn same_number(found: Number, text: &str) {
    let whole = text.parse::<i128>().ok();
    match (whole.filter(|whole| (i64::MIN.into()..=u64::MAX.into()).contains(whole)), found) {
        // `-0` may keep its sign, which no comparison sees.
        (Some(0), _) => assert_eq!(found, Number::Int(0), "{text}"),
        (Some(whole), Number::Int(int)) => assert_eq!(int, whole, "{text}"),
        (None, Number::Float(float)) => {
            let nearest: f64 = text.parse().expect("it is a number");
            assert!(nearest.is_finite() && float.to_bits() == nearest.to_bits(), "{text}: {float:?}");
        }
        (Some(_), Number::Float(_)) | (None, Number::Int(_)) => panic!("{text} was read as {found:?}"),
    }
}
