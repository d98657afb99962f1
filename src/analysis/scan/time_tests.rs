use serde_json::Value;

use super::tests::{numbers, options_of, oracle, pairs};
use super::*;
use crate::analysis::tails::binomial_at_least;
use crate::domain::random::Stream;

fn units_of(case: &Value) -> Vec<TimedUnit> {
    let cases = case["cases"].as_array().expect("rows").iter().map(numbers);
    let rows = pairs(&case["xy"]).into_iter().zip(cases).zip(numbers(&case["exposure"]));
    rows.map(|(([x, y], cases), expected)| TimedUnit {
        x,
        y,
        cases: cases.into_iter().map(|n| n as u32).collect(),
        expected,
    })
    .collect()
}

/// Side x side units and so many steps, Poisson cases of this mean.
fn strewn(side: usize, steps: usize, mean: f64, map: u64) -> Vec<TimedUnit> {
    let mut stream = Stream::new(909, map);
    let mut units: Vec<TimedUnit> = (0..side * side)
        .map(|at| TimedUnit {
            x: (at % side) as f64 * 250.0,
            y: (at / side) as f64 * 250.0,
            cases: vec![0; steps],
            expected: 1.0,
        })
        .collect();
    for _ in 0..(mean * (side * side * steps) as f64) as usize {
        units[stream.below(side * side)].cases[stream.below(steps)] += 1;
    }
    units
}

fn quick(replicates: usize) -> Options {
    Options { replicates, ..Options::default() }
}

fn prospective() -> Times {
    Times { mode: Mode::Prospective, ..Times::default() }
}

#[test]
fn by_hand() {
    // Two places, two steps: 1 3 / 2 0. Expected at the first place in the last step: 4 x 3 / 6 = 2.
    let unit = |x, cases: [u32; 2]| TimedUnit { x, y: 0.0, cases: cases.to_vec(), expected: 1.0 };
    let units = [unit(0.0, [1, 3]), unit(5.0, [2, 0])];
    let wide = Options { window: 0.5, ..quick(99) };
    // 4 of 6 cases are more than half: the first place is in no window, and the second has no more than expected at last.
    let scan = permutation(&units, &prospective(), &wide).expect("a scan");
    assert!(scan.clusters.is_empty() && scan.warnings == [Warning::ScanBeyondWindows { units: 1, cases: 4 }]);
    let scan = permutation(&units, &Times::default(), &wide).expect("a scan");
    let found = &scan.clusters[0];
    // The second place in the first step: 2 where 2 x 3 / 6 = 1 was expected.
    assert_eq!((found.first_step, found.last_step, found.place.cases, found.place.expected), (0, 0, 2, 1.0));
    assert!((found.place.llr - (2.0 * 2.0_f64.ln() + 4.0 * 0.8_f64.ln())).abs() < 1e-12);
    // One third of the six exchanges of two of six: P(both early) = (3 x 2) / (6 x 5) = 0.2.
    assert!((0.05..0.6).contains(&found.place.p_monte_carlo));
    // Poisson: exposure says half, time says half.
    let scan = cylinders(&units, &prospective(), &wide).expect("a scan");
    let found = &scan.clusters[0];
    assert_eq!((found.place.cases, found.place.expected, found.first_step), (3, 1.5, 1));
    let longer = Times { lengths: vec![1.0, 2.0], ..prospective() };
    assert_eq!(cylinders(&units, &longer, &wide).expect("a scan").clusters[0].place.expected, 2.0);
}

