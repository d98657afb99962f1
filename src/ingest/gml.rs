//! What a GML file may not do, checked before GDAL sees it: define entities, nest without end, or name files elsewhere.
//!
//! A walk over the tags alone, byte by byte and in constant memory, whatever the encoding, as long as it extends ASCII.
//! Schemas are never fetched and no side file is written: structure is taken from the file itself.

#![allow(clippy::disallowed_types, reason = "readers are an edge")]

use std::fs::File;
use std::io::{BufReader, Read};

use super::ReadOptions;
use super::door::Ready;
use super::formats::Source;
use super::read_error::ReadError;
use crate::texts;

/// Deepest nesting of tags. GML of real registers stays below 30.
const DEPTH_LIMIT: usize = 200;
/// Longest tag with its attributes, and longest text between two tags, in bytes.
const TAG_LIMIT: usize = 1 << 20;
/// Longest text between two tags: a geometry of ten million points. A cell's own limit is lower.
const TEXT_LIMIT: usize = 512 << 20;

/// Refuses what may not be, and says how GDAL is to open the rest.
pub(super) fn prepare(source: &Source, _: &ReadOptions) -> Result<Ready, ReadError> {
    let failed = |error: std::io::Error| ReadError::from_io(&source.shown, &error);
    let file = File::open(&source.path).map_err(failed)?;
    walk(source, &mut BufReader::with_capacity(1 << 16, file).bytes().map(|byte| byte.map_err(failed)))?;
    let options = ["DOWNLOAD_SCHEMA=NO", "WRITE_GFS=NO", "FORCE_SRS_DETECTION=YES", "EXPOSE_FID=NO"];
    Ok(Ready { options: options.map(str::to_owned).to_vec(), ..Ready::default() })
}

fn walk(source: &Source, bytes: &mut impl Iterator<Item = Result<u8, ReadError>>) -> Result<(), ReadError> {
    let broken = |id: &str, line: u64| {
        let (file, format) = (source.shown.clone(), "GML".to_owned());
        ReadError::BrokenVector { file, format, at: texts::text(id, &[("line", line.to_string())]) }
    };
    let (mut depth, mut line, mut between, mut seen) = (0_usize, 1_u64, 0_usize, false);
    let mut tag: Vec<u8> = Vec::new();
    while let Some(byte) = bytes.next().transpose()? {
        line += u64::from(byte == b'\n');
        if byte != b'<' {
            between += 1;
            if between > TEXT_LIMIT {
                return Err(broken("gml-too-long", line));
            }
            continue;
        }
        between = 0;
        if !take_tag(bytes, &mut tag, &mut line)? {
            return Err(broken(if tag.len() >= TAG_LIMIT { "gml-too-long" } else { "gml-ends-early" }, line));
        }
        if tag.starts_with(b"!--") || tag.starts_with(b"![CDATA[") || tag.starts_with(b"?") {
            continue;
        }
        if tag.starts_with(b"!") {
            return Err(ReadError::DefinesEntities { file: source.shown.clone(), line });
        }
        if tag.windows(4).any(|part| part.eq_ignore_ascii_case(b"/vsi")) {
            return Err(ReadError::VirtualPath { file: source.shown.clone() });
        }
        if tag.starts_with(b"/") {
            depth = depth.checked_sub(1).ok_or_else(|| broken("gml-ends-early", line))?;
        } else if !tag.ends_with(b"/") {
            depth += 1;
            seen = true;
            if depth > DEPTH_LIMIT {
                return Err(ReadError::NestedTooDeep { file: source.shown.clone(), line, limit: DEPTH_LIMIT });
            }
        }
    }
    if depth > 0 || !seen { Err(broken("gml-ends-early", line)) } else { Ok(()) }
}

/// Takes what stands between `<` and its `>`: comments and character data to their own ends, quoted values whole. `false`
/// where the file ends within it or it is too long. Only the start of comments and character data is kept.
fn take_tag(
    bytes: &mut impl Iterator<Item = Result<u8, ReadError>>,
    tag: &mut Vec<u8>,
    line: &mut u64,
) -> Result<bool, ReadError> {
    tag.clear();
    let mut quote = None;
    let mut last = [0_u8; 3];
    while let Some(byte) = bytes.next().transpose()? {
        *line += u64::from(byte == b'\n');
        last = [last[1], last[2], byte];
        let comment = tag.starts_with(b"!--");
        let data = tag.starts_with(b"![CDATA[");
        let ends = match (comment, data, quote) {
            (true, ..) => tag.len() >= 5 && last == *b"-->",
            (_, true, _) => last == *b"]]>",
            (.., None) => byte == b'>',
            _ => false,
        };
        if ends {
            return Ok(true);
        }
        if comment || data {
            // Two more bytes tell `<!-->` from a comment; the rest is of no interest.
            if tag.len() < 10 {
                tag.push(byte);
            }
            continue;
        }
        match quote {
            Some(open) if open == byte => quote = None,
            None if (byte == b'"' || byte == b'\'') && !tag.starts_with(b"!") && !tag.starts_with(b"?") => {
                quote = Some(byte);
            }
            _ => {}
        }
        tag.push(byte);
        if tag.len() >= TAG_LIMIT {
            return Ok(false);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(text: &str) -> Result<(), ReadError> {
        let source = Source { path: "a.gml".into(), shown: "a.gml".to_owned(), name: "a.gml".to_owned() };
        walk(&source, &mut text.bytes().map(Ok))
    }

    #[test]
    fn tags_comments_and_character_data_are_told_apart() {
        for sound in [
            "<?xml version=\"1.0\"?><a><b c='>'/><!-- <x> -- > --><![CDATA[<y>]]>text</a>\n",
            "<a b=\"it's\">å</a>",
            "<a><!----></a>",
        ] {
            assert!(looked_at(sound).is_ok(), "{sound}");
        }
        for cut in ["", "text", "<a>", "<a", "<a><b></a", "</a>", "<a><!-- x", "<a><![CDATA[ x"] {
            assert!(matches!(looked_at(cut), Err(ReadError::BrokenVector { .. })), "{cut}");
        }
    }

    #[test]
    fn entities_depth_and_paths_that_reach_elsewhere_are_refused() {
        let laughs = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        assert!(matches!(looked_at(laughs), Err(ReadError::DefinesEntities { line: 1, .. })));
        let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
        assert!(matches!(looked_at(&deep), Err(ReadError::NestedTooDeep { .. })));
        let path = "<a xsi:schemaLocation='x /VSIcurl/http://127.0.0.1/x.xsd'></a>";
        assert!(matches!(looked_at(path), Err(ReadError::VirtualPath { .. })));
    }
}
