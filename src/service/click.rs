//! What a click on a place along a road tells, line by line, in words that may be read aloud in the nämnd. Pure.

use super::columns::kind_word;
use super::hotspots::{Frame, Road, Summary};
use super::similar::Standing;
use crate::domain::{Kind, Passport};
use crate::geopackage::styles::period_text;
use crate::texts::{number, swedish};

/// From this share of similar places with a lower rate on, a place is among the highest. Ours: the top tenth.
const TOP: f64 = 0.9;

/// Fewer events than this are too few to conclude from: one more or less changes the picture. The same number as the
/// least that is published (users' rule for named streets).
const FEW: i64 = 5;

/// The lines of a layer's rows.
#[derive(Debug, Clone, Copy)]
pub struct Click<'a> {
    /// What the layer is about.
    pub frame: &'a Frame<'a>,
    /// What it rests on.
    pub passport: &'a Passport,
    /// Id of what its places are called together: streets, stretches, junctions.
    pub places: &'static str,
}

impl Click<'_> {
    /// `12 olyckor, 14 skadade, 2021–2025 (2025 preliminärt)`; where the source lists no persons, without the injured.
    pub(super) fn summary(&self, row: &Summary) -> String {
        let word = kind_word(self.frame.kind);
        let unit = if row.n == 1 { format!("unit-one-{word}") } else { format!("unit-{word}") };
        let mut parts = vec![format!("{} {}", row.n, swedish(&unit, &[]))];
        if let Some(casualties) = row.casualties {
            parts.push(swedish("click-injured", &[("injured", casualties.injured.to_string())]));
        }
        parts.push(period_text(self.passport));
        parts.join(", ")
    }

    /// Persons by degree on each scale by itself, `None` where the source lists none.
    #[expect(clippy::unused_self, reason = "a line like the others")]
    pub(super) fn degrees(&self, row: &Summary) -> Option<String> {
        let sum = row.casualties?;
        let told = sum.dead + sum.iss9 + sum.iss48 + sum.iss13 + sum.police_severe + sum.police_light;
        let mut parts: Vec<String> = [
            ("col-dodade", sum.dead),
            ("col-allvarligt_iss9", sum.iss9),
            ("col-mattligt_iss48", sum.iss48),
            ("col-lindrigt_iss13", sum.iss13),
            ("col-svart_polis", sum.police_severe),
            ("click-police-light", sum.police_light),
        ]
        .into_iter()
        .map(|(alias, count)| format!("{} {count}", swedish(alias, &[])))
        .collect();
        let rest = sum.injured.saturating_sub(told);
        if rest > 0 {
            parts.push(swedish("click-other-degrees", &[("count", rest.to_string())]));
        }
        Some(parts.join(" · "))
    }

    /// Väghållare, speed limit and ÅDT with its year, each `okänd` where it is not known.
    #[expect(clippy::unused_self, reason = "a line like the others")]
    pub(super) fn road(&self, row: &Summary) -> String {
        let unknown = || swedish("road-unknown", &[]);
        let keeper = Some(row.road.keepers.clone()).filter(|keepers| !keepers.is_empty()).unwrap_or_else(unknown);
        let speed = row.road.speed.map_or_else(unknown, |speed| format!("{speed} km/tim"));
        swedish("click-road", &[("keeper", keeper), ("speed", speed), ("traffic", traffic(&row.road))])
    }

    /// Is it much? One or two sentences; `None` where no comparison can be made.
    pub(super) fn comparison(&self, row: &Summary) -> Option<String> {
        let (standing, rate) = (row.road.standing.as_ref()?, row.road.likeness_rate?);
        Some(much(self.frame.kind, row.n, rate, row.road.per_km_year.is_some(), standing, self.places))
    }

    /// Säkerhet i slutsatsen and one sentence why.
    pub(super) fn certainty(&self, row: &Summary) -> (String, String) {
        let units = swedish(&format!("unit-{}", kind_word(self.frame.kind)), &[]);
        let values = [("units", units), ("traffic", traffic(&row.road)), ("n", row.n.to_string())];
        let text = |id: &str| swedish(id, &values);
        let adt = row.road.adt.is_some();
        if row.n == 0 {
            return (text("certainty-untested"), text("road-certainty-few"));
        }
        match (&row.road.standing, adt) {
            (Some(_), _) if row.n < FEW => (text("certainty-low"), text("road-certainty-too-few")),
            (Some(_), true) => (text("certainty-medium"), text("road-certainty-compared-traffic")),
            (Some(_), false) if row.road.many => (text("certainty-medium"), text("road-certainty-compared-many")),
            (Some(_), false) => (text("certainty-medium"), text("road-certainty-compared")),
            (None, true) => (text("certainty-untested"), text("road-certainty-traffic")),
            (None, false) if row.road.many => (text("certainty-untested"), text("road-certainty-many")),
            (None, false) => (text("certainty-untested"), text("road-certainty-few")),
        }
    }

    /// Where the numbers come from, and what is not in them.
    pub(super) fn gaps(&self, row: &Summary) -> String {
        let mut parts = Vec::new();
        if row.n > 0 {
            parts.push(swedish("click-sources", &[("sources", row.source_text())]));
        }
        if self.passport.unplaced > 0 {
            parts.push(swedish("click-unplaced", &[("count", self.passport.unplaced.to_string())]));
        }
        for (reason, count) in &self.passport.dropped {
            parts.push(swedish("note-not-counted", &[("count", count.to_string()), ("reason", reason.clone())]));
        }
        if row.road.in_junction.is_some_and(|count| count > 0) {
            let count = row.road.in_junction.unwrap_or_default().to_string();
            parts.push(swedish("click-in-junctions", &[("count", count)]));
        }
        if let Some(year) = self.frame.chosen.preliminary.filter(|_| self.frame.kind == Some(Kind::Accident)) {
            parts.push(swedish("note-preliminary", &[("year", year.to_string())]));
        }
        if parts.is_empty() { swedish("click-no-gaps", &[]) } else { parts.join(" ") }
    }
}

