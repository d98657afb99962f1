//! Roads from any layer of lines: columns by their names, whatever the order of rows.
//!
//! Names are compared without regard to case, in the order of the lists here. Without a column for class or type every line is
//! a street for cars and for walking and cycling. A layer without node keys is noded by place: see [`super::noding`].

use std::collections::BTreeMap;

use geo::Geometry;

use super::super::ReadError;
use super::super::map_error::MapError;
use super::super::shapes::ShapeLayer;
use super::noding::Way;
use super::{Systems, Ways, placed, unknown};
use crate::domain::{Link, Modes, OneWay, RoadKeeper, Structure};

const STREET: &[&str] = &["namn", "name", "gatunamn", "street", "gata"];
const CLASS: &[&str] = &["klass", "class", "highway", "vagklass", "kind", "typ"];
const KEEPER: &[&str] = &["vaghallare", "väghållare", "keeper"];
const SPEED: &[&str] = &["hastighet", "hastgrans", "hastighetsgrans", "maxspeed", "speed"];
const SPEED_FORWARD: &[&str] = &["speed_forward", "hastighet_fram"];
const SPEED_BACK: &[&str] = &["speed_back", "hastighet_bak"];
const ADT: &[&str] = &["adt", "ådt"];
const ADT_YEAR: &[&str] = &["adt_ar", "adt_year", "matar", "mätår"];
const BRIDGE: &[&str] = &["bro", "bridge"];
const TUNNEL: &[&str] = &["tunnel"];
const LEVEL: &[&str] = &["layer", "niva", "nivå", "level"];
const ONE_WAY: &[&str] = &["oneway", "enkelriktad", "one_way"];
const LIT: &[&str] = &["belyst", "lit", "belysning"];
const GCM: &[&str] = &["gcmtyp", "gcm_typ", "gcm_type"];
const ROUNDABOUT: &[&str] = &["cirkulation", "roundabout", "cirkulationsplats"];

/// Parts of classes that are for walking and cycling alone, in lower case.
const PATHS: [&str; 10] = [
    "cykelväg",
    "cykelvag",
    "cykelbana",
    "gångväg",
    "gangvag",
    "gångbana",
    "gågata",
    "gcm",
    "trappa",
    "gång- och cykel",
];
/// Whole classes of the same sort.
const PATH_CLASSES: [&str; 9] =
    ["gc", "gc-väg", "gcväg", "footway", "cycleway", "path", "pedestrian", "steps", "bridleway"];

/// The ways of a file's only layer of lines.
///
/// # Errors
/// Several layers with lines; a system that nobody states and nothing tells.
pub fn read(file: &str, layers: Vec<ShapeLayer>, systems: Systems<'_>) -> Result<Ways, MapError> {
    let line = |geometry: &Geometry<f64>| matches!(geometry, Geometry::LineString(_) | Geometry::MultiLineString(_));
    let mut with_lines: Vec<ShapeLayer> =
        layers.into_iter().filter(|layer| layer.rows.iter().any(|row| line(&row.geometry))).collect();
    if with_lines.len() > 1 {
        let layers = with_lines.into_iter().map(|layer| layer.name).collect();
        return Err(ReadError::SeveralLayers { file: file.to_owned(), layers }.into());
    }
    let Some(layer) = with_lines.pop() else { return Ok(Ways::default()) };
    let transform = systems.transform(file, &layer)?;
    let mut found = Ways::default();
    for (row, shape) in (1_i64..).zip(&layer.rows) {
        let parts: Vec<&geo::LineString<f64>> = match &shape.geometry {
            Geometry::LineString(line) => vec![line],
            Geometry::MultiLineString(lines) => lines.iter().collect(),
            _ => {
                *found.left_out.entry("geometry".to_owned()).or_default() += 1;
                continue;
            }
        };
        for (part, line) in (1..).zip(&parts) {
            let Some(line) = placed(line, &transform) else {
                found.unplaced += 1;
                continue;
            };
            let id = if parts.len() == 1 { format!("rad:{row}") } else { format!("rad:{row}-{part}") };
            let link = Link { line, ..link_of(id, &shape.fields) };
            found.ways.push(Way { link, order: row, keys: Vec::new(), measures: None });
        }
    }
    Ok(found)
}

