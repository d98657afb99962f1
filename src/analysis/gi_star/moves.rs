//! What a move of the map, another unit and another order must not change in Gi* and local Moran, planted places, and input
//! that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::local_moran::{Quadrant, local_moran_counts, local_moran_values};
use crate::analysis::moves::{any_number, grid_moves};
use crate::domain::Cell;

fn some_cells() -> impl Strategy<Value = Vec<Cell>> {
    let cell = (0..9_i32, 0..9_i32).prop_map(|(column, row)| Cell { column, row });
    prop::collection::hash_set(cell, 1..60).prop_map(|cells| cells.into_iter().collect())
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_move_of_the_grid_changes_no_neighbour_and_so_nothing(
        cells in some_cells(), by in grid_moves(), counts in prop::collection::vec(0_u32..9, 60), exposure in prop::collection::vec(0.1..5.0, 60),
    ) {
        let (n, exposure) = (&counts[..cells.len()], &exposure[..cells.len()]);
        let moved: Vec<Cell> = cells.iter().map(|cell| by.cell(*cell)).collect();
        let (near, there) = (Neighbours::queen(&cells), Neighbours::queen(&moved));
        prop_assert_eq!(&near, &there);
        let run = |near: &Neighbours| gi_star_counts(n, exposure, near, Dispersion::Auto);
        prop_assert_eq!(run(&near), run(&there));
    }

    #[test]
    fn a_value_has_no_unit_and_no_zero(
        cells in some_cells(), values in prop::collection::vec(-20..20_i32, 60), power in -30..30_i32, above in -1000..1000_i32, seed: u64,
    ) {
        let near = Neighbours::queen(&cells);
        let values = &values[..cells.len()];
        let of = |change: &dyn Fn(f64) -> f64| -> Vec<f64> { values.iter().map(|value| change(f64::from(*value))).collect() };
        let (plain, scaled, lifted, turned) =
            (of(&|value| value), of(&|value| value * 2.0_f64.powi(power)), of(&|value| value + f64::from(above)), of(&|value| -value));
        let gi = |values: &[f64]| gi_star_values(values, &near, 99, seed).expect("valid");
        let moran = |values: &[f64]| local_moran_values(values, &near, 99, seed).expect("valid");
        prop_assert_eq!(gi(&scaled), gi(&plain));
        prop_assert_eq!(moran(&scaled), moran(&plain));
        for ((lifted, turned), plain) in gi(&lifted).iter().zip(gi(&turned)).zip(gi(&plain)) {
            prop_assert_eq!(lifted.z.is_some(), plain.z.is_some());
            prop_assert!(lifted.z.zip(plain.z).is_none_or(|(a, b)| close(a, b)), "{lifted:?} {plain:?}");
            prop_assert!(turned.z.zip(plain.z).is_none_or(|(a, b)| close(-a, b)), "{turned:?} {plain:?}");
            prop_assert!(lifted.p.zip(plain.p).is_none_or(|(a, b)| close(a.p_high_for_q, b.p_high_for_q) && close(a.p_low, b.p_low)));
        }
        for ((lifted, turned), plain) in moran(&lifted).iter().zip(moran(&turned)).zip(moran(&plain)) {
            let same = |other: &Option<crate::analysis::local_moran::MoranPlace>| match (other, &plain) {
                (Some(other), Some(plain)) => close(other.i, plain.i),
                (other, plain) => other.is_none() == plain.is_none(),
            };
            prop_assert!(same(lifted) && same(&turned), "{lifted:?} {turned:?} {plain:?}");
        }
    }

    #[test]
    fn a_planted_place_has_the_least_p(at in 0..100_usize, low in 0_u32..3, more in 20_u32..60) {
        let cells: Vec<Cell> = (0..100).map(|at| Cell { column: at / 10, row: at % 10 }).collect();
        let near = Neighbours::queen(&cells);
        let n: Vec<u32> = (0..100).map(|cell| low + if cell == at || near.of(at).contains(&(cell as u32)) { more } else { 0 }).collect();
        let found = gi_star_counts(&n, &[1.0; 100], &near, Dispersion::Poisson).expect("valid").places;
        let least = found.iter().filter_map(|place| place.p_high).fold(1.0, f64::min);
        prop_assert!(found[at].p_high.is_some_and(|p| p <= least) && found[at].q_by.is_some_and(|q| q < 1e-6));
        let moran = local_moran_counts(&n, &[1.0; 100], &near, Dispersion::Poisson).expect("valid").places;
        prop_assert!(moran[at].is_some_and(|place| place.quadrant == Quadrant::HighHigh && place.p < 1e-6));
    }

    #[test]
    fn no_counts_panic(
        lists in prop::collection::vec(prop::collection::vec(0..30_u32, 0..9), 0..25), auto in any::<bool>(), seed: u64,
        counts in prop::collection::vec(prop_oneof![5 => 0..20_u32, 1 => Just(u32::MAX)], 25), exposure in prop::collection::vec(any_number(), 25),
    ) {
        let near = Neighbours::from_lists(&lists);
        let wanted = if auto { Dispersion::Auto } else { Dispersion::Poisson };
        let usable: Vec<f64> = exposure.iter().map(|value| if value.is_finite() { value.abs() } else { 0.0 }).collect();
        for exposure in [&exposure, &usable] {
            let (n, exposure) = (&counts[..lists.len()], &exposure[..lists.len()]);
            if let Ok(found) = gi_star_counts(n, exposure, &near, wanted) {
                prop_assert!(found.places.iter().flat_map(|place| [place.p_high, place.p_low, place.q_bh]).flatten().all(|p| (0.0..=1.0).contains(&p)));
            }
            if let Ok(found) = local_moran_counts(n, exposure, &near, wanted) {
                prop_assert!(found.places.iter().flatten().all(|place| (0.0..=1.0).contains(&place.p)));
            }
            let few: Vec<u32> = n.iter().map(|n| n % 20).collect();
            let _ = max_statistic(&few, exposure, &near, wanted, 3, seed);
        }
        let _ = gi_star_values(&exposure[..lists.len()], &near, 19, seed);
        let _ = local_moran_values(&exposure[..lists.len()], &near, 19, seed);
    }
}
#[test]
fn a_tail_that_rounding_eats_is_no_less_than_the_count_itself() {
    // Four thousand million events at one place of a map that expects them at another: the sum is read from a difference.
    let near = Neighbours::from_lists(&[vec![], vec![2], vec![3], vec![5], vec![], vec![]]);
    let exposure = [
        7_815.198_897_013_695,
        6.330_928_563_684_88,
        3_930.727_619_097_348_5,
        22.647_725_665_532_015,
        0.0,
        124_562_288.632_871_73,
    ];
    let found = gi_star_counts(&[0, u32::MAX, 0, 0, 0, 0], &exposure, &near, Dispersion::Auto).expect("valid");
    let p: Vec<f64> = found.places.iter().filter_map(|place| place.p_high).collect();
    assert!(p.iter().all(|p| *p > 0.0 && *p <= 1.0), "{p:?}");
}
