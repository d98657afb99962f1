//! What a move of the map must not change in a density and in a relative risk, planted peaks, and input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{GridMove, any_number, any_place, grid_moves, off_edges};
use crate::domain::Cell;
use crate::domain::random::Stream;

const SIDE: f64 = 100.0;

fn grid(side: f64) -> Grid {
    Grid::new(Metres(side)).expect("allowed")
}

/// Events within 3 km of the origin, one of them far enough from it to be no degrees; on no edge of a cell.
fn some_points(least: usize) -> impl Strategy<Value = Vec<[f64; 2]>> {
    let anywhere = (-1500.0..1500.0, -1500.0..1500.0);
    let knot = (300.0..420.0, -520.0..-400.0);
    let point = prop_oneof![anywhere, knot].prop_map(|(x, y)| [off_edges(x), off_edges(y)]);
    prop::collection::vec(point, least..60).prop_map(|mut points| {
        points.push([1200.0625, 900.0625]);
        points
    })
}

fn some_smoothing() -> impl Strategy<Value = Smoothing> {
    let kernel = prop::sample::select(vec![Kernel::Epanechnikov, Kernel::Quartic, Kernel::Gaussian]);
    (kernel, 100.0..900.0, any::<bool>(), any::<bool>()).prop_map(|(kernel, h, adaptive, edge)| Smoothing {
        kernel,
        bandwidth: Some(Metres(h)),
        adaptive,
        edge,
    })
}

/// The cells of a study area that is neither square nor in the middle.
fn cells() -> Vec<Cell> {
    (-16..16)
        .flat_map(|column| (-16..14).map(move |row| Cell { column, row }))
        .filter(|cell| cell.column + cell.row < 25)
        .collect()
}

fn at(raster: &Raster, cell: Cell) -> f64 {
    raster.frame().index(cell).map_or(0.0, |at| raster.values[at])
}

