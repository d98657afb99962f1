//! The cells of a study area, and what each has to be compared with: those without events count too.
//!
//! A test that leaves empty cells out asks where events are many among the places that have events, which is another
//! question. Cells are those of the grid at the CRS origin, so that results fit together.

use std::collections::BTreeMap;

use geo::{BoundingRect, LineString, MultiPolygon};

use super::Error;
use crate::domain::{Bbox, Cell, Grid};

/// More cells than this are no map that anyone reads, and no memory that every machine has.
pub const MOST_CELLS: usize = 4_000_000;

/// The cells whose middle lies in the area, by column, then row. An area without extent gives none.
///
/// Holes are left out; a middle on the edge belongs to the area east and north of it. Time is O(rows · vertices + cells).
///
/// # Errors
/// `TooManyCells` beyond [`MOST_CELLS`] in the area's box, with the side that would do; `PointNotFinite`.
pub fn within(area: &MultiPolygon<f64>, grid: &Grid) -> Result<Vec<Cell>, Error> {
    let Some(rect) = area.bounding_rect() else { return Ok(Vec::new()) };
    let bbox = Bbox { min_x: rect.min().x, min_y: rect.min().y, max_x: rect.max().x, max_y: rect.max().y };
    let (low, high) = corners(bbox, *grid)?;
    let side = grid.side_m();
    let rings: Vec<&LineString<f64>> =
        area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors())).collect();
    let mut cells = Vec::new();
    let mut crossings: Vec<f64> = Vec::new();
    for row in low.row..=high.row {
        let y = (f64::from(row) + 0.5) * side;
        crossings.clear();
        for line in rings.iter().flat_map(|ring| ring.lines()) {
            let (a, b) = (line.start, line.end);
            // Half-open, so that a vertex on the line is met once.
            if (a.y <= y) != (b.y <= y) {
                crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
            }
        }
        crossings.sort_by(f64::total_cmp);
        for inside in crossings.chunks_exact(2) {
            let first = (inside[0] / side - 0.5).ceil() as i32;
            let last = (inside[1] / side - 0.5).ceil() as i32 - 1;
            cells.extend((first..=last).map(|column| Cell { column, row }));
        }
    }
    cells.sort_unstable();
    cells.dedup();
    Ok(cells)
}

/// All cells of a box, by column, then row; none of an empty box.
///
/// # Errors
/// As [`within`].
pub fn of_box(bbox: Bbox, grid: &Grid) -> Result<Vec<Cell>, Error> {
    if bbox.is_empty() {
        return Ok(Vec::new());
    }
    let (low, high) = corners(bbox, *grid)?;
    Ok((low.column..=high.column)
        .flat_map(|column| (low.row..=high.row).map(move |row| Cell { column, row }))
        .collect())
}

/// The cells in the south-west and north-east corners of a box, where there are not too many between.
fn corners(bbox: Bbox, grid: Grid) -> Result<(Cell, Cell), Error> {
    let outside = || Error::PointOutsideGrid { number: 1 };
    let low = grid.cell_of(bbox.min_x, bbox.min_y).ok_or_else(outside)?;
    let high = grid.cell_of(bbox.max_x, bbox.max_y).ok_or_else(outside)?;
    let columns = i64::from(high.column) - i64::from(low.column) + 1;
    let rows = i64::from(high.row) - i64::from(low.row) + 1;
    let cells = columns.saturating_mul(rows);
    if cells > MOST_CELLS as i64 {
        let least = grid.side_m() * (cells as f64 / MOST_CELLS as f64).sqrt();
        return Err(Error::TooManyCells {
            cells: u64::try_from(cells).unwrap_or(u64::MAX),
            side: crate::texts::number(&grid.side_m()),
            least: format!("{}", (least / 10.0).ceil() * 10.0),
        });
    }
    Ok((low, high))
}

