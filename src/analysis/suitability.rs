//! Do the parameters fit the data? Looked at before any method in the plane runs; each finding names a number that works.
//!
//! A finding is a warning to the user. Whoever runs the method may refuse instead: a finding has sentence, remedy and kind in
//! the catalogue as an error has.
//!
//! Source of the limits: ours, each said where it stands, but for the length at which eps grows together: it is measured on
//! the data by the method itself. For points strewn evenly it lies near √(4.512 / (π density)) where `min_points` is 2
//! (discs that overlap percolate at filling factor 1.12809: Mertens & Moore (2012), Physical Review E 86, 061109), and
//! above it for more.

use serde::Serialize;

use super::dbscan::{EPS_M, dbscan};
use super::{Error, check_points};
use crate::catalogued_errors;
use crate::domain::{Bbox, Metres};
use crate::texts::number;

/// A town in degrees spans less than this, and one in metres more. Ours: Sweden spans 14 degrees.
const DEGREES: f64 = 20.0;

/// A share of the events in one cluster that is no concentration any more: most of all. Ours.
const MOST: f64 = 0.5;

/// How many eps a cluster must span to have grown together through chains: one junction may hold most events with right.
/// Ours.
const CHAIN: f64 = 10.0;

/// How many eps a cluster must span to have grown together where it reaches over [`HALF`] of the town. Ours.
const SHORT_CHAIN: f64 = 4.0;

/// Share of the town's extent. Ours.
const HALF: f64 = 0.5;

/// A circle that works has a diameter of a tenth of the town's. Ours.
const OF_TOWN: f64 = 20.0;

/// Fewest different positions of which it can be said that they are rounded. Ours.
const POSITIONS: usize = 20;

/// The steps to which positions are rounded in practice, in metres, coarsest first.
const ROUNDED_M: [u32; 9] = [1_000, 500, 250, 200, 125, 100, 50, 20, 10];

/// Positions that are looked at: of more, so many are taken by what they are, not by where they stand. Ours.
const SAMPLE: usize = 10_000;

/// Share of positions that must fit a step for it to be theirs. Ours.
const FIT: f64 = 0.9;

/// What a method was asked to do; what is `None` is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Asked {
    /// Bandwidth of a kernel.
    pub bandwidth: Option<Metres>,
    /// Side of the cells.
    pub cell: Option<Metres>,
    /// Radius of a fixed window that is moved over the town.
    pub search: Option<Metres>,
    /// Distance within which events are near, and least events within it.
    pub eps: Option<(Metres, usize)>,
    /// Length that the method's answer hangs on: eps, the bandwidth or a cell.
    pub scale: Option<Metres>,
}

/// Why parameters do not fit the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Unsuitable {
    /// Coordinates are degrees, and lengths are metres.
    CoordinatesInDegrees,
    /// The bandwidth is smaller than a cell, so that the kernel falls between the middles of cells.
    BandwidthTooNarrow {
        /// As asked for, metres.
        bandwidth: String,
        /// Side of a cell, metres.
        cell: String,
        /// Least bandwidth, metres.
        works: u64,
    },
    /// The window holds the town whole.
    SearchWiderThanTown {
        /// As asked for, metres.
        radius: String,
        /// From corner to corner of the events' box, metres.
        extent: u64,
        /// A radius in place, metres.
        works: u64,
    },
    /// Most events would be in one cluster.
    EpsGrowsTogether {
        /// As asked for, metres.
        eps: String,
        /// Events in the largest cluster, per cent.
        percent: u64,
        /// Greatest whole eps with less than half of the events in one cluster, metres.
        works: u64,
    },
    /// Positions are rounded to a step that is coarse beside the method's length.
    PositionsRounded {
        /// The step, metres.
        step: u32,
        /// The method's length, metres.
        length: String,
        /// Least length, metres.
        works: u64,
    },
}
catalogued_errors!(Unsuitable);

