//! Near repeats: do events come closer to each other in both space and time than they would by chance?
//!
//! Knox's test counts pairs of events that are near in space and near in time, and holds the number against what it is when the
//! dates are dealt out to the places at random: so neither crowded places nor busy weeks count as near repeats.
//!
//! Source: Knox (1964), Applied Statistics 13, 25-30; the full table of bands with "same place" apart: Johnson et al. (2007),
//! Journal of Quantitative Criminology 23, 201-219. Oracle: pointpats' `Knox`, see `tests/oracles/knox_pointpats.py`
//! and, for the whole table and what is expected, `tests/oracles/near_repeat.json`.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use super::dbscan::squared;
use super::multiple::benjamini_hochberg;
use super::{Error, check_points};
use crate::domain::random::Stream;

/// Places nearer to each other than this are the same place, metres: coordinates of one address differ by less.
pub const SAME_PLACE_M: f64 = 1.0;

/// More pairs than this do not fit in every machine's memory: 8 bytes each.
const MOST_PAIRS: usize = 50_000_000;

/// Widest band of time: a hundred years.
const MOST_DAYS: i32 = 36_600;

/// What near is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bands {
    /// Width of a band of distance, metres, above [`SAME_PLACE_M`].
    pub metres: f64,
    /// Number of them, beside "same place", at least 1.
    pub distances: usize,
    /// Width of a band of time, days, 1 to 36,600.
    pub days: i32,
    /// Number of them, 1 to 100.
    pub times: usize,
}

/// A cell of the table: a band of distance and a band of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pairs {
    /// Band of distance: 0 is the same place, k those farther than (k - 1) widths (or [`SAME_PLACE_M`]) and at most k.
    pub distance: usize,
    /// Band of time: 0 is at most one width of days apart, k more than k widths and at most k + 1.
    pub time: usize,
    /// Pairs.
    pub observed: u64,
    /// Mean of the pairs under the null.
    pub expected: f64,
    /// Knox ratio: observed over the mean; `None` where the mean is 0.
    pub ratio: Option<f64>,
    /// Observed over the median; `None` where the median is 0.
    pub ratio_median: Option<f64>,
    /// (1 + replicates with as many pairs) / (1 + replicates).
    pub p: f64,
    /// Benjamini-Hochberg's q over the cells of the table.
    pub q: f64,
}

/// What [`near_repeat`] found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearRepeat {
    /// By distance, then time.
    pub table: Vec<Pairs>,
    /// For each event whether one came before it within the first bands (the same place counts), at most a band of days
    /// earlier and not on the same day.
    pub follows: Vec<bool>,
    /// For each event whether one came after it so.
    pub is_followed: Vec<bool>,
    /// Replicates.
    pub replicates: usize,
}

