//! ST-DBSCAN: where and when do events lie closer together, in space and in days, than a density that the user chooses?
//!
//! Source: Birant & Kut (2007), Data & Knowledge Engineering 60, 208-221, with the two distances and no third attribute, as
//! QGIS' `native:stdbscanclustering` has it. Oracle: the definition on all pairs (below).

#[cfg(test)]
#[path = "spacetime_tests.rs"]
mod tests;

use std::cmp::Ordering;
use std::ops::Range;

use rayon::prelude::*;

use super::cells::{Cells, Windows};
use super::closest::{any_within, count_within};
use super::{CELLS_A_TASK, Clustering, NOISE, check, numbered, squared};
use crate::analysis::sets::Sets;
use crate::analysis::{Error, range_text};
use crate::domain::Metres;

/// The range of eps in days; 0 is the same day.
pub const EPS_DAYS: std::ops::RangeInclusive<f64> = 0.0..=3660.0;

/// Groups events that lie close together in space and in time.
///
/// Two events are near where they lie at most `eps` and at most `eps_days` apart. An event is *core* where at least
/// `min_points` events, itself included, are near it. Core events near each other are in one cluster. Any other event near a
/// core event is in the cluster of the nearest one in space (of equally near ones: the one fewest days off, then with the
/// smallest x, then y, then the earliest). The rest are in no cluster.
///
/// - `points`: `[n]` x (east) and y (north) in metres
/// - `days`: `[n]` day of each event, from any origin; an event that is not known to the day has no place here
/// - `eps`: metres, within [`EPS_M`](super::EPS_M); `eps_days`: days, within [`EPS_DAYS`]; both distances count as within
/// - `min_points`: at least 1
/// - returns clusters numbered from 1 by size, largest first, then by the smallest x, then y, then day, of the member that
///   comes first; no events give no clusters
///
/// With all events on one day it is [`dbscan`](super::dbscan()). Exact; the answer follows the events, whatever the order of
/// rows or the number of threads. A chain of events, each near the next, is one cluster however long it lasts. About 120
/// bytes an event; time is O(n log n) and, for the rest, what near events there are, at worst the square of what lies in two
/// cells of `eps` and two spans of `eps_days`.
///
/// # Errors
/// Those of [`dbscan`](super::dbscan()), `OutOfRange` for `eps_days`, and `LengthsDiffer`.
pub fn st_dbscan(
    points: &[[f64; 2]],
    days: &[i32],
    eps: Metres,
    eps_days: u32,
    min_points: usize,
) -> Result<Clustering, Error> {
    let limit = check(points, eps, min_points)?;
    if !EPS_DAYS.contains(&f64::from(eps_days)) {
        let (parameter, range) = ("days".to_owned(), range_text(&EPS_DAYS, None));
        return Err(Error::OutOfRange { parameter, value: eps_days.to_string(), range });
    }
    if days.len() != points.len() {
        return Err(Error::LengthsDiffer { wanted: points.len(), found: days.len() });
    }
    let events = Events::new(points, days, eps.0, limit, eps_days)?;
    let core = events.find_core(min_points);
    let cores = events.only(&core);
    let sets = events.link(&cores);
    let labels = by_first_day(&events, events.label(&core, &cores, &sets));
    let (numbers, count) = numbered(&events.cells.x, &events.cells.y, &labels);
    let mut clustering = Clustering { cluster: vec![None; points.len()], core: vec![false; points.len()], count };
    for (at, &row) in events.cells.rows.iter().enumerate() {
        clustering.cluster[row as usize] = numbers.of(labels[at]);
        clustering.core[row as usize] = core[at];
    }
    Ok(clustering)
}

/// Labels that are ordered by the day of the first member (by x, then y, then day), so that clusters alike in size and place
/// are numbered by when they began.
fn by_first_day(events: &Events, mut labels: Vec<u32>) -> Vec<u32> {
    let mut firsts = vec![([f64::INFINITY; 2], i32::MAX); events.boxes()];
    for (at, &label) in labels.iter().enumerate().filter(|(_, label)| **label != NOISE) {
        let (first, own) = (&mut firsts[label as usize], (events.place(at), events.days[at]));
        if own < *first {
            *first = own;
        }
    }
    let mut order: Vec<u32> = (0..firsts.len() as u32).collect();
    order.sort_by_key(|&label| firsts[label as usize].1);
    let mut rank = vec![NOISE; order.len()];
    for (place, &label) in (0..).zip(&order) {
        rank[label as usize] = place;
    }
    labels.iter_mut().filter(|label| **label != NOISE).for_each(|label| *label = rank[*label as usize]);
    labels
}

