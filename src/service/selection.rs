//! What is counted: which accidents, and which years. Pure.
//!
//! "Vägtrafikolyckor" leaves falls out, since they have no vehicle: else the top place is an icy pavement. The years are
//! counted back from the last one that the data tells of, never from the clock. That year is called preliminary: registers
//! go on being filled for months after it ends.
//!
//! Source of five years: SKL/Trafikverket (2013), "Trafiksäkra staden", which looks at "antal trafikskadade under fem år".

use std::collections::BTreeMap;

use super::facts::Fact;
use super::rows::Input;
use crate::analysis::Parameters;
use crate::domain::time::years_between;
use crate::domain::{Column, Kind, Values};
use crate::texts::swedish;

/// What was chosen among the rows that were read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chosen {
    /// Rows that are no part of the question, and of the input no more: reason to number.
    pub outside: BTreeMap<String, u64>,
    /// First and last day that are asked about; `None` where no row has a time.
    pub period: Option<(String, String)>,
    /// Years between the period's first day and the end of the last event; `None` below one year.
    pub years: Option<f64>,
    /// The year that may still grow, for accidents.
    pub preliminary: Option<i16>,
    /// Whether it was chosen among accidents.
    pub accidents: bool,
}

/// Takes out of the input what was not asked for, and says so in its notes.
pub fn choose(input: &mut Input, parameters: &Parameters) {
    let is_accident = |fact: &Fact| fact.kind == Some(Kind::Accident);
    let accidents = input.facts.iter().any(is_accident);
    let selection = parameters.selection();
    let year = |fact: &Fact| fact.time.as_ref().and_then(crate::domain::Interval::year);
    let last = input.facts.iter().filter(|fact| selection.lets_in(fact.fall)).filter_map(year).max();
    let first = last.zip(parameters.years()).map(|(last, years)| last.saturating_sub(years - 1));
    let mut outside: BTreeMap<String, u64> = BTreeMap::new();
    let mut keep = Vec::with_capacity(input.facts.len());
    for fact in &input.facts {
        let reason = if is_accident(fact) && !selection.lets_in(fact.fall) {
            Some(swedish(if fact.fall { "dropped-fall" } else { "dropped-not-fall" }, &[]))
        } else {
            match (first, year(fact)) {
                (Some(first), Some(year)) if year < first => {
                    Some(swedish("dropped-earlier", &first_value(Some(first))))
                }
                (Some(_), None) => Some(swedish("dropped-undated-years", &[])),
                _ => None,
            }
        };
        keep.push(reason.is_none());
        if let Some(reason) = reason {
            *outside.entry(reason).or_default() += 1;
        }
    }
    if !outside.is_empty() {
        retain(input, &keep);
    }
    for (reason, count) in &outside {
        input.notes.push(swedish("note-not-counted", &[("count", count.to_string()), ("reason", reason.clone())]));
    }
    let earlier = outside.contains_key(&swedish("dropped-earlier", &first_value(first)));
    let (period, years) = period(&input.facts, first.zip(last), earlier);
    let preliminary = last.filter(|_| accidents);
    if let Some(year) = preliminary {
        input.notes.push(swedish("note-preliminary", &[("year", year.to_string())]));
    }
    input.chosen = Chosen { outside, period, years, preliminary, accidents };
}

/// Takes the rows of later years than this out of the input, without a word: what follows is asked of an earlier year.
pub fn end_with(input: &mut Input, year: i16) {
    let later = |fact: &Fact| fact.time.as_ref().and_then(crate::domain::Interval::year).is_some_and(|own| own > year);
    let keep: Vec<bool> = input.facts.iter().map(|fact| !later(fact)).collect();
    if keep.contains(&false) {
        retain(input, &keep);
    }
}

fn first_value(first: Option<i16>) -> [(&'static str, String); 1] {
    [("year", first.map_or_else(String::new, |year| year.to_string()))]
}

/// The period in days, and its length in years. `asked` are the first and last year that were asked for: the period
/// begins with the first, or with the first event where the data do not begin `earlier`, and ends with the last.
fn period(facts: &[Fact], asked: Option<(i16, i16)>, earlier: bool) -> (Option<(String, String)>, Option<f64>) {
    let Some((first_day, last_day)) = super::hotspots::period(facts.iter()) else { return (None, None) };
    let times = || facts.iter().filter_map(|fact| fact.time.as_ref());
    let (Some(from), Some(to)) = (times().map(|time| time.from).min(), times().map(|time| time.to).max()) else {
        return (None, None);
    };
    let years = years_between(from, to);
    let days = asked.map(|(first, last)| {
        let begins = if earlier { format!("{first:04}-01-01") } else { begins(&first_day) };
        (begins, format!("{last:04}-12-31"))
    });
    (Some(days.unwrap_or((first_day, last_day))), years)
}

/// The day on which data begin whose first event is of this day: data that begin in January begin with the year.
fn begins(first_day: &str) -> String {
    match first_day.get(..7).and_then(|month| month.strip_suffix("-01")) {
        Some(year) => format!("{year}-01-01"),
        None => first_day.to_owned(),
    }
}

fn retain(input: &mut Input, keep: &[bool]) {
    fn kept<'a, T>(values: impl Iterator<Item = T> + 'a, keep: &'a [bool]) -> impl Iterator<Item = T> + 'a {
        values.zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| value)
    }
    input.points = kept(std::mem::take(&mut input.points).into_iter(), keep).collect();
    input.facts = kept(std::mem::take(&mut input.facts).into_iter(), keep).collect();
    let shorter = |column: &Column| Column {
        values: match &column.values {
            Values::Integer(values) => Values::Integer(kept(values.iter(), keep).collect()),
            Values::Real(values) => Values::Real(kept(values.iter(), keep).collect()),
            Values::Text(values) => Values::Text(kept(values.iter(), keep).collect()),
            Values::Bool(values) => Values::Bool(kept(values.iter(), keep).collect()),
        },
        ..column.clone()
    };
    input.columns = input.columns.iter().map(shorter).collect();
}

