//! What an `AutoCAD` drawing exchange file (`.dxf`) says of itself, before GDAL opens it: pairs of lines, a code and a value.
//!
//! A drawing has no coordinate system. Its entities become rows: `Layer`, `Text` and what else the drawing tells; blocks
//! (symbols) stay points with `BlockName`; as ground, closed lines are areas. Source: Autodesk, "DXF Reference".

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use super::ReadOptions;
use super::door::Ready;
use super::formats::Source;
use super::read_error::ReadError;
use super::text_encoding::Charset;
use crate::texts;

/// Longest line. The reference says 255 characters up to R14 and 2,049 after it.
const LINE_LIMIT: u64 = 64 << 10;
/// Most copies of a symbol that one entity may stand for.
const COPIES_LIMIT: u64 = 10_000;

/// What the walk through the pairs is looking at.
#[derive(Debug, Default)]
struct Walk {
    entity: String,
    variable: String,
    version: String,
    code_page: String,
    columns: u64,
    rows: u64,
    ended: bool,
}

/// Checks that the file is pairs to its end, that no entity multiplies itself without bound, and finds the encoding.
pub(super) fn prepare(source: &Source, options: &ReadOptions) -> Result<Ready, ReadError> {
    let failed = |error: std::io::Error| ReadError::from_io(&source.shown, &error);
    let broken = |id: &str, line: u64| {
        let (file, format) = (source.shown.clone(), "DXF".to_owned());
        ReadError::BrokenVector { file, format, at: texts::text(id, &[("line", line.to_string())]) }
    };
    let mut reader = BufReader::new(File::open(&source.path).map_err(failed)?);
    let mut walk = Walk::default();
    let mut line = 0_u64;
    let mut text = Vec::new();
    while let Some(code) = next_line(&mut reader, &mut text).map_err(failed)? {
        line += 1;
        let Some(code) = code.whole().and_then(|code| code.trim().parse::<i32>().ok()) else {
            return Err(broken("dxf-line", line));
        };
        let Some(value) = next_line(&mut reader, &mut text).map_err(failed)? else { break };
        line += 1;
        let Some(value) = value.whole() else { return Err(broken("dxf-line", line)) };
        walk.step(code, value.trim());
        if walk.columns.saturating_mul(walk.rows) > COPIES_LIMIT {
            return Err(ReadError::TooManyCopies { file: source.shown.clone(), line, limit: COPIES_LIMIT });
        }
        if walk.ended {
            break;
        }
    }
    if !walk.ended {
        return Err(broken("dxf-without-end", line));
    }
    let (charset, id) = match options.encoding.as_deref() {
        Some(wanted) => {
            let known = Charset::from_name(wanted).filter(|charset| charset.gdal_name().is_some());
            let charset = known.ok_or_else(|| ReadError::UnsupportedEncoding {
                file: source.shown.clone(),
                encoding: wanted.to_owned(),
                known: ["UTF-8", "windows-1252", "ISO-8859-1", "CP850", "macintosh"].map(str::to_owned).to_vec(),
            })?;
            (charset, "note-encoding-asked")
        }
        // From AutoCAD 2007 on (AC1021) every text is UTF-8, whatever the code page says.
        None if walk.version.as_str() >= "AC1021" => (Charset::Utf8, "note-encoding-drawing"),
        None => {
            let page = walk.code_page.to_lowercase();
            let number = page.rsplit('_').next().unwrap_or_default();
            let charset = match number {
                "850" | "dos850" => Charset::Cp850,
                "macintosh" => Charset::Macintosh,
                _ => Charset::Windows1252,
            };
            (charset, "note-encoding-drawing")
        }
    };
    let name = charset.name().to_owned();
    let settings = charset.gdal_name().map(|name| ("DXF_ENCODING", name.to_owned())).into_iter().collect();
    let notes = vec![texts::text(id, &[("encoding", name.clone())]), texts::text("note-drawing-no-crs", &[])];
    Ok(Ready { settings, encoding: Some(name), notes, ..Ready::default() })
}

impl Walk {
    fn step(&mut self, code: i32, value: &str) {
        match code {
            0 => {
                self.entity.clear();
                self.entity.push_str(value);
                (self.columns, self.rows) = (1, 1);
                self.ended = value == "EOF";
            }
            9 => value.clone_into(&mut self.variable),
            1 if self.variable == "$ACADVER" => value.clone_into(&mut self.version),
            3 if self.variable == "$DWGCODEPAGE" => value.clone_into(&mut self.code_page),
            70 | 71 if self.entity == "INSERT" => {
                // What is no number in range counts as far too many.
                let count = value.parse::<i64>().map_or(u64::MAX, i64::unsigned_abs).max(1);
                *(if code == 70 { &mut self.columns } else { &mut self.rows }) = count;
            }
            _ => {}
        }
    }
}

/// A line of the file.
enum Line {
    Whole(String),
    TooLong,
}

impl Line {
    fn whole(self) -> Option<String> {
        match self {
            Self::Whole(text) => Some(text),
            Self::TooLong => None,
        }
    }
}

/// The next line; `None` at the end. Bytes that are no UTF-8 are replaced: only codes and names of the format itself are
/// looked at.
fn next_line(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> std::io::Result<Option<Line>> {
    bytes.clear();
    let read = reader.by_ref().take(LINE_LIMIT).read_until(b'\n', bytes)?;
    Ok(match read {
        0 => None,
        _ if read as u64 == LINE_LIMIT => Some(Line::TooLong),
        _ => Some(Line::Whole(String::from_utf8_lossy(bytes).into_owned())),
    })
}
