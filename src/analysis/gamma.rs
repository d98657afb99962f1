//! The incomplete gamma function and its inverse: what exact limits of a Poisson count need.
//!
//! Source: series and continued fraction as in Abramowitz & Stegun (1964), 6.5.29 and 6.5.31, the latter by Lentz's
//! method; ln Γ by Lanczos (1964), SIAM J. Numer. Anal. B 1, 86-96, with g = 7 and nine terms. Limits: Garwood (1936),
//! Biometrika 28, 437-442.
//! Oracle: `scipy.stats.chi2.ppf`, see `tests/oracles/garwood_scipy.py`.

/// Steps that halve the search until neighbouring numbers are reached, whatever the start.
const HALVINGS: usize = 200;

/// The natural logarithm of Γ(x), for x > 0; relative error about 1e-14.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut at = x;
    for term in TERMS {
        at += 1.0;
        sum += term / at;
    }
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The lower regularised incomplete gamma function P(a, x): the probability that a gamma variable of shape `a` is at most
/// `x`, which is that of `a` or more events where `x` are expected. `a` > 0; 0 for `x` at or below 0.
#[must_use]
pub fn lower(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 { front * series(a, x) } else { 1.0 - front * fraction(a, x) }
}

/// 1 - P(a, x), exact also where it is tiny.
#[must_use]
pub fn upper(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 { 1.0 - front * series(a, x) } else { front * fraction(a, x) }
}

fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut at) = (1.0 / a, 1.0 / a, a);
    // The terms shrink from x on: some sqrt(a) of them count.
    for _ in 0..10_000_000 {
        at += 1.0;
        term *= x / at;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

#[expect(clippy::many_single_char_names, reason = "the names of the continued fraction in the source")]
fn fraction(a: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut product = d;
    let mut step = 0.0;
    for _ in 0..10_000_000 {
        step += 1.0;
        let numerator = -step * (step - a);
        b += 2.0;
        let near = |value: f64| if value.abs() < tiny { tiny } else { value };
        d = 1.0 / near(numerator * d + b);
        c = near(b + numerator / c);
        product *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    product
}

/// The exact two-sided limits of the expectation behind a Poisson count, by Garwood: the values for which `n` or more, and
/// `n` or fewer, events have the probability (1 - `level`) / 2. `level` between 0 and 1, both out. The lower limit of no
/// events is 0. Relative error about 1e-9 up to a million events.
#[must_use]
pub fn garwood(n: u64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let count = n as f64;
    let low = if n == 0 { 0.0 } else { search(count, |x| lower(count, x) < tail) };
    (low, search(count + 1.0, |x| upper(count + 1.0, x) > tail))
}

/// The largest x below which `is_below` holds, which holds for all smaller ones.
fn search(about: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, about);
    while is_below(high) {
        low = high;
        high = 2.0 * high + 1.0;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if is_below(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ln_gamma_of_small_whole_and_half_numbers() {
        assert!(ln_gamma(1.0).abs() < 1e-14 && ln_gamma(2.0).abs() < 1e-14);
        assert!((ln_gamma(5.0) - 24.0_f64.ln()).abs() < 1e-13);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-13);
    }

    #[test]
    fn one_event_is_an_exponential() {
        for x in [0.1, 1.0, 1.9, 2.1, 30.0] {
            assert!((upper(1.0, x) - (-x).exp()).abs() <= 1e-14, "{x}");
            // Two or more events: 1 - e^-x (1 + x).
            assert!((lower(2.0, x) - (1.0 - (-x).exp() * (1.0 + x))).abs() < 1e-14, "{x}");
        }
        assert_eq!((lower(3.0, 0.0), upper(3.0, -1.0)), (0.0, 1.0));
    }

    #[test]
    fn the_limits_of_none_and_one_have_a_closed_form() {
        // No event: e^-x = 0.025. One or more: 1 - e^-x = 0.025.
        assert!((garwood(0, 0.95).1 - 3.688_879_454_113_936).abs() < 1e-12);
        assert_eq!(garwood(0, 0.95).0, 0.0);
        assert!((garwood(1, 0.95).0 - 0.025_317_807_984_289_9).abs() < 1e-13);
        // Printed tables: 10 events, 4.795 to 18.390.
        let (low, high) = garwood(10, 0.95);
        assert!((low - 4.795).abs() < 5e-4 && (high - 18.390).abs() < 5e-4, "{low} {high}");
    }

    proptest! {
        #[test]
        fn limits_hold_the_count_and_grow_with_it(n in 0_u64..100_000) {
            let (low, high) = garwood(n, 0.95);
            let next = garwood(n + 1, 0.95);
            prop_assert!(low <= n as f64 && (n as f64) < high);
            prop_assert!(low < next.0 && high < next.1);
        }
    }
}
