//! A series of yearly counts beside its täckningstabell: which years can be compared, where does the line break, and may a
//! trend be drawn at all?
//!
//! A hospital that stops reporting looks like streets that grew safer. So years are compared only while every reporter
//! reported alike: where one came, went or reported in part, the series breaks, and no trend is drawn across.

use serde::Serialize;

use super::trend::{MIN_YEARS, Trend, trend};
use crate::domain::{Coverage, Reporting};
use crate::texts;

/// The count of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearCount {
    /// The year.
    pub year: i16,
    /// Events.
    pub n: u64,
    /// Whether the whole year is in the data; `false` is a preliminary year, which is shown and never compared.
    pub complete: bool,
}

/// Consecutive whole years in which every reporter reported alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// First year.
    pub from: i16,
    /// Last year.
    pub to: i16,
    /// Events.
    pub total: u64,
    /// Events a year.
    pub per_year: f64,
    /// The trend over all of its years; `None` where they are fewer than were asked for, without events, or where it is not
    /// known who reported.
    pub trend: Option<Trend>,
}

/// A reporter that reported otherwise after a year than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The register.
    pub system: String,
    /// Who reports to it; empty where the register has no parts.
    pub reporter: String,
    /// How it reported before.
    pub before: Reporting,
    /// How it reported after.
    pub after: Reporting,
}

/// Where the series breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The last year before the break.
    pub after_year: i16,
    /// What changed; empty where years are missing from the counts.
    pub because: Vec<Change>,
}

/// Why the trend that was asked for is not drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Reason {
    /// There is no whole year.
    SeriesNoYears,
    /// There are fewer whole years than were asked for.
    SeriesTooFewYears {
        /// Years asked for.
        asked: usize,
        /// Years that there are.
        years: usize,
        /// First of them.
        from: i16,
        /// Last of them.
        to: i16,
    },
    /// Coverage changed too late for the years asked for.
    SeriesCoverageChanged {
        /// Years asked for.
        asked: usize,
        /// Years after the break.
        years: usize,
        /// First of them.
        from: i16,
        /// Last of them.
        to: i16,
        /// What changed, in words.
        change: String,
    },
    /// It is not known who reported in some of the years.
    SeriesCoverageUnknown {
        /// First year of the run.
        from: i16,
        /// Last year of the run.
        to: i16,
    },
    /// Nobody reported.
    SeriesNothingReported {
        /// First year of the run.
        from: i16,
        /// Last year of the run.
        to: i16,
    },
    /// There are no events.
    SeriesNoEvents {
        /// First year of the run.
        from: i16,
        /// Last year of the run.
        to: i16,
    },
}

/// What can be said of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesReport {
    /// Years that can be compared with each other, oldest first.
    pub runs: Vec<Run>,
    /// Where the line breaks, oldest first.
    pub breaks: Vec<Break>,
    /// Years that are not whole, oldest first: shown, never compared.
    pub preliminary: Vec<YearCount>,
    /// Why the last run has no trend, where it has none.
    pub refusal: Option<Reason>,
}

impl Change {
    /// The change in a Swedish sentence: `Sjukvård (STRADA) rapporterade ja 2021 och nej 2022.`
    #[must_use]
    pub fn sentence(&self, after_year: i16) -> String {
        let who = match (self.system.as_str(), self.reporter.as_str()) {
            (system, "") => system.to_owned(),
            ("", reporter) => reporter.to_owned(),
            (system, reporter) => format!("{reporter} ({system})"),
        };
        let values = [
            ("who", who),
            ("year", after_year.to_string()),
            ("next", (after_year + 1).to_string()),
            ("before", self.before.code().to_owned()),
            ("after", self.after.code().to_owned()),
        ];
        let id = match (self.before, self.after) {
            (_, Reporting::Nothing) => "series-stopped",
            (Reporting::Nothing, _) => "series-started",
            (_, Reporting::Partial) => "series-partial",
            _ => "series-changed",
        };
        texts::swedish(id, &values)
    }
}

