//! The union of equal discs, drawn between the nodes of a lattice.
//!
//! Each node knows its distance to the nearest core point. The outline is the line where that distance equals the radius,
//! found by marching squares: in each square of four nodes it crosses the edges between a node inside and one outside.
//! Source: Lorensen & Cline (1987), SIGGRAPH, 163-169, in two dimensions; diagonal nodes inside count as connected.

use geo::{Area, BoundingRect, Coord, CoordsIter, Intersects, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use crate::analysis::Error;
use crate::analysis::dbscan::squared;

/// Lattice steps in a radius.
const STEPS: f64 = 8.0;

/// How much larger than the radius discs are drawn, so that straight pieces between crossings do not cut into them.
///
/// A crossing lies at most step²/8r inside the true circle (interpolation of a convex distance with curvature 1/r), a
/// chord of at most √2 steps at most step²/4r, and [`MARGIN`] moves a crossing by at most step/50: together
/// r · (3/8 · 1/64 + 1/400) = r · 0.0084, below 1/118.
const LARGER: f64 = 1.0 + 1.0 / 118.0;

/// How far a crossing stays from the nodes, in steps: rings then never meet in a node.
const MARGIN: f64 = 0.02;

/// Squares along a side of a tile.
const TILE: i64 = 32;

/// Nodes along a side of a tile.
const NODES: usize = TILE as usize + 1;

/// Lattice coordinates stay below this, where a double still resolves 2⁻¹⁰ of a step.
const MOST: f64 = (1_i64 << 43) as f64;

/// A lattice edge: its west or south node, and whether it runs north.
type EdgeId = (i64, i64, bool);

/// A piece of outline across one square, the inside on its left.
#[derive(Clone, Copy)]
struct Piece {
    from: EdgeId,
    to: EdgeId,
    start: Coord<f64>,
}

/// See [`super::around_cores`].
pub(super) fn union(cores: &[[f64; 2]], radius: f64) -> Result<MultiPolygon<f64>, Error> {
    let lattice = Lattice { step: radius / STEPS, level: radius * LARGER };
    if cores.iter().flatten().any(|coordinate| (coordinate / lattice.step).abs() >= MOST) {
        return Err(Error::PointsTooFarApart { length: radius.to_string() });
    }
    let mut cores: Vec<[f64; 2]> = cores.iter().map(|point| point.map(|coordinate| coordinate + 0.0)).collect();
    cores.par_sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    cores.dedup();
    let mut in_tile: Vec<(i64, i64, u32)> = Vec::with_capacity(cores.len() * 2);
    for (&core, index) in cores.iter().zip(0..) {
        let [columns, rows] = core.map(|coordinate| lattice.within_reach(coordinate));
        // A tile also owns the nodes on its far edges, which are the first of the next tile.
        let tiles = |(first, last): (i64, i64)| (first - 1).div_euclid(TILE)..=last.div_euclid(TILE);
        in_tile.extend(tiles(columns).flat_map(|east| tiles(rows).map(move |north| (east, north, index))));
    }
    in_tile.par_sort_unstable();
    let tiles: Vec<&[(i64, i64, u32)]> = in_tile.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let mut pieces: Vec<Piece> = tiles.par_iter().flat_map_iter(|tile| lattice.pieces(&cores, tile)).collect();
    pieces.par_sort_unstable_by_key(|piece| piece.from);
    Ok(assembled(rings(&pieces)))
}

/// The lattice and the distance at which the outline runs, in metres.
struct Lattice {
    step: f64,
    level: f64,
}

impl Lattice {
    /// First and last node along an axis whose distance to a core point can matter: those inside and their neighbours.
    fn within_reach(&self, coordinate: f64) -> (i64, i64) {
        let reach = self.level + self.step * 1.01;
        let (first, last) = ((coordinate - reach) / self.step, (coordinate + reach) / self.step);
        (first.ceil() as i64, last.floor() as i64)
    }

    /// Squared distance of each node of a tile to the nearest core point within reach; infinite where there is none.
    fn field(&self, cores: &[[f64; 2]], tile: &[(i64, i64, u32)]) -> Vec<f64> {
        let (west, south) = (tile[0].0 * TILE, tile[0].1 * TILE);
        let clip =
            |(first, last): (i64, i64), edge: i64| ((first - edge).max(0) as usize, (last - edge).clamp(-1, TILE) + 1);
        let mut field = vec![f64::INFINITY; NODES * NODES];
        for &(_, _, index) in tile {
            let core = cores[index as usize];
            let (from_column, to_column) = clip(self.within_reach(core[0]), west);
            let (from_row, to_row) = clip(self.within_reach(core[1]), south);
            for column in from_column..to_column as usize {
                let x = (west + column as i64) as f64 * self.step;
                for row in from_row..to_row as usize {
                    let y = (south + row as i64) as f64 * self.step;
                    let node = &mut field[column * NODES + row];
                    *node = node.min(squared([x, y], core));
                }
            }
        }
        field
    }

    /// The pieces of outline in the squares of a tile.
    fn pieces(&self, cores: &[[f64; 2]], tile: &[(i64, i64, u32)]) -> Vec<Piece> {
        let field = self.field(cores, tile);
        let mut pieces = Vec::new();
        for column in 0..NODES - 1 {
            for row in 0..NODES - 1 {
                let base = column * NODES + row;
                // Counter-clockwise from the south-west.
                let corners = [base, base + NODES, base + NODES + 1, base + 1].map(|node| field[node].sqrt());
                let inside = corners.map(|distance| distance <= self.level);
                if inside == [true; 4] || inside == [false; 4] {
                    continue;
                }
                let (x, y) = (tile[0].0 * TILE + column as i64, tile[0].1 * TILE + row as i64);
                // South, east, north, west; each between a corner and the next.
                let edges: [EdgeId; 4] = [(x, y, false), (x + 1, y, true), (x, y + 1, false), (x, y, true)];
                for side in 0..4 {
                    let leaves = |side: usize| inside[side] && !inside[(side + 1) % 4];
                    let enters = |side: usize| !inside[side] && inside[(side + 1) % 4];
                    if !leaves(side) {
                        continue;
                    }
                    let next = (1..4).map(|turn| (side + turn) % 4).find(|&other| enters(other));
                    let to = next.expect("a walk around the square that leaves the inside enters it again");
                    // Along the edge from its west or south node, whichever square asks.
                    let (first, second) = match side {
                        0 | 1 => (corners[side], corners[side + 1]),
                        _ => (corners[(side + 1) % 4], corners[side]),
                    };
                    let start = self.crossing(edges[side], first, second);
                    pieces.push(Piece { from: edges[side], to: edges[to], start });
                }
            }
        }
        pieces
    }

    /// Where the outline crosses an edge whose nodes have these distances.
    fn crossing(&self, (column, row, north): EdgeId, first: f64, second: f64) -> Coord<f64> {
        let along = ((self.level - first) / (second - first)).clamp(MARGIN, 1.0 - MARGIN);
        let (right, up) = if north { (0.0, along) } else { (along, 0.0) };
        Coord { x: (column as f64 + right) * self.step, y: (row as f64 + up) * self.step }
    }
}

/// Closed rings from pieces sorted by where they start. Every edge that is crossed starts one piece and ends another.
fn rings(pieces: &[Piece]) -> Vec<LineString<f64>> {
    let mut done = vec![false; pieces.len()];
    let mut rings = Vec::new();
    for start in 0..pieces.len() {
        let (mut ring, mut at) = (Vec::new(), start);
        while !done[at] {
            done[at] = true;
            ring.push(pieces[at].start);
            at = pieces.partition_point(|piece| piece.from < pieces[at].to);
        }
        if !ring.is_empty() {
            ring.push(pieces[start].start);
            rings.push(LineString(ring));
        }
    }
    rings
}

/// Polygons from rings that neither cross nor touch: counter-clockwise ones are outer, the others holes.
fn assembled(rings: Vec<LineString<f64>>) -> MultiPolygon<f64> {
    let alone = |ring: LineString<f64>| Polygon::new(ring, Vec::new());
    let (mut polygons, holes): (Vec<Polygon<f64>>, Vec<Polygon<f64>>) =
        rings.into_iter().map(alone).partition(|ring| ring.signed_area() > 0.0);
    let outer: Vec<_> =
        polygons.iter().map(|ring| (ring.clone(), ring.bounding_rect(), ring.unsigned_area())).collect();
    for hole in holes {
        let encloses = |&at: &usize| {
            let (ring, bounds, _) = &outer[at];
            let mut corners = hole.exterior_coords_iter();
            corners
                .next()
                .is_some_and(|corner| bounds.is_some_and(|b| b.intersects(&corner)) && ring.intersects(&corner))
        };
        let smallest = if outer.len() == 1 {
            Some(0)
        } else {
            (0..outer.len()).filter(encloses).min_by(|&a, &b| outer[a].2.total_cmp(&outer[b].2))
        };
        if let Some(at) = smallest {
            polygons[at].interiors_push(hole.into_inner().0);
        }
    }
    MultiPolygon(polygons)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{PI, TAU};

    use geo::{Contains, Point, Validation};
    use proptest::prelude::*;

    use super::super::{area_m2, around_cores};
    use super::*;
    use crate::domain::Metres;
    use crate::domain::random::Stream;

    fn shape(cores: &[[f64; 2]], radius: f64) -> MultiPolygon<f64> {
        let shape = around_cores(cores, Metres(radius)).expect("valid");
        assert!(shape.is_valid(), "{shape:?}");
        shape
    }

    /// Points on the circle of `radius` around `core`.
    fn circle(core: [f64; 2], radius: f64) -> impl Iterator<Item = Point> {
        (0..360).map(move |degree| {
            let angle = f64::from(degree) * TAU / 360.0;
            Point::new(core[0] + radius * angle.cos(), core[1] + radius * angle.sin())
        })
    }

    #[test]
    fn one_core_point_has_a_disc_that_is_at_most_a_sixtieth_too_large() {
        for core in [[0.0, 0.0], [580_003.3, 6_602_001.7], [-31.0, -0.4]] {
            let disc = shape(&[core, core], 50.0);
            assert_eq!(disc.0.len(), 1);
            assert!((60..=80).contains(&disc.0[0].exterior().0.len()), "{}", disc.0[0].exterior().0.len());
            assert!(circle(core, 50.0).all(|point| disc.contains(&point)));
            assert!(circle(core, 50.0 * (1.0 + 1.0 / 60.0)).all(|point| !disc.contains(&point)));
            assert!((area_m2(&disc) / (PI * 2500.0) - 1.0).abs() < 0.02, "{}", area_m2(&disc));
        }
    }

    #[test]
    fn a_ring_of_core_points_has_one_hole_that_runs_clockwise() {
        let cores: Vec<[f64; 2]> = circle([1000.0, 1000.0], 200.0).map(|point| [point.x(), point.y()]).collect();
        let ring = shape(&cores, 50.0);
        assert_eq!((ring.0.len(), ring.0[0].interiors().len()), (1, 1));
        assert!((area_m2(&ring) / (PI * (250.0_f64.powi(2) - 150.0_f64.powi(2))) - 1.0).abs() < 0.03);
        assert!(Polygon::new(ring.0[0].interiors()[0].clone(), vec![]).signed_area() < 0.0);
    }

    #[test]
    fn a_disc_in_the_hole_of_a_ring_is_a_polygon_of_its_own_and_a_ring_in_a_ring_keeps_its_hole() {
        let around = |radius: f64| circle([0.0, 0.0], radius).map(|point| [point.x(), point.y()]);
        let cores: Vec<[f64; 2]> = around(500.0).chain(around(200.0)).chain([[0.0, 0.0]]).collect();
        let rings = shape(&cores, 40.0);
        let mut holes: Vec<usize> = rings.iter().map(|polygon| polygon.interiors().len()).collect();
        holes.sort_unstable();
        assert_eq!(holes, [0, 1, 1]);
    }

    #[test]
    fn no_core_points_have_no_shape_and_a_radius_without_sense_is_refused() {
        assert_eq!(shape(&[], 50.0), MultiPolygon(vec![]));
        for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(around_cores(&[], Metres(radius)), Err(Error::OutOfRange { .. })));
        }
        assert!(matches!(around_cores(&[[1e15, 0.0]], Metres(0.01)), Err(Error::PointsTooFarApart { .. })));
    }

    #[test]
    fn order_and_copies_change_no_byte() {
        let mut stream = Stream::new(3, 0);
        let mut cores: Vec<[f64; 2]> =
            (0..3000).map(|_| [stream.between(0.0, 2000.0), stream.between(0.0, 2000.0)]).collect();
        let before = shape(&cores, 20.0);
        cores.reverse();
        cores.extend_from_within(0..500);
        assert_eq!(shape(&cores, 20.0), before);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn the_shape_is_valid_holds_every_disc_and_nothing_far_outside(
            cores in prop::collection::vec((0.0..400.0, 0.0..400.0).prop_map(|(x, y)| [x, y]), 1..40),
            radius in 5.0..80.0,
        ) {
            let shape = around_cores(&cores, Metres(radius)).expect("valid");
            prop_assert!(shape.is_valid());
            for &core in &cores {
                prop_assert!(circle(core, radius).all(|point| shape.contains(&point)));
            }
            // In a notch between discs the distance may rise and fall again by half a step between two nodes.
            for vertex in shape.coords_iter() {
                let nearest = cores.iter().map(|core| squared([vertex.x, vertex.y], *core)).fold(f64::INFINITY, f64::min);
                prop_assert!(nearest.sqrt() <= radius * (1.0 + 1.0 / 14.0), "{}", nearest.sqrt() / radius);
            }
        }
    }
}