/// Counts pairs of events by distance and days between, and tests each band.
///
/// - `points`: `[n]` metres; `days`: `[n]` the day of each, any origin
/// - null: the days are dealt out anew to the places, all orders alike; replicate r draws from stream r of `seed`
///
/// Boundaries belong to the nearer band: a pair exactly one width apart is in the first. Fewer than two events, or all on one
/// day, give p 1 and what there is. Events whose time is known worse than to the day have no place here: whoever calls leaves
/// them out and tells so. Assumes that the mix of places is the same all the time: where a district grows, pairs of the same
/// time lie nearer together without any repeat. Order and threads change nothing.
///
/// Pairs are listed once, in strips of the map: O(n log n + n x events within reach); then O(replicates x pairs).
///
/// # Errors
/// `OutOfRange` for the bands; `LengthsDiffer`; `PointNotFinite`; `TooManyPairs`.
pub fn near_repeat(
    points: &[[f64; 2]],
    days: &[i32],
    bands: &Bands,
    replicates: usize,
    seed: u64,
) -> Result<NearRepeat, Error> {
    check(points, days, bands)?;
    // By place and day, so that the rows' order decides no draw.
    let mut order: Vec<u32> = (0..points.len() as u32).collect();
    order.sort_by(|&a, &b| {
        let (p, q) = (points[a as usize], points[b as usize]);
        p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])).then(days[a as usize].cmp(&days[b as usize]))
    });
    let places: Vec<[f64; 2]> = order.iter().map(|&at| points[at as usize]).collect();
    let own: Vec<i32> = order.iter().map(|&at| days[at as usize]).collect();
    let pairs = pairs(&places, bands)?;
    let cells = (bands.distances + 1) * bands.times;
    let time_bands = time_bands(bands);
    let longest = time_bands.len() as u32 - 1;
    let count = |days: &[i32]| {
        let mut counts = vec![0_u32; cells];
        for (of_band, counts) in pairs.iter().zip(counts.chunks_mut(bands.times)) {
            let mut of_time = vec![0_u32; bands.times + 1];
            for &[a, b] in of_band {
                let between = days[a as usize].abs_diff(days[b as usize]).min(longest);
                of_time[usize::from(time_bands[between as usize])] += 1;
            }
            counts.copy_from_slice(&of_time[..bands.times]);
        }
        counts
    };
    let observed = count(&own);
    let drawn: Vec<Vec<u32>> = (0..replicates as u64)
        .into_par_iter()
        .map(|number| {
            let (mut stream, mut dealt) = (Stream::new(seed, number), own.clone());
            stream.shuffle(&mut dealt);
            count(&dealt)
        })
        .collect();
    let mut table: Vec<Pairs> = (0..cells).map(|cell| judged(cell, &observed, &drawn, bands)).collect();
    let p: Vec<f64> = table.iter().map(|cell| cell.p).collect();
    for (cell, q) in table.iter_mut().zip(benjamini_hochberg(&p)) {
        cell.q = q;
    }
    let (mut follows, mut is_followed) = (vec![false; points.len()], vec![false; points.len()]);
    for &[a, b] in pairs.iter().take(2).flatten() {
        let between = i64::from(own[b as usize]) - i64::from(own[a as usize]);
        if between == 0 || between.abs() > i64::from(bands.days) {
            continue;
        }
        let (first, second) = if between > 0 { (a, b) } else { (b, a) };
        is_followed[order[first as usize] as usize] = true;
        follows[order[second as usize] as usize] = true;
    }
    Ok(NearRepeat { table, follows, is_followed, replicates })
}

fn check(points: &[[f64; 2]], days: &[i32], bands: &Bands) -> Result<(), Error> {
    let refuse = |parameter: &str, value: String, range: &str| {
        Err(Error::OutOfRange { parameter: parameter.to_owned(), value, range: range.to_owned() })
    };
    if !(bands.metres > SAME_PLACE_M && bands.metres.is_finite()) {
        return refuse("band", bands.metres.to_string(), "1–100000 m");
    }
    if bands.distances == 0 || bands.distances > 100 {
        return refuse("bands", bands.distances.to_string(), "1–100");
    }
    if !(1..=MOST_DAYS).contains(&bands.days) {
        return refuse("days", bands.days.to_string(), "1–36600");
    }
    if bands.times == 0 || bands.times > 100 {
        return refuse("time-bands", bands.times.to_string(), "1–100");
    }
    if points.len() != days.len() {
        return Err(Error::LengthsDiffer { wanted: points.len(), found: days.len() });
    }
    check_points(points)
}

/// `[days * times + 2]` the band of each number of days between; the last is for all that are longer.
fn time_bands(bands: &Bands) -> Vec<u8> {
    let width = bands.days.unsigned_abs() as usize;
    (0..=width * bands.times + 1).map(|between| (between.saturating_sub(1) / width).min(bands.times) as u8).collect()
}

/// What strips and windows are widened by, so that rounding cannot lose a pair; the squared distance decides.
const WIDER: f64 = 1.0 + 1e-9;

/// Events that one task looks from.
const EVENTS_A_TASK: usize = 512;

