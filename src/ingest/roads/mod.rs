//! Roads: OpenStreetMap, NVDB or any layer of lines in, a network in the store's system out, with an account of both.
//!
//! Each source has its reader, which gives [`noding::Way`]s; [`noding`] makes the network of them.

pub mod lines;
pub mod noding;
pub mod nvdb;
pub mod osm;
pub mod report;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::map_error::MapError;
use super::{osm as pbf, shapes};
use crate::crs::{self, Transform};
use crate::domain::{Link, Modes, Network, OneWay};

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
}

/// A file's network and the account of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Roads {
    /// The network, in the system that was asked for.
    pub network: Network,
    /// The account.
    pub report: Report,
}

/// Reads a file of roads into a network in `EPSG:target`, a metric system.
///
/// A file that begins as OpenStreetMap's pbf is read as that whatever its name; of the others the columns and layer names tell
/// NVDB from other lines. `layer` chooses one of several layers of lines. `asked` is the file's system where it does not say.
///
/// # Errors
/// Those of readers; a file without roads; a network of more than one link in which no two roads meet.
pub fn read(path: &Path, layer: Option<&str>, asked: Option<&str>, target: u32) -> Result<Roads, MapError> {
    let file = path.display().to_string();
    let target = format!("EPSG:{target}");
    let (origin, ways) = if pbf::is_pbf(path)? {
        if let Some(layer) = layer {
            return Err(MapError::OsmHasNoLayers { file, layer: layer.to_owned() });
        }
        (Origin::Osm, osm::read(path, &Transform::new(crs::WGS84, &target)?)?)
    } else {
        let mut layers = shapes::read(path, layer)?;
        match nvdb::recognise(&layers) {
            Some(delivery) => {
                for other in nvdb::siblings(path) {
                    layers.extend(shapes::read(&other, None)?);
                }
                (delivery.origin(), nvdb::read(&file, &layers, delivery, asked, &target)?)
            }
            None => (Origin::Lines, lines::read(&file, layers, asked, &target)?),
        }
    };
    let Ways { ways, left_out, unplaced, notes } = ways;
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
    Ok(Roads { network: noded.network, report })
}

/// A link of which nothing is known but its name; cars and people on foot or bicycle may use it.
fn unknown(id: String, line: Vec<[f64; 2]>) -> Link {
    Link {
        id,
        from: 0,
        to: 0,
        line,
        level: 0,
        structure: None,
        modes: Modes { car: true, gc: true },
        one_way: OneWay::Both,
        keeper: None,
        class: None,
        speed_forward: None,
        speed_back: None,
        adt: None,
        adt_year: None,
        lit: None,
        street: None,
        gcm_type: None,
        roundabout: false,
    }
}

/// A line in the store's system; `None` where a vertex has no place there.
fn placed(line: &geo::LineString<f64>, transform: &Transform) -> Option<Vec<[f64; 2]>> {
    line.coords().map(|coord| transform.convert([coord.x, coord.y])).collect()
}
