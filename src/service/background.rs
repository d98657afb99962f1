//! Import what lies under results: buildings (areas), entrances, lamps, trees (points), barriers (lines), named places.

use std::collections::BTreeMap;
use std::path::Path;

use geo::{Centroid, CoordsIter, Geometry, MultiPolygon};
use serde::Serialize;

use super::error::{Error, Refusal, Result};
use super::import::home_in_degrees;
use super::styles;
use crate::crs::{self, AxisOrder, Stated, Transform, WGS84};
use crate::domain::passport::NO_VINTAGE;
use crate::ingest::MapError;
use crate::ingest::osm::{self, ground, places};
use crate::ingest::shapes::{self, Shape, ShapeLayer};
use crate::store::{Background, BackgroundRow, GpkgStore, Store};

/// What to import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Areas are buildings, points are what their layer is called (entrances, lamps, trees), lines of a layer that is called
    /// so are barriers.
    Ground,
    /// Points and areas with a name and a kind; an area stands at its centroid.
    Places,
}

/// What became of the rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Shapes of the right kind that were kept, by layer.
    pub kept: BTreeMap<String, usize>,
    /// Shapes of another kind, by layer: they were passed over.
    pub passed_over: BTreeMap<String, usize>,
    /// Shapes of the right kind of which a part is not in the file: areas that its edge cuts.
    pub incomplete: usize,
}

/// Fields that may hold a name and a class, in order of preference.
const NAMES: [&str; 5] = ["namn", "name", "gatunamn", "street", "gata"];
const CLASSES: [&str; 6] = ["klass", "class", "highway", "kind", "typ", "building"];
const BARRIERS: [&str; 2] = ["barrier", "hinder"];

/// Imports the shapes of a file, in place of what the same file gave before.
///
/// # Errors
/// Readers' errors; [`MapError::NothingOfThatKind`] where no shape is of the right kind, [`Refusal::EmptyInput`] where
/// there is none at all.
pub fn import(
    what: What,
    file: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    store: &mut GpkgStore,
) -> Result<Report> {
    let shown = file.display().to_string();
    let target = format!("EPSG:{}", store.settings().crs.epsg);
    let stamp = NO_VINTAGE;
    let name = file.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    let mut report = Report::default();
    if osm::is_pbf(file)? {
        if let Some(layer) = layer {
            return Err(MapError::OsmHasNoLayers { file: shown, layer: layer.to_owned() }.into());
        }
        return of_osm(what, file, &name, &Transform::new(WGS84, &target)?, store);
    }
    for source in shapes::read(file, layer)? {
        let home = home_in_degrees(store.settings())?;
        let crs = system_of_shapes(&shown, &source, asked, home.as_ref())?;
        let transform = Transform::new(&crs, &target)?;
        let mut sorted: BTreeMap<u8, (Background, Vec<BackgroundRow>)> = BTreeMap::new();
        let (mut kept, mut passed) = (0, 0);
        for shape in &source.rows {
            let Some((key, background)) = background_of(what, &source.name, shape) else {
                passed += 1;
                continue;
            };
            let Some(row) = row(shape, &transform, &source.name, background) else {
                passed += 1;
                continue;
            };
            kept += 1;
            sorted.entry(key).or_insert((background, Vec::new())).1.push(row);
        }
        for (background, rows) in sorted.into_values() {
            store.put_background(background, &format!("{name}#{}", source.name), &rows, stamp)?;
        }
        if kept > 0 {
            report.kept.insert(source.name.clone(), kept);
        }
        if passed > 0 {
            report.passed_over.insert(source.name, passed);
        }
    }
    if report.kept.is_empty() {
        if !report.passed_over.is_empty() {
            return Err(MapError::NothingOfThatKind { file: shown }.into());
        }
        return Err(Error::from(Refusal::EmptyInput { file: shown }));
    }
    styles::write(store)?;
    Ok(report)
}

/// Imports the ground or the places of an OpenStreetMap file.
fn of_osm(what: What, file: &Path, name: &str, transform: &Transform, store: &mut GpkgStore) -> Result<Report> {
    let mut sorted: BTreeMap<u8, (Background, Vec<BackgroundRow>)> = BTreeMap::new();
    let mut report = Report::default();
    let mut keep = |key: u8, background: Background, counted: &str, row: BackgroundRow| {
        sorted.entry(key).or_insert((background, Vec::new())).1.push(row);
        *report.kept.entry(counted.to_owned()).or_default() += 1;
    };
    let lost = match what {
        What::Ground => {
            let found = ground::read(file, transform)?;
            for thing in found.things {
                let (sort, class) = thing.what;
                let (key, background, counted) = match sort {
                    ground::Sort::Building => (1, Background::Buildings, "building"),
                    ground::Sort::Point => (2, Background::Points, class.as_str()),
                    ground::Sort::Barrier => (3, Background::Barriers, "barrier"),
                };
                let row = BackgroundRow { name: thing.name, class: Some(class.clone()), shape: thing.shape };
                keep(key, background, counted, row);
            }
            found.lost
        }
        What::Places => {
            let found = places::read(file, transform)?;
            for thing in found.things {
                let row = BackgroundRow { name: thing.name, class: Some(thing.what.clone()), shape: thing.shape };
                keep(4, Background::Places, &thing.what, row);
            }
            found.lost
        }
    };
    if sorted.is_empty() {
        return Err(MapError::NothingOfThatKind { file: file.display().to_string() }.into());
    }
    report.incomplete = lost;
    for (background, rows) in sorted.into_values() {
        store.put_background(background, name, &rows, NO_VINTAGE)?;
    }
    styles::write(store)?;
    Ok(report)
}

