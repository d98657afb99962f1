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
        clustering.cluster[row as usize] = numbers[at];
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
