//! XLSX: a sheet for each layer with Swedish headings, and a sheet "Om" that says what it all rests on.
//!
//! Numbers are numbers and texts are texts: nothing that somebody typed is ever a formula. Points have their place in the
//! columns `X` (east) and `Y` (north), areas and lines that of a point within them. The workbook's stamps are the data's vintage. Limits are
//! Excel's: 1,048,576 rows, 32,767 characters in a cell; what is beyond is told. Oracle: our own reader.

use std::path::Path;

use geo::InteriorPoint as _;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format as Look, Workbook, Worksheet, XlsxError};

use super::vector::passport_lines;
use super::{Error, Job};
use crate::domain::{Geometries, Layer, Values};
use crate::texts::{swedish, text};

/// Rows of a sheet below its heading.
const ROWS: usize = 1_048_575;
/// Characters of a cell.
const CHARACTERS: usize = 32_767;
/// Characters of a sheet's name.
const NAME: usize = 31;

/// Writes all layers.
pub(super) fn write(job: &Job, path: &Path) -> Result<(), Error> {
    let bytes = workbook(job).map_err(|error| job.failed(&error))?;
    let mut file = job.create(path)?;
    std::io::Write::write_all(&mut file, &bytes).map_err(|error| job.io(&error))?;
    super::finish(job, file)
}

fn workbook(job: &Job) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let vintage = job.layers.iter().map(|layer| layer.passport.vintage.as_str()).max().unwrap_or_default();
    // Excel knows no day before 1900; a file without any time has the first of 1970.
    let made = vintage.get(..10).and_then(|day| ExcelDateTime::parse_from_str(day).ok());
    let made = made.map_or_else(|| ExcelDateTime::from_ymd(1970, 1, 1), Ok)?;
    let title = job.layers.first().map_or_else(String::new, |layer| layer.title.clone());
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    let about = swedish("excel-about", &[]);
    let mut taken = vec![about.to_lowercase()];
    for layer in job.layers {
        let name = sheet_name(layer, &mut taken);
        fill(job, workbook.add_worksheet().set_name(name)?, layer)?;
    }
    describe(job, workbook.add_worksheet().set_name(about)?)?;
    workbook.save_to_buffer()
}

/// The layer's title without what stands in brackets, as far as Excel takes it.
fn sheet_name(layer: &Layer, taken: &mut Vec<String>) -> String {
    let title = layer.title.split(" (").next().unwrap_or_default();
    let plain: String =
        title.chars().map(|c| if "[]:*?/\\'".contains(c) || c.is_control() { ' ' } else { c }).collect();
    let base = if plain.trim().is_empty() { layer.name.clone() } else { plain.trim().to_owned() };
    let mut name: String = base.chars().take(NAME).collect();
    let mut number = 1;
    while taken.contains(&name.to_lowercase()) {
        number += 1;
        let end = format!(" {number}");
        name = base.chars().take(NAME - end.len()).collect::<String>() + &end;
    }
    taken.push(name.to_lowercase());
    name
}

fn heading() -> Look {
    Look::new().set_bold().set_background_color(Color::RGB(0x00E8_ECEF)).set_text_wrap()
}

