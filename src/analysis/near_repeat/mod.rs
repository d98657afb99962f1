//! Near repeats (Knox): does an event raise the risk nearby for a while, beyond what place and season explain?
//!
//! Pairs of events are counted by how far apart they are in space and in days. The days are then shuffled over the places
//! many times, which keeps where events happen and when, and breaks only what ties the two together.
//!
//! Source: Knox (1964), Applied Statistics 13, 25-29; the full table of bands with its Monte Carlo test Johnson et al.
//! (2007), J. Quantitative Criminology 23, 201-219; Ratcliffe & Rengert (2008), Security Journal 21, 58-76 (same place apart
//! from near, ratio to the mean). Many cells: Benjamini & Hochberg (1995), see [`multiple`](super::multiple).
//! Oracle: pointpats' `Knox` (`tests/oracles/near_repeat.json`).
//! Limits: where the population at risk moves or grows during the years in one part of the map only, pairs are too many as
//! well (Kulldorff & Hjalmars 1999, Biometrics 55, 544-552). It says nothing of causes.

#[cfg(test)]
mod oracle;
mod pairs;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use rayon::prelude::*;
use serde::Serialize;

use super::multiple::benjamini_hochberg;
use super::{Error, check_length, check_points, range_text};
use crate::domain::Metres;
use crate::domain::random::Stream;
use pairs::{Pairs, by_strip};

/// The range of a distance band's width.
pub const BAND_M: RangeInclusive<f64> = 1.0..=100_000.0;
/// The range of the number of distance bands.
pub const BANDS: RangeInclusive<f64> = 1.0..=50.0;
/// The range of a time band's width in days.
pub const DAYS: RangeInclusive<f64> = 1.0..=366.0;
/// The range of the number of time bands.
pub const TIME_BANDS: RangeInclusive<f64> = 1.0..=60.0;
/// The range of the number of replicates.
pub const REPLICATES: RangeInclusive<f64> = 19.0..=99_999.0;

/// Days from which an interval is a month or more, and no time of an event, however wide the bands.
const MONTH: i64 = 28;

/// First and last day, in the source's calendar, on which an event may have happened; days counted from any one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// First day.
    pub first: i32,
    /// Last day; the same where the day is known.
    pub last: i32,
}

/// What [`near_repeat`] is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Events at most this far apart are on the same place; from 0 to `band`.
    pub same_place: Metres,
    /// Width of a distance band, within [`BAND_M`].
    pub band: Metres,
    /// Number of distance bands, within [`BANDS`].
    pub bands: usize,
    /// Width of a time band in days, within [`DAYS`].
    pub days: u32,
    /// Number of time bands, within [`TIME_BANDS`].
    pub time_bands: usize,
    /// How often the days are shuffled, within [`REPLICATES`].
    pub replicates: usize,
    /// Seed of the shuffles.
    pub seed: u64,
}

/// Pairs of one distance band and one time band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KnoxCell {
    /// 0: the same place; k: from above (k - 1) to k band widths.
    pub band: usize,
    /// From 0: k is from above k to k + 1 widths in days, the first one 0 days as well.
    pub time_band: usize,
    /// Pairs.
    pub observed: u64,
    /// Mean number of pairs over the shuffles.
    pub expected: f64,
    /// Median number of pairs over the shuffles.
    pub median: f64,
    /// Knox ratio: observed over expected; `None` where nothing is expected.
    pub ratio: Option<f64>,
    /// Observed over median; `None` where that is 0.
    pub ratio_to_median: Option<f64>,
    /// How probable so many pairs or more are: (1 + shuffles with as many) / (1 + shuffles).
    pub p: f64,
    /// The least share of false discoveries at which the cell is among those found, over all cells.
    pub q: f64,
}

/// What was found. Lists with `[n]` are in the order of the input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NearRepeat {
    /// `[(bands + 1) * time_bands]` by distance band, then time band.
    pub cells: Vec<KnoxCell>,
    /// `[n]` events at most one band width and one time band away that came on an earlier day: above 0, the event follows.
    pub earlier: Vec<u32>,
    /// `[n]` the same on a later day: above 0, the event is an originator.
    pub later: Vec<u32>,
    /// `[n]` the same on the same day: which came first is not known.
    pub same_day: Vec<u32>,
    /// `[n]` whether the event took part.
    pub used: Vec<bool>,
    /// Events whose interval is too long to say in which time band they lie; they took no part.
    pub coarse: u64,
    /// Events without a time; they took no part.
    pub undated: u64,
    /// Pairs within the last distance band, whatever their days.
    pub pairs: u64,
}

