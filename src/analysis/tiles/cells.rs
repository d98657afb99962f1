//! What is computed from the counts of cells: Gi* and the scan.

use super::super::Error;
use super::super::dispersion::Dispersion;
use super::super::gi_star::{self, GiStar};
use super::super::neighbours::Neighbours;
use super::super::scan::{self, Options, Scan};
use super::{Tiling, counts};
use crate::domain::{Cell, Grid};

/// How many events each of these cells holds, counted in tiles.
///
/// - `points`: `[n]` x (east) and y (north) in metres; those in other cells are passed over
/// - `cells`: `[cells]` of the grid, in any order; a cell that stands there twice has its count twice
/// - returns `[cells]`, 0 for a cell without events. O((n + cells) log n)
///
/// # Errors
/// As [`counts`](super::counts()).
pub fn counts_in(points: &[[f64; 2]], cells: &[Cell], grid: &Grid, tiling: &Tiling) -> Result<Vec<u32>, Error> {
    let found = counts(points, grid, tiling)?;
    let of = |cell: &Cell| found.cells().binary_search(cell).map_or(0, |at| found.count(at));
    Ok(cells.iter().map(of).collect())
}

/// [`gi_star_counts`](super::super::gi_star::gi_star_counts) of events in cells, counted in tiles; neighbours are cells that
/// share a side or a corner.
///
/// - `points`: `[n]` x (east) and y (north) in metres; those in other cells are passed over
/// - `cells`: `[cells]` of the grid, all different; `exposure`: `[cells]`; `dispersion`: as there; `tiling`: any
/// - returns `[cells]` in the order given, to the last bit what Gi* gives for these counts; no cells give none
///
/// Only the counting is in tiles. A window's tails need the map's total, its exposure and the comparison of all neighbours
/// first, and q needs all p after; what is left for a cell by itself is what threads share out there already.
///
/// # Errors
/// As there, and as [`counts`](super::counts()).
pub fn gi_star_counts(
    points: &[[f64; 2]],
    cells: &[Cell],
    exposure: &[f64],
    grid: &Grid,
    dispersion: Dispersion,
    tiling: &Tiling,
) -> Result<GiStar, Error> {
    let n = counts_in(points, cells, grid, tiling)?;
    gi_star::gi_star_counts(&n, exposure, &Neighbours::queen(cells), dispersion)
}

/// [`poisson`](super::super::scan::poisson), the scan in space, of events in cells, counted in tiles.
///
/// - `points`: `[n]` x (east) and y (north) in metres; those in other cells are passed over
/// - `cells`: `[cells]` of the grid, all different; `exposure`: `[cells]`, in any unit; a unit is a cell's middle
/// - returns what the scan gives for these units: positions are those in `cells`
///
/// Only the counting is in tiles. A window holds up to half of the exposure and so lies in many tiles, and the largest ratio is
/// that of all windows of the map: a tile by itself can rule none out. What the scan is given are the cells, not the
/// events, so that its work does not grow with the events but for strewing null maps.
///
/// # Errors
/// As there, as [`counts`](super::counts()), and `LengthsDiffer`.
pub fn poisson(
    points: &[[f64; 2]],
    cells: &[Cell],
    exposure: &[f64],
    grid: &Grid,
    options: &Options,
    tiling: &Tiling,
) -> Result<Scan, Error> {
    if exposure.len() != cells.len() {
        return Err(Error::LengthsDiffer { wanted: cells.len(), found: exposure.len() });
    }
    let n = counts_in(points, cells, grid, tiling)?;
    let middle = |cell: &Cell| {
        let middle = |index: i32| (f64::from(index) + 0.5) * grid.side_m();
        [middle(cell.column), middle(cell.row)]
    };
    let at: Vec<[f64; 2]> = cells.iter().map(middle).collect();
    scan::poisson(&scan::units(&at, exposure, &n), options)
}
