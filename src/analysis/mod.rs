//! From points to hotspots: where do events concentrate, how much of the whole is that, and what shape has the place?
//!
//! Every method takes values and returns values: no files, network, clock or global random numbers. Results follow the
//! points, whatever the order of rows and the number of threads. [`table`] lists the methods and their parameters;
//! command line, HTTP and documentation are made from it.
//!
//! Imports: `domain` and `texts` only.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "kernels turn checked coordinates into cell numbers and checked counts into 32-bit indices"
)]

pub mod areas;
pub mod backtest;
#[cfg(test)]
mod calibrate;
#[cfg(test)]
mod calibration;
mod categories;
pub mod certificate;
pub mod count_tails;
pub mod counts;
pub mod coverage;
pub mod dbscan;
pub mod dbscan_rtree;
pub mod dispersion;
pub mod emerging;
pub mod exposed;
pub mod forecast;
pub mod gamma;
pub mod gi_star;
pub mod hdbscan;
pub mod kde;
pub mod lattice;
pub mod local_moran;
pub mod mann_kendall;
#[cfg(test)]
mod moves;
pub mod multiple;
pub mod near_repeat;
pub mod neighbours;
pub mod nulls;
pub mod outline;
pub mod pareto;
pub mod permutation;
pub mod road;
pub mod scan;
pub mod series;
mod sets;
pub mod suitability;
pub mod summary;
pub mod sums;
pub mod table;
pub mod tails;
pub mod tiles;
pub mod timeline;
pub mod timetable;
pub mod trend;

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::{catalogued_errors, texts};

pub use areas::{AreaCount, AreaRate, AreaRates, area_rates};
pub use counts::{Counts, counts, full_cells};
pub use dbscan::{Clustering, dbscan, dbscan_by_group, st_dbscan};
pub use dbscan_rtree::dbscan_rtree;
pub use hdbscan::{Hdbscan, hdbscan};
pub use table::{Asks, METHODS, Method, OverCells, Parameter, ParameterKind, Parameters, Settings, method, parse};
pub use timeline::{Occurrence, Timeline, timeline};
pub use timetable::{Hours, Timetable, timetable};
pub use trend::{Trend, trend};

