//! How often does a method find something on maps that hold nothing?
//!
//! A testing method at 5 % may raise a false alarm on at most 5 % of null maps, however many places a map has. Here null maps
//! are made, a method is run on each, and the share of alarms is given with its exact interval. Any testing method can be put
//! to it: it says for one map whether it found anything.
//!
//! Source: Clopper & Pearson (1934), Biometrika 26, 404-413.

use rayon::prelude::*;

use super::nulls::Weighted;
use super::tails::{binomial_at_least, binomial_at_most};
use crate::domain::random::Stream;

/// How many null maps raised an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FalseAlarms {
    /// Maps on which something was found.
    pub alarms: u64,
    /// Maps that were made.
    pub maps: u64,
}

impl FalseAlarms {
    /// Share of the maps with an alarm; `None` without maps.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.maps > 0).then(|| self.alarms as f64 / self.maps as f64)
    }

    /// Exact two-sided limits of that share by Clopper and Pearson, `level` such as 0.95; without maps 0 and 1.
    #[must_use]
    pub fn limits(&self, level: f64) -> (f64, f64) {
        clopper_pearson(self.alarms, self.maps, level)
    }

    /// How probable so many alarms or more are where the true share is `most`: an exact binomial test of "at most `most`".
    #[must_use]
    pub fn p_of_at_most(&self, most: f64) -> f64 {
        binomial_at_least(self.alarms, self.maps, most)
    }
}

/// Runs a method on `maps` null maps in parallel. `one_map` gets the map's own stream, which depends on the seed and the map's
/// number only, draws a map from it and says whether the method found anything; where the method itself draws, it can take
/// [`Stream::bits`] as its seed. The result does not depend on threads.
///
/// No maps give no alarms. Cost: that of `one_map`, times `maps`.
pub fn false_alarms(maps: u64, seed: u64, one_map: impl Fn(&mut Stream) -> bool + Sync) -> FalseAlarms {
    let alarms = (0..maps).into_par_iter().filter(|&map| one_map(&mut Stream::new(seed, map))).count() as u64;
    FalseAlarms { alarms, maps }
}

/// Events strewn over places in proportion to their exposure, and nothing else: a map without hotspots.
///
/// `exposure`: `[n]`, 0 or more; `total`: events. Counts `[n]`; all 0 where no place has exposure or one is not finite.
#[must_use]
pub fn null_counts(exposure: &[f64], total: u64, stream: &mut Stream) -> Vec<u32> {
    let mut counts = vec![0; exposure.len()];
    if let Some(weighted) = Weighted::new(exposure) {
        weighted.strew(total, stream, &mut counts);
    }
    counts
}

/// Exposure of `n` places that varies from place to place: log-normal with mean 1 and this coefficient of variation; 0 gives
/// ones.
#[must_use]
pub fn uneven_exposure(n: usize, variation: f64, stream: &mut Stream) -> Vec<f64> {
    let variance = (variation * variation).ln_1p();
    (0..n).map(|_| (variance.sqrt() * stream.normal() - variance / 2.0).exp()).collect()
}

/// Exact two-sided limits of a share of which `k` of `n` were seen. O(100) evaluations of the incomplete beta function.
#[must_use]
pub fn clopper_pearson(k: u64, n: u64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    // The largest share for which the condition holds, which holds for all smaller ones.
    let search = |holds: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if holds(middle) { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    };
    let low = if k == 0 { 0.0 } else { search(&|share| binomial_at_least(k, n, share) < tail) };
    let high = if k >= n { 1.0 } else { search(&|share| binomial_at_most(k, n, share) > tail) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_none_and_all_have_a_closed_form() {
        // No alarm of 100: (1 - share)^100 = 0.025.
        let (low, high) = clopper_pearson(0, 100, 0.95);
        assert!(low == 0.0 && (high - (1.0 - 0.025_f64.powf(0.01))).abs() < 1e-12, "{high}");
        let (low, high) = clopper_pearson(100, 100, 0.95);
        assert!(high == 1.0 && (low - 0.025_f64.powf(0.01)).abs() < 1e-12, "{low}");
        // Five of ten, from printed tables: 0.187 to 0.813.
        let (low, high) = clopper_pearson(5, 10, 0.95);
        assert!((low - 0.187).abs() < 5e-4 && (high - 0.813).abs() < 5e-4, "{low} {high}");
        assert_eq!(clopper_pearson(0, 0, 0.95), (0.0, 1.0));
    }

    #[test]
    fn a_coin_of_five_per_cent_raises_five_per_cent_on_any_number_of_threads() {
        let run = || false_alarms(2_000, 11, |stream| stream.chance(0.05));
        let found = run();
        let (low, high) = found.limits(0.95);
        assert!(low < 0.05 && 0.05 < high && found.p_of_at_most(0.05) > 0.05, "{found:?}");
        assert!(false_alarms(2_000, 11, |stream| stream.chance(0.08)).p_of_at_most(0.05) < 0.001);
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            assert_eq!(pool.install(run), found);
        }
        assert_eq!(false_alarms(0, 1, |_| true).share(), None);
    }

    #[test]
    fn a_null_map_holds_its_total_and_exposure_its_variation() {
        let mut stream = Stream::new(3, 0);
        let exposure = uneven_exposure(20_000, 0.26, &mut stream);
        let mean = exposure.iter().sum::<f64>() / 20_000.0;
        let spread = (exposure.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 20_000.0).sqrt();
        assert!((mean - 1.0).abs() < 0.01 && (spread - 0.26).abs() < 0.01, "{mean} {spread}");
        assert_eq!(null_counts(&exposure, 500, &mut stream).iter().sum::<u32>(), 500);
        assert_eq!(null_counts(&[0.0, 0.0], 500, &mut stream), [0, 0]);
        assert!(uneven_exposure(3, 0.0, &mut stream).iter().all(|e| *e == 1.0));
    }
}
