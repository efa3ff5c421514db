//! The JSON Schema of test files, for editors: made from the tables of keys, committed as `editors/test-file.schema.json`.
//!
//! It is for completion and for hints, and says less than the reader: every file that the reader takes fits it.

use serde_json::{Map, Value, json};

use super::keys::{self, DECISIONS, FILE, Shape, Table};

/// The schema as JSON text, with a line end.
pub fn schema() -> String {
    let mut definitions = Map::new();
    for (name, table) in named_tables() {
        definitions.insert(name.to_owned(), mapping(table));
    }
    let name = json!({"type": "string", "pattern": "^\\$[A-Za-z_][A-Za-z0-9_]*$", "description": "A column of `cases`, or one of `fixtures`."});
    definitions.insert("reference".to_owned(), name);
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let complement = json!({"type": "object", "properties": {"except": texts}, "required": ["except"], "additionalProperties": false});
    definitions.insert("set".to_owned(), any_of([texts.clone(), complement, reference("reference")]));
    let mut schema = mapping(&FILE);
    if let Value::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        members.insert("title".to_owned(), json!("A file of tests of SQRT policies"));
        members.insert("definitions".to_owned(), Value::Object(definitions));
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The tables that are referred to by name.
fn named_tables() -> [(&'static str, &'static Table); 11] {
    [
        ("settings", &keys::SETTINGS),
        ("fixture", &keys::FIXTURE),
        ("test", &keys::TEST),
        ("session", &keys::SESSION),
        ("step", &keys::STEP),
        ("call", &keys::CALL),
        ("metadata", &keys::METADATA),
        ("expect", &keys::EXPECT),
        ("rule", &keys::RULE),
        ("expected_metadata", &keys::EXPECTED_METADATA),
        ("expected_set", &keys::EXPECTED_SET),
    ]
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

fn table(table: &Table) -> Value {
    let name = named_tables().into_iter().find(|(_, known)| *known == table).map_or("test", |(name, _)| name);
    reference(name)
}

fn any_of<const N: usize>(shapes: [Value; N]) -> Value {
    json!({"anyOf": shapes.to_vec()})
}

/// A shape, or a name that stands for it.
fn or_named(shape: Value) -> Value {
    any_of([shape, reference("reference")])
}

fn mapping(table: &Table) -> Value {
    let mut properties = Map::new();
    for row in table.keys {
        let mut value = shape(row.shape);
        if let Value::Object(members) = &mut value {
            members.insert("description".to_owned(), json!(row.meaning));
        }
        properties.insert(row.name.to_owned(), value);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": table.required,
        "additionalProperties": false,
    })
}

fn shape(shape: Shape) -> Value {
    let text = || json!({"type": "string"});
    let texts = || json!({"type": "array", "items": {"type": "string"}});
    match shape {
        Shape::Any => json!({}),
        Shape::Text => text(),
        Shape::Texts => any_of([text(), texts()]),
        Shape::TextList => texts(),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Count(most) => json!({"type": "integer", "minimum": 1, "maximum": most}),
        Shape::Integer => or_named(json!({"type": "integer", "minimum": 1})),
        Shape::Word(words) => or_named(json!({"enum": words})),
        Shape::TextOrTrue => any_of([text(), json!({"const": true})]),
        Shape::Map(of) => or_named(table(of)),
        Shape::MapOrNull(of) => any_of([table(of), json!({"type": "null"}), reference("reference")]),
        Shape::List(of) => json!({"type": "array", "items": table(of), "minItems": 1}),
        Shape::Named(of) => {
            let value = any_of([table(of), json!({"not": {"type": "object"}})]);
            json!({"type": "object", "additionalProperties": value})
        }
        Shape::Values => or_named(json!({"type": "object"})),
        Shape::NamedMaps(of) => {
            or_named(json!({"type": "object", "additionalProperties": or_named(table(of))}))
        }
        Shape::Expectation => {
            any_of([json!({"enum": DECISIONS}), table(&keys::EXPECT), reference("reference")])
        }
        Shape::Row => {
            let expect = self::shape(Shape::Expectation);
            let row = json!({
                "type": "object",
                "properties": {"case": {"type": "string", "description": "What the row is called."}, "expect": expect},
            });
            json!({"type": "array", "items": row, "minItems": 1})
        }
        Shape::Rule => any_of([text(), json!({"type": "null"}), table(&keys::RULE)]),
        Shape::Set => reference("set"),
        Shape::ExpectedSet => any_of([reference("set"), table(&keys::EXPECTED_SET)]),
    }
}
