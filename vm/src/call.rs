//! A call as the host asks about it: tool, arguments with their metadata, what the tool gave back. All of it borrowed.
//!
//! Tools, arguments and tags come by name or by handle ([`crate::handle`]); they get ids when the call is checked.

mod builder;
mod metadata;

pub use builder::CallBuilder;
pub use metadata::{MetadataInput, SetInput};

use crate::bytecode::PolicyId;
use crate::handle::{ArgRef, ToolRef};
use crate::value::Value;

/// A call to a tool.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    tool: ToolRef<'a>,
    args: &'a [Argument<'a>],
    control: Option<MetadataInput<'a>>,
    context: Option<MetadataInput<'a>>,
}

/// An argument of a call.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    name: ArgRef<'a>,
    value: Value<'a>,
    metadata: MetadataInput<'a>,
}

/// What a tool gave back.
#[derive(Debug, Clone, Copy)]
pub struct Returned<'a> {
    value: Value<'a>,
    metadata: MetadataInput<'a>,
    combine: Combine,
}

/// What becomes of metadata that came with a result (S2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Combine {
    /// It is joined to the initial metadata.
    #[default]
    Merge,
    /// It is taken instead; a part that is not given keeps the initial one.
    Replace,
    /// It is dropped.
    Ignore,
}

impl Combine {
    /// Which of them has this name in call lines, if any has.
    pub(crate) fn of_name(name: &str) -> Option<Combine> {
        match name {
            "merge" => Some(Combine::Merge),
            "replace" => Some(Combine::Replace),
            "ignore" => Some(Combine::Ignore),
            _ => None,
        }
    }
}

impl<'a> Call<'a> {
    /// A call to `tool`, a name or a handle. If two arguments have the same name, deciding the call fails.
    pub fn new(tool: impl Into<ToolRef<'a>>, args: &'a [Argument<'a>]) -> Self {
        Call { tool: tool.into(), args, control: None, context: None }
    }

    /// Puts a call to `tool`, a name or a handle, together argument by argument.
    pub fn builder(tool: impl Into<ToolRef<'a>>) -> CallBuilder<'a> {
        CallBuilder::new(tool)
    }

    /// Adds the metadata of the control flow that led to the call, which counts in strict mode (S8.4).
    #[must_use]
    pub fn with_control(self, control: MetadataInput<'a>) -> Self {
        Call { control: Some(control), ..self }
    }

    /// Adds metadata of everything that the call came from, which counts in every mode: it is joined (S2.5) into the metadata
    /// of every argument, an absent argument's default included, and stands for the one argument of a call without arguments,
    /// as the control flow's does (S8.4). A host that knows what a model has read before it made a call says so here.
    #[must_use]
    pub fn with_context(self, context: MetadataInput<'a>) -> Self {
        Call { context: Some(context), ..self }
    }

    /// The name of the tool.
    pub fn tool(&self) -> &'a str {
        self.tool.name()
    }

    pub(crate) fn tool_ref(&self) -> ToolRef<'a> {
        self.tool
    }

    /// The arguments.
    pub fn args(&self) -> &'a [Argument<'a>] {
        self.args
    }

    /// The metadata of the control flow, if given.
    pub fn control(&self) -> Option<&MetadataInput<'a>> {
        self.control.as_ref()
    }

    /// The metadata of what the call came from, if given.
    pub fn context(&self) -> Option<&MetadataInput<'a>> {
        self.context.as_ref()
    }

    /// The policy of a handle in it that is not of this policy.
    pub(crate) fn foreign(&self, policy: &PolicyId) -> Option<PolicyId> {
        let in_metadata = |metadata: &MetadataInput<'_>| metadata.foreign(policy);
        let in_arg = |arg: &Argument<'_>| arg.name.foreign(policy).or_else(|| in_metadata(&arg.metadata));
        let around = self.control.iter().chain(&self.context);
        let of_tool = self.tool.foreign(policy);
        of_tool
            .or_else(|| self.args.iter().find_map(in_arg))
            .or_else(|| around.into_iter().find_map(in_metadata))
    }
}

impl<'a> Argument<'a> {
    /// An argument with default metadata; `name` is a name or a handle.
    pub fn new(name: impl Into<ArgRef<'a>>, value: Value<'a>) -> Self {
        Argument { name: name.into(), value, metadata: MetadataInput::default() }
    }

    /// Gives it metadata.
    #[must_use]
    pub fn with_metadata(self, metadata: MetadataInput<'a>) -> Self {
        Argument { metadata, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.name.name()
    }

    pub(crate) fn name_ref(&self) -> ArgRef<'a> {
        self.name
    }

    /// Its value.
    pub fn value(&self) -> Value<'a> {
        self.value
    }

    #[inline]
    pub(crate) fn value_ref(&self) -> &Value<'a> {
        &self.value
    }

    /// Its metadata.
    pub fn metadata(&self) -> &MetadataInput<'a> {
        &self.metadata
    }
}

impl<'a> Returned<'a> {
    /// A result without metadata of its own.
    pub const fn new(value: Value<'a>) -> Self {
        Returned { value, metadata: MetadataInput::NONE, combine: Combine::Ignore }
    }

    /// Gives it metadata, and says what is to become of it (S2.6).
    #[must_use]
    pub fn with_metadata(self, metadata: MetadataInput<'a>, combine: Combine) -> Self {
        Returned { metadata, combine, ..self }
    }

    /// Its value.
    pub fn value(&self) -> Value<'a> {
        self.value
    }

    /// Its metadata.
    pub fn metadata(&self) -> &MetadataInput<'a> {
        &self.metadata
    }

    /// What is to become of its metadata.
    pub fn combine(&self) -> Combine {
        self.combine
    }
}
