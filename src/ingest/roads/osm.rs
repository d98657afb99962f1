//! Roads from OpenStreetMap: which ways are roads, for whom, and what their tags tell.
//!
//! - `highway` decides (`CAR`, `GC`); construction, proposals, platforms, corridors and whatever else stands there are
//!   left out and counted by their value. So are ways with `indoor=yes` and ways with `access=no` that no
//!   other tag opens. `access=private` keeps a way: cars run there.
//! - Streets are for cars and for walking and cycling; `motor_vehicle=no` (or `vehicle=no`) closes them to cars unless
//!   buses or taxis may run. A street is not for walking and cycling where the tags of both forbid it or point to a path
//!   beside (`use_sidepath`), nor is a motorway or a `motorroad`. Paths, footways, cycleways, steps and pedestrian streets are
//!   for walking and cycling, and for cars where a tag opens them. The outline of an area (`area=yes`) is for walking and
//!   cycling.
//! - One-way: `oneway`, `-1` included; roundabouts and motorways run one way unless `oneway` says otherwise. What holds for
//!   bicycles only is not read.
//! - Levels: `layer`, else 1 on a bridge and -1 in a tunnel. A passage through a building is on the ground.
//! - `maxspeed` is a number of km/h or mph; zones and words (`SE:urban`, `walk`) are not known, since their number depends on
//!   signs. `maxspeed:forward` and `:backward` go before it.
//! - Signals are nodes with `highway=traffic_signals` that are not those of a passage; passages are nodes with
//!   `highway=crossing` or `crossing`, whose value tells the type (`marks`).
//! - The street is `name`, else `ref`. Väghållare and ÅDT are not in OpenStreetMap: `None`.

use std::collections::HashMap;
use std::path::Path;

use super::super::map_error::MapError;
use super::super::osm::{Element, Tags, Wanted, each};
use super::noding::Way;
use super::{Ways, unknown};
use crate::crs::Transform;
use crate::domain::{Link, Modes, OneWay, Structure};
use crate::texts::text;

/// Values of `highway` for motor vehicles.
const CAR: [&str; 18] = [
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
    "track",
    "busway",
    "escape",
];

/// Values of `highway` for walking and cycling.
/// `trail` is an old word for a path.
const GC: [&str; 7] = ["footway", "cycleway", "path", "pedestrian", "steps", "bridleway", "trail"];

/// Values that let someone through.
const OPEN: [&str; 5] = ["yes", "designated", "permissive", "destination", "official"];

/// The ways of a file, in the transform's target.
///
/// # Errors
/// Those of [`each`].
pub fn read(path: &Path, transform: &Transform) -> Result<Ways, MapError> {
    let mut found = Ways::default();
    let mut ways: Vec<(i64, Vec<i64>, Link)> = Vec::new();
    each(path, Wanted { ways: true, ..Wanted::default() }, |element| {
        let Element::Way(id, nodes, tags) = element else { return };
        let Some(highway) = tags.get("highway") else { return };
        match link_of(id, &tags) {
            Some(link) => ways.push((id, nodes, link)),
            None => *found.left_out.entry(reason(highway, &tags)).or_default() += 1,
        }
    })?;
    let mut places: HashMap<i64, Option<[f64; 2]>> =
        ways.iter().flat_map(|(_, nodes, _)| nodes).map(|node| (*node, None)).collect();
    each(path, Wanted { nodes: true, ..Wanted::default() }, |element| {
        if let Element::Node(id, degrees, tags) = element
            && let Some(place) = places.get_mut(&id)
        {
            *place = transform.convert(degrees);
            if let Some(at) = *place {
                found.marks.signals.extend(is_signal(&tags).then_some(at));
                found.marks.passages.extend(passage(&tags).map(|word| (at, word.to_owned())));
            }
        }
    })?;
    for (id, nodes, link) in ways {
        // An extract that cuts ways at its edge lacks their outer nodes: what is inside stays, run by run.
        let runs = runs(&nodes, &places);
        found.unplaced += usize::from(runs.iter().map(Vec::len).sum::<usize>() < nodes.len());
        for keys in runs {
            let line = keys.iter().filter_map(|key| places.get(key).copied().flatten()).collect();
            found.ways.push(Way { link: Link { line, ..link.clone() }, order: id, keys, measures: None });
        }
    }
    found.notes.push(text("roads-note-osm", &[]));
    Ok(found)
}

