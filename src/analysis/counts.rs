//! Counts per grid cell: how many events lie in each cell, and which cells hold many?
//!
//! Cells are anchored at the origin of the map's CRS, so results of different days and municipalities fit together and
//! cells of 125 m nest in those of 250 m.

use rayon::prelude::*;

use super::{Error, check_points};
use crate::domain::{Cell, Grid};

/// Cells that hold events, and which events they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The cells in order: by column, then row.
    cells: Vec<Cell>,
    /// Where each cell's members begin; one more than there are cells, or none where there are no cells.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Counts {
    /// The cells that hold events, by column, then row.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The events of the cell with this position in [`Self::cells`]: their positions in the input, ascending.
    /// None for a position beyond the last cell.
    #[must_use]
    pub fn members(&self, position: usize) -> &[u32] {
        self.starts.get(position..position + 2).map_or(&[], |ends| &self.members[ends[0] as usize..ends[1] as usize])
    }

    /// Cells with the events that they hold, sorted; no event stands there twice.
    pub(super) fn of_sorted(placed: &[(Cell, u32)]) -> Self {
        let mut counts = Self::default();
        for chunk in placed.chunk_by(|a, b| a.0 == b.0) {
            counts.cells.push(chunk[0].0);
            counts.starts.push(counts.members.len() as u32);
            counts.members.extend(chunk.iter().map(|&(_, index)| index));
        }
        counts.starts.push(counts.members.len() as u32);
        counts
    }

    /// How many events the cell with this position in [`Self::cells`] holds.
    #[must_use]
    pub fn count(&self, position: usize) -> u32 {
        self.members(position).len() as u32
    }
}

/// Counts points per cell of the grid; a point on an edge belongs to the cell east or north of it.
///
/// `points`: `[n]` x (east) and y (north) in metres. Only cells that hold points appear; no points give no cells. Memory
/// is O(n) and does not grow with the area; time is O(n log n).
///
/// # Errors
/// `PointNotFinite`, `PointOutsideGrid` where a cell's number does not fit, `TooManyPoints` from 2³² - 1.
pub fn counts(points: &[[f64; 2]], grid: &Grid) -> Result<Counts, Error> {
    counts_at(points, |index| index as u32, *grid)
}

/// The same for points of which each stands at this position in an input that may be larger; errors number the points given.
pub(super) fn counts_at(points: &[[f64; 2]], row: impl Fn(usize) -> u32, grid: Grid) -> Result<Counts, Error> {
    check_points(points)?;
    let mut placed = Vec::with_capacity(points.len());
    for (index, &[x, y]) in points.iter().enumerate() {
        let cell = grid.cell_of(x, y).ok_or(Error::PointOutsideGrid { number: index + 1 })?;
        placed.push((cell, row(index)));
    }
    placed.par_sort_unstable();
    Ok(Counts::of_sorted(&placed))
}

/// The cells with at least `min_points` events: positions in [`Counts::cells`], most events first, then by column and row.
///
/// With `min_points` 0 or 1 every cell that holds events. Cells are not joined: in a dense town neighbours would grow
/// together into one hotspot that says nothing.
#[must_use]
pub fn full_cells(counts: &Counts, min_points: usize) -> Vec<u32> {
    let mut full: Vec<u32> =
        (0..counts.cells.len() as u32).filter(|&at| counts.count(at as usize) as usize >= min_points).collect();
    full.sort_by_key(|&at| std::cmp::Reverse(counts.count(at as usize)));
    full
}

#[cfg(test)]
#[path = "counts_moves.rs"]
mod moves;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Metres;

    fn grid() -> Grid {
        Grid::new(Metres(100.0)).expect("allowed")
    }

    /// `n` points in the middle of a cell.
    fn points(cells: &[(i32, i32, usize)]) -> Vec<[f64; 2]> {
        let middle = |index: i32| f64::from(index) * 100.0 + 50.0;
        cells.iter().flat_map(|&(column, row, n)| vec![[middle(column), middle(row)]; n]).collect()
    }

    #[test]
    fn points_are_counted_in_the_cell_that_holds_them() {
        let counts = counts(&[[150.0, 50.0], [-1.0, 0.0], [199.9, 99.9], [200.0, 0.0]], &grid()).expect("valid");
        let cell = |column, row| Cell { column, row };
        assert_eq!(counts.cells(), [cell(-1, 0), cell(1, 0), cell(2, 0)]);
        assert_eq!(counts.members(1), [0, 2]);
        assert_eq!((counts.count(0), counts.count(2), counts.count(3)), (1, 1, 0));
    }

    #[test]
    fn full_cells_come_by_number_then_from_the_west_and_the_south() {
        let counts = counts(&points(&[(0, 0, 3), (1, 0, 1), (2, 5, 4), (2, 4, 4), (9, 9, 2)]), &grid()).expect("valid");
        let cells: Vec<(i32, i32)> = full_cells(&counts, 2)
            .iter()
            .map(|&at| counts.cells()[at as usize])
            .map(|cell| (cell.column, cell.row))
            .collect();
        assert_eq!(cells, [(2, 4), (2, 5), (0, 0), (9, 9)]);
        assert_eq!(full_cells(&counts, 1).len(), 5);
        assert!(full_cells(&counts, 5).is_empty());
    }

    #[test]
    fn no_points_give_no_cells() {
        let counts = counts(&[], &grid()).expect("valid");
        assert!(counts.cells().is_empty() && counts.members(0).is_empty());
        assert!(full_cells(&counts, 0).is_empty());
    }

    #[test]
    fn a_point_without_a_cell_is_refused_by_number() {
        assert_eq!(counts(&[[0.0, f64::NAN]], &grid()).err(), Some(Error::PointNotFinite { number: 1 }));
        assert_eq!(counts(&[[0.0, 0.0], [1e15, 0.0]], &grid()).err(), Some(Error::PointOutsideGrid { number: 2 }));
    }

    proptest! {
        #[test]
        fn every_point_is_in_one_cell_and_order_changes_no_count(
            mut points in prop::collection::vec((-900.0..900.0, -900.0..900.0).prop_map(|(x, y)| [x, y]), 0..300),
        ) {
            let before = counts(&points, &grid()).expect("valid");
            let total: u32 = (0..before.cells().len()).map(|position| before.count(position)).sum();
            prop_assert_eq!(total as usize, points.len());
            points.reverse();
            let after = counts(&points, &grid()).expect("valid");
            prop_assert_eq!(before.cells(), after.cells());
            prop_assert_eq!(full_cells(&before, 2), full_cells(&after, 2));
        }
    }
}
