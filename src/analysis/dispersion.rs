//! Do counts vary more than chance and their exposure explain, and by how much?
//!
//! Two things make counts vary more than a Poisson law has it. Places differ from one to the next, each for itself: one has a
//! pub, one a barrier, and the exposure does not know. And whole neighbourhoods differ: that is a hotspot, which a test is to
//! find. A statistic over all places, such as the index of dispersion, takes both for the same; a test that then widens its null
//! by it hides the hotspots that it looks for. So neighbours are compared with each other here: what they share cancels, and
//! what they do not share is left.
//!
//! For neighbours i and j with expectations e, `(e_j / e_i) n_i (n_i - 1) + (e_i / e_j) n_j (n_j - 1) - 2 n_i n_j` has the
//! expectation `e_i e_j (r_i - r_j)²` for Poisson counts with any rates r. It is 0 for equal rates, and `2 e_i e_j t` where rates
//! vary independently with variance t about 1, as they do for negative binomial counts with shape 1 / t. The statistic sums it
//! over all pairs of neighbours.
//!
//! Source: ours, by the method of moments, after the statistic of Potthoff & Whittinghill (1966), Biometrika 53, 183-190, which
//! has the same squares without the products of neighbours.
//!
//! Measured for Gi* with Benjamini-Hochberg at 5 %, 40 x 40 cells, share of maps. Rates that are gamma numbers with shape 10, 4, 2,
//! 1 and 0.5, independent from cell to cell, no hotspots, 300 maps each: with 0.5 events a cell Poisson raises false alarms on 3,
//! 12, 22, 53 and 98 %, the test on 2, 4, 3, 2 and 1; with 5 a cell Poisson on 54 to 100 %, the test on 5, 3, 4, 2 and 2.
//! Three planted hotspots, 0.5 events a cell, 200 maps each: 3 x 3 cells with three times the risk are found on 63 % (Poisson)
//! and 60 % (tested), with five times the risk on all and all; 6 x 6 with twice the risk on 40 and 37 %; 2 x 2 with five times on
//! 65 and 60 %; lone cells with twenty times on 84 and 45 %. With 5 events a cell all are found on every map.
//!
//! Limits: a lone place that is far above its neighbours counts as
//! spread, not as a hotspot; so does the rim of a hotspot. A hotspot can therefore lose power, never gain it. Spread that neighbours
//! share cannot be told from hotspots by any test of one map: it is what is found.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::Serialize;

use super::gamma;
use super::neighbours::Neighbours;
use super::sums::{self, Fixed};
use super::tails::normal_above;

/// Largest p at which counts are taken to vary more than Poisson counts do. A switch that was not needed makes a test stricter,
/// and one that was missed makes it false; so it is set above the usual 5 %. Our default.
pub const LEVEL: f64 = 0.1;

/// What to do about counts that vary more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dispersion {
    /// Test it, and widen the null where they do.
    #[default]
    Auto,
    /// Take counts for Poisson counts whatever they look like.
    Poisson,
}

/// What counts are held against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "null", rename_all = "kebab-case")]
pub enum Null {
    /// Each event falls where exposure is, independently: given the total, a window's count is binomial.
    Binomial,
    /// Rates differ from place to place, independently: a place's count is negative binomial.
    NegativeBinomial {
        /// Shape of one place: variance = mean + mean² / shape.
        shape: f64,
    },
}

/// The comparison of neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DispersionTest {
    /// The statistic over its standard deviation under Poisson counts: about 0 there, above it where counts vary more.
    pub statistic: f64,
    /// Probability of so large a statistic under Poisson counts, from its first three moments (a shifted gamma law, Pearson's
    /// type III).
    pub p: f64,
    /// Variance of the rates about their mean 1, estimated; below 0 where counts vary less than Poisson counts.
    pub rate_variance: f64,
}

impl DispersionTest {
    /// The null that follows, [`LEVEL`] being the boundary.
    #[must_use]
    pub fn null(&self) -> Null {
        if self.p <= LEVEL && self.rate_variance > 0.0 {
            Null::NegativeBinomial { shape: 1.0 / self.rate_variance }
        } else {
            Null::Binomial
        }
    }
}

