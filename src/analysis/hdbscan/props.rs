//! What must hold for any points: the definition tried on all pairs, order, place and threads.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::dbscan::squared;
use super::*;
use crate::analysis::moves::order;
use crate::domain::random::Stream;

/// A cluster of the definition: its points, when it was born and ended, when each point left it, and its parts.
struct Slow {
    births: f64,
    death: f64,
    stability: f64,
    members: Vec<usize>,
    left: Vec<f64>,
    parts: Vec<Slow>,
}

/// The definition on all pairs: components at every level, from far to near. Points on one place stay separate points.
struct Definition {
    reach: Vec<Vec<f64>>,
    core: Vec<f64>,
    least: usize,
}

impl Definition {
    fn new(points: &[[f64; 2]], settings: &Settings) -> Self {
        let n = points.len();
        let apart = |a: usize, b: usize| squared(points[a], points[b]).sqrt();
        let core = |a: usize| {
            let mut all: Vec<f64> = (0..n).map(|b| apart(a, b)).collect();
            all.sort_by(f64::total_cmp);
            all[settings.min_samples.min(n) - 1].max(settings.precision.0)
        };
        let core: Vec<f64> = (0..n).map(core).collect();
        let reach = |a: usize, b: usize| apart(a, b).max(core[a]).max(core[b]);
        let reach = (0..n).map(|a| (0..n).map(|b| reach(a, b)).collect()).collect();
        Self { reach, core, least: settings.min_cluster_size }
    }

    /// What hangs together strictly below a level; points whose core distance is not below it hang together with nothing.
    fn below(&self, members: &[usize], level: f64) -> Vec<Vec<usize>> {
        let mut rest: BTreeSet<usize> = members.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(start) = rest.pop_first() {
            let mut component = vec![start];
            let mut next = 0;
            while let Some(&at) = component.get(next) {
                next += 1;
                let near: Vec<usize> = rest.iter().copied().filter(|&b| self.reach[at][b] < level).collect();
                for b in near {
                    rest.remove(&b);
                    component.push(b);
                }
            }
            if component.len() > 1 || self.core[start] < level {
                found.push(component);
            }
        }
        found
    }

    /// The level at which these points hang together: the longest edge of their tree, after Prim.
    fn level(&self, members: &[usize]) -> f64 {
        let mut nearest: Vec<f64> = members.iter().map(|&at| self.reach[members[0]][at]).collect();
        let mut waiting: BTreeSet<usize> = (1..members.len()).collect();
        let mut longest = self.core[members[0]];
        while let Some(&next) = waiting.iter().min_by(|&&a, &&b| nearest[a].total_cmp(&nearest[b])) {
            waiting.remove(&next);
            longest = longest.max(nearest[next]);
            for (at, near) in nearest.iter_mut().enumerate() {
                *near = near.min(self.reach[members[next]][members[at]]);
            }
        }
        longest
    }

    fn cluster(&self, members: Vec<usize>, births: f64) -> Slow {
        let mut found =
            Slow { births, death: births, stability: 0.0, left: vec![0.0; members.len()], members, parts: vec![] };
        let mut now = found.members.clone();
        loop {
            let level = self.level(&now);
            let density = 1.0 / level;
            found.death = density;
            let mut large = self.below(&now, level);
            large.retain(|component| component.len() >= self.least);
            let on: BTreeSet<usize> =
                if large.len() == 1 { large[0].iter().copied().collect() } else { BTreeSet::new() };
            for (at, left) in found.members.iter().zip(&mut found.left) {
                if now.contains(at) && !on.contains(at) {
                    *left = density;
                }
            }
            match large.len() {
                1 => now = large.remove(0),
                0 => break,
                _ => {
                    found.parts = large.into_iter().map(|part| self.cluster(part, density)).collect();
                    break;
                }
            }
        }
        found.stability = found.left.iter().map(|left| left - found.births).sum();
        found
    }
}

