//! What a file looks like, by its first bytes and never by its name.
//!
//! Used to refuse a picture called `.csv`, a web page saved as `.csv` or a CSV called `.xlsx` with a sentence that
//! says what it is. Cost: the first [`HEAD`] bytes, and the table of contents of a zip.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use crate::texts;

/// Bytes that are looked at.
pub const HEAD: usize = 64 * 1024;

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Json,
    JsonList,
    Html,
    Xml,
    Gml,
    Workbook,
    BinaryWorkbook,
    WordDocument,
    Presentation,
    OpenSpreadsheet,
    OpenDocument,
    ZippedShapefile,
    Zip,
    BrokenZip,
    OldWorkbook,
    ProtectedOffice,
    OldOffice,
    Geopackage,
    Sqlite,
    Shapefile,
    MapinfoTab,
    MapinfoMif,
    Dxf,
    BinaryDrawing,
    Picture,
    Pdf,
    Gzip,
    OtherArchive,
    Parquet,
    Flatgeobuf,
    Rtf,
    OsmPbf,
    Binary,
}

/// First bytes that settle the matter at once.
const MAGIC: [(&[u8], Kind); 17] = [
    (b"\x89PNG\r\n\x1a\n", Kind::Picture),
    (b"\xff\xd8\xff", Kind::Picture),
    (b"GIF8", Kind::Picture),
    (b"II*\0", Kind::Picture),
    (b"MM\0*", Kind::Picture),
    (b"%PDF", Kind::Pdf),
    (b"\x1f\x8b", Kind::Gzip),
    (b"7z\xbc\xaf\x27\x1c", Kind::OtherArchive),
    (b"Rar!\x1a\x07", Kind::OtherArchive),
    (b"BZh", Kind::OtherArchive),
    (b"\xfd7zXZ", Kind::OtherArchive),
    (b"\x28\xb5\x2f\xfd", Kind::OtherArchive),
    (b"PAR1", Kind::Parquet),
    (b"fgb\x03", Kind::Flatgeobuf),
    (b"{\\rtf", Kind::Rtf),
    (b"\x00\x00\x27\x0a", Kind::Shapefile),
    (b"AutoCAD Binary DXF", Kind::BinaryDrawing),
];

impl Kind {
    /// The words for it, with article: `ett Word-dokument`.
    pub fn described(self) -> String {
        let id = match self {
            Self::Text => "looks-text",
            Self::Json => "looks-json",
            Self::JsonList => "looks-json-list",
            Self::Html => "looks-html",
            Self::Xml => "looks-xml",
            Self::Gml => "looks-gml",
            Self::Workbook => "looks-workbook",
            Self::BinaryWorkbook => "looks-binary-workbook",
            Self::WordDocument => "looks-word",
            Self::Presentation => "looks-presentation",
            Self::OpenSpreadsheet => "looks-open-spreadsheet",
            Self::OpenDocument => "looks-open-document",
            Self::ZippedShapefile => "looks-zipped-shapefile",
            Self::Zip => "looks-zip",
            Self::BrokenZip => "looks-broken-zip",
            Self::OldWorkbook => "looks-old-workbook",
            Self::ProtectedOffice => "looks-protected-office",
            Self::OldOffice => "looks-old-office",
            Self::Geopackage => "looks-geopackage",
            Self::Sqlite => "looks-sqlite",
            Self::Shapefile => "looks-shapefile",
            Self::MapinfoTab => "looks-mapinfo-tab",
            Self::MapinfoMif => "looks-mapinfo-mif",
            Self::Dxf => "looks-dxf",
            Self::BinaryDrawing => "looks-binary-drawing",
            Self::Picture => "looks-picture",
            Self::Pdf => "looks-pdf",
            Self::Gzip => "looks-gzip",
            Self::OtherArchive => "looks-other-archive",
            Self::Parquet => "looks-parquet",
            Self::Flatgeobuf => "looks-flatgeobuf",
            Self::Rtf => "looks-rtf",
            Self::OsmPbf => "looks-osm-pbf",
            Self::Binary => "looks-binary",
        };
        texts::text(id, &[])
    }

