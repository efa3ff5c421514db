//! The dialogue on a terminal: editing, history, completion.

use std::borrow::Cow;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, Helper};
use sqrt_authoring::repl::Completions;

use super::{Dialogue, Next, history};
use crate::output::{Failure, Output, Stop, tell};

/// How many lines are kept.
const KEPT: usize = 1000;

/// Completes lines.
struct Completing(Completions);

impl Completer for Completing {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.0.at(line, cursor))
    }
}

impl Hinter for Completing {
    type Hint = String;
}

impl Highlighter for Completing {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }
}

impl Validator for Completing {}

impl Helper for Completing {}

/// Reads lines until the end.
pub(super) fn run(dialogue: &mut Dialogue<'_>, output: &mut Output) -> Result<(), Stop> {
    let cannot = |error: ReadlineError| Failure::new(format!("cannot use the terminal: {error}"));
    let config = Config::builder()
        .auto_add_history(true)
        .history_ignore_space(true)
        .max_history_size(KEPT)
        .map_err(cannot)?
        .build();
    let mut editor: Editor<Completing, DefaultHistory> = Editor::with_config(config).map_err(cannot)?;
    let history = if dialogue.args.no_history { None } else { history::file() };
    if let Some(history) = &history {
        // A history that cannot be read is as good as none.
        let _ = editor.load_history(history);
    }
    tell(format_args!("`:help` shows what can be entered, `:quit` or Ctrl-D ends.\n"));
    let done = read_lines(dialogue, &mut editor, output);
    if let Some(history) = &history {
        let _ = editor.append_history(history);
    }
    done
}

fn read_lines(
    dialogue: &mut Dialogue<'_>,
    editor: &mut Editor<Completing, DefaultHistory>,
    output: &mut Output,
) -> Result<(), Stop> {
    loop {
        // The policy may be another one since the last line.
        editor.set_helper(Some(Completing(dialogue.repl.completions())));
        output.flush()?;
        match editor.readline(&dialogue.repl.prompt()) {
            Ok(line) => {
                // On a terminal a line that cannot be done is a part of the dialogue, and no failure of the command.
                if let Next::End = dialogue.line(&line, output)? {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(Failure::new(format!("cannot read from the terminal: {error}")).into()),
        }
    }
}
