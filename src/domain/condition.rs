//! What is known of a place beside events: measured speeds, flows, reported faults, slippery streets, walks, felt safety.
//! None of these is a crime or an accident, and none is ever counted as one.

use geo::Geometry;
use serde::{Deserialize, Serialize};

/// The kinds, each counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionKind {
    /// A speed measurement: `value` is the 85-percentile in km/h.
    Speed,
    /// Motor vehicles counted where speeds were measured: `value` is the ÅDT, vehicles a day.
    Traffic,
    /// A count of walkers or cyclists: `value` a day.
    Flow,
    /// Felanmälan.
    Fault,
    /// Halka, grus, hål by street and month: `value` is the number.
    Surface,
    /// An observation of a trygghetsvandring.
    SafetyWalk,
    /// An EST report: an observation of disorder, not a crime.
    Est,
    /// An answer of a trygghetsmätning.
    Survey,
}

impl ConditionKind {
    /// Every kind, in the order in which lists show them.
    pub const ALL: [Self; 8] =
        [Self::Speed, Self::Traffic, Self::Flow, Self::Fault, Self::Surface, Self::SafetyWalk, Self::Est, Self::Survey];

    /// The word on the command line and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Speed => "speed",
            Self::Traffic => "traffic",
            Self::Flow => "flow",
            Self::Fault => "fault",
            Self::Surface => "surface",
            Self::SafetyWalk => "safety-walk",
            Self::Est => "est",
            Self::Survey => "survey",
        }
    }

    /// The kind with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One measurement, report or observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// `SYSTEM:key`, or a hash of the row where it has no key.
    pub id: String,
    /// Its kind.
    pub kind: ConditionKind,
    /// What, in the source's words: `halka`, `85-percentil`, `klotter`.
    pub what: Option<String>,
    /// Street or place in words.
    pub street: Option<String>,
    /// When: `YYYY-MM-DD`, `YYYY-MM` or `YYYY` as the source tells.
    pub period: Option<String>,
    /// The number, in the unit of the kind; `None` where the row is an observation without one.
    pub value: Option<f64>,
    /// Unit: `km/tim`, `per dygn`, `antal`.
    pub unit: Option<String>,
    /// Where, in the store's CRS; `None` is ej platsbestämd.
    pub shape: Option<Geometry<f64>>,
    /// The file that it came from.
    pub source: String,
}
