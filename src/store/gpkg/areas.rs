//! Areas, denominators and counts in the embedded store.

use std::collections::BTreeMap;

use geo::{Geometry, MultiPolygon};
use rusqlite::{Connection, Transaction, params};

use super::super::areas::{Areas, Fate, SetAside};
use super::super::{Error, Result};
use super::{Attempt, GpkgStore, Place};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{Area, AreaTally, Exposure, GeometryKind, Tallied};
use crate::geopackage::rtree::Touched;
use crate::geopackage::{blob, container};

fn areas(connection: &Connection, place: &Place<'_>, set: Option<&str>) -> Attempt<Vec<Area>> {
    let sql = "SELECT area_set, code, name, source, geom FROM areas WHERE ?1 IS NULL OR area_set = ?1 ORDER BY 1, 2";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([set])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(1)?;
        let shape = match row.get_ref(4)?.as_blob_or_null().unwrap_or(None).and_then(blob::geometry_of) {
            Some(Geometry::MultiPolygon(shape)) => shape,
            Some(Geometry::Polygon(shape)) => shape.into(),
            None => MultiPolygon::new(Vec::new()),
            Some(_) => return Err(place.bad_value("areas", code, "geom", "")),
        };
        found.push(Area { set: row.get(0)?, name: row.get(2)?, source: row.get(3)?, shape, code });
    }
    Ok(found)
}

fn put_areas(transaction: &Transaction<'_>, place: &Place<'_>, set: &str, rows: &[Area]) -> Attempt<bool> {
    let mut wanted: Vec<&Area> = rows.iter().collect();
    wanted.sort_by(|a, b| a.code.cmp(&b.code));
    let here = areas(transaction, place, Some(set))?;
    if here.iter().eq(wanted.iter().copied()) {
        return Ok(false);
    }
    container::suspend(transaction, "areas")?;
    transaction.execute("DELETE FROM areas WHERE area_set = ?1", [set])?;
    let mut insert =
        transaction.prepare("INSERT INTO areas (geom, area_set, code, name, source) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (index, area) in wanted.iter().enumerate() {
        let shape = Geometry::MultiPolygon(area.shape.clone());
        let wrong = || Error::WrongGeometry { file: place.file(), layer: "areas".to_owned(), row: index as u64 + 1 };
        let shape = blob::shape_blob(place.srs, GeometryKind::Area, &shape).ok_or_else(wrong)?;
        insert.execute(params![shape, set, area.code, area.name, area.source])?;
    }
    container::resume(transaction, "areas", &Touched::All, NO_VINTAGE)?;
    Ok(true)
}

