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
