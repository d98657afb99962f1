//! Shapefile and `MapInfo` table, where they are asked for: one layer in a set of files that belong together.
//!
//! Both cut names (to 10 and 31 characters) and texts (to 254); what was cut, and each column's full name, is told in the
//! sidecar. A Shapefile is in UTF-8 with a `.cpg` that says so. A `MapInfo` table is in Windows' Latin 1 where every text
//! fits, else in UTF-8; it has no word for a missing number, so a column that lacks some is written as text; its places
//! are whole millimetres. Oracle: GDAL and our own readers.

use std::path::Path;

use gdal::vector::{Feature, LayerAccess as _, OGRwkbGeometryType};

use super::dbase::{Dialect, Held, Table, held, short_names};
use super::ogr::{self, Cell, Field, Plan};
use super::{Error, Job, extent_of, sidecar};
use crate::domain::{GeometryKind, Layer};
use crate::texts::text;

const DBASE: Table = Table { name: 10, dialect: Dialect::Dbase };
const MAPINFO: Table = Table { name: 31, dialect: Dialect::Mapinfo };
/// Half the side, in metres, of the square that a `MapInfo` table can place things in: a million steps of a millimetre on
/// either side of its middle.
const REACH: f64 = 1_000_000.0;

/// Writes a Shapefile and its sidecar.
pub(super) fn write_shapefile(job: &Job, folder: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let kind = match layer.geometries.kind() {
        None | Some(GeometryKind::Point) => "POINT",
        Some(GeometryKind::Line) => "ARC",
        Some(GeometryKind::Area) => "POLYGON",
    };
    let day = layer.passport.vintage.get(..10).unwrap_or("1970-01-01");
    let options = vec![format!("SHPT={kind}"), "ENCODING=UTF-8".to_owned(), format!("DBF_DATE_LAST_UPDATE={day}")];
    let path = folder.join(job.file_name()).with_extension("shp");
    write(job, folder, &path, "ESRI Shapefile", DBASE, options)
}

/// Writes a `MapInfo` table and its sidecar.
pub(super) fn write_mapinfo(job: &Job, folder: &Path) -> Result<(), Error> {
    let layer = job.layer();
    let latin = layer.columns.iter().all(|column| match &column.values {
        crate::domain::Values::Text(values) => values.iter().flatten().all(is_windows_latin),
        _ => true,
    });
    let extent = extent_of(&layer.geometries);
    let middle = |low: f64, high: f64| if extent.is_empty() { 0.0 } else { ((low + high) / 2e5).round() * 1e5 };
    let (x, y) = (middle(extent.min_x, extent.max_x), middle(extent.min_y, extent.max_y));
    let options = vec![
        format!("ENCODING={}", if latin { "CP1252" } else { "UTF-8" }),
        format!("BOUNDS={},{},{},{}", x - REACH, y - REACH, x + REACH, y + REACH),
    ];
    let path = folder.join(job.file_name()).with_extension("tab");
    write(job, folder, &path, "MapInfo File", MAPINFO, options)
}

/// Whether Windows' code page 1252 has every character of the text.
fn is_windows_latin(text: &str) -> bool {
    !encoding_rs::WINDOWS_1252.encode(text).2
}

fn write(
    job: &Job,
    folder: &Path,
    path: &Path,
    driver: &'static str,
    table: Table,
    options: Vec<String>,
) -> Result<(), Error> {
    let layer = job.layer();
    let names = short_names(layer.columns.iter().map(|column| column.name.as_str()), table.name);
    let mut columns = held(layer, &names, table);
    if columns.is_empty() {
        // Neither format is whole without a column.
        columns.push(number_column(layer));
    }
    let renamed = layer.columns.iter().zip(&names).filter(|(column, name)| column.name != **name).count();
    let cut: usize = columns.iter().map(|column| column.cut).sum();
    let beside = format!("{}{}", job.file_name(), sidecar::SUFFIX);
    if renamed > 0 {
        let values = [("count", renamed.to_string()), ("limit", table.name.to_string()), ("file", beside)];
        job.note(text("note-written-short-names", &values));
    }
    if cut > 0 {
        job.note(text("note-written-cut-texts", &[("count", cut.to_string())]));
    }
    // The driver is to know areas and lines by its own option, or by what comes.
    let geometry =
        if driver == "MapInfo File" { OGRwkbGeometryType::wkbUnknown } else { ogr::multi(layer.geometries.kind()) };
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let fields = columns.iter().map(|column| column.field.clone()).collect();
    let plan = Plan { driver, name: &name, geometry, options, fields, with_crs: true };
    ogr::write(job, path, &plan, |written| {
        for row in 0..layer.geometries.len() {
            let mut feature = Feature::new(written.defn())?;
            let cells: Vec<Cell> = columns.iter().map(|column| column.cells[row].clone()).collect();
            ogr::set_fields(&mut feature, &cells)?;
            if let Some(geometry) = ogr::geometry_of(layer, row) {
                feature.set_geometry(geometry)?;
            }
            feature.create(written)?;
        }
        Ok(layer.geometries.len())
    })?;
    let described: Vec<_> = layer.columns.iter().zip(names).collect();
    sidecar::write(job, folder, &described, &job.notes())
}

fn number_column(layer: &Layer) -> Held {
    let rows = i64::try_from(layer.geometries.len()).unwrap_or(0);
    let kind = gdal::vector::OGRFieldType::OFTInteger;
    let field = Field { name: "nr".to_owned(), kind, width: 0, decimals: 0 };
    Held { field, cells: (1..=rows).map(Cell::Whole).collect(), cut: 0 }
}
