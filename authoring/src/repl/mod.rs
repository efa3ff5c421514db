//! A dialogue with a policy: calls are decided and change their sessions, conditions are tested against the last call.
//!
//! Invariants: a line never ends the dialogue but by `:quit`, whatever is wrong with it; what fails changes nothing. Nothing here
//! reads or prints: a line comes in, a [`Reply`] goes out, and what needs files is asked of whoever runs the dialogue.

mod commands;
mod completion;
mod policy;
mod short_form;
mod state;

use std::sync::Arc;

use sqrt_compiler::diagnostics::render::Style;
use sqrt_vm::json::{CallLine, Line, read_line};
use sqrt_vm::metadata::{FieldImm, Session};
use sqrt_vm::policy::Policy;
use sqrt_vm::value::Arena;
use sqrt_vm::visible::{quote, visible};

use crate::explain::{Explainer, Explanation, Options, Paint, ShownRule, Told, brief, condition_tree, tree};
use crate::mistyped::{Mistyped, mistyped_strings, nearest_tool};
use commands::{Command, find, help};
pub use completion::Completions;
use policy::CONDITION;
pub use policy::{Loaded, Sources};
use state::{changed, listed};

/// Where tags came from that were set here.
const BY_HAND: &str = "set by hand";

/// What came of a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// What to show; lines with their ends.
    pub text: String,
    /// What to do then.
    pub then: Then,
}

/// What to do after a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Read the next line.
    Continue,
    /// The same, but the line could not be understood or done, which `text` tells.
    Failed,
    /// Read these policy files and hand them to [`Repl::replace`].
    Load(Vec<String>),
    /// End.
    Quit,
}

/// The last call that was decided.
#[derive(Debug)]
struct Last {
    /// Its line of JSON.
    line: String,
    /// Its number among all lines.
    number: u64,
    /// Its session, and that before it.
    session: Option<String>,
    before: Option<Session>,
    tool: String,
}

/// A dialogue.
#[derive(Debug)]
pub struct Repl {
    loaded: Loaded,
    explainer: Explainer,
    /// The session of calls that name none.
    session: Option<String>,
    /// The sessions that there are, in the order in which they came up.
    known: Vec<Option<String>>,
    last: Option<Last>,
    calls: u64,
    options: Options,
    coloured: bool,
}

type Done = Result<Reply, String>;

impl Repl {
    /// A dialogue that begins.
    pub fn new(loaded: Loaded, options: Options, coloured: bool) -> Repl {
        let explainer = Explainer::new(Arc::clone(&loaded.policy), loaded.statements());
        Repl { loaded, explainer, session: None, known: Vec::new(), last: None, calls: 0, options, coloured }
    }

    /// What there is to complete.
    pub fn completions(&self) -> Completions {
        Completions::new(&self.loaded)
    }

    /// The names of the policy files.
    pub fn files(&self) -> Vec<String> {
        self.loaded.files()
    }

    /// What to put before the next line.
    pub fn prompt(&self) -> String {
        match &self.session {
            Some(session) => format!("sqrt {}> ", visible(session)),
            None => "sqrt> ".to_owned(),
        }
    }

    /// Takes another policy; sessions stay. What cannot be moved to it is told, and forgotten.
    pub fn replace(&mut self, loaded: Loaded) -> String {
        let mut explainer = Explainer::new(Arc::clone(&loaded.policy), loaded.statements());
        let mut text = String::new();
        for name in &self.known {
            let Some(session) = self.explainer.session(name.as_deref()) else { continue };
            let mut session = session.clone();
            match session.rebind(&loaded.policy) {
                Ok(()) => explainer.set_session(name.as_deref(), session, "before the policy was loaded"),
                Err(error) => text.push_str(&format!("a session is forgotten: {error}\n")),
            }
        }
        let blocks = loaded.policy.program().blocks.len();
        let files = loaded.sources.files.len();
        text.push_str(&format!("loaded: {}, {}\n", counted(files, "file"), counted(blocks, "block")));
        (self.loaded, self.explainer) = (loaded, explainer);
        if let Some(before) = self.last.as_mut().and_then(|last| last.before.as_mut())
            && before.rebind(&self.loaded.policy).is_err()
        {
            self.last = None;
        }
        text
    }

