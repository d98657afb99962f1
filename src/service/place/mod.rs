//! Platsutdrag: everything that is known of one place, for whoever asks "is this place bad?".
//!
//! One function takes any place (a drawn area, a street, a junction, an object, a plan) and gives numbers; the sheet, the
//! layer and the JSON are made from those and add none of their own.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and lengths of one municipality are far below 2^53, and numbers of places below 2^32"
)]

mod layer;
mod map;
mod onroad;
mod sheet;
mod tables;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use geo::{Area, CoordsIter, Intersects, Length, Point};
use serde::Serialize;

pub use onroad::Comparison;
use onroad::Counted;
pub use sheet::{covered, kronor, paper, whole};
pub use tables::{Accidents, Line, Other, UNTOLD};
pub use target::{Sort, Target};

use super::error::{Refusal, Result};
use super::progress::Timings;
use super::{facts, files};
use crate::analysis::forecast::{self, Forecast};
use crate::analysis::series::{Reason, SeriesReport, YearCount, describe};
use crate::domain::passport::{ContentHash, NO_VINTAGE};
use crate::domain::time::{iso_utc, years_between};
use crate::domain::{
    Bbox, Condition, Coverage, Decision, Event, Interval, Kind, Measure, RoadKeeper, Secrecy, category,
};
use crate::export;
use crate::geopackage::Access;
use crate::store::near::{Placed, RoadPiece, Roads};
use crate::store::{Gate, GpkgStore, Near, Nearby, Store, Surroundings};

/// A question about a place.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The place.
    pub target: Target<'a>,
    /// Metres beyond what was named; the target's own where nothing is said.
    pub buffer_m: Option<f64>,
    /// Coordinate system of the target's file, where it does not say.
    pub crs: Option<&'a str>,
    /// Years of the headline, 1 to 10, the last year of the data included.
    pub years: u8,
    /// Whether crimes are shown beside accidents from STRADA, whose purpose is traffic safety.
    pub join_crime: bool,
}

/// Years of the headline where nothing is asked for: the period of "Trafiksäkra staden" (SKR and Trafikverket 2013).
pub const YEARS: u8 = 5;

/// Years of the table.
const TABLE_YEARS: i16 = 10;

/// Fewer whole years than this tell nothing of the years to come. Our default.
const FORECAST_LEAST_YEARS: usize = 3;

/// Years that the zero alternative looks ahead.
pub const AHEAD_YEARS: u8 = 5;

/// Seed of the draws of costs; printed with the result.
const SEED: u64 = 1;

/// What is known of the roads at a place.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RoadFacts {
    /// Metres of road in the place.
    pub length_m: f64,
    /// Väghållare that occur; `None` among them is not known.
    pub keepers: Vec<Option<RoadKeeper>>,
    /// Lowest and highest limit, km/h.
    pub speed: Option<(u16, u16)>,
    /// Highest ÅDT and its year.
    pub adt: Option<(u32, Option<u16>)>,
    /// Share of the length with an ÅDT, 0 to 1.
    pub adt_share: f64,
    /// Classes, most metres first.
    pub classes: Vec<String>,
    /// GCM types, most metres first.
    pub gcm_types: Vec<String>,
}

/// What is expected if nothing is done, or why it cannot be said.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Zero {
    /// Expected accidents in the next years, with the 95 % interval.
    Expected {
        /// Mean.
        mean: f64,
        /// Lower end.
        low: u64,
        /// Upper end.
        high: u64,
        /// Events and whole years that it rests on.
        from: (u64, usize),
        /// Number of similar places that it is weighed with; 0 where the place stands alone.
        similar: usize,
    },
    /// Too few whole years.
    TooFewYears {
        /// Comparable whole years that there are.
        years: usize,
        /// What broke the line before them, or that nobody reported, in a sentence; `None` where nothing did.
        because: Option<String>,
    },
    /// The place has no accidents and nothing to be weighed with.
    Nothing,
}

/// Expected cost of damage in the next years, in öre, as the registers state costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DamageCost {
    /// Mean.
    pub mean: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Damages, and of those with a cost, that it rests on.
    pub from: (u64, u64),
    /// Whole years.
    pub years: usize,
}

