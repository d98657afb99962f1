//! DBSCAN: where do events lie closer together than a density that the user chooses?
//!
//! Source: Ester, Kriegel, Sander & Xu (1996), KDD-96, 226-231. Cells of side eps/√2 and closest pairs between cells:
//! Gunawan (2013), master's thesis, TU Eindhoven; Gan & Tao (2015), SIGMOD, 519-530. Exact, not their approximation.
//! Oracle: scikit-learn `DBSCAN`, core points and their partition (`tests/it/oracle_dbscan.rs`); R's dbscan (`r_oracle.rs`); an
//! all-pairs version of the definition, borders and numbers included, and [`super::dbscan_rtree()`] (`props.rs`).

mod cells;
mod closest;
#[cfg(test)]
mod moves;
mod numbering;
mod partition;
#[cfg(test)]
mod props;
#[cfg(test)]
mod r_oracle;
mod spacetime;

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::sets::Sets;
use super::{Error, check_length, check_points, range_text};
use crate::domain::Metres;
pub(super) use cells::check_span;
use cells::{Cells, Windows};
pub(super) use closest::squared;
use closest::{any_within, count_within};
pub(super) use numbering::{Nearest, numbered};
pub use partition::dbscan_by_group;
pub use spacetime::{EPS_DAYS, st_dbscan};

/// The range of eps. Below a centimetre no position is that good; above 100 km nothing is a place.
pub const EPS_M: RangeInclusive<f64> = 0.01..=100_000.0;

/// The label of a point that belongs to no cluster, until clusters have numbers.
pub(super) const NOISE: u32 = u32::MAX;

/// Cells that one task handles: enough work to hide what a task costs, small enough to spread over the threads.
const CELLS_A_TASK: usize = 2048;

/// Points and their clusters; lists are in the order of the input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clustering {
    /// `[n]` number of the point's cluster, from 1; `None` where it belongs to none.
    pub cluster: Vec<Option<u32>>,
    /// `[n]` whether the point is a core point.
    pub core: Vec<bool>,
    /// Number of clusters.
    pub count: u32,
}

/// Groups points that lie close together.
///
/// A point is *core* where at least `min_points` points, itself included, lie at a distance of at most `eps`. Core points
/// within `eps` of each other are in one cluster. Any other point within `eps` of a core point is in the cluster of the
/// nearest one (of equally near ones: the one with the smallest x, then y). The rest are in no cluster.
///
/// - `points`: `[n]` x (east) and y (north) in metres; repeated points count as often as they stand there
/// - `eps`: metres, within [`EPS_M`]; a distance of exactly `eps` is within
/// - `min_points`: at least 1; with 1 every point is core
/// - returns clusters numbered from 1 by size (members, borders included), largest first, then by the smallest x, then
///   y, of the member that comes first by x, then y; no points give no clusters
///
/// Exact: whether `dx * dx + dy * dy <= eps * eps` in double precision decides, and nothing else does. The answer follows
/// the points whatever the order of rows or the number of threads. Memory is O(n): about 90 bytes a point, and does not
/// grow with the area. Time is O(n log n) for sorting and close to O(n · `min_points`) for the rest.
///
/// # Errors
/// `OutOfRange` for `eps` or `min_points`, `PointNotFinite`, `TooManyPoints` from 2³² - 1, and `PointsTooFarApart` where
/// the points span more than about 760 million times `eps`.
pub fn dbscan(points: &[[f64; 2]], eps: Metres, min_points: usize) -> Result<Clustering, Error> {
    check(points, eps, min_points)?;
    let Labelled { cells, core, labels } = Labelled::new(points, eps, min_points)?;
    let (numbers, count) = numbered(&cells.x, &cells.y, &labels);
    let mut clustering = Clustering { cluster: vec![None; points.len()], core: vec![false; points.len()], count };
    for (at, &row) in cells.rows.iter().enumerate() {
        clustering.cluster[row as usize] = numbers.of(labels[at]);
        clustering.core[row as usize] = core[at];
    }
    Ok(clustering)
}

