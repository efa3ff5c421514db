//! Which files are one policy: each alone, or those of a folder together.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::client::Client;

/// A folder of the test's own.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("lsp-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.uri(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
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

#[test]
fn the_files_that_sqrt_toml_names_are_one_policy_in_its_order() {
    let folder = Folder::new();
    let mail = folder.file("a-mail.sqrt", MAIL);
    let lets = folder.file("lets.sqrt", LETS);
    let other = folder.file("other.sqrt", MAIL);
    folder.file("sqrt.toml", "[policy]\nfiles = [\"lets.sqrt\", \"a-*.sqrt\"]\n");
    let mut client = Client::start();
    client.open(&mail, MAIL);
    client.open(&other, MAIL);
    assert_eq!(codes(&client.diagnostics(&mail, 1)), Vec::<&str>::new());
    assert_eq!(codes(&client.diagnostics(&other, 1)), ["E0302"], "what is not named stands alone");
    let at = json!({"textDocument": {"uri": mail}, "position": {"line": 0, "character": 38}});
    assert_eq!(client.request("textDocument/definition", at)[0]["uri"], lets);
    folder.file("sqrt.toml", "[policy]\nfiles = [\"*.sqrt\"]\ntogether = false\n");
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(codes(&client.diagnostics(&mail, 1)), ["E0302"]);
}

#[test]
fn lints_have_the_levels_of_sqrt_toml_and_a_broken_one_is_told() {
    const UNUSED: &str = "let unused = {\"a\"};\ntool \"t\" { must deny always; }\n";
    let folder = Folder::new();
    let policy = folder.file("policy.sqrt", UNUSED);
    let mut client = Client::start();
    client.open(&policy, UNUSED);
    let found = client.diagnostics(&policy, 1);
    assert_eq!(
        (codes(&found), &found[0]["severity"], &found[0]["tags"]),
        (vec!["L0301"], &json!(2), &json!([1]))
    );
    let saved = |client: &mut Client| {
        client.notify("textDocument/didSave", json!({"textDocument": {"uri": policy}}));
        client.diagnostics(&policy, 1)
    };
    folder.file("sqrt.toml", "[lint]\ndeny = [\"unused-let\"]\n");
    assert_eq!(saved(&mut client)[0]["severity"], 1);
    folder.file("sqrt.toml", "[lint]\nallow = [\"unused-let\"]\n");
    assert_eq!(codes(&saved(&mut client)), Vec::<&str>::new());
    folder.file("sqrt.toml", "[lint]\nalow = []\n");
    assert_eq!(codes(&saved(&mut client)), ["L0301"], "without it, all is by default");
    let told = client.receive().unwrap();
    assert_eq!(told["method"], "window/showMessage");
    let message = told["params"]["message"].as_str().unwrap();
    assert!(message.contains("sqrt.toml:2:1: there is no key `alow`; is `allow` meant?"), "{message}");
}

const TOOLS: &str = r#"[{"name": "send", "description": "Sends a mail.", "input_schema": {"type": "object", "required": ["to"],
    "properties": {"to": {"type": "string", "description": "Who gets it."}, "cc": {"type": "array"}}, "additionalProperties": false}}]"#;

