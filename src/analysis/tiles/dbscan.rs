//! DBSCAN in tiles: each tile clusters its points and those around it, and names the core points across its edge that its
//! clusters go on through.

use rayon::prelude::*;

use super::super::dbscan::{self, Clustering, Labelled, NOISE};
use super::super::sets::Sets;
use super::super::{Error, dbscan::numbered};
use super::{Tile, Tiling};
use crate::domain::Metres;

/// What a tile knows of the clusters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DbscanPart {
    /// The tile's own points.
    rows: Vec<Row>,
    /// Core points of other tiles, and which of this tile's clusters each is in: the clusters that lie on both sides.
    edges: Vec<(u32, u32)>,
    /// Clusters that hold a point of the tile.
    clusters: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// Position in the whole input.
    number: u32,
    core: bool,
    /// Number of the tile's cluster from 0, or `NOISE`.
    cluster: u32,
}

/// [`dbscan`](super::super::dbscan()) in tiles: the same core points, clusters and numbers.
///
/// - `points`: `[n]` x (east) and y (north) in metres; `eps`, `min_points`: as there; `tiling`: any
/// - no points give no clusters
///
/// Each tile is given a halo of 2 eps: what lies within eps of a tile has all its neighbours within that, so that its core
/// points are known without asking another tile. Tiles much smaller than eps repeat the same points many times. Time is
/// that of the kernel for the points of tiles and halos, and O(n log n) for the merge.
///
/// # Errors
/// As [`dbscan`](super::super::dbscan()).
pub fn dbscan(points: &[[f64; 2]], eps: Metres, min_points: usize, tiling: &Tiling) -> Result<Clustering, Error> {
    dbscan::check(points, eps, min_points)?;
    dbscan::check_span(points, eps.0)?;
    let tiles = tiling.split(points, Metres(2.0 * eps.0));
    let parts: Result<Vec<DbscanPart>, Error> = tiles.par_iter().map(|tile| dbscan_of(tile, eps, min_points)).collect();
    Ok(dbscan_merged(points, &parts?))
}

/// The clusters of a tile with a halo of at least 2 eps; time and memory as the kernel's for the points of both.
///
/// # Errors
/// As [`dbscan`](super::super::dbscan()); `PointNotFinite` with the point's number in the tile.
pub fn dbscan_of(tile: &Tile, eps: Metres, min_points: usize) -> Result<DbscanPart, Error> {
    dbscan::check(&tile.points, eps, min_points)?;
    let found = Labelled::new(&tile.points, eps, min_points)?;
    // Only clusters that hold a point of the tile's own: the others are for those tiles to tell whose they are, and so no
    // more clusters are named than there are points, however many tiles.
    let mut numbers = vec![NOISE; tile.points.len()];
    let mut part = DbscanPart::default();
    for (at, core, label) in found.each().filter(|(at, ..)| (*at as usize) < tile.own) {
        let cluster = match numbers.get_mut(label as usize) {
            Some(number) => {
                if *number == NOISE {
                    *number = part.clusters;
                    part.clusters += 1;
                }
                *number
            }
            None => NOISE,
        };
        part.rows.push(Row { number: tile.rows[at as usize], core, cluster });
    }
    // Near the halo's end core points are taken for others, since their neighbours are missing, but never the other way
    // round: what is core here is core.
    for (at, core, label) in found.each().filter(|(at, ..)| (*at as usize) >= tile.own) {
        let cluster = numbers.get(label as usize).copied().unwrap_or(NOISE);
        if core && cluster != NOISE {
            part.edges.push((tile.rows[at as usize], cluster));
        }
    }
    Ok(part)
}

/// The clusters of all tiles together, in any order of tiles; points that no tile has for its own are in no cluster.
///
/// `points`: those that were split into the tiles. O(n log n).
#[must_use]
pub fn dbscan_merged(points: &[[f64; 2]], parts: &[DbscanPart]) -> Clustering {
    let mut core = vec![false; points.len()];
    let mut labels = vec![NOISE; points.len()];
    let firsts: Vec<u32> = parts
        .iter()
        .scan(0, |next, part| {
            *next += part.clusters;
            Some(*next - part.clusters)
        })
        .collect();
    let of_parts = || parts.iter().zip(&firsts);
    for (part, first) in of_parts() {
        for row in part.rows.iter().filter(|row| (row.number as usize) < points.len()) {
            core[row.number as usize] = row.core;
            labels[row.number as usize] = if row.cluster == NOISE { NOISE } else { first + row.cluster };
        }
    }
    let sets = Sets::new(parts.iter().map(|part| part.clusters as usize).sum());
    for (part, first) in of_parts() {
        for (row, cluster) in &part.edges {
            if let Some(&label) = labels.get(*row as usize).filter(|label| **label != NOISE) {
                sets.join(label as usize, (first + cluster) as usize);
            }
        }
    }
    labels.iter_mut().filter(|label| **label != NOISE).for_each(|label| *label = sets.find(*label as usize) as u32);
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|&[x, y]| (x, y)).unzip();
    let (numbers, count) = numbered(&x, &y, &labels);
    Clustering { cluster: labels.into_iter().map(|label| numbers.of(label)).collect(), core, count }
}
