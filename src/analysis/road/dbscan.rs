//! DBSCAN along the network: where do events lie closer together than a density that the user chooses, by road?
//!
//! Source: Ester, Kriegel, Sander & Xu (1996), KDD-96, 226-231, with the length of the shortest way along the network in
//! place of the straight distance. Border rule, numbers and labels as in [`super::super::dbscan()`]. Oracle: scikit-learn
//! `DBSCAN` over all pairs of `SciPy`'s shortest paths (`tests/it/oracle_network.rs`); an all-pairs version here.

use rayon::prelude::*;

use super::super::dbscan::{Clustering, NOISE, numbered};
use super::super::sets::Sets;
use super::super::{Error, check_length, range_text};
use super::pieces::{self, point_at};
use crate::domain::paths::{Micrometres, micrometres};
use crate::domain::{Metres, Network, Paths, Reach, Spot};

/// The range of eps along roads. Below a metre no position is that good; above 10 km it is no place.
pub const EPS_M: std::ops::RangeInclusive<f64> = 1.0..=10_000.0;

/// Places that one task searches from: few enough to spread over the threads, many enough to share working space.
const SPOTS_A_TASK: usize = 512;

/// Groups events that lie close together along the network.
///
/// An event is *core* where at least `min_points` events, itself included, lie at most `eps` away by the shortest way
/// along the links of `paths`, whichever direction traffic may run; how far an event lies beside its road plays no part.
/// Core events within `eps` of each other are in one cluster. Any other event within `eps` of a core event is in the
/// cluster of the nearest one; of equally near ones the one whose place has the smallest x, then y, then comes first by
/// link and along it. The rest are in no cluster.
///
/// - `spots`: `[n]` places on links of `paths`; repeated places count as often as they stand there
/// - returns clusters numbered from 1 by size (members, borders included), largest first, then by the smallest x, then
///   y, of the member's place that comes first; no events give no clusters
///
/// Exact: lengths are whole micrometres. The answer follows the places whatever the order of rows or the number of
/// threads. Time is O(d · m log m + n log n) for d different places with m links within `eps` of each, however many
/// events lie there; memory O(n + links) and 8 bytes a node for each thread.
///
/// # Errors
/// `OutOfRange` for `eps` or `min_points`, `TooManyPoints` from 2³² - 1.
pub fn network_dbscan(
    network: &Network,
    paths: &Paths,
    spots: &[Spot],
    eps: Metres,
    min_points: usize,
) -> Result<Clustering, Error> {
    check_length("eps", eps.0, &EPS_M)?;
    if min_points == 0 {
        let range = range_text(&(1..=u32::MAX), None);
        return Err(Error::OutOfRange { parameter: "min-points".to_owned(), value: "0".to_owned(), range });
    }
    if spots.len() >= u32::MAX as usize {
        return Err(Error::TooManyPoints { points: spots.len() });
    }
    let limit = micrometres(eps.0);
    let mut order: Vec<u32> = (0..spots.len() as u32).collect();
    order.par_sort_unstable_by_key(|&at| (spots[at as usize], at));
    let sorted: Vec<Spot> = order.iter().map(|&at| spots[at as usize]).collect();
    let all = OnLinks::new(sorted, paths.links());
    let core = find_core(paths, &all, limit, min_points);
    let of_core: Vec<Spot> = all.spots.iter().zip(&core).filter(|(_, core)| **core).map(|(spot, _)| *spot).collect();
    let cores = OnLinks::new(of_core, paths.links());
    let runs = runs(&cores, limit);
    let sets = join(paths, &cores, &runs, limit);
    let labels = label(network, paths, &all, &core, &cores, &runs, &sets, limit);
    let places = all.spots.par_iter().map(|spot| point_at(&network.links()[spot.link as usize], spot.along));
    let (x, y): (Vec<f64>, Vec<f64>) = places.map(|[x, y]| (x, y)).unzip();
    let (numbers, count) = numbered(&x, &y, &labels);
    let mut clustering = Clustering { cluster: vec![None; spots.len()], core: vec![false; spots.len()], count };
    for (at, &row) in order.iter().enumerate() {
        clustering.cluster[row as usize] = numbers.of(labels[at]);
        clustering.core[row as usize] = core[at];
    }
    Ok(clustering)
}

/// Places in order, and where those of each link begin.
struct OnLinks {
    spots: Vec<Spot>,
    starts: Vec<u32>,
}

impl OnLinks {
    /// `spots` are sorted.
    fn new(spots: Vec<Spot>, links: usize) -> Self {
        let mut starts = vec![0_u32; links + 1];
        for spot in &spots {
            starts[spot.link as usize + 1] += 1;
        }
        for link in 0..links {
            starts[link + 1] += starts[link];
        }
        Self { spots, starts }
    }

