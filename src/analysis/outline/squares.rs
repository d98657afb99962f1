//! The union of grid cells, traced along their edges.

use std::collections::BTreeMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::analysis::sets::Sets;
use crate::domain::{Cell, Grid};

/// A corner of cells: column and row of the cell north-east of it.
type Corner = (i64, i64);

/// An edge between a cell and none, run so that the cell is on its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: Corner,
    to: Corner,
    /// Position of the cell.
    cell: usize,
}

/// See [`super::of_cells`].
pub(super) fn union(grid: Grid, cells: &[Cell]) -> MultiPolygon<f64> {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    cells.dedup();
    let edges = edges(&cells);
    let pieces = edge_connected(&cells);
    // Outer ring and holes of each piece that hangs together by edges; it has one outer ring and no more.
    let mut rings: BTreeMap<usize, (Vec<Corner>, Vec<Vec<Corner>>)> = BTreeMap::new();
    let mut done = vec![false; edges.len()];
    for start in 0..edges.len() {
        if done[start] {
            continue;
        }
        let (outer, holes) = rings.entry(pieces[edges[start].cell]).or_default();
        for ring in simple(trace(&edges, start, &mut done)) {
            if turns_left(&ring) {
                *outer = ring;
            } else {
                holes.push(ring);
            }
        }
    }
    let place = |&(column, row): &Corner| Coord { x: column as f64 * grid.side_m(), y: row as f64 * grid.side_m() };
    let close = |ring: &Vec<Corner>| ring.iter().chain(ring.first()).map(place).collect::<LineString>();
    let polygon = |(outer, holes): &(Vec<Corner>, Vec<Vec<Corner>>)| {
        Polygon::new(close(outer), holes.iter().map(close).collect())
    };
    rings.values().map(polygon).collect()
}

/// The edges between the sorted cells and what is not among them, sorted.
fn edges(cells: &[Cell]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (cell, &Cell { column, row }) in cells.iter().enumerate() {
        let (west, south) = (i64::from(column), i64::from(row));
        let (east, north) = (west + 1, south + 1);
        let sides = [
            ((0, -1), (west, south), (east, south)),
            ((1, 0), (east, south), (east, north)),
            ((0, 1), (east, north), (west, north)),
            ((-1, 0), (west, north), (west, south)),
        ];
        for ((right, up), from, to) in sides {
            if cells.binary_search(&Cell { column: column + right, row: row + up }).is_err() {
                edges.push(Edge { from, to, cell });
            }
        }
    }
    edges.sort_unstable();
    edges
}

/// The corners of the ring that starts with an edge. Where two edges go on, the left one keeps to the same cells.
fn trace(edges: &[Edge], start: usize, done: &mut [bool]) -> Vec<Corner> {
    let step = |edge: &Edge| (edge.to.0 - edge.from.0, edge.to.1 - edge.from.1);
    let (mut ring, mut at) = (vec![edges[start].from], start);
    loop {
        done[at] = true;
        let (edge, (right, up)) = (edges[at], step(&edges[at]));
        let first = edges.partition_point(|other| other.from < edge.to);
        let two = edges.get(first + 1).is_some_and(|other| other.from == edge.to);
        let next = if two && step(&edges[first]) != (-up, right) { first + 1 } else { first };
        if next == start {
            return ring;
        }
        if step(&edges[next]) != (right, up) {
            ring.push(edge.to);
        }
        at = next;
    }
}

/// Cuts a ring that meets itself in corners into rings that do not.
fn simple(ring: Vec<Corner>) -> Vec<Vec<Corner>> {
    let (mut rings, mut path) = (Vec::new(), Vec::new());
    let mut position: BTreeMap<Corner, usize> = BTreeMap::new();
    for corner in ring {
        if let Some(&start) = position.get(&corner) {
            let loop_: Vec<Corner> = path.drain(start..).collect();
            for corner in &loop_ {
                position.remove(corner);
            }
            rings.push(loop_);
        }
        position.insert(corner, path.len());
        path.push(corner);
    }
    rings.push(path);
    rings
}

/// Whether a ring runs counter-clockwise.
fn turns_left(ring: &[Corner]) -> bool {
    let next = ring.iter().cycle().skip(1);
    let origin = ring[0];
    let doubled: i128 = ring
        .iter()
        .zip(next)
        .map(|(a, b)| {
            let ((ax, ay), (bx, by)) = ((a.0 - origin.0, a.1 - origin.1), (b.0 - origin.0, b.1 - origin.1));
            i128::from(ax) * i128::from(by) - i128::from(bx) * i128::from(ay)
        })
        .sum();
    doubled > 0
}

