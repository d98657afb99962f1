//! Import areas: polygons of any map file, each layer a set with codes of its own. And what of roads lies in each.

use std::collections::BTreeMap;
use std::path::Path;

use geo::{
    BooleanOps, BoundingRect, Contains, Euclidean, Geometry, Length, LineString, MapCoords, MultiLineString,
    MultiPolygon, Point,
};
use serde::Serialize;

use super::background::system_of_shapes;
use super::error::Result;
use super::import::home_in_degrees;
use crate::catalogued_errors;
use crate::crs::Transform;
use crate::domain::{Area, Exposure};
use crate::ingest::shapes::{self, Shape};
use crate::ingest::{Aliases, values};
use crate::store::{Areas as _, GpkgStore, Store as _};
use crate::texts::text;

/// What areas, their counts and their denominators are refused for.
#[derive(Debug, Serialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum AreaError {
    /// No layer has an area.
    NoAreas {
        /// The file.
        file: String,
    },
    /// No column holds codes or names.
    NoAreaCode {
        /// The file.
        file: String,
        /// Columns that there are.
        columns: Vec<String>,
    },
    /// One name for several layers.
    OneNameForSeveralSets {
        /// The file.
        file: String,
        /// The layers.
        layers: Vec<String>,
    },
    /// The store has no areas.
    NoAreaSet {
        /// The store.
        file: String,
    },
    /// The store has no such set of areas.
    NoSuchAreaSet {
        /// The store.
        file: String,
        /// As it was asked for.
        set: String,
        /// The sets that there are.
        sets: Vec<String>,
    },
    /// Several sets of areas could be meant.
    SeveralAreaSets {
        /// The file or store.
        file: String,
        /// The sets.
        sets: Vec<String>,
    },
    /// No row of a table of counts names its columns.
    CountsWithoutHeader {
        /// The file.
        file: String,
    },
    /// A table of counts does not tell the time, or months without their year.
    CountsWithoutPeriod {
        /// The file.
        file: String,
    },
    /// A table of counts without rows.
    CountsWithoutRows {
        /// The file.
        file: String,
    },
    /// No column holds a denominator.
    NoExposureColumn {
        /// The file.
        file: String,
        /// Columns that there are.
        columns: Vec<String>,
    },
    /// No row of denominators reaches an area.
    NoExposureReached {
        /// The file.
        file: String,
        /// Rows that were read.
        rows: usize,
    },
    /// The store has no such denominator.
    NoSuchExposure {
        /// The store or file.
        file: String,
        /// As it was asked for.
        exposure: String,
        /// What there is.
        exposures: Vec<String>,
    },
    /// The store has nothing to count in these areas.
    NothingToCount {
        /// The store.
        file: String,
    },
    /// Counts of several types, and none was chosen: they are not added up unasked.
    SeveralCategories {
        /// The store.
        file: String,
        /// The types.
        categories: Vec<String>,
    },
    /// There are no counts of this type.
    NoSuchCategory {
        /// The store.
        file: String,
        /// As it was asked for.
        category: String,
        /// The types that there are.
        categories: Vec<String>,
    },
    /// The period cannot be read.
    PeriodUnreadable {
        /// As it was asked for.
        period: String,
    },
    /// No count lies within the period.
    NothingInPeriod {
        /// The store.
        file: String,
        /// The period.
        period: String,
        /// The periods that there are.
        periods: Vec<String>,
    },
    /// A parameter that this input has no use for.
    ParameterNotUsed {
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter that this input needs.
    ParameterNeeded {
        /// The parameter.
        parameter: &'static str,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// A count in a column is no whole number.
    CountUnreadable {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The row, from 1.
        row: usize,
        /// What stands there.
        value: String,
    },
    /// A register without the columns that it needs.
    RegisterWithoutColumn {
        /// The file.
        file: String,
        /// What is needed.
        what: String,
        /// Columns that there are.
        columns: Vec<String>,
        /// What the column may be called.
        names: Vec<String>,
    },
    /// The kind of condition was not told.
    ConditionKindNeeded {
        /// The kinds.
        kinds: Vec<&'static str>,
    },
    /// A choice that belongs to another import.
    ImportChoiceNotUsed {
        /// The flag.
        flag: &'static str,
    },
}
catalogued_errors!(AreaError);

/// The names of a register's columns: the shipped ones, or those of the user's file.
///
/// # Errors
/// The file cannot be read or has no such section.
pub fn names_of(section: &str, own: Option<&Path>) -> Result<Aliases> {
    Ok(Aliases::of(section, own)?)
}

/// What became of the areas of a file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Sets that were kept: name to number of areas.
    pub sets: BTreeMap<String, usize>,
    /// Column of codes and of names, by set; the code is the name where there is no column of codes.
    pub columns: BTreeMap<String, (String, Option<String>)>,
    /// Shapes that are no areas, by set.
    pub passed_over: BTreeMap<String, usize>,
    /// Areas without a code, by set: they were not kept.
    pub without_code: BTreeMap<String, usize>,
    /// Areas in several rows of the same code, put together, by set.
    pub joined: BTreeMap<String, usize>,
    /// Kilometres of road of the store in the areas, by set, where the store has a network.
    pub road_km: BTreeMap<String, f64>,
    /// Whether anything changed.
    pub changed: bool,
}

