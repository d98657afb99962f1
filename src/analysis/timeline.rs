//! Events over time: how many of each type, and in which area, in each month, week or day?
//!
//! The one method that asks for no places, and so the one for sources that have none: lists whose positions are middles
//! of municipalities.

use std::collections::BTreeMap;

use crate::domain::{Interval, Period, Step};

/// What is counted of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occurrence<'a> {
    /// When; `None` where unknown.
    pub time: Option<&'a Interval>,
    /// Type, where it is told.
    pub category: Option<&'a str>,
    /// Name of the area, where it is told.
    pub area: Option<&'a str>,
    /// Whether it has a position.
    pub is_placed: bool,
}

/// The events of one type and area in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The period.
    pub period: Period,
    /// Type, where it is told.
    pub category: Option<String>,
    /// Name of the area, where it is told.
    pub area: Option<String>,
    /// Events.
    pub n: u64,
    /// How many of them have no position.
    pub unplaced: u64,
}

/// All events in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The period.
    pub period: Period,
    /// Events; 0 where nothing happened.
    pub n: u64,
    /// How many of them have no position.
    pub unplaced: u64,
    /// Whether the period lies between the first and the last day of the data: a part of one is not to be compared.
    pub is_whole: bool,
}

/// Counts over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// By period, then type, then area; what is not told comes first. Only what has events.
    pub entries: Vec<Entry>,
    /// Every period from the first event's to the last one's, in order.
    pub totals: Vec<Total>,
    /// Events without a time.
    pub undated: u64,
    /// Events whose time is coarser than the step.
    pub coarse: u64,
    /// First and last day of the events that were counted, `YYYY-MM-DD`; `None` where there are none.
    pub days: Option<(String, String)>,
}

/// Period, type and area.
type Key<'a> = (Period, Option<&'a str>, Option<&'a str>);
/// Events, and how many of them have no position.
type Count = (u64, u64);

