//! Values are secrets: whatever is said about a call, its answer, its explanation, an error, a log of the types that hold it,
//! repeats no argument value, no result and no session value. Only what carries a value on purpose has it: the text of a
//! session its value, the text of a pending call the values that finishing it can need.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::{Value as Json, json};
use sqrt_authoring::explain::{self, Explainer, Paint, Statements, Told};
use sqrt_tests::compare::seeds;
use sqrt_tests::engine;
use sqrt_tests::generate::{Case, Random, Style};
use sqrt_tests::implementations::USUAL;
use sqrt_vm::call::Returned;
use sqrt_vm::engine::PendingCall;
use sqrt_vm::json::{JsonLines, Line, read_line};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::value::{Arena, Value};
use std::fmt::{Debug, Display};
use std::sync::Arc;

/// Put into every text of a value, and found nowhere else.
const TEXT: &str = "s3cr3t";
/// Takes the place of numbers of values.
const NUMBER: &str = "73205080756";

#[track_caller]
fn assert_silent(what: &str, shown: &str) {
    assert!(!shown.contains(TEXT) && !shown.contains(NUMBER), "{what} tells a value: {shown}");
}

#[track_caller]
fn assert_silent_error<E: Debug + Display>(what: &str, error: &E) {
    assert_silent(what, &error.to_string());
    assert_silent(what, &format!("{error:?} {error:#?}"));
}

/// The value with every scalar and every key marked, but for some that can still be what a policy looks for.
fn marked(value: &Json, random: &mut Random) -> Json {
    match value {
        Json::String(text) if random.percent(30) => format!("{TEXT}{text}").into(),
        Json::String(text) => format!("{text}{TEXT}").into(),
        Json::Number(_) if random.percent(50) => json!(73_205_080_756_i64),
        Json::Number(_) => json!(0.732_050_807_56 * 100_000_000_000.0),
        Json::Array(items) => items.iter().map(|item| marked(item, random)).collect(),
        Json::Object(members) => {
            members.iter().map(|(key, member)| (format!("{key}{TEXT}"), marked(member, random))).collect()
        }
        other => other.clone(),
    }
}

/// The lines of a case that are objects, with their values marked.
fn marked_lines(case: &Case, random: &mut Random) -> Vec<String> {
    let mut lines = Vec::new();
    for line in &case.calls {
        let Ok(mut line) = serde_json::from_str::<Json>(line) else { continue };
        let Some(members) = line.as_object_mut() else { continue };
        for (key, value) in members {
            match (key.as_str(), value) {
                ("args", Json::Object(args)) => {
                    args.values_mut().for_each(|value| *value = marked(value, random));
                }
                ("session_value" | "result", value) => *value = marked(value, random),
                _ => {}
            }
        }
        lines.push(line.to_string());
    }
    lines
}

/// Policies, each with lines whose values are marked.
fn cases(default: std::ops::Range<u64>, mut check: impl FnMut(&Policy, &[String], &mut Random)) {
    for seed in seeds(default) {
        let case = Case::generate(seed, Style::ALL, 20);
        let mut random = Random::new(seed);
        let policy = engine::policy(&case.files(), &case.options, USUAL).expect("a policy without errors");
        check(&policy, &marked_lines(&case, &mut random), &mut random);
    }
}

#[test]
fn answers_and_explanations_tell_no_values() {
    let mut answered = 0;
    cases(0..30, |policy, lines, _| {
        let (mut answering, mut session, mut out) =
            (JsonLines::new(policy), Session::new(policy), String::new());
        answering.explain(policy, true);
        for line in lines {
            match answering.answer(policy, line.as_bytes(), |_| Ok(&mut session), &mut out) {
                Ok(()) => answered += 1,
                Err(error) => assert_silent_error("an error", &error),
            }
        }
        assert_silent("an answer", &out);
        assert_silent("the log of a session", &format!("{session:?}"));
        assert_silent("the log of a scratch", &format!("{answering:?}"));
    });
    assert!(answered > 200, "{answered}");
}

/// Without `--show-values`, which is the one way to see them, and which shows them.
#[test]
fn explanations_of_calls_tell_no_values_unless_they_are_asked_for() {
    let (mut told, mut shown) = (0, 0);
    cases(0..30, |policy, lines, _| {
        let policy = Arc::new(Policy::new(policy_again(policy), Limits::default()).expect("it runs"));
        let mut explainer = Explainer::new(Arc::clone(&policy), Statements::default());
        let arena = Arena::new();
        for (number, line) in (1..).zip(lines) {
            let Ok(Line::Call(call)) = read_line(line.as_bytes(), &arena, policy.limits()) else { continue };
            for show_values in [false, true] {
                let options = explain::Options { show_values, full: number % 2 == 0 };
                let explanation = match explainer.call(number, &call, Told::Explain(options)) {
                    Ok(explanation) => explanation.expect("it was asked for"),
                    Err(error) => {
                        assert_silent_error("a failure to explain", &error);
                        continue;
                    }
                };
                let json = serde_json::to_string(&explanation).expect("it can be written");
                let forms = [
                    json,
                    explain::tree(&explanation, Paint::Colour),
                    explain::brief(&explanation, Paint::Plain),
                    explain::page(&explanation, "0"),
                    format!("{explanation:?}"),
                ];
                if show_values {
                    shown += usize::from(forms[0].contains(TEXT));
                    continue;
                }
                forms.iter().for_each(|form| assert_silent("an explanation", form));
                told += 1;
            }
        }
    });
    assert!(told > 200 && shown > 100, "{told} told, {shown} shown");
}

