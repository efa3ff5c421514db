//! An explanation as one page that needs nothing beside it: no script, no font, no picture from elsewhere.
//!
//! Invariant: every text is escaped in one place ([`Page::text`]), so nothing of a policy or a call can become markup; what is
//! hidden is made visible first.

use std::fmt::Write;

use sqrt_vm::visible::push_visible;

use super::model::{
    Event, Explanation, ShownBlock, ShownCondition, ShownMetadata, ShownRule, ShownSet, Step, StepState,
    Update,
};
use super::text::{shown_set, told_sets};
use super::values::described;

const STYLE: &str = include_str!("page.css");

/// The page. `version` is what wrote it.
pub fn page(explanation: &Explanation, version: &str) -> String {
    let mut page = Page(String::new());
    page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    page.text(&format!("{} {}", explanation.decision, explanation.call.tool));
    page.raw("</title>\n<style>\n");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n<main class=\"");
    page.raw(if explanation.decision == "allow" { "allowed" } else { "denied" });
    page.raw("\">\n");
    page.head(explanation);
    page.call(explanation);
    page.updates("Before the rules, the updates of the session (S6.1)", &explanation.before);
    page.raw("<section>\n<h2>The rules</h2>\n");
    explanation.steps.iter().for_each(|step| page.step(step));
    page.raw("</section>\n");
    page.updates("After the call, the updates of the result", &explanation.result);
    page.updates("After the call, the updates of the session", &explanation.after);
    page.end(explanation);
    page.raw("</main>\n<footer>");
    let values = if explanation.shows_values {
        "with the values of the call"
    } else {
        "without any value of the call"
    };
    page.text(&format!("Written by sqrt {version}, {values}."));
    page.raw("</footer>\n</body>\n</html>\n");
    page.0
}

struct Page(String);

