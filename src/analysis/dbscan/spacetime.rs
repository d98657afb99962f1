//! ST-DBSCAN: where and when do events lie closer together, in space and in days, than a density that the user chooses?
//!
//! Source: Birant & Kut (2007), Data & Knowledge Engineering 60, 208-221, with the two distances and no third attribute, as
//! QGIS' `native:stdbscanclustering` has it. Oracle: the definition on all pairs (below).

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::dbscan;
    use super::*;
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
            let mut order: Vec<usize> = (0..events.len()).collect();
            let mut stream = Stream::new(seed, 0);
            for last in (1..order.len()).rev() {
                order.swap(last, stream.below(last + 1));
            }
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
        let events: Vec<([f64; 2], i32)> = (0..20_000)
            .map(|_| ([stream.between(0.0, 5e3), stream.between(0.0, 5e3)], stream.below(365) as i32))
            .collect();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| run(&events, 60.0, 14, 4))
        };
        let one = with(1);
        assert!(one.count > 20, "{} clusters", one.count);
        assert_eq!(one, with(2));
        assert_eq!(one, with(8));
    }
}