/// Pairs within reach, as positions, by band of distance. `places` are in order of x.
///
/// They are looked for in strips as high as the reach: only an event's own strip and the next one can hold the other.
fn pairs(places: &[[f64; 2]], bands: &Bands) -> Result<Vec<Vec<[u32; 2]>>, Error> {
    let edges: Vec<f64> =
        std::iter::once(SAME_PLACE_M).chain((1..=bands.distances).map(|band| band as f64 * bands.metres)).collect();
    let squares: Vec<f64> = edges.iter().map(|edge| edge * edge).collect();
    let reach = edges[bands.distances] * WIDER;
    let lowest = places.iter().map(|place| place[1]).fold(f64::INFINITY, f64::min);
    let mut strips: Vec<(i64, u32)> =
        places.iter().map(|place| ((place[1] - lowest) / reach) as i64).zip(0..).collect();
    strips.sort_unstable();
    let seen = AtomicUsize::new(0);
    let starts: Vec<usize> = (0..strips.len()).step_by(EVENTS_A_TASK).collect();
    let look = |start: usize| {
        let mut found: Vec<Vec<[u32; 2]>> = vec![Vec::new(); edges.len()];
        for from in start..strips.len().min(start + EVENTS_A_TASK) {
            if seen.load(Ordering::Relaxed) > MOST_PAIRS {
                break;
            }
            let (strip, a) = strips[from];
            let [x, y] = places[a as usize];
            let (mut pairs, x_of) = (0, |at: &(i64, u32)| places[at.1 as usize][0]);
            let mut offer = |&(_, b): &(i64, u32)| {
                let distance = squared([x, y], places[b as usize]);
                if let Some(band) = squares.iter().position(|edge| distance <= *edge) {
                    found[band].push([a, b]);
                    pairs += 1;
                }
            };
            let own = strips[from + 1..].iter().take_while(|other| other.0 == strip && x_of(other) <= x + reach);
            own.for_each(&mut offer);
            let above = strip.saturating_add(1);
            let next = from
                + strips[from..]
                    .partition_point(|other| other.0 < above || (other.0 == above && x_of(other) < x - reach));
            if above > strip {
                let next = strips[next..].iter().take_while(|other| other.0 == above && x_of(other) <= x + reach);
                next.for_each(&mut offer);
            }
            seen.fetch_add(pairs, Ordering::Relaxed);
        }
        found
    };
    let parts: Vec<Vec<Vec<[u32; 2]>>> = starts.into_par_iter().map(look).collect();
    if seen.into_inner() > MOST_PAIRS {
        return Err(Error::TooManyPairs { events: places.len() });
    }
    let of_band = |band: usize| parts.iter().flat_map(|part| &part[band]).copied().collect();
    Ok((0..edges.len()).map(of_band).collect())
}

fn judged(cell: usize, observed: &[u32], drawn: &[Vec<u32>], bands: &Bands) -> Pairs {
    let own = observed[cell];
    let mut values: Vec<u32> = drawn.iter().map(|counts| counts[cell]).collect();
    values.sort_unstable();
    let runs = values.len();
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / runs.max(1) as f64;
    let median = match runs {
        0 => 0.0,
        _ if runs % 2 == 1 => f64::from(values[runs / 2]),
        _ => f64::from(values[runs / 2 - 1]).midpoint(f64::from(values[runs / 2])),
    };
    let as_many = runs - values.partition_point(|value| *value < own);
    let ratio = |by: f64| (by > 0.0).then(|| f64::from(own) / by);
    Pairs {
        distance: cell / bands.times,
        time: cell % bands.times,
        observed: u64::from(own),
        expected: mean,
        ratio: ratio(mean),
        ratio_median: ratio(median),
        p: (1 + as_many) as f64 / (1 + runs) as f64,
        q: 1.0,
    }
}

#[cfg(test)]
#[path = "near_repeat_moves.rs"]
mod moves;

