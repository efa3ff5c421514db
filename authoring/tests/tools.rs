//! Definitions of tools in each format, what is wrong with others, and what of policies does not fit them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "tests may panic")]

use proptest::prelude::*;
use sqrt_authoring::tools::{Format, ToolSet, fit};
use sqrt_compiler::{Options, Source, analyse};
use sqrt_vm::limits::Limits;

fn parse(text: &str) -> Result<ToolSet, String> {
    ToolSet::parse(text.as_bytes(), &Limits::default()).map_err(|error| error.to_string())
}

/// The tools as lines: name, format, place, and the arguments, with `?` behind those that are optional and `...` for others.
fn shown(text: &str) -> Vec<String> {
    let tools = parse(text).unwrap();
    let shown = tools.tools().iter().map(|tool| {
        let mut arguments: Vec<String> = Vec::new();
        for argument in &tool.arguments.listed {
            arguments.push(format!("{}{}", argument.name, if argument.required { "" } else { "?" }));
        }
        arguments.extend(tool.arguments.others.then(|| "...".to_owned()));
        let place = format!("{} {}:{}", tool.pointer, tool.position.line, tool.position.column);
        format!("{} [{}] {place}: {}", tool.name, tool.format.name(), arguments.join(" "))
    });
    shown.collect()
}

#[test]
fn every_format_is_detected() {
    assert_eq!(
        shown(include_str!("data/tools/openai-chat.json")),
        [
            "send_email [OpenAI chat completions] /tools/0 8:17: to subject body priority",
            "issue_refund [OpenAI chat completions] /tools/1 27:17: order_id amount reason? notify?",
            "current_time [OpenAI chat completions] /tools/2 42:47: ",
        ]
    );
    assert_eq!(
        shown(include_str!("data/tools/openai-responses.json")),
        [
            "get_weather [OpenAI responses] /0 4:13: location units days",
            "run_python [Anthropic] /2 19:30: ...",
        ]
    );
    assert_eq!(
        shown(include_str!("data/tools/anthropic.json")),
        [
            "query_database [Anthropic] /0 3:13: sql database limit? filters?",
            "web_search [Anthropic] /1 25:43: ...",
        ]
    );
    assert_eq!(
        shown(include_str!("data/tools/mcp.json")),
        [
            "read_file [MCP tools/list] /result/tools/0 7:17: path head? encoding?",
            "write_file [MCP tools/list] /result/tools/1 24:17: path content mode?",
            "list_allowed_directories [MCP tools/list] /result/tools/2 37:16: ",
        ]
    );
    assert_eq!(parse(include_str!("data/tools/openai-responses.json")).unwrap().skipped(), ["/1"]);
}

