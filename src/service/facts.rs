//! What is told of a row beside its place: the little that hotspots are summed up by. Pure.

use std::ops::Deref;
use std::sync::Arc;

use crate::domain::{Event, Interval, Kind, Net, Severity, category};

/// Persons by degree of injury, for sources that list persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Casualties {
    /// Injured or killed, on any scale.
    pub injured: u32,
    /// Killed.
    pub dead: u32,
    /// ISS 9 and above.
    pub iss9: u32,
    /// ISS 4 to 8.
    pub iss48: u32,
    /// ISS 1 to 3.
    pub iss13: u32,
    /// Severely injured according to the police.
    pub police_severe: u32,
    /// Slightly injured according to the police.
    pub police_light: u32,
    /// Injured, degree not told.
    pub hurt: u32,
}

/// What is told of one event beside its place. A bare point takes forty bytes: a file may hold millions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fact {
    /// Kind, where it is known.
    pub kind: Option<Kind>,
    /// Worst outcome.
    pub severity: Severity,
    /// Weight for ranking; 1 where no value was asked for.
    pub weight: f64,
    /// How far off the position may be, in metres; see [`crate::domain::Position::uncertainty_m`]. 0 without a position.
    pub uncertainty_m: f64,
    /// Register or file.
    pub source: Arc<str>,
    pub(super) told: Option<Box<Told>>,
}

/// The part of a [`Fact`] that many sources do not tell; read through it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// Label of the category, or the source's own words where the taxonomy does not know it.
    pub category: Option<String>,
    /// The net that such events happen on.
    pub net: Net,
    /// Road-user categories of the persons.
    pub modes: Vec<String>,
    /// Persons, or `None` where the source does not list them.
    pub casualties: Option<Casualties>,
    /// When.
    pub time: Option<Interval>,
    /// Street.
    pub street: Option<String>,
    /// Whether it is a fall without a vehicle.
    pub fall: bool,
    /// Who reported it, where the source tells: `polis`, `sjukvård`, `båda`.
    pub reporter: Option<&'static str>,
    /// Name of the area, where the source tells: the municipality, the district.
    pub area: Option<String>,
}

static NOTHING: Told = Told {
    category: None,
    net: Net::Any,
    modes: Vec::new(),
    casualties: None,
    time: None,
    street: None,
    fall: false,
    reporter: None,
    area: None,
};

impl Deref for Fact {
    type Target = Told;

    fn deref(&self) -> &Told {
        self.told.as_deref().unwrap_or(&NOTHING)
    }
}

/// Names under which mappings keep the area, the finest first.
pub const AREA: [&str; 2] = ["omrade", "kommun"];

impl Fact {
    /// The facts of an event, weighted 1. `source` is the event's register, shared by all of its events.
    #[must_use]
    pub fn of(event: &Event, source: Arc<str>) -> Self {
        let told = Told {
            category: category::shown(&event.category, event.category_text.as_deref()),
            net: category::net(&event.category),
            modes: event.persons.iter().filter_map(|person| person.mode.clone()).collect(),
            casualties: (!event.persons.is_empty())
                .then(|| Casualties::of(event.persons.iter().map(|person| person.severity))),
            time: event.time.clone(),
            street: event.street.clone(),
            fall: category::is_fall(&event.category),
            reporter: reporter(event.persons.iter().filter_map(|person| person.reported_by.as_deref())),
            area: AREA.iter().find_map(|name| event.attributes.get(*name).cloned()),
        };
        let uncertainty_m = event.position.map_or(0.0, |position| position.uncertainty_m());
        let bare =
            Self { kind: Some(event.kind), severity: event.severity, weight: 1.0, uncertainty_m, source, told: None };
        bare.telling(told)
    }

    /// The same with what else is told.
    #[must_use]
    pub fn telling(mut self, told: Told) -> Self {
        self.told = (told != NOTHING).then(|| Box::new(told));
        self
    }
}

/// Who reports: the words of a person's `reported_by`, and of the column `kalla`.
pub const REPORTERS: [&str; 3] = ["polis", "sjukvård", "båda"];

/// Who reported an event whose persons these reporters tell of: both where they differ; `None` where none is known.
pub fn reporter<'a>(reported_by: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let [police, hospital, both] = REPORTERS;
    let (mut by_police, mut by_hospital) = (false, false);
    for word in reported_by {
        by_police |= word == police || word == both;
        by_hospital |= word == hospital || word == both;
    }
    match (by_police, by_hospital) {
        (true, true) => Some(both),
        (true, false) => Some(police),
        (false, true) => Some(hospital),
        (false, false) => None,
    }
}

