//! Import counts: tables of område × månad × brottstyp into the store, cell by cell, with totals checked.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::areas::{AreaError, chosen_set};
use super::error::Result;
use crate::domain::{AreaTally, Tallied, category};
use crate::ingest::area_match::AreaMatch;
use crate::ingest::area_table::{self, Counts, NoCounts};
use crate::ingest::{Aliases, ReadOptions, Table};
use crate::store::{Areas as _, Fate, GpkgStore, SetAside, Tally};
use crate::texts::{swedish, text};

/// Words for the type where a file tells none.
const NO_TYPE: &str = "counts-type-not-told";

/// What became of a file of counts. A count is a number for one area, period and type; a row of a wide table has several.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The set of areas that the names were looked up in.
    pub set: String,
    /// Counts: read = accepted + quarantined + present.
    pub counts: Tally,
    /// Accepted counts that took the place of another number.
    pub replaced: u64,
    /// Counts whose number the source hides, among those that were read.
    pub hidden: u64,
    /// Empty cells: neither zero nor counted.
    pub blanks: usize,
    /// Totals that were found, and checked instead of counted.
    pub totals: usize,
    /// Totals that are not the sum of their parts, one sentence each.
    pub mismatches: Vec<String>,
    /// Areas that no area of the set is called, with suggestions and rows.
    pub unknown: Vec<Unknown>,
    /// Why counts were not taken: reason to number.
    pub reasons: BTreeMap<String, u64>,
    /// What was chosen on the reader's behalf.
    pub notes: Vec<String>,
    /// First and last day.
    pub period: Option<(String, String)>,
    /// Types that were met, in the file's words.
    pub categories: Vec<String>,
}

/// A name that no area has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// As the file writes it.
    pub name: String,
    /// The names most like it.
    pub suggestions: Vec<String>,
    /// Rows that it stands in.
    pub rows: Vec<u32>,
}

impl Report {
    /// The report for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![text("counts-set", &[("set", self.set.clone())])];
        lines.extend(self.notes.iter().cloned());
        let values = [
            ("read", self.counts.read.to_string()),
            ("accepted", self.counts.accepted.to_string()),
            ("quarantined", self.counts.quarantined.to_string()),
            ("present", self.counts.present.to_string()),
        ];
        lines.push(text("counts-tally", &values));
        let told = [
            ("counts-replaced", self.replaced),
            ("counts-hidden", self.hidden),
            ("counts-blanks", self.blanks as u64),
            ("counts-totals", self.totals as u64),
        ];
        lines.extend(
            told.iter().filter(|(_, count)| *count > 0).map(|(id, count)| text(id, &[("count", count.to_string())])),
        );
        lines.extend(self.mismatches.iter().cloned());
        for unknown in &self.unknown {
            let rows: Vec<String> = unknown.rows.iter().take(10).map(u32::to_string).collect();
            let id = if unknown.suggestions.is_empty() { "counts-unknown-area" } else { "counts-unknown-area-near" };
            let near = unknown.suggestions.join(", ");
            lines.push(text(id, &[("name", unknown.name.clone()), ("rows", rows.join(", ")), ("near", near)]));
        }
        for (reason, count) in &self.reasons {
            lines.push(text("counts-reason", &[("reason", text(reason, &[])), ("count", count.to_string())]));
        }
        lines
    }
}

