//! The road of each event in the embedded store.

use std::collections::HashMap;

use rusqlite::{Connection, Transaction, params};

use super::super::EventRoad;
use super::{Attempt, Place};
use crate::domain::passport::NO_VINTAGE;
use crate::geopackage::container;
use crate::geopackage::rtree::Touched;

/// See [`super::super::Store::put_event_roads`].
pub(super) fn put(transaction: &Transaction<'_>, place: &Place<'_>, rows: &[EventRoad]) -> Attempt<bool> {
    if all(transaction, place)? == rows {
        return Ok(false);
    }
    let mut select = transaction.prepare("SELECT id, fid FROM events")?;
    let keys = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let keys: HashMap<String, i64> = keys.collect::<rusqlite::Result<_>>()?;
    container::suspend(transaction, "event_roads")?;
    transaction.execute("DELETE FROM event_roads", [])?;
    let sql = "INSERT INTO event_roads (event, link, along_m, distance_m, choice) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = transaction.prepare(sql)?;
    for row in rows {
        if let Some(key) = keys.get(&row.event) {
            insert.execute(params![key, row.link, row.along_m, row.distance_m, row.choice])?;
        }
    }
    container::resume(transaction, "event_roads", &Touched::All, NO_VINTAGE)?;
    Ok(true)
}

/// See [`super::super::Store::event_roads`].
pub(super) fn all(connection: &Connection, _place: &Place<'_>) -> Attempt<Vec<EventRoad>> {
    let mut select = connection.prepare(include_str!("../sql/select_event_roads.sql"))?;
    let rows = select.query_map([], |row| {
        Ok(EventRoad {
            event: row.get(0)?,
            link: row.get(1)?,
            along_m: row.get(2)?,
            distance_m: row.get(3)?,
            choice: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
