//! Geometry blobs of a GeoPackage: a header with SRS and envelope, then well-known binary.
//!
//! Source: OGC 12-128r18, clause 2.1.3, and ISO well-known binary. Written little-endian, in two dimensions; points
//! without an envelope, everything else with one. Read in either byte order, with or without envelope, Z and M.

use geo::{BoundingRect, Coord, Geometry, LineString, Polygon};

use crate::domain::wkb::{self, LINE_STRING, MULTI_LINE_STRING, MULTI_POLYGON, POINT, POLYGON};
use crate::domain::{Bbox, GeometryKind};

/// Length of a point's blob in bytes: header 8, well-known binary 21.
pub const POINT_LENGTH: usize = 29;

/// The blob of a point. `srs` is the row in `gpkg_spatial_ref_sys`, for us the EPSG code.
#[must_use]
pub fn point_blob(srs: i32, x: f64, y: f64) -> [u8; POINT_LENGTH] {
    let mut blob = [0; POINT_LENGTH];
    blob[..4].copy_from_slice(b"GP\x00\x01");
    blob[4..8].copy_from_slice(&srs.to_le_bytes());
    blob[8] = 1;
    blob[9..13].copy_from_slice(&POINT.to_le_bytes());
    blob[13..21].copy_from_slice(&x.to_le_bytes());
    blob[21..29].copy_from_slice(&y.to_le_bytes());
    blob
}

/// The place of a point's blob. `None` where it is empty, another geometry or no blob of a GeoPackage.
#[must_use]
pub fn point_of(blob: &[u8]) -> Option<[f64; 2]> {
    if blob.len() == POINT_LENGTH && blob.starts_with(b"GP\x00\x01") && blob[8..13] == [1, 1, 0, 0, 0] {
        let number = |at: usize| Some(f64::from_le_bytes(blob.get(at..at + 8)?.try_into().ok()?));
        let (x, y) = (number(13)?, number(21)?);
        return (!x.is_nan() && !y.is_nan()).then_some([x, y]);
    }
    match geometry_of(blob)? {
        Geometry::Point(point) => Some([point.x(), point.y()]),
        _ => None,
    }
}

/// The blob of a shape, made the multi-part geometry of its kind: a `Polygon` becomes a `MultiPolygon`.
///
/// `None` where the shape is not of that kind. A shape without any point gives an empty geometry.
#[must_use]
pub fn shape_blob(srs: i32, kind: GeometryKind, shape: &Geometry<f64>) -> Option<Vec<u8>> {
    let mut wkb = Vec::new();
    match (kind, shape) {
        (GeometryKind::Point, Geometry::Point(point)) => return Some(point_blob(srs, point.x(), point.y()).to_vec()),
        (GeometryKind::Line, Geometry::MultiLineString(lines)) => write_lines(&mut wkb, &lines.0),
        (GeometryKind::Line, Geometry::LineString(line)) => write_lines(&mut wkb, std::slice::from_ref(line)),
        (GeometryKind::Line, Geometry::Line(line)) => write_lines(&mut wkb, &[LineString::from(*line)]),
        (GeometryKind::Area, Geometry::MultiPolygon(areas)) => write_areas(&mut wkb, &areas.0),
        (GeometryKind::Area, Geometry::Polygon(area)) => write_areas(&mut wkb, std::slice::from_ref(area)),
        (GeometryKind::Area, Geometry::Rect(rect)) => write_areas(&mut wkb, &[rect.to_polygon()]),
        (GeometryKind::Area, Geometry::Triangle(triangle)) => write_areas(&mut wkb, &[triangle.to_polygon()]),
        _ => return None,
    }
    let mut blob = Vec::with_capacity(40 + wkb.len());
    if let Some(rect) = shape.bounding_rect() {
        blob.extend_from_slice(b"GP\x00\x03");
        blob.extend_from_slice(&srs.to_le_bytes());
        for bound in [rect.min().x, rect.max().x, rect.min().y, rect.max().y] {
            blob.extend_from_slice(&bound.to_le_bytes());
        }
    } else {
        blob.extend_from_slice(b"GP\x00\x11");
        blob.extend_from_slice(&srs.to_le_bytes());
    }
    blob.extend_from_slice(&wkb);
    Some(blob)
}