/// Runs of two or more nodes that have a place.
fn runs(nodes: &[i64], places: &HashMap<i64, Option<[f64; 2]>>) -> Vec<Vec<i64>> {
    nodes
        .split(|node| places.get(node).copied().flatten().is_none())
        .filter(|run| run.len() > 1)
        .map(<[i64]>::to_vec)
        .collect()
}

/// Why a way was left out, for the account.
fn reason(highway: &str, tags: &Tags<'_>) -> String {
    let road = CAR.contains(&highway) || GC.contains(&highway);
    match road {
        true if tags.is("indoor", &["yes"]) => "indoor=yes".to_owned(),
        true => "access=no".to_owned(),
        false => format!("highway={highway}"),
    }
}

/// The link that a way is, without its line; `None` where it is no road.
fn link_of(id: i64, tags: &Tags<'_>) -> Option<Link> {
    let highway = tags.get("highway")?;
    let modes = modes(highway, tags);
    if tags.is("indoor", &["yes"]) || !(modes.car || modes.gc) {
        return None;
    }
    let is = |key: &str| tags.get(key).is_some_and(|value| value != "no");
    let structure = match (is("bridge"), is("tunnel") && !tags.is("tunnel", &["building_passage"])) {
        (true, _) => Some(Structure::Bridge),
        (_, true) => Some(Structure::Tunnel),
        _ => None,
    };
    let usual = match structure {
        Some(Structure::Bridge) => 1,
        Some(Structure::Tunnel) => -1,
        None => 0,
    };
    let both = tags.get("maxspeed").and_then(speed);
    let speeds = ["maxspeed:forward", "maxspeed:backward"].map(|key| tags.get(key).and_then(speed).or(both));
    Some(Link {
        level: tags.get("layer").and_then(|layer| layer.trim().parse().ok()).unwrap_or(usual),
        structure,
        modes,
        one_way: if modes.car { one_way(highway, tags) } else { OneWay::Both },
        class: Some(highway.to_owned()),
        speed_forward: speeds[0],
        speed_back: speeds[1],
        lit: lit(tags),
        street: tags.get("name").or_else(|| tags.get("ref")).map(str::to_owned),
        gcm_type: gcm_type(highway, tags).map(str::to_owned),
        roundabout: tags.is("junction", &["roundabout"]),
        ..unknown(format!("osm:{id}"), Vec::new())
    })
}

/// Who may use a way. A more special tag goes before a more general one.
fn modes(highway: &str, tags: &Tags<'_>) -> Modes {
    let first = |keys: &[&str]| keys.iter().find_map(|key| tags.get(key));
    let open = |keys: &[&str]| keys.iter().any(|key| tags.is(key, &OPEN));
    let closed = tags.is("access", &["no"]);
    let shut = |own: Option<&str>| own.map_or(closed, |value| value == "no");
    let public = open(&["bus", "psv", "taxi"]) || highway == "busway";
    let area = tags.is("area", &["yes"]);
    let car = if CAR.contains(&highway) {
        !shut(first(&["motorcar", "motor_vehicle", "vehicle"])) || public
    } else {
        open(&["motorcar", "motor_vehicle"]) || public
    };
    let away = |key: &str| match tags.get(key) {
        Some(value) => matches!(value, "no" | "use_sidepath"),
        None => closed,
    };
    let fast = tags.is("motorroad", &["yes"]) || matches!(highway, "motorway" | "motorway_link");
    let by_own_way = open(&["foot", "bicycle"]);
    let gc = match () {
        () if GC.contains(&highway) => !(away("foot") && away("bicycle")),
        () if highway == "busway" || highway == "escape" || fast => by_own_way,
        () => !(away("foot") && away("bicycle")),
    };
    match (CAR.contains(&highway), GC.contains(&highway)) {
        (false, false) => Modes::default(),
        _ if area => Modes { car: false, gc },
        _ => Modes { car, gc },
    }
}

