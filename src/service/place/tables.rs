//! What is counted at a place. Pure: events in, numbers out. Accidents and injured persons are never added up.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Event, Kind, Severity, category};
use crate::service::facts::Casualties;

/// Accidents with their persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Accidents.
    pub accidents: u64,
    /// Of those, with someone killed or injured as their worst outcome.
    pub with_injury: u64,
    /// Persons, where the source lists them.
    pub persons: Casualties,
}

impl Line {
    /// Counts one accident more, with its persons.
    pub fn add(&mut self, event: &Event) {
        self.accidents += 1;
        self.with_injury += u64::from(event.severity.is_casualty());
        event.persons.iter().for_each(|person| self.persons.add(person.severity));
    }

    /// The sum of two lines.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accidents: self.accidents + other.accidents,
            with_injury: self.with_injury + other.with_injury,
            persons: self.persons.plus(other.persons),
        }
    }
}

/// Who reported persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// Only the police.
    pub police: u64,
    /// Only a hospital.
    pub hospital: u64,
    /// Both.
    pub both: u64,
    /// Not told.
    pub unknown: u64,
}

/// Accidents at a place.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Accidents {
    /// Year to numbers, every year of the table, also those without an accident.
    pub years: BTreeMap<i16, Line>,
    /// Without a year that is known.
    pub undated: Line,
    /// Road-user category to injured persons, of the last years.
    pub modes: BTreeMap<String, Casualties>,
    /// Type of accident to accidents, of the last years.
    pub types: BTreeMap<String, u64>,
    /// Who reported the injured of the last years.
    pub reported: Reported,
    /// Falls of walkers in the last years, which are no "vägtrafikolyckor".
    pub falls: Line,
    /// Whether the sources list persons.
    pub lists_persons: bool,
}

/// The word for what a source does not tell.
pub const UNTOLD: &str = "Uppgift saknas";

/// Counts accidents. `table` are the years of the table, `last` those of the headline.
#[must_use]
pub fn accidents(events: &[&Event], table: &[i16], last: &[i16]) -> Accidents {
    let mut counted =
        Accidents { years: table.iter().map(|year| (*year, Line::default())).collect(), ..Accidents::default() };
    for event in events.iter().filter(|event| event.kind == Kind::Accident) {
        counted.lists_persons |= !event.persons.is_empty();
        let year = event.time.as_ref().and_then(crate::domain::Interval::year);
        let recent = year.is_some_and(|year| last.contains(&year));
        if category::is_fall(&event.category) {
            if recent {
                counted.falls.add(event);
            }
            continue;
        }
        match year {
            Some(year) => {
                if let Some(line) = counted.years.get_mut(&year) {
                    line.add(event);
                }
            }
            None => counted.undated.add(event),
        }
        if !recent {
            continue;
        }
        let word = category::shown(&event.category, event.category_text.as_deref());
        *counted.types.entry(word.unwrap_or_else(|| UNTOLD.to_owned())).or_default() += 1;
        for person in event.persons.iter().filter(|person| person.severity.is_casualty()) {
            let mode = person.mode.clone().unwrap_or_else(|| UNTOLD.to_owned());
            counted.modes.entry(mode).or_default().add(person.severity);
            match person.reported_by.as_deref() {
                Some("polis") => counted.reported.police += 1,
                Some("sjukvård") => counted.reported.hospital += 1,
                Some("båda") => counted.reported.both += 1,
                _ => counted.reported.unknown += 1,
            }
        }
    }
    counted
}

/// Other events by kind and category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Other {
    /// Kind.
    pub kind: Kind,
    /// Category in words.
    pub what: String,
    /// Year to number, every year of the headline.
    pub years: BTreeMap<i16, u64>,
    /// Cost in öre of those years, and the number of events that it is told for.
    pub cost: (i64, u64),
}

/// Counts events that are no accidents, in the years of the headline; most first, then by name.
#[must_use]
pub fn others(events: &[&Event], last: &[i16]) -> Vec<Other> {
    let mut found: BTreeMap<(Kind, String), Other> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind != Kind::Accident) {
        let Some(year) = event.time.as_ref().and_then(crate::domain::Interval::year).filter(|year| last.contains(year))
        else {
            continue;
        };
        let what =
            category::shown(&event.category, event.category_text.as_deref()).unwrap_or_else(|| UNTOLD.to_owned());
        let entry = found.entry((event.kind, what.clone())).or_insert_with(|| Other {
            kind: event.kind,
            what,
            years: last.iter().map(|year| (*year, 0)).collect(),
            cost: (0, 0),
        });
        *entry.years.entry(year).or_default() += 1;
        if let Some(cost) = event.cost {
            entry.cost.0 += cost.0;
            entry.cost.1 += 1;
        }
    }
    let mut list: Vec<Other> = found.into_values().collect();
    let total = |other: &Other| other.years.values().sum::<u64>();
    list.sort_by(|a, b| a.kind.cmp(&b.kind).then(total(b).cmp(&total(a))).then(a.what.cmp(&b.what)));
    list
}

