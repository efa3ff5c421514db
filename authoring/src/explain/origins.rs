//! Where the strings of metadata came from, followed through the calls of a session: from an argument, from the host, from a
//! statement of the policy, and through which sets from one to the other.
//!
//! Invariant: a string that a set lists has the origin of the change that listed it. Which sets there were, the engine says
//! ([`SeenCall`]); only the way of a string from one to the next is found here, by the sets that the statement mentions.

use std::collections::HashSet;

use sqrt_vm::call::MetadataInput;
use sqrt_vm::handle::TagRef;
use sqrt_vm::json::CallLine;
use sqrt_vm::metadata::{FIELDS, FieldImm};
use sqrt_vm::trace::{ChangeTrace, SeenCall, SeenMetadata};
use sqrt_vm::visible::{quote, visible};

use super::sets::{MetadataOrigins, field_name};
use super::statements::{Mention, Statements};

/// The most stations that are told of one string.
const STATIONS: usize = 6;

/// The most names that one station tells.
const NAMES: usize = 3;

/// What lists of strings there are, by field.
type Lists<'c> = [HashSet<&'c str>; 3];

/// The origins of one call, while its updates are followed.
pub(super) struct Followed<'c> {
    call: u64,
    line: &'c CallLine<'c>,
    seen: SeenCall<'c>,
    statements: &'c Statements,
    /// What the arguments list, all joined in; what was given with each, and with the control flow.
    args: Vec<Lists<'c>>,
    given: Vec<Lists<'c>>,
    control: Lists<'c>,
    pub(super) session: MetadataOrigins,
    pub(super) result: MetadataOrigins,
}

impl<'c> Followed<'c> {
    /// A call, with the origins that the session has before it.
    pub(super) fn new(
        call: u64,
        line: &'c CallLine<'c>,
        seen: SeenCall<'c>,
        statements: &'c Statements,
        session: MetadataOrigins,
    ) -> Self {
        let args = 0..line.call.args().len();
        let strings =
            |metadata: SeenMetadata<'c>| FIELDS.map(|field| metadata.field(field).strings().collect());
        let args = args.map(|place| seen.argument(place).map(strings).unwrap_or_default()).collect();
        let named = |metadata: &MetadataInput<'c>| {
            FIELDS.map(|field| {
                metadata.field(field).into_iter().flat_map(|set| set.tags()).map(TagRef::name).collect()
            })
        };
        let control = line.call.control();
        let given = match control {
            Some(_) => line.call.args().iter().map(|argument| named(argument.metadata())).collect(),
            None => Vec::new(),
        };
        let (control, result) = (control.map(named).unwrap_or_default(), MetadataOrigins::default());
        Followed { call, line, seen, statements, args, given, control, session, result }
    }

    /// The origins of what the result inherits (S2.5).
    pub(super) fn inherit(&mut self) {
        let Some(inherited) = self.seen.inherited() else { return };
        for field in FIELDS {
            for string in inherited.field(field).strings() {
                let from = self.of_arguments(field, string);
                self.result.of_mut(field).insert(string.to_owned(), from);
            }
        }
    }

    /// The origins of what the host returned beside the result (S2.6).
    pub(super) fn host_returned(&mut self) {
        let Some(returned) = self.seen.returned() else { return };
        for field in FIELDS {
            let listed: HashSet<&str> = returned.field(field).strings().collect();
            let origins = self.result.of_mut(field);
            origins.retain(|string, _| listed.contains(string.as_str()));
            for string in listed {
                origins
                    .entry(string.to_owned())
                    .or_insert_with(|| vec!["returned with the result".to_owned()]);
            }
        }
    }

    /// Follows an update.
    pub(super) fn change(&mut self, change: &ChangeTrace<'_>) {
        let (before, after) = (change.before(), change.after());
        let known: HashSet<&str> = before.strings().collect();
        let listed: HashSet<&str> = after.strings().collect();
        let turned = before.is_complement() != after.is_complement();
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for &string in listed.iter().filter(|string| turned || !known.contains(**string)) {
            found.push((string.to_owned(), self.of_update(change, string)));
        }
        let target = if change.is_of_session() { &mut self.session } else { &mut self.result };
        let origins = target.of_mut(change.field());
        origins.retain(|string, _| listed.contains(string.as_str()));
        origins.extend(found);
    }

    fn of_update(&self, change: &ChangeTrace<'_>, string: &str) -> Vec<String> {
        let (line, _) = change.start();
        let mut from = vec![format!("{}:{line} in call {}", visible(change.file()), self.call)];
        let written = self.statements.at(change.file(), change.start());
        let mentions = written.map(|written| written.mentions.as_slice()).unwrap_or_default();
        let way = mentions.iter().find_map(|(mention, field)| self.by(mention, *field, string));
        from.extend(way.into_iter().flatten());
        from.truncate(STATIONS);
        from
    }

    /// How a set that is mentioned has a string, if it lists it.
    fn by(&self, mention: &Mention, field: FieldImm, string: &str) -> Option<Vec<String>> {
        match mention {
            Mention::Argument(name) => {
                let place = self.line.call.args().iter().position(|arg| arg.name() == name)?;
                self.lists(place, field, string).then(|| vec![self.of_argument(place, field, string)])
            }
            Mention::Arguments => Some(self.of_arguments(field, string)).filter(|from| !from.is_empty()),
            Mention::Result => self.result.of(field).get(string).map(|from| with("the result", from)),
            Mention::Session => self.session.of(field).get(string).map(|from| with("the session", from)),
        }
    }

    fn lists(&self, place: usize, field: FieldImm, string: &str) -> bool {
        self.args.get(place).is_some_and(|lists| of(lists, field).contains(string))
    }

    fn of_arguments(&self, field: FieldImm, string: &str) -> Vec<String> {
        let mut from: Vec<String> = (0..self.line.call.args().len())
            .filter(|&place| self.lists(place, field, string))
            .take(NAMES + 1)
            .map(|place| self.of_argument(place, field, string))
            .collect();
        if from.len() > NAMES {
            from.truncate(NAMES);
            from.push("other arguments".to_owned());
        }
        if from.is_empty() {
            let by_control = of(&self.control, field).contains(string);
            return by_control
                .then(|| format!("the control flow of call {}", self.call))
                .into_iter()
                .collect();
        }
        vec![from.join(" and ")]
    }

    /// `argument `body` of call 3`, or what the control flow joined into it.
    fn of_argument(&self, place: usize, field: FieldImm, string: &str) -> String {
        let own = self.given.get(place).is_none_or(|given| of(given, field).contains(string));
        let name =
            self.line.call.args().get(place).map(|argument| quote(argument.name())).unwrap_or_default();
        match own || !of(&self.control, field).contains(string) {
            true => format!("argument {name} of call {}", self.call),
            false => format!("the control flow of call {}, by argument {name}", self.call),
        }
    }
}

fn of<'l, 'c>([tags, producers, consumers]: &'l Lists<'c>, field: FieldImm) -> &'l HashSet<&'c str> {
    match field {
        FieldImm::Tags => tags,
        FieldImm::Producers => producers,
        FieldImm::Consumers => consumers,
    }
}

fn with(station: &str, from: &[String]) -> Vec<String> {
    std::iter::once(station.to_owned()).chain(from.iter().cloned()).collect()
}

/// `session.tags`
pub(super) fn target(change: &ChangeTrace<'_>) -> String {
    let whose = if change.is_of_session() { "session" } else { "result" };
    format!("{whose}.{}", field_name(change.field()))
}
