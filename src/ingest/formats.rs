//! The one table of readers, and the door to them: path in, tables out.
//!
//! A reader is chosen by the file's extension, and the content must agree: a picture called `.csv` is refused with a
//! sentence that says what it is. Nothing is read from the network: only regular files of the file system, and paths
//! that begin with `/vsi` never.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::door::{self, Rows, Shapes};
use super::kind::Kind;
use super::read_error::ReadError;
use super::table::Table;
use super::{csv_reader, geojson_reader, json_reader, ods_reader, parquet_reader, vector_reader, xlsx_reader};
use crate::texts;

/// Most bytes in one cell. Excel stops at 32,767 characters; what is longer is a quotation mark that never ends.
pub(super) const CELL_LIMIT: usize = 16 << 20;
/// Most columns in a table.
pub(super) const COLUMN_LIMIT: usize = 10_000;
/// Most bytes in a text file (CSV, `GeoJSON`): what a table holds.
const TEXT_LIMIT: u64 = 4 << 30;

/// What the user says about a file. An option that the format has no use for is refused.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Sheet or layer: workbooks, `GeoPackage`, Shapefile.
    pub layer: Option<String>,
    /// Encoding, such as `windows-1252`: CSV, `GeoJSON`, Shapefile.
    pub encoding: Option<String>,
    /// Delimiter: CSV.
    pub delimiter: Option<char>,
    /// Every row as it stands, without looking for a header: columns are called `A`, `B`, ... and [`Table::is_grid`] is
    /// set. Workbooks and CSV; formats that name their columns give those.
    pub grid: bool,
}

/// A file format that can be read.
#[derive(Debug)]
pub struct Format {
    /// Id in kebab-case, as in `list`.
    pub id: &'static str,
    /// Extensions, lower case, without the point.
    pub extensions: &'static [&'static str],
    /// Options that it has a use for: `layer`, `encoding`, `delimiter`.
    pub options: &'static [&'static str],
    accepts: &'static [Kind],
    /// Who gives rows with a point each.
    rows: Rows,
    /// Who gives whole geometries, for what lies under results.
    pub(super) shapes: Shapes,
}

impl Format {
    /// The words for the format, with article: `en Excel-arbetsbok (.xlsx)`.
    #[must_use]
    pub fn described(&self) -> String {
        texts::text(&format!("format-{}", self.id), &[])
    }

    /// Refuses a file whose content is not what its extension says.
    pub(super) fn check_kind(&self, kind: Kind, file: &str) -> Result<(), ReadError> {
        let file = file.to_owned();
        match (self.id, kind) {
            (_, kind) if self.accepts.contains(&kind) => Ok(()),
            ("xlsx", Kind::OldWorkbook) => Err(ReadError::OldWorkbook { file }),
            ("xlsx", Kind::ProtectedOffice) => Err(ReadError::ProtectedWorkbook { file }),
            _ => Err(ReadError::WrongKind { file, expected: self.described(), found: kind.described() }),
        }
    }
}

