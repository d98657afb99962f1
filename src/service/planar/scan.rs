//! The scan over the cells of the study area: is there a place, of whatever size, that chance does not explain?

use super::study::Study;
use super::tested::{Outcome, by_cell, cells, chance, numbers, place as of_cells, rounded, why};
use super::{Ask, Found, Made, certificate, certified, layers, passport_of, place, place_alone};
use crate::analysis::OverCells;
use crate::analysis::dispersion::{Null, neighbour_dispersion};
use crate::analysis::neighbours::Neighbours;
use crate::analysis::scan::{CaseControl, Cluster, Options, Scan, Warning, bernoulli, poisson, units};
use crate::domain::{Column, Ticks, Values};
use crate::service::columns::column;
use crate::service::error::{Refusal, Result};
use crate::service::groups;
use crate::service::hotspots::Tested;
use crate::service::progress::watched;
use crate::service::rows::Input;
use crate::texts::{number, swedish};

/// Null maps of each map of a certificate: enough for a level of 5 %, and of 1 %.
pub(super) const CERTIFY_REPLICATES: usize = 99;

pub(super) fn run(
    input: &mut Input,
    ask: &Ask<'_>,
    over: OverCells,
    cases: Option<&str>,
    options: &Options,
) -> Result<Found> {
    match cases {
        None => against_exposure(input, ask, over, options),
        Some(given) => among_all(input, ask, over, given, options),
    }
}

/// All events, against what cells are compared with.
fn against_exposure(input: &mut Input, ask: &Ask<'_>, over: OverCells, options: &Options) -> Result<Found> {
    let placed = place(input, ask, &over)?;
    let study = &placed.study;
    let members = placed.by_cell();
    let n = numbers(&members);
    let middles = study.middles();
    let search = |n: &[u32], options: &Options| poisson(&units(&middles, &study.exposure, n), options);
    let found = scanned(ask, options, || search(&n, options))?;
    let certified = certificate(ask, &over, study, &[placed.cell.len() as u64], |n, stream| {
        search(&n, &quick(options, stream.bits())).is_ok_and(|found| found.alarm())
    });
    let expected = study.expected(placed.rows.len());
    let spread = neighbour_dispersion(&n, &expected, &Neighbours::queen(&study.cells));
    let uneven = spread.is_some_and(|spread| matches!(spread.null(), Null::NegativeBinomial { .. }));
    if uneven {
        input.notes.push(swedish("note-scan-uneven", &[]));
    }
    tell(input, &found.warnings, found.clusters.first());
    let passport = passport_of(input, placed.rows.len(), ask, Some(options.seed), certified.as_ref());
    let clusters = significant(&found);
    let hotspots = (1..).zip(&clusters).map(|(number, cluster)| {
        // Expected of the events that were left when it was found: larger places are no measure for smaller ones.
        let why = why(study, cluster.cases as usize, cluster.expected, cluster.p_monte_carlo, cluster.replicates);
        of_cells(study, number, &ascending(&cluster.units), &members, Some(tested(cluster, number, why, uneven)))
    });
    let hotspots = hotspots.collect();
    let (outcome, own) = told(&clusters, n.len());
    let layer = cells(study, &n, &expected, &outcome, own, input.kind, &passport);
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events: Vec::new(), tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}