/// Imports the counts of a file: every sheet that holds a table of counts, or the one named.
///
/// The same cell with the same number is present; with another number it is set aside as changed, or with `replace` taken.
/// What is set aside takes the place of what the same file set aside before.
///
/// # Errors
/// Readers' errors; [`AreaError::CountsWithoutHeader`], [`AreaError::CountsWithoutPeriod`],
/// [`AreaError::CountsWithoutRows`] where no sheet gives counts; those of choosing a set of areas.
pub fn import(
    file: &Path,
    sheet: Option<&str>,
    set: Option<&str>,
    aliases: &Aliases,
    replace: bool,
    store: &mut GpkgStore,
) -> Result<Report> {
    let options = ReadOptions { layer: sheet.map(str::to_owned), grid: true, ..ReadOptions::default() };
    let tables = crate::ingest::read(file, &options)?;
    let shown = file.display().to_string();
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut read: Vec<(&Table, Counts)> = Vec::new();
    let mut failed = None;
    for table in &tables {
        match area_table::read(table, aliases, &stem) {
            Ok(counts) => read.push((table, counts)),
            Err(reason) => failed = failed.or(Some(reason)),
        }
    }
    if read.is_empty() {
        let file = shown;
        return Err(match failed {
            Some(NoCounts::NoPeriod) => AreaError::CountsWithoutPeriod { file },
            Some(NoCounts::NoRows) => AreaError::CountsWithoutRows { file },
            _ => AreaError::CountsWithoutHeader { file },
        }
        .into());
    }
    let set = match set {
        Some(_) => chosen_set(store, set)?,
        None => best_set(store, &shown, &read)?,
    };
    let areas = store.areas(Some(&set))?;
    let known = AreaMatch::new(areas.iter().map(|area| (area.code.as_str(), area.name.as_deref())));
    let mut report = Report { set: set.clone(), ..Report::default() };
    if !aliases.source.is_empty() {
        report.notes.push(text("register-names", &[("source", aliases.source.clone())]));
    }
    let name = tables.first().map(|table| table.file.clone()).unwrap_or_default();
    let (mut rows, mut rejected): (Vec<AreaTally>, Vec<SetAside>) = (Vec::new(), Vec::new());
    let mut columns: Vec<String> = Vec::new();
    for (table, counts) in &read {
        take(table, counts, &set, &known, aliases, &name, &mut report, &mut rows, &mut rejected, &mut columns);
    }
    let aside = |index: usize, fate: Fate| {
        let row = &rows[index];
        let reason = if fate == Fate::Overlaps { "counts-overlaps" } else { "counts-changed" };
        set_aside(row.sheet.clone(), row.row, &columns[index], &shown_count(row.count), reason, &[], raw(row))
    };
    let fates = store.put_area_counts(&name, &rows, replace, &rejected, &aside)?;
    for fate in &fates {
        match fate {
            Fate::Accepted => report.counts.accepted += 1,
            Fate::Replaced => {
                report.counts.accepted += 1;
                report.replaced += 1;
            }
            Fate::Present => report.counts.present += 1,
            Fate::Changed | Fate::Overlaps => {
                let reason = if *fate == Fate::Overlaps { "counts-overlaps" } else { "counts-changed" };
                *report.reasons.entry(reason.to_owned()).or_default() += 1;
            }
        }
    }
    report.counts.quarantined = report.reasons.values().sum();
    report.counts.read = fates.len() as u64 + rejected.len() as u64;
    debug_assert!(report.counts.balances());
    report.categories.sort();
    report.categories.dedup();
    Ok(report)
}

