//! The accident register as a workbook with two sheets, in the shape of an export from STRADA.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::Error;
use super::sheet::{Cell, Sheet};

/// The workbook's bytes. Its stamps are the day after the records' last day, so equal sheets give equal bytes.
///
/// # Errors
/// [`Error::SampleWorkbookFailed`] where the writer refuses: a sheet beyond Excel's limits.
pub fn bytes(sheets: &[&Sheet], title: &str) -> Result<Vec<u8>, Error> {
    write(sheets, title).map_err(|error| Error::SampleWorkbookFailed { cause: error.to_string() })
}

fn write(sheets: &[&Sheet], title: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    let head = Format::new().set_bold();
    for sheet in sheets {
        fill(workbook.add_worksheet(), sheet, &head)?;
    }
    workbook.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet, head: &Format) -> Result<(), XlsxError> {
    page.set_name(sheet.name)?;
    page.set_freeze_panes(1, 0)?;
    for (column, name) in (0_u16..).zip(sheet.columns) {
        page.write_string_with_format(0, column, *name, head)?;
        let longest = sheet.rows.iter().map(|row| row[usize::from(column)].text().chars().count());
        let wide = longest.chain([name.chars().count()]).max().unwrap_or(0).clamp(6, 40);
        page.set_column_width(column, super::plane::real(wide + 2))?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => {
                    page.write_number(row, column, *number)?;
                }
                Cell::Text(text) => {
                    page.write_string(row, column, text)?;
                }
            }
        }
    }
    Ok(())
}