    /// The positions of the places on a link from one point along it to another, both included.
    fn between(&self, link: u32, (from, to): (Micrometres, Micrometres)) -> std::ops::Range<usize> {
        let (start, end) = (self.starts[link as usize] as usize, self.starts[link as usize + 1] as usize);
        let here = &self.spots[start..end];
        let first = start + here.partition_point(|spot| spot.along < from);
        first..(start + here.partition_point(|spot| spot.along <= to)).max(first)
    }

    fn is_empty(&self, link: u32) -> bool {
        self.starts[link as usize] == self.starts[link as usize + 1]
    }

    /// Runs `look` once for every stretch of every link with places within `limit` of `from`.
    fn around(
        &self,
        paths: &Paths,
        from: Spot,
        limit: Micrometres,
        space: &mut Space,
        mut look: impl FnMut(&Reach, u32, (Micrometres, Micrometres)),
    ) {
        space.reach.run(paths, &paths.ways_off(from), limit);
        pieces::touched(paths, &space.reach, &[from], &mut space.links);
        for &link in space.links.iter().filter(|&&link| !self.is_empty(link)) {
            pieces::within(paths, &space.reach, &[from], limit, link, &mut space.stretches);
            for &stretch in &space.stretches {
                look(&space.reach, link, stretch);
            }
        }
    }
}

/// What a search needs beside its answer.
#[derive(Default)]
struct Space {
    reach: Reach,
    links: Vec<u32>,
    stretches: Vec<(Micrometres, Micrometres)>,
}

/// An answer for every place of `spots`, in order; equal places, which follow each other, are asked once.
fn for_each_place<T: Clone + Send>(spots: &[Spot], answer: impl Fn(&mut Space, usize) -> T + Sync) -> Vec<T> {
    let tasks = spots.par_chunks(SPOTS_A_TASK).enumerate().map(|(task, chunk)| {
        let mut space = Space::default();
        let mut answers: Vec<T> = Vec::with_capacity(chunk.len());
        for (at, spot) in chunk.iter().enumerate() {
            let again = (at > 0 && chunk[at - 1] == *spot).then(|| answers[at - 1].clone());
            answers.push(again.unwrap_or_else(|| answer(&mut space, task * SPOTS_A_TASK + at)));
        }
        answers
    });
    tasks.flatten_iter().collect()
}

fn find_core(paths: &Paths, all: &OnLinks, limit: Micrometres, min_points: usize) -> Vec<bool> {
    for_each_place(&all.spots, |space, at| {
        let mut found = 0;
        all.around(paths, all.spots[at], limit, space, |_, link, stretch| found += all.between(link, stretch).len());
        found >= min_points
    })
}

/// `[cores]` the number of the run that each core place is in: neighbours on a link at most `limit` apart are in one.
fn runs(cores: &OnLinks, limit: Micrometres) -> Vec<u32> {
    let mut runs = Vec::with_capacity(cores.spots.len());
    let mut run = 0;
    for (at, spot) in cores.spots.iter().enumerate() {
        if at > 0 {
            let before = cores.spots[at - 1];
            run += u32::from(before.link != spot.link || spot.along - before.along > limit);
        }
        runs.push(run);
    }
    runs
}

/// Joins the runs that hold core places within reach of each other.
fn join(paths: &Paths, cores: &OnLinks, runs: &[u32], limit: Micrometres) -> Sets {
    let sets = Sets::new(runs.last().map_or(0, |&last| last as usize + 1));
    for_each_place(&cores.spots, |space, at| {
        cores.around(paths, cores.spots[at], limit, space, |_, link, stretch| {
            let near = cores.between(link, stretch);
            if near.is_empty() {
                return;
            }
            for run in runs[near.start]..=runs[near.end - 1] {
                if !sets.joined(run as usize, runs[at] as usize) {
                    sets.join(run as usize, runs[at] as usize);
                }
            }
        });
    });
    sets
}

