//! How wide should the kernel be? Cross-validation, the rules of thumb beside it, and bandwidths that follow the events.

use rayon::prelude::*;
use serde::Serialize;

use super::super::{Error, check_points};
use super::Kernel;
use crate::domain::{Bbox, Metres};

/// Places at which cross-validation looks; more cost time and move the answer by less than the step of the ladder.
const JUDGED: usize = 2_000;

/// Steps of the ladder of bandwidths: each is a tenth wider than the one before.
const STEP: f64 = 1.1;

/// Narrowest bandwidth that is tried, metres: below it a position is seldom good.
const NARROWEST_M: f64 = 10.0;

/// What cross-validation found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CrossValidated {
    /// The bandwidth for the kernel that was asked about.
    pub bandwidth: Metres,
    /// Places: positions that differ.
    pub places: usize,
    /// Mean log density per place that was left out, events per square metre of one event strewn, at that bandwidth.
    pub score: f64,
    /// Whether it is the narrowest or the widest that was tried, so that the best lies beyond.
    pub at_end: bool,
}

/// The bandwidth under which places that are left out are most probable: likelihood cross-validation.
///
/// Each of the n positions that differ counts once, since thousands of events at one address would otherwise vouch for each
/// other and drive the bandwidth to 0. At a place i the density of the others is
/// `f(i) = (1 - 1/n) · Σ K(xi - xj) / (n - 1) + 1 / (n · A)`, with A the area of the box around the places: as if one of
/// them had been strewn anywhere, which keeps a lone place from deciding everything. The bandwidth with the largest mean of
/// ln f is taken, from a ladder of steps of a tenth from `narrowest` (and at least 10 m) to a quarter of the box's longer
/// side. The search runs with the Epanechnikov kernel; other kernels get the bandwidth that smooths as much
/// ([`Kernel::canonical`]).
///
/// - `points`: `[n]` metres; order and repetition change nothing
/// - the sum over i runs over at most 2 000 places, evenly spaced in order of x, then y; over j over all. O(2 000 · n)
///
/// # Errors
/// `TooFewPlaces` below 3 places or where all lie on one line along an axis; `PointNotFinite`, `TooManyPoints`.
///
/// Source: Habbema, Hermans & van den Broek (1974), COMPSTAT, 101-110, and Duin (1976), IEEE Transactions on Computers
/// C-25, 1175-1179; that a place counts once and that one is strewn are ours.
pub fn cross_validated(points: &[[f64; 2]], narrowest: Metres, kernel: Kernel) -> Result<CrossValidated, Error> {
    check_points(points)?;
    let mut places = points.to_vec();
    places.par_sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    // -0 and 0 are one place.
    places.dedup_by(|a, b| a[0] == b[0] && a[1] == b[1]);
    let bbox = Bbox::around(places.iter().copied());
    let (n, area) = (places.len(), bbox.area_m2());
    if n < 3 || area <= 0.0 {
        return Err(Error::TooFewPlaces { places: n, least: 3 });
    }
    let factor = kernel.canonical() / Kernel::Epanechnikov.canonical();
    let first = (narrowest.0 / factor).max(NARROWEST_M);
    let widest = (0.25 * (bbox.max_x - bbox.min_x).max(bbox.max_y - bbox.min_y)).max(first);
    let steps = ((widest / first).ln() / STEP.ln()).floor() as usize + 1;
    let ladder: Vec<f64> = (0..steps).map(|step| first * STEP.powi(step as i32)).collect();
    let judged = n.min(JUDGED);
    // One list of logs per place, summed in order: threads change nothing.
    let logs: Vec<Vec<f64>> =
        (0..judged).into_par_iter().map(|at| left_out(&places, at * n / judged, &ladder, area)).collect();
    let score = |step: usize| logs.iter().map(|logs| logs[step]).sum::<f64>() / judged as f64;
    let (best, score) = (0..steps)
        .map(|step| (step, score(step)))
        .fold((0, f64::NEG_INFINITY), |best, next| if next.1 > best.1 { next } else { best });
    let at_end = best == 0 || best + 1 == steps;
    Ok(CrossValidated { bandwidth: Metres(ladder[best] * factor), places: n, score, at_end })
}

/// ln of the density of the others at this place, for each bandwidth of the ladder.
pub(super) fn left_out(places: &[[f64; 2]], at: usize, ladder: &[f64], area: f64) -> Vec<f64> {
    let [x, y] = places[at];
    let widest = ladder[ladder.len() - 1];
    let squares: Vec<f64> = ladder.iter().map(|h| h * h).collect();
    let (from, to) =
        (places.partition_point(|place| place[0] < x - widest), places.partition_point(|place| place[0] <= x + widest));
    // How many others first come into reach at each step, and the sum of their squared distances.
    let mut nearer = vec![(0_u32, 0.0_f64); ladder.len()];
    let (to_first, per_step) = (squares[0].ln(), 0.5 / STEP.ln());
    for (index, place) in places[from..to].iter().enumerate() {
        let (dx, dy) = (place[0] - x, place[1] - y);
        let square = dx * dx + dy * dy;
        if square < widest * widest && index + from != at {
            let mut step = if square <= squares[0] { 0 } else { ((square.ln() - to_first) * per_step) as usize };
            while step < squares.len() - 1 && squares[step] <= square {
                step += 1;
            }
            nearer[step].0 += 1;
            nearer[step].1 += square;
        }
    }
    let n = places.len() as f64;
    let (mut count, mut sum) = (0.0, 0.0);
    let density = |(&square, near): (&f64, &(u32, f64))| {
        count += f64::from(near.0);
        sum += near.1;
        let kernels = 2.0 / (std::f64::consts::PI * square) * (count - sum / square).max(0.0);
        ((1.0 - 1.0 / n) * kernels / (n - 1.0) + 1.0 / (n * area)).ln()
    };
    squares.iter().zip(&nearer).map(density).collect()
}