impl Casualties {
    /// Counts degrees of injury.
    #[must_use]
    pub fn of(degrees: impl Iterator<Item = Severity>) -> Self {
        let mut sum = Self::default();
        degrees.for_each(|degree| sum.add(degree));
        sum
    }

    /// Counts one person more.
    pub fn add(&mut self, degree: Severity) {
        self.injured += u32::from(degree.is_casualty());
        match degree {
            Severity::Dead => self.dead += 1,
            Severity::Iss9 => self.iss9 += 1,
            Severity::Iss48 => self.iss48 += 1,
            Severity::Iss13 => self.iss13 += 1,
            Severity::PoliceSevere => self.police_severe += 1,
            Severity::PoliceLight => self.police_light += 1,
            Severity::Hurt => self.hurt += 1,
            Severity::Unhurt | Severity::Property | Severity::Unknown => {}
        }
    }

    /// The sum of two counts.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            injured: self.injured + other.injured,
            dead: self.dead + other.dead,
            iss9: self.iss9 + other.iss9,
            iss48: self.iss48 + other.iss48,
            iss13: self.iss13 + other.iss13,
            police_severe: self.police_severe + other.police_severe,
            police_light: self.police_light + other.police_light,
            hurt: self.hurt + other.hurt,
        }
    }
}

/// Registers of these events, sorted.
pub fn systems<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<String> {
    let all: std::collections::BTreeSet<&str> = events.map(|event| event.source.system.as_str()).collect();
    all.into_iter().map(str::to_owned).collect()
}

/// The texts with their counts, most frequent first, ties in alphabetical order.
pub fn ranked<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut list: Vec<(&str, usize)> = counts.into_iter().collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    list
}

/// The first few of [`ranked`] as `Cykel singel 12 · Korsande 4`.
pub fn ranked_text<'a>(texts: impl Iterator<Item = &'a str>, most: usize) -> Option<String> {
    let parts: Vec<String> =
        ranked(texts).into_iter().take(most).map(|(text, count)| format!("{text} {count}")).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Number of events by worst outcome, worst first: `Dödad 1 · Allvarligt skadad (ISS 9–) 2`.
pub fn severity_text(degrees: impl Iterator<Item = Severity>) -> Option<String> {
    let mut counts = vec![0_usize; Severity::table().len()];
    for degree in degrees {
        counts[degree as usize] += 1;
    }
    let lines = Severity::table().iter().zip(counts).filter(|(_, count)| *count > 0);
    let parts: Vec<String> = lines.map(|(degree, count)| format!("{} {count}", degree.sv)).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// What a place is called: its commonest street, and the second where at least three in ten of the events name it.
/// `None` where no event names a street.
pub fn place_name<'a>(streets: impl Iterator<Item = Option<&'a str>>) -> Option<String> {
    let all: Vec<Option<&str>> = streets.collect();
    let list = ranked(all.iter().flatten().copied());
    let (first, _) = list.first()?;
    match list.get(1) {
        Some((second, count)) if count * 10 >= all.len() * 3 => Some(format!("{first} / {second}")),
        _ => Some((*first).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_by_their_streets() {
        let name =
            |list: &[&'static str]| place_name(list.iter().map(|street| (!street.is_empty()).then_some(*street)));
        assert_eq!(name(&["Storgatan", "Storgatan", "Storgatan", "Kajen"]).as_deref(), Some("Storgatan"));
        assert_eq!(name(&["Storgatan", "Kajen", "Storgatan", "Kajen"]).as_deref(), Some("Kajen / Storgatan"));
        assert_eq!(name(&["", ""]), None);
    }

    #[test]
    fn outcomes_are_listed_worst_first() {
        let text = severity_text([Severity::Iss13, Severity::Dead, Severity::Iss13].into_iter());
        assert_eq!(text.as_deref(), Some("Dödad 1 · Lindrigt skadad (ISS 1–3) 2"));
        assert_eq!(severity_text(std::iter::empty()), None);
    }

    #[test]
    fn an_event_is_reported_by_both_where_its_persons_are_told_of_by_different_ones() {
        let of = |words: &[&'static str]| reporter(words.iter().copied());
        assert_eq!(of(&["polis", "polis"]), Some("polis"));
        assert_eq!(of(&["polis", "sjukvård"]), Some("båda"));
        assert_eq!(of(&["båda"]), Some("båda"));
        assert_eq!((of(&["sjukvård", "annan"]), of(&["annan"]), of(&[])), (Some("sjukvård"), None, None));
    }

    #[test]
    fn a_person_counts_once_on_its_own_scale() {
        let sum =
            Casualties::of([Severity::Dead, Severity::PoliceSevere, Severity::Unhurt, Severity::Iss9].into_iter());
        assert_eq!((sum.injured, sum.dead, sum.police_severe, sum.iss9), (3, 1, 1, 1));
    }
}
