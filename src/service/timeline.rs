//! The timeline's layers: counts by period, type and area, and by period alone. Tables: no row has a place.

use super::columns::{column, title};
use super::error::{Refusal, Result};
use super::rows::Input;
use crate::analysis::{Occurrence, Parameters, timeline};
use crate::domain::passport::{NO_VINTAGE, SOFTWARE};
use crate::domain::time::iso_utc;
use crate::domain::{Geometries, Layer, Passport, Period, Step, Style, Values};
use crate::texts::swedish;

/// Counts the input over time: the layers `timeline` and `periods`, with the passport of both.
///
/// Rows without a place are counted like all others, and are told in the column `utan_plats`; rows without a time, or
/// with one coarser than the step, are in the passport's `dropped`.
///
/// # Errors
/// [`Refusal::NothingDated`], [`Refusal::TimesTooCoarse`] where no row belongs to any period.
pub fn layers(input: &Input, step: Step, parameters: &Parameters, file: &str) -> Result<(Vec<Layer>, Passport)> {
    let events = input.points.iter().zip(&input.facts).map(|(point, fact)| Occurrence {
        time: fact.time.as_ref(),
        category: fact.category.as_deref(),
        area: fact.area.as_deref(),
        is_placed: point.is_some(),
    });
    let counted = timeline(events, step);
    let Some((first, last)) = &counted.days else {
        let lost = input.facts.len();
        let undated = usize::try_from(counted.undated).unwrap_or(lost);
        return Err(Refusal::no_period(file, lost, undated, step).into());
    };
    let used: u64 = counted.totals.iter().map(|total| total.n).sum();
    let unplaced = input.points.iter().filter(|point| point.is_none()).count() as u64;
    let mut dropped = input.dropped.clone();
    for (count, id) in [(counted.undated, "dropped-undated"), (counted.coarse, "dropped-coarse-time")] {
        if count > 0 {
            dropped.insert(swedish(id, &[]), count);
        }
    }
    let mut notes = input.notes.clone();
    let parts = counted.totals.iter().filter(|total| !total.is_whole).count();
    let day = |day: &str| day.to_owned();
    if parts > 0 {
        let values = [("first", day(first)), ("last", day(last)), ("count", parts.to_string())];
        notes.push(swedish("note-incomplete-periods", &values));
    }
    for (reason, count) in &dropped {
        notes.push(swedish("note-left-out", &[("count", count.to_string()), ("reason", reason.clone())]));
    }
    if unplaced > 0 {
        notes.push(swedish("note-unplaced-counted", &[("count", unplaced.to_string())]));
    }
    let vintage = input.facts.iter().filter_map(|fact| fact.time.as_ref()).map(|time| time.to).max();
    let passport = Passport {
        software: SOFTWARE.to_owned(),
        method: parameters.method().id.to_owned(),
        parameters: super::selection::told(input, parameters),
        seed: None,
        sources: input.sources.clone(),
        period: Some((day(first), day(last))),
        vintage: vintage.map_or_else(|| NO_VINTAGE.to_owned(), iso_utc),
        used,
        unplaced,
        dropped: dropped.into_iter().chain(input.chosen.outside.clone()).collect(),
        crs: format!("EPSG:{}", input.crs.epsg),
        secrecy: input.secrecy,
        notes,
        content_hash: input.content_hash.clone(),
    };
    let whole = |period: Period| {
        counted.totals.binary_search_by_key(&period, |total| total.period).is_ok_and(|at| counted.totals[at].is_whole)
    };
    let entries = &counted.entries;
    let mut columns = spans(&entries.iter().map(|entry| entry.period).collect::<Vec<_>>(), step);
    columns.extend([
        column("typ", true, Values::Text(entries.iter().map(|entry| entry.category.clone()).collect())),
        column("omrade", true, Values::Text(entries.iter().map(|entry| entry.area.clone()).collect())),
        column("n", true, integers(entries.iter().map(|entry| entry.n))),
        column("utan_plats", true, integers(entries.iter().map(|entry| entry.unplaced))),
        column("hel_period", true, Values::Bool(entries.iter().map(|entry| Some(whole(entry.period))).collect())),
    ]);
    let totals = &counted.totals;
    let mut sums = spans(&totals.iter().map(|total| total.period).collect::<Vec<_>>(), step);
    sums.extend([
        column("n", true, integers(totals.iter().map(|total| total.n))),
        column("utan_plats", true, integers(totals.iter().map(|total| total.unplaced))),
        column("hel_period", true, Values::Bool(totals.iter().map(|total| Some(total.is_whole)).collect())),
    ]);
    let layer = |name: &str, columns: Vec<crate::domain::Column>, rows: usize| Layer {
        name: name.to_owned(),
        title: title(name, input.kind, passport.secrecy),
        description: swedish(&format!("layer-description-{name}"), &[]),
        columns,
        geometries: Geometries::Absent(rows),
        style: Style::Single("#37474f".to_owned()),
        passport: passport.clone(),
    };
    let made = vec![layer("timeline", columns, entries.len()), layer("periods", sums, totals.len())];
    Ok((made, passport))
}

/// The columns that name a period: its name, first and last day.
fn spans(periods: &[Period], step: Step) -> Vec<crate::domain::Column> {
    let text = |of: &dyn Fn(Period) -> String| Values::Text(periods.iter().map(|period| Some(of(*period))).collect());
    vec![
        column("period", true, text(&|period| period.name(step))),
        column("period_fran", false, text(&|period| period.first().to_string())),
        column("period_till", false, text(&|period| period.last().to_string())),
    ]
}

fn integers(counts: impl Iterator<Item = u64>) -> Values {
    Values::Integer(counts.map(|count| i64::try_from(count).ok()).collect())
}
