//! How many cases a window must have to be the best: a table by what is expected, for several maps at once.
//!
//! The ratio grows with cases and falls with what is expected. So for what is expected, rounded down to the nearest of 16 steps
//! a doubling, there is a number of cases that does not beat the best ratio so far, and a window with that many or fewer is
//! passed over. Rounding down only makes the table ask for a closer look more often.

use super::chance::LANES;
use super::lanes::{BETTER, Bests, Tally};
use super::llr::Likelihood;

/// Steps a doubling of what is expected.
const STEPS: f64 = 16.0;

/// The logarithm (base 2) below which all expected numbers are in bin 0, which demands nothing.
const LOWEST: f64 = -24.0;

/// A best ratio must grow by this share before the table follows.
const WORTH: f64 = 1.03;

/// For each bin and map the largest number of cases that cannot be the best.
#[derive(Debug, Clone)]
pub(super) struct Limits<T> {
    table: Vec<[T; LANES]>,
    /// The ratios that the table is made for.
    made_for: [f64; LANES],
    model: Likelihood,
    cases: i32,
    /// Lowest and highest bin in use.
    used: (usize, usize),
    /// A ratio that ends the search on a map.
    enough: f64,
}

/// The bin of an expected number.
pub(super) fn bin(expected: f64) -> u32 {
    let steps = (expected.log2() - LOWEST) * STEPS;
    if steps >= 0.0 { steps as u32 + 1 } else { 0 }
}

/// By how many bins a share lowers what is expected: 0 or less.
pub(super) fn lowered(share: f64) -> i32 {
    (share.log2() * STEPS).floor().clamp(-1e6, 0.0) as i32
}

impl<T: Tally> Limits<T> {
    /// For windows with bins from `least` to `most`.
    pub(super) fn new(model: Likelihood, cases: u32, least: u32, most: u32) -> Self {
        let (least, most) = (least as usize, most as usize);
        let mut limits = Self {
            table: vec![[T::default(); LANES]; most + 1],
            made_for: [0.0; LANES],
            model,
            cases: cases as i32,
            used: (least.max(1), most),
            enough: f64::INFINITY,
        };
        limits.make(0, 0.0);
        for row in &mut limits.table {
            *row = [row[0]; LANES];
        }
        limits
    }

    /// Whether it is only asked if maps have so large a ratio.
    pub(super) const fn asks_only(&self) -> bool {
        self.enough.is_finite()
    }

    pub(super) const fn model(&self) -> Likelihood {
        self.model
    }

    /// Whether any map has more cases than the bin leaves open.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a handful of vector instructions in the innermost loop")]
    pub(super) fn any_above(&self, bin: u32, counts: &[T; LANES]) -> bool {
        let row = &self.table[bin as usize];
        let mut above = false;
        for lane in 0..LANES {
            above |= row[lane] < counts[lane];
        }
        above
    }

    /// Limits for a search that only asks whether a map has a ratio of this size.
    pub(super) fn enough(&self, ratio: f64) -> Self {
        let mut limits = self.clone();
        limits.enough = ratio;
        limits.make(0, ratio * (1.0 - 2.0 * BETTER));
        let ratio = limits.made_for[0];
        limits.made_for = [ratio; LANES];
        for row in &mut limits.table {
            *row = [row[0]; LANES];
        }
        limits
    }

    /// Lets the table follow ratios that have grown.
    pub(super) fn raise(&mut self, bests: &Bests) {
        for (lane, best) in bests.iter().enumerate() {
            if best.ratio >= self.enough && self.made_for[lane].is_finite() {
                self.made_for[lane] = f64::INFINITY;
                self.table.iter_mut().for_each(|row| row[lane] = T::of(self.cases));
            } else if best.ratio > self.made_for[lane] * WORTH {
                self.make(lane, best.ratio);
            }
        }
    }

    fn make(&mut self, lane: usize, ratio: f64) {
        self.made_for[lane] = ratio;
        let mut limit = 0;
        for bin in self.used.0..=self.used.1 {
            let expected = (LOWEST + (bin as f64 - 1.0) / STEPS).exp2() * (1.0 - 1e-9);
            let beats = |count: i32| self.model.ratio(count as u32, expected) > ratio * (1.0 + BETTER);
            // Both the bin below and the table before bound it from below; what follows doubles, then halves, the stride.
            limit = limit.max(self.table[bin][lane].into());
            let mut stride = 1;
            while limit.saturating_add(stride) <= self.cases && !beats(limit + stride) {
                limit += stride;
                stride = stride.saturating_mul(2).min(1 << 28);
            }
            while stride > 1 {
                stride /= 2;
                if limit.saturating_add(stride) <= self.cases && !beats(limit + stride) {
                    limit += stride;
                }
            }
            self.table[bin][lane] = T::of(limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lanes::Best;
    use super::*;

    proptest! {
        #[test]
        fn what_is_passed_over_is_no_better_and_what_is_far_better_is_seen(
            cases in 2_u32..3000, expected in 0.001..1.0_f64, best in 0.0..20.0_f64, bernoulli in any::<bool>(),
        ) {
            let total = f64::from(cases);
            let expected = expected * total * 0.5;
            let all = Likelihood::Bernoulli { cases: total, all: (2.5 * total).round() };
            let model = if bernoulli { all } else { Likelihood::Poisson { cases: total } };
            let mut limits = Limits::<i32>::new(model, cases, bin(expected), bin(expected));
            let mut bests = Bests::default();
            bests[3] = Best { ratio: best, ..Best::default() };
            limits.raise(&bests);
            for count in 0..=cases.min(400) {
                let mut counts = [0; LANES];
                counts[3] = count as i32;
                let inside = expected * (2.5 * total).round() / total;
                let ratio = model.ratio(count, expected);
                if !limits.any_above(bin(expected), &counts) && (!bernoulli || f64::from(count) <= inside) {
                    prop_assert!(ratio <= best * (1.0 + BETTER), "{} of {}: {} above {}", count, expected, ratio, best);
                }
            }
        }
    }

    #[test]
    fn bins_round_down() {
        assert_eq!((bin(0.0), bin(2.0_f64.powi(-24)), bin(1.0), bin(2.0)), (0, 1, 385, 401));
        assert_eq!((lowered(1.0), lowered(0.5), lowered(0.51), lowered(0.0)), (0, -16, -16, -1_000_000));
    }
}