/// The set that most of the file's names belong to, where one is clearly meant.
fn best_set(store: &GpkgStore, file: &str, read: &[(&Table, Counts)]) -> Result<String> {
    let areas = store.areas(None)?;
    let mut sets: Vec<&str> = areas.iter().map(|area| area.set.as_str()).collect();
    sets.dedup();
    if sets.len() < 2 {
        return chosen_set(store, None);
    }
    let mut names: Vec<&(String, Option<String>)> =
        read.iter().flat_map(|(_, counts)| &counts.cells).filter_map(|cell| cell.area.as_ref()).collect();
    names.sort();
    names.dedup();
    let mut hits: Vec<(usize, &str)> = sets
        .iter()
        .map(|set| {
            let own = areas.iter().filter(|area| area.set == **set);
            let known = AreaMatch::new(own.map(|area| (area.code.as_str(), area.name.as_deref())));
            (names.iter().filter(|(name, code)| known.find(name, code.as_deref()).is_ok()).count(), *set)
        })
        .collect();
    hits.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    match hits.as_slice() {
        [(first, set), (second, _), ..] if first > second => Ok((*set).to_owned()),
        _ => {
            let sets = sets.into_iter().map(str::to_owned).collect();
            Err(AreaError::SeveralAreaSets { file: file.to_owned(), sets }.into())
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one sheet's share of an import; called once")]
fn take(
    table: &Table,
    counts: &Counts,
    set: &str,
    known: &AreaMatch,
    aliases: &Aliases,
    file: &str,
    report: &mut Report,
    rows: &mut Vec<AreaTally>,
    rejected: &mut Vec<SetAside>,
    columns: &mut Vec<String>,
) {
    let sheet = table.sheet.clone();
    let source = counts.source.clone().unwrap_or_else(|| file.to_owned());
    report.blanks += counts.blanks;
    report.totals += counts.totals;
    report.notes.extend(table.notes.iter().cloned());
    if counts.period_from_title {
        report.notes.push(text("counts-period-from-title", &[]));
    }
    if !counts.passed_over.is_empty() {
        report.notes.push(text("counts-passed-over", &[("columns", counts.passed_over.join(", "))]));
    }
    for wrong in &counts.mismatches {
        let high = wrong.high.map_or_else(|| "?".to_owned(), |high| high.to_string());
        let sum = if wrong.high == Some(wrong.low) { high } else { format!("{}–{high}", wrong.low) };
        let values = [
            ("row", wrong.row.to_string()),
            ("column", wrong.column.clone()),
            ("said", wrong.said.to_string()),
            ("sum", sum),
        ];
        report.mismatches.push(text("counts-mismatch", &values));
    }
    for odd in &counts.odd {
        let reason = format!("counts-{}", odd.reason);
        *report.reasons.entry(reason.clone()).or_default() += 1;
        rejected.push(set_aside(sheet.clone(), odd.row, &odd.column, &odd.value, &reason, &[], Map::new()));
    }
    for cell in &counts.cells {
        let (Some((name, code)), Some((from, to)), Some(kind)) = (&cell.area, cell.period, &cell.category) else {
            continue;
        };
        let category_text = if kind.is_empty() { swedish(NO_TYPE, &[]) } else { kind.clone() };
        report.hidden += u64::from(matches!(cell.count, Tallied::Hidden(..)));
        let mut row = AreaTally {
            set: set.to_owned(),
            area: String::new(),
            from: from.to_string(),
            to: to.to_string(),
            category: category::of_words(kind).to_owned(),
            category_text,
            count: cell.count,
            source: source.clone(),
            file: file.to_owned(),
            sheet: sheet.clone(),
            row: cell.row,
        };
        let found = if aliases.is("unplaced", name) { Ok("") } else { known.find(name, code.as_deref()) };
        match found {
            Ok(code) => code.clone_into(&mut row.area),
            Err(suggestions) => {
                name.clone_into(&mut row.area);
                let near = if suggestions.is_empty() { "–".to_owned() } else { suggestions.join(", ") };
                let reason = "counts-area-unknown";
                *report.reasons.entry(reason.to_owned()).or_default() += 1;
                let values = [("near", near)];
                rejected.push(set_aside(sheet.clone(), cell.row, &cell.column, name, reason, &values, raw(&row)));
                match report.unknown.iter_mut().find(|unknown| unknown.name == *name) {
                    Some(unknown) if unknown.rows.last() == Some(&cell.row) => {}
                    Some(unknown) => unknown.rows.push(cell.row),
                    None => report.unknown.push(Unknown { name: name.clone(), suggestions, rows: vec![cell.row] }),
                }
                continue;
            }
        }
        let (first, last) = report.period.get_or_insert_with(|| (row.from.clone(), row.to.clone()));
        if row.from < *first {
            first.clone_from(&row.from);
        }
        if row.to > *last {
            last.clone_from(&row.to);
        }
        report.categories.push(row.category_text.clone());
        rows.push(row);
        columns.push(cell.column.clone());
    }
}

/// A number as people read it and a table may write it: `4`, `0–4`, `>2`, `..`.
pub(super) fn shown_count(count: Tallied) -> String {
    match (count.low(), count.high()) {
        (low, Some(high)) if low == high => low.to_string(),
        (low, Some(high)) => format!("{low}–{high}"),
        (0, None) => "..".to_owned(),
        (low, None) => format!(">{}", low - 1),
    }
}

fn raw(row: &AreaTally) -> Map<String, Value> {
    let pairs = [
        ("Område", row.area.clone()),
        ("Period", format!("{} - {}", row.from, row.to)),
        ("Brottstyp", row.category_text.clone()),
        ("Antal", shown_count(row.count)),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
}

fn set_aside(
    sheet: Option<String>,
    row: u32,
    column: &str,
    value: &str,
    reason: &str,
    values: &[(&str, String)],
    raw: Map<String, Value>,
) -> SetAside {
    SetAside {
        sheet,
        row,
        column: Some(column.to_owned()).filter(|column| !column.is_empty()),
        value: Some(value.to_owned()),
        reason: reason.trim_start_matches("counts-").to_owned(),
        reason_text: swedish(&format!("{reason}-sentence"), values),
        raw,
    }
}
