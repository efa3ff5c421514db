//! Sessions written, read and moved between policies.

use super::{Metadata, Session, StringTable};
use crate::bytecode::settings::Settings;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::testing::{Assembler, limited_policy, on_a_small_stack, policy};
use crate::value::Arena;
use crate::value::Value::{self, List, Null, Object, Str};
use proptest::prelude::*;

/// A policy that names these tags, in this order.
fn naming(tags: &[&str]) -> Policy {
    policy(program(tags), Settings::default())
}

fn program(tags: &[&str]) -> crate::bytecode::program::Program {
    let mut asm = Assembler::new();
    for tag in tags {
        asm.tag(tag);
    }
    asm.program
}

/// The text of a session of `policy` whose sets are these.
fn text(policy: &Policy, tags: &str, producers: &str, consumers: &str) -> String {
    format!(
        "{{\"sqrt_session\": 1, \"policy\": \"{}\", \"session\": null, \"session_meta\": {{\"tags\": {tags}, \
         \"producers\": {producers}, \"consumers\": {consumers}}}, \"blocked\": false, \"next_call\": 0, \
         \"forgotten\": 0, \"pending\": []}}",
        policy.id()
    )
}

#[test]
fn a_new_session_is_written_and_read() {
    let policy = naming(&["pii"]);
    let session = Session::new(&policy);
    assert_eq!(session.export(), text(&policy, "[]", "[]", "[\"*\"]"));
    let read = Session::import(&policy, &session.export()).unwrap();
    assert_eq!(read.export(), session.export());
    assert!(read.value(&Arena::new()).is_none());
}

/// Moving a session would be seen by the tags that its metadata does not list any more: they are left behind.
#[test]
fn a_session_is_bound_only_where_it_is_not() {
    let policy = naming(&["pii"]);
    let mut session = Session::import(&policy, &text(&policy, "[\"x\"]", "[]", "[\"*\"]")).unwrap();
    let none = StringTable::default();
    session.commit(&Metadata::default(), policy.universe(), &none, &Limits::default()).unwrap();
    session.bind(&policy).unwrap();
    assert_eq!(session.held_tags(), (1, 1));
    let again = naming(&["pii"]);
    assert_eq!(again.id(), policy.id());
    session.bind(&again).unwrap();
    assert_eq!(session.held_tags(), (0, 0));
}

#[test]
fn everything_that_a_session_has_is_in_its_text() {
    let policy = naming(&["pii"]);
    let limits = Limits::default();
    let mut session = Session::new(&policy).named("a \"name\"", &limits).unwrap();
    let members = [("b", List(&[Null, Value::Number(crate::number::Number::Float(2.0))])), ("a", Str("\n"))];
    session.set_value(Object(&members), &limits).unwrap();
    for _ in 0..4 {
        session.calls_mut().open(3);
    }
    session.calls_mut().close(2).unwrap();
    session.block();
    let expected = format!(
        "{{\"sqrt_session\": 1, \"policy\": \"{}\", \"session\": \"a \\\"name\\\"\", \"session_meta\": {{\"tags\": [], \
         \"producers\": [], \"consumers\": [\"*\"]}}, \"session_value\": {{\"a\": \"\\n\", \"b\": [null, 2]}}, \
         \"blocked\": true, \"next_call\": 4, \"forgotten\": 1, \"pending\": [1, 3]}}",
        policy.id()
    );
    assert_eq!(session.export(), expected);
    let read = Session::import(&policy, &expected).unwrap();
    assert_eq!((read.export(), read.name()), (expected, Some("a \"name\"")));
    assert_eq!((read.is_blocked(), read.pending_calls()), (true, 2));
}

#[test]
fn equal_states_have_equal_texts() {
    let policy = naming(&["b", "a"]);
    let canonical = text(&policy, "[\"a\", \"b\", \"c\", \"d\"]", "{\"except\": [\"x\"]}", "[]");
    for (tags, consumers) in
        [("[\"d\", \"c\", \"b\", \"a\"]", "[]"), ("[\"c\",\"a\",\"d\",\"b\",\"c\"]", "{\"except\": [\"*\"]}")]
    {
        let other = text(&policy, tags, "{\"except\": [\"x\", \"x\"]}", consumers);
        assert_eq!(Session::import(&policy, &other).unwrap().export(), canonical);
    }
    let universal = text(&policy, "[]", "[]", "[\"*\"]");
    for consumers in ["{\"except\": []}", "[\"a\", \"*\"]"] {
        let other = text(&policy, "[]", "[]", consumers);
        assert_eq!(Session::import(&policy, &other).unwrap().export(), universal);
    }
}

