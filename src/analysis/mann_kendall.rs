//! Does a series rise or fall? The Mann-Kendall test, which asks of each pair of values only which one is larger.
//!
//! Source: Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods, 4th ed., for ties and for the
//! exact distribution; Hamed & Rao (1998), J. Hydrology 204, 182-196, for series whose values depend on those before;
//! Theil (1950) and Sen (1968), J. Am. Stat. Assoc. 63, 1379-1389, for the slope.
//! Oracle: pymannkendall and `scipy.stats.kendalltau`, see `tests/oracles/mann_kendall.py`.

use std::cmp::Ordering;

use serde::Serialize;

use super::tails::{normal_above, normal_point};

/// Fewest values that the test says anything of.
pub const MIN_VALUES: usize = 3;

/// Most values for which the exact distribution is counted: 34! is the last factorial that fits 128 bits.
const EXACT_VALUES: usize = 34;

/// Autocorrelations that differ from none at this level, two-sided, enter Hamed & Rao's correction.
const AUTOCORRELATION_LEVEL: f64 = 0.05;

/// What the test found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MannKendall {
    /// Pairs that rise less pairs that fall.
    pub s: i64,
    /// Variance of `s` where there is no trend; ties and, where asked for, autocorrelation are in it.
    pub variance: f64,
    /// What autocorrelation multiplied the variance by; 1 without it.
    pub factor: f64,
    /// `s`, one nearer to 0, over its standard deviation: above 0 where the series rises.
    pub z: f64,
    /// Two-sided p by the normal approximation. The null: all orders of the values are equally likely.
    pub p: f64,
    /// Two-sided p from all orders of the values, P(|S| ≥ |s|): where no two are equal and there are at most 34, and
    /// without correction for autocorrelation. With ties no exact p is given.
    pub exact_p: Option<f64>,
    /// `s` over the number of pairs, -1 to 1 (Kendall's tau a).
    pub tau: f64,
    /// Median of the slopes between all pairs, a step.
    pub slope: f64,
    /// Value of the line at step 0: median of the values less the slope times the median step.
    pub intercept: f64,
}

impl MannKendall {
    /// The exact p where there is one, else the approximate.
    #[must_use]
    pub fn best_p(&self) -> f64 {
        self.exact_p.unwrap_or(self.p)
    }
}

/// The Mann-Kendall test of values at equal steps, first step first, corrected for ties.
///
/// - `values`: `[n]`, any unit
/// - returns `None` for fewer than [`MIN_VALUES`] and where a value is not finite. Equal values all through give `s` 0,
///   variance 0, `z` 0, `p` 1
///
/// Takes the values to be independent of each other. The approximate p is used from about ten values; below, see
/// [`MannKendall::exact_p`]. Cost O(n² log n) time and O(n²) memory, for the slopes of all pairs. No seed.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    with_tails(values, exact_tails(values.len()).as_deref())
}

/// [`mann_kendall`] with the table of [`exact_tails`] for this many values, which many series of one length share.
pub(super) fn with_tails(values: &[f64], exact: Option<&[f64]>) -> Option<MannKendall> {
    let n = values.len();
    if n < MIN_VALUES || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut s = 0_i64;
    let mut slopes = Vec::with_capacity(n * (n - 1) / 2);
    for (i, early) in values.iter().enumerate() {
        for (steps, late) in (1_u32..).zip(&values[i + 1..]) {
            s += match late.partial_cmp(early) {
                Some(Ordering::Greater) => 1,
                Some(Ordering::Less) => -1,
                _ => 0,
            };
            slopes.push((late - early) / f64::from(steps));
        }
    }
    let pairs = slopes.len();
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let spread = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    // 0 and -0 are equal, so runs are found by comparing.
    let runs = sorted.chunk_by(|a, b| a == b);
    let (mut tied, mut ties) = (0.0, false);
    for run in runs.filter(|run| run.len() > 1) {
        tied += spread(run.len() as f64);
        ties = true;
    }
    let variance = (spread(n as f64) - tied) / 18.0;
    let slope = median(&mut slopes);
    let intercept = median(&mut sorted) - (n - 1) as f64 / 2.0 * slope;
    let exact_p = exact.filter(|_| !ties).and_then(|tails| {
        let inversions = (pairs - s.unsigned_abs() as usize) / 2;
        tails.get(inversions).copied()
    });
    let (z, p) = score(s, variance);
    Some(MannKendall { s, variance, factor: 1.0, z, p, exact_p, tau: s as f64 / pairs as f64, slope, intercept })
}

