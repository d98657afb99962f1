//! Local Moran: which places are like their neighbours, and which are unlike them?
//!
//! Source: Anselin (1995), Geographical Analysis 27, 93-115. Oracles: esda's `Moran_Local`, see `tests/oracles/local_esda.py`,
//! and spdep's `localmoran`, see `tests/oracles/local_spdep.R`.

use serde::Serialize;

use super::dispersion::{Dispersion, DispersionTest, Null};
use super::exposed::{Excluded, Exposed};
use super::multiple::q_columns;
use super::neighbours::Neighbours;
use super::permutation::neighbour_tails;
use super::sums::{self, Fixed};
use super::{Error, check_values};

/// A place against its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quadrant {
    /// High among high: part of a hotspot.
    HighHigh,
    /// Low among low.
    LowLow,
    /// High among low: stands out by itself.
    HighLow,
    /// Low among high.
    LowHigh,
}

impl Quadrant {
    /// Of a place's deviation and its neighbours'; a deviation of 0 is low, as it is not above what was expected.
    fn of(own: f64, around: f64) -> Self {
        match (own > 0.0, around > 0.0) {
            (true, true) => Self::HighHigh,
            (false, false) => Self::LowLow,
            (true, false) => Self::HighLow,
            (false, true) => Self::LowHigh,
        }
    }
}

/// One place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MoranPlace {
    /// The local statistic, above 0 where place and neighbours deviate to the same side.
    pub i: f64,
    /// Place against neighbours.
    pub quadrant: Quadrant,
    /// Probability, two-sided, of neighbours that deviate so far.
    pub p: f64,
    /// Benjamini-Hochberg's q.
    pub q_bh: f64,
    /// Benjamini-Yekutieli's q.
    pub q_by: f64,
    /// Whether p is read from a fitted tail.
    pub fitted: bool,
}

/// Local Moran of counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocalMoran {
    /// Each place, in the order given; `None` without exposure, or where no neighbour has any.
    pub places: Vec<Option<MoranPlace>>,
    /// What the counts were held against.
    pub null: Null,
    /// The comparison of neighbours that chose the null.
    pub dispersion: Option<DispersionTest>,
    /// Events that took part.
    pub total: u64,
    /// What has no exposure and took no part.
    pub excluded: Excluded,
}

/// Local Moran of counts with exposure.
///
/// - `n`: `[places]` events; `exposure`: `[places]`, 0 or more; `neighbours`: `[places]`
/// - returns `[places]` in the order given
///
/// With (n - e) / √e of the place, and the same of its neighbours together, N and E being their sums, I is the product of the
/// two. Where all exposures are equal it is √m times the textbook's mean of m neighbours' standardised rates, and the sign is the
/// same. The neighbours' total is used because its law is known: given the place's own count c, each of the other C - c events
/// falls among the neighbours with the probability of their share of the remaining exposure. p is the exact two-sided tail, twice
/// the smaller one, so that it needs no draws and has no floor. Where neighbours differ by more than chance the tail is negative
/// binomial, as in [`gi_star_counts`](super::gi_star::gi_star_counts), whose treatment of places without exposure holds too.
///
/// No events give I 0 and p 1. The order of places changes nothing; no seed. O(links).
///
/// # Errors
/// `LengthsDiffer`, `ExposureNotUsable`, `NoExposure`.
pub fn local_moran_counts(
    n: &[u32],
    exposure: &[f64],
    neighbours: &Neighbours,
    dispersion: Dispersion,
) -> Result<LocalMoran, Error> {
    let exposed = Exposed::new(n, exposure, neighbours, dispersion)?;
    let found = exposed.each(|at| {
        let around = exposed.around(at, false);
        let (own, expected) = (exposed.expected(at), exposed.expected_in(&around));
        if !exposed.takes_part(at) || !exposed.has_exposure(&around) {
            return None;
        }
        let deviation =
            |events: f64, expected: f64| if expected > 0.0 { (events - expected) / expected.sqrt() } else { 0.0 };
        let own = deviation(f64::from(exposed.events(at)), own);
        let others = deviation(around.events as f64, expected);
        let tails = exposed.tails(&around, Some(at));
        let p = (2.0 * tails.high.min(tails.low)).min(1.0);
        Some((own * others, Quadrant::of(own, others), [p, p], false))
    });
    let Exposed { null, dispersion, total, excluded, .. } = exposed;
    Ok(LocalMoran { places: with_q(found), null, dispersion, total, excluded })
}

/// Local Moran of real values.
///
/// - `values`: `[places]`, finite; `neighbours`: `[places]`; `permutations`: 999 by custom, and
///   [`enough_picks`](super::permutation::enough_picks) where q is looked at; `seed`
/// - returns `[places]` in the order given; `None` for a place without neighbours, and everywhere where values do not vary
///
/// I = (x - mean) / s² x the mean of the neighbours' (x - mean), with s² the mean square (divided by n, as in the source and spdep;
/// esda divides by n - 1). p is two-sided, twice the smaller of the shares of random picks of as many other places whose sum is as
/// large, or as small; fitted tails are flagged, see [`super::permutation`]. Order of places and threads change nothing.
///
/// # Errors
/// `LengthsDiffer`, `ValueNotFinite`.
pub fn local_moran_values(
    values: &[f64],
    neighbours: &Neighbours,
    permutations: usize,
    seed: u64,
) -> Result<Vec<Option<MoranPlace>>, Error> {
    let values = check_values(values, neighbours)?;
    let places = values.len() as f64;
    let mean = sums::sum(&values) / places;
    let apart: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let square = sums::sum(&apart.iter().map(|apart| apart * apart).collect::<Vec<_>>()) / places;
    if values.iter().all(|value| *value == values[0]) || square <= 0.0 {
        return Ok(vec![None; values.len()]);
    }
    let fixed = Fixed::up_to(apart.iter().copied());
    let steps: Vec<i128> = apart.iter().map(|&apart| fixed.steps(apart)).collect();
    let tails = neighbour_tails(&values, neighbours, permutations, seed);
    let place = |at: usize| {
        let around = neighbours.of(at);
        let sum = fixed.value(around.iter().map(|&other| steps[other as usize]).sum());
        let tails = tails[at]?;
        let i = apart[at] / square * sum / around.len() as f64;
        Some((i, Quadrant::of(apart[at], sum), [tails.p_two_sided, tails.p_two_sided_for_q], tails.fitted))
    };
    Ok(with_q((0..values.len()).map(place).collect()))
}

/// I, quadrant, p and the p that is corrected, and whether p is fitted.
type Found = (f64, Quadrant, [f64; 2], bool);

fn with_q(found: Vec<Option<Found>>) -> Vec<Option<MoranPlace>> {
    let p: Vec<Option<f64>> = found.iter().map(|found| found.map(|found| found.2[1])).collect();
    let place = |(found, q): (Option<Found>, Option<(f64, f64)>)| {
        let ((i, quadrant, [p, _], fitted), (q_bh, q_by)) = found.zip(q)?;
        Some(MoranPlace { i, quadrant, p, q_bh, q_by, fitted })
    };
    found.into_iter().zip(q_columns(&p)).map(place).collect()
}
