//! The far tail of a permutation test, from the largest values that were drawn.
//!
//! 999 permutations give no p below 0.001, and of 10,000 places that are tested at once none can pass. Above a high threshold
//! most laws look like a generalised Pareto law, which is fitted there and read further out. It is an extrapolation, and is named
//! as such.
//!
//! Source: Knijnenburg, Wessels, Reinders & Shmulevich (2009), Bioinformatics 25, i161-i168: threshold, number of values and their
//! stepwise reduction until the fit is good. Differences, both ours: the fit is by probability-weighted moments, Hosking & Wallis
//! (1987), Technometrics 29, 339-349, and the goodness of fit is judged by Anderson and Darling's statistic against maps drawn from
//! the fitted law itself, since its law depends on the shape.

use crate::domain::random::Stream;

/// Fewer drawn values than this beyond the observed one, and the tail is read from the fit. As in the source.
pub const FEW: usize = 10;

/// Values that are fitted at first, and by how many fewer at each further trial. As in the source.
const MOST: usize = 250;
const STEP: usize = 10;

/// Fewest values that are fitted, half of them different. Our default: fewer tell too little of a shape.
const LEAST: usize = 50;

/// Samples against which a fit is judged, and the p at or below which it is refused.
const SAMPLES: usize = 99;
const REFUSED: f64 = 0.05;

/// A tail above a threshold: P(X ≥ x) = share (1 - shape (x - threshold) / scale)^(1 / shape).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoTail {
    threshold: f64,
    scale: f64,
    shape: f64,
    share: f64,
}

impl ParetoTail {
    /// Fits the tail of `drawn` values, of which `largest` are the largest ones in descending order, 251 if there are so many.
    ///
    /// `None` where no number of values from 250 down to 50 is fitted well, as with few different values. Deterministic.
    #[must_use]
    pub fn fit(largest: &[f64], drawn: usize) -> Option<Self> {
        let most = MOST.min(largest.len().saturating_sub(1)).min(drawn / 4) / STEP * STEP;
        (LEAST..=most).rev().step_by(STEP).find_map(|used| {
            let threshold = 0.5 * (largest[used - 1] + largest[used]);
            let excess: Vec<f64> = largest[..used].iter().rev().map(|value| value - threshold).collect();
            let different = excess.chunk_by(|a, b| a == b).count();
            if excess[0] <= 0.0 || 2 * different < used {
                return None;
            }
            let (scale, shape) = moments(&excess)?;
            let observed = misfit(&excess, scale, shape)?;
            let worse = (0..SAMPLES)
                .filter(|&sample| {
                    let mut stream = Stream::new(used as u64, sample as u64);
                    let mut sampled: Vec<f64> =
                        (0..used).map(|_| quantile(1.0 - stream.unit(), scale, shape)).collect();
                    sampled.sort_by(f64::total_cmp);
                    let refitted = moments(&sampled).and_then(|(scale, shape)| misfit(&sampled, scale, shape));
                    refitted.is_none_or(|misfit| misfit >= observed)
                })
                .count();
            let fits = (1.0 + worse as f64) / (1.0 + SAMPLES as f64) > REFUSED;
            fits.then(|| Self { threshold, scale, shape, share: used as f64 / drawn as f64 })
        })
    }

    /// P(X ≥ x), for x above the threshold; `None` below it, and beyond the law's end, where it has one.
    #[must_use]
    pub fn above(&self, x: f64) -> Option<f64> {
        let left = survival(x - self.threshold, self.scale, self.shape);
        (x >= self.threshold && left > 0.0).then_some(self.share * left)
    }
}

/// Scale and shape from ascending excesses.
fn moments(excess: &[f64]) -> Option<(f64, f64)> {
    let n = excess.len() as f64;
    let mean = excess.iter().sum::<f64>() / n;
    let weighted = excess.iter().enumerate().map(|(at, x)| (1.0 - (at as f64 + 0.65) / n) * x).sum::<f64>() / n;
    let apart = mean - 2.0 * weighted;
    let (scale, shape) = (2.0 * mean * weighted / apart, mean / apart - 2.0);
    (scale > 0.0 && scale.is_finite() && shape.is_finite()).then_some((scale, shape))
}

fn survival(x: f64, scale: f64, shape: f64) -> f64 {
    if shape.abs() < 1e-9 {
        return (-x / scale).exp();
    }
    let base = 1.0 - shape * x / scale;
    if base <= 0.0 { 0.0 } else { (base.ln() / shape).exp() }
}

/// The excess with this survival.
fn quantile(survival: f64, scale: f64, shape: f64) -> f64 {
    if shape.abs() < 1e-9 { -scale * survival.ln() } else { scale / shape * (1.0 - survival.powf(shape)) }
}

/// Anderson and Darling's statistic; `None` where a value lies beyond the law's end.
fn misfit(excess: &[f64], scale: f64, shape: f64) -> Option<f64> {
    let n = excess.len();
    let left: Vec<f64> = excess.iter().map(|x| survival(*x, scale, shape)).collect();
    let sum: f64 = (0..n).map(|at| (2 * at + 1) as f64 * ((1.0 - left[at]).ln() + left[n - 1 - at].ln())).sum();
    let statistic = -(n as f64) - sum / n as f64;
    statistic.is_finite().then_some(statistic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest(mut values: Vec<f64>) -> Vec<f64> {
        values.sort_by(|a, b| b.total_cmp(a));
        values.truncate(MOST + 1);
        values
    }

    #[test]
    fn the_tail_of_an_exponential_is_found_far_out() {
        let mut stream = Stream::new(4, 0);
        let drawn: Vec<f64> = (0..9_999).map(|_| -(1.0 - stream.unit()).ln()).collect();
        let tail = ParetoTail::fit(&largest(drawn), 9_999).expect("a fit");
        let found = tail.above(12.0).expect("no end");
        assert!((found.ln() + 12.0).abs() < 1.5, "{found} {tail:?}");
        assert_eq!(tail.above(0.1), None);
    }

    #[test]
    fn a_law_with_an_end_ends() {
        let mut stream = Stream::new(4, 0);
        let tail = ParetoTail::fit(&largest((0..9_999).map(|_| stream.unit()).collect()), 9_999).expect("a fit");
        assert!((tail.shape - 1.0).abs() < 0.3 && tail.above(2.0).is_none(), "{tail:?}");
    }

    #[test]
    fn few_different_values_are_not_fitted() {
        assert_eq!(ParetoTail::fit(&[], 999), None);
        assert_eq!(ParetoTail::fit(&[1.0; 251], 999), None);
        let coins: Vec<f64> = (0..251).map(|at| f64::from(9 - at / 50)).collect();
        assert_eq!(ParetoTail::fit(&coins, 999), None);
    }
}
