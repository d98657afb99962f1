//! Log-likelihood ratios of a window, and bounds that tell without a logarithm when a window cannot be the best.
//!
//! Source: Kulldorff (1997), Communications in Statistics: Theory and Methods 26(6), 1481-1496.

/// How cases are thought to fall where nothing is special.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Likelihood {
    /// Cases in proportion to what is expected; `cases` in all.
    Poisson {
        /// All cases.
        cases: f64,
    },
    /// So many cases among so many cases and controls.
    Bernoulli {
        /// All cases.
        cases: f64,
        /// All cases and controls.
        all: f64,
    },
}

impl Likelihood {
    /// The log-likelihood ratio of a window with `count` cases where `expected` were; 0 where there are not more than
    /// expected, infinite where there are cases and none was expected.
    #[must_use]
    pub fn ratio(&self, count: u32, expected: f64) -> f64 {
        let count = f64::from(count);
        if count <= expected {
            return 0.0;
        }
        match *self {
            Self::Poisson { cases } => part(count, expected) + part(cases - count, cases - expected),
            Self::Bernoulli { cases, all } => {
                let inside = expected * all / cases;
                part(count, expected)
                    + part(cases - count, cases - expected)
                    + part(inside - count, inside - expected)
                    + part(all - inside - cases + count, all - inside - cases + expected)
            }
        }
        .max(0.0)
    }

    /// The number w for which no window with `expected` has a ratio above w (count - expected)².
    ///
    /// Poisson: with u = (c - E) / E the first term less (c - E) is E ((1 + u) ln(1 + u) - u), at most E u² / 2; with
    /// v = (c - E) / (C - E) the second and (c - E) are (C - E) ((1 - v) ln(1 - v) + v), at most (C - E) v². Bernoulli: a
    /// divergence is at most its chi-square.
    #[must_use]
    pub fn curvature(&self, expected: f64) -> f64 {
        match *self {
            Self::Poisson { cases } => 0.5 / expected + 1.0 / (cases - expected),
            Self::Bernoulli { cases, all } => {
                let inside = expected * all / cases;
                let share = cases / all;
                (1.0 / inside + 1.0 / (all - inside)) / (share * (1.0 - share))
            }
        }
    }
}

/// `found ln(found / wanted)`, 0 for nothing found.
fn part(found: f64, wanted: f64) -> f64 {
    if found <= 0.0 { 0.0 } else { found * (found / wanted).ln() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn by_hand() {
        // 6 of 10 where 2 are expected: 6 ln 3 + 4 ln(4/8).
        let poisson = Likelihood::Poisson { cases: 10.0 };
        assert!((poisson.ratio(6, 2.0) - (6.0 * 3.0_f64.ln() - 4.0 * 2.0_f64.ln())).abs() < 1e-12);
        assert_eq!((poisson.ratio(2, 2.0), poisson.ratio(1, 2.0)), (0.0, 0.0));
        assert!((poisson.ratio(10, 2.0) - 10.0 * 5.0_f64.ln()).abs() < 1e-12);
        assert!(poisson.ratio(1, 0.0).is_infinite());
        // 3 cases of 4 inside, 1 of 8 outside; 4 of 12 in all.
        let bernoulli = Likelihood::Bernoulli { cases: 4.0, all: 12.0 };
        let wanted = 3.0 * 0.75_f64.ln() + 0.25_f64.ln() + 0.125_f64.ln() + 7.0 * 0.875_f64.ln()
            - 4.0 * (1.0_f64 / 3.0).ln()
            - 8.0 * (2.0_f64 / 3.0).ln();
        assert!((bernoulli.ratio(3, 4.0 / 3.0) - wanted).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_bound_holds(cases in 1_u32..5000, count in 0_u32..5000, share in 0.0001..0.5_f64, more in 1_u32..9000) {
            let count = count.min(cases);
            let total = f64::from(cases);
            let poisson = Likelihood::Poisson { cases: total };
            let expected = total * share;
            let bound = |model: Likelihood, expected: f64| model.curvature(expected) * (f64::from(count) - expected).powi(2);
            prop_assert!(poisson.ratio(count, expected) <= bound(poisson, expected) * (1.0 + 1e-9) + 1e-9);
            let all = total + f64::from(more);
            let inside = (all * share).round().max(1.0);
            let count_fits = f64::from(count) <= inside && total - f64::from(count) <= all - inside;
            let bernoulli = Likelihood::Bernoulli { cases: total, all };
            let expected = inside * total / all;
            prop_assert!(!count_fits || bernoulli.ratio(count, expected) <= bound(bernoulli, expected) * (1.0 + 1e-9) + 1e-9);
        }
    }
}