#[test]
fn definitions_may_stand_alone_in_lists_and_in_objects() {
    let tool = r#"{"name": "t", "input_schema": {"properties": {"x": {}}}}"#;
    for text in [
        tool.to_owned(),
        format!("[{tool}]"),
        format!("{{\"tools\": [{tool}]}}"),
        format!("\u{feff}{{\"jsonrpc\": \"2.0\", \"result\": {{\"tools\": [{tool}]}}}}"),
        format!("{{\"model\": \"m\", \"functions\": [{tool}]}}"),
    ] {
        let tools = parse(&text).unwrap();
        assert_eq!(tools.tools().len(), 1, "{text}");
        assert_eq!(tools.get("t").unwrap().format, Format::Anthropic);
        assert!(tools.get("x").is_none());
    }
    assert!(parse("[]").unwrap().tools().is_empty());
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, error) in [
        ("", "1:1: it is no JSON: expected a JSON value, found the end"),
        ("[{]", "1:3: it is no JSON: expected a key in quotes, found `]`"),
        ("5", "1:1: a number defines no tools"),
        ("{}", "1:1: this is no definition of a tool"),
        ("{\"tools\": 5}", "1:11: expected a list of tools, found a number (at `/tools`)"),
        ("[\"x\"]", "1:2: expected the definition of a tool, found a string (at `/0`)"),
        ("{\"result\": {}}", "1:12: the response has no `tools` (at `/result`)"),
        (
            "{\"jsonrpc\": \"2.0\", \"error\": {}}",
            "1:29: this is the response of a server that failed (at `/error`)",
        ),
        ("[{\"name\": \"t\"}]", "1:2: the tool `t` has no schema of its arguments (at `/0`)"),
        ("[{\"inputSchema\": {}}]", "1:2: the tool has no `name` (at `/0`)"),
        (
            "[{\"name\": 5, \"inputSchema\": {}}]",
            "1:11: the name of a tool is a string, not a number (at `/0/name`)",
        ),
        ("[{\"name\": \"\", \"inputSchema\": {}}]", "1:11: the name of the tool is empty (at `/0/name`)"),
        (
            "[{\"type\": \"function\", \"function\": {\"name\": \"t\", \"parameters\": []}}]",
            "1:63: the schema of the arguments of `t` is an object, not a list (at `/0/function/parameters`)",
        ),
        (
            "[{\"name\": \"t\", \"inputSchema\": {}},\n{\"name\": \"t\", \"inputSchema\": {}}]",
            "2:10: a second tool is called `t`; the first is at line 1 (`/0`) (at `/1/name`)",
        ),
        (
            "[{\"name\": \"a\u{1b}\", \"inputSchema\": {}}, 5]",
            "1:13: it is no JSON: a control character in a string; it has to be escaped",
        ),
    ] {
        assert_eq!(parse(text).unwrap_err(), error, "{text}");
    }
    let bytes = ToolSet::parse(b"[\xff]", &Limits::default()).unwrap_err();
    assert_eq!(bytes.to_string(), "it is not UTF-8: byte 1 has no meaning there");
}

#[test]
fn the_length_has_a_limit() {
    let limits = Limits::default().with("tools_bytes", 2).unwrap();
    assert!(ToolSet::parse(b"[]", &limits).is_ok());
    let error = ToolSet::parse(b"[ ]", &limits).unwrap_err();
    assert!(error.to_string().contains("limit"), "{error}");
}

/// The problems of a policy beside these tools, in short.
fn problems(tools: &str, policy: &str) -> Vec<String> {
    let analysed = analyse(&[Source { name: "p", bytes: policy.as_bytes() }], &Options::default());
    let policy_read = analysed.policy.unwrap_or_else(|| panic!("{:?}", analysed.checked.diagnostics));
    let problems = fit::check(&policy_read, &parse(tools).unwrap());
    let text = |at: sqrt_compiler::ir::Origin| &policy[at.span.start as usize..at.span.end as usize];
    let shown = problems.into_iter().map(|problem| match problem {
        fit::Problem::UnknownTool { block, nearest } => {
            format!("tool {} ({nearest:?})", policy_read.blocks[block.index()].tool_text)
        }
        fit::Problem::UnknownArgument { name, nearest, .. } => format!("argument {name} ({nearest:?})"),
        fit::Problem::Decided { always, at, .. } => {
            format!("{}: {}", if always { "always" } else { "never" }, text(at))
        }
        fit::Problem::ImpossibleElement { at, nearest, .. } => format!("element {} ({nearest:?})", text(at)),
        fit::Problem::DodgedByAbsence { name, default_is_denied, .. } => {
            format!("dodged {name}{}", if default_is_denied { ", default" } else { "" })
        }
        fit::Problem::Uncovered { tools } => format!("uncovered {}", tools.join(" ")),
        other => format!("{other:?}"),
    });
    shown.collect()
}

const EVERYTHING: &str = "tool r\".*\" { should allow always; }\n";

