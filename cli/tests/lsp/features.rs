//! Every feature, on a document with a marked place.

use serde_json::{Value, json};

use super::client::{Client, URI, cursor, slice};

const POLICY: &str = r#"/// Hosts of ours 🙂.
let trusted = {r".*@corp\.com"};
let is_secret = body.tags overlaps {"secret"};

tool "send" {
    should deny when is_secret;
    must deny when not to.value in trusted;
    must allow when @session.tags is empty;
    result {
        @tags |= {"secret", "sent"};
    }
}
"#;

/// The policy with a mark before the nth occurrence of a text.
fn marked(text: &str, nth: usize) -> String {
    let at = POLICY.match_indices(text).nth(nth).unwrap().0;
    let (before, after) = POLICY.split_at(at);
    format!("{before}$0{after}")
}

fn hover(marked: &str) -> String {
    let found = Client::start().at_cursor("textDocument/hover", marked, json!({}));
    found["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn hover_tells_what_is_there() {
    let expected = [
        ("trusted", 1, "let trusted = {r\".*@corp\\.com\"};"),
        ("trusted", 0, "Hosts of ours 🙂."),
        ("trusted", 1, "A let: a set, used once."),
        ("is_secret", 1, "A let: a condition"),
        ("must deny", 0, "Denies every call to `\"send\"` if the condition holds, whatever other rules say."),
        ("must deny", 0, "S6.2"),
        ("must allow", 0, "Requires one of the `must allow` rules"),
        ("should deny", 0, "Denies every call"),
        (".value", 0, "The value of this argument"),
        ("tags overlaps", 0, "The tags of this argument"),
        ("overlaps", 0, "S5.2"),
        ("in trusted", 0, "all its leaves are in the set"),
        ("@session", 0, "The tags of the session"),
        ("@tags", 0, "What is updated"),
        ("\"send\"", 0, "The tool of exactly this name."),
        ("\"secret\"", 0, "A string of metadata, among tags."),
        ("r\".*", 0, "A regex"),
        ("|=", 0, "Adds these elements"),
        ("result", 0, "S7.3"),
    ];
    for (text, nth, told) in expected {
        let found = hover(&marked(text, nth));
        assert!(found.contains(told), "{text} {nth}: {found}");
    }
    assert_eq!(hover("// a $0comment about must deny\n"), "");
}

#[test]
fn hover_shows_names_as_they_are() {
    let told = |tool: &str| hover(&format!("tool {tool} {{\n    $0must deny always;\n}}\n"));
    assert!(told("\"send_email\"").starts_with("Denies every call to `\"send_email\"`, whatever"));
    // Nothing of a name is read as Markdown.
    assert!(told("\"a` *b*\"").starts_with("Denies every call to `` \"a` *b*\" ``, whatever"));
}

#[test]
fn definition_references_and_highlights_find_lets() {
    let mut client = Client::start();
    let found = client.at_cursor("textDocument/definition", &marked("trusted", 1), json!({}));
    assert_eq!(found[0]["uri"], URI);
    assert_eq!(
        found[0]["range"],
        json!({"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 11}})
    );
    let context = |declared: bool| json!({"context": {"includeDeclaration": declared}});
    let lines = |found: &Value| -> Vec<u64> {
        found
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found["range"]["start"]["line"].as_u64().unwrap())
            .collect()
    };
    let found = client.at_cursor("textDocument/references", &marked("trusted", 0), context(true));
    assert_eq!(lines(&found), [1, 6]);
    let found = client.at_cursor("textDocument/references", &marked("trusted", 0), context(false));
    assert_eq!(lines(&found), [6]);
    let found = client.at_cursor("textDocument/references", &marked("\"secret\"", 1), context(true));
    assert_eq!(lines(&found), [2, 9], "a tag is found wherever it is one");
    let found = client.at_cursor("textDocument/documentHighlight", &marked("is_secret", 1), json!({}));
    let kinds: Vec<_> =
        found.as_array().unwrap().iter().map(|found| found["kind"].as_u64().unwrap()).collect();
    assert_eq!((lines(&found), kinds), (vec![2, 5], vec![3, 2]));
}

#[test]
fn rename_changes_every_mention_or_says_why_not() {
    let mut client = Client::start();
    let found = client.at_cursor("textDocument/prepareRename", &marked("trusted", 1), json!({}));
    assert_eq!(found["placeholder"], "trusted");
    let found = client.at_cursor("textDocument/prepareRename", &marked("must", 0), json!({}));
    assert_eq!(found, Value::Null);
    let found = client.at_cursor("textDocument/rename", &marked("trusted", 1), json!({"newName": "friends"}));
    let edits = found["changes"][URI].as_array().unwrap();
    assert_eq!(edits.len(), 2);
    assert!(
        edits.iter().all(|edit| edit["newText"] == "friends" && slice(POLICY, &edit["range"]) == "trusted")
    );
    for (name, told) in [
        ("is_secret", "there is a let called `is_secret` already"),
        ("not a name", "is no name"),
        ("5a", "is no name"),
        ("", "is no name"),
    ] {
        let id = client.ask_at_cursor("textDocument/rename", &marked("trusted", 1), json!({"newName": name}));
        let message = client.response(id)["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(told), "{name}: {message}");
    }
    // No word is reserved, so a keyword is a name where one may stand.
    let text = "let a$0 = x.value in {1};\ntool \"t\" { must deny when not a or a; }\n";
    let found = client.at_cursor("textDocument/rename", text, json!({"newName": "not"}));
    assert_eq!(found["changes"][URI].as_array().unwrap().len(), 3);
}

fn labels(marked: &str) -> Vec<String> {
    let found = Client::start().at_cursor("textDocument/completion", marked, json!({}));
    let items = found["items"].as_array().unwrap();
    items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn completion_offers_what_fits() {
    let has = |marked: &str, wanted: &[&str], unwanted: &[&str]| {
        let found = labels(marked);
        for label in wanted {
            assert!(found.iter().any(|found| found == label), "{marked}: no {label} among {found:?}");
        }
        for label in unwanted {
            assert!(!found.iter().any(|found| found == label), "{marked}: {label} among {found:?}");
        }
    };
    let lets = "let trusted = {\"a\"};\nlet secret = x.tags overlaps {\"private\"};\n";
    let rule = |rest: &str| format!("{lets}tool \"t\" {{\n    must deny when {rest}\n}}\n");
    has("$0", &["tool", "let"], &["must"]);
    has(
        "tool \"t\" {\n    $0\n}\n",
        &["must deny when", "priority", "result", "session before"],
        &["tool", "when"],
    );
    has("tool \"t\" {\n    must $0\n}\n", &["deny", "allow"], &["when", "must"]);
    has("tool \"t\" {\n    must deny $0\n}\n", &["when", "always"], &["deny"]);
    has(&rule("$0"), &["secret", "x.value", "not", "@session"], &["trusted"]);
    has(&rule("x.value in $0"), &["trusted", "{"], &["secret"]);
    has(&rule("x.value in tru$0"), &["trusted"], &["secret"]);
    has(&rule("x.value $0"), &["in", "=="], &["overlaps"]);
    has(&rule("x.tags $0"), &["overlaps", "subset of", "is empty"], &["in"]);
    has(&rule("x.$0"), &["value", "tags", "producers", "consumers"], &["union"]);
    has(&rule("@args.$0"), &["tags"], &["value"]);
    has(&rule("@args.tags.$0"), &["union", "intersect"], &["tags"]);
    has(&rule("@$0"), &["args", "session", "result"], &[]);
    has(&rule("x.tags overlaps {\"$0\"}"), &["private"], &["a"]);
    has(&rule("x.tags overlaps {\"$0"), &["private"], &["a"]);
    has(&rule("x.tags overlaps {$0}"), &["\"private\""], &["int"]);
    has(&rule("x.value in {$0}"), &["int", "float", "str", "datetime"], &["\"private\""]);
    has(&rule("secret $0"), &["and", "or"], &[]);
    has("tool \"t\" {\n    result {\n        $0\n    }\n}\n", &["@tags", "when"], &["must deny when"]);
    has(
        "tool \"t\" {\n    result {\n        when x.tags is empty {\n            $0\n        }\n    }\n}\n",
        &["@tags"],
        &["when"],
    );
    has("tool \"t\" {\n    session $0\n}\n", &["before", "after"], &[]);
    has("tool \"known\" {}\ntool \"$0\" {}\n", &["known"], &[]);
    has("tool \"t\" -> $0", &["@tags", "session before"], &[]);
    has("let a = $0;", &["{", "not", "int"], &["a"]);
    assert_eq!(labels("// must $0\n"), Vec::<String>::new());
    assert_eq!(labels("let a$0"), Vec::<String>::new(), "a new name is its author's");
}

#[test]
fn completions_replace_the_word_that_is_being_written() {
    let mut client = Client::start();
    let marked = "let trusted = {};\ntool \"t\" { must deny when x.value in tru$0st; }\n";
    let found = client.at_cursor("textDocument/completion", marked, json!({}));
    let item = found["items"].as_array().unwrap().iter().find(|item| item["label"] == "trusted").unwrap();
    assert_eq!(slice(&cursor(marked).0, &item["textEdit"]["range"]), "trust");
    // Snippets only where the editor takes them.
    let item = |client: &mut Client| {
        let found = client.at_cursor("textDocument/completion", "$0", json!({}));
        found["items"].as_array().unwrap().iter().find(|item| item["label"] == "let").unwrap().clone()
    };
    assert_eq!(item(&mut client)["textEdit"]["newText"], "let");
    let completion = json!({"completionItem": {"snippetSupport": true}});
    let mut client = Client::start_with(json!({}), json!({"textDocument": {"completion": completion}}));
    assert_eq!(item(&mut client)["textEdit"]["newText"], "let $1 = $0;");
}

#[test]
fn symbols_folds_and_selections_follow_the_tree() {
    let mut client = Client::start();
    client.open(URI, POLICY);
    let document = json!({"textDocument": {"uri": URI}});
    let found = client.request("textDocument/documentSymbol", document.clone());
    let names = |found: &Value| -> Vec<String> {
        found.as_array().unwrap().iter().map(|found| found["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&found), ["trusted", "is_secret", "\"send\""]);
    assert_eq!(names(&found[2]["children"]), ["should deny", "must deny", "must allow", "result"]);
    assert_eq!(found[2]["children"][1]["detail"], "when not to.value in trusted");
    let found = client.request("textDocument/foldingRange", document);
    let lines: Vec<_> =
        found.as_array().unwrap().iter().map(|f| (f["startLine"].clone(), f["endLine"].clone())).collect();
    assert_eq!(lines, [(json!(4), json!(10)), (json!(8), json!(9))]);
    let marked = marked("trusted", 1);
    let (text, position) = cursor(&marked);
    let params = json!({"textDocument": {"uri": URI}, "positions": [position]});
    let mut selection = client.request("textDocument/selectionRange", params)[0].clone();
    let mut texts = Vec::new();
    while selection["range"].is_object() {
        texts.push(slice(&text, &selection["range"]));
        selection = selection["parent"].clone();
    }
    assert_eq!(
        texts[..4],
        [
            "trusted",
            "to.value in trusted",
            "not to.value in trusted",
            "must deny when not to.value in trusted;"
        ]
    );
    assert_eq!(texts.last().unwrap(), POLICY);
}

/// The text and the type of each semantic token.
fn painted(client: &mut Client, text: &str, found: &Value) -> Vec<(String, u64)> {
    let _ = client;
    let (mut line, mut character) = (0u64, 0u64);
    let data: Vec<u64> = found["data"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    let pieces = data.chunks(5).map(|piece| {
        character = if piece[0] == 0 { character + piece[1] } else { piece[1] };
        line += piece[0];
        let at = |character: u64| json!({"line": line, "character": character});
        (slice(text, &json!({"start": at(character), "end": at(character + piece[2])})), piece[3])
    });
    pieces.collect()
}

#[test]
fn semantic_tokens_know_words_from_names() {
    let mut client = Client::start();
    // No word is reserved: the second `in` is the operator, the others are an argument and a let.
    let text = "let in = {\"🙂\", 5}; // ok\ntool r\"t.*\" { must deny when in.value in in; }\n";
    client.open(URI, text);
    let found = client.request("textDocument/semanticTokens/full", json!({"textDocument": {"uri": URI}}));
    let found = painted(&mut client, text, &found);
    let expected = [
        ("let", 0),
        ("in", 1),
        ("=", 9),
        ("\"🙂\"", 6),
        ("5", 8),
        ("// ok", 10),
        ("tool", 0),
        ("r\"t.*\"", 5),
        ("must", 0),
        ("deny", 0),
        ("when", 0),
        ("in", 2),
        (".value", 3),
        ("in", 0),
        ("in", 1),
    ];
    let expected: Vec<_> = expected.map(|(text, kind)| (text.to_owned(), kind)).to_vec();
    assert_eq!(found, expected);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}});
    let params = json!({"textDocument": {"uri": URI}, "range": range});
    let part = client.request("textDocument/semanticTokens/range", params);
    assert_eq!(painted(&mut client, text, &part), [("let".to_owned(), 0)]);
}

#[test]
fn formatting_is_that_of_the_command() {
    let mut client = Client::start();
    let ugly = "tool \"t\"{must deny always;}";
    client.open(URI, ugly);
    let params = json!({"textDocument": {"uri": URI}, "options": {"tabSize": 4, "insertSpaces": true}});
    let found = client.request("textDocument/formatting", params.clone());
    assert_eq!(found[0]["newText"], "tool \"t\" {\n    must deny always;\n}\n");
    assert_eq!(slice(ugly, &found[0]["range"]), ugly);
    client.open(URI, "tool \"t\" {\n    must deny always;\n}\n");
    assert_eq!(client.request("textDocument/formatting", params.clone()), json!([]));
    client.open(URI, "tool \"t\" { must }");
    assert_eq!(client.request("textDocument/formatting", params), Value::Null);
}

#[test]
fn code_actions_mend_what_is_certain() {
    let fixed = |text: &str| -> Vec<(String, String)> {
        let mut client = Client::start();
        client.open(URI, text);
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
        let context = json!({"diagnostics": [], "only": ["quickfix"]});
        let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
        let found = client.request("textDocument/codeAction", params);
        let is_of_compiler = |action: &&Value| {
            let is_comment = action["title"].as_str().unwrap().starts_with("Suppress");
            !action["diagnostics"][0]["code"].as_str().unwrap().starts_with('L') && !is_comment
        };
        let actions = found.as_array().unwrap().iter().filter(is_of_compiler);
        actions
            .map(|action| {
                let edit = &action["edit"]["changes"][URI][0];
                (slice(text, &edit["range"]), edit["newText"].as_str().unwrap().to_owned())
            })
            .collect()
    };
    let edit = |old: &str, new: &str| vec![(old.to_owned(), new.to_owned())];
    assert_eq!(fixed("tool \"t\" {\n    must deny always\n}\n"), edit("", ";"));
    assert_eq!(fixed("tool \"t\" {\n    must dney always;\n}\n"), edit("dney", "deny"));
    assert_eq!(
        fixed("let trusted = {\"a\"};\ntool \"t\" { must deny when x.value in trused; }\n"),
        edit("trused", "trusted")
    );
    assert_eq!(fixed("tool \"t\" { must deny when x.value in {1} && y.value in {2}; }\n"), edit("&&", "and"));
    assert_eq!(fixed("# why\ntool \"t\" { must deny always; }\n"), edit("# why", "// why"));
    assert_eq!(fixed("tool \"t\" { must deny when x.value in {r\"a\\\\.b\"}; }\n"), edit("\\\\", "\\"));
    assert_eq!(fixed("tool \"t\" { must deny when x.value in {\"a\\q\"}; }\n"), edit("\\q", "\\\\q"));
    assert_eq!(fixed("tool \"t\" { must deny always; }\n"), []);
}

#[test]
fn what_is_missing_at_the_end_of_a_line_is_mended_from_its_last_character() {
    let mut client = Client::start();
    client.open(URI, "tool \"t\" {\n    must deny always\n}\n");
    let mut offered = |character: u64| {
        let place = json!({"line": 1, "character": character});
        let context = json!({"diagnostics": [], "only": ["quickfix"]});
        let range = json!({"start": place, "end": place});
        let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
        client.request("textDocument/codeAction", params).as_array().unwrap().len()
    };
    assert_eq!([18, 19, 20].map(&mut offered), [0, 1, 1]);
}

#[test]
fn a_file_is_mended_at_once() {
    let mut client = Client::start();
    client.open(URI, "tool \"t\" {\n    must dney always;\n    should alow always;\n}\n");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let context = json!({"diagnostics": [], "only": ["source.fixAll"]});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
    let found = client.request("textDocument/codeAction", params);
    assert_eq!(found[0]["kind"], "source.fixAll");
    let texts: Vec<_> =
        found[0]["edit"]["changes"][URI].as_array().unwrap().iter().map(|e| e["newText"].clone()).collect();
    assert!(texts.contains(&json!("deny")) && texts.contains(&json!("allow")), "{texts:?}");
}

#[test]
fn a_finding_can_be_suppressed_by_a_comment_that_asks_for_its_reason() {
    let mut client = Client::start();
    let mut text = "tool \"t\" {\n    must allow when x.value in {r\".*@corp.com\"};\n}\n".to_owned();
    client.open(URI, &text);
    let codes = |found: &[Value]| -> Vec<String> {
        found.iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&client.diagnostics(URI, 1)), ["L0103"]);
    let place = json!({"line": 1, "character": 41});
    let context = json!({"diagnostics": [], "only": ["quickfix"]});
    let params =
        json!({"textDocument": {"uri": URI}, "range": {"start": place, "end": place}, "context": context});
    let found = client.request("textDocument/codeAction", params);
    let titles: Vec<_> =
        found.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Write `\\.` for the dots", "Suppress `unescaped-dot` here with a comment"]);
    assert_eq!(found[1]["diagnostics"][0]["code"], "L0103");
    let edit = &found[1]["edit"]["changes"][URI][0];
    assert_eq!(edit["range"]["start"], json!({"line": 1, "character": 4}));
    let comment = edit["newText"].as_str().unwrap();
    assert_eq!(comment, "// sqrt-lint: allow(unescaped-dot) -- REASON\n    ");
    text = text.replace("must", &format!("{comment}must"));
    for (version, (text, expected)) in
        [(text.clone(), vec!["L0502"]), (text.replace("REASON", "any host"), vec![])].into_iter().enumerate()
    {
        let version = version + 2;
        let document = json!({"uri": URI, "version": version});
        client.notify(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": [{"text": text}]}),
        );
        assert_eq!(codes(&client.diagnostics(URI, i64::try_from(version).unwrap())), expected);
    }
}

#[test]
fn what_is_no_matter_of_judgement_cannot_be_suppressed() {
    let mut client = Client::start();
    client.open(URI, "// sqrt-lint: allow(unused-let)\ntool \"t\" {\n    must deny always\n}\n");
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}});
    let params = json!({"textDocument": {"uri": URI}, "range": range, "context": {"diagnostics": []}});
    let found = client.request("textDocument/codeAction", params);
    let titles: Vec<_> =
        found.as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect();
    assert!(!titles.is_empty() && titles.iter().all(|title| !title.starts_with("Suppress")), "{titles:?}");
}

