//! How many classes a pattern has: what parsing it costs, beside a little for each byte of its text.
//!
//! A class such as `\w` becomes ranges of characters, which takes up to a tenth of a millisecond. Two kinds take longer, and count
//! for as many classes as they take: ages of characters, and, where case is ignored, classes of many characters, each of which
//! is looked up then. How many characters that are is found in the tree of the pattern's text, before any class is made.

use super::{MAX_TEXT, PatternSyntax, syntax_tree};
use regex_syntax::ast::{
    self, Ast, ClassPerlKind, ClassSetItem, ClassUnicode, ClassUnicodeKind, Flag, Flags, FlagsItemKind,
    GroupKind,
};
use std::convert::Infallible;

/// So many characters that are looked up count as a class.
const LOOKED_UP: u64 = 2048;
/// All characters.
const ALL: u64 = 0x11_0000;
/// What looking up the characters of `\w` costs, most of which are skipped.
const WORD: u64 = 4 * LOOKED_UP;
/// The same of properties.
const PROPERTY: u64 = 5 * LOOKED_UP;
/// What an age counts more than other properties.
const AGE: usize = 4;

/// How many classes a pattern has, written `\w` or in brackets, slow ones counted as often as they cost. Found without making
/// them.
pub fn class_count(syntax: PatternSyntax, text: &str) -> usize {
    match syntax {
        PatternSyntax::Regex => {
            let brackets = text.bytes().filter(|byte| *byte == b'[').count();
            let count = escapes(text) + brackets;
            // What is too long is never parsed.
            let is_parsed = count > 0 && text.len() <= MAX_TEXT;
            let may_be_slow = is_parsed && ["(?", r"\p", r"\P"].iter().any(|sign| text.contains(sign));
            let tree = may_be_slow.then(|| syntax_tree(text).ok()).flatten();
            count.saturating_add(tree.map_or(0, |tree| slowness(&tree)))
        }
        PatternSyntax::Wildcard => 0,
    }
}

/// How many classes are written with a backslash.
pub(super) fn escapes(text: &str) -> usize {
    if !text.contains('\\') {
        return 0;
    }
    let is_class =
        |pair: &&[u8]| matches!(pair, [b'\\', b'd' | b'D' | b's' | b'S' | b'w' | b'W' | b'p' | b'P']);
    text.as_bytes().windows(2).filter(is_class).count()
}

/// For how many classes more the slow ones of a pattern count.
pub(super) fn slowness(tree: &Ast) -> usize {
    let Ok(found) = ast::visit(tree, Found::default());
    let looked_up = if found.ignores_case { found.characters / LOOKED_UP } else { 0 };
    usize::try_from(looked_up).unwrap_or(usize::MAX).saturating_add(found.ages.saturating_mul(AGE))
}

/// What a pattern has of what is slow.
#[derive(Default)]
struct Found {
    /// Whether it names the flag `i` anywhere.
    ignores_case: bool,
    /// How many characters are looked up, if so: an upper bound.
    characters: u64,
    ages: usize,
}

impl Found {
    fn flags(&mut self, flags: &Flags) {
        let ignores_case = FlagsItemKind::Flag(Flag::CaseInsensitive);
        self.ignores_case |= flags.items.iter().any(|item| item.kind == ignores_case);
    }

    fn look_up(&mut self, characters: u64) {
        self.characters = self.characters.saturating_add(characters);
    }

    fn property(&mut self, class: &ClassUnicode) {
        // Names of properties and values are read loosely.
        let names = |text: &str, part: &str| {
            let letters = text.chars().filter(char::is_ascii_alphabetic);
            letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>().contains(part)
        };
        let (name, value) = match &class.kind {
            ClassUnicodeKind::OneLetter(_) => ("", ""),
            ClassUnicodeKind::Named(name) => (name.as_str(), ""),
            ClassUnicodeKind::NamedValue { name, value, .. } => (name.as_str(), value.as_str()),
        };
        self.ages = self.ages.saturating_add(usize::from(names(name, "age")));
        let is_all = names(name, "any") || names(value, "any");
        self.look_up(if is_all { ALL } else { PROPERTY });
    }
}

