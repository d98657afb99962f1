//! Back-test: would the methods have pointed at the cells where events then came, better than the count of the last period?

use super::scores::Scores;
use super::study::By;
use super::{Ask, Found, dated, passport_of, place};
use crate::analysis::OverCells;
use crate::analysis::backtest::{Accuracy, BASELINE, Event, Measured, Plan, Score, backtest};
use crate::domain::{Column, Geometries, Layer, Step, Style, Values};
use crate::service::columns::{column, title};
use crate::service::error::{Refusal, Result};
use crate::service::rows::Input;
use crate::texts::swedish;

/// Replicates of the bootstrap.
const REPLICATES: usize = 999;

/// What is tested where nothing is asked for, in the order of the table.
const METHODS: [&str; 5] = ["counts", "kde", "dbscan", "gi-star", "scan"];

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
    let scores = Scores::new(study, &sizes)?;
    let wanted = |name: &str| asked.methods.is_empty() || asked.methods.iter().any(|method| method == name);
    let known: [(&str, &Score<'_>); METHODS.len()] = [
        ("counts", &|history, _| scores.counts(history)),
        ("kde", &|history, _| scores.kde(history)),
        ("dbscan", &|history, _| scores.dbscan(history)),
        ("gi-star", &|history, _| scores.gi_star(history)),
        ("scan", &|history, _| scores.scan(history, asked.over.seed)),
    ];
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
