//! What a move of the map and another order must not change in the Bernoulli scan and in the scans in space and time, and
//! planted places. The Poisson scan's own are in `tests.rs`.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_move, order, shifts};

fn some_places() -> impl Strategy<Value = Vec<([f64; 2], Vec<u32>, f64)>> {
    let at = (0_u32..9, 0_u32..9).prop_map(|(x, y)| [f64::from(x) * 50.0, f64::from(y) * 50.0]);
    prop::collection::vec((at, prop::collection::vec(0_u32..4, 4), (1_u32..40).prop_map(|e| f64::from(e) / 8.0)), 0..40)
}

fn some_options() -> impl Strategy<Value = Options> {
    (0.1..0.5_f64, prop_oneof![Just(None), (50.0..400.0).prop_map(|radius| Some(Metres(radius)))])
        .prop_map(|(window, radius)| Options { window, radius, replicates: 19, alpha: 0.5, ..Options::default() })
}

fn timed(rows: &[([f64; 2], Vec<u32>, f64)]) -> Vec<TimedUnit> {
    rows.iter()
        .map(|(at, cases, expected)| TimedUnit { x: at[0], y: at[1], cases: cases.clone(), expected: *expected })
        .collect()
}

fn controlled(rows: &[([f64; 2], Vec<u32>, f64)]) -> Vec<CaseControl> {
    rows.iter().map(|(at, cases, _)| CaseControl { x: at[0], y: at[1], cases: cases[0], controls: cases[1] }).collect()
}

/// What a scan found, without its coordinates: units, ratio, p, radius and first and last step; windows, and an error.
type Found = (usize, Vec<(Vec<u32>, f64, f64, f64, [usize; 2])>, Option<Error>);

fn of_cluster(found: &Cluster, steps: [usize; 2]) -> (Vec<u32>, f64, f64, f64, [usize; 2]) {
    let mut units = found.units.clone();
    units.sort_unstable();
    (units, found.llr, found.p_monte_carlo, found.radius_m, steps)
}

fn in_space(found: Result<Scan, Error>) -> Found {
    match found {
        Ok(scan) => (scan.windows, scan.clusters.iter().map(|found| of_cluster(found, [0, 0])).collect(), None),
        Err(error) => (0, vec![], Some(error)),
    }
}

fn in_time(found: Result<SpaceTimeScan, Error>) -> Found {
    let cluster = |found: &SpaceTimeCluster| of_cluster(&found.place, [found.first_step, found.last_step]);
    match found {
        Ok(scan) => (scan.windows, scan.clusters.iter().map(cluster).collect(), None),
        Err(error) => (0, vec![], Some(error)),
    }
}

/// All scans of these places: Bernoulli, cylinders and the permutation.
fn scans(rows: &[([f64; 2], Vec<u32>, f64)], mode: Mode, options: &Options) -> [Found; 3] {
    let times = Times { mode, ..Times::default() };
    [
        in_space(bernoulli(&controlled(rows), options)),
        in_time(cylinders(&timed(rows), &times, options)),
        in_time(permutation(&timed(rows), &times, options)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shift_scale_turn_and_order_change_nothing_they_should_not(
        rows in some_places(), options in some_options(), prospective in any::<bool>(), by in shifts(), turn in any_move(), seed: u64,
    ) {
        let mode = if prospective { Mode::Prospective } else { Mode::Retrospective };
        let before = scans(&rows, mode, &options);
        let run = |by: &crate::analysis::moves::Move| {
            let moved: Vec<_> = rows.iter().map(|(at, cases, expected)| (by.point(*at), cases.clone(), expected * 4.0)).collect();
            let radius = options.radius.map(|radius| Metres(by.length(radius.0)));
            scans(&moved, mode, &Options { radius, ..options.clone() })
        };
        // Where x and y keep their order, so do the draws.
        for (after, before) in run(&by).iter().zip(&before) {
            prop_assert_eq!((after.0, &after.2), (before.0, &before.2));
            prop_assert_eq!(after.1.len(), before.1.len());
            for (after, before) in after.1.iter().zip(&before.1) {
                prop_assert_eq!((&after.0, after.1, after.2, after.4), (&before.0, before.1, before.2, before.4));
                prop_assert!((after.3 - by.length(before.3)).abs() <= 1e-9 * after.3);
            }
        }
        // Which of two equally likely windows comes first, and the draws, follow x and y.
        for (after, before) in run(&turn).iter().zip(&before) {
            prop_assert_eq!((after.0, &after.2), (before.0, &before.2));
            let top = |found: &Found| found.1.first().map_or(0.0, |found| found.1);
            prop_assert!((top(after) - top(before)).abs() <= 1e-9 * (1.0 + top(before)));
        }
        let order = order(rows.len(), seed);
        let shuffled: Vec<_> = order.iter().map(|&at| rows[at].clone()).collect();
        for (after, before) in scans(&shuffled, mode, &options).iter().zip(&before) {
            prop_assert_eq!(after.1.len(), before.1.len());
            for (after, before) in after.1.iter().zip(&before.1) {
                let mut units: Vec<u32> = after.0.iter().map(|&at| order[at as usize] as u32).collect();
                units.sort_unstable();
                prop_assert_eq!((&units, after.1, after.2, after.4), (&before.0, before.1, before.2, before.4));
            }
        }
    }

    #[test]
    fn a_planted_place_and_time_is_found(at in 0..100_usize, first in 0..6_usize, more in 18_u32..22) {
        // A place with more than a tenth of the cases would be in no window of the permutation.
        let place = |unit: usize| [(unit % 10) as f64 * 100.0, (unit / 10) as f64 * 100.0];
        let cases = |unit: usize| (0..8).map(|step| 1 + if unit == at && (first..first + 3).contains(&step) { more } else { 0 }).collect();
        let rows: Vec<_> = (0..100).map(|unit| (place(unit), cases(unit), 1.0)).collect();
        let options = Options { replicates: 19, ..Options::default() };
        for found in &scans(&rows, Mode::Retrospective, &options)[1..] {
            let (units, _, p, _, steps) = &found.1[0];
            prop_assert_eq!((units.as_slice(), *steps), (&[at as u32][..], [first, first + 2]));
            // One null map of nineteen may be as unusual: of all the cases tried, a few have one.
            prop_assert!(*p <= 0.1);
        }
        // Cases in the first column, controls in the second.
        let rows: Vec<_> = (0..100).map(|unit| (place(unit), vec![if unit == at { more + 20 } else { 1 }, 9], 1.0)).collect();
        let found = in_space(bernoulli(&controlled(&rows), &options));
        prop_assert_eq!(found.1[0].0.as_slice(), &[at as u32][..]);
        prop_assert!(found.1[0].2 <= 0.1);
    }
}