#[test]
fn names_of_tools_and_arguments_are_looked_for() {
    let chat = include_str!("data/tools/openai-chat.json");
    let found = |policy: &str| problems(chat, &format!("{policy}{EVERYTHING}"));
    assert_eq!(
        found("tool \"send_emial\" { must deny always; }"),
        ["tool send_emial (Some(\"send_email\"))"]
    );
    assert_eq!(found("tool r\"refund_.*\" { must deny always; }"), ["tool r\"refund_.*\" (None)"]);
    assert!(found("tool r\".*refund\" { must deny always; }").is_empty());
    let tags = "tool \"issue_refund\" { must deny when ammount.tags overlaps {\"x\"} or order_id.tags overlaps to.tags; }";
    assert_eq!(found(tags), ["argument ammount (Some(\"amount\"))", "argument to (None)"]);
    // Of several tools one has it.
    assert!(found("tool r\".*\" { must deny when amount.tags overlaps {\"x\"}; }").is_empty());
    // A let is looked at where it is used; updates are, too.
    let lets = "let big = amuont.value in {int 100..}; tool \"issue_refund\" { must deny when big; }";
    assert_eq!(found(lets), ["argument amuont (Some(\"amount\"))"]);
    assert_eq!(
        found("tool \"current_time\" -> @tags |= zone.tags;"),
        ["argument zone (None)"],
        "a function without parameters has no arguments"
    );
    // Nothing is said of tools whose arguments are not known.
    let unknown = r#"[{"name": "t", "inputSchema": {"type": "object"}}, {"name": "u", "inputSchema": {"properties": {}, "additionalProperties": true}}]"#;
    assert!(
        problems(
            unknown,
            "tool \"t\" { must deny when x.value == 1; } tool \"u\" { must deny when x.value == 1; }"
        )
        .is_empty()
    );
}

#[test]
fn conditions_are_held_against_schemas() {
    let chat = include_str!("data/tools/openai-chat.json");
    let found = |tool: &str, condition: &str| {
        problems(chat, &format!("tool \"{tool}\" {{ should allow when {condition}; }}\n{EVERYTHING}"))
    };
    for never in [
        "amount.value in {int 501..}",
        "amount.value in {\"100\"}",
        "amount.value == 0",
        "order_id.value == \"abc\"",
        "order_id.value in {r\"[a-z].*\"}",
        "order_id.value in {str like w\"*\" length ..3}",
        "order_id.value == 1234",
        "reason.value == \"lost\"",
        "notify.value == \"true\"",
    ] {
        assert_eq!(found("issue_refund", never), [format!("never: {never}")], "{never}");
    }
    for always in [
        "amount.value in {float ..500}",
        "order_id.value in {r\"[0-9]+\"}",
        "amount.value in {float 0<..100, float 100<..500}",
    ] {
        assert_eq!(found("issue_refund", always), [format!("always: {always}")], "{always}");
    }
    for unknown in [
        "amount.value in {int 100..}",
        "amount.value in {int 1..500}",
        "order_id.value in {r\"1.*\"}",
        "reason.value in {\"damaged\", \"late\", \"other\"}",
        "subject.value in {\"x\"} or amount.value == 5",
    ] {
        let found: Vec<String> =
            found("issue_refund", unknown).into_iter().filter(|p| !p.starts_with("argument")).collect();
        assert!(found.is_empty(), "{unknown}: {found:?}");
    }
    // Lists are judged by their leaves, and what may be null may be null.
    assert_eq!(found("send_email", "to.value in {int 1..}"), ["never: to.value in {int 1..}"]);
    let priorities = "priority.value in {\"low\", \"normal\", \"high\"}";
    assert!(found("send_email", priorities).is_empty(), "it may be null");
    assert_eq!(
        found("send_email", "priority.value in {\"hgh\", \"low\"}"),
        ["element \"hgh\" (Some(\"high\"))"]
    );
    assert_eq!(found("send_email", "not priority.value == \"hgh\""), ["never: priority.value == \"hgh\""]);
}

#[test]
fn a_let_is_told_only_if_it_is_so_wherever_it_is_used() {
    let mcp = include_str!("data/tools/mcp.json");
    let lets = "let utf8 = encoding.value == \"utf-8\"; let mode = {\"create\", \"append\"};\n";
    let one = format!(
        "{lets}tool \"read_file\" {{ should allow when path.value == \"x\" and utf8; }}\n{EVERYTHING}"
    );
    assert!(problems(mcp, &one).is_empty(), "it is optional");
    let elements =
        format!("{lets}tool \"write_file\" {{ should allow when mode.value in mode; }}\n{EVERYTHING}");
    assert_eq!(problems(mcp, &elements), ["element \"append\" (None)"]);
    let both = format!(
        "{lets}tool \"write_file\" {{ should allow when mode.value in mode; should allow when content.value in mode; }}\n{EVERYTHING}"
    );
    assert!(problems(mcp, &both).is_empty());
}

