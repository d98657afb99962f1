//! Who reported in which year? The täckningstabell, worked out from the counts themselves.
//!
//! Registers do not say when a hospital joined or left. The counts show it: a reporter that names events in other years
//! and none in one year did not report that year; one whose count is far below its other years reported in part. Both
//! are only signs. They are written as such, with the reason, and a person who knows better writes over them.
//!
//! The test for "far below": given the sum, and were the years alike, a year's count is binomial with one part in as many
//! as there are years. It is far below where a count as low has a chance under [`ALPHA`] and is under [`SHARE`] of the
//! mean of the other years. Both numbers are our defaults: the share keeps large registers, where any fall is sure, from
//! being called half-reported; the chance keeps small ones from it. A real fall by more than half is called "delvis" too:
//! that is why the state can be edited.
//!
//! Oracle: scipy's `binom.cdf`; the number stands in the tests.

use std::collections::BTreeMap;

use crate::domain::{Coverage, Reporting};
use crate::texts;

/// Chance below which a low count is taken for a sign. Our default.
pub const ALPHA: f64 = 0.001;
/// Share of the mean of the other years below which a count is far below. Our default.
pub const SHARE: f64 = 0.5;
/// Chance of a silence before New Year above which the last year is taken to be whole. Our default.
const SILENCE: f64 = 0.05;
/// Days of silence above which it never is. Our default.
const MOST_SILENT_DAYS: i32 = 31;

/// Events of one year that a reporter is named for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The register.
    pub system: String,
    /// Who reports to it; empty where the register has no parts, or does not tell.
    pub reporter: String,
    /// The year.
    pub year: i16,
    /// Events.
    pub events: u64,
}

/// Works out the täckningstabell: a line for each reporter and year between the register's first and last.
///
/// - `counts`: in any order; counts of the same register, reporter and year are added
/// - `preliminary`: per register the year that is not whole: it is never called half-reported
/// - returns lines by register, reporter, year
///
/// Where a register names reporters, events without one are of no line. No counts give no lines.
#[must_use]
pub fn derive(counts: &[Reported], preliminary: &BTreeMap<String, i16>) -> Vec<Coverage> {
    let mut systems: BTreeMap<&str, BTreeMap<&str, BTreeMap<i16, u64>>> = BTreeMap::new();
    for count in counts {
        let years = systems.entry(&count.system).or_default().entry(&count.reporter).or_default();
        *years.entry(count.year).or_default() += count.events;
    }
    let mut lines = Vec::new();
    for (system, mut reporters) in systems {
        let years = || reporters.values().flat_map(BTreeMap::keys).copied();
        let (Some(first), Some(last)) = (years().min(), years().max()) else { continue };
        if reporters.len() > 1 {
            reporters.remove("");
        }
        for (reporter, counted) in reporters {
            let series: Vec<(i16, u64)> =
                (first..=last).map(|year| (year, counted.get(&year).copied().unwrap_or(0))).collect();
            let open = preliminary.get(system).copied();
            lines.extend(series.iter().map(|(year, events)| {
                let (reporting, note) = state(&series, *year, *events, open);
                let (system, reporter) = (system.to_owned(), reporter.to_owned());
                Coverage { system, reporter, year: *year, events: *events, reporting, derived: true, note }
            }));
        }
    }
    lines
}

fn state(series: &[(i16, u64)], year: i16, events: u64, open: Option<i16>) -> (Reporting, Option<String>) {
    if events == 0 {
        return (Reporting::Nothing, Some(texts::swedish("coverage-nothing", &[])));
    }
    let others: Vec<u64> =
        series.iter().filter(|(other, n)| *other != year && *n > 0 && Some(*other) != open).map(|(_, n)| *n).collect();
    let sum: u64 = others.iter().sum();
    if Some(year) == open || others.len() < 2 {
        return (Reporting::Full, None);
    }
    let mean = sum as f64 / others.len() as f64;
    let low = (events as f64) < SHARE * mean
        && binomial_below(events, events + sum, 1.0 / (others.len() as f64 + 1.0)) < ALPHA;
    if !low {
        return (Reporting::Full, None);
    }
    let values = [("events", events.to_string()), ("mean", format!("{mean:.0}"))];
    (Reporting::Partial, Some(texts::swedish("coverage-partial", &values)))
}

/// Chance of at most `k` of `n`, each with chance `p` strictly between 0 and 1. `k` is at most `n`. Cost O(k).
fn binomial_below(k: u64, n: u64, p: f64) -> f64 {
    let odds = p.ln() - (1.0 - p).ln();
    let mut term = n as f64 * (1.0 - p).ln();
    let mut sum = term.exp();
    for i in 0..k {
        term += ((n - i) as f64).ln() - ((i + 1) as f64).ln() + odds;
        sum += term.exp();
    }
    sum.min(1.0)
}

