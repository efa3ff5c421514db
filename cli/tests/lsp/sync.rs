//! Incremental changes: after any sequence of edits the server has the text that the editor has.

use serde_json::{Value, json};

use super::client::{Client, URI, position};

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

/// What the server tells of a document: everything that depends on its text.
fn told(client: &mut Client, uri: &str, version: i64) -> Value {
    let document = json!({"textDocument": {"uri": uri}});
    let diagnostics = client.diagnostics(uri, version);
    let tokens = client.request("textDocument/semanticTokens/full", document.clone());
    let symbols = client.request("textDocument/documentSymbol", document);
    let text = json!([diagnostics, tokens["data"], symbols]).to_string();
    json!(text.replace(uri, ""))
}

#[test]
fn edits_in_sequence_give_the_text_that_opening_it_gives() {
    let pieces = [
        "must deny ",
        "🙂",
        "\"",
        "\n",
        "tool \"t\" {",
        "}",
        "é",
        "when x.value in {1}",
        ";",
        "// c\n",
        "\r\n",
        "let a = {};",
    ];
    let mut random = Random(0x5eed);
    let mut client = Client::start();
    let mut text = "let a = {\"🙂\"};\ntool \"t\" {\n    must deny when x.value in a;\n}\n".to_owned();
    client.open(URI, &text);
    client.diagnostics(URI, 1);
    for version in 2..60i64 {
        let mut changes = Vec::new();
        for _ in 0..=random.below(3) {
            let boundaries: Vec<usize> = (0..=text.len()).filter(|at| is_place(&text, *at)).collect();
            let start = boundaries[random.below(boundaries.len())];
            let later: Vec<usize> =
                boundaries.into_iter().filter(|at| (start..start + 12).contains(at)).collect();
            let end = later[random.below(later.len())];
            let new = pieces[random.below(pieces.len())];
            let range = json!({"start": position(&text[..start]), "end": position(&text[..end])});
            changes.push(json!({"range": range, "text": new}));
            text.replace_range(start..end, new);
        }
        if random.below(10) == 0 {
            changes.push(json!({"text": text}));
        }
        let document = json!({"uri": URI, "version": version});
        client.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        let other = format!("untitled:{version}.sqrt");
        client.open(&other, &text);
        let opened = told(&mut client, &other, 1);
        assert_eq!(told(&mut client, URI, version), opened, "version {version}: {text:?}");
    }
}

/// Whether an editor can name the place: on a character's boundary, and not between CR and LF.
fn is_place(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && !text[..at].ends_with('\r')
}

#[test]
fn a_closed_document_has_no_diagnostics() {
    let mut client = Client::start();
    client.open(URI, "let");
    assert_eq!(client.diagnostics(URI, 1).len(), 1);
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    let found = client.receive().unwrap();
    assert_eq!((&found["params"]["uri"], &found["params"]["diagnostics"]), (&json!(URI), &json!([])));
}