    /// Looks at an open file, from its start. Errors are those of reading.
    pub fn of(file: &mut File) -> std::io::Result<Self> {
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Ok(zip_kind(file, &head));
        }
        if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return old_office_kind(file, head);
        }
        // OpenStreetMap's pbf: a length of four bytes, then the first field of a block's header, its type.
        if head.get(4..15) == Some(b"\x0a\x09OSMHeader".as_slice()) {
            return Ok(Self::OsmPbf);
        }
        if head.starts_with(b"SQLite format 3\0") {
            return Ok(database_kind(&head));
        }
        // AC1015 and the like, then zero bytes: a drawing in AutoCAD's own format.
        if head.starts_with(b"AC10") && head.get(6) == Some(&0) {
            return Ok(Self::BinaryDrawing);
        }
        let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
        Ok(magic.map_or_else(|| text_kind(&head), |&(_, kind)| kind))
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn zip_kind(file: &mut File, head: &[u8]) -> Kind {
    if file.rewind().is_err() {
        return Kind::BrokenZip;
    }
    let Ok(archive) = zip::ZipArchive::new(BufReader::new(&mut *file)) else { return Kind::BrokenZip };
    let mut kind = Kind::Zip;
    for name in archive.file_names_raw() {
        match name {
            b"xl/workbook.bin" => return Kind::BinaryWorkbook,
            b"word/document.xml" => return Kind::WordDocument,
            b"ppt/presentation.xml" => return Kind::Presentation,
            _ if name.starts_with(b"xl/") => kind = Kind::Workbook,
            _ if name.ends_with(b".shp") => return Kind::ZippedShapefile,
            _ => {}
        }
    }
    if kind == Kind::Zip && contains(&head[..head.len().min(200)], b"application/vnd.oasis.opendocument") {
        return if contains(head, b"application/vnd.oasis.opendocument.spreadsheet") {
            Kind::OpenSpreadsheet
        } else {
            Kind::OpenDocument
        };
    }
    kind
}

/// The compound files of Microsoft Office up to 2003, which also wrap today's password-protected documents. Their
/// streams are named in UTF-16; the directory may stand anywhere.
fn old_office_kind(file: &mut File, mut bytes: Vec<u8>) -> std::io::Result<Kind> {
    const MOST: u64 = 256 * 1024 * 1024;
    file.by_ref().take(MOST).read_to_end(&mut bytes)?;
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        contains(&bytes, &wide)
    };
    Ok(if names("EncryptedPackage") {
        Kind::ProtectedOffice
    } else if names("Workbook") || names("Book") {
        Kind::OldWorkbook
    } else {
        Kind::OldOffice
    })
}

/// A `GeoPackage` says so in the header's application id; one that does not at least has the table of contents.
fn database_kind(head: &[u8]) -> Kind {
    let id = head.get(68..72).unwrap_or_default();
    let known = [b"GPKG", b"GP10", b"GP11"].iter().any(|known| known.as_slice() == id);
    if known || contains(head, b"gpkg_contents") { Kind::Geopackage } else { Kind::Sqlite }
}

/// Whether most bytes at even, or at odd, places are zero: UTF-16 without a byte order mark.
pub fn looks_utf16(head: &[u8]) -> bool {
    let pairs = head.len() / 2;
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    pairs >= 2 && [zeros(0), zeros(1)].iter().any(|&count| count * 10 >= pairs * 8)
}