fn write_head(wkb: &mut Vec<u8>, kind: u32, count: usize) {
    wkb.push(1);
    wkb.extend_from_slice(&kind.to_le_bytes());
    write_count(wkb, count);
}

fn write_count(wkb: &mut Vec<u8>, count: usize) {
    let count = u32::try_from(count).expect("a geometry with 4 000 million parts does not fit in memory");
    wkb.extend_from_slice(&count.to_le_bytes());
}

fn write_coords(wkb: &mut Vec<u8>, coords: &[Coord<f64>]) {
    write_count(wkb, coords.len());
    for coord in coords {
        wkb.extend_from_slice(&coord.x.to_le_bytes());
        wkb.extend_from_slice(&coord.y.to_le_bytes());
    }
}

fn write_lines(wkb: &mut Vec<u8>, lines: &[LineString<f64>]) {
    write_head(wkb, MULTI_LINE_STRING, lines.len());
    for line in lines {
        wkb.push(1);
        wkb.extend_from_slice(&LINE_STRING.to_le_bytes());
        write_coords(wkb, &line.0);
    }
}

fn write_areas(wkb: &mut Vec<u8>, areas: &[Polygon<f64>]) {
    write_head(wkb, MULTI_POLYGON, areas.len());
    for area in areas {
        let rings = if area.exterior().0.is_empty() { 0 } else { 1 + area.interiors().len() };
        write_head(wkb, POLYGON, rings);
        for ring in std::iter::once(area.exterior()).chain(area.interiors()).take(rings) {
            write_coords(wkb, &ring.0);
        }
    }
}

/// The geometry of a blob: point, line, area or their multi-part forms; Z and M are dropped.
///
/// `None` where the blob is empty, damaged, a collection, or none of a GeoPackage.
#[must_use]
pub fn geometry_of(blob: &[u8]) -> Option<Geometry<f64>> {
    wkb::geometry_of(blob.get(wkb_start(blob)?..)?)
}