#[test]
fn cylinders_and_ratios_are_those_of_the_enumeration() {
    let mut seen = 0;
    for case in oracle() {
        let permuted = case["model"] == "permutation";
        if !(permuted || case["model"] == "cylinders") {
            continue;
        }
        seen += 1;
        let options = options_of(&case);
        let times = Times {
            mode: if case["mode"] == "prospective" { Mode::Prospective } else { Mode::Retrospective },
            longest: case["longest"].as_f64().expect("a share"),
            lengths: numbers(&case["lengths"]),
        };
        let mut units = units_of(&case);
        let mut names: Vec<u32> = (0..units.len() as u32).collect();
        for (round, wanted) in case["clusters"].as_array().expect("clusters").iter().enumerate() {
            let scan =
                if permuted { permutation(&units, &times, &options) } else { cylinders(&units, &times, &options) };
            let scan = scan.expect("a scan");
            if round == 0 {
                assert_eq!(scan.windows as u64, case["windows"].as_u64().expect("a number"));
            }
            let found = &scan.clusters[0];
            let ratio = wanted["ratio"].as_f64().expect("a number");
            assert!((found.place.llr / ratio - 1.0).abs() < 1e-9, "{} is not {ratio}", found.place.llr);
            let mut at: Vec<u32> = found.place.units.iter().map(|&at| names[at as usize]).collect();
            at.sort_unstable();
            let steps = [found.first_step as f64, found.last_step as f64];
            assert!(wanted["choices"].as_array().expect("choices").iter().any(|choice| {
                let units: Vec<u32> = numbers(&choice["units"]).into_iter().map(|at| at as u32).collect();
                units == at && numbers(&choice["steps"]) == steps
            }));
            let taken = &found.place.units;
            units = (0..).zip(units).filter(|(at, _)| !taken.contains(at)).map(|(_, unit)| unit).collect();
            names = (0..).zip(names).filter(|(at, _)| !taken.contains(at)).map(|(_, name)| name).collect();
        }
    }
    assert_eq!(seen, 6);
}

#[test]
fn what_is_new_is_found_and_what_always_was_is_not() {
    let mut units = strewn(10, 24, 0.3, 1);
    // One place always has many; another has them since two months.
    units[22].cases.iter_mut().for_each(|cases| *cases += 6);
    units[77].cases[22..].iter_mut().for_each(|cases| *cases += 7);
    let scan = permutation(&units, &prospective(), &quick(199)).expect("a scan");
    assert_eq!(scan.intervals, 12);
    let found = &scan.clusters[0];
    assert_eq!((found.place.units.as_slice(), found.first_step, found.last_step), (&[77][..], 22, 23));
    assert!(found.place.significant && found.place.p_gumbel.is_some_and(|p| p < 0.001));
    assert!(scan.clusters.iter().all(|found| !found.place.units.contains(&22)));
    let scan = cylinders(&units, &Times::default(), &quick(99)).expect("a scan");
    assert!(scan.clusters[0].place.units.contains(&22));
}

#[test]
fn what_only_asks_whether_a_map_is_as_unusual_gives_the_same_p() {
    for (mode, map) in
        [Mode::Retrospective, Mode::Prospective].into_iter().flat_map(|mode| (0..4).map(move |map| (mode, map)))
    {
        let mut stream = Stream::new(77, map);
        let units: Vec<TimedUnit> = (0..60_u32)
            .map(|at| {
                let mut cases: Vec<u32> = (0..6).map(|_| stream.below(3) as u32).collect();
                cases[5] += u32::from(at < 3) * map as u32;
                TimedUnit { x: f64::from(at % 8), y: f64::from(at / 8), cases, expected: 1.0 }
            })
            .collect();
        let plain: Vec<Unit> = units
            .iter()
            .map(|unit| Unit { x: unit.x, y: unit.y, cases: unit.cases.iter().sum(), expected: 1.0 })
            .collect();
        let times = Times { mode, ..Times::default() };
        let options = |gumbel| Options { gumbel, seed: map, alpha: 0.5, window: 0.3, ..quick(199) };
        let (all, few) = (options(199), options(0));
        let p = |found: &Cluster| (found.units.clone(), found.p_monte_carlo.to_bits(), found.replicates);
        for scan in [permutation, cylinders] {
            let of = |options| -> Vec<_> {
                scan(&units, &times, options).expect("a scan").clusters.iter().map(|found| p(&found.place)).collect()
            };
            assert_eq!(of(&all), of(&few), "{mode:?} {map}");
        }
        let of = |options| -> Vec<_> { poisson(&plain, options).expect("a scan").clusters.iter().map(p).collect() };
        assert_eq!(of(&all), of(&few), "{map}");
    }
}

