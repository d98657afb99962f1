//! Writing a layer through one of GDAL's drivers: fields, rows, geometries, and whatever GDAL complains about.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use gdal::DriverManager;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{
    Feature, FieldDefn, Geometry, Layer as GdalLayer, LayerAccess as _, LayerOptions, OGRFieldType, OGRwkbGeometryType,
};

use super::{Error, Job};
use crate::crs::gdal_door;
use crate::domain::{Geometries, GeometryKind, Layer};
use crate::geopackage::blob;

/// A value as a driver takes it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Nothing,
    Whole(i64),
    Real(f64),
    Text(String),
}

/// A field of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub name: String,
    pub kind: OGRFieldType::Type,
    /// Characters and decimals, where the format has such; 0 for the driver's own.
    pub width: usize,
    pub decimals: usize,
}

/// What to write, and how.
pub(super) struct Plan<'a> {
    pub driver: &'static str,
    /// Name of the layer within the file.
    pub name: &'a str,
    pub geometry: OGRwkbGeometryType::Type,
    /// Options of the layer: `NAME=VALUE`.
    pub options: Vec<String>,
    pub fields: Vec<Field>,
    /// Whether the file is told the coordinate system.
    pub with_crs: bool,
}

/// The type of a layer's geometries, in their multi-part form where the format knows it.
pub(super) const fn multi(kind: Option<GeometryKind>) -> OGRwkbGeometryType::Type {
    match kind {
        None => OGRwkbGeometryType::wkbNone,
        Some(GeometryKind::Point) => OGRwkbGeometryType::wkbPoint,
        Some(GeometryKind::Line) => OGRwkbGeometryType::wkbMultiLineString,
        Some(GeometryKind::Area) => OGRwkbGeometryType::wkbMultiPolygon,
    }
}

/// A row's geometry for GDAL; `None` where it has no place.
pub(super) fn geometry_of(layer: &Layer, row: usize) -> Option<Geometry> {
    let bytes = match &layer.geometries {
        Geometries::Absent(_) => None,
        Geometries::Points(points) => points[row].map(|[x, y]| blob::point_blob(0, x, y).to_vec()),
        Geometries::Shapes(kind, shapes) => shapes[row].as_ref().and_then(|shape| blob::shape_blob(0, *kind, shape)),
    };
    let bytes = bytes.filter(|bytes| !blob::is_empty(bytes))?;
    Geometry::from_wkb(blob::wkb_of(&bytes)?).ok()
}

/// Writes one layer. `fill` adds the rows and says how many entities they made; the file is then read through once, since
/// not every driver tells of a disk that is full.
pub(super) fn write(
    job: &Job,
    path: &Path,
    plan: &Plan,
    fill: impl FnOnce(&GdalLayer) -> gdal::errors::Result<usize>,
) -> Result<(), Error> {
    let work = || -> gdal::errors::Result<(usize, usize)> {
        let driver = DriverManager::get_driver_by_name(plan.driver)?;
        let mut dataset = driver.create_vector_only(path)?;
        let epsg = if plan.with_crs { Some(job.crs.epsg) } else { None };
        let reference = epsg.map(SpatialRef::from_epsg).transpose()?;
        let reference = reference.map(|mut reference| {
            reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
            reference
        });
        let options: Vec<&str> = plan.options.iter().map(String::as_str).collect();
        let layer = dataset.create_layer(LayerOptions {
            name: plan.name,
            srs: reference.as_ref(),
            ty: plan.geometry,
            options: Some(&options),
        })?;
        for field in &plan.fields {
            let definition = FieldDefn::new(&field.name, field.kind)?;
            if field.width > 0 {
                definition.set_width(i32::try_from(field.width).unwrap_or(0));
                definition.set_precision(i32::try_from(field.decimals).unwrap_or(0));
            }
            definition.add_to_layer(&layer)?;
        }
        let written = fill(&layer)?;
        dataset.close()?;
        let dataset = gdal_door::open(path, plan.driver, &[])?;
        let layers = dataset.layers().filter(|layer| plan.driver != "DXF" || layer.name() == plan.name);
        let found = layers.map(|mut layer| layer.features().count()).sum();
        Ok((written, found))
    };
    let (done, complaints) = gdal_door::watch(work);
    match (done, complaints.first()) {
        // A driver that cannot write on says so, and goes on: its complaint is the truth.
        (_, Some(complaint)) => Err(failed(job, path, complaint)),
        (Err(error), None) => Err(failed(job, path, &error)),
        (Ok((written, found)), None) if written != found => Err(failed(job, path, &format!("{found} / {written}"))),
        (Ok(_), None) => Ok(()),
    }
}

/// The failure in words. Whether the disk is full, a driver does not say: trying to write a little tells.
fn failed(job: &Job, path: &Path, complaint: &impl ToString) -> Error {
    let trial = path.with_extension("trial");
    let tried = File::create(&trial).and_then(|mut file| {
        file.write_all(&vec![0; 1 << 16])?;
        file.sync_all()
    });
    if let Err(error) = tried {
        return job.io(&error);
    }
    let first = complaint.to_string().lines().next().unwrap_or_default().chars().take(160).collect::<String>();
    job.failed(&first)
}

/// Sets the fields of a row, in the order of the fields.
pub(super) fn set_fields(feature: &mut Feature, cells: &[Cell]) -> gdal::errors::Result<()> {
    for (index, cell) in cells.iter().enumerate() {
        match cell {
            Cell::Nothing => feature.set_field_null(index)?,
            Cell::Whole(number) => feature.set_field_integer64(index, *number)?,
            Cell::Real(number) => feature.set_field_double(index, *number)?,
            Cell::Text(text) => feature.set_field_string(index, &without_zero(text))?,
        }
    }
    Ok(())
}

/// No format that GDAL writes holds a zero byte in a text.
fn without_zero(text: &str) -> String {
    text.replace('\0', "")
}
