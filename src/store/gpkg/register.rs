//! The register of places in the embedded store.

use std::collections::HashMap;

use geo::Geometry;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::register::{Choice, EventPlace, PlacedBy, RegisterStore};
use super::super::{Error, Result};
use super::{Attempt, GpkgStore, Place};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::{GeometryKind, PlaceKind, Placed, Position, RegisterPlace};
use crate::geopackage::rtree::Touched;
use crate::geopackage::{blob, container};

impl RegisterStore for GpkgStore {
    fn put_register(&mut self, source: &str, places: &[RegisterPlace]) -> Result<bool> {
        self.attempt(|transaction, place| put(transaction, place, source, places))
    }

    fn register(&self) -> Result<Vec<RegisterPlace>> {
        self.look(|connection, place| register(connection, place, None))
    }

    fn find_places(&self, text: &str) -> Result<Vec<RegisterPlace>> {
        let wanted = text.trim().to_lowercase();
        let is = |text: &str| text.trim().to_lowercase() == wanted;
        let mut found = self.register()?;
        found.retain(|place| {
            let one = [&place.name, &place.object, &place.property].into_iter().flatten();
            is(&place.id) || one.chain(&place.addresses).chain(&place.earlier).any(|text| is(text))
        });
        found.sort_by(|a, b| (&a.id, &a.source, a.row).cmp(&(&b.id, &b.source, b.row)));
        Ok(found)
    }

    fn choices(&self) -> Result<Vec<Choice>> {
        self.look(choices)
    }

    fn put_choices(&mut self, choices: &[Choice]) -> Result<u64> {
        self.attempt(|transaction, _| put_choices(transaction, choices))
    }

    fn forget_choices(&mut self, choices: &[Choice]) -> Result<u64> {
        self.attempt(|transaction, _| {
            let sql = "DELETE FROM place_choices WHERE system = ?1 AND choice_key = ?2 AND choice_context = ?3";
            let mut delete = transaction.prepare(sql)?;
            let mut count = 0;
            for choice in choices {
                count += delete.execute([&choice.system, &choice.key, &choice.context])? as u64;
            }
            Ok(count)
        })
    }

    fn erase_choices(&mut self, system: &str) -> Result<u64> {
        self.attempt(|transaction, _| {
            Ok(transaction.execute("DELETE FROM place_choices WHERE system = ?1", [system])? as u64)
        })
    }

    fn place_events(&mut self, rows: &[EventPlace]) -> Result<u64> {
        self.attempt(|transaction, place| place_events(transaction, place, rows))
    }

    fn unplace_events(&mut self, events: &[String]) -> Result<u64> {
        self.attempt(|transaction, _| unplace_events(transaction, events))
    }

    fn event_places(&self) -> Result<Vec<EventPlace>> {
        self.look(event_places)
    }
}

fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("texts are JSON")
}

fn put(transaction: &Transaction<'_>, place: &Place<'_>, source: &str, places: &[RegisterPlace]) -> Attempt<bool> {
    let mut old = register(transaction, place, Some(source))?;
    let mut new: Vec<RegisterPlace> = places.to_vec();
    for row in &mut new {
        source.clone_into(&mut row.source);
    }
    if old == new {
        return Ok(false);
    }
    old.clear();
    for table in ["register_places", "register_areas"] {
        container::suspend(transaction, table)?;
        transaction.execute(&format!("DELETE FROM {table} WHERE source = ?1"), [source])?;
    }
    let mut insert = transaction.prepare(include_str!("../sql/insert_register_place.sql"))?;
    let mut insert_area =
        transaction.prepare("INSERT INTO register_areas (geom, id, name, source, row) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for row in &new {
        insert.execute(params![
            row.at.map(|[x, y]| blob::point_blob(place.srs, x, y).to_vec()),
            row.id,
            row.kind.code(),
            row.name,
            row.object,
            row.property,
            list(&row.addresses),
            list(&row.earlier),
            row.department,
            row.activity,
            row.class,
            row.extent_m,
            source,
            row.row
        ])?;
        if let Some(area) = &row.area {
            let wrong = || Error::WrongGeometry {
                file: place.file(),
                layer: "register_areas".to_owned(),
                row: u64::from(row.row),
            };
            let shape = blob::shape_blob(place.srs, GeometryKind::Area, &Geometry::MultiPolygon(area.clone()));
            insert_area.execute(params![shape.ok_or_else(wrong)?, row.id, row.shown(), source, row.row])?;
        }
    }
    for table in ["register_places", "register_areas"] {
        container::resume(transaction, table, &Touched::All, NO_VINTAGE)?;
    }
    Ok(true)
}

