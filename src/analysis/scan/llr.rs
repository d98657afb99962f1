//! Log-likelihood ratios of a window.
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
        fn more_cases_and_a_smaller_window_never_lower_the_ratio(cases in 2_u32..500, count in 1_u32..500, share in 0.001..0.4_f64) {
            let (count, total) = (count.min(cases - 1), f64::from(cases));
            let bernoulli = Likelihood::Bernoulli { cases: total, all: total * 3.0 };
            for model in [Likelihood::Poisson { cases: total }, bernoulli] {
                let ratio = model.ratio(count, total * share);
                prop_assert!(model.ratio(count + 1, total * share) >= ratio - 1e-9);
                prop_assert!(model.ratio(count, total * share * 0.9) >= ratio - 1e-9);
            }
        }
    }
}
