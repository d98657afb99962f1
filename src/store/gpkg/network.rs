//! The road network in the embedded store: links are rows of `roads`, nodes of `road_nodes`.

use geo::{Geometry, LineString};
use rusqlite::types::FromSql;
use rusqlite::{Connection, Row, Transaction, named_params, params};

use super::super::Error;
use super::{Attempt, Place};
use crate::domain::{GeometryKind, Link, Modes, Network, OneWay, RoadKeeper, Structure};
use crate::geopackage::rtree::Touched;
use crate::geopackage::{blob, container};

/// Tables that hold a network.
const TABLES: [&str; 2] = ["roads", "road_nodes"];

/// See [`super::super::Store::put_network`].
pub(super) fn put(
    transaction: &Transaction<'_>,
    place: &Place<'_>,
    source: &str,
    network: &Network,
    stamp: &str,
) -> Attempt<bool> {
    let known = "SELECT count(*) FROM roads WHERE source = ?1 AND link_id IS NULL";
    let drawn_only: i64 = transaction.query_row(known, [source], |row| row.get(0))?;
    if drawn_only == 0 && of_source(transaction, place, source)? == *network {
        return Ok(false);
    }
    for table in TABLES {
        container::suspend(transaction, table)?;
        transaction.execute(&format!("DELETE FROM {table} WHERE source = ?1"), [source])?;
    }
    let mut insert = transaction.prepare(include_str!("../sql/insert_link.sql"))?;
    for (index, link) in network.links().iter().enumerate() {
        let line: LineString<f64> = link.line.iter().map(|&[x, y]| (x, y)).collect();
        let shape = blob::shape_blob(place.srs, GeometryKind::Line, &Geometry::LineString(line));
        let wrong = || Error::WrongGeometry { file: place.file(), layer: "roads".to_owned(), row: index as u64 + 1 };
        insert.execute(named_params! {
            ":geom": shape.ok_or_else(wrong)?,
            ":name": link.street,
            ":class": link.class,
            ":source": source,
            ":link_id": link.id,
            ":node_from": link.from,
            ":node_to": link.to,
            ":level": link.level,
            ":structure": link.structure.map(Structure::code),
            ":car": link.modes.car,
            ":gc": link.modes.gc,
            ":one_way": link.one_way.code(),
            ":vaghallare": link.keeper.map(RoadKeeper::code),
            ":hastgrans": link.speed(),
            ":speed_forward": link.speed_forward,
            ":speed_back": link.speed_back,
            ":adt": link.adt,
            ":adt_year": link.adt_year,
            ":lit": link.lit,
            ":gcm_type": link.gcm_type,
            ":roundabout": link.roundabout,
            ":passage": link.passage,
            ":langd_m": (link.length_m() * 10.0).round() / 10.0,
        })?;
    }
    let mut insert = transaction
        .prepare("INSERT INTO road_nodes (geom, number, links, source, signal) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (number, &[x, y]) in (0_u32..).zip(network.nodes()) {
        let links = network.links_at(number).len();
        let signal = network.signals().binary_search(&number).is_ok();
        insert.execute(params![blob::point_blob(place.srs, x, y), number, links, source, signal])?;
    }
    for table in TABLES {
        container::resume(transaction, table, &Touched::All, stamp)?;
    }
    Ok(true)
}

/// See [`super::super::Store::network`].
pub(super) fn network(connection: &Connection, place: &Place<'_>) -> Attempt<Option<Network>> {
    let mut select =
        connection.prepare("SELECT DISTINCT source FROM roads WHERE link_id IS NOT NULL ORDER BY source")?;
    let sources = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let (mut nodes, mut links, mut signals) = (Vec::new(), Vec::new(), Vec::new());
    for source in &sources {
        let first = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        let part = of_source(connection, place, source)?;
        nodes.extend_from_slice(part.nodes());
        signals.extend(part.signals().iter().map(|node| first + node));
        links.extend(part.links().iter().cloned().map(|mut link| {
            link.from += first;
            link.to += first;
            link
        }));
    }
    if sources.is_empty() {
        return Ok(None);
    }
    let whole = Network::new(nodes, links);
    whole.map(|whole| Some(whole.with_signals(signals))).map_err(|_| place.bad_value("roads", "", "geom", ""))
}