/// The places of one source or of all, each with its area.
fn register(connection: &Connection, place: &Place<'_>, source: Option<&str>) -> Attempt<Vec<RegisterPlace>> {
    let mut select = connection
        .prepare("SELECT source, row, id, geom FROM register_areas WHERE ?1 IS NULL OR source = ?1 ORDER BY fid")?;
    let mut rows = select.query([source])?;
    let mut areas = HashMap::new();
    while let Some(row) = rows.next()? {
        let key: (String, u32, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(Geometry::MultiPolygon(area)) =
            row.get_ref(3)?.as_blob_or_null().unwrap_or(None).and_then(blob::geometry_of)
        {
            areas.insert(key, area);
        }
    }
    let sql =
        "SELECT geom, id, kind, name, object_number, property, addresses, earlier_names, department, activity, class,
               extent_m, source, row FROM register_places WHERE ?1 IS NULL OR source = ?1 ORDER BY source, fid";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([source])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(1)?;
        let bad = |column: &str, value: String| place.bad_value("register_places", &id, column, value);
        let texts = |at: usize, column: &str| -> Attempt<Vec<String>> {
            let text: String = row.get(at)?;
            serde_json::from_str(&text).map_err(|_| bad(column, text))
        };
        let kind: String = row.get(2)?;
        let (source, number): (String, u32) = (row.get(12)?, row.get(13)?);
        found.push(RegisterPlace {
            kind: PlaceKind::from_code(&kind).ok_or_else(|| bad("kind", kind))?,
            name: row.get(3)?,
            object: row.get(4)?,
            property: row.get(5)?,
            addresses: texts(6, "addresses")?,
            earlier: texts(7, "earlier_names")?,
            department: row.get(8)?,
            activity: row.get(9)?,
            class: row.get(10)?,
            at: row.get_ref(0)?.as_blob_or_null().unwrap_or(None).and_then(blob::point_of),
            extent_m: row.get(11)?,
            area: areas.remove(&(source.clone(), number, id.clone())),
            source,
            row: number,
            id,
        });
    }
    Ok(found)
}

fn choices(connection: &Connection, _place: &Place<'_>) -> Attempt<Vec<Choice>> {
    let sql = "SELECT system, choice_key, choice_context, written, place_id FROM place_choices";
    let mut select = connection.prepare(sql)?;
    let rows = select.query_map([], |row| {
        Ok(Choice {
            system: row.get(0)?,
            key: row.get(1)?,
            context: row.get(2)?,
            written: row.get(3)?,
            place: row.get(4)?,
        })
    })?;
    let mut found: Vec<Choice> = rows.collect::<rusqlite::Result<_>>()?;
    found.sort();
    Ok(found)
}

fn put_choices(transaction: &Transaction<'_>, new: &[Choice]) -> Attempt<u64> {
    let one = "SELECT place_id FROM place_choices WHERE system = ?1 AND choice_key = ?2 AND choice_context = ?3";
    let mut select = transaction.prepare(one)?;
    let sql =
        "INSERT INTO place_choices (system, choice_key, choice_context, written, place_id) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (system, choice_key, choice_context) DO UPDATE SET place_id = ?5";
    let mut insert = transaction.prepare(sql)?;
    let mut count = 0;
    for choice in new {
        let key = [&choice.system, &choice.key, &choice.context];
        let old: Option<Option<String>> = select.query_row(key, |row| row.get(0)).optional()?;
        if old.as_ref() != Some(&choice.place) {
            insert.execute(params![choice.system, choice.key, choice.context, choice.written, choice.place])?;
            count += 1;
        }
    }
    Ok(count)
}

