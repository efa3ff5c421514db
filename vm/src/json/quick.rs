//! The quick reader: lines and values as most of them are, read in one pass.
//!
//! It gives what the careful reader (`line.rs`, on `serde_json`) gives, or nothing: whatever is not valid, and whatever is
//! valid and rare, is left to that one, which alone says what is wrong with a line. So there is one place for errors and
//! their texts, and the two cannot disagree about a line that one of them refuses; that they agree about the others is
//! for tests to show (`quick/tests.rs`, and the fuzz target `call_line`).
//!
//! It allocates in the arena alone, for texts with escapes too.

use super::line::{CallMembers, Line};
use super::object::{sort_named, sort_value_members};
use super::scan::plain_run;
use crate::call::{Combine, MetadataInput, SetInput};
use crate::number::Number;
use crate::value::Value;
use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use bumpalo::collections::Vec as BumpVec;
use serde::de::value::Error;
use smallvec::SmallVec;

/// Values that are nested deeper are left to the careful reader, so that this one needs little stack.
const LEVELS: usize = 16;
/// Lines that are longer too: what both readers read takes its memory twice.
const LONGEST: usize = 1 << 20;
/// Integers of so many digits fit 64 bits for certain.
const DIGITS: usize = 18;
/// Integers of so many digits are exact floats for certain.
const EXACT_DIGITS: usize = 15;
/// So many items of a list or an object are gathered on the stack.
const FEW: usize = 8;

/// A whole line, if it is valid and not rare; `levels` bounds the nesting of its values.
pub(super) fn read_line<'a>(text: &'a str, arena: &'a Bump, levels: usize) -> Option<Line<'a>> {
    let mut reader = Reader::new(text, arena)?;
    let mut members = CallMembers::default();
    reader.members(|reader, key| reader.call_member(&mut members, key, levels.min(LEVELS)))?;
    reader.end()?;
    members.finish::<Error>(arena).ok()
}

/// A value and nothing after it, if it is valid and not rare.
pub(super) fn read_value<'a>(text: &'a str, arena: &'a Bump, levels: usize) -> Option<Value<'a>> {
    let mut reader = Reader::new(text, arena)?;
    let value = reader.value(levels.min(LEVELS))?;
    reader.end()?;
    Some(value)
}