/// Counts events by period, type and area, in whatever order they come.
///
/// An event belongs to the period by [`Interval::period`], in its own zone. No events give no rows. Memory is O(types x
/// areas x periods that have events), and one row a period; events of the years 1900 to 2200 make at most 110,000 days.
#[must_use]
pub fn timeline<'a>(events: impl Iterator<Item = Occurrence<'a>>, step: Step) -> Timeline {
    let mut found = Timeline::default();
    let mut counts: BTreeMap<Key<'_>, Count> = BTreeMap::new();
    for event in events {
        let Some(time) = event.time else {
            found.undated += 1;
            continue;
        };
        let (Some(period), Some((first, last))) = (time.period(step), time.days()) else {
            found.coarse += 1;
            continue;
        };
        let count = counts.entry((period, event.category, event.area)).or_default();
        count.0 += 1;
        count.1 += u64::from(!event.is_placed);
        // Dates of four-figure years are ordered as their texts are.
        let days = found.days.get_or_insert_with(|| (first.clone(), last.clone()));
        if first < days.0 {
            days.0 = first;
        }
        if last > days.1 {
            days.1 = last;
        }
    }
    let mut sums: BTreeMap<Period, Count> = BTreeMap::new();
    for ((period, ..), (n, unplaced)) in &counts {
        let sum = sums.entry(*period).or_default();
        *sum = (sum.0 + n, sum.1 + unplaced);
    }
    let (mut at, end) = (sums.keys().next().copied(), sums.keys().next_back().copied());
    while let (Some(period), Some(last)) = (at, end) {
        let (n, unplaced) = sums.get(&period).copied().unwrap_or_default();
        let is_whole = found
            .days
            .as_ref()
            .is_some_and(|(from, to)| *from <= period.first().to_string() && period.last().to_string() <= *to);
        found.totals.push(Total { period, n, unplaced, is_whole });
        at = if period < last { period.next(step) } else { None };
    }
    let entry = |((period, category, area), (n, unplaced)): (Key<'_>, Count)| Entry {
        period,
        category: category.map(str::to_owned),
        area: area.map(str::to_owned),
        n,
        unplaced,
    };
    found.entries = counts.into_iter().map(entry).collect();
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::Parts;

    fn at(year: i16, month: i8, day: i8) -> Interval {
        let some = |number: i8| (number > 0).then_some(number);
        let parts = Parts { year: Some(year), month: some(month), day: some(day), ..Parts::default() };
        Interval::from_parts(parts, "Europe/Stockholm").expect("a time")
    }

    fn event<'a>(time: &'a Interval, category: &'a str, area: &'a str) -> Occurrence<'a> {
        Occurrence { time: Some(time), category: Some(category), area: Some(area), is_placed: true }
    }

    fn totals(timeline: &Timeline, step: Step) -> Vec<(String, u64, u64, bool)> {
        let total = |total: &Total| (total.period.name(step), total.n, total.unplaced, total.is_whole);
        timeline.totals.iter().map(total).collect()
    }

    #[test]
    fn events_are_counted_by_month_type_and_area() {
        let times = [at(2024, 1, 10), at(2024, 1, 31), at(2024, 3, 1), at(2024, 4, 2)];
        let events = [
            event(&times[0], "Brand", "Kalmar"),
            event(&times[1], "Brand", "Kalmar"),
            Occurrence { is_placed: false, ..event(&times[1], "Stöld", "Kalmar") },
            event(&times[2], "Brand", "Nybro"),
            Occurrence { category: None, area: None, ..event(&times[3], "", "") },
        ];
        let counted = timeline(events.into_iter(), Step::Month);
        let row = |entry: &Entry| {
            (entry.period.name(Step::Month), entry.category.clone(), entry.area.clone(), entry.n, entry.unplaced)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            counted.entries.iter().map(row).collect::<Vec<_>>(),
            [
                ("2024-01".to_owned(), some("Brand"), some("Kalmar"), 2, 0),
                ("2024-01".to_owned(), some("Stöld"), some("Kalmar"), 1, 1),
                ("2024-03".to_owned(), some("Brand"), some("Nybro"), 1, 0),
                ("2024-04".to_owned(), None, None, 1, 0),
            ]
        );
        let month = |name: &str, n, unplaced, is_whole| (name.to_owned(), n, unplaced, is_whole);
        assert_eq!(
            totals(&counted, Step::Month),
            [
                month("2024-01", 3, 1, false),
                month("2024-02", 0, 0, true),
                month("2024-03", 1, 0, true),
                month("2024-04", 1, 0, false),
            ]
        );
        assert_eq!(counted.days, Some(("2024-01-10".to_owned(), "2024-04-02".to_owned())));
    }

    #[test]
    fn what_has_no_time_or_too_coarse_a_time_is_counted_apart() {
        let (year, month, day) = (at(2024, 0, 0), at(2024, 2, 0), at(2024, 2, 5));
        let undated = Occurrence { time: None, ..event(&day, "a", "b") };
        let events = [undated, event(&year, "a", "b"), event(&month, "a", "b"), event(&day, "a", "b")];
        let by = |step| {
            let counted = timeline(events.into_iter(), step);
            (counted.undated, counted.coarse, counted.totals.iter().map(|total| total.n).sum::<u64>())
        };
        assert_eq!(by(Step::Month), (1, 1, 2));
        assert_eq!(by(Step::Week), (1, 2, 1));
        assert_eq!(by(Step::Day), (1, 2, 1));
    }

    #[test]
    fn no_events_give_no_rows_and_a_whole_month_is_whole() {
        assert_eq!(timeline(std::iter::empty(), Step::Day), Timeline::default());
        let month = at(2024, 2, 0);
        let counted = timeline([event(&month, "a", "b")].into_iter(), Step::Month);
        assert_eq!(totals(&counted, Step::Month), [("2024-02".to_owned(), 1, 0, true)]);
    }

    proptest! {
        #[test]
        fn every_event_is_counted_once_whatever_the_order(
            days in prop::collection::vec((2020_i16..2023, 0_i8..13, 0_i8..28, any::<bool>()), 0..60),
            step in prop::sample::select(Step::ALL.to_vec()),
        ) {
            let times: Vec<Option<Interval>> = days
                .iter()
                .map(|&(year, month, day, known)| known.then(|| at(year, month, if month == 0 { 0 } else { day })))
                .collect();
            let occurrence = |time: &'_ Option<Interval>| -> (Option<Interval>, bool) { (time.clone(), time.is_some()) };
            let owned: Vec<(Option<Interval>, bool)> = times.iter().map(occurrence).collect();
            let events = || owned.iter().map(|(time, is_placed)| Occurrence {
                time: time.as_ref(), category: None, area: None, is_placed: *is_placed,
            });
            let counted = timeline(events(), step);
            let sum: u64 = counted.totals.iter().map(|total| total.n).sum();
            prop_assert_eq!(sum + counted.undated + counted.coarse, days.len() as u64);
            prop_assert_eq!(sum, counted.entries.iter().map(|entry| entry.n).sum::<u64>());
            prop_assert!(counted.totals.windows(2).all(|pair| pair[0].period < pair[1].period));
            prop_assert_eq!(&counted, &timeline(events().rev(), step));
        }
    }
}
