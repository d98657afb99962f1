//! Delimited text into a table: encoding, delimiter and header found and told, row numbers as a person counts lines.
//!
//! - Line breaks within quoted cells, doubled quotes and the line ends `\n`, `\r\n`, `\r` are understood. A row's
//!   number is that of the line it begins on.
//! - Empty rows are passed over. Empty cells beyond the header's are passed over. A row with fewer cells than the
//!   header, or with text beyond it, goes to [`Table::broken`] with its text.
//! - A line `sep=;` first, as Excel writes it, is obeyed.
//! - Limits: a text of 4 GiB, 10,000 columns, 16 MiB in a cell.
//!
//! Cost: linear; about twice the file's size plus four bytes a cell in memory.

use super::formats::{CELL_LIMIT, Source, check_columns};
use super::read_error::ReadError;
use super::table::{BrokenRow, Table};
use super::{ReadOptions, delimiter, header, text_encoding};
use crate::texts;

/// Reads a CSV into one table; a header without rows gives an empty one, with a note that says so.
pub fn read(source: &Source, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    let decoded = text_encoding::decode(&source.shown, source.bytes()?, options.encoding.as_deref())?;
    let mut notes = vec![decoded.note];
    if decoded.text.contains('\u{fffd}') {
        notes.push(texts::text("note-replacement-characters", &[]));
    }
    let (chosen, stated, note) = choose(source, &decoded.text, options.delimiter)?;
    notes.push(note);
    let mut parser = Parser::new(source, &decoded.text, chosen)?;
    let mut table = if options.grid { parser.width_of_grid(stated)? } else { parser.header(stated, &mut notes)? };
    table.encoding = Some(decoded.encoding);
    table.delimiter = Some(chosen);
    table.notes = notes;
    parser.rows(&mut table)?;
    Ok(vec![table])
}

/// The delimiter, whether a first line states it, and the note about it.
fn choose(source: &Source, text: &str, wanted: Option<char>) -> Result<(char, bool, String), ReadError> {
    let stated = stated(text);
    if let Some(wanted) = wanted {
        if !wanted.is_ascii() || matches!(wanted, '"' | '\r' | '\n' | '\0') {
            let delimiter = wanted.escape_default().to_string();
            return Err(ReadError::BadDelimiter { file: source.shown.clone(), delimiter });
        }
        return Ok((wanted, stated.is_some(), delimiter::named_note("note-delimiter-asked", wanted)));
    }
    if let Some(stated) = stated {
        return Ok((stated, true, delimiter::named_note("note-delimiter-stated", stated)));
    }
    let found = delimiter::detect(text)
        .map_err(|candidates| ReadError::AmbiguousDelimiter { file: source.shown.clone(), candidates })?;
    Ok((found.delimiter, false, found.note))
}

/// The delimiter of a first line `sep=;`.
fn stated(text: &str) -> Option<char> {
    let line = text.lines().next()?.split('\r').next()?.trim_matches('"');
    let name = line.get(..4).filter(|name| name.eq_ignore_ascii_case("sep="))?;
    let mut rest = line[name.len()..].chars();
    let (delimiter, none) = (rest.next()?, rest.next());
    (none.is_none() && delimiter.is_ascii() && delimiter != '"').then_some(delimiter)
}

struct Parser<'a> {
    source: &'a Source,
    text: &'a str,
    delimiter: u8,
    reader: csv::Reader<&'a [u8]>,
    record: csv::StringRecord,
    lines: Lines<'a>,
    /// Cells that every row must have: the header's, without unnamed ones at its end.
    named: usize,
}

impl<'a> Parser<'a> {
    fn new(source: &'a Source, text: &'a str, delimiter: char) -> Result<Self, ReadError> {
        let delimiter = u8::try_from(delimiter)
            .map_err(|_| ReadError::BadDelimiter { file: source.shown.clone(), delimiter: delimiter.to_string() })?;
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(1 << 17);
        Ok(Self {
            source,
            text,
            delimiter,
            reader: builder.from_reader(text.as_bytes()),
            record: csv::StringRecord::new(),
            lines: Lines::new(text.as_bytes()),
            named: 0,
        })
    }

