//! All that is seen from a viewpoint: its visibility polygon.

use geo::{Coord, LineString, Polygon};

use super::envelope::{Envelope, Ray, facing};
use super::outline::Place;
use super::scene::Scene;
use super::{Error, Eye, cross, dot, minus, nearest_to_origin, within};
use crate::domain::{Bbox, Metres};

/// How far the drawn polygon may be inside the circle of its reach, metres.
const SAGITTA_M: f64 = 0.01;

/// A piece of the border of what is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// Where it begins, relative to the viewpoint, metres.
    pub from: [f64; 2],
    /// Where it ends, counterclockwise of that.
    pub to: [f64; 2],
    /// The obstacle that ends the view here, as a number in the input from 0; `None` for an arc of the reach's circle.
    pub obstacle: Option<u32>,
}

/// What is seen from a viewpoint: a star around it.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The viewpoint, metres.
    pub from: [f64; 2],
    /// How far it is looked, metres.
    pub reach_m: f64,
    /// Its border, counterclockwise from east and without gaps; empty where nothing is seen.
    pub borders: Vec<Border>,
}

impl View {
    /// Area seen, square metres, with the arcs as arcs.
    pub fn area_m2(&self) -> f64 {
        let double = |border: &Border| match border.obstacle {
            Some(_) => cross(border.from, border.to),
            None => self.reach_m * self.reach_m * turn(border.from, border.to),
        };
        self.borders.iter().map(double).sum::<f64>() / 2.0
    }

    /// The view as a polygon on the map.
    ///
    /// An arc becomes chords from points on it: the polygon is inside the true view, by at most 1 cm. Empty where nothing
    /// is seen.
    pub fn polygon(&self) -> Polygon<f64> {
        let most = 2.0 * (1.0 - SAGITTA_M / self.reach_m).clamp(-1.0, 1.0).acos();
        let mut ring: Vec<Coord<f64>> = Vec::new();
        let mut add = |[x, y]: [f64; 2]| {
            let at = Coord { x: self.from[0] + x, y: self.from[1] + y };
            if ring.last() != Some(&at) {
                ring.push(at);
            }
        };
        for border in &self.borders {
            add(border.from);
            if border.obstacle.is_none() {
                let angle = turn(border.from, border.to);
                let start = border.from[1].atan2(border.from[0]);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most some thousands")]
                let steps = (angle / most).ceil().clamp(1.0, 1e5) as u32;
                for step in 1..steps {
                    let (sin, cos) = (start + angle * f64::from(step) / f64::from(steps)).sin_cos();
                    add([self.reach_m * cos, self.reach_m * sin]);
                }
            }
            add(border.to);
        }
        Polygon::new(LineString::new(ring), Vec::new())
    }
}

/// The angle from one vector counterclockwise to another, at most half a turn.
fn turn(from: [f64; 2], to: [f64; 2]) -> f64 {
    cross(from, to).atan2(dot(from, to)).max(0.0)
}