#[test]
fn the_agents_tools_are_known_to_diagnostics_hover_and_completion() {
    const SEND: &str = "tool \"send\" { must deny when too.value in {\"x\"}; }\ntool \"\" { }\n";
    let folder = Folder::new();
    let policy = folder.file("policy.sqrt", SEND);
    folder.file("tools.json", TOOLS);
    folder.file("sqrt.toml", "[policy]\ntools = \"tools.json\"\n");
    let mut client = Client::start();
    client.open(&policy, SEND);
    let found = client.diagnostics(&policy, 1);
    let about = found.iter().find(|found| found["code"].as_str().unwrap().starts_with("L06")).unwrap();
    assert!(about["message"].as_str().unwrap().contains("`to`"), "the nearest name: {about}");
    let at = |line: u32, character: u32| json!({"textDocument": {"uri": policy}, "position": {"line": line, "character": character}});
    let hover =
        client.request("textDocument/hover", at(0, 7))["contents"]["value"].as_str().unwrap().to_owned();
    assert!(hover.contains("Sends a mail.") && hover.contains("- `cc`: array, optional"), "{hover}");
    let labels = |client: &mut Client, at: Value| -> Vec<String> {
        let found = client.request("textDocument/completion", at);
        found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(labels(&mut client, at(1, 6)).contains(&"send".to_owned()));
    let offered = labels(&mut client, at(0, 32));
    assert!(
        offered.contains(&"to.value".to_owned()) && offered.contains(&"cc.value".to_owned()),
        "{offered:?}"
    );

    // The setting of the editor wins.
    let other = folder.file("other.json", &TOOLS.replace("\"to\"", "\"too\""));
    let path = other.strip_prefix("file://").unwrap();
    client.notify("workspace/didChangeConfiguration", json!({"settings": {"sqrt": {"tools": path}}}));
    let found = client.diagnostics(&policy, 1);
    let about_tools: Vec<&str> = codes(&found).into_iter().filter(|code| code.starts_with("L06")).collect();
    assert_eq!(about_tools, ["L0601"], "all but the tool without a name fits");
}

#[test]
fn lints_are_fixed_as_the_linter_fixes_them() {
    const TEXT: &str = "  // sqrt-lint: allow(unused-let) -- later\nlet spam = {\"a\"};\ntool \"t\" { must deny when x.value in spam; }\n";
    let folder = Folder::new();
    let policy = folder.file("policy.sqrt", TEXT);
    let mut client = Client::start();
    client.open(&policy, TEXT);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let whole_line = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}});
    for kind in ["quickfix", "source.fixAll"] {
        let context = json!({"diagnostics": [], "only": [kind]});
        let params = json!({"textDocument": {"uri": policy}, "range": range, "context": context});
        let found = client.request("textDocument/codeAction", params);
        assert_eq!(
            found[0]["edit"]["changes"][&policy],
            json!([{"range": whole_line, "newText": ""}]),
            "{found}"
        );
        assert!(found[0]["title"].as_str().unwrap().starts_with(char::is_uppercase));
    }
}

/// The names and the ends of the URIs of what is found.
fn named(client: &mut Client, query: &str) -> Vec<(String, String)> {
    let found = client.request("workspace/symbol", json!({"query": query}));
    let name_and_file = |found: &Value| {
        let uri = found["location"]["uri"].as_str().unwrap();
        (found["name"].as_str().unwrap().to_owned(), uri.rsplit('/').next().unwrap().to_owned())
    };
    found.as_array().unwrap().iter().map(name_and_file).collect()
}

fn pairs(found: &[(&str, &str)]) -> Vec<(String, String)> {
    found.iter().map(|(name, file)| ((*name).to_owned(), (*file).to_owned())).collect()
}

#[test]
fn lets_and_blocks_are_found_by_name_in_all_files() {
    let folder = Folder::new();
    folder.file("sqrt.toml", "[policy]\nfiles = [\"lets.sqrt\", \"mail.sqrt\"]\n");
    folder.file("lets.sqrt", "// one line before\nlet trusted = {\"a\"};\n");
    let mail = folder.file("mail.sqrt", MAIL);
    folder.file("other/far.sqrt", "tool \"truncate\" { must deny always; }\n");
    folder.file(".hidden/near.sqrt", "let trusted = {\"b\"};\n");
    folder.file("target/near.sqrt", "let trusted = {\"b\"};\n");
    // What is one policy with a file that is open.
    let mut client = Client::start();
    client.open(&mail, MAIL);
    assert_eq!(named(&mut client, "TRU"), pairs(&[("trusted", "lets.sqrt")]));
    assert_eq!(named(&mut client, "t"), pairs(&[("\"t\"", "mail.sqrt"), ("trusted", "lets.sqrt")]));
    let found = client.request("workspace/symbol", json!({"query": "trusted"}));
    assert_eq!(found[0]["location"]["range"]["start"], json!({"line": 1, "character": 4}));
    assert_eq!(found[0]["kind"], 13);
    // And what is in the folders of the editor, as it is there when it is asked for.
    for folders in [
        json!({"workspaceFolders": [{"uri": folder.uri(""), "name": "here"}]}),
        json!({"rootUri": folder.uri("")}),
    ] {
        let mut client = Client::start_silent(&[]);
        let mut params = json!({"processId": null, "capabilities": {}});
        for (key, value) in folders.as_object().unwrap() {
            params[key] = value.clone();
        }
        assert_eq!(client.request("initialize", params)["capabilities"]["workspaceSymbolProvider"], true);
        assert_eq!(
            named(&mut client, "tru"),
            pairs(&[("trusted", "lets.sqrt"), ("\"truncate\"", "far.sqrt")])
        );
        client.open(&mail, "let truth = {\"a\"};\n");
        assert_eq!(named(&mut client, "truth"), pairs(&[("truth", "mail.sqrt")]));
    }
}
