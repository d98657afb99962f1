//! Where edges of one area cross each other or run along each other.

use geo::Coord;
use geo::kernels::{Kernel, Orientation, RobustKernel};
use rstar::RTreeObject;

use super::ground::{Edge, Ground};
use super::{Budget, MOST_PLACES};

/// Up to [`MOST_PLACES`] places where edges cross or lie on each other, found through the index. Edges that only share an end, or
/// of which one ends on the other, do neither. `None` where the budget did not hold.
pub(super) fn crossings(ground: &Ground, budget: &mut Budget) -> Option<Vec<Coord<f64>>> {
    let mut places = Vec::new();
    for edge in &ground.tree {
        for other in ground.tree.locate_in_envelope_intersecting(edge.envelope()) {
            if !Budget::take(&mut budget.pairs, 1) {
                return None;
            }
            if other.data > edge.data
                && let Some(place) = meet(edge, other)
            {
                places.push(place);
                if places.len() == MOST_PLACES {
                    return Some(places);
                }
            }
        }
    }
    Some(places)
}

/// Where two edges cross properly, or the middle of what they share.
fn meet(one: &Edge, other: &Edge) -> Option<Coord<f64>> {
    let coord = |[x, y]: [f64; 2]| Coord { x, y };
    let (a, b) = (coord(one.geom().from), coord(one.geom().to));
    let (c, d) = (coord(other.geom().from), coord(other.geom().to));
    let side = |from, to, at| RobustKernel::orient2d(from, to, at);
    let (ca, cb) = (side(c, d, a), side(c, d, b));
    let (ac, ad) = (side(a, b, c), side(a, b, d));
    let flat = Orientation::Collinear;
    if [ca, cb, ac, ad].iter().all(|side| *side == flat) {
        return shared(a, b, c, d);
    }
    if [ca, cb, ac, ad].contains(&flat) || ca == cb || ac == ad {
        return None;
    }
    let cross = |p: Coord<f64>, q: Coord<f64>| p.x * q.y - p.y * q.x;
    let along = cross(c - a, d - c) / cross(b - a, d - c);
    let place = a + (b - a) * along;
    // Nearly parallel edges may leave no digits; their end is as good a place.
    Some(if place.x.is_finite() && place.y.is_finite() { place } else { a })
}

/// The middle of what two edges on one line share, if that has length.
fn shared(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> Option<Coord<f64>> {
    let key = |at: &Coord<f64>| (at.x, at.y);
    let order = |p: Coord<f64>, q: Coord<f64>| if key(&p) <= key(&q) { (p, q) } else { (q, p) };
    let ((a, b), (c, d)) = (order(a, b), order(c, d));
    let low = if key(&a) >= key(&c) { a } else { c };
    let high = if key(&b) <= key(&d) { b } else { d };
    (key(&low) < key(&high)).then(|| (low + high) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::LineString;

    fn found(points: &[(f64, f64)]) -> usize {
        let line = LineString::from(points.to_vec());
        crossings(&Ground::of([&line].into_iter()), &mut Budget::full()).expect("small").len()
    }

    #[test]
    fn edges_that_cross_or_run_back_are_found_and_those_that_touch_are_not() {
        assert_eq!(found(&[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0), (0.0, 0.0)]), 0);
        assert_eq!(found(&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]), 1);
        assert_eq!(found(&[(0.0, 0.0), (4.0, 0.0), (4.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]), 0, "touches");
        assert_eq!(found(&[(0.0, 0.0), (4.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 0.0)]), 1, "a spike");
    }

    #[test]
    fn a_budget_that_does_not_hold_is_said() {
        let line = LineString::from(vec![(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 0.0)]);
        let mut budget = Budget { pairs: 3, vertices: 0 };
        assert!(crossings(&Ground::of([&line].into_iter()), &mut budget).is_none());
    }
}
