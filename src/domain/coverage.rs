//! Which source reported in which year: the täckningstabell that stands beside every series.

use serde::{Deserialize, Serialize};

/// How fully a source reported in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reporting {
    /// The whole year.
    Full,
    /// A part of the year, or some of the places that report.
    Partial,
    /// Not at all.
    Nothing,
    /// Not known.
    Unknown,
}

impl Reporting {
    /// Every state, in the order in which lists show them.
    pub const ALL: [Self; 4] = [Self::Full, Self::Partial, Self::Nothing, Self::Unknown];

    /// The word in files and in the store: Swedish, since people edit it there.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "ja",
            Self::Partial => "delvis",
            Self::Nothing => "nej",
            Self::Unknown => "okänt",
        }
    }

    /// The state with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// One line of the täckningstabell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The register: `STRADA`.
    pub system: String,
    /// Who reports to it: `polis`, `sjukvård`; empty where the register has no parts.
    pub reporter: String,
    /// The year.
    pub year: i16,
    /// Events of that year that this reporter is named for.
    pub events: u64,
    /// How fully it reported.
    pub reporting: Reporting,
    /// Whether the state was worked out from the rows; `false` where a person has written it.
    pub derived: bool,
    /// Why, or what a person wrote.
    pub note: Option<String>,
}