/// The Mann-Kendall test with Hamed & Rao's correction for autocorrelation.
///
/// As [`mann_kendall`], but the variance is multiplied by 1 + 2 / (n (n - 1) (n - 2)) Σ (n - i) (n - i - 1) (n - i - 2) r(i),
/// where r(i) is the autocorrelation at lag i of the ranks of the values less Sen's line; those within ± 1.96 / √n count as
/// 0, all lags to n - 1 are looked at. There is no exact p. Values that lie on a line have no autocorrelation.
///
/// Limits: positive autocorrelation widens, negative narrows. In series of ten to thirty values the correction is itself
/// uncertain. Where it would make the variance 0 or less it is not used, and `factor` is 1.
#[must_use]
pub fn hamed_rao(values: &[f64]) -> Option<MannKendall> {
    let plain = with_tails(values, None)?;
    let factor = autocorrelation_factor(values, plain.slope);
    Some(plain.scaled(factor))
}

/// As [`hamed_rao`], but the correction may only widen the variance: what a test of many series uses. Where it would narrow
/// it, the uncorrected test stands, with its exact p.
pub(super) fn cautious(values: &[f64], exact: Option<&[f64]>) -> Option<MannKendall> {
    let plain = with_tails(values, exact)?;
    let factor = autocorrelation_factor(values, plain.slope);
    Some(if factor > 1.0 { plain.scaled(factor) } else { plain })
}

impl MannKendall {
    fn scaled(self, factor: f64) -> Self {
        let factor = if factor > 0.0 { factor } else { 1.0 };
        let variance = self.variance * factor;
        let (z, p) = score(self.s, variance);
        Self { variance, factor, z, p, exact_p: None, ..self }
    }
}

fn score(s: i64, variance: f64) -> (f64, f64) {
    if s == 0 {
        return (0.0, 1.0);
    }
    let z = (s - s.signum()) as f64 / variance.sqrt();
    (z, 2.0 * normal_above(z.abs()))
}

fn autocorrelation_factor(values: &[f64], slope: f64) -> f64 {
    let n = values.len();
    let rest: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - (at + 1) as f64 * slope).collect();
    let ranks = ranks(&rest);
    let mean = (n + 1) as f64 / 2.0;
    let from_mean: Vec<f64> = ranks.iter().map(|rank| rank - mean).collect();
    let covariance = |lag: usize| from_mean.iter().zip(&from_mean[lag..]).map(|(a, b)| a * b).sum::<f64>();
    let at_once = covariance(0);
    if at_once == 0.0 {
        return 1.0;
    }
    let limit = normal_point(AUTOCORRELATION_LEVEL / 2.0) / (n as f64).sqrt();
    let mut sum = 0.0;
    for lag in 1..n {
        let r = covariance(lag) / at_once;
        if r.abs() > limit {
            let left = (n - lag) as f64;
            sum += left * (left - 1.0) * (left - 2.0) * r;
        }
    }
    let n = n as f64;
    1.0 + 2.0 / (n * (n - 1.0) * (n - 2.0)) * sum
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = before as f64 + (run.len() + 1) as f64 / 2.0;
        for &at in run {
            ranks[at] = rank;
        }
        before += run.len();
    }
    ranks
}

