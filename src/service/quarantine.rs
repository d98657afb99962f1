//! The quarantine as a file that a person mends in a spreadsheet and imports again.

use std::path::Path;

use super::error::{Error, Result};
use crate::ingest::binding::QUARANTINE_COLUMNS;
use crate::store::{GpkgStore, QuarantineRecord, Store};

/// Writes the open rows that came from these files as CSV: their own columns first, then id, file, row, column, value
/// and reason. `;` and a byte-order mark, as Swedish spreadsheets expect. Without such rows only the header is written.
///
/// # Errors
/// The store cannot be read or the file not be written.
pub fn write(store: &GpkgStore, files: &[String], out: &Path) -> Result<u64> {
    let open: Vec<QuarantineRecord> =
        store.quarantined(true)?.into_iter().filter(|record| files.contains(&record.row.source.file)).collect();
    let mut columns: Vec<&str> = Vec::new();
    for record in &open {
        for name in record.row.raw.keys().filter(|name| !QUARANTINE_COLUMNS.contains(&name.as_str())) {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
    }
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let failed = |error: &csv::Error| Error::of_file(out, &std::io::Error::other(error.to_string()));
    {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(&mut bytes);
        writer.write_record(columns.iter().copied().chain(QUARANTINE_COLUMNS)).map_err(|error| failed(&error))?;
        for QuarantineRecord { row, .. } in &open {
            let own =
                columns.iter().map(|name| row.raw.get(*name).and_then(|value| value.as_str()).unwrap_or("").to_owned());
            let told = [
                row.id.clone(),
                row.source.file.clone(),
                row.source.row.to_string(),
                row.column.clone().unwrap_or_default(),
                row.value.clone().unwrap_or_default(),
                row.reason_text.clone(),
            ];
            writer.write_record(own.chain(told)).map_err(|error| failed(&error))?;
        }
        writer.flush().map_err(|error| Error::of_file(out, &error))?;
    }
    std::fs::write(out, bytes).map_err(|error| Error::of_file(out, &error))?;
    Ok(open.len() as u64)
}