fn text_kind(head: &[u8]) -> Kind {
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || looks_utf16(head);
    let plain: Vec<u8>;
    let body = if wide {
        plain = head.iter().copied().filter(|&byte| byte != 0 && byte < 0xfe).collect();
        plain.as_slice()
    } else {
        let control = |byte: u8| byte < 0x20 && !matches!(byte, 9..=13 | 0x1a | 0x1b);
        let controls = head.iter().filter(|&&byte| control(byte)).count();
        if controls * 20 > head.len() {
            return Kind::Binary;
        }
        head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)
    };
    let body = body.trim_ascii_start();
    let start = body[..body.len().min(1024)].to_ascii_lowercase();
    if start.starts_with(b"<") {
        let page = [b"<!doctype html".as_slice(), b"<html", b"<head", b"<body", b"<table", b"<meta"];
        return if page.iter().any(|tag| start.starts_with(tag)) || contains(&start, b"<html") {
            Kind::Html
        } else if contains(&body[..body.len().min(16 * 1024)], b"www.opengis.net/gml") {
            Kind::Gml
        } else if start.get(1).is_some_and(|&next| next.is_ascii_alphabetic() || matches!(next, b'?' | b'!')) {
            Kind::Xml
        } else {
            Kind::Text
        };
    }
    if start.starts_with(b"!table") {
        return Kind::MapinfoTab;
    }
    if start.starts_with(b"version ") && (contains(&start, b"\ncolumns") || contains(&start, b"\ncharset")) {
        return Kind::MapinfoMif;
    }
    let mut lines = start.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    // A drawing may begin with comments, whose code is 999.
    let lead = lines.by_ref().take(20).collect::<Vec<_>>();
    let mut pairs = lead.chunks_exact(2).skip_while(|pair| pair[0] == b"999");
    if pairs.next().is_some_and(|pair| pair == [b"0".as_slice(), b"section"]) {
        return Kind::Dxf;
    }
    let next = start.get(1..).unwrap_or_default().trim_ascii_start().first().copied();
    match (start.first(), next) {
        (Some(b'{'), _) => Kind::Json,
        (Some(b'['), Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9')) => Kind::JsonList,
        // An empty list and nothing else: `[];[namn]` is the header of a table.
        (Some(b'['), Some(b']')) if start[1..].trim_ascii() == b"]" => Kind::JsonList,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn kind(bytes: &[u8]) -> Kind {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("written");
        file.rewind().expect("rewound");
        Kind::of(&mut file).expect("read")
    }

    fn zip_of(names: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("started");
            writer.write_all(b"x").expect("written");
        }
        writer.finish().expect("finished").into_inner()
    }

    #[test]
    fn text_is_told_from_json_markup_and_bytes() {
        assert_eq!(kind(b"a;b\n1;2\n"), Kind::Text);
        assert_eq!(kind(b"[id];[namn]\n1;2\n"), Kind::Text);
        assert_eq!(kind(b" \n{ \"type\": 1}"), Kind::Json);
        assert_eq!(kind(b"\xef\xbb\xbf[{}]"), Kind::JsonList);
        assert_eq!(kind(b" [ ]\n"), Kind::JsonList);
        assert_eq!(kind(b"[];[namn]\n1;2\n"), Kind::Text);
        assert_eq!(kind(b"{type: 'Feature'}"), Kind::Json);
        assert_eq!(kind(b"<!DOCTYPE html><p>"), Kind::Html);
        assert_eq!(kind(b"<?xml version='1.0'?><html>"), Kind::Html);
        assert_eq!(kind(b"<?xml version='1.0'?><Workbook>"), Kind::Xml);
        assert_eq!(kind(b"<5 personer;b\n"), Kind::Text);
        assert_eq!(kind(&[0, 1, 2, 3, 200, 7, 0, 0]), Kind::Binary);
        assert_eq!(kind(b"\xff\xfea\0;\0b\0\n\0"), Kind::Text);
    }

    #[test]
    fn drawings_and_map_files_are_told_from_text() {
        assert_eq!(kind(b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n"), Kind::Dxf);
        assert_eq!(kind(b"999\nav n\xe5gon\n0\nSECTION\n2\nENTITIES\n"), Kind::Dxf);
        assert_eq!(kind(b"0\n1\n2\n"), Kind::Text);
        assert_eq!(kind(b"AutoCAD Binary DXF\r\n\x1a\0"), Kind::BinaryDrawing);
        assert_eq!(kind(b"AC1015\0\0\0\0"), Kind::BinaryDrawing);
        assert_eq!(kind(b"!TABLE\r\n!version 300\r\n"), Kind::MapinfoTab);
        assert_eq!(kind(b"Version 300\nCharset \"Neutral\"\nColumns 1\n"), Kind::MapinfoMif);
        assert_eq!(kind(b"version 1;b\n1;2\n"), Kind::Text);
        assert_eq!(kind(b"<a xmlns:gml=\"http://www.opengis.net/gml/3.2\"/>"), Kind::Gml);
        assert_eq!(kind(&[b"fgb\x03fgb\0".as_slice(), &[0; 40]].concat()), Kind::Flatgeobuf);
    }

    #[test]
    fn zips_are_told_apart_by_what_is_inside() {
        assert_eq!(kind(&zip_of(&["[Content_Types].xml", "xl/workbook.xml"])), Kind::Workbook);
        assert_eq!(kind(&zip_of(&["xl/workbook.bin"])), Kind::BinaryWorkbook);
        assert_eq!(kind(&zip_of(&["word/document.xml"])), Kind::WordDocument);
        assert_eq!(kind(&zip_of(&["olyckor.shp", "olyckor.dbf"])), Kind::ZippedShapefile);
        assert_eq!(kind(&zip_of(&["bild.png"])), Kind::Zip);
        let whole = zip_of(&["xl/workbook.xml"]);
        assert_eq!(kind(&whole[..whole.len() / 2]), Kind::BrokenZip);
    }

    #[test]
    fn a_database_is_a_geopackage_only_when_it_says_so() {
        let mut head = b"SQLite format 3\0".to_vec();
        head.resize(100, 0);
        assert_eq!(kind(&head), Kind::Sqlite);
        head[68..72].copy_from_slice(b"GPKG");
        assert_eq!(kind(&head), Kind::Geopackage);
    }

    #[test]
    fn a_compound_file_is_a_workbook_a_locked_one_or_something_else() {
        let compound = |name: &str| {
            let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
            bytes.resize(HEAD + 100, 0);
            bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
            bytes
        };
        assert_eq!(kind(&compound("EncryptedPackage")), Kind::ProtectedOffice);
        assert_eq!(kind(&compound("Workbook")), Kind::OldWorkbook);
        assert_eq!(kind(&compound("WordDocument")), Kind::OldOffice);
    }
}