/// Every format that can be read. Two may share an extension where their content tells them apart.
pub static FORMATS: [Format; 12] = [
    Format {
        id: "csv",
        extensions: &["csv", "txt", "tsv"],
        options: &["encoding", "delimiter"],
        accepts: &[Kind::Text],
        rows: Rows::Own(csv_reader::read),
        shapes: Shapes::None,
    },
    Format {
        id: "xlsx",
        extensions: &["xlsx", "xlsm"],
        options: &["layer"],
        accepts: &[Kind::Workbook, Kind::BrokenZip],
        rows: Rows::Own(xlsx_reader::read),
        shapes: Shapes::None,
    },
    Format {
        id: "geojson",
        extensions: &["geojson", "json"],
        options: &["encoding"],
        accepts: &[Kind::Json],
        rows: Rows::Own(geojson_reader::read),
        shapes: Shapes::Gdal(&door::GEOJSON),
    },
    Format {
        id: "json",
        extensions: &["json"],
        options: &["encoding"],
        accepts: &[Kind::JsonList],
        rows: Rows::Own(json_reader::read),
        shapes: Shapes::None,
    },
    Format {
        id: "geopackage",
        extensions: &["gpkg"],
        options: &["layer"],
        accepts: &[Kind::Geopackage],
        rows: Rows::Gdal(&door::GEOPACKAGE),
        shapes: Shapes::Gdal(&door::GEOPACKAGE),
    },
    Format {
        id: "shapefile",
        extensions: &["shp"],
        options: &["layer", "encoding"],
        accepts: &[Kind::Shapefile],
        rows: Rows::Gdal(&door::SHAPEFILE),
        shapes: Shapes::Gdal(&door::SHAPEFILE),
    },
    Format {
        id: "parquet",
        extensions: &["parquet", "geoparquet"],
        options: &[],
        accepts: &[Kind::Parquet],
        rows: Rows::Own(parquet_reader::read),
        shapes: Shapes::Own(parquet_reader::shapes),
    },
    Format {
        id: "flatgeobuf",
        extensions: &["fgb"],
        options: &["layer"],
        accepts: &[Kind::Flatgeobuf],
        rows: Rows::Gdal(&door::FLATGEOBUF),
        shapes: Shapes::Gdal(&door::FLATGEOBUF),
    },
    Format {
        id: "mapinfo",
        extensions: &["tab", "mif"],
        options: &["layer"],
        accepts: &[Kind::MapinfoTab, Kind::MapinfoMif],
        rows: Rows::Gdal(&door::MAPINFO),
        shapes: Shapes::Gdal(&door::MAPINFO),
    },
    Format {
        id: "gml",
        extensions: &["gml"],
        options: &["layer"],
        accepts: &[Kind::Gml],
        rows: Rows::Gdal(&door::GML),
        shapes: Shapes::Gdal(&door::GML),
    },
    Format {
        id: "dxf",
        extensions: &["dxf"],
        options: &["layer", "encoding"],
        accepts: &[Kind::Dxf],
        rows: Rows::Gdal(&door::DXF),
        shapes: Shapes::Gdal(&door::DXF),
    },
    Format {
        id: "ods",
        extensions: &["ods"],
        options: &["layer"],
        accepts: &[Kind::OpenSpreadsheet, Kind::BrokenZip],
        rows: Rows::Own(ods_reader::read),
        shapes: Shapes::None,
    },
];

/// A file that exists, is regular and is of the right kind.
#[derive(Debug)]
pub(super) struct Source {
    pub path: PathBuf,
    /// The path as the user wrote it, for errors.
    pub shown: String,
    /// File name without its folder, for tables.
    pub name: String,
}