impl Report {
    /// The report for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (set, count) in &self.sets {
            let (code, name) = self.columns.get(set).cloned().unwrap_or_default();
            let name = name.unwrap_or_else(|| "–".to_owned());
            let values = [("set", set.clone()), ("count", count.to_string()), ("code", code), ("name", name)];
            lines.push(text("areas-kept", &values));
            for (id, counts) in [
                ("areas-passed-over", &self.passed_over),
                ("areas-without-code", &self.without_code),
                ("areas-joined", &self.joined),
            ] {
                if let Some(count) = counts.get(set).filter(|count| **count > 0) {
                    lines.push(text(id, &[("count", count.to_string())]));
                }
            }
            if let Some(km) = self.road_km.get(set) {
                lines.push(text("areas-road-km", &[("km", crate::texts::number(&format!("{km:.1}")))]));
            }
        }
        if !self.changed {
            lines.push(text("areas-unchanged", &[]));
        }
        lines
    }
}

/// Imports every layer of areas of a file, or the one named, each as a set. The set is called `name`, else as its layer, or as
/// the file where that has one layer only.
///
/// # Errors
/// Readers' errors; [`AreaError::NoAreas`], [`AreaError::NoAreaCode`], [`AreaError::OneNameForSeveralSets`].
pub fn import(
    file: &Path,
    layer: Option<&str>,
    asked: Option<&str>,
    name: Option<&str>,
    aliases: &Aliases,
    store: &mut GpkgStore,
) -> Result<Report> {
    let shown = file.display().to_string();
    let target = format!("EPSG:{}", store.settings().crs.epsg);
    let home = home_in_degrees(store.settings())?;
    let is_area = |shape: &Shape| matches!(shape.geometry, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
    let mut layers = shapes::read(file, layer)?;
    layers.retain(|layer| layer.rows.iter().any(is_area));
    if layers.is_empty() {
        return Err(AreaError::NoAreas { file: shown }.into());
    }
    if name.is_some() && layers.len() > 1 {
        let layers = layers.into_iter().map(|layer| layer.name).collect();
        return Err(AreaError::OneNameForSeveralSets { file: shown, layers }.into());
    }
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let source = file.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
    let single = layers.len() == 1 && layer.is_none();
    let mut report = Report::default();
    for found in layers {
        let set = name.map_or_else(|| if single { stem.clone() } else { found.name.to_lowercase() }, str::to_owned);
        let crs = system_of_shapes(&shown, &found, asked, home.as_ref())?;
        let transform = Transform::new(&crs, &target)?;
        let columns: Vec<String> = columns_of(&found.rows);
        let (code, title) = (aliases.column("code", &columns), aliases.column("name", &columns));
        let Some(code) = code.or(title) else {
            return Err(AreaError::NoAreaCode { file: shown, columns }.into());
        };
        let mut areas: BTreeMap<String, Area> = BTreeMap::new();
        for shape in &found.rows {
            let Some(shape_here) = moved(&shape.geometry, &transform).and_then(as_area) else {
                *report.passed_over.entry(set.clone()).or_default() += 1;
                continue;
            };
            let field = |column: usize| {
                shape.fields.get(&columns[column]).and_then(|text| values::known(text)).map(str::to_owned)
            };
            let Some(code) = field(code) else {
                *report.without_code.entry(set.clone()).or_default() += 1;
                continue;
            };
            let name = title.and_then(field);
            if let Some(area) = areas.get_mut(&code) {
                area.shape.0.extend(shape_here.0);
                *report.joined.entry(set.clone()).or_default() += 1;
            } else {
                let (set, source) = (set.clone(), source.clone());
                areas.insert(code.clone(), Area { set, code, name, shape: shape_here, source });
            }
        }
        let rows: Vec<Area> = areas.into_values().collect();
        report.changed |= store.put_areas(&set, &rows)?;
        report.sets.insert(set.clone(), rows.len());
        report.columns.insert(set.clone(), (columns[code].clone(), title.map(|at| columns[at].clone())));
        if let Some(km) = road_km(store, &set)? {
            report.road_km.insert(set, km);
        }
    }
    Ok(report)
}

/// Names of all fields that any row fills, in alphabetical order.
pub(super) fn columns_of(rows: &[Shape]) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = rows.iter().flat_map(|row| row.fields.keys()).collect();
    names.into_iter().cloned().collect()
}

