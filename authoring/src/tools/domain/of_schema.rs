//! What a schema allows, as a domain.

use super::super::json::{Json, Kind};
use super::super::language::Languages;
use super::super::schema::{Others, Schema, SchemaId, Schemas, Types};
use super::{Domain, Inner, Leaves, Numbers, Strings};

/// Schemas in schemas are followed so deep, also around circles.
const MOST_LEVELS: usize = 12;
/// So many schemas are looked at for one domain.
const MOST_SCHEMAS: usize = 4_000;

/// Reads the domains of schemas.
pub(crate) struct Reader<'r> {
    schemas: &'r Schemas,
    languages: &'r mut Languages,
    /// How many schemas may still be looked at.
    left: usize,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(schemas: &'r Schemas, languages: &'r mut Languages) -> Reader<'r> {
        Reader { schemas, languages, left: MOST_SCHEMAS }
    }

    /// What all of the schemas allow.
    pub(crate) fn all_of(&mut self, ids: &[SchemaId]) -> Domain {
        self.meet_all(Domain::anything(), ids, MOST_LEVELS)
    }

    fn meet_all(&mut self, domain: Domain, ids: &[SchemaId], levels: usize) -> Domain {
        ids.iter().fold(domain, |domain, &id| domain.meet(&self.schema(id, levels)))
    }

    fn schema(&mut self, id: SchemaId, levels: usize) -> Domain {
        let (Some(levels), Some(left)) = (levels.checked_sub(1), self.left.checked_sub(1)) else {
            return Domain::anything();
        };
        self.left = left;
        let schema = self.schemas.get(id);
        let mut domain = self.own(schema, levels);
        domain = self.meet_all(domain, &schema.all_of, levels);
        for branches in &schema.any_of {
            let mut any = Domain::default();
            branches.iter().for_each(|&branch| any.join(self.schema(branch, levels)));
            domain = domain.meet(&any);
        }
        domain
    }

    /// What the schema itself says, without those that it refers to for the same value.
    fn own(&mut self, schema: &Schema, levels: usize) -> Domain {
        let types = schema.types.unwrap_or(Types::ALL);
        let mut domain = Domain {
            scalars: self.scalars(schema, types),
            lists: types.list.then(|| self.lists(schema, levels)),
            objects: types.object.then(|| self.objects(schema, levels)),
        };
        if let Some(values) = &schema.values {
            let mut listed = Domain::default();
            values.iter().for_each(|value| listed.join(of_value(value)));
            domain = domain.meet(&listed);
        }
        domain
    }

    fn scalars(&mut self, schema: &Schema, types: Types) -> Leaves {
        let Schema { range, multiple_of, length, .. } = *schema;
        let numbers =
            Numbers { range, whole: (types.integer && !types.number) || multiple_of.is_some(), multiple_of };
        let has_numbers = (types.number || types.integer) && !numbers.is_empty();
        let pattern = schema.pattern.as_deref().filter(|_| types.string);
        let languages = pattern.and_then(|pattern| self.languages.of_schema(pattern)).into_iter().collect();
        let has_strings = types.string && length.most.is_none_or(|most| length.least <= most);
        Leaves {
            null: types.null,
            yes: types.bool,
            no: types.bool,
            numbers: has_numbers.then_some(numbers).into_iter().collect(),
            strings: has_strings.then_some(Strings::Many { length, languages }).into_iter().collect(),
        }
    }

    fn lists(&mut self, schema: &Schema, levels: usize) -> Inner {
        if schema.items_count.most == Some(0) {
            return Inner { leaves: Leaves::default(), leafless: true };
        }
        let each = match schema.items {
            Some(items) => self.schema(items, levels),
            None => Domain::anything(),
        };
        let mut leaves = each.leaves();
        let mut first = None;
        for &item in &schema.prefix {
            let item = self.schema(item, levels);
            leaves.join(item.leaves());
            first = first.or(Some(item));
        }
        let first = first.unwrap_or(each);
        Inner { leaves, leafless: schema.items_count.least == 0 || first.may_be_leafless() }
    }

    fn objects(&mut self, schema: &Schema, levels: usize) -> Inner {
        // A member that is there has a key, which is a leaf.
        let leafless = schema.required.is_empty() && schema.least_members == 0;
        match &schema.properties {
            Some(properties) if schema.others == Others::Forbidden => {
                let mut leaves = Leaves::default();
                for (name, property) in properties {
                    leaves.strings.push(Strings::One(name.clone()));
                    leaves.join(self.schema(*property, levels).leaves());
                }
                Inner { leaves, leafless }
            }
            _ => Inner { leaves: Leaves::anything(), leafless },
        }
    }
}

/// One value.
pub(crate) fn of_value(value: &Json) -> Domain {
    let scalar = |scalars| Domain { scalars, ..Domain::default() };
    match &value.kind {
        Kind::Null => scalar(Leaves { null: true, ..Leaves::default() }),
        Kind::Bool(bool) => scalar(Leaves { yes: *bool, no: !bool, ..Leaves::default() }),
        Kind::Number(number) => scalar(Leaves { numbers: vec![Numbers::one(*number)], ..Leaves::default() }),
        Kind::String(text) => {
            scalar(Leaves { strings: vec![Strings::One(text.clone())], ..Leaves::default() })
        }
        Kind::List(items) => {
            let mut leaves = Leaves::default();
            items.iter().for_each(|item| leaves.join(of_value(item).leaves()));
            let leafless = leaves.is_empty();
            Domain { lists: Some(Inner { leaves, leafless }), ..Domain::default() }
        }
        Kind::Object(members) => {
            let mut leaves = Leaves::default();
            for member in members {
                leaves.strings.push(Strings::One(member.key.clone()));
                leaves.join(of_value(&member.value).leaves());
            }
            let leafless = leaves.is_empty();
            Domain { objects: Some(Inner { leaves, leafless }), ..Domain::default() }
        }
    }
}
