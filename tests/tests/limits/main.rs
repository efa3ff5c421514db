//! Every row of the table of limits, on both sides: what is exactly at a limit is taken, what is one above is refused with a
//! message that names it, in every way that something of its kind can come in. A limit without such a test fails here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

mod kit;

use kit::{
    POLICY, answered, answered_by, asked, asked_call, brackets, compiled, errors, imported, json, list,
    loaded, moved, nested, numbered, options, policy, returned, rule, text, too_many_problems, with_args,
    worked,
};
use sqrt_authoring::tools::ToolSet;
use sqrt_compiler::{Source, check_syntax, compile};
use sqrt_vm::call::{Argument, Call, Combine, MetadataInput, Returned};
use sqrt_vm::decision::Outcome;
use sqrt_vm::handle::TagHandle;
use sqrt_vm::json::{JsonLines, read_line};
use sqrt_vm::limits::{Group, Limits};
use sqrt_vm::live::{LivePolicy, Sessions};
use sqrt_vm::metadata::Session;
use sqrt_vm::pattern::{Pattern, PatternSyntax};
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

/// Something of a given size, under limits: whether it is taken, or why not.
type Way = Box<dyn Fn(&Limits, usize) -> Result<(), String>>;
/// Ways in which something can come in, by what they are called.
type Ways = Vec<(&'static str, Way)>;

/// How a limit is tested.
enum Test {
    /// With a limit of so much, and things of that size and one more.
    Sized(usize, Ways),
    /// With one thing and the least limit that takes it, which is looked for.
    Least(Ways),
    /// By other tests, since it is about something else than what is taken.
    Elsewhere,
}
use Test::{Elsewhere, Least, Sized};

fn way(
    name: &'static str,
    way: impl Fn(&Limits, usize) -> Result<(), String> + 'static,
) -> (&'static str, Way) {
    (name, Box::new(way))
}

/// The test of a limit.
fn test_of(name: &str) -> Test {
    match name {
        "source_bytes"
        | "nesting"
        | "parse_steps"
        | "diagnostics"
        | "tool_blocks"
        | "expressions"
        | "set_elements"
        | "patterns_classes"
        | "pattern_table_bytes"
        | "pattern_tables_bytes" => of_text(name),
        "image_bytes" | "automata_bytes" | "work" => of_policy(name),
        "line_bytes" | "value_bytes" | "value_depth" | "arguments" => of_call(name),
        "tag_bytes" => {
            let make = |bytes| vec!["x".repeat(bytes)];
            Sized(40, tag_ways(make).into_iter().chain(remembered(make)).collect())
        }
        "tags_per_call" => {
            let mut ways = tag_ways(numbered);
            ways.push(way("half of them in the session", in_the_session));
            Sized(7, ways)
        }
        "tags_per_set" => {
            let mut ways = tag_ways(numbered);
            ways.push(way("branch", |limits, count| {
                answered(limits, &format!(r#"{{"branch":{{"tags":{}}}}}"#, json(&numbered(count))))
            }));
            Sized(7, ways)
        }
        "tags_per_session"
        | "session_tag_bytes"
        | "session_value_bytes"
        | "session_name_bytes"
        | "pending_calls" => of_session(name),
        "live_sessions" => Sized(
            3,
            vec![way("turns", |limits, count| {
                let policy = policy(limits, "")?;
                let mut scratch = Scratch::new(&policy);
                let sessions = Sessions::new(LivePolicy::new(policy));
                numbered(count).iter().try_for_each(|name| {
                    sessions.with(name, &mut scratch, |_, _, _| ()).map_err(|failure| failure.to_string())
                })
            })],
        ),
        "tools_bytes" => Sized(
            40,
            vec![way("a list", |limits, size| {
                let listed = format!("[{}]", " ".repeat(size - 2));
                ToolSet::parse(listed.as_bytes(), limits).map(drop).map_err(|error| error.to_string())
            })],
        ),
        // Below; in `cli/tests/limits.rs`; in `vm/src/live/tests.rs`.
        "dispatch_cache" | "eval_sessions" | "earlier_policies" | "test_file_bytes" | "test_calls" => {
            Elsewhere
        }
        "pattern_bytes" | "pattern_nesting" | "pattern_classes" | "pattern_size" => of_pattern(name),
        _ => panic!("the limit `{name}` has no test: add what is at it and above it"),
    }
}

#[test]
fn every_limit_has_two_sides() {
    for row in Limits::default().table() {
        let name = row.name;
        let limited = |value| {
            if row.settable { Limits::default().with(name, value).unwrap() } else { Limits::default() }
        };
        match test_of(name) {
            Sized(size, ways) => {
                for (way, taken) in ways {
                    assert_eq!(taken(&limited(size), size), Ok(()), "{name}, {way}: at the limit");
                    refused(name, way, taken(&limited(size), size + 1));
                }
            }
            Least(ways) => {
                for (way, taken) in ways {
                    let most = row.ceiling.unwrap_or(row.default);
                    assert_eq!(taken(&limited(most), 0), Ok(()), "{name}, {way}: far below the limit");
                    let least = least(most, |value| taken(&limited(value), 0).is_ok());
                    refused(name, way, taken(&limited(least - 1), 0));
                }
            }
            Elsewhere => {}
        }
    }
}

/// That a limit refused something, and said so.
fn refused(name: &str, way: &str, taken: Result<(), String>) {
    let error = taken.err().unwrap_or_else(|| panic!("{name}, {way}: above the limit, and taken"));
    // Limits of the language are told by what is wrong with the pattern.
    assert!(name.starts_with("pattern_") || error.contains(name), "{name}, {way}: {error}");
}

/// The least number that `enough` is true of, which is true of `most`.
fn least(most: usize, enough: impl Fn(usize) -> bool) -> usize {
    let (mut short, mut least) = (0, most);
    assert!(!enough(short), "nothing is enough");
    while least - short > 1 {
        let middle = short + (least - short) / 2;
        *(if enough(middle) { &mut least } else { &mut short }) = middle;
    }
    least
}

// --- policies ---

fn of_text(name: &str) -> Test {
    let block = "tool \"t\" { must deny always; }\n";
    match name {
        "source_bytes" => Sized(
            10,
            vec![
                way("compiled", |limits, size| compiled(limits, &" ".repeat(size))),
                way("checked", |limits, size| {
                    let source = " ".repeat(size);
                    errors(&check_syntax(Source { name: "t", bytes: source.as_bytes() }, limits))
                }),
            ],
        ),
        "nesting" => Sized(
            5,
            vec![
                way("not", |limits, levels| {
                    compiled(limits, &rule(&format!("{}a.value in {{1}}", "not ".repeat(levels))))
                }),
                way("parentheses", |limits, levels| {
                    let (open, close) = ("(".repeat(levels), ")".repeat(levels));
                    compiled(limits, &rule(&format!("{open}a.value in {{1}}{close}")))
                }),
            ],
        ),
        "parse_steps" => Sized(
            9,
            vec![way("let", |limits, steps| {
                let source = format!("let a = {}b;", "not ".repeat(steps - 5));
                errors(&check_syntax(Source { name: "t", bytes: source.as_bytes() }, limits))
            })],
        ),
        "diagnostics" => Sized(
            3,
            vec![
                way("names", |limits, problems| {
                    let rules: String =
                        (0..problems).map(|at| format!("must deny when missing{at}; ")).collect();
                    too_many_problems(limits, &format!("tool \"t\" {{ {rules} }}"))
                }),
                way("grammar", |limits, problems| too_many_problems(limits, &"let a = ;\n".repeat(problems))),
            ],
        ),
        "tool_blocks" => Sized(
            4,
            vec![
                way("blocks", move |limits, blocks| compiled(limits, &block.repeat(blocks))),
                way("shorthands", |limits, blocks| {
                    compiled(limits, &"tool \"t\" -> @tags |= {\"a\"};".repeat(blocks))
                }),
                way("image", move |limits, blocks| loaded(limits, &block.repeat(blocks))),
            ],
        ),
        "expressions" => {
            // A test and its set; the same of a let, once for each parity that is used, and once where it is declared.
            let of_tests = |count: usize| {
                let tests: String = (0..count / 2).map(|_| "must deny when a.value in {1}; ").collect();
                let odd = if count % 2 == 1 { "result { @tags = {\"a\"}; }" } else { "" };
                format!("tool \"t\" {{ {tests} {odd} }}")
            };
            Sized(
                12,
                vec![
                    way("tests and sets", move |limits, count| compiled(limits, &of_tests(count))),
                    way("over files", move |limits, count| {
                        let (one, two) = (of_tests(4), of_tests(count - 4));
                        let source = |text| Source { name: "t", bytes: str::as_bytes(text) };
                        errors(&compile(&[source(&one), source(&two)], &options(limits)))
                    }),
                    way("unused lets", |limits, count| {
                        let one = |at| format!("let s{at} = {{\"a\"}};\n");
                        compiled(limits, &(0..count).map(one).collect::<String>())
                    }),
                ],
            )
        }
        "set_elements" => Sized(
            6,
            vec![
                way("literal", |limits, count| {
                    compiled(limits, &rule(&format!("a.value in {{{}}}", list(count))))
                }),
                way("image", |limits, count| {
                    loaded(limits, &rule(&format!("a.value in {{{}}}", list(count))))
                }),
                way("tags of an image", |limits, count| {
                    loaded(limits, &rule(&format!("a.tags overlaps {{{}}}", list(count))))
                }),
            ],
        ),
        "patterns_classes" => {
            let patterns = |count: usize| {
                let texts: Vec<String> = (0..count - 2).map(|at| format!(r#"r"x{at}\d+""#)).collect();
                rule(&format!(r#"a.value in {{r"[a-c]\w", w"[\\*", {}}}"#, texts.join(", ")))
            };
            Sized(
                6,
                vec![
                    way("compiled", move |limits, count| compiled(limits, &patterns(count))),
                    way("in two places", move |limits, count| {
                        compiled(limits, &format!("{}\n{}", patterns(count), patterns(3)))
                    }),
                    way("tools", |limits, count| {
                        let block = |at| format!("tool r\"x{at}[a-z]\" {{ must deny always; }}\n");
                        compiled(limits, &(0..count).map(block).collect::<String>())
                    }),
                    way("image", move |limits, count| loaded(limits, &patterns(count))),
                ],
            )
        }
        // Beyond, a pattern is simulated, with a warning.
        _ => Least(vec![way("a warning", |limits, _| {
            let source = rule("a.value in {r\"a+b\"}");
            let compiled = compile(&[Source { name: "t", bytes: source.as_bytes() }], &options(limits));
            let warning = compiled.diagnostics.first();
            warning.map_or(Ok(()), |_| Err("pattern_table_bytes or pattern_tables_bytes".to_owned()))
        })]),
    }
}

fn of_policy(name: &str) -> Test {
    match name {
        "image_bytes" => {
            Least(vec![way("image", |limits, _| loaded(limits, "tool \"t\" { must deny always; }"))])
        }
        "automata_bytes" => Least(vec![
            way("simulated", |limits, _| loaded(limits, &rule(r#"a.value in {r".*\bfoo\b.*"}"#))),
            way("substring", |limits, _| loaded(limits, &rule(r#"a.value in {w"*foo*"}"#))),
            way("tools", |limits, _| loaded(limits, r#"tool r".*\bfoo\b.*" { must deny always; }"#)),
        ]),
        _ => Least(vec![
            way("simulated", |limits, _| {
                worked(
                    limits,
                    &rule(r#"a.value in {r".*\bfoo\b.*"}"#),
                    r#""args":{"a":"many words and none"}"#,
                )
            }),
            way("table", |limits, _| {
                worked(limits, &rule(r#"a.value in {r"[ab]+c"}"#), r#""args":{"a":"ababab"}"#)
            }),
            way("substring", |limits, _| {
                worked(limits, &rule(r#"a.value in {w"*b*c"}"#), r#""args":{"a":"ababab"}"#)
            }),
            way("leaves", |limits, _| {
                worked(limits, &rule("a.value in {7}"), r#""args":{"a":[1,2,3,[],[[]]]}"#)
            }),
            way("ranges", |limits, _| {
                worked(
                    limits,
                    &rule("a.value in {int 1..2, int 4..5, float 7..8.5}"),
                    r#""args":{"a":[3,6]}"#,
                )
            }),
            way("dates", |limits, _| {
                worked(
                    limits,
                    &rule(r#"a.value in {datetime d"2025-01-01"..}"#),
                    r#""args":{"a":"2024-01-01"}"#,
                )
            }),
            way("equality", |limits, _| {
                worked(
                    limits,
                    &rule("a.value == b.value"),
                    r#""args":{"a":{"k":[1,"xxxxxxxxx"]},"b":{"k":[1,"xxxxxxxxy"]}}"#,
                )
            }),
            way("tags", |limits, _| {
                worked(
                    limits,
                    &rule(r#"a.tags overlaps {"x"}"#),
                    r#""args":{"a":1},"arg_meta":{"a":{"tags":["y","z"]}}"#,
                )
            }),
            way("patterns of tags", |limits, _| {
                let meta = r#""args":{"a":1},"arg_meta":{"a":{"tags":["y","z"]}}"#;
                worked(limits, &rule(r#"a.tags overlaps {r".*\bfoo\b.*"}"#), meta)
            }),
            way("names of tools", |limits, _| {
                worked(limits, r#"tool r".*\bfoo\b.*" { must deny always; }"#, r#""args":{}"#)
            }),
            way("updates", |limits, _| {
                let source =
                    r#"let s = @args.tags union {"x"}; tool "t" { result { @tags |= s; @tags |= s; } }"#;
                worked(limits, source, r#""args":{"a":1},"result":1"#)
            }),
        ]),
    }
}

/// Limits of the language, which cannot be set; so things of their size are made.
fn of_pattern(name: &str) -> Test {
    let size = Limits::default().table().find(|row| row.name == name).unwrap().value;
    let parsed =
        |text: &str| Pattern::parse(PatternSyntax::Regex, text).map(drop).map_err(|error| error.to_string());
    match name {
        "pattern_bytes" => Sized(size, vec![way("regex", move |_, bytes| parsed(&"x".repeat(bytes)))]),
        "pattern_classes" => Sized(size, vec![way("regex", move |_, count| parsed(&r"\d".repeat(count)))]),
        "pattern_size" => {
            // An eighth of so many letters, and all of them, which take more than the letters.
            Sized(
                1,
                vec![way("regex", move |_, half| {
                    parsed(&format!("(?:a{{1000}}){{{}}}", half * half * half * size / 8000))
                })],
            )
        }
        _ => Sized(
            // Each is a repetition of a group of a sequence: three levels.
            size / 3,
            vec![way("regex", move |_, groups| {
                parsed(&format!("{}a{}", "(?:b".repeat(groups), ")*".repeat(groups)))
            })],
        ),
    }
}

// --- calls ---

fn of_call(name: &str) -> Test {
    match name {
        "line_bytes" => Sized(
            20,
            vec![way("line", |limits, bytes| {
                let line = format!("{:bytes$}", "{\"tool\":\"t\"}");
                read_line(line.as_bytes(), &Arena::new(), limits).map(drop).map_err(|error| error.to_string())
            })],
        ),
        "value_bytes" => Sized(
            200,
            vec![
                way("argument", |limits, bytes| {
                    asked(limits, &[Argument::new("a", Value::Str(&text(bytes - 32)))])
                }),
                way("list", |limits, bytes| {
                    asked(limits, &[Argument::new("a", Value::List(&[Value::Str(&text(bytes - 64))]))])
                }),
                way("key", |limits, bytes| {
                    asked(limits, &[Argument::new("a", Value::Object(&[(&text(bytes - 96), Value::Null)]))])
                }),
                way("result", |limits, bytes| {
                    returned(limits, &Returned::new(Value::Str(&text(bytes - 32))))
                }),
                way("line", |limits, bytes| {
                    answered(limits, &format!(r#"{{"tool":"t","args":{{"a":"{}"}}}}"#, text(bytes - 32)))
                }),
                way("result of a line", |limits, bytes| {
                    answered(limits, &format!(r#"{{"tool":"t","result":"{}"}}"#, text(bytes - 32)))
                }),
                way("pending", |limits, bytes| {
                    imported(limits, &[Argument::new("late", Value::Str(&text(bytes - 32)))])
                }),
            ],
        ),
        "value_depth" => Sized(
            4,
            vec![
                way("argument", |limits, levels| {
                    asked(limits, &[Argument::new("a", nested(levels, &Arena::new()))])
                }),
                way("result", |limits, levels| {
                    returned(limits, &Returned::new(nested(levels, &Arena::new())))
                }),
                way("line", |limits, levels| {
                    answered(limits, &format!(r#"{{"tool":"t","args":{{"a":{}}}}}"#, brackets(levels)))
                }),
                way("value of a session", |limits, levels| {
                    answered(limits, &format!(r#"{{"tool":"t","session_value":{}}}"#, brackets(levels)))
                }),
                way("value of a session, set", |limits, levels| {
                    let set =
                        Session::new(&policy(limits, "")?).set_value(nested(levels, &Arena::new()), limits);
                    set.map_err(|error| error.to_string())
                }),
                way("laid out", |limits, levels| {
                    let json: serde_json::Value = serde_json::from_str(&brackets(levels)).unwrap();
                    Arena::new().value(&json, limits).map(drop).map_err(|error| error.to_string())
                }),
                way("pending", |limits, levels| {
                    imported(limits, &[Argument::new("late", nested(levels, &Arena::new()))])
                }),
            ],
        ),
        _ => Sized(
            9,
            vec![
                way("call", |limits, count| with_args(count, |args| asked(limits, args))),
                way("line", |limits, count| {
                    let args: Vec<String> =
                        numbered(count).iter().map(|name| format!("\"{name}\":1")).collect();
                    answered(limits, &format!(r#"{{"tool":"t","args":{{{}}}}}"#, args.join(",")))
                }),
                way("pending", |limits, count| with_args(count, |args| imported(limits, args))),
            ],
        ),
    }
}

/// The ways in which a set of tags can come in.
fn tag_ways(make: fn(usize) -> Vec<String>) -> Ways {
    let metadata = move |size, then: &dyn Fn(MetadataInput<'_>) -> Result<(), String>| {
        let tags = make(size);
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        then(MetadataInput::default().with_tags(tags.as_slice()))
    };
    vec![
        way("argument", move |limits, size| {
            metadata(size, &|meta| asked(limits, &[Argument::new("a", Value::Null).with_metadata(meta)]))
        }),
        way("context", move |limits, size| {
            metadata(size, &|meta| asked_call(limits, &Call::new("t", &[]).with_context(meta)))
        }),
        way("handles", move |limits, size| {
            let policy = policy(limits, POLICY)?;
            let handles: Vec<TagHandle> = make(size).iter().map(|tag| policy.tag(tag)).collect();
            let handles: Vec<&TagHandle> = handles.iter().collect();
            let meta = MetadataInput::default().with_consumers(handles.as_slice());
            asked(limits, &[Argument::new("a", Value::Null).with_metadata(meta)])
        }),
        way("result, merged", move |limits, size| {
            metadata(size, &|meta| {
                returned(limits, &Returned::new(Value::Null).with_metadata(meta, Combine::Merge))
            })
        }),
        way("result, replaced", move |limits, size| {
            metadata(size, &|meta| {
                returned(limits, &Returned::new(Value::Null).with_metadata(meta, Combine::Replace))
            })
        }),
        way("line", move |limits, size| {
            let tags = json(&make(size));
            answered(
                limits,
                &format!(r#"{{"tool":"t","args":{{"a":1}},"arg_meta":{{"a":{{"tags":{tags}}}}}}}"#),
            )
        }),
        way("result of a line", move |limits, size| {
            let tags = json(&make(size));
            answered(
                limits,
                &format!(r#"{{"tool":"t","result":1,"result_meta":{{"producers":{{"except":{tags}}}}}}}"#),
            )
        }),
        way("pending", move |limits, size| {
            metadata(size, &|meta| {
                imported(limits, &[Argument::new("late", Value::Null).with_metadata(meta)])
            })
        }),
    ]
}

// --- sessions ---

fn of_session(name: &str) -> Test {
    match name {
        "tags_per_session" => Sized(6, remembered(numbered)),
        "session_tag_bytes" => Sized(40, remembered(|bytes| vec!["x".repeat(bytes)])),
        "session_value_bytes" => Sized(
            200,
            vec![
                way("set", |limits, bytes| {
                    let set =
                        Session::new(&policy(limits, "")?).set_value(Value::Str(&text(bytes - 32)), limits);
                    set.map_err(|error| error.to_string())
                }),
                way("line", |limits, bytes| {
                    answered(limits, &format!(r#"{{"tool":"t","session_value":"{}"}}"#, text(bytes - 32)))
                }),
                way("moved", |limits, bytes| {
                    moved(limits, "", |session, wide| {
                        session.set_value(Value::Str(&text(bytes - 32)), wide.limits()).unwrap()
                    })
                }),
            ],
        ),
        "session_name_bytes" => Sized(
            10,
            vec![
                way("named", |limits, bytes| {
                    let named = Session::new(&policy(limits, "")?).named(&text(bytes), limits);
                    named.map(drop).map_err(|error| error.to_string())
                }),
                way("moved", |limits, bytes| {
                    moved(limits, "", |session, wide| {
                        *session = Session::new(wide).named(&text(bytes), wide.limits()).unwrap()
                    })
                }),
            ],
        ),
        _ => Sized(
            3,
            vec![
                way("finished", |limits, count| {
                    let policy = policy(limits, "")?;
                    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
                    let call = Call::new("t", &[]);
                    let mut first = None;
                    for _ in 0..count {
                        let pending = policy.check(&mut session, &call, &mut scratch).into_pending().unwrap();
                        first.get_or_insert(pending);
                    }
                    let finished = policy.finish(
                        &mut session,
                        first.unwrap(),
                        &Returned::new(Value::Null),
                        &mut scratch,
                    );
                    assert_eq!(session.is_blocked(), finished.is_err());
                    finished.map_err(|error| error.to_string())
                }),
                way("moved", |limits, count| {
                    moved(limits, "", |session, wide| {
                        for _ in 0..count {
                            drop(wide.check(session, &Call::new("t", &[]), &mut Scratch::new(wide)));
                        }
                    })
                }),
            ],
        ),
    }
}

const REMEMBERS: &str = "tool \"t\" { session before { @session.tags |= @args.tags; } }";

/// A call with tags half of which its session has from the call before.
fn in_the_session(limits: &Limits, count: usize) -> Result<(), String> {
    let policy = policy(limits, REMEMBERS)?;
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let mut answer = |tags: &[String]| {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let meta = MetadataInput::default().with_tags(tags.as_slice());
        let args = [Argument::new("a", Value::Null).with_metadata(meta)];
        let decision = policy.evaluate(&mut session, &Call::new("t", &args), None, &mut scratch);
        decision.failure().map_or(Ok(()), |failure| Err(failure.to_string()))
    };
    answer(&numbered(count / 2))?;
    answer(&numbered(count))
}

/// Tags that a session remembers, or has to take over.
fn remembered(make: fn(usize) -> Vec<String>) -> Ways {
    let line = move |size| {
        let tags = json(&make(size));
        format!(r#"{{"tool":"t","args":{{"a":1}},"arg_meta":{{"a":{{"tags":{tags}}}}}}}"#)
    };
    vec![
        way("call", move |limits, size| answered_by(limits, REMEMBERS, &line(size))),
        way("moved", move |limits, size| {
            moved(limits, REMEMBERS, |session, wide| {
                JsonLines::new(wide)
                    .answer(wide, line(size).as_bytes(), |_| Ok(session), &mut String::new())
                    .unwrap();
            })
        }),
    ]
}

#[test]
fn names_of_tools_are_found_with_any_memory_for_them() {
    let source = r#"tool r"t.*" { must deny always; } tool "t1" { must allow always; }"#;
    for names in [0, 1, 4, 1024, 65_536] {
        let policy = policy(&Limits::default().with("dispatch_cache", names).unwrap(), source).unwrap();
        let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
        for tool in ["t1", "t2", "x", "t1", "t2", "x"] {
            let decision = policy.evaluate(&mut session, &Call::new(tool, &[]), None, &mut scratch);
            assert_eq!(decision.outcome() == Outcome::Deny, tool != "x", "{names} {tool}");
        }
    }
}

/// Whatever can be set is set: nothing is preallocated, added or multiplied without bound.
#[test]
fn the_largest_and_the_smallest_limits_do_no_harm() {
    let mut largest = Limits::default();
    for row in largest.table().filter(|row| row.settable) {
        largest.set(row.name, row.ceiling.unwrap_or(usize::MAX)).unwrap();
        let error = row.ceiling.map(|ceiling| largest.set(row.name, ceiling + 1).unwrap_err().to_string());
        assert!(error.is_none_or(|error| error.contains(row.name)));
    }
    for line in [
        r#"{"tool":"t","args":{"a":["x"]},"session_value":{"k":[1]},"result":1}"#,
        r#"{"branch":{"tags":["x"]}}"#,
    ] {
        assert_eq!(answered(&largest, line), Ok(()));
    }
    assert_eq!(imported(&largest, &[Argument::new("late", Value::Null)]), Ok(()));
    assert_eq!(compiled(&largest, &rule("a.value in {r\"a+b\", 7}")), Ok(()));
    assert_eq!(moved(&largest, "", |_, _| ()), Ok(()));
    let smallest = Limits::default().table().filter(|row| row.settable && row.group != Group::Text);
    for row in smallest {
        let limits = Limits::default().with(row.name, 0).unwrap();
        // Refused or answered, by whatever is limited so.
        let _ = answered(&limits, r#"{"tool":"t","args":{"a":["x"]},"result":1}"#);
    }
}
