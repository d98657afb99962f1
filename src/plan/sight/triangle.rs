//! Sight triangles: what stands too high in the triangle that must be clear where two streets meet, or at a drive.

use geo::{LineString, Polygon};

use super::outline::{Ends, Place, place_in};
use super::scene::Scene;
use super::{Error, cross, dot, minus, on_map, within};
use crate::domain::{Bbox, Metres};

/// How near to a border something is taken to be on it, metres.
const ON_BORDER_M: f64 = 0.01;

/// A triangle at a corner that is to be clear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SightTriangle {
    /// The corner, then the ends of the legs, counterclockwise, metres.
    pub corners: [[f64; 2]; 3],
}

impl SightTriangle {
    /// As a polygon on the map.
    #[must_use]
    pub fn polygon(&self) -> Polygon<f64> {
        Polygon::new(LineString::from(self.corners.to_vec()), Vec::new())
    }

    /// The part of a line inside, when all sides are moved outwards by this much; `None` for less than 1 cm.
    fn part(&self, [a, b]: Ends, outwards: f64) -> Option<Ends> {
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        let along = minus(b, a);
        for index in 0..3 {
            let (start, end) = (self.corners[index], self.corners[(index + 1) % 3]);
            let side = minus(end, start);
            let least = -outwards * dot(side, side).sqrt();
            let (at_a, slope) = (cross(side, minus(a, start)) - least, cross(side, along));
            if slope == 0.0 {
                if at_a < 0.0 {
                    return None;
                }
            } else if slope > 0.0 {
                from = from.max(-at_a / slope);
            } else {
                to = to.min(-at_a / slope);
            }
        }
        let length = dot(along, along).sqrt();
        let at = |share: f64| [a[0] + share * along[0], a[1] + share * along[1]];
        ((to - from) * length >= ON_BORDER_M).then(|| [at(from), at(to)])
    }
}

/// The triangle between a corner and two legs.
///
/// - `corner`: where the edges of the two streets meet, metres
/// - `along`: a place on each of the two edges, which gives its direction
/// - `legs`: how far along each, 0.1 to 1 000 m: often 10 m and 10 m at a corner, 2.5 m at a drive
///
/// # Errors
/// `PlaceNotUsable`, `SightLengthOutOfRange`; `NoCorner` where the edges run along one line or a direction is missing.
pub fn sight_triangle(corner: [f64; 2], along: [[f64; 2]; 2], legs: [Metres; 2]) -> Result<SightTriangle, Error> {
    for [x, y] in [corner, along[0], along[1]] {
        if !on_map([x, y]) {
            return Err(Error::PlaceNotUsable { x: x.to_string(), y: y.to_string() });
        }
    }
    let mut ends = [corner; 2];
    for ((end, along), leg) in ends.iter_mut().zip(along).zip(legs) {
        let leg = within(leg.0, 0.1..=1_000.0)?;
        let direction = minus(along, corner);
        let length = dot(direction, direction).sqrt();
        if length == 0.0 {
            return Err(Error::NoCorner);
        }
        *end = [corner[0] + direction[0] / length * leg, corner[1] + direction[1] / length * leg];
    }
    let [a, b] = ends;
    let area = cross(minus(a, corner), minus(b, corner));
    // Less than about a twentieth of a degree is no corner.
    if area.abs() < 1e-3 * legs[0].0 * legs[1].0 {
        return Err(Error::NoCorner);
    }
    Ok(SightTriangle { corners: if area > 0.0 { [corner, a, b] } else { [corner, b, a] } })
}

/// An obstacle in a sight triangle.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstruction {
    /// The obstacle, as a number in the input from 0.
    pub obstacle: u32,
    /// Its top above the ground, metres; `None` where unknown.
    pub top_m: Option<f64>,
    /// Its edges as far as they are inside, metres; none where a building covers the whole triangle.
    pub lines: Vec<[[f64; 2]; 2]>,
}

