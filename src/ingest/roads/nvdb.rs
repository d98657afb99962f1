//! Roads from NVDB: names by `data/nvdb.toml`, phenomena joined to reference lines by linear referencing.
//!
//! - **A layer a phenomenon** (GeoPackage, or the Shapefiles of a folder): `Reflinjetillkomst` holds the lines, the other layers
//!   say from where to where on a line something holds. A line is cut where something changes; places on it are taken
//!   to lie as far along the line as the measure says.
//! - **Homogenised**: one layer with all columns, cut already.
//!
//! Where two rows of a phenomenon say different things of the same place, the lower number or earlier word is taken and the
//! report says how many. Roads with GCM-typ or outside the net of cars are for walking and cycling; other roads for cars, and, but for
//! motorways, for walking and cycling too. Ferries are left out. Not tried on a real delivery: [`read`] says so in its notes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use geo::Geometry;
use serde::Deserialize;

use super::super::map_error::MapError;
use super::super::shapes::{Shape, ShapeLayer};
use super::lines::{gcm_words, keeper, truth, whole, year};
use super::marks::Marks;
use super::noding::Way;
use super::{Origin, Systems, Ways, placed, unknown};
use crate::domain::{Link, Modes, OneWay, Structure};
use crate::texts::text;

/// What a column or layer tells of a road.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Meaning {
    Class,
    Speed,
    SpeedForward,
    SpeedBack,
    Adt,
    AdtYear,
    GcmType,
    Lit,
    Keeper,
    Street,
    Structure,
    Roundabout,
    Forbidden,
    ForbiddenForward,
    ForbiddenBack,
    Net,
    Motorway,
    Ferry,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldNames {
    meaning: Meaning,
    layer: String,
    columns: Vec<String>,
    homogenised: Vec<String>,
    #[expect(dead_code, reason = "for whoever reads the table")]
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceNames {
    element: Vec<String>,
    route: Vec<String>,
    from: Vec<String>,
    to: Vec<String>,
    direction: Vec<String>,
    reference: String,
    #[expect(dead_code, reason = "for whoever reads the table")]
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    field: Vec<FieldNames>,
    place: PlaceNames,
    points: PointNames,
    gcm: BTreeMap<String, String>,
}

/// Layers of points and their columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PointNames {
    junction: String,
    signal: Vec<String>,
    passage: String,
    passage_type: Vec<String>,
}

static NAMES: LazyLock<Names> =
    LazyLock::new(|| toml::from_str(include_str!("../../../data/nvdb.toml")).expect("a test reads the table"));

/// Which of NVDB's shapes a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// A layer a phenomenon.
    Layers,
    /// One layer: its index.
    Homogenised(usize),
}

impl Delivery {
    /// The origin that the report names.
    pub const fn origin(self) -> Origin {
        match self {
            Self::Layers => Origin::Nvdb,
            Self::Homogenised(_) => Origin::NvdbHomogenised,
        }
    }
}

/// GCM-typ in words from NVDB's number; `None` where it is no number of the list.
pub fn gcm_word(value: &str) -> Option<&'static str> {
    let number: i64 = whole(value)?;
    NAMES.gcm.get(&number.to_string()).map(String::as_str)
}

/// Whether two names of a column are the same: without regard to case, and cut to ten letters by a Shapefile.
fn same_name(known: &str, name: &str) -> bool {
    let (known, name) = (known.to_lowercase(), name.to_lowercase());
    known == name || name.chars().count() == 10 && known.starts_with(&name)
}

/// The value of the first of these columns that the row has filled.
fn value<'a>(fields: &'a BTreeMap<String, String>, names: &[String]) -> Option<&'a str> {
    let found = names.iter().find_map(|known| fields.iter().find(|(name, _)| same_name(known, name)));
    found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

/// Letters and digits of a layer's name, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn layer_is(name: &str, known: &str) -> bool {
    !known.is_empty() && plain(name).ends_with(&plain(known))
}

