//! Moves of the map that rounding does not notice, for tests: shifts as far as a country is, quarter turns, mirrorings, and
//! scales that are powers of two.
//!
//! Coordinates in whole eighths of a metre below 2²⁰ m stay exact in all of them, and so do their differences, which is what
//! kernels look at. Other turns round, and belong where an answer is compared within a tolerance.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::domain::Cell;
use crate::domain::random::Stream;

/// Mirror, then turn, then scale, then shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    mirrored: bool,
    quarters: u8,
    power: i32,
    /// In metres.
    by: [f64; 2],
}

impl Move {
    /// Where a point, in whole eighths of a metre, goes.
    pub(super) fn point(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [x, y] = turned([x, y], self.mirrored, self.quarters);
        [self.length(x) + self.by[0], self.length(y) + self.by[1]]
    }

    pub(super) fn points(&self, points: &[[f64; 2]]) -> Vec<[f64; 2]> {
        points.iter().map(|&point| self.point(point)).collect()
    }

    /// How long a length is then.
    pub(super) fn length(&self, metres: f64) -> f64 {
        metres * 2.0_f64.powi(self.power)
    }
}

fn turned([x, y]: [f64; 2], mirrored: bool, quarters: u8) -> [f64; 2] {
    let start = if mirrored { [-x, y] } else { [x, y] };
    (0..quarters % 4).fold(start, |[x, y], _| [-y, x])
}

/// Shifts and scales: the order by x, then y, stays what it is.
pub(super) fn shifts() -> impl Strategy<Value = Move> {
    (-2..4_i32, -700_000..700_000_i32, -7_000_000..7_000_000_i32).prop_map(|(power, east, north)| Move {
        mirrored: false,
        quarters: 0,
        power,
        by: [f64::from(east), f64::from(north)],
    })
}

/// Shifts and scales, turned and mirrored: which point comes first by x changes.
pub(super) fn any_move() -> impl Strategy<Value = Move> {
    (shifts(), any::<bool>(), 0..4_u8).prop_map(|(shift, mirrored, quarters)| Move { mirrored, quarters, ..shift })
}

/// A move of the grid: its cells go over into cells.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridMove {
    mirrored: bool,
    quarters: u8,
    /// In cells.
    by: [i32; 2],
}

impl GridMove {
    /// Where a cell goes.
    pub(super) fn cell(&self, cell: Cell) -> Cell {
        let middle = [cell.column, cell.row].map(|index| f64::from(index) + 0.5);
        let [column, row] = turned(middle, self.mirrored, self.quarters).map(|middle| (middle - 0.5) as i32);
        Cell { column: column + self.by[0], row: row + self.by[1] }
    }

    /// Where a point goes on a grid with cells of this side, which is a whole number of eighths.
    pub(super) fn point(&self, point: [f64; 2], side: f64) -> [f64; 2] {
        let [x, y] = turned(point, self.mirrored, self.quarters);
        [x + f64::from(self.by[0]) * side, y + f64::from(self.by[1]) * side]
    }
}

/// Shifts by whole cells, turned and mirrored.
pub(super) fn grid_moves() -> impl Strategy<Value = GridMove> {
    (any::<bool>(), 0..4_u8, -9_000..9_000_i32, -9_000..90_000_i32)
        .prop_map(|(mirrored, quarters, east, north)| GridMove { mirrored, quarters, by: [east, north] })
}

/// The number in eighths nearest to it.
pub(super) fn eighths(value: f64) -> f64 {
    (value * 8.0).round() / 8.0
}

/// The nearest number that is an odd number of sixteenths, so that it lies on no edge of a cell, turned or not.
pub(super) fn off_edges(value: f64) -> f64 {
    (value * 8.0).floor() / 8.0 + 0.0625
}

/// Points on a lattice (many equally far, many copies), in knots and anywhere, in whole eighths within 40 m.
pub(super) fn some_points(most: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
    let lattice = (0..40_i32, 0..40_i32).prop_map(|(x, y)| [f64::from(x), f64::from(y)]);
    let anywhere = (0.0..40.0, 0.0..40.0).prop_map(|(x, y)| [eighths(x), eighths(y)]);
    let knot = (18.0..22.0, 18.0..22.0).prop_map(|(x, y)| [eighths(x), eighths(y)]);
    prop::collection::vec(prop_oneof![3 => lattice, 2 => anywhere, 2 => knot], 0..most)
}

/// Any number that a coordinate, length or weight can be, also what none should be.
pub(super) fn any_number() -> impl Strategy<Value = f64> {
    let odd = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324];
    prop_oneof![3 => -1e4..1e4_f64, 2 => 0.0..50.0_f64, 1 => prop::num::f64::ANY, 1 => prop::sample::select(odd.to_vec())]
}

/// Any place, most of them on a map.
pub(super) fn any_place() -> impl Strategy<Value = [f64; 2]> {
    let near = (0..99_i32, 0..99_i32).prop_map(|(x, y)| [580_000.0 + f64::from(x), 6_602_000.0 + f64::from(y)]);
    prop_oneof![4 => near, 1 => (any_number(), any_number()).prop_map(|(x, y)| [x, y])]
}

/// Whether the same members are together, whatever the groups' numbers.
pub(super) fn same_groups(a: &[Option<u32>], b: &[Option<u32>]) -> bool {
    let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.is_some() == b.is_some() && *there.entry(a).or_insert(b) == b && *back.entry(b).or_insert(a) == a
        })
}

/// An order of `0..n`, the same for the same seed.
pub(super) fn order(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    Stream::new(seed, 0).shuffle(&mut order);
    order
}

#[test]
fn moves_by_hand() {
    let all = Move { mirrored: true, quarters: 1, power: 1, by: [100.0, -7.0] };
    assert_eq!((all.point([1.0, 2.125]), all.length(5.0)), ([95.75, -9.0], 10.0));
    let turn = GridMove { mirrored: false, quarters: 1, by: [0, 1] };
    // The cell from (100, 0) to (200, 100) comes to lie from (-100, 100) to (0, 200), and then one cell north.
    assert_eq!(turn.cell(Cell { column: 1, row: 0 }), Cell { column: -1, row: 2 });
    assert_eq!(turn.point([150.0, 20.0], 100.0), [-20.0, 250.0]);
    assert!(same_groups(&[Some(1), None, Some(2)], &[Some(4), None, Some(3)]));
    assert!(!same_groups(&[Some(1), Some(1)], &[Some(1), Some(2)]));
    assert!(!same_groups(&[Some(1), Some(2)], &[Some(1), Some(1)]) && !same_groups(&[None], &[Some(1)]));
}