/// The network of one source; empty where it gave none.
fn of_source(connection: &Connection, place: &Place<'_>, source: &str) -> Attempt<Network> {
    let mut select =
        connection.prepare("SELECT geom, number, signal FROM road_nodes WHERE source = ?1 ORDER BY number")?;
    let mut rows = select.query([source])?;
    let mut nodes: Vec<[f64; 2]> = Vec::new();
    let mut signals: Vec<u32> = Vec::new();
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(1)?;
        let at = row.get_ref(0)?.as_blob_or_null().unwrap_or(None).and_then(blob::point_of);
        match at {
            Some(at) if usize::try_from(number) == Ok(nodes.len()) => {
                // Rows of earlier versions do not say.
                if row.get::<_, Option<bool>>(2)?.unwrap_or(false) {
                    signals.push(u32::try_from(number).unwrap_or(u32::MAX));
                }
                nodes.push(at);
            }
            _ => return Err(place.bad_value("road_nodes", number.to_string(), "number", number.to_string())),
        }
    }
    let mut select = connection.prepare(include_str!("../sql/select_links.sql"))?;
    let mut rows = select.query([source])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(link(row, place, &nodes)?);
    }
    let ids: Vec<String> = links.iter().map(|link: &Link| link.id.clone()).collect();
    Network::new(nodes, links).map(|network| network.with_signals(signals)).map_err(|fault| {
        let id = ids.get(fault.link).cloned().unwrap_or_default();
        place.bad_value("roads", id.clone(), "geom", id)
    })
}

fn link(row: &Row<'_>, place: &Place<'_>, nodes: &[[f64; 2]]) -> Attempt<Link> {
    let id: String = row.get("link_id")?;
    let bad = |column: &str, value: String| place.bad_value("roads", id.clone(), column, value);
    let shape = row.get_ref("geom")?.as_blob_or_null().unwrap_or(None).and_then(blob::geometry_of);
    let line: Vec<[f64; 2]> = match shape {
        Some(Geometry::MultiLineString(lines)) if lines.0.len() == 1 => {
            lines.0[0].coords().map(|coord| [coord.x, coord.y]).collect()
        }
        Some(Geometry::LineString(line)) => line.coords().map(|coord| [coord.x, coord.y]).collect(),
        _ => return Err(bad("geom", String::new())),
    };
    let node = |column: &str| -> Attempt<u32> {
        let number: u32 = row.get(column)?;
        if (number as usize) < nodes.len() { Ok(number) } else { Err(bad(column, number.to_string())) }
    };
    let (structure, keeper): (Option<String>, Option<String>) = (row.get("structure")?, row.get("vaghallare")?);
    let one_way: String = row.get("one_way")?;
    Ok(Link {
        from: node("node_from")?,
        to: node("node_to")?,
        line,
        level: row.get("level")?,
        structure: known("structure", structure, Structure::from_code, &bad)?,
        modes: Modes { car: row.get("car")?, gc: row.get("gc")? },
        one_way: OneWay::from_code(&one_way).ok_or_else(|| bad("one_way", one_way.clone()))?,
        keeper: known("vaghallare", keeper, RoadKeeper::from_code, &bad)?,
        class: row.get("class")?,
        speed_forward: small(row, "speed_forward")?,
        speed_back: small(row, "speed_back")?,
        adt: small(row, "adt")?,
        adt_year: small(row, "adt_year")?,
        lit: small(row, "lit")?,
        street: row.get("name")?,
        gcm_type: row.get("gcm_type")?,
        roundabout: row.get("roundabout")?,
        passage: row.get("passage")?,
        id,
    })
}

fn small<T: FromSql>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    row.get(column)
}

/// A word of ours, or nothing.
fn known<T>(
    column: &str,
    word: Option<String>,
    from_code: fn(&str) -> Option<T>,
    bad: &impl Fn(&str, String) -> super::Fault,
) -> Attempt<Option<T>> {
    word.map(|word| from_code(&word).ok_or_else(|| bad(column, word))).transpose()
}
