//! The protocol itself: beginning and end, what is no message, cancelled requests, and encodings.

use serde_json::{Value, json};

use super::client::{Client, URI};

#[test]
fn it_says_what_it_can_do_and_ends_cleanly() {
    let mut client = Client::start_silent(&["--stdio"]);
    let found = client.request("initialize", json!({"capabilities": {}}));
    assert_eq!(found["serverInfo"]["name"], "sqrt");
    assert_eq!(found["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(found["capabilities"]["textDocumentSync"]["change"], 2);
    for key in [
        "hover",
        "definition",
        "references",
        "rename",
        "completion",
        "documentSymbol",
        "foldingRange",
        "semanticTokens",
        "documentFormatting",
        "codeAction",
        "inlayHint",
        "documentHighlight",
        "selectionRange",
    ] {
        assert!(found["capabilities"].get(format!("{key}Provider")).is_some(), "{key}");
    }
    assert_eq!(client.shut_down(), (0, String::new()));
}

#[test]
fn an_end_without_shutdown_has_status_1() {
    let mut client = Client::start();
    client.notify("exit", json!(null));
    assert_eq!(client.end(), (1, String::new()));
    assert_eq!(Client::start().end(), (1, String::new()));
    assert_eq!(Client::start_silent(&[]).end(), (1, String::new()));
}

fn code(client: &mut Client, method: &str, params: Value) -> i64 {
    let id = client.ask(method, params);
    client.response(id)["error"]["code"].as_i64().unwrap()
}

#[test]
fn requests_out_of_place_get_the_errors_of_the_protocol() {
    let mut client = Client::start_silent(&[]);
    assert_eq!(code(&mut client, "textDocument/hover", json!({})), -32002);
    client.request("initialize", json!({"capabilities": {}}));
    assert_eq!(code(&mut client, "initialize", json!({"capabilities": {}})), -32600);
    assert_eq!(code(&mut client, "no/such/method", json!({})), -32601);
    assert_eq!(code(&mut client, "textDocument/hover", json!({"position": 5})), -32602);
    let at = json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}});
    assert_eq!(code(&mut client, "textDocument/hover", at), -32602, "the document is not open");
    client.request("shutdown", json!(null));
    assert_eq!(code(&mut client, "shutdown", json!(null)), -32600);
}

#[test]
fn what_is_no_message_is_answered_and_ends_nothing() {
    let mut client = Client::start();
    client.send_raw("Content-Length: 3\r\n\r\n{{{");
    assert_eq!(client.receive().unwrap()["error"]["code"], -32700);
    client.send_raw("Content-Length: 2\r\n\r\n[]");
    assert_eq!(client.receive().unwrap()["error"]["code"], -32600);
    client.notify("textDocument/didChange", json!({"textDocument": 5}));
    assert_eq!(client.receive().unwrap()["method"], "window/logMessage");
    client.notify("$/setTrace", json!({"value": "off"}));
    client.open(URI, "let");
    assert_eq!(client.diagnostics(URI, 1).len(), 1);
    assert_eq!(client.shut_down().0, 0);
}

#[test]
fn without_sense_in_the_headers_it_stops_and_says_so() {
    let mut client = Client::start();
    client.send_raw("GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n");
    let (status, stderr) = client.end();
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: cannot read messages of the editor: "), "{stderr}");
}

#[test]
fn a_message_over_the_limit_is_refused_without_being_held() {
    let mut client = Client::start_silent(&["--limit", "source_bytes=1"]);
    client.request("initialize", json!({"capabilities": {}}));
    let text = "x".repeat(2 << 20);
    client.open(URI, &text);
    assert_eq!(client.receive().unwrap()["error"]["code"], -32600);
    // A document over the limit has its diagnostic and no more.
    client.open(URI, "let a = {};");
    assert_eq!(client.diagnostics(URI, 1)[0]["code"], "E0701");
    let document = json!({"textDocument": {"uri": URI}});
    assert_eq!(client.request("textDocument/documentSymbol", document), json!([]));
}

#[test]
fn a_cancelled_request_is_not_worked_on() {
    let mut client = Client::start();
    client.open(URI, &"tool \"t\" { must deny when x.value in {1}; }\n".repeat(20_000));
    // While the server is busy with the first one, the others and their cancellation come.
    let document = json!({"textDocument": {"uri": URI}});
    let first = client.ask("textDocument/semanticTokens/full", document.clone());
    let others: Vec<i64> =
        (0..20).map(|_| client.ask("textDocument/documentSymbol", document.clone())).collect();
    for id in &others {
        client.notify("$/cancelRequest", json!({"id": id}));
    }
    assert!(client.response(first).get("result").is_some());
    let cancelled = others.iter().filter(|id| client.response(**id)["error"]["code"] == -32800).count();
    assert!(cancelled >= 15, "{cancelled}");
    client.notify("$/cancelRequest", json!({"id": first}));
    client.notify("$/cancelRequest", json!({"id": "none"}));
    assert_eq!(client.shut_down().0, 0);
}

#[test]
fn bytes_are_counted_where_the_editor_offers_it() {
    let text = "let a = {\"é🙂\"}; let b = a;\n";
    let params = |character: usize| json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": character}});
    let offers = json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}});
    let mut client = Client::start_with(json!({}), offers);
    client.open(URI, text);
    let at = text.rfind('a').unwrap();
    assert_eq!(client.request("textDocument/definition", params(at))[0]["range"]["start"]["character"], 4);
    let mut client = Client::start();
    client.open(URI, text);
    let at = text[..at].encode_utf16().count();
    assert_eq!(client.request("textDocument/definition", params(at))[0]["range"]["start"]["character"], 4);
}