/// Metres of line in each cell that a line passes, by column, then row; shorter ends than a micrometre are nothing.
///
/// Lines are cut exactly where they pass from cell to cell; what lies on an edge belongs to the cell east or north of it.
/// Sums are kept in whole micrometres: the order of the lines changes nothing. Lines of less than two vertices, and
/// vertices that are not finite, are passed over.
#[must_use]
pub fn metres<'a>(lines: impl IntoIterator<Item = &'a [[f64; 2]]>, grid: &Grid) -> BTreeMap<Cell, f64> {
    let side = grid.side_m();
    let mut sums: BTreeMap<Cell, i64> = BTreeMap::new();
    let mut at: Vec<f64> = Vec::new();
    for line in lines {
        for pair in line.windows(2) {
            let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
            let length = (bx - ax).hypot(by - ay);
            if !(length.is_finite() && length > 0.0) {
                continue;
            }
            at.clear();
            at.extend([0.0, 1.0]);
            for (a, b) in [(ax, bx), (ay, by)] {
                let (low, high) = if a < b { (a, b) } else { (b, a) };
                let (first, last) = ((low / side).ceil(), (high / side).floor());
                let mut edge = first;
                while edge <= last {
                    at.push(((edge * side - a) / (b - a)).clamp(0.0, 1.0));
                    edge += 1.0;
                }
            }
            at.sort_by(f64::total_cmp);
            for ends in at.windows(2) {
                let middle = ends[0].midpoint(ends[1]);
                let Some(cell) = grid.cell_of(ax + middle * (bx - ax), ay + middle * (by - ay)) else { continue };
                *sums.entry(cell).or_default() += ((ends[1] - ends[0]) * length * 1e6).round() as i64;
            }
        }
    }
    sums.into_iter().filter(|(_, sum)| *sum > 0).map(|(cell, sum)| (cell, sum as f64 / 1e6)).collect()
}

#[cfg(test)]
mod tests {
    use geo::polygon;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Metres;

    fn grid() -> Grid {
        Grid::new(Metres(100.0)).expect("allowed")
    }

    #[test]
    fn cells_are_in_where_their_middle_is() {
        let area = MultiPolygon::from(
            polygon![(x: 40.0, y: 0.0), (x: 260.0, y: 0.0), (x: 260.0, y: 140.0), (x: 40.0, y: 140.0)],
        );
        let found: Vec<_> = within(&area, &grid()).expect("few").iter().map(|cell| (cell.column, cell.row)).collect();
        assert_eq!(found, [(0, 0), (1, 0), (2, 0)]);
    }

    #[test]
    fn a_hole_is_out_and_nothing_has_no_cells() {
        let area = MultiPolygon::from(polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 300.0, y: 0.0), (x: 300.0, y: 300.0), (x: 0.0, y: 300.0)],
            interiors: [[(x: 110.0, y: 110.0), (x: 190.0, y: 110.0), (x: 190.0, y: 190.0), (x: 110.0, y: 190.0)]]
        ));
        let found = within(&area, &grid()).expect("few");
        assert!(found.len() == 8 && !found.contains(&Cell { column: 1, row: 1 }));
        assert!(within(&MultiPolygon::new(Vec::new()), &grid()).expect("none").is_empty());
        assert!(of_box(Bbox::EMPTY, &grid()).expect("none").is_empty());
        assert_eq!(of_box(Bbox::around([[0.0, 0.0], [150.0, 50.0]]), &grid()).expect("few").len(), 2);
    }

    #[test]
    fn too_many_cells_name_the_side_that_would_do() {
        let bbox = Bbox::around([[0.0, 0.0], [1e6, 1e6]]);
        let error = of_box(bbox, &grid()).expect_err("10 001 by 10 001");
        assert_eq!(error, Error::TooManyCells { cells: 100_020_001, side: "100".to_owned(), least: "510".to_owned() });
    }

    #[test]
    fn a_line_is_cut_where_cells_meet() {
        let found = metres([&[[50.0, 50.0], [250.0, 50.0]][..], &[[0.0, 0.0]]], &grid());
        let wanted: BTreeMap<Cell, f64> =
            [(0, 50.0), (1, 100.0), (2, 50.0)].map(|(column, length)| (Cell { column, row: 0 }, length)).into();
        assert_eq!(found, wanted);
    }

    proptest! {
        #[test]
        fn all_metres_are_somewhere_and_order_changes_nothing(
            lines in prop::collection::vec(prop::collection::vec((-900.0..900.0, -900.0..900.0).prop_map(|(x, y)| [x, y]), 2..6), 0..8),
        ) {
            let length: f64 = lines.iter().flat_map(|line: &Vec<[f64; 2]>| line.windows(2)).map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1])).sum();
            let found = metres(lines.iter().map(Vec::as_slice), &grid());
            prop_assert!((found.values().sum::<f64>() - length).abs() < 1e-3);
            prop_assert_eq!(metres(lines.iter().rev().map(Vec::as_slice), &grid()), found);
        }
    }
}