/// Why an analysis was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// No method has this name.
    UnknownMethod {
        /// As it was asked for.
        method: String,
        /// The methods that there are.
        known: Vec<&'static str>,
    },
    /// The method has no such parameter.
    UnknownParameter {
        /// The method.
        method: &'static str,
        /// As it was asked for.
        parameter: String,
        /// The parameters that it has.
        known: Vec<&'static str>,
    },
    /// A parameter was given twice.
    RepeatedParameter {
        /// The parameter.
        parameter: String,
    },
    /// A number was expected.
    NotANumber {
        /// The parameter.
        parameter: String,
        /// What was given.
        value: String,
    },
    /// A whole number was expected.
    NotAWholeNumber {
        /// The parameter.
        parameter: String,
        /// What was given.
        value: String,
    },
    /// The parameter lies outside its range.
    OutOfRange {
        /// The parameter.
        parameter: String,
        /// What was given.
        value: String,
        /// The range with its unit, for example `1–1000 m`.
        range: String,
    },
    /// The word is none of those that can be chosen.
    NotAChoice {
        /// The parameter.
        parameter: String,
        /// What was given.
        value: String,
        /// The words that can be.
        choices: Vec<&'static str>,
    },
    /// A parameter that is a text was given without one.
    EmptyParameter {
        /// The parameter.
        parameter: String,
    },
    /// A coordinate is infinite or not a number.
    PointNotFinite {
        /// The point's number in the input, from 1.
        number: usize,
    },
    /// A point lies beyond the grid's 2 000 million columns or rows.
    PointOutsideGrid {
        /// The point's number in the input, from 1.
        number: usize,
    },
    /// The points lie so far apart, seen in the length that they are analysed with, that they cannot be metres of one map.
    PointsTooFarApart {
        /// The length in metres.
        length: String,
    },
    /// A table of hours, and the hour of no event is known.
    NoHourKnown {
        /// How many.
        rows: u64,
    },
    /// More cells times steps than memory holds.
    TooManyWindows {
        /// Cells.
        cells: usize,
        /// Steps.
        steps: usize,
    },
    /// More cells than a map holds.
    TooManyCells {
        /// How many.
        cells: u64,
        /// The side that was asked for, metres.
        side: String,
        /// The least side that would do, metres.
        least: String,
    },
    /// Too short a history for what is asked of it.
    TooFewSteps {
        /// Steps that there are.
        steps: usize,
        /// Steps that it takes.
        least: usize,
    },
    /// There is no event to analyse.
    NothingToAnalyse,
    /// Tables that belong together are not equally long.
    LengthsDiffer {
        /// Rows that there should be.
        wanted: usize,
        /// Rows that there are.
        found: usize,
    },
    /// An area or length is 0, negative or not a number.
    SizeNotUsable {
        /// The unit's number in the input, from 1.
        number: usize,
    },
    /// An exposure is negative or not a number.
    ExposureNotUsable {
        /// The place's number in the input, from 1.
        number: usize,
    },
    /// A place has events, but nothing that they could happen to.
    EventsWithoutExposure {
        /// The place's number in the input, from 1.
        number: usize,
    },
    /// A value that is infinite or not a number.
    ValueNotFinite {
        /// The place's number in the input, from 1.
        number: usize,
    },
    /// No place has any exposure.
    NoExposure,
    /// More pairs of events than memory holds.
    TooManyPairs {
        /// Events.
        events: usize,
    },
    /// Cases are to be held against controls, and there is no control.
    NoControls,
    /// Fewer than two places to compare.
    TooFewUnits {
        /// Places that there are.
        units: usize,
    },
    /// Every place has more than the largest window may hold.
    NoWindow {
        /// Largest share of the exposure in a window, per cent.
        percent: u32,
    },
    /// All cases lie in one place or in one step of time, so that there is nothing to permute.
    AllAtOnce,
    /// More circles than memory holds.
    TooManyCircles {
        /// Units that were to be scanned.
        units: usize,
    },
    /// More points than 32 bits can number.
    TooManyPoints {
        /// How many.
        points: usize,
    },
    /// A bandwidth below the side of a cell: events between the cells' middles would be left out of the picture.
    BandwidthBelowCell {
        /// The bandwidth in metres.
        bandwidth: String,
        /// The side in metres, which is the least bandwidth too.
        cell: String,
    },
    /// All coordinates are as small as degrees are.
    LooksLikeDegrees,
    /// A raster would have more cells than there is room for.
    RasterTooLarge {
        /// How many.
        cells: u64,
        /// Most that there is room for.
        most: u64,
        /// A side in metres that would do.
        cell: String,
    },
    /// A study area without a cell.
    NoStudyArea,
    /// Too few positions that differ, or all on one line, to find a bandwidth from.
    TooFewPlaces {
        /// How many.
        places: usize,
        /// How many are needed at least.
        least: usize,
    },
    /// A weight or exposure is missing, below 0 or not a number.
    WeightNotUsable {
        /// The row's number in the input, from 1.
        number: usize,
    },
    /// Nothing to compare with: no controls, or an exposure that is 0 everywhere.
    NothingToCompareWith,
}
catalogued_errors!(Error);

/// A range as people write it: `0,01–1000 m`, in English `0.01–1000 m`.
pub(crate) fn range_text<T: Display>(range: &RangeInclusive<T>, unit: Option<&str>) -> String {
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    format!("{}–{}{unit}", texts::number(range.start()), texts::number(range.end()))
}

/// Refuses more points than 32 bits can number, and coordinates that are not finite.
fn check_points(points: &[[f64; 2]]) -> Result<(), Error> {
    if points.len() >= u32::MAX as usize {
        return Err(Error::TooManyPoints { points: points.len() });
    }
    match points.iter().position(|[x, y]| !(x.is_finite() && y.is_finite())) {
        Some(index) => Err(Error::PointNotFinite { number: index + 1 }),
        None => Ok(()),
    }
}

/// Refuses a length outside its range; NaN is outside every range.
fn check_length(parameter: &str, metres: f64, range: &RangeInclusive<f64>) -> Result<(), Error> {
    if range.contains(&metres) {
        return Ok(());
    }
    let range = range_text(range, Some("m"));
    Err(Error::OutOfRange { parameter: parameter.to_owned(), value: metres.to_string(), range })
}

