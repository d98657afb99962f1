//! Gi* of measurements: real values at places, without exposure.

use serde::Serialize;

use super::super::neighbours::Neighbours;
use super::super::permutation::{PermutationTails, neighbour_tails};
use super::super::{Error, check_values};
use super::{Score, window_sums};
use crate::analysis::multiple::q_columns;

/// Gi* of one place's window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GiValue {
    /// The textbook's z-score; `None` where the values do not vary or the window is the whole map.
    pub z: Option<f64>,
    /// Permutation p-values; `None` for a place without neighbours.
    pub p: Option<PermutationTails>,
    /// Benjamini-Hochberg's q of `p_high_for_q`.
    pub q_bh: Option<f64>,
    /// Benjamini-Yekutieli's q of `p_high_for_q`.
    pub q_by: Option<f64>,
}

/// Gi* of real values.
///
/// - `values`: `[places]`, finite, any unit; `neighbours`: `[places]`; `permutations`: 999 by custom, which is enough for p but not
///   for q of a whole map: see [`enough_picks`](super::super::permutation::enough_picks); `seed`
/// - returns `[places]` in the order given
///
/// Null hypothesis: the place's value is what it is, and its neighbours' are any others of the map. A place's p is the share of
/// random picks of as many other places whose sum is as large, one added to both; where fewer than ten picks are, p is read from a
/// generalised Pareto tail and flagged as `fitted`. Assumes that values may stand anywhere: rates of places with little exposure
/// vary more than others and break that; use [`gi_star_counts`](super::gi_star_counts) for them.
///
/// Constant values give p 1 and no z. A place without neighbours is not tested. No places give none. Order of places and threads
/// change nothing. Cost: see [`neighbour_tails`].
///
/// # Errors
/// `PlacesDiffer`, `ValueNotFinite`.
pub fn gi_star_values(
    values: &[f64],
    neighbours: &Neighbours,
    permutations: usize,
    seed: u64,
) -> Result<Vec<GiValue>, Error> {
    let values = check_values(values, neighbours)?;
    let score = Score::of_values(&values);
    let sums = window_sums(&values, neighbours);
    let tails = neighbour_tails(&values, neighbours, permutations, seed);
    let p: Vec<Option<f64>> = tails.iter().map(|tails| tails.map(|tails| tails.p_high_for_q)).collect();
    let place = |(at, q): (usize, Option<(f64, f64)>)| GiValue {
        z: score.z(sums[at], neighbours.of(at).len() + 1),
        p: tails[at],
        q_bh: q.map(|q| q.0),
        q_by: q.map(|q| q.1),
    };
    Ok(q_columns(&p).into_iter().enumerate().map(place).collect())
}
