//! Files of calls as JSON lines, whatever they are packed in: what a file is, its first bytes tell, not its name.
//!
//! Invariant: a file is unpacked as it is read, never as a whole.

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::progress::Progress;
use crate::input;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: &[u8] = b"PAR1";

/// Opens a file or standard input.
pub(crate) fn open(path: &Path, progress: &Progress) -> Result<Box<dyn Read + Send>, String> {
    let unreadable = |error: &dyn std::fmt::Display| match input::is_stdin(path) {
        true => format!("cannot read standard input: {error}"),
        false => format!("cannot read {}: {error}", input::quoted(path)),
    };
    let file: Box<dyn Read + Send> = match input::is_stdin(path) {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(|error| unreadable(&error))?),
    };
    let (start, bytes) = with_start(progress.counted(file)).map_err(|error| unreadable(&error))?;
    if start.starts_with(GZIP) {
        Ok(Box::new(MultiGzDecoder::new(bytes)))
    } else if start.starts_with(ZSTD) {
        let decoder = zstd::Decoder::new(bytes).map_err(|error| unreadable(&error))?;
        Ok(Box::new(decoder))
    } else if start.starts_with(PARQUET) {
        parquet(path, progress).map_err(|why| unreadable(&why))
    } else {
        Ok(Box::new(bytes))
    }
}

/// A reader that begins with bytes that were read already.
type Resumed<R> = Chain<Cursor<Vec<u8>>, R>;

/// The first bytes, four at most, and a reader of all.
fn with_start<R: Read>(mut input: R) -> io::Result<(Vec<u8>, Resumed<R>)> {
    let mut start = Vec::new();
    (&mut input).take(4).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(input)))
}

#[cfg(feature = "parquet")]
fn parquet(path: &Path, progress: &Progress) -> Result<Box<dyn Read + Send>, String> {
    if input::is_stdin(path) {
        return Err(
            "Parquet is read from its end, which a pipe does not allow: give the file by its name".to_owned()
        );
    }
    super::parquet::open(path, progress)
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Path, _: &Progress) -> Result<Box<dyn Read + Send>, String> {
    Err("it is Parquet, which this build of the command does not read (feature `parquet`)".to_owned())
}
