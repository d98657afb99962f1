//! Excel workbooks into tables: one for every sheet that holds anything, or the one that is named.
//!
//! The first row that is not empty is the header; titles above it are passed over and told. Cells become text as in
//! [`canonical`]; a date whose time is midnight is written as the date alone, and a value below one
//! day as the time of day. Errors of formulas keep their text (`#N/A`). Empty rows are passed over; of merged cells
//! the first holds the value. A row with text beyond the header's columns goes to [`Table::broken`].
//!
//! Limits: 2 GiB unpacked, 10,000 columns, 16 MiB in a cell. The package is unpacked once, to nowhere, before
//! calamine reads it: so a zip bomb and a damaged part are refused early, whatever sizes the package states. Cells
//! are streamed: memory is that of the shared texts and the table.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::formats::{CELL_LIMIT, Source};
use super::guard::guarded;
use super::read_error::ReadError;
use super::table::Table;
use super::workbook::{Row, Rows, UNPACKED_LIMIT, check_package};
use super::{ReadOptions, canonical};
use crate::texts;

/// First serial day after 9999-12-31, the last that Excel knows.
const SERIAL_END: f64 = 2_958_466.0;

/// Reads a workbook. Sheets without any cell are passed over, unless one is named or all are empty.
pub fn read(source: &Source, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    check_package(source, UNPACKED_LIMIT)?;
    // calamine counts on references that make sense, such as a range whose end is not above its start.
    let whole = || ReadError::BrokenWorkbook { file: source.shown.clone(), part: texts::text("workbook-whole", &[]) };
    guarded(|| read_sheets(source, options)).unwrap_or_else(|| Err(whole()))
}

fn read_sheets(source: &Source, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    let file = File::open(&source.path).map_err(|error| ReadError::from_io(&source.shown, &error))?;
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|error| broken(source, None, &error))?;
    let sheets = workbook.sheets_metadata().to_vec();
    let sheets = sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).collect::<Vec<_>>();
    if let Some(wanted) = &options.layer
        && !sheets.iter().any(|sheet| sheet.name == *wanted)
    {
        let layers = sheets.into_iter().map(|sheet| sheet.name).collect();
        return Err(ReadError::UnknownLayer { file: source.shown.clone(), layer: wanted.clone(), layers });
    }
    let mut tables: Vec<Table> = Vec::new();
    for sheet in sheets {
        if options.layer.as_ref().is_some_and(|wanted| *wanted != sheet.name) {
            continue;
        }
        if let Some(mut table) = read_sheet(source, &mut workbook, &sheet.name, options.grid)? {
            if sheet.visible != SheetVisible::Visible {
                table.notes.push(texts::text("note-sheet-hidden", &[("sheet", sheet.name)]));
            }
            tables.push(table);
        }
    }
    if tables.is_empty() {
        return Err(ReadError::NothingInside { file: source.shown.clone() });
    }
    Ok(tables)
}

fn broken(source: &Source, sheet: Option<&str>, error: &XlsxError) -> ReadError {
    let file = source.shown.clone();
    if matches!(error, XlsxError::Password) {
        return ReadError::ProtectedWorkbook { file };
    }
    let named = |sheet: &str| texts::text("workbook-sheet", &[("sheet", sheet.to_owned())]);
    let part = sheet.map_or_else(|| texts::text("workbook-whole", &[]), named);
    ReadError::BrokenWorkbook { file, part }
}

fn read_sheet(
    source: &Source,
    workbook: &mut Xlsx<BufReader<File>>,
    sheet: &str,
    grid: bool,
) -> Result<Option<Table>, ReadError> {
    let failed = |error: XlsxError| broken(source, Some(sheet), &error);
    let is_1904 = workbook.has_1904_epoch();
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(failed)?;
    let mut sheet_rows = Rows::new(source, sheet, grid);
    let mut row = Row::default();
    while let Some(cell) = reader.next_cell().map_err(failed)? {
        let (line, column) = cell.get_position();
        let line = line.saturating_add(1);
        if line != row.number {
            sheet_rows.take(&mut row)?;
            row.number = line;
        }
        let text = cell_text(cell.get_value(), is_1904);
        if text.len() > CELL_LIMIT {
            let (file, column) = (source.shown.clone(), column as usize + 1);
            return Err(ReadError::CellTooLarge { file, row: line, column, limit_mib: CELL_LIMIT >> 20 });
        }
        if !text.trim().is_empty() {
            row.cells.push((column as usize, text));
        }
    }
    sheet_rows.take(&mut row)?;
    sheet_rows.finish()
}