/// Whether the layers are NVDB's, and in which shape.
pub fn recognise(layers: &[ShapeLayer]) -> Option<Delivery> {
    let columns = |layer: &ShapeLayer| -> BTreeSet<String> {
        layer.rows.iter().take(1000).flat_map(|row| row.fields.keys().cloned()).collect()
    };
    let has = |columns: &BTreeSet<String>, names: &[String]| {
        names.iter().any(|known| columns.iter().any(|name| same_name(known, name)))
    };
    for (index, layer) in layers.iter().enumerate() {
        let columns = columns(layer);
        let hits = NAMES.field.iter().filter(|field| has(&columns, &field.homogenised)).count();
        if hits >= 3 || hits >= 1 && has(&columns, &NAMES.place.route) {
            return Some(Delivery::Homogenised(index));
        }
    }
    let on_reference = |layer: &ShapeLayer| has(&columns(layer), &NAMES.place.element);
    layers.iter().any(on_reference).then_some(Delivery::Layers)
}

/// The other Shapefiles of NVDB in the folder of one, by name: each holds a phenomenon.
pub fn siblings(path: &Path) -> Vec<PathBuf> {
    let is_shp = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("shp"));
    let Some(folder) = path.parent().filter(|_| is_shp(path)) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let known = |file: &Path| {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let fields = NAMES.field.iter().map(|field| field.layer.as_str());
        let points = [NAMES.points.junction.as_str(), NAMES.points.passage.as_str()];
        fields.chain([NAMES.place.reference.as_str()]).chain(points).any(|layer| layer_is(&stem, layer))
    };
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        files.filter(|file| file.file_name() != path.file_name() && is_shp(file) && known(file)).collect();
    found.sort();
    found
}

/// What is told of a road: the rows by meaning, each value with its direction.
type Facts = BTreeMap<Meaning, BTreeSet<(Direction, String)>>;

/// Which way of the line something holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Both,
    Along,
    Against,
}

fn direction(fields: &BTreeMap<String, String>) -> Direction {
    match value(fields, &NAMES.place.direction).map(str::to_lowercase).as_deref() {
        Some("med") => Direction::Along,
        Some("mot") => Direction::Against,
        _ => Direction::Both,
    }
}

/// The ways of a delivery.
///
/// # Errors
/// [`MapError::NoReferenceLayer`]; no system.
pub fn read(file: &str, layers: &[ShapeLayer], delivery: Delivery, systems: Systems<'_>) -> Result<Ways, MapError> {
    let mut found = match delivery {
        Delivery::Homogenised(index) => homogenised(file, &layers[index], systems)?,
        Delivery::Layers => joined(file, layers, systems)?,
    };
    found.marks = marks(file, layers, systems)?;
    found.notes.push(text("roads-note-nvdb", &[]));
    Ok(found)
}

fn homogenised(file: &str, layer: &ShapeLayer, systems: Systems<'_>) -> Result<Ways, MapError> {
    let transform = systems.transform(file, layer)?;
    let mut found = Ways::default();
    for (row, shape) in (1_i64..).zip(&layer.rows) {
        let mut facts = Facts::new();
        for field in &NAMES.field {
            for name in &field.homogenised {
                if let Some(value) = value(&shape.fields, std::slice::from_ref(name)) {
                    facts.entry(field.meaning).or_default().insert((Direction::Both, value.to_owned()));
                }
            }
        }
        let element = value(&shape.fields, &NAMES.place.route).or_else(|| value(&shape.fields, &NAMES.place.element));
        let measures = measures(&shape.fields);
        let key = match (element, measures) {
            (Some(element), Some(_)) => format!("nvdb:{element}"),
            _ => format!("nvdb:rad-{row}"),
        };
        let Some(link) = link_of(key, &facts, &mut 0) else {
            *found.left_out.entry("Färjeled".to_owned()).or_default() += 1;
            continue;
        };
        for line in parts(&shape.geometry) {
            match placed(line, &transform) {
                Some(line) => {
                    let link = Link { line, ..link.clone() };
                    // With a linear reference the key is the source's own, and rows may come in any order.
                    let order = if measures.is_some() { 0 } else { row };
                    found.ways.push(Way { link, order, keys: Vec::new(), measures });
                }
                None => found.unplaced += 1,
            }
        }
    }
    Ok(found)
}

