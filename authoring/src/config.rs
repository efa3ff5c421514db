//! `sqrt.toml`: which files are the policy of a project, what tools its agent has, and what is told about it.
//!
//! Invariants: nothing in it is ignored. A key or a lint that there is not, a value of another kind and a lint that is named twice
//! are errors, with their place and the nearest name.

use crate::lint::{Level, Selector};
use crate::nearest::nearest;
use sqrt_vm::visible::quote;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const FILE_NAME: &str = "sqrt.toml";

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `[policy]`
    pub policy: PolicyConfig,
    /// `[lint]`: the levels that are set.
    pub lint: Vec<(Selector, Level)>,
}

/// What the policy of a project is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyConfig {
    /// `files`: paths and globs, relative to the folder of the file; they are the policy where a verb is given no files.
    pub files: Vec<String>,
    /// `together`: whether they are one policy, which they are unless it says otherwise.
    pub together: bool,
    /// `tools`: the file with the definitions of the agent's tools.
    pub tools: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        let policy = PolicyConfig { files: Vec::new(), together: true, tools: None };
        Self { policy, lint: Vec::new() }
    }
}

/// What is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// What it is.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// The line of its place, from 1.
    pub line: usize,
    /// The column of its place, from 1, in Unicode scalar values.
    pub column: usize,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ConfigError {}

/// A problem and its bytes, before these are a line and a column.
struct Problem {
    message: String,
    help: Option<String>,
    at: Range<usize>,
}

impl Config {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// If it is no TOML, or says something that it cannot say.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        read(text).map_err(|Problem { message, help, at }| {
            let before = text.get(..at.start).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
            let column = before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1);
            ConfigError { message, help, line: before.matches('\n').count().saturating_add(1), column }
        })
    }
}

fn read(text: &str) -> Result<Config, Problem> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        Problem { message: format!("this is no TOML: {}", error.message()), help: None, at }
    })?;
    let mut config = Config::default();
    let mut levels = HashMap::new();
    for (section, value) in table.get_ref() {
        let name = section.get_ref().as_ref();
        let Some(&(_, keys)) = SECTIONS.iter().find(|(section, _)| *section == name) else {
            return Err(unknown(
                "section",
                section.get_ref(),
                section.span(),
                SECTIONS.iter().map(|(name, _)| *name),
            ));
        };
        let DeValue::Table(members) = value.get_ref() else {
            return Err(other_kind(value, &format!("`[{name}]` is a section")));
        };
        for (key, value) in members {
            match (name, key.get_ref().as_ref()) {
                ("policy", "files") => {
                    config.policy.files = strings(value)?.into_iter().map(|(text, _)| text).collect()
                }
                ("policy", "tools") => config.policy.tools = Some(string(value)?),
                ("policy", "together") => {
                    let together = value.get_ref().as_bool();
                    config.policy.together =
                        together.ok_or_else(|| other_kind(value, "this is `true` or `false`"))?;
                }
                ("lint", "allow") => set(value, Level::Allow, &mut levels, &mut config)?,
                ("lint", "warn") => set(value, Level::Warn, &mut levels, &mut config)?,
                ("lint", "deny") => set(value, Level::Deny, &mut levels, &mut config)?,
                (_, other) => return Err(unknown("key", other, key.span(), keys.iter().copied())),
            }
        }
    }
    Ok(config)
}

/// The sections with their keys.
const SECTIONS: &[(&str, &[&str])] =
    &[("policy", &["files", "together", "tools"]), ("lint", &["allow", "deny", "warn"])];

/// Adds a list of lints with their level.
fn set(
    list: &Spanned<DeValue<'_>>,
    level: Level,
    levels: &mut HashMap<String, Level>,
    config: &mut Config,
) -> Result<(), Problem> {
    for (name, at) in strings(list)? {
        let selector = Selector::parse(&name).map_err(|message| Problem {
            message,
            help: Some("`sqrt lint --list` shows all lints".to_owned()),
            at: at.clone(),
        })?;
        if let Some(other) = levels.insert(selector.name(), level) {
            let message = format!("{} is named twice", quote(&name));
            let help = format!("it is in `{}` already", other.as_str());
            return Err(Problem { message, help: Some(help), at });
        }
        config.lint.push((selector, level));
    }
    Ok(())
}

