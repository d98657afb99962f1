//! ST-DBSCAN by hand, against the definition on all pairs, against DBSCAN on one day, and with any number of threads.

use proptest::prelude::*;

use super::super::dbscan;
use super::*;
use crate::analysis::moves::order;
use crate::domain::random::Stream;

fn run(events: &[([f64; 2], i32)], eps: f64, eps_days: u32, min_points: usize) -> Clustering {
    let (points, days): (Vec<[f64; 2]>, Vec<i32>) = events.iter().copied().unzip();
    st_dbscan(&points, &days, Metres(eps), eps_days, min_points).expect("valid")
}

#[test]
fn one_place_at_two_times_is_two_clusters_and_edges_are_within() {
    let at = |x: f64, day: i32| ([x, 0.0], day);
    let events = [at(0.0, 0), at(10.0, 7), at(0.0, 14), at(0.0, 22), at(10.0, 22), at(10.0, 29)];
    let found = run(&events, 10.0, 7, 2);
    // 14 and 22 are eight days apart. Alike in size and place, the earlier is the first.
    assert_eq!(found.cluster, [Some(1), Some(1), Some(1), Some(2), Some(2), Some(2)]);
    assert_eq!(run(&events, 10.0, 8, 2).count, 1);
    assert_eq!(run(&events, 9.99, 7, 2).count, 1, "only the two at 10 m on days 22 and 29");
    assert_eq!(run(&events, 10.0, 0, 2).cluster[3..5], [Some(1), Some(1)]);
}

#[test]
fn a_border_event_goes_to_the_nearest_core_then_to_the_one_fewest_days_off() {
    // Cores are the three 6 m west on day 0 and the three 6 m east on day 9: each sees itself, four farther out, and the
    // middle one, which sees seven and is none.
    let middle = |x: f64, day: i32| {
        let mut events = vec![([x, 0.0], day)];
        for (side, day) in [(-1.0, 0), (1.0, 9)] {
            events.extend([([side * 6.0, 0.0], day); 3]);
            events.extend([([side * 10.0, 0.0], day); 4]);
        }
        let found = run(&events, 6.02, 5, 8);
        assert_eq!((found.count, found.core[0]), (2, false));
        let (west, east) = (found.cluster[1], found.cluster[8]);
        if found.cluster[0] == west {
            "west"
        } else if found.cluster[0] == east {
            "east"
        } else {
            "none"
        }
    };
    assert_eq!(middle(0.0, 5), "east");
    assert_eq!(middle(0.0, 4), "west");
    assert_eq!(middle(-0.01, 5), "west", "place comes before day");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let refused = |days: &[i32], eps: f64, eps_days: u32| {
        st_dbscan(&[[0.0, 0.0]], days, Metres(eps), eps_days, 1).expect_err("refused")
    };
    assert!(matches!(refused(&[0], 0.0, 1), Error::OutOfRange { .. }));
    assert!(matches!(refused(&[0], 1.0, 3661), Error::OutOfRange { .. }));
    assert_eq!(refused(&[], 1.0, 1), Error::LengthsDiffer { wanted: 1, found: 0 });
    assert_eq!(run(&[], 1.0, 1, 1), Clustering::default());
    let far = [([0.0, 0.0], i32::MIN), ([0.0, 0.0], i32::MAX)];
    assert_eq!(run(&far, 1.0, 3660, 2).count, 0);
}