/// The largest difference between a raster's values and those of the moved one, over the cells of the first; `None` where
/// one has no number and the other has.
fn farthest(before: &Raster, after: &Raster, by: &GridMove) -> Option<f64> {
    let frame = before.frame();
    let cell = |at: usize| Cell {
        column: frame.column0 + (at % frame.columns as usize) as i32,
        row: frame.row0 + (at / frame.columns as usize) as i32,
    };
    (0..frame.len()).try_fold(0.0_f64, |farthest, index| {
        let (one, other) = (before.values[index], at(after, by.cell(cell(index))));
        match (one.is_nan(), other.is_nan()) {
            (true, true) => Some(farthest),
            (false, false) => Some(farthest.max((one - other).abs())),
            _ => None,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whole_cells_turns_and_mirrors_move_the_picture(
        points in some_points(0), smoothing in some_smoothing(), by in grid_moves(), masked in any::<bool>(),
    ) {
        let mask = Mask::of_cells(grid(SIDE), &cells()).expect("cells");
        let moved_mask = Mask::of_cells(grid(SIDE), &cells().iter().map(|cell| by.cell(*cell)).collect::<Vec<_>>()).expect("cells");
        let moved: Vec<[f64; 2]> = points.iter().map(|&point| by.point(point, SIDE)).collect();
        let run = |points: &[[f64; 2]], mask| density(points, None, &grid(SIDE), masked.then_some(mask), &smoothing);
        let (before, after) = (run(&points, &mask).expect("valid"), run(&moved, &moved_mask).expect("valid"));
        let highest = before.raster.values.iter().copied().filter(|value| !value.is_nan()).fold(0.0, f64::max);
        let apart = farthest(&before.raster, &after.raster, &by);
        prop_assert!(apart.is_some_and(|apart| apart <= 1e-9 * highest), "{apart:?} of {highest}");
        prop_assert!((before.raster.mass() - after.raster.mass()).abs() <= 1e-9 * before.raster.mass());
    }

    #[test]
    fn twice_the_scale_is_a_quarter_of_the_density(points in some_points(0), smoothing in some_smoothing(), power in -2..4_i32) {
        let scale = 2.0_f64.powi(power);
        let larger: Vec<[f64; 2]> = points.iter().map(|point| point.map(|value| value * scale)).collect();
        let wider = Smoothing { bandwidth: smoothing.bandwidth.map(|h| Metres(h.0 * scale)), ..smoothing };
        let before = density(&points, None, &grid(SIDE), None, &smoothing).expect("valid").raster;
        let after = density(&larger, None, &grid(SIDE * scale), None, &wider).expect("valid").raster;
        prop_assert_eq!(after.values.len(), before.values.len());
        let highest = before.values.iter().copied().fold(0.0, f64::max);
        for (after, before) in after.values.iter().zip(&before.values) {
            prop_assert!((after * scale * scale - before).abs() <= 1e-9 * highest);
        }
    }

    #[test]
    fn a_planted_peak_is_the_highest_place(smoothing in some_smoothing(), east in -1000..1000_i32, north in -1000..1000_i32, seed: u64) {
        let (middle, mut stream) = ([f64::from(east), f64::from(north)], Stream::new(seed, 0));
        let mut points: Vec<[f64; 2]> = (0..40).map(|_| [stream.between(-1500.0, 1500.0), stream.between(-1500.0, 1500.0)]).collect();
        points.extend((0..400).map(|_| middle.map(|value| value + 20.0 * stream.normal())));
        let raster = density(&points, None, &grid(SIDE), None, &smoothing).expect("valid").raster;
        let highest = raster.values.iter().copied().fold(0.0, f64::max);
        let index = raster.values.iter().position(|value| *value >= highest).expect("cells");
        let frame = raster.frame();
        let [x, y] = [frame.x((index % frame.columns as usize) as i64), frame.y((index / frame.columns as usize) as i64)];
        prop_assert!((x - middle[0]).abs() <= SIDE && (y - middle[1]).abs() <= SIDE, "{x} {y} for {middle:?}");
    }

    #[test]
    fn a_move_of_cases_and_reference_moves_their_ratio(
        cases in some_points(0), places in some_points(1), by in grid_moves(), h in 100.0..900.0, controls in any::<bool>(), seed: u64,
    ) {
        let amounts: Vec<f64> = (0..places.len()).map(|at| f64::from(1 + at as u32 % 4)).collect();
        let run = |cases: &[[f64; 2]], places: &[[f64; 2]], side: f64, h: f64| {
            let exposure = Reference::Exposure { at: places, amount: &amounts };
            let reference = if controls { Reference::Controls(places) } else { exposure };
            relative_risk(cases, reference, &grid(side), None, Some(Metres(h)), 19, seed).expect("valid")
        };
        let before = run(&cases, &places, SIDE, h);
        let moved = |points: &[[f64; 2]]| -> Vec<[f64; 2]> { points.iter().map(|&point| by.point(point, SIDE)).collect() };
        let after = run(&moved(&cases), &moved(&places), SIDE, h);
        // Which null maps are drawn follows x and y, so that p may differ after a turn. At the very end of a kernel
        // rounding decides whether a cell is tested.
        let tested = |found: &RelativeRisk| found.p.values.iter().filter(|p| !p.is_nan()).count();
        prop_assert!(tested(&before).abs_diff(tested(&after)) <= 2);
        if tested(&before) == tested(&after) {
            let apart = farthest(&before.log_ratio, &after.log_ratio, &by);
            prop_assert!(apart.is_none_or(|apart| apart < 1e-6), "{apart:?}");
        }
        // A scale leaves the order, and so the draws.
        let doubled = |points: &[[f64; 2]]| -> Vec<[f64; 2]> { points.iter().map(|point| point.map(|value| value * 2.0)).collect() };
        let large = run(&doubled(&cases), &doubled(&places), SIDE * 2.0, h * 2.0);
        let bits = |found: &RelativeRisk| -> Vec<u64> {
            [&found.log_ratio, &found.p, &found.q, &found.p_max].iter().flat_map(|raster| raster.values.iter().map(|value| value.to_bits())).collect()
        };
        prop_assert_eq!(bits(&large), bits(&before));
    }

    #[test]
    fn nothing_panics_in_a_relative_risk(
        cases in prop::collection::vec(any_place(), 0..12), places in prop::collection::vec(any_place(), 0..12),
        amounts in prop::collection::vec(any_number(), 0..12), h in any_number(), validated in any::<bool>(), replicates in 0..9_usize,
    ) {
        let mask = Mask::of_cells(grid(SIDE), &[Cell { column: 5800, row: 66_020 }]).expect("a cell");
        let ones = vec![1.0; places.len()];
        let references =
            [Reference::Controls(&places), Reference::Exposure { at: &places, amount: &amounts }, Reference::Exposure { at: &places, amount: &ones }];
        for reference in references {
            for (area, h) in [(None, h), (Some(&mask), h), (None, 150.0), (Some(&mask), 150.0)] {
                let bandwidth = (!validated).then_some(Metres(h));
                if let Ok(found) = relative_risk(&cases, reference, &grid(SIDE), area, bandwidth, replicates, 1) {
                    prop_assert!(found.p.values.iter().all(|p| p.is_nan() || (0.0..=1.0).contains(p)));
                    prop_assert!(found.log_ratio.values.iter().all(|ratio| !ratio.is_infinite()));
                }
            }
        }
    }
}
