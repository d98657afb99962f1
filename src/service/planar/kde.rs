//! Density and relative risk as surfaces, with contours or found cells as layers. A density is a picture, and says so.

use geo::Geometry;

use super::tested::{Outcome, by_cell, cells, grouped, place as of_cells, why};
use super::{Ask, Found, Made, Placed, Surface, layers, passport_of, place};
use crate::analysis::OverCells;
use crate::analysis::kde::{Mask, Raster, Reference, Smoothing, Warning, contours, density, relative_risk};
use crate::analysis::neighbours::Neighbours;
use crate::domain::{Geometries, GeometryKind, Layer, Metres, Passport, Style, Values};
use crate::service::analyse::events as events_layer;
use crate::service::columns::{category_class, column, title};
use crate::service::error::Result;
use crate::service::hotspots::Tested;
use crate::service::rows::Input;
use crate::texts::{number, swedish};

/// Shares of the mass that contours hold, the innermost first.
const SHARES: [f64; 3] = [0.5, 0.75, 0.9];

/// Most significant digits of a density: the rest is the sum's.
const DIGITS: f64 = 1e6;

pub(super) fn density_map(input: &mut Input, ask: &Ask<'_>, over: OverCells, smoothing: &Smoothing) -> Result<Found> {
    let placed = place(input, ask, &over)?;
    let weighted = ask.parameters.text("value").is_some();
    let weights: Vec<f64> = placed.rows.iter().map(|&row| input.facts[row].weight).collect();
    let mask = Mask::of_cells(placed.study.grid, &placed.study.cells)?;
    let found = ask.timings.time("compute", || {
        density(&placed.points, weighted.then_some(&weights[..]), &placed.study.grid, Some(&mask), smoothing)
    })?;
    note(input, found.bandwidth, smoothing.bandwidth.is_some(), found.warnings.iter().map(Warning::sentence));
    let passport = passport_of(input, placed.rows.len(), ask, None, None);
    let levels = found.raster.levels_of_mass(&SHARES);
    let known: Vec<(f64, f64)> =
        SHARES.iter().zip(&levels).filter_map(|(share, level)| Some((*share, (*level)?))).collect();
    let shapes = ask
        .timings
        .time("contours", || contours(&found.raster, &known.iter().map(|(_, level)| *level).collect::<Vec<_>>()));
    let layer = contour_layer(input, &known, shapes, &passport);
    let events =
        events_layer(input, &vec![None; input.points.len()], &vec![false; input.points.len()], Vec::new(), &passport);
    let surface = Surface { raster: found.raster, title: swedish("kde-surface", &[]) };
    Ok(Found { layers: vec![layer, events], passport, certificate: None, surface: Some(surface) })
}

fn note(input: &mut Input, bandwidth: Metres, given: bool, warnings: impl Iterator<Item = String>) {
    let how = swedish(if given { "kde-how-given" } else { "kde-how-found" }, &[]);
    input.notes.push(swedish("note-kde", &[("bandwidth", number(&bandwidth.0.round())), ("how", how)]));
    let warnings: Vec<String> = warnings.collect();
    input.notes.extend(warnings);
}

/// Contours, the widest first, so that the innermost lies on top.
fn contour_layer(
    input: &Input,
    known: &[(f64, f64)],
    shapes: Vec<geo::MultiPolygon<f64>>,
    passport: &Passport,
) -> Layer {
    let label = |share: f64| swedish("class-mass", &[("share", number(&(share * 100.0).round()))]);
    let rows: Vec<(f64, f64, geo::MultiPolygon<f64>)> =
        known.iter().zip(shapes).map(|(&(share, level), shape)| (share, level, shape)).rev().collect();
    let colours = ["#54278f", "#9e9ac8", "#dadaeb"];
    let classes =
        known.iter().zip(colours).map(|((share, _), colour)| category_class(&label(*share), &label(*share), colour));
    let text = |pick: &dyn Fn(f64) -> String| Values::Text(rows.iter().map(|row| Some(pick(row.0))).collect());
    Layer {
        name: "contours".to_owned(),
        title: title("contours", input.kind, passport.secrecy),
        description: swedish("layer-description-contours", &[]),
        columns: vec![
            column("andel_inom", true, text(&label)),
            column("tathet", true, Values::Real(rows.iter().map(|row| Some(digits(row.1))).collect())),
            column("sakerhet", true, text(&|_| swedish("certainty-untested", &[]))),
        ],
        geometries: Geometries::Shapes(
            GeometryKind::Area,
            rows.iter().map(|row| Some(Geometry::MultiPolygon(row.2.clone()))).collect(),
        ),
        style: Style::Categorised { column: "andel_inom".to_owned(), classes: classes.collect() },
        passport: passport.clone(),
    }
}

