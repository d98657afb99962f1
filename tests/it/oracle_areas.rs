//! Limits of Poisson counts, and rates and ranks of areas, against `SciPy`'s chi-square quantiles.
//!
//! `tests/oracles/garwood.json` holds `SciPy`'s numbers; `tests/oracles/garwood_scipy.py` made it and says what is in it.

use lagesbild::analysis::{AreaCount, area_rates, gamma::garwood};
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    limits: Vec<Limits>,
    areas: Vec<Area>,
    order: Vec<usize>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of the file")]
struct Limits {
    n: u64,
    level: f64,
    limits: [f64; 2],
}

#[derive(Deserialize)]
struct Area {
    n: u64,
    people: f64,
    expected: f64,
    ratio: f64,
    low: f64,
    high: f64,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../oracles/garwood.json")).expect("the oracle's file")
}

fn off(ours: f64, theirs: f64) -> f64 {
    (ours - theirs).abs() / theirs.abs().max(1e-12)
}

#[test]
fn exact_limits_are_those_of_scipy() {
    let mut worst: f64 = 0.0;
    for case in oracle().limits {
        let (low, high) = garwood(case.n, case.level);
        for (ours, theirs) in [(low, case.limits[0]), (high, case.limits[1])] {
            if theirs == 0.0 {
                assert_eq!(ours, 0.0);
                continue;
            }
            worst = worst.max(off(ours, theirs));
            assert!(off(ours, theirs) < 1e-8, "{} at {}: {ours} against {theirs}", case.n, case.level);
        }
    }
    println!("69 pairs of limits as SciPy has them, at most {worst:.1e} off");
}

#[test]
fn rates_and_ranks_of_forty_areas_are_those_of_scipy() {
    let oracle = oracle();
    let code = |at: usize| format!("{at:02}");
    let counts: Vec<AreaCount> = oracle
        .areas
        .iter()
        .enumerate()
        .map(|(at, area)| AreaCount::known(&code(at), area.n, Some(area.people)))
        .collect();
    let found = area_rates(&counts, true);
    for (ours, theirs) in found.areas.iter().zip(&oracle.areas) {
        let (low, high) = ours.ratio_limits.expect("limits");
        assert!(off(ours.expected.expect("known").0, theirs.expected) < 1e-12);
        assert!((ours.ratio.expect("known") - theirs.ratio).abs() < 1e-12);
        assert!((low - theirs.low).abs() < 1e-8 && (high.expect("bounded") - theirs.high).abs() < 1e-8);
    }
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|&at| found.areas[at].rank);
    assert_eq!(order, oracle.order);
}