/// Everything that is known of a place.
#[derive(Debug, Clone, Serialize)]
pub struct Extract {
    /// What people call the place.
    pub title: String,
    /// Its sort.
    pub sort: Sort,
    /// Name of the municipality.
    pub municipality: String,
    /// Hectares of the catchment.
    pub hectares: f64,
    /// Metres that the catchment goes beyond what was named.
    pub buffer_m: f64,
    /// Years of the headline.
    pub last: Vec<i16>,
    /// Whether the last of them is preliminary.
    pub preliminary: bool,
    /// Accidents.
    pub accidents: Accidents,
    /// Other events of the headline's years.
    pub others: Vec<Other>,
    /// Whether crimes were left out beside STRADA.
    pub crime_left_out: bool,
    /// Roads.
    pub roads: RoadFacts,
    /// Comparison with similar places, where exposure allows it.
    pub comparison: Option<Comparison>,
    /// Years that can be compared with each other, and their trend.
    pub series: SeriesReport,
    /// If nothing is done.
    pub zero: Zero,
    /// Damage if nothing is done.
    pub damage: Option<DamageCost>,
    /// Täckningstabell of the systems that occur here.
    pub coverage: Vec<Coverage>,
    /// Measures done here.
    #[serde(skip)]
    pub measures: Vec<Measure>,
    /// Conditions told of here.
    #[serde(skip)]
    pub conditions: Vec<Condition>,
    /// Events without a position whose source names this street.
    pub unplaced_here: u64,
    /// Events without a position in the whole store, by kind.
    pub unplaced: BTreeMap<&'static str, u64>,
    /// Events here whose position is too coarse to be counted.
    pub coarse: u64,
    /// Registers.
    pub systems: Vec<String>,
    /// Strictest secrecy of what is shown.
    pub secrecy: Secrecy,
    /// The data's vintage: the end of the latest event here, or the first moment of 1970.
    pub vintage: String,
    /// Hash over the events that were counted.
    pub content_hash: String,
    /// The STRADA decision that the store holds.
    pub decision: Option<Decision>,
    /// The catchment.
    #[serde(skip)]
    pub shape: geo::MultiPolygon<f64>,
    /// The events that were counted, by id.
    #[serde(skip)]
    pub events: Vec<Event>,
    /// Roads to draw.
    #[serde(skip)]
    pub drawn: Vec<RoadPiece>,
    /// Buildings to draw.
    #[serde(skip)]
    pub buildings: Vec<geo::Geometry<f64>>,
}

impl Extract {
    /// The sums of the headline's years.
    #[must_use]
    pub fn recent(&self) -> Line {
        let lines = self.last.iter().filter_map(|year| self.accidents.years.get(year));
        lines.fold(Line::default(), |sum, line| sum.plus(*line))
    }
}

/// Asks, and writes the answer in the form of the file's extension: PDF, DOCX, or any layer format.
///
/// # Errors
/// Whatever the target refuses; an extension that is neither paper nor layer.
pub fn run(request: &Request<'_>, store: &Path, output: &Path, timings: &Timings) -> Result<Extract> {
    let on_paper = export::paper::paper_format(output).is_some();
    if !on_paper {
        export::format_of(output)?;
    }
    let store = timings.time("read", || GpkgStore::open(store, Access::ReadOnly))?;
    let extract = extract(request, &store, timings)?;
    timings.time("write", || -> Result<()> {
        if on_paper {
            return Ok(export::paper::write_paper(output, &paper(&extract))?);
        }
        let crs = &store.settings().crs;
        files::layers(output, &layer::layers(&extract, crs.epsg), crs, None)?;
        Ok(())
    })?;
    Ok(extract)
}

