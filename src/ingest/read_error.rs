//! Why a file could not be read: one sentence each in `data/texts/ingest.toml` and `formats.toml`, with file, place and
//! remedy.

use std::io;

use serde::Serialize;

use crate::texts;

/// A file that cannot be read at all. A row that cannot be understood is never an error: see
/// [`BrokenRow`](super::table::BrokenRow).
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields are the words of the sentences in data/texts/ingest.toml")]
pub enum ReadError {
    /// No such file.
    MissingFile { file: String },
    /// The operating system says no.
    NotPermitted { file: String },
    /// The disk or the network drive failed.
    FileFailure { file: String, cause: String },
    /// A folder where a file was expected.
    FolderNotFile { file: String },
    /// A pipe, a socket or a device.
    NotARegularFile { file: String },
    /// GDAL's virtual paths reach the network and archives: never opened.
    VirtualPath { file: String },
    /// Zero bytes.
    EmptyFile { file: String },
    /// The extension belongs to no reader.
    UnknownFormat { file: String, found: String, formats: Vec<String> },
    /// A file for ground or a home area whose extension is none of those that hold shapes.
    NotAMapFile { file: String, formats: Vec<String> },
    /// A map where events were expected.
    OsmNotEvents { file: String },
    /// The content is not what the extension says.
    WrongKind { file: String, expected: String, found: String },
    /// An option that this format has no use for.
    OptionNotForFormat { file: String, option: String, format: String },
    /// An Excel file from before 2007.
    OldWorkbook { file: String },
    /// A workbook that asks for a password.
    ProtectedWorkbook { file: String },
    /// A file over the limit.
    FileTooLarge { file: String, limit_gib: u64 },
    /// More text or more cells than one table holds.
    TooMuchText { file: String, cells: usize },
    /// More columns than any table of accidents has.
    TooManyColumns { file: String, columns: usize, limit: usize },
    /// As many more that nobody counts them.
    MoreColumns { file: String, limit: usize },
    /// One cell over the limit: most often a quotation mark that never ends.
    CellTooLarge { file: String, row: u32, column: usize, limit_mib: usize },
    /// Neither UTF-8 nor surely one of the older encodings.
    UnknownEncoding { file: String, line: usize, candidates: Vec<String> },
    /// The text is not in the encoding that it is said to be in.
    EncodingMismatch { file: String, line: usize, encoding: String },
    /// An encoding that we do not know.
    UnsupportedEncoding { file: String, encoding: String, known: Vec<String> },
    /// A zero byte within text.
    ZeroByteInText { file: String, line: usize },
    /// Several delimiters fit equally well, or none does.
    AmbiguousDelimiter { file: String, candidates: Vec<String> },
    /// A delimiter that cannot be one.
    BadDelimiter { file: String, delimiter: String },
    /// A quotation mark opens a cell and no other closes it.
    UnclosedQuote { file: String, row: u32 },
    /// Nothing but blanks.
    NothingInside { file: String },
    /// A workbook that cannot be opened or read to its end.
    BrokenWorkbook { file: String, part: String },
    /// A zip bomb, or a workbook beyond all use.
    WorkbookTooLarge { file: String, limit_gib: u64 },
    /// No sheet or layer of that name.
    UnknownLayer { file: String, layer: String, layers: Vec<String> },
    /// Several layers with geometry and none chosen.
    SeveralLayers { file: String, layers: Vec<String> },
    /// Only tables without geometry, and none chosen.
    OnlyPlainTables { file: String, layers: Vec<String> },
    /// No layer at all.
    NoLayers { file: String },
    /// Not JSON.
    BrokenJson { file: String, line: usize, column: usize, reason: String },
    /// JSON, but not `GeoJSON`.
    NotGeojson { file: String, reason: String },
    /// A Shapefile without one of its parts.
    MissingCompanion { file: String, companion: String },
    /// A vector file that GDAL cannot open or read to its end; `at` is where, in words.
    BrokenVector { file: String, format: String, at: String },
    /// A `MapInfo` table that names other files instead of holding its rows.
    TableNotNative { file: String, found: String },
    /// A `MapInfo` table without one of its parts.
    MissingTablePart { file: String, companion: String },
    /// A drawing in which one symbol stands for too many.
    TooManyCopies { file: String, line: u64, limit: u64 },
    /// XML that defines entities of its own.
    DefinesEntities { file: String, line: u64 },
    /// Tags within tags without end.
    NestedTooDeep { file: String, line: u64, limit: usize },
    /// Geometry in Parquet that is no well-known binary.
    GeometryEncoding { file: String, column: String, encoding: String },
    /// A spreadsheet that repeats rows or cells beyond all use.
    RepeatsTooMuch { file: String, sheet: String, row: u32 },
}
crate::catalogued_errors!(ReadError);

