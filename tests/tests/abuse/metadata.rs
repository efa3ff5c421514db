//! Metadata and sessions that grow, collide or come back changed.

use crate::kit::Came::{Allow, Deny, Error};
use crate::kit::{Host, numbered, policy, quoted, size};
use crate::table::{Case, Family, Run, mib, times};
use sqrt_vm::call::{Call, MetadataInput, Returned};
use sqrt_vm::decision::{Basis, Outcome};
use sqrt_vm::engine::PendingCall;
use sqrt_vm::metadata::Session;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

pub(crate) const FAMILY: Family = Family {
    title: "Metadata and sessions",
    cases: &[
        Case {
            name: "many-tags",
            attempt: "a million tags on one value, tags of 1 MiB, a million tags spread over many sets",
            outcome: "over a limit: refused, and nothing changes; within: exact",
            memory: times(24),
            run: Run::Engine(many_tags),
        },
        Case {
            name: "growing-session",
            attempt: "a session that each call adds new tags to, without end",
            outcome: "denied as soon as it would pass its limit, with the session as it was; other calls go on",
            memory: mib(128),
            run: Run::Engine(growing_session),
        },
        Case {
            name: "churning-session",
            attempt: "tags that come and go in a session, ever new, for 100,000 calls",
            outcome: "memory is that of what the session has, not of what it had",
            memory: mib(32),
            run: Run::Engine(churning_session),
        },
        Case {
            name: "session-values",
            attempt: "values of sessions of many MiB, set again and again, and over the limit",
            outcome: "refused over the limit, the value stays what it was; memory of one value",
            memory: mib(192),
            run: Run::Engine(session_values),
        },
        Case {
            name: "unfinished-calls",
            attempt: "a million calls that are checked and never finished, and calls finished twice",
            outcome: "the oldest are forgotten, no call is finished twice; memory stays",
            memory: mib(32),
            run: Run::Engine(unfinished_calls),
        },
        Case {
            name: "hostile-texts",
            attempt: "texts of sessions and calls that name other policies, endless ids, colliding ids, a million tags, or are cut",
            outcome: "refused as a whole",
            memory: times(24),
            run: Run::Engine(hostile_texts),
        },
        Case {
            name: "stars",
            attempt: "`\"*\"` among tags, in complements, as a value and as an argument",
            outcome: "in metadata it is the universal set, which needs no limit; as a value a string",
            memory: mib(32),
            run: Run::Engine(stars),
        },
        Case {
            name: "used-after-failure",
            attempt: "calls that fail in the middle of each phase, then the same scratch and session used on",
            outcome: "denied with basis `error`; no phase takes effect, nothing is poisoned: the next call is decided as ever",
            memory: mib(64),
            run: Run::Engine(used_after_failure),
        },
    ],
};