#[test]
fn hints_number_the_rules_in_the_order_they_are_asked() {
    let mut client = Client::start();
    client.open(URI, &format!("{POLICY}tool \"send\" {{\n    priority 5;\n    should allow always;\n}}\n"));
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let found =
        client.request("textDocument/inlayHint", json!({"textDocument": {"uri": URI}, "range": range}));
    let hints: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|hint| (hint["position"]["line"].as_u64().unwrap(), hint["label"].as_str().unwrap().to_owned()))
        .collect();
    let expected =
        [(5, "4."), (6, "1."), (7, "2."), (14, "3.")].map(|(line, label)| (line, label.to_owned()));
    assert_eq!(hints, expected);
}

#[test]
fn diagnostics_come_with_code_place_and_remedy() {
    let mut client = Client::start();
    client.open(URI, "let trusted = {\"🙂\"};\ntool \"t\" { must deny when x.value in trused; }\n");
    let found = client.diagnostics(URI, 1);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["code"], &found[0]["severity"], &found[0]["source"]),
        (&json!("E0302"), &json!(1), &json!("sqrt"))
    );
    assert_eq!(found[0]["message"], "no let is called `trused`\nis `trusted` meant?");
    assert_eq!(found[0]["range"]["start"], json!({"line": 1, "character": 37}));
    assert_eq!(
        found[0]["relatedInformation"][0]["location"]["range"]["start"],
        json!({"line": 0, "character": 4})
    );
}

#[test]
fn a_broken_document_keeps_its_features() {
    let broken = "let trusted = {\"a\"};\ntool \"t\" {\n    must deny when x.value in trusted$0\n    should\n}}}\ntool \"\n";
    let mut client = Client::start();
    let found = client.at_cursor("textDocument/definition", broken, json!({}));
    assert_eq!(found[0]["range"]["start"], json!({"line": 0, "character": 4}));
    let found = client.request("textDocument/documentSymbol", json!({"textDocument": {"uri": URI}}));
    assert_eq!(found[1]["name"], "\"t\"");
}

#[test]
fn hints_count_blocks_whose_regex_matches_the_tool() {
    let mut client = Client::start();
    let text = "tool \"read_file\" {\n    should allow always;\n}\ntool r\"read_.*\" {\n    must deny when x.value in {1};\n}\ntool r\"other\\\\.\" {\n    must deny always;\n}\n";
    client.open(URI, text);
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let found =
        client.request("textDocument/inlayHint", json!({"textDocument": {"uri": URI}, "range": range}));
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!((&found[0]["position"]["line"], &found[0]["label"]), (&json!(1), &json!("2.")));
}
