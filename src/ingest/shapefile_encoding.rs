//! Which characters do the texts of a Shapefile stand for?
//!
//! In this order: what the caller says, the `.cpg` file, the language driver id in the header of the `.dbf`, and else
//! what the bytes of its rows speak for, as for any text.

#![allow(clippy::disallowed_methods, reason = "readers are an edge")]

use std::fs;
use std::path::{Path, PathBuf};

use super::formats::Source;
use super::read_error::ReadError;
use super::text_encoding::{Charset, detect};
use crate::texts;

/// The file beside the `.shp` with another extension, in lower or upper case.
pub fn companion_of(source: &Source, extension: &str) -> Option<PathBuf> {
    let spellings = [extension.to_owned(), extension.to_uppercase()];
    spellings.iter().map(|spelling| source.path.with_extension(spelling)).find(|path| path.is_file())
}

/// What GDAL is to be told about the encoding, what we call it, and the note about it.
pub fn shapefile_encoding(
    source: &Source,
    dbf: &Path,
    wanted: Option<&str>,
) -> Result<(Option<&'static str>, String, String), ReadError> {
    let note = |id: &str, name: &str| texts::text(id, &[("encoding", name.to_owned())]);
    if let Some(wanted) = wanted {
        let charset = Charset::from_name(wanted).filter(|&charset| Charset::gdal_name(charset).is_some());
        let charset = charset.ok_or_else(|| ReadError::UnsupportedEncoding {
            file: source.shown.clone(),
            encoding: wanted.to_owned(),
            known: ["UTF-8", "windows-1252", "ISO-8859-1", "CP850", "macintosh"].map(str::to_owned).to_vec(),
        })?;
        return Ok((
            Charset::gdal_name(charset),
            charset.name().to_owned(),
            note("note-encoding-asked", charset.name()),
        ));
    }
    let failed = |error: std::io::Error| ReadError::from_io(&dbf.to_string_lossy(), &error);
    if let Some(cpg) = companion_of(source, "cpg") {
        let said = fs::read(cpg).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).map_err(failed)?;
        if !said.is_empty() {
            let charset = Charset::from_name(&said);
            let name = charset.map_or(said, |charset| charset.name().to_owned());
            let note = note("note-encoding-cpg", &name);
            return Ok((charset.and_then(Charset::gdal_name), name, note));
        }
    }
    let bytes = fs::read(dbf).map_err(failed)?;
    // Language driver ids of the dBase header: 0x57 is Windows' ANSI, 0x03 code page 1252, 0x01 and 0x02 DOS.
    let driver = match bytes.get(29) {
        Some(0x57 | 0x03) => Some(Charset::Windows1252),
        Some(0x01 | 0x02) => Some(Charset::Cp850),
        _ => None,
    };
    if let Some(charset) = driver {
        return Ok((Charset::gdal_name(charset), charset.name().to_owned(), note("note-encoding-dbf", charset.name())));
    }
    if bytes.get(29).is_some_and(|&id| id != 0) {
        let name = format!("LDID {:#04x}", bytes[29]);
        let note = note("note-encoding-dbf", &name);
        return Ok((None, name, note));
    }
    let header = bytes.get(8..10).map_or(0, |size| usize::from(u16::from_le_bytes([size[0], size[1]])));
    let found = detect(bytes.get(header..).unwrap_or_default()).map_err(|doubt| ReadError::UnknownEncoding {
        file: source.shown.clone(),
        line: 1,
        candidates: doubt.candidates.iter().map(|charset| charset.name().to_owned()).collect(),
    })?;
    Ok((Charset::gdal_name(found), found.name().to_owned(), note("note-encoding-found", found.name())))
}
