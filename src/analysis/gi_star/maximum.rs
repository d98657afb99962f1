//! The strictest correction: how probable is it that any window of a map without hotspots is as far out as this one?

use super::super::Error;
use super::super::dispersion::{Dispersion, Null};
use super::super::exposed::{Exposed, Group};
use super::super::neighbours::Neighbours;
use super::super::nulls::{Weighted, gamma, replicate};

/// For each place the share of maps without hotspots on which some window's `p_high` is as small as the place's: a family-wise
/// p-value by the max-statistic, which holds for all places at once and takes their overlap into account.
///
/// Arguments as of [`gi_star_counts`](super::gi_star_counts); `replicates`: maps, 999 give p down to 0.001; `seed`. Returns
/// `[places]`, `None` where a place has no exposure; (1 + maps with a window at least as far out) / (1 + maps).
///
/// Null maps hold the same total, strewn in proportion to exposure; under the negative binomial null each place's exposure is
/// first multiplied by a gamma number of its own. Replicate r draws from stream r of the seed, place by place in the order given:
/// threads change nothing, and neither does the order of events, but another order of places gives other draws. Cost: replicates
/// x (events + links).
///
/// Source: Westfall & Young (1993), Resampling-Based Multiple Testing (Wiley), single-step minimum p.
///
/// # Errors
/// Those of `gi_star_counts`.
pub fn max_statistic(
    n: &[u32],
    exposure: &[f64],
    neighbours: &Neighbours,
    dispersion: Dispersion,
    replicates: usize,
    seed: u64,
) -> Result<Vec<Option<f64>>, Error> {
    let exposed = Exposed::new(n, exposure, neighbours, dispersion)?;
    let p = exposed.each(|at| exposed.takes_part(at).then(|| exposed.tails(&exposed.around(at, true), None).high));
    let weights: Vec<f64> = (0..exposed.len()).map(|at| exposed.expected(at)).collect();
    let even = Weighted::new(&weights);
    let drawn = replicate(seed, replicates, 0.0, 0, |stream| {
        let mut counts = vec![0; weights.len()];
        let uneven = match exposed.null {
            Null::Binomial => None,
            Null::NegativeBinomial { shape } => {
                let rates: Vec<f64> = weights.iter().map(|weight| weight * gamma(shape, stream)).collect();
                Weighted::new(&rates)
            }
        };
        if let Some(weighted) = uneven.as_ref().or(even.as_ref()) {
            weighted.strew(exposed.total, stream, &mut counts);
        }
        -least(&exposed, &counts)
    });
    let mut least: Vec<f64> = drawn.values.iter().map(|value| -value).collect();
    least.sort_by(f64::total_cmp);
    let runs = least.len() as f64;
    let as_far = |p: f64| least.partition_point(|least| *least <= p) as f64;
    Ok(p.into_iter().map(|p| p.map(|p| (1.0 + as_far(p)) / (1.0 + runs))).collect())
}

/// The smallest upper tail of all windows.
fn least(exposed: &Exposed, counts: &[u32]) -> f64 {
    let mut least = 1.0_f64;
    for at in (0..exposed.len()).filter(|&at| exposed.takes_part(at)) {
        let window: Group = exposed.around_in(at, true, |at| counts[at]);
        // A tail is at least the probability of the count itself.
        if window.events as f64 > exposed.expected_in(&window) && exposed.own_probability(&window) < least {
            least = least.min(exposed.tails(&window, None).high);
        }
    }
    least
}
