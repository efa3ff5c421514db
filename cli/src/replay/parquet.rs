//! Parquet files as JSON lines: each row is a call.
//!
//! A column `call` has the whole call as JSON text, and `answer`, if it is there, the answer that was recorded; whatever other
//! columns there are then is left out. Without `call`, each column is a key of calls (S9): `tool`, `session` and
//! `combine_meta` as text, the others as JSON text; null is a key that is not there. Invariants: a row is one line, so that
//! lines are numbered as rows are; what stands in a column is the value of its key and nothing more, or the line is not valid.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde::de::IgnoredAny;
use sqrt_vm::json::write_string;
use sqrt_vm::visible::quote;

use super::progress::Progress;

/// Columns whose text is a value of its own.
const TEXTS: [&str; 3] = ["session", "tool", "combine_meta"];
/// Columns whose text is JSON.
const JSONS: [&str; 7] =
    ["args", "arg_meta", "session_value", "control_meta", "result", "result_meta", "branch"];

/// Opens a file.
pub(crate) fn open(path: &Path, progress: &Progress) -> Result<Box<dyn Read + Send>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_or(0, |found| found.len());
    let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
    let metadata = reader.metadata().file_metadata();
    let wanted = columns(metadata.schema())?;
    let projection = Type::group_type_builder(metadata.schema().name()).with_fields(wanted).build();
    let projection = projection.map_err(|error| error.to_string())?;
    let rows_in_all = u64::try_from(metadata.num_rows()).unwrap_or(0);
    let rows = RowIter::from_file_into(Box::new(reader)).project(Some(projection));
    let rows = rows.map_err(|error| error.to_string())?;
    let counts = progress.counted(io::empty());
    Ok(Box::new(Lines {
        rows,
        line: Cursor::new(Vec::new()),
        done: 0,
        told: 0,
        rows_in_all,
        length,
        count: Box::new(move |bytes| counts.add(bytes)),
    }))
}

/// The columns that are read.
fn columns(schema: &Type) -> Result<Vec<std::sync::Arc<Type>>, String> {
    let fields = schema.get_fields();
    let named = |name: &str| fields.iter().find(|field| field.name() == name).cloned();
    if let Some(call) = named("call") {
        return Ok([Some(call), named("answer")].into_iter().flatten().collect());
    }
    for field in fields {
        if !TEXTS.contains(&field.name()) && !JSONS.contains(&field.name()) {
            return Err(format!(
                "the column {} is no key of a call; there is either a column `call` with calls as JSON text, or columns {}",
                quote(field.name()),
                TEXTS.iter().chain(&JSONS).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ));
        }
    }
    Ok(fields.to_vec())
}

/// Rows as lines.
struct Lines {
    rows: RowIter<'static>,
    line: Cursor<Vec<u8>>,
    done: u64,
    /// How many bytes the progress knows of.
    told: u64,
    rows_in_all: u64,
    length: u64,
    count: Box<dyn Fn(u64) + Send>,
}

impl Read for Lines {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut read = self.line.read(room)?;
        while read == 0 && !room.is_empty() {
            let Some(row) = self.rows.next() else { return Ok(0) };
            let row = row
                .map_err(|error| io::Error::other(format!("row {}: {error}", self.done.saturating_add(1))))?;
            self.line = Cursor::new(line(&row));
            self.done = self.done.saturating_add(1);
            self.tell();
            read = self.line.read(room)?;
        }
        Ok(read)
    }
}

impl Lines {
    /// The file is not read from its start to its end, so the rows say how far it is.
    fn tell(&mut self) {
        if self.done.is_multiple_of(1024) || self.done == self.rows_in_all {
            let share = u128::from(self.length) * u128::from(self.done) / u128::from(self.rows_in_all.max(1));
            let now = u64::try_from(share).unwrap_or(self.told);
            (self.count)(now.saturating_sub(self.told));
            self.told = self.told.max(now);
        }
    }
}

/// The line of a row, with its end.
fn line(row: &Row) -> Vec<u8> {
    let mut text = String::new();
    let only_call = row.len() == 1 && row.get_column_iter().all(|(name, _)| name == "call");
    if only_call {
        for (_, field) in row.get_column_iter() {
            text.push_str(content(field).unwrap_or_default());
        }
    } else {
        text.push('{');
        for (name, field) in row.get_column_iter() {
            if !matches!(field, Field::Null) {
                member(name, content(field), &mut text);
            }
        }
        text.push('}');
    }
    // Between tokens a line end is white space, and inside of them there is none.
    let mut line = text.replace('\n', " ").into_bytes();
    line.push(b'\n');
    line
}

/// Appends a key with its value. What is no JSON leaves the line without a value there, and so not valid.
fn member(name: &str, content: Option<&str>, text: &mut String) {
    if text.len() > 1 {
        text.push_str(", ");
    }
    write_string(text, name);
    text.push_str(": ");
    let Some(content) = content else { return };
    if TEXTS.contains(&name) {
        write_string(text, content);
    } else if serde_json::from_str::<IgnoredAny>(content).is_ok() {
        text.push_str(content);
    }
}

/// The text of a field.
fn content(field: &Field) -> Option<&str> {
    match field {
        Field::Str(text) => Some(text),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok(),
        _ => None,
    }
}
