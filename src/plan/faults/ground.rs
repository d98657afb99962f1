//! Edges indexed by where they are: is a place inside, and how far is it from the edge?

use geo::{Coord, LineString, Polygon};
use rstar::primitives::{GeomWithData, Line};
use rstar::{AABB, PointDistance, RTree};

/// An edge with its ring and its number in it.
pub(super) type Edge = GeomWithData<Line<[f64; 2]>, (usize, usize)>;

/// The edges of rings.
pub(super) struct Ground {
    pub tree: RTree<Edge>,
    east: f64,
}

impl Ground {
    /// The edges of these rings; those without length are left out.
    pub fn of<'a>(rings: impl Iterator<Item = &'a LineString<f64>>) -> Self {
        let mut edges = Vec::new();
        let mut east = f64::NEG_INFINITY;
        for (ring, line) in rings.enumerate() {
            for (number, edge) in line.lines().filter(|edge| edge.start != edge.end).enumerate() {
                east = east.max(edge.start.x).max(edge.end.x);
                let ends = [[edge.start.x, edge.start.y], [edge.end.x, edge.end.y]];
                edges.push(GeomWithData::new(Line::new(ends[0], ends[1]), (ring, number)));
            }
        }
        Self { tree: RTree::bulk_load(edges), east }
    }

    /// The edges of areas.
    pub fn of_areas<'a>(areas: impl Iterator<Item = &'a Polygon<f64>>) -> Self {
        Self::of(areas.flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors())))
    }

    /// Whether an odd number of turns goes round the place. On an edge either answer may come.
    pub fn holds(&self, at: Coord<f64>) -> bool {
        if at.x > self.east {
            return false;
        }
        let ray = AABB::from_corners([at.x, at.y], [self.east, at.y]);
        let crossed = |edge: &&Edge| {
            let ([ax, ay], [bx, by]) = (edge.geom().from, edge.geom().to);
            (ay > at.y) != (by > at.y) && at.x < ax + (at.y - ay) / (by - ay) * (bx - ax)
        };
        self.tree.locate_in_envelope_intersecting(ray).filter(crossed).count() % 2 == 1
    }

    /// How far the place is from the nearest edge, metres; infinite where there is none.
    pub fn edge_away_m(&self, at: Coord<f64>) -> f64 {
        let nearest = self.tree.nearest_neighbor([at.x, at.y]);
        nearest.map_or(f64::INFINITY, |edge| edge.geom().distance_2(&[at.x, at.y]).sqrt())
    }

    /// How far outside the place is, metres; 0 inside.
    pub fn beyond_m(&self, at: Coord<f64>) -> f64 {
        if self.holds(at) { 0.0 } else { self.edge_away_m(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn inside_is_nought_and_outside_is_the_distance_to_the_edge() {
        let area = polygon![
            exterior: [(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)],
            interiors: [[(x: 4.0, y: 4.0), (x: 6.0, y: 4.0), (x: 6.0, y: 6.0), (x: 4.0, y: 6.0)]],
        ];
        let ground = Ground::of_areas([&area].into_iter());
        let beyond = |x: f64, y: f64| ground.beyond_m(Coord { x, y });
        assert_eq!([beyond(1.0, 1.0), beyond(5.0, 5.0), beyond(13.0, 14.0), beyond(-2.0, 5.0)], [0.0, 1.0, 5.0, 2.0]);
        assert_eq!(Ground::of_areas([].into_iter()).beyond_m(Coord { x: 0.0, y: 0.0 }), f64::INFINITY);
    }
}
