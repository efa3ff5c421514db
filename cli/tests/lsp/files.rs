//! Which files are one policy: each alone, or those of a folder together.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::client::Client;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("lsp-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.uri(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.0.join(name).to_str().unwrap().replace(' ', "%20"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const LETS: &str = "let trusted = {\"a\"};\n";
const MAIL: &str = "tool \"t\" { must deny when x.value in trusted; }\n";

fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().map(|found| found["code"].as_str().unwrap()).collect()
}

#[test]
fn a_file_is_a_policy_by_itself_unless_its_folder_is_one() {
    let folder = Folder::new();
    let lets = folder.file("a lets.sqrt", LETS);
    let mail = folder.file("mail.sqrt", MAIL);
    let mut client = Client::start();
    client.open(&mail, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), ["E0302"]);

    let mut client = Client::start_with(json!({"together": true}), json!({}));
    client.open(&mail, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new());
    let at = json!({"textDocument": {"uri": mail}, "position": {"line": 0, "character": 38}, "newName": "friends"});
    assert_eq!(client.request("textDocument/definition", at.clone())[0]["uri"], lets);
    let edits = client.request("textDocument/rename", at)["changes"].clone();
    assert_eq!((edits[&lets].as_array().unwrap().len(), edits[&mail].as_array().unwrap().len()), (1, 1));
}

#[test]
fn an_open_neighbour_counts_as_it_is_in_the_editor() {
    let folder = Folder::new();
    let lets = folder.file("lets.sqrt", LETS);
    let mail = folder.file("mail.sqrt", MAIL);
    let mut client = Client::start_with(json!({"together": true}), json!({}));
    client.open(&lets, LETS);
    client.open(&mail, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new());
    let change = json!({"textDocument": {"uri": lets, "version": 2}, "contentChanges": [{"text": ""}]});
    client.notify("textDocument/didChange", change);
    assert_eq!(codes(&client.diagnostics(&lets, 2)), Vec::<&str>::new());
    assert_eq!(codes(&client.diagnostics(&mail, 1)), ["E0302"]);
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": lets}}));
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new(), "as it is on the disk");
}

#[test]
fn a_changed_neighbour_on_the_disk_is_noticed() {
    let folder = Folder::new();
    folder.file("lets.sqrt", "");
    let mail = folder.file("mail.sqrt", MAIL);
    let mut client = Client::start_with(json!({"together": true}), json!({}));
    client.open(&mail, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), ["E0302"]);
    let lets = folder.file("lets.sqrt", LETS);
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": lets, "type": 2}]}));
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new());
}

#[test]
fn the_setting_can_change_later_and_come_from_the_command_line() {
    let folder = Folder::new();
    folder.file("lets.sqrt", LETS);
    let mail = folder.file("mail.sqrt", MAIL);
    let mut client = Client::start();
    client.open(&mail, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), ["E0302"]);
    let settings = json!({"settings": {"sqrt": {"together": true}}});
    client.notify("workspace/didChangeConfiguration", settings);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new());

    let mut client = Client::start_silent(&["--together"]);
    client.request("initialize", json!({"capabilities": {}}));
    client.open(&mail, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new());
}

#[test]
fn editors_are_asked_to_watch_policy_files() {
    let watched = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut client = Client::start_with(json!({}), watched);
    let asked = client.receive().unwrap();
    assert_eq!(asked["method"], "client/registerCapability");
    client.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": null}));
    assert_eq!(client.shut_down().0, 0);
}
