//! Which shard a line belongs to: found from the name of its session, without reading the rest of the call.
//!
//! Invariant: two valid lines of one session get the same shard, however its name is written. What a line that is not valid
//! gets makes no difference: it changes no session. So nothing is validated here.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};

/// How many shards there are. More than threads, so that they are evenly busy; the same for any number of threads, so that
/// nothing depends on that.
pub(super) const SHARDS: usize = 32;

/// The shard of a line that is a call or a question.
pub(super) fn shard(line: &[u8]) -> usize {
    session(line).map_or(0, |name| of_name(&name))
}

/// The call in a line that has a recorded answer beside it.
pub(super) fn call(line: &[u8]) -> Option<&[u8]> {
    let mut members = Members::new(line)?;
    std::iter::from_fn(|| members.next()).find(|(key, _)| **key == *b"call").map(|(_, value)| value)
}

/// The name of the session, decoded; none if there is none, or the line is not valid.
fn session(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut members = Members::new(line)?;
    let first = members.next()?;
    let found = if *first.0 == *b"session" {
        first.1
    } else if memmem::find(line, b"\"session\"").is_none() && memchr(b'\\', line).is_none() {
        return None;
    } else {
        std::iter::from_fn(|| members.next()).find(|(key, _)| **key == *b"session")?.1
    };
    found.starts_with(b"\"").then(|| content(found))?
}

/// Spread evenly, and the same in every run.
fn of_name(name: &[u8]) -> usize {
    // FNV-1a, and then mixed, as names often differ in their last characters only.
    let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 48).unwrap_or(0) % SHARDS
}

/// What a string stands for, which is given with its quotes.
fn content(string: &[u8]) -> Option<Cow<'_, [u8]>> {
    let inner = string.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr(b'\\', inner).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let decoded: String = serde_json::from_slice(string).ok()?;
    Some(Cow::Owned(decoded.into_bytes()))
}

/// The members of an object that is valid JSON: keys decoded, values as they are written.
struct Members<'l> {
    line: &'l [u8],
    at: usize,
}

impl<'l> Members<'l> {
    fn new(line: &'l [u8]) -> Option<Self> {
        let mut members = Members { line, at: 0 };
        (members.token()? == b'{').then_some(())?;
        members.at = members.at.saturating_add(1);
        Some(members)
    }

    fn next(&mut self) -> Option<(Cow<'l, [u8]>, &'l [u8])> {
        if self.token()? == b',' {
            self.at = self.at.saturating_add(1);
            self.token()?;
        }
        let key = content(self.string()?)?;
        (self.token()? == b':').then_some(())?;
        self.at = self.at.saturating_add(1);
        Some((key, self.value()?))
    }

    /// The byte that comes behind white space.
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = *self.line.get(self.at)?;
            if !byte.is_ascii_whitespace() {
                return Some(byte);
            }
            self.at = self.at.saturating_add(1);
        }
    }

    /// A string, with its quotes.
    fn string(&mut self) -> Option<&'l [u8]> {
        let start = self.at;
        (*self.line.get(start)? == b'"').then_some(())?;
        let mut at = start.saturating_add(1);
        loop {
            at = at.saturating_add(memchr2(b'"', b'\\', self.line.get(at..)?)?);
            if *self.line.get(at)? == b'"' {
                self.at = at.saturating_add(1);
                return self.line.get(start..self.at);
            }
            at = at.saturating_add(2);
        }
    }

    /// Any value.
    fn value(&mut self) -> Option<&'l [u8]> {
        let first = self.token()?;
        let start = self.at;
        match first {
            b'"' => return self.string(),
            b'{' | b'[' => self.skip_nested()?,
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace();
                let rest = self.line.get(start..)?;
                self.at = start.saturating_add(rest.iter().position(ends)?);
            }
        }
        self.line.get(start..self.at)
    }

    /// A list or an object, however deep: brackets are counted.
    fn skip_nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match *self.line.get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at = self.at.saturating_add(1);
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(line: &str) -> Option<String> {
        session(line.as_bytes()).map(|name| String::from_utf8(name.into_owned()).unwrap())
    }

    #[test]
    fn the_session_is_found_wherever_and_however_it_is_written() {
        for line in [
            r#"{"session": "s1", "tool": "t"}"#,
            r#"{"session":"s\u0031","tool":"t"}"#,
            r#" {"tool": "t", "args": {"session": "no", "x": ["}", "\"", {"session": 1}]}, "session" : "s1"}"#,
            r#"{"tool": "t", "\u0073ession": "s1", "args": {}}"#,
            r#"{"tool": "a\"b\\", "args": {"n": -1.5e3, "b": true, "u": null}, "session": "s1"}"#,
            "{\"tool\": \"t\"\t,\r\"session\"\t:\t\"s1\" } ",
        ] {
            assert_eq!(name(line).as_deref(), Some("s1"), "{line}");
            assert_eq!(shard(line.as_bytes()), of_name(b"s1"));
        }
        for line in [
            r#"{"tool": "t"}"#,
            r#"{"session": null, "tool": "t"}"#,
            r#"{"tool": "session", "args": {"session": "s1"}}"#,
            r#"{"tool": "t", "args": {"a": "\"session\": \"s1\""}}"#,
            "{}",
            "",
        ] {
            assert_eq!(name(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_no_json_is_no_trouble() {
        let line = r#"{"a": {"b": ["\"", 1]}, "session": "s"}"#;
        for end in 0..line.len() {
            let _ = (shard(&line.as_bytes()[..end]), call(&line.as_bytes()[..end]));
        }
        for line in ["[", "{\"session\"", "{,,", "{\"a\":}", "\u{0}", "{\"session\": \"\\"] {
            assert!(shard(line.as_bytes()) < SHARDS);
        }
    }

    #[test]
    fn shards_are_evenly_used() {
        let mut counts = [0; SHARDS];
        (0..3200).for_each(|number| counts[of_name(format!("session-{number}").as_bytes())] += 1);
        assert!(counts.iter().all(|count| (40..200).contains(count)), "{counts:?}");
    }

    #[test]
    fn a_call_is_found_beside_its_answer() {
        let line = br#"{"answer": {"call": 1}, "call": {"tool": "t"}}"#;
        assert_eq!(call(line), Some(&br#"{"tool": "t"}"#[..]));
    }
}
