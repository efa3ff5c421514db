//! Sessions, and the tags of calls that come and go.

use super::{Interner, Mentioned, MetaSet, Metadata, Session, StringTable, TagId, Tags, Universe, write_set};
use crate::bytecode::PolicyId;
use crate::engine::{Failure, FailureKind};
use crate::limits::Limits;
use crate::value::{Arena, Value, ValueScratch};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A host: one policy, one session, the memory for calls.
struct Host {
    universe: Universe,
    session: Session,
    call: StringTable,
    limits: Limits,
}

impl Host {
    fn new() -> Host {
        let universe = crate::testing::universe(["pii", "secret"]);
        Host {
            session: Session::of(PolicyId::from_bytes([0; 32]), universe.clone()),
            universe,
            call: StringTable::default(),
            limits: Limits::default(),
        }
    }

    /// Begins a call: its tags are forgotten, the session's metadata copied.
    fn begin(&mut self) -> Metadata {
        self.call.clear();
        self.session.metadata().clone()
    }

    fn set(&mut self, tags: &[&str]) -> MetaSet {
        let Host { universe, session, call, limits } = self;
        let mut interner = Interner {
            universe,
            session: session.tags(),
            mentioned: &mut Mentioned::default(),
            call,
            limits,
            order: &mut Vec::new(),
            work: &mut crate::work::Work::default(),
        };
        let mut set = MetaSet::empty();
        for tag in tags {
            set.insert(interner.intern(tag).unwrap());
        }
        set
    }

    fn commit(&mut self, metadata: &Metadata) -> Result<(), String> {
        let Host { universe, session, call, limits } = self;
        session.commit(metadata, universe, call, limits).map_err(|error| error.to_string())
    }

    /// The session's set of tags, without the tags of any call.
    fn tags(&self) -> String {
        let none = StringTable::default();
        let tags = Tags { universe: &self.universe, session: self.session.tags(), call: &none };
        let mut out = String::new();
        write_set(&mut out, &self.session.metadata().tags, &tags, &mut Vec::new());
        out
    }
}