#[test]
fn what_is_not_a_session_of_the_policy_is_refused() {
    let policy = naming(&["pii"]);
    let fine = text(&policy, "[]", "[]", "[]");
    let with = |old: &str, new: &str| {
        assert!(fine.contains(old));
        fine.replace(old, new)
    };
    let deep = with("\"blocked\"", &format!("\"session_value\": {}, \"blocked\"", "[".repeat(100_000)));
    let value = |levels: usize| {
        let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        with("\"blocked\"", &format!("\"session_value\": {nested}, \"blocked\""))
    };
    assert!(Session::import(&policy, &value(100)).is_ok());
    for (text, expected) in [
        (String::new(), "EOF while parsing"),
        ("[]".to_owned(), "expected a session, an object with the key `sqrt_session`"),
        ("{}".to_owned(), "missing key `sqrt_session`"),
        (with("{\"sqrt_session\": 1, ", "{"), "missing key `sqrt_session`"),
        (with("\"sqrt_session\": 1", "\"sqrt_session\": \"1\""), "expected u64"),
        (with("\"blocked\": false, ", ""), "missing key `blocked`"),
        (with("\"forgotten\": 0, ", ""), "missing key `forgotten`"),
        (with("\"session\": null, ", ""), "missing key `session`"),
        (with("\"producers\": [], ", ""), "missing key `producers` of `session_meta`"),
        (with("\"producers\": [], ", "\"labels\": [], "), "unknown key"),
        (with("\"blocked\"", "\"blocked\": false, \"blocked\""), "duplicate key `blocked`"),
        (with("\"blocked\"", "\"locked\""), "unknown key"),
        (with("\"next_call\": 0", "\"next_call\": -1"), "u64"),
        (with("\"next_call\": 0", "\"next_call\": 9007199254740993"), "`next_call` is beyond 2^53"),
        (with("\"forgotten\": 0", "\"forgotten\": 1"), "`forgotten` is beyond `next_call`"),
        (with("\"pending\": []", "\"pending\": [0]"), "`pending` is not below `next_call`"),
        (with("\"pending\": []", "\"pending\": null"), "a list of the ids of calls"),
        (with("\"session\": null", "\"session\": 1"), "expected a string as `session`"),
        (with("\"blocked\": false", "\"blocked\": 0"), "a boolean"),
        (format!("{fine} {fine}"), "trailing characters"),
        (deep, "nested deeper than the limit `value_depth`"),
        (value(101), "nested deeper than the limit `value_depth`"),
        (with(&policy.id().to_string(), "00"), "`policy` is not the id of a policy"),
    ] {
        let error = Session::import(&policy, &text).unwrap_err();
        assert!(
            error.to_string().contains(expected),
            "{text:.200}\n  expected {expected}\n  but got  {error}"
        );
        assert_eq!((error.version(), error.policy(), error.limit()), (None, None, None));
    }
    // Another version is told whatever else has changed, and wherever it stands.
    for text in [
        with("\"sqrt_session\": 1", "\"sqrt_session\": 2"),
        with("\"sqrt_session\": 1", "\"new\": [{\"x\": 1}], \"sqrt_session\": 2"),
        "{\"metadata\": {}, \"sqrt_session\": 2}".to_owned(),
    ] {
        let error = Session::import(&policy, &text).unwrap_err();
        assert_eq!(error.version(), Some(2));
        assert!(error.to_string().contains("version 2 of the form, and only version 1"), "{error}");
    }
    let other = naming(&["x"]);
    let error = Session::import(&other, &fine).unwrap_err();
    assert_eq!(error.policy(), Some(policy.id()));
    assert!(error.to_string().contains("`Session::import_rebound`"), "{error}");
    let rebound = Session::import_rebound(&other, &fine).unwrap();
    assert_eq!((rebound.policy(), rebound.export()), (other.id(), text(&other, "[]", "[]", "[]")));
}

