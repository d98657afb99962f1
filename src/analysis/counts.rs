//! Counts per grid cell: how many events lie in each cell, and where do cells with many lie side by side?
//!
//! Cells are anchored at the origin of the map's CRS, so results of different days and municipalities fit together and
//! cells of 125 m nest in those of 250 m.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::sets::Sets;
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
    check_points(points)?;
    let mut placed = Vec::with_capacity(points.len());
    for (index, &[x, y]) in points.iter().enumerate() {
        let cell = grid.cell_of(x, y).ok_or(Error::PointOutsideGrid { number: index + 1 })?;
        placed.push((cell, index as u32));
    }
    placed.par_sort_unstable();
    let mut counts = Counts::default();
    for chunk in placed.chunk_by(|a, b| a.0 == b.0) {
        counts.cells.push(chunk[0].0);
        counts.starts.push(counts.members.len() as u32);
        counts.members.extend(chunk.iter().map(|&(_, index)| index));
    }
    counts.starts.push(counts.members.len() as u32);
    Ok(counts)
}

/// Cells with many events that hang together by their edges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Number of the group, from 1.
    pub number: u32,
    /// Its cells, by column, then row.
    pub cells: Vec<Cell>,
    /// Positions of those cells in [`Counts::cells`], ascending.
    pub positions: Vec<u32>,
    /// Events in all of them.
    pub events: u32,
}

/// Groups in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups(pub Vec<Group>);

impl Groups {
    /// `[n]` the number of the group that holds each event; `None` outside all groups. `n`: events that were counted.
    #[must_use]
    pub fn of_events(&self, counts: &Counts) -> Vec<Option<u32>> {
        let mut numbers = vec![None; counts.members.len()];
        for group in &self.0 {
            for &position in &group.positions {
                for &event in counts.members(position as usize) {
                    numbers[event as usize] = Some(group.number);
                }
            }
        }
        numbers
    }

    /// The number of the group that holds the cell with this position in [`Counts::cells`], for every cell.
    #[must_use]
    pub fn of_cells(&self, counts: &Counts) -> Vec<Option<u32>> {
        let mut numbers = vec![None; counts.cells.len()];
        for group in &self.0 {
            for &position in &group.positions {
                numbers[position as usize] = Some(group.number);
            }
        }
        numbers
    }
}

/// The hotspots of counts: groups of cells with at least `min_points` events each that share edges (not mere corners).
///
/// Numbered from 1 by events, most first, then by the smallest column, then row, of the cell that comes first. With
/// `min_points` 0 or 1 every cell that holds events counts.
#[must_use]
pub fn groups(counts: &Counts, min_points: usize) -> Groups {
    let full = |position: &u32| counts.count(*position as usize) as usize >= min_points;
    let positions: Vec<u32> = (0..counts.cells.len() as u32).filter(full).collect();
    let cells: Vec<Cell> = positions.iter().map(|&position| counts.cells[position as usize]).collect();
    let mut by_root: BTreeMap<usize, Group> = BTreeMap::new();
    for ((&cell, position), root) in cells.iter().zip(positions).zip(edge_connected(&cells)) {
        let empty = || Group { number: 0, cells: Vec::new(), positions: Vec::new(), events: 0 };
        let group = by_root.entry(root).or_insert_with(empty);
        group.cells.push(cell);
        group.positions.push(position);
        group.events += counts.count(position as usize);
    }
    let mut groups: Vec<Group> = by_root.into_values().collect();
    groups.sort_by(|a, b| b.events.cmp(&a.events).then(a.cells.cmp(&b.cells)));
    for (group, number) in groups.iter_mut().zip(1..) {
        group.number = number;
    }
    Groups(groups)
}

/// For each of the sorted, different cells the position of the first cell that it hangs together with by edges.
pub(super) fn edge_connected(cells: &[Cell]) -> Vec<usize> {
    let sets = Sets::new(cells.len());
    for (at, &Cell { column, row }) in cells.iter().enumerate() {
        for neighbour in [Cell { column, row: row + 1 }, Cell { column: column + 1, row }] {
            if let Ok(other) = cells.binary_search(&neighbour) {
                sets.join(at, other);
            }
        }
    }
    (0..cells.len()).map(|at| sets.find(at)).collect()
}

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
    fn cells_hang_together_by_edges_and_not_by_corners() {
        // Five events in each of (0,0), (1,0), (1,1); a corner away (2,2) with six; (5,5) has too few.
        let points = points(&[(0, 0, 5), (1, 0, 5), (1, 1, 5), (2, 2, 6), (5, 5, 4)]);
        let counts = counts(&points, &grid()).expect("valid");
        let groups = groups(&counts, 5);
        let summary: Vec<(u32, usize, u32)> =
            groups.0.iter().map(|group| (group.number, group.cells.len(), group.events)).collect();
        assert_eq!(summary, [(1, 3, 15), (2, 1, 6)]);
        let of_events = groups.of_events(&counts);
        assert_eq!((of_events[0], of_events[15], of_events[21]), (Some(1), Some(2), None));
        assert_eq!(groups.of_cells(&counts), [Some(1), Some(1), Some(1), Some(2), None]);
    }

    #[test]
    fn groups_of_equal_size_are_numbered_from_the_west_then_the_south() {
        let counts = counts(&points(&[(4, 0, 5), (0, 7, 5), (0, 2, 5)]), &grid()).expect("valid");
        let firsts: Vec<Cell> = groups(&counts, 1).0.iter().map(|group| group.cells[0]).collect();
        assert_eq!(firsts.iter().map(|cell| (cell.column, cell.row)).collect::<Vec<_>>(), [(0, 2), (0, 7), (4, 0)]);
    }

    #[test]
    fn no_points_give_no_cells_and_no_groups() {
        let counts = counts(&[], &grid()).expect("valid");
        assert!(counts.cells().is_empty() && counts.members(0).is_empty());
        assert_eq!(groups(&counts, 5), Groups::default());
    }

    #[test]
    fn a_point_without_a_cell_is_refused_by_number() {
        assert_eq!(counts(&[[0.0, f64::NAN]], &grid()).err(), Some(Error::PointNotFinite { number: 1 }));
        assert_eq!(counts(&[[0.0, 0.0], [1e15, 0.0]], &grid()).err(), Some(Error::PointOutsideGrid { number: 2 }));
    }

    proptest! {
        #[test]
        fn every_point_is_in_one_cell_and_order_changes_no_group(
            mut points in prop::collection::vec((-900.0..900.0, -900.0..900.0).prop_map(|(x, y)| [x, y]), 0..300),
        ) {
            let before = counts(&points, &grid()).expect("valid");
            let total: u32 = (0..before.cells().len()).map(|position| before.count(position)).sum();
            prop_assert_eq!(total as usize, points.len());
            points.reverse();
            let after = counts(&points, &grid()).expect("valid");
            prop_assert_eq!(groups(&before, 2), groups(&after, 2));
            let mut back = groups(&after, 2).of_events(&after);
            back.reverse();
            prop_assert_eq!(back, groups(&before, 2).of_events(&before));
        }
    }
}
