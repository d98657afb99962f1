//! Rows of counts, denominators, measures and conditions that were set aside, as a file that a person mends and imports again.

use std::path::Path;

use super::error::Result;
use super::files;
use crate::store::{Areas as _, GpkgStore, SetAside};
use crate::texts::swedish;

/// Writes the rows of a part that these files set aside: their own columns first, then file, row, column, value and reason. `;`
/// and a byte-order mark, as Swedish spreadsheets expect. Counts stand one a row, whatever shape their table had. Without rows
/// only the last columns are written. Returns the number of rows.
///
/// # Errors
/// The store cannot be read or the file not be written.
pub fn write(store: &GpkgStore, part: &str, files: &[String], out: &Path) -> Result<usize> {
    let rows: Vec<(String, SetAside)> =
        store.set_aside(part)?.into_iter().filter(|(file, _)| files.contains(file)).collect();
    let mut columns: Vec<&String> = Vec::new();
    for name in rows.iter().flat_map(|(_, row)| row.raw.keys()) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let own = ["file", "row", "column-name", "value", "reason-text"]
        .map(|name| swedish(&format!("store-column-{name}"), &[]));
    let head = columns.iter().map(|name| (*name).clone()).chain(own).collect();
    let cells = |(file, row): &(String, SetAside)| {
        let theirs =
            columns.iter().map(|name| row.raw.get(*name).and_then(|value| value.as_str()).unwrap_or("").to_owned());
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let ours =
            [file.clone(), row.row.to_string(), or_empty(&row.column), or_empty(&row.value), row.reason_text.clone()];
        theirs.chain(ours).collect()
    };
    files::put_csv(out, std::iter::once(head).chain(rows.iter().map(cells)))?;
    Ok(rows.len())
}
