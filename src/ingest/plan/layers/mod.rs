//! Plans from rows: the layers that the QGIS plan plug-in writes, and any other layer of areas, since plans out for consultation are
//! sketches and drawings.
//!
//! Who opens the file gives rows of text with geometry in metres, x east and y north; nothing here touches a file.
//!
//! | the file has | it is read as |
//! |---|---|
//! | a layer `detaljplan` or `bestammelse` | the plug-in's layers, whose columns have the exchange format's names |
//! | a mapping | what the mapping says of each layer |
//! | a layer of areas with a column for the letter | uses; `PLANOMRÅDE` is the plan area, `FASTIGHET` parcels |
//!
//! Source of the plug-in's names: rita-detaljplan, data model of schema version 7.

mod any;
mod letters;
mod mapping;
mod plugin;
#[cfg(test)]
mod tests;

pub use mapping::{Mapping, Role};

use geo::{Geometry, LineString, Polygon};

use super::PlanReadError;
use super::members::short;
use crate::plan::model::{Part, Plan, Remark, Shape};

/// A layer as it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// EPSG code of its geometry; `None` where the file does not say.
    pub epsg: Option<u32>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// A cell for each column, in their order; a row may be short.
    pub cells: Vec<Option<String>>,
    /// Its geometry, metres, x east and y north.
    pub geometry: Option<Geometry<f64>>,
}

/// Reads the plans of a file's layers: the plug-in's, by the mapping, or by names of layers and columns.
///
/// Every geometry becomes areas, lines and points one by one; a closed line in a layer of areas is an area. Letters that stand
/// together (`BC`) become a provision each with the same area. Cost O(n).
///
/// # Errors
/// No layer that a plan can be made of; a layer or column that the mapping names and that is not there.
pub fn read(file: &str, layers: &[Layer], mapping: Option<&Mapping>) -> Result<Vec<Plan>, PlanReadError> {
    let mut plans = match mapping {
        Some(mapping) => vec![any::read(file, layers, mapping)?],
        None if plugin::recognise(layers) => plugin::read(file, layers)?,
        None => vec![any::read(file, layers, &Mapping::guess(file, layers)?)?],
    };
    plans.iter_mut().for_each(super::settle);
    Ok(plans)
}

impl Layer {
    /// The place of a column, whatever the case of its name.
    fn column(&self, name: &str) -> Option<usize> {
        let name = name.to_lowercase();
        self.columns.iter().position(|column| column.to_lowercase() == name)
    }

    /// The cell of a row, trimmed; `None` where it is blank or the column is not there.
    fn cell<'a>(&self, row: &'a Row, column: &str) -> Option<&'a str> {
        let cell = row.cells.get(self.column(column)?)?.as_deref()?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

/// The parts of a row's geometry. `areas` says that closed lines are areas. What cannot be a place is told.
fn parts(layer: &Layer, row: &Row, at: &str, areas: bool, remarks: &mut Vec<Remark>) -> Vec<Part> {
    let mut shapes = Vec::new();
    let mut waiting: Vec<Geometry<f64>> = row.geometry.iter().cloned().collect();
    while let Some(geometry) = waiting.pop() {
        match geometry {
            Geometry::Polygon(area) => shapes.push(Shape::Area(area)),
            Geometry::LineString(line) if areas && is_ring(&line) => {
                shapes.push(Shape::Area(Polygon::new(line, vec![])));
            }
            Geometry::LineString(line) => shapes.push(Shape::Line(line)),
            Geometry::Line(line) => shapes.push(Shape::Line(line.into())),
            Geometry::Point(point) => shapes.push(Shape::Point(point)),
            Geometry::Rect(rect) => shapes.push(Shape::Area(rect.to_polygon())),
            Geometry::Triangle(triangle) => shapes.push(Shape::Area(triangle.to_polygon())),
            // Taken from the end, so put in turned about.
            Geometry::MultiPolygon(many) => waiting.extend(many.into_iter().rev().map(Geometry::Polygon)),
            Geometry::MultiLineString(many) => waiting.extend(many.into_iter().rev().map(Geometry::LineString)),
            Geometry::MultiPoint(many) => waiting.extend(many.into_iter().rev().map(Geometry::Point)),
            Geometry::GeometryCollection(many) => waiting.extend(many.0.into_iter().rev()),
        }
    }
    let mut parts = Vec::new();
    for shape in shapes {
        if shape.is_usable() {
            parts.push(Part { epsg: layer.epsg, ..Part::new(shape) });
        } else {
            let found = shape.coords().next().map_or_else(String::new, |at| format!("{} {}", at.x, at.y));
            remarks.push(Remark::PlanGeometryLeftOut { at: at.to_owned(), found: short(&found) });
        }
    }
    parts
}

fn is_ring(line: &LineString<f64>) -> bool {
    line.0.len() > 3 && line.is_closed()
}
