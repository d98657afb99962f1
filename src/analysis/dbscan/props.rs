//! What must hold for any points: the definition tried on all pairs, the R-tree, order, place and threads.

use proptest::prelude::*;

use super::super::dbscan_rtree;
use super::*;
use crate::analysis::moves::order;

/// The definition, word for word, in O(n²): [`Clustering`] as the documentation of [`dbscan`] describes it.
fn by_definition(points: &[[f64; 2]], eps: f64, min_points: usize) -> Clustering {
    let distance = |a: usize, b: usize| {
        let (dx, dy) = (points[a][0] - points[b][0], points[a][1] - points[b][1]);
        dx * dx + dy * dy
    };
    let near = |a: usize, b: usize| distance(a, b) <= eps * eps;
    let n = points.len();
    let core: Vec<bool> = (0..n).map(|a| (0..n).filter(|&b| near(a, b)).count() >= min_points).collect();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut cluster_of: Vec<Option<usize>> = vec![None; n];
    for start in 0..n {
        if !core[start] || cluster_of[start].is_some() {
            continue;
        }
        let mut found = vec![start];
        cluster_of[start] = Some(members.len());
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            next += 1;
            for other in (0..n).filter(|&other| core[other] && near(at, other)) {
                if cluster_of[other].is_none() {
                    cluster_of[other] = Some(members.len());
                    found.push(other);
                }
            }
        }
        members.push(found);
    }
    for at in (0..n).filter(|&at| !core[at]) {
        let nearest = (0..n).filter(|&other| core[other] && near(at, other)).min_by(|&a, &b| {
            let by_place = points[a].partial_cmp(&points[b]).expect("finite");
            distance(at, a).total_cmp(&distance(at, b)).then(by_place)
        });
        if let Some(cluster) = nearest.and_then(|nearest| cluster_of[nearest]) {
            members[cluster].push(at);
        }
    }
    let first = |members: &Vec<usize>| {
        let smaller = |a: [f64; 2], b: [f64; 2]| if b < a { b } else { a };
        members.iter().map(|&at| points[at]).fold([f64::INFINITY; 2], smaller)
    };
    members.sort_by(|a, b| b.len().cmp(&a.len()).then(first(a).partial_cmp(&first(b)).expect("finite")));
    let mut cluster = vec![None; n];
    for (members, number) in members.iter().zip(1..) {
        for &at in members {
            cluster[at] = Some(number);
        }
    }
    Clustering { cluster, core, count: members.len() as u32 }
}

/// Points on a lattice (many at exactly eps, many copies), anywhere, or both; eps of 5 lattice steps or any.
fn any_points() -> impl Strategy<Value = (Vec<[f64; 2]>, f64, usize)> {
    let lattice = (0..40_i32, 0..40_i32).prop_map(|(x, y)| [f64::from(x), f64::from(y)]);
    let anywhere = (0.0..40.0, 0.0..40.0).prop_map(|(x, y)| [x, y]);
    let knot = (18.0..22.0, 18.0..22.0).prop_map(|(x, y)| [x, y]);
    let point = prop_oneof![4 => lattice, 2 => anywhere, 1 => knot];
    let eps = prop_oneof![Just(5.0), Just(1.0), Just(13.0), 0.3..9.0];
    (prop::collection::vec(point, 0..220), eps, 1..9_usize)
}

fn with_threads(threads: usize, run: impl FnOnce() -> Clustering + Send) -> Clustering {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(run)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_ways_answer_as_the_definition_does((points, eps, min_points) in any_points()) {
        let expected = by_definition(&points, eps, min_points);
        prop_assert_eq!(&dbscan(&points, Metres(eps), min_points).expect("valid"), &expected);
        prop_assert_eq!(&dbscan_rtree(&points, Metres(eps), min_points).expect("valid"), &expected);
    }

    #[test]
    fn the_answer_follows_the_points_in_any_order((points, eps, min_points) in any_points(), seed: u64) {
        let before = dbscan(&points, Metres(eps), min_points).expect("valid");
        let order = order(points.len(), seed);
        let shuffled: Vec<[f64; 2]> = order.iter().map(|&at| points[at]).collect();
        let after = dbscan(&shuffled, Metres(eps), min_points).expect("valid");
        prop_assert_eq!(after.count, before.count);
        for (new, &old) in order.iter().enumerate() {
            prop_assert_eq!(after.cluster[new], before.cluster[old]);
            prop_assert_eq!(after.core[new], before.core[old]);
        }
    }

    #[test]
    fn a_shift_that_is_exact_changes_nothing(
        (points, eps, min_points) in any_points(), east in -700_000..700_000_i32, north in 0..7_000_000_i32,
    ) {
        // Coordinates in 1/1024 m stay exact where they are shifted by whole metres.
        let rounded = |value: f64| (value * 1024.0).round() / 1024.0;
        let points: Vec<[f64; 2]> = points.into_iter().map(|point| point.map(rounded)).collect();
        let shifted: Vec<[f64; 2]> =
            points.iter().map(|[x, y]| [x + f64::from(east), y + f64::from(north)]).collect();
        prop_assert_eq!(
            dbscan(&shifted, Metres(eps), min_points).expect("valid"),
            dbscan(&points, Metres(eps), min_points).expect("valid")
        );
    }

    #[test]
    fn a_larger_eps_never_loses_a_core_point((points, eps, min_points) in any_points()) {
        let small = dbscan(&points, Metres(eps), min_points).expect("valid");
        let large = dbscan(&points, Metres(eps * 1.5), min_points).expect("valid");
        prop_assert!(small.core.iter().zip(&large.core).all(|(small, large)| !small || *large));
    }
}

#[test]
fn one_two_and_eight_threads_and_the_r_tree_give_the_same_bytes() {
    let mut stream = crate::domain::random::Stream::new(11, 0);
    let mut points: Vec<[f64; 2]> = (0..30_000).map(|_| [stream.between(0.0, 9e3), stream.between(0.0, 9e3)]).collect();
    for _ in 0..20 {
        let middle = [stream.between(0.0, 9e3), stream.between(0.0, 9e3)];
        points.extend((0..1000).map(|_| middle.map(|value| value + 60.0 * stream.normal())));
    }
    let run = || dbscan(&points, Metres(40.0), 8).expect("valid");
    let one = with_threads(1, run);
    assert!(one.count > 20, "{} clusters", one.count);
    assert_eq!(one, with_threads(2, run));
    assert_eq!(one, with_threads(8, run));
    assert_eq!(one, with_threads(8, || dbscan_rtree(&points, Metres(40.0), 8).expect("valid")));
}
