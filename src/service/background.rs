//! Import what lies under results: roads as lines, ground as buildings (areas) and points.

use std::collections::BTreeMap;
use std::path::Path;

use geo::{CoordsIter, Geometry, MapCoords, MultiPolygon};
use serde::Serialize;

use super::error::{Error, Refusal, Result};
use super::import::home_in_degrees;
use super::styles;
use crate::crs::{self, AxisOrder, Stated, Transform};
use crate::ingest::shapes::{self, Shape, ShapeLayer};
use crate::store::{Background, BackgroundRow, GpkgStore, Store};

/// What to import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Lines.
    Roads,
    /// Areas are buildings, points are what their layer is called (entrances, lamps, trees).
    Ground,
}

/// What became of the rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Shapes of the right kind that were kept, by layer.
    pub kept: BTreeMap<String, usize>,
    /// Shapes of another kind, by layer: they were passed over.
    pub passed_over: BTreeMap<String, usize>,
}

/// Fields that may hold a name and a class, in order of preference.
const NAMES: [&str; 5] = ["namn", "name", "gatunamn", "street", "gata"];
const CLASSES: [&str; 6] = ["klass", "class", "highway", "kind", "typ", "building"];

/// Imports the shapes of a file, in place of what the same file gave before.
///
/// # Errors
/// Readers' errors; [`Refusal::EmptyInput`] where no shape is of the right kind.
pub fn import(
    what: What,
    file: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    store: &mut GpkgStore,
) -> Result<Report> {
    let shown = file.display().to_string();
    let target = format!("EPSG:{}", store.settings().crs.epsg);
    let stamp = crate::domain::passport::NO_VINTAGE;
    let name = file.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    let mut report = Report::default();
    for source in shapes::read(file, layer)? {
        let home = home_in_degrees(store.settings())?;
        let crs = system_of_shapes(&shown, &source, asked, home.as_ref())?;
        let transform = Transform::new(&crs, &target)?;
        let mut sorted: BTreeMap<u8, (Background, Vec<BackgroundRow>)> = BTreeMap::new();
        let (mut kept, mut passed) = (0, 0);
        for shape in &source.rows {
            let Some((key, background)) = background_of(what, &shape.geometry) else {
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
        return Err(Error::from(Refusal::EmptyInput { file: shown }));
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

fn background_of(what: What, geometry: &Geometry<f64>) -> Option<(u8, Background)> {
    match (what, geometry) {
        (What::Roads, Geometry::LineString(_) | Geometry::MultiLineString(_)) => Some((0, Background::Roads)),
        (What::Ground, Geometry::Polygon(_) | Geometry::MultiPolygon(_)) => Some((1, Background::Buildings)),
        (What::Ground, Geometry::Point(_)) => Some((2, Background::Points)),
        _ => None,
    }
}

fn row(shape: &Shape, transform: &Transform, layer: &str, background: Background) -> Option<BackgroundRow> {
    let lost = std::cell::Cell::new(false);
    let moved = shape.geometry.map_coords(|coord| {
        let place = transform.convert([coord.x, coord.y]);
        lost.set(lost.get() || place.is_none());
        place.map_or(coord, |[x, y]| geo::Coord { x, y })
    });
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
    let class = if background == Background::Points { Some(point_class(layer)) } else { field(&CLASSES) };
    (!lost.get()).then(|| BackgroundRow { name: field(&NAMES), class, shape })
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