fn fill(job: &Job, page: &mut Worksheet, layer: &Layer) -> Result<(), XlsxError> {
    let rows = layer.geometries.len();
    if rows > ROWS {
        job.note(text(
            "note-written-fewer-rows",
            &[("count", (rows - ROWS).to_string()), ("layer", layer.title.clone())],
        ));
    }
    let (head, whole, metres) = (heading(), Look::new().set_num_format("0"), Look::new().set_num_format("0.00"));
    let real = Look::new().set_num_format("0.00##");
    let mut cut = 0;
    let mut column = 0_u16;
    for described in &layer.columns {
        let mut widest = described.alias.chars().count().min(24);
        page.write_string_with_format(0, column, &described.alias, &head)?;
        for (line, row) in (1_u32..).zip(0..rows.min(ROWS)) {
            match &described.values {
                #[expect(clippy::cast_precision_loss, reason = "those that would lose are written as text")]
                Values::Integer(values) => match values.get(row) {
                    Some(value) if value.unsigned_abs() <= 1 << 53 => {
                        page.write_number_with_format(line, column, value as f64, &whole)?;
                    }
                    Some(value) => {
                        page.write_string(line, column, value.to_string())?;
                    }
                    None => {}
                },
                Values::Real(values) => {
                    if let Some(value) = values.get(row) {
                        page.write_number_with_format(line, column, value, &real)?;
                    }
                }
                Values::Text(values) => {
                    if let Some(value) = values.get(row).filter(|value| !value.is_empty()) {
                        // Excel counts in units of 16 bits.
                        let mut kept = value.to_owned();
                        while kept.encode_utf16().count() > CHARACTERS {
                            kept = kept
                                .chars()
                                .take(kept.chars().count() - (kept.encode_utf16().count() - CHARACTERS).max(1))
                                .collect();
                        }
                        cut += usize::from(kept.len() < value.len());
                        widest = widest.max(kept.chars().count().min(40));
                        page.write_string(line, column, &kept)?;
                    }
                }
                Values::Bool(values) => {
                    if let Some(value) = values.get(row) {
                        page.write_string(line, column, if value { "ja" } else { "nej" })?;
                    }
                }
            }
        }
        page.set_column_width(column, f64::from(u32::try_from(widest + 2).unwrap_or(42)))?;
        column += 1;
    }
    let axes: &[&str] = if layer.geometries.kind().is_some() { &["X", "Y"] } else { &[] };
    for (axis, name) in axes.iter().enumerate() {
        page.write_string_with_format(0, column, *name, &head)?;
        for (line, row) in (1_u32..).zip(0..rows.min(ROWS)) {
            if let Some(place) = place(layer, row) {
                page.write_number_with_format(line, column, place[axis], &metres)?;
            }
        }
        page.set_column_width(column, 14)?;
        column += 1;
    }
    if cut > 0 {
        job.note(text("note-written-cut-texts", &[("count", cut.to_string())]));
    }
    page.set_freeze_panes(1, 0)?;
    if column > 0 && rows > 0 {
        page.autofilter(0, 0, u32::try_from(rows.min(ROWS)).unwrap_or(u32::MAX), column - 1)?;
    }
    Ok(())
}

fn place(layer: &Layer, row: usize) -> Option<[f64; 2]> {
    match &layer.geometries {
        Geometries::Absent(_) => None,
        Geometries::Points(points) => points[row],
        Geometries::Shapes(_, shapes) => {
            let point = shapes[row].as_ref()?.interior_point()?;
            Some([point.x(), point.y()])
        }
    }
}

/// The sheet "Om": a column for each layer.
fn describe(job: &Job, page: &mut Worksheet) -> Result<(), XlsxError> {
    let head = heading();
    let wrapped = Look::new().set_text_wrap().set_align(rust_xlsxwriter::FormatAlign::Top);
    page.set_column_width(0, 34)?;
    page.write_string_with_format(0, 0, swedish("passport-title", &[]), &head)?;
    for (column, layer) in (1_u16..).zip(job.layers) {
        page.set_column_width(column, 60)?;
        page.write_string_with_format(0, column, &layer.title, &head)?;
        let mut lines = vec![(swedish("excel-description", &[]), layer.description.clone())];
        lines.extend(passport_lines(layer));
        let crs = [("crs", format!("{}, EPSG:{}", job.crs.name, job.crs.epsg))];
        if layer.geometries.kind().is_some() {
            lines.push(("X".to_owned(), swedish("column-x", &crs)));
            lines.push(("Y".to_owned(), swedish("column-y", &crs)));
        }
        for (line, (name, value)) in (1_u32..).zip(lines) {
            page.write_string_with_format(line, 0, name, &head)?;
            let value: String = value.chars().take(CHARACTERS / 2).collect();
            if !value.is_empty() {
                page.write_string_with_format(line, column, value, &wrapped)?;
            }
        }
    }
    page.set_freeze_panes(1, 1)?;
    Ok(())
}