/// Everything that the store knows of a place.
///
/// # Errors
/// Whatever the target refuses; [`Refusal::BadYears`].
pub fn extract(request: &Request<'_>, store: &GpkgStore, timings: &Timings) -> Result<Extract> {
    if !(1..=10).contains(&request.years) {
        return Err(Refusal::BadYears { value: request.years.to_string() }.into());
    }
    let place = timings.time("find", || target::find(&request.target, request.buffer_m, request.crs, store))?;
    let bbox = Bbox::around(place.shape.coords_iter().map(|coord| [coord.x, coord.y]));
    let nearby = Nearby {
        bbox: place.on_road.as_ref().map_or(bbox, |(ground, which)| bbox.with(ground.bounds(which))),
        unplaced_on: (place.sort == Sort::Street).then(|| place.title.clone()),
    };
    let found = timings.time("events", || store.events_near(&nearby))?;
    let (mut here, mut unplaced_here, mut coarse) = (Vec::new(), 0, 0);
    let coarse_m = place.shape.unsigned_area().sqrt().max(COARSE_M);
    for placed in found {
        let Some(at) = placed.event.position else {
            unplaced_here += 1;
            continue;
        };
        if !belongs(&place, &placed, [at.x, at.y]) {
            continue;
        }
        if at.uncertainty_m() > coarse_m {
            coarse += 1;
        } else {
            here.push(placed.event);
        }
    }
    let strada = here.iter().any(|event| event.secrecy == Secrecy::Strada);
    let crime_left_out = strada && !request.join_crime && here.iter().any(|event| event.kind == Kind::Incident);
    if crime_left_out {
        here.retain(|event| event.kind != Kind::Incident);
    }
    let span = store.span(Kind::Accident)?;
    let end = last_year(store, span.as_ref())?;
    let last: Vec<i16> = end.map(|end| (end - i16::from(request.years) + 1..=end).collect()).unwrap_or_default();
    let table: Vec<i16> = match (end, &span) {
        (Some(end), Some((first, _, zone))) => {
            let first = year_of(*first, zone).unwrap_or(end);
            (first.max(end - TABLE_YEARS + 1)..=end).collect()
        }
        _ => last.clone(),
    };
    let refs: Vec<&Event> = here.iter().collect();
    let accidents = tables::accidents(&refs, &table, &last);
    let coverage = coverage(store, &refs)?;
    let preliminary = end.is_some_and(|end| !settled(&coverage, end));
    let series = series(&accidents, &coverage, preliminary.then_some(end).flatten());
    let whole = comparable(&series);
    let drawn = timings.time("roads", || store.roads_near(&Roads::In(map::frame(bbox))))?;
    let comparison = timings.time("compare", || compare(&place, store, span.as_ref(), &last, &whole))?;
    let (zero, damage) = zero(&refs, &whole, &series, comparison.as_ref());
    let mut content = ContentHash::default();
    for event in &here {
        content.add(&[&event.id, &event.content]);
    }
    let latest = here.iter().filter_map(|event| event.time.as_ref()).map(|time| time.to).max();
    let counts = store.counts_by_kind()?;
    let unplaced = counts.iter().map(|count| (count.kind.code(), count.events - count.placed));
    let (measures, conditions) = registers(store, &place)?;
    let buildings = map::buildings(store, bbox)?;
    Ok(Extract {
        title: place.title.clone(),
        sort: place.sort,
        municipality: store.settings().name.clone(),
        hectares: place.shape.unsigned_area() / 10_000.0,
        buffer_m: if place.buffered { place.buffer_m } else { 0.0 },
        preliminary,
        others: tables::others(&refs, &last),
        last,
        crime_left_out,
        roads: road_facts(&place, &drawn),
        comparison,
        series,
        zero,
        damage,
        coverage,
        measures,
        conditions,
        unplaced_here,
        unplaced: unplaced.filter(|(_, count)| *count > 0).collect(),
        coarse,
        systems: facts::systems(here.iter()),
        secrecy: here.iter().map(|event| event.secrecy).max().unwrap_or(Secrecy::Open),
        vintage: latest.map_or_else(|| NO_VINTAGE.to_owned(), iso_utc),
        content_hash: content.finish(),
        decision: if strada { store.decision()? } else { None },
        accidents,
        shape: place.shape,
        events: here,
        drawn,
        buildings,
    })
}

/// A position less certain than this, and than the side of the place, is not counted in it. Ours.
const COARSE_M: f64 = 50.0;

/// Whether an event belongs to the place: accidents on a road by that road, where the place is one; everything else by its
/// position.
fn belongs(place: &target::Place, placed: &Placed, at: [f64; 2]) -> bool {
    match (&place.on_road, &placed.road) {
        (Some((ground, which)), Some((link, along_m))) if placed.event.kind == Kind::Accident => {
            ground.holds(which, link, *along_m)
        }
        _ => place.shape.intersects(&Point::new(at[0], at[1])),
    }
}

/// The year of a second by the clock of a zone.
fn year_of(second: i64, zone: &str) -> Option<i16> {
    Interval { from: second, to: second + 1, zone: zone.to_owned() }.year()
}

/// The last year in which the store has an accident, else an event of any kind.
fn last_year(store: &GpkgStore, accidents: Option<&(i64, i64, String)>) -> Result<Option<i16>> {
    let year = |span: &(i64, i64, String)| year_of(span.1, &span.2);
    if let Some(year) = accidents.and_then(year) {
        return Ok(Some(year));
    }
    let mut latest = None;
    for kind in Kind::ALL {
        latest = latest.max(store.span(kind)?.as_ref().and_then(year));
    }
    Ok(latest)
}

