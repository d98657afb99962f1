//! The scan over cells and steps of time: has any place, for some time, more events than usual; is anything new just now?

use super::scan::{ascending, of_clusters, part, quick, scanned, tell, tested};
use super::tested::{Outcome, about, cells, chance, place as of_cells};
use super::{Ask, Found, Made, certificate, dated, layers, passport_of, place, place_alone};
use crate::analysis::OverCells;
use crate::analysis::scan::{
    Cluster, Mode, Options, SpaceTimeCluster, SpaceTimeScan, Times, cylinders, permutation, timed_units,
};
use crate::domain::{Period, Step, Values};
use crate::service::columns::column;
use crate::service::error::Result;
use crate::service::rows::Input;
use crate::texts::swedish;

/// How to scan.
pub(super) struct Asked {
    /// Cells, exposure, level, certificate.
    pub over: OverCells,
    /// Whether times are permuted among the events.
    pub permuted: bool,
    /// Which intervals.
    pub mode: Mode,
    /// Length of a step.
    pub step: Step,
    /// The longest interval as a share of the steps.
    pub longest: f64,
    /// Windows, null maps, level, seed.
    pub options: Options,
}

pub(super) fn run(input: &mut Input, ask: &Ask<'_>, asked: &Asked) -> Result<Found> {
    let Asked { over, options, .. } = asked;
    let mut placed = if asked.permuted { place_alone(input, ask, over)? } else { place(input, ask, over)? };
    let (periods, of) = dated(input, ask, &mut placed, asked.step)?;
    let (study, steps) = (&placed.study, periods.len());
    let mut counts = vec![0_u32; study.cells.len() * steps];
    let mut totals = vec![0_u64; steps];
    for (&cell, &at) in placed.cell.iter().zip(&of) {
        counts[cell as usize * steps + at] += 1;
        totals[at] += 1;
    }
    let lengths = periods.iter().copied().map(days).collect();
    let times = Times { mode: asked.mode, longest: asked.longest, lengths };
    let middles = study.middles();
    let search = |counts: &[u32], options: &Options| -> std::result::Result<SpaceTimeScan, crate::analysis::Error> {
        let units = timed_units(&middles, &study.exposure, counts, steps);
        if asked.permuted { permutation(&units, &times, options) } else { cylinders(&units, &times, options) }
    };
    let found = scanned(ask, options, || search(&counts, options))?;
    let certified = certificate(ask, over, study, &totals, |counts, stream| {
        search(&counts, &quick(options, stream.bits())).is_ok_and(|found| found.alarm())
    });
    tell(input, &found.warnings, found.clusters.first().map(|cluster| &cluster.place));
    if let (Some(last), Mode::Prospective) = (periods.last(), asked.mode) {
        input.notes.push(swedish("note-scan-last", &[("period", last.name(asked.step))]));
    }
    let passport = passport_of(input, placed.rows.len(), ask, Some(options.seed), certified.as_ref());

    let clusters: Vec<&SpaceTimeCluster> = found.clusters.iter().filter(|cluster| cluster.place.significant).collect();
    let all = placed.by_cell();
    let hotspots = (1..).zip(&clusters).map(|(number, cluster)| {
        let within = cluster.first_step..=cluster.last_step;
        let during: Vec<Vec<u32>> = all
            .iter()
            .map(|own| own.iter().copied().filter(|&event| within.contains(&of[event as usize])).collect())
            .collect();
        let why = why(cluster, &periods, asked, &study.by.words());
        let tested = tested(&cluster.place, number, why, false);
        of_cells(study, number, &ascending(&cluster.place.units), &during, Some(tested))
    });
    let hotspots = hotspots.collect();

    // Only cells of a concentration, with the numbers of its time: in another time the same cell is as others.
    let mut found_in: Vec<(u32, usize)> =
        clusters.iter().enumerate().flat_map(|(at, own)| own.place.units.iter().map(move |&cell| (cell, at))).collect();
    found_in.sort_unstable();
    let own_cells: Vec<u32> = found_in.iter().map(|&(cell, _)| cell).collect();
    let of_cell: Vec<Option<usize>> = found_in.iter().map(|&(_, at)| Some(at)).collect();
    let during = |&(cell, at): &(u32, usize)| -> u32 {
        let first = cell as usize * steps;
        counts[first + clusters[at].first_step..=first + clusters[at].last_step].iter().sum()
    };
    let n: Vec<u32> = found_in.iter().map(during).collect();
    // Of the cluster's expected events, by the cell's own share.
    let weight = |cell: u32| {
        if asked.permuted {
            f64::from(counts[cell as usize * steps..][..steps].iter().sum::<u32>())
        } else {
            study.exposure[cell as usize]
        }
    };
    let whole: Vec<f64> =
        clusters.iter().map(|own| own.place.units.iter().map(|&cell| weight(cell)).sum::<f64>()).collect();
    let expected: Vec<f64> = found_in
        .iter()
        .map(|&(cell, at)| clusters[at].place.expected * weight(cell) / whole[at].max(f64::MIN_POSITIVE))
        .collect();
    let places: Vec<&Cluster> = clusters.iter().map(|cluster| &cluster.place).collect();
    let mut own = of_clusters(&places, &of_cell);
    let day = |pick: &dyn Fn(&SpaceTimeCluster) -> String| {
        Values::Text(found_in.iter().map(|&(_, at)| Some(pick(clusters[at]))).collect())
    };
    own.push(column("tid_fran", true, day(&|cluster| periods[cluster.first_step].first().to_string())));
    own.push(column("tid_till", true, day(&|cluster| periods[cluster.last_step].last().to_string())));
    let study = part(study, &own_cells);
    let layer = cells(&study, &n, &expected, &vec![Outcome::More; n.len()], own, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}

/// Days of a period.
fn days(period: Period) -> f64 {
    period.last().since(period.first()).map_or(1.0, |span| f64::from(span.get_days() + 1))
}

fn why(cluster: &SpaceTimeCluster, periods: &[Period], asked: &Asked, words: &str) -> String {
    let own = &cluster.place;
    let (from, to) = (periods[cluster.first_step].name(asked.step), periods[cluster.last_step].name(asked.step));
    let time = if from == to { from } else { swedish("scan-time-from-to", &[("from", from), ("to", to)]) };
    let values = [
        ("time", time),
        ("words", words.to_owned()),
        ("n", own.cases.to_string()),
        ("expected", about(own.expected)),
        ("chance", chance(own.p_monte_carlo, own.replicates)),
    ];
    swedish(if asked.permuted { "scan-time-why-permutation" } else { "scan-time-why-poisson" }, &values)
}
