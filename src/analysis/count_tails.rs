//! Both tails of a count at once, for maps of many places: one probability and a short sum where [`super::tails`] takes two
//! continued fractions.
//!
//! The probability of the count itself is computed without cancellation by the saddle-point form; the shorter tail is summed
//! from it term by term, and the other is what remains.
//!
//! Source: Loader (2000), Fast and accurate computation of binomial probabilities (Bell Laboratories); the negative binomial
//! as a binomial with a real number of trials. Oracle: [`super::tails`], and `scipy.stats` (see the tests).

use std::f64::consts::TAU;
use std::sync::LazyLock;

use super::gamma::ln_gamma;
use super::tails;

/// Terms after which the continued fraction is cheaper than the sum.
const TERMS: u32 = 20_000;

/// How probable a count or more, and a count or fewer, are. Both hold the count itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    /// P(X ≥ k).
    pub high: f64,
    /// P(X ≤ k).
    pub low: f64,
}

impl Tails {
    /// From the probability of the count itself and one tail, the shorter.
    fn around(own: f64, tail: f64, tail_is_high: bool) -> Self {
        // A long tail from the beta function is a difference, of which rounding may leave less than the count itself has.
        let tail = tail.min(1.0).max(own.min(1.0));
        let other = (1.0 - tail + own).clamp(0.0, 1.0);
        if tail_is_high { Self { high: tail, low: other } } else { Self { high: other, low: tail } }
    }
}

/// Both tails of a binomial count: `k` of `n` trials with probability `p` in 0 to 1. Relative error about 1e-13.
#[must_use]
pub fn binomial(k: u64, n: u64, p: f64) -> Tails {
    if k > n || (k > 0 && p <= 0.0) {
        return Tails { high: 0.0, low: 1.0 };
    }
    if (k < n && p >= 1.0) || n == 0 {
        return Tails { high: 1.0, low: if n == 0 { 1.0 } else { 0.0 } };
    }
    let own = binomial_probability(k, n, p);
    let (trials, odds) = (n as f64, p / (1.0 - p));
    let is_high = k as f64 > trials * p;
    let summed = if is_high {
        sum(own, k as f64, |j| (trials - j) / (j + 1.0) * odds, 1.0, trials)
    } else {
        sum(own, k as f64, |j| j / (trials - j + 1.0) / odds, -1.0, 0.0)
    };
    let tail = summed
        .unwrap_or_else(|| if is_high { tails::binomial_at_least(k, n, p) } else { tails::binomial_at_most(k, n, p) });
    Tails::around(own, tail, is_high)
}

/// Both tails of a negative binomial count with this mean, 0 or more, and variance `mean + mean² / shape`; `shape` above 0 and
/// finite.
#[must_use]
pub fn negative_binomial(k: u64, mean: f64, shape: f64) -> Tails {
    if mean <= 0.0 {
        return Tails { high: if k == 0 { 1.0 } else { 0.0 }, low: 1.0 };
    }
    let own = negative_binomial_probability(k, mean, shape);
    let share = mean / (mean + shape);
    let is_high = k as f64 > mean;
    let summed = if is_high {
        sum(own, k as f64, |j| (j + shape) / (j + 1.0) * share, 1.0, f64::INFINITY)
    } else {
        sum(own, k as f64, |j| j / ((j - 1.0 + shape) * share), -1.0, 0.0)
    };
    let tail = summed.unwrap_or_else(|| {
        if is_high {
            tails::negative_binomial_at_least(k, mean, shape)
        } else {
            tails::negative_binomial_at_most(k, mean, shape)
        }
    });
    Tails::around(own, tail, is_high)
}

/// The sum of the probabilities from `own` at `from` to `end`; `ratio` leads from one to the next. `None` where it is too long.
fn sum(own: f64, from: f64, ratio: impl Fn(f64) -> f64, step: f64, end: f64) -> Option<f64> {
    let (mut term, mut sum, mut at) = (own, own, from);
    for _ in 0..TERMS {
        if at == end || term == 0.0 {
            return Some(sum);
        }
        let next = ratio(at);
        term *= next;
        sum += term;
        at += step;
        // What is left is at most about term * next / (1 - next).
        if term * next < sum * (1.0 - next) * 1e-17 {
            return Some(sum);
        }
    }
    None
}

/// P(X = `k`) of a binomial count; `k` at most `n`, `p` between 0 and 1.
#[must_use]
pub fn binomial_probability(k: u64, n: u64, p: f64) -> f64 {
    raw(k as f64, n as f64, p, 1.0 - p)
}

/// P(X = `k`) of a negative binomial count.
#[must_use]
pub fn negative_binomial_probability(k: u64, mean: f64, shape: f64) -> f64 {
    let k = k as f64;
    if k == 0.0 {
        return (-shape * (mean / shape).ln_1p()).exp();
    }
    shape / (shape + k) * raw(shape, shape + k, shape / (shape + mean), mean / (shape + mean))
}

/// The binomial probability for real numbers of successes and trials.
fn raw(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if x == 0.0 {
        return (n * (-p).ln_1p()).exp();
    }
    if x == n {
        return (n * p.ln()).exp();
    }
    let rest = n - x;
    let exponent = remainder(n) - remainder(x) - remainder(rest) - deviance(x, n * p) - deviance(rest, n * q);
    exponent.exp() * (n / (TAU * x * rest)).sqrt()
}

