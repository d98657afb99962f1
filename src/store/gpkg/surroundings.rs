//! Measures and conditions in the embedded store: a table for points and what has no place, one for lines, one for areas.

use std::collections::BTreeMap;

use geo::Geometry;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, Transaction};

use super::super::surroundings::{Put, Surroundings};
use super::super::{Error, Result};
use super::{Attempt, GpkgStore, Place};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{Condition, ConditionKind, GeometryKind, Measure, Ore};
use crate::geopackage::rtree::Touched;
use crate::geopackage::{blob, container};

/// The word in the store for a cost whose source the register does not tell.
const UNSOURCED: &str = "ej angiven";

/// What is kept in three tables of the same columns.
trait Kept: PartialEq + Sized {
    /// Tables of points, lines and areas.
    const TABLES: [&'static str; 3];
    /// Columns after the geometry and the id, but for the source.
    const COLUMNS: &'static str;
    fn id(&self) -> &str;
    fn source(&self) -> &str;
    fn shape(&self) -> Option<&Geometry<f64>>;
    /// Values of the columns.
    fn values(&self) -> Vec<Box<dyn ToSql + '_>>;
    /// From a row `id, geom, source, columns`.
    fn read(row: &Row<'_>, place: &Place<'_>, table: &str) -> Attempt<Self>;
}

impl Kept for Measure {
    const TABLES: [&'static str; 3] = ["measures", "measure_lines", "measure_areas"];
    const COLUMNS: &'static str = "kind, name, period_from, period_to, year, cost_ore, cost_source";

    fn id(&self) -> &str {
        &self.id
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn shape(&self) -> Option<&Geometry<f64>> {
        self.shape.as_ref()
    }

    fn values(&self) -> Vec<Box<dyn ToSql + '_>> {
        let unsourced = self.cost.map(|_| UNSOURCED.to_owned());
        vec![
            Box::new(&self.kind),
            Box::new(&self.name),
            Box::new(&self.from),
            Box::new(&self.until),
            Box::new(self.year()),
            Box::new(self.cost.map(|cost| cost.0)),
            Box::new(self.cost_source.clone().or(unsourced)),
        ]
    }

    fn read(row: &Row<'_>, place: &Place<'_>, table: &str) -> Attempt<Self> {
        let id: String = row.get("id")?;
        let source: Option<String> = row.get("cost_source")?;
        Ok(Self {
            kind: row.get("kind")?,
            name: row.get("name")?,
            from: row.get("period_from")?,
            until: row.get("period_to")?,
            cost: row.get::<_, Option<i64>>("cost_ore")?.map(Ore),
            cost_source: source.filter(|source| source != UNSOURCED),
            shape: shape(row, place, table, &id)?,
            source: row.get("source")?,
            id,
        })
    }
}

impl Kept for Condition {
    const TABLES: [&'static str; 3] = ["conditions", "condition_lines", "condition_areas"];
    const COLUMNS: &'static str = "kind, what, street, period, value, unit";

    fn id(&self) -> &str {
        &self.id
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn shape(&self) -> Option<&Geometry<f64>> {
        self.shape.as_ref()
    }

    fn values(&self) -> Vec<Box<dyn ToSql + '_>> {
        vec![
            Box::new(self.kind.code()),
            Box::new(&self.what),
            Box::new(&self.street),
            Box::new(&self.period),
            Box::new(self.value),
            Box::new(&self.unit),
        ]
    }

    fn read(row: &Row<'_>, place: &Place<'_>, table: &str) -> Attempt<Self> {
        let (id, kind): (String, String) = (row.get("id")?, row.get("kind")?);
        let bad = || place.bad_value(table, id.clone(), "kind", kind.clone());
        Ok(Self {
            kind: ConditionKind::from_code(&kind).ok_or_else(bad)?,
            what: row.get("what")?,
            street: row.get("street")?,
            period: row.get("period")?,
            value: row.get("value")?,
            unit: row.get("unit")?,
            shape: shape(row, place, table, &id)?,
            source: row.get("source")?,
            id,
        })
    }
}

/// The shape of a row: one part where the multi-part geometry has one, as it was given.
fn shape(row: &Row<'_>, place: &Place<'_>, table: &str, id: &str) -> Attempt<Option<Geometry<f64>>> {
    let Some(bytes) = row.get_ref("geom")?.as_blob_or_null().unwrap_or(None) else { return Ok(None) };
    if blob::is_empty(bytes) {
        return Ok(None);
    }
    let found = blob::geometry_of(bytes).ok_or_else(|| place.bad_value(table, id, "geom", ""))?;
    Ok(Some(single(found)))
}

/// A multi-part geometry of one part is that part; the rest stays. What is kept is compared in this form.
fn single(shape: Geometry<f64>) -> Geometry<f64> {
    match shape {
        Geometry::MultiLineString(mut lines) if lines.0.len() == 1 => lines.0.remove(0).into(),
        Geometry::MultiPolygon(mut areas) if areas.0.len() == 1 => areas.0.remove(0).into(),
        Geometry::MultiPoint(mut points) if points.0.len() == 1 => points.0.remove(0).into(),
        other => other,
    }
}

/// Which of the three tables a shape belongs in, and its blob.
fn filed(place: &Place<'_>, shape: Option<&Geometry<f64>>) -> Option<(usize, Option<Vec<u8>>)> {
    let Some(shape) = shape else { return Some((0, None)) };
    let kinds = [GeometryKind::Point, GeometryKind::Line, GeometryKind::Area];
    let blobs = kinds.iter().map(|kind| blob::shape_blob(place.srs, *kind, shape));
    blobs.enumerate().find_map(|(table, blob)| Some((table, Some(blob?))))
}

fn all<T: Kept>(connection: &Connection, place: &Place<'_>) -> Attempt<Vec<T>> {
    let mut found = Vec::new();
    for table in T::TABLES {
        let sql = format!("SELECT id, geom, source, {} FROM {table}", T::COLUMNS);
        let mut select = connection.prepare(&sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            found.push(T::read(row, place, table)?);
        }
    }
    found.sort_by(|a: &T, b: &T| a.id().cmp(b.id()));
    Ok(found)
}

fn put<T: Kept>(transaction: &Transaction<'_>, place: &Place<'_>, source: &str, rows: &[T]) -> Attempt<Put> {
    let here: Vec<T> = all(transaction, place)?;
    let mut old: BTreeMap<&str, &T> = here.iter().map(|row| (row.id(), row)).collect();
    let mut done = Put::default();
    let mut fresh: BTreeMap<&str, &T> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        if fresh.contains_key(row.id()) {
            done.present += 1;
            continue;
        }
        match old.get(row.id()) {
            Some(kept) if kept.source() != source => {
                if same_but_source(place, *kept, row)? {
                    done.present += 1;
                } else {
                    done.elsewhere.push(index);
                }
                continue;
            }
            Some(kept) if same_but_source(place, *kept, row)? => done.present += 1,
            Some(_) => done.changed += 1,
            None => done.accepted += 1,
        }
        fresh.insert(row.id(), row);
    }
    old.retain(|id, row| row.source() == source && !fresh.contains_key(id));
    done.removed = old.len() as u64;
    if done.accepted == 0 && done.changed == 0 && done.removed == 0 {
        return Ok(done);
    }
    for table in T::TABLES {
        container::suspend(transaction, table)?;
        transaction.execute(&format!("DELETE FROM {table} WHERE source = ?1"), [source])?;
    }
    for row in fresh.values() {
        let wrong = || Error::WrongGeometry { file: place.file(), layer: T::TABLES[0].to_owned(), row: 0 };
        let (table, blob) = filed(place, row.shape()).ok_or_else(wrong)?;
        let values = row.values();
        let marks: Vec<String> = (4..4 + values.len()).map(|number| format!("?{number}")).collect();
        let sql = format!(
            "INSERT INTO {} (geom, id, source, {}) VALUES (?1, ?2, ?3, {})",
            T::TABLES[table],
            T::COLUMNS,
            marks.join(", ")
        );
        let (id, blob) = (row.id(), blob);
        let mut given: Vec<&dyn ToSql> = vec![&blob, &id, &source];
        given.extend(values.iter().map(AsRef::as_ref));
        transaction.prepare_cached(&sql)?.execute(given.as_slice())?;
    }
    for table in T::TABLES {
        container::resume(transaction, table, &Touched::All, NO_VINTAGE)?;
    }
    Ok(done)
}

/// Whether two rows tell the same, whichever file told it.
fn same_but_source<T: Kept>(place: &Place<'_>, a: &T, b: &T) -> Attempt<bool> {
    if filed(place, a.shape()) != filed(place, b.shape()) {
        return Ok(false);
    }
    let owned = |row: &T| -> rusqlite::Result<Vec<rusqlite::types::Value>> {
        row.values().iter().map(|value| value.to_sql().map(owned_value)).collect()
    };
    Ok(owned(a)? == owned(b)?)
}

fn owned_value(value: rusqlite::types::ToSqlOutput<'_>) -> rusqlite::types::Value {
    match value {
        rusqlite::types::ToSqlOutput::Owned(value) => value,
        rusqlite::types::ToSqlOutput::Borrowed(value) => value.into(),
        _ => rusqlite::types::Value::Null,
    }
}

impl Surroundings for GpkgStore {
    fn measures(&self) -> Result<Vec<Measure>> {
        self.look(all)
    }

    fn conditions(&self) -> Result<Vec<Condition>> {
        let mut found: Vec<Condition> = self.look(all)?;
        found.sort_by_key(|row| row.kind);
        Ok(found)
    }

    fn put_measures(&mut self, source: &str, rows: &[Measure]) -> Result<Put> {
        self.attempt(|transaction, place| put(transaction, place, source, rows))
    }

    fn put_conditions(&mut self, source: &str, rows: &[Condition]) -> Result<Put> {
        self.attempt(|transaction, place| put(transaction, place, source, rows))
    }
}
