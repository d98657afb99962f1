//! The tillsynsblad: where, on which weekday and at which hour events of a kind were, for police and ordningsvakter who
//! plan their rounds. Counts, not a forecast.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::analysis::{Hours, Timetable, timetable};
use crate::domain::paper::{Block, Paper, Table};
use crate::domain::passport::NO_VINTAGE;
use crate::domain::time::iso_utc;
use crate::domain::{Event, Interval, Kind, Secrecy};
use crate::export;
use crate::geopackage::Access;
use crate::service::error::{Refusal, Result};
use crate::service::place::whole;
use crate::service::progress::Timings;
use crate::store::near::Roads;
use crate::store::{EventFilter, GpkgStore, Near, Store};
use crate::texts::swedish;

/// Places that get a table of their own.
const PLACES: usize = 5;

/// Fewer events than this at a place get no table: an hour with one event is no pattern. Our default.
const LEAST: u64 = 10;

/// What the sheet says.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    /// Name of the municipality.
    pub municipality: String,
    /// The kind of event.
    pub kind: Kind,
    /// First and last year.
    pub years: (i16, i16),
    /// Events of those years that were counted, and those whose hour is not known.
    pub counted: u64,
    /// Without an hour.
    pub without_hour: u64,
    /// Places with events: name and number, most first.
    pub places: Vec<(String, u64)>,
    /// Registers.
    pub systems: Vec<String>,
    /// Strictest secrecy.
    pub secrecy: Secrecy,
    /// The data's vintage.
    pub vintage: String,
    #[serde(skip)]
    table: Vec<Hours>,
    #[serde(skip)]
    all: [[u32; 24]; 7],
}

/// Makes the sheet of the last `years` years of the data and writes it as PDF or DOCX.
///
/// # Errors
/// [`Refusal::NoEvents`]; [`crate::analysis::Error::NoHourKnown`] where no register tells the hour.
pub fn run(store: &Path, kind: Kind, years: u8, output: &Path, timings: &Timings) -> Result<Sheet> {
    let store = GpkgStore::open(store, Access::ReadOnly)?;
    let sheet = timings.time("count", || sheet(&store, kind, years))?;
    timings.time("write", || export::paper::write_paper(output, &paper(&sheet)))?;
    Ok(sheet)
}

fn sheet(store: &GpkgStore, kind: Kind, years: u8) -> Result<Sheet> {
    let file = store.path().display().to_string();
    let mut events = store.events(&EventFilter { kinds: Some(vec![kind]), ..EventFilter::default() })?;
    let year = |event: &Event| event.time.as_ref().and_then(Interval::year);
    let Some(last) = events.iter().filter_map(year).max() else { return Err(Refusal::NoEvents { file }.into()) };
    let first = last - i16::from(years.max(1)) + 1;
    events.retain(|event| year(event).is_some_and(|year| year >= first));
    let streets = streets(store)?;
    let nowhere = swedish("hours-nowhere", &[]);
    let place = |event: &Event| -> String {
        let on_road = streets.get(&event.id).cloned();
        let named = || event.attributes.get("objekt").cloned();
        on_road.or_else(|| event.street.clone()).or_else(named).unwrap_or_else(|| nowhere.clone())
    };
    let places: Vec<String> = events.iter().map(place).collect();
    let rows = || places.iter().map(String::as_str).zip(events.iter().map(|event| event.time.as_ref()));
    let Timetable { places: table, counted, undated, coarse, .. } = timetable(rows())?;
    let mut all = [[0; 24]; 7];
    for hours in &table {
        for (sum, day) in all.iter_mut().zip(&hours.counts) {
            for (sum, n) in sum.iter_mut().zip(day) {
                *sum += n;
            }
        }
    }
    let latest = events.iter().filter_map(|event| event.time.as_ref()).map(|time| time.to).max();
    let mut systems: Vec<String> = events.iter().map(|event| event.source.system.clone()).collect();
    systems.sort();
    systems.dedup();
    Ok(Sheet {
        municipality: store.settings().name.clone(),
        kind,
        years: (first, last),
        counted,
        without_hour: undated + coarse,
        places: table.iter().map(|hours| (hours.place.clone(), hours.total)).take(20).collect(),
        systems,
        secrecy: events.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Open),
        vintage: latest.map_or_else(|| NO_VINTAGE.to_owned(), iso_utc),
        table: table.into_iter().filter(|hours| hours.total >= LEAST && hours.place != nowhere).take(PLACES).collect(),
        all,
    })
}

