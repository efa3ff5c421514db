//! Values that outlive a call: `@session.value` (S2.2).

use super::Value;
use crate::number::Number;
use bumpalo::Bump;
use smallvec::SmallVec;
use std::fmt;
use std::slice;

/// A JSON value that owns its parts, flat, so that copying and dropping it does not recurse. `Debug` tells its size alone.
#[derive(Clone, Default)]
pub(crate) struct OwnedValue {
    /// Members before the list or object that holds them; a key before its member.
    nodes: Vec<Node>,
    /// The strings and keys, end to end, in the order of the nodes.
    text: String,
}

impl fmt::Debug for OwnedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedValue({} nodes, {} bytes)", self.nodes.len(), self.text.len())
    }
}

#[derive(Clone, Copy)]
enum Node {
    Null,
    Bool(bool),
    Number(Number),
    /// A string or a key of so many bytes.
    Str(usize),
    /// A list of so many values.
    List(usize),
    /// An object of so many members.
    Object(usize),
}

/// What is left of a list or an object, and how much there is of it.
enum Open<'v> {
    List(slice::Iter<'v, Value<'v>>, usize),
    Object(slice::Iter<'v, (&'v str, Value<'v>)>, usize),
}

/// So many levels of a value are walked without allocating: more than calls may have.
const USUAL_LEVELS: usize = 128;

impl OwnedValue {
    /// Copies a value.
    #[cfg(test)]
    pub(crate) fn new(value: Value<'_>) -> OwnedValue {
        let mut copy = OwnedValue::default();
        copy.assign(value);
        copy
    }

    /// Becomes a copy of a value, in its own memory if that is large enough.
    pub(crate) fn assign(&mut self, value: Value<'_>) {
        self.nodes.clear();
        self.text.clear();
        nodes(value, |node, text| {
            self.nodes.push(node);
            self.text.push_str(text);
        });
    }

    /// The value, borrowed; its lists and objects are laid out in `arena`, so a scalar takes nothing of it.
    pub(crate) fn get<'a>(&'a self, arena: &'a Bump) -> Value<'a> {
        match self.nodes.as_slice() {
            [Node::Null] => return Value::Null,
            [Node::Bool(bool)] => return Value::Bool(*bool),
            [Node::Number(number)] => return Value::Number(*number),
            [Node::Str(_)] => return Value::Str(&self.text),
            _ => {}
        }
        let mut rest = self.text.as_str();
        let mut done = bumpalo::collections::Vec::new_in(arena);
        for node in &self.nodes {
            let value = match *node {
                Node::Null => Value::Null,
                Node::Bool(bool) => Value::Bool(bool),
                Node::Number(number) => Value::Number(number),
                Node::Str(len) => {
                    let (text, after) = rest.split_at_checked(len).unwrap_or_default();
                    rest = after;
                    Value::Str(text)
                }
                Node::List(len) => {
                    let start = done.len().saturating_sub(len);
                    Value::List(arena.alloc_slice_fill_iter(done.drain(start..)))
                }
                Node::Object(len) => {
                    let start = done.len().saturating_sub(len.saturating_mul(2));
                    let members = arena.alloc_slice_fill_iter(
                        done.get(start..).unwrap_or_default().chunks_exact(2).map(|member| match member {
                            [Value::Str(key), member] => (*key, *member),
                            _ => ("", Value::Null),
                        }),
                    );
                    done.truncate(start);
                    Value::Object(members)
                }
            };
            done.push(value);
        }
        done.pop().unwrap_or(Value::Null)
    }
}

/// Lists the nodes of a value in their order, each with its text.
fn nodes<'v>(value: Value<'v>, mut list: impl FnMut(Node, &'v str)) {
    let mut open = SmallVec::<[Open<'v>; USUAL_LEVELS]>::new();
    let mut next = Some(value);
    loop {
        match next.take() {
            None => {}
            Some(Value::Null) => list(Node::Null, ""),
            Some(Value::Bool(bool)) => list(Node::Bool(bool), ""),
            Some(Value::Number(number)) => list(Node::Number(number), ""),
            Some(Value::Str(text)) => list(Node::Str(text.len()), text),
            Some(Value::List(items)) => open.push(Open::List(items.iter(), items.len())),
            Some(Value::Object(members)) => open.push(Open::Object(members.iter(), members.len())),
        }
        let closed = match open.last_mut() {
            None => return,
            Some(Open::List(items, count)) => match items.next() {
                Some(item) => {
                    next = Some(*item);
                    continue;
                }
                None => Node::List(*count),
            },
            Some(Open::Object(members, count)) => match members.next() {
                Some((key, member)) => {
                    list(Node::Str(key.len()), key);
                    next = Some(*member);
                    continue;
                }
                None => Node::Object(*count),
            },
        };
        list(closed, "");
        open.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::OwnedValue;
    use crate::number::Number::{Float, Int};
    use crate::value::Value::{self, Bool, List, Null, Number, Object, Str};
    use crate::value::ValueScratch;
    use bumpalo::Bump;

    #[test]
    fn a_copy_is_equal() {
        let arena = Bump::new();
        let mut copy = OwnedValue::default();
        let objects = [("a", Null), ("", Object(&[("é", Bool(false)), ("x", Str(""))])), ("b", Str("b"))];
        for value in [
            Null,
            Bool(true),
            Number(Int(-7)),
            Number(Float(0.5)),
            Str(""),
            Str("text"),
            List(&[]),
            Object(&[]),
            List(&[Str("a"), List(&[Str("b"), Null]), Str("c"), List(&[])]),
            Object(&objects),
            List(&[Object(&objects), Object(&objects)]),
        ] {
            copy.assign(value);
            assert!(ValueScratch::default().same(copy.get(&arena), value), "{value:?}");
        }
        assert!(matches!(OwnedValue::default().get(&arena), Null));
    }

    #[test]
    fn debug_tells_sizes_and_no_values() {
        let value = Object(&[("secret", List(&[Str("secret"), Number(Int(77))])), ("k", Null)]);
        assert_eq!(format!("{value:?}"), "Object(2 members)");
        assert_eq!(format!("{:?}", OwnedValue::new(value)), "OwnedValue(7 nodes, 13 bytes)");
        let items = [Null, Bool(true), Number(Int(77)), Str("secret"), List(&[Null])];
        assert_eq!(format!("{items:?}"), "[Null, Bool, Number, Str(6 bytes), List(1 items)]");
    }

    #[test]
    fn scalars_take_nothing_of_the_arena() {
        let arena = Bump::new();
        arena.set_allocation_limit(Some(0));
        for value in [Null, Bool(true), Number(Int(7)), Str("text")] {
            let copy = OwnedValue::new(value);
            assert!(ValueScratch::default().same(copy.get(&arena), value));
        }
    }

    #[test]
    fn deep_values_are_copied_and_dropped_without_recursion() {
        let arena = Bump::new();
        let deep: Value<'_> = (0..100_000).fold(Null, |value, _| List(arena.alloc_slice_copy(&[value])));
        let copy = OwnedValue::new(deep);
        assert!(ValueScratch::default().same(copy.get(&arena), deep));
    }
}
