//! The search in space and time: the largest ratio over all windows and intervals, on several maps at once.
//!
//! What is expected in a cylinder is what is expected in its window times the interval's share of time. Intervals are looked
//! at as a tree: where the steps that any interval of a branch reaches hold too few cases for what its shortest demands, the
//! whole branch is passed over.

use std::ops::ControlFlow;

use super::chance::LANES;
use super::covers::Block;
use super::lanes::{Bests, Tally, add, consider};
use super::limits::{Limits, lowered};
use super::zones::Zones;

/// Steps `first` to `last`, and their share of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub first: u32,
    pub last: u32,
    pub share: f64,
}

/// A branch of intervals, or one. Branches stand before what they hold.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The sum over all its steps is layer `plus` less layer `minus`.
    plus: u32,
    minus: u32,
    /// Bins that the smallest share lowers.
    lowered: i32,
    /// Position of the first node that is not of this branch.
    beyond: u32,
    /// Position of the interval; beyond all of them for branches.
    interval: u32,
}

/// All intervals of a scan.
#[derive(Debug, Clone)]
pub(super) struct Intervals {
    pub all: Vec<Interval>,
    nodes: Vec<Node>,
    /// Sums that are kept of each place: one more than steps, or than the longest interval has.
    pub layers: usize,
    alarm: bool,
    steps: usize,
    /// Share of time before each step, and after all.
    before: Vec<f64>,
}

impl Intervals {
    /// Intervals of at most `longest` steps, below the number of steps; with `alarm` only those that end at the last step.
    /// `shares` are of the whole time, one a step.
    pub(super) fn new(shares: &[f64], longest: usize, alarm: bool) -> Self {
        let steps = shares.len();
        let mut before = vec![0.0];
        for share in shares {
            before.push(before[before.len() - 1] + share);
        }
        let layers = if alarm { longest + 1 } else { steps + 1 };
        let mut intervals = Self { all: vec![], nodes: vec![], layers, alarm, steps, before };
        // With an alarm there is one end: the beginning is counted back from there, and only the length differs.
        let begins = if alarm { 1 } else { steps };
        intervals.grow([0, begins - 1], [1, longest]);
        intervals
    }

    /// The interval that begins here (with an alarm: ends at the last step) and has this length; `None` beyond the last step.
    fn of(&self, begin: usize, length: usize) -> Option<Interval> {
        let first = if self.alarm { self.steps.checked_sub(length)? } else { begin };
        let end = Some(first + length).filter(|&end| end <= self.steps)?;
        Some(Interval { first: first as u32, last: end as u32 - 1, share: self.before[end] - self.before[first] })
    }

    /// Adds the intervals with beginnings and lengths in these ranges, ends included.
    fn grow(&mut self, begins: [usize; 2], lengths: [usize; 2]) {
        let shortest = (begins[0]..=begins[1]).filter_map(|begin| self.of(begin, lengths[0]));
        let Some(share) = shortest.map(|interval| interval.share).reduce(f64::min) else { return };
        let (plus, minus) =
            if self.alarm { (lengths[1], 0) } else { ((begins[1] + lengths[1]).min(self.steps), begins[0]) };
        let at = self.nodes.len();
        let node =
            Node { plus: plus as u32, minus: minus as u32, lowered: lowered(share), beyond: 0, interval: u32::MAX };
        self.nodes.push(node);
        let halves = |[from, to]: [usize; 2]| ([from, usize::midpoint(from, to)], [usize::midpoint(from, to) + 1, to]);
        if begins[1] - begins[0] > lengths[1] - lengths[0] {
            let (near, far) = halves(begins);
            self.grow(near, lengths);
            self.grow(far, lengths);
        } else if lengths[1] > lengths[0] {
            let (short, long) = halves(lengths);
            self.grow(begins, short);
            self.grow(begins, long);
        } else if let Some(interval) = self.of(begins[0], lengths[0]) {
            self.nodes[at].interval = self.all.len() as u32;
            self.all.push(interval);
        }
        self.nodes[at].beyond = self.nodes.len() as u32;
    }

    /// Turns counts a step (after the first layer, which is 0) into the sums that intervals are made of. `counts`: the layers of
    /// one place.
    pub(super) fn accumulate<T: Tally>(counts: &mut [[T; LANES]]) {
        for at in 1..counts.len() {
            let so_far = counts[at - 1];
            add(&mut counts[at], &so_far);
        }
    }

    /// By how many bins the shortest interval lowers what is expected.
    pub(super) fn lowered(&self) -> i32 {
        self.all.iter().map(|interval| lowered(interval.share)).min().unwrap_or(0)
    }

    /// Adds cases of a place and step on one map to the layers of all places.
    pub(super) fn put<T: Tally>(&self, layers: &mut [[T; LANES]], [place, step]: [usize; 2], lane: usize, cases: T) {
        if let Some(layer) = self.layer(step) {
            layers[place * self.layers + layer][lane] += cases;
        }
    }