/// Counts pairs of events near in space and time, and how many there would be if place and time had nothing to do with
/// each other.
///
/// - `points`: `[n]` x (east) and y (north) in metres
/// - `days`: `[n]` when each event happened; `None` where unknown. As long as `points`; what is missing is unknown
/// - bands are (a, b]: an edge belongs to the nearer band. A distance of at most `same_place` is the same place, 0 with it;
///   the first distance band goes on from there. The first time band is from 0 days to `days`
/// - whole days count: 23.50 and 00.10 are one day apart. An interval of several days, at most `days` long, stands for its
///   middle day (rounded down); the error is less than half a time band. A longer one, or one of 28 days or more, cannot be
///   placed: the event takes no part and is counted in `coarse`
/// - returns the table, and for each event how many came within the first bands (same place or first distance band) before,
///   after and on its day; fewer than two events with a time give a table of zeros with p = q = 1. A distance band with no
///   pairs at all says nothing: p = q = 1, and it takes no part in the correction
///
/// One-sided: too few pairs is not tested. Shuffle r draws from stream r of the seed, with events in the order of place and
/// day, so rows and threads change nothing. Memory: 8 bytes a pair. Time: O(n log n + pairs x replicates).
///
/// # Errors
/// `OutOfRange`, `PointNotFinite`, `TooManyPoints`, `TooManyPairs` above 100 million, and `NoDayKnown` where there are
/// events and none can be placed in time.
pub fn near_repeat(points: &[[f64; 2]], days: &[Option<Days>], settings: &Settings) -> Result<NearRepeat, Error> {
    check(points, settings)?;
    let n = points.len();
    let zeros = || vec![0; n];
    let mut found = NearRepeat {
        earlier: zeros(),
        later: zeros(),
        same_day: zeros(),
        used: vec![false; n],
        ..NearRepeat::default()
    };
    let (mut rows, mut at, mut day) = (Vec::new(), Vec::new(), Vec::new());
    for (row, point) in points.iter().enumerate() {
        match days.get(row).copied().flatten() {
            None => found.undated += 1,
            Some(days) => match day_of(days, settings.days) {
                None => found.coarse += 1,
                Some(middle) => {
                    found.used[row] = true;
                    rows.push(row);
                    at.push(point.map(|value| value + 0.0)); // -0 becomes 0: they are the same place.
                    day.push(middle);
                }
            },
        }
    }
    if rows.is_empty() && n > 0 {
        return Err(Error::NoDayKnown { rows: n as u64, days: settings.days });
    }
    let edges: Vec<f64> = std::iter::once(settings.same_place.0)
        .chain((1..=settings.bands).map(|k| k as f64 * settings.band.0))
        .collect();
    let order = by_strip(&at, &day, edges[settings.bands]);
    let strips: Vec<i64> = order.iter().map(|(strip, _)| *strip).collect();
    let in_order = |index: &(i64, u32)| index.1 as usize;
    let at: Vec<[f64; 2]> = order.iter().map(|index| at[in_order(index)]).collect();
    let day: Vec<i32> = order.iter().map(|index| day[in_order(index)]).collect();
    let pairs = Pairs::new(&at, &strips, &edges)?;
    found.pairs = pairs.members.len() as u64;
    let table = Table::new(&pairs, settings);
    found.cells = table.test(&day, settings);
    for &[a, b] in pairs.of(0).iter().chain(pairs.of(1)) {
        let (day_a, day_b) = (day[a as usize], day[b as usize]);
        if day_a.abs_diff(day_b) <= settings.days {
            let (row_a, row_b) = (rows[in_order(&order[a as usize])], rows[in_order(&order[b as usize])]);
            let lists = match day_a.cmp(&day_b) {
                std::cmp::Ordering::Less => [(row_a, &mut found.later), (row_b, &mut found.earlier)],
                std::cmp::Ordering::Greater => [(row_b, &mut found.later), (row_a, &mut found.earlier)],
                std::cmp::Ordering::Equal => {
                    found.same_day[row_a] += 1;
                    found.same_day[row_b] += 1;
                    continue;
                }
            };
            lists.into_iter().for_each(|(row, list)| list[row] += 1);
        }
    }
    Ok(found)
}

/// The day that an interval stands for; `None` where it is too long to be placed in a time band, or ends before it begins.
fn day_of(days: Days, band: u32) -> Option<i32> {
    let long = i64::from(days.last) - i64::from(days.first) + 1;
    let is_placed = (1..MONTH).contains(&long) && long <= i64::from(band);
    is_placed.then(|| days.first + ((long - 1) / 2) as i32)
}