fn tagged(tags: &str) -> String {
    format!(r#"{{"tool": "t", "args": {{"x": 1}}, "arg_meta": {{"x": {{"tags": {tags}}}}}, "result": 1}}"#)
}

const KEEPER: &str = "tool \"t\" { must deny when x.tags overlaps {\"pii\"}; session after { @tags |= x.tags; } } tool \"drop\" { session after { @tags = {}; } }";

fn many_tags() -> usize {
    let count = size(1_000_000, 120_000);
    let mut host = Host::new("tool \"t\" { must deny when x.tags overlaps {\"pii\"}; }");
    let list = |count: usize, last: &str| {
        format!("[{}, \"{last}\"]", numbered(count, ",", |tag| format!("\"g{tag}\"")))
    };
    let over = tagged(&list(count, "pii"));
    host.refuses(&over, "tags_per_set");
    host.refuses(tagged(&format!("{{\"except\": {}}}", list(count, "a"))), "tags_per_set");
    assert_eq!(host.decide(tagged(&list(90_000, "pii"))), Deny);
    assert_eq!(host.decide(tagged(&list(90_000, "fine"))), Allow);
    host.refuses(tagged(&format!("[\"{}\"]", "g".repeat(1 << 20))), "tag_bytes");
    // Many sets within their limit.
    let args = numbered(count / 50_000, ",", |number| format!("\"a{number}\":1"));
    let meta = numbered(count / 50_000, ",", |number| {
        format!(
            "\"a{number}\":{{\"tags\":[{}]}}",
            numbered(50_000, ",", |tag| format!("\"g{number}/{tag}\""))
        )
    });
    let line = format!(
        r#"{{"tool": "t", "args": {{{args},"x":1}}, "arg_meta": {{{meta},"x":{{"tags":["pii"]}}}}}}"#
    );
    assert!(matches!(host.decide(&line), Deny | Error));
    over.len().max(line.len())
}

fn growing_session() -> usize {
    let mut host = Host::new(KEEPER);
    let mut refused = 0;
    for round in 0..size(60, 27) {
        let tags = numbered(4_000, ",", |tag| format!("\"r{round}/{tag}\""));
        match host.decide(tagged(&format!("[{tags}]"))) {
            Allow => assert_eq!(refused, 0, "round {round}: the session took more after it was full"),
            Error => refused += 1,
            Deny => panic!("no rule denies"),
        }
    }
    assert!(refused > 0, "the session grew without end");
    let full = host.session().export();
    assert_eq!(host.decide(tagged("[\"pii\"]")), Deny);
    assert_eq!(host.session().export(), full);
    assert_eq!(host.decide(r#"{"tool": "drop", "result": 1}"#), Allow);
    assert_eq!(host.decide(tagged("[\"new\"]")), Allow);
    full.len()
}

fn churning_session() -> usize {
    let count = size(100_000, 1_000);
    let mut host = Host::new(KEEPER.replace("|=", "="));
    for round in 0..count {
        let tags = numbered(20, ",", |tag| format!("\"round {round} tag {tag}\""));
        assert_eq!(host.decide(tagged(&format!("[{tags}]"))), Allow);
    }
    assert!(host.session().export().len() < 2_000);
    count * 400
}

fn session_values() -> usize {
    let mut host = Host::new("tool \"t\" { must deny when @session.value in {\"blocked\"}; }");
    let line = |value: &str| format!(r#"{{"tool": "t", "session_value": {value}}}"#);
    let large = quoted(&"v".repeat(size(8 << 20, 500 << 10)));
    for _ in 0..10 {
        assert!(matches!(host.decide(line(&large)), Allow | Error));
    }
    let list = format!("[{}1]", "1,".repeat(100_000));
    assert!(matches!(host.decide(line(&list)), Allow | Error));
    assert_eq!(host.decide(line("\"blocked\"")), Deny);
    let over = quoted(&"v".repeat(17 << 20));
    host.refuses(line(&over), "");
    assert_eq!(host.decide(r#"{"tool": "t"}"#), Deny, "the value stays what it was");
    over.len()
}

fn unfinished_calls() -> usize {
    let count = size(1_000_000, 20_000);
    let policy = policy("tool \"t\" { session after { @tags |= {\"done\"}; } }");
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let call = Call::builder("t");
    let call = call.call();
    let check = |session: &mut Session, scratch: &mut Scratch| {
        policy.check(session, &call, scratch).into_pending().expect("allowed")
    };
    let first = check(&mut session, &mut scratch);
    for _ in 0..count {
        check(&mut session, &mut scratch);
    }
    assert!(session.pending_calls() <= policy.limits().pending_calls());
    assert!(session.export().len() < 100_000);
    let returned = Returned::new(Value::Null);
    assert!(policy.finish(&mut session, first, &returned, &mut scratch).is_err(), "it was forgotten");
    let mut session = Session::new(&policy);
    let pending = check(&mut session, &mut scratch);
    let (text, arena) = (pending.export(&policy).expect("JSON"), Arena::new());
    let again = PendingCall::import(&policy, &text, &arena).expect("it was exported");
    assert!(policy.finish(&mut session, pending, &returned, &mut scratch).is_ok());
    assert!(policy.finish(&mut session, again, &returned, &mut scratch).is_err(), "finished twice");
    count
}

fn hostile_texts() -> usize {
    let count = size(1_000_000, 20_000);
    let mut host = Host::new(KEEPER);
    assert_eq!(host.decide(tagged("[\"a\"]")), Allow);
    let text = host.session().export();
    let policy = &host.policy;
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        assert!(Session::import(policy, &text.replacen(from, to, 1)).is_err(), "{to}");
    };
    let id = policy.id().to_string();
    refused(&id, &id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "f"));
    refused(&id, "");
    refused("\"sqrt_session\": 1", "\"sqrt_session\": 2");
    refused("\"sqrt_session\": 1", "\"sqrt_session\": 18446744073709551616");
    refused("\"next_call\": 0", "\"next_call\": -1");
    refused("\"next_call\": 0", "\"next_call\": 18446744073709551615");
    refused("\"forgotten\": 0", "\"forgotten\": 5");
    refused("\"pending\": []", "\"pending\": [0]");
    refused("\"pending\": []", "\"pending\": null");
    refused("\"blocked\": false", "\"blocked\": null");
    refused("\"tags\": [\"a\"]", "\"tags\": [5]");
    refused("\"tags\": [\"a\"], ", "");
    let pending = numbered(count, ",", |id| id.to_string());
    let flood = text.replacen("\"pending\": []", &format!("\"pending\": [{pending}]"), 1).replacen(
        "\"next_call\": 0",
        &format!("\"next_call\": {count}"),
        1,
    );
    assert!(Session::import(policy, &flood).is_err());
    let tags = numbered(count, ",", |tag| format!("\"g{tag}\""));
    let flood = text.replacen("\"tags\": [\"a\"]", &format!("\"tags\": [{tags}]"), 1);
    assert_eq!(Session::import(policy, &flood).is_err(), count > policy.limits().tags_per_session() - 1);
    let name = text.replacen("\"session\": null", &format!("\"session\": \"{}\"", "n".repeat(1 << 20)), 1);
    assert!(Session::import(policy, &name).is_err());
    for end in (0..text.len()).step_by(7) {
        assert!(Session::import(policy, &text[..end]).is_err(), "cut at {end}");
    }
    assert!(Session::import(policy, &(text.clone() + "{}")).is_err());
    assert!(Session::import(policy, &text).is_ok());
    flood.len()
}

fn stars() -> usize {
    let mut host =
        Host::new("tool \"t\" { must deny when x.tags overlaps {\"pii\"} or x.value in {str \"*\"}; }");
    assert_eq!(host.decide(tagged("[\"*\"]")), Deny);
    assert_eq!(host.decide(tagged("[\"a\", \"*\", \"b\"]")), Deny);
    assert_eq!(host.decide(tagged("{\"except\": []}")), Deny);
    assert_eq!(host.decide(tagged("{\"except\": [\"*\"]}")), Allow);
    assert_eq!(host.decide(tagged("{\"except\": [\"pii\"]}")), Allow);
    assert_eq!(host.decide(tagged("[\"\\u002a\"]")), Deny);
    assert_eq!(host.decide(tagged("[\"\u{ff0a}\"]")), Allow);
    assert_eq!(host.decide(crate::kit::call("\"*\"")), Deny);
    assert_eq!(host.decide(crate::kit::call("\"a*\"")), Allow);
    1_000
}

fn used_after_failure() -> usize {
    let policy = policy(
        "tool \"t\" { session before { @tags |= {\"asked\"}; } must deny when x.tags overlaps {\"pii\"}; result { @tags |= {\"made\"}; } session after { @tags |= x.tags; } }",
    );
    let limit = policy.limits().tags_per_session();
    let (mut session, mut scratch, arena) = (Session::new(&policy), Scratch::new(&policy), Arena::new());
    let names: Vec<String> = (0..limit + 1).map(|tag| format!("g{tag}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let long = "g".repeat(policy.limits().tag_bytes() + 1);
    let long = [long.as_str()];
    let mut deep = Value::Null;
    for _ in 0..200 {
        deep = arena.list(&[deep]);
    }
    for round in 0..20 {
        let before = session.export();
        // Too many tags, too long a one, a value too deep, an argument twice: each fails at another place.
        let mut builder = Call::builder("t");
        match round % 4 {
            0 => {
                builder.arg_with("x", 1, MetadataInput::default().with_tags(&names[..]));
            }
            1 => {
                builder.arg_with("x", 1, MetadataInput::default().with_tags(&long[..]));
            }
            2 => {
                builder.arg("x", 1).arg("x", 2);
            }
            _ => {
                assert!(session.set_value(deep, policy.limits()).is_err());
                builder.arg("x", 1).arg("x", 1);
            }
        }
        let call = builder.call();
        let decision = policy.evaluate(&mut session, &call, Some(&Returned::new(Value::Null)), &mut scratch);
        assert_eq!((decision.outcome(), decision.basis()), (Outcome::Deny, Basis::Error), "round {round}");
        assert_eq!(session.export(), before, "round {round}");
        // As if nothing had been.
        let tag = [names[round]];
        let mut builder = Call::builder("t");
        builder.arg_with("x", 1, MetadataInput::default().with_tags(&tag));
        let call = builder.call();
        let decision = policy.evaluate(&mut session, &call, Some(&Returned::new(Value::Null)), &mut scratch);
        assert_eq!(decision.outcome(), Outcome::Allow, "round {round}");
        assert!(session.export().contains(&format!("\"g{round}\"")));
    }
    // A panic of the host between two calls, while it has them borrowed.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let call = Call::new("t", &[]);
        let checked = policy.check(&mut session, &call, &mut scratch);
        assert_eq!(checked.decision().outcome(), Outcome::Deny, "the host fails here");
    }));
    std::panic::set_hook(quiet);
    assert!(caught.is_err());
    let decision = policy.evaluate(&mut session, &Call::new("t", &[]), None, &mut scratch);
    assert_eq!(decision.outcome(), Outcome::Allow);
    limit * 8
}