fn policy_again(policy: &Policy) -> sqrt_vm::bytecode::VerifiedProgram {
    sqrt_vm::bytecode::VerifiedProgram::new(policy.program().clone()).expect("it verifies")
}

#[test]
fn logs_of_calls_tell_no_values() {
    let mut finished = 0;
    cases(100..115, |policy, lines, _| {
        let (arena, mut session) = (Arena::new(), Session::new(policy));
        let mut scratch = sqrt_vm::scratch::Scratch::new(policy);
        for line in lines {
            let line = read_line(line.as_bytes(), &arena, policy.limits());
            assert_silent("the log of a line", &format!("{line:?} {line:#?}"));
            let Ok(Line::Call(line)) = line else { continue };
            if let Some(value) = line.session_value {
                session.set_value(value, policy.limits()).expect("a small value");
            }
            let checked = policy.check(&mut session, &line.call, &mut scratch);
            assert_silent("the log of a check", &format!("{checked:?}"));
            let Some(pending) = checked.into_pending() else { continue };
            let returned = line.returned.unwrap_or(Returned::new(Value::Str(TEXT)));
            assert_silent("the log of a pending call", &format!("{pending:?} {returned:?}"));
            let again = pending.clone();
            policy
                .finish(&mut session, pending, &returned, &mut scratch)
                .expect("a call that can be finished");
            let failure = policy.finish(&mut session, again, &returned, &mut scratch).expect_err("finished");
            assert_silent_error("a failure", &failure);
            finished += 1;
        }
        assert_silent("the log of a session", &format!("{session:?}"));
        assert_silent("the log of a scratch", &format!("{scratch:?}"));
    });
    assert!(finished > 50, "{finished}");
}

/// What carries values on purpose has them where it should and nowhere else.
#[test]
fn texts_of_sessions_and_pending_calls_have_values_in_their_places_alone() {
    let (mut in_sessions, mut in_calls, mut left_out) = (0, 0, 0);
    cases(200..225, |policy, lines, _| {
        let arena = Arena::new();
        let mut scratch = sqrt_vm::scratch::Scratch::new(policy);
        for line in lines {
            let Ok(Line::Call(line)) = read_line(line.as_bytes(), &arena, policy.limits()) else { continue };
            let mut session = Session::new(policy);
            if let Some(value) = line.session_value {
                session.set_value(value, policy.limits()).expect("a small value");
            }
            let mut text: Json = serde_json::from_str(&session.export()).expect("a session is JSON");
            in_sessions += usize::from(text.to_string().contains(TEXT));
            text.as_object_mut().expect("an object").remove("session_value");
            assert_silent("the text of a session", &text.to_string());
            let Some(pending) = policy.check(&mut session, &line.call, &mut scratch).into_pending() else {
                continue;
            };
            let text = pending.export(policy).expect("values from JSON");
            let mut text: Json = serde_json::from_str(&text).expect("a pending call is JSON");
            for arg in text["args"].as_array_mut().expect("a list") {
                match arg.as_object_mut().expect("an object").remove("value") {
                    Some(value) => in_calls += usize::from(value.to_string().contains(TEXT)),
                    None => left_out += 1,
                }
            }
            assert_silent("the text of a pending call", &text.to_string());
        }
    });
    assert!(in_sessions > 10 && in_calls > 10 && left_out > 10, "{in_sessions} {in_calls} {left_out}");
}

/// One byte changed, or the end cut off.
fn damaged(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = random.below(bytes.len());
    match random.below(4) {
        0 => bytes.truncate(at),
        1 => bytes[at] = u8::try_from(random.below(256)).expect("a byte"),
        2 => drop(bytes.remove(at)),
        _ => bytes.insert(at, b"{}[]\",:\\0e"[random.below(10)]),
    }
    bytes
}

#[test]
fn errors_about_damaged_texts_tell_no_values() {
    let mut errors = 0;
    cases(300..315, |policy, lines, random| {
        let arena = Arena::new();
        let mut scratch = sqrt_vm::scratch::Scratch::new(policy);
        for line in lines {
            for _ in 0..5 {
                if let Err(error) = read_line(&damaged(line, random), &Arena::new(), policy.limits()) {
                    assert_silent_error("an error about a line", &error);
                    errors += 1;
                }
            }
            let Ok(Line::Call(line)) = read_line(line.as_bytes(), &arena, policy.limits()) else { continue };
            let mut session = Session::new(policy);
            session
                .set_value(line.session_value.unwrap_or(Value::Str(TEXT)), policy.limits())
                .expect("small");
            let checked = policy.check(&mut session, &line.call, &mut scratch);
            let pending = checked.into_pending().map(|call| call.export(policy).expect("values from JSON"));
            for text in [Some(session.export()), pending].into_iter().flatten() {
                for _ in 0..5 {
                    let damaged = damaged(&text, random);
                    let Ok(damaged) = std::str::from_utf8(&damaged) else { continue };
                    if let Err(error) = Session::import(policy, damaged) {
                        assert_silent_error("an error about a session", &error);
                    }
                    if let Err(error) = PendingCall::import(policy, damaged, &Arena::new()) {
                        assert_silent_error("an error about a pending call", &error);
                        errors += 1;
                    }
                }
            }
        }
    });
    assert!(errors > 400, "{errors}");
}