/// Some events among all: where do they make up an unusually large share?
fn among_all(input: &mut Input, ask: &Ask<'_>, over: OverCells, given: &str, options: &Options) -> Result<Found> {
    let mut placed = place_alone(input, ask, &over)?;
    let is_case = chosen(input, &placed.rows, given, ask.shown)?;
    let cells_of = |case: bool| -> Vec<Option<u32>> {
        placed.cell.iter().zip(&is_case).map(|(&cell, &own)| (own == case).then_some(cell)).collect()
    };
    let count = placed.study.cells.len();
    let (cases, controls) = (numbers(&by_cell(count, &cells_of(true))), numbers(&by_cell(count, &cells_of(false))));
    let middles = placed.study.middles();
    let units = |cases: &[u32], controls: &[u32]| -> Vec<CaseControl> {
        let unit = |((&[x, y], &cases), &controls): ((&[f64; 2], &u32), &u32)| CaseControl { x, y, cases, controls };
        middles.iter().zip(cases).zip(controls).map(unit).collect()
    };
    let found = scanned(ask, options, || bernoulli(&units(&cases, &controls), options))?;
    let certified = certified(ask, &over, |stream| {
        // Which events are cases is dealt anew.
        let mut dealt = is_case.clone();
        stream.shuffle(&mut dealt);
        let (mut cases, mut controls) = (vec![0; count], vec![0; count]);
        for (&cell, &own) in placed.cell.iter().zip(&dealt) {
            *(if own { &mut cases } else { &mut controls }).get_mut(cell as usize).unwrap_or(&mut 0) += 1;
        }
        bernoulli(&units(&cases, &controls), &quick(options, stream.bits())).is_ok_and(|found| found.alarm())
    });
    tell(input, &found.warnings, found.clusters.first());
    let used = placed.rows.len();
    let share = is_case.iter().filter(|own| **own).count() as f64 / used.max(1) as f64;
    let passport = passport_of(input, used, ask, Some(options.seed), certified.as_ref());
    let expected: Vec<f64> = cases.iter().zip(&controls).map(|(a, b)| f64::from(a + b) * share).collect();
    placed.retain(&is_case);
    let (study, members) = (&placed.study, placed.by_cell());
    let clusters = significant(&found);
    let hotspots = (1..).zip(&clusters).map(|(place, cluster)| {
        let all: u64 = cluster.units.iter().map(|&at| u64::from(cases[at as usize] + controls[at as usize])).sum();
        let values = [
            ("percent", number(&((share * 1000.0).round() / 10.0))),
            ("all", all.to_string()),
            ("expected", number(&((cluster.expected * 10.0).round() / 10.0))),
            ("n", cluster.cases.to_string()),
            ("chance", chance(cluster.p_monte_carlo, cluster.replicates)),
        ];
        let tested = tested(cluster, place, swedish("scan-cases-why", &values), false);
        of_cells(study, place, &ascending(&cluster.units), &members, Some(tested))
    });
    let hotspots = hotspots.collect();
    let (outcome, mut own) = told(&clusters, count);
    let all = cases.iter().zip(&controls).map(|(a, b)| Some(i64::from(a + b)));
    own.push(column("n_alla", false, Values::Integer(all.collect())));
    let layer = cells(study, &cases, &expected, &outcome, own, input.kind, &passport);
    let of_events = {
        let mut case = vec![None; input.points.len()];
        placed.rows.iter().for_each(|&row| case[row] = Some(true));
        vec![column("fall", true, Values::Bool(case.into_iter().collect()))]
    };
    let made = Made { hotspots, rows: placed.rows, more: vec![layer], of_events, tested: true };
    Ok(Found { layers: layers(input, made, &passport), passport, certificate: certified, surface: None })
}

/// Which of these rows are cases: `column=value`.
fn chosen(input: &Input, rows: &[usize], given: &str, shown: &str) -> Result<Vec<bool>> {
    let Some((name, value)) = given.split_once('=').map(|(name, value)| (name.trim(), value.trim())) else {
        return Err(Refusal::CasesNotTold { given: given.to_owned() }.into());
    };
    let names = groups::names(input, rows, name, shown)?;
    let wanted = value.to_lowercase();
    let is_case = |name: &Option<String>| name.as_deref().is_some_and(|name| name.to_lowercase() == wanted);
    let cases: Vec<bool> = names.iter().map(is_case).collect();
    if cases.contains(&true) {
        return Ok(cases);
    }
    let mut known: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
    known.sort_unstable();
    known.dedup();
    known.truncate(8);
    let (column, value) = (name.to_owned(), value.to_owned());
    Err(Refusal::NoSuchCase { column, value, known: known.iter().map(|&name| name.to_owned()).collect() }.into())
}

/// Runs a scan, and shows meanwhile how many null maps it has scanned of those that it may need.
pub(super) fn scanned<T>(ask: &Ask<'_>, options: &Options, scan: impl FnOnce() -> T) -> T {
    let most = (options.replicates * options.clusters) as u64;
    ask.timings.time("compute", || watched(ask.progress, "stage-null-maps", most, &options.ticks, scan))
}

