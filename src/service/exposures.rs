//! Import denominators of areas: population, dwellings and what else a column holds, by code or by share of area.
//!
//! A row whose code is an area's belongs to that area. Any other row with a geometry is spread over the areas by how much of
//! its own area lies in each (a point lies in one); the share that falls outside all areas is told and not spread. Even
//! spread within a source's polygon is an assumption: it says so where it was needed.
#![allow(clippy::type_complexity, reason = "a table of a few columns that one function makes and reads")]

use std::collections::BTreeMap;
use std::path::Path;

use geo::{Area as _, BooleanOps, BoundingRect, Geometry, Intersects, MultiPolygon};
use serde::Serialize;
use serde_json::{Map, Value};

use super::areas::{AreaError, Holders, chosen_set, columns_of, moved, road_km};
use super::background::system_of_shapes;
use super::error::Result;
use super::import::home_in_degrees;
use crate::crs::Transform;
use crate::domain::{Area, Exposure};
use crate::ingest::aliases::plain;
use crate::ingest::area_match::AreaMatch;
use crate::ingest::periods::{self, Said};
use crate::ingest::{Aliases, ReadError, ReadOptions, shapes, values};
use crate::store::{Areas as _, GpkgStore, SetAside, Store as _};
use crate::texts::{swedish, text};

/// Fields of the section that are no quantities.
const NO_QUANTITY: [&str; 3] = ["code", "name", "year"];

/// What became of one quantity of one year.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quantity {
    /// Rows that had a number.
    pub rows: usize,
    /// Of them joined by code.
    pub by_code: usize,
    /// Of them spread by area.
    pub by_area: usize,
    /// Sum of the numbers that were read.
    pub read: f64,
    /// Sum of the numbers that the areas got.
    pub kept: f64,
    /// Share (0 to 1) of the read sum that fell outside all areas.
    pub outside: f64,
    /// Areas that got nothing.
    pub empty: usize,
}

/// What became of a file of denominators.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The set of areas.
    pub set: String,
    /// By quantity and year.
    pub quantities: BTreeMap<String, Quantity>,
    /// Rows that were set aside: reason to number.
    pub reasons: BTreeMap<String, u64>,
    /// Kilometres of road in the areas, where the store has a network.
    pub road_km: Option<f64>,
    /// Whether anything changed.
    pub changed: bool,
    /// What was chosen on the reader's behalf.
    pub notes: Vec<String>,
}

impl Report {
    /// The report for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![text("counts-set", &[("set", self.set.clone())])];
        lines.extend(self.notes.iter().cloned());
        let one = |value: f64| crate::texts::number(&((value * 10.0).round() / 10.0));
        for (name, found) in &self.quantities {
            let values = [
                ("name", name.clone()),
                ("rows", found.rows.to_string()),
                ("code", found.by_code.to_string()),
                ("area", found.by_area.to_string()),
                ("kept", one(found.kept)),
                ("read", one(found.read)),
                ("outside", one(found.outside * 100.0)),
            ];
            lines.push(text("exposure-kept", &values));
            if found.by_area > 0 {
                lines.push(text("exposure-spread", &[]));
            }
            if found.empty > 0 {
                lines.push(text("exposure-empty", &[("count", found.empty.to_string())]));
            }
        }
        for (reason, count) in &self.reasons {
            lines.push(text("counts-reason", &[("reason", text(reason, &[])), ("count", count.to_string())]));
        }
        if let Some(km) = self.road_km {
            lines.push(text("areas-road-km", &[("km", one(km))]));
        }
        if !self.changed {
            lines.push(text("areas-unchanged", &[]));
        }
        lines
    }
}

/// A row of denominators.
struct Item {
    row: u32,
    shape: Option<Geometry<f64>>,
    cells: Vec<String>,
}