/// For each of the sorted, different cells the position of the first cell that it hangs together with by edges.
fn edge_connected(cells: &[Cell]) -> Vec<usize> {
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
    use geo::{Area, Contains, Point, Validation};
    use proptest::prelude::*;

    use super::super::{area_m2, of_cells};
    use super::*;
    use crate::domain::Metres;

    fn grid() -> Grid {
        Grid::new(Metres(10.0)).expect("allowed")
    }

    /// Cells of a picture, north up, its lower left cell at column 0 and row 0.
    fn picture(rows: &[&str]) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (row, line) in rows.iter().rev().enumerate() {
            for (column, mark) in line.chars().enumerate() {
                if mark == '#' {
                    cells.push(Cell { column: column as i32, row: row as i32 });
                }
            }
        }
        cells
    }

    fn shape(rows: &[&str]) -> MultiPolygon<f64> {
        let shape = of_cells(&grid(), &picture(rows));
        assert!(shape.is_valid(), "{shape:?}");
        shape
    }

    #[test]
    fn one_cell_is_a_square_that_runs_counter_clockwise() {
        let shape = of_cells(&grid(), &[Cell { column: -1, row: 2 }, Cell { column: -1, row: 2 }]);
        let expected = LineString::from(vec![(-10.0, 20.0), (0.0, 20.0), (0.0, 30.0), (-10.0, 30.0), (-10.0, 20.0)]);
        assert_eq!(shape.0, [Polygon::new(expected, vec![])]);
    }

    #[test]
    fn straight_edges_have_no_vertices_between() {
        let shape = shape(&["###", "#..", "#.."]);
        assert_eq!((shape.0.len(), shape.0[0].exterior().0.len()), (1, 7));
        assert_eq!(area_m2(&shape), 500.0);
    }

    #[test]
    fn a_hole_runs_clockwise_and_is_taken_off() {
        let shape = shape(&["###", "#.#", "###"]);
        let hole = Polygon::new(shape.0[0].interiors()[0].clone(), vec![]);
        assert_eq!((shape.0.len(), shape.0[0].interiors().len(), area_m2(&shape)), (1, 1, 800.0));
        assert!(hole.signed_area() < 0.0 && shape.0[0].exterior().0.len() == 5);
    }

    #[test]
    fn cells_that_meet_in_a_corner_are_two_polygons() {
        let shape = shape(&[".#", "#."]);
        assert_eq!((shape.0.len(), area_m2(&shape)), (2, 200.0));
    }

    #[test]
    fn a_ring_of_cells_closed_by_a_corner_has_its_hole_as_a_ring_of_its_own() {
        let shape = shape(&["##.", "#.#", "###"]);
        assert_eq!((shape.0.len(), shape.0[0].interiors().len(), area_m2(&shape)), (1, 1, 700.0));
    }

    #[test]
    fn an_island_in_a_hole_is_a_polygon_of_its_own() {
        let shape = shape(&["#####", "#...#", "#.#.#", "#...#", "#####"]);
        assert_eq!((shape.0.len(), area_m2(&shape)), (2, 1700.0));
    }

    #[test]
    fn no_cells_have_no_shape() {
        assert_eq!(of_cells(&grid(), &[]), MultiPolygon(vec![]));
    }

    proptest! {
        #[test]
        fn any_cells_give_a_valid_shape_that_holds_them_and_no_others(
            mut places in prop::collection::vec((-6..6_i32, -6..6_i32), 0..90),
        ) {
            let cells: Vec<Cell> = places.iter().map(|&(column, row)| Cell { column, row }).collect();
            let shape = of_cells(&grid(), &cells);
            prop_assert!(shape.is_valid());
            places.sort_unstable();
            places.dedup();
            prop_assert_eq!(area_m2(&shape), places.len() as f64 * 100.0);
            for (column, row) in (-7..7).flat_map(|column| (-7..7).map(move |row| (column, row))) {
                let middle = Point::new(f64::from(column) * 10.0 + 5.0, f64::from(row) * 10.0 + 5.0);
                prop_assert_eq!(shape.contains(&middle), places.contains(&(column, row)));
            }
            for polygon in &shape {
                prop_assert!(Polygon::new(polygon.exterior().clone(), vec![]).signed_area() > 0.0);
            }
            let reversed: Vec<Cell> = cells.into_iter().rev().collect();
            prop_assert_eq!(of_cells(&grid(), &reversed), shape);
        }
    }
}
