//! Accidents of a municipality by year, road-user category and väghållare. Pure.

use std::collections::BTreeMap;

use crate::domain::{Event, Interval, RoadKeeper, category};
use crate::service::facts::Casualties;
use crate::service::place::{Line, UNTOLD};

/// One line of the full cross table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Year.
    pub year: i16,
    /// Road-user category.
    pub mode: String,
    /// Väghållare, `None` where not known.
    pub keeper: Option<RoadKeeper>,
}

/// What a year of accidents sums up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// Year to accidents and persons; every year between the first and the last.
    pub years: BTreeMap<i16, Line>,
    /// Year and väghållare to accidents and persons.
    pub keepers: BTreeMap<(i16, Option<RoadKeeper>), Line>,
    /// Injured persons by year, road-user category and väghållare.
    pub cross: BTreeMap<Key, Casualties>,
    /// Falls of walkers by year.
    pub falls: BTreeMap<i16, Line>,
    /// Accidents without a year.
    pub undated: u64,
    /// Accidents without a position.
    pub unplaced: u64,
}

/// Counts accidents; `keeper` tells the väghållare of an event. Falls of walkers are counted apart.
#[must_use]
pub fn count(events: &[Event], keeper: &dyn Fn(&Event) -> Option<RoadKeeper>) -> Counted {
    let mut counted = Counted::default();
    for event in events {
        let Some(year) = event.time.as_ref().and_then(Interval::year) else {
            counted.undated += 1;
            continue;
        };
        counted.unplaced += u64::from(event.position.is_none());
        if category::is_fall(&event.category) {
            counted.falls.entry(year).or_default().add(event);
            continue;
        }
        let keeper = keeper(event);
        counted.years.entry(year).or_default().add(event);
        counted.keepers.entry((year, keeper)).or_default().add(event);
        for person in event.persons.iter().filter(|person| person.severity.is_casualty()) {
            let mode = person.mode.clone().unwrap_or_else(|| UNTOLD.to_owned());
            counted.cross.entry(Key { year, mode, keeper }).or_default().add(person.severity);
        }
    }
    if let (Some(first), Some(last)) = (counted.years.keys().next().copied(), counted.years.keys().last().copied()) {
        for year in first..=last {
            counted.years.entry(year).or_default();
        }
    }
    counted
}
