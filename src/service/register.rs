//! Import places: registers of objects, properties and addresses, and the named places of maps.
//!
//! A table whose columns a register mapping knows fills the register. Anything else is read as a map of places, as before
//! (what people go to, drawn on the map), and its places that have a name come into the register too.

use std::path::{Path, PathBuf};

use geo::{Centroid, CoordsIter, Geometry, InteriorPoint, MapCoords, MultiPolygon};
use serde::Serialize;

use super::error::{Error, Result};
use super::import::home_in_degrees;
use super::{background, files};
use crate::crs::{self, AxisOrder, Stated, Transform};
use crate::domain::{PlaceKind, RegisterPlace};
use crate::geocode::{self, Address, Name};
use crate::ingest::osm;
use crate::ingest::shapes::{self, Shape};
use crate::ingest::{
    self, ReadError, ReadOptions, RegisterError, RegisterMapping, RegisterSheet, RejectedPlace, Table,
};
use crate::store::{Background, GpkgStore, RegisterStore, Store, Window};
use crate::texts::text;

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The file.
    pub file: PathBuf,
    /// A shipped register mapping's name or a TOML file; `None` recognises each table by its columns.
    pub map: Option<String>,
    /// The file's coordinate system, where it does not say.
    pub crs: Option<String>,
    /// Sheet or layer.
    pub layer: Option<String>,
    /// Whether the store stays as it is.
    pub dry_run: bool,
}

/// What became of one table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Sheet {
    /// File with `#` and sheet, as the register names its source.
    pub source: String,
    /// The mapping.
    pub mapping: String,
    /// Rows that were read.
    pub read: usize,
    /// Rows that are places.
    pub places: usize,
    /// Places without a position of their own: they take that of their address or property.
    pub without_position: usize,
    /// Places with an area.
    pub areas: usize,
    /// Places whose id an earlier row of the table has: they are one place with several names or addresses.
    pub repeated: usize,
    /// Whether the register changed.
    pub changed: bool,
    /// Coordinate system of the table.
    pub crs: Option<String>,
    /// Columns that feed nothing.
    pub unmapped: Vec<String>,
    /// Rows that are no place, with the reason.
    pub rejected: Vec<RejectedPlace>,
}

/// The account of an import: `read = places + rejected` for each table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The tables that are registers, and the named places of maps.
    pub register: Vec<Sheet>,
    /// Sheets or layers of the file that are no register that is known.
    pub passed_by: Vec<String>,
    /// What was chosen on the reader's behalf and why.
    pub notes: Vec<String>,
    /// The places of a map.
    #[serde(flatten)]
    pub map: Option<background::Report>,
}

/// Imports a file of places, in place of what the same file gave before.
///
/// # Errors
/// Readers' errors, those of coordinate systems, [`RegisterError`]; nothing of the table is kept then.
pub fn import(request: &Request, store: &mut GpkgStore) -> Result<Report> {
    let shown = request.file.display().to_string();
    if request.map.is_none() && osm::is_pbf(&request.file)? {
        return map_of_places(request, store);
    }
    let options = ReadOptions { layer: request.layer.clone(), ..ReadOptions::default() };
    let tables = match ingest::read(&request.file, &options) {
        Ok(tables) => tables,
        // What gives no rows may still be a map.
        Err(error) if request.map.is_some() => return Err(error.into()),
        Err(_) => return map_of_places(request, store),
    };
    let mut report = Report::default();
    for table in &tables {
        let Some(mapping) = mapping_for(request.map.as_deref(), table, &shown)? else {
            report.passed_by.extend(table.sheet.clone());
            continue;
        };
        report.notes.extend(table.notes.iter().cloned());
        let sheet = one_table(request, &mapping, table, store)?;
        report.register.push(sheet);
    }
    if !report.register.is_empty() {
        return Ok(report);
    }
    match map_of_places(request, store) {
        Err(Error::Read(ReadError::NotAMapFile { .. })) => {
            let columns = tables.iter().flat_map(|table| table.columns.iter().cloned()).take(30).collect();
            Err(RegisterError::NoRegister { file: shown, columns }.into())
        }
        other => other,
    }
}

fn mapping_for(map: Option<&str>, table: &Table, file: &str) -> Result<Option<RegisterMapping>> {
    Ok(match map {
        Some(path) if Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) => {
            let toml = std::fs::read_to_string(path).map_err(|error| Error::of_file(Path::new(path), &error))?;
            Some(RegisterMapping::parse(path, &toml)?)
        }
        Some(name) => Some(RegisterMapping::named(name)?),
        None => RegisterMapping::recognising(file, &table.columns)?,
    })
}

