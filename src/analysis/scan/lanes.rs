//! The search itself: the largest ratio over all windows, on several maps at once.
//!
//! A window costs a few additions and one comparison: logarithms are taken only where a map has more cases than the best window
//! so far leaves open.

use std::ops::{AddAssign, Sub};

use super::chance::LANES;
use super::covers::Block;
use super::limits::Limits;
use super::llr::Likelihood;
use super::zones::Zones;

/// A number of cases on a map, as narrow as all cases allow: narrower numbers are added more at a time.
pub(super) trait Tally: Copy + Default + Ord + Send + Sync + AddAssign + Sub<Output = Self> + Into<i32> {
    /// A number that is at most all cases.
    fn of(cases: i32) -> Self;
}

impl Tally for i16 {
    fn of(cases: i32) -> Self {
        Self::try_from(cases).unwrap_or(Self::MAX)
    }
}

impl Tally for i32 {
    fn of(cases: i32) -> Self {
        cases
    }
}

/// A ratio must be larger by this share to take the place of one found before, so that rounding does not choose between windows.
pub(super) const BETTER: f64 = 1e-10;

/// The best window of one map.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Best {
    pub ratio: f64,
    pub list: u32,
    pub window: u32,
    /// Interval of time steps; 0 where there is no time.
    pub interval: u32,
}

/// The best windows of several maps.
pub(super) type Bests = [Best; LANES];

/// Takes the ratios of a window on each map.
pub(super) fn consider<T: Tally>(
    bests: &mut Bests,
    model: Likelihood,
    expected: f64,
    counts: &[T; LANES],
    at: (usize, usize, usize),
) {
    for (best, &count) in bests.iter_mut().zip(counts) {
        let ratio = model.ratio(count.into() as u32, expected);
        if ratio > best.ratio * (1.0 + BETTER) {
            *best = Best { ratio, list: at.0 as u32, window: at.1 as u32, interval: at.2 as u32 };
        }
    }
}

/// Adds the counts of a place, lane by lane.
#[inline(always)]
#[expect(clippy::inline_always, reason = "two vector instructions in the innermost loop")]
pub(super) fn add<T: Tally>(sum: &mut [T; LANES], more: &[T; LANES]) {
    for lane in 0..LANES {
        sum[lane] += more[lane];
    }
}

/// The best window of each map. `counts`: the cases of each place on each map; weights of the zones are expected numbers.
pub(super) fn best<T: Tally>(zones: &Zones, limits: &Limits<T>, counts: &[[T; LANES]]) -> Bests {
    let mut limits = limits.clone();
    let mut bests = Bests::default();
    for list in 0..zones.forms.len() {
        through(zones, list, u32::MAX, &limits, counts, &mut bests);
        limits.raise(&bests);
    }
    bests
}

/// As [`best`], where limits leave so little open that it pays to look at covers first.
pub(super) fn best_covered<T: Tally>(
    zones: &Zones,
    blocks: &[Block],
    limits: &Limits<T>,
    counts: &[[T; LANES]],
) -> Bests {
    let mut limits = limits.clone();
    let mut bests = Bests::default();
    for block in blocks {
        let (mut sum, mut beyond) = ([T::default(); LANES], 0);
        for (cover, places) in block.steps() {
            for &place in places {
                add(&mut sum, &counts[place as usize]);
            }
            if limits.any_above(cover.bin, &sum) {
                beyond = cover.beyond;
            }
        }
        if beyond > 0 {
            block.lists.iter().for_each(|&list| through(zones, list as usize, beyond, &limits, counts, &mut bests));
            limits.raise(&bests);
        }
    }
    bests
}

/// Looks at the windows of a list whose bins are below `beyond`.
fn through<T: Tally>(
    zones: &Zones,
    list: usize,
    beyond: u32,
    limits: &Limits<T>,
    counts: &[[T; LANES]],
    bests: &mut Bests,
) {
    let mut sum = [T::default(); LANES];
    for (window, places) in zones.steps(list) {
        let bin = zones.bins[window];
        if bin >= beyond {
            break;
        }
        for &place in places {
            add(&mut sum, &counts[place as usize]);
        }
        if limits.any_above(bin, &sum) {
            consider(bests, limits.model(), zones.weights[window], &sum, (list, window, 0));
        }
    }
}
