//! What a `MapInfo` table (`.tab`) or interchange file (`.mif`) says of itself, before GDAL opens it.
//!
//! Only native tables are read: a linked, joined or seamless table names further files, which may lie anywhere.

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "readers are an edge")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::ReadOptions;
use super::door::Ready;
use super::formats::Source;
use super::read_error::ReadError;
use super::shapefile_encoding::companion_of;
use crate::texts;

/// Bytes of the header that are looked at: a table of 10,000 columns takes less.
const HEADER: u64 = 2 << 20;

/// Charsets by their names in `MapInfo`.
const CHARSETS: [(&str, &str); 6] = [
    ("WindowsLatin1", "windows-1252"),
    ("UTF-8", "UTF-8"),
    ("ISO8859_1", "ISO-8859-1"),
    ("CodePage850", "CP850"),
    ("MacRoman", "macintosh"),
    ("CodePage437", "CP437"),
];

/// Checks the header and the files beside it.
pub(super) fn prepare(source: &Source, _: &ReadOptions) -> Result<Ready, ReadError> {
    let failed = |error: std::io::Error| ReadError::from_io(&source.shown, &error);
    let mut bytes = Vec::new();
    File::open(&source.path).map_err(failed)?.take(HEADER).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let is_table = source.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tab"));
    let lines = || text.lines().map(str::trim).take_while(|line| is_table || !line.eq_ignore_ascii_case("data"));
    let companions: &[&str] = if is_table { &["dat", "map", "id"] } else { &["mid"] };
    if is_table {
        let kind = lines().find_map(|line| line.to_lowercase().strip_prefix("type ").map(str::to_owned));
        let kind = kind.unwrap_or_default();
        let word = kind.split_whitespace().next().unwrap_or_default();
        if word != "native" {
            let found = if word.is_empty() { "?".to_owned() } else { word.to_uppercase() };
            return Err(ReadError::TableNotNative { file: source.shown.clone(), found });
        }
    }
    for ending in companions {
        if companion_of(source, ending).is_none() {
            let stem = source.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let (file, companion) = (source.shown.clone(), format!("{stem}.{ending}"));
            return Err(ReadError::MissingTablePart { file, companion });
        }
    }
    let stated = lines().find_map(|line| {
        let at = line.to_lowercase().find("charset")?;
        let word = line.get(at + "charset".len()..)?.trim().trim_start_matches('"');
        Some(word.split('"').next().unwrap_or_default().to_owned())
    });
    let known = stated.as_deref().and_then(|stated| {
        CHARSETS.iter().find(|(name, _)| name.eq_ignore_ascii_case(stated)).map(|(_, name)| (*name).to_owned())
    });
    let shown = known.or(stated).unwrap_or_else(|| "Neutral".to_owned());
    let rows = if is_table {
        None
    } else {
        companion_of(source, "mid").map(|mid| rows_of(&mid)).transpose().map_err(failed)?
    };
    let notes = vec![texts::text("note-encoding-table", &[("encoding", shown.clone())])];
    Ok(Ready { encoding: Some(shown), rows, notes, ..Ready::default() })
}

/// Rows of a `.mid`: its lines that are not empty.
fn rows_of(mid: &Path) -> std::io::Result<u64> {
    let mut reader = BufReader::new(File::open(mid)?);
    let (mut rows, mut line) = (0, Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        rows += u64::from(!line.trim_ascii().is_empty());
        line.clear();
    }
    Ok(rows)
}
