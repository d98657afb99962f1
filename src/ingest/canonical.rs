//! How values of typed formats (Excel, `GeoPackage`, `GeoJSON`) become the text of a cell, and geometries a point.
//!
//! Whole numbers without decimals, other numbers as the shortest text that reads back to the same value, decimal point
//! always `.`; dates `2024-03-09`, points in time `2024-03-09T17:05:00`, times of day `17:05:00`.

use geo::{Centroid, CoordsIter};

/// The shortest text that reads back to the same number: `12`, `0.1`, `-3.25`. Never an exponent.
pub fn float(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

/// `17:05:09` from seconds since midnight; hours may pass 24.
pub fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The point that stands for a geometry, and whether it is a centroid. A multipoint of one point is that point. `None`
/// where the geometry is empty or has a coordinate that is no finite number.
pub fn representative(geometry: &geo::Geometry) -> Option<([f64; 2], bool)> {
    if !geometry.coords_iter().all(|coord| coord.x.is_finite() && coord.y.is_finite()) {
        return None;
    }
    let (point, centroid) = match geometry {
        geo::Geometry::Point(point) => (*point, false),
        geo::Geometry::MultiPoint(points) if points.0.len() == 1 => (points.0[0], false),
        other => (other.centroid()?, true),
    };
    (point.x().is_finite() && point.y().is_finite()).then_some(([point.x(), point.y()], centroid))
}

#[cfg(test)]
mod tests {
    use geo::{line_string, point, polygon};

    use super::*;

    #[test]
    fn numbers_are_written_as_short_as_they_read_back() {
        assert_eq!([float(12.0), float(-0.0), float(0.1), float(6_396_199.35)], ["12", "0", "0.1", "6396199.35"]);
        assert_eq!(float(1e21), "1000000000000000000000");
    }

    #[test]
    fn a_clock_counts_past_a_day() {
        assert_eq!([clock(0), clock(61_509), clock(90_000)], ["00:00:00", "17:05:09", "25:00:00"]);
    }

    #[test]
    fn a_point_is_itself_and_the_rest_have_centroids() {
        let square = polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)];
        assert_eq!(representative(&point!(x: 1.0, y: 2.0).into()), Some(([1.0, 2.0], false)));
        assert_eq!(representative(&square.into()), Some(([1.0, 1.0], true)));
        let line = line_string![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0)];
        assert_eq!(representative(&line.into()), Some(([2.0, 0.0], true)));
        let one = geo::MultiPoint(vec![point!(x: 1.0, y: 2.0)]);
        assert_eq!(representative(&one.into()), Some(([1.0, 2.0], false)));
    }

    #[test]
    fn an_empty_or_endless_geometry_has_no_point() {
        assert_eq!(representative(&point!(x: f64::NAN, y: 2.0).into()), None);
        assert_eq!(representative(&point!(x: 1.0, y: f64::INFINITY).into()), None);
        assert_eq!(representative(&geo::MultiPoint::<f64>(vec![]).into()), None);
        let line = line_string![(x: 0.0, y: f64::NAN), (x: 4.0, y: 0.0)];
        assert_eq!(representative(&line.into()), None);
    }
}
