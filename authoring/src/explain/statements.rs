//! What the text of a policy says of its updates: how each is written, and which metadata it mentions.

use std::collections::HashMap;

use sqrt_compiler::ir::{Field, MetaRef, MetaSource, Policy, SetId, SetKind, SetLetId, Statement, Update};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::x_policy::XPolicy;
use sqrt_compiler::{Analysed, Options, Source, analyse};
use sqrt_vm::metadata::FieldImm;

/// An update, as its place says: file, line and column.
type At = (String, u32, u32);

/// The longest text of an update that is shown, in characters.
const LONGEST: usize = 160;

/// Whose set an update mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mention {
    Argument(String),
    Arguments,
    Result,
    Session,
}

/// An update of the text.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) mentions: Vec<(Mention, FieldImm)>,
}

/// The updates of a policy by their places; none of an image.
#[derive(Debug, Default)]
pub struct Statements {
    updates: HashMap<At, Written>,
}

impl Statements {
    /// Those of policy files, and of the code and the presets of a document.
    pub fn new(sources: &[Source<'_>], document: Option<&XPolicy>, limits: Limits) -> Statements {
        let presets = document.map(|document| document.options().presets.sources()).unwrap_or_default();
        let mut all = sources.to_vec();
        all.extend(document.and_then(XPolicy::code));
        all.extend(presets.iter().map(|preset| Source { name: preset.name, bytes: preset.text.as_bytes() }));
        Statements::of(&analyse(&all, &Options { limits, ..Options::default() }))
    }

    /// Those of files that were analysed.
    fn of(analysed: &Analysed) -> Statements {
        let mut updates = HashMap::new();
        let Some(policy) = &analysed.policy else { return Statements::default() };
        let mentioned = Mentioned::of(policy);
        for block in &policy.blocks {
            for statement in block.before.iter().chain(&block.result).chain(&block.after) {
                let guarded = match statement {
                    Statement::Update(update) => vec![update],
                    Statement::When(when) => when.updates.iter().map(|(_, update)| update).collect(),
                };
                for update in guarded {
                    let written = Written {
                        text: text_of(policy, analysed, update),
                        mentions: mentioned.by(update.value),
                    };
                    let file = policy.files.iter().find(|file| file.id == update.position.origin.file);
                    let file = file.map(|file| file.name.clone()).unwrap_or_default();
                    updates.insert((file, update.position.line, update.position.column), written);
                }
            }
        }
        Statements { updates }
    }

    /// The update at a place.
    pub(super) fn at(&self, file: &str, (line, column): (u32, u32)) -> Option<&Written> {
        self.updates.get(&(file.to_owned(), line, column))
    }
}

/// The text from the target to the end of what is assigned.
fn text_of(policy: &Policy, analysed: &Analysed, update: &Update) -> String {
    let start = update.position.origin.span.start as usize;
    let end = policy.sets.get(update.value.index()).map_or(0, |set| set.origin.span.end as usize);
    let end = end.max(update.position.origin.span.end as usize);
    let file = analysed.checked.files.iter().find(|file| file.id == update.position.origin.file);
    let text = file.and_then(|file| file.text.get(start..end)).unwrap_or_default();
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// Which metadata each set let mentions, through other lets too.
struct Mentioned<'p> {
    policy: &'p Policy,
    lets: Vec<Vec<(Mention, FieldImm)>>,
}

impl<'p> Mentioned<'p> {
    fn of(policy: &'p Policy) -> Self {
        let mut mentioned = Mentioned { policy, lets: Vec::with_capacity(policy.set_lets.len()) };
        // A let mentions only lets of lower id.
        for set_let in &policy.set_lets {
            let of_let = mentioned.by(set_let.body);
            mentioned.lets.push(of_let);
        }
        mentioned
    }

    fn of_let(&self, set_let: SetLetId) -> &[(Mention, FieldImm)] {
        self.lets.get(set_let.index()).map(Vec::as_slice).unwrap_or_default()
    }

    fn by(&self, set: SetId) -> Vec<(Mention, FieldImm)> {
        let (mut open, mut found) = (vec![set], Vec::new());
        let add = |found: &mut Vec<_>, mention: (Mention, FieldImm)| {
            if !found.contains(&mention) {
                found.push(mention);
            }
        };
        while let Some(set) = open.pop() {
            match self.policy.sets.get(set.index()).map(|set| &set.kind) {
                Some(SetKind::Meta(meta)) => add(&mut found, mention(meta)),
                Some(SetKind::Let(set_let)) => {
                    self.of_let(*set_let).iter().for_each(|mention| add(&mut found, mention.clone()));
                }
                Some(SetKind::Chain(_, operands)) => open.extend(operands.iter().rev()),
                Some(SetKind::Literal(_)) | None => {}
            }
        }
        found
    }
}

fn mention(meta: &MetaRef) -> (Mention, FieldImm) {
    let whose = match &meta.source {
        MetaSource::Argument(name) => Mention::Argument(name.clone()),
        MetaSource::Result => Mention::Result,
        MetaSource::Session => Mention::Session,
        MetaSource::ArgsUnion | MetaSource::ArgsIntersect => Mention::Arguments,
    };
    let field = match meta.field {
        Field::Tags => FieldImm::Tags,
        Field::Producers => FieldImm::Producers,
        Field::Consumers => FieldImm::Consumers,
    };
    (whose, field)
}