/// The street of each event that is on a road.
fn streets(store: &GpkgStore) -> Result<BTreeMap<String, String>> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for street in store.street_names()? {
        for piece in store.roads_near(&Roads::Named(&street))? {
            names.extend(piece.link.map(|link| (link, street.clone())));
        }
    }
    let rows = store.event_roads()?;
    Ok(rows.into_iter().filter_map(|row| Some((row.event, names.get(&row.link?)?.clone()))).collect())
}

fn word(id: &str) -> String {
    swedish(id, &[])
}

/// The sheet as a paper.
#[must_use]
pub fn paper(sheet: &Sheet) -> Paper {
    let (first, last) = sheet.years;
    let period = if first == last { first.to_string() } else { format!("{first}–{last}") };
    let kind = word(&format!("place-kind-{}", sheet.kind.code()));
    let values = [
        ("kind", kind.to_lowercase()),
        ("counted", whole(sheet.counted)),
        ("without", whole(sheet.without_hour)),
        ("period", period.clone()),
        ("most", busiest(&sheet.all)),
    ];
    let mut blocks = vec![Block::Lead { text: swedish("hours-lead", &values) }];
    blocks.push(Block::Heading { text: word("hours-heading-all") });
    blocks.push(week(&sheet.all));
    for hours in &sheet.table {
        blocks.push(Block::Heading {
            text: swedish("hours-heading-place", &[("place", hours.place.clone()), ("n", whole(hours.total))]),
        });
        blocks.push(week(&hours.counts));
    }
    if sheet.table.is_empty() {
        blocks.push(Block::Text { text: swedish("hours-no-place", &[("least", LEAST.to_string())]) });
    }
    blocks.push(Block::Note { text: word("hours-note") });
    Paper {
        title: swedish("hours-title", &[("kind", kind)]),
        subtitle: format!("{} · {period}", sheet.municipality),
        mark: sheet.secrecy.mark().map(str::to_owned),
        sender: sheet.municipality.clone(),
        foot: swedish(
            "report-foot",
            &[("systems", sheet.systems.join(", ")), ("vintage", sheet.vintage.chars().take(10).collect())],
        ),
        lang: "sv".to_owned(),
        stamp: sheet.vintage.clone(),
        blocks,
    }
}

/// The weekday and three hours with most events, in words; ties to the earlier.
fn busiest(counts: &[[u32; 24]; 7]) -> String {
    let mut best = (0, 0, 0);
    for (day, hours) in counts.iter().enumerate() {
        for start in 0..22 {
            let n: u32 = hours[start..start + 3].iter().sum();
            if n > best.0 {
                best = (n, day, start);
            }
        }
    }
    let (n, day, start) = best;
    swedish(
        "hours-most",
        &[
            ("day", word(&format!("weekday-{}", day + 1)).to_lowercase()),
            ("from", format!("{start:02}")),
            ("to", format!("{:02}", start + 3)),
            ("n", n.to_string()),
        ],
    )
}

/// Weekdays down, hours across; nothing is written where nothing happened, so that the eye finds the rest.
fn week(counts: &[[u32; 24]; 7]) -> Block {
    let mut head = vec![word("hours-head-day")];
    head.extend((0..24).map(|hour| format!("{hour:02}")));
    head.push(word("place-head-sum"));
    let number = |n: u32| if n == 0 { "·".to_owned() } else { n.to_string() };
    let mut rows: Vec<Vec<String>> = counts
        .iter()
        .enumerate()
        .map(|(day, hours)| {
            let mut row = vec![word(&format!("weekday-{}", day + 1))];
            row.extend(hours.iter().map(|n| number(*n)));
            row.push(hours.iter().sum::<u32>().to_string());
            row
        })
        .collect();
    let mut sum = vec![word("place-head-sum")];
    sum.extend((0..24).map(|hour| number(counts.iter().map(|day| day[hour]).sum())));
    sum.push(counts.iter().flatten().sum::<u32>().to_string());
    rows.push(sum);
    Block::Table(Table { caption: String::new(), head, rows, total: true, words: 1, note: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_hours_are_three_in_a_row() {
        let mut counts = [[0; 24]; 7];
        counts[4][21] = 2;
        counts[4][22] = 2;
        counts[4][23] = 1;
        counts[5][2] = 4;
        assert_eq!(busiest(&counts), "fredag kl. 21–24 (5)");
    }
}