/// Imports the denominators of a file into the areas of a set. `year` holds where neither column nor heading tells one.
///
/// # Errors
/// Readers' errors; [`AreaError::NoExposureColumn`], [`AreaError::NoExposureReached`]; those of choosing a set.
pub fn import(
    file: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    set: Option<&str>,
    year: Option<i16>,
    aliases: &Aliases,
    store: &mut GpkgStore,
) -> Result<Report> {
    let set = chosen_set(store, set)?;
    let areas = store.areas(Some(&set))?;
    let (columns, items) = items(file, layer, asked, store)?;
    let shown = file.display().to_string();
    let name = file.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    let mut report = Report { set: set.clone(), ..Report::default() };
    report.notes.push(text("register-names", &[("source", aliases.source.clone())]));
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().replace(['_', '-'], " ")).unwrap_or_default();
    let of_name = periods::in_title(&stem).filter(|(from, to)| from.year() == to.year()).map(|(from, _)| from.year());
    let held = quantities(&columns, aliases, year.or(of_name));
    if held.is_empty() {
        return Err(AreaError::NoExposureColumn { file: shown, columns }.into());
    }
    let (code, year_column) = (aliases.column("code", &columns), aliases.column("year", &columns));
    let known = AreaMatch::new(areas.iter().map(|area| (area.code.as_str(), area.name.as_deref())));
    let spread = Spread::new(&areas);
    // Quantity and year to area to value and how it came there.
    let mut sums: BTreeMap<(String, Option<i16>), BTreeMap<usize, (f64, bool)>> = BTreeMap::new();
    let mut taken: std::collections::BTreeSet<(String, Option<i16>, usize)> = std::collections::BTreeSet::new();
    let mut aside: Vec<SetAside> = Vec::new();
    let mut reached = 0;
    for item in &items {
        let own_code = code.and_then(|at| values::known(&item.cells[at]));
        let by_code = own_code.and_then(|code| known.find(code, Some(code)).ok()).map(str::to_owned);
        let by_code = by_code.and_then(|code| areas.iter().position(|area| area.code == code));
        let parts = match (by_code, &item.shape) {
            (Some(at), _) => vec![(at, 1.0)],
            (None, Some(shape)) => spread.parts(shape),
            (None, None) => {
                aside.push(set_aside(item, &columns, code, "exposure-unknown-area", &mut report));
                continue;
            }
        };
        let row_year = year_column.and_then(|at| match periods::read(&item.cells[at]) {
            Some(Said::Days((from, to))) if from.year() == to.year() => Some(from.year()),
            _ => None,
        });
        for (column, quantity, of_heading) in &held {
            let cell = item.cells[*column].as_str();
            if values::known(cell).is_none() {
                continue;
            }
            let Some(value) = values::number(cell).filter(|value| *value >= 0.0) else {
                aside.push(set_aside(item, &columns, Some(*column), "exposure-unreadable", &mut report));
                continue;
            };
            let year = row_year.or(*of_heading);
            if let Some(at) = by_code
                && !taken.insert((quantity.clone(), year, at))
            {
                aside.push(set_aside(item, &columns, code, "exposure-repeated", &mut report));
                continue;
            }
            let title = year.map_or_else(|| quantity.clone(), |year| format!("{quantity} {year}"));
            let found = report.quantities.entry(title).or_default();
            found.rows += 1;
            found.read += value;
            if by_code.is_some() {
                found.by_code += 1;
            } else {
                found.by_area += 1;
            }
            let area_sums = sums.entry((quantity.clone(), year)).or_default();
            for (at, share) in &parts {
                let sum = area_sums.entry(*at).or_insert((0.0, true));
                sum.0 += value * share;
                sum.1 &= by_code.is_some();
                reached += 1;
            }
        }
    }
    if reached == 0 {
        return Err(AreaError::NoExposureReached { file: shown, rows: items.len() }.into());
    }
    let mut rows = Vec::new();
    for ((quantity, year), area_sums) in &sums {
        let title = year.map_or_else(|| quantity.clone(), |year| format!("{quantity} {year}"));
        let found = report.quantities.entry(title).or_default();
        found.empty = areas.len() - area_sums.len();
        for (at, (value, by_code)) in area_sums {
            // To the hundredth: sums of shares differ in their last figures.
            let value = (value * 100.0).round() / 100.0;
            found.kept += value;
            rows.push(Exposure {
                set: set.clone(),
                area: areas[*at].code.clone(),
                quantity: quantity.clone(),
                year: *year,
                value,
                method: if *by_code { "code" } else { "area-weighted" }.to_owned(),
                source: name.clone(),
            });
        }
        found.outside = if found.read > 0.0 { (1.0 - found.kept / found.read).max(0.0) } else { 0.0 };
    }
    report.changed = store.put_exposures(&rows)?;
    store.put_set_aside("exposure", &name, &aside)?;
    report.road_km = road_km(store, &set)?;
    Ok(report)
}

