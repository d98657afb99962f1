//! Areas where a raster is at least as high as a level: marching squares, closed into polygons with holes.

use std::collections::BTreeMap;

use geo::{Area, BoundingRect, Contains, Coord, LineString, MultiPolygon, Point, Polygon};

use super::raster::Raster;

/// A border never comes nearer to a cell's middle than this share of a cell, so that rings never touch there.
const LEAST: f64 = 1e-6;

/// The sides of a square of four middles, counter-clockwise from the south.
#[derive(Clone, Copy)]
enum Side {
    South,
    East,
    North,
    West,
}

/// For each level the areas where the raster is at least that high.
///
/// Borders run between the middles of cells: across a line between two middles where linear interpolation meets the level,
/// straight from line to line. Where there is no number beside a middle (NaN, or the raster's end), the border runs along the
/// cell's edge, half a cell out, so that rings always close. Saddle rule: where two opposite corners of a square are high and
/// two low, the high ones are joined if the mean of the four is at least the level (three or fewer numbers: never).
///
/// - `levels`: any order; one multipolygon for each, empty where nothing is so high or the level is NaN
/// - rings are closed; exteriors run counter-clockwise, holes clockwise; coordinates are in the grid's CRS
/// - polygons come from the south, then the west, of where their ring was met first; no ring touches another
///
/// Deterministic. O(cells) for each level, and O(rings · points) to give holes their polygons.
///
/// Source: Lorensen & Cline (1987), SIGGRAPH Computer Graphics 21(4), 163-169, in the plane; the saddle rule is the mean
/// value one of Wyvill, `McPheeters` & Wyvill (1986), The Visual Computer 2, 227-234, in the plane.
#[must_use]
pub fn contours(raster: &Raster, levels: &[f64]) -> Vec<MultiPolygon<f64>> {
    levels.iter().map(|&level| above(raster, level)).collect()
}

fn above(raster: &Raster, level: f64) -> MultiPolygon<f64> {
    if raster.values.is_empty() || level.is_nan() {
        return MultiPolygon::new(Vec::new());
    }
    let (mut outer, mut holes) = (Vec::new(), Vec::new());
    for ring in rings(raster, level) {
        let polygon = Polygon::new(ring, Vec::new());
        if polygon.signed_area() > 0.0 { outer.push(polygon) } else { holes.push(polygon) }
    }
    let boxes: Vec<_> = outer.iter().map(BoundingRect::bounding_rect).collect();
    let sizes: Vec<f64> = outer.iter().map(Area::unsigned_area).collect();
    let mut inner = vec![Vec::new(); outer.len()];
    for hole in holes {
        let Some(Point(at)) = hole.exterior().points().next() else { continue };
        // The smallest exterior around it: rings never touch, so that one point of the hole decides.
        let around = (0..outer.len()).filter(|&index| {
            let within = boxes[index]
                .is_some_and(|b| (b.min().x..=b.max().x).contains(&at.x) && (b.min().y..=b.max().y).contains(&at.y));
            within && outer[index].contains(&Point(at))
        });
        if let Some(index) = around.min_by(|&a, &b| sizes[a].total_cmp(&sizes[b])) {
            inner[index].push(hole.into_inner().0);
        }
    }
    let close = |(polygon, holes): (Polygon<f64>, Vec<LineString<f64>>)| Polygon::new(polygon.into_inner().0, holes);
    MultiPolygon::new(outer.into_iter().zip(inner).map(close).collect())
}

/// A line between two neighbouring middles: the western or southern one's column and row, and whether it runs north.
type Crossing = (i64, i64, bool);

/// Closed rings with the high side on their left.
fn rings(raster: &Raster, level: f64) -> Vec<LineString<f64>> {
    let mut next: BTreeMap<Crossing, Crossing> = BTreeMap::new();
    let (columns, rows) = (i64::from(raster.columns), i64::from(raster.rows));
    let value = |column: i64, row: i64| {
        let inside = (0..columns).contains(&column) && (0..rows).contains(&row);
        inside.then(|| raster.values[(row * columns + column) as usize]).filter(|value| !value.is_nan())
    };
    for row in -1..rows {
        for column in -1..columns {
            let corners =
                [value(column, row), value(column + 1, row), value(column + 1, row + 1), value(column, row + 1)];
            let high = corners.map(|corner| corner.is_some_and(|corner| corner >= level));
            let joined = || corners.into_iter().sum::<Option<f64>>().is_some_and(|sum| sum * 0.25 >= level);
            let crossing = |side: Side| match side {
                Side::South => (row, column, false),
                Side::East => (row, column + 1, true),
                Side::North => (row + 1, column, false),
                Side::West => (row, column, true),
            };
            for (from, to) in segments(high, joined).into_iter().flatten() {
                next.insert(crossing(from), crossing(to));
            }
        }
    }
    let frame = raster.frame();
    let place = |(row, column, north): Crossing| {
        let (beside_column, beside_row) = if north { (column, row + 1) } else { (column + 1, row) };
        let share = match (value(column, row), value(beside_column, beside_row)) {
            (Some(a), Some(b)) => Some((level - a) / (b - a)).filter(|share| share.is_finite()),
            _ => None,
        };
        let share = share.unwrap_or(0.5).clamp(LEAST, 1.0 - LEAST) * raster.grid.side_m();
        let (x, y) = (frame.x(column), frame.y(row));
        if north { Coord { x, y: y + share } } else { Coord { x: x + share, y } }
    };
    let mut rings = Vec::new();
    while let Some((&start, _)) = next.first_key_value() {
        let mut ring = vec![place(start)];
        let mut at = start;
        while let Some(to) = next.remove(&at) {
            ring.push(place(to));
            at = to;
        }
        rings.push(LineString::new(ring));
    }
    rings
}

