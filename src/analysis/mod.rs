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
pub mod counts;
pub mod coverage;
pub mod dbscan;
pub mod dbscan_rtree;
pub mod forecast;
pub mod gamma;
pub mod multiple;
pub mod neighbours;
pub mod nulls;
pub mod outline;
pub mod road;
pub mod scan;
pub mod series;
mod sets;
pub mod summary;
pub mod table;
pub mod tails;
pub mod timeline;
pub mod timetable;
pub mod trend;

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::{catalogued_errors, texts};

pub use areas::{AreaCount, AreaRate, AreaRates, area_rates};
pub use counts::{Counts, counts, full_cells};
pub use dbscan::{Clustering, dbscan};
pub use dbscan_rtree::dbscan_rtree;
pub use table::{Asks, METHODS, Method, Parameter, ParameterKind, Parameters, Settings, method, parse};
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
    /// There is no event to analyse.
    NothingToAnalyse,
    /// Too short a history for what is asked of it.
    TooFewSteps {
        /// Steps that there are.
        steps: usize,
        /// Steps that it takes.
        least: usize,
    },
    /// Tables that belong together are not equally long.
    LengthsDiffer {
        /// Rows that there should be.
        wanted: usize,
        /// Rows that there are.
        found: usize,
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
    /// No place has any exposure.
    NoExposure,
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
    /// The windows over so many places do not fit in memory.
    TooManyWindows {
        /// Places.
        units: usize,
        /// Most places in all windows together.
        limit: usize,
    },
    /// All cases lie in one place or in one step of time, so that there is nothing to permute.
    AllAtOnce,
    /// More points than 32 bits can number.
    TooManyPoints {
        /// How many.
        points: usize,
    },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{ErrorKind, problem};

    #[test]
    fn every_error_has_its_sentence_and_remedy_in_the_catalogue() {
        let name = || "eps".to_owned();
        let errors = [
            Error::UnknownMethod { method: "kde".to_owned(), known: vec!["counts", "dbscan"] },
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
            Error::NothingToAnalyse,
            Error::TooFewSteps { steps: 1, least: 2 },
            Error::LengthsDiffer { wanted: 4, found: 5 },
            Error::ExposureNotUsable { number: 3 },
            Error::EventsWithoutExposure { number: 3 },
            Error::NoExposure,
            Error::NoControls,
            Error::TooFewUnits { units: 1 },
            Error::NoWindow { percent: 10 },
            Error::TooManyWindows { units: 90_000, limit: 250_000_000 },
            Error::AllAtOnce,
            Error::TooManyPoints { points: 5_000_000_000 },
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
