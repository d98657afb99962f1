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
    let mut text = String::from("\u{feff}");
    line(&mut text, columns.iter().map(|name| name.as_str()).chain(own.iter().map(String::as_str)));
    for (file, row) in &rows {
        let number = row.row.to_string();
        let cell = |name: &&String| row.raw.get(*name).and_then(|value| value.as_str()).unwrap_or("");
        let ours =
            [file.as_str(), &number, or_empty(row.column.as_ref()), or_empty(row.value.as_ref()), &row.reason_text];
        line(&mut text, columns.iter().map(cell).chain(ours));
    }
    files::put(out, text.as_bytes())?;
    Ok(rows.len())
}

fn or_empty(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    let quoted = |cell: &str| {
        if cell.contains([';', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    };
    text.push_str(&cells.map(quoted).collect::<Vec<_>>().join(";"));
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut text = String::new();
        line(&mut text, ["a;b", "c\"d", "e"].into_iter());
        assert_eq!(text, "\"a;b\";\"c\"\"d\";e\r\n");
    }
}