    /// Does what a line says.
    pub fn line(&mut self, line: &str) -> Reply {
        let line = line.trim();
        let done = match line.strip_prefix(':') {
            _ if line.is_empty() || line.starts_with("//") => Ok(reply(String::new())),
            Some(command) => self.command(command),
            None if line.starts_with('{') => self.call(line.to_owned()),
            None if short_form::is_short_form(line) => {
                short_form::line_of(line, self.session.as_deref()).and_then(|line| self.call(line))
            }
            None => match habit(line).filter(|_| !self.loaded.declares(line)) {
                Some(message) => Err(message),
                None => self.condition(line),
            },
        };
        done.unwrap_or_else(|message| Reply { text: told(&message), then: Then::Failed })
    }

    fn command(&mut self, text: &str) -> Done {
        let text = text.trim_start();
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let rest = rest.trim();
        match find(name)? {
            Command::Condition if rest.is_empty() => {
                Err("a condition is missing, such as `to.value in {\"a@b.c\"}`".to_owned())
            }
            Command::Condition => self.condition(rest),
            Command::Why => self.why(rest),
            Command::Rules => Ok(reply(self.rules(rest))),
            Command::Session => self.show_session(rest),
            Command::Tags => self.set_field(FieldImm::Tags, rest),
            Command::Producers => self.set_field(FieldImm::Producers, rest),
            Command::Consumers => self.set_field(FieldImm::Consumers, rest),
            Command::Set => self.set_value(rest),
            Command::Values => self.values(rest),
            Command::Reset => Ok(self.reset()),
            Command::Load if rest.is_empty() => Err("which files? `:reload` reads the same again".to_owned()),
            Command::Load => Ok(then(Then::Load(rest.split_whitespace().map(str::to_owned).collect()))),
            Command::Reload => Ok(then(Then::Load(self.files()))),
            Command::Help => Ok(reply(help())),
            Command::Quit => Ok(then(Then::Quit)),
        }
    }

    /// Decides a call.
    fn call(&mut self, line: String) -> Done {
        let arena = Arena::new();
        let policy = Arc::clone(&self.loaded.policy);
        let mut call =
            match read_line(line.as_bytes(), &arena, policy.limits()).map_err(|error| error.to_string())? {
                Line::Branch(question) => {
                    return Ok(reply(format!(
                        "{} this branch\n",
                        policy.check_branch(&question.metadata).name()
                    )));
                }
                Line::Call(call) => call,
            };
        // A line of JSON that names no session belongs to the one of the dialogue, too.
        let session = call.session.map(str::to_owned).or_else(|| self.session.clone());
        call.session = session.as_deref();
        let number = self.calls.saturating_add(1);
        let before = self.explainer.session(session.as_deref()).cloned();
        let explanation = self.explained(number, &call)?;
        self.calls = number;
        if !self.known.contains(&session) {
            self.known.push(session.clone());
        }
        let text = brief(&explanation, self.paint());
        let tool = call.call.tool().to_owned();
        self.last = Some(Last { number, session, before, tool, line });
        Ok(reply(text))
    }

