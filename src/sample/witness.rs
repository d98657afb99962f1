//! Puts the truth together: reads the finished sheets once and tells what was planted in them.

use std::collections::{BTreeMap, BTreeSet};

use super::accident_spots::AccidentSpot;
use super::accidents::Accident;
use super::damage_spots::DamageSpot;
use super::damages::Damage;
use super::grounds::District;
use super::kinds::KINDS;
use super::losses::LOSSES;
use super::plane::{Point, distance, inside};
use super::sheet::{Cell, Sheet};
use super::truth::{Dirty, Expected, Hotspot, Quiet, Search, Totals, Treatment, Truth};

/// What one planted event was.
struct Planted {
    spot: usize,
    at: Point,
    key: String,
    category: String,
    day: String,
}

fn hotspot(name: &str, what: &str, centre: Point, members: &[Planted], spot: usize) -> Hotspot {
    let here = || members.iter().filter(|member| member.spot == spot);
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for member in here() {
        *categories.entry(member.category.clone()).or_default() += 1;
    }
    let mut keys: Vec<String> = here().map(|member| member.key.clone()).collect();
    keys.sort();
    let days = || here().map(|member| member.day.clone());
    Hotspot {
        name: name.to_owned(),
        what: what.to_owned(),
        centre: super::plane::cm(centre),
        radius_m: here().map(|member| distance(member.at, centre)).fold(0.0, f64::max).ceil(),
        period: [days().min().unwrap_or_default(), days().max().unwrap_or_default()],
        planted: keys.len(),
        categories,
        members: keys,
    }
}

/// Where an accepted row of a sheet lies, `None` where it does not say; quarantined rows are left out.
pub fn accepted(sheet: &Sheet, north: &str, east: &str, dirty: &[Dirty]) -> Vec<(String, Option<Point>)> {
    let set_aside: BTreeSet<usize> = dirty
        .iter()
        .filter(|row| row.treatment == Treatment::Quarantine && row.sheet.unwrap_or(sheet.name) == sheet.name)
        .map(|row| row.row)
        .collect();
    let value = |cell: &Cell| cell.number().or_else(|| cell.text().replace(',', ".").parse().ok());
    let rows = (0..sheet.rows.len()).filter(|row| !set_aside.contains(&(row + 2)));
    rows.map(|row| {
        let at = value(sheet.cell(row, east)).zip(value(sheet.cell(row, north)));
        (sheet.rows[row][0].text(), at.map(|(x, y)| [x, y]))
    })
    .collect()
}

/// The sheets with the dirt that was planted in them.
pub struct Evidence<'a> {
    /// Sheet `Olyckor`.
    pub accidents: &'a Sheet,
    /// Sheet `Personer`.
    pub persons: &'a Sheet,
    /// The damage reports.
    pub damages: &'a Sheet,
    /// Dirty rows of the workbook.
    pub workbook_dirt: Vec<Dirty>,
    /// Dirty rows of the damage reports.
    pub damage_dirt: Vec<Dirty>,
}

/// The truth of a town.
pub fn testify(
    (town, seed): (&str, u64),
    districts: &[District],
    (accidents, accident_spots): (&[Accident], &[AccidentSpot]),
    (damages, damage_spots): (&[Damage], &[DamageSpot]),
    evidence: Evidence<'_>,
) -> Truth {
    let planted_accidents: Vec<Planted> = accidents
        .iter()
        .filter_map(|accident| {
            let spot = accident.planted?;
            let category = KINDS[accident.kind].code.to_owned();
            let (key, day) = (accident.number.to_string(), accident.day.to_string());
            Some(Planted { spot, at: accident.at, key, category, day })
        })
        .collect();
    let planted_damages: Vec<Planted> = damages
        .iter()
        .filter_map(|damage| {
            let spot = damage.planted?;
            let category = LOSSES[damage.kind].name.to_owned();
            Some(Planted { spot, at: damage.at, key: damage.number.clone(), category, day: damage.day.to_string() })
        })
        .collect();
    let rows = accepted(evidence.accidents, "X-koordinat", "Y-koordinat", &evidence.workbook_dirt);
    let reports = accepted(evidence.damages, "N-koordinat", "E-koordinat", &evidence.damage_dirt);
    let quiet = districts.iter().find(|district| district.quiet);
    let within = |rows: &[(String, Option<Point>)]| {
        let ring = quiet.map_or(&[] as &[Point], |district| &district.ring);
        rows.iter().filter(|(_, at)| at.is_some_and(|at| inside(at, ring))).count()
    };
    let unplaced = |rows: &[(String, Option<Point>)]| rows.iter().filter(|(_, at)| at.is_none()).count();
    let of = |sheet: &'static str| evidence.workbook_dirt.iter().filter(move |row| row.sheet == Some(sheet));
    let expected = Expected {
        accidents: Totals::of(evidence.accidents.rows.len(), unplaced(&rows), of("Olyckor")),
        persons: Totals::of(evidence.persons.rows.len(), 0, of("Personer")),
        damages: Totals::of(evidence.damages.rows.len(), unplaced(&reports), evidence.damage_dirt.iter()),
    };
    let quiet_quarter = Quiet {
        name: quiet.map(|district| district.name.clone()).unwrap_or_default(),
        ring: quiet.map(|district| district.ring.clone()).unwrap_or_default(),
        accidents: within(&rows),
        damages: within(&reports),
    };
    let mut dirty_rows = evidence.workbook_dirt;
    dirty_rows.extend(evidence.damage_dirt);
    Truth {
        town: town.to_owned(),
        seed,
        crs: "EPSG:3006",
        period: ["2018-01-01", "2025-12-31"],
        search: Search { method: "dbscan", eps_m: 50.0, min_points: [8, 10] },
        accident_hotspots: accident_spots
            .iter()
            .enumerate()
            .map(|(index, spot)| hotspot(&spot.name, spot.habit.what, spot.centre, &planted_accidents, index))
            .collect(),
        damage_hotspots: damage_spots
            .iter()
            .enumerate()
            .map(|(index, spot)| hotspot(&spot.name, spot.what, spot.centre, &planted_damages, index))
            .collect(),
        quiet_quarter,
        dirty_rows,
        expected,
    }
}
