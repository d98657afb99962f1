//! Counts of cells: each tile counts its own points, and a cell that lies in several tiles has the sum.

use rayon::prelude::*;

use super::super::counts::{self, Counts};
use super::super::{Error, check_points};
use super::{Tile, Tiling};
use crate::domain::{Cell, Grid, Metres};

/// [`counts`](super::super::counts()) in tiles: the same cells with the same members, in the same order.
///
/// - `points`: `[n]` x (east) and y (north) in metres; `grid`: its cells may lie in several tiles; `tiling`: any
/// - no points give no cells
///
/// Needs no halo. O(n log n).
///
/// # Errors
/// As [`counts`](super::super::counts()), with the same point's number.
pub fn counts(points: &[[f64; 2]], grid: &Grid, tiling: &Tiling) -> Result<Counts, Error> {
    check_points(points)?;
    let tiles = tiling.split(points, Metres(0.0));
    let parts: Vec<Result<Counts, Error>> = tiles.par_iter().map(|tile| counts_of(tile, grid)).collect();
    let number = |error: &Error| if let Error::PointOutsideGrid { number } = error { *number } else { 0 };
    let refused = parts.iter().filter_map(|part| part.as_ref().err()).min_by_key(|error| number(error)).cloned();
    match refused {
        Some(error) => Err(error),
        None => Ok(counts_merged(&parts.into_iter().flatten().collect::<Vec<_>>())),
    }
}

/// The counts of a tile's own points; members are positions in the whole input. O(n log n).
///
/// # Errors
/// As [`counts`](super::super::counts()); the number is that in the whole input.
pub fn counts_of(tile: &Tile, grid: &Grid) -> Result<Counts, Error> {
    let own = &tile.points[..tile.own];
    let whole = |number: usize| tile.rows[number - 1] as usize + 1;
    counts::counts_at(own, |index| tile.rows[index], *grid).map_err(|error| match error {
        Error::PointNotFinite { number } => Error::PointNotFinite { number: whole(number) },
        Error::PointOutsideGrid { number } => Error::PointOutsideGrid { number: whole(number) },
        other => other,
    })
}

/// The counts of tiles together, in any order of tiles; no tiles give no cells. O(n log n).
#[must_use]
pub fn counts_merged(parts: &[Counts]) -> Counts {
    let cells = |part: &Counts| -> Vec<(Cell, u32)> {
        let of = |(at, &cell): (usize, &Cell)| part.members(at).iter().map(move |&row| (cell, row));
        part.cells().iter().enumerate().flat_map(of).collect()
    };
    let mut placed: Vec<(Cell, u32)> = parts.iter().flat_map(cells).collect();
    placed.par_sort_unstable();
    Counts::of_sorted(&placed)
}