fn one_table(request: &Request, mapping: &RegisterMapping, table: &Table, store: &mut GpkgStore) -> Result<Sheet> {
    let laid = RegisterSheet::new(mapping, table);
    let pairs: Vec<[f64; 2]> = (0..table.len()).filter_map(|row| laid.pair(row).ok().flatten()).collect();
    let stated = Stated {
        crs: request.crs.as_deref().or(table.crs.as_deref()).or(mapping.crs.as_deref()),
        trusted: false,
        order: table.has_geometry().then_some(AxisOrder::EastNorth),
        extra: &[],
    };
    let home = home_in_degrees(store.settings())?;
    let choice = if pairs.is_empty() { None } else { Some(crs::choose(&table.file, &pairs, stated, home.as_ref())?) };
    let target = format!("EPSG:{}", store.settings().crs.epsg);
    let way = choice.as_ref().map(|choice| Transform::new(&choice.crs, &target)).transpose()?;
    let domain = choice.as_ref().and_then(|choice| crs::domain_of(&choice.crs));
    let inside = |[x, y]: [f64; 2]| {
        domain.is_none_or(|bbox| (bbox.min_x..=bbox.max_x).contains(&x) && (bbox.min_y..=bbox.max_y).contains(&y))
    };
    let place = |point: [f64; 2]| if inside(point) { way.as_ref()?.convert(point) } else { None };
    let order = choice.as_ref().map_or(AxisOrder::EastNorth, |choice| choice.order);
    let areas = areas(request, table)?;
    let mut sheet = Sheet {
        source: table.sheet.as_ref().map_or_else(|| table.file.clone(), |sheet| format!("{}#{sheet}", table.file)),
        mapping: mapping.name.clone(),
        read: table.len() + table.broken.len(),
        crs: choice.map(|choice| choice.crs),
        unmapped: laid.unmapped(),
        rejected: laid.broken(),
        ..Sheet::default()
    };
    let mut places: Vec<RegisterPlace> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for row in 0..table.len() {
        match laid.place(row, order, &place) {
            Err(rejected) => sheet.rejected.push(rejected),
            Ok(mut found) => {
                if let Some(shape) = areas.get(row).and_then(Option::as_ref) {
                    give_area(&mut found, shape, &place);
                }
                let Some(id) = id_of(&found) else {
                    sheet.rejected.push(unreadable(table, row));
                    continue;
                };
                found.id = id;
                sheet.without_position += usize::from(found.at.is_none());
                sheet.areas += usize::from(found.area.is_some());
                sheet.repeated += usize::from(!ids.insert(found.id.clone()));
                places.push(found);
            }
        }
    }
    sheet.rejected.sort_by_key(|rejected| rejected.row);
    sheet.places = places.len();
    if !request.dry_run {
        sheet.changed = store.put_register(&sheet.source, &places)?;
    }
    Ok(sheet)
}

fn unreadable(table: &Table, row: usize) -> RejectedPlace {
    RejectedPlace {
        file: table.file.clone(),
        sheet: table.sheet.clone(),
        row: table.row_number(row),
        column: None,
        value: None,
        reason: "reason-place-unreadable",
    }
}

