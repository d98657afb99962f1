//! Yearly counts of one kind: do they rise or fall, by how much a year, and how sure is that?
//!
//! The model is log-linear: the expected count is multiplied by the same ratio from each year to the next. Given the
//! total, the counts are then multinomial, and the sum of (year x count) tells all that there is to know of the ratio.
//! Small totals get the exact interval that follows, with at least 95 % coverage; large ones the interval of a Poisson
//! regression whose spread is taken from the counts (quasi-Poisson, never less than Poisson's) with Student's t.
//!
//! Source: `McCullagh` & Nelder (1989), Generalized Linear Models, ch. 6.2 (quasi-Poisson); Clopper & Pearson (1934),
//! Biometrika 26(4), 404-413 (limits from the tails), applied to the conditional distribution of the sufficient sum.
//! Oracle: statsmodels' GLM with `scale="X2"`, and enumeration of all outcomes; the numbers stand in the tests.
//! Limits: events are taken to be independent. Persons hurt in one crash are not: count crashes. An interval says nothing
//! of causes, nor of years to come.

use serde::Serialize;

/// Years below which nothing is said of a direction: two years are a comparison, not a trend.
pub const MIN_YEARS: usize = 3;

/// Share of the outcomes beyond each limit: 95 % intervals.
const TAIL: f64 = 0.025;

/// Largest total for which all outcomes are gone through; above it both intervals differ by less than a hundredth of the
/// ratio where the counts vary as Poisson says. Our default.
const EXACT_TOTAL: u64 = 200;

/// Most years for which all outcomes are gone through, and for which the t quantile is tabulated.
const EXACT_YEARS: usize = 30;

/// 97.5 % quantiles of Student's t for 1 to 28 degrees of freedom, to 4 decimals (scipy 1.17.1, `scipy.stats.t.ppf(0.975, df)`).
const T_QUANTILES: [f64; 28] = [
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
    2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
];

/// What can be said of the direction: only what the interval allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The whole interval lies above 1.
    Rising,
    /// The whole interval lies below 1.
    Falling,
    /// The interval holds 1: it cannot be said.
    CannotSay,
}

/// How the interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKind {
    /// From all outcomes with the same total.
    Exact,
    /// Of a quasi-Poisson regression.
    QuasiPoisson,
}

/// A trend over consecutive years.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// Count of a year over that of the year before, above 0; `None` where all events lie in the last year (it has no
    /// upper end) and 0 where all lie in the first.
    pub ratio: Option<f64>,
    /// Lower 95 % limit of the ratio, 0 or more.
    pub low: f64,
    /// Upper 95 % limit of the ratio; `None` where there is none.
    pub high: Option<f64>,
    /// How the interval was made.
    pub interval: IntervalKind,
    /// Pearson's chi-square over its degrees of freedom: about 1 where counts vary as Poisson says, above it where they vary
    /// more; `None` where the ratio is at an end.
    pub dispersion: Option<f64>,
    /// What can be said.
    pub direction: Direction,
}

/// Describes consecutive yearly counts, first year first.
///
/// - `counts`: `[n]` events a year, at least [`MIN_YEARS`]
/// - returns `None` for fewer years, and where there are no events at all
///
/// Cost O(total² x years²) for totals to 200, else O(years). Exact but for rounding, so no seed.
#[must_use]
pub fn trend(counts: &[u64]) -> Option<Trend> {
    let total: u64 = counts.iter().sum();
    if counts.len() < MIN_YEARS || total == 0 {
        return None;
    }
    let sum: u64 = (0..).zip(counts).map(|(year, n): (u64, _)| year * n).sum();
    let most = (counts.len() as u64 - 1) * total;
    // All events in the first or the last year: the far limit has a closed form whatever the total.
    if sum == 0 || sum == most {
        let share = TAIL.powf(1.0 / total as f64);
        let limit = solve(|slope| shares(slope, counts.len())[counts.len() - 1] - share);
        let (ratio, low, high) =
            if sum == most { (None, limit.exp(), None) } else { (Some(0.0), 0.0, Some((-limit).exp())) };
        return Some(made(ratio, low, high, IntervalKind::Exact, None));
    }
    let mean = sum as f64 / total as f64;
    let slope = solve(|slope| middle(&shares(slope, counts.len())) - mean);
    let (dispersion, error) = spread(slope, counts, total);
    let (low, high, kind) = if total <= EXACT_TOTAL && counts.len() <= EXACT_YEARS {
        let outcomes = outcomes(counts.len(), total);
        let sum = sum as usize;
        let low = solve(|slope| tail(&outcomes, slope, sum, true) - TAIL);
        let high = solve(|slope| TAIL - tail(&outcomes, slope, sum, false));
        (low, high, IntervalKind::Exact)
    } else {
        let freedom = (counts.len() - 2).min(T_QUANTILES.len());
        let reach = T_QUANTILES[freedom - 1] * dispersion.max(1.0).sqrt() * error;
        (slope - reach, slope + reach, IntervalKind::QuasiPoisson)
    };
    Some(made(Some(slope.exp()), low.exp(), Some(high.exp()), kind, Some(dispersion)))
}