/// The yearly accidents as a series; `preliminary` is the year that may still grow.
fn series(accidents: &Accidents, coverage: &[Coverage], preliminary: Option<i16>) -> SeriesReport {
    let count = |(year, line): (&i16, &Line)| YearCount {
        year: *year,
        n: line.accidents,
        complete: Some(*year) != preliminary,
    };
    let counts: Vec<YearCount> = accidents.years.iter().map(count).collect();
    describe(&counts, coverage, usize::from(YEARS))
}

/// The whole years up to the last that can be compared with each other: what the years to come are told from. None where
/// nobody reported.
fn comparable(series: &SeriesReport) -> Vec<i16> {
    if matches!(series.refusal, Some(Reason::SeriesNothingReported { .. })) {
        return Vec::new();
    }
    series.runs.last().map(|run| (run.from..=run.to).collect()).unwrap_or_default()
}

/// Whether someone has written that the year is whole for all that report.
fn settled(coverage: &[Coverage], year: i16) -> bool {
    let mut rows = coverage.iter().filter(|row| row.year == year).peekable();
    rows.peek().is_some() && rows.all(|row| !row.derived && row.reporting == crate::domain::Reporting::Full)
}

/// The täckningstabell of registers of accidents that occur here; of all registers of accidents where none does.
fn coverage(store: &GpkgStore, events: &[&Event]) -> Result<Vec<Coverage>> {
    let of_accidents = events.iter().filter(|event| event.kind == Kind::Accident);
    let mut here: BTreeSet<String> = of_accidents.map(|event| event.source.system.clone()).collect();
    if here.is_empty() {
        here = store.systems_of(Kind::Accident)?.into_iter().collect();
    }
    let mut lines = store.coverage()?;
    lines.retain(|line| here.contains(&line.system));
    Ok(lines)
}

/// Measures and conditions here: by their shape; without one, by the name of the street.
fn registers(store: &GpkgStore, place: &target::Place) -> Result<(Vec<Measure>, Vec<Condition>)> {
    let named = |words: Option<&str>| {
        place.sort == Sort::Street
            && words.is_some_and(|words| words.trim().to_lowercase() == place.title.to_lowercase())
    };
    let here = |shape: Option<&geo::Geometry<f64>>, words: Option<&str>| {
        shape.map_or_else(|| named(words), |shape| place.shape.intersects(shape))
    };
    let mut measures = store.measures()?;
    measures.retain(|measure| here(measure.shape.as_ref(), measure.name.as_deref()));
    measures.sort_by(|a, b| b.from.cmp(&a.from).then(a.id.cmp(&b.id)));
    let mut conditions = store.conditions()?;
    conditions.retain(|condition| here(condition.shape.as_ref(), condition.street.as_deref()));
    Ok((measures, conditions))
}

/// Events on roads as `(link, metres along it)`, and the years that they span; `None` below one.
type Located = (Vec<(String, f64)>, Option<f64>);

fn compare(
    place: &target::Place,
    store: &GpkgStore,
    span: Option<&(i64, i64, String)>,
    last: &[i16],
    whole: &[i16],
) -> Result<Option<Comparison>> {
    let (Some((ground, which)), Some((_, _, zone))) = (&place.on_road, span) else { return Ok(None) };
    let whole: Vec<i16> = whole.iter().copied().rev().take(usize::from(YEARS)).rev().collect();
    let located = |years: &[i16]| -> Result<Option<Located>> {
        let year = |year: &i16| {
            let parts = crate::domain::time::Parts { year: Some(*year), ..Default::default() };
            Interval::from_parts(parts, zone)
        };
        let (Some(from), Some(to)) = (years.first().and_then(year), years.last().and_then(year)) else {
            return Ok(None);
        };
        let falls = category::falls();
        let events = store.events_on_links(Kind::Accident, from.from, to.to, &falls)?;
        let Some((first, last)) = store.extent(Kind::Accident, from.from, to.to, &falls)? else { return Ok(None) };
        Ok(Some((events.into_iter().map(|row| (row.link, row.along_m)).collect(), years_between(first, last))))
    };
    // Below one year there is no rate.
    let (Some((all, Some(span))), Some((settled, _))) = (located(last)?, located(&whole)?) else { return Ok(None) };
    let all = Counted { events: &all, years: span };
    Ok(ground.compare(which, all, Counted { events: &settled, years: whole.len() as f64 }))
}

/// Accidents of these years, falls not counted.
fn accidents_in(events: &[&Event], years: &[i16]) -> u64 {
    let counts = |event: &&&Event| {
        event.kind == Kind::Accident
            && !category::is_fall(&event.category)
            && event.time.as_ref().and_then(Interval::year).is_some_and(|year| years.contains(&year))
    };
    events.iter().filter(counts).count() as u64
}