fn exposures(connection: &Connection, _place: &Place<'_>, set: Option<&str>) -> Attempt<Vec<Exposure>> {
    let sql = "SELECT area_set, area_code, quantity, year, value, method, source FROM area_exposures
               WHERE ?1 IS NULL OR area_set = ?1 ORDER BY 1, 2, 3, 4";
    let mut select = connection.prepare(sql)?;
    let rows = select.query_map([set], |row| {
        Ok(Exposure {
            set: row.get(0)?,
            area: row.get(1)?,
            quantity: row.get(2)?,
            year: row.get(3)?,
            value: row.get(4)?,
            method: row.get(5)?,
            source: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn put_exposures(transaction: &Transaction<'_>, place: &Place<'_>, rows: &[Exposure]) -> Attempt<bool> {
    let key = |row: &Exposure| (row.set.clone(), row.quantity.clone(), row.year);
    let mut groups: BTreeMap<(String, String, Option<i16>), Vec<&Exposure>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    let here = exposures(transaction, place, None)?;
    let mut changed = false;
    for ((set, quantity, year), mut group) in groups {
        group.sort_by(|a, b| a.area.cmp(&b.area));
        let old = here.iter().filter(|row| row.set == set && row.quantity == quantity && row.year == year);
        if old.eq(group.iter().copied()) {
            continue;
        }
        if !changed {
            container::suspend(transaction, "area_exposures")?;
            changed = true;
        }
        let sql = "DELETE FROM area_exposures WHERE area_set = ?1 AND quantity = ?2 AND year IS ?3";
        transaction.execute(sql, params![set, quantity, year])?;
        let sql = "INSERT INTO area_exposures (area_set, area_code, quantity, year, value, method, source)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = transaction.prepare_cached(sql)?;
        for row in group {
            insert.execute(params![set, row.area, quantity, year, row.value, row.method, row.source])?;
        }
    }
    if changed {
        container::resume(transaction, "area_exposures", &Touched::All, NO_VINTAGE)?;
    }
    Ok(changed)
}

fn counts(connection: &Connection, place: &Place<'_>, set: Option<&str>) -> Attempt<Vec<AreaTally>> {
    let mut select = connection.prepare(include_str!("../sql/select_area_counts.sql"))?;
    let mut rows = select.query([set])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (n, low, high): (Option<u64>, Option<u64>, Option<u64>) = (row.get(6)?, row.get(7)?, row.get(8)?);
        let (area, sheet, number) = (row.get(1)?, row.get(11)?, row.get(12)?);
        let count = match (n, low) {
            (Some(n), _) => Tallied::Known(n),
            (None, Some(low)) if high.is_none_or(|high| high >= low) => Tallied::Hidden(low, high),
            _ => {
                let area: String = area;
                return Err(place.bad_value("area_counts", area, "low", format!("{low:?}")));
            }
        };
        found.push(AreaTally {
            set: row.get(0)?,
            area,
            from: row.get(2)?,
            to: row.get(3)?,
            category: row.get(4)?,
            category_text: row.get(5)?,
            count,
            source: row.get(9)?,
            file: row.get(10)?,
            sheet,
            row: number,
        });
    }
    Ok(found)
}

fn put_counts(
    transaction: &Transaction<'_>,
    place: &Place<'_>,
    file: &str,
    rows: &[AreaTally],
    replace: bool,
    rejected: &[SetAside],
    aside: &dyn Fn(usize, Fate) -> SetAside,
) -> Attempt<Vec<Fate>> {
    type Series = (String, String, String);
    let series = |row: &AreaTally| -> Series { (row.set.clone(), row.area.clone(), row.category_text.clone()) };
    let mut here: BTreeMap<Series, Vec<AreaTally>> = BTreeMap::new();
    for row in counts(transaction, place, None)? {
        here.entry(series(&row)).or_default().push(row);
    }
    let mut fates = Vec::with_capacity(rows.len());
    let mut taken: Vec<&AreaTally> = Vec::new();
    for row in rows {
        let known = here.entry(series(row)).or_default();
        let fate = if let Some(old) = known.iter_mut().find(|old| old.is_same_cell(row)) {
            if old.count == row.count {
                Fate::Present
            } else if replace {
                old.count = row.count;
                Fate::Replaced
            } else {
                Fate::Changed
            }
        } else if known.iter().any(|old| old.from <= row.to && row.from <= old.to) {
            Fate::Overlaps
        } else {
            known.push(row.clone());
            Fate::Accepted
        };
        if fate.is_taken() {
            taken.push(row);
        }
        fates.push(fate);
    }
    if !taken.is_empty() {
        container::suspend(transaction, "area_counts")?;
        let mut insert = transaction.prepare(include_str!("../sql/put_area_count.sql"))?;
        for row in taken {
            let (n, low, high) = match row.count {
                Tallied::Known(n) => (Some(n), None, None),
                Tallied::Hidden(low, high) => (None, Some(low), high),
            };
            insert.execute(params![
                row.set,
                row.area,
                row.from,
                row.to,
                row.category,
                row.category_text,
                n,
                low,
                high,
                row.source,
                row.file,
                row.sheet,
                row.row
            ])?;
        }
        container::resume(transaction, "area_counts", &Touched::All, NO_VINTAGE)?;
    }
    let mut all: Vec<SetAside> = rejected.to_vec();
    let not_taken = fates.iter().enumerate().filter(|(_, fate)| matches!(fate, Fate::Changed | Fate::Overlaps));
    all.extend(not_taken.map(|(index, fate)| aside(index, *fate)));
    put_set_aside(transaction, place, "counts", file, &all)?;
    Ok(fates)
}

fn set_aside(connection: &Connection, place: &Place<'_>, part: &str) -> Attempt<Vec<(String, SetAside)>> {
    let sql = "SELECT file, sheet, row, column_name, value, reason, reason_text, raw FROM register_quarantine
               WHERE part = ?1 ORDER BY file, fid";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([part])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (file, raw): (String, String) = (row.get(0)?, row.get(7)?);
        let Ok(raw) = serde_json::from_str(&raw) else {
            return Err(place.bad_value("register_quarantine", file, "raw", raw));
        };
        let aside = SetAside {
            sheet: row.get(1)?,
            row: row.get(2)?,
            column: row.get(3)?,
            value: row.get(4)?,
            reason: row.get(5)?,
            reason_text: row.get(6)?,
            raw,
        };
        found.push((file, aside));
    }
    Ok(found)
}

fn put_set_aside(
    transaction: &Transaction<'_>,
    place: &Place<'_>,
    part: &str,
    file: &str,
    rows: &[SetAside],
) -> Attempt<()> {
    let here = set_aside(transaction, place, part)?;
    if here.iter().filter(|(of, _)| of == file).map(|(_, row)| row).eq(rows.iter()) {
        return Ok(());
    }
    container::suspend(transaction, "register_quarantine")?;
    transaction.execute("DELETE FROM register_quarantine WHERE part = ?1 AND file = ?2", [part, file])?;
    let sql = "INSERT INTO register_quarantine (part, file, sheet, row, column_name, value, reason, reason_text, raw)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut insert = transaction.prepare(sql)?;
    for row in rows {
        let raw = serde_json::Value::Object(row.raw.clone()).to_string();
        insert.execute(params![
            part,
            file,
            row.sheet,
            row.row,
            row.column,
            row.value,
            row.reason,
            row.reason_text,
            raw
        ])?;
    }
    container::resume(transaction, "register_quarantine", &Touched::All, NO_VINTAGE)?;
    Ok(())
}

impl Areas for GpkgStore {
    fn areas(&self, set: Option<&str>) -> Result<Vec<Area>> {
        self.look(|connection, place| areas(connection, place, set))
    }

    fn put_areas(&mut self, set: &str, rows: &[Area]) -> Result<bool> {
        self.attempt(|transaction, place| put_areas(transaction, place, set, rows))
    }

    fn exposures(&self, set: Option<&str>) -> Result<Vec<Exposure>> {
        self.look(|connection, place| exposures(connection, place, set))
    }

    fn put_exposures(&mut self, rows: &[Exposure]) -> Result<bool> {
        self.attempt(|transaction, place| put_exposures(transaction, place, rows))
    }

    fn area_counts(&self, set: Option<&str>) -> Result<Vec<AreaTally>> {
        self.look(|connection, place| counts(connection, place, set))
    }

    fn put_area_counts(
        &mut self,
        file: &str,
        rows: &[AreaTally],
        replace: bool,
        rejected: &[SetAside],
        aside: &dyn Fn(usize, Fate) -> SetAside,
    ) -> Result<Vec<Fate>> {
        self.attempt(|transaction, place| put_counts(transaction, place, file, rows, replace, rejected, aside))
    }

    fn put_set_aside(&mut self, part: &str, file: &str, rows: &[SetAside]) -> Result<()> {
        self.attempt(|transaction, place| put_set_aside(transaction, place, part, file, rows))
    }

    fn set_aside(&self, part: &str) -> Result<Vec<(String, SetAside)>> {
        self.look(|connection, place| set_aside(connection, place, part))
    }
}