/// A cell's text; empty for an empty cell.
fn cell_text(value: &DataRef, is_1904: bool) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => canonical::float(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => moment_text(moment, is_1904),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A serial date: the date, the point in time, the time of day (below one day) or a duration. What is no date
/// (negative, beyond the year 9999) stays the number that it is.
fn moment_text(moment: &ExcelDateTime, is_1904: bool) -> String {
    let serial = moment.as_f64();
    if !(0.0..SERIAL_END).contains(&serial) {
        return canonical::float(serial);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2.6e11")]
    let seconds = (serial * 86_400.0).round() as u64;
    if moment.is_duration() {
        return canonical::clock(seconds);
    }
    if serial < 1.0 {
        return canonical::clock(seconds.min(86_399));
    }
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    #[expect(clippy::cast_precision_loss, reason = "at most 2,958,465")]
    let day = ExcelDateTime::new(days as f64, calamine::ExcelDateTimeType::DateTime, is_1904);
    let (year, month, day, ..) = day.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if time == 0 { date } else { format!("{date}T{}", canonical::clock(time)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_xlsxwriter::{ExcelDateTime as Written, Format, Formula, Workbook};

    use super::super::formats::tests::read_bytes;
    use super::super::table::BrokenRow;
    use super::*;

    fn tables(workbook: &mut Workbook) -> Vec<Table> {
        read_bytes("olyckor.xlsx", &workbook.save_to_buffer().expect("saved"), &ReadOptions::default())
            .expect("is read")
    }

    fn refused(bytes: &[u8]) -> ReadError {
        read_bytes("olyckor.xlsx", bytes, &ReadOptions::default()).expect_err("is refused")
    }

    fn small() -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, name) in ["Id", "Plats", "Antal"].iter().enumerate() {
            sheet.write(0, u16::try_from(column).expect("small"), *name).expect("written");
        }
        for row in 1..40 {
            sheet.write(row, 0, row).expect("written");
            sheet.write(row, 1, format!("Storgatan {row}")).expect("written");
            sheet.write(row, 2, f64::from(row) / 8.0).expect("written");
        }
        workbook.save_to_buffer().expect("saved")
    }

    #[test]
    fn every_kind_of_value_has_its_text() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name("Olyckor").expect("named");
        let (date, moment, time, long) = ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm:ss");
        let dated = |format: &str| Format::new().set_num_format(format);
        let at = |text: &str| Written::parse_from_str(text).expect("a date");
        sheet.write(0, 0, "Slag").expect("written");
        sheet.write(0, 1, "Värde").expect("written");
        sheet.write(1, 1, 12.0).expect("written");
        sheet.write(2, 1, 0.1 + 0.2).expect("written");
        sheet.write(3, 1, true).expect("written");
        sheet.write(4, 1, "Åkerö \"x\"").expect("written");
        sheet.write_with_format(5, 1, at("2024-03-09"), &dated(date)).expect("written");
        sheet.write_with_format(6, 1, at("2024-03-09T17:05:00"), &dated(moment)).expect("written");
        sheet.write_with_format(7, 1, 17.0 / 24.0, &dated(time)).expect("written");
        sheet.write_with_format(8, 1, 1.5, &dated(long)).expect("written");
        sheet.write(9, 1, Formula::new("=NA()").set_result("#N/A")).expect("written");
        sheet.write_with_format(10, 1, -3.5, &dated(date)).expect("written");
        let table = tables(&mut workbook).remove(0);
        assert_eq!((table.file.as_str(), table.sheet.as_deref()), ("olyckor.xlsx", Some("Olyckor")));
        let values: Vec<&str> = (0..table.len()).map(|row| table.cell(row, 1)).collect();
        let expected = [
            "12",
            "0.30000000000000004",
            "true",
            "Åkerö \"x\"",
            "2024-03-09",
            "2024-03-09T17:05:00",
            "17:00:00",
            "36:00:00",
            "#N/A",
            "-3.5",
        ];
        assert_eq!(values, expected);
        assert_eq!((table.row_number(0), table.row_number(9)), (2, 11));
    }

    #[test]
    fn a_header_below_a_title_is_found_and_told() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 1, "Olyckor 2024").expect("written");
        for (row, cells) in [(3, ["Id", "Plats"]), (4, ["1", "A"]), (6, ["2", "B"])] {
            for (column, cell) in (1..).zip(cells) {
                sheet.write(row, column, cell).expect("written");
            }
        }
        sheet.write(7, 5, "utanför").expect("written");
        let table = tables(&mut workbook).remove(0);
        assert_eq!(table.columns, ["Id", "Plats"]);
        assert_eq!((table.len(), table.row_number(0), table.row_number(1)), (2, 5, 7));
        assert!(table.notes.iter().any(|note| note.contains('4')), "{:?}", table.notes);
        assert_eq!(table.broken, [BrokenRow { row: 8, raw: "utanför".to_owned(), cells: 1 }]);
    }

    #[test]
    fn every_sheet_is_a_table_but_empty_ones() {
        let mut workbook = Workbook::new();
        for name in ["Olyckor", "Blad2", "Personer"] {
            let sheet = workbook.add_worksheet();
            sheet.set_name(name).expect("named");
            if name != "Blad2" {
                sheet.write(0, 0, "Olycksnummer").expect("written");
                sheet.write(0, 1, "x").expect("written");
            }
            if name == "Personer" {
                sheet.write(1, 0, 7).expect("written");
                sheet.set_hidden(true);
            }
        }
        let bytes = workbook.save_to_buffer().expect("saved");
        let both = read_bytes("a.xlsx", &bytes, &ReadOptions::default()).expect("is read");
        assert_eq!(
            both.iter().map(|table| table.sheet.as_deref()).collect::<Vec<_>>(),
            [Some("Olyckor"), Some("Personer")]
        );
        assert!(both[0].is_empty() && both[0].notes.iter().any(|note| note.contains("Olyckor")));
        assert!(both[1].notes.iter().any(|note| note.contains("Personer")), "{:?}", both[1].notes);
        let named = |layer: &str| ReadOptions { layer: Some(layer.to_owned()), ..ReadOptions::default() };
        let one = read_bytes("a.xlsx", &bytes, &named("Personer")).expect("is read");
        assert_eq!((one.len(), one[0].cell(0, 0)), (1, "7"));
        let error = read_bytes("a.xlsx", &bytes, &named("Vägar")).expect_err("is refused");
        assert!(matches!(error, ReadError::UnknownLayer { layers, .. } if layers == ["Olyckor", "Blad2", "Personer"]));
        let error = read_bytes("a.xlsx", &bytes, &named("Blad2")).expect_err("is refused");
        assert!(matches!(error, ReadError::NothingInside { .. }));
    }

    #[test]
    fn a_workbook_cut_short_or_damaged_is_refused_in_one_sentence() {
        let whole = small();
        for keep in [30, whole.len() / 4, whole.len() / 2, whole.len() - 30] {
            let error = refused(&whole[..keep]);
            assert!(matches!(error, ReadError::BrokenWorkbook { .. }), "{keep}");
            assert_eq!(texts::problem(&error).place.as_deref(), Some("hela arbetsboken"), "{keep}");
        }
        let mut flipped = whole;
        for byte in &mut flipped[400..440] {
            *byte ^= 0x55;
        }
        assert!(matches!(refused(&flipped), ReadError::BrokenWorkbook { .. }));
    }

    #[test]
    fn old_and_protected_workbooks_are_named() {
        let compound = |name: &str| {
            let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
            bytes.resize(4096, 0);
            bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        };
        assert!(matches!(refused(&compound("EncryptedPackage")), ReadError::ProtectedWorkbook { .. }));
        assert!(matches!(refused(&compound("Workbook")), ReadError::OldWorkbook { .. }));
    }

    #[test]
    fn a_zip_bomb_is_refused_by_what_it_states_and_by_what_it_unpacks_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bomb.xlsx");
        let mut bytes = small();
        std::fs::write(&path, &bytes).expect("written");
        let source = Source { path: path.clone(), shown: "bomb.xlsx".into(), name: "bomb.xlsx".into() };
        assert!(check_package(&source, UNPACKED_LIMIT).is_ok());
        assert!(matches!(check_package(&source, 2000), Err(ReadError::WorkbookTooLarge { .. })));
        // A table of contents that claims one byte for every part.
        let entries: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, at)| *at == b"PK\x01\x02").map(|(at, _)| at).collect();
        for entry in entries {
            bytes[entry + 24..entry + 28].copy_from_slice(&1_u32.to_le_bytes());
        }
        std::fs::write(&path, &bytes).expect("written");
        let lying = check_package(&source, 2000);
        assert!(
            matches!(lying, Err(ReadError::WorkbookTooLarge { .. } | ReadError::BrokenWorkbook { .. })),
            "{lying:?}"
        );
    }

    #[test]
    fn too_many_columns_are_refused() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "a").expect("written");
        sheet.write(0, 10_000, "b").expect("written");
        let bytes = workbook.save_to_buffer().expect("saved");
        assert!(matches!(refused(&bytes), ReadError::TooManyColumns { columns: 10_001, .. }));
    }

    #[test]
    fn two_cells_in_opposite_corners_cost_no_memory() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "a").expect("written");
        sheet.write(0, 1, "b").expect("written");
        sheet.write(1_048_575, 16_383, "x").expect("written");
        let table = tables(&mut workbook).remove(0);
        assert_eq!((table.len(), table.broken.len(), table.broken[0].row), (0, 1, 1_048_576));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_damaged_workbook_never_panics(at in 0_usize..6000, with in any::<u8>(), keep in 0_usize..8000) {
            let mut bytes = small();
            let at = at % bytes.len();
            bytes[at] = with;
            bytes.truncate(keep.max(8));
            let _ = read_bytes("a.xlsx", &bytes, &ReadOptions::default());
        }
    }
}
