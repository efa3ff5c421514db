//! JSON Schema as far as it says something about the values of arguments.
//!
//! A `Schema` has the keywords that are understood. What is not understood is left out, so that a schema allows more here
//! than it says, never less: whoever concludes from it that a value *cannot* be is right. Where leaving out would allow less
//! (a reference that leads nowhere, an object that may have further members in ways that are not followed), the schema is
//! marked as one that allows anything.
//!
//! Schemas refer to each other by id, also in circles; who follows them has to bound the way.

mod object;
mod read;

pub use object::{Argument, Arguments};
pub(crate) use read::push_key;

use super::json::Json;
use sqrt_compiler::ir::{Bound, Range};
use sqrt_vm::number::Number;
use std::collections::HashMap;

/// A schema in [`Schemas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(u32);

/// The schemas of one tool: that of its input and all that it is made of.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    nodes: Vec<Schema>,
    /// By their place below the root, as a JSON pointer.
    places: HashMap<String, SchemaId>,
}

/// What a schema allows. The default allows anything.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    /// The kinds of values; all where nothing is said.
    pub(crate) types: Option<Types>,
    /// `enum` and `const`: the values, in their order.
    pub(crate) values: Option<Vec<Json>>,
    /// `minimum`, `maximum`, and so on, of numbers.
    pub(crate) range: Range<Number>,
    /// `multipleOf`, if it is a whole number.
    pub(crate) multiple_of: Option<Number>,
    /// `minLength` and `maxLength` of strings.
    pub(crate) length: Count,
    /// `pattern` of strings, as it is written: a search, in the syntax of ECMAScript.
    pub(crate) pattern: Option<String>,
    /// `minItems` and `maxItems` of lists.
    pub(crate) items_count: Count,
    /// `items`: what each item is (behind those of `prefixItems`, which is `None` where it is not followed).
    pub(crate) items: Option<SchemaId>,
    /// `prefixItems`: what the first items are.
    pub(crate) prefix: Vec<SchemaId>,
    /// `properties`, in their order.
    pub(crate) properties: Option<Vec<(String, SchemaId)>>,
    /// `required`: the names of members that are always there.
    pub(crate) required: Vec<String>,
    /// Whether there may be other members.
    pub(crate) others: Others,
    /// `minProperties`.
    pub(crate) least_members: u64,
    /// `allOf` and `$ref`: what a value satisfies as well.
    pub(crate) all_of: Vec<SchemaId>,
    /// `anyOf` and `oneOf`: a value satisfies one of each.
    pub(crate) any_of: Vec<Vec<SchemaId>>,
    /// `description`, for people.
    pub(crate) description: Option<String>,
    /// `default`, for people and for what an absent argument counts as.
    pub(crate) default: Option<Json>,
    /// `format`, for people: a validator need not look at it, so nothing follows from it.
    pub(crate) format: Option<String>,
    /// Its place below the root, as a JSON pointer.
    pub(crate) place: String,
}

/// What is said about members that `properties` does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Others {
    /// Nothing.
    #[default]
    Unsaid,
    /// There are none.
    Forbidden,
    /// There may be, in so many words.
    Allowed,
}

/// Bounds of a number of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// At least so many.
    pub least: u64,
    /// At most so many, if there is a bound.
    pub most: Option<u64>,
}

impl Count {
    /// What both allow; none if that is nothing.
    pub(crate) fn meet(self, other: Count) -> Option<Count> {
        let least = self.least.max(other.least);
        let most = match (self.most, other.most) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        most.is_none_or(|most| least <= most).then_some(Count { least, most })
    }

    pub(crate) fn contains(self, count: u64) -> bool {
        self.least <= count && self.most.is_none_or(|most| count <= most)
    }
}

/// Kinds of values, as `type` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Types {
    pub(crate) null: bool,
    pub(crate) bool: bool,
    pub(crate) number: bool,
    pub(crate) integer: bool,
    pub(crate) string: bool,
    pub(crate) list: bool,
    pub(crate) object: bool,
}

impl Types {
    /// Every kind.
    pub(crate) const ALL: Types =
        Types { null: true, bool: true, number: true, integer: true, string: true, list: true, object: true };

    /// Adds the kind of this name; false if there is none.
    fn add(&mut self, name: &str) -> bool {
        match name {
            "null" => self.null = true,
            "boolean" => self.bool = true,
            "number" => self.number = true,
            "integer" => self.integer = true,
            "string" => self.string = true,
            "array" => self.list = true,
            "object" => self.object = true,
            _ => return false,
        }
        true
    }
}

impl Schemas {
    /// The root: what the input as a whole satisfies.
    pub(crate) fn root(&self) -> SchemaId {
        SchemaId(0)
    }

    /// A schema; one that does not exist allows anything.
    pub(crate) fn get(&self, id: SchemaId) -> &Schema {
        static ANYTHING: Schema = Schema::ANYTHING;
        self.nodes.get(id.0 as usize).unwrap_or(&ANYTHING)
    }
}

impl Schema {
    /// Says nothing.
    const ANYTHING: Schema = Schema {
        types: None,
        values: None,
        range: EVERYTHING,
        multiple_of: None,
        length: Count { least: 0, most: None },
        pattern: None,
        items_count: Count { least: 0, most: None },
        items: None,
        prefix: Vec::new(),
        properties: None,
        required: Vec::new(),
        others: Others::Unsaid,
        least_members: 0,
        all_of: Vec::new(),
        any_of: Vec::new(),
        description: None,
        default: None,
        format: None,
        place: String::new(),
    };
}

impl Default for Schema {
    fn default() -> Schema {
        Schema::ANYTHING
    }
}

/// The range of all numbers.
pub(crate) const EVERYTHING: Range<Number> = Range { lower: None, upper: None };

/// What is in both ranges; it may be nothing.
pub(crate) fn meet(a: Range<Number>, b: Range<Number>) -> Range<Number> {
    let tighter = |a: Option<Bound<Number>>, b: Option<Bound<Number>>, lower: bool| match (a, b) {
        (Some(a), Some(b)) => {
            let a_wins = if a.value == b.value { !a.inclusive } else { (a.value > b.value) == lower };
            Some(if a_wins { a } else { b })
        }
        (a, b) => a.or(b),
    };
    Range { lower: tighter(a.lower, b.lower, true), upper: tighter(a.upper, b.upper, false) }
}