/// The shapes of a table's rows, by row, where the file is a map; none for rows without a shape, and none at all where
/// shapes and rows do not pair off.
fn areas(request: &Request, table: &Table) -> Result<Vec<Option<Shape>>> {
    if !table.has_geometry() {
        return Ok(Vec::new());
    }
    let layers = match shapes::read(&request.file, table.sheet.as_deref().or(request.layer.as_deref())) {
        Ok(layers) => layers,
        Err(ReadError::NotAMapFile { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let is_own = |layer: &&shapes::ShapeLayer| table.sheet.as_ref().is_none_or(|sheet| *sheet == layer.name);
    let mut layers: Vec<shapes::ShapeLayer> = layers.iter().filter(is_own).cloned().collect();
    let placed = (0..table.len()).filter(|row| table.point(*row).is_some()).count();
    match layers.pop() {
        Some(layer) if layers.is_empty() && layer.rows.len() == placed => {
            let mut rows = layer.rows.into_iter();
            Ok((0..table.len()).map(|row| table.point(row).and_then(|_| rows.next())).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Gives a place its area in the store's system, a point that lies in it, and its extent.
fn give_area(place: &mut RegisterPlace, shape: &Shape, way: &dyn Fn([f64; 2]) -> Option<[f64; 2]>) {
    let area = match &shape.geometry {
        Geometry::Polygon(polygon) => MultiPolygon::new(vec![polygon.clone()]),
        Geometry::MultiPolygon(area) => area.clone(),
        _ => return,
    };
    let lost = std::cell::Cell::new(false);
    let moved = area.map_coords(|coord| {
        let place = way([coord.x, coord.y]);
        lost.set(lost.get() || place.is_none());
        place.map_or(coord, |[x, y]| geo::Coord { x, y })
    });
    let Some(point) = moved.interior_point().or_else(|| moved.centroid()).filter(|_| !lost.get()) else { return };
    let away = moved.coords_iter().map(|coord| (coord.x - point.x()).hypot(coord.y - point.y()));
    place.extent_m.get_or_insert((away.fold(0.0, f64::max) * 10.0).ceil() / 10.0);
    place.at = Some([point.x(), point.y()]);
    place.area = Some(moved);
}

/// The id of a place: by its number, property or address, else by name and whole metres. `None` where it has nothing
/// readable of the kind.
fn id_of(place: &RegisterPlace) -> Option<String> {
    let kind = place.kind.code();
    let squeezed = |text: &str| Name::of(text).map(|name| name.canonical);
    Some(match place.kind {
        PlaceKind::Property => format!("{kind}:{}", geocode::property(place.property.as_deref()?)?),
        PlaceKind::Address => {
            let text = place.addresses.first()?;
            let address = Address::of(text)?;
            let town = text.split_once(',').and_then(|(_, town)| squeezed(town));
            let town = town.map(|town| format!(", {town}")).unwrap_or_default();
            format!("{kind}:{} {}{town}", address.street.canonical, address.number?)
        }
        _ => {
            if let Some(number) = place.object.as_deref().and_then(squeezed) {
                return Some(format!("{kind}:{number}"));
            }
            let ground = || place.property.as_deref().and_then(geocode::property);
            let at = place.at.map(|[x, y]| format!("@{x:.0},{y:.0}"));
            let where_it_is = at.or_else(|| ground().map(|ground| format!("@{ground}"))).unwrap_or_default();
            format!("{kind}:{}{where_it_is}", squeezed(place.name.as_deref()?)?)
        }
    })
}

/// Imports a map of places, and its named places into the register.
fn map_of_places(request: &Request, store: &mut GpkgStore) -> Result<Report> {
    if request.dry_run {
        return Ok(Report { notes: vec![text("register-map-not-tried", &[])], ..Report::default() });
    }
    let (file, layer, crs) = (&request.file, request.layer.as_deref(), request.crs.as_deref());
    let map = background::import(background::What::Places, file, layer, crs, store)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let rows = store.background(Background::Places, &Window::ALL)?.rows;
    let word = |row: &crate::store::Feature, key: &str| {
        row.properties.get(key).and_then(|value| value.as_str()).map(str::to_owned)
    };
    let mut report = Report::default();
    let mut sources: Vec<String> = rows.iter().filter_map(|row| word(row, "source")).collect();
    sources.sort_unstable();
    sources.dedup();
    sources.retain(|source| *source == name || source.strip_prefix(&name).is_some_and(|rest| rest.starts_with('#')));
    for source in sources {
        let mut places = Vec::new();
        for row in rows.iter().filter(|row| word(row, "source").as_deref() == Some(&source)) {
            let (Some(name), Some(Geometry::Point(at))) = (word(row, "name"), &row.geometry) else { continue };
            let place = RegisterPlace {
                name: Some(name),
                class: word(row, "class"),
                at: Some([at.x(), at.y()]),
                ..RegisterPlace::bare(String::new(), PlaceKind::Named)
            };
            let Some(id) = id_of(&place) else { continue };
            places.push(RegisterPlace { id, ..place });
        }
        let changed = store.put_register(&source, &places)?;
        let count = places.len();
        report.register.push(Sheet {
            source,
            mapping: "karta".to_owned(),
            read: count,
            places: count,
            changed,
            ..Sheet::default()
        });
    }
    report.map = Some(map);
    Ok(report)
}

/// Writes the rows that are no place, with file, sheet, row, column, value and reason: `;` and a byte-order mark, as
/// Swedish spreadsheets expect.
///
/// # Errors
/// The file cannot be written.
pub fn write_rejected(reports: &[Report], out: &Path) -> Result<usize> {
    let head = ["fil", "blad", "rad", "kolumn", "varde", "orsak"].map(str::to_owned).to_vec();
    let cells = |rejected: &RejectedPlace| {
        let RejectedPlace { file, sheet, row, column, value, reason } = rejected;
        let own = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![file.clone(), own(sheet), row.to_string(), own(column), own(value), text(reason, &[])]
    };
    let rows: Vec<_> =
        reports.iter().flat_map(|report| &report.register).flat_map(|sheet| &sheet.rejected).map(cells).collect();
    let count = rows.len();
    files::put_csv(out, std::iter::once(head).chain(rows))?;
    Ok(count)
}