/// What is seen from a viewpoint in the plane at its eyes' height.
///
/// - `eye`: place and height in metres. Obstacles with a top at or below that height do not block; all others do,
///   however far the ground lies below
/// - `reach`: above 0, at most 100 km; nothing beyond is seen
/// - returns the border of the view, exact but for rounding; [`View::area_m2`] has arcs as arcs, [`View::polygon`] has
///   chords
///
/// The view is closed and has no threads: a line along the seam of two buildings is none. On a wall both sides are seen,
/// on a building's outline all that is not its own inside, inside a building nothing: the view is then empty. With nothing
/// in the way it is the whole circle.
///
/// Cost O(k α(k) log k) for the k edges whose boxes meet the reach, and O(log m) for all m. Sources: see [the module](super).
///
/// # Errors
/// `PlaceNotUsable` where the viewpoint is not on a map; `SightLengthOutOfRange` for its height or the reach.
pub fn visibility(scene: &Scene, eye: Eye, reach: Metres) -> Result<View, Error> {
    let Eye { at: from, height_m } = eye.checked()?;
    let reach_m = within(reach.0, 0.01..=100_000.0)?;
    let mut view = View { from, reach_m, borders: Vec::new() };
    let blocks = |body: u32| scene.bodies[body as usize].top > height_m;
    let around: Vec<(u32, Place)> = scene.solids_at(from).into_iter().filter(|&(body, _)| blocks(body)).collect();
    if around.iter().any(|(_, place)| *place == Place::Inside) {
        return Ok(view);
    }
    let mut envelope = Envelope::default();
    for edge in scene.edges_in(&Bbox::around([from]).grown(reach_m)) {
        let ends = scene.edges[edge as usize].ends;
        let seen = ends.map(|end| minus(end, from));
        let nearest = nearest_to_origin(seen[0], seen[1]);
        if blocks(scene.edges[edge as usize].body)
            && dot(nearest, nearest) < reach_m * reach_m
            && let Some(facing) = facing(seen, ends, from)
            && scene.edges[edge as usize].open.to(facing.left)
        {
            envelope.add(&facing, edge);
        }
    }
    // On an outline, directions into its solid are those between the edges that meet here: they are cut there first.
    let mut cuts: Vec<Ray> = Vec::new();
    for &(body, _) in &around {
        let ends = scene.edges_of(body).iter().flat_map(|edge| edge.ends).filter(|&end| end != from);
        cuts.extend(ends.map(|end| Ray::towards(minus(end, from))));
    }
    cuts.sort_by(|a, b| a.key.total_cmp(&b.key));
    let into_solid = |middle: Ray| {
        around.iter().any(|&(body, _)| {
            let crossed = scene.edges_of(body).iter().filter(|edge| {
                let seen = edge.ends.map(|end| minus(end, from));
                facing(seen, edge.ends, from)
                    .is_some_and(|facing| facing.parts().any(|[a, b]| a.key < middle.key && middle.key <= b.key))
            });
            crossed.count() % 2 == 1
        })
    };
    let mut add = |start: Ray, end: Ray, nearest: Option<([f64; 2], u32)>| {
        let mut start = start;
        let mut stops: Vec<Ray> = cuts.iter().copied().filter(|cut| start.key < cut.key && cut.key < end.key).collect();
        stops.push(end);
        for stop in stops {
            if !cuts.is_empty() && into_solid(Ray { key: f64::midpoint(start.key, stop.key), to: stop.to }) {
                view.borders.push(Border {
                    from: [0.0; 2],
                    to: [0.0; 2],
                    obstacle: Some(scene.bodies[around[0].0 as usize].number),
                });
            } else {
                clip(start, stop, nearest, reach_m, &mut view.borders);
            }
            start = stop;
        }
    };
    let mut at = Ray::EAST;
    for piece in envelope.nearest() {
        gap(at, piece.start, &mut add);
        let body = scene.edges[piece.edge as usize].body;
        add(piece.start, piece.end, Some((piece.nearness, scene.bodies[body as usize].number)));
        at = piece.end;
    }
    gap(at, Ray::FULL_TURN, &mut add);
    Ok(view)
}

/// Adds directions in which nothing is hit, in quarters at most, so that no arc is more than half a turn.
fn gap(from: Ray, to: Ray, add: &mut impl FnMut(Ray, Ray, Option<([f64; 2], u32)>)) {
    let mut from = from;
    for quarter in [[0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]].map(Ray::towards) {
        if from.key < quarter.key && quarter.key < to.key {
            add(from, quarter, None);
            from = quarter;
        }
    }
    if from.key < to.key {
        add(from, to, None);
    }
}

/// Adds what is seen between two directions: the edge as far as it is within reach, and arcs.
fn clip(start: Ray, end: Ray, nearest: Option<([f64; 2], u32)>, reach: f64, into: &mut Vec<Border>) {
    let on_circle = |to: [f64; 2]| {
        let size = to[0].hypot(to[1]);
        [to[0] / size * reach, to[1] / size * reach]
    };
    let mut arc = |from: [f64; 2], to: [f64; 2]| {
        into.push(Border { from: on_circle(from), to: on_circle(to), obstacle: None });
    };
    let Some((nearness, obstacle)) = nearest else {
        return arc(start.to, end.to);
    };
    // The foot of the perpendicular on the edge's line is at nearness / |nearness|²; the line meets the circle at `half` from it.
    let n2 = dot(nearness, nearness);
    let foot = [nearness[0] / n2, nearness[1] / n2];
    let half2 = reach * reach - 1.0 / n2;
    if half2 <= 0.0 {
        return arc(start.to, end.to);
    }
    let spot = |ray: Ray| {
        let near = dot(nearness, ray.to);
        // A ray along the edge's line is rounded: the circle's point in that direction then stands for it.
        if near > 0.0 { [ray.to[0] / near, ray.to[1] / near] } else { on_circle(ray.to) }
    };
    let along = [-nearness[1] / n2.sqrt(), nearness[0] / n2.sqrt()];
    let half = half2.sqrt();
    let meets = [-half, half].map(|t| [foot[0] + t * along[0], foot[1] + t * along[1]]);
    let (first, last) = (spot(start), spot(end));
    let place = |spot: [f64; 2]| dot(minus(spot, foot), along);
    let (place_first, place_last) = (place(first), place(last));
    if place_last <= -half || place_first >= half {
        return arc(start.to, end.to);
    }
    let (mut from, mut to) = (first, last);
    if place_first < -half {
        arc(start.to, meets[0]);
        from = meets[0];
    }
    if place_last > half {
        to = meets[1];
    }
    into.push(Border { from, to, obstacle: Some(obstacle) });
    if place_last > half {
        into.push(Border { from: on_circle(meets[1]), to: on_circle(end.to), obstacle: None });
    }
}