impl ast::Visitor for Found {
    type Output = Found;
    type Err = Infallible;

    fn finish(self) -> Result<Found, Infallible> {
        Ok(self)
    }

    fn visit_pre(&mut self, part: &Ast) -> Result<(), Infallible> {
        match part {
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Group(group) => {
                if let GroupKind::NonCapturing(flags) = &group.kind {
                    self.flags(flags);
                }
            }
            Ast::ClassUnicode(class) => self.property(class),
            _ => {}
        }
        Ok(())
    }

    /// In brackets, what is left out is looked up, too.
    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Infallible> {
        match item {
            ClassSetItem::Range(range) => {
                let width = u32::from(range.end.c).saturating_sub(u32::from(range.start.c));
                self.look_up(u64::from(width) + 1);
            }
            ClassSetItem::Ascii(class) if class.negated => self.look_up(ALL),
            ClassSetItem::Perl(class) if class.negated => self.look_up(ALL),
            ClassSetItem::Perl(class) if class.kind == ClassPerlKind::Word => self.look_up(WORD),
            ClassSetItem::Unicode(class) => {
                self.property(class);
                if class.is_negated() {
                    self.look_up(ALL);
                }
            }
            ClassSetItem::Bracketed(class) if class.negated => self.look_up(ALL),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::class_count;
    use crate::pattern::PatternSyntax::{Regex, Wildcard};
    use crate::pattern::{MAX_CLASSES, Pattern};

    #[test]
    fn classes_are_counted_as_they_are_written() {
        assert_eq!(class_count(Regex, r"a\w+\d[^a-z\pL]\.*"), 4);
        assert_eq!(class_count(Regex, "abc.*"), 0);
        assert_eq!(class_count(Wildcard, r"[a]\w"), 0);
    }

    #[test]
    fn classes_of_many_characters_count_more_where_case_is_ignored() {
        const ALL: usize = 0x11_0000 / 2048;
        for (classes, more) in [
            (r"[a-z0-9]\w\d\W", 0),
            (r"[\w.-]", 4),
            (r"\pL\p{Greek}", 10),
            ("[\0-\u{10ffff}]", ALL),
            ("[a-\u{860}a-\u{860}]", 2),
            (r"\p{Any}", ALL),
            (r"\p{gc= A_ny }", ALL),
            (r"[\Wa]", ALL),
            (r"[[:^alpha:]a]", ALL),
            (r"[[^a]b]", ALL),
            (r"[\PLa]", ALL + 5),
            (r"[\p{gc!=L}a&&[^b]]", 2 * ALL + 5),
        ] {
            let count = class_count(Regex, classes);
            for ignoring in
                [format!("(?i){classes}"), format!("x(?si-u:y)|{classes}"), format!("(?i:{classes})")]
            {
                assert_eq!(class_count(Regex, &ignoring), count + more, "{ignoring}");
            }
            assert_eq!(class_count(Regex, &format!("(?s){classes}")), count, "{classes}");
        }
        assert_eq!(class_count(Regex, r"\p{Age=16.0}[\p{a g_e:3.0}]"), 3 + 2 * 4);
        assert_eq!(class_count(Regex, r"(?i)[\W"), 2, "what is no pattern is not looked through");
    }

    /// Eight of them take longer to parse than 4,096 times `\w`.
    #[test]
    fn patterns_with_too_many_slow_classes_are_refused() {
        let all = "[\0-\u{10ffff}]";
        for (pattern, fine) in [
            (format!("(?i){}", all.repeat(7)), true),
            (format!("(?i){}", all.repeat(8)), false),
            (format!("(?s){}", all.repeat(100)), true),
            (r"\p{Age=3.0}".repeat(MAX_CLASSES / 5), true),
            (r"\p{Age=3.0}".repeat(MAX_CLASSES / 5 + 1), false),
        ] {
            let parsed = Pattern::parse(Regex, &pattern);
            let refused = parsed.err().map(|error| error.message().contains("classes"));
            assert_eq!(refused, (!fine).then_some(true), "{} bytes", pattern.len());
        }
    }
}
