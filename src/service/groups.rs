//! Groups of events that lie close together: the methods that count and cluster in the plane.

use rayon::prelude::*;

use super::days;
use super::error::{Refusal, Result};
use super::hotspots::Hotspot;
use super::progress::Timings;
use super::rows::Input;
use super::suitable;
use crate::analysis::{self, Clustering, Parameters, Settings};
use crate::domain::{Grid, Metres};

/// Groups of an analysis, over the rows that take part; none for a method that groups nothing.
#[derive(Default)]
pub(super) struct Groups {
    /// The groups.
    pub hotspots: Vec<Hotspot>,
    /// Number of each row's group.
    pub cluster: Vec<Option<u32>>,
    /// Whether the row is of a group's core.
    pub core: Vec<bool>,
    /// Cells that hold events: grid, counts, number of each cell's group.
    pub cells: Option<(Grid, analysis::Counts, Vec<Option<u32>>)>,
    /// Strength of membership, where the method tells.
    pub strength: Option<Vec<f64>>,
    /// What each row was kept apart by, where groups are sought for each by itself.
    pub names: Option<Vec<Option<String>>>,
}

/// The rows that take part, ascending, and their groups.
///
/// # Errors
/// Those of the method; [`Refusal::NoSuchColumn`] for a column to part by; those of [`days::of_rows`].
pub(super) fn find(
    input: &mut Input,
    parameters: &Parameters,
    shown: &str,
    timings: &Timings,
) -> Result<(Vec<usize>, Groups)> {
    let mut rows: Vec<usize> = (0..input.points.len()).filter(|&row| input.points[row].is_some()).collect();
    let places = |rows: &[usize]| -> Vec<[f64; 2]> { rows.iter().filter_map(|&row| input.points[row]).collect() };
    let groups = match parameters.settings() {
        Settings::Dbscan { eps, min_points, partition: None, .. } => {
            let points = places(&rows);
            let found = timings.time("compute", || analysis::dbscan(&points, eps, min_points))?;
            if most_in_one(&found) {
                suitable::grown(input, eps, min_points)?;
            }
            clustered(&points, found, eps, timings)?
        }
        Settings::Dbscan { eps, min_points, partition: Some(column), .. } => {
            let names = names(input, &rows, &column, shown)?;
            let points = places(&rows);
            let by: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
            let found = timings.time("compute", || analysis::dbscan_by_group(&points, &by, eps, min_points))?;
            Groups { names: Some(names), ..clustered(&points, found, eps, timings)? }
        }
        Settings::StDbscan { eps, eps_days, min_points, .. } => {
            let dated = days::of_rows(input, shown, &rows, eps_days)?;
            let known: Vec<i32> = dated.iter().flatten().copied().collect();
            let mut dated = dated.iter();
            rows.retain(|_| dated.next().is_some_and(Option::is_some));
            let points: Vec<[f64; 2]> = rows.iter().filter_map(|&row| input.points[row]).collect();
            let search = || analysis::st_dbscan(&points, &known, eps, eps_days, min_points);
            clustered(&points, timings.time("compute", search)?, eps, timings)?
        }
        Settings::Hdbscan { settings, radius } => {
            let points = places(&rows);
            let found = timings.time("compute", || analysis::hdbscan(&points, &settings))?;
            let core = found.cluster.iter().map(Option::is_some).collect();
            let strength = Some(found.strength);
            let found = Clustering { cluster: found.cluster, core, count: found.count };
            Groups { strength, ..clustered(&points, found, radius, timings)? }
        }
        Settings::Counts { cell, min_points, .. } => in_cells(&places(&rows), cell, min_points, timings)?,
        Settings::NetworkCounts { .. } | Settings::NetworkDbscan { .. } => {
            return Err(Refusal::NoNetwork { method: parameters.method().id, file: String::new() }.into());
        }
        // Areas and times have no groups; methods that compare make their own.
        Settings::AreaCounts { .. }
        | Settings::Backtest { .. }
        | Settings::Emerging { .. }
        | Settings::GiStar { .. }
        | Settings::Kde { .. }
        | Settings::LocalMoran { .. }
        | Settings::NearRepeat { .. }
        | Settings::RelativeRisk { .. }
        | Settings::Scan { .. }
        | Settings::ScanTime { .. }
        | Settings::Timeline { .. } => Groups::default(),
    };
    Ok((rows, groups))
}

/// Whether the largest cluster holds more than half of the points. Clusters are numbered by size.
fn most_in_one(found: &Clustering) -> bool {
    2 * found.cluster.iter().filter(|cluster| **cluster == Some(1)).count() > found.cluster.len()
}

/// Clusters with the ground within `reach` of their core events.
fn clustered(points: &[[f64; 2]], found: Clustering, reach: Metres, timings: &Timings) -> Result<Groups> {
    let count = found.count as usize;
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut cores: Vec<Vec<[f64; 2]>> = vec![Vec::new(); count];
    for (index, cluster) in (0_u32..).zip(&found.cluster) {
        if let Some(number) = cluster {
            members[*number as usize - 1].push(index);
            if found.core[index as usize] {
                cores[*number as usize - 1].push(points[index as usize]);
            }
        }
    }
    let outline = |cores: &Vec<[f64; 2]>| analysis::outline::around_cores(cores, reach);
    let outlines = || cores.par_iter().map(outline).collect::<std::result::Result<Vec<_>, _>>();
    let outlines = timings.time("outline", outlines)?;
    let hotspots = (1..).zip(members.into_iter().zip(outlines)).map(|(number, (members, outline))| Hotspot {
        number,
        members,
        shape: outline.into(),
        road: None,
        tested: None,
    });
    let hotspots = hotspots.collect();
    Ok(Groups { hotspots, cluster: found.cluster, core: found.core, ..Groups::default() })
}

/// Cells that hold enough events, each a group.
fn in_cells(points: &[[f64; 2]], cell: Metres, min_points: usize, timings: &Timings) -> Result<Groups> {
    let grid = Grid::new(cell).expect("the parameter's range lies within the grid's");
    let counts = timings.time("compute", || analysis::counts(points, &grid))?;
    let full = analysis::full_cells(&counts, min_points);
    let mut cluster = vec![None; points.len()];
    let mut of_cells = vec![None; counts.cells().len()];
    for (number, &at) in (1_u32..).zip(&full) {
        of_cells[at as usize] = Some(number);
        for &index in counts.members(at as usize) {
            cluster[index as usize] = Some(number);
        }
    }
    let hotspot = |(number, at): (u32, &u32)| Hotspot {
        number,
        members: counts.members(*at as usize).to_vec(),
        shape: analysis::outline::of_cells(&grid, &[counts.cells()[*at as usize]]).into(),
        road: None,
        tested: None,
    };
    let hotspots = (1..).zip(&full).map(hotspot).collect();
    let core = cluster.iter().map(Option::is_some).collect();
    Ok(Groups { hotspots, cluster, core, cells: Some((grid, counts, of_cells)), ..Groups::default() })
}

/// What the column says of each of these rows; letters of either case name it.
pub(super) fn names(input: &Input, rows: &[usize], column: &str, shown: &str) -> Result<Vec<Option<String>>> {
    let named =
        |of: &&crate::domain::Column| [&of.name, &of.alias].iter().any(|name| name.eq_ignore_ascii_case(column));
    let Some(found) = input.columns.iter().find(named) else {
        let columns = input.columns.iter().map(|column| column.name.clone()).collect();
        return Err(Refusal::NoSuchColumn { file: shown.to_owned(), column: column.to_owned(), columns }.into());
    };
    Ok(rows.iter().map(|&row| found.values.text(row)).collect())
}