fn one_way(highway: &str, tags: &Tags<'_>) -> OneWay {
    match tags.get("oneway") {
        Some("yes" | "true" | "1") => OneWay::Forward,
        Some("-1" | "reverse") => OneWay::Backward,
        None if tags.is("junction", &["roundabout", "circular"]) || highway == "motorway" => OneWay::Forward,
        Some(_) | None => OneWay::Both,
    }
}

/// A speed limit in km/h; `None` where it is no number of km/h or mph between 1 and 200.
fn speed(value: &str) -> Option<u16> {
    let value = value.trim();
    let (digits, factor) = match value.strip_suffix("mph") {
        Some(miles) => (miles, 1.609_344),
        None => (value.strip_suffix("km/h").unwrap_or(value), 1.0),
    };
    let number: f64 = digits.trim().parse::<u16>().ok()?.into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 110,000")]
    let limit = (number * factor).round() as u32;
    u16::try_from(limit).ok().filter(|limit| (1..=200).contains(limit))
}

fn lit(tags: &Tags<'_>) -> Option<bool> {
    match tags.get("lit")? {
        "yes" | "24/7" | "automatic" | "limited" | "interval" | "sunset-sunrise" | "dusk-dawn" => Some(true),
        "no" | "disused" => Some(false),
        _ => None,
    }
}

/// Whether a node is a signal for traffic that meets, and not that of a passage alone.
fn is_signal(tags: &Tags<'_>) -> bool {
    let passage = tags.get("crossing").is_some() || tags.is("traffic_signals", &["pedestrian_crossing", "crossing"]);
    tags.is("highway", &["traffic_signals"]) && !passage
}

/// The passage that a node is, in NVDB's words where it has them; `None` where it is none or forbidden.
fn passage(tags: &Tags<'_>) -> Option<&'static str> {
    let kind = tags.get("crossing");
    if !(tags.is("highway", &["crossing"]) || kind.is_some()) || kind == Some("no") {
        return None;
    }
    let bicycle = tags.is("bicycle", &["yes", "designated"]) && tags.is("foot", &["no"]);
    Some(match kind {
        Some("traffic_signals") => "Signalreglerat övergångsställe",
        _ if tags.is("crossing:signals", &["yes"]) => "Signalreglerat övergångsställe",
        Some("unmarked") => "Gatupassage utan utmärkning",
        _ if tags.is("crossing:markings", &["no"]) => "Gatupassage utan utmärkning",
        _ if bicycle => "Cykelpassage",
        _ => "Övergångsställe",
    })
}

/// GCM-typ in NVDB's words, where the tags tell it; a street has none.
fn gcm_type(highway: &str, tags: &Tags<'_>) -> Option<&'static str> {
    let may = |key: &str| tags.is(key, &["yes", "designated"]);
    let crossing = |key: &str| tags.is(key, &["crossing"]);
    let unmarked = tags.is("crossing", &["unmarked"]) || tags.is("crossing:markings", &["no"]);
    let walked = may("foot") || highway == "footway";
    let cycled = may("bicycle") || highway == "cycleway";
    match highway {
        "steps" => Some("Trappa"),
        "pedestrian" => tags.is("area", &["yes"]).then_some("Torg/öppen yta"),
        "footway" | "cycleway" | "path" if crossing("footway") || crossing("cycleway") || crossing("path") => {
            match (walked, cycled) {
                _ if unmarked => Some("Gatupassage utan utmärkning"),
                (true, true) => Some("Cykelpassage och övergångsställe"),
                (true, false) => Some("Övergångsställe"),
                (false, true) => Some("Cykelpassage"),
                (false, false) => None,
            }
        }
        "footway" | "cycleway" | "path" if walked && cycled => {
            let split = tags.is("segregated", &["yes"]);
            Some(if split { "Gång- och cykelbana uppdelad" } else { "Gång- och cykelbana" })
        }
        "footway" => Some("Gångbana"),
        _ => None,
    }
}

#[cfg(test)]
#[path = "osm_tests.rs"]
mod tests;