#[test]
fn tags_of_the_policy_do_not_count_against_the_limits() {
    let mut host = Host::new();
    host.limits = Limits { tags_per_session: 1, session_tag_bytes: 1, ..host.limits };
    let mut metadata = host.begin();
    metadata.tags = host.set(&["pii", "secret", "x"]);
    host.commit(&metadata).unwrap();
    assert_eq!(host.tags(), r#"["pii", "secret", "x"]"#);
}

#[test]
fn only_what_is_stored_gets_into_the_session() {
    let mut host = Host::new();
    let mut metadata = host.begin();
    let mentioned = host.set(&["pii", "mentioned", "stored"]);
    assert_eq!(mentioned.view().listed_from(TagId(host.universe.len())).count(), 2);
    metadata.tags.union(host.set(&["stored", "pii"]).view());
    host.commit(&metadata).unwrap();
    assert_eq!((host.tags().as_str(), host.session.tags().len()), (r#"["pii", "stored"]"#, 1));
    // The next call finds the string under the session's id, and so the sets compare.
    let mut metadata = host.begin();
    let stored = host.set(&["stored"]);
    assert!(metadata.tags.view().overlaps(stored.view()) && stored.view().is_subset(metadata.tags.view()));
    metadata.tags.minus(stored.view());
    host.commit(&metadata).unwrap();
    assert_eq!(host.tags(), r#"["pii"]"#);
}

#[test]
fn complements_are_stored_too() {
    let mut host = Host::new();
    let mut metadata = host.begin();
    let taken = host.set(&["a", "pii"]);
    metadata.consumers.minus(taken.view());
    metadata.tags.assign(metadata.consumers.view());
    host.commit(&metadata).unwrap();
    assert_eq!(host.tags(), r#"{"except": ["a", "pii"]}"#);
    assert_eq!(host.session.metadata().tags, host.session.metadata().consumers);
}

#[test]
fn a_long_session_with_ever_new_tags_does_not_grow() {
    let mut host = Host::new();
    for round in 0..10_000 {
        let mut metadata = host.begin();
        let name = format!("tag-{round}");
        let (new, mentioned) = (host.set(&[&name]), host.set(&[&format!("mentioned-{round}")]));
        assert_ne!(new, mentioned);
        // The newest and one old tag stay.
        metadata.tags.assign(host.set(&["kept"]).view());
        metadata.tags.union(new.view());
        host.commit(&metadata).unwrap();
        assert!(host.session.tags().len() <= 64, "{} tags in round {round}", host.session.tags().len());
        assert_eq!(host.tags(), format!(r#"["kept", "{name}"]"#));
    }
}

#[test]
fn a_table_is_compacted_when_it_has_more_than_twice_the_listed_tags() {
    let mut host = Host::new();
    let kept: Vec<String> = (0..39).map(|index| format!("kept-{index}")).collect();
    let mut held = Vec::new();
    for round in 100..142 {
        let mut metadata = host.begin();
        let new = format!("new-{round}");
        let names: Vec<&str> = kept.iter().chain([&new]).map(String::as_str).collect();
        metadata.tags.assign(host.set(&names).view());
        host.commit(&metadata).unwrap();
        held.push(host.session.held_tags().0);
    }
    assert_eq!(held, (40..=80).chain([40]).collect::<Vec<_>>());
    let texts = kept.iter().map(String::len).sum::<usize>() + "new-141".len();
    assert_eq!(host.session.held_tags(), (40, texts));
}

#[test]
fn limits_are_checked_before_anything_changes() {
    let mut host = Host::new();
    host.limits = Limits { tags_per_session: 2, session_tag_bytes: 10, ..Limits::default() };
    let mut metadata = host.begin();
    metadata.tags.assign(host.set(&["a", "b", "pii"]).view());
    metadata.producers.assign(host.set(&["a"]).view());
    host.commit(&metadata).unwrap();
    let before = (host.tags(), host.session.metadata().clone(), host.session.tags().len());
    for (tag, limit) in [("c", "tags_per_session"), ("a-long-tag!", "session_tag_bytes")] {
        let mut metadata = host.begin();
        metadata.tags.assign(host.set(if limit == "tags_per_session" { &["a", "b"] } else { &[] }).view());
        metadata.producers.assign(host.set(&[tag]).view());
        let error = host.commit(&metadata).unwrap_err();
        assert!(error.contains(limit), "{error}");
        assert_eq!((host.tags(), host.session.metadata().clone(), host.session.tags().len()), before);
    }
}

#[test]
fn interning_has_limits() {
    let mut host = Host::new();
    host.limits = Limits { tag_bytes: 6, tags_per_call: 2, ..Limits::default() };
    let Host { universe, session, call, limits } = &mut host;
    let mut interner = Interner {
        universe,
        session: session.tags(),
        mentioned: &mut Mentioned::default(),
        call,
        limits,
        order: &mut Vec::new(),
        work: &mut crate::work::Work::default(),
    };
    for known in ["secret", "a", "b", "a", "pii", "sixsix"] {
        assert_eq!(interner.intern(known).is_ok(), known != "sixsix", "{known}");
    }
    let error = interner.intern("sevenen").unwrap_err();
    assert_eq!(error.name(), "tag_bytes");
    assert_eq!(interner.intern("c").unwrap_err().name(), "tags_per_call");
}

/// Else moving a session, which drops tags that it no longer lists, would change what a call may have.
#[test]
fn tags_count_whether_the_session_has_them_or_not() {
    let mut host = Host::new();
    let mut metadata = host.begin();
    let names: Vec<String> = (0..130).map(|tag| format!("s{tag}")).collect();
    metadata.tags.assign(host.set(&names.iter().map(String::as_str).collect::<Vec<_>>()).view());
    host.commit(&metadata).unwrap();
    host.begin();
    host.limits = Limits { tag_bytes: 4, tags_per_call: 4, ..Limits::default() };
    let mentioned = &mut Mentioned::default();
    let Host { universe, session, call, limits } = &mut host;
    for _ in 0..2 {
        let mut interner = Interner {
            universe,
            session: session.tags(),
            mentioned,
            call,
            limits,
            order: &mut Vec::new(),
            work: &mut crate::work::Work::default(),
        };
        let mut none_over = |tags: &[&str]| tags.iter().all(|tag| interner.intern(tag).is_ok());
        assert!(none_over(&["secret", "s0", "s129", "new", "s63", "s0", "s129", "new", "pii", "s63"]));
        assert_eq!(interner.intern("s64").unwrap_err().name(), "tags_per_call");
        assert_eq!(interner.intern("more").unwrap_err().name(), "tags_per_call");
        mentioned.clear();
        call.clear();
    }
    let mut interner = Interner {
        universe,
        session: session.tags(),
        mentioned,
        call,
        limits: &Limits { tag_bytes: 3, ..Limits::default() },
        order: &mut Vec::new(),
        work: &mut crate::work::Work::default(),
    };
    assert_eq!(interner.intern("s129").unwrap_err().name(), "tag_bytes");
    assert!(interner.intern("s12").is_ok() && interner.intern("secret").is_ok());
}

#[test]
fn metadata_of_another_call_is_refused() {
    let mut host = Host::new();
    let mut metadata = host.begin();
    metadata.tags.assign(host.set(&["a"]).view());
    host.begin();
    assert_eq!(host.commit(&metadata).unwrap_err(), "the metadata has a tag of another call or policy");
    let Host { universe, session, call, limits } = &mut host;
    let failure = Failure::from(session.commit(&metadata, universe, call, limits).unwrap_err());
    assert_eq!(failure.kind(), FailureKind::Internal);
    assert_eq!(host.tags(), "[]");
}

#[test]
fn the_value_is_kept_and_limited() {
    let Host { mut session, .. } = Host::new();
    let arena = Arena::new();
    assert!(session.value(&arena).is_none());
    let limits = Limits { session_value_bytes: 200, ..Limits::default() };
    let value = Value::List(&[Value::Str("a"), Value::Null]);
    session.set_value(value, &limits).unwrap();
    let long = "x".repeat(300);
    let error = session.set_value(Value::Str(&long), &limits).unwrap_err();
    assert_eq!(error.limit().unwrap().name(), "session_value_bytes");
    assert!(ValueScratch::default().same(session.value(&arena).unwrap(), value));
}

#[test]
fn joining_follows_the_defaults() {
    let mut host = Host::new();
    let mut joined = Metadata::default();
    let given =
        Metadata { tags: host.set(&["a"]), producers: host.set(&["p"]), consumers: host.set(&["pii", "c"]) };
    joined.join(&given);
    assert_eq!(joined, given, "the default is neutral");
    let other = Metadata { tags: host.set(&["b"]), consumers: host.set(&["c", "d"]), ..Metadata::default() };
    joined.join(&other);
    assert_eq!(joined.tags, host.set(&["a", "b"]));
    assert_eq!(joined.producers, host.set(&["p"]));
    assert_eq!(joined.consumers, host.set(&["c"]));
    joined.reset();
    assert_eq!(joined, Metadata::default());
}

proptest! {
    /// Random updates of a session, against sets of strings.
    #[test]
    fn sessions_agree_with_sets_of_strings(
        calls in prop::collection::vec((prop::collection::btree_set(0..60u32, 0..8), 0..3u8), 1..40)
    ) {
        let mut host = Host::new();
        let mut expected = BTreeSet::new();
        for (tags, operator) in calls {
            let tags: BTreeSet<String> =
                tags.iter().map(|tag| if *tag == 0 { "pii".to_owned() } else { format!("t{tag}") }).collect();
            let mut metadata = host.begin();
            let names: Vec<&str> = tags.iter().map(String::as_str).collect();
            let set = host.set(&names);
            match operator {
                0 => { metadata.tags.union(set.view()); expected.extend(tags); }
                1 => { metadata.tags.minus(set.view()); expected.retain(|tag| !tags.contains(tag)); }
                _ => { metadata.tags.assign(set.view()); expected = tags; }
            }
            host.commit(&metadata).unwrap();
            let names: Vec<String> = expected.iter().map(|tag| format!("\"{tag}\"")).collect();
            prop_assert_eq!(host.tags(), format!("[{}]", names.join(", ")));
            prop_assert!(host.session.tags().len() <= (2 * expected.len()).max(32));
        }
    }

    #[test]
    fn string_tables_agree_with_a_map(names in prop::collection::vec("[a-c]{0,3}", 0..80), again in "[a-c]{0,3}") {
        let mut table = StringTable::default();
        for _ in 0..2 {
            let mut expected: Vec<&str> = Vec::new();
            for name in &names {
                let index = table.insert(name) as usize;
                if index == expected.len() {
                    expected.push(name);
                }
                prop_assert_eq!(expected[index], name);
            }
            prop_assert_eq!(table.len(), expected.len());
            let place = expected.iter().position(|name| *name == again);
            prop_assert_eq!(table.find(&again).map(|index| index as usize), place);
            table.clear();
            prop_assert!(table.len() == 0 && table.find(&again).is_none());
        }
    }
}