/// A value where something else belongs is not told either, whatever it is and wherever it stands.
#[test]
fn errors_about_misplaced_values_tell_no_values() {
    let whole = json!({
        "session": "s", "tool": "t", "args": {"a": [{"k": 1}]},
        "arg_meta": {"a": {"tags": ["x"], "consumers": {"except": ["y"]}}}, "session_value": 1,
        "control_meta": {"producers": ["x"]}, "result": 1, "result_meta": {"tags": []}, "combine_meta": "merge"
    });
    let policy =
        engine::policy(&[], &sqrt_tests::corpus::Options::default(), USUAL).expect("no files, no errors");
    let session: Json = serde_json::from_str(&Session::new(&policy).export()).expect("JSON");
    let call = sqrt_vm::call::Call::new("t", &[]);
    let checked =
        policy.check(&mut Session::new(&policy), &call, &mut sqrt_vm::scratch::Scratch::new(&policy));
    let pending = checked.into_pending().expect("allowed").export(&policy).expect("no values");
    let mut pending: Json = serde_json::from_str(&pending).expect("JSON");
    pending["args"] = json!([{"name": "a", "value": 1, "meta": {"tags": ["x"]}}]);
    let (mut refused, wrong) = (0, wrong_values());
    for text in [whole, session, pending] {
        for place in places(&text) {
            // What release a text is of is no value, and the way out.
            if place.starts_with("/sqrt_") {
                continue;
            }
            for wrong in &wrong {
                let mut text = text.clone();
                *text.pointer_mut(&place).expect("a place of the text") = json!("PLACE");
                let text = text.to_string().replace("\"PLACE\"", wrong);
                let arena = Arena::new();
                let errors = [
                    read_line(text.as_bytes(), &arena, &Limits::default())
                        .err()
                        .map(|e| format!("{e} {e:?}")),
                    Session::import(&policy, &text).err().map(|error| format!("{error} {error:?}")),
                    PendingCall::import(&policy, &text, &arena)
                        .err()
                        .map(|error| format!("{error} {error:?}")),
                    arena.parse(&text, &Limits::default()).err().map(|error| format!("{error} {error:?}")),
                ];
                for error in errors.into_iter().flatten() {
                    assert_silent(&text, &error);
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

/// Values that are marked, of every kind, as JSON text; some are no JSON as calls have it.
fn wrong_values() -> Vec<String> {
    let twice = format!(r#"{{"{TEXT}": 1, "b": 2, "{TEXT}": 3}}"#);
    let texts = [
        format!("\"{TEXT}\""),
        format!(r#""{TEXT}, expected {TEXT} `{TEXT}` \"{TEXT}\" \u0041""#),
        NUMBER.to_owned(),
        format!("-{NUMBER}"),
        format!("{NUMBER}.5"),
        format!("{NUMBER}e999"),
        format!("[\"{TEXT}\", {NUMBER}]"),
        format!(r#"{{"k": "{TEXT}"}}"#),
        format!("[{twice}]"),
        "true".to_owned(),
        format!("\"{TEXT}\\ud800\""),
        format!("{}\"{TEXT}\"{}", "[".repeat(200), "]".repeat(200)),
    ];
    texts.into()
}

/// Every place inside a value, as JSON pointers.
fn places(value: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Json::Array(items) => {
                open.extend(items.iter().enumerate().map(|(at, item)| (format!("{path}/{at}"), item)));
            }
            Json::Object(members) => {
                open.extend(members.iter().map(|(key, member)| (format!("{path}/{key}"), member)));
            }
            _ => {}
        }
        found.push(path);
    }
    found
}

#[test]
fn values_of_hosts_are_refused_without_a_word_about_them() {
    let policy =
        engine::policy(&[], &sqrt_tests::corpus::Options::default(), USUAL).expect("no files, no errors");
    let limits = Limits::default().with("session_value_bytes", 10).expect("a limit");
    for value in [
        Value::Object(&[(TEXT, Value::Null), (TEXT, Value::Str(TEXT))]),
        Value::List(&[Value::Str(TEXT), Value::from(f64::NAN)]),
        Value::from(sqrt_vm::number::Number::Int(73_205_080_756 << 64)),
        Value::Str(TEXT),
    ] {
        let error = Session::new(&policy).set_value(value, &limits).expect_err("no value of a session");
        assert_silent_error("an error about a value", &error);
        assert_silent("the log of a value", &format!("{value:?} {value:#?}"));
    }
}
