//! Where in a value a leaf is: the way from the value to it, by indices, so that one can tell of a leaf without telling what it is.

use super::Value;

/// A leaf of a value, and where it is.
#[derive(Debug, Clone)]
pub struct LeafPlace<'a> {
    /// The way to it: of a list the index of the item, of an object the index of the member.
    pub path: Vec<usize>,
    /// The keys on the way, where the way enters an object; as many as `path` has steps.
    pub keys: Vec<Option<&'a str>>,
    /// Whether the leaf is the key of the last member itself (S4.4).
    pub is_key: bool,
    /// The leaf; a key is a string.
    pub leaf: Value<'a>,
}

impl<'a> Value<'a> {
    /// The leaf with a number, from 0, in the order of S4.4: an object's key comes before what it leads to.
    pub fn leaf(self, number: u64) -> Option<LeafPlace<'a>> {
        let mut left = number;
        let mut place = LeafPlace { path: Vec::new(), keys: Vec::new(), is_key: false, leaf: self };
        let mut next = Some(self);
        let mut open: Vec<Items<'a>> = Vec::new();
        loop {
            match next.take() {
                Some(Value::List(items)) => open.push(Items::List(items.iter().enumerate())),
                Some(Value::Object(members)) => open.push(Items::Object(members.iter().enumerate())),
                Some(scalar) if left == 0 => return Some(LeafPlace { leaf: scalar, ..place }),
                Some(_) => left -= 1,
                None => {}
            }
            let step = match open.last_mut()? {
                Items::List(items) => items.next().map(|(index, item)| (index, None, *item)),
                Items::Object(members) => {
                    members.next().map(|(index, (key, member))| (index, Some(*key), *member))
                }
            };
            place.path.truncate(open.len().saturating_sub(1));
            place.keys.truncate(place.path.len());
            let Some((index, key, value)) = step else {
                open.pop();
                continue;
            };
            place.path.push(index);
            place.keys.push(key);
            if let Some(key) = key {
                if left == 0 {
                    return Some(LeafPlace { is_key: true, leaf: Value::Str(key), ..place });
                }
                left -= 1;
            }
            next = Some(value);
        }
    }
}

/// What is left of a list or an object.
enum Items<'a> {
    List(std::iter::Enumerate<std::slice::Iter<'a, Value<'a>>>),
    Object(std::iter::Enumerate<std::slice::Iter<'a, (&'a str, Value<'a>)>>),
}

#[cfg(test)]
mod tests {
    use crate::value::{Arena, Leaf, LeafStack, Value};

    /// The value at a place, by the place alone.
    fn at<'a>(mut value: Value<'a>, path: &[usize], is_key: bool) -> Option<Value<'a>> {
        for (depth, &step) in path.iter().enumerate() {
            value = match value {
                Value::List(items) => *items.get(step)?,
                Value::Object(members) if is_key && depth + 1 == path.len() => {
                    Value::Str(members.get(step)?.0)
                }
                Value::Object(members) => members.get(step)?.1,
                _ => return None,
            };
        }
        Some(value)
    }

    #[test]
    fn places_lead_to_the_leaves_in_their_order() {
        let arena = Arena::new();
        let texts = [
            r#"[1, [], {"a": [true, {"b": null}], "c": "x"}, [[2]], {}]"#,
            r#"{"k": {"l": {"m": []}}, "n": [[], [3]]}"#,
            "\"only\"",
            "[]",
            "{}",
        ];
        for text in texts {
            let value = arena.parse(text, &crate::limits::Limits::default()).unwrap();
            let mut stack = LeafStack::default();
            let leaves: Vec<Leaf<'_>> = stack.leaves(Some(value)).collect();
            for (number, leaf) in leaves.iter().enumerate() {
                let place = value.leaf(number as u64).unwrap();
                assert_eq!(Leaf::of_scalar(place.leaf), Some(*leaf), "{text} {number}");
                assert_eq!(place.path.len(), place.keys.len());
                let found = at(value, &place.path, place.is_key).and_then(Leaf::of_scalar);
                assert_eq!(found, Some(*leaf), "{text} {number}");
            }
            assert!(value.leaf(leaves.len() as u64).is_none(), "{text}");
        }
    }
}