fn check(points: &[[f64; 2]], settings: &Settings) -> Result<(), Error> {
    check_length("band", settings.band.0, &BAND_M)?;
    let whole = [
        ("bands", settings.bands as f64, &BANDS),
        ("days", f64::from(settings.days), &DAYS),
        ("time-bands", settings.time_bands as f64, &TIME_BANDS),
        ("replicates", settings.replicates as f64, &REPLICATES),
    ];
    for (parameter, value, range) in whole {
        if !range.contains(&value) {
            let range = range_text(range, None);
            return Err(Error::OutOfRange { parameter: parameter.to_owned(), value: value.to_string(), range });
        }
    }
    if !(settings.same_place.0 >= 0.0 && settings.same_place.0 <= settings.band.0) {
        let range = range_text(&(0.0..=settings.band.0), Some("m"));
        let value = settings.same_place.0.to_string();
        return Err(Error::OutOfRange { parameter: "same-place".to_owned(), value, range });
    }
    check_points(points)
}

/// Counts pairs by band for one assignment of days after another.
struct Table<'a> {
    pairs: &'a Pairs,
    time_bands: usize,
    /// `[days * time_bands + 2]` the time band of a difference in days; the last one stands for all that are longer.
    band_of: Vec<u8>,
}

impl<'a> Table<'a> {
    fn new(pairs: &'a Pairs, settings: &Settings) -> Self {
        let (width, bands) = (settings.days as usize, settings.time_bands);
        let band = |days: usize| if days == 0 { 0 } else { (days - 1) / width };
        let band_of = (0..=width * bands + 1).map(|days| band(days).min(bands) as u8).collect();
        Self { pairs, time_bands: bands, band_of }
    }

    /// `[bands * time_bands]` pairs.
    fn count(&self, day: &[i32]) -> Vec<u32> {
        let longest = self.band_of.len() as u32 - 1;
        let mut counts = Vec::with_capacity((self.pairs.starts.len() - 1) * self.time_bands);
        for band in 0..self.pairs.starts.len() - 1 {
            let mut of_band = [0_u32; 256];
            for &[a, b] in self.pairs.of(band) {
                let apart = day[a as usize].abs_diff(day[b as usize]).min(longest);
                of_band[self.band_of[apart as usize] as usize] += 1;
            }
            counts.extend(&of_band[..self.time_bands]);
        }
        counts
    }

    fn test(&self, day: &[i32], settings: &Settings) -> Vec<KnoxCell> {
        let observed = self.count(day);
        let one = |shuffled: &mut Vec<i32>, number: usize| {
            let mut stream = Stream::new(settings.seed, number as u64);
            shuffled.clear();
            shuffled.extend(day);
            for last in (1..shuffled.len()).rev() {
                shuffled.swap(last, stream.below(last + 1));
            }
            self.count(shuffled)
        };
        let drawn: Vec<Vec<u32>> = (0..settings.replicates).into_par_iter().map_init(Vec::new, one).collect();
        let mut values = vec![0_u32; drawn.len()];
        let cell = |(index, &observed): (usize, &u32)| {
            let (band, time_band) = (index / self.time_bands, index % self.time_bands);
            values.iter_mut().zip(&drawn).for_each(|(value, drawn)| *value = drawn[index]);
            values.sort_unstable();
            let as_many = values.len() - values.partition_point(|&value| value < observed);
            let expected = values.iter().map(|&value| u64::from(value)).sum::<u64>() as f64 / values.len() as f64;
            let middle = values.len() / 2;
            let median = f64::midpoint(f64::from(values[(values.len() - 1) / 2]), f64::from(values[middle]));
            let observed = u64::from(observed);
            let over = |by: f64| (by > 0.0).then(|| observed as f64 / by);
            let p = (1 + as_many) as f64 / (1 + values.len()) as f64;
            KnoxCell {
                band,
                time_band,
                observed,
                expected,
                median,
                ratio: over(expected),
                ratio_to_median: over(median),
                p,
                q: 1.0,
            }
        };
        let mut cells: Vec<KnoxCell> = observed.iter().enumerate().map(cell).collect();
        let says_something = |cell: &KnoxCell| !self.pairs.of(cell.band).is_empty();
        let p: Vec<f64> = cells.iter().map(|cell| if says_something(cell) { cell.p } else { f64::NAN }).collect();
        for (cell, q) in cells.iter_mut().zip(benjamini_hochberg(&p)) {
            cell.q = if q.is_nan() { 1.0 } else { q };
        }
        cells
    }
}