/// Looks at points and parameters.
///
/// - `points`: `[n]` x (east) and y (north), which should be metres
/// - returns what does not fit, in this order:
///   - coordinates within ± 180 and ± 90 that span less than 20 of their unit. Nothing else is then looked at
///   - a bandwidth below the side of a cell; the cell's side works
///   - a circle whose diameter is the diagonal of the events' box or more; a tenth of that works
///   - an eps at which more than half of the events are in one cluster that spans more than ten eps, or more than four and
///     half of the town. The greatest whole
///     number of metres at which that is not so works, found by halving, 1 m at least
///   - positions of which 90 % lie on a square lattice whose step is more than half of the method's length. Twice the step
///     works. Needs 20 different positions; lattices of 10 to 1,000 m with any origin are looked for
///
/// No points and a single position give findings of bandwidth and cell only. Cost O(n log n), and with eps about that of
/// one to fifteen runs of [`dbscan`]. The order of points changes nothing; no seed.
///
/// # Errors
/// Those of [`dbscan`] for eps and points.
pub fn suitability(points: &[[f64; 2]], asked: &Asked) -> Result<Vec<Unsuitable>, Error> {
    check_points(points)?;
    let bbox = Bbox::around(points.iter().copied());
    if in_degrees(&bbox) {
        return Ok(vec![Unsuitable::CoordinatesInDegrees]);
    }
    let mut found = Vec::new();
    if let (Some(bandwidth), Some(cell)) = (asked.bandwidth, asked.cell)
        && bandwidth.0 < cell.0
    {
        let works = cell.0.ceil() as u64;
        found.push(Unsuitable::BandwidthTooNarrow { bandwidth: number(&bandwidth.0), cell: number(&cell.0), works });
    }
    let extent = diagonal(&bbox);
    if let Some(radius) = asked.search.filter(|radius| extent > 0.0 && 2.0 * radius.0 >= extent) {
        let works = (extent / OF_TOWN).floor().max(1.0) as u64;
        found.push(Unsuitable::SearchWiderThanTown { radius: number(&radius.0), extent: extent.ceil() as u64, works });
    }
    if let Some((eps, min_points)) = asked.eps {
        found.extend(grown_together(points, eps, min_points)?);
    }
    if let (Some(length), Some(step)) = (asked.scale, rounded_to(points))
        && length.0 < 2.0 * f64::from(step)
    {
        let works = 2 * u64::from(step);
        found.push(Unsuitable::PositionsRounded { step, length: number(&length.0), works });
    }
    Ok(found)
}

fn in_degrees(bbox: &Bbox) -> bool {
    let within = |low: f64, high: f64, limit: f64| low >= -limit && high <= limit && high - low < DEGREES;
    !bbox.is_empty() && within(bbox.min_x, bbox.max_x, 180.0) && within(bbox.min_y, bbox.max_y, 90.0)
}

fn diagonal(bbox: &Bbox) -> f64 {
    if bbox.is_empty() { 0.0 } else { (bbox.max_x - bbox.min_x).hypot(bbox.max_y - bbox.min_y) }
}

fn grown_together(points: &[[f64; 2]], eps: Metres, min_points: usize) -> Result<Option<Unsuitable>, Error> {
    let Some(share) = grown(points, eps, min_points)? else {
        return Ok(None);
    };
    let (mut works, mut fails) = (0_u64, eps.0.ceil() as u64);
    while fails - works > 1 {
        let middle = u64::midpoint(works, fails);
        // Far below eps the points may lie too far apart for the index: nothing has grown together there.
        match grown(points, Metres(middle as f64), min_points) {
            Ok(Some(_)) => fails = middle,
            Ok(None) | Err(Error::PointsTooFarApart { .. }) => works = middle,
            Err(other) => return Err(other),
        }
    }
    let percent = (share * 100.0).round() as u64;
    Ok(Some(Unsuitable::EpsGrowsTogether { eps: number(&eps.0), percent, works: works.max(1) }))
}

/// The share of the points in the largest cluster, where that is most and has grown together through chains.
fn grown(points: &[[f64; 2]], eps: Metres, min_points: usize) -> Result<Option<f64>, Error> {
    let clustering = dbscan(points, eps, min_points)?;
    // Clusters are numbered by size.
    let largest = || points.iter().zip(&clustering.cluster).filter(|(_, cluster)| **cluster == Some(1));
    let share = largest().count() as f64 / points.len().max(1) as f64;
    let extent = diagonal(&Bbox::around(largest().map(|(point, _)| *point)));
    debug_assert!(EPS_M.contains(&eps.0), "checked by dbscan");
    let town = diagonal(&Bbox::around(points.iter().copied()));
    let grown = extent > CHAIN * eps.0 || extent > SHORT_CHAIN * eps.0 && extent > HALF * town;
    Ok((share > MOST && grown).then_some(share))
}

