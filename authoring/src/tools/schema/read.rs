//! From JSON to schemas: each keyword that is understood, and references within one document.

use super::super::json::{Json, Kind};
use super::{Count, Others, Schema, SchemaId, Schemas, Types, meet};
use sqrt_compiler::ir::{Bound, Range};
use sqrt_vm::number::Number;

/// Keywords that may bring members in ways that are not followed.
const MORE_MEMBERS: [&str; 10] = [
    "patternProperties",
    "unevaluatedProperties",
    "propertyNames",
    "dependentSchemas",
    "dependencies",
    "if",
    "$dynamicRef",
    "$recursiveRef",
    "$anchor",
    "extends",
];

impl Schemas {
    /// Reads the schema of an input.
    pub(crate) fn read(root: &Json) -> Schemas {
        let mut schemas = Schemas::default();
        let mut references = Vec::new();
        schemas.add(root, String::new(), &mut references);
        for (from, target) in references {
            let target = target.and_then(|place| schemas.places.get(&place)).copied();
            if let Some(schema) = schemas.nodes.get_mut(from.0 as usize) {
                match target {
                    Some(target) => schema.all_of.push(target),
                    None => schema.others = Others::Allowed,
                }
            }
        }
        schemas
    }

    /// Adds a schema and those in it. `references` gets the places that schemas refer to, `None` for other documents.
    fn add(
        &mut self,
        json: &Json,
        place: String,
        references: &mut Vec<(SchemaId, Option<String>)>,
    ) -> SchemaId {
        let id = SchemaId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Schema::default());
        self.places.insert(place.clone(), id);
        let mut schema = Schema { place, ..Schema::default() };
        scalars(json, &mut schema);
        if let Some(target) = json.get("$ref") {
            references.push((id, target.as_str().and_then(pointer)));
        }
        if json.as_bool() == Some(true) || MORE_MEMBERS.iter().any(|key| json.get(key).is_some()) {
            schema.others = Others::Allowed;
        }
        self.add_parts(json, &mut schema, references);
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            *node = schema;
        }
        id
    }

    fn add_parts(
        &mut self,
        json: &Json,
        schema: &mut Schema,
        references: &mut Vec<(SchemaId, Option<String>)>,
    ) {
        let mut add = |json: &Json, keys: &[&str]| {
            let mut place = schema.place.clone();
            keys.iter().for_each(|key| push_key(&mut place, key));
            self.add(json, place, references)
        };
        if let Some(properties) = json.get("properties").filter(|properties| properties.is_object()) {
            let members = properties.members().iter();
            let read = members.map(|m| (m.key.clone(), add(&m.value, &["properties", &m.key])));
            schema.properties = Some(read.collect());
        }
        let mut list = |key: &str| -> Option<Vec<SchemaId>> {
            let items = json.get(key).filter(|items| items.is_list())?.items().iter().enumerate();
            Some(items.map(|(at, item)| add(item, &[key, &at.to_string()])).collect())
        };
        schema.all_of.extend(list("allOf").unwrap_or_default());
        schema.any_of.extend(list("anyOf").filter(|branches| !branches.is_empty()));
        schema.any_of.extend(list("oneOf").filter(|branches| !branches.is_empty()));
        schema.prefix = list("prefixItems").unwrap_or_default();
        // A list of schemas as `items` is how older drafts spell `prefixItems`; it is not followed.
        schema.items =
            json.get("items").filter(|items| items.is_object()).map(|items| add(items, &["items"]));
        match json.get("additionalProperties") {
            None => {}
            Some(others) if is_nothing(others) => schema.others = Others::Forbidden,
            Some(others) => {
                add(others, &["additionalProperties"]);
                schema.others = Others::Allowed;
            }
        }
        for keyword in ["$defs", "definitions"] {
            for member in json.get(keyword).map(Json::members).unwrap_or_default() {
                add(&member.value, &[keyword, &member.key]);
            }
        }
    }
}

/// `false`, or what generators write for it.
fn is_nothing(schema: &Json) -> bool {
    let denied = schema.get("not");
    schema.as_bool() == Some(false)
        || denied.is_some_and(|denied| denied.is_object() && denied.members().is_empty())
}

/// The keywords that have no schemas in them.
fn scalars(json: &Json, schema: &mut Schema) {
    let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    let count = |key: &str| json.get(key).and_then(Json::as_count);
    schema.types = types(json);
    schema.values = values(json);
    schema.range = range(json);
    let whole = |number: &Number| number.is_integral() && *number > Number::Int(0);
    schema.multiple_of = json.get("multipleOf").and_then(Json::as_number).filter(whole);
    schema.length = Count { least: count("minLength").unwrap_or(0), most: count("maxLength") };
    schema.pattern = text("pattern");
    schema.items_count = Count { least: count("minItems").unwrap_or(0), most: count("maxItems") };
    let required = json.get("required").map(Json::items).unwrap_or_default();
    schema.required = required.iter().filter_map(Json::as_str).map(str::to_owned).collect();
    schema.least_members = count("minProperties").unwrap_or(0);
    schema.description = text("description").or_else(|| text("title"));
    schema.default = json.get("default").cloned();
    schema.format = text("format");
}

/// `type`, also as a list, with `nullable`; none if it says nothing that is understood.
fn types(json: &Json) -> Option<Types> {
    let named = json.get("type")?;
    let mut types = Types::default();
    let names = match &named.kind {
        Kind::String(name) => vec![Some(name.as_str())],
        Kind::List(names) => names.iter().map(Json::as_str).collect(),
        _ => return None,
    };
    let understood = names.iter().all(|name| name.is_some_and(|name| types.add(name)));
    types.null |= is_nullable(json);
    (understood && !names.is_empty()).then_some(types)
}

fn is_nullable(json: &Json) -> bool {
    json.get("nullable").and_then(Json::as_bool) == Some(true)
}

/// `enum` and `const`.
fn values(json: &Json) -> Option<Vec<Json>> {
    let listed = json.get("enum").filter(|values| values.is_list()).map(|values| values.items().to_vec());
    let mut values = match (json.get("const"), listed) {
        (Some(value), _) => vec![value.clone()],
        (None, listed) => listed?,
    };
    if is_nullable(json) {
        values.push(Json { kind: Kind::Null, span: json.span });
    }
    Some(values)
}

/// The range of numbers, also as draft 4 writes it, where `exclusiveMinimum` is a bool.
fn range(json: &Json) -> Range<Number> {
    let bound = |key: &str, exclusive: &str, lower: bool| {
        let other = json.get(exclusive);
        let is_exclusive = other.and_then(Json::as_bool) == Some(true);
        let plain = json.get(key).and_then(Json::as_number);
        let plain = plain.map(|value| Bound { value, inclusive: !is_exclusive });
        let strict = other.and_then(Json::as_number).map(|value| Bound { value, inclusive: false });
        let one = |bound| match lower {
            true => Range { lower: bound, upper: None },
            false => Range { lower: None, upper: bound },
        };
        meet(one(plain), one(strict))
    };
    meet(bound("minimum", "exclusiveMinimum", true), bound("maximum", "exclusiveMaximum", false))
}

/// Appends a key to a JSON pointer.
pub(crate) fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

/// The place that a reference names, as a JSON pointer; none if it is in another document.
fn pointer(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok().filter(|pointer| pointer.is_empty() || pointer.starts_with('/'))
}