    /// Reads on to the next row that is not empty and gives the line it begins on; `None` at the end.
    fn next(&mut self) -> Result<Option<u32>, ReadError> {
        loop {
            let start = usize::try_from(self.reader.position().byte()).unwrap_or(usize::MAX);
            let more = self.reader.read_record(&mut self.record).map_err(|error| {
                // In memory and valid UTF-8: what is left is a failure of the machine.
                let error = std::io::Error::from(error);
                ReadError::from_io(&self.source.shown, &error)
            })?;
            if !more {
                let last = self.text.as_bytes().get(self.lines.counted..).unwrap_or_default();
                let open = ends_in_quotes(last, self.delimiter);
                let (file, row) = (self.source.shown.clone(), self.lines.line);
                return if open { Err(ReadError::UnclosedQuote { file, row }) } else { Ok(None) };
            }
            let row = self.lines.of_record(start);
            if self.record.as_slice().len() > CELL_LIMIT
                && let Some(column) = self.record.iter().position(|cell| cell.len() > CELL_LIMIT)
            {
                let (file, limit_mib) = (self.source.shown.clone(), CELL_LIMIT >> 20);
                return Err(ReadError::CellTooLarge { file, row, column: column + 1, limit_mib });
            }
            if !self.record.as_slice().trim().is_empty() {
                return Ok(Some(row));
            }
        }
    }

    /// An empty table for every row as it stands, as wide as the widest one. Reads the text once more.
    fn width_of_grid(&mut self, stated: bool) -> Result<Table, ReadError> {
        if stated {
            self.next()?;
        }
        let mut ahead = Self::new(self.source, self.text, char::from(self.delimiter))?;
        let mut columns = 0;
        while ahead.next()?.is_some() {
            columns = columns.max(delimiter::width(&ahead.record));
        }
        check_columns(&self.source.shown, columns)?;
        Ok(Table::grid(&self.source.name, None, columns))
    }

    /// The table that the header describes, titles above it passed over.
    fn header(&mut self, stated: bool, notes: &mut Vec<String>) -> Result<Table, ReadError> {
        let sample = delimiter::sample(self.text);
        let mut rows = delimiter::rows(sample, self.delimiter, 300);
        if stated && !rows.is_empty() {
            rows.remove(0);
            self.next()?;
        }
        let counts: Vec<usize> = rows.iter().take(header::LOOKED_AT).map(delimiter::filled).collect();
        let place = header::index(&counts);
        for _ in 0..place {
            self.next()?;
        }
        let Some(line) = self.next()? else {
            return Err(ReadError::NothingInside { file: self.source.shown.clone() });
        };
        if place > 0 {
            notes.push(texts::text("note-header-row", &[("row", line.to_string())]));
        }
        self.named = delimiter::width(&self.record);
        let used = rows.iter().skip(place + 1).map(delimiter::width).max().unwrap_or(0);
        let columns = used.min(self.record.len()).max(self.named);
        check_columns(&self.source.shown, columns)?;
        let names = self.record.iter().take(columns).map(str::to_owned);
        let mut table = Table::new(&self.source.name, None, names);
        let read = usize::try_from(self.reader.position().byte()).unwrap_or(0);
        let left = self.text.len().saturating_sub(read);
        let length = rows.iter().map(|row| row.as_slice().len() + row.len()).sum::<usize>() / rows.len().max(1);
        table.reserve(left / length.max(1), left - left / 8);
        Ok(table)
    }

    fn rows(&mut self, table: &mut Table) -> Result<(), ReadError> {
        let columns = table.columns.len();
        while let Some(row) = self.next()? {
            let cells = self.record.len();
            let fits = cells == columns
                || (cells < columns && cells >= self.named)
                || (cells > columns && delimiter::width(&self.record) <= columns);
            if !fits {
                let raw = self.record.iter().collect::<Vec<_>>().join(&char::from(self.delimiter).to_string());
                table.broken.push(BrokenRow { row, raw, cells });
            } else if !table.push(row, &self.record) {
                return Err(ReadError::TooMuchText { file: self.source.shown.clone(), cells: super::table::MAX_CELLS });
            }
        }
        if table.is_empty() {
            table.notes.push(texts::text("note-no-rows", &[]));
        }
        Ok(())
    }
}

/// How often a byte occurs; the loop is vectorised.
#[expect(clippy::naive_bytecount, reason = "fast enough without another crate")]
fn count(bytes: &[u8], wanted: u8) -> usize {
    bytes.iter().filter(|&&byte| byte == wanted).count()
}