/// About [`SAMPLE`] of the points, the same ones in whatever order they come.
fn sample(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let every = (points.len() / SAMPLE).max(1) as u64;
    // Multiplicative hashing by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4): high bits are well mixed.
    let mixed = |value: u64| value.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    let hash = |point: &[f64; 2]| mixed(mixed(point[0].to_bits()) ^ point[1].to_bits()) >> 16;
    points.iter().copied().filter(|point| every == 1 || hash(point) % every == 0).collect()
}

/// The coarsest step of a lattice that most positions lie on; `None` where there is none, or too few positions.
fn rounded_to(points: &[[f64; 2]]) -> Option<u32> {
    let mut different = sample(points);
    different.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    different.dedup();
    if different.len() < POSITIONS {
        return None;
    }
    let on_lattice = |step: f64, axis: usize| {
        // Millimetres into a step, so that what was written with few decimals falls together.
        let period = step * 1_000.0;
        let mut rests: Vec<i64> =
            different.iter().map(|point| ((point[axis].rem_euclid(step) * 1_000.0).round() % period) as i64).collect();
        rests.sort_unstable();
        rests.chunk_by(|a, b| a == b).map(<[i64]>::len).max().unwrap_or(0)
    };
    let most = FIT * different.len() as f64;
    let fits = |step: &u32| [0, 1].into_iter().all(|axis| on_lattice(f64::from(*step), axis) as f64 >= most);
    // A column of positions has one x: a lattice must have places beside each other both ways.
    let wide = |axis: usize| different.iter().any(|point| (point[axis] - different[0][axis]).abs() > 1e-3);
    if !(wide(0) && wide(1)) {
        return None;
    }
    ROUNDED_M.into_iter().find(fits)
}