/// Compares neighbours.
///
/// - `n`: `[places]` counts; `expected`: `[places]` expectations above 0, or 0 for places that take no part; `neighbours` of the
///   same length
/// - `None` where no two neighbours take part or there are fewer than two events: nothing can be said
///
/// The moments are those of independent Poisson counts with these expectations. O(links x neighbours of a place). The order of
/// places changes nothing.
#[must_use]
pub fn neighbour_dispersion(n: &[u32], expected: &[f64], neighbours: &Neighbours) -> Option<DispersionTest> {
    let grids = Grids { own: Fixed::up_to(expected.iter().copied()), one: Fixed::up_to([1.0]) };
    let largest = expected.iter().copied().fold(0.0, f64::max);
    let shares: Vec<f64> = expected.iter().map(|expected| expected / largest).collect();
    let takes_part = |at: usize| expected[at] > 0.0;
    let total: u64 = (0..n.len()).filter(|&at| takes_part(at)).map(|at| u64::from(n[at])).sum();
    let parts: Vec<Part> = (0..n.len())
        .into_par_iter()
        .with_min_len(1024)
        .map(|at| if takes_part(at) { place(at, n, (expected, &shares), neighbours, &grids) } else { Part::default() })
        .collect();
    let total_of = |of: fn(&Part) -> f64| sums::sum(&parts.iter().map(of).collect::<Vec<f64>>());
    let (statistic, pairs) = (total_of(|part| part.statistic), total_of(|part| part.pairs));
    let triangles = grids.one.value(parts.iter().map(|part| part.triangles).sum()) * largest.powi(3);
    let (variance, third) = (total_of(|part| part.variance), total_of(|part| part.third) - 48.0 * triangles);
    if pairs <= 0.0 || total < 2 {
        return None;
    }
    let spread = variance.sqrt();
    let (z, skew) = (statistic / spread, third / (variance * spread));
    Some(DispersionTest { statistic: z, p: pearson_three(z, skew), rate_variance: statistic / (2.0 * pairs) })
}

/// Grids for sums over neighbours, and over products of shares.
struct Grids {
    own: Fixed,
    one: Fixed,
}

/// What one place adds.
#[derive(Default)]
struct Part {
    statistic: f64,
    /// Half the products of expectations with each neighbour's: a pair is seen from both sides.
    pairs: f64,
    variance: f64,
    third: f64,
    /// Products of three expectations, as shares of the largest, over the triangles of which this is the first place.
    triangles: i128,
}

/// With C1 = n - e and C2 = n (n - 1) - 2 e n + e², which are uncorrelated, the statistic is the sum of `a_i C2_i` less that of
/// `2 C1_i C1_j` over pairs, where `a_i` is the neighbours' expectation over the own. Its variance is that of `2 a² e²` over places
/// and `4 e e` over pairs; its third moment has `a³ (8 e³ + 4 e²)` of each place, `24 a_i e_i² e_j` of each pair from both sides,
/// less `8 e e` of each pair and `48 e e e` of each triangle.
fn place(at: usize, n: &[u32], (expected, shares): (&[f64], &[f64]), neighbours: &Neighbours, grids: &Grids) -> Part {
    let (own, count, list) = (expected[at], f64::from(n[at]), neighbours.of(at));
    let (mut around, mut events, mut triangles) = (0_i128, 0_u64, 0_i128);
    for (place, &other) in list.iter().enumerate() {
        let beside = other as usize;
        around += grids.own.steps(expected[beside]);
        events += if expected[beside] > 0.0 { u64::from(n[beside]) } else { 0 };
        if beside > at {
            shared(&list[place + 1..], neighbours.of(beside), |third| {
                // A product rounds alike in any order of places only where its factors are in order.
                let mut three = [shares[at], shares[beside], shares[third]];
                three.sort_by(f64::total_cmp);
                triangles += grids.one.steps(three[0] * three[1] * three[2]);
            });
        }
    }
    let around = grids.own.value(around);
    let a = around / own;
    let cube = 8.0 * own * own * own + 4.0 * own * own;
    Part {
        statistic: a * count * (count - 1.0) - count * events as f64,
        pairs: 0.5 * own * around,
        variance: 2.0 * around * around + 2.0 * own * around,
        third: a * a * a * cube + 24.0 * around * around * own - 4.0 * own * around,
        triangles,
    }
}

/// Goes through what two ascending lists share.
fn shared(a: &[u32], b: &[u32], mut each: impl FnMut(usize)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => {
                each(a[i] as usize);
                (i, j) = (i + 1, j + 1);
            }
        }
    }
}

