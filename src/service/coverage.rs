//! The täckningstabell of a store: worked out after every import, shown, edited, and asked by every series.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::columns::column;
use super::error::Result;
use super::gate_error::GateRefusal;
use crate::analysis::coverage::{Reported, derive, is_whole};
use crate::crs::{Transform, WGS84};
use crate::domain::passport::{ContentHash, NO_VINTAGE};
use crate::domain::time::second_of_iso;
use crate::domain::{Coverage, Geometries, Interval, Layer, Passport, Reporting, Secrecy, Style, Values};
use crate::export;
use crate::ingest::{self, ReadOptions};
use crate::store::gate::StartCount;
use crate::store::{Gate, GpkgStore, Store};
use crate::texts::swedish;

/// Columns of the table as a file.
const COLUMNS: [&str; 7] = ["kalla", "rapportor", "ar", "antal", "rapporterade", "raknat", "anmarkning"];

/// The täckningstabell with what a series must know besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Lines by register, reporter, year.
    pub coverage: Vec<Coverage>,
    /// The year that is not whole, by register; registers without one are left out.
    pub preliminary: BTreeMap<String, i16>,
}

/// The year in which events start, in their own zone.
fn year(count: &StartCount) -> Option<i16> {
    match second_of_iso(&count.start) {
        Some(from) => Interval { from, to: from + 1, zone: count.zone.clone() }.year(),
        None => count.start.parse().ok(),
    }
}

/// Per register the last year of the data, where it is not whole: see [`is_whole`].
#[must_use]
pub fn preliminary(counts: &[StartCount]) -> BTreeMap<String, i16> {
    // By register: last year, its events, the day on which the last event ended.
    let mut last: BTreeMap<&str, (i16, u64, String)> = BTreeMap::new();
    for count in counts {
        let Some(year) = year(count) else { continue };
        let end = second_of_iso(&count.last).map(|to| Interval { from: to - 1, to, zone: count.zone.clone() });
        let day = end.and_then(|end| end.days()).map(|days| days.1).unwrap_or_default();
        let entry = last.entry(&count.system).or_insert_with(|| (year, 0, String::new()));
        if year > entry.0 {
            *entry = (year, 0, entry.2.clone());
        }
        if year == entry.0 {
            entry.1 += count.events;
        }
        entry.2 = std::mem::take(&mut entry.2).max(day);
    }
    let open = last.into_iter().filter(|(_, (year, events, day))| !is_whole(days_to_new_year(*year, day), *events));
    open.map(|(system, (year, ..))| (system.to_owned(), year)).collect()
}

/// Days from the day to the end of the year; 0 where the day lies after it.
pub(super) fn days_to_new_year(year: i16, day: &str) -> i32 {
    let (Ok(end), Some(day)) = (jiff::civil::Date::new(year, 12, 31), crate::domain::gate::day(day)) else {
        return 366;
    };
    day.until(end).map_or(366, |span| span.get_days()).max(0)
}

/// Works the table out anew from the events, and keeps what a person has written. Returns whether anything changed.
///
/// Called after every import of events and after gallring.
///
/// # Errors
/// The store cannot be read or written.
pub fn refresh(store: &mut GpkgStore) -> Result<bool> {
    let counts = store.start_counts()?;
    let preliminary = preliminary(&counts);
    let reported: Vec<Reported> = counts.iter().flat_map(reported).collect();
    Ok(store.put_derived(&derive(&reported, &preliminary))?)
}

/// What an event counts for: each reporter that names it, or the register itself.
fn reported(count: &StartCount) -> Vec<Reported> {
    let Some(year) = year(count) else { return Vec::new() };
    let who: Vec<&str> = match (count.police, count.hospital) {
        (true, true) => vec!["polis", "sjukvård"],
        (true, false) => vec!["polis"],
        (false, true) => vec!["sjukvård"],
        (false, false) => vec![""],
    };
    let one =
        |who: &str| Reported { system: count.system.clone(), reporter: who.to_owned(), year, events: count.events };
    who.into_iter().map(one).collect()
}

/// The table of a store.
///
/// # Errors
/// The store cannot be read.
pub fn table(store: &GpkgStore) -> Result<Table> {
    Ok(Table { coverage: store.coverage()?, preliminary: preliminary(&store.start_counts()?) })
}

/// Takes the lines of a file in which state or note differ from the store's, as written by a person. Returns how many.
///
/// # Errors
/// Readers' errors; a column is missing, a cell cannot be read: nothing was kept.
pub fn set(store: &mut GpkgStore, file: &Path) -> Result<usize> {
    let lines = read(file)?;
    let here = store.coverage()?;
    let key = |line: &Coverage| (line.system.clone(), line.reporter.clone(), line.year);
    let known: BTreeMap<_, &Coverage> = here.iter().map(|line| (key(line), line)).collect();
    let changed: Vec<Coverage> = lines
        .into_iter()
        .filter(|line| {
            known.get(&key(line)).is_none_or(|known| known.reporting != line.reporting || known.note != line.note)
        })
        .map(|line| Coverage { events: known.get(&key(&line)).map_or(0, |known| known.events), ..line })
        .collect();
    store.put_written(&changed)?;
    Ok(changed.len())
}