/// The border through a square, high corners on its left. Corners run counter-clockwise from the south-west.
fn segments(high: [bool; 4], joined: impl Fn() -> bool) -> [Option<(Side, Side)>; 2] {
    use Side::{East, North, South, West};
    let one = |from, to| [Some((from, to)), None];
    match high {
        [false, false, false, false] | [true, true, true, true] => [None, None],
        [true, false, false, false] => one(South, West),
        [false, true, false, false] => one(East, South),
        [false, false, true, false] => one(North, East),
        [false, false, false, true] => one(West, North),
        [true, true, false, false] => one(East, West),
        [false, true, true, false] => one(North, South),
        [false, false, true, true] => one(West, East),
        [true, false, false, true] => one(South, North),
        [false, true, true, true] => one(West, South),
        [true, false, true, true] => one(South, East),
        [true, true, false, true] => one(East, North),
        [true, true, true, false] => one(North, West),
        [true, false, true, false] if joined() => [Some((South, East)), Some((North, West))],
        [true, false, true, false] => [Some((South, West)), Some((North, East))],
        [false, true, false, true] if joined() => [Some((West, South)), Some((East, North))],
        [false, true, false, true] => [Some((East, South)), Some((West, North))],
    }
}

#[cfg(test)]
mod tests {
    use super::super::Frame;
    use super::*;
    use crate::domain::{Grid, Metres};

    fn raster(columns: u32, values: &[f64]) -> Raster {
        let grid = Grid::new(Metres(100.0)).expect("allowed");
        let rows = values.len() as u32 / columns.max(1);
        Raster::new(&Frame { grid, column0: 0, row0: 0, columns, rows }, values.to_vec())
    }

    #[test]
    fn one_high_cell_by_hand() {
        let values = [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0];
        let found = contours(&raster(3, &values), &[2.0, 3.0, 5.0, f64::NAN]);
        assert_eq!(found[0].0.len(), 1);
        let ring: Vec<(f64, f64)> = found[0].0[0].exterior().coords().map(|at| (at.x, at.y)).collect();
        assert_eq!(ring, [(150.0, 100.0), (200.0, 150.0), (150.0, 200.0), (100.0, 150.0), (150.0, 100.0)]);
        assert_eq!((found[0].unsigned_area(), found[1].unsigned_area()), (5000.0, 1250.0));
        assert!(found[2].0.is_empty() && found[3].0.is_empty());
    }

    #[test]
    fn a_single_cell_at_the_end_of_the_raster_is_closed_half_a_cell_out() {
        let found = contours(&raster(1, &[1.0]), &[0.5]);
        assert_eq!(found[0].unsigned_area(), 5000.0);
        assert!(contours(&raster(0, &[]), &[0.5])[0].0.is_empty());
    }

    #[test]
    fn a_low_cell_within_is_a_hole_and_an_island_in_it_is_its_own() {
        let mut values = vec![4.0; 49];
        for row in 1..6 {
            for column in 1..6 {
                values[row * 7 + column] = 0.0;
            }
        }
        values[24] = 4.0;
        let found = &contours(&raster(7, &values), &[2.0])[0];
        let holes: Vec<usize> = found.iter().map(|polygon| polygon.interiors().len()).collect();
        assert_eq!(holes, [1, 0]);
        assert_eq!(found.0[1].unsigned_area(), 5000.0);
    }

    #[test]
    fn a_saddle_is_joined_where_the_mean_is_high() {
        let saddle = [4.0, 0.0, 0.0, 4.0];
        assert_eq!(contours(&raster(2, &saddle), &[2.0])[0].0.len(), 1);
        assert_eq!(contours(&raster(2, &saddle), &[2.1])[0].0.len(), 2);
        let other = [0.0, 4.0, 4.0, 0.0];
        assert_eq!(contours(&raster(2, &other), &[2.0])[0].0.len(), 1);
        assert_eq!(contours(&raster(2, &other), &[2.1])[0].0.len(), 2);
    }
}