/// Whether the last year of the data is whole: the silence between its last event and New Year is one that chance allows.
///
/// - `days`: from the last event to the end of the year, 0 for 31 December
/// - `events`: events of that year
///
/// With `n` events on the days before, a silence of `g` days has the chance `exp(-n g / (365 - g))`; it is allowed from 5 %
/// on, and never for more than 31 days. Both are our defaults. A year without events is not whole.
#[must_use]
pub fn is_whole(days: i32, events: u64) -> bool {
    let span = f64::from(365 - days.clamp(0, 364));
    events > 0 && (0..=MOST_SILENT_DAYS).contains(&days) && (-(events as f64) * f64::from(days) / span).exp() >= SILENCE
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reported(reporter: &str, from: i16, counts: &[u64]) -> Vec<Reported> {
        let one = |(year, n): (i16, &u64)| Reported {
            system: "STRADA".to_owned(),
            reporter: reporter.to_owned(),
            year,
            events: *n,
        };
        (from..).zip(counts).map(one).filter(|one| one.events > 0).collect()
    }

    fn states(lines: &[Coverage], reporter: &str) -> Vec<Reporting> {
        lines.iter().filter(|line| line.reporter == reporter).map(|line| line.reporting).collect()
    }

    #[test]
    fn a_hospital_that_left_reports_nothing_and_one_that_joined_late_in_a_year_a_part() {
        use Reporting::{Full, Nothing, Partial};
        let mut counts = reported("polis", 2018, &[30, 28, 33, 29, 31, 30]);
        counts.extend(reported("sjukvård", 2018, &[0, 12, 60, 58, 63, 0]));
        let lines = derive(&counts, &BTreeMap::new());
        assert_eq!(states(&lines, "polis"), [Full; 6]);
        assert_eq!(states(&lines, "sjukvård"), [Nothing, Partial, Full, Full, Full, Nothing]);
        let note = |year: i16| lines.iter().find(|line| line.reporter == "sjukvård" && line.year == year);
        let note = note(2019).and_then(|line| line.note.clone()).expect("a reason");
        assert!(note.contains("12") && note.contains("60"), "{note}");
    }

    #[test]
    fn few_events_are_no_sign_and_neither_is_a_fall_by_a_third() {
        assert_eq!(states(&derive(&reported("", 2020, &[4, 5, 1, 4]), &BTreeMap::new()), ""), [Reporting::Full; 4]);
        let thirds = derive(&reported("", 2020, &[6000, 6000, 4000, 6000]), &BTreeMap::new());
        assert_eq!(states(&thirds, ""), [Reporting::Full; 4]);
    }

    #[test]
    fn the_year_that_is_not_whole_is_never_called_half_reported() {
        let counts = reported("", 2020, &[100, 110, 105, 20]);
        assert_eq!(states(&derive(&counts, &BTreeMap::new()), "")[3], Reporting::Partial);
        let open = BTreeMap::from([("STRADA".to_owned(), 2023)]);
        assert_eq!(states(&derive(&counts, &open), "")[3], Reporting::Full);
    }

    #[test]
    fn events_without_a_reporter_are_of_no_line_where_others_have_one() {
        let mut counts = reported("polis", 2020, &[3, 4]);
        counts.extend(reported("", 2020, &[1, 1]));
        let lines = derive(&counts, &BTreeMap::new());
        assert_eq!(lines.len(), 2);
        assert_eq!(derive(&[], &BTreeMap::new()), []);
    }

    /// By hand: of 3 with chance 1/4 none or one: 27/64 + 27/64. scipy 1.17.1: `binom.cdf(12, 192, 1/4)`.
    #[test]
    fn the_chance_of_a_low_count_is_binomial() {
        assert!((binomial_below(1, 3, 0.25) - 54.0 / 64.0).abs() < 1e-12);
        assert!((binomial_below(3, 3, 0.25) - 1.0).abs() < 1e-12);
        let want = 8.857_227_180_097_615e-12;
        assert!((binomial_below(12, 192, 0.25) / want - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_year_is_whole_where_chance_explains_the_silence_before_new_year() {
        assert!(is_whole(0, 1) && is_whole(0, 100_000));
        // 100 events a year: exp(-100 * 10 / 355) = 0.0598, exp(-100 * 11 / 354) = 0.0447.
        assert!(is_whole(10, 100) && !is_whole(11, 100));
        assert!(is_whole(31, 2) && !is_whole(32, 2));
        assert!(!is_whole(0, 0));
    }

    proptest! {
        #[test]
        fn every_event_of_a_reporter_is_on_one_line_whatever_the_order(
            counts in prop::collection::vec((0_usize..3, 2000_i16..2012, 1_u64..200), 0..40),
        ) {
            let reporter = ["polis", "sjukvård", ""];
            let counts: Vec<Reported> = counts.into_iter().map(|(who, year, events)| Reported {
                system: "A".to_owned(), reporter: reporter[who].to_owned(), year, events,
            }).collect();
            let lines = derive(&counts, &BTreeMap::new());
            for who in ["polis", "sjukvård"] {
                let given: u64 = counts.iter().filter(|count| count.reporter == who).map(|count| count.events).sum();
                let told: u64 = lines.iter().filter(|line| line.reporter == who).map(|line| line.events).sum();
                prop_assert_eq!(given, told);
            }
            prop_assert!(lines.iter().all(|line| (line.events == 0) == (line.reporting == Reporting::Nothing)));
            let back: Vec<Reported> = counts.iter().rev().cloned().collect();
            prop_assert_eq!(derive(&back, &BTreeMap::new()), lines);
        }
    }
}