    /// Calls for each interval in which any map has more cases than the limits leave open, until told to end. `held`: the layers
    /// of a window.
    #[inline]
    fn walk<T: Tally>(
        &self,
        limits: &Limits<T>,
        bin: u32,
        held: &[[T; LANES]],
        mut above: impl FnMut(usize, &[T; LANES]) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            let count = less(&held[node.plus as usize], &held[node.minus as usize]);
            if !limits.any_above(bin.saturating_add_signed(node.lowered), &count) {
                at = node.beyond as usize;
                continue;
            }
            if node.interval != u32::MAX {
                above(node.interval as usize, &count)?;
            }
            at += 1;
        }
        ControlFlow::Continue(())
    }

    /// The layer of a step; `None` where no interval holds the step.
    fn layer(&self, step: usize) -> Option<usize> {
        let layer = if self.alarm { self.steps - step } else { step + 1 };
        (layer < self.layers).then_some(layer)
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "two vector instructions in the innermost loop")]
fn less<T: Tally>(plus: &[T; LANES], minus: &[T; LANES]) -> [T; LANES] {
    let mut sum = [T::default(); LANES];
    for lane in 0..LANES {
        sum[lane] = plus[lane] - minus[lane];
    }
    sum
}

/// The best cylinder of each map. `sums`: for each place its layers; weights of the zones are expected numbers of all time.
pub(super) fn best<T: Tally>(
    zones: &Zones,
    blocks: &[Block],
    intervals: &Intervals,
    limits: &Limits<T>,
    sums: &[[T; LANES]],
) -> Bests {
    let mut limits = limits.clone();
    let layers = intervals.layers;
    let mut bests = Bests::default();
    let mut held = vec![[T::default(); LANES]; layers];
    let hold = |held: &mut [[T; LANES]], places: &[u32]| {
        for &place in places {
            let more = &sums[place as usize * layers..(place as usize + 1) * layers];
            held.iter_mut().zip(more).for_each(|(sum, more)| add(sum, more));
        }
    };
    let mut open = Vec::new();
    for block in blocks {
        open.clear();
        held.fill([T::default(); LANES]);
        for (cover, places) in block.steps() {
            hold(&mut held, places);
            if intervals.walk(&limits, cover.bin, &held, |_, _| ControlFlow::Break(())).is_break() {
                open.push(*cover);
            }
        }
        let Some(last) = open.last().copied() else { continue };
        for &list in &block.lists {
            held.fill([T::default(); LANES]);
            for (window, places) in zones.steps(list as usize) {
                let (expected, bin) = (zones.weights[window], zones.bins[window]);
                if bin >= last.beyond {
                    break;
                }
                hold(&mut held, places);
                if !open.iter().any(|cover| cover.holds(bin)) {
                    continue;
                }
                let _ = intervals.walk(&limits, bin, &held, |interval, count| {
                    let share = intervals.all[interval].share;
                    consider(&mut bests, limits.model(), expected * share, count, (list as usize, window, interval));
                    ControlFlow::Continue(())
                });
            }
        }
        limits.raise(&bests);
    }
    bests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interval_is_there_once() {
        let all = |longest, alarm| -> Vec<(u32, u32)> {
            let intervals = Intervals::new(&[0.2; 5], longest, alarm);
            let mut all: Vec<(u32, u32)> = intervals.all.iter().map(|i| (i.first, i.last)).collect();
            all.sort_unstable();
            all
        };
        assert_eq!(all(2, false), [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4)]);
        assert_eq!(all(3, true), [(2, 4), (3, 4), (4, 4)]);
        assert_eq!(all(4, false).len(), 5 + 4 + 3 + 2);
    }

    #[test]
    fn sums_are_those_of_the_steps_and_branches_hold_their_intervals() {
        let counts = [1, 20, 300, 4000, 50_000, 600_000, 7_000_000];
        let shares = [0.1, 0.2, 0.05, 0.25, 0.1, 0.2, 0.1];
        for alarm in [false, true] {
            let intervals = Intervals::new(&shares, 5, alarm);
            let mut layers = vec![[0_i32; LANES]; intervals.layers];
            for (step, count) in counts.into_iter().enumerate() {
                if let Some(layer) = intervals.layer(step) {
                    layers[layer][0] = count;
                }
            }
            Intervals::accumulate::<i32>(&mut layers);
            let sum = |node: &Node| less(&layers[node.plus as usize], &layers[node.minus as usize])[0];
            for (at, node) in intervals.nodes.iter().enumerate() {
                for inner in &intervals.nodes[at..node.beyond as usize] {
                    assert!(sum(inner) <= sum(node) && inner.lowered >= node.lowered);
                }
                if let Some(interval) = intervals.all.get(node.interval as usize) {
                    let steps = interval.first as usize..=interval.last as usize;
                    assert_eq!(sum(node), counts[steps.clone()].iter().sum::<i32>());
                    assert!((interval.share - shares[steps].iter().sum::<f64>()).abs() < 1e-12);
                    assert_eq!(node.beyond as usize, at + 1);
                }
            }
        }
    }
}
