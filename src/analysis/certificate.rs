//! The calibration certificate: how often does a test raise an alarm on maps that hold nothing?
//!
//! A test that promises five false alarms in a hundred maps is run on maps that were strewn at random over the same
//! exposure, with the same number of events. The share that raised an alarm is printed beside the result, with the interval
//! that so many maps allow.
//!
//! Source: limits of a share by Clopper & Pearson (1934), Biometrika 26(4), 404-413, at 95 %: never too narrow.
//! Oracle: `scipy.stats.binomtest`, see the tests.

use rayon::prelude::*;
use serde::Serialize;

use super::nulls::Weighted;
use super::tails::{binomial_at_least, binomial_at_most};
use crate::domain::random::Stream;

/// Share beyond each limit: 95 % intervals.
const TAIL: f64 = 0.025;

/// Level of the test in [`Certificate::refuted`].
const REFUTED: f64 = 0.05;

/// Keeps the maps' streams apart from those of a test that was given the same seed.
const MAPS: u64 = 0x6365_7274_6966_7900;

/// What a test did on maps that hold nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Certificate {
    /// Maps that were tested.
    pub maps: u64,
    /// Maps on which the test raised an alarm.
    pub alarms: u64,
    /// `alarms` over `maps`; 0 where no map was tested.
    pub share: f64,
    /// Lower 95 % limit of the share in the long run.
    pub low: f64,
    /// Upper 95 % limit of the share in the long run.
    pub high: f64,
    /// The share that the test promises not to pass.
    pub alpha: f64,
    /// How probable so many alarms or more are where the test keeps its promise to the letter: P(X ≥ alarms), binomial.
    pub p: f64,
}

impl Certificate {
    /// From counts. More alarms than maps count as maps.
    #[must_use]
    pub fn of(alarms: u64, maps: u64, alpha: f64) -> Self {
        let alarms = alarms.min(maps);
        let share = if maps == 0 { 0.0 } else { alarms as f64 / maps as f64 };
        let (low, high) = clopper_pearson(alarms, maps);
        Self { maps, alarms, share, low, high, alpha, p: binomial_at_least(alarms, maps, alpha) }
    }

    /// Whether so many alarms refute "at most alpha", at 5 % one-sided.
    #[must_use]
    pub fn refuted(&self) -> bool {
        self.p < REFUTED
    }
}

/// The 95 % limits of a share of which `hits` in `n` were seen; 0 and 1 where nothing was tried.
#[must_use]
pub fn clopper_pearson(hits: u64, n: u64) -> (f64, f64) {
    let low = if hits == 0 { 0.0 } else { solve(|p| binomial_at_least(hits, n, p) < TAIL) };
    let high = if hits >= n { 1.0 } else { solve(|p| binomial_at_most(hits, n, p) > TAIL) };
    (low, high)
}