#[cfg(test)]
#[allow(clippy::unreadable_literal, reason = "numbers of other programs, as they print them")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::random::Stream;
    use crate::texts::{ErrorKind, problem};

    /// `n` points strewn over a square.
    fn strewn(n: usize, side: f64) -> Vec<[f64; 2]> {
        let mut stream = Stream::new(5, 0);
        (0..n).map(|_| [580_000.0 + stream.between(0.0, side), 6_300_000.0 + stream.between(0.0, side)]).collect()
    }

    fn found(points: &[[f64; 2]], asked: Asked) -> Vec<Unsuitable> {
        suitability(points, &asked).expect("valid")
    }

    #[test]
    fn degrees_are_known_and_a_town_in_metres_is_not_taken_for_them() {
        let kalmar = [[16.36, 56.66], [16.31, 56.68]];
        assert_eq!(found(&kalmar, Asked::default()), [Unsuitable::CoordinatesInDegrees]);
        assert!(found(&[[0.0, 0.0], [80.0, 80.0]], Asked::default()).is_empty());
        assert!(found(&strewn(50, 9_000.0), Asked::default()).is_empty());
        assert!(found(&[], Asked { scale: Some(Metres(1.0)), ..Asked::default() }).is_empty());
    }

    #[test]
    fn a_bandwidth_is_at_least_a_cell_and_a_window_smaller_than_the_town() {
        let asked = |bandwidth, cell, search| Asked {
            bandwidth: Some(Metres(bandwidth)),
            cell: Some(Metres(cell)),
            search: Some(Metres(search)),
            ..Asked::default()
        };
        let town = [[580_000.0, 6_300_000.0], [583_000.0, 6_304_000.0]];
        assert!(found(&town, asked(100.0, 100.0, 2_499.0)).is_empty());
        let (bandwidth, cell, radius) = ("12,5".to_owned(), "20".to_owned(), "2500".to_owned());
        let wanted = [
            Unsuitable::BandwidthTooNarrow { bandwidth, cell, works: 20 },
            Unsuitable::SearchWiderThanTown { radius, extent: 5_000, works: 250 },
        ];
        assert_eq!(found(&town, asked(12.5, 20.0, 2_500.0)), wanted);
    }

    #[test]
    fn an_eps_that_grows_together_is_named_with_one_that_does_not() {
        let points = strewn(2_000, 4_000.0);
        let asked = |eps, min_points| Asked { eps: Some((Metres(eps), min_points)), ..Asked::default() };
        // 125 a square kilometre: discs percolate at sqrt(4.512 / (pi x 0.000125)) = 107 m.
        assert!(found(&points, asked(90.0, 2)).is_empty());
        let [Unsuitable::EpsGrowsTogether { percent, works, .. }] = &found(&points, asked(150.0, 2))[..] else {
            panic!("one finding");
        };
        assert!(*percent > 90 && (95..120).contains(works), "{percent} {works}");
        assert!(found(&points, asked(*works as f64, 2)).is_empty());
        // With more points asked for, the length is greater.
        assert!(found(&points, asked(130.0, 8)).is_empty());
        // One junction that holds everything has not grown together.
        assert!(found(&vec![[580_000.0, 6_300_000.0]; 40], asked(50.0, 5)).is_empty());
        assert!(matches!(suitability(&points, &asked(0.0, 2)), Err(Error::OutOfRange { .. })));
    }

    #[test]
    fn rounded_positions_are_known_by_their_step_whatever_its_origin() {
        let asked = |length| Asked { scale: Some(Metres(length)), ..Asked::default() };
        let rounded = |step: f64, origin: f64| -> Vec<[f64; 2]> {
            let round = |value: f64| (value / step).floor() * step + origin;
            strewn(300, 9_000.0).into_iter().map(|[x, y]| [round(x), round(y)]).collect()
        };
        for (step, origin) in [(100.0, 50.0), (250.0, 0.0), (100.0, 33.333)] {
            let length = "50".to_owned();
            let wanted = Unsuitable::PositionsRounded { step: step as u32, length, works: 2 * step as u64 };
            assert_eq!(found(&rounded(step, origin), asked(50.0)), [wanted]);
        }
        assert!(found(&rounded(100.0, 50.0), asked(200.0)).is_empty());
        assert!(found(&strewn(300, 9_000.0), asked(1.0)).is_empty());
        assert!(found(&rounded(100.0, 0.0)[..5], asked(1.0)).is_empty());
        // Along a line nothing is said.
        let line: Vec<[f64; 2]> = (0..50).map(|at| [580_000.0, 6_300_000.0 + f64::from(at) * 100.0]).collect();
        assert!(found(&line, asked(1.0)).is_empty());
    }

    #[test]
    fn every_finding_has_its_sentence_and_remedy() {
        let text = || "5".to_owned();
        for finding in [
            Unsuitable::CoordinatesInDegrees,
            Unsuitable::BandwidthTooNarrow { bandwidth: text(), cell: text(), works: 3 },
            Unsuitable::SearchWiderThanTown { radius: text(), extent: 4, works: 3 },
            Unsuitable::EpsGrowsTogether { eps: text(), percent: 80, works: 3 },
            Unsuitable::PositionsRounded { step: 100, length: text(), works: 3 },
        ] {
            let problem = problem(&finding);
            assert_eq!(problem.kind, ErrorKind::BadInput, "{finding:?}");
            let remedy = problem.remedy.expect("a remedy");
            assert!(!problem.message.contains('{') && !remedy.contains('{'), "{} {remedy}", problem.message);
            assert!(finding == Unsuitable::CoordinatesInDegrees || remedy.contains(['3']), "{remedy}");
        }
    }

    proptest! {
        #[test]
        fn nothing_breaks_and_neither_order_nor_place_matter(
            points in prop::collection::vec((0_i32..4_000, 0_i32..4_000), 0..120), eps in 1.0..900.0,
            length in 1.0..900.0, east in 0_i32..9,
        ) {
            let at = |shift: i32| -> Vec<[f64; 2]> {
                points.iter().map(|&(x, y)| [f64::from(x + 600_000 + shift * 1_000), f64::from(y + 6_000_000)]).collect()
            };
            let asked = Asked {
                bandwidth: Some(Metres(length)), cell: Some(Metres(100.0)), search: Some(Metres(eps)),
                eps: Some((Metres(eps), 3)), scale: Some(Metres(length)),
            };
            let wanted = found(&at(0), asked);
            let mut back = at(0);
            back.reverse();
            prop_assert_eq!(&found(&back, asked), &wanted);
            prop_assert_eq!(&found(&at(east), asked), &wanted);
        }
    }
}
