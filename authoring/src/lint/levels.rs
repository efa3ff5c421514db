//! Which findings are told, and which of them as errors.
//!
//! Levels come in layers: the defaults, then a file of configuration, then the command line. A later layer wins; within
//! one, a single lint over its group, a group over `all`, and of equals the later.

use super::rule::{Group, Level, Lint};
use crate::nearest::question;
use sqrt_vm::visible::quote;

/// What a level is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// Everything that has a level.
    All,
    /// The lints of a group.
    Group(Group),
    /// One lint.
    One(Lint),
}

impl Selector {
    /// Reads `all`, the name of a group, or the code or name of a lint.
    ///
    /// # Errors
    /// If nothing is called so, or it is an error of the compiler, with what to do.
    pub fn parse(name: &str) -> Result<Selector, String> {
        if name == "all" {
            return Ok(Selector::All);
        }
        if let Some(group) = Group::ALL.into_iter().find(|group| group.name() == name) {
            return Ok(Selector::Group(group));
        }
        match Lint::find(name) {
            Some(lint) if lint.is_error() => {
                Err(format!("`{}` is an error of the compiler, which has no level", lint.code()))
            }
            Some(lint) => Ok(Selector::One(lint)),
            None => Err(unknown(name)),
        }
    }

    /// The name of what it is for; of a lint, the name and not the code.
    pub fn name(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Group(group) => group.name().to_owned(),
            Self::One(lint) => lint.name(),
        }
    }

    fn covers(self, lint: Lint) -> bool {
        match self {
            // What is only looked for where it is asked for is asked for by name.
            Self::All => lint.group() != Group::Pedantic,
            Self::Group(group) => lint.group() == group,
            Self::One(one) => one == lint,
        }
    }

    fn precision(self) -> u8 {
        match self {
            Self::All => 0,
            Self::Group(_) => 1,
            Self::One(_) => 2,
        }
    }
}

/// That no lint has this name, and which one may be meant.
pub fn unknown(name: &str) -> String {
    let mut names: Vec<String> = Lint::all().flat_map(|lint| [lint.name(), lint.code().to_owned()]).collect();
    names.extend(Group::ALL.iter().map(|group| group.name().to_owned()));
    format!("there is no lint {}{}", quote(name), question(name, names.iter().map(String::as_str)))
}

/// The levels that are in force.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    layers: Vec<Vec<(Selector, Level)>>,
    /// Whether what would be a warning is an error.
    pub deny_warnings: bool,
}

impl Levels {
    /// Adds settings that win over those before them.
    pub fn add_layer(&mut self, settings: Vec<(Selector, Level)>) {
        self.layers.push(settings);
    }

    /// The level of a lint.
    pub fn level(&self, lint: Lint) -> Level {
        let set = self.layers.iter().rev().find_map(|layer| {
            let covering = layer.iter().filter(|(selector, _)| selector.covers(lint));
            covering.max_by_key(|(selector, _)| selector.precision()).map(|(_, level)| *level)
        });
        match set.unwrap_or_else(|| lint.group().level()) {
            Level::Warn if self.deny_warnings => Level::Deny,
            level => level,
        }
    }
}