/// The parameters as the passport holds them: those that had a part in the result, and the preliminary year.
#[must_use]
pub fn told(input: &Input, parameters: &Parameters) -> BTreeMap<String, serde_json::Value> {
    let mut told = parameters.to_json();
    if !input.chosen.accidents {
        told.remove("selection");
    }
    if let Some(year) = input.chosen.preliminary {
        told.insert(crate::geopackage::styles::PRELIMINARY.to_owned(), year.into());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::facts::Told;
    use super::*;
    use crate::analysis::parse;
    use crate::domain::time::Parts;
    use crate::domain::{Interval, Secrecy, Texts};

    fn fact(kind: Option<Kind>, year: Option<i16>, fall: bool) -> Fact {
        let parts = |year| Parts { year: Some(year), month: Some(6), day: Some(1), ..Parts::default() };
        let time = year.and_then(|year| Interval::from_parts(parts(year), "Europe/Stockholm"));
        Fact { kind, ..Fact::default() }.telling(Told { time, fall, ..Told::default() })
    }

    fn input(facts: Vec<Fact>) -> Input {
        let names: Texts = (0..facts.len()).map(|row| Some(row.to_string())).collect();
        Input {
            points: facts.iter().map(|_| Some([1.0, 2.0])).collect(),
            columns: vec![super::super::columns::column("handelse_id", false, Values::Text(names))],
            facts,
            crs: crate::crs::metric("EPSG:3006").expect("known"),
            kind: None,
            secrecy: Secrecy::Open,
            sources: Vec::new(),
            content_hash: String::new(),
            home_m2: 0.0,
            dropped: BTreeMap::new(),
            chosen: Chosen::default(),
            notes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn left(facts: Vec<Fact>, method: &str, given: &[(&str, &str)]) -> (Vec<String>, Chosen) {
        let mut input = input(facts);
        choose(&mut input, &parse(method, given).expect("valid"));
        assert_eq!(input.points.len(), input.facts.len());
        let Values::Text(names) = &input.columns[0].values else { panic!("texts") };
        (names.iter().flatten().map(str::to_owned).collect(), input.chosen)
    }

    const ACCIDENT: Option<Kind> = Some(Kind::Accident);

    #[test]
    fn falls_are_left_out_of_accidents_unless_asked_for_and_it_is_said_how_many() {
        let facts =
            || vec![fact(ACCIDENT, Some(2024), false), fact(ACCIDENT, Some(2024), true), fact(None, None, true)];
        let (rows, chosen) = left(facts(), "dbscan", &[]);
        assert_eq!(rows, ["0", "2"], "what is no accident is not touched");
        assert_eq!(chosen.outside.values().sum::<u64>(), 1);
        assert_eq!(left(facts(), "dbscan", &[("selection", "fall")]).0, ["1", "2"]);
        assert_eq!(left(facts(), "dbscan", &[("selection", "alla")]).0, ["0", "1", "2"]);
    }

    #[test]
    fn five_years_are_counted_back_from_the_last_year_of_the_data() {
        let years = [2018, 2021, 2022, 2025];
        let facts = || years.iter().map(|year| fact(ACCIDENT, Some(*year), false)).chain([fact(ACCIDENT, None, false)]);
        let (rows, chosen) = left(facts().collect(), "network-counts", &[]);
        assert_eq!(rows, ["1", "2", "3"], "2021 to 2025, and no row without a time");
        assert_eq!(chosen.period, Some(("2021-01-01".to_owned(), "2025-12-31".to_owned())));
        assert_eq!(chosen.preliminary, Some(2025));
        let (rows, chosen) = left(facts().collect(), "network-counts", &[("years", "0")]);
        assert_eq!((rows.len(), chosen.outside.len()), (5, 0));
        assert_eq!(chosen.period, Some(("2018-06-01".to_owned(), "2025-06-01".to_owned())));
    }

    #[test]
    fn data_that_begin_in_january_begin_with_the_year() {
        assert_eq!(begins("2021-01-09"), "2021-01-01");
        assert_eq!(begins("2023-01-31"), "2023-01-01");
        assert_eq!(begins("2023-03-05"), "2023-03-05");
    }

    #[test]
    fn without_times_there_is_no_period_and_every_row_stays() {
        let (rows, chosen) = left(vec![fact(None, None, false); 2], "network-counts", &[]);
        assert_eq!((rows.len(), chosen.period, chosen.years, chosen.preliminary), (2, None, None, None));
    }
}
