//! The scan over the cells of the study area: is there a place, of whatever size, that chance does not explain?

use super::tested::{Outcome, by_cell, cells, place as of_cells, why};
use super::{Ask, Certified, Found, Made, layers, passport_of, place};
use crate::analysis::OverCells;
use crate::analysis::certificate::{NullCounts, certify};
use crate::analysis::dispersion::{Null, neighbour_dispersion};
use crate::analysis::neighbours::Neighbours;
use crate::analysis::scan::{Plan, Unit, alarm, scan};
use crate::domain::Values;
use crate::domain::random::Stream;
use crate::service::columns::column;
use crate::service::error::Result;
use crate::service::hotspots::Tested;
use crate::service::rows::Input;
use crate::texts::swedish;

/// Null maps of each map of a certificate: enough for a level of 5 %, and of 1 %.
const CERTIFY_REPLICATES: usize = 99;

pub(super) fn run(input: &mut Input, ask: &Ask<'_>, over: OverCells, window: f64, replicates: usize) -> Result<Found> {
    let placed = place(input, ask, &over)?;
    let study = &placed.study;
    let members = by_cell(study.cells.len(), &placed.cell.iter().copied().map(Some).collect::<Vec<_>>());
    let n: Vec<u32> = members.iter().map(|own| own.len() as u32).collect();
    let middles = study.middles();
    let units = |n: &[u32]| -> Vec<Unit> {
        let unit = |((&[x, y], &exposure), &cases): ((&[f64; 2], &f64), &u32)| Unit { x, y, cases, exposure };
        middles.iter().zip(&study.exposure).zip(n).map(unit).collect()
    };
    let plan = Plan { window, replicates, seed: over.seed, alpha: over.alpha };
    let found = ask.timings.time("compute", || scan(&units(&n), &plan))?;
    let certified =
        NullCounts::new(&study.exposure, &[placed.cell.len() as u64]).filter(|_| over.certify > 0).map(|null| {
            let one = |stream: &mut Stream| {
                let n = null.draw(stream);
                let plan = Plan { seed: stream.bits(), replicates: CERTIFY_REPLICATES, ..plan };
                alarm(&units(&n), &plan).unwrap_or(false)
            };
            Certified::from(ask.timings.time("certify", || certify(over.certify, over.alpha, over.seed, one)))
        });
    let expected_of = |n: &[u32]| -> Vec<f64> {
        let (all, whole) = (f64::from(n.iter().sum::<u32>()), study.exposure.iter().sum::<f64>());
        study.exposure.iter().map(|own| all * own / whole).collect()
    };
    let expected = expected_of(&n);
    let spread = neighbour_dispersion(&n, &expected, &Neighbours::queen(&study.cells));
    let uneven = spread.is_some_and(|spread| matches!(spread.null(), Null::NegativeBinomial { .. }));
    if uneven {
        input.notes.push(swedish("note-scan-uneven", &[]));
    }
    let passport = passport_of(input, placed.rows.len(), ask, Some(over.seed), certified.as_ref());
    let mut outcome = vec![Outcome::AsExpected; n.len()];
    let mut of = vec![None; n.len()];
    for (number, cluster) in (0_usize..).zip(&found.clusters) {
        for &at in &cluster.units {
            outcome[at as usize] = Outcome::More;
            of[at as usize] = Some(number);
        }
    }
    let of_cluster = |pick: &dyn Fn(usize) -> f64| Values::Real(of.iter().map(|of| of.map(pick)).collect());
    let clusters = &found.clusters;
    let own = vec![
        column("slump", true, of_cluster(&|at| clusters[at].p)),
        column("radie_m", true, of_cluster(&|at| clusters[at].radius_m)),
        column("llr", false, of_cluster(&|at| clusters[at].llr)),
        column("p_gumbel", false, of_cluster(&|at| clusters[at].p_gumbel)),
    ];
    let hotspots = (1..)
        .zip(clusters)
        .map(|(number, cluster)| {
            // Expected of the events that were left when it was found: larger places are no measure for smaller ones.
            let (n, expected) = (cluster.cases as usize, cluster.expected);
            let mut why = why(study, n, expected, cluster.p, cluster.replicates);
            if number > 1 {
                why = format!("{} {why}", swedish("scan-without-larger", &[]));
            }
            let tested = Tested { expected, p: cluster.p, q: None, why, uneven };
            of_cells(study, number, &cluster.units, &members, Some(tested))
        })
        .collect();
    let layer = cells(study, &n, &expected, &outcome, own, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}
