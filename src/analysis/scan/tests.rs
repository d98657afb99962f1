use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::sites::Sites;
use super::zones::Zones;
use super::*;
use crate::analysis::nulls::Weighted;
use crate::analysis::tails::binomial_at_least;
use crate::domain::random::Stream;

pub(super) fn oracle() -> Vec<Value> {
    let text = include_str!("../../../tests/oracles/scan_enumerated.json");
    let all: Value = serde_json::from_str(text).expect("JSON");
    all["scans"].as_array().expect("scans").clone()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

pub(super) fn pairs(value: &Value) -> Vec<[f64; 2]> {
    value.as_array().expect("a list").iter().map(numbers).map(|pair| [pair[0], pair[1]]).collect()
}

pub(super) fn options_of(case: &Value) -> Options {
    Options {
        window: case["window"].as_f64().expect("a share"),
        radius: case["radius"].as_f64().map(Metres),
        ellipses: if case["ellipses"] == true { ELLIPSES.to_vec() } else { vec![] },
        replicates: 0,
        ..Options::default()
    }
}

fn unit(x: f64, y: f64, cases: u32, expected: f64) -> Unit {
    Unit { x, y, cases, expected }
}

/// Side x side units, 100 m apart, with the same exposure.
fn lattice(side: usize, cases: impl Fn(usize) -> u32) -> Vec<Unit> {
    (0..side * side).map(|at| unit((at % side) as f64 * 100.0, (at / side) as f64 * 100.0, cases(at), 1.0)).collect()
}

fn quick(replicates: usize) -> Options {
    Options { replicates, ..Options::default() }
}

#[test]
fn by_hand() {
    // Four units on a line with exposure 1 each; a window may hold two. 8 of 10 cases lie in the first two.
    let units: Vec<Unit> = [5, 3, 1, 1].into_iter().zip(0..).map(|(n, at)| unit(f64::from(at), 0.0, n, 1.0)).collect();
    let scan = poisson(&units, &Options { window: 0.5, replicates: 99, ..Options::default() }).expect("a scan");
    let found = &scan.clusters[0];
    let wanted = 8.0 * 1.6_f64.ln() + 2.0 * 0.4_f64.ln();
    assert!((found.llr - wanted).abs() < 1e-12 && found.units == [0, 1], "{found:?}");
    assert_eq!((found.cases, found.expected, found.ratio, found.radius_m), (8, 5.0, Some(1.6), 1.0));
    // Windows: around the outer units one and two; around the inner ones only the unit itself, since both neighbours enter at once.
    assert_eq!((scan.windows, scan.cases, scan.places), (6, 10, 4));
    assert!(!found.significant && found.replicates < 99 && scan.clusters.len() == 1);
}

#[test]
fn units_at_one_place_and_units_equally_far_enter_together() {
    let units = [unit(0.0, 0.0, 1, 1.0), unit(-0.0, 0.0, 4, 1.0), unit(1.0, 0.0, 0, 1.0), unit(0.0, 1.0, 0, 1.0)];
    let scan = poisson(&units, &Options { window: 0.5, ..quick(0) }).expect("a scan");
    assert_eq!((scan.places, scan.windows, scan.clusters[0].units.as_slice()), (3, 3, &[0, 1][..]));
}

#[test]
fn a_radius_ends_windows() {
    let far = poisson(&lattice(10, |at| (at % 7) as u32), &Options { window: 0.5, ..quick(0) }).expect("a scan");
    let near = Options { window: 0.5, radius: Some(Metres(100.0)), ..quick(0) };
    let near = poisson(&lattice(10, |at| (at % 7) as u32), &near).expect("a scan");
    assert_eq!(near.windows, 200);
    assert!(far.windows > 1000 && near.clusters[0].radius_m <= 100.0 && near.clusters[0].units.len() <= 5);
}

#[test]
fn what_cannot_be_scanned_is_refused() {
    let two = [unit(0.0, 0.0, 1, 1.0), unit(9.0, 0.0, 0, 1.0)];
    let wide = Options { window: 0.5, ..quick(9) };
    let refused = |units: &[Unit], options: &Options| poisson(units, options).expect_err("is refused");
    assert_eq!(refused(&[], &wide), Error::NothingToAnalyse);
    assert_eq!(refused(&[two[1], two[1]], &wide), Error::NothingToAnalyse);
    assert_eq!(refused(&two[..1], &wide), Error::TooFewUnits { units: 1 });
    assert_eq!(refused(&[two[0], two[0]], &wide), Error::TooFewUnits { units: 1 });
    assert_eq!(refused(&two, &quick(9)), Error::NoWindow { percent: 10 });
    assert_eq!(refused(&[two[0], unit(1.0, 1.0, 1, 0.0)], &wide), Error::EventsWithoutExposure { number: 2 });
    assert_eq!(refused(&[two[0], unit(1.0, 1.0, 1, -1.0)], &wide), Error::ExposureNotUsable { number: 2 });
    assert_eq!(refused(&[unit(1.0, 1.0, 1, 0.0); 2], &wide), Error::NoExposure);
    assert_eq!(refused(&[two[0], unit(f64::NAN, 1.0, 1, 1.0)], &wide), Error::PointNotFinite { number: 2 });
    assert_eq!(refused(&[two[0], unit(1e13, 1.0, 1, 1.0)], &wide), Error::PointOutsideGrid { number: 2 });
    assert!(matches!(refused(&[unit(1.0, 1.0, u32::MAX, 1.0), two[0]], &wide), Error::TooManyPoints { .. }));
    for (window, alpha, shape) in
        [(0.0, 0.05, 2.0), (0.51, 0.05, 2.0), (0.1, 0.0, 2.0), (0.1, f64::NAN, 2.0), (0.1, 0.05, 0.5)]
    {
        let options = Options { window, alpha, ellipses: vec![Ellipse { shape, angles: 4 }], ..quick(9) };
        assert!(matches!(refused(&two, &options), Error::OutOfRange { .. }), "{options:?}");
    }
    assert!(matches!(refused(&two, &Options { radius: Some(Metres(-1.0)), ..quick(9) }), Error::OutOfRange { .. }));
    let cases =
        [CaseControl { x: 0.0, y: 0.0, cases: 2, controls: 0 }, CaseControl { x: 1.0, y: 0.0, cases: 1, controls: 0 }];
    assert_eq!(bernoulli(&cases, &wide).err(), Some(Error::NoControls));
}

#[test]
fn so_many_places_that_no_one_would_wait_are_refused() {
    let units: Vec<Unit> = (0..100_001).map(|at| unit(f64::from(at), 0.0, u32::from(at == 7), 1.0)).collect();
    assert_eq!(poisson(&units, &quick(9)).map(|_| ()), Err(Error::TooManyCircles { units: 100_001 }));
}

#[test]
fn what_the_data_do_not_carry_is_said() {
    let scan = poisson(&lattice(10, |at| if at == 44 { 9 } else { 0 }), &quick(9)).expect("a scan");
    assert_eq!(scan.warnings, [Warning::ScanAllInOneUnit, Warning::ScanTooFewReplicates { replicates: 9, least: 19 }]);
    // One unit has more than a tenth of the exposure, and no window holds it.
    let mut units = lattice(10, |at| u32::from(at % 10 == 0));
    units[50].expected = 50.0;
    let scan = poisson(&units, &quick(99)).expect("a scan");
    assert_eq!(scan.warnings, [Warning::ScanBeyondWindows { units: 1, cases: 1 }]);
}

#[test]
fn every_warning_has_its_sentence() {
    let warnings = [
        Warning::ScanAllInOneUnit,
        Warning::ScanBeyondWindows { units: 1, cases: 1 },
        Warning::ScanTooFewReplicates { replicates: 9, least: 19 },
    ];
    for warning in warnings {
        let json = serde_json::to_value(&warning).expect("plain");
        let id = json["id"].as_str().expect("an id").to_owned();
        let values = ["units", "cases", "replicates", "least"].map(|name| (name, json[name].to_string()));
        let sentence = crate::texts::text(&id, &values);
        assert!(sentence != id && !sentence.contains('{'), "{sentence}");
    }
}

#[test]
fn nothing_above_the_rest_gives_no_cluster() {
    let scan = poisson(&lattice(10, |_| 3), &quick(99)).expect("a scan");
    assert!(scan.clusters.is_empty() && scan.windows > 100);
}

#[test]
fn two_planted_places_are_found_one_after_the_other() {
    let cases = |at: usize| match (at % 16, at / 16) {
        (2..=4, 2..=4) => 12,
        (11, 9..=11) | (10 | 12, 10) => 9,
        _ => (at * 7 % 5) as u32 / 2,
    };
    let units = lattice(16, cases);
    let scan = poisson(&units, &quick(199)).expect("a scan");
    assert_eq!(scan.clusters.len(), 2);
    let corners = |at: usize| scan.clusters[at].units.clone();
    assert_eq!(corners(0), [34, 50, 66, 35, 51, 67, 36, 52, 68]);
    assert_eq!(corners(1), [170, 155, 171, 187, 172]);
    assert!(scan.clusters.iter().all(|found| found.p_monte_carlo == 0.005 && found.p_gumbel.is_some_and(|p| p < 1e-6)));
    // The second is the first of what is left.
    let left: Vec<Unit> = (0..256).filter(|at| !corners(0).contains(at)).map(|at| units[at as usize]).collect();
    let again = poisson(&left, &quick(0)).expect("a scan");
    assert_eq!((again.clusters[0].llr, again.clusters[0].cases), (scan.clusters[1].llr, scan.clusters[1].cases));
    assert!(poisson(&units, &Options { clusters: 0, ..quick(99) }).expect("a scan").clusters.is_empty());
}

#[test]
fn a_street_is_found_by_an_ellipse() {
    let street =
        |at: usize| if at / 16 == 7 && (3..14).contains(&(at % 16)) { 6 } else { u32::from(at.is_multiple_of(3)) };
    let circle = poisson(&lattice(16, street), &quick(99)).expect("a scan");
    let ellipses = vec![Ellipse { shape: 8.0, angles: 12 }];
    let ellipse = poisson(&lattice(16, street), &Options { ellipses, ..quick(99) }).expect("a scan");
    let (circle, found) = (&circle.clusters[0], &ellipse.clusters[0]);
    assert!(found.llr > circle.llr && (found.shape, found.angle) == (8.0, 0.0));
    assert_eq!((found.units.len(), found.cases), (11, 66));
}

/// Windows of different units with their ratios, and how many windows there are.
fn enumerated(points: &[[f64; 2]], cases: &[u32], weights: &[f64], all: bool, options: &Options) -> (usize, Vec<f64>) {
    let sites = Sites::new(points, |_, _| std::cmp::Ordering::Equal);
    let total: u32 = cases.iter().sum();
    let sum: f64 = weights.iter().sum();
    let expected = sites.sums(|unit| weights[unit] / sum * f64::from(total));
    let counts = sites.sums(|unit| cases[unit]);
    let zones = Zones::new(&sites.at, &expected, options.window, options.radius_m(), &options.ellipses).expect("fits");
    let total = f64::from(total);
    let model =
        if all { Likelihood::Bernoulli { cases: total, all: sum } } else { Likelihood::Poisson { cases: total } };
    let mut different = BTreeMap::new();
    for list in 0..zones.forms.len() {
        for window in zones.starts[list] as usize..zones.starts[list + 1] as usize {
            let mut places = zones.places(list, window).to_vec();
            places.sort_unstable();
            let count = places.iter().map(|&place| counts[place as usize]).sum();
            different.insert(places, model.ratio(count, zones.weights[window]));
        }
    }
    let mut ratios: Vec<f64> = different.into_values().filter(|ratio| *ratio > 1e-12).collect();
    ratios.sort_by(|a, b| b.total_cmp(a));
    (zones.ends.len(), ratios)
}

fn same(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

#[test]
fn windows_and_ratios_are_those_of_the_enumeration() {
    let mut seen = 0;
    for case in oracle() {
        let all = case["model"] == "bernoulli";
        if !(all || case["model"] == "poisson") {
            continue;
        }
        seen += 1;
        let options = options_of(&case);
        let mut points = pairs(&case["xy"]);
        let mut cases: Vec<u32> = numbers(&case["cases"]).into_iter().map(|n| n as u32).collect();
        let mut weights = numbers(&case["exposure"]);
        let (windows, ratios) = enumerated(&points, &cases, &weights, all, &options);
        assert_eq!(windows as u64, case["windows"].as_u64().expect("a number"));
        let wanted = numbers(&case["ratios"]);
        assert_eq!(ratios.len().min(200), wanted.len());
        ratios.iter().zip(&wanted).for_each(|(&found, &wanted)| same(found, wanted));
        same(ratios.iter().sum(), case["sum"].as_f64().expect("a number"));
        let mut names: Vec<u32> = (0..cases.len() as u32).collect();
        for wanted in case["clusters"].as_array().expect("clusters") {
            let scan = if all {
                let unit = |at: usize| CaseControl {
                    x: points[at][0],
                    y: points[at][1],
                    cases: cases[at],
                    controls: weights[at] as u32 - cases[at],
                };
                bernoulli(&(0..cases.len()).map(unit).collect::<Vec<_>>(), &options)
            } else {
                let unit = |at: usize| unit(points[at][0], points[at][1], cases[at], weights[at]);
                poisson(&(0..cases.len()).map(unit).collect::<Vec<_>>(), &options)
            };
            let found = scan.expect("a scan").clusters.remove(0);
            same(found.llr, wanted["ratio"].as_f64().expect("a number"));
            let mut units: Vec<u32> = found.units.iter().map(|&at| names[at as usize]).collect();
            units.sort_unstable();
            let choice =
                wanted["choices"].as_array().expect("choices").iter().any(|choice| {
                    numbers(&choice["units"]).into_iter().map(|at| at as u32).collect::<Vec<_>>() == units
                });
            assert!(choice, "{units:?}");
            let keep: Vec<usize> = (0..cases.len()).filter(|&at| !found.units.contains(&(at as u32))).collect();
            points = keep.iter().map(|&at| points[at]).collect();
            cases = keep.iter().map(|&at| cases[at]).collect();
            weights = keep.iter().map(|&at| weights[at]).collect();
            names = keep.iter().map(|&at| names[at]).collect();
        }
    }
    assert_eq!(seen, 6);
}

/// A null map over a 16 x 16 lattice.
fn null_map(map: u64, mean: f64, uneven: bool) -> Vec<Unit> {
    let mut units = lattice(16, |_| 0);
    for (at, unit) in units.iter_mut().enumerate() {
        unit.expected = if uneven { [0.0, 0.1, 1.0, 3.0, 20.0][(at * at + at / 16) % 5] } else { 1.0 };
    }
    let weights: Vec<f64> = units.iter().map(|unit| unit.expected).collect();
    let mut counts = vec![0; 256];
    Weighted::new(&weights).expect("weights").strew((mean * 256.0) as u64, &mut Stream::new(77, map), &mut counts);
    units.iter_mut().zip(counts).for_each(|(unit, count)| unit.cases = count);
    units
}

#[test]
fn maps_that_hold_nothing_are_flagged_as_often_as_alpha_says() {
    let maps = 200;
    let mut seen = vec![];
    for (mean, uneven) in [(0.05, false), (0.5, false), (5.0, false), (0.5, true)] {
        let mut flagged = 0;
        let mut gumbel = 0;
        for map in 0..maps {
            let options = Options { seed: 10_000 + map, clusters: 1, ..quick(99) };
            let scan = poisson(&null_map(map, mean, uneven), &options).expect("a scan");
            flagged += u64::from(scan.clusters.first().is_some_and(|found| found.significant));
            gumbel += u64::from(scan.clusters.first().is_some_and(|found| found.p_gumbel.is_some_and(|p| p <= 0.05)));
        }
        assert!(binomial_at_least(flagged, maps, 0.05) >= 0.05, "{mean} {uneven}: {flagged} of {maps}");
        // 23 of 200 is twice the level and more; the fit is not that bad.
        assert!(gumbel < 23, "{mean} {uneven}: {gumbel} of {maps} by Gumbel");
        seen.push((flagged, gumbel));
    }
    assert_eq!(seen, [(8, 11), (6, 8), (9, 9), (10, 11)]);
}

#[test]
fn rows_and_threads_change_nothing() {
    let units = null_map(3, 5.0, true);
    let options = Options { ellipses: ELLIPSES.to_vec(), alpha: 0.5, ..quick(99) };
    let run = |units: &[Unit]| poisson(units, &options).expect("a scan");
    let first = run(&units);
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        assert_eq!(pool.install(|| run(&units)), first);
    }
    let mut stream = Stream::new(4, 0);
    let mut rows: Vec<u32> = (0..256).collect();
    (0..256).for_each(|at| rows.swap(at, at + stream.below(256 - at)));
    let shuffled: Vec<Unit> = rows.iter().map(|&row| units[row as usize]).collect();
    let mut second = run(&shuffled);
    for found in &mut second.clusters {
        found.centre = rows[found.centre as usize];
        found.units.iter_mut().for_each(|at| *at = rows[*at as usize]);
    }
    assert_eq!(second, first);
}

fn some_units() -> impl Strategy<Value = Vec<Unit>> {
    let one = (0_u32..9, 0_u32..9, 0_u32..4, 0.0..5.0)
        .prop_map(|(x, y, cases, expected)| unit(f64::from(x) * 50.0, f64::from(y) * 50.0, cases, expected + 0.1));
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn moving_scaling_and_turning_change_nothing(units in some_units(), window in 0.1..0.5_f64) {
        let options = Options { window, ..quick(19) };
        let first = poisson(&units, &options);
        let changed = |change: &dyn Fn(&Unit) -> Unit| poisson(&units.iter().map(change).collect::<Vec<_>>(), &options);
        let moved = changed(&|u| Unit { x: u.x + 674_000.0, y: u.y + 6_580_000.0, ..*u });
        let larger = changed(&|u| Unit { x: u.x * 2.0, y: u.y * 2.0, expected: u.expected * 1024.0, ..*u });
        let turned = changed(&|u| Unit { x: -u.y, y: u.x, ..*u });
        match (first, moved, larger, turned) {
            (Ok(first), Ok(moved), Ok(larger), Ok(turned)) => {
                prop_assert_eq!(first.windows, turned.windows);
                for (at, found) in first.clusters.iter().enumerate() {
                    prop_assert_eq!((&found.units, found.llr, found.p_monte_carlo),
                        (&moved.clusters[at].units, moved.clusters[at].llr, moved.clusters[at].p_monte_carlo));
                    prop_assert_eq!((&found.units, found.llr), (&larger.clusters[at].units, larger.clusters[at].llr));
                    prop_assert_eq!(found.radius_m * 2.0, larger.clusters[at].radius_m);
                }
                if let (Some(a), Some(b)) = (first.clusters.first(), turned.clusters.first()) {
                    prop_assert!((a.llr - b.llr).abs() < 1e-9 * (1.0 + a.llr));
                }
            }
            (first, moved, larger, turned) => {
                prop_assert_eq!(first.as_ref().err(), moved.as_ref().err());
                prop_assert_eq!(first.as_ref().err(), larger.as_ref().err());
                prop_assert_eq!(first.as_ref().err(), turned.as_ref().err());
            }
        }
    }

    #[test]
    fn no_input_is_too_much(
        rows in prop::collection::vec((any::<f64>(), any::<f64>(), 0_u32..5, any::<f64>()), 0..12), near in any::<bool>(),
    ) {
        let place = |x: f64| if near { (x % 1000.0).abs() } else { x };
        let units: Vec<Unit> = rows.iter().map(|&(x, y, n, e)| unit(place(x), place(y), n, if near { e.abs() } else { e })).collect();
        for window in [0.01, 0.5] {
            let _ = poisson(&units, &Options { window, ellipses: ELLIPSES.to_vec(), ..quick(9) });
        }
        let controls: Vec<CaseControl> =
            rows.iter().map(|&(x, y, n, e)| CaseControl { x: place(x), y: place(y), cases: n, controls: (e.abs() % 5.0) as u32 }).collect();
        let _ = bernoulli(&controls, &Options { window: 0.5, ..quick(9) });
    }
}