/// Refuses values that are not finite or not those of these places; gives them with the largest between 1 and 2, so that no square
/// overflows. A power of two changes no digit.
fn check_values(values: &[f64], neighbours: &neighbours::Neighbours) -> Result<Vec<f64>, Error> {
    if values.len() != neighbours.len() {
        return Err(Error::LengthsDiffer { wanted: values.len(), found: neighbours.len() });
    }
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(Error::ValueNotFinite { number: at + 1 });
    }
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let power = if largest > 0.0 { largest.log2().floor().clamp(-1000.0, 1000.0) as i32 } else { 0 };
    Ok(values.iter().map(|value| value * 2.0_f64.powi(-power)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{ErrorKind, problem};

    #[test]
    fn every_error_has_its_sentence_and_remedy_in_the_catalogue() {
        let name = || "eps".to_owned();
        let errors = [
            Error::UnknownMethod { method: "heatmap".to_owned(), known: vec!["counts", "dbscan"] },
            Error::UnknownParameter {
                method: "dbscan",
                parameter: "cell".to_owned(),
                known: vec!["eps", "min-points"],
            },
            Error::RepeatedParameter { parameter: name() },
            Error::NotANumber { parameter: name(), value: "femtio".to_owned() },
            Error::NotAWholeNumber { parameter: name(), value: "2.5".to_owned() },
            Error::OutOfRange { parameter: name(), value: "0".to_owned(), range: "1–5 m".to_owned() },
            Error::NotAChoice { parameter: name(), value: "bil".to_owned(), choices: vec!["car", "gc"] },
            Error::EmptyParameter { parameter: name() },
            Error::PointNotFinite { number: 3 },
            Error::PointOutsideGrid { number: 3 },
            Error::PointsTooFarApart { length: "50".to_owned() },
            Error::NoHourKnown { rows: 3 },
            Error::TooManyWindows { cells: 1_000_000, steps: 96 },
            Error::TooManyCells { cells: 9_000_000, side: "10".to_owned(), least: "20".to_owned() },
            Error::TooFewSteps { steps: 4, least: 10 },
            Error::NothingToAnalyse,
            Error::LengthsDiffer { wanted: 4, found: 5 },
            Error::ExposureNotUsable { number: 3 },
            Error::SizeNotUsable { number: 3 },
            Error::EventsWithoutExposure { number: 3 },
            Error::ValueNotFinite { number: 3 },
            Error::NoExposure,
            Error::TooManyPairs { events: 1_000_000 },
            Error::NoControls,
            Error::TooFewUnits { units: 1 },
            Error::NoWindow { percent: 10 },
            Error::AllAtOnce,
            Error::TooManyCircles { units: 90_000 },
            Error::TooManyPoints { points: 5_000_000_000 },
            Error::BandwidthBelowCell { bandwidth: "50".to_owned(), cell: "100".to_owned() },
            Error::LooksLikeDegrees,
            Error::RasterTooLarge { cells: 100_000_000, most: 25_000_000, cell: "200".to_owned() },
            Error::NoStudyArea,
            Error::TooFewPlaces { places: 1, least: 3 },
            Error::WeightNotUsable { number: 7 },
            Error::NothingToCompareWith,
        ];
        for error in errors {
            let problem = problem(&error);
            assert_ne!(problem.kind, ErrorKind::Internal, "{error:?}");
            assert!(problem.remedy.is_some(), "{error:?}");
            assert!(!problem.message.contains('{'), "{}", problem.message);
        }
    }

    #[test]
    fn a_point_that_is_not_finite_is_named_by_its_number() {
        assert_eq!(check_points(&[[0.0, 0.0], [1.0, f64::NAN]]), Err(Error::PointNotFinite { number: 2 }));
        assert_eq!(check_points(&[[f64::NEG_INFINITY, 0.0]]), Err(Error::PointNotFinite { number: 1 }));
        assert_eq!(check_points(&[]), Ok(()));
    }

    #[test]
    fn a_range_names_its_unit() {
        assert_eq!(range_text(&(0.01..=1000.0), Some("m")), "0,01–1000 m");
        assert_eq!(range_text(&(1..=9), None), "1–9");
    }
}
