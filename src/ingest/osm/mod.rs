//! The door to OpenStreetMap's pbf: elements one by one, or one typed error.
//!
//! - A block is at most 32 MiB unpacked (`osmpbf` sees to that), a file at most [`LIMIT`] bytes. Whoever reads keeps what
//!   it needs: two passes over a file are cheaper than a table of every node.
//! - Everything that is damaged is an error: bytes after the last block, a block of unknown sort, a string that is not
//!   UTF-8 or not in the table. A file cut exactly between two blocks cannot be told from a smaller one.
//! - Deleted versions (history files) are refused.

pub mod gather;
pub mod ground;
pub mod places;
pub mod rings;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod write;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use osmpbf::{BlobDecode, BlobReader, Element as Raw, RelMemberType};

use super::ReadError;
use super::guard::guarded;
use super::kind::Kind;
use super::map_error::MapError;
use crate::texts::text;

/// Most bytes in a file: ten times Sweden's largest county.
pub const LIMIT: u64 = 512 << 20;

/// What a file may ask of its readers.
const FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// Keys and values of an element.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tags<'a>(pub Vec<(&'a str, &'a str)>);

impl<'a> Tags<'a> {
    /// The value of a key, or `None`.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// Whether the key has one of these values.
    pub fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }
}

/// What a member of a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A node.
    Node,
    /// A way.
    Way,
    /// Another relation.
    Relation,
}