fn place_events(transaction: &Transaction<'_>, place: &Place<'_>, rows: &[EventPlace]) -> Attempt<u64> {
    for table in ["events", "event_places"] {
        container::suspend(transaction, table)?;
    }
    let last: i64 = transaction.query_row("SELECT coalesce(max(fid), 0) FROM events", [], |row| row.get(0))?;
    let mut changed = Vec::new();
    {
        let mut find = transaction.prepare("SELECT fid FROM events WHERE id = ?1 AND geom IS NULL")?;
        let mut update =
            transaction.prepare("UPDATE events SET geom = ?2, accuracy_m = ?3, placed = ?4 WHERE fid = ?1")?;
        let sql = "INSERT INTO event_places (event, place_id, written, placed_by, certainty, evidence)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut insert = transaction.prepare(sql)?;
        for row in rows {
            let Some(fid) = find.query_row([&row.event], |row| row.get::<_, i64>(0)).optional()? else { continue };
            let at = blob::point_blob(place.srs, row.position.x, row.position.y);
            update.execute(params![fid, at.as_slice(), row.position.accuracy_m, row.position.placed.code()])?;
            insert.execute(params![fid, row.place, row.written, row.by.code(), row.certainty, row.evidence])?;
            changed.push(fid);
        }
    }
    resume(transaction, last, changed)
}

fn unplace_events(transaction: &Transaction<'_>, events: &[String]) -> Attempt<u64> {
    for table in ["events", "event_places"] {
        container::suspend(transaction, table)?;
    }
    let last: i64 = transaction.query_row("SELECT coalesce(max(fid), 0) FROM events", [], |row| row.get(0))?;
    let mut changed = Vec::new();
    {
        let sql = "SELECT e.fid FROM events e JOIN event_places p ON p.event = e.fid WHERE e.id = ?1";
        let mut find = transaction.prepare(sql)?;
        let mut update =
            transaction.prepare("UPDATE events SET geom = NULL, accuracy_m = NULL, placed = NULL WHERE fid = ?1")?;
        // The trigger does the same where the position was ours; a row is never left behind.
        let mut delete = transaction.prepare("DELETE FROM event_places WHERE event = ?1")?;
        for event in events {
            let Some(fid) = find.query_row([event], |row| row.get::<_, i64>(0)).optional()? else { continue };
            update.execute([fid])?;
            delete.execute([fid])?;
            changed.push(fid);
        }
    }
    resume(transaction, last, changed)
}

/// Brings index and counts up to date; returns how many events changed.
fn resume(transaction: &Transaction<'_>, last: i64, changed: Vec<i64>) -> Attempt<u64> {
    let count = changed.len() as u64;
    container::resume(transaction, "events", &Touched::Some { after: last, changed }, NO_VINTAGE)?;
    container::resume(transaction, "event_places", &Touched::All, NO_VINTAGE)?;
    Ok(count)
}

fn event_places(connection: &Connection, place: &Place<'_>) -> Attempt<Vec<EventPlace>> {
    let mut select = connection.prepare(include_str!("../sql/select_event_places.sql"))?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let event: String = row.get(0)?;
        let bad = |column: &str, value: String| place.bad_value("event_places", &event, column, value);
        let by: String = row.get(3)?;
        let placed: Option<String> = row.get(8)?;
        let placed = placed.unwrap_or_default();
        let point = row.get_ref(6)?.as_blob_or_null().unwrap_or(None).and_then(blob::point_of);
        let [x, y] = point.ok_or_else(|| bad("geom", String::new()))?;
        found.push(EventPlace {
            place: row.get(1)?,
            written: row.get(2)?,
            by: PlacedBy::from_code(&by).ok_or_else(|| bad("placed_by", by))?,
            certainty: row.get(4)?,
            evidence: row.get(5)?,
            position: Position {
                x,
                y,
                accuracy_m: row.get(7)?,
                placed: Placed::from_code(&placed).ok_or_else(|| bad("placed", placed))?,
            },
            event,
        });
    }
    Ok(found)
}
