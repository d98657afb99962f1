//! Well-known binary into geometry, safely: counts run out of bytes instead of memory, and nesting ends at two levels.
//!
//! Source: ISO 19125 and OGC 06-103r4 (ISO codes for Z and M), and the flags of `PostGIS`.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// Code of a point.
pub const POINT: u32 = 1;
/// Code of a line.
pub const LINE_STRING: u32 = 2;
/// Code of an area.
pub const POLYGON: u32 = 3;
const MULTI_POINT: u32 = 4;
/// Code of several lines.
pub const MULTI_LINE_STRING: u32 = 5;
/// Code of several areas.
pub const MULTI_POLYGON: u32 = 6;

/// The geometry: point, line, area or their multi-part forms; Z and M are dropped.
///
/// `None` where it is an empty point, damaged, or a collection or curve. Bytes after it are passed over.
#[must_use]
pub fn geometry_of(bytes: &[u8]) -> Option<Geometry<f64>> {
    Reader { bytes, little: true, extra: 0 }.geometry()
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Ordinates after x and y.
    extra: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*first)
    }

    fn whole(&mut self) -> Option<u32> {
        let bytes = self.take()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn number(&mut self) -> Option<f64> {
        let bytes = self.take()?;
        Some(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    fn head(&mut self) -> Option<u32> {
        self.little = self.take::<1>()?[0] == 1;
        let code = self.whole()?;
        // PostGIS and older GDAL flag Z, M and a leading SRS in the upper bits; ISO adds thousands.
        let flagged = usize::from(code & 0x8000_0000 != 0) + usize::from(code & 0x4000_0000 != 0);
        if code & 0x2000_0000 != 0 {
            self.whole()?;
        }
        let code = code & 0x1fff_ffff;
        self.extra = flagged
            + match code / 1000 {
                0 => 0,
                1 | 2 => 1,
                3 => 2,
                _ => return None,
            };
        Some(code % 1000)
    }

    fn coord(&mut self) -> Option<Coord<f64>> {
        let coord = Coord { x: self.number()?, y: self.number()? };
        for _ in 0..self.extra {
            self.number()?;
        }
        Some(coord)
    }

    /// `count` things; a damaged count runs out of bytes instead of memory.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.whole()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn coords(&mut self) -> Option<LineString<f64>> {
        self.list(Self::coord).map(LineString::new)
    }

    fn polygon(&mut self) -> Option<Polygon<f64>> {
        let mut rings = self.list(Self::coords)?.into_iter();
        let exterior = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Some(Polygon::new(exterior, rings.collect()))
    }

    fn part<T>(&mut self, kind: u32, one: impl Fn(&mut Self) -> Option<T>) -> Option<T> {
        (self.head()? == kind).then(|| one(self)).flatten()
    }

    fn geometry(&mut self) -> Option<Geometry<f64>> {
        Some(match self.head()? {
            POINT => {
                let coord = self.coord()?;
                if coord.x.is_nan() || coord.y.is_nan() {
                    return None;
                }
                Geometry::Point(Point(coord))
            }
            LINE_STRING => Geometry::LineString(self.coords()?),
            POLYGON => Geometry::Polygon(self.polygon()?),
            MULTI_POINT => {
                let points = self.list(|reader| reader.part(POINT, Self::coord))?;
                Geometry::MultiPoint(MultiPoint::new(points.into_iter().map(Point).collect()))
            }
            MULTI_LINE_STRING => Geometry::MultiLineString(MultiLineString::new(
                self.list(|reader| reader.part(LINE_STRING, Self::coords))?,
            )),
            MULTI_POLYGON => {
                Geometry::MultiPolygon(MultiPolygon::new(self.list(|reader| reader.part(POLYGON, Self::polygon))?))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_codes_and_postgis_flags_are_both_read() {
        let point = |code: u32, before: &[u8], ordinates: &[f64]| {
            let mut bytes = vec![1];
            bytes.extend(code.to_le_bytes());
            bytes.extend(before);
            bytes.extend(ordinates.iter().flat_map(|ordinate| ordinate.to_le_bytes()));
            geometry_of(&bytes)
        };
        let wanted = Some(Geometry::Point(Point::new(1.0, 2.0)));
        assert_eq!(point(1, &[], &[1.0, 2.0]), wanted);
        assert_eq!(point(3001, &[], &[1.0, 2.0, 3.0, 4.0]), wanted);
        assert_eq!(point(0xa000_0001, &[0xbe, 0x0b, 0, 0], &[1.0, 2.0, 3.0]), wanted);
        assert_eq!(point(1, &[], &[f64::NAN, f64::NAN]), None);
        assert_eq!(point(7, &[1, 0, 0, 0], &[]), None);
    }

    #[test]
    fn a_count_beyond_the_bytes_is_damage_and_takes_no_memory() {
        let mut bytes = vec![1];
        bytes.extend(LINE_STRING.to_le_bytes());
        bytes.extend(u32::MAX.to_le_bytes());
        assert_eq!(geometry_of(&bytes), None);
        assert_eq!(geometry_of(&[]), None);
    }
}
