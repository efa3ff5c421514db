//! What is decided about a policy beside its text: defaults, mode, branching (S6.8, S8). Part of the program, so that an
//! image is the whole policy.

/// Settings of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// What happens to a call that no rule decides (S6.8). Default: true.
    pub default_allow: bool,
    /// Whether that comes before the soft rules (S6.5). Default: soft.
    pub default_level: Level,
    /// Default: standard.
    pub mode: Mode,
    /// Whether rules are left out once the outcome is known (S6.9). Default: true.
    pub fail_fast: bool,
    /// Which metadata may decide about branches, in custom mode (S8.3). Default: none, all branches are allowed.
    pub branching: Option<Branching>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            default_allow: true,
            default_level: Level::Soft,
            mode: Mode::Standard,
            fail_fast: true,
            branching: None,
        }
    }
}

/// An enforcement level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// `soft`, `should`
    Soft,
    /// `hard`, `must`
    Hard,
}

/// How much of a call's origin counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Arguments only.
    Standard,
    /// The control flow's metadata is joined into every argument's (S8.4).
    Strict,
    /// Arguments only; branches are asked about (S8.3).
    Custom,
}

impl Mode {
    /// Whether the control flow's metadata counts (S8.4).
    pub(crate) fn uses_control(self) -> bool {
        self == Mode::Strict
    }
}

/// A branching policy (S8.3). A `*` in a list stands for every string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branching {
    /// Whether the lists name what is denied, else what is allowed.
    pub deny: bool,
    /// Listed tags.
    pub tags: Vec<String>,
    /// Listed producers.
    pub producers: Vec<String>,
    /// Listed consumers.
    pub consumers: Vec<String>,
}