impl Break {
    /// Why the line breaks, in Swedish sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.because.is_empty() {
            return texts::swedish("series-years-missing", &[("year", self.after_year.to_string())]);
        }
        self.because.iter().map(|change| change.sentence(self.after_year)).collect::<Vec<_>>().join(" ")
    }
}

impl Reason {
    /// Why there is no trend, in one Swedish sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        let fields = json.as_object().into_iter().flatten();
        let shown = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let values: Vec<(&str, String)> = fields.map(|(name, value)| (name.as_str(), shown(value))).collect();
        texts::swedish(json["id"].as_str().unwrap_or_default(), &values)
    }
}

impl Trend {
    /// The trend in one Swedish sentence, for a run of years.
    #[must_use]
    pub fn sentence(&self, from: i16, to: i16) -> String {
        let percent = |ratio: f64| format!("{:.0}", (ratio - 1.0) * 100.0).replace('-', "−");
        let values = [
            ("from", from.to_string()),
            ("to", to.to_string()),
            ("ratio", self.ratio.map(percent).unwrap_or_default()),
            ("low", percent(self.low)),
            ("high", self.high.map(percent).unwrap_or_default()),
        ];
        let id = match (self.direction, self.ratio, self.high) {
            (super::trend::Direction::CannotSay, ..) => "series-trend-cannot-say",
            (_, Some(_), Some(_)) if self.low > 1.0 => "series-trend-rising",
            (_, Some(_), Some(_)) => "series-trend-falling",
            _ => "series-trend-rising-open",
        };
        texts::swedish(id, &values)
    }
}

/// Describes a series of yearly counts.
///
/// - `counts`: one a year, in any order; of two counts of one year the first is taken
/// - `coverage`: the täckningstabell of the sources that the counts come from; lines of other years do no harm, a year
///   without a line for a reporter is not known
/// - `asked_years`: whole years of unchanged coverage that a trend takes, at least [`MIN_YEARS`] whatever is asked
///
/// Two years are compared where every reporter's state is the same and is not "delvis": a half-reported year is like no
/// other, not even the next half-reported one. A run without a trend says why only where it is the last one.
///
/// No counts give no runs and a refusal.
#[must_use]
pub fn describe(counts: &[YearCount], coverage: &[Coverage], asked_years: usize) -> SeriesReport {
    let asked = asked_years.max(MIN_YEARS);
    let mut years: Vec<YearCount> = counts.to_vec();
    years.sort_by_key(|count| count.year);
    years.dedup_by_key(|count| count.year);
    let (whole, preliminary): (Vec<_>, Vec<_>) = years.into_iter().partition(|count| count.complete);
    let mut reporters: Vec<(&str, &str)> =
        coverage.iter().map(|line| (line.system.as_str(), line.reporter.as_str())).collect();
    reporters.sort_unstable();
    reporters.dedup();
    let states = |year: i16| -> Vec<Reporting> {
        let state = |&(system, reporter): &(&str, &str)| {
            let line =
                coverage.iter().find(|line| line.year == year && line.system == system && line.reporter == reporter);
            line.map_or(Reporting::Unknown, |line| line.reporting)
        };
        reporters.iter().map(state).collect()
    };
    let mut report = SeriesReport { runs: Vec::new(), breaks: Vec::new(), preliminary, refusal: None };
    let mut start = 0;
    for at in 1..=whole.len() {
        let found = whole.get(at).and_then(|next| broken(&whole[at - 1], next, &reporters, &states));
        if at < whole.len() && found.is_none() {
            continue;
        }
        let run = &whole[start..at];
        let (run, reason) = summed(run, asked, &states(run[0].year), report.breaks.last());
        report.runs.push(run);
        report.refusal = reason;
        report.breaks.extend(found);
        start = at;
    }
    if report.runs.is_empty() {
        report.refusal = Some(Reason::SeriesNoYears);
    }
    report
}