fn median(values: &mut [f64]) -> f64 {
    let n = values.len();
    let (below, &mut upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    if n % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    f64::midpoint(lower, upper)
}

/// Two-sided exact p for `n` values that all differ: at index i the chance that |S| is as large as where i pairs fall (or
/// i rise); as long as half of the pairs. `None` beyond 34 values.
///
/// Orders of k values with i pairs that fall are counted from those of k - 1 values, in whole numbers. O(n⁴) additions.
pub(super) fn exact_tails(n: usize) -> Option<Vec<f64>> {
    if !(MIN_VALUES..=EXACT_VALUES).contains(&n) {
        return None;
    }
    let pairs = n * (n - 1) / 2;
    let mut orders = vec![0_u128; pairs + 1];
    orders[0] = 1;
    for k in 2..=n {
        let before = orders.clone();
        for (falls, count) in orders.iter_mut().enumerate() {
            *count = before[falls.saturating_sub(k - 1)..=falls].iter().sum();
        }
    }
    let all: u128 = (1..=n as u128).product();
    let tails = orders[..=pairs / 2].iter().scan(0_u128, |sum, count| {
        *sum += count;
        Some((2.0 * *sum as f64 / all as f64).min(1.0))
    });
    Some(tails.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{found} is not {wanted}");
    }

    #[test]
    fn four_rising_values_by_hand() {
        // Six pairs rise; variance 4 x 3 x 13 / 18; of 24 orders one rises and one falls all through.
        let found = mann_kendall(&[1.0, 2.0, 4.0, 5.0]).expect("a test");
        assert_eq!((found.s, found.tau.to_bits()), (6, 1.0_f64.to_bits()));
        near(found.variance, 156.0 / 18.0);
        near(found.z, 5.0 / (156.0_f64 / 18.0).sqrt());
        near(found.exact_p.expect("no ties"), 2.0 / 24.0);
        // Slopes 1, 1.5, 4/3, 2, 1.5, 1: the median of six is between 4/3 and 3/2.
        near(found.slope, f64::midpoint(4.0 / 3.0, 1.5));
        near(found.intercept, 3.0 - 1.5 * found.slope);
    }

    #[test]
    fn ties_take_from_the_variance_and_leave_no_exact_p() {
        // One pair of equals: (156 - 18) / 18.
        let found = mann_kendall(&[1.0, 2.0, 2.0, 5.0]).expect("a test");
        near(found.variance, 138.0 / 18.0);
        assert_eq!((found.s, found.exact_p), (5, None));
        let zeros = mann_kendall(&[0.0, -0.0, 0.0, 0.0]).expect("a test");
        assert_eq!((zeros.s, zeros.variance, zeros.p), (0, 0.0, 1.0));
    }

    #[test]
    fn constant_short_and_broken_series() {
        for test in [mann_kendall, hamed_rao] {
            let flat = test(&[2.0; 12]).expect("a test");
            assert_eq!((flat.s, flat.z, flat.p, flat.factor, flat.slope), (0, 0.0, 1.0, 1.0, 0.0));
            assert_eq!(test(&[1.0, 2.0]), None);
            assert_eq!(test(&[]), None);
            assert_eq!(test(&[1.0, f64::NAN, 2.0, 3.0]), None);
        }
        let line: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(hamed_rao(&line).expect("a test").factor.to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn a_series_that_hangs_on_to_its_past_is_less_certain() {
        let waves: Vec<f64> = (0..36).map(|at| (f64::from(at) / 6.0).sin() + f64::from(at) / 12.0).collect();
        let (plain, corrected) = (mann_kendall(&waves).expect("a test"), hamed_rao(&waves).expect("a test"));
        assert!(corrected.factor > 1.0 && corrected.p > plain.p && corrected.s == plain.s);
        // Every other value high: the correction would narrow, and the cautious test does not let it.
        let turns: Vec<f64> = (0..20).map(|at| f64::from(at % 2) * 5.0 + f64::from(at * at % 7) / 10.0).collect();
        assert!(hamed_rao(&turns).expect("a test").factor < 1.0);
        assert_eq!(cautious(&turns, None), with_tails(&turns, None));
    }

    #[test]
    fn numbers_are_those_of_pymannkendall_and_scipy() {
        let oracle: Value =
            serde_json::from_str(include_str!("../../tests/oracles/mann_kendall.json")).expect("well-formed");
        let compare = |found: &MannKendall, wanted: &Value| {
            let number = |name: &str| wanted[name].as_f64().expect("a number");
            near(found.s as f64, number("s"));
            near(found.variance, number("variance"));
            near(found.z, number("z"));
            near(found.p, number("p"));
            near(found.tau, number("tau"));
            near(found.slope, number("slope"));
            near(found.intercept, number("intercept"));
        };
        let (mut corrected, mut exact) = (0, 0);
        for case in oracle["cases"].as_array().expect("a list") {
            let values: Vec<f64> =
                case["values"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
            let plain = mann_kendall(&values).expect("a test");
            compare(&plain, &case["original"]);
            let with = hamed_rao(&values).expect("a test");
            if case["hamed_rao"].is_null() {
                assert_eq!(with.factor.to_bits(), 1.0_f64.to_bits());
            } else {
                compare(&with, &case["hamed_rao"]);
                corrected += usize::from(with.factor != 1.0);
            }
            if let Some(p) = case["exact"].as_f64() {
                near(plain.exact_p.expect("no ties"), p);
                exact += 1;
            } else {
                assert_eq!(plain.exact_p, None);
            }
        }
        assert!(corrected > 10 && exact > 10, "{corrected} {exact}");
    }

    #[test]
    fn exact_tails_are_whole_and_stop_where_counting_ends() {
        for n in 3..=34 {
            let tails = exact_tails(n).expect("counted");
            assert!(tails.is_sorted() && tails[0] > 0.0 && (tails[tails.len() - 1] - 1.0).abs() < 0.5);
        }
        assert_eq!(exact_tails(35), None);
    }

    proptest! {
        #[test]
        fn turning_and_stretching_change_nothing_they_should_not(
            values in prop::collection::vec(-50_i32..50, 0..40), by in 1_i32..9, shift in -99_i32..99,
        ) {
            let plain: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
            let back: Vec<f64> = plain.iter().rev().copied().collect();
            let stretched: Vec<f64> = plain.iter().map(|value| value * f64::from(by) + f64::from(shift)).collect();
            match (mann_kendall(&plain), mann_kendall(&back), mann_kendall(&stretched)) {
                (Some(one), Some(other), Some(third)) => {
                    prop_assert_eq!((one.s, one.p, one.exact_p), (-other.s, other.p, other.exact_p));
                    prop_assert_eq!((one.s, one.p), (third.s, third.p));
                    prop_assert!((one.slope * f64::from(by) - third.slope).abs() < 1e-9);
                    prop_assert!((0.0..=1.0).contains(&one.p) && one.tau.abs() <= 1.0);
                }
                found => prop_assert!(values.len() < MIN_VALUES && found == (None, None, None)),
            }
        }
    }
}
