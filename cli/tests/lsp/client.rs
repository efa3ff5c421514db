//! A small client of the Language Server Protocol: it starts the real binary, speaks over pipes, and marks places in texts.
//!
//! In a marked text `$0` is the cursor; it is taken out.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// An editor with one server.
pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    next: Cell<i64>,
    /// What came beside the answers that were waited for.
    pub(crate) told: Vec<Value>,
}

impl Client {
    /// Starts a server and says hello, with these options and what the client can do.
    pub(crate) fn start_with(options: Value, capabilities: Value) -> Self {
        let mut client = Self::start_silent(&[]);
        let params = json!({"processId": null, "rootUri": null, "capabilities": capabilities, "initializationOptions": options});
        client.request("initialize", params);
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn start() -> Self {
        Self::start_with(json!(null), json!({}))
    }

    /// Starts a server without a word.
    pub(crate) fn start_silent(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sqrt"));
        command.arg("lsp").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdin, stdout, next: Cell::new(1), told: Vec::new() }
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_raw(&format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    }

    pub(crate) fn send_raw(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request without waiting; its id.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next.get();
        self.next.set(id + 1);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// The next message; `None` at the end.
    pub(crate) fn receive(&mut self) -> Option<Value> {
        let mut length = None;
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if line == "\r\n" {
                break;
            }
            length = line.strip_prefix("Content-Length: ").map(|rest| rest.trim().parse::<usize>().unwrap());
        }
        let mut bytes = vec![0; length.unwrap()];
        self.stdout.read_exact(&mut bytes).unwrap();
        let message: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(message["jsonrpc"], "2.0");
        Some(message)
    }

    /// The whole response to a request.
    pub(crate) fn response(&mut self, id: i64) -> Value {
        loop {
            let message = self.receive().unwrap();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.told.push(message);
        }
    }

    /// The result of a request, which must not fail.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "sqrt", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Waits for diagnostics of a document in this version, or the last.
    pub(crate) fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let is_it = |message: &Value| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        };
        let told = self.told.iter().position(is_it);
        let found = match told {
            Some(at) => self.told.remove(at),
            None => loop {
                let message = self.receive().unwrap();
                if is_it(&message) {
                    break message;
                }
                self.told.push(message);
            },
        };
        found["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// Opens a marked text and asks about its cursor; `more` is added to the parameters.
    pub(crate) fn at_cursor(&mut self, method: &str, marked: &str, more: Value) -> Value {
        let id = self.ask_at_cursor(method, marked, more);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    pub(crate) fn ask_at_cursor(&mut self, method: &str, marked: &str, more: Value) -> i64 {
        let (text, position) = cursor(marked);
        self.open(URI, &text);
        let mut params = json!({"textDocument": {"uri": URI}, "position": position});
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        self.ask(method, params)
    }

    /// Says goodbye; the exit status and what was written to standard error.
    pub(crate) fn shut_down(mut self) -> (i32, String) {
        self.request("shutdown", json!(null));
        self.notify("exit", json!(null));
        self.end()
    }

    /// Closes the pipe to the server and waits for its end.
    pub(crate) fn end(mut self) -> (i32, String) {
        drop(self.stdin.take());
        while self.receive().is_some() {}
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code().unwrap(), stderr)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The document of most tests: never saved, so it stands alone.
pub(crate) const URI: &str = "untitled:policy.sqrt";

/// A marked text without its mark, and where that was, in UTF-16.
pub(crate) fn cursor(marked: &str) -> (String, Value) {
    let (before, after) = marked.split_once("$0").unwrap();
    (format!("{before}{after}"), position(before))
}

/// The place at the end of a text.
pub(crate) fn position(before: &str) -> Value {
    let line = before.matches('\n').count();
    let last = before.rsplit('\n').next().unwrap();
    json!({"line": line, "character": last.encode_utf16().count()})
}

/// The text of a range.
pub(crate) fn slice(text: &str, range: &Value) -> String {
    let at = |place: &Value| {
        let (line, character) = (place["line"].as_u64().unwrap(), place["character"].as_u64().unwrap());
        let start: usize =
            text.split_inclusive('\n').take(usize::try_from(line).unwrap()).map(str::len).sum();
        let mut units = 0;
        let rest = text.get(start..).unwrap();
        let inner = rest.char_indices().find(|(_, c)| {
            let is_there = units >= character;
            units += c.len_utf16() as u64;
            is_there
        });
        start + inner.map_or(rest.len(), |(at, _)| at)
    };
    text.get(at(&range["start"])..at(&range["end"])).unwrap().to_owned()
}
