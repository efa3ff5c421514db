//! Patterns that need no automaton: literal text with at most two runs of any characters.
//!
//! `read_.*`, `.*@corp\.com`, `.*secret.*` and their wildcard forms are most of what policies have. They are recognised on
//! the parsed form, so only what means the same is taken: case-insensitive literals, for example, are classes there.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// A whole-string test without an automaton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Glob {
    /// Exactly this text.
    Exact(Box<str>),
    /// `prefix*suffix`; either may be empty.
    Ends(Box<str>, Box<str>),
    /// `*text*`
    Contains(Box<str>),
}

impl Glob {
    /// The test that means the same as a pattern between start and end of text, if there is one.
    pub(super) fn recognise(whole: &Hir) -> Option<Glob> {
        let mut parts = match whole.kind() {
            HirKind::Concat(parts) => parts.as_slice(),
            _ => return None,
        };
        while let [first, rest @ ..] = parts
            && is_look(first, Look::Start)
        {
            parts = rest;
        }
        while let [rest @ .., last] = parts
            && is_look(last, Look::End)
        {
            parts = rest;
        }
        match parts {
            [] => Some(Glob::Exact("".into())),
            [run] if is_run(run) => Some(Glob::Ends("".into(), "".into())),
            [text] => Some(Glob::Exact(literal(text)?)),
            [prefix, run] if is_run(run) => Some(Glob::Ends(literal(prefix)?, "".into())),
            [run, suffix] if is_run(run) => Some(Glob::Ends("".into(), literal(suffix)?)),
            [left, text, right] if is_run(left) && is_run(right) => Some(Glob::Contains(literal(text)?)),
            [prefix, run, suffix] if is_run(run) => Some(Glob::Ends(literal(prefix)?, literal(suffix)?)),
            _ => None,
        }
    }

    /// Whether `text` is matched whole.
    pub(super) fn is_match(&self, text: &str) -> bool {
        match self {
            Glob::Exact(exact) => **exact == *text,
            Glob::Ends(prefix, suffix) => {
                text.strip_prefix(&**prefix).is_some_and(|rest| rest.ends_with(&**suffix))
            }
            Glob::Contains(part) => text.contains(&**part),
        }
    }

    /// Bytes of heap memory.
    pub(super) fn memory_usage(&self) -> usize {
        match self {
            Glob::Exact(text) | Glob::Contains(text) => text.len(),
            Glob::Ends(prefix, suffix) => prefix.len() + suffix.len(),
        }
    }
}

fn is_look(part: &Hir, look: Look) -> bool {
    matches!(part.kind(), HirKind::Look(found) if *found == look)
}

/// Whether it is any run of any characters.
fn is_run(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Repetition(Repetition { min: 0, max: None, sub, .. }) => is_any_character(sub),
        HirKind::Capture(capture) => is_run(&capture.sub),
        _ => false,
    }
}

fn is_any_character(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(Class::Unicode(class)) => match class.ranges() {
            [range] => range.start() == '\0' && range.end() == char::MAX,
            _ => false,
        },
        _ => false,
    }
}

fn literal(part: &Hir) -> Option<Box<str>> {
    match part.kind() {
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).ok().map(Box::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;
    use crate::pattern::{Pattern, PatternSyntax};

    #[test]
    fn recognises_what_means_the_same_and_nothing_else() {
        let ends = |prefix: &str, suffix: &str| Some(Glob::Ends(prefix.into(), suffix.into()));
        for (text, expected) in [
            ("abc", Some(Glob::Exact("abc".into()))),
            ("", Some(Glob::Exact("".into()))),
            ("^abc$", Some(Glob::Exact("abc".into()))),
            (r"a\.b", Some(Glob::Exact("a.b".into()))),
            (".*", ends("", "")),
            ("(?s).*", ends("", "")),
            ("(.*)", ends("", "")),
            ("^read_.*", ends("read_", "")),
            ("read_.*?$", ends("read_", "")),
            (r".*@corp\.com$", ends("", "@corp.com")),
            ("a.*b", ends("a", "b")),
            (".*secret.*", Some(Glob::Contains("secret".into()))),
            ("é.*", ends("é", "")),
            ("(?i)read.*", None),
            ("(?i:1)x.*", ends("1x", "")),
            ("(?-s)read.*", None),
            ("(?m)^read.*$", None),
            (r"read\b.*", None),
            ("read.+", None),
            ("rea?d", None),
            ("a.*b.*", None),
            (".*a.*b", None),
            ("a|b", None),
            (r"[^\n]*", None),
        ] {
            let pattern = Pattern::parse(PatternSyntax::Regex, text).unwrap();
            assert_eq!(Glob::recognise(pattern.whole()), expected, "{text}");
        }
    }
}