fn read(path: &Path) -> Result<Vec<Coverage>> {
    let tables = ingest::read(path, &ReadOptions::default())?;
    let mut lines = Vec::new();
    for table in &tables {
        let shown = path.display().to_string();
        let find = |column: &'static str| {
            let at = table.columns.iter().position(|name| name.trim().eq_ignore_ascii_case(column));
            at.ok_or_else(|| GateRefusal::CoverageWithoutColumn { file: shown.clone(), column })
        };
        let [system, reporter, year, state] = [find("kalla")?, find("rapportor")?, find("ar")?, find("rapporterade")?];
        let note = find("anmarkning").ok();
        for row in 0..table.len() {
            let bad = |column: &'static str, value: &str, expected: String| GateRefusal::CoverageBadCell {
                file: shown.clone(),
                row: table.row_number(row),
                column,
                value: value.to_owned(),
                expected,
            };
            let cell = |at: usize| table.cell(row, at).trim();
            if cell(system).is_empty() {
                return Err(bad("kalla", "", "STRADA".to_owned()).into());
            }
            let states = Reporting::ALL.map(Reporting::code).join(", ");
            let reporting = Reporting::from_code(&cell(state).to_lowercase());
            let of_year = cell(year).parse().ok().filter(|year| (1900..=2200).contains(year));
            lines.push(Coverage {
                system: cell(system).to_owned(),
                reporter: cell(reporter).to_owned(),
                year: of_year.ok_or_else(|| bad("ar", cell(year), "1900–2200".to_owned()))?,
                events: 0,
                reporting: reporting.ok_or_else(|| bad("rapporterade", cell(state), states))?,
                derived: false,
                note: note.map(cell).filter(|note| !note.is_empty()).map(str::to_owned),
            });
        }
    }
    Ok(lines)
}

/// The table as a layer without places.
///
/// # Errors
/// The store cannot be read.
pub fn layer(store: &GpkgStore) -> Result<Layer> {
    let lines = store.coverage()?;
    let mut content = ContentHash::default();
    for line in &lines {
        content.add(&[&line.system, &line.reporter, &line.year.to_string(), line.reporting.code()]);
    }
    let mut sources: Vec<String> = lines.iter().map(|line| line.system.clone()).collect();
    sources.dedup();
    let text = |pick: &dyn Fn(&Coverage) -> Option<String>| Values::Text(lines.iter().map(pick).collect());
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let values = [
        text(&|line| some(&line.system)),
        text(&|line| some(&line.reporter)),
        Values::Integer(lines.iter().map(|line| Some(i64::from(line.year))).collect()),
        Values::Integer(lines.iter().map(|line| i64::try_from(line.events).ok()).collect()),
        text(&|line| some(line.reporting.code())),
        Values::Bool(lines.iter().map(|line| Some(line.derived)).collect()),
        text(&|line| line.note.clone()),
    ];
    let years = || lines.iter().map(|line| line.year);
    let period = years().min().zip(years().max());
    Ok(Layer {
        name: "tackning".to_owned(),
        title: swedish("store-table-coverage", &[]),
        description: swedish("store-about-coverage", &[]),
        columns: COLUMNS.into_iter().zip(values).map(|(name, values)| column(name, true, values)).collect(),
        geometries: Geometries::Absent(lines.len()),
        style: Style::Single("#9aa5ad".to_owned()),
        passport: Passport {
            software: format!("lagesbild {}", env!("CARGO_PKG_VERSION")),
            method: "coverage".to_owned(),
            parameters: BTreeMap::from([
                ("alpha".to_owned(), crate::analysis::coverage::ALPHA.into()),
                ("share".to_owned(), crate::analysis::coverage::SHARE.into()),
            ]),
            seed: None,
            sources,
            period: period.map(|(first, last)| (format!("{first}-01-01"), format!("{last}-12-31"))),
            vintage: NO_VINTAGE.to_owned(),
            used: lines.iter().map(|line| line.events).sum(),
            unplaced: 0,
            dropped: BTreeMap::new(),
            crs: format!("EPSG:{}", store.settings().crs.epsg),
            // Who reported in which year is no secret of any row.
            secrecy: Secrecy::Intern,
            notes: vec![swedish("coverage-rule", &[])],
            content_hash: content.finish(),
        },
    })
}

/// Writes the table to a file: CSV, Excel or whatever else holds tables.
///
/// # Errors
/// The store cannot be read, the file not be written.
pub fn write(store: &GpkgStore, file: &Path) -> Result<()> {
    let crs = store.settings().crs.clone();
    let to_wgs84 = Transform::new(&format!("EPSG:{}", crs.epsg), WGS84)?;
    export::write(file, &[layer(store)?], &crs, &|point| to_wgs84.convert(point), None)?;
    Ok(())
}
