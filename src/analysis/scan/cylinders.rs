//! The search in space and time: the largest ratio over all windows and intervals, on several maps at once.
//!
//! What is expected in a cylinder is what is expected in its window times the interval's share of time. Intervals are looked
//! at in groups with one beginning and ends near each other: where the largest has too few cases for what the smallest
//! demands, none of them can be the best.

use std::ops::Range;

use super::chance::LANES;
use super::lanes::{Bests, add, consider};
use super::limits::{Limits, lowered};
use super::zones::Zones;

/// Steps `first` to `last`, and where their sum is found: layer `plus` less layer `minus`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub first: u32,
    pub last: u32,
    plus: u32,
    minus: u32,
    pub share: f64,
    /// Bins that the share lowers.
    lowered: i32,
}

/// Intervals with one beginning (or one end), from the shortest on.
#[derive(Debug, Clone)]
struct Group {
    plus: u32,
    minus: u32,
    /// Bins that the smallest share lowers.
    lowered: i32,
    members: Range<usize>,
}

/// All intervals of a scan.
#[derive(Debug, Clone)]
pub(super) struct Intervals {
    pub all: Vec<Interval>,
    groups: Vec<Group>,
    /// Sums that are kept of each place: one more than steps, or than the longest interval has.
    pub layers: usize,
    alarm: bool,
    steps: usize,
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
        let mut intervals = Self { all: vec![], groups: vec![], layers, alarm, steps };
        let begins = if alarm { 0..1 } else { 0..steps };
        for begin in begins {
            let most = if alarm { longest } else { longest.min(steps - begin) };
            let mut shortest = 1;
            while shortest <= most {
                let greatest = (shortest + shortest / 2).min(most);
                let from = intervals.all.len();
                for length in shortest..=greatest {
                    let first = if alarm { steps - length } else { begin };
                    let (plus, minus) = if alarm { (length, 0) } else { (begin + length, begin) };
                    let share = before[first + length] - before[first];
                    let (first, last) = (first as u32, (first + length - 1) as u32);
                    intervals.all.push(Interval { first, last, plus: plus as u32, minus: minus as u32, share, lowered: lowered(share) });
                }
                let to = intervals.all.len();
                let (least, greatest) = (intervals.all[from], intervals.all[to - 1]);
                let (plus, minus) = (greatest.plus, greatest.minus);
                intervals.groups.push(Group { plus, minus, lowered: least.lowered, members: from..to });
                shortest = greatest.length() + 1;
            }
        }
        intervals
    }

    /// Turns counts a step (after the first layer, which is 0) into the sums that intervals are made of.
    /// `counts`: layers of one place.
    pub(super) fn accumulate(&self, counts: &mut [[i32; LANES]]) {
        for at in 1..counts.len() {
            for lane in 0..LANES {
                counts[at][lane] += counts[at - 1][lane];
            }
        }
    }

    /// By how many bins the shortest interval lowers what is expected.
    pub(super) fn lowered(&self) -> i32 {
        self.all.iter().map(|interval| interval.lowered).min().unwrap_or(0)
    }

    /// The layer of a step; `None` where no interval holds the step.
    pub(super) fn layer(&self, step: usize) -> Option<usize> {
        let layer = if self.alarm { self.steps - step } else { step + 1 };
        (layer < self.layers).then_some(layer)
    }
}

impl Interval {
    /// Steps that it holds.
    pub(super) fn length(&self) -> usize {
        (self.last - self.first) as usize + 1
    }

    fn sum(&self, layers: &[[i32; LANES]]) -> [i32; LANES] {
        less(&layers[self.plus as usize], &layers[self.minus as usize])
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "two vector instructions in the innermost loop")]
fn less(plus: &[i32; LANES], minus: &[i32; LANES]) -> [i32; LANES] {
    let mut sum = [0; LANES];
    for lane in 0..LANES {
        sum[lane] = plus[lane].wrapping_sub(minus[lane]);
    }
    sum
}

/// The best cylinder of each map. `sums`: for each place its layers; weights of the zones are expected numbers of all time.
pub(super) fn best(zones: &Zones, intervals: &Intervals, limits: &Limits, sums: &[[i32; LANES]]) -> Bests {
    let mut limits = limits.clone();
    let layers = intervals.layers;
    let mut bests = Bests::default();
    let mut held = vec![[0_i32; LANES]; layers];
    for list in 0..zones.forms.len() {
        held.fill([0; LANES]);
        let mut from = zones.firsts[list] as usize;
        for window in zones.starts[list] as usize..zones.starts[list + 1] as usize {
            let to = zones.ends[window] as usize;
            for &place in &zones.members[from..to] {
                let more = &sums[place as usize * layers..(place as usize + 1) * layers];
                held.iter_mut().zip(more).for_each(|(sum, more)| add(sum, more));
            }
            from = to;
            let (expected, bin) = (zones.weights[window], zones.bins[window]);
            for group in &intervals.groups {
                let bound = less(&held[group.plus as usize], &held[group.minus as usize]);
                if !limits.any_above(bin.saturating_add_signed(group.lowered), &bound) {
                    continue;
                }
                for number in group.members.clone() {
                    let interval = &intervals.all[number];
                    let count = interval.sum(&held);
                    if limits.any_above(bin.saturating_add_signed(interval.lowered), &count) {
                        let at = (list, window, number);
                        consider(&mut bests, limits.model(), expected * interval.share, &count, at);
                    }
                }
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
            Intervals::new(&[0.2; 5], longest, alarm).all.iter().map(|i| (i.first, i.last)).collect()
        };
        assert_eq!(all(2, false), [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4)]);
        assert_eq!(all(3, true), [(4, 4), (3, 4), (2, 4)]);
        assert_eq!(all(4, false).len(), 5 + 4 + 3 + 2);
    }

    #[test]
    fn sums_are_those_of_the_steps() {
        for (alarm, longest) in [(false, 3), (true, 3)] {
            let intervals = Intervals::new(&[0.25; 4], longest, alarm);
            let mut layers = vec![[0_i32; LANES]; intervals.layers];
            for (step, count) in [1, 20, 300, 4000].into_iter().enumerate() {
                if let Some(layer) = intervals.layer(step) {
                    layers[layer][0] = count;
                }
            }
            intervals.accumulate(&mut layers);
            for interval in &intervals.all {
                let steps = [1, 20, 300, 4000];
                let wanted: i32 = steps[interval.first as usize..=interval.last as usize].iter().sum();
                assert_eq!(interval.sum(&layers)[0], wanted, "{interval:?}");
                assert!((interval.share - 0.25 * interval.length() as f64).abs() < 1e-12);
            }
        }
    }
}