/// ln x! less Stirling's formula.
fn remainder(x: f64) -> f64 {
    static SMALL: LazyLock<[f64; 16]> = LazyLock::new(|| std::array::from_fn(|x| small_remainder(x as f64)));
    if x > 15.0 {
        let square = x * x;
        return (1.0 / 12.0
            - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square) / square)
            / x;
    }
    if x.fract() == 0.0 { SMALL[x as usize] } else { small_remainder(x) }
}

fn small_remainder(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * TAU.ln() }
}

/// x ln(x / m) + m - x, without cancellation where the two are close.
fn deviance(x: f64, m: f64) -> f64 {
    let apart = x - m;
    if apart.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - apart;
    }
    let v = apart / (x + m);
    let mut sum = apart * v;
    let mut term = 2.0 * x * v;
    let mut odd = 1.0;
    for _ in 0..100 {
        term *= v * v;
        odd += 2.0;
        let next = sum + term / odd;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
#[allow(clippy::unreadable_literal, reason = "numbers of other programs, as they print them")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found / wanted - 1.0).abs() < 1e-11, "{found} is not {wanted}");
    }

    #[test]
    fn tails_by_hand() {
        let three = binomial(3, 4, 0.5);
        near(three.high, 5.0 / 16.0);
        near(three.low, 15.0 / 16.0);
        // Shape 1 is geometric: P(X >= k) = (mean / (1 + mean))^k.
        let geometric = negative_binomial(3, 2.0, 1.0);
        near(geometric.high, 8.0 / 27.0);
        near(geometric.low, 1.0 - 16.0 / 81.0);
    }

    #[test]
    fn edges() {
        assert_eq!(binomial(0, 0, 0.3), Tails { high: 1.0, low: 1.0 });
        assert_eq!(binomial(2, 2, 1.0).high, 1.0);
        assert_eq!(binomial(1, 2, 0.0), Tails { high: 0.0, low: 1.0 });
        assert_eq!(binomial(1, 2, 1.0), Tails { high: 1.0, low: 0.0 });
        assert_eq!(binomial(3, 2, 0.5).high, 0.0);
        assert_eq!(negative_binomial(0, 0.0, 1.0), Tails { high: 1.0, low: 1.0 });
        assert_eq!(negative_binomial(0, 2.0, 3.0).high, 1.0);
    }

    #[expect(clippy::unreadable_literal, reason = "as the oracle prints them")]
    /// k, n, p, P(X ≥ k) by mpmath 1.4.1 with 50 digits; scipy 1.17.1 agrees to 13: `tests/oracles/count_tails_scipy.py`.
    const ORACLE_BINOMIAL: [(u64, u64, f64, f64); 5] = [
        (90, 450_000, 0.0001, 2.3174148933683393e-09),
        (30, 4_500, 0.0001, 8.766125962194497e-44),
        (12, 80, 0.0056, 4.029922023618894e-14),
        (700, 100_000, 0.005, 1.5791914943252117e-17),
        (400, 1_000, 0.3, 1.1041298190556764e-11),
    ];

    #[expect(clippy::unreadable_literal, reason = "as the oracle prints them")]
    /// k, mean, shape, P(X ≥ k).
    const ORACLE_NEGATIVE_BINOMIAL: [(u64, f64, f64, f64); 5] = [
        (90, 45.0, 20.0, 0.0011523623604903718),
        (20, 0.45, 3.7, 3.725422233127705e-17),
        (15, 4.5, 0.3, 0.09131317638468671),
        (500, 200.0, 12.5, 6.868206628618225e-05),
        (60, 9.0, 90.0, 2.2058555693713e-24),
    ];

    #[test]
    fn far_tails_are_those_of_fifty_digits() {
        for (k, n, p, high) in ORACLE_BINOMIAL {
            near(binomial(k, n, p).high, high);
        }
        for (k, mean, shape, high) in ORACLE_NEGATIVE_BINOMIAL {
            near(negative_binomial(k, mean, shape).high, high);
        }
    }

    proptest! {
        #[test]
        fn as_the_incomplete_beta_function_has_it(k in 0_u64..80, more in 0_u64..500, p in 0.001..0.999) {
            let (n, found) = (k + more, binomial(k, k + more, p));
            let (high, low) = (tails::binomial_at_least(k, n, p), tails::binomial_at_most(k, n, p));
            prop_assert!((found.high - high).abs() <= 1e-9 * high + 1e-13 && (found.low - low).abs() <= 1e-9 * low + 1e-13);
        }

        #[test]
        fn the_negative_binomial_too(k in 0_u64..200, mean in 0.001..100.0, shape in 0.01..50.0) {
            let found = negative_binomial(k, mean, shape);
            let high = tails::negative_binomial_at_least(k, mean, shape);
            let low = tails::negative_binomial_at_most(k, mean, shape);
            prop_assert!((found.high - high).abs() <= 1e-9 * high + 1e-13 && (found.low - low).abs() <= 1e-9 * low + 1e-13);
        }
    }
}