fn zero(
    events: &[&Event],
    whole: &[i16],
    series: &SeriesReport,
    comparison: Option<&Comparison>,
) -> (Zero, Option<DamageCost>) {
    let last: Vec<i16> = whole.iter().copied().rev().take(usize::from(YEARS)).collect();
    let years = last.len();
    if years < FORECAST_LEAST_YEARS {
        let because = match &series.refusal {
            Some(reason @ Reason::SeriesNothingReported { .. }) => Some(reason.sentence()),
            _ => series.breaks.last().map(crate::analysis::series::Break::sentence),
        };
        return (Zero::TooFewYears { years, because }, None);
    }
    let n = accidents_in(events, &last);
    let ahead = f64::from(AHEAD_YEARS);
    let comparison = comparison.filter(|comparison| comparison.junctions < 2);
    let prior = comparison.and_then(|comparison| forecast::fit(&comparison.exposures));
    let (past, similar) = match (comparison, prior) {
        (Some(comparison), Some(_)) => (comparison.exposure, comparison.exposures.len()),
        _ => (years as f64, 0),
    };
    let expected = |forecast: &Forecast| Zero::Expected {
        mean: forecast.mean,
        low: forecast.low,
        high: forecast.high,
        from: (n, years),
        similar,
    };
    let zero = if n == 0 && prior.is_none() {
        Zero::Nothing
    } else {
        expected(&forecast::predict(n, past, past / years as f64 * ahead, prior))
    };
    let of_damage = |event: &&&Event| {
        event.kind == Kind::Damage
            && event.time.as_ref().and_then(Interval::year).is_some_and(|year| last.contains(&year))
    };
    let damages: Vec<&&Event> = events.iter().filter(of_damage).collect();
    let costs: Vec<f64> = damages.iter().filter_map(|event| event.cost).map(|cost| cost.0 as f64).collect();
    let damage = (!costs.is_empty()).then(|| {
        let forecast = forecast::predict(damages.len() as u64, years as f64, ahead, None);
        let (mean, low, high) = forecast::cost(&forecast, &costs, SEED)?;
        Some(DamageCost { mean, low, high, from: (damages.len() as u64, costs.len() as u64), years })
    });
    (zero, damage.flatten())
}

fn road_facts(place: &target::Place, drawn: &[RoadPiece]) -> RoadFacts {
    let mut facts = RoadFacts::default();
    let (mut keepers, mut classes, mut types) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut with_adt = 0.0;
    for piece in drawn.iter().filter(|piece| piece.line.len() > 1) {
        let line: geo::LineString<f64> = piece.line.iter().map(|&[x, y]| (x, y)).collect();
        let length = if place.sort == Sort::Street {
            if piece.street.as_ref() != Some(&place.title) {
                continue;
            }
            geo::Euclidean.length(&line)
        } else {
            use geo::BooleanOps;
            let cut = place.shape.clip(&geo::MultiLineString::new(vec![line]), false);
            geo::Euclidean.length(&cut)
        };
        // What only touches the edge is not in the place.
        if length < 1.0 {
            continue;
        }
        facts.length_m += length;
        *keepers.entry(piece.keeper).or_insert(0.0) += length;
        if let Some(class) = &piece.class {
            *classes.entry(class.clone()).or_insert(0.0) += length;
        }
        if let Some(gcm) = &piece.gcm_type {
            *types.entry(gcm.clone()).or_insert(0.0) += length;
        }
        if let Some(speed) = piece.speed.filter(|_| piece.car != Some(false)) {
            let (low, high) = facts.speed.unwrap_or((speed, speed));
            facts.speed = Some((low.min(speed), high.max(speed)));
        }
        if let Some(adt) = piece.adt {
            with_adt += length;
            facts.adt = facts.adt.max(Some(adt));
        }
    }
    let by_length = |map: BTreeMap<String, f64>| -> Vec<String> {
        let mut list: Vec<(String, f64)> = map.into_iter().collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        list.into_iter().map(|(name, _)| name).collect()
    };
    let mut kept: Vec<(Option<RoadKeeper>, f64)> = keepers.into_iter().collect();
    kept.sort_by(|a, b| b.1.total_cmp(&a.1));
    facts.keepers = kept.into_iter().map(|(keeper, _)| keeper).collect();
    facts.classes = by_length(classes);
    facts.gcm_types = by_length(types);
    facts.adt_share = if facts.length_m > 0.0 { with_adt / facts.length_m } else { 0.0 };
    facts
}
