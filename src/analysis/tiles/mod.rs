//! The same answers tile by tile: what can be computed from a part of the map and its surroundings alone, and how are the
//! parts put together again?
//!
//! Every kernel here is a function of a [`Tile`], which holds the points of one rectangle and those around it, and a merge
//! of what the tiles gave. A tile knows nothing else, so that tiles may be computed one after the other where memory is
//! short, side by side, or on several machines. The answer is that of the kernel without tiles to the last bit, whatever
//! the number of tiles, their edges, the order of rows and the number of threads: counts are added as whole numbers,
//! densities in fixed point or in the order of place, and distances are those of the coordinates as they stand, never
//! counted from a tile's corner.
//!
//! [`counts()`], [`dbscan()`] and [`density()`] are computed in tiles from end to end. [`gi_star_counts`] and [`poisson`] count
//! in tiles and are then computed from the counts of the whole map, which are few beside the events: what they hold a place
//! against is the map's total, its spread and its other places.
//!
//! Oracle: the kernels without tiles (`props.rs`).

mod cells;
mod counts;
mod dbscan;
mod density;
#[cfg(test)]
mod props;

use std::ops::{Range, RangeInclusive};

use super::{Error, range_text};
use crate::domain::{Bbox, Metres};

pub use cells::{counts_in, gi_star_counts, poisson};
pub use counts::{counts, counts_merged, counts_of};
pub use dbscan::{DbscanPart, dbscan, dbscan_merged, dbscan_of};
pub use density::density;

/// The range of the number of tiles along a side. More than 65 536 tiles would hold next to nothing each.
pub const TILES_A_SIDE: RangeInclusive<u32> = 1..=256;

/// By how much a halo is wider than asked for, so that rounding keeps no point out that a kernel counts as within it.
const WIDER: f64 = 1.0 + 1e-9;

/// Where tiles meet along an axis: ascending; tile t lies from cut t - 1, included, to cut t, left out.
#[derive(Debug, Clone, PartialEq)]
struct Axis(Vec<f64>);

impl Axis {
    fn new(low: f64, high: f64, tiles: u32) -> Self {
        let share = |cut: u32| f64::from(cut) / f64::from(tiles);
        // Not low + share (high - low), which overflows where the two are as far apart as numbers go.
        let mut cuts: Vec<f64> = (1..tiles).map(|cut| low * (1.0 - share(cut)) + high * share(cut)).collect();
        cuts.retain(|cut| cut.is_finite());
        cuts.sort_by(f64::total_cmp);
        Self(cuts)
    }

    fn tiles(&self) -> usize {
        self.0.len() + 1
    }

    fn of(&self, value: f64) -> usize {
        self.0.partition_point(|cut| *cut <= value)
    }

    /// The tiles within this distance of the value.
    ///
    /// A tile's edge is compared by a difference as kernels compare points. Rounding never turns a smaller difference into
    /// a larger one, so no point of a tile is nearer than its edge.
    fn near(&self, value: f64, reach: f64) -> RangeInclusive<usize> {
        let first = self.0.partition_point(|cut| value - cut > reach);
        let last = self.0.partition_point(|cut| cut - value <= reach);
        first..=last
    }
}

/// Rectangles of equal size over an extent, as many along either side. Those at its sides go on without end, so that every
/// point lies in exactly one tile; a point on an edge lies in the tile east or north of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiling {
    east: Axis,
    north: Axis,
}

impl Tiling {
    /// `a_side` x `a_side` tiles over the extent, in metres; one tile where the extent is empty or not finite.
    ///
    /// # Errors
    /// `OutOfRange` for a number of tiles outside [`TILES_A_SIDE`].
    pub fn new(extent: Bbox, a_side: u32) -> Result<Self, Error> {
        if !TILES_A_SIDE.contains(&a_side) {
            let range = range_text(&TILES_A_SIDE, None);
            return Err(Error::OutOfRange { parameter: "tiles".to_owned(), value: a_side.to_string(), range });
        }
        let tiles = if extent.is_empty() { 1 } else { a_side };
        Ok(Self {
            east: Axis::new(extent.min_x, extent.max_x, tiles),
            north: Axis::new(extent.min_y, extent.max_y, tiles),
        })
    }

    /// Number of tiles; at least 1.
    #[must_use]
    pub fn len(&self) -> usize {
        self.east.tiles() * self.north.tiles()
    }

    /// Whether there is no tile: never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The tile that holds the point: row by row from the south, each from the west. NaN lies in the first of its axis.
    #[must_use]
    pub fn of(&self, [x, y]: [f64; 2]) -> usize {
        self.north.of(y) * self.east.tiles() + self.east.of(x)
    }

    /// The tiles with their points, in the order of [`Self::of`], also those that hold none.
    ///
    /// - `points`: `[n]` x (east) and y (north) in metres, fewer than 2³²
    /// - `halo`: how far around a tile points are taken along, metres along either axis and then a billionth more; 0 and
    ///   less, and NaN, for none
    ///
    /// Points keep the order of the input. O(n log tiles) and a copy of a point for each tile that it is in the halo of.
    #[must_use]
    pub fn split(&self, points: &[[f64; 2]], halo: Metres) -> Vec<Tile> {
        let mut tiles = vec![Tile::default(); self.len()];
        for (row, &point) in (0..).zip(points) {
            tiles[self.of(point)].take(row, point);
        }
        for tile in &mut tiles {
            tile.own = tile.rows.len();
        }
        let reach = halo.0.max(0.0) * WIDER;
        if reach <= 0.0 || tiles.len() == 1 {
            return tiles;
        }
        for (row, &[x, y]) in (0..).zip(points) {
            let own = self.of([x, y]);
            for north in self.north.near(y, reach) {
                let along = north * self.east.tiles();
                let near = self.east.near(x, reach).map(|east| along + east);
                near.filter(|&tile| tile != own).for_each(|tile| tiles[tile].take(row, [x, y]));
            }
        }
        tiles
    }

    /// For each tile the block of values that are its own: columns and rows with these middles, which ascend.
    pub(super) fn blocks(&self, columns: &[f64], rows: &[f64]) -> Vec<(Range<usize>, Range<usize>)> {
        let runs = |axis: &Axis, middles: &[f64]| -> Vec<Range<usize>> {
            let first = |tile: usize| middles.partition_point(|middle| axis.of(*middle) < tile);
            (0..axis.tiles()).map(|tile| first(tile)..first(tile + 1)).collect()
        };
        let (columns, rows) = (runs(&self.east, columns), runs(&self.north, rows));
        rows.iter().flat_map(|rows| columns.iter().map(|columns| (columns.clone(), rows.clone()))).collect()
    }
}

/// The points of a tile, and behind them those of its halo.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tile {
    /// Each point's position in the input.
    rows: Vec<u32>,
    points: Vec<[f64; 2]>,
    /// How many are the tile's own.
    own: usize,
}

impl Tile {
    fn take(&mut self, row: u32, point: [f64; 2]) {
        self.rows.push(row);
        self.points.push(point);
    }

    /// Positions in the input of the tile's own points.
    #[must_use]
    pub fn own(&self) -> &[u32] {
        &self.rows[..self.own]
    }

    /// Positions in the input of the points around it.
    #[must_use]
    pub fn halo(&self) -> &[u32] {
        &self.rows[self.own..]
    }
}
