//! Areas that events are counted in, what they are counted against, and counts that come as tables.

use geo::MultiPolygon;
use serde::{Deserialize, Serialize};

/// An area of a set: a `DeSO`, a stadsdel, an own polygon.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The set that it belongs to: `deso`, `stadsdelar`.
    pub set: String,
    /// Code, unique within the set.
    pub code: String,
    /// What people call it.
    pub name: Option<String>,
    /// Its shape, in the store's CRS.
    pub shape: MultiPolygon<f64>,
    /// The file that it came from.
    pub source: String,
}

/// A denominator of an area: how many people, dwellings or road kilometres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// Set of the area.
    pub set: String,
    /// Code of the area.
    pub area: String,
    /// What: `population`, `dwellings`, `road-km`.
    pub quantity: String,
    /// The year that it holds for, where the source tells.
    pub year: Option<i16>,
    /// How much; 0 or more, finite.
    pub value: f64,
    /// How it came to the area: `code`, `area-weighted`, `network`.
    pub method: String,
    /// The file that it came from.
    pub source: String,
}

/// A number as a table tells it: known, or hidden behind bounds. Hidden is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tallied {
    /// This many.
    Known(u64),
    /// Hidden by the source: at least the first, at most the second where the source tells.
    Hidden(u64, Option<u64>),
}

impl Tallied {
    /// The least that it can be.
    #[must_use]
    pub const fn low(self) -> u64 {
        match self {
            Self::Known(n) | Self::Hidden(n, _) => n,
        }
    }

    /// The most that it can be; `None` where nothing bounds it.
    #[must_use]
    pub const fn high(self) -> Option<u64> {
        match self {
            Self::Known(n) => Some(n),
            Self::Hidden(_, high) => high,
        }
    }
}

/// The events of one type in one area and period, as a table tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaTally {
    /// Set of the area.
    pub set: String,
    /// Code of the area.
    pub area: String,
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
    /// Code in the taxonomy; see [`super::category`].
    pub category: String,
    /// Type in the source's words.
    pub category_text: String,
    /// How many.
    pub count: Tallied,
    /// Who counted, where the file tells; else the file's name.
    pub source: String,
    /// The file's name.
    pub file: String,
    /// Sheet, where the file has several.
    pub sheet: Option<String>,
    /// Row in the file, from 1.
    pub row: u32,
}

impl AreaTally {
    /// Whether it tells of the same area, type and days as the other.
    #[must_use]
    pub fn is_same_cell(&self, other: &Self) -> bool {
        self.is_same_series(other) && self.from == other.from && self.to == other.to
    }

    /// Whether it tells of the same area and type as the other.
    #[must_use]
    pub fn is_same_series(&self, other: &Self) -> bool {
        self.set == other.set && self.area == other.area && self.category_text == other.category_text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_has_bounds_and_is_not_zero() {
        assert_eq!((Tallied::Known(3).low(), Tallied::Known(3).high()), (3, Some(3)));
        assert_eq!((Tallied::Hidden(1, Some(4)).low(), Tallied::Hidden(1, Some(4)).high()), (1, Some(4)));
        assert_eq!(Tallied::Hidden(0, None).high(), None);
        assert_ne!(Tallied::Hidden(0, None), Tallied::Known(0));
    }
}