/// The geometry in another system; `None` where PROJ cannot place a corner of it.
pub(super) fn moved(geometry: &Geometry<f64>, transform: &Transform) -> Option<Geometry<f64>> {
    let lost = std::cell::Cell::new(false);
    let moved = geometry.map_coords(|coord| {
        let place = transform.convert([coord.x, coord.y]);
        lost.set(lost.get() || place.is_none());
        place.map_or(coord, |[x, y]| geo::Coord { x, y })
    });
    (!lost.get()).then_some(moved)
}

fn as_area(geometry: Geometry<f64>) -> Option<MultiPolygon<f64>> {
    match geometry {
        Geometry::Polygon(area) => Some(area.into()),
        Geometry::MultiPolygon(areas) => Some(areas),
        _ => None,
    }
}

/// The one set of areas that is meant: the one named, or the only one.
///
/// # Errors
/// [`AreaError::NoAreaSet`], [`AreaError::NoSuchAreaSet`], [`AreaError::SeveralAreaSets`].
pub(super) fn chosen_set(store: &GpkgStore, asked: Option<&str>) -> Result<String> {
    let file = store.path().display().to_string();
    let mut sets: Vec<String> = store.areas(None)?.into_iter().map(|area| area.set).collect();
    sets.dedup();
    match (asked, sets.as_slice()) {
        (_, []) => Err(AreaError::NoAreaSet { file }.into()),
        (Some(asked), _) => match sets.iter().find(|set| set.to_lowercase() == asked.to_lowercase()) {
            Some(set) => Ok(set.clone()),
            None => Err(AreaError::NoSuchAreaSet { file, set: asked.to_owned(), sets }.into()),
        },
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(AreaError::SeveralAreaSets { file, sets }.into()),
    }
}

/// Keeps the kilometres of road for motor vehicles in each area of a set, from the store's network; gives their sum. `None`
/// where there is no network. A road along a border belongs to the side that its line lies on.
///
/// # Errors
/// The store cannot be read or written.
pub fn road_km(store: &mut GpkgStore, set: &str) -> Result<Option<f64>> {
    let Some(network) = store.network()? else { return Ok(None) };
    let areas = store.areas(Some(set))?;
    let lines: Vec<LineString<f64>> = network
        .links()
        .iter()
        .filter(|link| link.modes.car)
        .map(|link| link.line.iter().map(|&[x, y]| (x, y)).collect())
        .collect();
    let boxes: Vec<_> = lines.iter().map(BoundingRect::bounding_rect).collect();
    let rows: Vec<Exposure> = areas
        .iter()
        .map(|area| {
            let around = area.shape.bounding_rect();
            let meets = |at: &usize| match (&around, &boxes[*at]) {
                (Some(a), Some(b)) => {
                    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
                }
                _ => false,
            };
            let near: Vec<LineString<f64>> = (0..lines.len()).filter(meets).map(|at| lines[at].clone()).collect();
            let inside = area.shape.clip(&MultiLineString::new(near), false);
            // To the metre: the last figures of a clip differ between machines.
            let value = Euclidean.length(&inside).round() / 1_000.0;
            Exposure {
                set: set.to_owned(),
                area: area.code.clone(),
                quantity: "road-km".to_owned(),
                year: None,
                value,
                method: "network".to_owned(),
                source: "roads".to_owned(),
            }
        })
        .collect();
    let sum = rows.iter().map(|row| row.value).sum();
    store.put_exposures(&rows)?;
    Ok(Some(sum))
}

/// Areas to be asked which of them holds a point.
pub(super) struct Holders<'a>(Vec<(geo::Rect<f64>, &'a MultiPolygon<f64>, usize)>);

impl<'a> Holders<'a> {
    pub(super) fn new(shapes: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Self {
        Self(shapes.enumerate().filter_map(|(at, shape)| Some((shape.bounding_rect()?, shape, at))).collect())
    }

    /// The first area that holds the point within; on a border between two, none does, and then the first that touches it.
    pub(super) fn of(&self, [x, y]: [f64; 2]) -> Option<usize> {
        use geo::Intersects as _;
        let point = Point::new(x, y);
        let near = || self.0.iter().filter(|(around, ..)| around.intersects(&point));
        near()
            .find(|(_, shape, _)| shape.contains(&point))
            .or_else(|| near().find(|(_, shape, _)| shape.intersects(&point)))
            .map(|(.., at)| *at)
    }
}
