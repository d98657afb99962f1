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
pub mod hdbscan;
pub mod multiple;
pub mod near_repeat;
pub mod neighbours;
pub mod nulls;
pub mod outline;
pub mod road;
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
pub use hdbscan::{Hdbscan, hdbscan};
pub use near_repeat::{Days, KnoxCell, NearRepeat, near_repeat};
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
    /// Near repeats, and no event can be placed in a time band.
    NoDayKnown {
        /// How many events.
        rows: u64,
        /// The longest time in days that can be placed.
        days: u32,
    },
    /// More pairs of near events than can be held.
    TooManyPairs {
        /// The distance in metres within which events are near.
        length: String,
        /// Most pairs that can be held.
        most: usize,
    },
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
            Error::NoDayKnown { rows: 3, days: 7 },
            Error::TooManyPairs { length: "500".to_owned(), most: 100_000_000 },
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