fn digits(value: f64) -> f64 {
    (value * DIGITS).round() / DIGITS
}

pub(super) fn risk_map(
    input: &mut Input,
    ask: &Ask<'_>,
    over: OverCells,
    bandwidth: Option<Metres>,
    replicates: usize,
) -> Result<Found> {
    let placed = place(input, ask, &over)?;
    let Placed { study, points, .. } = &placed;
    let middles = study.middles();
    let mask = Mask::of_cells(study.grid, &study.cells)?;
    let reference = Reference::Exposure { at: &middles, amount: &study.exposure };
    let found = ask.timings.time("compute", || {
        relative_risk(points, reference, &study.grid, Some(&mask), bandwidth, replicates, over.seed)
    })?;
    note(input, found.bandwidth, bandwidth.is_some(), found.warnings.iter().map(Warning::sentence));
    let passport = passport_of(input, placed.rows.len(), ask, Some(over.seed), None);
    let at = |raster: &Raster| -> Vec<Option<f64>> {
        let frame = raster.frame();
        let value = |cell| frame.index(cell).map(|at| raster.values[at]).filter(|value| value.is_finite());
        study.cells.iter().map(|&cell| value(cell)).collect()
    };
    let (log_ratio, p, q, anywhere) = (at(&found.log_ratio), at(&found.p), at(&found.q), at(&found.p_max));
    let members = by_cell(study.cells.len(), &placed.cell.iter().copied().map(Some).collect::<Vec<_>>());
    let n: Vec<u32> = members.iter().map(|own| own.len() as u32).collect();
    let whole: f64 = study.exposure.iter().sum();
    let all = f64::from(n.iter().sum::<u32>());
    let expected: Vec<f64> = study.exposure.iter().map(|own| all * own / whole).collect();
    let hot: Vec<bool> = anywhere.iter().map(|p| p.is_some_and(|p| p <= over.alpha)).collect();
    let outcome: Vec<Outcome> = hot.iter().map(|hot| if *hot { Outcome::More } else { Outcome::AsExpected }).collect();
    let reals = |values: &[Option<f64>]| Values::Real(values.iter().map(|value| value.map(digits)).collect());
    let own = vec![
        column("log_kvot", true, reals(&log_ratio)),
        column("slump", true, reals(&anywhere)),
        column("p", false, reals(&p)),
        column("q", false, reals(&q)),
    ];
    let least =
        |values: &[Option<f64>], group: &[u32]| group.iter().filter_map(|&at| values[at as usize]).fold(1.0, f64::min);
    // Smoothing may find cells beside a place; without an event of their own they are no place.
    let mut groups = grouped(&Neighbours::queen(&study.cells), &hot);
    groups.retain(|group| group.iter().any(|&at| n[at as usize] > 0));
    let hotspots = (1..)
        .zip(groups)
        .map(|(number, group)| {
            let expected: f64 = group.iter().map(|&at| expected[at as usize]).sum();
            let n: u32 = group.iter().map(|&at| n[at as usize]).sum();
            let p = least(&anywhere, &group);
            let why = why(study, n as usize, expected, p, found.replicates);
            of_cells(
                study,
                number,
                &group,
                &members,
                Some(Tested { expected, p, q: Some(least(&q, &group)), why, uneven: false }),
            )
        })
        .collect();
    let layer = cells(study, &n, &expected, &outcome, own, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    let surface = Surface { raster: found.log_ratio, title: swedish("risk-surface", &[]) };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: None, surface: Some(surface) })
}
