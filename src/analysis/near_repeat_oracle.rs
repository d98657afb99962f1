//! Near repeats against pointpats' `Knox`: the same pairs, and the expectation of its formula.
//!
//! `tests/oracles/near_repeat.json` holds its answers with versions; `tests/oracles/near_repeat_pointpats.py` made it and says
//! how events come from a seed.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Oracle {
    sets: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    n: usize,
    side: f64,
    sums: [f64; 3],
    knox: Vec<Knox>,
}

#[derive(Deserialize)]
struct Knox {
    bands: usize,
    time_bands: usize,
    observed: u64,
    expected: f64,
}

/// Output number `index`, from 0, of splitmix64 as a double in `[0, 1)`.
fn unit(seed: u64, index: usize) -> f64 {
    let mut z = seed.wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// `events` of the script.
fn events(seed: u64, n: usize, side: f64) -> (Vec<[f64; 2]>, Vec<i32>) {
    let (mut place, mut day): (Vec<[f64; 2]>, Vec<i32>) = (Vec::new(), Vec::new());
    for i in 0..n {
        let u = |part: usize| unit(seed, 4 * i + part);
        if i % 5 == 4 {
            let [x, y] = place[i - 1];
            place.push([x + 10.0 * ((u(0) * 7.0).floor() - 3.0), y + 10.0 * ((u(1) * 7.0).floor() - 3.0)]);
            day.push(day[i - 1] + (u(2) * 4.0) as i32);
            continue;
        }
        let anew = [10.0 * (u(0) * side / 10.0).floor(), 10.0 * (u(1) * side / 10.0).floor()];
        place.push(if i > 0 && u(3) < 0.1 { place[(u(1) * i as f64) as usize] } else { anew });
        day.push((u(2) * 365.0) as i32);
    }
    (place, day)
}

#[test]
fn pointpats_counts_the_same_pairs_and_expects_as_many() {
    let oracle: Oracle =
        serde_json::from_str(include_str!("../../tests/oracles/near_repeat.json")).expect("well-formed");
    assert_eq!(oracle.sets.len(), 3);
    for case in oracle.sets {
        let (points, day) = events(case.seed, case.n, case.side);
        let sum = |axis: usize| points.iter().map(|point| point[axis]).sum::<f64>();
        assert_eq!([sum(0), sum(1), f64::from(day.iter().sum::<i32>())], case.sums, "the generators differ");
        let bands = Bands { metres: 100.0, distances: 5, days: 7, times: 4 };
        let found = near_repeat(&points, &day, &bands, 999, 1).expect("valid");
        for knox in case.knox {
            let part = |cell: &&Pairs| cell.distance <= knox.bands && cell.time < knox.time_bands;
            let observed: u64 = found.table.iter().filter(part).map(|cell| cell.observed).sum();
            let expected: f64 = found.table.iter().filter(part).map(|cell| cell.expected).sum();
            assert_eq!(observed, knox.observed);
            // Five standard errors of a mean over 999 shuffles, the count varying somewhat more than Poisson.
            assert!((expected - knox.expected).abs() < 0.2 * knox.expected.sqrt(), "{expected} {}", knox.expected);
        }
        // The least p there is, as pointpats has it for the first bands: what was planted.
        assert_eq!(found.table[4].p, 0.001);
    }
}
