//! What a move of the map must not change in DBSCAN and ST-DBSCAN, planted clusters, and input that is none.

use proptest::prelude::*;

use super::*;
use crate::analysis::moves::{any_move, any_number, any_place, order, same_groups, shifts, some_points};

fn some_eps() -> impl Strategy<Value = f64> {
    prop_oneof![Just(5.0), Just(1.0), Just(13.0), 0.3..9.0]
}

/// Clusters of core points alone: which of two equally near clusters a border point joins is decided by x and y.
fn of_core(found: &Clustering) -> Vec<Option<u32>> {
    found.cluster.iter().zip(&found.core).map(|(cluster, core)| cluster.filter(|_| *core)).collect()
}

fn is_noise(found: &Clustering) -> Vec<bool> {
    found.cluster.iter().map(Option::is_none).collect()
}

/// So many places 100 m apart with at least so many events within 4 m of their middles, and single events between them.
fn planted() -> impl Strategy<Value = (Vec<[f64; 2]>, Vec<Option<usize>>, usize)> {
    let place = prop::collection::vec((-2.0..2.0, -2.0..2.0), 8..20);
    let alone = prop::collection::btree_set(0..30_i32, 0..20);
    (prop::collection::vec(place, 1..6), alone, any::<u64>()).prop_map(|(places, alone, seed)| {
        let middle = |number: usize| [number as f64 * 100.0, (number * number % 7) as f64 * 100.0];
        let mut rows: Vec<([f64; 2], Option<usize>)> = Vec::new();
        for (number, place) in places.iter().enumerate() {
            let [x, y] = middle(number);
            rows.extend(place.iter().map(|(dx, dy)| ([x + dx, y + dy], Some(number))));
        }
        rows.extend(alone.iter().map(|&at| ([f64::from(at) * 20.0 + 3.0, -50.0], None)));
        let order = order(rows.len(), seed);
        let (points, wanted) = order.into_iter().map(|at| rows[at]).unzip();
        (points, wanted, places.len())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_shift_and_a_scale_change_nothing(points in some_points(150), eps in some_eps(), min_points in 1..9_usize, by in shifts()) {
        let before = dbscan(&points, Metres(eps), min_points).expect("valid");
        let after = dbscan(&by.points(&points), Metres(by.length(eps)), min_points).expect("valid");
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_turn_and_a_mirror_change_no_cluster_but_its_number(
        points in some_points(150), eps in some_eps(), min_points in 1..9_usize, by in any_move(),
    ) {
        let before = dbscan(&points, Metres(eps), min_points).expect("valid");
        let after = dbscan(&by.points(&points), Metres(by.length(eps)), min_points).expect("valid");
        prop_assert_eq!((&after.core, after.count, is_noise(&after)), (&before.core, before.count, is_noise(&before)));
        prop_assert!(same_groups(&of_core(&after), &of_core(&before)));
    }

    #[test]
    fn planted_places_are_found_and_single_events_are_none((points, wanted, places) in planted()) {
        let found = dbscan(&points, Metres(6.0), 8).expect("valid");
        let wanted: Vec<Option<u32>> = wanted.into_iter().map(|place| place.map(|place| place as u32)).collect();
        prop_assert_eq!(found.count as usize, places);
        prop_assert!(same_groups(&found.cluster, &wanted));
        let days: Vec<i32> = wanted.iter().map(|place| place.map_or(0, |place| place as i32 * 50 - 90)).collect();
        let timed = st_dbscan(&points, &days, Metres(6.0), 3, 8).expect("valid");
        prop_assert_eq!(timed, found);
    }

    #[test]
    fn in_time_too_a_shift_and_a_scale_change_nothing_and_a_turn_no_cluster(
        events in some_points(120), seed: u64, eps in some_eps(), eps_days in 0..12_u32, min_points in 1..8_usize,
        by in shifts(), turn in any_move(), later in -800_000..800_000_i32,
    ) {
        let days: Vec<i32> = order(events.len(), seed).into_iter().map(|at| at as i32 % 30).collect();
        let shifted: Vec<i32> = days.iter().map(|day| day + later).collect();
        let before = st_dbscan(&events, &days, Metres(eps), eps_days, min_points).expect("valid");
        let after = st_dbscan(&by.points(&events), &shifted, Metres(by.length(eps)), eps_days, min_points);
        prop_assert_eq!(after.expect("valid"), before.clone());
        // Time runs backwards too.
        let backwards: Vec<i32> = days.iter().map(|day| later - day).collect();
        let after = st_dbscan(&turn.points(&events), &backwards, Metres(turn.length(eps)), eps_days, min_points).expect("valid");
        prop_assert_eq!((&after.core, after.count, is_noise(&after)), (&before.core, before.count, is_noise(&before)));
        prop_assert!(same_groups(&of_core(&after), &of_core(&before)));
    }

    #[test]
    fn nothing_panics(
        points in prop::collection::vec(any_place(), 0..40), days in prop::collection::vec(any::<i32>(), 0..40),
        eps in any_number(), eps_days in prop_oneof![0..4000_u32, any::<u32>()], min_points in prop_oneof![0..9_usize, any::<usize>()],
    ) {
        for eps in [eps, 5.0] {
            let found = dbscan(&points, Metres(eps), min_points);
            prop_assert!(found.is_err() || points.iter().flatten().all(|value| value.is_finite()));
            prop_assert_eq!(found, dbscan_by_group(&points, &vec![None; points.len()], Metres(eps), min_points));
            let _ = st_dbscan(&points, &days, Metres(eps), eps_days, min_points);
            let dated: Vec<i32> = days.iter().copied().cycle().take(if days.is_empty() { 0 } else { points.len() }).collect();
            let _ = st_dbscan(&points, &dated, Metres(eps), eps_days, min_points);
        }
    }
}
