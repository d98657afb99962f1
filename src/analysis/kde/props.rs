//! Densities against direct sums of the definition, and what must change nothing.

use std::f64::consts::PI;

use proptest::prelude::*;

use super::*;
use crate::domain::random::Stream;

const WEST: f64 = 580_000.0;
const SOUTH: f64 = 6_602_000.0;

fn grid(side: f64) -> Grid {
    Grid::new(Metres(side)).expect("allowed")
}

fn fixed(kernel: Kernel, bandwidth: f64) -> Smoothing {
    Smoothing { kernel, bandwidth: Some(Metres(bandwidth)), adaptive: false, edge: false }
}

/// A box of this many metres at the south-west corner.
fn block(side: f64, metres: f64) -> Mask {
    let bbox = Bbox { min_x: WEST, min_y: SOUTH, max_x: WEST + metres - 0.1, max_y: SOUTH + metres - 0.1 };
    Mask::of_bbox(grid(side), bbox).expect("cells")
}

fn town(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut stream = Stream::new(seed, 0);
    let mut one = || {
        let centre = stream.below(3) as f64;
        let spread = if stream.chance(0.3) { 1500.0 } else { 120.0 };
        let at = |stream: &mut Stream| (2000.0 + 700.0 * centre + spread * stream.normal()).clamp(0.0, 3999.0);
        [WEST + at(&mut stream), SOUTH + at(&mut stream)]
    };
    (0..n).map(|_| one()).collect()
}

fn kernel_at(kernel: Kernel, h: f64, square: f64) -> f64 {
    let u = square / (h * h);
    match kernel {
        Kernel::Epanechnikov => 2.0 / (PI * h * h) * (1.0 - u).max(0.0),
        Kernel::Quartic => 3.0 / (PI * h * h) * (1.0 - u).max(0.0).powi(2),
        Kernel::Gaussian => (-0.5 * u).exp() / (2.0 * PI * h * h),
    }
}

/// The definition: every event at every cell.
fn direct(frame: &Frame, points: &[[f64; 2]], weights: &[f64], kernel: Kernel, h: f64) -> Vec<f64> {
    let one = |at: usize| {
        let (column, row) = (at % frame.columns as usize, at / frame.columns as usize);
        let (x, y) = (frame.x(column as i64), frame.y(row as i64));
        let term = |(p, w): (&[f64; 2], &f64)| {
            w * kernel_at(kernel, h, (p[0] - x) * (p[0] - x) + (p[1] - y) * (p[1] - y)) * 1e6
        };
        points.iter().zip(weights).map(term).sum()
    };
    (0..frame.len()).map(one).collect()
}

const KERNELS: [Kernel; 3] = [Kernel::Epanechnikov, Kernel::Quartic, Kernel::Gaussian];

#[test]
fn one_event_by_hand() {
    let middle = [WEST + 50.0, SOUTH + 50.0];
    let found = density(&[middle], None, &grid(100.0), None, &fixed(Kernel::Epanechnikov, 200.0)).expect("valid");
    let at = |x: f64, y: f64| found.raster.values[found.raster.frame().at([middle[0] + x, middle[1] + y]).expect("in")];
    // 2 / (π 0.2²) = 15.9155 a square kilometre at the event, three quarters of it 100 m away, and none at 200 m.
    assert!((at(0.0, 0.0) - 15.915_494_309_189_533).abs() < 1e-12);
    assert!((at(100.0, 0.0) - 0.75 * 15.915_494_309_189_533).abs() < 1e-12);
    assert!((at(100.0, -100.0) - 0.5 * 15.915_494_309_189_533).abs() < 1e-12);
    assert_eq!(at(200.0, 0.0), 0.0);
    assert_eq!(found.warnings, [Warning::OnePlace]);
}

#[test]
fn every_kernel_is_within_1e_9_of_the_direct_sum() {
    let (points, area) = (town(700, 3), block(50.0, 4000.0));
    let mut stream = Stream::new(4, 0);
    let weights: Vec<f64> = points.iter().map(|_| stream.between(0.0, 9.0)).collect();
    // Narrow ones are added cell by cell, wide ones swept.
    for kernel in KERNELS {
        for h in [50.0, 190.0, 210.0, 333.3, 2500.0] {
            let found = density(&points, Some(&weights), &grid(50.0), Some(&area), &fixed(kernel, h)).expect("valid");
            let wanted = direct(area.frame(), &points, &weights, kernel, h);
            // An event's peak is the scale below which a difference says nothing.
            let peak = kernel_at(kernel, h, 0.0) * 1e6;
            for (found, wanted) in found.raster.values.iter().zip(&wanted) {
                assert!((found - wanted).abs() <= 1e-9 * wanted + 2e-12 * peak, "{kernel:?} {h}: {found} {wanted}");
                assert!(*found >= 0.0);
            }
        }
    }
}

