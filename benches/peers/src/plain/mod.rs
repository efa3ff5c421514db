//! Plain Rust: what comes to mind first, from the standard library and the `regex` crate, without tuning.

pub mod dispatch;
pub mod email;
pub mod long;
pub mod order;

use std::collections::HashSet;

use regex::Regex;
use sqrt_benches::workload::{RawCall, Scalar};

/// A call as plain code has it: tags in hash sets, made before measuring.
pub struct PlainCall<'a> {
    pub tool: &'a str,
    pub args: Vec<PlainArg<'a>>,
}

/// An argument.
pub struct PlainArg<'a> {
    pub name: &'a str,
    pub value: Scalar<'a>,
    pub tags: HashSet<&'a str>,
}

impl<'a> PlainCall<'a> {
    /// The call of a workload.
    pub fn new(call: &'a RawCall<'a>) -> Self {
        let args = call.args.iter().map(|arg| PlainArg {
            name: arg.name,
            value: arg.value,
            tags: arg.tags.iter().copied().collect(),
        });
        PlainCall { tool: call.tool, args: args.collect() }
    }

    /// The string that an argument is.
    pub fn string(&self, name: &str) -> Option<&'a str> {
        match self.arg(name)?.value {
            Scalar::Str(string) => Some(string),
            Scalar::Int(_) => None,
        }
    }

    /// The number that an argument is.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.arg(name)?.value {
            Scalar::Int(number) => Some(number),
            Scalar::Str(_) => None,
        }
    }

    /// Whether an argument has one of these tags.
    pub fn overlaps(&self, name: &str, tags: &HashSet<&str>) -> bool {
        self.arg(name).is_some_and(|arg| arg.tags.iter().any(|tag| tags.contains(tag)))
    }

    /// Whether an argument has no other tags than these.
    pub fn subset(&self, name: &str, tags: &HashSet<&str>) -> bool {
        self.arg(name).is_none_or(|arg| arg.tags.iter().all(|tag| tags.contains(tag)))
    }

    fn arg(&self, name: &str) -> Option<&PlainArg<'a>> {
        self.args.iter().find(|arg| arg.name == name)
    }
}

/// A regex for whole strings; a line end is a character like others.
pub fn whole(pattern: &str) -> Regex {
    Regex::new(&format!(r"\A(?s:{pattern})\z")).unwrap()
}
