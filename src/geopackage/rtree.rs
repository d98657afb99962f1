//! The spatial index of a feature table: the standard's `rtree_<table>_geom`, packed when it is filled at once.
//!
//! `SQLite` inserts a million rows one by one in 15 to 17 seconds. Here the tree is packed (sort, tile, recurse) and
//! written into the index's own tables, which takes one to two. Bounds are 32-bit and rounded outward.
//!
//! Source: Leutenegger, Edgington and Lopez 1997, "STR: a simple and efficient algorithm for R-tree packing"; node
//! layout from `SQLite`'s documentation of the R*Tree module. Oracle: `rtreecheck`.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::blob;
use super::container::{GEOMETRY, KEY, quoted};
use crate::domain::Bbox;

/// Which rows of a table changed while its triggers were suspended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Any.
    All,
    /// Rows were added with keys above the first number; the rows of the list were changed. None was deleted.
    Some {
        /// Greatest key before.
        after: i64,
        /// Keys of changed rows.
        changed: Vec<i64>,
    },
}

/// Rows above this number are packed anew rather than inserted, where they are a tenth of the table or more.
const FEW: i64 = 2_000;
/// Bytes before a node's first entry, and of an entry.
const HEAD: usize = 4;
const ENTRY: usize = 24;

/// Name of the index of a table.
#[must_use]
pub fn name(table: &str) -> String {
    format!("rtree_{table}_{GEOMETRY}")
}

/// Creates the empty index of a table.
pub fn create(connection: &Connection, table: &str) -> Result<()> {
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE {} USING rtree(id, minx, maxx, miny, maxy)",
        quoted(&name(table))
    ))
}

/// Whether the index is sound, and agrees with its rows: `None`, or what `SQLite` found.
pub fn check(connection: &Connection, table: &str) -> Result<Option<String>> {
    let found: String = connection.query_row("SELECT rtreecheck(?1)", [name(table)], |row| row.get(0))?;
    if found != "ok" {
        return Ok(Some(found));
    }
    let sql = format!(
        "SELECT (SELECT count(*) FROM {rowid}), (SELECT count(*) FROM {table} WHERE {GEOMETRY} NOTNULL AND NOT ST_IsEmpty({GEOMETRY}))",
        rowid = quoted(&format!("{}_rowid", name(table))),
        table = quoted(table),
    );
    let (indexed, placed): (i64, i64) = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((indexed != placed).then(|| format!("{indexed} != {placed}")))
}

/// Brings the index up to date. Returns the box around the rows that were looked at, and whether those were all.
pub(super) fn refresh(connection: &Connection, table: &str, touched: &Touched, count: i64) -> Result<(Bbox, bool)> {
    if let Touched::Some { after, changed } = touched {
        let sql = format!("SELECT count(*) FROM {} WHERE {KEY} > ?1", quoted(table));
        let added: i64 = connection.query_row(&sql, [after], |row| row.get(0))?;
        let work = added.saturating_add(i64::try_from(changed.len()).unwrap_or(i64::MAX));
        if work < FEW.max(count / 10) && added < count {
            return insert(connection, table, *after, changed).map(|bbox| (bbox, false));
        }
    }
    rebuild(connection, table).map(|bbox| (bbox, true))
}

fn insert(connection: &Connection, table: &str, after: i64, changed: &[i64]) -> Result<Bbox> {
    let index = quoted(&name(table));
    let mut bbox = Bbox::EMPTY;
    let mut put = connection.prepare(&format!("INSERT INTO {index} VALUES (?1, ?2, ?3, ?4, ?5)"))?;
    let mut add = |fid: i64, blob: Option<&[u8]>| -> Result<()> {
        if let Some(bounds) = blob.and_then(blob::bounds_of) {
            bbox = joined(bbox, bounds);
            put.execute(params![fid, bounds.min_x, bounds.max_x, bounds.min_y, bounds.max_y])?;
        }
        Ok(())
    };
    let mut added = connection.prepare(&format!("SELECT {KEY}, {GEOMETRY} FROM {} WHERE {KEY} > ?1", quoted(table)))?;
    let mut rows = added.query([after])?;
    while let Some(row) = rows.next()? {
        add(row.get(0)?, row.get_ref(1)?.as_blob_or_null().unwrap_or(None))?;
    }
    let mut drop = connection.prepare(&format!("DELETE FROM {index} WHERE id = ?1"))?;
    let mut one = connection.prepare(&format!("SELECT {GEOMETRY} FROM {} WHERE {KEY} = ?1", quoted(table)))?;
    for fid in changed.iter().filter(|fid| **fid <= after) {
        drop.execute([fid])?;
        let blob: Option<Option<Vec<u8>>> = one.query_row([fid], |row| row.get(0)).optional()?;
        add(*fid, blob.flatten().as_deref())?;
    }
    Ok(bbox)
}