/// P(Z ≥ z) of a variable with mean 0, variance 1 and this skewness.
fn pearson_three(z: f64, skew: f64) -> f64 {
    if skew < 1e-3 {
        return normal_above(z);
    }
    let shape = 4.0 / (skew * skew);
    gamma::upper(shape, shape + z * shape.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::calibrate::null_counts;
    use crate::domain::Cell;
    use crate::domain::random::Stream;

    fn grid(side: i32) -> Neighbours {
        let cells: Vec<Cell> = (0..side * side).map(|at| Cell { column: at / side, row: at % side }).collect();
        Neighbours::queen(&cells)
    }

    #[test]
    fn two_places_by_hand() {
        // 4 and 0 where 2 and 2 are expected: 4 * 3 - 0 = 12 = e e (2 - 0)² less the noise; 12 / (2 * 4) = 1.5.
        let pair = Neighbours::from_lists(&[vec![1], vec![0]]);
        let found = neighbour_dispersion(&[4, 0], &[2.0, 2.0], &pair).expect("a pair");
        assert!((found.rate_variance - 1.5).abs() < 1e-12);
        // Variance: 2 * (4 + 4) + 4 * 4 = 32.
        assert!((found.statistic - 12.0 / 32.0_f64.sqrt()).abs() < 1e-12, "{found:?}");
        let even = neighbour_dispersion(&[2, 2], &[2.0, 2.0], &pair).expect("a pair");
        assert!(even.rate_variance < 0.0 && even.null() == Null::Binomial);
    }

    #[test]
    fn where_nothing_can_be_said() {
        let alone = Neighbours::from_lists(&[vec![], vec![]]);
        assert_eq!(neighbour_dispersion(&[4, 0], &[2.0, 2.0], &alone), None);
        let pair = Neighbours::from_lists(&[vec![1], vec![0]]);
        assert_eq!(neighbour_dispersion(&[4, 9], &[2.0, 0.0], &pair), None);
        assert_eq!(neighbour_dispersion(&[1, 0], &[0.5, 0.5], &pair), None);
        assert_eq!(neighbour_dispersion(&[], &[], &Neighbours::from_lists(&[])), None);
    }

    #[test]
    fn chance_is_called_spread_as_often_as_the_level_says() {
        let near = grid(20);
        for (per_cell, stored) in [(0.05, 44), (0.5, 45), (5.0, 45)] {
            let expected = vec![per_cell; 400];
            let wide = (0..400_u64).filter(|&map| {
                let n = null_counts(&expected, (per_cell * 400.0) as u64, &mut Stream::new(5, map));
                neighbour_dispersion(&n, &expected, &near).is_some_and(|test| test.p <= LEVEL)
            });
            assert_eq!(wide.count(), stored, "{per_cell}");
        }
    }

    #[test]
    fn spread_is_found_and_a_hotspot_is_none() {
        let near = grid(40);
        let expected = vec![2.0; 1600];
        // Rates of 0.5 and 1.5 in no order: variance 0.25.
        let mut stream = Stream::new(1, 0);
        let uneven: Vec<f64> = (0..1600).map(|_| if stream.chance(0.5) { 1.0 } else { 3.0 }).collect();
        let spread = neighbour_dispersion(&null_counts(&uneven, 3200, &mut stream), &expected, &near).expect("pairs");
        assert!(spread.p < 1e-6 && (spread.rate_variance - 0.25).abs() < 0.05, "{spread:?}");
        // The same two rates, but the high one in one half of the map.
        let halves: Vec<f64> = (0..1600).map(|at| if at < 800 { 1.0 } else { 3.0 }).collect();
        let halves = neighbour_dispersion(&null_counts(&halves, 3200, &mut stream), &expected, &near).expect("pairs");
        assert!(halves.rate_variance < 0.05, "{halves:?}");
    }

    #[test]
    fn order_changes_nothing() {
        let near = grid(6);
        let expected: Vec<f64> = (0..36).map(|at| 0.3 + f64::from(at % 7) / 9.0).collect();
        let n: Vec<u32> = (0..36).map(|at| at * 5 % 4).collect();
        let turned: Vec<usize> = (0..36).map(|at| (at * 17 + 5) % 36).collect();
        let mut lists = vec![Vec::new(); 36];
        for at in 0..36 {
            lists[turned[at]] = near.of(at).iter().map(|&other| turned[other as usize] as u32).collect();
        }
        let (mut other_n, mut other_expected) = (vec![0; 36], vec![0.0; 36]);
        for at in 0..36 {
            (other_n[turned[at]], other_expected[turned[at]]) = (n[at], expected[at]);
        }
        let found = neighbour_dispersion(&n, &expected, &near);
        assert_eq!(neighbour_dispersion(&other_n, &other_expected, &Neighbours::from_lists(&lists)), found);
    }
}