/// `8400 fordon/dygn (2021)`, or that it is not known.
pub(super) fn traffic(road: &Road) -> String {
    match road.adt {
        None => swedish("road-traffic-unknown", &[]),
        Some((adt, None)) => swedish("road-traffic", &[("adt", adt.to_string())]),
        Some((adt, Some(year))) => {
            swedish("road-traffic-year", &[("adt", adt.to_string()), ("year", year.to_string())])
        }
    }
}

/// How a place stands, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    None,
    Top,
    Above,
    Usual,
}

fn verdict(events: i64, rate: f64, standing: &Standing) -> Verdict {
    if events == 0 {
        Verdict::None
    } else if standing.fewer >= TOP {
        Verdict::Top
    } else if rate > standing.median {
        Verdict::Above
    } else {
        Verdict::Usual
    }
}

/// `väghållare, hastighetsgräns och klass`.
fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {} {last}", first.join(", "), swedish("and", &[])),
    }
}

/// Is it much? One sentence on `n` events at a rate (per kilometre and year, or per year) against similar places.
#[must_use]
pub fn much(kind: Option<Kind>, n: i64, rate: f64, per_km: bool, standing: &Standing, places: &str) -> String {
    let words: Vec<String> = standing.by.iter().map(|word| swedish(word, &[])).collect();
    let id = match verdict(n, rate, standing) {
        Verdict::None => "click-much-none",
        Verdict::Top => "click-much-top",
        Verdict::Above => "click-much-above",
        Verdict::Usual => "click-much-usual",
    };
    let values = [
        ("units", swedish(&format!("unit-{}", kind_word(kind)), &[])),
        ("rate", number(&rate)),
        ("median", number(&((standing.median * 100.0).round() / 100.0))),
        ("per", swedish(if per_km { "click-per-km-year" } else { "click-per-year" }, &[])),
        ("others", standing.others.to_string()),
        ("by", joined(&words)),
        ("places", swedish(places, &[])),
        ("share", format!("{:.0}", standing.fewer * 100.0)),
    ];
    swedish(id, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_is_the_top_tenth_and_usual_is_at_most_the_median() {
        let standing = |fewer| Standing { by: vec!["like-keeper"], others: 20, median: 0.5, fewer };
        assert_eq!(verdict(9, 3.0, &standing(0.9)), Verdict::Top);
        assert_eq!(verdict(9, 0.6, &standing(0.89)), Verdict::Above);
        assert_eq!(verdict(1, 0.5, &standing(0.4)), Verdict::Usual);
        assert_eq!(verdict(0, 0.0, &standing(0.0)), Verdict::None);
    }

    #[test]
    fn words_are_joined_as_people_do() {
        let join = |words: &[&str]| joined(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(join(&["a"]), "a");
        assert_eq!(join(&["a", "b", "c"]), "a, b och c");
        assert_eq!(join(&[]), "");
    }

    #[test]
    fn traffic_is_told_with_its_year() {
        let road = |adt| Road { adt, ..Road::default() };
        assert_eq!(traffic(&road(Some((8400, Some(2021))))), "8400 fordon/dygn (2021)");
        assert_eq!(traffic(&road(None)), "okänd");
    }
}
