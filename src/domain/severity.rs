//! Degrees of injury on three scales that never merge: the police's, the hospitals' ISS, and those of sources
//! that tell less. Labels, order and relative weights are data: `data/severity.toml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Which scale a degree belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// On every scale: dead within 30 days.
    Common,
    /// Judged by the police at the place.
    Police,
    /// Injury severity score, set by a hospital.
    Iss,
    /// The source tells only whether someone was hurt.
    Coarse,
}

/// A degree of injury; ordered from worst to unknown as lists show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Dead within 30 days.
    Dead,
    /// ISS 9 and above.
    Iss9,
    /// "Svårt skadad" according to the police.
    PoliceSevere,
    /// ISS 4 to 8.
    Iss48,
    /// ISS 1 to 3.
    Iss13,
    /// "Lindrigt skadad" according to the police.
    PoliceLight,
    /// Hurt, degree not told by the source.
    Hurt,
    /// Not hurt.
    Unhurt,
    /// Only property was damaged.
    Property,
    /// Not told.
    #[default]
    Unknown,
}

/// What `data/severity.toml` says of one degree.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Degree {
    /// The degree.
    pub code: Severity,
    /// Its scale.
    pub scale: Scale,
    /// Swedish label.
    pub sv: String,
    /// English label.
    pub en: String,
    /// Relative weight, no unit, 0 or above. Our default, not a valuation in kronor: see the file's `source`.
    pub weight: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: String,
    degree: Vec<Degree>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/severity.toml")).expect("data/severity.toml is checked by a test")
});

impl Severity {
    /// All degrees with labels and weights, worst first.
    #[must_use]
    pub fn table() -> &'static [Degree] {
        &FILE.degree
    }

    /// Where the weights come from, in one sentence.
    #[must_use]
    pub fn weight_source() -> &'static str {
        &FILE.source
    }

    /// The table line of this degree.
    #[must_use]
    pub fn degree(self) -> &'static Degree {
        &FILE.degree[self as usize]
    }

    /// The word in files and in the store, for example `iss48`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Iss9 => "iss9",
            Self::PoliceSevere => "police-severe",
            Self::Iss48 => "iss48",
            Self::Iss13 => "iss13",
            Self::PoliceLight => "police-light",
            Self::Hurt => "hurt",
            Self::Unhurt => "unhurt",
            Self::Property => "property",
            Self::Unknown => "unknown",
        }
    }

    /// The degree with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::table().iter().map(|degree| degree.code).find(|degree| degree.code() == code)
    }

    /// Whether a person with this degree counts as injured ("skadad") or killed.
    #[must_use]
    pub const fn is_casualty(self) -> bool {
        !matches!(self, Self::Unhurt | Self::Property | Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_degree_once_in_the_order_of_the_enum() {
        let all = [
            Severity::Dead,
            Severity::Iss9,
            Severity::PoliceSevere,
            Severity::Iss48,
            Severity::Iss13,
            Severity::PoliceLight,
            Severity::Hurt,
            Severity::Unhurt,
            Severity::Property,
            Severity::Unknown,
        ];
        assert_eq!(Severity::table().iter().map(|degree| degree.code).collect::<Vec<_>>(), all);
        for severity in all {
            assert_eq!(severity.degree().code, severity);
            assert_eq!(Severity::from_code(severity.code()), Some(severity));
            let json = serde_json::to_string(&severity).expect("a unit variant is a string");
            if !matches!(severity, Severity::Iss9 | Severity::Iss48 | Severity::Iss13) {
                assert_eq!(json, format!("\"{}\"", severity.code()));
            }
        }
    }
}
