//! Where × weekday × hour: the tillsynsblad for those who walk the streets. A table, not a test: it says when events were, not
//! that one hour differs from another.
//!
//! Source: counting. Only events whose hour is told count; a day without an hour has no place in the week's hours.

use std::collections::BTreeMap;

use super::Error;
use crate::domain::Interval;

/// Counts of one place: seven days from Monday, 24 hours each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The place, as it was given.
    pub place: String,
    /// Events by weekday (0 is Monday) and hour of the day, in the source's own zone.
    pub counts: [[u32; 24]; 7],
    /// Events in all hours.
    pub total: u64,
    /// Events of the place that were left out: no time, or one coarser than the hour.
    pub left_out: u64,
}

/// Counts of all places.
#[derive(Debug, Clone, PartialEq)]
pub struct Timetable {
    /// Places with most events first, ties by name.
    pub places: Vec<Hours>,
    /// Events that were counted.
    pub counted: u64,
    /// Events without a time.
    pub undated: u64,
    /// Events whose time is coarser than the hour.
    pub coarse: u64,
    /// Share (0 to 1) of the events whose hour is known.
    pub share_known: f64,
}

/// Counts events by place, weekday and hour, in whatever order they come.
///
/// An event belongs to the hour in which it starts. No events give an empty table with the share 0.
///
/// # Errors
/// [`Error::NoHourKnown`] where there are events and the hour of none is known.
pub fn timetable<'a>(events: impl Iterator<Item = (&'a str, Option<&'a Interval>)>) -> Result<Timetable, Error> {
    let mut places: BTreeMap<&str, Hours> = BTreeMap::new();
    let (mut counted, mut undated, mut coarse) = (0_u64, 0_u64, 0_u64);
    for (place, time) in events {
        let hours = places.entry(place).or_insert_with(|| Hours {
            place: place.to_owned(),
            counts: [[0; 24]; 7],
            total: 0,
            left_out: 0,
        });
        match time.map(Interval::weekday_and_hour) {
            Some(Some((day, hour))) => {
                hours.counts[usize::from(day)][usize::from(hour)] += 1;
                hours.total += 1;
                counted += 1;
            }
            Some(None) => {
                hours.left_out += 1;
                coarse += 1;
            }
            None => {
                hours.left_out += 1;
                undated += 1;
            }
        }
    }
    let all = counted + undated + coarse;
    if counted == 0 && all > 0 {
        return Err(Error::NoHourKnown { rows: all });
    }
    let mut places: Vec<Hours> = places.into_values().collect();
    places.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.place.cmp(&b.place)));
    let share_known = if all == 0 { 0.0 } else { counted as f64 / all as f64 };
    Ok(Timetable { places, counted, undated, coarse, share_known })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Parts;

    fn at(day: i8, hour: Option<i8>) -> Interval {
        let parts = Parts { year: Some(2024), month: Some(7), day: Some(day), hour, minute: None };
        Interval::from_parts(parts, "Europe/Stockholm").expect("a time")
    }

    #[test]
    fn events_stand_under_their_weekday_and_hour_by_the_clock_of_their_zone() {
        // 2024-07-01 was a Monday; 23 in Stockholm is 21 in UTC.
        let (monday, sunday, coarse) = (at(1, Some(23)), at(7, Some(0)), at(2, None));
        let events = [
            ("Torget", Some(&monday)),
            ("Torget", Some(&monday)),
            ("Parken", Some(&sunday)),
            ("Parken", Some(&coarse)),
            ("Parken", None),
        ];
        let table = timetable(events.into_iter()).expect("hours are known");
        let names: Vec<_> =
            table.places.iter().map(|place| (place.place.as_str(), place.total, place.left_out)).collect();
        assert_eq!(names, [("Torget", 2, 0), ("Parken", 1, 2)]);
        assert_eq!((table.places[0].counts[0][23], table.places[1].counts[6][0]), (2, 1));
        assert_eq!((table.counted, table.undated, table.coarse), (3, 1, 1));
        assert!((table.share_known - 0.6).abs() < 1e-12);
    }

    #[test]
    fn days_without_hours_are_refused_and_no_events_are_no_error() {
        let day = at(3, None);
        assert_eq!(
            timetable([("Torget", Some(&day)), ("Torget", None)].into_iter()),
            Err(Error::NoHourKnown { rows: 2 })
        );
        assert_eq!(timetable(std::iter::empty()).expect("empty").places, []);
    }
}
