//! What is to be expected at one place in the coming years if nothing is done: the zero alternative.
//!
//! Events at a place are taken as Poisson with a rate of the place's own; the rates of similar places vary as a gamma
//! distribution, fitted by moments from those places (the place itself left out). What the place showed and what similar
//! places show are weighed together (empirical Bayes), and the number to come is negative binomial. This is what takes
//! the regression to the mean out: a place that is looked at because it had many events is expected to have fewer.
//! Without similar places the place's own years are all there is: Jeffreys' prior, and the answer says so.
//!
//! Source: Marshall, R. J. (1991), Applied Statistics 40, 283-294 (moments); Hauer, E. (1997), Observational
//! Before-After Studies in Road Safety (weights); Gelman et al., Bayesian Data Analysis, 3rd ed., ch. 2.6 (prediction).
//! Assumes that the rate stays as it was: no new traffic, no measure. Units: exposure is anything that events are
//! proportional to (kilometre-years, years), the same for past, future and similar places.

use crate::domain::random::Stream;

/// Fewer similar places than this give no prior worth the name. Our default.
pub const SIMILAR_LEAST: usize = 10;

/// Draws of the costs to come.
const DRAWS: usize = 20_000;

/// How the rates of similar places vary: mean `shape / rate` events an exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Shape of the gamma distribution, above 0; infinite where similar places vary no more than chance does.
    pub shape: f64,
    /// Mean rate, above 0.
    pub mean: f64,
}

/// What is expected, with the interval that holds the outcome in 95 cases of 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Expected number.
    pub mean: f64,
    /// Lower end of the 95 % prediction interval.
    pub low: u64,
    /// Upper end.
    pub high: u64,
    /// Shape of the distribution of the place's rate.
    shape: f64,
}

/// Fits the variation between similar places: `(events, exposure)` of each, exposure above 0 (others are passed over).
///
/// `None` with fewer than [`SIMILAR_LEAST`] places, or no event at any of them.
#[must_use]
pub fn fit(similar: &[(u64, f64)]) -> Option<Prior> {
    let used: Vec<(f64, f64)> =
        similar.iter().filter(|(_, exposure)| *exposure > 0.0).map(|(n, exposure)| (*n as f64, *exposure)).collect();
    if used.len() < SIMILAR_LEAST {
        return None;
    }
    let exposure: f64 = used.iter().map(|(_, exposure)| exposure).sum();
    let mean = used.iter().map(|(n, _)| n).sum::<f64>() / exposure;
    if mean <= 0.0 {
        return None;
    }
    let spread: f64 = used.iter().map(|(n, exposure)| exposure * (n / exposure - mean).powi(2)).sum();
    let squares: f64 = used.iter().map(|(_, exposure)| exposure * exposure).sum();
    let between = (spread - (used.len() as f64 - 1.0) * mean) / (exposure - squares / exposure);
    let shape = if between > 0.0 { mean * mean / between } else { f64::INFINITY };
    Some(Prior { shape, mean })
}

/// What to expect over `future` exposure after `n` events over `past` exposure, both above 0.
#[must_use]
pub fn predict(n: u64, past: f64, future: f64, prior: Option<Prior>) -> Forecast {
    let count = n as f64;
    match prior {
        Some(Prior { shape, mean }) if shape.is_finite() => of(shape + count, shape / mean + past, future),
        // Similar places do not differ: all are expected to be as the mean is.
        Some(Prior { mean, .. }) => {
            let (low, high) = interval(f64::INFINITY, mean * future);
            Forecast { mean: mean * future, low, high, shape: f64::INFINITY }
        }
        None => of(count + 0.5, past, future),
    }
}

fn of(shape: f64, rate: f64, future: f64) -> Forecast {
    let mean = shape * future / rate;
    let (low, high) = interval(shape, mean);
    Forecast { mean, low, high, shape }
}

/// The 2.5 and 97.5 percentiles of the negative binomial distribution with this shape and mean (Poisson where the shape
/// is infinite): the smallest counts at which the distribution function reaches them. Cost: linear in the mean.
fn interval(shape: f64, mean: f64) -> (u64, u64) {
    let mut log = if shape.is_finite() { -shape * (mean / shape).ln_1p() } else { -mean };
    let (mut sum, mut k, mut low) = (0.0, 0_u64, None);
    loop {
        sum += log.exp();
        if low.is_none() && sum >= 0.025 {
            low = Some(k);
        }
        // Rounding may keep the sum below 1; far above the mean nothing more comes.
        if sum >= 0.975 || (k as f64) > mean + 60.0 * (mean + 10.0).sqrt() + 100.0 * (1.0 + mean / shape.max(1e-9)) {
            return (low.unwrap_or(k), k);
        }
        let step = k as f64;
        log += if shape.is_finite() {
            ((shape + step) * mean / (shape + mean) / (step + 1.0)).ln()
        } else {
            (mean / (step + 1.0)).ln()
        };
        k += 1;
    }
}

