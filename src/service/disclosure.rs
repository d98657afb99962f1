//! What may leave, to whom: `data/disclosure.toml`, read once. Everything that is not on its list is refused.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::error::Result;
use super::gate_error::GateRefusal;
use crate::domain::{Audience, Severity};

/// An audience and whether it gets rows as they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceRule {
    /// Which.
    pub code: Audience,
    /// Rows as they are, with marks; else only what is on the list.
    pub exact: bool,
    /// Who that is, in Swedish.
    pub sv: String,
    /// Who that is, in English.
    pub en: String,
}

/// A layer that may leave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permitted {
    /// The layer.
    pub layer: String,
    /// For whom.
    pub audiences: Vec<Audience>,
    /// Whether rows of STRADA are counted only under a decision.
    pub decision: bool,
    /// Least events of a place.
    pub min_events: u64,
    /// Least whole years.
    pub min_years: usize,
    /// Least events of a class of severity; where one has fewer, but not none, neither is told.
    pub min_class_events: u64,
    /// Degrees of the severe class.
    pub severe: Vec<Severity>,
    /// What it shows, in Swedish.
    pub sv: String,
    /// What it shows, in English.
    pub en: String,
}

/// The whole of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Version of the list.
    pub version: u32,
    /// Where the numbers come from.
    pub source: String,
    /// Audiences.
    pub audience: Vec<AudienceRule>,
    /// The permitted list.
    pub permitted: Vec<Permitted>,
}

static RULES: LazyLock<Disclosure> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/disclosure.toml")).expect("a test checks the file"));

/// The rules.
#[must_use]
pub fn rules() -> &'static Disclosure {
    &RULES
}

impl Disclosure {
    /// Whether this audience gets rows as they are.
    #[must_use]
    pub fn is_exact(&self, audience: Audience) -> bool {
        self.audience.iter().any(|rule| rule.code == audience && rule.exact)
    }

    /// The rule by which a layer may leave to an audience that does not get rows as they are.
    ///
    /// # Errors
    /// [`GateRefusal::NotPermittedLayer`].
    pub fn permitted(&self, store: &str, layer: &str, audience: Audience) -> Result<&Permitted> {
        let fits = |rule: &&Permitted| rule.audiences.contains(&audience);
        self.permitted.iter().filter(fits).find(|rule| rule.layer == layer).ok_or_else(|| {
            let permitted = self.permitted.iter().filter(fits).map(|rule| rule.layer.clone()).collect();
            let (file, layer) = (store.to_owned(), layer.to_owned());
            GateRefusal::NotPermittedLayer { file, layer, audience: audience.code(), permitted }.into()
        })
    }

    /// The rules in lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        use crate::texts::text;
        let english = text("decimal-mark", &[]) == ".";
        let choose = |sv: &'_ str, en: &'_ str| if english { en.to_owned() } else { sv.to_owned() };
        let mut lines = vec![text("disclosure-title", &[("version", self.version.to_string())])];
        lines
            .extend(self.audience.iter().map(|rule| format!("{:<8} {}", rule.code.code(), choose(&rule.sv, &rule.en))));
        lines.push(text("disclosure-permitted", &[]));
        for rule in &self.permitted {
            let audiences: Vec<&str> = rule.audiences.iter().map(|audience| audience.code()).collect();
            let severe: Vec<String> = rule.severe.iter().map(|degree| degree.degree().sv.clone()).collect();
            lines.push(format!("{} ({}): {}", rule.layer, audiences.join(", "), choose(&rule.sv, &rule.en)));
            lines.push(text(
                "disclosure-numbers",
                &[
                    ("events", rule.min_events.to_string()),
                    ("years", rule.min_years.to_string()),
                    ("class", rule.min_class_events.to_string()),
                    ("severe", severe.join(", ")),
                ],
            ));
        }
        lines.push(text("disclosure-source", &[("source", self.source.clone())]));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_staff_get_rows_as_they_are_and_the_list_is_no_wider_than_the_users_asked_for() {
        let rules = rules();
        assert_eq!(rules.audience.len(), Audience::ALL.len());
        assert!(
            rules.is_exact(Audience::Intern) && !rules.is_exact(Audience::Rad) && !rules.is_exact(Audience::Publik)
        );
        for rule in &rules.permitted {
            assert!(rule.decision && rule.min_events >= 5 && rule.min_years >= 5 && rule.min_class_events >= 5);
        }
        for layer in ["events", "persons", "dbscan-accident/hotspots"] {
            for audience in [Audience::Rad, Audience::Publik] {
                let refused = rules.permitted("x", layer, audience).expect_err("not on the list").problem();
                assert!(refused.message.contains(layer) && refused.remedy.is_some(), "{refused:?}");
            }
        }
        assert!(rules.permitted("x", "olyckor_per_gata", Audience::Publik).is_ok());
        assert!(!rules.lines().iter().any(|line| line.contains('{')));
    }
}