#[test]
fn moving_has_limits_and_happens_whole_or_not_at_all() {
    let wide = naming(&["a", "b", "c"]);
    let mut session = Session::import(&wide, &text(&wide, "[\"a\", \"b\"]", "[\"c\", \"d\"]", "[]")).unwrap();
    session = session.named("abc", &Limits::default()).unwrap();
    session.set_value(Str("a value of 20 bytes!"), &Limits::default()).unwrap();
    session.calls_mut().open(9);
    session.calls_mut().open(9);
    let before = session.export();
    for (limit, limits) in [
        ("tags_per_session", Limits { tags_per_session: 3, ..Limits::default() }),
        ("session_tag_bytes", Limits { session_tag_bytes: 3, ..Limits::default() }),
        ("session_value_bytes", Limits { session_value_bytes: 20, ..Limits::default() }),
        ("session_name_bytes", Limits { session_name_bytes: 2, ..Limits::default() }),
        ("pending_calls", Limits { pending_calls: 1, ..Limits::default() }),
    ] {
        let narrow = limited_policy(program(&[]), limits);
        let error = session.rebind(&narrow).unwrap_err();
        assert_eq!(error.limit().map(|limit| limit.name()), Some(limit));
        assert_eq!((session.export().as_str(), session.policy()), (before.as_str(), wide.id()));
        let error = Session::import_rebound(&narrow, &before).unwrap_err();
        assert_eq!(error.limit().map(|limit| limit.name()), Some(limit));
    }
    let limits = Limits { tags_per_session: 4, session_tag_bytes: 4, pending_calls: 2, ..Limits::default() };
    let narrow = limited_policy(program(&[]), limits);
    session.rebind(&narrow).unwrap();
    assert_eq!(session.tags().len(), 4);
    session.rebind(&wide).unwrap();
    assert_eq!((session.export(), session.tags().len()), (before, 1));
}

#[test]
fn a_value_that_is_not_json_is_refused_when_it_is_set() {
    let policy = naming(&[]);
    let (mut session, limits) = (Session::new(&policy), Limits::default());
    let deep: Value<'_> = (0..101).fold(Null, |value, _| List(vec![value].leak()));
    let error = session.set_value(deep, &limits).unwrap_err();
    assert_eq!(error.limit().map(|limit| limit.name()), Some("value_depth"));
    let error = session.set_value(Object(&[("k", Null), ("k", Null)]), &limits).unwrap_err();
    assert_eq!(error.to_string(), "an object of the value has a key twice");
    assert!(session.value(&Arena::new()).is_none());
}

#[test]
fn the_deepest_value_fits_a_small_stack() {
    on_a_small_stack(|| {
        let limits = Limits::default().with("value_depth", 120).unwrap();
        let policy = limited_policy(program(&[]), limits);
        let mut session = Session::new(&policy);
        let deep: Value<'_> = (0..120).fold(Null, |value, _| Object(vec![("k", value)].leak()));
        session.set_value(deep, &limits).unwrap();
        let text = session.export();
        assert_eq!(Session::import(&policy, &text).unwrap().export(), text);
    });
}

/// A metadata set as JSON.
fn sets() -> impl Strategy<Value = String> {
    let names = prop::collection::vec("[a-d]{1,2}|[\"\\\\\u{1}é]", 0..6);
    (names, any::<bool>()).prop_map(|(names, complement)| {
        let list = serde_json::to_string(&names).unwrap();
        if complement { format!("{{\"except\": {list}}}") } else { list }
    })
}

proptest! {
    #[test]
    fn sessions_come_back_and_survive_every_move(
        [tags, producers, consumers] in [sets(), sets(), sets()],
        named in prop::collection::btree_set("[a-d]{1,2}", 0..8),
    ) {
        let (policy, named) = (naming(&["b", "a", "cc"]), named.iter().map(String::as_str).collect::<Vec<_>>());
        let other = naming(&named);
        let text = text(&policy, &tags, &producers, &consumers);
        let mut session = Session::import(&policy, &text).unwrap();
        let exported = session.export();
        prop_assert_eq!(Session::import(&policy, &exported).unwrap().export(), exported.as_str());
        session.rebind(&other).unwrap();
        let moved = session.export();
        prop_assert_eq!(moved.replace(&other.id().to_string(), &policy.id().to_string()), exported.as_str());
        prop_assert_eq!(Session::import_rebound(&other, &exported).unwrap().export(), moved.as_str());
        session.rebind(&policy).unwrap();
        prop_assert_eq!(session.export(), exported);
    }

    /// Any damage is an error or another session, never a panic.
    #[test]
    fn damaged_texts_do_no_harm(place in 0..400usize, byte in any::<char>(), cut in any::<bool>()) {
        let policy = naming(&["pii"]);
        let mut text = text(&policy, "[\"pii\", \"x\"]", "{\"except\": [\"y\"]}", "[\"*\"]");
        let place = place % text.len();
        if cut { text.truncate(place) } else { text.replace_range(place..=place, &byte.to_string()) }
        if let Ok(session) = Session::import(&policy, &text) {
            let again = session.export();
            prop_assert_eq!(Session::import(&policy, &again).unwrap().export(), again);
        }
    }
}
