//! The leaves of a value: its scalars, null included, and the keys of its objects as strings, at every depth (S4.4).

use super::Value;
use crate::number::Number;
use std::fmt;
use std::slice;

/// A scalar of a value; `Debug` tells its kind alone, as that of [`Value`] does.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Leaf<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, or a key of an object.
    Str(&'a str),
}

impl<'a> Leaf<'a> {
    /// A scalar as the leaf that it is; none of a list or an object.
    #[inline]
    pub(crate) fn of_scalar(value: Value<'a>) -> Option<Leaf<'a>> {
        match value {
            Value::Null => Some(Leaf::Null),
            Value::Bool(bool) => Some(Leaf::Bool(bool)),
            Value::Number(number) => Some(Leaf::Number(number)),
            Value::Str(text) => Some(Leaf::Str(text)),
            Value::List(_) | Value::Object(_) => None,
        }
    }
}

impl fmt::Debug for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Leaf::Null => "Null",
            Leaf::Bool(_) => "Bool",
            Leaf::Number(_) => "Number",
            Leaf::Str(_) => "Str",
        })
    }
}

/// What is left of a list or an object.
enum Frame<'a> {
    List(slice::Iter<'a, Value<'a>>),
    Object(slice::Iter<'a, (&'a str, Value<'a>)>),
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Frame::List(items) => write!(f, "List({} items left)", items.len()),
            Frame::Object(members) => write!(f, "Object({} members left)", members.len()),
        }
    }
}

/// The memory of a walk, used again for every walk: a deep value allocates once.
#[derive(Debug, Default)]
pub(crate) struct LeafStack {
    /// Empty between walks.
    frames: Vec<Frame<'static>>,
    /// How many lists and objects were entered.
    entered: u64,
}

impl LeafStack {
    /// How many lists and objects were entered since this was asked last: those without leaves cost time, too.
    pub(crate) fn take_entered(&mut self) -> u64 {
        std::mem::take(&mut self.entered)
    }

    /// The leaves of `value`, in order; none of an absent value.
    pub(crate) fn leaves<'s, 'a>(&'s mut self, value: Option<Value<'a>>) -> Leaves<'s, 'a> {
        let frames = with_lifetime(std::mem::take(&mut self.frames));
        Leaves { stack: self, frames, next: value }
    }
}

/// An iterator over leaves; gives its memory back to the [`LeafStack`] when it is dropped.
#[derive(Debug)]
pub(crate) struct Leaves<'s, 'a> {
    stack: &'s mut LeafStack,
    frames: Vec<Frame<'a>>,
    next: Option<Value<'a>>,
}

impl<'a> Iterator for Leaves<'_, 'a> {
    type Item = Leaf<'a>;

    fn next(&mut self) -> Option<Leaf<'a>> {
        loop {
            match self.next.take() {
                Some(Value::List(items)) => self.enter(Frame::List(items.iter())),
                Some(Value::Object(members)) => self.enter(Frame::Object(members.iter())),
                Some(scalar) => return Leaf::of_scalar(scalar),
                None => {}
            }
            match self.frames.last_mut()? {
                Frame::List(items) => match items.next() {
                    Some(item) => self.next = Some(*item),
                    None => drop(self.frames.pop()),
                },
                Frame::Object(members) => match members.next() {
                    Some((key, member)) => {
                        self.next = Some(*member);
                        return Some(Leaf::Str(key));
                    }
                    None => drop(self.frames.pop()),
                },
            }
        }
    }
}

impl<'a> Leaves<'_, 'a> {
    fn enter(&mut self, frame: Frame<'a>) {
        self.stack.entered += 1;
        self.frames.push(frame);
    }
}

impl Drop for Leaves<'_, '_> {
    fn drop(&mut self) {
        self.stack.frames = with_lifetime(std::mem::take(&mut self.frames));
    }
}

/// An empty vector with the memory of `frames`: collecting in place keeps the allocation (a test counts on it).
fn with_lifetime<'b>(mut frames: Vec<Frame<'_>>) -> Vec<Frame<'b>> {
    frames.clear();
    frames.into_iter().map(|_| Frame::List([].iter())).collect()
}

#[cfg(test)]
mod tests {
    use super::{Leaf, LeafStack};
    use crate::number::Number::Int;
    use crate::value::Value::{self, Bool, List, Null, Number, Object, Str};

    fn leaves<'a>(stack: &mut LeafStack, value: Option<Value<'a>>) -> Vec<Leaf<'a>> {
        stack.leaves(value).collect()
    }

    #[test]
    fn leaves_are_scalars_and_keys_at_every_depth() {
        let stack = &mut LeafStack::default();
        let inner = [("k", Null), ("l", List(&[]))];
        let items = [Number(Int(1)), List(&[Bool(true), Object(&inner)]), Object(&[]), Str("z")];
        let value = Object(&[("a", List(&items)), ("b", Str("y"))]);
        let expected = [
            Leaf::Str("a"),
            Leaf::Number(Int(1)),
            Leaf::Bool(true),
            Leaf::Str("k"),
            Leaf::Null,
            Leaf::Str("l"),
            Leaf::Str("z"),
            Leaf::Str("b"),
            Leaf::Str("y"),
        ];
        assert_eq!(leaves(stack, Some(value)), expected);
        assert_eq!(leaves(stack, Some(Null)), [Leaf::Null]);
        for none in [None, Some(List(&[])), Some(Object(&[])), Some(List(&[List(&[]), Object(&[])]))] {
            assert_eq!(leaves(stack, none), []);
        }
    }

    #[test]
    fn lists_and_objects_are_counted_as_they_are_entered() {
        let stack = &mut LeafStack::default();
        let members = [("k", List(&[])), ("l", Object(&[]))];
        let value = List(&[Null, Object(&members), Number(Int(1))]);
        assert_eq!(stack.leaves(Some(value)).count(), 4);
        assert_eq!((stack.take_entered(), stack.take_entered()), (4, 0));
        assert_eq!(stack.leaves(Some(value)).next(), Some(Leaf::Null));
        assert_eq!(stack.leaves(Some(Null)).next(), Some(Leaf::Null));
        assert_eq!(stack.take_entered(), 1);
    }

    #[test]
    fn debug_tells_kinds_and_counts_and_no_values() {
        let stack = &mut LeafStack::default();
        let value = List(&[Null, Bool(true), Number(Int(77)), Str("secret"), Object(&[("secret", Null)])]);
        assert_eq!(format!("{:?}", leaves(stack, Some(value))), "[Null, Bool, Number, Str, Str, Null]");
        let mut walk = stack.leaves(Some(value));
        walk.next();
        assert!(format!("{walk:?}").contains("List(4 items left)"), "{walk:?}");
        walk.nth(3);
        let text = format!("{walk:?}");
        assert!(text.contains("Object(0 members left)") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn walks_share_their_memory() {
        let mut stack = LeafStack::default();
        let mut value = Null;
        let arena = bumpalo::Bump::new();
        for _ in 0..1000 {
            value = List(arena.alloc_slice_copy(&[value]));
        }
        assert_eq!(leaves(&mut stack, Some(value)), [Leaf::Null]);
        let memory = (stack.frames.as_ptr(), stack.frames.capacity());
        assert!(memory.1 >= 1000);
        for _ in 0..3 {
            // A walk that stops half way gives its memory back as well.
            assert_eq!(stack.leaves(Some(value)).next(), Some(Leaf::Null));
            assert_eq!((stack.frames.as_ptr(), stack.frames.capacity()), memory);
        }
    }
}