/// Where a condition that holds at 0 and fails at 1 ceases to hold.
fn solve(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Tests `maps` maps that hold nothing, in parallel.
///
/// - `one_map`: draws a map from its stream, tests it, and says whether anything was found. A test that needs random numbers
///   of its own takes them, or a seed, from the same stream.
/// - `alpha`: the share that the test promises not to pass, 0 to 1
///
/// Map r depends on `seed` and r only, so threads change nothing. All maps run: stopping early would bend the interval.
/// With no maps the limits are 0 and 1. Cost: `maps` times one map.
#[must_use]
pub fn certify(maps: u64, alpha: f64, seed: u64, one_map: impl Fn(&mut Stream) -> bool + Sync) -> Certificate {
    let alarms =
        (0..maps).into_par_iter().filter(|&number| one_map(&mut Stream::new(seed ^ MAPS, number))).count() as u64;
    Certificate::of(alarms, maps, alpha)
}

/// Maps of counts that hold nothing but their exposure: the events of each step are strewn over the places anew.
#[derive(Debug, Clone)]
pub struct NullCounts {
    weighted: Weighted,
    places: usize,
    totals: Vec<u64>,
}

impl NullCounts {
    /// - `exposure`: `[places]`, 0 or more, at least one above 0; `None` else
    /// - `totals`: events of each step; one number for a map without time
    #[must_use]
    pub fn new(exposure: &[f64], totals: &[u64]) -> Option<Self> {
        Some(Self { weighted: Weighted::new(exposure)?, places: exposure.len(), totals: totals.to_vec() })
    }

    /// A map: counts `[places x steps]`, the steps of a place together.
    #[must_use]
    pub fn draw(&self, stream: &mut Stream) -> Vec<u32> {
        let steps = self.totals.len();
        let mut counts = vec![0; self.places * steps];
        for (step, &total) in self.totals.iter().enumerate() {
            for _ in 0..total {
                counts[self.weighted.draw(stream) as usize * steps + step] += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_by_hand() {
        // None of one: (1 - p) = 0.025. All of two: p² = 0.025.
        assert_eq!(clopper_pearson(0, 1).0.to_bits(), 0);
        assert!((clopper_pearson(0, 1).1 - 0.975).abs() < 1e-12);
        assert!((clopper_pearson(2, 2).0 - 0.025_f64.sqrt()).abs() < 1e-12);
        assert_eq!(clopper_pearson(2, 2).1, 1.0);
        assert_eq!(clopper_pearson(0, 0), (0.0, 1.0));
    }

    /// `scipy.stats.binomtest(k, n).proportion_ci(0.95, "exact")`, scipy 1.17.1.
    #[test]
    fn limits_are_those_of_scipy() {
        for (hits, n, low, high) in ORACLE {
            let found = clopper_pearson(hits, n);
            assert!((found.0 - low).abs() < 1e-10 && (found.1 - high).abs() < 1e-10, "{hits} of {n}: {found:?}");
        }
    }

    const ORACLE: [(u64, u64, f64, f64); 4] = [
        (1, 20, 0.001_265_089_498_0, 0.248_732_762_772_0),
        (100, 2_000, 0.040_864_267_718_3, 0.060_481_722_083_1),
        (7, 999, 0.002_821_684_957_8, 0.014_383_525_017_3),
        (1_999, 2_000, 0.997_217_360_165_3, 0.999_987_341_176_1),
    ];

    #[test]
    fn a_test_that_keeps_its_promise_is_not_refuted_and_one_that_does_not_is() {
        let honest = certify(2_000, 0.05, 1, |stream| stream.chance(0.05));
        assert!(!honest.refuted() && honest.low < 0.05 && honest.high > 0.05, "{honest:?}");
        let loose = certify(2_000, 0.05, 1, |stream| stream.chance(0.10));
        assert!(loose.refuted() && loose.low > 0.05, "{loose:?}");
        assert!(!certify(0, 0.05, 1, |_| true).refuted());
        assert_eq!(Certificate::of(9, 3, 0.05).alarms, 3);
    }

    #[test]
    fn threads_change_nothing_and_another_seed_does() {
        let run = |seed| certify(500, 0.05, seed, |stream| stream.chance(0.3));
        let in_pool = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| run(5))
        };
        assert!([1, 2, 8].into_iter().all(|threads| in_pool(threads) == run(5)));
        assert_ne!(run(5).alarms, run(6).alarms);
    }

    #[test]
    fn a_null_map_keeps_each_step_and_leaves_places_without_exposure_empty() {
        let null = NullCounts::new(&[1.0, 0.0, 3.0], &[10, 0, 200]).expect("exposure");
        let map = null.draw(&mut Stream::new(3, 0));
        let step = |step: usize| map.iter().skip(step).step_by(3).sum::<u32>();
        assert_eq!([step(0), step(1), step(2)], [10, 0, 200]);
        assert_eq!(map[3..6], [0, 0, 0]);
        assert!(NullCounts::new(&[0.0], &[1]).is_none());
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_narrows_with_more_maps(hits in 0_u64..50, more in 0_u64..50) {
            let n = hits + more;
            let (one, ten) = (Certificate::of(hits, n, 0.05), Certificate::of(10 * hits, 10 * n, 0.05));
            prop_assert!(one.low <= one.share && one.share <= one.high);
            prop_assert!(ten.high - ten.low <= one.high - one.low);
        }
    }
}
