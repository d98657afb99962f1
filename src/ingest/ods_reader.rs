//! Spreadsheets of `LibreOffice` (`.ods`) into tables: one for every sheet that holds anything, or the one that is named.
//!
//! Header, empty rows and rows that are too long are treated as in Excel workbooks. Numbers, dates and times are taken from
//! the value that a cell states, not from how it is shown; comments are passed over. A row or cell that is repeated is
//! written once in the file: what repetition may add is bounded, so that a small file cannot grow without end.
//!
//! Read as a stream from the package's `content.xml`: memory is that of the table. Limits: 2 GiB unpacked, 10,000 columns,
//! 16 MiB in a cell, 64 MiB or ten million cells by repetition. Source: OASIS, `OpenDocument` 1.3, part 3.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::formats::{CELL_LIMIT, Source};
use super::read_error::ReadError;
use super::table::Table;
use super::workbook::{Row, Rows, UNPACKED_LIMIT, check_package};
use super::{ReadOptions, canonical};
use crate::texts;

/// Most bytes between two tags, or in one.
const RUN_LIMIT: usize = CELL_LIMIT + (1 << 20);
/// Most bytes and cells that repetition may add.
const REPEATED_BYTES: usize = 64 << 20;
const REPEATED_CELLS: usize = 10_000_000;
/// Deepest nesting of tags.
const DEPTH_LIMIT: usize = 200;
/// Last row and column of `LibreOffice`'s largest sheets.
const LAST_ROW: u32 = 1 << 24;
const LAST_COLUMN: usize = 1 << 14;

/// Reads a spreadsheet. Sheets without any cell are passed over, unless one is named or all are empty.
pub fn read(source: &Source, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    check_package(source, UNPACKED_LIMIT)?;
    let file = File::open(&source.path).map_err(|error| ReadError::from_io(&source.shown, &error))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|_| broken(source, None))?;
    if let Ok(part) = archive.by_name("META-INF/manifest.xml") {
        let mut text = String::new();
        if part.take(1 << 20).read_to_string(&mut text).is_ok() && text.contains("encryption-data") {
            return Err(ReadError::ProtectedWorkbook { file: source.shown.clone() });
        }
    }
    let content = archive.by_name("content.xml").map_err(|_| broken(source, None))?;
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, Runs { inner: content, run: 0 }));
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk { source, reader, buffer: Vec::new(), bytes: 0, cells: 0, grid: options.grid };
    let (tables, names) = walk.sheets(options.layer.as_deref())?;
    if let Some(layer) = options.layer.clone().filter(|wanted| !names.contains(wanted)) {
        return Err(ReadError::UnknownLayer { file: source.shown.clone(), layer, layers: names });
    }
    if tables.is_empty() {
        return Err(ReadError::NothingInside { file: source.shown.clone() });
    }
    Ok(tables)
}

fn broken(source: &Source, sheet: Option<&str>) -> ReadError {
    let named = |sheet: &str| texts::text("workbook-sheet", &[("sheet", sheet.to_owned())]);
    let part = sheet.map_or_else(|| texts::text("workbook-whole", &[]), named);
    ReadError::BrokenWorkbook { file: source.shown.clone(), part }
}

/// Bytes on their way to the parser, which keeps all that stands between two tags: no more than the limit.
struct Runs<R> {
    inner: R,
    run: usize,
}

impl<R: Read> Read for Runs<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        self.run = match bytes.iter().rposition(|&byte| byte == b'<') {
            Some(at) => read - at,
            None => self.run + read,
        };
        if self.run > RUN_LIMIT { Err(io::Error::other("a run without end")) } else { Ok(read) }
    }
}

/// The walk through `content.xml`.
struct Walk<'a, R: BufRead> {
    source: &'a Source,
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// What repetition has added so far.
    bytes: usize,
    cells: usize,
    /// Whether rows are kept as they stand.
    grid: bool,
}

/// The value of an attribute, its entities resolved.
fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
    unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// How often a row or cell stands there; what is no number stands once.