#[cfg(test)]
#[path = "near_repeat_oracle.rs"]
mod oracle;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BANDS: Bands = Bands { metres: 100.0, distances: 2, days: 7, times: 2 };

    #[test]
    fn pairs_by_hand_and_boundaries_belong_to_the_nearer_band() {
        let points = [[0.0, 0.0], [0.0, 0.0], [100.0, 0.0], [0.0, 200.0], [900.0, 0.0]];
        let found = near_repeat(&points, &[0, 7, 8, 14, 0], &BANDS, 0, 1).expect("valid");
        let of = |distance: usize, time: usize| found.table[distance * 2 + time].observed;
        // The same place, 7 days. 100 m: 8 days and 1. 200 m: 14 days and 7; the third is at 223 m.
        assert_eq!([of(0, 0), of(0, 1), of(1, 0), of(1, 1), of(2, 0), of(2, 1)], [1, 0, 1, 1, 1, 1]);
        assert_eq!(found.follows, [false, true, true, false, false]);
        assert_eq!(found.is_followed, [true, true, false, false, false]);
        assert!(found.table.iter().all(|cell| cell.p == 1.0 && cell.ratio.is_none()));
    }

    #[test]
    fn planted_repeats_are_found_and_their_absence_is_not() {
        let mut stream = Stream::new(5, 0);
        let (mut points, mut days) = (Vec::new(), Vec::new());
        for _ in 0..300 {
            points.push([stream.between(0.0, 5000.0), stream.between(0.0, 5000.0)]);
            days.push(stream.below(365) as i32);
        }
        let calm = near_repeat(&points, &days, &BANDS, 199, 1).expect("valid");
        assert!(calm.table.iter().all(|cell| cell.q > 0.05), "{:?}", calm.table);
        for at in 0..60 {
            points.push([points[at][0] + stream.between(-40.0, 40.0), points[at][1] + stream.between(-40.0, 40.0)]);
            days.push(days[at] + 1 + stream.below(5) as i32);
        }
        let found = near_repeat(&points, &days, &BANDS, 199, 1).expect("valid");
        let near = &found.table[2];
        assert!(near.p <= 0.01 && near.q <= 0.05 && near.ratio.is_some_and(|ratio| ratio > 3.0), "{near:?}");
        assert!(found.follows.iter().skip(300).all(|follows| *follows));
    }

    /// pointpats 2.5.5, `Knox(...).statistic_` of the same events: pairs within both thresholds.
    #[test]
    fn pairs_are_those_of_pointpats() {
        let mut points = Vec::new();
        let mut days = Vec::new();
        for at in 0..400_i64 {
            points.push([(at * 7919 % 3001) as f64, (at * 104_729 % 2999) as f64]);
            days.push((at * 31 % 365) as i32);
        }
        let of = |metres: f64, width: i32| {
            let bands = Bands { metres, distances: 1, days: width, times: 1 };
            let found = near_repeat(&points, &days, &bands, 0, 1).expect("valid");
            found.table.iter().map(|cell| cell.observed).sum::<u64>()
        };
        assert_eq!([of(400.0, 60), of(500.0, 30)], ORACLE);
    }

    const ORACLE: [u64; 2] = [1284, 772];

    #[test]
    fn bad_bands_and_nothing() {
        let none = near_repeat(&[], &[], &BANDS, 19, 1).expect("valid");
        assert!(none.table.len() == 6 && none.table.iter().all(|cell| cell.observed == 0 && cell.p == 1.0));
        for bands in [
            Bands { metres: 0.5, ..BANDS },
            Bands { distances: 0, ..BANDS },
            Bands { days: 0, ..BANDS },
            Bands { days: i32::MAX, ..BANDS },
            Bands { times: 101, ..BANDS },
        ] {
            assert!(matches!(near_repeat(&[], &[], &bands, 1, 1), Err(Error::OutOfRange { .. })), "{bands:?}");
        }
        assert_eq!(near_repeat(&[[0.0; 2]], &[], &BANDS, 1, 1), Err(Error::LengthsDiffer { wanted: 1, found: 0 }));
    }

    proptest! {
        #[test]
        fn order_shift_and_threads_change_nothing_and_all_pairs_are_counted(
            given in prop::collection::vec((0_i32..40, 0_i32..40, 0_i32..30), 0..60),
        ) {
            let point = |&(x, y, _): &(i32, i32, i32), by: f64| [f64::from(x) * 10.0 + by, f64::from(y) * 10.0 - by];
            let days: Vec<i32> = given.iter().map(|row| row.2).collect();
            let points: Vec<[f64; 2]> = given.iter().map(|row| point(row, 0.0)).collect();
            let wide = Bands { metres: 600.0, distances: 1, days: 40, times: 1 };
            let all = near_repeat(&points, &days, &wide, 3, 1).expect("valid");
            let n = given.len() as u64;
            prop_assert_eq!(all.table.iter().map(|cell| cell.observed).sum::<u64>(), n * n.saturating_sub(1) / 2);
            let wanted = near_repeat(&points, &days, &BANDS, 19, 1).expect("valid");
            let moved: Vec<[f64; 2]> = given.iter().rev().map(|row| point(row, 4096.0)).collect();
            let later: Vec<i32> = days.iter().rev().map(|day| day + 1000).collect();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
            let again = pool.install(|| near_repeat(&moved, &later, &BANDS, 19, 1).expect("valid"));
            prop_assert_eq!(&again.table, &wanted.table);
            prop_assert_eq!(again.follows.into_iter().rev().collect::<Vec<_>>(), wanted.follows);
        }
    }
}