impl Slow {
    fn best(&self) -> f64 {
        self.stability.max(self.parts.iter().map(Self::best).sum())
    }

    /// Whether the choice hangs on a difference that rounding makes.
    fn is_close(&self) -> bool {
        let parts: f64 = self.parts.iter().map(Self::best).sum();
        (self.stability - parts).abs() <= 1e-9 * parts || self.parts.iter().any(Self::is_close)
    }

    fn chosen<'a>(&'a self, selection: Selection, is_all: bool, into: &mut Vec<&'a Slow>) {
        let parts: f64 = self.parts.iter().map(Self::best).sum();
        let takes = match selection {
            Selection::Leaf => self.parts.is_empty(),
            Selection::ExcessOfMass => self.stability >= parts,
        };
        if takes && !is_all {
            into.push(self);
        } else {
            self.parts.iter().for_each(|part| part.chosen(selection, false, into));
        }
    }

    /// When a point left the cluster or the last of its parts that it was in.
    fn leaves(&self, point: usize) -> f64 {
        let inner = self.parts.iter().find(|part| part.members.contains(&point));
        inner.map_or_else(
            || self.left[self.members.iter().position(|&at| at == point).expect("in")],
            |part| part.leaves(point),
        )
    }
}

fn by_definition(points: &[[f64; 2]], settings: &Settings) -> Option<Hdbscan> {
    let n = points.len();
    let mut found = Hdbscan { cluster: vec![None; n], strength: vec![0.0; n], ..Hdbscan::default() };
    if n < 2 {
        return Some(found);
    }
    let all = Definition::new(points, settings).cluster((0..n).collect(), 0.0);
    if all.parts.iter().any(Slow::is_close) && settings.selection == Selection::ExcessOfMass {
        return None;
    }
    let mut chosen = Vec::new();
    all.chosen(settings.selection, true, &mut chosen);
    let first = |cluster: &Slow| {
        let smaller = |a: [f64; 2], b: [f64; 2]| if b < a { b } else { a };
        cluster.members.iter().map(|&at| points[at]).fold([f64::INFINITY; 2], smaller)
    };
    chosen.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then(first(a).partial_cmp(&first(b)).expect("finite")));
    for (cluster, number) in chosen.iter().zip(1..) {
        for &at in &cluster.members {
            found.cluster[at] = Some(number);
            found.strength[at] = cluster.leaves(at).min(cluster.death) / cluster.death;
        }
        found.stability.push(cluster.stability);
    }
    found.count = chosen.len() as u32;
    Some(found)
}