fn repeats(tag: &BytesStart, name: &str) -> usize {
    attribute(tag, name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

impl<R: BufRead> Walk<'_, R> {
    fn next(&mut self, sheet: Option<&str>) -> Result<Event<'static>, ReadError> {
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|_| broken(self.source, sheet))?;
        if matches!(event, Event::DocType(_)) {
            return Err(ReadError::DefinesEntities { file: self.source.shown.clone(), line: 1 });
        }
        Ok(event.into_owned())
    }

    /// The tables, and the names of all sheets.
    fn sheets(&mut self, wanted: Option<&str>) -> Result<(Vec<Table>, Vec<String>), ReadError> {
        let (mut tables, mut names) = (Vec::new(), Vec::new());
        let mut hidden: BTreeSet<String> = BTreeSet::new();
        let mut style = String::new();
        let mut depth = 0_usize;
        loop {
            match self.next(None)? {
                Event::Start(tag) => {
                    depth += 1;
                    if depth > DEPTH_LIMIT {
                        return Err(broken(self.source, None));
                    }
                    match tag.name().as_ref() {
                        "style:style" => style = attribute(&tag, "style:name").unwrap_or_default(),
                        "style:table-properties" if attribute(&tag, "table:display").as_deref() == Some("false") => {
                            hidden.insert(style.clone());
                        }
                        "table:table" => {
                            depth -= 1;
                            let name = attribute(&tag, "table:name").unwrap_or_default();
                            let is_hidden =
                                attribute(&tag, "table:style-name").is_some_and(|style| hidden.contains(&style));
                            let table = self.sheet(&name, wanted.is_none_or(|wanted| wanted == name))?;
                            if let Some(mut table) = table {
                                if is_hidden {
                                    table.notes.push(texts::text("note-sheet-hidden", &[("sheet", name.clone())]));
                                }
                                tables.push(table);
                            }
                            names.push(name);
                        }
                        _ => {}
                    }
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::Eof if depth == 0 => return Ok((tables, names)),
                Event::Eof => return Err(broken(self.source, None)),
                _ => {}
            }
        }
    }

    /// One sheet to its end; `None` where it is empty or not wanted.
    fn sheet(&mut self, name: &str, wanted: bool) -> Result<Option<Table>, ReadError> {
        let source = self.source;
        let mut rows = Rows::new(source, name, self.grid);
        let mut line = 0_u32;
        // Tags that are open within the sheet. Groups and headers of rows hold rows as the sheet does.
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next(Some(name))? {
                Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                    let times = repeats(&tag, "table:number-rows-repeated");
                    let cells = self.row(name, line + 1)?;
                    let times = u32::try_from(times).unwrap_or(u32::MAX);
                    if cells.is_empty() {
                        line = line.saturating_add(times).min(LAST_ROW);
                        continue;
                    }
                    let bytes = cells.iter().map(|(_, text)| text.len()).sum::<usize>();
                    self.add(name, line + 1, times as usize - 1, bytes, cells.len())?;
                    for _ in 0..times {
                        line += 1;
                        if line > LAST_ROW {
                            return Err(self.too_much(name, line));
                        }
                        if wanted {
                            rows.take(&mut Row { number: line, cells: cells.clone() })?;
                        }
                    }
                }
                Event::Start(_) => {
                    depth += 1;
                    if depth > DEPTH_LIMIT {
                        return Err(broken(source, Some(name)));
                    }
                }
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(broken(source, Some(name))),
                _ => {}
            }
        }
        if wanted { rows.finish() } else { Ok(None) }
    }

    fn too_much(&self, sheet: &str, row: u32) -> ReadError {
        ReadError::RepeatsTooMuch { file: self.source.shown.clone(), sheet: sheet.to_owned(), row }
    }

    /// Counts what `times` more of something with so many bytes and cells add.
    fn add(&mut self, sheet: &str, row: u32, times: usize, bytes: usize, cells: usize) -> Result<(), ReadError> {
        self.bytes = self.bytes.saturating_add(times.saturating_mul(bytes));
        self.cells = self.cells.saturating_add(times.saturating_mul(cells));
        if self.bytes > REPEATED_BYTES || self.cells > REPEATED_CELLS {
            return Err(self.too_much(sheet, row));
        }
        Ok(())
    }

    /// The filled cells of a row.
    fn row(&mut self, sheet: &str, line: u32) -> Result<Vec<(usize, String)>, ReadError> {
        let mut cells: Vec<(usize, String)> = Vec::new();
        let mut column = 0_usize;
        loop {
            match self.next(Some(sheet))? {
                Event::Start(tag) => {
                    let name = tag.name();
                    let is_cell = matches!(name.as_ref(), "table:table-cell" | "table:covered-table-cell");
                    let times = repeats(&tag, "table:number-columns-repeated");
                    let text = self.cell(sheet, &tag, line, column)?;
                    if !is_cell {
                        continue;
                    }
                    if text.trim().is_empty() {
                        column = column.saturating_add(times).min(LAST_COLUMN);
                        continue;
                    }
                    self.add(sheet, line, times - 1, text.len(), 1)?;
                    for _ in 0..times {
                        if column >= LAST_COLUMN {
                            return Err(self.too_much(sheet, line));
                        }
                        cells.push((column, text.clone()));
                        column += 1;
                    }
                }
                Event::End(_) => return Ok(cells),
                Event::Eof => return Err(broken(self.source, Some(sheet))),
                _ => {}
            }
        }
    }

    /// A cell to its end: the value that it states, or its text.
    fn cell(&mut self, sheet: &str, tag: &BytesStart, line: u32, column: usize) -> Result<String, ReadError> {
        let source = self.source;
        let stated = stated(tag);
        let mut text = String::new();
        let mut depth = 1_usize;
        // Depth at which a comment or a table within the cell began.
        let mut aside: Option<usize> = None;
        while depth > 0 {
            match self.next(Some(sheet))? {
                Event::Start(tag) => {
                    depth += 1;
                    if depth > DEPTH_LIMIT {
                        return Err(broken(source, Some(sheet)));
                    }
                    match tag.name().as_ref() {
                        "office:annotation" | "table:table" | "draw:frame" if aside.is_none() => aside = Some(depth),
                        _ if aside.is_some() => {}
                        "text:p" if !text.is_empty() => text.push('\n'),
                        "text:s" => {
                            let count = repeats(&tag, "text:c");
                            self.add(sheet, line, count, 1, 0)?;
                            text.extend(std::iter::repeat_n(' ', count));
                        }
                        "text:tab" => text.push('\t'),
                        "text:line-break" => text.push('\n'),
                        _ => {}
                    }
                }
                Event::End(_) => {
                    if aside == Some(depth) {
                        aside = None;
                    }
                    depth -= 1;
                }
                Event::Text(part) if aside.is_none() && depth > 1 => text.push_str(&part.xml10_content()),
                Event::CData(part) if aside.is_none() && depth > 1 => text.push_str(&part.xml10_content()),
                Event::GeneralRef(part) if aside.is_none() && depth > 1 => {
                    let character = part.resolve_char_ref().ok().flatten();
                    match (character, resolve_predefined_entity(&part)) {
                        (Some(character), _) => text.push(character),
                        (None, Some(known)) => text.push_str(known),
                        (None, None) => return Err(broken(source, Some(sheet))),
                    }
                }
                Event::Eof => return Err(broken(source, Some(sheet))),
                _ => {}
            }
            if text.len() > CELL_LIMIT {
                let (file, limit_mib) = (source.shown.clone(), CELL_LIMIT >> 20);
                return Err(ReadError::CellTooLarge { file, row: line, column: column + 1, limit_mib });
            }
        }
        Ok(stated.unwrap_or(text))
    }
}

