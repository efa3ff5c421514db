//! A call as the host asks about it: tool, arguments with their metadata, what the tool gave back. All of it borrowed.
//!
//! Metadata comes as strings here; it gets ids when the call is checked.

mod builder;

pub use builder::CallBuilder;

use crate::value::Value;

/// A call to a tool.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    tool: &'a str,
    args: &'a [Argument<'a>],
    control: Option<MetadataInput<'a>>,
    context: Option<MetadataInput<'a>>,
}

/// An argument of a call.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'a> {
    name: &'a str,
    value: Value<'a>,
    metadata: MetadataInput<'a>,
}

/// Metadata as the host gives it; a part that is not given has its default (S2.2).
#[derive(Debug, Clone, Copy, Default)]
pub struct MetadataInput<'a> {
    /// Empty by default.
    pub tags: Option<SetInput<'a>>,
    /// Empty by default.
    pub producers: Option<SetInput<'a>>,
    /// Universal by default.
    pub consumers: Option<SetInput<'a>>,
}

/// A metadata set as the host gives it (S2.4). The string `*` stands for the universal set (S2.3); order and repetition do
/// not matter.
#[derive(Debug, Clone, Copy)]
pub struct SetInput<'a> {
    complement: bool,
    strings: &'a [&'a str],
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

impl<'a> Call<'a> {
    /// A call to `tool`. If two arguments have the same name, deciding the call fails.
    pub fn new(tool: &'a str, args: &'a [Argument<'a>]) -> Self {
        Call { tool, args, control: None, context: None }
    }

    /// Puts a call to `tool` together argument by argument.
    pub fn builder(tool: &'a str) -> CallBuilder<'a> {
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
}

impl<'a> Argument<'a> {
    /// An argument with default metadata.
    pub fn new(name: &'a str, value: Value<'a>) -> Self {
        Argument { name, value, metadata: MetadataInput::default() }
    }

    /// Gives it metadata.
    #[must_use]
    pub fn with_metadata(self, metadata: MetadataInput<'a>) -> Self {
        Argument { metadata, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Its value.
    pub fn value(&self) -> Value<'a> {
        self.value
    }

    /// Its metadata.
    pub fn metadata(&self) -> &MetadataInput<'a> {
        &self.metadata
    }
}

impl<'a> MetadataInput<'a> {
    /// Gives it tags: a list of strings, or a [`SetInput`].
    #[must_use]
    pub fn with_tags(self, tags: impl Into<SetInput<'a>>) -> Self {
        MetadataInput { tags: Some(tags.into()), ..self }
    }

    /// Gives it producers: a list of strings, or a [`SetInput`].
    #[must_use]
    pub fn with_producers(self, producers: impl Into<SetInput<'a>>) -> Self {
        MetadataInput { producers: Some(producers.into()), ..self }
    }

    /// Gives it consumers: a list of strings, or a [`SetInput`].
    #[must_use]
    pub fn with_consumers(self, consumers: impl Into<SetInput<'a>>) -> Self {
        MetadataInput { consumers: Some(consumers.into()), ..self }
    }
}

impl<'a> From<&'a [&'a str]> for SetInput<'a> {
    fn from(strings: &'a [&'a str]) -> Self {
        SetInput::of(strings)
    }
}

impl<'a, const N: usize> From<&'a [&'a str; N]> for SetInput<'a> {
    fn from(strings: &'a [&'a str; N]) -> Self {
        SetInput::of(strings)
    }
}

impl<'a> SetInput<'a> {
    /// The set of these strings.
    pub fn of(strings: &'a [&'a str]) -> Self {
        SetInput { complement: false, strings }
    }

    /// Everything except these strings.
    pub fn except(strings: &'a [&'a str]) -> Self {
        SetInput { complement: true, strings }
    }

    /// The universal set.
    pub fn universal() -> Self {
        SetInput { complement: true, strings: &[] }
    }

    /// Whether it is everything except its strings.
    pub fn is_complement(&self) -> bool {
        self.complement
    }

    /// The strings as given, `*` among them.
    pub fn strings(&self) -> &'a [&'a str] {
        self.strings
    }
}

impl<'a> Returned<'a> {
    /// A result without metadata of its own.
    pub const fn new(value: Value<'a>) -> Self {
        Returned {
            value,
            metadata: MetadataInput { tags: None, producers: None, consumers: None },
            combine: Combine::Ignore,
        }
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
