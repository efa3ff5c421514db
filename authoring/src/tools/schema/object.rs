//! The arguments of a tool: the members that the schema of its input gives names to.

use super::{Others, SchemaId, Schemas};
use std::collections::{BTreeMap, HashSet};

/// So many schemas are looked at for the members of one input.
const MOST_SCHEMAS: usize = 10_000;

/// An argument by the schema of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Whether every call has it.
    pub required: bool,
    /// What its value satisfies, all of it; nothing is known of the value where there is none.
    pub(crate) schemas: Vec<SchemaId>,
}

/// The arguments of a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Those that are listed, in the order of the schema.
    pub listed: Vec<Argument>,
    /// Whether nothing is said against others: then a name that is not listed is no mistake.
    pub others: bool,
}

/// What was gathered about one name.
#[derive(Default)]
struct Gathered {
    /// When it was met first.
    order: usize,
    required: bool,
    schemas: Vec<SchemaId>,
}

/// A walk over the schemas that an input satisfies, or may.
struct Walk<'s> {
    schemas: &'s Schemas,
    members: BTreeMap<&'s str, Gathered>,
    /// Whether some schema lists members.
    lists: bool,
    /// Whether some schema rules others out.
    forbids: bool,
    allows: bool,
    seen: HashSet<(SchemaId, bool)>,
}

impl Schemas {
    /// The arguments by the schema of the input.
    pub(crate) fn arguments(&self) -> Arguments {
        let mut walk = Walk {
            schemas: self,
            members: BTreeMap::new(),
            lists: false,
            forbids: false,
            allows: false,
            seen: HashSet::new(),
        };
        walk.look(self.root(), true);
        let mut members: Vec<(&str, Gathered)> = walk.members.into_iter().collect();
        members.sort_by_key(|(_, gathered)| gathered.order);
        let listed = members.into_iter().map(|(name, gathered)| Argument {
            name: name.to_owned(),
            required: gathered.required,
            schemas: gathered.schemas,
        });
        Arguments { listed: listed.collect(), others: walk.allows || !(walk.lists || walk.forbids) }
    }
}

impl<'s> Walk<'s> {
    /// Gathers the members of a schema that the input satisfies (`always`) or may satisfy.
    fn look(&mut self, root: SchemaId, always: bool) {
        let mut open = vec![(root, always)];
        while let Some((id, always)) = open.pop() {
            if self.seen.len() >= MOST_SCHEMAS {
                self.allows = true;
                return;
            }
            if !self.seen.insert((id, always)) {
                continue;
            }
            let schema = self.schemas.get(id);
            self.lists |= schema.properties.is_some();
            self.forbids |= always && schema.others == Others::Forbidden;
            self.allows |= schema.others == Others::Allowed;
            for (name, property) in schema.properties.iter().flatten() {
                let gathered = self.member(name);
                if always {
                    gathered.schemas.push(*property);
                }
            }
            if always {
                schema.required.iter().for_each(|name| self.member(name).required = true);
            }
            open.extend(schema.any_of.iter().flatten().map(|&branch| (branch, false)).rev());
            open.extend(schema.all_of.iter().map(|&part| (part, always)).rev());
        }
    }

    fn member(&mut self, name: &'s str) -> &mut Gathered {
        let order = self.members.len();
        self.members.entry(name).or_insert_with(|| Gathered { order, ..Gathered::default() })
    }
}
