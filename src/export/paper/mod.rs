//! Papers: one [`Paper`] in, a PDF (tagged, PDF/UA-1) or a DOCX out. Equal papers give equal bytes.
//!
//! Type and pictures use the typefaces that are built into the program, so that a paper looks the same on every machine.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "lengths on a page are far within 32 bits"
)]

mod docx;
mod pdf;
mod picture;

use std::path::Path;

use super::Error;
use super::place::Target;
use crate::domain::paper::Paper;
use crate::geopackage;

/// A form of paper.
#[derive(Debug)]
pub struct PaperFormat {
    /// What people call it.
    pub title: &'static str,
    /// Extension with the dot.
    pub extension: &'static str,
    /// MIME type.
    pub media_type: &'static str,
    make: fn(&Paper) -> Result<Vec<u8>, String>,
}

/// The forms of paper, the default first.
pub const PAPERS: [PaperFormat; 2] = [
    PaperFormat { title: "PDF", extension: ".pdf", media_type: "application/pdf", make: pdf::bytes },
    PaperFormat {
        title: "Word",
        extension: ".docx",
        media_type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        make: docx::bytes,
    },
];

/// The form of paper that a file name asks for by its extension, in any case; `None` for another.
#[must_use]
pub fn paper_format(path: &Path) -> Option<&'static PaperFormat> {
    let extension = format!(".{}", path.extension()?.to_string_lossy().to_lowercase());
    PAPERS.iter().find(|format| format.extension == extension)
}

/// The paper as bytes.
///
/// # Errors
/// The typesetter's words; a paper of ours that it refuses is a fault of ours.
pub fn paper_bytes(paper: &Paper, format: &PaperFormat) -> Result<Vec<u8>, String> {
    (format.make)(paper)
}

/// Writes a paper in the form of the file's extension. An older file of that name stands until the new one is whole.
///
/// # Errors
/// [`Error::UnknownOutput`], folder missing, no permission, disk full, [`Error::WriterFailure`].
pub fn write_paper(path: &Path, paper: &Paper) -> Result<(), Error> {
    let file = geopackage::shown(path);
    let Some(format) = paper_format(path) else {
        let extension = path.extension().map(|text| format!(".{}", text.to_string_lossy())).unwrap_or_default();
        let known = PAPERS.iter().map(|format| format.extension).collect();
        return Err(Error::UnknownOutput { file, extension, known });
    };
    let target = Target::of(path)?;
    let bytes = paper_bytes(paper, format).map_err(|cause| Error::WriterFailure { file, cause })?;
    let part = target.temporary("")?;
    std::fs::write(&part.path, bytes).map_err(|error| geopackage::Error::of_io(path, &error))?;
    part.put_as(path)
}

#[cfg(test)]
mod tests;
