//! Methods in the plane that compare: cells of the study area with what they are compared with, and the layers that they give.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of one municipality are far below 2^53, and numbers of cells below 2^32"
)]

mod backtest;
mod emerging;
mod kde;
mod local;
mod near_repeat;
mod scan;
mod study;
mod tested;

use std::path::Path;

use serde::Serialize;

use super::analyse::{events, passport};
use super::error::{Refusal, Result};
use super::facts::Fact;
use super::hotspots::{self, Frame, Hotspot};
use super::progress::Timings;
use super::rows::Input;
use crate::analysis::certificate::Certificate;
use crate::analysis::kde::Raster;
use crate::analysis::{OverCells, Parameters, Settings};
use crate::domain::{Bbox, Column, CrsDefinition, Layer, Network, Passport, Period, Step};
use crate::export;
use crate::store::GpkgStore;
use crate::texts::{number, swedish};
use study::Study;

/// What a method is asked with, beside its input.
pub(super) struct Ask<'a> {
    /// The store that the events are of, where they are of one.
    pub store: Option<&'a GpkgStore>,
    /// A file's road network.
    pub network: Option<&'a Network>,
    /// Parameters.
    pub parameters: &'a Parameters,
    /// Seconds a stage.
    pub timings: &'a Timings,
    /// The input as errors name it.
    pub shown: &'a str,
}

/// What a method found.
pub(super) struct Found {
    /// Layers, the first with one row a hotspot.
    pub layers: Vec<Layer>,
    /// Passport of all.
    pub passport: Passport,
    /// How often the method finds something where there is nothing, where that was asked for.
    pub certificate: Option<Certified>,
    /// The surface behind the layers, where the method makes one.
    pub surface: Option<Surface>,
}

/// A surface that can be written as a raster.
pub(super) struct Surface {
    /// Values by row from the south, each row from the west.
    pub raster: Raster,
    /// What the values are.
    pub title: String,
}

impl Surface {
    /// Writes it as a `GeoTIFF`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, path: &Path, crs: &CrsDefinition, passport: &Passport) -> Result<()> {
        let raster = &self.raster;
        let (columns, rows, side) = (raster.columns as usize, raster.rows as usize, raster.grid.side_m());
        // The file begins in the north.
        let values: Vec<f64> = raster.values.chunks(columns.max(1)).rev().flatten().copied().collect();
        let about = serde_json::to_string(passport).unwrap_or_default();
        let surface = export::raster::Surface {
            west: f64::from(raster.column0) * side,
            north: (f64::from(raster.row0) + f64::from(raster.rows)) * side,
            side_m: side,
            columns,
            rows,
            values: &values,
            title: &self.title,
            about: &about,
        };
        Ok(export::raster::write(path, &surface, crs)?)
    }
}

/// The calibration certificate as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Certified {
    /// Maps that hold nothing.
    pub maps: u64,
    /// Maps on which something was found all the same.
    pub alarms: u64,
    /// Their share, 0 to 1.
    pub share: f64,
    /// Lower end of its exact 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The level that the method promises, 0 to 1.
    pub alpha: f64,
}

impl From<Certificate> for Certified {
    fn from(made: Certificate) -> Self {
        let Certificate { maps, alarms, share, low, high, alpha, .. } = made;
        Self { maps, alarms, share, low, high, alpha }
    }
}

impl Certified {
    /// The certificate in a sentence.
    fn sentence(&self) -> String {
        let percent = |share: f64| number(&((share * 1000.0).round() / 10.0));
        let values = [
            ("maps", self.maps.to_string()),
            ("alarms", self.alarms.to_string()),
            ("share", percent(self.share)),
            ("low", percent(self.low)),
            ("high", percent(self.high)),
            ("alpha", percent(self.alpha)),
        ];
        swedish("note-certificate", &values)
    }
}

/// Runs a method.
///
/// # Errors
/// Those of the study area and of the method.
pub(super) fn analyse(input: &mut Input, ask: &Ask<'_>) -> Result<Found> {
    match ask.parameters.settings() {
        Settings::Emerging { study, step } => emerging::run(input, ask, study, step),
        Settings::GiStar { study, null, replicates } => {
            local::run(input, ask, study, null, local::Method::GiStar { replicates })
        }
        Settings::LocalMoran { study, null } => local::run(input, ask, study, null, local::Method::Moran),
        Settings::Scan { study, window, replicates } => scan::run(input, ask, study, window, replicates),
        Settings::Kde { study, smoothing } => kde::density_map(input, ask, study, &smoothing),
        Settings::RelativeRisk { study, bandwidth, replicates } => {
            kde::risk_map(input, ask, study, bandwidth, replicates)
        }
        Settings::NearRepeat { bands, replicates, seed } => near_repeat::run(input, ask, &bands, replicates, seed),
        Settings::Backtest { study: over, step, coverage, origins, methods } => {
            backtest::run(input, ask, &backtest::Asked { over, step, coverage, origins, methods })
        }
        _ => Err(Refusal::NetworkNotUsed { method: ask.parameters.method().id }.into()),
    }
}

/// Events of the input that have a place in a cell of the study area.
struct Placed {
    /// Their rows in the input.
    rows: Vec<usize>,
    /// Where.
    points: Vec<[f64; 2]>,
    /// The cell of each.
    cell: Vec<u32>,
    /// The study area.
    study: Study,
}