#[test]
fn the_mass_is_the_number_of_events() {
    let points = town(500, 5);
    for kernel in KERNELS {
        let found = density(&points, None, &grid(20.0), None, &fixed(kernel, 400.0)).expect("valid");
        assert!((found.raster.mass() - 500.0).abs() < 0.05, "{kernel:?}: {}", found.raster.mass());
    }
    let weights = vec![2.5; 500];
    let twice = density(&points, Some(&weights), &grid(20.0), None, &fixed(Kernel::Quartic, 400.0)).expect("valid");
    assert!((twice.raster.mass() - 1250.0).abs() < 0.1);
}

#[test]
fn edges_are_given_back() {
    // One event a cell: the density is 100 a square kilometre everywhere, up to the edge.
    let area = block(100.0, 3000.0);
    let points: Vec<[f64; 2]> = area.centres().collect();
    for kernel in KERNELS {
        let corrected = Smoothing { edge: true, ..fixed(kernel, 400.0) };
        let found = density(&points, None, &grid(100.0), Some(&area), &corrected).expect("valid");
        let corner = found.raster.values[0];
        let middle = found.raster.values[15 * 30 + 15];
        assert!((corner / middle - 1.0).abs() < 1e-9, "{kernel:?}: {corner} {middle}");
        let plain = density(&points, None, &grid(100.0), Some(&area), &fixed(kernel, 400.0)).expect("valid");
        assert!(plain.raster.values[0] < 0.5 * middle);
        // Event by event, the correction keeps their number.
        let adapted = Smoothing { adaptive: true, ..corrected };
        let found = density(&town(300, 6), None, &grid(100.0), Some(&block(100.0, 4000.0)), &adapted).expect("valid");
        assert!((found.raster.mass() - 300.0).abs() < 3.0, "{kernel:?}: {}", found.raster.mass());
    }
}

