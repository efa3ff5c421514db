//! The sections of an image: each is a pool of records, its place and size told by a table in front of all of them.
//!
//! Invariants: sections stand in the order of their numbers, one directly after another, from the end of the table to the
//! end of the group, so there is one arrangement of given tables. A count is checked against the bytes that are there
//! before anything is allocated for it.

use super::error::ImageError;
use super::wire::{Wire, take};

/// A part of a program that takes one section or more.
pub(super) trait Table: Sized {
    /// Appends the sections. `name` is what errors call the first of them.
    fn write(&self, name: &'static str, out: &mut SectionWriter);

    /// Reads what [`Table::write`] wrote.
    fn read(name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError>;

    /// Appends a line for each section: its name and what a record is.
    fn describe(name: &str, out: &mut String);

    /// Gives back the memory that it has beyond its records.
    fn shrink(&mut self);
}

/// Appends the line of a section of records.
pub(super) fn describe_records<T: Wire>(name: &str, out: &mut String) {
    *out += &format!("  {name}: records of {} bytes: {}\n", T::SIZE, T::layout());
}

impl<T: Wire + Copy> Table for Vec<T> {
    fn write(&self, _name: &'static str, out: &mut SectionWriter) {
        write_records(self, out);
    }

    fn read(name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError> {
        let mut records = Vec::new();
        extend(&mut records, name, sections)?;
        Ok(records)
    }

    fn describe(name: &str, out: &mut String) {
        describe_records::<T>(name, out);
    }

    fn shrink(&mut self) {
        self.shrink_to_fit();
    }
}

/// Appends a section of records.
pub(super) fn write_records<T: Wire>(records: &[T], out: &mut SectionWriter) {
    out.section(T::SIZE, records.len(), |bytes| records.iter().for_each(|record| record.write(bytes)));
}

/// Reads a section of records behind those that are there.
pub(super) fn extend<T: Wire + Copy>(
    records: &mut Vec<T>,
    name: &'static str,
    sections: &mut SectionReader<'_>,
) -> Result<(), ImageError> {
    const { assert!(T::SIZE > 0, "a record has some bytes, else any number of them fits an image") };
    let bytes = sections.section(name, T::SIZE)?;
    let Some(first) = bytes.get(..T::SIZE) else { return Ok(()) };
    let before = records.len();
    let first = T::read(first).ok_or_else(|| no_record(name, before))?;
    // One pass without a way out of it, whose length is known: that is fast. What is no record is told from it afterwards.
    let mut all_are = true;
    let chunks = || bytes.chunks_exact(T::SIZE);
    records.reserve_exact(bytes.len() / T::SIZE);
    records.extend(chunks().map(|record| {
        T::read(record).unwrap_or_else(|| {
            all_are = false;
            first
        })
    }));
    if all_are {
        return Ok(());
    }
    let read = chunks().position(|record| T::read(record).is_none()).unwrap_or(0);
    records.truncate(before);
    Err(no_record(name, before + read))
}

/// One byte a record.
impl Table for String {
    fn write(&self, _name: &'static str, out: &mut SectionWriter) {
        out.section(1, self.len(), |bytes| bytes.extend_from_slice(self.as_bytes()));
    }

    fn read(name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError> {
        let text = std::str::from_utf8(sections.section(name, 1)?);
        text.map(str::to_owned).map_err(|error| ImageError::malformed(name, error))
    }

    fn describe(name: &str, out: &mut String) {
        *out += &format!("  {name}: UTF-8\n");
    }

    fn shrink(&mut self) {
        self.shrink_to_fit();
    }
}

/// One byte a record: each string with its length in front.
impl Table for Vec<String> {
    fn write(&self, _name: &'static str, out: &mut SectionWriter) {
        let length = |text: &String| u64::SIZE + text.len();
        out.section(1, self.iter().map(length).sum(), |bytes| {
            for text in self {
                (text.len() as u64).write(bytes);
                bytes.extend_from_slice(text.as_bytes());
            }
        });
    }

    fn read(name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError> {
        let mut rest = sections.section(name, 1)?;
        let mut texts = Vec::new();
        while !rest.is_empty() {
            let text = take_text(&mut rest).ok_or_else(|| no_record(name, texts.len()))?;
            texts.push(text.to_owned());
        }
        Ok(texts)
    }

    fn describe(name: &str, out: &mut String) {
        *out += &format!("  {name}: texts, each u64 and so many bytes of UTF-8\n");
    }

    fn shrink(&mut self) {
        self.shrink_to_fit();
    }
}

fn take_text<'b>(rest: &mut &'b [u8]) -> Option<&'b str> {
    let length = usize::try_from(take::<u64>(rest)?).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

fn no_record(section: &str, index: usize) -> ImageError {
    ImageError::malformed(section, format_args!("record {index} is none"))
}

/// Appends the lines of a field; only its type counts.
pub(super) fn describe_field<T, F: Table>(_field: impl FnOnce(T) -> F, name: &str, out: &mut String) {
    F::describe(name, out);
}

/// Makes the sections of a struct those of its fields. A field that is not listed does not compile.
macro_rules! tables {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl Table for $name {
            fn write(&self, _name: &'static str, out: &mut SectionWriter) {
                let Self { $($field),* } = self;
                $(Table::write($field, stringify!($field), out);)*
            }

            fn read(_name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError> {
                Ok(Self { $($field: Table::read(stringify!($field), sections)?),* })
            }

            fn describe(_name: &str, out: &mut String) {
                $(describe_field(|tables: Self| tables.$field, stringify!($field), out);)*
            }

            fn shrink(&mut self) {
                let Self { $($field),* } = self;
                $(Table::shrink($field);)*
            }
        }
    };
}

/// Makes each of these records a section of its own.
macro_rules! single_records {
    ($($name:ident),*) => {$(
        impl Table for $name {
            fn write(&self, name: &'static str, out: &mut SectionWriter) {
                vec![*self].write(name, out);
            }

            fn read(name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError> {
                match *<Vec<$name> as Table>::read(name, sections)? {
                    [record] => Ok(record),
                    _ => Err(ImageError::malformed(name, "it has one record")),
                }
            }

            fn describe(name: &str, out: &mut String) {
                describe_records::<$name>(name, out);
            }

            fn shrink(&mut self) {}
        }
    )*};
}

pub(super) use {single_records, tables};

/// What the table of sections says of one.
pub(super) struct Entry {
    /// From 1, ascending.
    number: u32,
    /// The size of its records in bytes.
    record: u32,
    /// Where it begins, from the begin of the group.
    offset: u64,
    /// How many records it has.
    count: u64,
}

super::wire::records! {
    Entry { number: u32, record: u32, offset: u64, count: u64 }
}

/// Collects sections.
#[derive(Default)]
pub(super) struct SectionWriter {
    entries: Vec<Entry>,
    body: Vec<u8>,
}

impl SectionWriter {
    fn section(&mut self, record: usize, count: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let offset = self.body.len() as u64;
        // Exactly, since what is doubled is held twice while large images are written.
        self.body.reserve_exact(record.saturating_mul(count));
        write(&mut self.body);
        let number = self.entries.len() as u32 + 1;
        self.entries.push(Entry { number, record: record as u32, offset, count: count as u64 });
    }

    /// The group: the number of sections, their table and what is in them.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let table = u32::SIZE + self.entries.len() * Entry::SIZE;
        let mut group = Vec::with_capacity(table + self.body.len());
        (self.entries.len() as u32).write(&mut group);
        for entry in &mut self.entries {
            entry.offset += table as u64;
            entry.write(&mut group);
        }
        group.append(&mut self.body);
        group
    }
}

/// Hands out the sections of a group in their order.
pub(super) struct SectionReader<'b> {
    entries: std::slice::ChunksExact<'b, u8>,
    /// The number of the next section.
    number: u32,
    /// Where the next section begins.
    offset: u64,
    body: &'b [u8],
}

impl<'b> SectionReader<'b> {
    /// Reads the table of sections, with which a group begins.
    pub(super) fn new(mut bytes: &'b [u8]) -> Result<Self, ImageError> {
        let broken = || ImageError::malformed("table of sections", "it is longer than the image");
        let count: u32 = take(&mut bytes).ok_or_else(broken)?;
        let length = (count as usize).checked_mul(Entry::SIZE).ok_or_else(broken)?;
        let (table, body) = bytes.split_at_checked(length).ok_or_else(broken)?;
        let offset = (u32::SIZE + length) as u64;
        Ok(SectionReader { entries: table.chunks_exact(Entry::SIZE), number: 1, offset, body })
    }

    /// The bytes of the next section: whole records of the size given.
    fn section(&mut self, name: &'static str, record: usize) -> Result<&'b [u8], ImageError> {
        let error = |what: &str| ImageError::malformed(name, what);
        let entry = self.entries.next().and_then(Entry::read).ok_or_else(|| error("it is missing"))?;
        if entry.number != self.number {
            return Err(error("another section is in its place"));
        }
        if entry.record as usize != record {
            return Err(error("its records have another size"));
        }
        if entry.offset != self.offset {
            return Err(error("it does not begin where the one before ends"));
        }
        let length = usize::try_from(entry.count).ok().and_then(|count| count.checked_mul(record));
        let (bytes, after) = length
            .and_then(|length| self.body.split_at_checked(length))
            .ok_or_else(|| error("it has more records than the image has room for"))?;
        self.body = after;
        self.number += 1;
        self.offset += bytes.len() as u64;
        Ok(bytes)
    }

    /// Makes sure that nothing is left.
    pub(super) fn finish(mut self) -> Result<(), ImageError> {
        if self.entries.next().is_some() {
            return Err(ImageError::malformed("table of sections", "it has more sections than the format"));
        }
        if !self.body.is_empty() {
            return Err(ImageError::malformed("table of sections", "bytes follow the last section"));
        }
        Ok(())
    }
}