/// The system of a layer of shapes: what the user states, else what the file states, else the one that puts them in the
/// home area (or, without a home area, the only one that fits).
///
/// # Errors
/// [`crs::Error::AmbiguousCrs`], [`crs::Error::NoCrsFits`], and those of a stated system that the shapes do not fit.
pub fn system_of_shapes(
    file: &str,
    layer: &ShapeLayer,
    asked: Option<&str>,
    home: Option<&MultiPolygon<f64>>,
) -> Result<String> {
    let stated = asked.or(layer.crs.as_deref());
    if let Some(stated) = stated {
        return Ok(stated.to_owned());
    }
    let pairs: Vec<[f64; 2]> =
        layer.rows.iter().flat_map(|shape| shape.geometry.coords_iter().map(|coord| [coord.x, coord.y])).collect();
    let stated = Stated { order: Some(AxisOrder::EastNorth), ..Stated::default() };
    Ok(crs::choose(file, &pairs, stated, home)?.crs)
}

fn background_of(what: What, layer: &str, shape: &Shape) -> Option<(u8, Background)> {
    match (what, &shape.geometry) {
        (What::Ground, Geometry::Polygon(_) | Geometry::MultiPolygon(_)) => Some((1, Background::Buildings)),
        (What::Ground, Geometry::Point(_)) => Some((2, Background::Points)),
        (What::Ground, Geometry::LineString(_) | Geometry::MultiLineString(_)) if is_barrier(layer, shape) => {
            Some((3, Background::Barriers))
        }
        (What::Places, Geometry::Point(_) | Geometry::Polygon(_) | Geometry::MultiPolygon(_)) => {
            Some((4, Background::Places))
        }
        _ => None,
    }
}

/// Whether a line is a barrier: by a filled column `barrier` or `hinder`, or by the name of its layer.
fn is_barrier(layer: &str, shape: &Shape) -> bool {
    const WORDS: [&str; 12] = [
        "barriär",
        "barriar",
        "barrier",
        "hinder",
        "staket",
        "stängsel",
        "mur",
        "plank",
        "häck",
        "fence",
        "wall",
        "hedge",
    ];
    let layer = layer.to_lowercase();
    WORDS.iter().any(|word| layer.contains(word))
        || shape.fields.keys().any(|field| matches!(field.to_lowercase().as_str(), "barrier" | "hinder"))
}

fn row(shape: &Shape, transform: &Transform, layer: &str, background: Background) -> Option<BackgroundRow> {
    let moved = transform.shape(&shape.geometry)?;
    let field = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| shape.fields.iter().find(|(field, _)| field.to_lowercase() == **name))
            .map(|(_, text)| text.clone())
    };
    let shape = match moved {
        Geometry::LineString(line) => Geometry::MultiLineString(geo::MultiLineString::new(vec![line])),
        Geometry::Polygon(polygon) => Geometry::MultiPolygon(polygon.into()),
        other => other,
    };
    let class = match background {
        Background::Points => Some(point_class(layer)),
        Background::Places => field(&CLASSES).or_else(|| Some(layer.to_lowercase())),
        Background::Barriers => field(&BARRIERS).or_else(|| field(&CLASSES)).or_else(|| Some(layer.to_lowercase())),
        Background::Roads | Background::Buildings => field(&CLASSES),
    };
    let shape = match (background, shape.centroid()) {
        (Background::Places, Some(centre)) => Geometry::Point(centre),
        _ => shape,
    };
    Some(BackgroundRow { name: field(&NAMES), class, shape })
}

/// What a layer of points holds, by its name: `lamps` are lamps.
fn point_class(layer: &str) -> String {
    const WORDS: [(&str, &str); 6] = [
        ("entr", "entrance"),
        ("lamp", "lamp"),
        ("belys", "lamp"),
        ("tree", "tree"),
        ("träd", "tree"),
        ("trad", "tree"),
    ];
    let lower = layer.to_lowercase();
    WORDS.iter().find(|(word, _)| lower.contains(word)).map_or(lower.clone(), |(_, class)| (*class).to_owned())
}