/// The rule of thumb of Scott and of Silverman, which are the same in the plane: `s · n^(-1/6)` for the Gaussian kernel, s²
/// the mean of the variances along x and y; other kernels get the bandwidth that smooths as much. For comparison: it holds
/// for one bell of events, and smooths a town with many centres far too much.
///
/// `points`: `[n]` metres. `None` below 2 points, and where all are the same.
///
/// Source: Scott (1992), Multivariate Density Estimation, ch. 6; Silverman (1986), Density Estimation, ch. 4.
#[must_use]
pub fn rule_of_thumb(points: &[[f64; 2]], kernel: Kernel) -> Option<Metres> {
    let n = points.len() as f64;
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let first = *sorted.first()?;
    let variance = |axis: usize| {
        let mean = sorted.iter().map(|point| point[axis] - first[axis]).sum::<f64>() / n;
        sorted.iter().map(|point| (point[axis] - first[axis] - mean).powi(2)).sum::<f64>() / (n - 1.0)
    };
    let spread = f64::midpoint(variance(0), variance(1)).sqrt();
    let factor = kernel.canonical() / Kernel::Gaussian.canonical();
    (spread > 0.0 && spread.is_finite()).then(|| Metres(spread * n.powf(-1.0 / 6.0) * factor))
}

/// How much narrower or wider than the bandwidth a kernel is at most, where bandwidths follow the events.
pub(super) const WIDEST: f64 = 5.0;

/// Bandwidths that follow the events: `h · √(g / f(i))`, g the geometric mean of the pilot densities f at the events; at
/// least `narrowest` and at most five times h. `pilot`: `[n]` above 0.
///
/// Source: Abramson (1982), Annals of Statistics 10, 1217-1223.
pub(super) fn abramson(pilot: &[f64], weights: &[f64], bandwidth: f64, narrowest: f64) -> Vec<f64> {
    let mut logs: Vec<(f64, f64)> = pilot.iter().zip(weights).map(|(f, weight)| (f.ln(), *weight)).collect();
    logs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = logs.iter().map(|(_, weight)| weight).sum();
    let mean = logs.iter().map(|(log, weight)| log * weight).sum::<f64>() / total;
    let width = |f: &f64| (bandwidth * (0.5 * (mean - f.ln())).exp()).min(WIDEST * bandwidth).max(narrowest);
    pilot.iter().map(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Stream;

    fn bell(n: usize, spread: f64) -> Vec<[f64; 2]> {
        let mut stream = Stream::new(11, 0);
        (0..n).map(|_| [580_000.0 + spread * stream.normal(), 6_602_000.0 + spread * stream.normal()]).collect()
    }

    fn validated(points: &[[f64; 2]]) -> CrossValidated {
        cross_validated(points, Metres(10.0), Kernel::Gaussian).expect("places enough")
    }

    #[test]
    fn a_bell_gets_about_the_bandwidth_that_is_best_for_it() {
        let points = bell(2_000, 1_000.0);
        let thumb = rule_of_thumb(&points, Kernel::Gaussian).expect("spread").0;
        assert!((270.0..295.0).contains(&thumb), "{thumb}: 1000 · 2000^(-1/6) = 281.7");
        let found = validated(&points);
        assert!((0.6..1.6).contains(&(found.bandwidth.0 / thumb)) && !found.at_end, "{found:?}");
    }

    #[test]
    fn thousands_of_events_at_one_address_change_nothing() {
        let points = bell(500, 1_000.0);
        let mut copied = points.clone();
        copied.extend(vec![points[3]; 5_000]);
        copied.reverse();
        assert_eq!(validated(&copied), validated(&points));
    }

    #[test]
    fn too_few_places_are_refused() {
        let same = vec![[580_000.0, 6_602_000.0]; 50];
        let refused = |points: &[[f64; 2]]| cross_validated(points, Metres(10.0), Kernel::Quartic).err();
        assert_eq!(refused(&same), Some(Error::TooFewPlaces { places: 1, least: 3 }));
        assert_eq!(refused(&[]), Some(Error::TooFewPlaces { places: 0, least: 3 }));
        assert_eq!((rule_of_thumb(&same, Kernel::Gaussian), rule_of_thumb(&[], Kernel::Gaussian)), (None, None));
    }

    #[test]
    fn the_ladder_holds_what_a_direct_sum_of_the_definition_gives() {
        let places = bell(40, 300.0);
        let mut sorted = places.clone();
        sorted.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        let (ladder, area) = ([100.0, 110.0, 121.0], 4e6);
        for at in 0..40 {
            for (h, log) in ladder.iter().zip(left_out(&sorted, at, &ladder, area)) {
                let kernel = |j: usize| {
                    let square = (sorted[j][0] - sorted[at][0]).powi(2) + (sorted[j][1] - sorted[at][1]).powi(2);
                    2.0 / (std::f64::consts::PI * h * h) * (1.0 - square / (h * h)).max(0.0)
                };
                let sum: f64 = (0..40).filter(|&j| j != at).map(kernel).sum();
                assert!((log - (sum / 40.0 + 1.0 / (40.0 * area)).ln()).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn dense_places_get_narrow_kernels() {
        let widths = abramson(&[4.0, 1.0, 1.0, 0.25], &[1.0; 4], 200.0, 10.0);
        assert!(widths.iter().zip([100.0, 200.0, 200.0, 400.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{widths:?}");
        assert_eq!(abramson(&[1e6, 1e-6], &[1.0; 2], 200.0, 50.0), [50.0, 1000.0]);
    }
}
