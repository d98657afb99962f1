//! One piece of geometry: an area with holes, a line or a point.

use geo::{BoundingRect, Coord, CoordsIter, Geometry, LineString, Point, Polygon, Rect};

use super::Other;

/// Coordinates beyond this are not metres of a map.
pub const MOST_M: f64 = 1e8;

/// Whether both numbers can be metres of a map.
#[must_use]
pub fn usable(at: Coord<f64>) -> bool {
    at.x.abs() <= MOST_M && at.y.abs() <= MOST_M
}

/// The form of a part, metres, x east and y north.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// An area; its rings are closed and may be wrong in every other way.
    Area(Polygon<f64>),
    /// A line.
    Line(LineString<f64>),
    /// A point.
    Point(Point<f64>),
}

/// One piece of the geometry of a plan or provision.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its form.
    pub shape: Shape,
    /// EPSG code of its coordinates where the file says it of this part; else it is the plan's.
    pub epsg: Option<u32>,
    /// Id of the area in the file, where areas are objects of their own.
    pub area: Option<String>,
    /// Members of the geometry without a field (NGP `geometri`).
    pub geometry_other: Other,
    /// Members beside the geometry without a field (NGP `geometrimetadata`).
    pub other: Other,
}

impl Part {
    /// A part that is this form and nothing else.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self { shape, epsg: None, area: None, geometry_other: Other::new(), other: Other::new() }
    }

    /// Its area; `None` for lines and points.
    #[must_use]
    pub fn polygon(&self) -> Option<&Polygon<f64>> {
        match &self.shape {
            Shape::Area(area) => Some(area),
            _ => None,
        }
    }

    /// Its line; `None` for areas and points.
    #[must_use]
    pub fn line(&self) -> Option<&LineString<f64>> {
        match &self.shape {
            Shape::Line(line) => Some(line),
            _ => None,
        }
    }
}

impl Shape {
    /// The same as a geometry.
    #[must_use]
    pub fn geometry(&self) -> Geometry<f64> {
        match self {
            Self::Area(area) => Geometry::Polygon(area.clone()),
            Self::Line(line) => Geometry::LineString(line.clone()),
            Self::Point(point) => Geometry::Point(*point),
        }
    }

    /// Every vertex; the last of a ring, which repeats the first, included.
    pub fn coords(&self) -> Box<dyn Iterator<Item = Coord<f64>> + '_> {
        match self {
            Self::Area(area) => Box::new(area.coords_iter()),
            Self::Line(line) => Box::new(line.coords_iter()),
            Self::Point(point) => Box::new(std::iter::once(point.0)),
        }
    }

    /// The box around it; `None` where it has no coordinates.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect<f64>> {
        match self {
            Self::Area(area) => area.bounding_rect(),
            Self::Line(line) => line.bounding_rect(),
            Self::Point(point) => Some(Rect::new(point.0, point.0)),
        }
    }

    /// Whether it has coordinates, and all are metres of a map.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let mut coords = self.coords().peekable();
        coords.peek().is_some() && coords.all(usable)
    }
}

/// An outline that is the same for two areas that are the same to the millimetre, whatever vertex and direction their rings
/// begin with and whatever order their holes come in.
pub type Outline = Vec<Vec<[i64; 2]>>;

/// The outline of an area, in whole millimetres. Cost O(n) but for the order of holes.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "metres of a map fit; others saturate, which is as good")]
pub fn outline(area: &Polygon<f64>) -> Outline {
    let ring = |ring: &LineString<f64>| {
        let at = |c: &Coord<f64>| [(c.x * 1000.0).round() as i64, (c.y * 1000.0).round() as i64];
        let mut corners: Vec<[i64; 2]> = ring.coords().map(at).collect();
        corners.dedup();
        if corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        let first = (0..corners.len()).min_by_key(|&index| corners[index]).unwrap_or(0);
        corners.rotate_left(first);
        if corners.len() > 2 && corners[corners.len() - 1] < corners[1] {
            corners[1..].reverse();
        }
        corners
    };
    let mut holes: Vec<_> = area.interiors().iter().map(ring).collect();
    holes.sort();
    std::iter::once(ring(area.exterior())).chain(holes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn an_outline_does_not_depend_on_where_a_ring_begins_nor_on_its_direction() {
        let square = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)];
        let turned = polygon![(x: 2.0, y: 2.0), (x: 2.0, y: 0.0), (x: 0.0002, y: 0.0), (x: 0.0, y: 2.0)];
        let other = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.1), (x: 0.0, y: 2.0)];
        assert_eq!(outline(&square), outline(&turned));
        assert_ne!(outline(&square), outline(&other));
    }

    #[test]
    fn what_is_no_place_on_a_map_is_not_usable() {
        let line = |x: f64| Shape::Line(LineString::from(vec![(0.0, 0.0), (x, 1.0)]));
        assert!(line(5.0).is_usable());
        for x in [f64::NAN, f64::INFINITY, 1e9] {
            assert!(!line(x).is_usable(), "{x}");
        }
        assert!(!Shape::Line(LineString::new(vec![])).is_usable());
    }
}