#[test]
fn cells_outside_the_area_hold_no_number_and_events_outside_do_not_count() {
    let area = block(100.0, 2000.0);
    let points = [[WEST + 500.0, SOUTH + 500.0], [WEST + 9000.0, SOUTH], [WEST + 700.0, SOUTH + 800.0]];
    let found = density(&points, None, &grid(100.0), Some(&area), &fixed(Kernel::Quartic, 300.0)).expect("valid");
    assert_eq!(found.warnings, [Warning::EventsOutside { events: 1 }]);
    assert!((found.raster.mass() - 2.0).abs() < 0.02);
    let corner = crate::domain::Cell { column: 5800, row: 66_020 };
    let two = Mask::of_cells(grid(100.0), &[corner, crate::domain::Cell { column: 5804, row: 66_022 }]).expect("two");
    let found = density(&points, None, &grid(100.0), Some(&two), &fixed(Kernel::Quartic, 300.0)).expect("valid");
    assert_eq!(found.raster.values.iter().filter(|value| !value.is_nan()).count(), 2);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_number_that_would_work() {
    let points = town(50, 7);
    let run = |points: &[[f64; 2]], h| density(points, None, &grid(100.0), None, &fixed(Kernel::Quartic, h));
    let (bandwidth, cell) = ("99".to_owned(), "100".to_owned());
    assert_eq!(run(&points, 99.0).err(), Some(Error::BandwidthBelowCell { bandwidth, cell }));
    assert_eq!(run(&[[15.2, 59.3], [15.3, 59.2]], 200.0).err(), Some(Error::LooksLikeDegrees));
    assert!(matches!(run(&points, f64::NAN), Err(Error::OutOfRange { .. })));
    assert!(matches!(run(&[[f64::NAN, 0.0]], 200.0), Err(Error::PointNotFinite { number: 1 })));
    assert!(matches!(run(&[[0.0, 0.0], [1e9, 1e9]], 200.0), Err(Error::RasterTooLarge { .. })));
    assert!(matches!(run(&[[0.0, 0.0], [1e15, 1e15]], 200.0), Err(Error::PointsTooFarApart { .. })));
    for weights in [&[1.0][..], &[1.0, -1.0], &[f64::NAN, 1.0]] {
        let found = density(&points[..2], Some(weights), &grid(100.0), None, &fixed(Kernel::Quartic, 200.0));
        assert!(matches!(found, Err(Error::WeightNotUsable { .. })));
    }
    let found = run(&points, 2500.0).expect("a warning");
    assert!(matches!(found.warnings[..], [Warning::BandwidthWide { most, .. }] if most < 2000.0));
}

#[test]
fn no_events_give_nothing_or_zeroes_with_a_warning() {
    let found = density(&[], None, &grid(100.0), None, &fixed(Kernel::Gaussian, 200.0)).expect("valid");
    assert!(found.raster.values.is_empty() && found.warnings == [Warning::NoEvents]);
    let (area, adaptive) = (block(100.0, 500.0), Smoothing { adaptive: true, ..fixed(Kernel::Gaussian, 200.0) });
    let found = density(&[], None, &grid(100.0), Some(&area), &adaptive).expect("valid");
    assert_eq!(found.raster.values, vec![0.0; 25]);
    let validated = Smoothing { bandwidth: None, ..adaptive };
    let refused = density(&[], None, &grid(100.0), None, &validated).err();
    assert_eq!(refused, Some(Error::TooFewPlaces { places: 0, least: 3 }));
}

#[test]
fn every_warning_has_its_sentence() {
    let warnings = [
        Warning::NoEvents,
        Warning::OnePlace,
        Warning::BandwidthWide { bandwidth: 900.0, most: 400.7 },
        Warning::BandwidthAtEnd { bandwidth: 10.0 },
        Warning::EventsOutside { events: 3 },
        Warning::CasesWithoutReference { events: 2 },
    ];
    for warning in warnings {
        let sentence = warning.sentence();
        assert!(sentence.contains(' ') && !sentence.contains('{'), "{sentence}");
    }
    assert!(warnings[2].sentence().contains("400 m"), "{}", warnings[2].sentence());
}

#[test]
fn a_chosen_bandwidth_is_the_one_that_was_found_and_follows_the_events_where_it_may() {
    let points = town(800, 8);
    let smoothing = Smoothing { kernel: Kernel::Quartic, bandwidth: None, adaptive: true, edge: false };
    let found = density(&points, None, &grid(50.0), None, &smoothing).expect("valid");
    let validated = found.validated.expect("chosen");
    assert_eq!(found.bandwidth, validated.bandwidth);
    let [narrowest, widest] = found.adapted.expect("adaptive");
    assert!(narrowest.0 < found.bandwidth.0 && found.bandwidth.0 < widest.0, "{found:?}");
    assert!(narrowest.0 >= 50.0 && widest.0 <= 5.0 * found.bandwidth.0);
}

#[test]
fn rows_and_threads_change_no_bit() {
    let points = town(3_000, 9);
    let weights: Vec<f64> = (0..points.len()).map(|at| 1.0 + (at % 7) as f64 / 3.0).collect();
    let mut order: Vec<usize> = (0..points.len()).collect();
    let mut stream = Stream::new(1, 1);
    (1..order.len()).for_each(|at| order.swap(at, stream.below(at + 1)));
    let shuffled: Vec<[f64; 2]> = order.iter().map(|&at| points[at]).collect();
    let moved: Vec<f64> = order.iter().map(|&at| weights[at]).collect();
    let area = block(50.0, 4000.0);
    for kernel in KERNELS {
        for (adaptive, bandwidth) in [(false, Some(Metres(300.0))), (true, Some(Metres(150.0))), (true, None)] {
            let smoothing = Smoothing { kernel, bandwidth, adaptive, edge: true };
            let bits = |points: &[[f64; 2]], weights: &[f64], threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                let run = || density(points, Some(weights), &grid(50.0), Some(&area), &smoothing).expect("valid");
                let found = pool.install(run);
                (found.raster.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), found.bandwidth)
            };
            let wanted = bits(&points, &weights, 1);
            for threads in [2, 8] {
                assert!(bits(&shuffled, &moved, threads) == wanted, "{smoothing:?}, {threads} threads");
            }
        }
    }
}

fn some_points() -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec((0.0..3000.0, 0.0..3000.0).prop_map(|(x, y)| [WEST + x, SOUTH + y]), 0..60)
}

fn some_kernel() -> impl Strategy<Value = Kernel> {
    prop::sample::select(KERNELS.to_vec())
}

