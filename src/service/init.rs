//! Make a store.

use std::path::Path;

use geo::{Geometry, MapCoords, MultiPolygon};

use super::background::system_of_shapes;
use super::error::{Error, Refusal, Result};
use super::{decision, styles};
use crate::crs::{self, Transform};
use crate::ingest::shapes;
use crate::store::{Gate, GpkgStore, NewStore};

/// What the store is told.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// Coordinate system; SWEREF 99 TM where nothing is said.
    pub crs: Option<&'a str>,
    /// Name of the place; the file's name where nothing is said.
    pub name: Option<&'a str>,
    /// File with the home area.
    pub home: Option<&'a Path>,
    /// File with the STRADA decision.
    pub decision: Option<&'a Path>,
    /// The municipality's own zone, for files that are given out.
    pub local_crs: Option<&'a str>,
}

/// Makes a store where no file is.
///
/// # Errors
/// [`Refusal::FileExists`], a system that is not metric, a home file without an area, a decision that is not whole.
pub fn run(path: &Path, request: &Request<'_>) -> Result<()> {
    if path.exists() {
        return Err(Refusal::FileExists { file: path.display().to_string() }.into());
    }
    let decision = request.decision.map(decision::read).transpose()?;
    let local = request.local_crs.map(crs::metric).transpose()?;
    let crs = crs::metric(request.crs.unwrap_or("EPSG:3006"))?;
    let home = request.home.map(|file| home_area(file, &format!("EPSG:{}", crs.epsg))).transpose()?;
    let stem = || path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let name = request.name.map_or_else(stem, str::to_owned);
    let mut store = GpkgStore::create(path, &NewStore { name, crs, home })?;
    if let Some(decision) = decision {
        store.put_decision(&decision)?;
    }
    if let Some(local) = local {
        store.put_local_epsg(local.epsg)?;
    }
    styles::write(&mut store)
}

/// All areas of a file, in the store's system.
fn home_area(file: &Path, target: &str) -> Result<MultiPolygon<f64>> {
    let shown = file.display().to_string();
    let mut areas = Vec::new();
    for layer in shapes::read(file, None)? {
        let source = system_of_shapes(&shown, &layer, None, None).map_err(|error| match error {
            Error::Crs(crs::Error::AmbiguousCrs { file, candidates }) => {
                Error::from(Refusal::HomeWithoutSystem { file, candidates })
            }
            other => other,
        })?;
        let transform = Transform::new(&source, target)?;
        let moved = |coord: geo::Coord<f64>| {
            let [x, y] = transform.convert([coord.x, coord.y]).unwrap_or([f64::NAN, f64::NAN]);
            geo::Coord { x, y }
        };
        for shape in layer.rows {
            match shape.geometry.map_coords(moved) {
                Geometry::Polygon(polygon) => areas.push(polygon),
                Geometry::MultiPolygon(list) => areas.extend(list),
                _ => {}
            }
        }
    }
    areas.retain(|area| area.exterior().coords().all(|coord| coord.x.is_finite() && coord.y.is_finite()));
    if areas.is_empty() {
        return Err(Error::from(Refusal::NoHomeArea { file: shown }));
    }
    Ok(MultiPolygon::new(areas))
}
