//! The session of docs/howto/edit-in-an-editor.md, over the protocol: in a block fenced as `text session` each line `> COMMAND` is
//! something that an author does, and the lines up to the next are what the editor shows of the server's answer.
//!
//! `BLESS=1` rewrites what is shown. scripts/editor_session.sh does the same in Neovim (editors/neovim/session.lua), which must
//! show the same.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::client::{Client, position, slice};
use super::files::Folder;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/howto/edit-in-an-editor.md");
const FILE: &str = "mail/policy.sqrt";

/// An editor with the policy open.
struct Editor {
    client: Client,
    uri: String,
    text: String,
    version: i64,
    /// What the server said of this version.
    problems: Vec<Value>,
}

impl Editor {
    fn open(folder: &Folder, text: &str) -> Self {
        let uri = folder.uri(FILE);
        let mut client = Client::start();
        client.open(&uri, text);
        let problems = client.diagnostics(&uri, 1);
        Editor { client, uri, text: text.to_owned(), version: 1, problems }
    }

    /// Puts another text in the place of the old one, tells the server, and shows the lines that differ, if none came or went.
    fn change(&mut self, text: String) -> Vec<String> {
        self.version += 1;
        let document = json!({"uri": self.uri, "version": self.version});
        let params = json!({"textDocument": document, "contentChanges": [{"text": text}]});
        self.client.notify("textDocument/didChange", params);
        self.problems = self.client.diagnostics(&self.uri, self.version);
        let old = std::mem::replace(&mut self.text, text);
        let lines = old.lines().zip(self.text.lines()).enumerate().filter(|(_, (old, new))| old != new);
        lines
            .flat_map(|(at, (old, new))| [format!("{} - {old}", at + 1), format!("{} + {new}", at + 1)])
            .collect()
    }

    fn changed_lines(&mut self, change: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        change(&mut lines);
        self.change(lines.join("\n") + "\n")
    }

    /// Asks about a place of the policy.
    fn ask(&mut self, method: &str, more: &Value) -> Value {
        let mut params = json!({"textDocument": {"uri": self.uri}});
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.client.request(method, params)
    }

    /// The policy with these edits of the server.
    fn edited(&self, edits: &Value) -> String {
        let mut edits: Vec<&Value> = edits.as_array().unwrap().iter().collect();
        edits.sort_by_key(|edit| place(&edit["range"]["start"]));
        let mut text = self.text.clone();
        for edit in edits.into_iter().rev() {
            let before = slice(&text, &json!({"start": start(), "end": edit["range"]["start"]}));
            let replaced = slice(&text, &edit["range"]);
            let behind = text[before.len() + replaced.len()..].to_owned();
            text = before + edit["newText"].as_str().unwrap() + &behind;
        }
        text
    }

    /// The place of a text in a line, which counts from 1.
    fn find(&self, line: usize, text: &str) -> Value {
        let found = self.text.lines().nth(line - 1).unwrap();
        json!({"line": line - 1, "character": found.find(text).unwrap()})
    }

