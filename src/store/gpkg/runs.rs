//! Results in the embedded store: a feature table for each geometry, so that any method's layers fit.
//!
//! A row's values stand in `properties`, as JSON in the layer's order of columns. A few stand in columns of their own
//! as well, so that QGIS can sort and label by them: `rang`, `n`, `namn`, `kind`.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde_json::{Map, Value};

use super::super::{Error, Features, LayerColumn, RunLayer, RunRecord, RunSummary, Window};
use super::{Attempt, Place, background};
use crate::domain::{Column, Geometries, GeometryKind, Kind, Layer, Values};
use crate::geopackage::blob;
use crate::geopackage::container;
use crate::geopackage::rtree::Touched;

/// Every table that holds results.
const TABLES: [GeometryKind; 3] = [GeometryKind::Area, GeometryKind::Line, GeometryKind::Point];

/// Columns that hold the number of events of a row: the first that a layer has.
const NUMBER: [&str; 4] = ["n", "antal", "antal_olyckor", "antal_handelser"];

const fn table(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Area => "hotspots",
        GeometryKind::Line => "hotspot_lines",
        GeometryKind::Point => "hotspot_points",
    }
}

const fn word(kind: GeometryKind) -> &'static str {
    match kind {
        GeometryKind::Area => "area",
        GeometryKind::Line => "line",
        GeometryKind::Point => "point",
    }
}

/// See [`super::super::Store::save_run`].
pub(super) fn save(transaction: &Transaction<'_>, place: &Place<'_>, run: &RunRecord, layers: &[Layer]) -> Attempt<()> {
    for kind in TABLES {
        container::suspend(transaction, table(kind))?;
        transaction.execute(&format!("DELETE FROM {} WHERE run_id = ?1", table(kind)), [&run.id])?;
    }
    for table in ["runs", "run_layers"] {
        container::suspend(transaction, table)?;
    }
    transaction.execute("DELETE FROM run_layers WHERE run_id = ?1", [&run.id])?;
    transaction.execute(
        include_str!("../sql/put_run.sql"),
        params![run.id, run.method, run.kind.map(Kind::code), run.title, run.passport.to_json()],
    )?;
    for layer in layers {
        save_layer(transaction, place, &run.id, layer)?;
    }
    for kind in TABLES {
        container::resume(transaction, table(kind), &Touched::All, &run.passport.vintage)?;
        set_passports(transaction, table(kind), &run.passport.vintage)?;
    }
    container::resume(transaction, "runs", &Touched::All, &run.passport.vintage)?;
    Ok(())
}

fn save_layer(transaction: &Transaction<'_>, place: &Place<'_>, run_id: &str, layer: &Layer) -> Attempt<()> {
    // No table of the store holds results without places yet: what needs none is counted again each time.
    let Some(kind) = layer.geometries.kind() else { return Ok(()) };
    let columns: Vec<LayerColumn> = layer
        .columns
        .iter()
        .map(|c| LayerColumn { name: c.name.clone(), alias: c.alias.clone(), visible: c.visible })
        .collect();
    let columns = serde_json::to_string(&columns).expect("texts are JSON");
    transaction.execute(
        include_str!("../sql/insert_run_layer.sql"),
        params![run_id, layer.name, word(kind), layer.title, layer.description, columns, layer.geometries.len() as u64],
    )?;
    let find = |names: &[&str]| names.iter().find_map(|name| layer.columns.iter().find(|column| column.name == *name));
    let (rank, number) = (find(&["rang", "rank"]), find(&NUMBER));
    let (name, event_kind) = (find(&["namn", "name"]), find(&["kind"]));
    let mut insert = transaction.prepare(&format!(
        "INSERT INTO {} (geom, run_id, layer, rang, n, namn, kind, properties) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        table(kind)
    ))?;
    for row in 0..layer.geometries.len() {
        let properties: Map<String, Value> =
            layer.columns.iter().map(|column| (column.name.clone(), value(column, row))).collect();
        insert.execute(params![
            geometry(place, layer, row)?,
            run_id,
            layer.name,
            rank.and_then(|column| whole(column, row)),
            number.and_then(|column| whole(column, row)),
            name.and_then(|column| text(column, row)),
            event_kind.and_then(|column| text(column, row)),
            Value::Object(properties).to_string()
        ])?;
    }
    Ok(())
}