/// What the events to come may cost, in the unit of `costs`: mean and 95 % interval, when each costs what one of those
/// in the past did. Costs are drawn with replacement, so few and uneven costs give a wide interval, as they should.
///
/// `None` where no cost is known. Same input and seed, same answer. Cost: twenty thousand times the mean.
#[must_use]
pub fn cost(forecast: &Forecast, costs: &[f64], seed: u64) -> Option<(f64, f64, f64)> {
    if costs.is_empty() {
        return None;
    }
    let mut stream = Stream::new(seed, 41);
    let mut sums: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let number = draw(&mut stream, forecast);
            (0..number).map(|_| costs[stream.below(costs.len())]).sum()
        })
        .collect();
    sums.sort_unstable_by(f64::total_cmp);
    let mean = forecast.mean * costs.iter().sum::<f64>() / costs.len() as f64;
    Some((mean, sums[DRAWS / 40], sums[DRAWS - DRAWS / 40]))
}

/// A number of the forecast's distribution, by inversion.
fn draw(stream: &mut Stream, forecast: &Forecast) -> u64 {
    let (shape, mean) = (forecast.shape, forecast.mean);
    let u = stream.unit();
    let mut log = if shape.is_finite() { -shape * (mean / shape).ln_1p() } else { -mean };
    let (mut sum, mut k) = (log.exp(), 0_u64);
    while sum < u && k < 100 + forecast.high * 10 {
        let step = k as f64;
        log += if shape.is_finite() {
            ((shape + step) * mean / (shape + mean) / (step + 1.0)).ln()
        } else {
            (mean / (step + 1.0)).ln()
        };
        sum += log.exp();
        k += 1;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_alone_gives_its_own_rate_with_half_an_event_more() {
        // Ten events in five years, five to come: mean 10.5; the 2.5 and 97.5 percentiles of NB(10.5, mean 10.5) from
        // scipy 1.14: nbinom.ppf([.025, .975], 10.5, 0.5) = 3, 21.
        let forecast = predict(10, 5.0, 5.0, None);
        assert_eq!((forecast.mean, forecast.low, forecast.high), (10.5, 3, 21));
        // No event: mean 0.5, nbinom.ppf([.025, .975], 0.5, 0.5) = 0, 3.
        let none = predict(0, 5.0, 5.0, None);
        assert_eq!((none.mean, none.low, none.high), (0.5, 0, 3));
    }

    #[test]
    fn moments_by_hand() {
        // Ten places with exposure 1: eight with 1 event, two with 6. Mean 2; spread 8 * 1 + 2 * 16 = 40; less 9 * 2 is
        // 22; over 10 - 1 = 9: 22 / 9. Shape 4 / (22 / 9) = 18 / 11.
        let similar: Vec<(u64, f64)> = (0..10).map(|at| (if at < 8 { 1 } else { 6 }, 1.0)).collect();
        let prior = fit(&similar).expect("enough");
        assert!((prior.mean - 2.0).abs() < 1e-12 && (prior.shape - 18.0 / 11.0).abs() < 1e-12, "{prior:?}");
        // 6 events over 1, 1 to come: (18/11 + 6) / (9/11 + 1) = 84 / 20 = 4.2: drawn from 6 towards 2.
        let forecast = predict(6, 1.0, 1.0, Some(prior));
        assert!((forecast.mean - 4.2).abs() < 1e-12, "{forecast:?}");
    }

    #[test]
    fn places_that_vary_as_chance_does_are_all_expected_to_be_the_mean() {
        let similar: Vec<(u64, f64)> = (0..20).map(|at| (2 + at % 2, 1.0)).collect();
        let prior = fit(&similar).expect("enough");
        assert_eq!(prior.shape, f64::INFINITY);
        // Poisson with mean 2.5: poisson.ppf([.025, .975], 2.5) = 0, 6.
        let forecast = predict(9, 1.0, 1.0, Some(prior));
        assert_eq!((forecast.mean, forecast.low, forecast.high), (2.5, 0, 6));
    }

    #[test]
    fn too_few_or_empty_places_give_no_prior() {
        assert_eq!(fit(&[(3, 1.0); 9]), None);
        assert_eq!(fit(&[(0, 1.0); 30]), None);
        assert_eq!(fit(&[(3, 0.0); 30]), None);
        assert_eq!(fit(&[]), None);
    }

    #[test]
    fn large_counts_neither_vanish_nor_hang() {
        let forecast = predict(40_000, 5.0, 5.0, None);
        assert!(forecast.low > 39_000 && forecast.high < 41_000 && forecast.low < forecast.high, "{forecast:?}");
    }

    #[test]
    fn costs_follow_the_count_and_their_own_spread() {
        let forecast = predict(10, 5.0, 5.0, None);
        let (mean, low, high) = cost(&forecast, &[100.0], 1).expect("a cost");
        assert_eq!((mean, low, high), (1050.0, 300.0, 2100.0));
        let uneven = cost(&forecast, &[10.0, 10.0, 10.0, 370.0], 1).expect("a cost");
        assert!((uneven.0 - 1050.0).abs() < 1e-9 && uneven.2 > 2100.0 && uneven.1 < 300.0, "{uneven:?}");
        assert_eq!(cost(&forecast, &[10.0, 370.0], 7), cost(&forecast, &[10.0, 370.0], 7));
        assert_eq!(cost(&forecast, &[], 1), None);
    }
}
