//! Exact tails of counts: how probable is this many, or more, where so many were to be expected?
//!
//! Binomial by the regularised incomplete beta function, negative binomial by the same, Poisson by the incomplete gamma
//! function; the normal tail by the last. All exact where they are tiny, which is where corrections for many tests look.
//!
//! Source: continued fraction of the incomplete beta function by Lentz's method, as in Press et al. (2007), Numerical
//! Recipes, 3rd ed., 6.4; binomial and negative binomial tails as in Abramowitz & Stegun (1964), 26.5.24 and 26.5.26.
//! Oracle: `scipy.stats`, see the tests.

use super::gamma::{self, ln_gamma};

/// The regularised incomplete beta function I(x; a, b), `a` and `b` above 0; 0 at or below 0 and 1 at or above 1. Relative
/// error about 1e-12.
#[must_use]
pub fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The fraction converges fast below the mean; above it the other tail is taken.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

#[expect(clippy::many_single_char_names, reason = "the names of the continued fraction in the source")]
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let near = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / near(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    let mut m = 0.0;
    for _ in 0..1_000_000 {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / near(1.0 + even * d);
        c = near(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / near(1.0 + odd * d);
        c = near(1.0 + odd / c);
        product *= d * c;
        if (d * c - 1.0).abs() < 4.0 * f64::EPSILON {
            break;
        }
    }
    product
}

/// P(X ≥ `k`) of a binomial count: `n` trials with probability `p` in 0 to 1. 1 for `k` 0, 0 for `k` above `n`.
#[must_use]
pub fn binomial_at_least(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n => 0.0,
        _ => beta(k as f64, (n - k) as f64 + 1.0, p),
    }
}

/// P(X ≤ `k`) of a binomial count.
#[must_use]
pub fn binomial_at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// P(X ≥ `k`) of a Poisson count with this mean, 0 or more.
#[must_use]
pub fn poisson_at_least(k: u64, mean: f64) -> f64 {
    if k == 0 { 1.0 } else { gamma::lower(k as f64, mean) }
}

/// P(X ≤ `k`) of a Poisson count.
#[must_use]
pub fn poisson_at_most(k: u64, mean: f64) -> f64 {
    gamma::upper(k as f64 + 1.0, mean)
}

/// P(X ≥ `k`) of a negative binomial count with this mean and variance `mean + mean² / shape`; `shape` above 0, infinite for
/// Poisson.
#[must_use]
pub fn negative_binomial_at_least(k: u64, mean: f64, shape: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if shape.is_infinite() => poisson_at_least(k, mean),
        _ => beta(k as f64, shape, mean / (mean + shape)),
    }
}

/// P(X ≤ `k`) of a negative binomial count.
#[must_use]
pub fn negative_binomial_at_most(k: u64, mean: f64, shape: f64) -> f64 {
    if shape.is_infinite() {
        return poisson_at_most(k, mean);
    }
    beta(shape, k as f64 + 1.0, shape / (mean + shape))
}

/// P(Z ≥ `z`) of a standard normal number.
#[must_use]
pub fn normal_above(z: f64) -> f64 {
    let half = gamma::upper(0.5, z * z / 2.0) / 2.0;
    if z >= 0.0 { half } else { 1.0 - half }
}

/// The point that a standard normal number exceeds with probability `p`: the inverse of [`normal_above`]. Infinite at 0 and
/// 1, NaN outside; relative error about 1e-14.
///
/// Source: start by Abramowitz & Stegun (1964), 26.2.23, then two of Halley's steps on [`normal_above`].
#[must_use]
pub fn normal_point(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_point(1.0 - p);
    }
    if p.is_nan() || p < 0.0 {
        return f64::NAN;
    }
    if p < f64::MIN_POSITIVE {
        return f64::INFINITY;
    }
    let t = (-2.0 * p.ln()).sqrt();
    let mut z =
        t - (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    for _ in 0..2 {
        let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = (normal_above(z) - p) / density;
        z += step / (1.0 - z * step / 2.0);
    }
    z
}

/// P(T ≥ `t`) of Student's t with so many degrees of freedom, above 0.
#[must_use]
pub fn student_above(t: f64, freedom: f64) -> f64 {
    let half = beta(freedom / 2.0, 0.5, freedom / (freedom + t * t)) / 2.0;
    if t >= 0.0 { half } else { 1.0 - half }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found / wanted - 1.0).abs() < 1e-10, "{found} is not {wanted}");
    }

    #[test]
    fn tails_by_hand() {
        // Three heads of four throws, or more: 5 of 16.
        near(binomial_at_least(3, 4, 0.5), 0.3125);
        near(binomial_at_most(2, 4, 0.5), 0.6875);
        near(poisson_at_least(1, 2.0), 1.0 - (-2.0_f64).exp());
        // Shape 1 is geometric: P(X >= k) = (mean / (1 + mean))^k.
        near(negative_binomial_at_least(3, 2.0, 1.0), 8.0 / 27.0);
        near(negative_binomial_at_most(2, 2.0, 1.0), 19.0 / 27.0);
        near(normal_above(0.0), 0.5);
        // Student with one degree is Cauchy: a quarter lies above 1.
        near(student_above(1.0, 1.0), 0.25);
    }

    #[test]
    fn edges() {
        assert_eq!(binomial_at_least(0, 5, 0.3).to_bits(), 1.0_f64.to_bits());
        assert_eq!(binomial_at_least(6, 5, 0.3).to_bits(), 0.0_f64.to_bits());
        assert_eq!(binomial_at_most(5, 5, 0.3).to_bits(), 1.0_f64.to_bits());
        assert_eq!(binomial_at_least(2, 5, 0.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(poisson_at_least(3, 0.0).to_bits(), 0.0_f64.to_bits());
        near(negative_binomial_at_least(4, 3.0, f64::INFINITY), poisson_at_least(4, 3.0));
    }

    /// `scipy.stats.norm.isf`, scipy 1.17.1.
    #[test]
    fn points_of_the_normal_distribution() {
        for (p, wanted) in [
            (0.4, 0.253_347_103_135_799_7),
            (0.025, 1.959_963_984_540_054_5),
            (0.001, 3.090_232_306_167_813),
            (1e-10, 6.361_340_902_404_056),
            (1e-100, 21.273_453_560_965_322),
            (1e-300, 37.047_096_299_361_2),
        ] {
            assert!((normal_point(p) - wanted).abs() < 1e-12 * wanted.abs().max(1.0), "{p}: {}", normal_point(p));
        }
        assert!(normal_point(0.0).is_infinite() && normal_point(-0.1).is_nan() && normal_point(f64::NAN).is_nan());
        assert!((normal_point(0.975) + normal_point(0.025)).abs() < 1e-12);
        assert!(normal_point(1.0) == f64::NEG_INFINITY && normal_point(0.5).abs() < 1e-15);
    }

    proptest::proptest! {
        #[test]
        fn the_two_tails_share_one_value(k in 0_u64..60, more in 0_u64..60, p in 0.001..0.999) {
            let n = k + more;
            let pmf = (ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma(more as f64 + 1.0)
                + k as f64 * f64::ln(p) + more as f64 * f64::ln_1p(-p)).exp();
            let sum = binomial_at_least(k, n, p) + binomial_at_most(k, n, p) - pmf;
            proptest::prop_assert!((sum - 1.0).abs() < 1e-10, "{}", sum);
        }
    }
}
