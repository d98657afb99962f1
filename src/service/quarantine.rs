//! The quarantine as a file that a person mends in a spreadsheet and imports again.

use std::path::{Path, PathBuf};

use super::error::{Error, Refusal, Result};
use super::files;
use crate::ingest::binding::QUARANTINE_COLUMNS;
use crate::store::{GpkgStore, Part, QuarantineRecord, Store};

/// Refuses a place where no file can be written, before an import begins.
///
/// # Errors
/// The folder does not exist or may not be written to.
pub fn check(out: &Path) -> Result<()> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Refusal::NoSuchFolder { folder: folder.display().to_string() }.into());
    }
    writable(folder, out)
}

/// Whether the file itself could be opened for writing; an existing one is left as it is.
fn writable(folder: &Path, out: &Path) -> Result<()> {
    let existed = out.exists();
    std::fs::OpenOptions::new().append(true).create(true).open(out).map_err(|error| Error::of_file(out, &error))?;
    if !existed {
        std::fs::remove_file(out).map_err(|error| Error::of_file(folder, &error))?;
    }
    Ok(())
}

/// The file beside `OUT.csv` for rows of persons: `OUT_personer.csv`.
fn beside(out: &Path) -> PathBuf {
    let stem = out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    out.with_file_name(format!("{stem}_personer.csv"))
}

/// Writes the open rows that came from these files as CSV: their own columns first, then id, CRS, file, row, column, value
/// and reason. `;` and a byte-order mark, as Swedish spreadsheets expect. Rows of persons go to a file of their own
/// (`OUT_personer.csv`), to be imported together with the first. Without open rows only the header is written. Returns
/// the number of rows.
///
/// # Errors
/// The store cannot be read or a file not be written.
pub fn write(store: &GpkgStore, files: &[String], crs: Option<&str>, out: &Path) -> Result<u64> {
    let mut open = store.quarantined(true)?;
    open.retain(|record| files.contains(&record.row.source.file));
    let (persons, events): (Vec<_>, Vec<_>) = open.into_iter().partition(|record| record.row.part == Part::Person);
    write_rows(&events, crs, out)?;
    if !persons.is_empty() {
        write_rows(&persons, crs, &beside(out))?;
    }
    Ok((events.len() + persons.len()) as u64)
}

fn write_rows(open: &[QuarantineRecord], crs: Option<&str>, out: &Path) -> Result<()> {
    let mut columns: Vec<&str> = Vec::new();
    for record in open {
        for name in record.row.raw.keys().filter(|name| !QUARANTINE_COLUMNS.contains(&name.as_str())) {
            if !columns.contains(&name.as_str()) {
                columns.push(name);
            }
        }
    }
    let head = columns.iter().copied().chain(QUARANTINE_COLUMNS).map(str::to_owned).collect();
    let cells = |QuarantineRecord { row, .. }: &QuarantineRecord| {
        let own =
            columns.iter().map(|name| row.raw.get(*name).and_then(|value| value.as_str()).unwrap_or("").to_owned());
        let told = [
            row.id.clone(),
            crs.unwrap_or_default().to_owned(),
            row.source.file.clone(),
            row.source.row.to_string(),
            row.column.clone().unwrap_or_default(),
            row.value.clone().unwrap_or_default(),
            row.reason_text.clone(),
        ];
        own.chain(told).collect()
    };
    files::put_csv(out, std::iter::once(head).chain(open.iter().map(cells)))
}