/// Lines of a text as a person counts them.
struct Lines<'a> {
    bytes: &'a [u8],
    /// Whether a lone `\r` ends a line somewhere.
    lone: bool,
    counted: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let returns = count(bytes, b'\r');
        let pairs = if returns == 0 {
            0
        } else {
            bytes.iter().zip(&bytes[1..]).filter(|&(&first, &second)| first == b'\r' && second == b'\n').count()
        };
        Self { bytes, lone: returns > pairs, counted: 0, line: 1 }
    }

    /// Line on which the record begins that was read from `start` on; records come in order. The parser leaves line
    /// ends and empty lines before a record to the record.
    fn of_record(&mut self, start: usize) -> u32 {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let skipped = rest.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count();
        let begins = (start + skipped).min(self.bytes.len());
        let passed = self.bytes.get(self.counted..begins).unwrap_or_default();
        let mut breaks = count(passed, b'\n');
        if self.lone {
            // `begins` is no line end, so a `\r` last in `passed` is a lone one.
            let followers = passed.iter().skip(1).chain([&0]);
            breaks += passed.iter().zip(followers).filter(|&(&byte, &next)| byte == b'\r' && next != b'\n').count();
        }
        self.counted = begins;
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.line
    }
}

/// Whether a record ends before the quotation mark that would close its last cell; the csv crate's rules.
fn ends_in_quotes(raw: &[u8], delimiter: u8) -> bool {
    #[derive(PartialEq)]
    enum Place {
        CellStart,
        Plain,
        Quoted,
        AfterQuote,
    }
    let mut place = Place::CellStart;
    for &byte in raw {
        place = match (place, byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::Quoted, _) | (Place::CellStart | Place::AfterQuote, b'"') => Place::Quoted,
            (_, b'\n' | b'\r') => Place::CellStart,
            (_, byte) if byte == delimiter => Place::CellStart,
            _ => Place::Plain,
        };
    }
    place == Place::Quoted
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::formats::tests::{read_bytes, shared};
    use super::*;

    fn table(bytes: &[u8]) -> Table {
        with(bytes, &ReadOptions::default())
    }

    fn with(bytes: &[u8], options: &ReadOptions) -> Table {
        read_bytes("olyckor.csv", bytes, options).expect("is read").remove(0)
    }

    fn refused(bytes: &[u8]) -> ReadError {
        read_bytes("olyckor.csv", bytes, &ReadOptions::default()).expect_err("is refused")
    }

    fn cells(table: &Table) -> Vec<(u32, Vec<&str>)> {
        (0..table.len()).map(|row| (table.row_number(row), table.row(row).collect())).collect()
    }

    #[test]
    fn rows_are_numbered_by_the_line_they_begin_on() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "1;2", "", "\"två\nrader\";3", "\"sa \"\"hej\"\"\";4", "", "", "5;6", ""].join(end);
            let table = table(text.as_bytes());
            let expected =
                [(2, vec!["1", "2"]), (4, vec!["två\nrader", "3"]), (6, vec!["sa \"hej\"", "4"]), (9, vec!["5", "6"])];
            assert_eq!(cells(&table), expected, "{end:?}");
        }
    }

    #[test]
    fn rows_of_another_length_are_kept_apart_and_empty_cells_at_the_end_forgiven() {
        let table = table(b"a;b;c\n1;2;3;;\n1;2\n1;2;3;4\n;;;;\n5;;\n   \n");
        assert_eq!(cells(&table), [(2, vec!["1", "2", "3"]), (6, vec!["5", "", ""])]);
        let broken = |row, raw: &str, cells| BrokenRow { row, raw: raw.to_owned(), cells };
        assert_eq!(table.broken, [broken(3, "1;2", 2), broken(4, "1;2;3;4", 4)]);
    }

    #[test]
    fn unnamed_columns_at_the_end_are_kept_only_where_they_hold_something() {
        assert_eq!(table(b"a;b;\n1;2;\n3;4\n").columns, ["a", "b"]);
        let noted = table(b"a;b;\n1;2;anm\n3;4;\n5;6\n");
        assert_eq!(noted.columns, ["a", "b", "kolumn_3"]);
        assert_eq!((noted.len(), noted.broken.len(), noted.cell(0, 2)), (3, 0, "anm"));
    }

    #[test]
    fn what_was_chosen_is_told() {
        let table = table(b"\xef\xbb\xbfa;b\n1,5;2\n");
        assert_eq!((table.encoding.as_deref(), table.delimiter), (Some("UTF-8 BOM"), Some(';')));
        assert_eq!(table.columns, ["a", "b"]);
        assert!(table.notes.iter().any(|note| note.contains("semikolon")), "{:?}", table.notes);
        assert!(table.notes.iter().any(|note| note.contains("UTF-8")), "{:?}", table.notes);
    }

    #[test]
    fn a_title_and_a_stated_delimiter_are_passed_over() {
        let titled = table(b"Uttag 2024\n\na;b\n1;2\n3;4\n");
        assert_eq!((titled.columns.as_slice(), titled.row_number(0)), (["a".to_owned(), "b".to_owned()].as_slice(), 4));
        assert!(titled.notes.iter().any(|note| note.contains('3')), "{:?}", titled.notes);
        let stated = table(b"sep=,\r\na,b;c\r\n1,2;3\r\n");
        assert_eq!(cells(&stated), [(3, vec!["1", "2;3"])]);
        assert_eq!(stated.delimiter, Some(','));
    }

    #[test]
    fn a_delimiter_may_be_given_but_not_any() {
        let given = |delimiter| ReadOptions { delimiter: Some(delimiter), ..ReadOptions::default() };
        assert_eq!(with(b"a:b\n1:2\n", &given(':')).columns, ["a", "b"]);
        assert_eq!(with(b"a,b;c,d\n1,2;3,4\n", &given(';')).columns, ["a,b", "c,d"]);
        for bad in ['"', 'å', '\n'] {
            let error = read_bytes("x.csv", b"a;b\n", &given(bad)).expect_err("is refused");
            assert!(matches!(error, ReadError::BadDelimiter { .. }), "{bad}");
        }
        assert!(matches!(refused(b"a,b;c,d\n1,2;3,4\n"), ReadError::AmbiguousDelimiter { .. }));
    }

    #[test]
    fn a_quotation_mark_that_never_closes_is_refused_with_its_row() {
        assert!(matches!(refused(b"a;b\n1;2\n\"tre;4\n5;6\n7;8\n"), ReadError::UnclosedQuote { row: 3, .. }));
        assert_eq!(table(b"a;b\n1;2 \" tum\n\"x\"y;3\n\"z\"").broken.len(), 1);
        assert!(matches!(refused(b"a;b\n1;2\n5;\""), ReadError::UnclosedQuote { row: 3, .. }));
    }

    #[test]
    fn a_header_alone_is_an_empty_table_and_blanks_alone_are_refused() {
        let empty = table(b"a;b\n");
        assert!(empty.is_empty() && empty.notes.contains(&texts::text("note-no-rows", &[])));
        assert!(matches!(refused(b" \n\n;;\n"), ReadError::NothingInside { .. }));
    }

    #[test]
    fn limits_hold() {
        let wide = |columns: usize| format!("{}\n", "k;".repeat(columns - 1) + "k").into_bytes();
        assert_eq!(table(&wide(10_000)).columns.len(), 10_000);
        assert!(matches!(refused(&wide(10_001)), ReadError::TooManyColumns { columns: 10_001, .. }));
        let mut long = b"a;b\n1;".to_vec();
        long.resize(long.len() + CELL_LIMIT, b'x');
        assert_eq!(table(&long).cell(0, 1).len(), CELL_LIMIT);
        long.push(b'x');
        assert!(matches!(refused(&long), ReadError::CellTooLarge { row: 2, column: 2, .. }));
    }

    #[test]
    fn the_real_files_are_read_whole() {
        let Some(folder) = shared("the_real_files_are_read_whole") else { return };
        let read = |path: &str| -> Table {
            let path: PathBuf = folder.join(path);
            super::super::read(&path, &ReadOptions::default()).expect("is read").remove(0)
        };
        let accidents = read("helsinki/tieliikenneonnettomuudet_2019_onnettomuus.csv");
        assert_eq!((accidents.len(), accidents.broken.len(), accidents.columns.len()), (15_297, 0, 41));
        assert_eq!(accidents.delimiter, Some(';'));
        let people = read("helsinki/tieliikenneonnettomuudet_2019_osallinen.csv");
        assert_eq!((people.len(), people.broken.len()), (25_585, 0));
        for name in ["messy/strada_jonkoping_rt90_cp1252.csv", "messy/strada_jonkoping_sweref991330_swapped_cp1252.csv"]
        {
            let table = read(name);
            assert_eq!((table.len(), table.broken.len(), table.encoding.as_deref()), (22, 0, Some("windows-1252")));
            assert_eq!(table.columns[6], "Sammanvägd_svårhetsgrad");
            assert_eq!(table.cell(0, 3), "Bergslagsvägen. korsning Malmgatan. Taberg.");
        }
    }
}