/// One line of the full cross table: year, road-user category, type of accident, degree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cross {
    /// Year, `None` where not told.
    pub year: Option<i16>,
    /// Road-user category.
    pub mode: String,
    /// Type of accident.
    pub what: String,
    /// Degree of injury.
    pub degree: Severity,
}

/// Injured persons by year, road-user category, type of accident and degree; falls of walkers are there too, under their
/// own type.
#[must_use]
pub fn cross(events: &[&Event]) -> BTreeMap<Cross, u64> {
    let mut table = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == Kind::Accident) {
        let year = event.time.as_ref().and_then(crate::domain::Interval::year);
        let what =
            category::shown(&event.category, event.category_text.as_deref()).unwrap_or_else(|| UNTOLD.to_owned());
        for person in event.persons.iter().filter(|person| person.severity.is_casualty()) {
            let mode = person.mode.clone().unwrap_or_else(|| UNTOLD.to_owned());
            *table.entry(Cross { year, mode, what: what.clone(), degree: person.severity }).or_default() += 1;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Ore, Person, Secrecy, Source};

    fn event(id: &str, kind: Kind, category: &str, year: i16, degrees: &[Severity]) -> Event {
        let parts = crate::domain::time::Parts { year: Some(year), month: Some(3), ..Default::default() };
        let person = |severity: &Severity| Person {
            severity: *severity,
            mode: Some("Cykel".to_owned()),
            reported_by: Some("båda".to_owned()),
            ..Person::default()
        };
        Event {
            id: id.to_owned(),
            kind,
            category: category.to_owned(),
            category_text: None,
            time: Interval::from_parts(parts, "Europe/Stockholm"),
            position: None,
            severity: degrees.iter().min().copied().unwrap_or_default(),
            cost: (kind == Kind::Damage).then_some(Ore(12_350)),
            street: None,
            secrecy: Secrecy::Intern,
            source: Source { system: "A".to_owned(), file: "a".to_owned(), sheet: None, row: 2 },
            elements: Vec::new(),
            persons: degrees.iter().map(person).collect(),
            attributes: BTreeMap::new(),
            free_text: BTreeMap::new(),
            content: String::new(),
        }
    }

    #[test]
    fn accidents_and_persons_are_counted_apart_and_falls_by_themselves() {
        let list = [
            event("1", Kind::Accident, "C", 2024, &[Severity::Iss9, Severity::Unhurt]),
            event("2", Kind::Accident, "C", 2024, &[Severity::Iss13, Severity::Iss13]),
            event("3", Kind::Accident, "G0", 2024, &[Severity::Iss48]),
            event("4", Kind::Accident, "S", 2019, &[Severity::Dead]),
            event("5", Kind::Accident, "S", 2010, &[Severity::Dead]),
            event("6", Kind::Damage, "klotter", 2024, &[]),
        ];
        let events: Vec<&Event> = list.iter().collect();
        let table: Vec<i16> = (2016..=2025).collect();
        let counted = accidents(&events, &table, &[2021, 2022, 2023, 2024, 2025]);
        assert_eq!((counted.years[&2024].accidents, counted.years[&2024].persons.injured), (2, 3));
        assert_eq!((counted.years[&2019].accidents, counted.years[&2019].persons.dead), (1, 1));
        assert_eq!((counted.years[&2025].accidents, counted.years.len()), (0, 10));
        assert_eq!((counted.falls.accidents, counted.falls.persons.iss48), (1, 1));
        assert_eq!(counted.modes["Cykel"].injured, 3);
        assert_eq!(counted.types.values().sum::<u64>(), 2);
        assert_eq!(counted.reported, Reported { both: 3, ..Reported::default() });
        let other = others(&events, &[2024, 2025]);
        assert_eq!((other.len(), other[0].years[&2024], other[0].cost), (1, 1, (12_350, 1)));
        assert_eq!(cross(&events).values().sum::<u64>(), 6);
    }

    #[test]
    fn nothing_gives_empty_tables() {
        let counted = accidents(&[], &[2024], &[2024]);
        assert_eq!((counted.years[&2024], counted.lists_persons), (Line::default(), false));
        assert!(others(&[], &[2024]).is_empty() && cross(&[]).is_empty());
    }
}
