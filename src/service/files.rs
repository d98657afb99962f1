//! Files out: whole or not at all.

use std::io::Write as _;
use std::path::Path;

use super::error::{Error, Result};
use crate::crs::{Transform, WGS84};
use crate::domain::{CrsDefinition, Layer};
use crate::export;

/// Writes layers whose places are in this system, all or the one wanted, in the form of the file's extension. Gives what the
/// format cannot hold, one sentence each.
///
/// # Errors
/// An unknown system, and those of [`export::write`].
pub fn layers(path: &Path, layers: &[Layer], crs: &CrsDefinition, wanted: Option<&str>) -> Result<Vec<String>> {
    let to_wgs84 = Transform::new(&format!("EPSG:{}", crs.epsg), WGS84)?;
    Ok(export::write(path, layers, crs, &|point| to_wgs84.convert(point), wanted)?)
}

/// Writes rows that a person mends or reads as CSV: `;`, a byte-order mark and quotes where they must be, as Swedish spreadsheets
/// expect.
///
/// # Errors
/// Those of [`put`]; rows of different length.
pub fn put_csv(path: &Path, rows: impl IntoIterator<Item = Vec<String>>) -> Result<()> {
    let failed = |error: &csv::Error| Error::of_file(path, &std::io::Error::other(error.to_string()));
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(&mut bytes);
        for row in rows {
            writer.write_record(row).map_err(|error| failed(&error))?;
        }
        writer.flush().map_err(|error| Error::of_file(path, &error))?;
    }
    put(path, &bytes)
}

/// Writes a file under a temporary name beside its target and gives it its name when it is whole: where the disk is full
/// an older file of that name stands untouched and nothing else is left.
///
/// # Errors
/// The folder is not there or may not be written to, the disk is full.
pub fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::of_file(path, &error);
    // A link is followed: what it points to gets the content.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let part = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&part)?;
        file.write_all(bytes)?;
        if let Ok(old) = std::fs::metadata(&target) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(&part, &target)
    };
    write().map_err(|error| {
        // The first failure is the one that counts.
        let _ = std::fs::remove_file(&part);
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rader.csv");
        put_csv(&path, [["a;b", "c\"d", "e"].map(str::to_owned).to_vec()]).expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "\u{feff}\"a;b\";\"c\"\"d\";e\n");
    }

    #[test]
    fn a_file_is_replaced_whole_and_no_part_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ut.csv");
        put(&path, b"ett").expect("written");
        put(&path, b"tva").expect("written again");
        assert_eq!(std::fs::read(&path).expect("readable"), b"tva");
        put(&folder.path().join("ingen/ut.csv"), b"x").expect_err("no such folder");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
