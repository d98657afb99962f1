//! What lies at one place, out of the embedded store.

use std::collections::BTreeMap;

use geo::Geometry;
use rusqlite::{Row, params};

use super::super::Result;
use super::super::near::{Near, Nearby, OnLink, Placed, RoadPiece, Roads};
use super::{Attempt, GpkgStore, Place, events};
use crate::domain::time::{iso_utc, second_of_iso};
use crate::domain::{Kind, RoadKeeper};
use crate::geopackage::blob;

const ROADS: &str =
    "SELECT geom, name, class, link_id, source, node_from, node_to, vaghallare, hastgrans, adt, adt_year,
  gcm_type, car, langd_m FROM roads";

impl Near for GpkgStore {
    fn events_near(&self, wanted: &Nearby) -> Result<Vec<Placed>> {
        self.look(|connection, place| {
            let mut keys: Vec<i64> = Vec::new();
            let mut add = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<()> {
                let mut select = connection.prepare(sql)?;
                let found = select.query_map(values, |row| row.get::<_, i64>(0))?;
                keys.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
                Ok(())
            };
            let bbox = wanted.bbox;
            if !bbox.is_empty() {
                let sql = "SELECT id FROM rtree_events_geom WHERE minx <= ?3 AND maxx >= ?1 AND miny <= ?4 AND maxy >= ?2";
                add(sql, &[&bbox.min_x, &bbox.min_y, &bbox.max_x, &bbox.max_y])?;
            }
            if let Some(street) = &wanted.unplaced_on {
                let (street, sql) = (street.to_lowercase(), "SELECT fid, street FROM events WHERE geom IS NULL AND street NOT NULL");
                let mut select = connection.prepare(sql)?;
                let mut rows = select.query([])?;
                while let Some(row) = rows.next()? {
                    if row.get::<_, String>(1)?.trim().to_lowercase() == street {
                        keys.push(row.get(0)?);
                    }
                }
            }
            keys.sort_unstable();
            keys.dedup();
            let found = events::with_keys(connection, place, &keys)?;
            let keys = serde_json::Value::from(keys).to_string();
            let sql = "SELECT event.id, road.link, road.along_m FROM event_roads AS road JOIN events AS event ON event.fid = road.event
              WHERE road.link NOT NULL AND road.event IN (SELECT value FROM json_each(?1))";
            let mut select = connection.prepare(sql)?;
            let roads = select.query_map([&keys], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
            let mut roads: BTreeMap<String, (String, f64)> = roads.collect::<rusqlite::Result<_>>()?;
            let found = found.into_iter().map(|event| {
                let road = roads.remove(&event.id);
                Placed { event, road }
            });
            Ok(found.collect())
        })
    }

    fn roads_near(&self, wanted: &Roads<'_>) -> Result<Vec<RoadPiece>> {
        self.look(|connection, place| {
            let mut pieces = Vec::new();
            match wanted {
                Roads::In(bbox) => {
                    let sql = format!("{ROADS} WHERE fid IN (SELECT id FROM rtree_roads_geom WHERE minx <= ?3 AND maxx >= ?1 AND miny <= ?4 AND maxy >= ?2) ORDER BY fid");
                    let mut select = connection.prepare(&sql)?;
                    let mut rows = select.query(params![bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y])?;
                    while let Some(row) = rows.next()? {
                        pieces.extend(piece(row, place)?);
                    }
                }
                Roads::Named(name) => {
                    let wanted = name.trim().to_lowercase();
                    let mut select = connection.prepare(&format!("{ROADS} WHERE name NOT NULL ORDER BY fid"))?;
                    let mut rows = select.query([])?;
                    while let Some(row) = rows.next()? {
                        let name = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                        if name.trim().to_lowercase() == wanted {
                            pieces.extend(piece(row, place)?);
                        }
                    }
                }
            }
            Ok(pieces)
        })
    }

    fn street_names(&self) -> Result<Vec<String>> {
        self.look(|connection, _| {
            let sql = "SELECT DISTINCT name FROM roads WHERE name NOT NULL AND name <> '' ORDER BY name";
            let mut select = connection.prepare(sql)?;
            Ok(select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn events_on_links(&self, kind: Kind, from: i64, to: i64, without: &[&str]) -> Result<Vec<OnLink>> {
        self.look(|connection, _| {
            let sql =
                "SELECT road.link, road.along_m FROM events AS event JOIN event_roads AS road ON road.event = event.fid
              WHERE event.kind = ?1 AND event.time_from >= ?2 AND event.time_from < ?3 AND road.link NOT NULL
                AND event.category NOT IN (SELECT value FROM json_each(?4)) ORDER BY road.link, road.along_m";
            let mut select = connection.prepare(sql)?;
            let without = serde_json::Value::from(without).to_string();
            let rows = select.query_map(params![kind.code(), iso_utc(from), iso_utc(to), without], |row| {
                Ok(OnLink { link: row.get(0)?, along_m: row.get(1)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn systems_of(&self, kind: Kind) -> Result<Vec<String>> {
        self.look(|connection, _| {
            let sql = "SELECT DISTINCT system FROM events WHERE kind = ?1 ORDER BY system";
            let mut select = connection.prepare(sql)?;
            let systems = select.query_map([kind.code()], |row| row.get(0))?;
            Ok(systems.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn span(&self, kind: Kind) -> Result<Option<(i64, i64, String)>> {
        self.look(|connection, place| {
            let sql = "SELECT min(time_from), max(time_from), max(zone) FROM events WHERE kind = ?1";
            let found: (Option<String>, Option<String>, Option<String>) =
                connection.query_row(sql, [kind.code()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let (Some(first), Some(last), zone) = found else { return Ok(None) };
            let second =
                |text: &str| second_of_iso(text).ok_or_else(|| place.bad_value("events", "", "time_from", text));
            Ok(Some((second(&first)?, second(&last)?, zone.unwrap_or_else(|| "UTC".to_owned()))))
        })
    }

    fn extent(&self, kind: Kind, from: i64, to: i64, without: &[&str]) -> Result<Option<(i64, i64)>> {
        self.look(|connection, place| {
            let sql =
                "SELECT min(time_from), max(time_to) FROM events WHERE kind = ?1 AND time_from >= ?2 AND time_from < ?3
              AND category NOT IN (SELECT value FROM json_each(?4))";
            let without = serde_json::Value::from(without).to_string();
            let values = params![kind.code(), iso_utc(from), iso_utc(to), without];
            let found: (Option<String>, Option<String>) =
                connection.query_row(sql, values, |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (Some(first), Some(last)) = found else { return Ok(None) };
            let second =
                |text: &str| second_of_iso(text).ok_or_else(|| place.bad_value("events", "", "time_from", text));
            Ok(Some((second(&first)?, second(&last)?)))
        })
    }
}

fn keeper(word: Option<String>, link: &str, place: &Place<'_>) -> Attempt<Option<RoadKeeper>> {
    let known = |word: String| {
        RoadKeeper::from_code(&word).ok_or_else(|| place.bad_value("roads", link, "vaghallare", word.clone()))
    };
    word.map(known).transpose()
}

/// The lines of one row: a road that is only drawn may have several.
fn piece(row: &Row<'_>, place: &Place<'_>) -> Attempt<Vec<RoadPiece>> {
    let link: Option<String> = row.get(3)?;
    let lines = match row.get_ref(0)?.as_blob_or_null().unwrap_or(None).and_then(blob::geometry_of) {
        Some(Geometry::MultiLineString(lines)) => lines.0,
        Some(Geometry::LineString(line)) => vec![line],
        _ => Vec::new(),
    };
    let nodes = (row.get::<_, Option<u32>>(5)?, row.get::<_, Option<u32>>(6)?);
    let source: String = row.get(4)?;
    let ends =
        if let (Some(from), Some(to), Some(_)) = (nodes.0, nodes.1, &link) { Some((source, from, to)) } else { None };
    let adt: Option<u32> = row.get(9)?;
    let year: Option<u16> = row.get(10)?;
    let whole = RoadPiece {
        keeper: keeper(row.get(7)?, link.as_deref().unwrap_or_default(), place)?,
        link,
        ends,
        street: row.get(1)?,
        class: row.get(2)?,
        speed: row.get(8)?,
        adt: adt.map(|adt| (adt, year)),
        gcm_type: row.get(11)?,
        car: row.get(12)?,
        length_m: row.get::<_, Option<f64>>(13)?.unwrap_or(0.0),
        line: Vec::new(),
    };
    let line = |line: geo::LineString<f64>| RoadPiece {
        line: line.coords().map(|coord| [coord.x, coord.y]).collect(),
        ..whole.clone()
    };
    Ok(lines.into_iter().map(line).collect())
}