#[test]
fn absence_and_tools_without_policy() {
    let database = include_str!("data/tools/anthropic.json");
    let found =
        |rule: &str| problems(database, &format!("tool \"query_database\" {{ {rule} }}\n{EVERYTHING}"));
    assert_eq!(found("must deny when limit.value in {int 50..};"), ["dodged limit, default"]);
    assert!(found("must deny when limit.value in {int 500..};").is_empty(), "the default is fine");
    assert_eq!(found("must deny when filters.value == \"salary\";"), ["dodged filters"]);
    assert!(found("must deny when not limit.value in {int ..50};").is_empty());
    assert!(found("must deny when filters.value == \"salary\" or sql.value == \"x\";").is_empty());
    assert!(found("must deny when sql.value == \"x\";").is_empty(), "it is required");
    assert_eq!(
        problems(
            database,
            "tool \"query_database\" { must deny always; }\ntool r\".*\" -> @tags |= {\"x\"};"
        ),
        ["uncovered web_search"]
    );
}

#[test]
fn schemas_in_circles_end() {
    let tools = r##"[{"name": "t", "inputSchema": {"properties": {"x": {"$ref": "#/$defs/a"}, "y": {"$ref": "#"}},
        "allOf": [{"$ref": "#"}],
        "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}, {"$ref": "#/$defs/b"}]},
                  "b": {"items": {"$ref": "#/$defs/a"}, "properties": {"c": {"$ref": "#/$defs/a"}}, "additionalProperties": false}}}}]"##;
    assert_eq!(
        problems(tools, "tool \"t\" { should allow when x.value == 1 and y.value == 2; }"),
        Vec::<String>::new()
    );
}

/// Any JSON, with the keys that mean something among its keys.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        (-3i32..9).prop_map(|n| n.to_string()),
        Just("1.5e3".to_owned()),
        prop::sample::select(vec!["string", "integer", "object", "function", "#/$defs/a", "^a$", "x"])
            .prop_map(|s| format!("\"{s}\"")),
    ];
    let keys = vec![
        "tools",
        "name",
        "type",
        "function",
        "parameters",
        "input_schema",
        "inputSchema",
        "properties",
        "required",
        "x",
        "enum",
        "anyOf",
        "allOf",
        "oneOf",
        "items",
        "$ref",
        "$defs",
        "a",
        "additionalProperties",
        "minimum",
        "pattern",
        "const",
        "minItems",
        "maxLength",
        "default",
        "result",
        "multipleOf",
        "prefixItems",
        "nullable",
    ];
    scalar.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(prop::sample::select(keys.clone()), inner, 0..6).prop_map(
                |members| {
                    let members: Vec<String> =
                        members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                    format!("{{{}}}", members.join(", "))
                }
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_bytes_end_with_tools_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = ToolSet::parse(&bytes, &Limits::default());
    }

    #[test]
    fn any_json_ends_with_tools_or_an_error(text in json()) {
        let _ = ToolSet::parse(text.as_bytes(), &Limits::default());
    }

    /// Any schema is read, and a policy is held against it.
    #[test]
    fn any_schema_can_be_held_against_a_policy(schema in json()) {
        let tools = format!("[{{\"name\": \"t\", \"input_schema\": {{\"properties\": {{\"x\": {schema}}}}}}}]");
        let set = "{1, \"x\", int 2..3, r\"a+\", str like w\"*\" length 2, datetime d\"2024-01-01\"..}";
        problems(&tools, &format!("tool \"t\" {{ must deny when not x.value in {set} - {{\"a\"}} or a.value == 5; }}"));
    }
}