/// Events in cells of just below eps/√2, by day within a cell, and cut into boxes of `eps_days` + 1 days: all in a box are
/// near each other.
struct Events {
    cells: Cells,
    days: Vec<i32>,
    /// Where each box begins; one more than there are boxes.
    starts: Vec<u32>,
    /// The first box of each cell; one more than there are cells.
    first_box: Vec<u32>,
    /// Which span of days each box holds.
    span: Vec<i64>,
    limit: f64,
    eps_days: u32,
}

/// The core events of each box.
struct Cores {
    x: Vec<f64>,
    y: Vec<f64>,
    days: Vec<i32>,
    starts: Vec<u32>,
}

impl Cores {
    fn of(&self, of_box: usize) -> Range<usize> {
        self.starts[of_box] as usize..self.starts[of_box + 1] as usize
    }
}

impl Events {
    fn new(points: &[[f64; 2]], days: &[i32], eps: f64, limit: f64, eps_days: u32) -> Result<Self, Error> {
        let mut cells = Cells::new(points, eps)?;
        for cell in 0..cells.len() {
            let members = cells.members(cell);
            cells.rows[members].sort_by_key(|&row| days[row as usize]);
        }
        cells.x = cells.rows.iter().map(|&row| points[row as usize][0]).collect();
        cells.y = cells.rows.iter().map(|&row| points[row as usize][1]).collect();
        let days: Vec<i32> = cells.rows.iter().map(|&row| days[row as usize]).collect();
        let span_of = |at: usize| i64::from(days[at]).div_euclid(i64::from(eps_days) + 1);
        let (mut starts, mut first_box, mut span) = (Vec::new(), vec![0], Vec::<i64>::new());
        for cell in 0..cells.len() {
            let members = cells.members(cell);
            for at in members.clone() {
                if at == members.start || span.last() != Some(&span_of(at)) {
                    starts.push(at as u32);
                    span.push(span_of(at));
                }
            }
            first_box.push(starts.len() as u32);
        }
        starts.push(days.len() as u32);
        Ok(Self { cells, days, starts, first_box, span, limit, eps_days })
    }

    fn boxes(&self) -> usize {
        self.span.len()
    }

    fn place(&self, at: usize) -> [f64; 2] {
        [self.cells.x[at] + 0.0, self.cells.y[at] + 0.0] // -0 becomes 0: they are the same place.
    }

    fn members(&self, of_box: usize) -> Range<usize> {
        self.starts[of_box] as usize..self.starts[of_box + 1] as usize
    }

    fn boxes_of(&self, cell: usize) -> Range<usize> {
        self.first_box[cell] as usize..self.first_box[cell + 1] as usize
    }

    /// The boxes of a cell that may hold events near one of this span.
    fn boxes_near(&self, cell: usize, span: i64) -> Range<usize> {
        let boxes = self.boxes_of(cell);
        let spans = &self.span[boxes.clone()];
        boxes.start + spans.partition_point(|&other| other < span - 1)
            ..boxes.start + spans.partition_point(|&other| other <= span + 1)
    }

    /// The part of a range of events, by day, that is near a day.
    fn on_days(&self, days: &[i32], within: Range<usize>, day: i32) -> Range<usize> {
        let (low, high) = (i64::from(day) - i64::from(self.eps_days), i64::from(day) + i64::from(self.eps_days));
        let part = &days[within.clone()];
        within.start + part.partition_point(|&other| i64::from(other) < low)
            ..within.start + part.partition_point(|&other| i64::from(other) <= high)
    }

    fn find_core(&self, min_points: usize) -> Vec<bool> {
        let mut core = vec![false; self.days.len()];
        let cells = &self.cells;
        cells.tasks(&mut core, CELLS_A_TASK).into_par_iter().for_each(|(range, core)| {
            let mut windows = Windows::new(cells, range.start);
            let first = cells.starts[range.start] as usize;
            for cell in range {
                let near: Vec<usize> = windows.around(cell).into_iter().flatten().collect();
                for of_box in self.boxes_of(cell) {
                    let members = self.members(of_box);
                    if members.len() >= min_points {
                        core[members.start - first..members.end - first].fill(true);
                        continue;
                    }
                    for at in members {
                        core[at - first] = self.has_near(at, &near, min_points);
                    }
                }
            }
        });
        core
    }

