//! Runs of characters as runs of bytes, which makes automata several times smaller.
//!
//! `(?s:.)*` on UTF-8 takes eight states, `[\x00-\xff]*` takes one. All texts are UTF-8, so a run of any characters may
//! as well be a run of any bytes; and so may a run over any class that has every character beyond ASCII, such as `[^@]*`.
//!
//! Why that is the same: take a match in which a run of bytes ends inside a character. What follows there cannot be a
//! literal or a class, for these begin where characters do; so it is another such run, and the border between the two
//! can be moved to the end of the character, whose bytes are in both runs. Assertions that hold inside a character would
//! break this, so patterns with such are left alone.

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, Hir, HirKind, Look, LookSet, Repetition,
};

/// The pattern with runs of bytes for runs of characters; it matches the same texts, as long as they are UTF-8.
pub(super) fn rewrite(whole: &Hir) -> Hir {
    let harmless = [
        Look::Start,
        Look::End,
        Look::StartLF,
        Look::EndLF,
        Look::StartCRLF,
        Look::EndCRLF,
        Look::WordAscii,
        Look::WordStartAscii,
        Look::WordEndAscii,
    ];
    let harmless = harmless.into_iter().fold(LookSet::empty(), LookSet::insert);
    let looks = whole.properties().look_set();
    if looks.subtract(harmless).is_empty() { rewritten(whole) } else { whole.clone() }
}

/// The nesting limit of patterns bounds the recursion.
fn rewritten(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => rewritten(&capture.sub),
        HirKind::Concat(subs) => Hir::concat(subs.iter().map(rewritten).collect()),
        HirKind::Alternation(subs) => Hir::alternation(subs.iter().map(rewritten).collect()),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    }
}

fn repeated(repetition: &Repetition) -> Hir {
    let sub = rewritten(&repetition.sub);
    let bytes = match (repetition.max, sub.kind()) {
        (None, HirKind::Class(Class::Unicode(class))) => byte_class(class),
        _ => None,
    };
    let times = |min, max, sub| {
        Hir::repetition(Repetition { min, max, greedy: repetition.greedy, sub: Box::new(sub) })
    };
    match bytes {
        None => times(repetition.min, repetition.max, sub),
        Some(bytes) if repetition.min == 0 => times(0, None, bytes),
        Some(bytes) => {
            Hir::concat(vec![times(repetition.min, Some(repetition.min), sub), times(0, None, bytes)])
        }
    }
}

/// The bytes of a class that has every character beyond ASCII.
fn byte_class(class: &ClassUnicode) -> Option<Hir> {
    let last = class.ranges().last()?;
    if last.start() > '\u{80}' || last.end() != char::MAX {
        return None;
    }
    let ascii = |range: &regex_syntax::hir::ClassUnicodeRange| {
        let start = u8::try_from(range.start()).ok().filter(u8::is_ascii)?;
        let end = u8::try_from(range.end()).ok().filter(u8::is_ascii).unwrap_or(0x7f);
        Some(ClassBytesRange::new(start, end))
    };
    let beyond = ClassBytesRange::new(0x80, 0xff);
    let ranges = class.ranges().iter().filter_map(ascii).chain([beyond]);
    Some(Hir::class(Class::Bytes(ClassBytes::new(ranges))))
}
