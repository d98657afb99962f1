//! Why a question about sight was refused.

use serde::Serialize;

use crate::catalogued_errors;

/// Why a question about sight was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Error {
    /// A coordinate of an obstacle is not a number of metres on a map.
    ObstacleNotUsable {
        /// The obstacle's number in the input, from 1.
        number: usize,
    },
    /// A coordinate or height of a façade is not a number of metres.
    FacadeNotUsable {
        /// The façade's number in the input, from 1.
        number: usize,
    },
    /// A lamp's place, height or reach is not a number of metres.
    LampNotUsable {
        /// The lamp's number in the input, from 1.
        number: usize,
    },
    /// A plant's place, height or size is not a number of metres.
    PlantNotUsable {
        /// The plant's number in the input, from 1.
        number: usize,
    },
    /// A coordinate of the public ground is not a number of metres on a map.
    GroundNotUsable,
    /// A place that is asked about is not on a map.
    PlaceNotUsable {
        /// East.
        x: String,
        /// North.
        y: String,
    },
    /// A length or height lies outside its range.
    SightLengthOutOfRange {
        /// What was given.
        value: String,
        /// The range with its unit.
        range: String,
    },
    /// More points than a surveillance map holds.
    TooManyMapPoints {
        /// The spacing that was asked for, metres.
        spacing: String,
        /// Most that there is room for.
        most: u64,
    },
    /// The two streets at a corner run along one line, so that there is no triangle between them.
    NoCorner,
}

catalogued_errors!(Error);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;

    #[test]
    fn every_error_has_its_sentence_and_remedy_in_the_catalogue() {
        let all = [
            Error::ObstacleNotUsable { number: 3 },
            Error::FacadeNotUsable { number: 3 },
            Error::LampNotUsable { number: 3 },
            Error::PlantNotUsable { number: 3 },
            Error::GroundNotUsable,
            Error::PlaceNotUsable { x: "NaN".to_owned(), y: "0".to_owned() },
            Error::SightLengthOutOfRange { value: "-1".to_owned(), range: "0–1000 m".to_owned() },
            Error::TooManyMapPoints { spacing: "1".to_owned(), most: 10 },
            Error::NoCorner,
        ];
        for error in all {
            let problem = texts::problem(&error);
            assert!(texts::is_error(&problem.id), "{} is missing", problem.id);
            assert!(problem.remedy.is_some(), "{} has no remedy", problem.id);
            assert!(!problem.message.contains('{'), "{}", problem.message);
        }
    }
}
