//! Getis-Ord Gi*: where do a place and its neighbours together hold more, or less, than was to be expected?
//!
//! For counts the question has an exact answer. The usual one, a normal z-score of the window's sum, is far off where counts are
//! small: with 0.05 events a cell every map without hotspots gets some, also after a correction for many tests. Here the p-values
//! are the tails of the window's count itself, given the total and the exposure. The z-score is shown beside them for comparison.
//!
//! Source: Getis & Ord (1992), Geographical Analysis 24, 189-206; Ord & Getis (1995), Geographical Analysis 27, 286-306 (the
//! z-score with binary weights, the place itself included). Oracle: esda's `G_Local(star=True, transform="B")`, see
//! `tests/oracles/local_esda.py`, and spdep's `localG`, see `tests/oracles/local_spdep.R`; tails: see [`super::count_tails`].

mod maximum;
#[cfg(test)]
mod moves;
mod values;

use serde::Serialize;

use super::Error;
use super::dispersion::{Dispersion, DispersionTest, Null};
use super::exposed::{Excluded, Exposed};
use super::multiple::q_columns;
use super::neighbours::Neighbours;
use super::sums::{self, Fixed};

pub use maximum::max_statistic;
pub use values::{GiValue, gi_star_values};

/// Gi* of counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GiStar {
    /// Each place, in the order given.
    pub places: Vec<GiPlace>,
    /// What the counts were held against.
    pub null: Null,
    /// The comparison of neighbours that chose the null; `None` where it was not asked for or nothing could be compared.
    pub dispersion: Option<DispersionTest>,
    /// Events that took part.
    pub total: u64,
    /// What has no exposure and took no part.
    pub excluded: Excluded,
}

/// One place's window: the place and its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GiPlace {
    /// Events in the window.
    pub events: u64,
    /// Events that were to be expected in the window.
    pub expected: f64,
    /// The textbook's z-score of the counts, which knows nothing of exposure and is not calibrated for small counts; `None` where
    /// the counts do not vary or the window is the whole map.
    pub z: Option<f64>,
    /// Probability of so many events or more in the window under the null; `None` where the place has no exposure.
    pub p_high: Option<f64>,
    /// Probability of so many events or fewer.
    pub p_low: Option<f64>,
    /// Benjamini-Hochberg's q of `p_high`, over all places that were tested.
    pub q_bh: Option<f64>,
    /// Benjamini-Yekutieli's q of `p_high`.
    pub q_by: Option<f64>,
}

/// Exact Gi* of counts.
///
/// - `n`: `[places]` events; `exposure`: `[places]` people, kilometres or whatever events are in proportion to, 0 or more, and
///   equal numbers where nothing is known; `neighbours`: `[places]`
/// - returns `[places]` in the order given
///
/// The window of a place is the place and its neighbours. Of C events in all, E = C x (the window's exposure) / (all exposure)
/// are to be expected in it. Null hypothesis: each event falls where exposure is, independently of the others; given C the
/// window's count is binomial. `p_high` and `p_low` are its exact tails, one-sided, both with the count itself.
///
/// With [`Dispersion::Auto`] neighbours are compared first ([`super::dispersion`]). Where they differ by more than chance
/// explains, the null is that each place has its own rate, independently of its neighbours: counts are negative binomial,
/// with a shape by moments. A window's shape is `shape (sum of e)² / sum of e²` over its places, which makes its variance the sum
/// of theirs; it is exact for equal expectations. Real hotspots look like spread to any index over all places. Neighbours that
/// are hot together do not, since only what neighbours do not share is counted; a lone hot cell does, and then needs to stand out
/// from the spread that it makes itself.
///
/// A place with exposure 0 can have no expectation: it is not tested, and its events are left out and counted in `excluded`. One
/// place, or a window that is the whole map, gives p 1. No events give p 1 everywhere. Places that do not touch are tested each
/// for itself. The order of places changes nothing; no seed. O(links), and a short sum for each place.
///
/// # Errors
/// `LengthsDiffer`, `ExposureNotUsable` (negative or not finite), `NoExposure`.
pub fn gi_star_counts(
    n: &[u32],
    exposure: &[f64],
    neighbours: &Neighbours,
    dispersion: Dispersion,
) -> Result<GiStar, Error> {
    let exposed = Exposed::new(n, exposure, neighbours, dispersion)?;
    let score = Score::of_counts(&exposed);
    let mut places = exposed.each(|at| {
        let window = exposed.around(at, true);
        let size = neighbours.of(at).iter().filter(|&&other| exposed.takes_part(other as usize)).count() + 1;
        let tested = exposed.takes_part(at);
        let tails = tested.then(|| exposed.tails(&window, None));
        GiPlace {
            events: window.events,
            expected: exposed.expected_in(&window),
            z: if tested { score.z(window.events as f64, size) } else { None },
            p_high: tails.map(|tails| tails.high),
            p_low: tails.map(|tails| tails.low),
            q_bh: None,
            q_by: None,
        }
    });
    let p: Vec<Option<f64>> = places.iter().map(|place| place.p_high).collect();
    for (place, q) in places.iter_mut().zip(q_columns(&p)) {
        (place.q_bh, place.q_by) = (q.map(|q| q.0), q.map(|q| q.1));
    }
    let Exposed { null, dispersion, total, excluded, .. } = exposed;
    Ok(GiStar { places, null, dispersion, total, excluded })
}

/// What the textbook's z-score needs to know of all values.
#[derive(Debug, Clone, Copy)]
struct Score {
    places: f64,
    mean: f64,
    spread: f64,
}

impl Score {
    fn of_counts(exposed: &Exposed) -> Self {
        let used = || (0..exposed.len()).filter(|&at| exposed.takes_part(at));
        let places = used().count() as f64;
        let square = |at: usize| u128::from(exposed.events(at)) * u128::from(exposed.events(at));
        let squares: u128 = used().map(square).sum();
        let mean = exposed.total as f64 / places;
        Self { places, mean, spread: (squares as f64 / places - mean * mean).max(0.0).sqrt() }
    }

    fn of_values(values: &[f64]) -> Self {
        let places = values.len() as f64;
        let mean = sums::sum(values) / places;
        let squares: Vec<f64> = values.iter().map(|value| (value - mean) * (value - mean)).collect();
        Self { places, mean, spread: (sums::sum(&squares) / places).sqrt() }
    }

    /// z = (sum - size mean) / (spread √(size (places - size) / (places - 1))).
    fn z(&self, sum: f64, size: usize) -> Option<f64> {
        let size = size as f64;
        let scale = self.spread * (size * (self.places - size) / (self.places - 1.0)).sqrt();
        (scale > 0.0 && scale.is_finite()).then(|| (sum - size * self.mean) / scale)
    }
}

/// The sums of the windows, the same in any order of places.
fn window_sums(values: &[f64], neighbours: &Neighbours) -> Vec<f64> {
    let fixed = Fixed::up_to(values.iter().copied());
    let steps: Vec<i128> = values.iter().map(|&value| fixed.steps(value)).collect();
    let around = |at: usize| neighbours.of(at).iter().map(|&other| steps[other as usize]).sum::<i128>();
    (0..values.len()).map(|at| fixed.value(steps[at] + around(at))).collect()
}

#[cfg(test)]
mod spdep_oracle;
#[cfg(test)]
mod tests;