/// Lattice points (ties and copies), points anywhere, and knots, with any settings.
fn any_case() -> impl Strategy<Value = (Vec<[f64; 2]>, Settings)> {
    let lattice = (0..14_i32, 0..14_i32).prop_map(|(x, y)| [f64::from(x * 3), f64::from(y * 3)]);
    let anywhere = (0.0..40.0, 0.0..40.0).prop_map(|(x, y)| [x, y]);
    let knot =
        (0..3_i32, 0.0..3.0, 0.0..3.0).prop_map(|(at, x, y)| [f64::from(at) * 15.0 + x, f64::from(at % 2) * 20.0 + y]);
    let point = prop_oneof![2 => lattice, 3 => anywhere, 4 => knot];
    let precision = prop_oneof![Just(0.01), Just(0.01), 0.1..5.0];
    let selection = prop_oneof![Just(Selection::ExcessOfMass), Just(Selection::Leaf)];
    (prop::collection::vec(point, 0..90), 2..9_usize, 1..9_usize, precision, selection).prop_map(
        |(points, min_cluster_size, min_samples, precision, selection)| {
            (points, Settings { min_cluster_size, min_samples, precision: Metres(precision), selection })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_answer_is_that_of_the_definition((points, settings) in any_case()) {
        let found = hdbscan(&points, &settings).expect("valid");
        if let Some(expected) = by_definition(&points, &settings) {
            prop_assert_eq!(&found.cluster, &expected.cluster);
            prop_assert_eq!(found.count, expected.count);
            let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * b.max(1.0));
            prop_assert!(near(&found.strength, &expected.strength));
            prop_assert!(near(&found.stability, &expected.stability));
        }
    }

    #[test]
    fn the_answer_follows_the_points_in_any_order((points, settings) in any_case(), seed: u64) {
        let before = hdbscan(&points, &settings).expect("valid");
        let order = order(points.len(), seed);
        let shuffled: Vec<[f64; 2]> = order.iter().map(|&at| points[at]).collect();
        let after = hdbscan(&shuffled, &settings).expect("valid");
        prop_assert_eq!(&after.stability, &before.stability);
        for (new, &old) in order.iter().enumerate() {
            prop_assert_eq!(after.cluster[new], before.cluster[old]);
            prop_assert_eq!(after.strength[new], before.strength[old]);
        }
    }

    #[test]
    fn a_quarter_turn_and_an_exact_shift_change_no_partition((points, settings) in any_case(), by in -7_000_000..7_000_000_i32) {
        let exact = |value: f64| (value * 1024.0).round() / 1024.0;
        let points: Vec<[f64; 2]> = points.into_iter().map(|point| point.map(exact)).collect();
        let moved: Vec<[f64; 2]> = points.iter().map(|&[x, y]| [f64::from(by) - y, x + f64::from(by)]).collect();
        let (before, after) = (hdbscan(&points, &settings).expect("valid"), hdbscan(&moved, &settings).expect("valid"));
        prop_assert_eq!(&after.strength, &before.strength);
        let pairs: BTreeSet<_> = before.cluster.iter().zip(&after.cluster).collect();
        prop_assert!(pairs.iter().all(|(a, b)| a.is_none() == b.is_none()));
        prop_assert_eq!(pairs.iter().filter(|(a, _)| a.is_some()).count(), before.count as usize);
        prop_assert_eq!(after.count, before.count);
    }
}

/// A town: 30 places of differing density on a thin background, and some addresses with many events.
fn town(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut stream = Stream::new(seed, 0);
    let mut points: Vec<[f64; 2]> = (0..n / 3).map(|_| [stream.between(0.0, 9e3), stream.between(0.0, 9e3)]).collect();
    for _ in 0..30 {
        let (middle, width) = ([stream.between(0.0, 9e3), stream.between(0.0, 9e3)], stream.between(20.0, 90.0));
        points.extend((0..n / 50).map(|_| middle.map(|value| value + width * stream.normal())));
        points.extend(vec![middle; 15]);
    }
    points
}

#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let points = town(30_000, 5);
    let settings =
        Settings { min_cluster_size: 25, min_samples: 25, precision: Metres(0.01), selection: Selection::ExcessOfMass };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| hdbscan(&points, &settings).expect("valid"))
    };
    let one = with(1);
    assert!(one.count >= 20, "{} clusters", one.count);
    assert_eq!(one, with(2));
    assert_eq!(one, with(8));
}

#[test]
fn planted_groups_of_unlike_density_are_found() {
    let mut stream = Stream::new(3, 1);
    let mut points = Vec::new();
    for (middle, width) in [([0.0, 0.0], 20.0), ([3000.0, 0.0], 80.0), ([0.0, 6000.0], 320.0)] {
        points.extend((0..300).map(|_| middle.map(|value: f64| value + width * stream.normal())));
    }
    let settings =
        Settings { min_cluster_size: 50, min_samples: 25, precision: Metres(0.01), selection: Selection::ExcessOfMass };
    let found = hdbscan(&points, &settings).expect("valid");
    assert_eq!(found.count, 3);
    for group in found.cluster.chunks(300) {
        let of = |number| group.iter().filter(|&&cluster| cluster == Some(number)).count();
        assert!((1..=3).any(|number| of(number) >= 270), "{:?}", [of(1), of(2), of(3)]);
    }
}
