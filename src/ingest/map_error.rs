//! Why a file of roads, ground or places could not be read: sentences in `data/texts/roads.toml`.

use serde::Serialize;

use super::ReadError;
use crate::{catalogued_errors, crs};

/// A file that gives no network, no ground or no places.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum MapError {
    /// A pbf that cannot be read to its end; `at` is where, in words.
    BrokenOsm {
        /// The file.
        file: String,
        /// Where.
        at: String,
    },
    /// The name ends in `.pbf`, the content is something else.
    NotOsm {
        /// The file.
        file: String,
        /// What it looks like.
        found: String,
    },
    /// The file needs something of its readers that we do not have, such as deleted versions.
    OsmNeedsMore {
        /// The file.
        file: String,
        /// The features, in the file's words.
        features: Vec<String>,
    },
    /// A pbf over the limit.
    OsmTooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit_mib: u64,
    },
    /// A layer was asked for in a file that has none.
    OsmHasNoLayers {
        /// The file.
        file: String,
        /// The layer.
        layer: String,
    },
    /// No way that is a road.
    NoHighways {
        /// The file.
        file: String,
    },
    /// No line that can be a road.
    NoRoadLines {
        /// The file.
        file: String,
    },
    /// No three link ends meet anywhere.
    NoJunction {
        /// The file.
        file: String,
        /// Lines that were read.
        lines: usize,
        /// Places where they cross without meeting.
        crossings: usize,
    },
    /// NVDB's layers without the one that holds the geometry.
    NoReferenceLayer {
        /// The file.
        file: String,
        /// The layers that there are.
        layers: Vec<String>,
    },
    /// Nothing of what was asked for.
    NothingOfThatKind {
        /// The file.
        file: String,
    },
    /// Coordinate systems.
    #[serde(untagged)]
    Crs(crs::Error),
    /// Readers.
    #[serde(untagged)]
    Read(ReadError),
}
catalogued_errors!(MapError);

impl From<ReadError> for MapError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<crs::Error> for MapError {
    fn from(error: crs::Error) -> Self {
        Self::Crs(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;

    #[test]
    fn every_error_has_a_sentence_a_remedy_and_no_hole() {
        let file = || "karta.osm.pbf".to_owned();
        let word = || "ord".to_owned();
        let list = || vec!["a".to_owned(), "b".to_owned()];
        let errors = [
            MapError::BrokenOsm { file: file(), at: word() },
            MapError::NotOsm { file: file(), found: word() },
            MapError::OsmNeedsMore { file: file(), features: list() },
            MapError::OsmTooLarge { file: file(), limit_mib: 512 },
            MapError::OsmHasNoLayers { file: file(), layer: word() },
            MapError::NoHighways { file: file() },
            MapError::NoRoadLines { file: file() },
            MapError::NoJunction { file: file(), lines: 2, crossings: 0 },
            MapError::NoReferenceLayer { file: file(), layers: list() },
            MapError::NothingOfThatKind { file: file() },
        ];
        for error in &errors {
            let problem = texts::problem(error);
            assert!(texts::is_error(&problem.id), "{}", problem.id);
            assert!(problem.message.contains("karta.osm.pbf") && problem.remedy.is_some(), "{problem:?}");
            assert!(!format!("{problem:?}").replace("Problem {", "").contains('{'), "{problem:?}");
        }
    }
}
