//! The spatial scan statistic and its relatives: is there a place, or a place and a time, with more cases than chance explains?
//!
//! Windows: around every unit a circle grows over the nearest units, from the unit alone up to a share of the exposure (10 %
//! unless told otherwise) and, where wanted, a radius. Units equally far enter together, as do units at one place; distances
//! that agree to nine digits are equal. Ellipses are an option: they find what lies along a street, cost a list for each shape
//! and direction, and are not held back by any penalty: a long window wins where its ratio is larger.
//!
//! All windows are tested at once: p is that of the largest ratio anywhere. Monte Carlo gives (1 + maps at least as large) /
//! (1 + maps); null maps end early where the verdict at alpha is settled, which leaves the level exact. Gumbel's p beside it
//! has more digits than maps, and rests on a fit.
//!
//! Limits: cases are taken to be independent and the exposure to be known. Where risk differs from unit to unit more than that
//! (overdispersion), or one incident leaves several cases, more than alpha of maps are flagged. The cluster's edge is not
//! tested: units within it may be as usual. A circle over a straight street takes in what lies beside it.
//!
//! [`poisson`], [`bernoulli`] are in space; [`cylinders()`], [`permutation`] in space and time.
//!
//! Oracle: all windows enumerated by `tests/oracles/scan_enumerated.py`.

mod chance;
mod covers;
mod cylinders;
mod lanes;
mod limits;
mod llr;
#[cfg(test)]
mod moves;
mod sites;
mod space;
mod space_time;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod time_tests;
mod zones;

use std::ops::RangeInclusive;

use serde::Serialize;

use super::{Error, check_points, range_text};
use crate::domain::{Metres, Ticks};
use chance::Verdict;
use lanes::Best;
use zones::{Reach, Zones};

pub use chance::gumbel;
pub use llr::Likelihood;
pub use space::{bernoulli, poisson};
pub use space_time::{Mode, SpaceTimeCluster, SpaceTimeScan, TimedUnit, Times, cylinders, permutation, timed_units};

/// The range of the largest window, as a share of the exposure. With more than half, the outside would be the cluster.
pub const WINDOW: RangeInclusive<f64> = 0.01..=0.5;

/// Null maps that Gumbel's p is fitted to unless told otherwise. Ours: the fit's own error is then some tenths of a power of ten.
pub const GUMBEL: usize = 99;

/// The range of a number of null maps.
pub const REPLICATES: RangeInclusive<f64> = 0.0..=99_999.0;

/// The range of a significance level.
pub const ALPHA: RangeInclusive<f64> = 0.001..=0.5;

/// The range of an ellipse's shape.
pub const SHAPE: RangeInclusive<f64> = 1.0..=20.0;

/// Most places in all windows together: one gigabyte.
const MOST_MEMBERS: usize = 250_000_000;

/// Most places: distances between all of them are taken, some ten seconds' work on two cores.
const MOST_PLACES: usize = 100_000;

/// Farthest a coordinate may lie from the origin, metres.
const FARTHEST_M: f64 = 1e12;

/// A place where cases are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
    /// Cases.
    pub cases: u32,
    /// Expected cases, or an exposure in any unit, such as residents; 0 or more. In [`permutation`] it is not used.
    pub expected: f64,
}

/// Places with their counts and exposures, all `[n]`; as many as the shortest.
#[must_use]
pub fn units(at: &[[f64; 2]], exposure: &[f64], cases: &[u32]) -> Vec<Unit> {
    let unit = |((&[x, y], &expected), &cases): ((&[f64; 2], &f64), &u32)| Unit { x, y, cases, expected };
    at.iter().zip(exposure).zip(cases).map(unit).collect()
}

/// A place with cases and controls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaseControl {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
    /// Cases.
    pub cases: u32,
    /// Controls.
    pub controls: u32,
}

/// Ellipses of one shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipse {
    /// Long axis over short axis.
    pub shape: f64,
    /// Directions, evenly over half a turn from east.
    pub angles: u32,
}

/// The shapes that are used where ellipses are asked for: as many directions as let neighbouring ellipses overlap. Ours.
pub const ELLIPSES: [Ellipse; 3] =
    [Ellipse { shape: 1.5, angles: 4 }, Ellipse { shape: 2.0, angles: 6 }, Ellipse { shape: 3.0, angles: 9 }];

