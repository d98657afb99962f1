//! The search itself: the largest ratio over all windows, on several maps at once.
//!
//! A window costs a few additions and one comparison: logarithms are taken only where a map has more cases than the best window
//! so far leaves open.

use super::chance::LANES;
use super::limits::Limits;
use super::llr::Likelihood;
use super::zones::Zones;

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
pub(super) fn consider(
    bests: &mut Bests,
    model: Likelihood,
    expected: f64,
    counts: &[i32; LANES],
    at: (usize, usize, usize),
) {
    for (best, &count) in bests.iter_mut().zip(counts) {
        let ratio = model.ratio(count as u32, expected);
        if ratio > best.ratio * (1.0 + BETTER) {
            *best = Best { ratio, list: at.0 as u32, window: at.1 as u32, interval: at.2 as u32 };
        }
    }
}

/// Adds the counts of a place, lane by lane.
#[inline(always)]
#[expect(clippy::inline_always, reason = "two vector instructions in the innermost loop")]
pub(super) fn add(sum: &mut [i32; LANES], more: &[i32; LANES]) {
    for lane in 0..LANES {
        sum[lane] += more[lane];
    }
}

/// The best window of each map. `counts`: the cases of each place on each map; weights of the zones are expected numbers.
pub(super) fn best(zones: &Zones, limits: &Limits, counts: &[[i32; LANES]]) -> Bests {
    let mut limits = limits.clone();
    let mut bests = Bests::default();
    for list in 0..zones.forms.len() {
        let mut sum = [0; LANES];
        let mut from = zones.firsts[list] as usize;
        for window in zones.starts[list] as usize..zones.starts[list + 1] as usize {
            let to = zones.ends[window] as usize;
            for &place in &zones.members[from..to] {
                add(&mut sum, &counts[place as usize]);
            }
            from = to;
            if limits.any_above(zones.bins[window], &sum) {
                consider(&mut bests, limits.model(), zones.weights[window], &sum, (list, window, 0));
            }
        }
        limits.raise(&bests);
    }
    bests
}
