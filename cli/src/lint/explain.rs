//! What lints are, on the terminal: one of them, or all.

use sqrt_authoring::lint::{Group, Levels, Lint, page};

use crate::output::{Failure, Output, Stop};

/// Shows what a lint finds and why.
pub(super) fn one(name: &str, output: &mut Output) -> Result<(), Stop> {
    let Some(lint) = Lint::find(name) else {
        let message = format!("`--explain`: {}", page::unknown(name));
        return Err(Failure::new(message).help("`sqrt lint --list` shows all lints").into());
    };
    output.text(&page::markdown(lint))
}

/// Shows all lints with their levels, by groups.
pub(super) fn list(levels: &Levels, output: &mut Output) -> Result<(), Stop> {
    let all: Vec<Lint> = Lint::all().collect();
    let width = all.iter().map(|lint| lint.name().len()).max().unwrap_or(0);
    for group in Group::ALL {
        let own: Vec<Lint> = all.iter().copied().filter(|lint| lint.group() == group).collect();
        if own.is_empty() {
            continue;
        }
        output.text(&format!("{}: {}\n", group.name(), group.about()))?;
        for lint in own {
            let level = levels.level(lint).as_str();
            output.text(&format!("  {} {level:5} {:width$} {}\n", lint.code(), lint.name(), lint.title()))?;
        }
    }
    Ok(())
}