impl ReadError {
    /// The error that a failure of the operating system is.
    pub(super) fn from_io(file: &str, error: &io::Error) -> Self {
        let file = file.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::MissingFile { file },
            io::ErrorKind::PermissionDenied => Self::NotPermitted { file },
            io::ErrorKind::IsADirectory => Self::FolderNotFile { file },
            _ => Self::FileFailure { file, cause: texts::system_failure(error) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_system_is_said_without_its_own_words() {
        // 5 is EIO on every Unix: "Input/output error (os error 5)".
        let error = ReadError::from_io("olyckor.csv", &io::Error::from_raw_os_error(5));
        let message = texts::problem(&error).message;
        assert!(message.contains("olyckor.csv") && !message.contains("os error"), "{message}");
    }

    #[test]
    fn every_error_has_a_sentence_a_remedy_and_no_hole() {
        let file = || "olyckor.csv".to_owned();
        let word = || "ord".to_owned();
        let list = || vec!["a".to_owned(), "b".to_owned()];
        let errors = [
            ReadError::MissingFile { file: file() },
            ReadError::NotPermitted { file: file() },
            ReadError::FileFailure { file: file(), cause: word() },
            ReadError::FolderNotFile { file: file() },
            ReadError::NotARegularFile { file: file() },
            ReadError::VirtualPath { file: file() },
            ReadError::EmptyFile { file: file() },
            ReadError::UnknownFormat { file: file(), found: word(), formats: list() },
            ReadError::NotAMapFile { file: file(), formats: list() },
            ReadError::OsmNotEvents { file: file() },
            ReadError::WrongKind { file: file(), expected: word(), found: word() },
            ReadError::OptionNotForFormat { file: file(), option: word(), format: word() },
            ReadError::OldWorkbook { file: file() },
            ReadError::ProtectedWorkbook { file: file() },
            ReadError::FileTooLarge { file: file(), limit_gib: 4 },
            ReadError::TooMuchText { file: file(), cells: 9 },
            ReadError::TooManyColumns { file: file(), columns: 9, limit: 8 },
            ReadError::MoreColumns { file: file(), limit: 8 },
            ReadError::CellTooLarge { file: file(), row: 2, column: 3, limit_mib: 16 },
            ReadError::UnknownEncoding { file: file(), line: 2, candidates: list() },
            ReadError::EncodingMismatch { file: file(), line: 2, encoding: word() },
            ReadError::UnsupportedEncoding { file: file(), encoding: word(), known: list() },
            ReadError::ZeroByteInText { file: file(), line: 2 },
            ReadError::AmbiguousDelimiter { file: file(), candidates: list() },
            ReadError::BadDelimiter { file: file(), delimiter: word() },
            ReadError::UnclosedQuote { file: file(), row: 2 },
            ReadError::NothingInside { file: file() },
            ReadError::BrokenWorkbook { file: file(), part: word() },
            ReadError::WorkbookTooLarge { file: file(), limit_gib: 2 },
            ReadError::UnknownLayer { file: file(), layer: word(), layers: list() },
            ReadError::SeveralLayers { file: file(), layers: list() },
            ReadError::OnlyPlainTables { file: file(), layers: list() },
            ReadError::NoLayers { file: file() },
            ReadError::BrokenJson { file: file(), line: 2, column: 3, reason: word() },
            ReadError::NotGeojson { file: file(), reason: word() },
            ReadError::MissingCompanion { file: file(), companion: word() },
            ReadError::BrokenVector { file: file(), format: word(), at: word() },
            ReadError::TableNotNative { file: file(), found: word() },
            ReadError::MissingTablePart { file: file(), companion: word() },
            ReadError::TooManyCopies { file: file(), line: 2, limit: 3 },
            ReadError::DefinesEntities { file: file(), line: 2 },
            ReadError::NestedTooDeep { file: file(), line: 2, limit: 3 },
            ReadError::GeometryEncoding { file: file(), column: word(), encoding: word() },
            ReadError::RepeatsTooMuch { file: file(), sheet: word(), row: 2 },
        ];
        for error in &errors {
            let problem = texts::problem(error);
            assert!(texts::is_error(&problem.id), "{}", problem.id);
            assert!(problem.message.contains("olyckor.csv"), "{}", problem.message);
            assert!(problem.remedy.is_some(), "{}", problem.id);
            let all = format!("{problem:?}");
            assert!(!all.replace("Problem {", "").contains('{'), "{all}");
        }
    }
}