/// The same with the null maps of a certificate: the first cluster is all that it takes.
pub(super) fn quick(options: &Options, seed: u64) -> Options {
    let ticks = Ticks::default();
    Options { seed, replicates: CERTIFY_REPLICATES, clusters: 1, gumbel: 0, ticks, ..options.clone() }
}

fn significant(found: &Scan) -> Vec<&Cluster> {
    found.clusters.iter().filter(|cluster| cluster.significant).collect()
}

pub(super) fn ascending(units: &[u32]) -> Vec<u32> {
    let mut units = units.to_vec();
    units.sort_unstable();
    units
}

/// What a test said of a cluster, with its place among those that were found before it.
pub(super) fn tested(cluster: &Cluster, number: u32, why: String, uneven: bool) -> Tested {
    let why = if number > 1 { format!("{} {why}", swedish("scan-without-larger", &[])) } else { why };
    Tested { expected: cluster.expected, p: cluster.p_monte_carlo, q: None, why, uneven }
}

/// Tells what the data do not allow, and of the first cluster where chance explains it.
pub(super) fn tell(input: &mut Input, warnings: &[Warning], first: Option<&Cluster>) {
    for warning in warnings {
        let (id, values) = match warning {
            Warning::ScanAllInOneUnit => ("scan-all-in-one-unit", vec![]),
            Warning::ScanBeyondWindows { units, cases } => {
                ("scan-beyond-windows", vec![("units", units.to_string()), ("cases", cases.to_string())])
            }
            Warning::ScanTooFewReplicates { replicates, least } => {
                let values = vec![("replicates", replicates.to_string()), ("least", least.to_string())];
                ("scan-too-few-replicates", values)
            }
        };
        input.notes.push(swedish(id, &values));
    }
    match first {
        None => input.notes.push(swedish("note-scan-nothing", &[])),
        Some(cluster) if !cluster.significant => {
            let values = [
                ("n", cluster.cases.to_string()),
                ("expected", number(&((cluster.expected * 10.0).round() / 10.0))),
                ("chance", chance(cluster.p_monte_carlo, cluster.replicates)),
            ];
            input.notes.push(swedish("note-scan-none", &values));
        }
        Some(_) => {}
    }
}

/// What is said of cells, by the cluster that each is of.
fn told(clusters: &[&Cluster], cells: usize) -> (Vec<Outcome>, Vec<Column>) {
    let mut of = vec![None; cells];
    for (number, cluster) in clusters.iter().enumerate() {
        cluster.units.iter().for_each(|&at| of[at as usize] = Some(number));
    }
    let outcome = of.iter().map(|of| if of.is_some() { Outcome::More } else { Outcome::AsExpected }).collect();
    (outcome, of_clusters(clusters, &of))
}

/// The numbers of its cluster beside each cell. `of`: positions in `clusters`.
pub(super) fn of_clusters(clusters: &[&Cluster], of: &[Option<usize>]) -> Vec<Column> {
    let real = |pick: &dyn Fn(&Cluster) -> Option<f64>| {
        Values::Real(of.iter().map(|of| of.and_then(|at| pick(clusters[at])).map(rounded)).collect())
    };
    vec![
        column("slump", true, real(&|cluster| Some(cluster.p_monte_carlo))),
        column("radie_m", true, real(&|cluster| Some(cluster.radius_m))),
        column("langsmal", false, real(&|cluster| Some(cluster.shape))),
        column("llr", false, real(&|cluster| Some(cluster.llr))),
        column("p_gumbel", false, Values::Real(of.iter().map(|of| of.and_then(|at| clusters[at].p_gumbel)).collect())),
    ]
}

/// A part of the study area.
pub(super) fn part(study: &Study, cells: &[u32]) -> Study {
    Study {
        grid: study.grid,
        cells: cells.iter().map(|&at| study.cells[at as usize]).collect(),
        exposure: cells.iter().map(|&at| study.exposure[at as usize]).collect(),
        by: study.by,
    }
}