/// The box around a blob's geometry: from the envelope where there is one. `None` where empty or damaged.
#[must_use]
pub fn bounds_of(blob: &[u8]) -> Option<Bbox> {
    let start = wkb_start(blob)?;
    let flags = blob[3];
    if flags & 0x10 != 0 {
        return None;
    }
    if (flags >> 1) & 7 != 0 && start >= 40 {
        let little = flags & 1 == 1;
        let bound = |side: usize| {
            let bytes = blob.get(8 + 8 * side..16 + 8 * side)?.try_into().ok()?;
            Some(if little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
        };
        let (min_x, max_x, min_y, max_y) = (bound(0)?, bound(1)?, bound(2)?, bound(3)?);
        return (min_x <= max_x && min_y <= max_y).then_some(Bbox { min_x, min_y, max_x, max_y });
    }
    if let Some([x, y]) = point_of(blob) {
        return Some(Bbox { min_x: x, min_y: y, max_x: x, max_y: y });
    }
    let rect = geometry_of(blob)?.bounding_rect()?;
    Some(Bbox { min_x: rect.min().x, min_y: rect.min().y, max_x: rect.max().x, max_y: rect.max().y })
}

/// Whether the blob holds no place: flagged empty, without coordinates, or no geometry at all.
#[must_use]
pub fn is_empty(blob: &[u8]) -> bool {
    bounds_of(blob).is_none()
}

/// The well-known binary within a blob; `None` where it is no blob of a GeoPackage.
#[must_use]
pub fn wkb_of(blob: &[u8]) -> Option<&[u8]> {
    blob.get(wkb_start(blob)?..)
}

/// Where the well-known binary begins.
fn wkb_start(blob: &[u8]) -> Option<usize> {
    let flags = *blob.get(3)?;
    if !blob.starts_with(b"GP") {
        return None;
    }
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    (blob.len() > 8 + envelope).then_some(8 + envelope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{MultiLineString, MultiPolygon, line_string, polygon};

    #[test]
    fn a_point_is_the_29_bytes_that_the_standard_says() {
        let blob = point_blob(3006, 1.0, -2.0);
        assert_eq!(&blob[..13], &[b'G', b'P', 0, 1, 0xbe, 0x0b, 0, 0, 1, 1, 0, 0, 0]);
        assert_eq!(point_of(&blob), Some([1.0, -2.0]));
        assert_eq!(bounds_of(&blob), Some(Bbox { min_x: 1.0, min_y: -2.0, max_x: 1.0, max_y: -2.0 }));
        assert_eq!(point_of(&point_blob(3006, f64::NAN, f64::NAN)), None);
    }

    #[test]
    fn a_polygon_with_a_hole_comes_back_as_a_multipolygon() {
        let area = polygon!(exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0)],
            interiors: [[(x: 5.0, y: 1.0), (x: 6.0, y: 1.0), (x: 6.0, y: 2.0)]]);
        let blob = shape_blob(3006, GeometryKind::Area, &Geometry::Polygon(area.clone())).expect("an area");
        assert_eq!(geometry_of(&blob), Some(Geometry::MultiPolygon(MultiPolygon::new(vec![area]))));
        assert_eq!(bounds_of(&blob), Some(Bbox { min_x: 0.0, min_y: 0.0, max_x: 9.0, max_y: 9.0 }));
        assert_eq!(point_of(&blob), None);
    }

    #[test]
    fn a_line_comes_back_as_a_multilinestring() {
        let line = line_string![(x: 0.0, y: 0.0), (x: 3.0, y: 4.0)];
        let blob = shape_blob(3006, GeometryKind::Line, &Geometry::LineString(line.clone())).expect("a line");
        assert_eq!(geometry_of(&blob), Some(Geometry::MultiLineString(MultiLineString::new(vec![line.clone()]))));
        assert_eq!(shape_blob(3006, GeometryKind::Area, &Geometry::LineString(line)), None);
    }

    #[test]
    fn an_area_without_points_is_empty_and_is_flagged_so() {
        let blob =
            shape_blob(3006, GeometryKind::Area, &Geometry::MultiPolygon(MultiPolygon::new(vec![]))).expect("empty");
        assert_eq!(blob[3] & 0x10, 0x10);
        assert!(is_empty(&blob));
        assert_eq!(geometry_of(&blob), Some(Geometry::MultiPolygon(MultiPolygon::new(vec![]))));
    }

    #[test]
    fn big_endian_and_three_dimensions_are_read() {
        let mut blob = b"GP\x00\x00".to_vec();
        blob.extend_from_slice(&3006_i32.to_be_bytes());
        blob.push(0);
        blob.extend_from_slice(&1001_u32.to_be_bytes());
        for ordinate in [5.0_f64, 6.0, 7.0] {
            blob.extend_from_slice(&ordinate.to_be_bytes());
        }
        assert_eq!(point_of(&blob), Some([5.0, 6.0]));
    }

    #[test]
    fn damaged_bytes_are_no_geometry_and_never_a_panic() {
        let area = polygon![(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0)];
        let whole = shape_blob(3006, GeometryKind::Area, &Geometry::Polygon(area)).expect("an area");
        for length in 0..whole.len() {
            assert_eq!(geometry_of(&whole[..length]), None, "{length} bytes");
        }
        let mut huge = whole;
        huge[45..49].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(geometry_of(&huge), None);
        assert_eq!(geometry_of(b"not a blob at all, is it"), None);
    }
}
