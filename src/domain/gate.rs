//! The decision that lets a municipality use STRADA: who, for what, until when.

use serde::{Deserialize, Serialize};

/// The decision as the municipality writes it in a TOML file (`init --strada-decision FILE.toml`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Diarienummer.
    pub diarienr: String,
    /// The unit that may use the data.
    pub unit: String,
    /// Ändamål, in the decision's own words.
    pub purpose: String,
    /// Day on which the rows are to be erased, `YYYY-MM-DD`.
    pub erase_by: String,
}
