//! Bytes to text, and where in a text something stands.

use super::PlanReadError;

/// The bytes as text without a byte order mark.
///
/// # Errors
/// `EmptyFile` for nothing but blanks, `PlanNotUtf8` for any other encoding.
pub(super) fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, PlanReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        PlanReadError::PlanNotUtf8 { file: file.to_owned(), line }
    })?;
    if text.trim().is_empty() { Err(PlanReadError::EmptyFile { file: file.to_owned() }) } else { Ok(text) }
}

/// The line, from 1, of a place given in bytes.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].split(|byte| *byte == b'\n').count()
}
