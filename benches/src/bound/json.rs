//! The bound of JSON lines: the text read into structs that borrow, then W1 by hand; and, as the least that reading can
//! cost, a scan that only tells whether the text is JSON.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use sqrt_vm::value::Value;

use super::dfa::{Dfa, NO_LINE_END};
use super::email::{ByDfa, decide, tag_id};
use super::{Fired, answer, bit};
use crate::harness::{Competitor, Decider, Input};
use crate::workload::Answer;
use crate::workload::json::JsonCase;

/// What W1 needs of a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    tool: Cow<'a, str>,
    #[serde(borrow)]
    args: Args<'a>,
    #[serde(borrow, default)]
    arg_meta: Metadata<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args<'a> {
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow, rename = "subject")]
    _subject: Cow<'a, str>,
    #[serde(borrow, rename = "body")]
    _body: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    body: Body<'a>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    tags: Vec<&'a str>,
}

/// W1 by hand, from JSON lines.
pub struct Email {
    trusted: ByDfa,
}

impl Default for Email {
    fn default() -> Self {
        Email { trusted: ByDfa(Dfa::new(&[&format!(r"{NO_LINE_END}*@trustedcorp\.com")])) }
    }
}

impl Email {
    /// The rule that denies the call of a line.
    ///
    /// # Panics
    /// If it is no call of W1.
    #[inline]
    pub fn decide(&self, line: &str) -> Fired {
        let line: Line<'_> = serde_json::from_str(line).unwrap();
        if line.tool != "send_email" {
            return None;
        }
        let tags = line.arg_meta.body.tags.iter().fold(0, |tags, tag| tags | bit(tag_id(tag)));
        decide(&self.trusted, Some(Value::Str(&line.args.to)), tags)
    }
}

struct Bound<'a> {
    email: Email,
    line: &'a str,
}

impl Decider for Bound<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        self.email.decide(self.line)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// Tells the expected answer if the text is valid.
struct Scan<'a>(&'a JsonCase);

impl Decider for Scan<'_> {
    type Output = bool;

    fn decide(&mut self) -> bool {
        serde_json::from_str::<IgnoredAny>(&self.0.line).is_ok()
    }

    fn answer(&self, is_valid: bool) -> Answer {
        assert!(is_valid);
        self.0.expected
    }
}

/// The bound for a line.
pub fn competitors(case: &JsonCase) -> Vec<Competitor<'_>> {
    vec![
        Competitor::new("scan for validity", Input::Strings, Scan(case)),
        Competitor::new("bound, serde", Input::Strings, Bound { email: Email::default(), line: &case.line }),
    ]
}