impl Source {
    /// All bytes of a text file, refused beyond 4 GiB before anything is read.
    pub fn bytes(&self) -> Result<Vec<u8>, ReadError> {
        let failed = |error: std::io::Error| ReadError::from_io(&self.shown, &error);
        let file = File::open(&self.path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let too_large = || ReadError::FileTooLarge { file: self.shown.clone(), limit_gib: TEXT_LIMIT >> 30 };
        if size >= TEXT_LIMIT {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        file.take(TEXT_LIMIT).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 >= TEXT_LIMIT { Err(too_large()) } else { Ok(bytes) }
    }
}

/// Refuses more columns than a table may have.
pub(super) fn check_columns(file: &str, columns: usize) -> Result<(), ReadError> {
    if columns > COLUMN_LIMIT {
        return Err(ReadError::TooManyColumns { file: file.to_owned(), columns, limit: COLUMN_LIMIT });
    }
    Ok(())
}

/// Reads a file: one table per sheet of a workbook, one in all for the other formats.
///
/// A sheet, layer or file with column names and no rows gives an empty table with a note that says so; the caller
/// decides whether that is an error. What was chosen on the user's behalf is in [`Table::notes`].
///
/// # Errors
/// One sentence each: see [`ReadError`].
pub fn read(path: &Path, options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
    let (format, kind, source) = find(path)?;
    let given = [
        ("layer", options.layer.is_some()),
        ("encoding", options.encoding.is_some()),
        ("delimiter", options.delimiter.is_some()),
    ];
    if let Some((option, _)) = given.into_iter().find(|&(option, given)| given && !format.options.contains(&option)) {
        let option = texts::text(&format!("option-{option}"), &[]);
        return Err(ReadError::OptionNotForFormat { file: source.shown, option, format: format.described() });
    }
    format.check_kind(kind, &source.shown)?;
    match &format.rows {
        Rows::Own(read) => read(&source, options),
        Rows::Gdal(door) => vector_reader::read(&source, options, door),
    }
}

/// The format that a file's extension asks for, what its content looks like, and the file itself: there, regular, not
/// empty, and no path of GDAL's own.
pub(super) fn find(path: &Path) -> Result<(&'static Format, Kind, Source), ReadError> {
    let shown = path.to_string_lossy().into_owned();
    if shown.to_lowercase().starts_with("/vsi") {
        return Err(ReadError::VirtualPath { file: shown });
    }
    let failed = |error: std::io::Error| ReadError::from_io(&shown, &error);
    let facts = fs::metadata(path).map_err(failed)?;
    if facts.is_dir() {
        return Err(ReadError::FolderNotFile { file: shown });
    }
    if !facts.is_file() {
        return Err(ReadError::NotARegularFile { file: shown });
    }
    let mut file = File::open(path).map_err(failed)?;
    if facts.len() == 0 {
        return Err(ReadError::EmptyFile { file: shown });
    }
    let kind = Kind::of(&mut file).map_err(failed)?;
    drop(file);
    if kind == Kind::OsmPbf {
        return Err(ReadError::OsmNotEvents { file: shown });
    }
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let named = || FORMATS.iter().filter(|format| format.extensions.contains(&extension.as_str()));
    let Some(format) = named().find(|format| format.accepts.contains(&kind)).or_else(|| named().next()) else {
        let mut formats: Vec<String> = Vec::new();
        for extension in FORMATS.iter().flat_map(|format| format.extensions).map(|extension| format!(".{extension}")) {
            if !formats.contains(&extension) {
                formats.push(extension);
            }
        }
        return Err(ReadError::UnknownFormat { file: shown, found: kind.described(), formats });
    };
    let name = path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    Ok((format, kind, Source { path: path.to_owned(), shown, name }))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads bytes as a file of this name.
    pub fn read_bytes(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Vec<Table>, ReadError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        read(&path, options)
    }

    /// The folder of real files, or a printed NOT RUN.
    pub fn shared(test: &str) -> Option<PathBuf> {
        let given = std::env::var_os("LAGESBILD_SHARED").map(PathBuf::from);
        let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
        if !folder.is_dir() {
            println!("NOT RUN: {test}");
            return None;
        }
        Some(folder)
    }

    fn refused(name: &str, bytes: &[u8]) -> ReadError {
        read_bytes(name, bytes, &ReadOptions::default()).expect_err("is refused")
    }

    #[test]
    fn what_is_no_file_is_refused_by_what_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |path: &Path| read(path, &ReadOptions::default()).expect_err("is refused");
        assert!(matches!(read(&folder.path().join("ingen.csv")), ReadError::MissingFile { .. }));
        assert!(matches!(read(folder.path()), ReadError::FolderNotFile { .. }));
        assert!(matches!(read(Path::new("/dev/null")), ReadError::NotARegularFile { .. }));
        for path in ["/vsicurl/http://127.0.0.1/x.gpkg", "/vsizip/x.zip/x.shp", "/VSIMEM/x.shp"] {
            assert!(matches!(read(Path::new(path)), ReadError::VirtualPath { .. }));
        }
        assert!(matches!(refused("tom.csv", b""), ReadError::EmptyFile { .. }));
        let file = folder.path().join("a.csv");
        fs::write(&file, "a;b\n").expect("written");
        assert!(matches!(read(&file.join("b.csv")), ReadError::MissingFile { .. }));
    }

    #[test]
    fn content_that_is_not_what_the_name_says_is_named() {
        let said = |name: &str, bytes: &[u8]| texts::problem(&refused(name, bytes)).message;
        assert!(said("olyckor.csv", b"\x89PNG\r\n\x1a\nxxxx").contains("bild"));
        assert!(said("olyckor.csv", b"<html><body>Logga in</body></html>").contains("webbsida"));
        assert!(said("olyckor.csv", b"PK\x03\x04xxxx").contains("zip"));
        assert!(said("olyckor.xlsx", b"a;b\n1;2\n").contains("text"));
        assert!(said("olyckor.geojson", b"a;b\n1;2\n").contains("text"));
        let mut database = b"SQLite format 3\0".to_vec();
        database.resize(4096, 0);
        assert!(said("olyckor.gpkg", &database).contains("GeoPackage"));
        assert!(said("olyckor.shp", b"a;b\n1;2\n").contains("text"));
    }

    #[test]
    fn an_unknown_extension_is_answered_with_the_known_ones() {
        let ReadError::UnknownFormat { formats, found, .. } = refused("delar.map", b"!table\n!version 300\n") else {
            panic!("another error")
        };
        assert!(formats.contains(&".gpkg".to_owned()) && found.contains("MapInfo"), "{formats:?} {found}");
        assert!(matches!(refused("olyckor", b"a;b\n1;2\n"), ReadError::UnknownFormat { .. }));
        assert_eq!(read_bytes("A.CSV", b"a;b\n1;2\n", &ReadOptions::default()).expect("is read")[0].len(), 1);
    }

    #[test]
    fn an_option_without_a_use_is_refused() {
        let layer = ReadOptions { layer: Some("Blad1".to_owned()), ..ReadOptions::default() };
        let error = read_bytes("a.csv", b"a;b\n", &layer).expect_err("is refused");
        assert!(matches!(error, ReadError::OptionNotForFormat { .. }));
    }

    #[test]
    fn extension_and_content_belong_to_one_format_and_every_format_has_words() {
        for (at, format) in FORMATS.iter().enumerate() {
            let shares = |other: &&Format| {
                other.extensions.iter().any(|extension| format.extensions.contains(extension))
                    && other.accepts.iter().any(|kind| format.accepts.contains(kind))
            };
            assert!(FORMATS[..at].iter().find(shares).is_none(), "{}", format.id);
        }
        for format in &FORMATS {
            assert!(!format.described().starts_with("format-"), "{}", format.id);
            assert!(format.accepts.iter().all(|kind| !kind.described().starts_with("looks-")), "{}", format.id);
        }
    }

    #[test]
    fn a_text_of_4_gib_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["stor.csv", "stor.geojson"] {
            let path = folder.path().join(name);
            let start = if name.ends_with("csv") { "a;b\n1;2\n" } else { "{\"type\":1}" };
            fs::write(&path, start.repeat(10_000)).expect("written");
            let file = File::options().append(true).open(&path).expect("opened");
            file.set_len(TEXT_LIMIT).expect("a sparse file");
            let error = read(&path, &ReadOptions::default()).expect_err("is refused");
            assert!(matches!(error, ReadError::FileTooLarge { limit_gib: 4, .. }), "{error:?}");
        }
    }

