//! What a move of the grid must not change in counts, planted cells, and input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_number, any_place, grid_moves, off_edges};
use crate::domain::Metres;

fn grid(side: f64) -> Grid {
    Grid::new(Metres(side)).expect("allowed")
}

proptest! {
    #[test]
    fn whole_cells_turns_and_mirrors_move_the_cells_and_change_no_member(
        points in prop::collection::vec((-900.0..900.0, -900.0..900.0).prop_map(|(x, y)| [off_edges(x), off_edges(y)]), 0..200),
        side in prop::sample::select(vec![16.0, 100.0, 312.5]), by in grid_moves(), power in -2..4_i32,
    ) {
        let before = counts(&points, &grid(side)).expect("valid");
        let moved: Vec<[f64; 2]> = points.iter().map(|&point| by.point(point, side)).collect();
        let after = counts(&moved, &grid(side)).expect("valid");
        prop_assert_eq!(after.cells().len(), before.cells().len());
        for (at, &cell) in before.cells().iter().enumerate() {
            let there = after.cells().binary_search(&by.cell(cell));
            prop_assert_eq!(there.map(|there| after.members(there)), Ok(before.members(at)));
        }
        let scale = 2.0_f64.powi(power);
        let scaled: Vec<[f64; 2]> = points.iter().map(|point| point.map(|value| value * scale)).collect();
        prop_assert_eq!(counts(&scaled, &grid(side * scale)).expect("valid"), before);
    }

    #[test]
    fn the_fullest_cell_is_the_one_with_most_planted(
        others in prop::collection::btree_set((-9..9_i32, -9..9_i32), 0..30), each in 1..5_usize, column in -9..9_i32, row in -9..9_i32,
    ) {
        let at = |(column, row): (i32, i32)| [f64::from(column) * 100.0 + 1.0, f64::from(row) * 100.0 + 99.0];
        let mut points: Vec<[f64; 2]> = others.into_iter().flat_map(|cell| vec![at(cell); each]).collect();
        points.extend(vec![at((column, row)); each + 1]);
        let found = counts(&points, &grid(100.0)).expect("valid");
        let first = full_cells(&found, each + 1)[0] as usize;
        prop_assert_eq!(found.cells()[first], Cell { column, row });
        prop_assert!(found.count(first) as usize > each);
    }

    #[test]
    fn nothing_panics(points in prop::collection::vec(any_place(), 0..40), side in any_number(), least in any::<usize>()) {
        let grid = Grid::new(Metres(side)).unwrap_or(grid(50.0));
        if let Ok(found) = counts(&points, &grid) {
            prop_assert!(points.iter().flatten().all(|value| value.is_finite()));
            prop_assert!(full_cells(&found, least).len() <= found.cells().len());
        }
    }
}
