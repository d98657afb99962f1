//! Events out of the embedded store: four ordered scans, merged.

use rusqlite::{Connection, Row, params};

use super::super::{EventFilter, KindCount};
use super::{Attempt, Place};
use crate::domain::time::second_of_iso;
use crate::domain::{Element, Event, Interval, Kind, Ore, Person, Placed, Position, Secrecy, Severity, Source};
use crate::geopackage::blob;

const EVENTS: &str = include_str!("../sql/select_events.sql");
const PERSONS: &str = include_str!("../sql/select_persons.sql");
const ELEMENTS: &str = "SELECT event, fid, number, mode FROM elements";
const TEXTS: &str = "SELECT event, fid, field, value FROM event_text";

/// Which rows a scan takes.
enum Which {
    /// All of the filter: kinds and systems as JSON lists.
    All(Option<String>, Option<String>),
    /// The event with this key.
    One(i64),
    /// The events with these keys, as a JSON list.
    Keys(String),
}

/// See [`super::super::Store::events`].
pub(super) fn events(connection: &Connection, place: &Place<'_>, filter: &EventFilter) -> Attempt<Vec<Event>> {
    let list = |words: Vec<&str>| serde_json::Value::from(words).to_string();
    let kinds = filter.kinds.as_ref().map(|kinds| list(kinds.iter().map(|kind| kind.code()).collect()));
    let systems = filter.systems.as_ref().map(|systems| list(systems.iter().map(String::as_str).collect()));
    Ok(by_id(read(connection, place, &Which::All(kinds, systems), filter.free_text)?))
}

/// The events with these keys, by id and without what persons typed.
pub(super) fn with_keys(connection: &Connection, place: &Place<'_>, keys: &[i64]) -> Attempt<Vec<Event>> {
    let keys = serde_json::Value::from(keys).to_string();
    Ok(by_id(read(connection, place, &Which::Keys(keys), false)?))
}

fn by_id(found: Vec<(i64, Event)>) -> Vec<Event> {
    // Places are sorted, not the events themselves, which are large.
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_unstable_by(|a, b| found[*a].1.id.cmp(&found[*b].1.id));
    let mut found: Vec<Option<Event>> = found.into_iter().map(|(_, event)| Some(event)).collect();
    order.into_iter().filter_map(|at| found[at].take()).collect()
}