/// Signals and passages, which are layers of points. Names as in `data/nvdb.toml`.
fn marks(file: &str, layers: &[ShapeLayer], systems: Systems<'_>) -> Result<Marks, MapError> {
    let mut found = Marks::default();
    let wanted = |layer: &&ShapeLayer| {
        layer_is(&layer.name, &NAMES.points.junction) || layer_is(&layer.name, &NAMES.points.passage)
    };
    for layer in layers.iter().filter(wanted) {
        let junctions = layer_is(&layer.name, &NAMES.points.junction);
        let transform = systems.transform(file, layer)?;
        for row in &layer.rows {
            let place = match &row.geometry {
                Geometry::Point(point) => Some([point.x(), point.y()]),
                Geometry::MultiPoint(points) => points.0.first().map(|point| [point.x(), point.y()]),
                _ => None,
            };
            let Some(place) = place.and_then(|place| transform.convert(place)) else { continue };
            if junctions {
                let signal = value(&row.fields, &NAMES.points.signal).and_then(truth);
                found.signals.extend((signal == Some(true)).then_some(place));
            } else if let Some(word) = value(&row.fields, &NAMES.points.passage_type) {
                found.passages.push((place, gcm_words(word)));
            }
        }
    }
    Ok(found)
}

fn parts(geometry: &Geometry<f64>) -> Vec<&geo::LineString<f64>> {
    match geometry {
        Geometry::LineString(line) => vec![line],
        Geometry::MultiLineString(lines) => lines.iter().collect(),
        _ => Vec::new(),
    }
}

/// Where on its reference line a row begins and ends; `None` where it does not say or says it backwards.
fn measures(fields: &BTreeMap<String, String>) -> Option<[f64; 2]> {
    let number = |names: &[String]| -> Option<f64> { value(fields, names)?.replace(',', ".").parse().ok() };
    let (from, to) = (number(&NAMES.place.from)?, number(&NAMES.place.to)?);
    (from.is_finite() && to.is_finite() && from < to).then_some([from, to])
}

/// What a phenomenon's layer says of a stretch.
struct Stretch {
    from: f64,
    to: f64,
    meaning: Meaning,
    told: (Direction, String),
}

fn joined(file: &str, layers: &[ShapeLayer], systems: Systems<'_>) -> Result<Ways, MapError> {
    let references: Vec<&ShapeLayer> =
        layers.iter().filter(|layer| layer_is(&layer.name, &NAMES.place.reference)).collect();
    if references.is_empty() {
        let layers = layers.iter().map(|layer| layer.name.clone()).collect();
        return Err(MapError::NoReferenceLayer { file: file.to_owned(), layers });
    }
    let mut told: BTreeMap<&str, Vec<Stretch>> = BTreeMap::new();
    for layer in layers {
        for field in NAMES.field.iter().filter(|field| layer_is(&layer.name, &field.layer)) {
            for row in &layer.rows {
                stretch(row, field, &mut told);
            }
        }
    }
    let mut found = Ways::default();
    let mut differing = 0;
    for layer in references {
        let transform = systems.transform(file, layer)?;
        for row in &layer.rows {
            let Some(element) = value(&row.fields, &NAMES.place.element) else {
                *found.left_out.entry("ELEMENT_ID".to_owned()).or_default() += 1;
                continue;
            };
            let [from, to] = measures(&row.fields).unwrap_or([0.0, 1.0]);
            let stretches = told.get(element).map_or(&[][..], Vec::as_slice);
            let cuts = cuts(from, to, stretches);
            for line in parts(&row.geometry) {
                let Some(line) = placed(line, &transform) else {
                    found.unplaced += 1;
                    continue;
                };
                // Neighbours of which the same is told stay one.
                let mut pending: Option<(Link, [f64; 2])> = None;
                let flush = |pending: &mut Option<(Link, [f64; 2])>, ways: &mut Vec<Way>| {
                    if let Some((link, [begin, end])) = pending.take() {
                        let share = |at: f64| (at - from) / (to - from);
                        let line = between(&line, share(begin), share(end));
                        let link = Link { line, ..link };
                        ways.push(Way { link, order: 0, keys: Vec::new(), measures: Some([begin, end]) });
                    }
                };
                for pair in cuts.windows(2) {
                    let facts = facts_at(f64::midpoint(pair[0], pair[1]), stretches);
                    let link = link_of(format!("nvdb:{element}"), &facts, &mut differing);
                    match (link, &mut pending) {
                        (Some(link), Some((last, reach))) if *last == link => reach[1] = pair[1],
                        (Some(link), _) => {
                            flush(&mut pending, &mut found.ways);
                            pending = Some((link, [pair[0], pair[1]]));
                        }
                        (None, _) => {
                            flush(&mut pending, &mut found.ways);
                            *found.left_out.entry("Färjeled".to_owned()).or_default() += 1;
                        }
                    }
                }
                flush(&mut pending, &mut found.ways);
            }
        }
    }
    if differing > 0 {
        found.notes.push(text("roads-note-differing", &[("count", differing.to_string())]));
    }
    Ok(found)
}