/// Columns that hold a quantity, and the year that their heading tells: `folkmängd`, `Folkmängd 2023`.
fn quantities(columns: &[String], aliases: &Aliases, year: Option<i16>) -> Vec<(usize, String, Option<i16>)> {
    let fields: Vec<&String> = aliases.fields.keys().filter(|field| !NO_QUANTITY.contains(&field.as_str())).collect();
    let mut found = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let (name, of_heading) = match plain(column).rsplit_once(' ') {
            Some((name, last))
                if last.len() == 4 && last.parse::<i16>().is_ok_and(|year| (1990..=2100).contains(&year)) =>
            {
                (name.to_owned(), last.parse().ok())
            }
            _ => (plain(column), None),
        };
        if let Some(field) = fields.iter().find(|field| aliases.is(field, &name)) {
            found.push((at, (*field).clone(), of_heading.or(year)));
        }
    }
    found
}

/// The rows of a table or of a map file, geometries in the store's system.
fn items(file: &Path, layer: Option<&str>, asked: Option<&str>, store: &GpkgStore) -> Result<(Vec<String>, Vec<Item>)> {
    let layers = match shapes::read(file, layer) {
        Ok(layers) => layers,
        Err(ReadError::NotAMapFile { .. }) => {
            let options = ReadOptions { layer: layer.map(str::to_owned), ..ReadOptions::default() };
            let mut tables = crate::ingest::read(file, &options)?;
            let table = tables.remove(0);
            let item = |row: usize| Item {
                row: table.row_number(row),
                shape: None,
                cells: table.row(row).map(str::to_owned).collect(),
            };
            return Ok((table.columns.clone(), (0..table.len()).map(item).collect()));
        }
        Err(error) => return Err(error.into()),
    };
    let home = home_in_degrees(store.settings())?;
    let target = format!("EPSG:{}", store.settings().crs.epsg);
    let (mut columns, mut items) = (Vec::new(), Vec::new());
    for layer in layers.iter().filter(|layer| !layer.rows.is_empty()).take(1) {
        let crs = system_of_shapes(&file.display().to_string(), layer, asked, home.as_ref())?;
        let transform = Transform::new(&crs, &target)?;
        columns = columns_of(&layer.rows);
        items = (1_u32..)
            .zip(&layer.rows)
            .map(|(row, shape)| Item {
                row,
                shape: moved(&shape.geometry, &transform),
                cells: columns.iter().map(|name| shape.fields.get(name).cloned().unwrap_or_default()).collect(),
            })
            .collect();
    }
    Ok((columns, items))
}

/// Spreads shapes over areas.
struct Spread<'a> {
    areas: &'a [Area],
    holders: Holders<'a>,
}

impl<'a> Spread<'a> {
    fn new(areas: &'a [Area]) -> Self {
        Self { areas, holders: Holders::new(areas.iter().map(|area| &area.shape)) }
    }

    /// The areas that a shape lies in, with the share of it that does. Shares below a millionth are lost in the arithmetic of
    /// borders and left out.
    fn parts(&self, shape: &Geometry<f64>) -> Vec<(usize, f64)> {
        let polygons: MultiPolygon<f64> = match shape {
            Geometry::Point(point) => {
                return self.holders.of([point.x(), point.y()]).map(|at| (at, 1.0)).into_iter().collect();
            }
            Geometry::Polygon(area) => area.clone().into(),
            Geometry::MultiPolygon(areas) => areas.clone(),
            _ => return Vec::new(),
        };
        let whole = polygons.unsigned_area();
        let Some(around) = polygons.bounding_rect().filter(|_| whole > 0.0) else { return Vec::new() };
        let share = |(at, area): (usize, &Area)| {
            let near = area.shape.bounding_rect().is_some_and(|own| own.intersects(&around));
            let share = if near { area.shape.intersection(&polygons).unsigned_area() / whole } else { 0.0 };
            (share > 1e-6).then_some((at, share))
        };
        self.areas.iter().enumerate().filter_map(share).collect()
    }
}

fn set_aside(
    item: &Item,
    columns: &[String],
    column: Option<usize>,
    reason: &'static str,
    report: &mut Report,
) -> SetAside {
    *report.reasons.entry(reason.to_owned()).or_default() += 1;
    let raw: Map<String, Value> =
        columns.iter().cloned().zip(item.cells.iter().map(|cell| Value::String(cell.clone()))).collect();
    SetAside {
        sheet: None,
        row: item.row,
        column: column.map(|at| columns[at].clone()),
        value: column.map(|at| item.cells[at].clone()),
        reason: reason.trim_start_matches("exposure-").to_owned(),
        reason_text: swedish(reason, &[]),
        raw,
    }
}