/// Events by key, each with what belongs to it.
fn read(connection: &Connection, place: &Place<'_>, which: &Which, free_text: bool) -> Attempt<Vec<(i64, Event)>> {
    let mut found: Vec<(i64, Event)> = Vec::new();
    let condition = match which {
        Which::All(..) => include_str!("../sql/filter_events.sql"),
        Which::One(_) => "WHERE fid = ?1",
        Which::Keys(_) => "WHERE fid IN (SELECT value FROM json_each(?1)) ORDER BY fid",
    };
    let mut select = connection.prepare(&format!("{EVENTS} {condition}"))?;
    let mut rows = match which {
        Which::All(kinds, systems) => select.query(params![kinds, systems])?,
        Which::One(fid) => select.query([fid])?,
        Which::Keys(keys) => select.query([keys])?,
    };
    while let Some(row) = rows.next()? {
        found.push((row.get(0)?, event(row, place)?));
    }
    merge(connection, PERSONS, which, &mut found, |event, row| {
        event.persons.push(person(row, place)?);
        Ok(())
    })?;
    merge(connection, ELEMENTS, which, &mut found, |event, row| {
        event.elements.push(Element { number: row.get(2)?, mode: row.get(3)? });
        Ok(())
    })?;
    if free_text {
        merge(connection, TEXTS, which, &mut found, |event, row| {
            event.free_text.insert(row.get(2)?, row.get(3)?);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Gives each row of a child table to its event. Both come by the event's key; rows of events that were not asked for
/// are passed over.
fn merge(
    connection: &Connection,
    sql: &str,
    which: &Which,
    events: &mut [(i64, Event)],
    mut give: impl FnMut(&mut Event, &Row<'_>) -> Attempt<()>,
) -> Attempt<()> {
    let mut select;
    let mut rows = match which {
        Which::All(..) => {
            select = connection.prepare(&format!("{sql} ORDER BY event, fid"))?;
            select.query([])?
        }
        Which::One(fid) => {
            select = connection.prepare(&format!("{sql} WHERE event = ?1 ORDER BY fid"))?;
            select.query([fid])?
        }
        Which::Keys(keys) => {
            let keyed = "WHERE event IN (SELECT value FROM json_each(?1)) ORDER BY event, fid";
            select = connection.prepare(&format!("{sql} {keyed}"))?;
            select.query([keys])?
        }
    };
    let mut events = events.iter_mut().peekable();
    while let Some(row) = rows.next()? {
        let owner: i64 = row.get(0)?;
        while events.next_if(|(fid, _)| *fid < owner).is_some() {}
        match events.peek_mut() {
            Some((fid, event)) if *fid == owner => give(event, row)?,
            Some(_) => {}
            None => break,
        }
    }
    Ok(())
}

fn event(row: &Row<'_>, place: &Place<'_>) -> Attempt<Event> {
    let id: String = row.get(2)?;
    let bad = |column: &str, value: String| place.bad_value("events", &id, column, value);
    let code = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
    let kind = Kind::from_code(code(3)?).ok_or_else(|| bad("kind", code(3).unwrap_or_default().to_owned()))?;
    let severity =
        Severity::from_code(code(11)?).ok_or_else(|| bad("severity", code(11).unwrap_or_default().to_owned()))?;
    let secrecy =
        Secrecy::from_code(code(14)?).ok_or_else(|| bad("secrecy", code(14).unwrap_or_default().to_owned()))?;
    let time = match (row.get::<_, Option<String>>(6)?, row.get::<_, Option<String>>(7)?) {
        (Some(from), Some(to)) => {
            let second = |column, text: String| second_of_iso(&text).ok_or_else(|| bad(column, text));
            let zone: Option<String> = row.get(8)?;
            let (from, to) = (second("time_from", from)?, second("time_to", to)?);
            Some(Interval { from, to, zone: zone.unwrap_or_else(|| "UTC".to_owned()) })
        }
        _ => None,
    };
    let point = row.get_ref(1)?.as_blob_or_null().unwrap_or(None).and_then(blob::point_of);
    let position = match point {
        Some([x, y]) => {
            // A point that someone drew in QGIS has no word for how it came about.
            let placed: Option<String> = row.get(10)?;
            let placed = placed.map_or(Ok(Placed::Coordinates), |placed| {
                Placed::from_code(&placed).ok_or_else(|| bad("placed", placed))
            })?;
            Some(Position { x, y, accuracy_m: row.get(9)?, placed })
        }
        None => None,
    };
    let attributes = match code(19)? {
        "{}" => std::collections::BTreeMap::new(),
        text => serde_json::from_str(text).map_err(|_| bad("attributes", text.to_owned()))?,
    };
    Ok(Event {
        kind,
        category: row.get(4)?,
        category_text: row.get(5)?,
        time,
        position,
        severity,
        cost: row.get::<_, Option<i64>>(12)?.map(Ore),
        street: row.get(13)?,
        secrecy,
        source: Source { system: row.get(15)?, file: row.get(16)?, sheet: row.get(17)?, row: row.get(18)? },
        elements: Vec::new(),
        persons: Vec::new(),
        attributes,
        free_text: std::collections::BTreeMap::new(),
        content: row.get(20)?,
        id,
    })
}

fn person(row: &Row<'_>, place: &Place<'_>) -> Attempt<Person> {
    let severity: String = row.get(10)?;
    let Some(severity) = Severity::from_code(&severity) else {
        return Err(place.bad_value("persons", row.get::<_, i64>(1)?.to_string(), "severity", severity));
    };
    Ok(Person {
        age: row.get(2)?,
        sex: row.get(3)?,
        mode: row.get(4)?,
        mode_detail: row.get(5)?,
        mode_police: row.get(6)?,
        mode_hospital: row.get(7)?,
        role: row.get(8)?,
        conflict: row.get(9)?,
        severity,
        mais: row.get(11)?,
        element: row.get(12)?,
        reported_by: row.get(13)?,
    })
}

/// Puts the event as it stands among the older versions.
pub(super) fn keep_version(connection: &Connection, place: &Place<'_>, fid: i64) -> Attempt<()> {
    for (_, event) in read(connection, place, &Which::One(fid), true)? {
        let version = serde_json::to_string(&event).expect("an event is JSON: text keys, finite numbers");
        connection.prepare_cached(include_str!("../sql/keep_version.sql"))?.execute(params![fid, version])?;
    }
    Ok(())
}

/// See [`super::super::Store::history`].
pub(super) fn history(connection: &Connection, place: &Place<'_>, event_id: &str) -> Attempt<Vec<Event>> {
    let sql = "SELECT fid, version FROM event_history WHERE event_id = ?1 AND version NOT NULL ORDER BY fid";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query([event_id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let version: String = row.get(1)?;
        let Ok(event) = serde_json::from_str(&version) else {
            return Err(place.bad_value("event_history", row.get::<_, i64>(0)?.to_string(), "version", version));
        };
        found.push(event);
    }
    Ok(found)
}

/// See [`super::super::Store::counts_by_kind`].
pub(super) fn counts_by_kind(connection: &Connection, place: &Place<'_>) -> Attempt<Vec<KindCount>> {
    let mut select = connection.prepare("SELECT kind, count(*), count(geom) FROM events GROUP BY kind")?;
    let mut rows = select.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let Some(kind) = Kind::from_code(&kind) else { return Err(place.bad_value("events", "", "kind", kind)) };
        found.push(KindCount { kind, events: row.get(1)?, placed: row.get(2)? });
    }
    found.sort_unstable_by_key(|count| count.kind);
    Ok(found)
}