/// Lays the cells over the study area and puts the events into them. Those outside are told in the input's `dropped`.
fn place(input: &mut Input, ask: &Ask<'_>, over: &OverCells) -> Result<Placed> {
    let study = Study::over(ask.store, ask.network, input, over.cell, over.exposure)?;
    if study.cells.is_empty() {
        return Err(Refusal::NoCells { side: number(&over.cell.0) }.into());
    }
    let mut placed = Placed { rows: Vec::new(), points: Vec::new(), cell: Vec::new(), study };
    let all: Vec<usize> = (0..input.points.len()).filter(|&row| input.points[row].is_some()).collect();
    let points: Vec<[f64; 2]> = input.points.iter().flatten().copied().collect();
    let mut outside = 0;
    for ((row, point), cell) in all.into_iter().zip(&points).zip(placed.study.cells_of(&points)) {
        let Some(cell) = cell else {
            outside += 1;
            continue;
        };
        placed.rows.push(row);
        placed.points.push(*point);
        placed.cell.push(cell);
    }
    left_out(input, "dropped-no-exposure", outside);
    let values = [
        ("words", placed.study.by.words()),
        ("side", number(&over.cell.0)),
        ("cells", placed.study.cells.len().to_string()),
    ];
    input.notes.push(swedish("note-compared-with", &values));
    Ok(placed)
}

/// The steps from the first event's to the last one's, and which step each event is of. Events without a time, and those whose
/// time is coarser than a step, are left out and told.
///
/// # Errors
/// [`Refusal::NothingDated`], [`Refusal::TimesTooCoarse`] where no event is of any step.
fn dated(input: &mut Input, ask: &Ask<'_>, placed: &mut Placed, step: Step) -> Result<(Vec<Period>, Vec<usize>)> {
    let period = |row: usize| input.facts[row].time.as_ref().and_then(|time| time.period(step));
    let periods: Vec<Option<Period>> = placed.rows.iter().map(|&row| period(row)).collect();
    let undated = placed.rows.iter().filter(|&&row| input.facts[row].time.is_none()).count();
    let lost = periods.iter().filter(|period| period.is_none()).count();
    let known = || periods.iter().flatten().copied();
    let (Some(first), Some(last)) = (known().min(), known().max()) else {
        let file = ask.shown.to_owned();
        return Err(if undated == lost {
            Refusal::NothingDated { file, rows: lost }
        } else {
            Refusal::TimesTooCoarse { file, rows: lost - undated, step: step.code() }
        }
        .into());
    };
    let mut steps = vec![first];
    while let Some(next) = steps.last().and_then(|at| at.next(step)).filter(|next| *next <= last) {
        steps.push(next);
    }
    left_out(input, "dropped-undated", undated as u64);
    left_out(input, "dropped-coarse-time", (lost - undated) as u64);
    let of = known().map(|period| steps.partition_point(|known| *known < period)).collect();
    let mut keep = periods.iter().map(Option::is_some);
    placed.rows.retain(|_| keep.next() == Some(true));
    let mut keep = periods.iter().map(Option::is_some);
    placed.points.retain(|_| keep.next() == Some(true));
    let mut keep = periods.iter().map(Option::is_some);
    placed.cell.retain(|_| keep.next() == Some(true));
    Ok((steps, of))
}

/// Tells of rows that take no part.
fn left_out(input: &mut Input, reason: &str, count: u64) {
    if count > 0 {
        let reason = swedish(reason, &[]);
        input.notes.push(swedish("note-left-out", &[("count", count.to_string()), ("reason", reason.clone())]));
        *input.dropped.entry(reason).or_default() += count;
    }
}

/// What a method makes of its input.
struct Made {
    hotspots: Vec<Hotspot>,
    /// Rows of the input that the members of hotspots number.
    rows: Vec<usize>,
    /// More layers beside `hotspots` and `events`, made once the passport is known.
    more: Vec<Layer>,
    /// More columns of `events`, one value a row of the input.
    of_events: Vec<Column>,
    /// Whether the places are tested.
    tested: bool,
}

/// The passport of a method over cells.
fn passport_of(
    input: &Input,
    used: usize,
    ask: &Ask<'_>,
    seed: Option<u64>,
    certified: Option<&Certified>,
) -> Passport {
    let mut passport = passport(input, used, ask.parameters);
    passport.seed = seed;
    if let Some(certified) = certified {
        passport.notes.push(certified.sentence());
    }
    passport
}

/// The layers: `hotspots` by rank, what the method has more, `events` with their hotspot.
fn layers(input: &mut Input, made: Made, passport: &Passport) -> Vec<Layer> {
    let Made { mut hotspots, rows, more, of_events, tested } = made;
    let facts: Vec<Fact> = rows.iter().map(|&row| input.facts[row].clone()).collect();
    let points = rows.iter().filter_map(|&row| input.points[row]);
    let study_m2 = if input.home_m2 > 0.0 { input.home_m2 } else { Bbox::around(points).area_m2() };
    let (mut cluster, mut core) = (vec![None; input.points.len()], vec![false; input.points.len()]);
    for spot in &hotspots {
        for &member in &spot.members {
            cluster[rows[member as usize]] = Some(spot.number);
            core[rows[member as usize]] = true;
        }
    }
    let chosen = input.chosen.clone();
    let frame = Frame {
        facts: &facts,
        total: input.facts.len(),
        study_m2,
        kind: input.kind,
        weighted: false,
        chosen: &chosen,
        tested,
    };
    hotspots::rank(&mut hotspots, &frame);
    let mut layers = vec![hotspots::layer(&hotspots, &frame, passport.clone())];
    layers.extend(more);
    layers.push(events(input, &cluster, &core, of_events, passport));
    layers
}