/// The obstacles higher than `over` that stand in a sight triangle.
///
/// - `over`: height above the ground that is allowed, metres; an unknown height is too high
/// - returns them in the order of their numbers
///
/// A wall or hedge counts with at least 1 cm of its length inside or within 1 cm of the border, which is where hedges are
/// planted; a building only by what is more than 1 cm inside, so that one outside may stand at the border. Cost
/// O(log m + k) for k edges near.
///
/// # Errors
/// `SightLengthOutOfRange` where the height is not between 0 and 100 m.
pub fn in_triangle(scene: &Scene, triangle: &SightTriangle, over: Metres) -> Result<Vec<Obstruction>, Error> {
    let over = within(over.0, 0.0..=100.0)?;
    let around = Bbox::around(triangle.corners).grown(ON_BORDER_M);
    let mut found: Vec<(u32, Option<Ends>)> = Vec::new();
    for index in scene.edges_in(&around) {
        let edge = scene.edges[index as usize];
        let body = &scene.bodies[edge.body as usize];
        let outwards = if body.solid { -ON_BORDER_M } else { ON_BORDER_M };
        if body.top > over
            && let Some(part) = triangle.part(edge.ends, outwards)
        {
            found.push((edge.body, Some(part)));
        }
    }
    let [a, b, c] = triangle.corners;
    let middle = [(a[0] + b[0] + c[0]) / 3.0, (a[1] + b[1] + c[1]) / 3.0];
    for body in scene.solids_in(&around) {
        let inside = place_in(scene.edges_of(body).iter().map(|edge| edge.ends), middle) == Place::Inside;
        if inside && scene.bodies[body as usize].top > over {
            found.push((body, None));
        }
    }
    found.sort_by_key(|(body, _)| scene.bodies[*body as usize].number);
    let obstruction = |parts: &[(u32, Option<Ends>)]| {
        let body = &scene.bodies[parts[0].0 as usize];
        let lines = parts.iter().filter_map(|(_, part)| *part).collect();
        Obstruction { obstacle: body.number, top_m: body.top.is_finite().then_some(body.top), lines }
    };
    Ok(found.chunk_by(|a, b| a.0 == b.0).map(obstruction).collect())
}

#[cfg(test)]
mod tests {
    use super::super::hand::{rectangle, scene, wall};
    use super::*;

    fn corner() -> SightTriangle {
        sight_triangle([0.0, 0.0], [[0.0, 5.0], [30.0, 0.0]], [Metres(10.0), Metres(10.0)]).expect("a corner")
    }

    fn found(obstacle: super::super::Obstacle) -> Option<f64> {
        let found = in_triangle(&scene(&[obstacle]), &corner(), Metres(0.8)).expect("usable");
        let length = |[a, b]: &Ends| dot(minus(*b, *a), minus(*b, *a)).sqrt();
        found.first().map(|found| found.lines.iter().map(length).sum())
    }

    #[test]
    fn the_legs_run_along_the_streets_whatever_their_order() {
        assert_eq!(corner().corners, [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]]);
        assert_eq!(geo::Area::signed_area(&corner().polygon()), 50.0);
    }

    #[test]
    fn a_hedge_counts_by_its_height_and_by_what_is_inside() {
        let hedge = |top| wall(&[[-5.0, 4.0], [20.0, 4.0]], top);
        // At y = 4 the triangle is 6 m wide, and 1 cm more on either side, 1 cm · √2 on the long one.
        let inside = found(hedge(Some(0.9))).expect("too high");
        assert!((inside - (6.0 + 0.01 + 0.01 * 2.0_f64.sqrt())).abs() < 1e-9, "{inside}");
        assert_eq!(found(hedge(Some(0.8))), None);
        assert!(found(hedge(None)).is_some());
        assert!(found(wall(&[[0.0, 0.0], [8.0, 0.0]], None)).is_some(), "planted on the border");
        assert_eq!(found(wall(&[[0.0, -0.5], [8.0, -0.5]], None)), None);
    }

    #[test]
    fn a_building_at_the_border_is_outside_and_one_over_it_all_is_found() {
        assert_eq!(found(rectangle([0.0, -10.0, 10.0, 0.0], None)), None);
        assert!(found(rectangle([0.0, -10.0, 10.0, 0.5], None)).is_some());
        assert_eq!(found(rectangle([-50.0, -50.0, 50.0, 50.0], None)), Some(0.0));
    }

    #[test]
    fn what_is_no_corner_is_refused() {
        let triangle = |a, b, leg| sight_triangle([0.0, 0.0], [a, b], [Metres(leg), Metres(10.0)]);
        assert_eq!(triangle([1.0, 0.0], [-3.0, 0.0], 10.0), Err(Error::NoCorner));
        assert_eq!(triangle([1.0, 0.0], [0.0, 0.0], 10.0), Err(Error::NoCorner));
        assert!(matches!(triangle([1.0, 0.0], [0.0, 1.0], f64::NAN), Err(Error::SightLengthOutOfRange { .. })));
        assert!(matches!(triangle([f64::NAN, 0.0], [0.0, 1.0], 10.0), Err(Error::PlaceNotUsable { .. })));
    }
}
