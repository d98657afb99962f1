//! What a move of the grid and another order of places must not change in emerging hotspots, planted histories anywhere, and
//! input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_number, grid_moves, order};
use crate::domain::Cell;

fn square(side: i32) -> Vec<Cell> {
    (0..side).flat_map(|column| (0..side).map(move |row| Cell { column, row })).collect()
}

#[test]
fn a_step_with_more_events_than_32_bits_hold_is_refused() {
    let near = Neighbours::from_lists(&[vec![1], vec![0]]);
    let run = |first: u32| {
        let counts: Vec<u32> =
            (0..20).map(|row| if row % 10 == 3 { [first, u32::MAX - 9][row / 10] } else { 1 }).collect();
        emerging(&Cube { counts: &counts, steps: 10, exposure: &[1.0, 1.0], near: &near }, 0.05, 1)
            .map(|found| found.of(0)[3].n)
    };
    assert_eq!((run(9), run(10)), (Ok(u32::MAX), Err(Error::TooManyPoints { points: 1 << 32 })));
}

proptest! {
    #[test]
    fn a_move_changes_nothing_and_another_order_no_window(
        counts in prop::collection::vec(0_u32..20, 16 * 10), exposure in prop::collection::vec(0.1..5.0, 16), by in grid_moves(), seed: u64,
    ) {
        let cells = square(4);
        let run = |cells: &[Cell], counts: &[u32], exposure: &[f64]| {
            emerging(&Cube { counts, steps: 10, exposure, near: &Neighbours::queen(cells) }, 0.05, 1).expect("valid")
        };
        let before = run(&cells, &counts, &exposure);
        let moved: Vec<Cell> = cells.iter().map(|cell| by.cell(*cell)).collect();
        prop_assert_eq!(&run(&moved, &counts, &exposure), &before);
        let order = order(16, seed);
        let other: Vec<Cell> = order.iter().map(|&at| cells[at]).collect();
        let rows: Vec<u32> = order.iter().flat_map(|&at| &counts[at * 10..at * 10 + 10]).copied().collect();
        let shares: Vec<f64> = order.iter().map(|&at| exposure[at]).collect();
        let after = run(&other, &rows, &shares);
        for (new, &old) in order.iter().enumerate() {
            for (after, before) in after.of(new).iter().zip(before.of(old)) {
                // Exposures are added in another order.
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
                prop_assert_eq!((after.n, after.state), (before.n, before.state));
                prop_assert!(close(after.expected, before.expected) && close(after.p, before.p) && close(after.q, before.q));
            }
            prop_assert_eq!(after.places[new].hot_steps, before.places[old].hot_steps);
        }
    }

    #[test]
    fn a_place_that_becomes_hot_is_found_wherever_it_lies(at in 0..25_usize, low in 1_u32..6) {
        let cells = square(5);
        let counts: Vec<u32> = (0..25 * 12).map(|row| low + if row / 12 == at && row % 12 == 11 { 60 } else { 0 }).collect();
        let exposure = vec![1.0; 25];
        let near = Neighbours::from_lists(&vec![vec![]; cells.len()]);
        let found = emerging(&Cube { counts: &counts, steps: 12, exposure: &exposure, near: &near }, 0.05, 1).expect("valid");
        for (place, history) in found.places.iter().enumerate() {
            prop_assert_eq!(history.word, (place == at).then_some(Word::New), "place {}", place);
        }
    }

    #[test]
    fn nothing_panics(
        counts in prop::collection::vec(prop_oneof![6 => 0_u32..9, 1 => any::<u32>()], 0..60), steps in prop_oneof![0..13_usize, any::<usize>()],
        exposure in prop::collection::vec(any_number(), 0..6), lists in prop::collection::vec(prop::collection::vec(0..6_u32, 0..4), 0..6),
        alpha in any_number(), seed: u64,
    ) {
        let usable: Vec<f64> = lists.iter().map(|list| 1.0 + list.len() as f64).collect();
        let near = Neighbours::from_lists(&lists);
        let fitting: Vec<u32> = counts.iter().copied().cycle().take(if counts.is_empty() { 0 } else { lists.len() * 11 }).collect();
        for (counts, steps, exposure) in [(&counts, steps, &exposure), (&fitting, 11, &usable), (&fitting, 11, &exposure)] {
            if let Ok(found) = emerging(&Cube { counts, steps, exposure, near: &near }, alpha, seed) {
                prop_assert!(found.windows.iter().all(|window| window.p.is_nan() || (0.0..=1.0).contains(&window.p)));
            }
        }
    }
}