impl Page {
    /// Markup, which is always a literal of this file.
    fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Any text, escaped.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => push_visible(&mut self.0, c),
            }
        }
    }

    /// A sentence, in which what stands in backticks is code.
    fn prose(&mut self, tag: &'static str, class: &'static str, text: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{tag} class=\"{class}\">");
        for (place, part) in text.split('`').enumerate() {
            if place % 2 == 1 {
                self.element("code", "quoted", part);
            } else {
                self.text(part);
            }
        }
        let _ = write!(self.0, "</{tag}>");
    }

    /// An element with a class that has text alone.
    fn element(&mut self, tag: &'static str, class: &'static str, text: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{tag} class=\"{class}\">");
        self.text(text);
        let _ = write!(self.0, "</{tag}>");
    }

    fn head(&mut self, explanation: &Explanation) {
        self.raw("<header>\n<h1>");
        let class = if explanation.decision == "allow" { "allow" } else { "deny" };
        self.element("span", class, explanation.decision);
        self.raw(" ");
        self.text(&explanation.call.tool);
        self.raw("</h1>\n");
        self.prose("p", "because", &explanation.because);
        if let Some(rule) = &explanation.rule {
            self.raw("<p>");
            self.element("code", "place", &format!("{}:{}:{}", rule.file, rule.line, rule.column));
            self.raw(" ");
            self.element("strong", "kind", rule.rule);
            self.raw("</p>\n");
            if let Some(description) = &rule.description {
                self.element("blockquote", "description", &description.replace('\n', " "));
            }
        }
        for mistyped in &explanation.mistyped {
            self.prose("p", "because", &mistyped.sentence());
        }
        self.raw("</header>\n");
    }

    fn call(&mut self, explanation: &Explanation) {
        let call = &explanation.call;
        self.raw("<section>\n<h2>The call</h2>\n");
        let mut where_from = format!("Line {}", call.line);
        if let Some(session) = &call.session {
            where_from.push_str(&format!(", session {session}"));
        }
        where_from.push_str(&format!(", calls before it in its session: {}", call.calls_before));
        self.element("p", "dim", &where_from);
        self.raw(
            "\n<table>\n<thead><tr><th>Argument</th><th>Value</th><th>Metadata</th></tr></thead>\n<tbody>\n",
        );
        for argument in &call.arguments {
            self.raw("<tr><td>");
            self.element("code", "name", &argument.name);
            self.raw("</td><td>");
            self.text(&described(&argument.value));
            self.raw("</td><td>");
            self.fields(&argument.metadata);
            self.raw("</td></tr>\n");
        }
        if call.arguments_left_out > 0 {
            self.raw("<tr><td colspan=\"3\">");
            self.text(&format!("… {} more arguments", call.arguments_left_out));
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
        for (what, value) in [("The session's value", &call.session_value), ("The result", &call.result)] {
            if let Some(value) = value {
                self.raw("<p>");
                self.text(&format!("{what}: {}", described(value)));
                self.raw("</p>\n");
            }
        }
        self.metadata("The session before", &explanation.session_before);
        self.metadata("What a result would inherit", &explanation.inherited);
        self.raw("</section>\n");
    }

    fn end(&mut self, explanation: &Explanation) {
        self.raw("<section>\n<h2>In the end</h2>\n");
        match &explanation.result_after {
            Some(result) => self.metadata("The result", result),
            None => self.element("p", "dim", "No result: the phases after the call did not run."),
        }
        self.metadata("The session", &explanation.session_after);
        if explanation.conditions_left_out > 0 {
            let left_out = format!("… {} conditions left out", explanation.conditions_left_out);
            self.element("p", "dim", &left_out);
        }
        self.raw("</section>\n");
    }

    fn metadata(&mut self, whose: &str, metadata: &ShownMetadata) {
        self.raw("<div class=\"metadata\"><h3>");
        self.text(whose);
        self.raw("</h3>");
        self.fields(metadata);
        self.raw("</div>\n");
    }

    fn fields(&mut self, metadata: &ShownMetadata) {
        if metadata.is_default() {
            self.element("span", "dim", "no tags, no producers, all consumers");
            return;
        }
        self.raw("<ul class=\"fields\">");
        for (name, set) in metadata.fields() {
            if if name == "consumers" { set.is_universal() } else { set.is_empty() } {
                continue;
            }
            self.raw("<li>");
            self.element("span", "field", name);
            self.raw("<div>");
            self.set(set);
            self.raw("</div></li>");
        }
        self.raw("</ul>");
    }

    fn set(&mut self, set: &ShownSet) {
        if set.is_universal() {
            self.element("span", "dim", "everything");
            return;
        }
        if set.complement {
            self.raw("everything but ");
        }
        for string in &set.strings {
            self.element("code", "tag", &string.string);
            if !string.from.is_empty() {
                self.prose("span", "from", &format!("← {}", string.from.join(" ← ")));
                self.raw("<br>");
            }
            self.raw(" ");
        }
        if set.left_out > 0 {
            self.element("span", "dim", &format!("… {} more", set.left_out));
        } else if set.strings.is_empty() {
            self.element("span", "dim", "nothing");
        }
    }

    fn updates(&mut self, title: &str, blocks: &[ShownBlock]) {
        if blocks.is_empty() {
            return;
        }
        self.raw("<section>\n<h2>");
        self.text(title);
        self.raw("</h2>\n");
        for block in blocks {
            self.raw("<div class=\"block\"><h3>tool ");
            self.element("code", "name", &block.block.tool_id);
            self.raw(" ");
            self.element("code", "place", &format!("{}:{}", block.block.file, block.block.line));
            self.raw(" ");
            self.priority(block.block.priority);
            self.raw("</h3>\n");
            for event in &block.events {
                match event {
                    Event::When { conditions } => self.when(conditions),
                    Event::Update(update) => self.update(update),
                }
            }
            self.raw("</div>\n");
        }
        self.raw("</section>\n");
    }

    fn when(&mut self, conditions: &[ShownCondition]) {
        let holds = conditions.first().is_some_and(|whole| whole.outcome == Some(true));
        self.raw(if holds { "<details open><summary>" } else { "<details><summary>" });
        self.mark(Some(holds));
        let line = conditions.first().map_or(0, |whole| whole.line);
        self.text(&format!(" line {line}: this when {}", if holds { "holds" } else { "does not hold" }));
        self.raw("</summary>\n");
        self.conditions(conditions);
        self.raw("</details>\n");
    }

    fn update(&mut self, update: &Update) {
        self.raw("<div class=\"update\"><p>");
        self.element("span", "dim", &format!("line {} ", update.line));
        match &update.text {
            Some(text) => self.element("code", "statement", text),
            None => self.text(&format!("an update of {}", update.target)),
        }
        self.raw("</p><p>");
        self.text(&update.target);
        let (before, after) = (shown_set(&update.before), shown_set(&update.after));
        self.text(&if update.unchanged {
            format!(" stays {after}")
        } else {
            format!(" {before} → {after}")
        });
        self.raw("</p>");
        if update.safe_side {
            self.element(
                "p",
                "dim",
                "What it would store is no set, as a pattern is in it: the safe side (S5.4).",
            );
        }
        self.raw("</div>\n");
    }

    fn step(&mut self, step: &Step) {
        let (class, open) = match step.state {
            StepState::Decided => ("decided", true),
            StepState::Passed => ("passed", false),
            StepState::Nothing => ("nothing", false),
            StepState::NotReached => ("unreached", false),
        };
        // Writing to a string cannot fail.
        let _ =
            write!(self.0, "<details class=\"step {class}\"{}><summary>", if open { " open" } else { "" });
        self.element("span", "spec", step.spec);
        self.raw(" ");
        self.prose("span", "question", &step.question);
        self.raw(" ");
        self.prose("span", "answer", &step.answer);
        self.raw("</summary>\n");
        step.rules.iter().for_each(|rule| self.rule(rule));
        self.raw("</details>\n");
    }

    fn rule(&mut self, rule: &ShownRule) {
        let class = if rule.decides { "rule decides" } else { "rule" };
        let open = if rule.decides || rule.fired { " open" } else { "" };
        let _ = write!(self.0, "<details class=\"{class}\"{open}><summary>");
        self.mark(Some(rule.fired));
        self.raw(" ");
        self.element("strong", "kind", rule.rule);
        self.raw(" ");
        self.element("code", "place", &format!("{}:{}:{}", rule.file, rule.line, rule.column));
        self.raw(" ");
        self.priority(rule.priority);
        self.raw(" ");
        self.prose("span", "answer", &rule.because);
        self.raw("</summary>\n");
        if let Some(description) = &rule.description {
            self.element("blockquote", "description", &description.replace('\n', " "));
        }
        self.conditions(&rule.conditions);
        self.raw("</details>\n");
    }

    fn priority(&mut self, priority: Option<i64>) {
        match priority {
            Some(0) => {}
            Some(priority) => self.element("span", "dim", &format!("priority {priority}")),
            None => self.element("span", "dim", "preset"),
        }
    }

    fn mark(&mut self, outcome: Option<bool>) {
        match outcome {
            Some(true) => self.element("span", "yes", "✓"),
            Some(false) => self.element("span", "no", "✗"),
            None => self.element("span", "dim", "·"),
        }
    }

    fn conditions(&mut self, conditions: &[ShownCondition]) {
        if conditions.is_empty() {
            return;
        }
        self.raw("<div class=\"conditions\">\n");
        for condition in conditions {
            let _ = write!(self.0, "<div class=\"condition\" style=\"--depth:{}\">", condition.depth.min(20));
            self.mark(condition.outcome);
            self.raw(" ");
            self.element("code", "test", &condition.condition);
            if condition.outcome.is_none() {
                self.element("span", "dim", " not asked");
            }
            if condition.told_before {
                self.element("span", "dim", " told above");
            }
            if let Some(because) = &condition.because {
                self.prose("p", "evidence", because);
            }
            for set in told_sets(condition) {
                let name = set.name.as_deref().unwrap_or("the other set");
                self.element("p", "evidence", &format!("{name}: {}", shown_set(&set.set)));
            }
            self.raw("</div>\n");
        }
        self.raw("</div>\n");
    }
}
