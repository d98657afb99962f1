//! Null maps for scans: several at a time, and what their largest ratios say.

use rayon::prelude::*;

use super::super::nulls::{BATCH, Drawn};
use super::Options;
use super::lanes::Tally;
use super::limits::Limits;
use crate::domain::Ticks;
use crate::domain::random::Stream;

/// Null maps that are scanned at once, so that a place is looked up once for all of them.
pub(super) const LANES: usize = 8;

/// Ratios that agree to this are ties, and ties count for chance: sums of exposure are rounded.
const TIE: f64 = 1e-9;

/// How null maps are made and judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan<'a> {
    pub seed: u64,
    /// Which search it is, so that each has null maps of its own.
    pub round: u64,
    pub replicates: usize,
    /// Null maps whose largest ratio is wanted, from the first on; of others only whether it is as large as the observed.
    pub exact: usize,
    pub alpha: f64,
    /// Hears of each map that is scanned.
    pub ticks: &'a Ticks,
}

/// A verdict on one observed ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub p_monte_carlo: f64,
    pub p_gumbel: Option<f64>,
    pub replicates: usize,
}

impl<'a> Plan<'a> {
    pub(super) const fn of(options: &'a Options, round: u64) -> Self {
        let Options { seed, replicates, gumbel: exact, alpha, .. } = *options;
        Self { seed, round, replicates, exact, alpha, ticks: &options.ticks }
    }

    /// How many null maps with so large a ratio settle that p is above alpha, however the rest turn out: the verdict is then
    /// that of all maps, and the level exact.
    fn settled(&self) -> usize {
        ((self.alpha * (self.replicates as f64 + 1.0) + 1e-9).floor() as usize).max(1)
    }

    /// Scans null maps. `maxima` gets the streams of up to [`LANES`] maps, and limits to search within: `open` for each map's
    /// largest ratio, and from where only so large a ratio as the observed counts, limits that leave open nothing less. There it
    /// may give any number below for maps that have no such ratio, and any other for those that have.
    pub(super) fn judge<T: Tally>(
        &self,
        observed: f64,
        open: &Limits<T>,
        maxima: impl Fn(&mut [Stream], &Limits<T>) -> [f64; LANES] + Sync,
    ) -> Verdict {
        let least = observed - TIE * (1.0 + observed);
        let near = open.enough(least);
        let mut values: Vec<f64> = Vec::with_capacity(self.replicates);
        while values.len() < self.replicates {
            let from = values.len();
            let (limits, end) = if from < self.exact { (open, self.exact) } else { (&near, self.replicates) };
            let to = end.min(self.replicates).min(from + BATCH);
            let starts: Vec<usize> = (from..to).step_by(LANES).collect();
            let batch: Vec<([f64; LANES], usize)> = starts
                .into_par_iter()
                .map(|first| {
                    let count = LANES.min(to - first);
                    let number = |lane: usize| (self.round << 32) + (first + lane) as u64;
                    let mut streams: Vec<Stream> =
                        (0..count).map(|lane| Stream::new(self.seed, number(lane))).collect();
                    let found = maxima(&mut streams, limits);
                    self.ticks.add(count as u64);
                    (found, count)
                })
                .collect();
            values.extend(batch.iter().flat_map(|(found, count)| &found[..*count]));
            if values.iter().filter(|value| **value >= least).count() >= self.settled() {
                break;
            }
        }
        let replicates = values.len();
        let p_gumbel = gumbel(&values[..replicates.min(self.exact)], observed);
        Verdict { p_monte_carlo: Drawn { values, stopped: false }.p(least), p_gumbel, replicates }
    }
}

/// P(T ≥ `observed`) of a Gumbel distribution with the mean and spread of these maxima; `None` for fewer than 10 values and
/// for values that do not vary.
///
/// Method of moments: scale = s √6 / π, place = mean - 0.5772 scale.
///
/// Source: Abrams, Kleinman & Kulldorff (2010), International Journal of Health Geographics 9:61.
#[must_use]
pub fn gumbel(maxima: &[f64], observed: f64) -> Option<f64> {
    const EULER: f64 = 0.577_215_664_901_532_9;
    let n = maxima.len() as f64;
    if maxima.len() < 10 {
        return None;
    }
    let mean = maxima.iter().sum::<f64>() / n;
    let spread = (maxima.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let scale = spread * 6.0_f64.sqrt() / std::f64::consts::PI;
    if !(scale > 1e-12 * mean.abs() && scale.is_finite()) {
        return None;
    }
    let place = mean - EULER * scale;
    Some(-(-(-(observed - place) / scale).exp()).exp_m1())
}

#[cfg(test)]
mod tests {
    use super::super::limits::bin;
    use super::super::llr::Likelihood;
    use super::*;

    #[test]
    fn gumbel_by_hand() {
        // Ten values with mean 5.5 and variance 110/12: scale 2.36055, place 4.13746.
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let scale = (55.0_f64 / 6.0).sqrt() * 6.0_f64.sqrt() / std::f64::consts::PI;
        let place = 5.5 - 0.577_215_664_901_532_9 * scale;
        let wanted = 1.0 - (-(-(9.0 - place) / scale).exp()).exp();
        assert!((gumbel(&values, 9.0).expect("varies") - wanted).abs() < 1e-12);
        // Far out the tail is exp(-z) and keeps its digits.
        let far = gumbel(&values, 200.0).expect("varies");
        assert!((far / (-(200.0 - place) / scale).exp() - 1.0).abs() < 1e-9 && far > 0.0);
        assert_eq!((gumbel(&values[..9], 9.0), gumbel(&[2.0; 20], 3.0)), (None, None));
    }

    #[test]
    fn a_search_ends_only_where_the_verdict_is_settled() {
        let ticks = Ticks::default();
        let plan = |alpha, replicates| Plan { seed: 1, round: 0, replicates, exact: replicates, alpha, ticks: &ticks };
        assert_eq!((plan(0.05, 99).settled(), plan(0.05, 999).settled(), plan(0.01, 19).settled()), (5, 50, 1));
        let open = Limits::<i32>::new(Likelihood::Poisson { cases: 9.0 }, 9, bin(1.0), bin(1.0));
        let none = plan(0.05, 99).judge(2.0, &open, |_, _| [1.0; LANES]);
        assert_eq!((none.replicates, none.p_monte_carlo, none.p_gumbel), (99, 0.01, None));
        let all = plan(0.05, 999).judge(2.0, &open, |_, _| [2.0; LANES]);
        assert_eq!((all.replicates, all.p_monte_carlo, ticks.done()), (64, 1.0, 99 + 64));
    }
}