/// The definition, word for word, in O(n²).
fn by_definition(events: &[([f64; 2], i32)], eps: f64, eps_days: u32, min_points: usize) -> Clustering {
    let n = events.len();
    let apart = |a: usize, b: usize| squared(events[a].0, events[b].0);
    let late = |a: usize, b: usize| events[a].1.abs_diff(events[b].1);
    let near = |a: usize, b: usize| apart(a, b) <= eps * eps && late(a, b) <= eps_days;
    let core: Vec<bool> = (0..n).map(|a| (0..n).filter(|&b| near(a, b)).count() >= min_points).collect();
    let mut set: Vec<usize> = (0..n).collect();
    for a in (0..n).filter(|&a| core[a]) {
        for b in (0..a).filter(|&b| core[b] && near(a, b)) {
            let (from, to) = (set[a], set[b]);
            set.iter_mut().filter(|set| **set == from).for_each(|set| *set = to);
        }
    }
    let border = |a: usize| {
        let key = |b: usize| (apart(a, b), late(a, b), events[b].0, events[b].1);
        let order = |&b: &usize, &c: &usize| key(b).partial_cmp(&key(c)).expect("finite");
        (0..n).filter(|&b| core[b] && near(a, b)).min_by(order).map(|b| set[b])
    };
    let of: Vec<Option<usize>> = (0..n).map(|a| if core[a] { Some(set[a]) } else { border(a) }).collect();
    let mut found: Vec<(usize, ([f64; 2], i32), usize)> = Vec::new();
    for label in 0..n {
        let members: Vec<usize> = (0..n).filter(|&a| of[a] == Some(label)).collect();
        let smaller = |a: ([f64; 2], i32), b: ([f64; 2], i32)| if b < a { b } else { a };
        let first = members.iter().map(|&a| events[a]).reduce(smaller);
        found.extend(first.map(|first| (members.len(), first, label)));
    }
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.partial_cmp(&b.1).expect("finite")));
    let number = |label: usize| found.iter().position(|found| found.2 == label).map(|place| place as u32 + 1);
    Clustering { cluster: of.iter().map(|of| of.and_then(number)).collect(), core, count: found.len() as u32 }
}

fn any_events() -> impl Strategy<Value = Vec<([f64; 2], i32)>> {
    let lattice = (0..25_i32, 0..25_i32).prop_map(|(x, y)| [f64::from(x), f64::from(y)]);
    let knot = (8.0..12.0, 8.0..12.0).prop_map(|(x, y)| [x, y]);
    prop::collection::vec((prop_oneof![3 => lattice, 1 => knot], -30..30_i32), 0..160)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_answer_is_that_of_the_definition_in_any_order(
        events in any_events(), eps in prop_oneof![Just(5.0), Just(1.0), 0.3..9.0], eps_days in 0..12_u32,
        min_points in 1..8_usize, seed: u64,
    ) {
        let found = run(&events, eps, eps_days, min_points);
        let expected = by_definition(&events, eps, eps_days, min_points);
        prop_assert_eq!(&found.core, &expected.core);
        prop_assert_eq!(&found, &expected);
        let order = order(events.len(), seed);
        let shuffled: Vec<([f64; 2], i32)> = order.iter().map(|&at| events[at]).collect();
        let after = run(&shuffled, eps, eps_days, min_points);
        for (new, &old) in order.iter().enumerate() {
            prop_assert_eq!(after.cluster[new], found.cluster[old]);
        }
    }

    #[test]
    fn on_one_day_it_is_dbscan(events in any_events(), min_points in 1..8_usize, eps_days in 0..12_u32) {
        let points: Vec<[f64; 2]> = events.iter().map(|event| event.0).collect();
        let days = vec![7; points.len()];
        let found = st_dbscan(&points, &days, Metres(3.0), eps_days, min_points).expect("valid");
        prop_assert_eq!(found, dbscan(&points, Metres(3.0), min_points).expect("valid"));
    }
}

#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let mut stream = Stream::new(4, 0);
    let events: Vec<([f64; 2], i32)> =
        (0..20_000).map(|_| ([stream.between(0.0, 5e3), stream.between(0.0, 5e3)], stream.below(365) as i32)).collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| run(&events, 60.0, 14, 4))
    };
    let one = with(1);
    assert!(one.count > 20, "{} clusters", one.count);
    assert_eq!(one, with(2));
    assert_eq!(one, with(8));
}