/// An element of the file.
#[derive(Debug, Clone, PartialEq)]
pub enum Element<'a> {
    /// A point: id, longitude and latitude in degrees.
    Node(i64, [f64; 2], Tags<'a>),
    /// A line: id and the ids of its nodes.
    Way(i64, Vec<i64>, Tags<'a>),
    /// A group: id and members with their roles.
    Relation(i64, Vec<(MemberKind, i64, &'a str)>, Tags<'a>),
}

/// Which elements are asked for: reading fewer is faster.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Nodes.
    pub nodes: bool,
    /// Ways.
    pub ways: bool,
    /// Relations.
    pub relations: bool,
}

/// Whether the file begins as a pbf. A file whose name says so and whose content does not is an error.
///
/// # Errors
/// Those of opening a file; [`MapError::NotOsm`].
pub fn is_pbf(path: &Path) -> Result<bool, MapError> {
    let shown = path.display().to_string();
    if shown.to_lowercase().starts_with("/vsi") {
        return Err(ReadError::VirtualPath { file: shown }.into());
    }
    let failed = |error: std::io::Error| ReadError::from_io(&shown, &error);
    let mut file = File::open(path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    if facts.is_dir() {
        return Err(ReadError::FolderNotFile { file: shown }.into());
    }
    if !facts.is_file() {
        return Err(ReadError::NotARegularFile { file: shown }.into());
    }
    if facts.len() == 0 {
        return Err(ReadError::EmptyFile { file: shown }.into());
    }
    let kind = Kind::of(&mut file).map_err(failed)?;
    let named = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pbf"));
    match (kind == Kind::OsmPbf, named) {
        (false, true) => Err(MapError::NotOsm { file: shown, found: kind.described() }),
        (is, _) => Ok(is),
    }
}

/// Gives each element of the asked sorts to `take`, in the file's order.
///
/// # Errors
/// [`MapError::BrokenOsm`], [`MapError::OsmTooLarge`], [`MapError::OsmNeedsMore`], those of opening a file.
pub fn each(path: &Path, wanted: Wanted, mut take: impl FnMut(Element<'_>)) -> Result<(), MapError> {
    let shown = path.display().to_string();
    let failed = |error: std::io::Error| ReadError::from_io(&shown, &error);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size > LIMIT {
        return Err(MapError::OsmTooLarge { file: shown, limit_mib: LIMIT >> 20 });
    }
    let broken = |block: usize, why: &str| MapError::BrokenOsm {
        file: shown.clone(),
        at: text("osm-block", &[("block", block.to_string()), ("why", text(why, &[]))]),
    };
    let mut counted = Counted { inner: BufReader::new(file), read: 0 };
    let mut number = 0;
    loop {
        number += 1;
        let before = counted.read;
        // One blob at a time through a fresh reader: the position is known between blobs.
        let blob = guarded(|| BlobReader::new(&mut counted).next());
        let blob = match blob {
            Some(None) if counted.read == before => break,
            Some(Some(Ok(blob))) => blob,
            _ => return Err(broken(number, "osm-cut")),
        };
        match guarded(|| blob.decode()) {
            Some(Ok(BlobDecode::OsmHeader(header))) => {
                let more = header.required_features().iter().filter(|each| !FEATURES.contains(&each.as_str()));
                let features: Vec<String> = more.cloned().collect();
                if !features.is_empty() {
                    return Err(MapError::OsmNeedsMore { file: shown, features });
                }
            }
            Some(Ok(BlobDecode::OsmData(block))) => match guarded(|| elements(&block, wanted)) {
                Some(Ok(elements)) => elements.into_iter().for_each(&mut take),
                Some(Err(why)) => return Err(broken(number, why)),
                None => return Err(broken(number, "osm-damaged")),
            },
            Some(Ok(BlobDecode::Unknown(_))) => return Err(broken(number, "osm-unknown")),
            Some(Err(_)) | None => return Err(broken(number, "osm-damaged")),
        }
    }
    Ok(())
}

/// Counts the bytes that were read, to tell an end of file from a few bytes too many.
struct Counted<R> {
    inner: R,
    read: u64,
}

impl<R: std::io::Read> std::io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

/// The elements of a block that are asked for, or the id of what is wrong with it.
fn elements(block: &osmpbf::PrimitiveBlock, wanted: Wanted) -> Result<Vec<Element<'_>>, &'static str> {
    let mut found = Vec::new();
    let strings = block.raw_stringtable();
    let word = |index: usize| -> Result<&str, &'static str> {
        std::str::from_utf8(strings.get(index).ok_or("osm-string")?).map_err(|_| "osm-string")
    };
    let tags = |raw: &mut dyn Iterator<Item = (i64, i64)>| -> Result<Tags<'_>, &'static str> {
        let pair = |(key, value): (i64, i64)| {
            let at = |index: i64| word(usize::try_from(index).map_err(|_| "osm-string")?);
            Ok((at(key)?, at(value)?))
        };
        raw.map(pair).collect::<Result<_, _>>().map(Tags)
    };
    for element in block.elements() {
        match element {
            Raw::Node(node) if wanted.nodes => {
                let mut raw = node.raw_tags().map(|(key, value)| (i64::from(key), i64::from(value)));
                found.push(Element::Node(node.id(), [node.lon(), node.lat()], tags(&mut raw)?));
            }
            Raw::DenseNode(node) if wanted.nodes => {
                let mut raw = node.raw_tags().map(|(key, value)| (i64::from(key), i64::from(value)));
                found.push(Element::Node(node.id(), [node.lon(), node.lat()], tags(&mut raw)?));
            }
            Raw::Way(way) if wanted.ways => {
                let mut raw = way.raw_tags().map(|(key, value)| (i64::from(key), i64::from(value)));
                found.push(Element::Way(way.id(), way.refs().collect(), tags(&mut raw)?));
            }
            Raw::Relation(relation) if wanted.relations => {
                let mut raw = relation.raw_tags().map(|(key, value)| (i64::from(key), i64::from(value)));
                let mut members = Vec::new();
                for member in relation.members() {
                    let kind = match member.member_type {
                        RelMemberType::Node => MemberKind::Node,
                        RelMemberType::Way => MemberKind::Way,
                        RelMemberType::Relation => MemberKind::Relation,
                    };
                    let role = word(usize::try_from(member.role_sid).map_err(|_| "osm-string")?)?;
                    members.push((kind, member.member_id, role));
                }
                found.push(Element::Relation(relation.id(), members, tags(&mut raw)?));
            }
            _ => {}
        }
    }
    Ok(found)
}