/// Points in cell order, before clusters have numbers.
pub(super) struct Labelled {
    cells: Cells,
    core: Vec<bool>,
    labels: Vec<u32>,
}

impl Labelled {
    /// Finds core points and clusters of points that [`check`] has passed.
    ///
    /// # Errors
    /// `PointsTooFarApart`.
    pub(super) fn new(points: &[[f64; 2]], eps: Metres, min_points: usize) -> Result<Self, Error> {
        let limit = eps.0 * eps.0;
        let cells = Cells::new(points, eps.0)?;
        let core = find_core(&cells, limit, min_points);
        let cores = Cores::new(&cells, &core);
        let sets = link(&cells, &cores, limit);
        let labels = label(&cells, &core, &cores, &sets, limit);
        Ok(Self { cells, core, labels })
    }

    /// Each point's position in the input, whether it is core, and its label, which is below the number of points or `NOISE`.
    pub(super) fn each(&self) -> impl Iterator<Item = (u32, bool, u32)> {
        self.cells.rows.iter().zip(&self.core).zip(&self.labels).map(|((&row, &core), &label)| (row, core, label))
    }
}

/// Refuses what DBSCAN cannot take and returns the square of `eps`, against which squared distances are held.
pub(super) fn check(points: &[[f64; 2]], eps: Metres, min_points: usize) -> Result<f64, Error> {
    check_length("eps", eps.0, &EPS_M)?;
    if min_points == 0 {
        let range = range_text(&(1..=u32::MAX), None);
        return Err(Error::OutOfRange { parameter: "min-points".to_owned(), value: "0".to_owned(), range });
    }
    check_points(points)?;
    Ok(eps.0 * eps.0)
}

/// Which points are core, in cell order. All in a cell are where it holds enough; else the cells around are counted.
fn find_core(cells: &Cells, limit: f64, min_points: usize) -> Vec<bool> {
    let mut core = vec![false; cells.x.len()];
    cells.tasks(&mut core, CELLS_A_TASK).into_par_iter().for_each(|(range, core)| {
        let mut windows = Windows::new(cells, range.start);
        let first = cells.starts[range.start] as usize;
        for cell in range {
            let members = cells.members(cell);
            let flags = &mut core[members.start - first..members.end - first];
            if members.len() >= min_points {
                flags.fill(true);
                continue;
            }
            let near = windows.around(cell).map(|window| cells.span(&window));
            if near.iter().map(ExactSizeIterator::len).sum::<usize>() < min_points {
                continue;
            }
            for (flag, at) in flags.iter_mut().zip(members) {
                let mut found = 0;
                for span in &near {
                    let (x, y) = (&cells.x[span.clone()], &cells.y[span.clone()]);
                    found += count_within(x, y, [cells.x[at], cells.y[at]], limit, min_points - found);
                    if found >= min_points {
                        *flag = true;
                        break;
                    }
                }
            }
        }
    });
    core
}

/// The core points alone, in cell order.
struct Cores {
    x: Vec<f64>,
    y: Vec<f64>,
    /// Where each cell's core points begin; one more than there are cells.
    starts: Vec<u32>,
}

impl Cores {
    fn new(cells: &Cells, core: &[bool]) -> Self {
        let kept = core.iter().filter(|&&core| core).count();
        let (mut x, mut y) = (Vec::with_capacity(kept), Vec::with_capacity(kept));
        let mut starts = Vec::with_capacity(cells.len() + 1);
        for cell in 0..cells.len() {
            starts.push(x.len() as u32);
            for at in cells.members(cell).filter(|&at| core[at]) {
                x.push(cells.x[at]);
                y.push(cells.y[at]);
            }
        }
        starts.push(x.len() as u32);
        Self { x, y, starts }
    }

    fn span(&self, cells: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.starts[cells.start] as usize..self.starts[cells.end] as usize
    }

    fn of(&self, cell: usize) -> (&[f64], &[f64]) {
        let span = self.span(&(cell..cell + 1));
        (&self.x[span.clone()], &self.y[span])
    }
}