fn made(ratio: Option<f64>, low: f64, high: Option<f64>, interval: IntervalKind, dispersion: Option<f64>) -> Trend {
    let direction = match high {
        _ if low > 1.0 => Direction::Rising,
        Some(high) if high < 1.0 => Direction::Falling,
        _ => Direction::CannotSay,
    };
    Trend { ratio, low, high, interval, dispersion, direction }
}

/// The share of the events that each year has under this slope (logarithm of the ratio).
fn shares(slope: f64, years: usize) -> Vec<f64> {
    let top = if slope > 0.0 { slope * (years - 1) as f64 } else { 0.0 };
    let weights: Vec<f64> = (0..years).map(|year| (slope * year as f64 - top).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

fn middle(shares: &[f64]) -> f64 {
    shares.iter().enumerate().map(|(year, share)| year as f64 * share).sum()
}

/// Pearson's dispersion, and the standard error of the slope where it is 1.
fn spread(slope: f64, counts: &[u64], total: u64) -> (f64, f64) {
    let shares = shares(slope, counts.len());
    let mean = middle(&shares);
    let expected = |year: usize| total as f64 * shares[year];
    let chi: f64 =
        counts.iter().enumerate().map(|(year, n)| (*n as f64 - expected(year)).powi(2) / expected(year)).sum();
    let information: f64 = (0..counts.len()).map(|year| expected(year) * (year as f64 - mean).powi(2)).sum();
    (chi / (counts.len() - 2) as f64, information.sqrt().recip())
}

/// Logarithms of the chances of each sum of (year x count) where every year is alike.
fn outcomes(years: usize, total: u64) -> Vec<f64> {
    let mut chances = vec![1.0];
    for _ in 0..total {
        let mut next = vec![0.0; chances.len() + years - 1];
        for (sum, chance) in chances.iter().enumerate() {
            for cell in &mut next[sum..sum + years] {
                *cell += chance / years as f64;
            }
        }
        chances = next;
    }
    chances.into_iter().map(f64::ln).collect()
}

/// Chance of a sum of at least (or at most) `sum` under this slope.
fn tail(outcomes: &[f64], slope: f64, sum: usize, above: bool) -> f64 {
    let weight = |at: usize| outcomes[at] + slope * at as f64;
    let top = (0..outcomes.len()).map(weight).fold(f64::NEG_INFINITY, f64::max);
    let part = |from: usize, to: usize| (from..to).map(|at| (weight(at) - top).exp()).sum::<f64>();
    let (below, rest) = (part(0, sum), part(sum + 1, outcomes.len()));
    let at = part(sum, sum + 1);
    (if above { at + rest } else { at + below }) / (below + at + rest)
}

/// Where a rising function of the slope is 0, between ratios of e⁻³⁰ and e³⁰.
fn solve(function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-30.0, 30.0);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if function(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(got: f64, want: f64, by: f64) {
        assert!((got - want).abs() <= by, "{got} is not {want}");
    }

    #[test]
    fn a_doubling_is_a_ratio_of_two_and_a_halving_one_of_a_half() {
        near(trend(&[1, 2, 4]).and_then(|trend| trend.ratio).expect("a ratio"), 2.0, 1e-9);
        near(trend(&[400, 200, 100]).and_then(|trend| trend.ratio).expect("a ratio"), 0.5, 1e-9);
        near(trend(&[7, 7, 7, 7]).and_then(|trend| trend.ratio).expect("a ratio"), 1.0, 1e-9);
    }

    #[test]
    fn one_event_gives_the_limits_that_a_quadratic_equation_gives() {
        // One event in the middle of three years: (x + x²) / (1 + x + x²) = 0.025 for the lower limit x, 1/x the upper.
        let one = trend(&[0, 1, 0]).expect("a trend");
        let x = (-0.975 + (0.975_f64.powi(2) + 4.0 * 0.975 * 0.025).sqrt()) / (2.0 * 0.975);
        near(one.low, x, 1e-9);
        near(one.high.expect("a limit"), 1.0 / x, 1e-6);
        // In the last year: x² / (1 + x + x²) = 0.025, and no upper limit.
        let last = trend(&[0, 0, 1]).expect("a trend");
        let x = (0.025 + (0.025_f64.powi(2) + 4.0 * 0.975 * 0.025).sqrt()) / (2.0 * 0.975);
        near(last.low, x, 1e-9);
        assert_eq!((last.ratio, last.high, last.direction), (None, None, Direction::CannotSay));
        let first = trend(&[1, 0, 0]).expect("a trend");
        near(first.high.expect("a limit"), 1.0 / x, 1e-6);
        assert_eq!((first.ratio, first.low), (Some(0.0), 0.0));
    }

    #[test]
    fn two_years_and_no_events_are_no_trend() {
        assert_eq!(trend(&[]), None);
        assert_eq!(trend(&[3, 9]), None);
        assert_eq!(trend(&[0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn the_direction_is_said_only_where_the_interval_leaves_no_doubt() {
        assert_eq!(trend(&[2, 3, 2, 4, 3]).map(|trend| trend.direction), Some(Direction::CannotSay));
        assert_eq!(trend(&[2, 5, 11, 22, 40]).map(|trend| trend.direction), Some(Direction::Rising));
        assert_eq!(trend(&[900, 700, 560, 450]).map(|trend| trend.direction), Some(Direction::Falling));
        assert_eq!(trend(&[0, 0, 0, 0, 30]).map(|trend| trend.direction), Some(Direction::Rising));
        // Ups and downs far beyond Poisson's say nothing, however many the events.
        assert_eq!(trend(&[300, 900, 250, 1000, 700]).map(|trend| trend.direction), Some(Direction::CannotSay));
    }

    /// Python 3 over every outcome (`math.comb`, no library): the tails of the conditional distribution, solved by halving.
    #[test]
    fn exact_limits_are_those_of_going_through_every_outcome() {
        let five = trend(&[2, 3, 2, 4, 6]).expect("a trend");
        near(five.low, 0.917_025_209_323_9, 1e-9);
        near(five.high.expect("a limit"), 1.929_464_793_759_3, 1e-9);
        let four = trend(&[5, 1, 2, 0]).expect("a trend");
        near(four.low, 0.156_637_158_161_1, 1e-9);
        near(four.high.expect("a limit"), 0.960_374_105_930_5, 1e-9);
    }

    /// statsmodels 0.15.0, `GLM(counts, add_constant(years), family=Poisson()).fit(scale="X2")`, the standard error over
    /// `sqrt(scale)` and again times `sqrt(max(1, scale))`; scipy 1.17.1, `t.ppf(0.975, years - 2)`.
    #[test]
    fn large_counts_agree_with_statsmodels() {
        let cases: [(&[u64], [f64; 4]); 3] = [
            (&[310, 295, 270, 262, 241], [0.058_754_705_6, 0.939_741_695_8, 0.884_331_578_0, 0.998_623_680_0]),
            (&[300, 900, 250, 1000, 700], [220.022_877_643, 1.155_044_593_1, 0.632_151_517_5, 2.110_456_077_5]),
            (&[120, 101, 95, 60, 88, 71, 64], [1.867_385_123_6, 0.905_854_471_5, 0.842_386_168_8, 0.974_104_696_9]),
        ];
        for (counts, [dispersion, ratio, low, high]) in cases {
            let got = trend(counts).expect("a trend");
            assert_eq!(got.interval, IntervalKind::QuasiPoisson);
            near(got.dispersion.expect("a number"), dispersion, 1e-5);
            near(got.ratio.expect("a ratio"), ratio, 1e-8);
            near(got.low, low, 2e-5);
            near(got.high.expect("a limit"), high, 1e-4);
        }
    }

    proptest! {
        #[test]
        fn turning_time_around_turns_the_ratio_around(counts in prop::collection::vec(0_u64..90, 3..9)) {
            let back: Vec<u64> = counts.iter().rev().copied().collect();
            if let (Some(one), Some(other)) = (trend(&counts), trend(&back))
                && let (Some(a), Some(b)) = (one.ratio, other.ratio) && a > 0.0 && b > 0.0 {
                    prop_assert!((a * b - 1.0).abs() < 1e-6);
                    prop_assert!(one.low <= a && one.high.is_some_and(|high| a <= high));
                    prop_assert!((one.low * other.high.expect("a limit") - 1.0).abs() < 1e-6);
                }
        }
    }
}
