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
mod scan_time;
mod scores;
mod study;
mod tested;
mod valued;

use std::path::Path;

use super::analyse::{events, passport};
use super::days;
use super::error::{Refusal, Result};
use super::facts::Fact;
use super::hotspots::{self, Frame, Hotspot};
use super::progress::{Progress, Timings, watched};
use super::rows::Input;
use crate::analysis::certificate::{Certificate, NullCounts, certify};
use crate::analysis::kde::Raster;
use crate::analysis::{OverCells, Parameters, Settings};
use crate::domain::random::Stream;
use crate::domain::{Column, CrsDefinition, Layer, Network, Passport, Period, Step, Ticks};
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
    /// Hears how far long work is.
    pub progress: &'a dyn Progress,
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
    pub certificate: Option<Certificate>,
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

/// The certificate in a sentence.
fn certificate_text(made: &Certificate) -> String {
    let percent = |share: f64| number(&((share * 1000.0).round() / 10.0));
    let values = [
        ("maps", made.maps.to_string()),
        ("alarms", made.alarms.to_string()),
        ("share", percent(made.share)),
        ("low", percent(made.low)),
        ("high", percent(made.high)),
        ("alpha", percent(made.alpha)),
    ];
    swedish("note-certificate", &values)
}

/// Tries a method on maps that hold nothing, where that was asked for. `totals`: events of each step; `alarm` says of counts
/// `[cells x steps]` whether the method finds anything, and may draw from the map's stream.
fn certificate(
    ask: &Ask<'_>,
    over: &OverCells,
    study: &Study,
    totals: &[u64],
    alarm: impl Fn(Vec<u32>, &mut Stream) -> bool + Sync,
) -> Option<Certificate> {
    let null = NullCounts::new(&study.exposure, totals)?;
    certified(ask, over, |stream| alarm(null.draw(stream), stream))
}

/// Tries a method on maps that hold nothing, where that was asked for. `alarm` draws one and says whether anything is found.
fn certified(ask: &Ask<'_>, over: &OverCells, alarm: impl Fn(&mut Stream) -> bool + Sync) -> Option<Certificate> {
    let ticks = Ticks::default();
    let counted = |stream: &mut Stream| {
        let found = alarm(stream);
        ticks.add(1);
        found
    };
    let run = || certify(over.certify, over.alpha, over.seed, counted);
    let shown = || watched(ask.progress, "stage-certify", over.certify, &ticks, run);
    (over.certify > 0).then(|| ask.timings.time("certify", shown))
}

/// Runs a method; `None` where it is none of those that compare.
///
/// # Errors
/// Those of the study area and of the method.
pub(super) fn analyse(input: &mut Input, ask: &Ask<'_>) -> Result<Option<Found>> {
    let found = match ask.parameters.settings() {
        Settings::Emerging { study, step } => emerging::run(input, ask, study, step),
        Settings::GiStar { study, value: Some(value), replicates, .. } => {
            valued::run(input, ask, study, local::Method::GiStar { replicates }, &value)
        }
        Settings::LocalMoran { study, value: Some(value), .. } => {
            valued::run(input, ask, study, local::Method::Moran, &value)
        }
        Settings::GiStar { study, null, replicates, value: None } => {
            local::run(input, ask, study, null, local::Method::GiStar { replicates })
        }
        Settings::LocalMoran { study, null, value: None } => local::run(input, ask, study, null, local::Method::Moran),
        Settings::Scan { study, cases, options } => scan::run(input, ask, study, cases.as_deref(), &options),
        Settings::ScanTime { study, permuted, mode, step, longest, options } => {
            scan_time::run(input, ask, &scan_time::Asked { over: study, permuted, mode, step, longest, options })
        }
        Settings::Kde { study, smoothing } => kde::density_map(input, ask, study, &smoothing),
        Settings::RelativeRisk { study, bandwidth, replicates } => {
            kde::risk_map(input, ask, study, bandwidth, replicates)
        }
        Settings::NearRepeat { bands, replicates, seed } => near_repeat::run(input, ask, &bands, replicates, seed),
        Settings::Backtest { study: over, step, coverage, origins, methods } => {
            backtest::run(input, ask, &backtest::Asked { over, step, coverage, origins, methods })
        }
        // Named one by one, so that a new method belongs to a family or does not compile.
        Settings::AreaCounts { .. }
        | Settings::Counts { .. }
        | Settings::Dbscan { .. }
        | Settings::Hdbscan { .. }
        | Settings::NetworkCounts { .. }
        | Settings::NetworkDbscan { .. }
        | Settings::StDbscan { .. }
        | Settings::Timeline { .. } => return Ok(None),
    };
    found.map(Some)
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
    let placed = put(input, ask, over, "dropped-no-exposure")?;
    input.notes.push(swedish("note-compared-with", &placed.told(over)));
    Ok(placed)
}

