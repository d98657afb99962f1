//! The search itself: the largest ratio over all windows, on several maps at once.
//!
//! A window costs a few additions. Its logarithms are taken only where the counts pass what the best window so far demands:
//! no ratio is above w (c - E)², so a count below E + sqrt(best / w) cannot be the best.

use super::chance::LANES;
use super::llr::Likelihood;
use super::zones::Zones;

/// A ratio must be larger by this share to take the place of one found before, so that rounding does not choose between windows.
pub(super) const BETTER: f64 = 1e-10;

/// The demand is loosened by this, since it is computed with 24 bits.
const LOOSE: f32 = 1.0 - 1e-5;

/// The best window of one map.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Best {
    pub ratio: f64,
    pub list: u32,
    pub window: u32,
    /// Interval of time steps; 0 where there is no time.
    pub interval: u32,
}

/// The best windows of several maps, and the square roots of their ratios.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bests {
    pub best: [Best; LANES],
    pub root: [f32; LANES],
}

impl Bests {
    /// Looks closer at the maps that pass the demand.
    pub(super) fn consider(&mut self, model: Likelihood, expected: f64, counts: [u32; LANES], at: (usize, usize, usize)) {
        for (lane, count) in counts.into_iter().enumerate() {
            let ratio = model.ratio(count, expected);
            if ratio > self.best[lane].ratio * (1.0 + BETTER) {
                let (list, window, interval) = (at.0 as u32, at.1 as u32, at.2 as u32);
                self.best[lane] = Best { ratio, list, window, interval };
                self.root[lane] = ratio.sqrt() as f32;
            }
        }
    }
}

/// Whether a count in any lane passes `base + root * reach`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a handful of vector instructions in the innermost loop")]
pub(super) fn any_passes(counts: &[u32; LANES], base: f32, reach: f32, root: &[f32; LANES]) -> bool {
    let mut any = false;
    for lane in 0..LANES {
        any |= counts[lane] as i32 as f32 >= base + root[lane] * reach;
    }
    any
}

/// Windows in space with what they demand.
pub(super) struct Demands {
    pub expected: Vec<f64>,
    /// Expected number and reach of each window, loosened.
    limits: Vec<[f32; 2]>,
    model: Likelihood,
}

impl Demands {
    /// `weights` of the zones are to be the expected numbers.
    pub(super) fn new(zones: &Zones, model: Likelihood) -> Self {
        let limit = |&expected: &f64| {
            let reach = model.curvature(expected).sqrt().recip();
            [expected as f32 * LOOSE, if reach.is_finite() { reach as f32 * LOOSE } else { 0.0 }]
        };
        Self { expected: zones.weights.clone(), limits: zones.weights.iter().map(limit).collect(), model }
    }

    /// The best window of each map; `counts` are the cases of each place on each map.
    pub(super) fn best(&self, zones: &Zones, counts: &[[u32; LANES]]) -> Bests {
        let mut bests = Bests::default();
        for list in 0..zones.forms.len() {
            let mut sum = [0_u32; LANES];
            let mut from = zones.firsts[list] as usize;
            for window in zones.starts[list] as usize..zones.starts[list + 1] as usize {
                let to = zones.ends[window] as usize;
                for &place in &zones.members[from..to] {
                    let more = &counts[place as usize];
                    for lane in 0..LANES {
                        sum[lane] += more[lane];
                    }
                }
                from = to;
                let [base, reach] = self.limits[window];
                if any_passes(&sum, base, reach, &bests.root) {
                    bests.consider(self.model, self.expected[window], sum, (list, window, 0));
                }
            }
        }
        bests
    }
}