/// How to scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Largest share of the exposure in a window.
    pub window: f64,
    /// Largest radius of a window (half the long axis of an ellipse); `None` for no limit.
    pub radius: Option<Metres>,
    /// Ellipses besides circles.
    pub ellipses: Vec<Ellipse>,
    /// Null maps.
    pub replicates: usize,
    /// Seed of the null maps.
    pub seed: u64,
    /// Level at which a cluster is significant.
    pub alpha: f64,
    /// Most clusters.
    pub clusters: usize,
    /// Null maps, from the first on, that Gumbel's p is fitted to. Of the others only what p needs is searched: whether the
    /// largest ratio is as large as the observed, which for a large one is soon told.
    pub gumbel: usize,
    /// Counts null maps as they are scanned: at most `replicates` for each cluster.
    pub ticks: Ticks,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window: 0.1,
            radius: None,
            ellipses: vec![],
            replicates: 999,
            seed: 1,
            alpha: 0.05,
            clusters: 10,
            gumbel: GUMBEL,
            ticks: Ticks::default(),
        }
    }
}

impl Options {
    fn radius_m(&self) -> f64 {
        self.radius.map_or(f64::INFINITY, |radius| radius.0)
    }

    fn percent(&self) -> u32 {
        (self.window * 100.0).round() as u32
    }

    fn check(&self) -> Result<(), Error> {
        check_range("window", self.window, &WINDOW)?;
        check_range("replicates", self.replicates as f64, &REPLICATES)?;
        check_range("alpha", self.alpha, &ALPHA)?;
        if let Some(Metres(radius)) = self.radius.filter(|radius| radius.0.is_nan() || radius.0 < 0.0) {
            return Err(out_of_range("radius", radius, &(0.0..=FARTHEST_M)));
        }
        self.ellipses.iter().try_for_each(|ellipse| {
            check_range("shape", ellipse.shape, &SHAPE)?;
            check_range("angles", f64::from(ellipse.angles), &(1.0..=180.0))
        })
    }
}

/// A place with more cases than expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// The unit in the middle: its position in the input.
    pub centre: u32,
    /// The middle, metres east.
    pub x: f64,
    /// The middle, metres north.
    pub y: f64,
    /// Distance to the farthest unit in the window, metres; 0 for one place. Of an ellipse half the long axis.
    pub radius_m: f64,
    /// Long axis over short axis; 1 for a circle.
    pub shape: f64,
    /// The long axis's direction, radians from east towards north; 0 for a circle.
    pub angle: f64,
    /// The units: positions in the input, in order of place (x, then y), at one place by exposure, then cases.
    pub units: Vec<u32>,
    /// Cases in the window.
    pub cases: u64,
    /// Cases expected in it.
    pub expected: f64,
    /// Cases over expected; `None` where none was expected.
    pub ratio: Option<f64>,
    /// Log-likelihood ratio.
    pub llr: f64,
    /// P of so large a ratio anywhere: (1 + null maps at least as large) / (1 + null maps).
    pub p_monte_carlo: f64,
    /// The same from a Gumbel fit to the first null maps; `None` for fewer than 10 of them, and where they are all alike.
    pub p_gumbel: Option<f64>,
    /// Null maps that were scanned: fewer than asked for where the verdict was settled.
    pub replicates: usize,
    /// Whether `p_monte_carlo` is at most alpha.
    pub significant: bool,
}

impl Cluster {
    /// The window that was found in a search, its units in the order of the search's places. `cases`: of a place; `share`: of time.
    fn of(
        best: &Best,
        zones: &Zones,
        at: &[[f64; 2]],
        cases: impl Fn(u32) -> u64,
        share: f64,
        verdict: &Verdict,
        alpha: f64,
    ) -> Self {
        let (list, window) = (best.list as usize, best.window as usize);
        let form = zones.forms[list];
        let mut units = zones.places(list, window).to_vec();
        let reach = Reach::of(&form, at);
        let radius_m = units.iter().map(|&place| reach.to(at[place as usize])).fold(0.0, f64::max);
        units.sort_unstable();
        let cases: u64 = units.iter().map(|&place| cases(place)).sum();
        let expected = zones.weights[window] * share;
        let [x, y] = at[form.centre as usize];
        Self {
            centre: form.centre,
            x,
            y,
            radius_m,
            shape: form.shape,
            angle: form.angle,
            units,
            cases,
            expected,
            ratio: (expected > 0.0).then(|| cases as f64 / expected),
            llr: best.ratio,
            p_monte_carlo: verdict.p_monte_carlo,
            p_gumbel: verdict.p_gumbel,
            replicates: verdict.replicates,
            significant: verdict.p_monte_carlo <= alpha * (1.0 + 1e-12),
        }
    }
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scan {
    /// All cases.
    pub cases: u64,
    /// Places: units at one place are one.
    pub places: usize,
    /// Windows that were tested.
    pub windows: usize,
    /// Clusters in the order in which they were found; the first whatever its p.
    pub clusters: Vec<Cluster>,
    /// What to know about the data.
    pub warnings: Vec<Warning>,
}

impl Scan {
    /// Whether anything was found.
    #[must_use]
    pub fn alarm(&self) -> bool {
        self.clusters.first().is_some_and(|cluster| cluster.significant)
    }
}

/// What a scan cannot do with these data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Warning {
    /// All cases lie in one unit: often a position that stands for "somewhere in the municipality".
    ScanAllInOneUnit,
    /// Cases lie in units that no window holds, since each has more than the largest share by itself.
    ScanBeyondWindows {
        /// Units.
        units: usize,
        /// Their cases.
        cases: u64,
    },
    /// So few null maps cannot give a p at or below alpha.
    ScanTooFewReplicates {
        /// Null maps asked for.
        replicates: usize,
        /// The least number that can.
        least: usize,
    },
}

