//! The decision that lets a municipality use STRADA: who, for what, until when; and for whom an answer is.

use jiff::civil::Date;
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

/// What is wrong with a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionFault {
    /// A field holds nothing.
    Empty(&'static str),
    /// The day is none, or not written `YYYY-MM-DD`.
    NotADay(String),
}

impl Decision {
    /// The fields in the order of the file.
    pub const FIELDS: [&'static str; 4] = ["diarienr", "unit", "purpose", "erase_by"];

    /// Whether every field says something, and the day is one.
    ///
    /// # Errors
    /// [`DecisionFault`]: the first that there is.
    pub fn check(&self) -> Result<(), DecisionFault> {
        let values = [&self.diarienr, &self.unit, &self.purpose, &self.erase_by];
        if let Some((field, _)) = Self::FIELDS.iter().zip(values).find(|(_, value)| value.trim().is_empty()) {
            return Err(DecisionFault::Empty(field));
        }
        match day(&self.erase_by) {
            Some(_) => Ok(()),
            None => Err(DecisionFault::NotADay(self.erase_by.clone())),
        }
    }

    /// Whether the day of erasure lies before this one (`YYYY-MM-DD`); the day itself is not too late. A day that is none has
    /// passed.
    #[must_use]
    pub fn is_overdue(&self, today: &str) -> bool {
        day(&self.erase_by).is_none_or(|erase_by| day(today).is_some_and(|today| erase_by < today))
    }
}

/// A day written `YYYY-MM-DD` and in no other way.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

/// For whom an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Staff with a right to the source: exact, with marks.
    #[default]
    Intern,
    /// The local council for crime prevention, which has outsiders in it.
    Rad,
    /// Anyone.
    Publik,
}

impl Audience {
    /// Every audience, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Intern, Self::Rad, Self::Publik];

    /// The word on the command line and in the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Intern => "intern",
            Self::Rad => "rad",
            Self::Publik => "publik",
        }
    }

    /// The audience with this [`Self::code`], or `None`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision() -> Decision {
        Decision {
            diarienr: "TN 2026/17".to_owned(),
            unit: "Trafikenheten".to_owned(),
            purpose: "Trafiksäkerhetsarbete".to_owned(),
            erase_by: "2028-12-31".to_owned(),
        }
    }

    #[test]
    fn a_decision_says_who_for_what_and_until_when() {
        assert_eq!(decision().check(), Ok(()));
        let empty = Decision { unit: " ".to_owned(), ..decision() };
        assert_eq!(empty.check(), Err(DecisionFault::Empty("unit")));
        for wrong in ["2028-02-30", "31/12 2028", "2028", "20281231", "2028-12-31T00:00"] {
            let wrong = Decision { erase_by: wrong.to_owned(), ..decision() };
            assert!(matches!(wrong.check(), Err(DecisionFault::NotADay(_))), "{}", wrong.erase_by);
        }
    }

    #[test]
    fn the_day_of_erasure_itself_is_not_too_late() {
        assert!(!decision().is_overdue("2028-12-31"));
        assert!(decision().is_overdue("2029-01-01"));
    }
}