/// Joins the cells that hold core points within reach of each other.
///
/// Cells that touch come first: after them most cells farther apart are already joined and need no look at their points.
fn link(cells: &Cells, cores: &Cores, limit: f64) -> Sets {
    let sets = Sets::new(cells.len());
    for touching in [true, false] {
        cells.ranges(CELLS_A_TASK).into_par_iter().for_each(|range| {
            let mut windows = Windows::new(cells, range.start);
            for cell in range {
                let own = cores.of(cell);
                if own.0.is_empty() {
                    continue;
                }
                for other in windows.around(cell).into_iter().flatten().filter(|&other| other > cell) {
                    let theirs = cores.of(other);
                    if theirs.0.is_empty() || cells.touch(cell, other) != touching || sets.joined(cell, other) {
                        continue;
                    }
                    if any_within(own, theirs, limit) {
                        sets.join(cell, other);
                    }
                }
            }
        });
    }
    sets
}

/// The set of each point in cell order: its cell's for a core point, the nearest core point's for a border point.
fn label(cells: &Cells, core: &[bool], cores: &Cores, sets: &Sets, limit: f64) -> Vec<u32> {
    let mut of_core = vec![NOISE; cores.x.len()];
    let mut labels = vec![NOISE; core.len()];
    for cell in 0..cells.len() {
        let span = cores.span(&(cell..cell + 1));
        if !span.is_empty() {
            of_core[span].fill(sets.find(cell) as u32);
        }
    }
    cells.tasks(&mut labels, CELLS_A_TASK).into_par_iter().for_each(|(range, labels)| {
        let mut windows = Windows::new(cells, range.start);
        let first = cells.starts[range.start] as usize;
        for cell in range {
            let members = cells.members(cell);
            let own = cores.span(&(cell..cell + 1));
            if let Some(&label) = of_core[own.clone()].first() {
                labels[members.start - first..members.end - first].fill(label);
                if own.len() == members.len() {
                    continue;
                }
            }
            let near = windows.around(cell).map(|window| cores.span(&window));
            for at in members.filter(|&at| !core[at]) {
                let mut nearest = Nearest::none(limit);
                for other in near.iter().cloned().flatten() {
                    nearest.offer([cells.x[at], cells.y[at]], [cores.x[other], cores.y[other]], of_core[other]);
                }
                labels[at - first] = nearest.label;
            }
        }
    });
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(points: &[[f64; 2]], eps: f64, min_points: usize) -> Clustering {
        dbscan(points, Metres(eps), min_points).expect("valid")
    }

    #[test]
    fn a_distance_of_exactly_eps_is_within_it_and_the_next_double_is_not() {
        // 3, 4, 5: the three points make two pairs at exactly 5 m.
        let on = run(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]], 5.0, 3);
        assert_eq!(on.core, [false, true, false]);
        assert_eq!(on.cluster, [Some(1); 3]);
        let beyond = run(&[[0.0, 0.0], [3.0, 4.0_f64.next_up()], [6.0, 8.0_f64.next_up()]], 5.0, 3);
        assert_eq!((beyond.count, beyond.cluster), (0, vec![None; 3]));
    }

    #[test]
    fn the_point_itself_counts_and_min_points_of_one_makes_every_point_core() {
        let alone = run(&[[0.0, 0.0], [100.0, 0.0]], 10.0, 1);
        assert_eq!(alone.cluster, [Some(1), Some(2)]);
        assert_eq!(alone.core, [true, true]);
        assert_eq!(run(&[[0.0, 0.0], [10.0, 0.0]], 10.0, 2).core, [true, true]);
        assert_eq!(run(&[[0.0, 0.0], [10.0, 0.0]], 10.0, 3).count, 0);
    }

    #[test]
    fn a_border_point_joins_the_nearest_core_and_of_two_equally_near_the_western() {
        let west = [[-20.0, 0.0], [-10.0, 0.0], [-20.0, 1.0]];
        let east = [[20.0, 0.0], [10.0, 0.0], [20.0, 1.0]];
        // The inner point of each end has its two fellows, itself and the point in the middle: four, so it is core.
        let cluster_of = |middle: f64| {
            let points: Vec<[f64; 2]> = east.into_iter().chain(west).chain([[middle, 0.0]]).collect();
            let found = run(&points, 10.05, 4);
            assert!(!found.core[6], "the point in the middle is no core point");
            (found.cluster[6], found.cluster[0], found.cluster[3])
        };
        let (middle, east, west) = cluster_of(0.0);
        assert_eq!(middle, west, "a tie goes west");
        assert_ne!(east, west);
        let (middle, east, _) = cluster_of(0.01);
        assert_eq!(middle, east, "the nearer one wins");
    }

    #[test]
    fn clusters_are_numbered_by_size_then_by_place() {
        let three = |x: f64, y: f64| [[x, y], [x, y], [x, y]];
        let mut points = vec![[50.0, 7.0]; 4];
        points.extend(three(900.0, 0.0));
        points.extend(three(100.0, 5.0));
        points.extend(three(100.0, -500.0));
        let found = run(&points, 1.0, 2);
        let first_of = [0, 4, 7, 10].map(|index| found.cluster[index]);
        assert_eq!(first_of, [Some(1), Some(4), Some(3), Some(2)]);
        assert_eq!(found.count, 4);
    }

    #[test]
    fn a_thousand_copies_of_one_point_are_one_cluster() {
        let found = run(&vec![[580_000.25, 6_602_000.75]; 1000], 50.0, 1000);
        assert!(found.count == 1 && found.core.iter().all(|&core| core));
        assert_eq!(run(&vec![[1.0, 1.0]; 999], 50.0, 1000).count, 0);
    }

    #[test]
    fn a_chain_of_points_that_just_reach_each_other_is_one_cluster_across_cells() {
        let points: Vec<[f64; 2]> = (0..2000).map(|i| [f64::from(i) * 10.0, f64::from(i % 2)]).collect();
        assert_eq!(run(&points, 101_f64.sqrt(), 2).count, 1);
        assert_eq!(run(&points, 10.04, 2).count, 0);
    }

    #[test]
    fn two_dense_cells_just_out_of_reach_stay_apart_and_one_pair_in_reach_joins_them() {
        let block = |x: f64| (0..3000).map(move |i| [x + f64::from(i % 60) * 0.1, f64::from(i / 60) * 0.1]);
        let mut points: Vec<[f64; 2]> = block(0.0).chain(block(16.0)).collect(); // 5.9 and 16.0: 10.1 m apart
        assert_eq!(run(&points, 10.0, 5).count, 2);
        points[0] = [6.0, 0.0];
        assert_eq!(run(&points, 10.0, 5).count, 1);
    }

    #[test]
    fn no_points_give_no_clusters() {
        assert_eq!(run(&[], 50.0, 5), Clustering::default());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |points: &[[f64; 2]], eps: f64, min_points: usize| dbscan(points, Metres(eps), min_points).err();
        for eps in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e6] {
            assert!(matches!(refused(&[], eps, 5), Some(Error::OutOfRange { .. })), "{eps}");
        }
        assert!(matches!(refused(&[], 50.0, 0), Some(Error::OutOfRange { .. })));
        assert_eq!(refused(&[[0.0, f64::NAN]], 50.0, 5), Some(Error::PointNotFinite { number: 1 }));
        for far in [1e12, 1e300, f64::MAX] {
            let points = [[-far, 0.0], [far, 0.0]];
            assert!(matches!(refused(&points, 50.0, 1), Some(Error::PointsTooFarApart { .. })), "{far}");
        }
    }

    #[test]
    fn points_far_from_the_origin_are_as_good_as_any() {
        let far = 2_f64.powi(40);
        let found = run(&[[far, -far], [far + 3.0, 4.0 - far], [far + 3000.0, -far]], 5.0, 2);
        assert_eq!(found.cluster, [Some(1), Some(1), None]);
    }
}