fn link_of(id: String, fields: &BTreeMap<String, String>) -> Link {
    let get = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| fields.iter().find(|(field, _)| field.to_lowercase() == **name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let yes = |names: &[&str]| get(names).and_then(truth);
    let class = get(CLASS).map(str::to_owned);
    let gcm_type = get(GCM).map(gcm_words);
    let path = gcm_type.is_some() || class.as_deref().is_some_and(is_path);
    let structure = match (yes(BRIDGE), yes(TUNNEL)) {
        (Some(true), _) => Some(Structure::Bridge),
        (_, Some(true)) => Some(Structure::Tunnel),
        _ => None,
    };
    let usual = match structure {
        Some(Structure::Bridge) => 1,
        Some(Structure::Tunnel) => -1,
        None => 0,
    };
    let both = get(SPEED).and_then(whole);
    let one_way = match get(ONE_WAY).map(str::to_lowercase).as_deref() {
        Some("-1" | "backward" | "mot" | "reverse") => OneWay::Backward,
        Some("forward" | "med") => OneWay::Forward,
        Some(other) if truth(other) == Some(true) => OneWay::Forward,
        _ => OneWay::Both,
    };
    let roundabout =
        yes(ROUNDABOUT) == Some(true) || class.as_deref().is_some_and(|class| class == "Cirkulationsplats");
    Link {
        level: get(LEVEL).and_then(whole).unwrap_or(usual),
        structure,
        modes: Modes { car: !path, gc: true },
        one_way: if path { OneWay::Both } else { one_way },
        keeper: get(KEEPER).and_then(keeper),
        class,
        speed_forward: get(SPEED_FORWARD).and_then(whole).or(both),
        speed_back: get(SPEED_BACK).and_then(whole).or(both),
        adt: get(ADT).and_then(whole),
        adt_year: get(ADT_YEAR).and_then(year),
        lit: yes(LIT),
        street: get(STREET).map(str::to_owned),
        gcm_type,
        roundabout,
        ..unknown(id, Vec::new())
    }
}

fn is_path(class: &str) -> bool {
    let class = class.to_lowercase();
    PATH_CLASSES.contains(&class.as_str()) || PATHS.iter().any(|part| class.contains(part))
}

/// Yes or no in the words and numbers that files use, else not known.
pub(super) fn truth(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "1" | "-1" | "ja" | "j" | "yes" | "true" | "sant" | "t" | "y" => Some(true),
        "0" | "nej" | "n" | "no" | "false" | "falskt" | "f" => Some(false),
        _ => None,
    }
}

/// A whole number, also where it is written `40.0` or `40,0`.
pub(super) fn whole<T: TryFrom<i64>>(value: &str) -> Option<T> {
    let number: f64 = value.trim().replace(',', ".").parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    let integer = (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)?;
    T::try_from(integer).ok()
}

/// The last year named: `2019`, `2015-2019`.
pub(super) fn year(value: &str) -> Option<u16> {
    let numbers = value.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 4);
    numbers.filter_map(|digits| digits.parse().ok()).filter(|year| (1900..=2100).contains(year)).max()
}

/// Väghållare in words or in NVDB's numbers.
pub(super) fn keeper(value: &str) -> Option<RoadKeeper> {
    match value.trim().to_lowercase().as_str() {
        "1" | "statlig" | "staten" | "trafikverket" | "state" => Some(RoadKeeper::State),
        "2" | "kommunal" | "kommun" | "kommunen" | "municipal" => Some(RoadKeeper::Municipal),
        "3" | "enskild" | "privat" | "private" => Some(RoadKeeper::Private),
        _ => None,
    }
}

/// GCM-typ in words, from NVDB's number or the words themselves.
pub(super) fn gcm_words(value: &str) -> String {
    super::nvdb::gcm_word(value).map_or_else(|| value.to_owned(), str::to_owned)
}