/// The same for methods that compare events with events: every cell of the study area counts, whatever stands in it.
fn place_alone(input: &mut Input, ask: &Ask<'_>, over: &OverCells) -> Result<Placed> {
    let placed = put(input, ask, &OverCells { exposure: study::By::Area.code(), ..*over }, "dropped-no-cell")?;
    input.notes.push(swedish("note-cells", &placed.told(over)));
    Ok(placed)
}

fn put(input: &mut Input, ask: &Ask<'_>, over: &OverCells, reason: &str) -> Result<Placed> {
    let study = Study::over(ask.store, ask.network, input, over.cell, over.exposure)?;
    if study.cells.is_empty() {
        return Err(Refusal::NoCells { side: number(&over.cell.0) }.into());
    }
    let mut placed = Placed { rows: Vec::new(), points: Vec::new(), cell: Vec::new(), study };
    let mut outside = 0;
    for (row, point) in (0..).zip(&input.points).filter_map(|(row, point)| Some((row, (*point)?))) {
        let Some(cell) = placed.study.cell_of(point) else {
            outside += 1;
            continue;
        };
        placed.rows.push(row);
        placed.points.push(point);
        placed.cell.push(cell);
    }
    input.leave_out(reason, &[], outside);
    Ok(placed)
}

impl Placed {
    /// Cells and comparison, as notes tell them.
    fn told(&self, over: &OverCells) -> [(&'static str, String); 3] {
        [
            ("words", self.study.by.words()),
            ("side", number(&over.cell.0)),
            ("cells", self.study.cells.len().to_string()),
        ]
    }

    /// Events by cell: positions in the lists of events, ascending.
    fn by_cell(&self) -> Vec<Vec<u32>> {
        tested::by_cell(self.study.cells.len(), &self.cell.iter().copied().map(Some).collect::<Vec<_>>())
    }

    /// Keeps the events for which this is true, one a position.
    fn retain(&mut self, keep: &[bool]) {
        fn kept<T>(list: &mut Vec<T>, keep: &[bool]) {
            let mut keep = keep.iter();
            list.retain(|_| keep.next() == Some(&true));
        }
        kept(&mut self.rows, keep);
        kept(&mut self.points, keep);
        kept(&mut self.cell, keep);
    }
}

/// The period of each of these rows. Rows without a time, and those whose time is coarser than a step, have none; they are told in
/// the input's `dropped`.
///
/// # Errors
/// [`Refusal::NothingDated`], [`Refusal::TimesTooCoarse`] where no row has a period.
fn periods(input: &mut Input, ask: &Ask<'_>, rows: &[usize], step: Step) -> Result<Vec<Option<Period>>> {
    let refused = |rows| Refusal::TimesTooCoarse { file: ask.shown.to_owned(), rows, step: step.code() };
    days::known(input, ask.shown, rows, |time| time.period(step), ("dropped-coarse-time", &[]), refused)
}

/// The steps from the first event's to the last one's, and which step each event is of; events of none are taken out.
///
/// # Errors
/// Those of [`periods`].
fn dated(input: &mut Input, ask: &Ask<'_>, placed: &mut Placed, step: Step) -> Result<(Vec<Period>, Vec<usize>)> {
    let periods = periods(input, ask, &placed.rows, step)?;
    placed.retain(&periods.iter().map(Option::is_some).collect::<Vec<_>>());
    let known = || periods.iter().flatten().copied();
    let last = known().max();
    let mut steps: Vec<Period> = known().min().into_iter().collect();
    while let Some(next) = steps.last().and_then(|at| at.next(step)).filter(|next| Some(*next) <= last) {
        steps.push(next);
    }
    let of = known().map(|period| steps.partition_point(|known| *known < period)).collect();
    Ok((steps, of))
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
    certified: Option<&Certificate>,
) -> Passport {
    let mut passport = passport(input, used, ask.parameters);
    passport.seed = seed;
    if let Some(certified) = certified {
        passport.notes.push(certificate_text(certified));
    }
    passport
}

/// The layers: `hotspots` by rank, what the method has more, `events` with their hotspot.
fn layers(input: &mut Input, made: Made, passport: &Passport) -> Vec<Layer> {
    let Made { mut hotspots, rows, more, of_events, tested } = made;
    let facts: Vec<Fact> = rows.iter().map(|&row| input.facts[row].clone()).collect();
    let study_m2 = input.study_m2(rows.iter().filter_map(|&row| input.points[row]));
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