    fn has_near(&self, at: usize, cells: &[usize], min_points: usize) -> bool {
        let mut found = 0;
        let here = [self.cells.x[at], self.cells.y[at]];
        cells.iter().any(|&cell| {
            let near = self.on_days(&self.days, self.cells.members(cell), self.days[at]);
            let (x, y) = (&self.cells.x[near.clone()], &self.cells.y[near]);
            found += count_within(x, y, here, self.limit, min_points - found);
            found >= min_points
        })
    }

    fn only(&self, core: &[bool]) -> Cores {
        let mut cores = Cores { x: Vec::new(), y: Vec::new(), days: Vec::new(), starts: vec![0] };
        for of_box in 0..self.boxes() {
            for at in self.members(of_box).filter(|&at| core[at]) {
                cores.x.push(self.cells.x[at]);
                cores.y.push(self.cells.y[at]);
                cores.days.push(self.days[at]);
            }
            cores.starts.push(cores.days.len() as u32);
        }
        cores
    }

    /// Joins the boxes that hold core events near each other.
    fn link(&self, cores: &Cores) -> Sets {
        let sets = Sets::new(self.boxes());
        self.cells.ranges(CELLS_A_TASK).into_par_iter().for_each(|range| {
            let mut windows = Windows::new(&self.cells, range.start);
            for cell in range {
                let near: Vec<usize> =
                    windows.around(cell).into_iter().flatten().filter(|&other| other >= cell).collect();
                for own in self.boxes_of(cell).filter(|&own| !cores.of(own).is_empty()) {
                    for &other in &near {
                        for theirs in self.boxes_near(other, self.span[own]) {
                            let is_new = (other > cell || theirs > own) && !cores.of(theirs).is_empty();
                            if is_new && !sets.joined(own, theirs) && self.reach(cores, own, theirs) {
                                sets.join(own, theirs);
                            }
                        }
                    }
                }
            }
        });
        sets
    }

    /// Whether two boxes hold core events near each other.
    fn reach(&self, cores: &Cores, a: usize, b: usize) -> bool {
        let (of_a, of_b) = (cores.of(a), cores.of(b));
        if self.span[a] == self.span[b] {
            // Days never part these: only places do.
            let part = |of: Range<usize>| (&cores.x[of.clone()], &cores.y[of]);
            let (a, b) = (part(of_a), part(of_b));
            return any_within((a.0, a.1), (b.0, b.1), self.limit);
        }
        of_a.into_iter().any(|at| {
            let near = self.on_days(&cores.days, of_b.clone(), cores.days[at]);
            count_within(&cores.x[near.clone()], &cores.y[near], [cores.x[at], cores.y[at]], self.limit, 1) > 0
        })
    }

    /// The set of each event: its box's for a core event, the nearest core event's for another that is near one.
    fn label(&self, core: &[bool], cores: &Cores, sets: &Sets) -> Vec<u32> {
        let mut labels = vec![NOISE; core.len()];
        let cells = &self.cells;
        cells.tasks(&mut labels, CELLS_A_TASK).into_par_iter().for_each(|(range, labels)| {
            let mut windows = Windows::new(cells, range.start);
            let first = cells.starts[range.start] as usize;
            for cell in range {
                let near: Vec<usize> = windows.around(cell).into_iter().flatten().collect();
                for own in self.boxes_of(cell) {
                    let set = sets.find(own) as u32;
                    for at in self.members(own) {
                        labels[at - first] = if core[at] { set } else { self.nearest(at, own, &near, cores, sets) };
                    }
                }
            }
        });
        labels
    }

    /// The set of the nearest core event that is near an event, or `NOISE`.
    fn nearest(&self, at: usize, own: usize, cells: &[usize], cores: &Cores, sets: &Sets) -> u32 {
        let (here, day) = (self.place(at), self.days[at]);
        let mut best: Option<(f64, u32, [f64; 2], i32)> = None;
        let mut label = NOISE;
        for &cell in cells {
            for other in self.boxes_near(cell, self.span[own]) {
                for core in self.on_days(&cores.days, cores.of(other), day) {
                    let place = [cores.x[core] + 0.0, cores.y[core] + 0.0];
                    let offered = (squared(here, place), cores.days[core].abs_diff(day), place, cores.days[core]);
                    let is_nearer = offered.0 <= self.limit
                        && best.is_none_or(|best| offered.partial_cmp(&best) == Some(Ordering::Less));
                    if is_nearer {
                        best = Some(offered);
                        label = sets.find(other) as u32;
                    }
                }
            }
        }
        label
    }
}
