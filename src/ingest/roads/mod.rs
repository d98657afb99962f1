//! Roads: OpenStreetMap, NVDB or any layer of lines in, a network in the store's system out, with an account of both.
//!
//! Each source has its reader, which gives [`noding::Way`]s; [`noding`] makes the network of them.

pub mod lines;
mod marks;
pub mod noding;
pub mod nvdb;
pub mod osm;
pub mod report;

use std::collections::BTreeMap;
use std::path::Path;

use geo::{CoordsIter, MultiPolygon};
use serde::Serialize;

use super::map_error::MapError;
use super::osm as pbf;
use super::shapes::{self, ShapeLayer};
use crate::crs::{self, AxisOrder, Stated, Transform};
use crate::domain::{Link, Network};

pub use report::Report;

/// Where the roads of a file come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// OpenStreetMap.
    Osm,
    /// NVDB, one layer a phenomenon, joined by linear referencing.
    Nvdb,
    /// NVDB in one layer with all columns.
    NvdbHomogenised,
    /// Lines with columns of their own.
    Lines,
}

/// What a reader gives: ways, and what it left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ways {
    /// The ways.
    pub ways: Vec<noding::Way>,
    /// Rows that were left out on purpose, by class or reason.
    pub left_out: BTreeMap<String, usize>,
    /// Ways that could not be placed in the store's system, or whose nodes are not in the file.
    pub unplaced: usize,
    /// What was chosen or assumed, in sentences.
    pub notes: Vec<String>,
    /// Signals and passages.
    pub marks: marks::Marks,
}

/// A file's network and the account of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Roads {
    /// The network, in the system that was asked for.
    pub network: Network,
    /// The account.
    pub report: Report,
}

/// Which system a file is in, and which one its network shall be in.
#[derive(Debug, Clone, Copy)]
pub struct Systems<'a> {
    /// What the user says of the file, which goes before what the file says.
    pub asked: Option<&'a str>,
    /// The home area in longitude and latitude: decides where neither says anything.
    pub home: Option<&'a MultiPolygon<f64>>,
    /// EPSG code of the network's system, a metric one.
    pub target: u32,
}

impl Systems<'_> {
    /// The way from a layer's system to the target. Where nothing states the system, it is the one that puts the layer in the home
    /// area, or without one the only one that fits.
    fn transform(&self, file: &str, layer: &ShapeLayer) -> Result<Transform, MapError> {
        let stated = self.asked.map(str::to_owned).or_else(|| layer.crs.clone());
        let from = stated.map_or_else(|| self.chosen(file, layer), Ok)?;
        Ok(Transform::new(&from, &format!("EPSG:{}", self.target))?)
    }

    fn chosen(&self, file: &str, layer: &ShapeLayer) -> Result<String, crs::Error> {
        let places = layer.rows.iter().flat_map(|row| row.geometry.coords_iter());
        let pairs: Vec<[f64; 2]> = places.map(|coord| [coord.x, coord.y]).collect();
        let stated = Stated { order: Some(AxisOrder::EastNorth), ..Stated::default() };
        Ok(crs::choose(file, &pairs, stated, self.home)?.crs)
    }
}

/// Reads a file of roads into a network.
///
/// A file that begins as OpenStreetMap's pbf is read as that whatever its name; of the others the columns and layer names tell
/// NVDB from other lines. `layer` chooses one of several layers of lines.
///
/// # Errors
/// Those of readers; a file without roads; a network of more than one link in which no two roads meet.
pub fn read(path: &Path, layer: Option<&str>, systems: Systems<'_>) -> Result<Roads, MapError> {
    let file = path.display().to_string();
    let (origin, ways) = if pbf::is_pbf(path)? {
        if let Some(layer) = layer {
            return Err(MapError::OsmHasNoLayers { file, layer: layer.to_owned() });
        }
        (Origin::Osm, osm::read(path, &Transform::new(crs::WGS84, &format!("EPSG:{}", systems.target))?)?)
    } else {
        let mut layers = shapes::read(path, layer)?;
        match nvdb::recognise(&layers) {
            Some(delivery) => {
                for other in nvdb::siblings(path) {
                    layers.extend(shapes::read(&other, None)?);
                }
                (delivery.origin(), nvdb::read(&file, &layers, delivery, systems)?)
            }
            None => (Origin::Lines, lines::read(&file, layers, systems)?),
        }
    };
    let Ways { ways, left_out, unplaced, notes, marks } = ways;
    if ways.is_empty() {
        return Err(match origin {
            Origin::Osm => MapError::NoHighways { file },
            _ => MapError::NoRoadLines { file },
        });
    }
    let read = ways.len();
    let noded = noding::node(ways);
    let report = Report::of(origin, read, left_out, unplaced, notes, &noded);
    if noded.network.links().is_empty() {
        return Err(MapError::NoRoadLines { file });
    }
    if report.junctions == 0 {
        return Err(MapError::NoJunction { file, lines: read, crossings: noded.crossings });
    }
    Ok(Roads { network: marks::put(noded.network, &marks), report })
}

/// A link of which nothing is known; its nodes come with the noding.
const fn unknown(id: String, line: Vec<[f64; 2]>) -> Link {
    Link::unknown(id, 0, 0, line)
}

/// A line in the store's system; `None` where a vertex has no place there.
fn placed(line: &geo::LineString<f64>, transform: &Transform) -> Option<Vec<[f64; 2]>> {
    line.coords().map(|coord| transform.convert([coord.x, coord.y])).collect()
}