fn joined(a: Bbox, b: Bbox) -> Bbox {
    Bbox {
        min_x: a.min_x.min(b.min_x),
        min_y: a.min_y.min(b.min_y),
        max_x: a.max_x.max(b.max_x),
        max_y: a.max_y.max(b.max_y),
    }
}

/// An entry of a node: a row or a node below, and its bounds min x, max x, min y, max y.
#[derive(Debug, Clone, Copy)]
struct Entry {
    id: i64,
    bounds: [f32; 4],
}

impl Entry {
    fn new(id: i64, bbox: Bbox) -> Self {
        Self { id, bounds: [below(bbox.min_x), above(bbox.max_x), below(bbox.min_y), above(bbox.max_y)] }
    }

    fn around(id: i64, entries: &[Self]) -> Self {
        let start = [f32::INFINITY, f32::NEG_INFINITY, f32::INFINITY, f32::NEG_INFINITY];
        let bounds = entries.iter().fold(start, |b, entry| {
            let e = entry.bounds;
            [b[0].min(e[0]), b[1].max(e[1]), b[2].min(e[2]), b[3].max(e[3])]
        });
        Self { id, bounds }
    }

    fn middle(&self, axis: usize) -> f32 {
        self.bounds[axis * 2] / 2.0 + self.bounds[axis * 2 + 1] / 2.0
    }
}

/// The greatest 32-bit number that is not above.
#[expect(clippy::cast_possible_truncation, reason = "rounding is corrected on the next line")]
fn below(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}

/// The least 32-bit number that is not below.
fn above(value: f64) -> f32 {
    -below(-value)
}

/// Packs the whole index anew. Returns the exact box around all rows.
fn rebuild(connection: &Connection, table: &str) -> Result<Bbox> {
    let mut bbox = Bbox::EMPTY;
    let mut entries = Vec::new();
    let mut select = connection.prepare(&format!("SELECT {KEY}, {GEOMETRY} FROM {} ORDER BY {KEY}", quoted(table)))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(bounds) = row.get_ref(1)?.as_blob_or_null().unwrap_or(None).and_then(blob::bounds_of) {
            bbox = joined(bbox, bounds);
            entries.push(Entry::new(row.get(0)?, bounds));
        }
    }
    connection.execute_batch(&format!("DROP TABLE {}", quoted(&name(table))))?;
    create(connection, table)?;
    pack(connection, &name(table), entries)?;
    Ok(bbox)
}

fn pack(connection: &Connection, index: &str, mut entries: Vec<Entry>) -> Result<()> {
    let part = |suffix: &str| quoted(&format!("{index}_{suffix}"));
    let size: usize =
        connection
            .query_row(&format!("SELECT length(data) FROM {} WHERE nodeno = 1", part("node")), [], |row| row.get(0))?;
    let room = (size - HEAD) / ENTRY;
    // Some room is left in each node, so that a later edit does not split it at once.
    let wanted = (room * 9 / 10).max(2);
    let mut nodes = connection.prepare(&format!("INSERT OR REPLACE INTO {} VALUES (?1, ?2)", part("node")))?;
    let mut parents = connection.prepare(&format!("INSERT INTO {} VALUES (?1, ?2)", part("parent")))?;
    let mut homes: Vec<(i64, i64)> = Vec::with_capacity(entries.len());
    let (mut next, mut depth) = (2_i64, 0_u16);
    loop {
        let top = entries.len() <= room;
        if !top {
            tile(&mut entries, wanted);
        }
        let mut upper = Vec::new();
        for chunk in entries.chunks(if top { room } else { wanted }) {
            let node = if top { 1 } else { next };
            next += 1;
            nodes.execute(params![node, bytes(chunk, if top { depth } else { 0 }, size)])?;
            if depth == 0 {
                homes.extend(chunk.iter().map(|entry| (entry.id, node)));
            } else {
                for entry in chunk {
                    parents.execute([entry.id, node])?;
                }
            }
            upper.push(Entry::around(node, chunk));
        }
        if top {
            break;
        }
        entries = upper;
        depth += 1;
    }
    homes.sort_unstable();
    let mut home = connection.prepare(&format!("INSERT INTO {} VALUES (?1, ?2)", part("rowid")))?;
    for (row, node) in homes {
        home.execute([row, node])?;
    }
    Ok(())
}

