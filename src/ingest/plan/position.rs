//! Coordinates to shapes: what cannot be a place on a map is left out and told.

use geo::{Coord, LineString, Point, Polygon};
use serde_json::Value as Json;

use super::members::short;
use crate::plan::model::{Remark, Shape, usable};

/// Places closer than this are one: a millimetre is finer than any plan is drawn.
pub(super) const SAME_M: f64 = 0.001;

/// The shapes of a `GeoJSON` geometry whose coordinates are metres, east first: one, or each part of a multigeometry.
/// `at` is what a remark names.
pub(super) fn shapes(geometry: &Json, at: &str, remarks: &mut Vec<Remark>) -> Vec<Shape> {
    let coordinates = &geometry["coordinates"];
    let sort = geometry["type"].as_str().unwrap_or_default();
    let many = || coordinates.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut reader = Reader { at, remarks, heights: false };
    let found: Vec<Option<Shape>> = match sort {
        "Polygon" => vec![reader.area(coordinates)],
        "LineString" => vec![reader.line(coordinates).map(Shape::Line)],
        "Point" => vec![reader.coord(coordinates).map(|at| Shape::Point(Point(at)))],
        "MultiPolygon" => many().iter().map(|one| reader.area(one)).collect(),
        "MultiLineString" => many().iter().map(|one| reader.line(one).map(Shape::Line)).collect(),
        "MultiPoint" => many().iter().map(|one| reader.coord(one).map(|at| Shape::Point(Point(at)))).collect(),
        _ => vec![None],
    };
    let heights = reader.heights;
    if heights {
        remarks.push(Remark::PlanHeightsLeftOut { at: at.to_owned() });
    }
    for _ in found.iter().filter(|shape| shape.is_none()) {
        remarks.push(Remark::PlanGeometryLeftOut { at: at.to_owned(), found: short(&geometry.to_string()) });
    }
    found.into_iter().flatten().collect()
}

struct Reader<'a, 'r> {
    at: &'a str,
    remarks: &'r mut Vec<Remark>,
    heights: bool,
}

impl Reader<'_, '_> {
    fn coord(&mut self, value: &Json) -> Option<Coord<f64>> {
        let numbers = value.as_array()?;
        let at = Coord { x: numbers.first()?.as_f64()?, y: numbers.get(1)?.as_f64()? };
        self.heights |= numbers.len() > 2;
        usable(at).then_some(at)
    }

    fn line(&mut self, value: &Json) -> Option<LineString<f64>> {
        let line: Option<Vec<Coord<f64>>> = value.as_array()?.iter().map(|one| self.coord(one)).collect();
        line.filter(|line| !line.is_empty()).map(LineString::new)
    }

    fn area(&mut self, value: &Json) -> Option<Shape> {
        let rings: Option<Vec<LineString<f64>>> = value.as_array()?.iter().map(|one| self.line(one)).collect();
        let mut rings = rings?.into_iter();
        let outer = rings.next()?;
        Some(Shape::Area(area(outer, rings.collect(), self.at, self.remarks)))
    }
}

/// An area of these rings, each closed; one whose ends lie apart is told.
pub(super) fn area(
    outer: LineString<f64>,
    holes: Vec<LineString<f64>>,
    at: &str,
    remarks: &mut Vec<Remark>,
) -> Polygon<f64> {
    for ring in std::iter::once(&outer).chain(&holes) {
        tell_if_open(ring, at, remarks);
    }
    Polygon::new(outer, holes)
}

/// Tells of a ring whose ends lie apart.
pub(super) fn tell_if_open(ring: &LineString<f64>, at: &str, remarks: &mut Vec<Remark>) {
    if let (Some(first), Some(last)) = (ring.0.first(), ring.0.last()) {
        let apart = (first.x - last.x).hypot(first.y - last.y);
        if apart > SAME_M {
            remarks.push(Remark::PlanRingNotClosed { at: at.to_owned(), apart_m: format!("{apart:.2}") });
        }
    }
}