fn strings(value: &Spanned<DeValue<'_>>) -> Result<Vec<(String, Range<usize>)>, Problem> {
    let list = value.get_ref().as_array().ok_or_else(|| other_kind(value, "this is a list of strings"))?;
    list.iter().map(|element| Ok((string(element)?, element.span()))).collect()
}

fn string(value: &Spanned<DeValue<'_>>) -> Result<String, Problem> {
    value.get_ref().as_str().map(str::to_owned).ok_or_else(|| other_kind(value, "this is a string"))
}

fn other_kind(value: &Spanned<DeValue<'_>>, wanted: &str) -> Problem {
    let message = format!("{wanted}, and there is a value of another kind: {}", value.get_ref().type_str());
    Problem { message, help: None, at: value.span() }
}

fn unknown(
    what: &str,
    name: &str,
    at: Range<usize>,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Problem {
    let help = match nearest(name, known.clone()) {
        Some(near) => format!("is `{near}` meant?"),
        None => format!("there is `{}`", known.collect::<Vec<_>>().join("`, `")),
    };
    Problem { message: format!("there is no {what} {}", quote(name)), help: Some(help), at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Lint;

    fn error(text: &str) -> (String, Option<String>) {
        let error = Config::parse(text).unwrap_err();
        (error.to_string(), error.help)
    }

    #[test]
    fn what_the_file_says_is_taken() {
        let text = "[policy]\nfiles = [\"a.sqrt\", \"more/*.sqrt\"]\ntools = \"tools.json\"\ntogether = false\n\n\
                    [lint]\ndeny = [\"security\", \"W0402\"]\nallow = [\"unused-let\"]\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.policy.files, ["a.sqrt", "more/*.sqrt"]);
        assert_eq!((config.policy.tools.as_deref(), config.policy.together), (Some("tools.json"), false));
        assert_eq!(config.lint.len(), 3);
        let unused = Selector::One(Lint::find("unused-let").unwrap());
        assert!(config.lint.contains(&(unused, Level::Allow)));
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn what_there_is_not_is_told_with_its_place_and_the_nearest_name() {
        let is_meant = |name: &str| Some(format!("is `{name}` meant?"));
        assert_eq!(
            error("[lint]\ndney = []\n"),
            ("2:1: there is no key `dney`".to_owned(), is_meant("deny"))
        );
        assert_eq!(error("[lnt]\n"), ("1:2: there is no section `lnt`".to_owned(), is_meant("lint")));
        let (message, help) = error("[policy]\nwhatever = 1\n");
        assert_eq!(message, "2:1: there is no key `whatever`");
        assert_eq!(help.as_deref(), Some("there is `files`, `together`, `tools`"));
        let (message, _) = error("[lint]\ndeny = [\"unused-lets\"]\n");
        assert_eq!(message, "2:9: there is no lint `unused-lets`; is `unused-let` meant?");
        let (message, _) = error("[lint]\ndeny = [\"E0101\"]\n");
        assert_eq!(message, "2:9: `E0101` is an error of the compiler, which has no level");
    }

    #[test]
    fn values_are_of_the_right_kind_and_lints_named_once() {
        assert!(error("[policy]\nfiles = \"a\"\n").0.starts_with("2:9: this is a list of strings"));
        assert!(error("[policy]\nfiles = [1]\n").0.starts_with("2:10: this is a string"));
        assert!(error("policy = 1\n").0.starts_with("1:10: `[policy]` is a section"));
        assert!(error("[policy\n").0.starts_with("1:"));
        let (message, help) = error("[lint]\ndeny = [\"L0301\"]\nwarn = [\"unused-let\"]\n");
        assert_eq!(message, "3:9: `unused-let` is named twice");
        assert_eq!(help.as_deref(), Some("it is in `deny` already"));
    }
}
