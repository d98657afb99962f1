//! Back-test: would the methods have pointed at the cells where events then came, better than the count of the last period?

use super::study::By;
use super::{Ask, Found, dated, passport_of, place};
use crate::analysis::backtest::{Accuracy, BASELINE, Event, Measured, Plan, Score, backtest};
use crate::analysis::kde::{Kernel, Mask, Smoothing, density};
use crate::analysis::{OverCells, dbscan};
use crate::domain::{Column, Geometries, Layer, Metres, Step, Style, Values};
use crate::service::columns::{column, title};
use crate::service::error::{Refusal, Result};
use crate::service::rows::Input;
use crate::texts::swedish;

/// Replicates of the bootstrap.
const REPLICATES: usize = 999;

/// What is tested where nothing is asked for, in the order of the table.
const METHODS: [&str; 3] = ["counts", "kde", "dbscan"];

/// Cells that a kernel reaches: the bandwidth of the density, in sides of a cell. Ours.
const KERNEL_CELLS: f64 = 1.5;

/// Least events of a cluster. The default of `dbscan`.
const MIN_POINTS: usize = 5;

/// What a back-test is asked.
pub(super) struct Asked {
    pub over: OverCells,
    pub step: Step,
    pub coverage: f64,
    pub origins: usize,
    pub methods: Vec<String>,
}

pub(super) fn run(input: &mut Input, ask: &Ask<'_>, asked: &Asked) -> Result<Found> {
    if let Some(unknown) = asked.methods.iter().find(|method| !METHODS.contains(&method.as_str())) {
        return Err(Refusal::NotBackTested { method: unknown.clone(), known: METHODS.to_vec() }.into());
    }
    let mut placed = place(input, ask, &asked.over)?;
    let (steps, of) = dated(input, ask, &mut placed, asked.step)?;
    let events: Vec<Event> = placed
        .points
        .iter()
        .zip(&placed.cell)
        .zip(&of)
        .map(|((&at, &unit), &step)| Event { at, step: step as u32, unit })
        .collect();
    let study = &placed.study;
    let side = study.grid.side_m();
    let sizes: Vec<f64> = match study.by {
        By::Area => vec![side * side / 1e6; study.cells.len()],
        By::Roads | By::Buildings => study.exposure.iter().map(|own| own / 1e3).collect(),
    };
    let plan = Plan {
        steps: steps.len() as u32,
        history: (steps.len() as u32 / 2).max(1),
        horizon: 1,
        last_period: 1,
        origins: asked.origins,
        shares: vec![asked.coverage],
        replicates: REPLICATES,
        seed: asked.over.seed,
    };
    let counts = |history: &[Event], _: u32| {
        let mut n = vec![0.0; sizes.len()];
        for event in history {
            n[event.unit as usize] += 1.0;
        }
        n.iter().zip(&sizes).map(|(n, size)| n / size).collect()
    };
    let mask = Mask::of_cells(study.grid, &study.cells)?;
    let smoothing = Smoothing {
        kernel: Kernel::Epanechnikov,
        bandwidth: Some(Metres(KERNEL_CELLS * side)),
        adaptive: false,
        edge: true,
    };
    let kde = |history: &[Event], _: u32| {
        let points: Vec<[f64; 2]> = history.iter().map(|event| event.at).collect();
        let Ok(found) = density(&points, None, &study.grid, Some(&mask), &smoothing) else {
            return vec![0.0; sizes.len()];
        };
        let frame = found.raster.frame();
        let per_size = side * side / 1e6;
        let value = |(cell, size): (&crate::domain::Cell, &f64)| {
            frame.index(*cell).map_or(0.0, |at| found.raster.values[at]) * per_size / size
        };
        study.cells.iter().zip(&sizes).map(value).collect()
    };
    let clusters = |history: &[Event], _: u32| {
        let points: Vec<[f64; 2]> = history.iter().map(|event| event.at).collect();
        let mut n = vec![0.0; sizes.len()];
        if let Ok(found) = dbscan(&points, Metres(side / 2.0), MIN_POINTS) {
            for (event, _) in history.iter().zip(&found.cluster).filter(|(_, cluster)| cluster.is_some()) {
                n[event.unit as usize] += 1.0;
            }
        }
        n.iter().zip(&sizes).map(|(n, size)| n / size).collect()
    };
    let known: [(&str, &Score<'_>); 3] = [("counts", &counts), ("kde", &kde), ("dbscan", &clusters)];
    let wanted = |name: &str| asked.methods.is_empty() || asked.methods.iter().any(|method| method == name);
    let methods: Vec<(&str, &Score<'_>)> = known.into_iter().filter(|(name, _)| wanted(name)).collect();
    let found = ask.timings.time("compute", || backtest(&events, &sizes, &methods, &plan))?;
    let values = [("count", found.origins.len().to_string()), ("first", steps[plan.history as usize].name(asked.step))];
    input.notes.push(swedish("note-backtest", &values));
    let passport = passport_of(input, events.len(), ask, Some(asked.over.seed), None);
    let layer = Layer {
        name: "backtest".to_owned(),
        title: title("backtest", input.kind, passport.secrecy),
        description: swedish("layer-description-backtest", &[("words", study.by.words())]),
        columns: columns(&found.results),
        geometries: Geometries::Absent(found.results.len()),
        style: Style::Single("#54278f".to_owned()),
        passport: passport.clone(),
    };
    Ok(Found { layers: vec![layer], passport, certificate: None, surface: None })
}

/// One measure of a method.
type Pick = fn(&Accuracy) -> Option<Measured>;

/// Columns of the table, one row a method.
fn columns(rows: &[Accuracy]) -> Vec<Column> {
    let round = |value: f64| (value.is_finite()).then(|| (value * 1000.0).round() / 1000.0);
    let text = |pick: &dyn Fn(&Accuracy) -> String| Values::Text(rows.iter().map(|row| Some(pick(row))).collect());
    let real = |pick: &dyn Fn(&Accuracy) -> Option<f64>| {
        Values::Real(rows.iter().map(|row| pick(row).and_then(round)).collect())
    };
    let name = |row: &Accuracy| {
        swedish(&format!("backtest-method-{}", if row.method == BASELINE { "baseline" } else { &row.method }), &[])
    };
    let mut columns = vec![
        column("metod", true, text(&name)),
        column("andel_tagen", true, real(&|row| Some(row.share))),
        column("traffar", true, real(&|row| Some(row.hits))),
        column("n", true, Values::Integer(rows.iter().map(|row| i64::try_from(row.events).ok()).collect())),
    ];
    let measures: [(&str, Pick); 5] = [
        ("traffandel", |row| Some(row.hit_rate)),
        ("pai", |row| Some(row.pai)),
        ("pei", |row| Some(row.pei)),
        ("rri", |row| row.rri),
        ("mot_forra", |row| Some(row.beyond_baseline)),
    ];
    for (name, pick) in measures {
        let shown = matches!(name, "traffandel" | "pai" | "mot_forra");
        columns.push(column(name, shown, real(&|row| pick(row).map(|measured| measured.value))));
        for (end, at) in [("lag", 0), ("hog", 1)] {
            let limit = move |row: &Accuracy| pick(row)?.interval.map(|interval| interval[at]);
            columns.push(column(&format!("{name}_{end}"), false, real(&limit)));
        }
    }
    columns
}