/// Orders entries so that each run of `wanted` is a compact tile: strips by x, within a strip by y; ties by id.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a count of strips"
)]
fn tile(entries: &mut [Entry], wanted: usize) {
    let by = |axis: usize| move |a: &Entry, b: &Entry| a.middle(axis).total_cmp(&b.middle(axis)).then(a.id.cmp(&b.id));
    entries.sort_unstable_by(by(0));
    let strips = (entries.len().div_ceil(wanted) as f64).sqrt().ceil() as usize;
    let strip = entries.len().div_ceil(strips.max(1)).div_ceil(wanted) * wanted;
    for strip in entries.chunks_mut(strip.max(1)) {
        strip.sort_unstable_by(by(1));
    }
}

fn bytes(entries: &[Entry], depth: u16, size: usize) -> Vec<u8> {
    let mut node = Vec::with_capacity(size);
    node.extend_from_slice(&depth.to_be_bytes());
    node.extend_from_slice(&u16::try_from(entries.len()).expect("a node holds 51 entries").to_be_bytes());
    for entry in entries {
        node.extend_from_slice(&entry.id.to_be_bytes());
        for bound in entry.bounds {
            node.extend_from_slice(&bound.to_be_bytes());
        }
    }
    node.resize(size, 0);
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_rounded_outward() {
        for value in [6_600_000.1, -6_600_000.1, 0.1, -0.1, 0.0, 16_777_217.0] {
            assert!(f64::from(below(value)) <= value && value <= f64::from(above(value)), "{value}");
        }
        assert_eq!((below(0.5), above(0.5)), (0.5, 0.5));
    }

    #[test]
    fn trees_of_every_depth_pass_the_check() {
        let connection = Connection::open_in_memory().expect("memory");
        for count in [0_i64, 1, 50, 51, 52, 100, 2_300, 2_400, 120_000] {
            connection.execute_batch("DROP TABLE IF EXISTS rtree_t_geom").expect("dropped");
            create(&connection, "t").expect("created");
            let entries = (0..count).map(|id| {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let (x, y) = ((id * 7919 % 1009) as f64, (id % 613) as f64);
                Entry::new(id + 1, Bbox { min_x: x, min_y: y, max_x: x + 0.1, max_y: y + 0.1 })
            });
            pack(&connection, "rtree_t_geom", entries.collect()).expect("packed");
            let said: String =
                connection.query_row("SELECT rtreecheck('rtree_t_geom')", [], |row| row.get(0)).expect("checked");
            assert_eq!(said, "ok", "{count} rows");
            let found: i64 = connection
                .query_row("SELECT count(*) FROM rtree_t_geom WHERE maxx >= 0 AND minx <= 2000", [], |row| row.get(0))
                .expect("counted");
            assert_eq!(found, count);
            connection.execute_batch("INSERT INTO rtree_t_geom VALUES (999999, 1, 2, 1, 2)").expect("one more");
            connection.execute_batch("DELETE FROM rtree_t_geom WHERE id % 3 = 1").expect("a third less");
            let said: String =
                connection.query_row("SELECT rtreecheck('rtree_t_geom')", [], |row| row.get(0)).expect("checked");
            assert_eq!(said, "ok", "{count} rows, edited");
        }
    }
}
