//! The lines of the table.

use serde::{Deserialize, Serialize};

use super::super::model::{Form, Kind, Meaning};

/// A line of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its UUID, lower case; lines older than the catalogue's UUIDs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What sort of provision.
    pub kind: Kind,
    /// Of which form of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// Its letter or word on the map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// A short name.
    pub name: String,
    /// Its wording where that is more than the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// Its colour by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// What it is about.
    pub meaning: Meaning,
    /// Whether the line was read in its source.
    #[serde(default = "yes")]
    pub certain: bool,
}

/// What words of a code say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stem {
    /// Words that all stand in the code, in this order.
    pub words: Vec<String>,
    /// What it is about then.
    pub meaning: Meaning,
}

/// What the beginning of a wording says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phrase {
    /// The beginning, lower case.
    pub begins: String,
    /// What it is about then.
    pub meaning: Meaning,
    /// Whether the words were read in their source.
    #[serde(default = "yes")]
    pub certain: bool,
}

/// What a letter or word on the map says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// The letter without an index.
    pub letter: String,
    /// Of which sort of provision: `B` is a use and `b` a property.
    pub kind: Kind,
    /// Of which form of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// A short name.
    pub name: String,
    /// Its colour by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// What it is about.
    pub meaning: Meaning,
    /// Whether the line was read in its source.
    #[serde(default = "yes")]
    pub certain: bool,
}

/// Lines are certain unless they say that they are not.
fn yes() -> bool {
    true
}