    fn explained(&mut self, number: u64, call: &CallLine<'_>) -> Result<Explanation, String> {
        let explained = self.explainer.call(number, call, Told::Explain(self.options));
        explained
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "internal error: nothing was explained".to_owned())
    }

    /// Explains the last call again, on the session as it was before it, under a policy.
    fn again(&self, policy: Arc<Policy>, options: Options) -> Result<Explanation, String> {
        let last = self.last.as_ref().ok_or("there is no call yet: enter one first")?;
        let arena = Arena::new();
        let line =
            read_line(last.line.as_bytes(), &arena, policy.limits()).map_err(|error| error.to_string())?;
        let Line::Call(mut call) = line else { return Err("internal error: the call is lost".to_owned()) };
        call.session = last.session.as_deref();
        let mut explainer = Explainer::new(Arc::clone(&policy), self.loaded.statements());
        if let Some(before) = &last.before {
            let mut before = before.clone();
            before.rebind(&policy).map_err(|error| error.to_string())?;
            explainer.set_session(call.session, before, "before this call");
        }
        let explained = explainer.call(last.number, &call, Told::Explain(options));
        explained
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "internal error: nothing was explained".to_owned())
    }

    fn why(&self, rest: &str) -> Done {
        let full = match rest {
            "" => self.options.full,
            "full" => true,
            _ => return Err("`:why` explains at length, `:why full` without cutting anything".to_owned()),
        };
        let explanation = self.again(Arc::clone(&self.loaded.policy), Options { full, ..self.options })?;
        Ok(reply(tree(&explanation, self.paint())))
    }

    /// Tests a condition against the last call, as in a deny rule and as in an allow rule (S4.4).
    fn condition(&self, condition: &str) -> Done {
        let last = self.last.as_ref().ok_or("a condition is tested against a call: enter one first")?;
        let style = if self.coloured { Style::Colour } else { Style::Plain };
        let (policy, mut text) = match self.loaded.with_condition(&last.tool, condition, style) {
            Ok(ready) => ready,
            Err(text) => return Ok(Reply { text, then: Then::Failed }),
        };
        let asked = policy.program().tags.iter().filter_map(|&id| policy.program().string(id));
        let mistyped = sentences(&mistyped_strings(&self.loaded.policy, asked));
        let explanation = self.again(Arc::new(policy), self.options)?;
        let rules =
            explanation.steps.iter().flat_map(|step| &step.rules).filter(|rule| rule.file == CONDITION);
        let rules: Vec<&ShownRule> = rules.collect();
        let [deny, allow] = rules.as_slice() else { return Err("a condition stands alone".to_owned()) };
        let holds = |rule: &ShownRule| if rule.fired { "true" } else { "false" };
        let alike = deny.fired == allow.fired;
        if alike {
            text.push_str(&format!("{}, as in a deny rule and as in an allow rule\n", holds(deny)));
            text.push_str(&condition_tree(&deny.conditions, self.paint()));
        } else {
            for (rule, kind) in [(deny, "a deny"), (allow, "an allow")] {
                text.push_str(&format!("{}, as in {kind} rule\n", holds(rule)));
                text.push_str(&condition_tree(&rule.conditions, self.paint()));
            }
        }
        text.push_str(&mistyped);
        Ok(reply(text))
    }

    fn rules(&self, tool: &str) -> String {
        let policy = &self.loaded.policy;
        let tool = tool.trim_matches('"');
        let mut out = String::new();
        for block in listed(policy, tool) {
            out.push_str(&visible(&block.title));
            out.push('\n');
            for (place, rule) in block.rules {
                out.push_str(&format!("  {place} {rule}\n"));
            }
        }
        if out.is_empty() {
            out.push_str(&match (tool.is_empty(), nearest_tool(policy, tool)) {
                (true, _) => "the policy has no blocks\n".to_owned(),
                (false, None) => "no block is about this tool\n".to_owned(),
                (false, Some(near)) => format!("no block is about this tool; is {} meant?\n", quote(near)),
            });
        }
        out
    }

    fn show_session(&mut self, name: &str) -> Done {
        match name {
            "" => {}
            "-" => self.session = None,
            name => self.session = Some(name.trim_matches('"').to_owned()),
        }
        let session = self.current();
        let metadata = self.explainer.told(self.session.as_deref(), &session, self.options);
        let whose = match &self.session {
            Some(session) => format!("session {}", quote(session)),
            None => "the session without a name".to_owned(),
        };
        Ok(reply(crate::explain::metadata_text(&whose, &metadata, self.paint())))
    }

    /// The session of the dialogue, a new one if it did not come up yet.
    fn current(&self) -> Session {
        let known = self.explainer.session(self.session.as_deref());
        known.cloned().unwrap_or_else(|| Session::new(&self.loaded.policy))
    }

    fn set_field(&mut self, field: FieldImm, words: &str) -> Done {
        if !words.is_empty() {
            let session = changed(&self.loaded.policy, &self.current(), field, words)?;
            self.put(session);
        }
        let mut shown = self.show_session("")?;
        let steps = words.split([' ', '\t', ',']).filter(|word| !word.is_empty());
        let strings = steps.map(|word| word.strip_prefix('+').unwrap_or(word).trim_matches('"'));
        shown.text.push_str(&sentences(&mistyped_strings(&self.loaded.policy, strings)));
        Ok(shown)
    }

    fn set_value(&mut self, text: &str) -> Done {
        let arena = Arena::new();
        let limits = *self.loaded.policy.limits();
        let value =
            arena.parse(text, &limits).map_err(|error| format!("the value of a session is JSON: {error}"))?;
        let mut session = self.current();
        session.set_value(value, &limits).map_err(|error| error.to_string())?;
        self.put(session);
        Ok(reply("the value of the session is set\n".to_owned()))
    }

    /// What is set by hand counts for the last call, too: what it is tested for then is as if it had been so before it.
    fn put(&mut self, session: Session) {
        if let Some(last) = self.last.as_mut().filter(|last| last.session == self.session) {
            last.before = Some(session.clone());
        }
        self.explainer.set_session(self.session.as_deref(), session, BY_HAND);
        if !self.known.contains(&self.session) {
            self.known.push(self.session.clone());
        }
    }

    fn values(&mut self, rest: &str) -> Done {
        match rest {
            "on" => self.options.show_values = true,
            "off" => self.options.show_values = false,
            "" => {}
            _ => return Err("`:values on` or `:values off`".to_owned()),
        }
        let shown = if self.options.show_values { "shown" } else { "not shown" };
        Ok(reply(format!("values of calls are {shown}\n")))
    }

    fn reset(&mut self) -> Reply {
        for name in std::mem::take(&mut self.known) {
            self.explainer.forget(name.as_deref());
        }
        (self.last, self.session) = (None, None);
        reply("all sessions are forgotten\n".to_owned())
    }

    fn paint(&self) -> Paint {
        if self.coloured { Paint::Colour } else { Paint::Plain }
    }
}