proptest! {
    #[test]
    fn moving_by_whole_cells_moves_the_picture(points in some_points(), kernel in some_kernel(), h in 100.0..900.0) {
        let moved: Vec<[f64; 2]> = points.iter().map(|[x, y]| [x + 12_800.0, y - 6_400.0]).collect();
        let run = |points: &[[f64; 2]]| density(points, None, &grid(100.0), None, &fixed(kernel, h)).expect("valid");
        let (before, after) = (run(&points), run(&moved));
        prop_assert_eq!(before.raster.values.len(), after.raster.values.len());
        let peak = kernel_at(kernel, h, 0.0) * 1e6;
        for (a, b) in before.raster.values.iter().zip(&after.raster.values) {
            prop_assert!((a - b).abs() < 1e-9 * peak);
        }
    }

    #[test]
    fn events_that_stand_twice_count_twice(points in some_points(), kernel in some_kernel(), h in 100.0..900.0) {
        let twice: Vec<[f64; 2]> = points.iter().flat_map(|point| [*point, *point]).collect();
        let run = |points: &[[f64; 2]]| density(points, None, &grid(100.0), None, &fixed(kernel, h)).expect("valid");
        for (a, b) in run(&points).raster.values.iter().zip(&run(&twice).raster.values) {
            prop_assert!((2.0 * a - b).abs() <= 1e-12 * b);
        }
    }

    #[test]
    fn nothing_panics(
        points in prop::collection::vec((any::<f64>(), any::<f64>()).prop_map(|(x, y)| [x, y]), 0..6),
        h in any::<f64>(), kernel in some_kernel(), adaptive in any::<bool>(), validated in any::<bool>(),
    ) {
        let bandwidth = (!validated).then_some(Metres(h));
        let smoothing = Smoothing { kernel, bandwidth, adaptive, edge: true };
        let _ = density(&points, None, &grid(100.0), None, &smoothing);
        let _ = density(&points, None, &grid(100.0), Some(&block(100.0, 300.0)), &smoothing);
    }

    #[test]
    fn contours_hold_the_cells_that_are_high(
        values in prop::collection::vec(prop_oneof![5 => 0.0..4.0, 1 => Just(f64::NAN), 1 => Just(2.0)], 36),
        level in prop_oneof![Just(2.0), 0.5..3.5],
    ) {
        use geo::{Area, Contains, Validation};
        let frame = Frame { grid: grid(100.0), column0: 10, row0: 10, columns: 6, rows: 6 };
        let raster = Raster::new(&frame, values);
        let found = &contours(&raster, &[level])[0];
        prop_assert!(found.is_valid());
        for polygon in found {
            let turned = |ring: &geo::LineString<f64>| geo::Polygon::new(ring.clone(), vec![]).signed_area();
            prop_assert!(turned(polygon.exterior()) > 0.0);
            prop_assert!(polygon.interiors().iter().all(|ring| turned(ring) < 0.0));
        }
        for (at, value) in raster.values.iter().enumerate() {
            let middle = geo::Point::new(frame.x(at as i64 % 6), frame.y(at as i64 / 6));
            prop_assert_eq!(found.contains(&middle), *value >= level, "cell {}", at);
        }
    }
}

#[test]
fn the_numbers_of_scikit_learn_and_numpy() {
    use serde_json::Value;
    let oracle: Value = serde_json::from_str(include_str!("../../../tests/oracles/kde.json")).expect("well-formed");
    let pairs = |list: &Value| -> Vec<[f64; 2]> { serde_json::from_value(list.clone()).expect("pairs") };
    let numbers = |list: &Value| -> Vec<f64> { serde_json::from_value(list.clone()).expect("numbers") };
    let points = pairs(&oracle["points"]);
    let bbox = Bbox { min_x: WEST, min_y: SOUTH, max_x: WEST + 2399.0, max_y: SOUTH + 1999.0 };
    let area = Mask::of_bbox(grid(100.0), bbox).expect("24 x 20 cells");
    for (part, adaptive, edge) in [("fixed", false, false), ("edges", false, true), ("adaptive", true, false)] {
        let cases = oracle[part].as_array().expect("cases");
        assert!(cases.len() >= 3);
        for case in cases {
            let kernel = case["kernel"].as_str().and_then(Kernel::from_code).expect("a kernel");
            let h = case["bandwidth"].as_f64().expect("a number");
            let smoothing = Smoothing { kernel, bandwidth: Some(Metres(h)), adaptive, edge };
            let found = density(&points, None, &grid(100.0), Some(&area), &smoothing).expect("valid");
            let peak = kernel_at(kernel, h, 0.0) * 1e6;
            for (found, wanted) in found.raster.values.iter().zip(numbers(&case["values"])) {
                assert!(
                    (found - wanted).abs() <= 1e-9 * wanted + 1e-12 * peak,
                    "{part} {kernel:?} {h}: {found} {wanted}"
                );
            }
        }
    }
    let h = Some(Metres(oracle["risk"]["bandwidth"].as_f64().expect("a number")));
    let controls = pairs(&oracle["controls"]);
    let found = relative_risk(&points, Reference::Controls(&controls), &grid(100.0), Some(&area), h, 19, 1);
    for (found, wanted) in found.expect("valid").log_ratio.values.iter().zip(numbers(&oracle["risk"]["values"])) {
        assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
    }
}