fn check_range(parameter: &str, value: f64, range: &RangeInclusive<f64>) -> Result<(), Error> {
    if range.contains(&value) { Ok(()) } else { Err(out_of_range(parameter, value, range)) }
}

fn out_of_range(parameter: &str, value: f64, range: &RangeInclusive<f64>) -> Error {
    Error::OutOfRange { parameter: parameter.to_owned(), value: value.to_string(), range: range_text(range, None) }
}

/// Refuses coordinates that are not finite or lie beyond any map.
fn check_places(points: &[[f64; 2]]) -> Result<(), Error> {
    check_points(points)?;
    match points.iter().position(|point| point.iter().any(|value| value.abs() > FARTHEST_M)) {
        Some(at) => Err(Error::PointOutsideGrid { number: at + 1 }),
        None => Ok(()),
    }
}

/// Refuses exposures that are not usable: numbers and whether there are cases.
fn check_exposure(units: &[(f64, bool)]) -> Result<(), Error> {
    if let Some(at) = units.iter().position(|(expected, _)| !(expected.is_finite() && *expected >= 0.0)) {
        return Err(Error::ExposureNotUsable { number: at + 1 });
    }
    let sum: f64 = units.iter().map(|(expected, _)| expected).sum();
    if sum <= 0.0 && !units.is_empty() {
        return Err(Error::NoExposure);
    }
    // A share that rounds to nothing is none, and a sum that overflows leaves only such shares.
    match units.iter().position(|(expected, cases)| *cases && expected / sum <= 0.0) {
        Some(at) => Err(Error::EventsWithoutExposure { number: at + 1 }),
        None => Ok(()),
    }
}

/// Refuses no cases, and more than 31 bits hold.
fn check_total(cases: u64) -> Result<u32, Error> {
    match u32::try_from(cases).ok().filter(|&cases| cases < 1 << 31) {
        Some(0) => Err(Error::NothingToAnalyse),
        Some(cases) => Ok(cases),
        None => Err(Error::TooManyPoints { points: cases as usize }),
    }
}

/// The places of the rest without those that were taken, which are positions in it, ascending.
fn rest_of(rest: &[u32], taken: &[u32]) -> Vec<u32> {
    (0_u32..).zip(rest).filter(|(at, _)| taken.binary_search(at).is_err()).map(|(_, &place)| place).collect()
}

fn warnings(cases: &[u32], zones: &Zones, options: &Options) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if cases.iter().filter(|&&cases| cases > 0).count() == 1 {
        warnings.push(Warning::ScanAllInOneUnit);
    }
    let mut held = vec![false; cases.len()];
    zones.members.iter().for_each(|&place| held[place as usize] = true);
    let beyond: Vec<u64> =
        cases.iter().zip(&held).filter(|(_, held)| !**held).map(|(&cases, _)| u64::from(cases)).collect();
    let lost: u64 = beyond.iter().sum();
    if lost > 0 {
        let units = beyond.iter().filter(|&&cases| cases > 0).count();
        warnings.push(Warning::ScanBeyondWindows { units, cases: lost });
    }
    let least = (1.0 / options.alpha - 1e-9).ceil() as usize - 1;
    if options.replicates < least {
        warnings.push(Warning::ScanTooFewReplicates { replicates: options.replicates, least });
    }
    warnings
}