    fn run(&mut self, command: &str) -> Vec<String> {
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        let (number, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let line: usize = number.parse().unwrap_or_default();
        match name {
            "problems" => self.problems(),
            "fix" => self.fix(line),
            "hover" => self.hover(line, text),
            "complete" => self.complete(line, text),
            "append" => self.changed_lines(|lines| lines[line - 1] += &format!(" {text}")),
            "up" => self.changed_lines(|lines| lines.swap(line - 2, line - 1)),
            "rename" => {
                let (old, new) = text.split_once(' ').unwrap();
                let position = self.find(line, old);
                let found = self.ask("textDocument/rename", &json!({"position": position, "newName": new}));
                self.change(self.edited(&found["changes"][&self.uri]))
            }
            "format" => {
                let options = json!({"tabSize": 4, "insertSpaces": true});
                let found = self.ask("textDocument/formatting", &json!({"options": options}));
                self.change(self.edited(&found));
                self.text.lines().map(str::to_owned).collect()
            }
            "hints" => self.hints(),
            _ => panic!("no command: {command}"),
        }
    }

    fn problems(&self) -> Vec<String> {
        let mut found: Vec<&Value> = self.problems.iter().collect();
        found.sort_by_key(|found| place(&found["range"]["start"]));
        let severity = |found: &Value| {
            ["error", "warning", "information", "hint"][found["severity"].as_u64().unwrap() as usize - 1]
        };
        let shown: Vec<String> = found
            .iter()
            .flat_map(|found| {
                let ((line, column), code) =
                    (place(&found["range"]["start"]), found["code"].as_str().unwrap());
                let mut message = found["message"].as_str().unwrap().lines();
                let first = message.next().unwrap();
                let first = format!("{}:{} {} {code}: {first}", line + 1, column + 1, severity(found));
                std::iter::once(first).chain(message.map(|line| format!("    {line}")))
            })
            .collect();
        if shown.is_empty() { vec!["none".to_owned()] } else { shown }
    }

    /// Asks for fixes of the first problem in a line, and takes the first.
    fn fix(&mut self, line: usize) -> Vec<String> {
        let is_there = |found: &&Value| place(&found["range"]["start"]).0 == line as u64 - 1;
        let problems: Vec<Value> = self.problems.iter().filter(is_there).cloned().collect();
        let start = &problems[0]["range"]["start"];
        let range = json!({"start": start, "end": start});
        let context = json!({"diagnostics": problems});
        let found = self.ask("textDocument/codeAction", &json!({"range": range, "context": context}));
        let actions = found.as_array().unwrap().iter().enumerate();
        let mut shown: Vec<String> = actions
            .map(|(at, action)| format!("{}. {}", at + 1, action["title"].as_str().unwrap()))
            .collect();
        shown.extend(self.change(self.edited(&found[0]["edit"]["changes"][&self.uri])));
        shown
    }

    fn hover(&mut self, line: usize, text: &str) -> Vec<String> {
        let found = self.ask("textDocument/hover", &json!({"position": self.find(line, text)}));
        let lines = found["contents"]["value"].as_str().unwrap().lines();
        lines.filter(|line| !line.is_empty() && !line.starts_with("```")).map(str::to_owned).collect()
    }

    /// Types a text in a new line, asks what may follow it, and takes the first.
    fn complete(&mut self, line: usize, text: &str) -> Vec<String> {
        let above = self.text.lines().nth(line - 1).unwrap();
        let indent = &above[..above.len() - above.trim_start().len()];
        let typed = format!("{indent}{text} ");
        self.changed_lines(|lines| lines.insert(line, typed.clone()));
        let place = position(&typed)["character"].clone();
        let place = json!({"line": line, "character": place});
        let found = self.ask("textDocument/completion", &json!({"position": place}));
        let mut items: Vec<&Value> = found["items"].as_array().unwrap().iter().collect();
        items.sort_by_key(|item| item["sortText"].as_str());
        let mut shown: Vec<String> = items
            .iter()
            .map(|item| {
                let detail = item["detail"].as_str().unwrap_or_default();
                format!("{}  {detail}", item["label"].as_str().unwrap()).trim_end().to_owned()
            })
            .collect();
        let text = self.edited(&json!([items[0]["textEdit"]]));
        self.change(text);
        shown.push(format!("{} + {}", line + 1, self.text.lines().nth(line).unwrap()));
        shown
    }

    /// The lines with hints, these in their places.
    fn hints(&mut self) -> Vec<String> {
        let range = json!({"start": start(), "end": position(&self.text)});
        let found = self.ask("textDocument/inlayHint", &json!({"range": range}));
        let hints = found.as_array().unwrap().iter();
        let shown = hints.map(|hint| {
            let (line, column) = place(&hint["position"]);
            let (before, behind) = self.text.lines().nth(line as usize).unwrap().split_at(column as usize);
            format!("{before}{} {behind}", hint["label"].as_str().unwrap())
        });
        shown.collect()
    }
}

/// The first place of a document.
fn start() -> Value {
    position("")
}

fn place(at: &Value) -> (u64, u64) {
    (at["line"].as_u64().unwrap(), at["character"].as_u64().unwrap())
}

#[test]
fn the_session_in_the_book_shows_what_the_server_says() {
    let page = fs::read_to_string(PAGE).unwrap();
    let folder = Folder::new();
    let (mut written, mut editor, mut fence) = (String::new(), None, None);
    let (mut file, mut opened) = (String::new(), String::new());
    let mut commands = 0;
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        if is_fence && fence.is_some() {
            if let Some((_, name)) = fence.take().and_then(|info: &str| info.split_once(" scratch=")) {
                folder.file(name, &file);
                if name == FILE {
                    opened = std::mem::take(&mut file);
                }
            }
        } else if is_fence {
            (fence, file) = (line.strip_prefix("```"), String::new());
        } else if fence == Some("text session") {
            let Some(command) = line.strip_prefix("> ") else { continue };
            let editor = editor.get_or_insert_with(|| Editor::open(&folder, &opened));
            written += &format!("{line}\n{}\n", editor.run(command).join("\n"));
            commands += 1;
            continue;
        } else if fence.is_some() {
            file += &format!("{line}\n");
        }
        written += &format!("{line}\n");
    }
    assert!(commands > 10, "{commands} commands");
    if std::env::var_os("BLESS").is_some() {
        fs::write(Path::new(PAGE), &written).unwrap();
    } else {
        assert_eq!(written, page, "BLESS=1 rewrites what {PAGE} shows");
    }
}
