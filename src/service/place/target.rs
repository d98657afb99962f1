//! Which place is meant: a drawn area, a street, a junction, an object, a plan. Each becomes a catchment, and for roads
//! the links that belong to it.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use geo::algorithm::Buffer;
use geo::{
    BooleanOps, Coord, Geometry, LineString, MapCoords, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde::Serialize;

use super::onroad::{Ground, Which};
use crate::analysis::road::segments::RADIUS_M;
use crate::crs::Transform;
use crate::domain::Metres;
use crate::ingest::shapes;
use crate::service::background::system_of_shapes;
use crate::service::error::{Refusal, Result};
use crate::service::import::home_in_degrees;
use crate::store::near::{RoadPiece, Roads};
use crate::store::{Background, GpkgStore, Near, RegisterStore, Store, Window};

/// The place that a person asks about.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Everything in a file: areas as they are, lines and points with a buffer.
    Area(&'a Path),
    /// A street by name.
    Street(&'a str),
    /// Where two streets meet: `Storgatan/Nygatan`.
    Junction(&'a str),
    /// A place in the register, or among the places of the map.
    Object(&'a str),
    /// The area of a plan.
    Plan(&'a Path),
}

/// What sort of place it is: decides what it can be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// A drawn area, an object or a plan.
    Area,
    /// A street.
    Street,
    /// A junction.
    Junction,
}

/// A place.
#[derive(Debug, Clone)]
pub struct Place {
    /// What people call it.
    pub title: String,
    /// Its sort.
    pub sort: Sort,
    /// The catchment in the store's CRS; events elsewhere than on roads count when their position lies in it.
    pub shape: MultiPolygon<f64>,
    /// The streets or junctions of the network that it is; `None` for an area, or where the store has no network.
    pub on_road: Option<(Rc<Ground>, Which)>,
    /// Metres that the catchment goes beyond what was named.
    pub buffer_m: f64,
    /// Whether the catchment was made by a buffer of ours.
    pub buffered: bool,
}

/// Buffers where nothing is asked for, metres. Ours: half the width of a broad street with its paths; the radius within which
/// the methods along roads take an event to the crossing; a building's plot.
const STREET_M: f64 = 20.0;
const POINT_M: f64 = 50.0;

/// Widest buffer.
const WIDEST_M: f64 = 2_000.0;

/// Most sorted-out suggestions.
const SUGGESTIONS: usize = 5;

/// Finds the place.
///
/// # Errors
/// Readers' errors; no such street, junction or object, with the nearest names; a file without shapes; a buffer that is out
/// of its range.
pub fn find(target: &Target<'_>, buffer: Option<f64>, crs: Option<&str>, store: &GpkgStore) -> Result<Place> {
    if let Some(buffer) = buffer.filter(|buffer| !(0.0..=WIDEST_M).contains(buffer)) {
        return Err(Refusal::BadBuffer { value: buffer.to_string(), most: WIDEST_M.to_string() }.into());
    }
    match target {
        Target::Area(file) => of_file(file, buffer, crs, store, None),
        Target::Plan(file) => of_file(file, buffer, crs, store, Some("PLANOMR")),
        Target::Street(name) => street(name, buffer, store),
        Target::Junction(names) => at_junction(names, buffer, store),
        Target::Object(name) => object(name, buffer, store),
    }
}

fn of_file(
    file: &Path,
    buffer: Option<f64>,
    crs: Option<&str>,
    store: &GpkgStore,
    preferred: Option<&str>,
) -> Result<Place> {
    let shown = file.display().to_string();
    let layers = shapes::read(file, None)?;
    // A plan's own outline, where it has one, rather than all of its parts.
    let outline = preferred.filter(|word| layers.iter().any(|layer| layer.name.to_uppercase().contains(word)));
    let layers = layers
        .iter()
        .filter(|layer| outline.is_none_or(|word| layer.name.to_uppercase().contains(word)))
        .filter(|layer| !layer.rows.is_empty());
    let (mut areas, mut buffered) = (MultiPolygon::new(Vec::new()), buffer.is_some_and(|buffer| buffer > 0.0));
    let mut used = buffer.unwrap_or(0.0);
    let mut names: BTreeSet<String> = BTreeSet::new();
    let home = home_in_degrees(store.settings())?;
    for layer in layers {
        let source = system_of_shapes(&shown, layer, crs, home.as_ref())?;
        let transform = Transform::new(&source, &format!("EPSG:{}", store.settings().crs.epsg))?;
        for row in &layer.rows {
            let moved = row.geometry.map_coords(|coord| {
                let [x, y] = transform.convert([coord.x, coord.y]).unwrap_or([f64::NAN, f64::NAN]);
                Coord { x, y }
            });
            let fallback = match &moved {
                Geometry::Polygon(_) | Geometry::MultiPolygon(_) => 0.0,
                Geometry::LineString(_) | Geometry::MultiLineString(_) => STREET_M,
                _ => POINT_M,
            };
            let width = buffer.unwrap_or(fallback);
            buffered |= width > 0.0;
            used = used.max(width);
            if moved.coords_count_finite() {
                areas = areas.union(&widened(moved, width));
            }
            let name = ["namn", "name", "Namn"].iter().find_map(|field| row.fields.get(*field));
            names.extend(name.cloned());
        }
    }
    if areas.0.is_empty() {
        return Err(Refusal::EmptyInput { file: shown }.into());
    }
    let stem = file.file_stem().map_or_else(|| shown.clone(), |stem| stem.to_string_lossy().into_owned());
    let title = if names.len() == 1 { names.pop_first().unwrap_or_default() } else { stem };
    Ok(Place { title, sort: Sort::Area, shape: areas, on_road: None, buffer_m: used, buffered })
}

trait Finite {
    fn coords_count_finite(&self) -> bool;
}

impl Finite for Geometry<f64> {
    fn coords_count_finite(&self) -> bool {
        use geo::CoordsIter;
        self.coords_iter().all(|coord| coord.x.is_finite() && coord.y.is_finite())
    }
}

fn widened(shape: Geometry<f64>, metres: f64) -> MultiPolygon<f64> {
    match shape {
        Geometry::Polygon(area) if metres == 0.0 => MultiPolygon::new(vec![area]),
        Geometry::MultiPolygon(areas) if metres == 0.0 => areas,
        other => other.buffer(metres.max(0.5)),
    }
}

fn street(name: &str, buffer: Option<f64>, store: &GpkgStore) -> Result<Place> {
    let pieces = store.roads_near(&Roads::Named(name))?;
    let Some(first) = pieces.first() else { return Err(no_street(name, store)?.into()) };
    let title = first.street.clone().unwrap_or_else(|| name.to_owned());
    let buffer_m = buffer.unwrap_or(STREET_M);
    let ground = store.network()?.map(|network| Rc::new(Ground::new(network, Metres(RADIUS_DEFAULT_M))));
    Ok(Place {
        title,
        sort: Sort::Street,
        shape: lines(&pieces).buffer(buffer_m.max(0.5)),
        on_road: ground.and_then(|ground| ground.street(name).map(|which| (ground, which))),
        buffer_m,
        buffered: true,
    })
}

fn lines(pieces: &[RoadPiece]) -> MultiLineString<f64> {
    let line = |piece: &RoadPiece| piece.line.iter().map(|&[x, y]| Coord { x, y }).collect::<LineString<f64>>();
    MultiLineString::new(pieces.iter().map(line).collect())
}

fn no_street(name: &str, store: &GpkgStore) -> Result<Refusal> {
    let names = store.street_names()?;
    if names.is_empty() {
        return Ok(Refusal::NoStreets { file: store.path().display().to_string() });
    }
    Ok(Refusal::NoSuchStreet { street: name.to_owned(), nearest: nearest(name, names.iter().map(String::as_str)) })
}

/// The names most like the one that was written, the likest first.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut ranked: Vec<(f64, &str)> =
        names.map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    ranked.dedup_by(|a, b| a.1 == b.1);
    ranked.into_iter().take(SUGGESTIONS).map(|(_, name)| name.to_owned()).collect()
}

fn at_junction(names: &str, buffer: Option<f64>, store: &GpkgStore) -> Result<Place> {
    let parts: Vec<&str> = names
        .split(['/', '×', ';'])
        .flat_map(|part| part.split(" x "))
        .flat_map(|part| part.split(" – "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() < 2 {
        return Err(Refusal::NotAJunction { junction: names.to_owned() }.into());
    }
    for part in &parts {
        if store.roads_near(&Roads::Named(part))?.is_empty() {
            return Err(no_street(part, store)?.into());
        }
    }
    let Some(network) = store.network()? else {
        return Err(Refusal::NoStreets { file: store.path().display().to_string() }.into());
    };
    let buffer_m = buffer.unwrap_or(RADIUS_DEFAULT_M).clamp(*RADIUS_M.start(), *RADIUS_M.end());
    let ground = Rc::new(Ground::new(network, Metres(buffer_m)));
    let Some(which) = ground.junction(&parts) else {
        return Err(Refusal::NoSuchJunction { junction: names.to_owned() }.into());
    };
    let nodes = ground.nodes_of(&which).into_iter().map(|[x, y]| Point::new(x, y)).collect();
    Ok(Place {
        title: ground.name(&which),
        sort: Sort::Junction,
        shape: filled(&MultiPoint::new(nodes).buffer(buffer_m.max(0.5))),
        on_road: Some((ground, which)),
        buffer_m,
        buffered: true,
    })
}

/// The areas without the holes that circles round nodes leave between them.
fn filled(areas: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    areas.iter().map(|area| Polygon::new(area.exterior().clone(), Vec::new())).collect()
}

/// The radius of the methods along roads where nothing is asked for.
const RADIUS_DEFAULT_M: f64 = 20.0;

/// A place of the register, by id, object number, property or name; else one of the map's places, by name.
fn object(name: &str, buffer: Option<f64>, store: &GpkgStore) -> Result<Place> {
    let mut hits: Vec<(String, Geometry<f64>, f64)> = Vec::new();
    let mut found = store.find_places(name)?;
    // Several registers may tell of one object: the one that knows its area says most.
    found.sort_by(|a, b| a.id.cmp(&b.id).then(b.area.is_some().cmp(&a.area.is_some())));
    found.dedup_by(|a, b| a.id == b.id);
    for found in found {
        let title = found.name.clone().or(found.property.clone()).unwrap_or_else(|| found.id.clone());
        match (found.area, found.at) {
            (Some(area), _) => hits.push((title, Geometry::MultiPolygon(area), buffer.unwrap_or(0.0))),
            (None, Some([x, y])) => hits.push((title, Geometry::Point(Point::new(x, y)), buffer.unwrap_or(POINT_M))),
            (None, None) => {}
        }
    }
    let mut names: Vec<String> = Vec::new();
    if hits.is_empty() {
        let wanted = name.trim().to_lowercase();
        for row in store.background(Background::Places, &Window::ALL)?.rows {
            let Some(own) = row.properties.get("name").and_then(serde_json::Value::as_str) else { continue };
            match row.geometry {
                Some(shape) if own.trim().to_lowercase() == wanted => {
                    hits.push((own.to_owned(), shape, buffer.unwrap_or(POINT_M)));
                }
                _ => names.push(own.to_owned()),
            }
        }
    }
    if hits.len() > 1 {
        return Err(Refusal::SeveralObjects { object: name.to_owned(), count: hits.len() }.into());
    }
    let Some((title, shape, buffer_m)) = hits.pop() else {
        names.extend(store.register()?.into_iter().filter_map(|place| place.name));
        let nearest = nearest(name, names.iter().map(String::as_str));
        return Err(Refusal::NoSuchObject { object: name.to_owned(), nearest }.into());
    };
    Ok(Place {
        title,
        sort: Sort::Area,
        shape: widened(shape, buffer_m),
        on_road: None,
        buffer_m,
        buffered: buffer_m > 0.0,
    })
}