/// A place in a text. Each method reads what its name says, white space before it included, or gives nothing.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    arena: &'a Bump,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, arena: &'a Bump) -> Option<Reader<'a>> {
        (text.len() <= LONGEST).then_some(Reader { text, at: 0, arena })
    }

    /// The byte that comes, if there is one.
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The byte that comes behind white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// The same, taken.
    #[inline]
    fn take(&mut self) -> Option<u8> {
        let token = self.token()?;
        self.at += 1;
        Some(token)
    }

    #[inline]
    fn expect(&mut self, token: u8) -> Option<()> {
        (self.take()? == token).then_some(())
    }

    fn end(&mut self) -> Option<()> {
        self.token().is_none().then_some(())
    }

    /// A string.
    #[inline]
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        self.rest_of_string()
    }

    /// A string behind its first quote; one without escapes is borrowed.
    #[inline]
    fn rest_of_string(&mut self) -> Option<&'a str> {
        let start = self.at;
        let end = start + plain_run(self.text.as_bytes().get(start..)?);
        self.at = end + 1;
        match *self.text.as_bytes().get(end)? {
            b'"' => self.text.get(start..end),
            b'\\' => self.escaped(start, end),
            _ => None,
        }
    }

    /// A string that begins at `start` and has its first backslash at `backslash`, behind which the reader stands.
    #[cold]
    fn escaped(&mut self, start: usize, backslash: usize) -> Option<&'a str> {
        // Text with escapes is no longer than they are.
        let mut text = BumpString::with_capacity_in(self.length_of_escaped(backslash)? - start, self.arena);
        text.push_str(self.text.get(start..backslash)?);
        loop {
            text.push(self.escape()?);
            let start = self.at;
            let end = start + plain_run(self.text.as_bytes().get(start..)?);
            text.push_str(self.text.get(start..end)?);
            self.at = end + 1;
            match *self.text.as_bytes().get(end)? {
                b'"' => return Some(text.into_bump_str()),
                b'\\' => {}
                _ => return None,
            }
        }
    }

    /// Where the string ends that has a backslash at `at`.
    fn length_of_escaped(&self, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while *bytes.get(at)? == b'\\' {
            at += 2;
            at += plain_run(bytes.get(at..)?);
        }
        Some(at)
    }

    /// The character of an escape, behind its backslash.
    fn escape(&mut self) -> Option<char> {
        let kind = self.peek()?;
        self.at += 1;
        Some(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if (0xd800..0xdc00).contains(&first) {
                    self.text.as_bytes().get(self.at..)?.starts_with(b"\\u").then_some(())?;
                    self.at += 2;
                    char::decode_utf16([first, self.unit()?]).next()?.ok()?
                } else {
                    char::from_u32(first.into())?
                }
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.as_bytes().get(self.at..)?.first_chunk::<4>()?;
        self.at += digits.len();
        digits.iter().try_fold(0, |unit, &digit| {
            let digit = char::from(digit).to_digit(16)?;
            Some(unit << 4 | u16::try_from(digit).ok()?)
        })
    }

    /// Any value, nested so deep at most.
    fn value(&mut self, levels: usize) -> Option<Value<'a>> {
        let first = self.take()?;
        match first {
            b'"' => self.rest_of_string().map(Value::Str),
            b'{' => self.rest_of_object(levels.checked_sub(1)?),
            b'[' => self.rest_of_list(levels.checked_sub(1)?),
            b't' => self.rest_of_word("rue", Value::Bool(true)),
            b'f' => self.rest_of_word("alse", Value::Bool(false)),
            b'n' => self.rest_of_word("ull", Value::Null),
            b'-' | b'0'..=b'9' => {
                self.at -= 1;
                self.number().map(Value::Number)
            }
            _ => None,
        }
    }

    fn rest_of_word(&mut self, rest: &str, value: Value<'a>) -> Option<Value<'a>> {
        self.text.as_bytes().get(self.at..)?.starts_with(rest.as_bytes()).then_some(())?;
        self.at += rest.len();
        Some(value)
    }

    #[inline(never)]
    fn rest_of_list(&mut self, levels: usize) -> Option<Value<'a>> {
        let items = self.items(|reader| reader.value(levels))?;
        Some(Value::List(items))
    }

    #[inline(never)]
    fn rest_of_object(&mut self, levels: usize) -> Option<Value<'a>> {
        let mut members = Gathered::new(self.arena);
        self.rest_of_members(|reader, key| {
            members.push((key, reader.value(levels)?));
            Some(())
        })?;
        Some(Value::Object(sort_value_members::<_, Error>(members.into_slice()).ok()?))
    }

    /// What comes behind the bracket of a list.
    #[inline]
    fn items<T: Copy>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<&'a [T]> {
        let mut items = Gathered::new(self.arena);
        if self.token()? == b']' {
            self.at += 1;
            return Some(&[]);
        }
        loop {
            items.push(item(self)?);
            match self.take()? {
                b',' => {}
                b']' => return Some(items.into_slice()),
                _ => return None,
            }
        }
    }

    /// An object: `member` gets each key, and reads the value.
    #[inline]
    fn members(&mut self, member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        self.rest_of_members(member)
    }

    /// An object behind its brace.
    #[inline]
    fn rest_of_members(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        if self.token()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            member(self, key)?;
            match self.take()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<Number> {
        let start = self.at;
        let is_negative = self.skip(|byte| byte == b'-');
        let (digits, int) = self.digits();
        let leads_with_zero = digits > 1 && self.text.as_bytes().get(self.at - digits) == Some(&b'0');
        if digits == 0 || digits > DIGITS || leads_with_zero {
            return None;
        }
        match self.peek() {
            Some(b'.') => return self.rest_of_float(start, is_negative, (digits, int)),
            Some(b'e' | b'E') => return self.any_float(start),
            _ => {}
        }
        let int = i128::from(int);
        Some(match (is_negative, int) {
            (true, 0) => Number::Float(-0.0),
            (true, int) => Number::Int(-int),
            (false, int) => Number::Int(int),
        })
    }

    /// A number that begins at `start`, behind its integer part, with a fraction.
    fn rest_of_float(
        &mut self,
        start: usize,
        is_negative: bool,
        (digits, int): (usize, u64),
    ) -> Option<Number> {
        self.at += 1;
        let (more_digits, fraction) = self.digits();
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent || digits + more_digits > EXACT_DIGITS {
            self.at -= more_digits + 1;
            return self.any_float(start);
        }
        if more_digits == 0 {
            return None;
        }
        let power = 10_u64.pow(u32::try_from(more_digits).ok()?);
        // Both are exact, so the quotient is the nearest float.
        let float = (int * power + fraction) as f64 / power as f64;
        Some(Number::Float(if is_negative { -float } else { float }))
    }

    /// The same, whatever its fraction and its exponent.
    fn any_float(&mut self, start: usize) -> Option<Number> {
        if self.skip(|byte| byte == b'.') && self.digits().0 == 0 {
            return None;
        }
        if self.skip(|byte| matches!(byte, b'e' | b'E')) {
            self.skip(|byte| matches!(byte, b'+' | b'-'));
            if self.digits().0 == 0 {
                return None;
            }
        }
        // The nearest float, as the careful reader finds it too; what is beyond the floats is an error.
        let float: f64 = self.text.get(start..self.at)?.parse().ok()?;
        float.is_finite().then_some(Number::Float(float))
    }

    fn skip(&mut self, is: impl Fn(u8) -> bool) -> bool {
        let found = self.peek().is_some_and(is);
        self.at += usize::from(found);
        found
    }

    /// Decimal digits: how many, and their value if they are not too many.
    #[inline]
    fn digits(&mut self) -> (usize, u64) {
        let start = self.at;
        let mut value = 0_u64;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.at += 1;
        }
        (self.at - start, value)
    }

    /// A member of a line.
    #[inline]
    fn call_member(&mut self, members: &mut CallMembers<'a>, key: &str, levels: usize) -> Option<()> {
        match key {
            "session" => once(&mut members.session, self.text_or_null()?),
            "tool" => once(&mut members.tool, self.string()?),
            "args" => once(&mut members.args, self.named(|reader| reader.value(levels))?),
            "arg_meta" => once(&mut members.arg_meta, self.named(Self::metadata)?),
            "session_value" => once(&mut members.session_value, self.value(levels)?),
            "control_meta" => once(&mut members.control_meta, self.metadata()?),
            "result" => once(&mut members.result, self.value(levels)?),
            "result_meta" => once(&mut members.result_meta, self.metadata()?),
            "combine_meta" => once(&mut members.combine_meta, Combine::of_name(self.string()?)?),
            "branch" => once(&mut members.branch, self.metadata()?),
            _ => None,
        }
    }

    fn text_or_null(&mut self) -> Option<Option<&'a str>> {
        match self.take()? {
            b'"' => self.rest_of_string().map(Some),
            b'n' => self.rest_of_word("ull", Value::Null).map(|_| None),
            _ => None,
        }
    }

    /// An object with names as keys.
    #[inline]
    fn named<T: Copy>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<&'a [(&'a str, T)]> {
        let mut members = Gathered::new(self.arena);
        self.members(|reader, key| {
            members.push((key, read(reader)?));
            Some(())
        })?;
        sort_named::<_, Error>(members.into_slice()).ok()
    }

    fn metadata(&mut self) -> Option<MetadataInput<'a>> {
        let mut metadata = MetadataInput::default();
        self.members(|reader, key| match key {
            "tags" => once(&mut metadata.tags, reader.set()?),
            "producers" => once(&mut metadata.producers, reader.set()?),
            "consumers" => once(&mut metadata.consumers, reader.set()?),
            _ => None,
        })?;
        Some(metadata)
    }

    fn set(&mut self) -> Option<SetInput<'a>> {
        if self.token()? == b'[' {
            return self.strings().map(SetInput::of);
        }
        let mut except = None;
        self.members(|reader, key| match key {
            "except" => once(&mut except, reader.strings()?),
            _ => None,
        })?;
        except.map(SetInput::except)
    }

    fn strings(&mut self) -> Option<&'a [&'a str]> {
        self.expect(b'[')?;
        self.items(Self::string)
    }
}

/// Puts the value of a key in its place, if the key was not there before.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// What a list or an object has: few on the stack, many in the arena.
struct Gathered<'a, T: Copy> {
    few: SmallVec<[T; FEW]>,
    many: Option<BumpVec<'a, T>>,
    arena: &'a Bump,
}

impl<'a, T: Copy> Gathered<'a, T> {
    #[inline]
    fn new(arena: &'a Bump) -> Self {
        Gathered { few: SmallVec::new(), many: None, arena }
    }

    #[inline]
    fn push(&mut self, item: T) {
        if self.few.len() < FEW {
            self.few.push(item);
        } else {
            self.push_many(item);
        }
    }

    #[cold]
    fn push_many(&mut self, item: T) {
        let Gathered { few, many, arena } = self;
        let many = many.get_or_insert_with(|| {
            let mut many = BumpVec::with_capacity_in(2 * FEW, arena);
            many.extend_from_slice(few);
            many
        });
        many.push(item);
    }

    #[inline]
    fn into_slice(self) -> &'a mut [T] {
        match self.many {
            Some(many) => many.into_bump_slice_mut(),
            None => self.arena.alloc_slice_copy(&self.few),
        }
    }
}

#[cfg(test)]
mod tests;