fn geometry(place: &Place<'_>, layer: &Layer, row: usize) -> Attempt<Option<Vec<u8>>> {
    match &layer.geometries {
        Geometries::Points(points) => {
            Ok(points.get(row).copied().flatten().map(|[x, y]| blob::point_blob(place.srs, x, y).to_vec()))
        }
        Geometries::Shapes(kind, shapes) => {
            let Some(Some(shape)) = shapes.get(row) else { return Ok(None) };
            let wrong = || Error::WrongGeometry { file: place.file(), layer: layer.name.clone(), row: row as u64 + 1 };
            Ok(Some(blob::shape_blob(place.srs, *kind, shape).ok_or_else(wrong)?))
        }
        Geometries::Absent(_) => Ok(None),
    }
}

fn value(column: &Column, row: usize) -> Value {
    match &column.values {
        Values::Integer(values) => values.get(row).map_or(Value::Null, Value::from),
        Values::Real(values) => values.get(row).map_or(Value::Null, Value::from),
        Values::Text(values) => values.get(row).map_or(Value::Null, Value::from),
        Values::Bool(values) => values.get(row).map_or(Value::Null, Value::from),
    }
}

fn whole(column: &Column, row: usize) -> Option<i64> {
    if let Values::Integer(values) = &column.values { values.get(row) } else { None }
}

fn text(column: &Column, row: usize) -> Option<&str> {
    if let Values::Text(values) = &column.values { values.get(row) } else { None }
}

/// The passports of all results in a table, as a JSON list by run, in the file's own metadata.
pub(super) fn set_passports(transaction: &Transaction<'_>, table: &str, stamp: &str) -> Attempt<()> {
    let sql = format!("SELECT passport FROM runs WHERE id IN (SELECT run_id FROM {table}) ORDER BY id");
    let mut select = transaction.prepare(&sql)?;
    let passports = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    if !passports.is_empty() {
        container::set_passport(transaction, Some(table), &format!("[{}]", passports.join(",")), stamp)?;
    }
    Ok(())
}

/// See [`super::super::Store::runs`].
pub(super) fn runs(connection: &Connection, place: &Place<'_>) -> Attempt<Vec<RunSummary>> {
    let mut select = connection.prepare("SELECT id, method, kind, title, passport FROM runs ORDER BY id")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, kind, passport): (String, Option<String>, String) = (row.get(0)?, row.get(2)?, row.get(4)?);
        let kind = match kind {
            None => None,
            Some(kind) => Some(Kind::from_code(&kind).ok_or_else(|| place.bad_value("runs", &id, "kind", kind))?),
        };
        let Ok(passport) = serde_json::from_str(&passport) else {
            return Err(place.bad_value("runs", id, "passport", passport));
        };
        let layers = layers(connection, place, &id)?;
        found.push(RunSummary {
            run: RunRecord { id, method: row.get(1)?, kind, title: row.get(3)?, passport },
            layers,
        });
    }
    Ok(found)
}

fn layers(connection: &Connection, place: &Place<'_>, run_id: &str) -> Attempt<Vec<RunLayer>> {
    let sql =
        "SELECT layer, geometry, title, description, columns, features FROM run_layers WHERE run_id = ?1 ORDER BY fid";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query([run_id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (geometry, columns): (String, String) = (row.get(1)?, row.get(4)?);
        let Some(geometry) = TABLES.into_iter().find(|kind| word(*kind) == geometry) else {
            return Err(place.bad_value("run_layers", run_id, "geometry", geometry));
        };
        let Ok(columns) = serde_json::from_str(&columns) else {
            return Err(place.bad_value("run_layers", run_id, "columns", columns));
        };
        found.push(RunLayer {
            name: row.get(0)?,
            title: row.get(2)?,
            description: row.get(3)?,
            geometry,
            columns,
            features: row.get(5)?,
        });
    }
    Ok(found)
}

/// See [`super::super::Store::run_features`].
pub(super) fn features(
    connection: &Connection,
    place: &Place<'_>,
    run_id: &str,
    layer: &str,
    window: &Window,
) -> Attempt<Features> {
    let sql = "SELECT geometry FROM run_layers WHERE run_id = ?1 AND layer = ?2";
    let found: Option<String> = connection.query_row(sql, [run_id, layer], |row| row.get(0)).optional()?;
    let Some(kind) = TABLES.into_iter().find(|kind| found.as_deref() == Some(word(*kind))) else {
        let (run, layer) = (run_id.to_owned(), layer.to_owned());
        return Err(Error::NoSuchLayer { file: place.file(), run, layer }.into());
    };
    background::page(
        connection,
        place,
        &background::Query {
            table: table(kind),
            properties: "properties",
            condition: "run_id = ?1 AND layer = ?2",
            order: "rang IS NULL, rang, fid",
            arguments: [run_id, layer],
        },
        window,
    )
}