/// What to say to a line that is neither a call nor a condition, though other dialogues understand it.
fn habit(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next()?, words.next());
    match (first, second) {
        ("help" | "?", None) => Some("a command begins with `:`, and `:help` shows all".to_owned()),
        ("exit" | "quit" | "q", None) => Some("a command begins with `:`, and `:quit` ends".to_owned()),
        ("must" | "should" | "hard" | "soft", Some("allow" | "deny")) => Some(
            "a rule is not tested here, but its condition is: enter what stands behind `when`".to_owned(),
        ),
        ("tool" | "let", Some(_)) => Some(
            "policies are read from files: `:load FILE …` takes others, `:reload` the same again".to_owned(),
        ),
        (tool, Some(argument))
            if argument
                .split_once('=')
                .is_some_and(|(name, value)| is_name(name) && !value.starts_with('=')) =>
        {
            Some(format!("a call in short has parentheses: `{tool}(name=\"value\", …)`"))
        }
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What may be mistyped, a line each.
fn sentences(mistyped: &[Mistyped]) -> String {
    mistyped.iter().map(|found| found.sentence() + "\n").collect()
}

fn reply(text: String) -> Reply {
    Reply { text, then: Then::Continue }
}

fn then(then: Then) -> Reply {
    Reply { text: String::new(), then }
}

fn told(message: &str) -> String {
    format!("error: {}\n", visible(message))
}