    fn names() -> impl Strategy<Value = String> {
        let names = FORMATS.iter().flat_map(|format| format.extensions).map(|ending| format!("a.{ending}"));
        prop::sample::select(names.collect::<Vec<_>>())
    }

    /// Starts that take a reader past the look at the content.
    fn starts() -> impl Strategy<Value = &'static [u8]> {
        let starts: Vec<&[u8]> = vec![
            b"",
            b"a;b\n1;2\n",
            b"{\"type\":\"FeatureCollection\",\"features\":[",
            b"{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[",
            b"PK\x03\x04",
            b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20gpkg_contents",
            b"\x00\x00\x27\x0a",
            b"\xff\xfe",
            b"fgb\x03fgb\x00\x20\x00\x00\x00",
            b"PAR1",
            b"!table\n!version 300\n!charset WindowsLatin1\n\nDefinition Table\n  Type NATIVE\n",
            b"Version 300\nCharset \"WindowsLatin1\"\nDelimiter \",\"\nColumns 1\n",
            b"  0\nSECTION\n  2\nENTITIES\n  0\n",
            b"<gml:FeatureCollection xmlns:gml='http://www.opengis.net/gml'>",
        ];
        prop::sample::select(starts)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn no_byte_soup_makes_a_reader_panic(
            name in names(), start in starts(), soup in prop::collection::vec(any::<u8>(), 0..400)
        ) {
            let bytes = [start, &soup].concat();
            let _ = read_bytes(&name, &bytes, &ReadOptions::default());
        }

        #[test]
        fn no_csv_like_text_panics_or_loses_a_row(text in "[ab0-9;,\t\"\r\n å]{0,120}", mark in any::<bool>()) {
            let bytes = if mark { format!("\u{feff}{text}") } else { text };
            if let Ok(tables) = read_bytes("a.csv", bytes.as_bytes(), &ReadOptions::default()) {
                let lines = bytes.replace("\r\n", "\n").split(['\n', '\r']).count();
                for table in tables {
                    prop_assert!(table.len() + table.broken.len() < lines);
                    for row in 0..table.len() {
                        prop_assert_eq!(table.row(row).count(), table.columns.len());
                        prop_assert!(table.row_number(row) as usize <= lines);
                    }
                }
            }
        }

        #[test]
        fn no_json_like_text_panics(text in r#"[\[\]{}:,"0-9a-c .e-]{0,120}"#, start in starts()) {
            let bytes = [start, text.as_bytes()].concat();
            let _ = read_bytes("a.geojson", &bytes, &ReadOptions::default());
        }
    }
}
