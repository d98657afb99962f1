//! Roads, buildings and points in the embedded store, and pages of any feature table.

use geo::Geometry;
use rusqlite::{Connection, Transaction, params};

use super::super::{Background, BackgroundRow, Error, Feature, Features, Window};
use super::{Attempt, Place};
use crate::domain::{Bbox, GeometryKind};
use crate::geopackage::rtree::{self, Touched};
use crate::geopackage::{blob, container};

const fn table(kind: Background) -> (&'static str, GeometryKind) {
    match kind {
        Background::Roads => ("roads", GeometryKind::Line),
        Background::Buildings => ("buildings", GeometryKind::Area),
        Background::Points => ("ground_points", GeometryKind::Point),
        Background::Barriers => ("barriers", GeometryKind::Line),
        Background::Places => ("places", GeometryKind::Point),
    }
}

/// See [`super::super::Store::put_background`].
pub(super) fn put(
    transaction: &Transaction<'_>,
    place: &Place<'_>,
    kind: Background,
    source: &str,
    rows: &[BackgroundRow],
    stamp: &str,
) -> Attempt<bool> {
    let (table, geometry) = table(kind);
    let shape = |(index, row): (usize, &BackgroundRow)| {
        let wrong = || Error::WrongGeometry { file: place.file(), layer: table.to_owned(), row: index as u64 + 1 };
        blob::shape_blob(place.srs, geometry, &row.shape).ok_or_else(wrong)
    };
    let shapes = rows.iter().enumerate().map(shape).collect::<Result<Vec<_>, _>>()?;
    if same(transaction, table, source, rows, &shapes)? {
        return Ok(false);
    }
    container::suspend(transaction, table)?;
    transaction.execute(&format!("DELETE FROM {table} WHERE source = ?1"), [source])?;
    let sql = format!("INSERT INTO {table} (geom, name, class, source) VALUES (?1, ?2, ?3, ?4)");
    let mut insert = transaction.prepare(&sql)?;
    for (row, shape) in rows.iter().zip(&shapes) {
        insert.execute(params![shape, row.name, row.class, source])?;
    }
    container::resume(transaction, table, &Touched::All, stamp)?;
    Ok(true)
}

/// Whether the source's rows are here as they are given: then nothing needs to be written.
fn same(
    connection: &Connection,
    table: &str,
    source: &str,
    rows: &[BackgroundRow],
    shapes: &[Vec<u8>],
) -> Attempt<bool> {
    let mut select =
        connection.prepare(&format!("SELECT geom, name, class FROM {table} WHERE source = ?1 ORDER BY fid"))?;
    let mut here = select.query([source])?;
    for (row, shape) in rows.iter().zip(shapes) {
        let Some(old) = here.next()? else { return Ok(false) };
        let (name, class): (Option<String>, Option<String>) = (old.get(1)?, old.get(2)?);
        if old.get_ref(0)?.as_blob_or_null().unwrap_or(None) != Some(shape) || name != row.name || class != row.class {
            return Ok(false);
        }
    }
    Ok(here.next()?.is_none())
}

/// See [`super::super::Store::background`].
pub(super) fn background(
    connection: &Connection,
    place: &Place<'_>,
    kind: Background,
    window: &Window,
) -> Attempt<Features> {
    let query = Query {
        table: table(kind).0,
        properties: "json_object('name', name, 'class', class, 'source', source)",
        condition: "?1 = ?2",
        order: "fid",
        arguments: ["", ""],
    };
    page(connection, place, &query, window)
}

/// What [`page`] asks for; all but the arguments are words of ours.
pub(super) struct Query<'a> {
    pub table: &'a str,
    /// An expression that gives the properties as JSON.
    pub properties: &'a str,
    /// A condition on the arguments `?1` and `?2`.
    pub condition: &'a str,
    pub order: &'a str,
    pub arguments: [&'a str; 2],
}

/// A page of a feature table.
pub(super) fn page(
    connection: &Connection,
    place: &Place<'_>,
    query: &Query<'_>,
    window: &Window,
) -> Attempt<Features> {
    let sql = |text: &str| {
        text.replace("{t}", query.table)
            .replace("{x}", &rtree::name(query.table))
            .replace("{p}", query.properties)
            .replace("{w}", query.condition)
            .replace("{o}", query.order)
    };
    let side = |side: fn(Bbox) -> f64| window.bbox.map(side);
    let sides = [side(|b| b.min_x), side(|b| b.max_x), side(|b| b.min_y), side(|b| b.max_y)];
    let [first, second] = query.arguments;
    let total = connection.query_row(
        &sql(include_str!("../sql/count_features.sql")),
        params![first, second, sides[0], sides[1], sides[2], sides[3]],
        |row| row.get(0),
    )?;
    let mut select = connection.prepare(&sql(include_str!("../sql/select_features.sql")))?;
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut found = select.query(params![
        first,
        second,
        sides[0],
        sides[1],
        sides[2],
        sides[3],
        whole(window.limit),
        whole(window.offset)
    ])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let (key, properties): (i64, String) = (row.get(0)?, row.get(2)?);
        let geometry = row.get_ref(1)?.as_blob_or_null().unwrap_or(None).and_then(blob::geometry_of);
        let Ok(properties) = serde_json::from_str(&properties) else {
            return Err(place.bad_value(query.table, key.to_string(), "properties", properties));
        };
        rows.push(Feature { key, geometry: geometry.filter(not_empty), properties });
    }
    Ok(Features { total, rows })
}

fn not_empty(geometry: &Geometry<f64>) -> bool {
    use geo::CoordsIter as _;
    geometry.coords_count() > 0
}
