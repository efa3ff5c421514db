//! Calls whose tools, arguments and tags are handles, as hosts have them that resolve names ahead.
//!
//! Invariant: such a call says what the call with names says; its sets are lists of handles and lists of both in turns.

use sqrt_vm::call::{Argument, MetadataInput, Returned, SetInput};
use sqrt_vm::decision::Outcome;
use sqrt_vm::handle::{ArgHandle, TagHandle, TagRef, ToolHandle};
use sqrt_vm::json::CallLine;
use sqrt_vm::metadata::{FIELDS, FieldImm};
use sqrt_vm::policy::Policy;

/// The handles of a call.
pub struct Resolved {
    tool: ToolHandle,
    args: Vec<(ArgHandle, Metadata)>,
    control: Option<Metadata>,
    context: Option<Metadata>,
    returned: Option<Metadata>,
}

/// The handles of metadata, by field.
struct Metadata([Option<(bool, Vec<TagHandle>)>; 3]);

/// References to handles, in the forms that sets are made of.
enum List<'a> {
    Handles(Vec<&'a TagHandle>),
    Mixed(Vec<TagRef<'a>>),
}

type Lists<'a> = [Option<(bool, List<'a>)>; 3];

impl Resolved {
    /// Resolves all names of a call.
    pub fn new(policy: &Policy, line: &CallLine<'_>) -> Resolved {
        let metadata = |input: &MetadataInput<'_>| Metadata::new(policy, input);
        let arg = |arg: &Argument<'_>| (policy.arg(arg.name()), metadata(arg.metadata()));
        Resolved {
            tool: policy.tool(line.call.tool()),
            args: line.call.args().iter().map(arg).collect(),
            control: line.call.control().map(metadata),
            context: line.call.context().map(metadata),
            returned: line.returned.as_ref().map(|returned| metadata(returned.metadata())),
        }
    }

    /// Uses the line with the handles in the place of its names.
    pub fn with<T>(&self, line: &CallLine<'_>, run: impl FnOnce(&CallLine<'_>) -> T) -> T {
        let lists: Vec<_> = self.args.iter().map(|(_, metadata)| metadata.lists()).collect();
        let args: Vec<_> = line
            .call
            .args()
            .iter()
            .zip(self.args.iter().zip(&lists))
            .map(|(arg, ((name, _), lists))| Argument::new(name, arg.value()).with_metadata(input(lists)))
            .collect();
        let [control, context, returned] = [&self.control, &self.context, &self.returned]
            .map(|metadata| metadata.as_ref().map(Metadata::lists));
        let mut call = sqrt_vm::call::Call::new(&self.tool, &args);
        if let Some(control) = &control {
            call = call.with_control(input(control));
        }
        if let Some(context) = &context {
            call = call.with_context(input(context));
        }
        let returned =
            line.returned.as_ref().zip(returned.as_ref()).map(|(given, lists)| {
                Returned::new(given.value()).with_metadata(input(lists), given.combine())
            });
        run(&CallLine { call, returned, ..*line })
    }
}

/// A question about a branch with the tags resolved.
pub fn check_branch_resolved(policy: &Policy, metadata: &MetadataInput<'_>) -> Outcome {
    let resolved = Metadata::new(policy, metadata);
    let lists = resolved.lists();
    policy.check_branch(&input(&lists))
}

impl Metadata {
    fn new(policy: &Policy, input: &MetadataInput<'_>) -> Metadata {
        let set = |set: &SetInput<'_>| {
            (set.is_complement(), set.tags().map(|tag| policy.tag(tag.name())).collect())
        };
        Metadata(FIELDS.map(|field| input.field(field).map(set)))
    }

    fn lists(&self) -> Lists<'_> {
        self.0.each_ref().map(|set| {
            set.as_ref().map(|(complement, handles)| {
                let mixed = |(index, handle)| {
                    if index % 2 == 0 { TagRef::Handle(handle) } else { handle.name().into() }
                };
                let list = match handles.len() % 2 {
                    0 => List::Mixed(handles.iter().enumerate().map(mixed).collect()),
                    _ => List::Handles(handles.iter().collect()),
                };
                (*complement, list)
            })
        })
    }
}

fn input<'a>(lists: &'a Lists<'a>) -> MetadataInput<'a> {
    let mut input = MetadataInput::default();
    for (field, list) in FIELDS.into_iter().zip(lists) {
        let Some((complement, list)) = list else { continue };
        let set = match list {
            List::Handles(handles) => SetInput::from(handles.as_slice()),
            List::Mixed(tags) => SetInput::from(tags.as_slice()),
        };
        let set = if *complement { set.complement() } else { set };
        input = match field {
            FieldImm::Tags => input.with_tags(set),
            FieldImm::Producers => input.with_producers(set),
            FieldImm::Consumers => input.with_consumers(set),
        };
    }
    input
}