/// Adds what a row of a phenomenon says to its reference line.
fn stretch<'a>(row: &'a Shape, field: &FieldNames, told: &mut BTreeMap<&'a str, Vec<Stretch>>) {
    let Some(element) = value(&row.fields, &NAMES.place.element) else { return };
    let Some([from, to]) = measures(&row.fields) else { return };
    let says = if field.columns.is_empty() { Some("ja") } else { value(&row.fields, &field.columns) };
    let Some(says) = says else { return };
    let told_here = (direction(&row.fields), says.to_owned());
    told.entry(element).or_default().push(Stretch { from, to, meaning: field.meaning, told: told_here });
}

/// Nearer to each other than this, measures are the same.
const SAME_MEASURE: f64 = 1e-9;

/// Where a line from `from` to `to` begins, changes and ends.
fn cuts(from: f64, to: f64, stretches: &[Stretch]) -> Vec<f64> {
    let inside = |at: &f64| *at > from + SAME_MEASURE && *at < to - SAME_MEASURE;
    let mut cuts: Vec<f64> = stretches.iter().flat_map(|each| [each.from, each.to]).filter(inside).collect();
    cuts.extend([from, to]);
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|a, b| *a - *b <= SAME_MEASURE);
    cuts
}

fn facts_at(at: f64, stretches: &[Stretch]) -> Facts {
    let mut facts = Facts::new();
    for each in stretches.iter().filter(|each| each.from <= at && at <= each.to) {
        facts.entry(each.meaning).or_default().insert(each.told.clone());
    }
    facts
}

/// The part of a line between two shares of its length.
fn between(line: &[[f64; 2]], from: f64, to: f64) -> Vec<[f64; 2]> {
    let step = |pair: &[[f64; 2]]| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
    let total: f64 = line.windows(2).map(step).sum();
    let at = |share: f64| -> [f64; 2] {
        if share <= 0.0 {
            return line[0];
        }
        let mut left = share * total;
        for pair in line.windows(2) {
            let length = step(pair);
            if left <= length && length > 0.0 && share < 1.0 {
                let part = left / length;
                return [0, 1].map(|axis: usize| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * part);
            }
            left -= length;
        }
        line[line.len() - 1]
    };
    let mut travelled = 0.0;
    let mut cut = vec![at(from)];
    for pair in line.windows(2) {
        travelled += step(pair);
        if travelled > from * total && travelled < to * total {
            cut.push(pair[1]);
        }
    }
    cut.push(at(to));
    cut.dedup();
    cut
}

