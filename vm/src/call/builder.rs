//! Building a call argument by argument.

use super::{Argument, Call, MetadataInput};
use crate::handle::{ArgRef, ToolRef};
use crate::value::Value;
use smallvec::SmallVec;

/// So many arguments need no allocation.
const INLINE: usize = 16;

/// A call that is being put together from what the host has, borrowed. Up to 16 arguments it allocates nothing.
///
/// # Examples
///
/// ```
/// use sqrt_vm::call::{Call, MetadataInput};
///
/// let mut builder = Call::builder("send_email");
/// builder
///     .arg("to", "spam@evil.com")
///     .arg("urgent", true)
///     .arg_with("body", "…", MetadataInput::default().with_tags(&["pii"]));
/// let call = builder.call();
/// assert_eq!(call.args().len(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct CallBuilder<'a> {
    tool: ToolRef<'a>,
    args: SmallVec<[Argument<'a>; INLINE]>,
    control: Option<MetadataInput<'a>>,
    context: Option<MetadataInput<'a>>,
}

impl<'a> CallBuilder<'a> {
    /// A call to `tool`, a name or a handle, without arguments.
    pub fn new(tool: impl Into<ToolRef<'a>>) -> Self {
        CallBuilder { tool: tool.into(), args: SmallVec::new(), control: None, context: None }
    }

    /// Adds an argument with default metadata; `name` is a name or a handle. Two arguments of one name make the call fail when it is checked.
    pub fn arg(&mut self, name: impl Into<ArgRef<'a>>, value: impl Into<Value<'a>>) -> &mut Self {
        self.args.push(Argument::new(name, value.into()));
        self
    }

    /// Adds an argument with metadata.
    pub fn arg_with(
        &mut self,
        name: impl Into<ArgRef<'a>>,
        value: impl Into<Value<'a>>,
        metadata: MetadataInput<'a>,
    ) -> &mut Self {
        self.args.push(Argument::new(name, value.into()).with_metadata(metadata));
        self
    }

    /// Says what the control flow that led to the call depends on: see [`Call::with_control`].
    pub fn control(&mut self, metadata: MetadataInput<'a>) -> &mut Self {
        self.control = Some(metadata);
        self
    }

    /// Says what the call came from: see [`Call::with_context`].
    pub fn context(&mut self, metadata: MetadataInput<'a>) -> &mut Self {
        self.context = Some(metadata);
        self
    }

    /// Begins anew with another tool, keeping the memory.
    pub fn reset(&mut self, tool: impl Into<ToolRef<'a>>) -> &mut Self {
        self.tool = tool.into();
        self.args.clear();
        self.control = None;
        self.context = None;
        self
    }

    /// The call.
    pub fn call(&self) -> Call<'_> {
        Call { control: self.control, context: self.context, ..Call::new(self.tool, &self.args) }
    }
}
