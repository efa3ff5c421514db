//! The commands of the dialogue, in one table: their names, what they take, and what they do.

use crate::nearest::nearest;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Condition,
    Why,
    Rules,
    Session,
    Tags,
    Producers,
    Consumers,
    Set,
    Values,
    Reset,
    Load,
    Reload,
    Help,
    Quit,
}

/// A row of the table.
pub(super) struct Row {
    pub(super) command: Command,
    pub(super) name: &'static str,
    takes: &'static str,
    does: &'static str,
}

const fn row(command: Command, name: &'static str, takes: &'static str, does: &'static str) -> Row {
    Row { command, name, takes, does }
}

/// All commands, in the order of the help.
pub(super) const TABLE: &[Row] = &[
    row(
        Command::Condition,
        "condition",
        "CONDITION",
        "test a condition against the last call, read both ways",
    ),
    row(Command::Why, "why", "[full]", "explain the last call at length"),
    row(Command::Rules, "rules", "[TOOL]", "list the rules about a tool, or all of them"),
    row(
        Command::Session,
        "session",
        "[NAME]",
        "show the session, or go to another one; `-` is the one without a name",
    ),
    row(
        Command::Tags,
        "tags",
        "[TAG …]",
        "show or set the tags of the session; `+TAG` adds, `-TAG` takes away",
    ),
    row(Command::Producers, "producers", "[NAME …]", "the same of its producers"),
    row(Command::Consumers, "consumers", "[NAME …]", "the same of its consumers; `*` is everything"),
    row(Command::Set, "set", "JSON", "set the value of the session, `@session.value`"),
    row(Command::Values, "values", "[on|off]", "whether explanations show values of calls"),
    row(Command::Reset, "reset", "", "forget all sessions"),
    row(Command::Load, "load", "FILE …", "take other policy files"),
    row(Command::Reload, "reload", "", "read the policy files again; sessions stay"),
    row(Command::Help, "help", "", "show this"),
    row(Command::Quit, "quit", "", "end"),
];

/// The command of a name, or of a beginning that only one has.
///
/// # Errors
/// What is wrong with the name.
pub(super) fn find(name: &str) -> Result<Command, String> {
    if let Some(row) = TABLE.iter().find(|row| row.name == name) {
        return Ok(row.command);
    }
    let begun: Vec<&Row> =
        TABLE.iter().filter(|row| !name.is_empty() && row.name.starts_with(name)).collect();
    match begun.as_slice() {
        [row] => Ok(row.command),
        [] => {
            let near = nearest(name, TABLE.iter().map(|row| row.name));
            let hint = near.map_or(String::new(), |near| format!(" is `:{near}` meant?"));
            let name = sqrt_vm::visible::quote(&format!(":{name}"));
            Err(format!("there is no command {name};{hint} `:help` shows all"))
        }
        rows => {
            let names: Vec<String> = rows.iter().map(|row| format!("`:{}`", row.name)).collect();
            Err(format!("that may be {}", names.join(" or ")))
        }
    }
}

/// The help.
pub(super) fn help() -> String {
    let mut out = String::from(
        "A call, as JSON or in short, is decided, and changes its session:\n\
         \x20 {\"tool\": \"send_email\", \"args\": {\"to\": \"a@b.c\"}}\n\
         \x20 send_email(to=\"a@b.c\", body=\"…\" #pii #producers{db}) => \"sent\" @session\n\
         Anything else is a condition, tested against the last call:\n\
         \x20 body.tags overlaps {\"pii\"}\n\
         Commands, which may be cut short:\n",
    );
    for row in TABLE {
        let usage = format!(":{} {}", row.name, row.takes);
        out.push_str(&format!("  {usage:23} {}\n", row.does));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Command, TABLE, find, help};

    #[test]
    fn commands_may_be_cut_short() {
        assert_eq!(find("why"), Ok(Command::Why));
        assert_eq!(find("w"), Ok(Command::Why));
        assert_eq!(find("se"), Err("that may be `:session` or `:set`".to_owned()));
        assert_eq!(find("set"), Ok(Command::Set));
        assert_eq!(
            find("rulse"),
            Err("there is no command `:rulse`; is `:rules` meant? `:help` shows all".to_owned())
        );
        assert_eq!(find("nope"), Err("there is no command `:nope`; `:help` shows all".to_owned()));
        assert!(find("").is_err());
        assert!(
            TABLE
                .iter()
                .all(|row| help().contains(&format!("  :{}", row.name)) && find(row.name) == Ok(row.command))
        );
    }
}