/// The link that the facts make, without its line; `None` for a ferry. Counts meanings with several values.
fn link_of(id: String, facts: &Facts, differing: &mut usize) -> Option<Link> {
    let mut of = |meaning: Meaning, way: Direction| -> Option<&str> {
        let mut values: Vec<&str> = facts
            .get(&meaning)?
            .iter()
            .filter(|(direction, _)| *direction == Direction::Both || way == Direction::Both || *direction == way)
            .map(|(_, value)| value.as_str())
            .collect();
        values.sort_by(|a, b| {
            let number = |value: &str| value.replace(',', ".").parse::<f64>().unwrap_or(f64::INFINITY);
            number(a).total_cmp(&number(b)).then(a.cmp(b))
        });
        values.dedup();
        *differing += usize::from(values.len() > 1 && way != Direction::Both);
        values.first().copied()
    };
    let mut holds =
        |meaning: Meaning, way: Direction| of(meaning, way).is_some_and(|value| truth(value) != Some(false));
    if holds(Meaning::Ferry, Direction::Both) {
        return None;
    }
    // What may not be driven along runs one way against it.
    let against = holds(Meaning::Forbidden, Direction::Along) || holds(Meaning::ForbiddenForward, Direction::Both);
    let along = holds(Meaning::Forbidden, Direction::Against) || holds(Meaning::ForbiddenBack, Direction::Both);
    let roundabout = holds(Meaning::Roundabout, Direction::Both);
    let motorway = holds(Meaning::Motorway, Direction::Both);
    let lit = holds(Meaning::Lit, Direction::Both).then_some(true);
    let gcm_type = of(Meaning::GcmType, Direction::Along).map(gcm_words);
    let car = match of(Meaning::Net, Direction::Along) {
        Some(net) => whole(net) == Some(1_i64) || net.to_lowercase().starts_with("bil"),
        None => gcm_type.is_none(),
    };
    let structure = of(Meaning::Structure, Direction::Along).and_then(structure);
    let both = of(Meaning::Speed, Direction::Both).is_some();
    let mut limit = |one: Meaning, way: Direction| {
        let value = if both { of(Meaning::Speed, way) } else { of(one, Direction::Along) };
        // 1000 and above stand for not known.
        value.and_then(whole::<u16>).filter(|limit| (1..=200).contains(limit))
    };
    let (speed_forward, speed_back) =
        (limit(Meaning::SpeedForward, Direction::Along), limit(Meaning::SpeedBack, Direction::Against));
    Some(Link {
        level: match structure {
            Some(Structure::Bridge) => 1,
            Some(Structure::Tunnel) => -1,
            None => 0,
        },
        structure,
        modes: Modes { car, gc: !car || !motorway },
        one_way: match (along, against) {
            _ if !car => OneWay::Both,
            (true, false) => OneWay::Forward,
            (false, true) => OneWay::Backward,
            _ => OneWay::Both,
        },
        keeper: of(Meaning::Keeper, Direction::Along).and_then(keeper),
        class: of(Meaning::Class, Direction::Along).map(str::to_owned),
        speed_forward,
        speed_back,
        adt: of(Meaning::Adt, Direction::Along).and_then(whole::<u32>).filter(|adt| *adt > 0),
        adt_year: of(Meaning::AdtYear, Direction::Along).and_then(year),
        lit,
        street: of(Meaning::Street, Direction::Along).map(str::to_owned),
        gcm_type,
        roundabout,
        ..unknown(id, Vec::new())
    })
}

/// Bridge or tunnel, in numbers or words; a road under a bridge is on the ground.
fn structure(value: &str) -> Option<Structure> {
    match whole::<i64>(value) {
        Some(1 | 4) => return Some(Structure::Bridge),
        Some(3) => return Some(Structure::Tunnel),
        Some(_) => return None,
        None => {}
    }
    let words = value.to_lowercase();
    match () {
        () if words.contains("tunnel") => Some(Structure::Tunnel),
        () if words.contains("underfart") => None,
        () if words.contains("bro") || words.contains("överfart") => Some(Structure::Bridge),
        () => None,
    }
}

#[cfg(test)]
#[path = "nvdb_tests.rs"]
mod tests;