/// The value that a cell states, as text; `None` for texts and empty cells.
fn stated(tag: &BytesStart) -> Option<String> {
    match attribute(tag, "office:value-type")?.as_str() {
        "float" | "percentage" | "currency" => {
            let text = attribute(tag, "office:value")?;
            Some(text.parse::<f64>().ok().filter(|value| value.is_finite()).map_or(text, canonical::float))
        }
        "boolean" => attribute(tag, "office:boolean-value"),
        "date" => attribute(tag, "office:date-value").map(|text| moment(&text)),
        "time" => attribute(tag, "office:time-value").map(|text| clock(&text).unwrap_or(text)),
        _ => attribute(tag, "office:string-value"),
    }
}

/// A date, without a time that is midnight; parts of seconds are dropped.
fn moment(text: &str) -> String {
    let Some((date, time)) = text.split_once('T') else { return text.to_owned() };
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    if time == "00:00:00" { date.to_owned() } else { format!("{date}T{time}") }
}

/// `17:05:09` from `PT17H05M09S`.
fn clock(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0_u64;
    for (unit, length) in [('H', 3600), ('M', 60), ('S', 1)] {
        let Some((number, after)) = rest.split_once(unit) else { continue };
        let whole = number.split(['.', ',']).next().unwrap_or_default();
        seconds = seconds.checked_add(whole.parse::<u64>().ok()?.checked_mul(length)?)?;
        rest = after;
    }
    rest.is_empty().then(|| canonical::clock(seconds))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use super::super::formats::tests::read_bytes;
    use super::*;

    /// A spreadsheet with these sheets.
    pub fn ods(sheets: &str) -> Vec<u8> {
        let content = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" \
             xmlns:text=\"x\"><office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>\
             </office:document-content>"
        );
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file("mimetype", stored).expect("started");
        writer.write_all(b"application/vnd.oasis.opendocument.spreadsheet").expect("written");
        writer.start_file("content.xml", zip::write::SimpleFileOptions::default()).expect("started");
        writer.write_all(content.as_bytes()).expect("written");
        writer.finish().expect("finished").into_inner()
    }

    fn cell(value: &str) -> String {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{value}</text:p></table:table-cell>")
    }

    fn row(cells: &[&str]) -> String {
        format!("<table:table-row>{}</table:table-row>", cells.iter().map(|text| cell(text)).collect::<String>())
    }

    fn read(sheets: &str) -> Result<Vec<Table>, ReadError> {
        read_bytes("olyckor.ods", &ods(sheets), &ReadOptions::default())
    }

    #[test]
    fn values_are_taken_as_stated_and_texts_as_written() {
        let typed = |kind: &str, value: &str, shown: &str| {
            format!(
                "<table:table-cell office:value-type=\"{kind}\" {value}><text:p>{shown}</text:p></table:table-cell>"
            )
        };
        let cells = [
            typed("float", "office:value=\"6396199.35\"", "6 396 199,4"),
            typed("date", "office:date-value=\"2024-03-09\"", "9 mars"),
            typed("date", "office:date-value=\"2024-03-09T17:05:00.5\"", ""),
            typed("time", "office:time-value=\"PT17H05M09S\"", ""),
            typed("boolean", "office:boolean-value=\"true\"", "SANT"),
            "<table:table-cell/>".to_owned(),
            "<table:table-cell><office:annotation><text:p>kommentar</text:p></office:annotation><text:p>Å&amp;ö<text:s text:c=\"2\"/>x</text:p><text:p>rad två&#33;</text:p></table:table-cell>".to_owned(),
        ];
        let head = row(&["a", "b", "c", "d", "e", "f", "g"]);
        let sheet = format!(
            "<table:table table:name=\"Blad 1\"><table:table-column/><table:table-header-rows>{head}\
             </table:table-header-rows>\n <table:table-row>\n {}</table:table-row></table:table>",
            cells.concat()
        );
        let table = read(&sheet).expect("is read").remove(0);
        assert_eq!((table.sheet.as_deref(), table.len()), (Some("Blad 1"), 1));
        let cells: Vec<&str> = table.row(0).collect();
        let wanted = ["6396199.35", "2024-03-09", "2024-03-09T17:05:00", "17:05:09", "true", "", "Å&ö  x\nrad två!"];
        assert_eq!(cells, wanted);
    }

    #[test]
    fn repeated_rows_and_cells_stand_as_often_as_they_say() {
        let sheet = format!(
            "<table:table table:name=\"a\">{}<table:table-row table:number-rows-repeated=\"3\">{}\
             <table:table-cell table:number-columns-repeated=\"2\"><text:p>x</text:p></table:table-cell>\
             <table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>\
             <table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell \
             table:number-columns-repeated=\"16384\"/></table:table-row></table:table>",
            row(&["a", "b", "c"]),
            cell("1")
        );
        let table = read(&sheet).expect("is read").remove(0);
        assert_eq!(table.len(), 3);
        assert_eq!(table.row(2).collect::<Vec<_>>(), ["1", "x", "x"]);
        assert_eq!((table.row_number(0), table.row_number(2)), (2, 4));
    }

    #[test]
    fn a_small_file_does_not_grow_without_end() {
        let long = "x".repeat(100_000);
        let wide = format!(
            "<table:table table:name=\"a\"><table:table-row><table:table-cell \
             table:number-columns-repeated=\"16384\"><text:p>{long}</text:p></table:table-cell></table:table-row>\
             </table:table>"
        );
        let high = format!(
            "<table:table table:name=\"a\">{}<table:table-row table:number-rows-repeated=\"4000000000\">{}\
             </table:table-row></table:table>",
            row(&["a", "b"]),
            cell("1")
        );
        let spaces = "<table:table table:name=\"a\"><table:table-row><table:table-cell><text:p>\
                      <text:s text:c=\"4000000000\"/></text:p></table:table-cell></table:table-row></table:table>";
        for sheet in [wide.as_str(), &high, spaces] {
            let error = read(sheet).expect_err("is refused");
            assert!(matches!(error, ReadError::RepeatsTooMuch { .. }), "{error:?}");
        }
        let deep = format!("<table:table table:name=\"a\">{}", "<x>".repeat(10_000));
        assert!(matches!(read(&deep), Err(ReadError::BrokenWorkbook { .. })));
    }

    #[test]
    fn sheets_are_chosen_by_name_and_damage_is_said() {
        let sheets = format!(
            "<table:table table:name=\"a\">{0}{0}</table:table><table:table table:name=\"tomt\"/>",
            row(&["x", "y"])
        );
        let named = |layer: &str| {
            let options = ReadOptions { layer: Some(layer.to_owned()), ..ReadOptions::default() };
            read_bytes("a.ods", &ods(&sheets), &options)
        };
        assert_eq!(read(&sheets).expect("is read").len(), 1);
        assert_eq!(named("a").expect("is read")[0].len(), 1);
        assert!(matches!(named("tomt"), Err(ReadError::NothingInside { .. })));
        assert!(matches!(named("b"), Err(ReadError::UnknownLayer { layers, .. }) if layers == ["a", "tomt"]));
        for damaged in ["<table:table table:name=\"a\">", "<table:table", "&laughs;<table:table></table:tabel>"] {
            assert!(matches!(read(damaged), Err(ReadError::BrokenWorkbook { .. })), "{damaged}");
        }
        let whole = ods(&sheets);
        for part in [10, 50, 90, 99] {
            let cut = &whole[..whole.len() * part / 100];
            let error = read_bytes("a.ods", cut, &ReadOptions::default()).expect_err("is refused");
            assert!(matches!(error, ReadError::BrokenWorkbook { .. }), "{part}: {error:?}");
        }
    }

    #[test]
    fn a_cell_over_the_limit_is_refused() {
        let sheet = format!(
            "<table:table table:name=\"a\">{}{}</table:table>",
            row(&["a", "b"]),
            row(&["1", &"x".repeat(CELL_LIMIT + 1)])
        );
        let error = read(&sheet).expect_err("is refused");
        assert!(matches!(error, ReadError::CellTooLarge { row: 2, column: 2, .. }), "{error:?}");
    }
}