/// The break between two years that follow each other in the counts, or `None` where they can be compared.
fn broken(
    year: &YearCount,
    next: &YearCount,
    reporters: &[(&str, &str)],
    states: &impl Fn(i16) -> Vec<Reporting>,
) -> Option<Break> {
    let (before, after) = (states(year.year), states(next.year));
    let changed = |(before, after): (Reporting, Reporting)| before != after || before == Reporting::Partial;
    let because: Vec<Change> = reporters
        .iter()
        .zip(before.into_iter().zip(after))
        .filter(|(_, pair)| changed(*pair))
        .map(|((system, reporter), (before, after))| Change {
            system: (*system).to_owned(),
            reporter: (*reporter).to_owned(),
            before,
            after,
        })
        .collect();
    let missing = next.year != year.year + 1;
    (missing || !because.is_empty()).then_some(Break { after_year: year.year, because })
}

/// A run, and why it has no trend.
fn summed(years: &[YearCount], asked: usize, states: &[Reporting], last: Option<&Break>) -> (Run, Option<Reason>) {
    let (from, to) = (years[0].year, years[years.len() - 1].year);
    let total: u64 = years.iter().map(|year| year.n).sum();
    let counts: Vec<u64> = years.iter().map(|year| year.n).collect();
    let reason = if states.is_empty() || states.contains(&Reporting::Unknown) {
        Some(Reason::SeriesCoverageUnknown { from, to })
    } else if states.iter().all(|state| *state == Reporting::Nothing) {
        Some(Reason::SeriesNothingReported { from, to })
    } else if years.len() < asked {
        Some(match last {
            Some(last) => {
                let change = last.sentence();
                Reason::SeriesCoverageChanged { asked, years: years.len(), from, to, change }
            }
            None => Reason::SeriesTooFewYears { asked, years: years.len(), from, to },
        })
    } else if total == 0 {
        Some(Reason::SeriesNoEvents { from, to })
    } else {
        None
    };
    let trend = if reason.is_none() { trend(&counts) } else { None };
    (Run { from, to, total, per_year: total as f64 / years.len() as f64, trend }, reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::trend::Direction;

    fn line(reporter: &str, year: i16, reporting: Reporting) -> Coverage {
        Coverage {
            system: "STRADA".to_owned(),
            reporter: reporter.to_owned(),
            year,
            events: 0,
            reporting,
            derived: true,
            note: None,
        }
    }

    fn lines(reporter: &str, states: &[(i16, Reporting)]) -> Vec<Coverage> {
        states.iter().map(|(year, state)| line(reporter, *year, *state)).collect()
    }

    fn full(reporter: &str, from: i16, to: i16) -> Vec<Coverage> {
        (from..=to).map(|year| line(reporter, year, Reporting::Full)).collect()
    }

    fn counts(from: i16, counts: &[u64]) -> Vec<YearCount> {
        (from..).zip(counts).map(|(year, n)| YearCount { year, n: *n, complete: true }).collect()
    }

    #[test]
    fn a_hospital_that_stopped_reporting_breaks_the_series_where_it_stopped() {
        use Reporting::{Full, Nothing};
        let mut coverage = full("polis", 2016, 2025);
        coverage.extend(lines(
            "sjukvård",
            &(2016..=2025).map(|y| (y, if y < 2021 { Full } else { Nothing })).collect::<Vec<_>>(),
        ));
        let series = describe(&counts(2016, &[40, 42, 41, 39, 43, 20, 21, 19, 22, 20]), &coverage, 5);
        let spans: Vec<_> = series.runs.iter().map(|run| (run.from, run.to, run.total, run.per_year)).collect();
        assert_eq!(spans, [(2016, 2020, 205, 41.0), (2021, 2025, 102, 20.4)]);
        assert!(series.runs.iter().all(|run| run.trend.is_some_and(|trend| trend.direction == Direction::CannotSay)));
        assert_eq!(series.refusal, None);
        assert_eq!(series.breaks.len(), 1);
        assert_eq!(series.breaks[0].after_year, 2020);
        assert_eq!(series.breaks[0].sentence(), "Från 2021 rapporterar inte sjukvård (STRADA).");
        // Drawn across, the same counts would be a fall beyond doubt: this is what the break is for.
        let across = describe(&counts(2016, &[40, 42, 41, 39, 43, 20, 21, 19, 22, 20]), &full("", 2016, 2025), 5);
        assert_eq!(across.runs[0].trend.map(|trend| trend.direction), Some(Direction::Falling));
    }

    #[test]
    fn a_break_too_late_refuses_the_trend_and_names_the_break() {
        use Reporting::{Full, Nothing};
        let states = [(2021, Full), (2022, Full), (2023, Full), (2024, Nothing), (2025, Nothing)];
        let series = describe(
            &counts(2021, &[9, 8, 9, 4, 4]),
            &[full("polis", 2021, 2025), lines("sjukvård", &states)].concat(),
            5,
        );
        let reason = series.refusal.expect("a refusal");
        assert!(matches!(reason, Reason::SeriesCoverageChanged { asked: 5, years: 2, from: 2024, to: 2025, .. }));
        assert_eq!(
            reason.sentence(),
            "Ingen trend på 5 år: bara 2 år (2024–2025) går att jämföra. Från 2024 rapporterar inte sjukvård (STRADA)."
        );
    }

    #[test]
    fn two_years_of_data_refuse_a_trend_of_five() {
        let series = describe(&counts(2024, &[9, 4]), &full("", 2024, 2025), 5);
        assert_eq!(series.refusal, Some(Reason::SeriesTooFewYears { asked: 5, years: 2, from: 2024, to: 2025 }));
        assert_eq!(
            series.refusal.map(|reason| reason.sentence()).as_deref(),
            Some("Ingen trend på 5 år: uppgifterna omfattar bara 2 hela år (2024–2025).")
        );
        assert!(series.runs.iter().all(|run| run.trend.is_none()));
        assert_eq!(series.runs[0].per_year, 6.5);
    }

    #[test]
    fn a_preliminary_year_is_shown_and_never_compared() {
        let mut years = counts(2020, &[5, 6, 5, 4, 5, 1]);
        years[5].complete = false;
        let series = describe(&years, &full("", 2020, 2025), 5);
        assert_eq!((series.runs.len(), series.runs[0].to, series.runs[0].total), (1, 2024, 25));
        assert_eq!(series.preliminary, [YearCount { year: 2025, n: 1, complete: false }]);
        assert_eq!(series.refusal, None);
    }

    #[test]
    fn half_reported_years_are_like_no_other_year() {
        use Reporting::{Full, Partial};
        let states = [(2018, Full), (2019, Partial), (2020, Partial), (2021, Full), (2022, Full), (2023, Full)];
        let series = describe(&counts(2018, &[9, 3, 4, 9, 9, 9]), &lines("sjukvård", &states), 3);
        let spans: Vec<_> = series.runs.iter().map(|run| (run.from, run.to)).collect();
        assert_eq!(spans, [(2018, 2018), (2019, 2019), (2020, 2020), (2021, 2023)]);
        assert_eq!(series.breaks.len(), 3);
        assert_eq!(series.refusal, None);
    }

    #[test]
    fn unknown_coverage_missing_years_and_silence_are_told_apart() {
        let unknown = describe(&counts(2020, &[5, 6, 5, 4, 5]), &full("", 2020, 2023), 5);
        assert_eq!(unknown.refusal, Some(Reason::SeriesCoverageUnknown { from: 2024, to: 2024 }));
        assert_eq!(
            describe(&counts(2020, &[5; 5]), &[], 5).refusal,
            Some(Reason::SeriesCoverageUnknown { from: 2020, to: 2024 })
        );
        let mut gap = counts(2018, &[5; 4]);
        gap.extend(counts(2023, &[5; 3]));
        let gap = describe(&gap, &full("", 2018, 2025), 3);
        assert_eq!(gap.breaks, [Break { after_year: 2021, because: Vec::new() }]);
        assert_eq!(gap.breaks[0].sentence(), "Efter 2021 saknas år i uppgifterna.");
        let silent = lines("", &[(2020, Reporting::Nothing), (2021, Reporting::Nothing), (2022, Reporting::Nothing)]);
        assert_eq!(
            describe(&counts(2020, &[0; 3]), &silent, 3).refusal,
            Some(Reason::SeriesNothingReported { from: 2020, to: 2022 })
        );
        assert_eq!(
            describe(&counts(2020, &[0; 5]), &full("", 2020, 2024), 5).refusal,
            Some(Reason::SeriesNoEvents { from: 2020, to: 2024 })
        );
        assert_eq!(describe(&[], &full("", 2020, 2024), 5).refusal, Some(Reason::SeriesNoYears));
    }

    #[test]
    fn every_reason_and_trend_has_its_sentence() {
        let reasons = [
            Reason::SeriesNoYears,
            Reason::SeriesTooFewYears { asked: 5, years: 2, from: 1, to: 2 },
            Reason::SeriesCoverageChanged { asked: 5, years: 2, from: 1, to: 2, change: "x.".to_owned() },
            Reason::SeriesCoverageUnknown { from: 1, to: 2 },
            Reason::SeriesNothingReported { from: 1, to: 2 },
            Reason::SeriesNoEvents { from: 1, to: 2 },
        ];
        for sentence in reasons.iter().map(Reason::sentence) {
            assert!(sentence.ends_with('.') && !sentence.contains('{'), "{sentence}");
        }
        for years in [&[2_u64, 5, 11, 22, 40][..], &[900, 700, 560, 450], &[0, 0, 0, 0, 30], &[30, 0, 0, 0], &[3, 3, 3]]
        {
            let sentence = trend(years).expect("a trend").sentence(2021, 2025);
            assert!(sentence.ends_with('.') && !sentence.contains('{') && !sentence.contains("series-"), "{sentence}");
        }
        let rising = trend(&[100, 200, 400, 800]).expect("a trend");
        assert!(rising.sentence(2021, 2024).starts_with("Antalet har ökat 2021–2024 med omkring 100 procent per år"));
    }

    proptest! {
        #[test]
        fn every_whole_year_is_in_one_run_whatever_the_order(
            years in prop::collection::btree_map(2000_i16..2030, (0_u64..50, any::<bool>(), 0_usize..4), 0..20),
            asked in 0_usize..8,
        ) {
            let counts: Vec<YearCount> =
                years.iter().map(|(year, (n, complete, _))| YearCount { year: *year, n: *n, complete: *complete }).collect();
            let coverage: Vec<Coverage> =
                years.iter().map(|(year, (_, _, state))| line("polis", *year, Reporting::ALL[*state])).collect();
            let series = describe(&counts, &coverage, asked);
            let whole: u64 = counts.iter().filter(|count| count.complete).map(|count| count.n).sum();
            prop_assert_eq!(series.runs.iter().map(|run| run.total).sum::<u64>(), whole);
            prop_assert_eq!(series.breaks.len(), series.runs.len().saturating_sub(1));
            prop_assert!(series.runs.iter().all(|run| run.trend.is_none() || usize::try_from(run.to - run.from + 1).is_ok_and(|years| years >= asked.max(3))));
            let back: Vec<YearCount> = counts.iter().rev().copied().collect();
            prop_assert_eq!(describe(&back, &coverage, asked), series);
        }
    }
}