#[test]
fn what_time_cannot_carry_is_refused() {
    let unit = |x, cases: &[u32]| TimedUnit { x, y: 0.0, cases: cases.to_vec(), expected: 1.0 };
    let wide = Options { window: 0.5, ..quick(9) };
    let refused = |units: &[TimedUnit], times: &Times| permutation(units, times, &wide).expect_err("is refused");
    let times = Times::default();
    assert_eq!(refused(&[], &times), Error::NothingToAnalyse);
    assert_eq!(refused(&[unit(0.0, &[1]), unit(1.0, &[1])], &times), Error::TooFewSteps { steps: 1, least: 2 });
    let uneven = [unit(0.0, &[1, 2]), unit(1.0, &[1])];
    assert_eq!(refused(&uneven, &times), Error::LengthsDiffer { wanted: 2, found: 1 });
    assert_eq!(refused(&[unit(0.0, &[1, 0]), unit(1.0, &[2, 0])], &times), Error::AllAtOnce);
    assert_eq!(refused(&[unit(0.0, &[1, 2]), unit(1.0, &[0, 0])], &times), Error::AllAtOnce);
    assert_eq!(refused(&[unit(0.0, &[1, 2])], &times), Error::TooFewUnits { units: 1 });
    let fine = [unit(0.0, &[1, 2]), unit(1.0, &[1, 0])];
    for longest in [0.0, 0.95, f64::NAN] {
        assert!(matches!(refused(&fine, &Times { longest, ..times.clone() }), Error::OutOfRange { .. }));
    }
    let lengths =
        |lengths: Vec<f64>| cylinders(&fine, &Times { lengths, ..Times::default() }, &wide).expect_err("is refused");
    assert_eq!(lengths(vec![1.0]), Error::LengthsDiffer { wanted: 2, found: 1 });
    assert!(matches!(lengths(vec![1.0, 0.0]), Error::OutOfRange { .. }));
}

#[test]
fn maps_where_nothing_is_new_are_flagged_as_often_as_alpha_says() {
    let maps = 200;
    let mut seen = vec![];
    for mode in [Mode::Prospective, Mode::Retrospective] {
        let times = Times { mode, ..Times::default() };
        let mut flagged = [0, 0];
        for map in 0..maps {
            let units = strewn(8, 8, 0.3, map);
            let options = Options { seed: map, clusters: 1, ..quick(99) };
            for (flagged, scan) in flagged.iter_mut().zip([permutation, cylinders]) {
                let scan = scan(&units, &times, &options).expect("a scan");
                *flagged += u64::from(scan.clusters.first().is_some_and(|found| found.place.significant));
            }
        }
        for flagged in flagged {
            assert!(binomial_at_least(flagged, maps, 0.05) >= 0.05, "{mode:?}: {flagged} of {maps}");
        }
        seen.push(flagged);
    }
    assert_eq!(seen, [[9, 9], [6, 12]]);
}

#[test]
fn rows_and_threads_change_nothing() {
    let units = strewn(8, 12, 0.4, 5);
    let options = Options { alpha: 0.5, ..quick(99) };
    for scan in [permutation, cylinders] {
        let run = |units: &[TimedUnit]| scan(units, &Times::default(), &options).expect("a scan");
        let first = run(&units);
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            assert_eq!(pool.install(|| run(&units)), first);
        }
        let reversed: Vec<TimedUnit> = units.iter().rev().cloned().collect();
        let mut second = run(&reversed);
        for found in &mut second.clusters {
            found.place.centre = 63 - found.place.centre;
            found.place.units.iter_mut().for_each(|at| *at = 63 - *at);
        }
        assert_eq!(second, first);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
    #[test]
    fn no_input_is_too_much(
        rows in proptest::collection::vec((0_u8..4, 0_u8..4, proptest::collection::vec(0_u32..3, 3), proptest::prelude::any::<f64>()), 0..10),
    ) {
        let units: Vec<TimedUnit> = rows
            .into_iter()
            .map(|(x, y, cases, expected)| TimedUnit { x: f64::from(x), y: f64::from(y), cases, expected: expected.abs() })
            .collect();
        for mode in [Mode::Retrospective, Mode::Prospective] {
            let times = Times { mode, ..Times::default() };
            let options = Options { window: 0.5, ..quick(9) };
            let _ = permutation(&units, &times, &options);
            let _ = cylinders(&units, &times, &options);
        }
    }
}
