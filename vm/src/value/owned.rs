//! Values that outlive a call: `@session.value` (S2.2).

use super::Value;
use crate::number::Number;
use bumpalo::Bump;

/// A JSON value that owns its parts, flat, so that copying and dropping it does not recurse.
#[derive(Debug, Clone, Default)]
pub struct OwnedValue {
    /// Members before the list or object that holds them; a key before its member.
    nodes: Vec<Node>,
    /// The strings and keys, end to end, in the order of the nodes.
    text: String,
}

#[derive(Debug, Clone, Copy)]
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

/// What is still to be copied.
enum Task<'v> {
    Value(Value<'v>),
    Key(&'v str),
    Close(Node),
}

impl OwnedValue {
    /// Copies a value.
    pub fn new(value: Value<'_>) -> OwnedValue {
        let mut copy = OwnedValue::default();
        let mut tasks = vec![Task::Value(value)];
        while let Some(task) = tasks.pop() {
            let node = match task {
                Task::Close(node) => node,
                Task::Key(text) | Task::Value(Value::Str(text)) => {
                    copy.text.push_str(text);
                    Node::Str(text.len())
                }
                Task::Value(Value::Null) => Node::Null,
                Task::Value(Value::Bool(bool)) => Node::Bool(bool),
                Task::Value(Value::Number(number)) => Node::Number(number),
                Task::Value(Value::List(items)) => {
                    tasks.push(Task::Close(Node::List(items.len())));
                    tasks.extend(items.iter().rev().map(|item| Task::Value(*item)));
                    continue;
                }
                Task::Value(Value::Object(members)) => {
                    tasks.push(Task::Close(Node::Object(members.len())));
                    for (key, member) in members.iter().rev() {
                        tasks.push(Task::Value(*member));
                        tasks.push(Task::Key(key));
                    }
                    continue;
                }
            };
            copy.nodes.push(node);
        }
        copy
    }

    /// Bytes of heap memory.
    pub fn memory_usage(&self) -> usize {
        self.nodes.len() * size_of::<Node>() + self.text.len()
    }

    /// The value, borrowed; its lists and objects are laid out in `arena`, so a scalar takes nothing of it.
    pub fn get<'a>(&'a self, arena: &'a Bump) -> Value<'a> {
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
            let copy = OwnedValue::new(value);
            assert!(ValueScratch::default().same(copy.get(&arena), value), "{value:?}");
        }
        assert!(matches!(OwnedValue::default().get(&arena), Null));
    }

    #[test]
    fn scalars_take_nothing_of_the_arena() {
        let arena = Bump::new();
        arena.set_allocation_limit(Some(0));
        let copy = OwnedValue::new(Str("text"));
        assert!(matches!(copy.get(&arena), Str("text")));
        let copy = OwnedValue::new(Bool(true));
        assert!(matches!(copy.get(&arena), Bool(true)));
    }

    #[test]
    fn deep_values_are_copied_and_dropped_without_recursion() {
        let arena = Bump::new();
        let deep: Value<'_> = (0..100_000).fold(Null, |value, _| List(arena.alloc_slice_copy(&[value])));
        let copy = OwnedValue::new(deep);
        assert!(ValueScratch::default().same(copy.get(&arena), deep));
        assert!(copy.memory_usage() > 100_000);
    }
}