/// The set of each event: its run's for a core event, that of the nearest core event for a border event.
#[expect(clippy::too_many_arguments, reason = "one step of one function, with all that the steps before found")]
fn label(
    network: &Network,
    paths: &Paths,
    all: &OnLinks,
    core: &[bool],
    cores: &OnLinks,
    runs: &[u32],
    sets: &Sets,
    limit: Micrometres,
) -> Vec<u32> {
    let of_core: Vec<u32> = runs.iter().map(|&run| sets.find(run as usize) as u32).collect();
    let key = |at: usize| {
        let spot = cores.spots[at];
        let [x, y] = point_at(&network.links()[spot.link as usize], spot.along);
        (x, y, spot)
    };
    let nearer = |a: (Micrometres, usize), b: (Micrometres, usize)| {
        a.0 < b.0 || a.0 == b.0 && key(a.1).partial_cmp(&key(b.1)) == Some(std::cmp::Ordering::Less)
    };
    for_each_place(&all.spots, |space, at| {
        let spot = all.spots[at];
        if core[at] {
            let own = cores.between(spot.link, (spot.along, spot.along));
            return of_core[own.start];
        }
        let mut nearest: Option<(Micrometres, usize)> = None;
        cores.around(paths, spot, limit, space, |reach, link, stretch| {
            let near = cores.between(link, stretch);
            let [from, to] = paths.ends(link);
            // On a stretch the nearest is the first from either end, or beside the place itself.
            let mut look = |at: usize| {
                let there = cores.spots[at].along;
                let ways = [
                    reach.distance(from).map(|way| way + there),
                    reach.distance(to).map(|way| way + (paths.length(link) - there)),
                    (link == spot.link).then(|| there.abs_diff(spot.along)),
                ];
                let Some(length) = ways.into_iter().flatten().min().filter(|&length| length <= limit) else { return };
                if nearest.is_none_or(|known| nearer((length, at), known)) {
                    nearest = Some((length, at));
                }
            };
            if let Some(last) = near.clone().last() {
                look(near.start);
                look(last);
            }
            if link == spot.link {
                let after = cores.between(link, (spot.along, Micrometres::MAX)).start;
                near.filter(|&at| at + 1 == after || at == after).for_each(look);
            }
        });
        nearest.map_or(NOISE, |(_, at)| of_core[at])
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::super::fixtures::{M, cross, network};
    use super::*;

    fn spot(link: u32, metres: u64) -> Spot {
        Spot { link, along: metres * M }
    }

    fn run(network: &Network, spots: &[Spot], eps: f64, min_points: usize) -> Clustering {
        let paths = Paths::new(network, |_| true);
        network_dbscan(network, &paths, spots, Metres(eps), min_points).expect("valid")
    }

    #[test]
    fn events_near_in_the_plane_and_far_by_road_are_apart() {
        // Two parallel streets 20 m apart that meet 300 m away.
        let nodes = [[0.0, 0.0], [300.0, 0.0], [0.0, 20.0], [300.0, 20.0]];
        let town = network(&nodes, &[(0, 1, ""), (1, 3, ""), (2, 3, "")]);
        let found = run(&town, &[spot(0, 10), spot(0, 20), spot(2, 10), spot(2, 20)], 50.0, 2);
        assert_eq!(found.cluster, [Some(1), Some(1), Some(2), Some(2)], "as large: the one farther south");
        let both = run(&town, &[spot(0, 290), spot(2, 290)], 40.0, 2);
        assert_eq!(both.cluster, [Some(1), Some(1)], "10 m, 20 m and 10 m round the corner");
        assert_eq!(run(&town, &[spot(0, 290), spot(2, 289)], 40.0, 2).count, 0, "a metre more");
    }

    #[test]
    fn events_on_all_arms_of_a_crossing_are_one_cluster() {
        let found = run(&cross(), &[spot(0, 20), spot(1, 20), spot(2, 20), spot(3, 20), spot(0, 90)], 40.0, 4);
        assert_eq!(found.cluster, [Some(1), Some(1), Some(1), Some(1), None]);
        assert_eq!(found.core, [true, true, true, true, false]);
    }

    #[test]
    fn the_event_itself_and_its_copies_count() {
        let town = cross();
        assert_eq!(run(&town, &[spot(0, 5); 3], 10.0, 3).core, [true; 3]);
        assert_eq!(run(&town, &[spot(0, 5); 3], 10.0, 4).count, 0);
        // Storgatan's arms are drawn outwards from the crossing: 5 m west of it, and 80 m east.
        assert_eq!(run(&town, &[spot(1, 80), spot(0, 5)], 10.0, 1).cluster, [Some(2), Some(1)]);
        assert_eq!(run(&town, &[], 10.0, 3), Clustering::default());
    }

    #[test]
    fn a_border_event_joins_the_nearest_core_and_of_two_equally_near_the_western() {
        // At 80 m and at 120 m two events each see five and the one between: core for six, and the one between sees five.
        let town = network(&[[0.0, 0.0], [200.0, 0.0]], &[(0, 1, "")]);
        let cluster = |middle: u64| {
            let spots = [80, 80, 70, 70, 70, 120, 120, 130, 130, 130, middle].map(|along| spot(0, along));
            let found = run(&town, &spots, 20.0, 6);
            assert!(!found.core[10] && found.core[0] && found.core[5], "{found:?}");
            (found.cluster[10], found.cluster[0], found.cluster[5])
        };
        let (middle, west, east) = cluster(100);
        assert_eq!(middle, west, "a tie goes west");
        assert_ne!(west, east);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let town = cross();
        let paths = Paths::new(&town, |_| true);
        for eps in [0.0, 0.5, -1.0, f64::NAN, 1e5] {
            let refused = network_dbscan(&town, &paths, &[], Metres(eps), 5);
            assert!(matches!(refused, Err(Error::OutOfRange { .. })), "{eps}");
        }
        assert!(matches!(network_dbscan(&town, &paths, &[], Metres(50.0), 0), Err(Error::OutOfRange { .. })));
    }

    /// The definition by all pairs.
    fn by_hand(network: &Network, spots: &[Spot], eps: u64, least: usize) -> Clustering {
        let paths = Paths::new(network, |_| true);
        let mut reach = Reach::new(&paths);
        let n = spots.len();
        let apart: Vec<Vec<Option<u64>>> =
            spots.iter().map(|a| spots.iter().map(|b| paths.between(*a, *b, eps, &mut reach)).collect()).collect();
        let core: Vec<bool> = apart.iter().map(|row| row.iter().flatten().count() >= least).collect();
        let mut label: Vec<u32> = (0..n as u32).map(|i| if core[i as usize] { i } else { NOISE }).collect();
        for _ in 0..n {
            for a in 0..n {
                for b in 0..n {
                    if core[a] && core[b] && apart[a][b].is_some() {
                        label[a] = label[a].min(label[b]);
                    }
                }
            }
        }
        let key = |at: usize| {
            let [x, y] = point_at(&network.links()[spots[at].link as usize], spots[at].along);
            (x, y, spots[at])
        };
        for a in (0..n).filter(|&a| !core[a]) {
            let near = (0..n).filter(|&b| core[b] && apart[a][b].is_some());
            let best =
                near.min_by(|&b, &c| apart[a][b].cmp(&apart[a][c]).then(key(b).partial_cmp(&key(c)).expect("finite")));
            label[a] = best.map_or(NOISE, |b| label[b]);
        }
        // Labels by place, so that clusters of one size whose first members share a place are numbered by link.
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&at| (spots[at], at));
        let mut canonical: HashMap<u32, u32> = HashMap::new();
        for &at in &order {
            let next = canonical.len() as u32;
            if label[at] != NOISE && core[at] {
                canonical.entry(label[at]).or_insert(next);
            }
        }
        let labels: Vec<u32> = label.iter().map(|label| canonical.get(label).copied().unwrap_or(NOISE)).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = (0..n).map(|at| (key(at).0, key(at).1)).unzip();
        let (numbers, count) = numbered(&x, &y, &labels);
        let cluster = labels.iter().map(|&label| numbers.of(label)).collect();
        Clustering { cluster, core, count }
    }

    proptest! {
        #[test]
        fn it_is_the_definition_borders_and_numbers_included(
            streets in prop::collection::vec((0..9_u32, 0..9_u32), 1..16),
            places in prop::collection::vec((0..16_usize, 0..40_u64), 0..60),
            eps in prop::sample::select(vec![5.0, 15.0, 30.0, 60.0]),
            least in 1..6_usize,
        ) {
            let nodes: Vec<[f64; 2]> = (0..9_u32).map(|i| [f64::from(i % 3) * 30.0, f64::from(i / 3) * 40.0]).collect();
            let streets: Vec<(u32, u32, &str)> = streets.into_iter().map(|(a, b)| (a, b, "")).collect();
            let town = network(&nodes, &streets);
            let paths = Paths::new(&town, |_| true);
            // Whole metres, so that many pairs lie at exactly eps, and many events at one place.
            let spots: Vec<Spot> = places.iter().map(|&(link, along)| {
                let link = (link % streets.len()) as u32;
                Spot { link, along: (along * M).min(paths.length(link)) }
            }).collect();
            let found = run(&town, &spots, eps, least);
            prop_assert_eq!(&found, &by_hand(&town, &spots, micrometres(eps), least));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
            let reversed: Vec<Spot> = spots.iter().rev().copied().collect();
            let mut again = pool.install(|| run(&town, &reversed, eps, least));
            again.cluster.reverse();
            again.core.reverse();
            prop_assert_eq!(found, again);
        }
    }
}
