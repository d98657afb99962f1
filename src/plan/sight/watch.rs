//! Who sees a point: every façade with a clear line to it, exactly, from one envelope around the point.
//!
//! A façade sees a point that is on its outer side when, from some unbroken part of it at least 1 cm long, sight lines to
//! the point are clear. Narrower parts are cracks between outlines that were drawn to touch.
//!
//! Obstacles higher than the point and all eyes block whatever is behind them; their envelope is made once a point. Those
//! of a height between are taken off façade by façade: seen from the point, an obstacle of height `H` at distance `s`
//! hides an eye of height `e` at distance `d` behind it where `(H - h) / s > (e - h) / d`, for a point at height `h`. In
//! terms of nearness both sides are linear in the direction.

use super::envelope::{Envelope, Facing, Piece, Ray, above_zero, facing};
use super::outline::{Open, Place};
use super::site::Site;
use super::{Error, Eye, dot, minus, nearest_to_origin, within};
use crate::domain::{Bbox, Metres};

/// Unbroken parts of a façade shorter than this are not counted as seeing, metres.
const SLIVER_M: f64 = 0.01;

/// A façade is in front of what is less than this share of its distance nearer: so that a wall does not hide the façade
/// that is drawn on it, by a rounding.
const ON_THE_WALL: f64 = 1e-9;

/// What a surveillance map counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Between points: 2 m for a map, 5 m for a rule.
    pub spacing: Metres,
    /// Where faces can be told: 20 to 25 m (Gehl).
    pub near: Metres,
    /// Where people can be made out at all: 100 m (Gehl). At least `near`.
    pub far: Metres,
    /// Height of what is to be seen above the ground: a person. Our default.
    pub seen_height: Metres,
}

impl Default for Settings {
    fn default() -> Self {
        Self { spacing: Metres(2.0), near: Metres(25.0), far: Metres(100.0), seen_height: Metres(1.5) }
    }
}

impl Settings {
    pub(super) fn checked(&self) -> Result<(), Error> {
        within(self.spacing.0, 1.0..=1_000.0)?;
        within(self.far.0, 0.1..=1_000.0)?;
        within(self.near.0, 0.0..=self.far.0)?;
        within(self.seen_height.0, 0.0..=100.0)?;
        Ok(())
    }
}

/// A line between a point and the spot on a façade that sees it and is nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SightLine {
    /// The façade, as a number in the input from 0.
    pub facade: u32,
    /// The spot, metres; rounded, so that it may be a hair inside the wall.
    pub spot: [f64; 2],
    /// Height of the eye there, metres.
    pub eye_m: f64,
    /// Length on the ground, metres.
    pub distance_m: f64,
}

/// All façades that see a point, the nearest first.
///
/// - `settings`: `far` and `seen_height` are used
/// - returns one line a façade, with the nearest spot of it that sees the point; façades at one distance in the order of
///   their spots, then numbers. Empty inside a building
///
/// The counts of [`super::surveillance()`] are counts of these. Cost O(k log k) for the k edges and façades within `far`, and
/// up to as many times those again as there are low obstacles between.
///
/// # Errors
/// `PlaceNotUsable` where the point is not on a map; `SightLengthOutOfRange` for the settings.
pub fn sight_lines(site: &Site, settings: &Settings, point: [f64; 2]) -> Result<Vec<SightLine>, Error> {
    settings.checked()?;
    Eye { at: point, height_m: settings.seen_height.0 }.checked()?;
    let inside = |&(body, place): &(u32, Place)| {
        place == Place::Inside && site.scene.bodies[body as usize].top > settings.seen_height.0
    };
    if site.scene.solids_at(point).iter().any(inside) {
        return Ok(Vec::new());
    }
    let mut watch = Watch::new(site, *settings);
    watch.go_to(&Bbox::around([point]));
    watch.at(point);
    let mut lines = watch.found;
    let order = |a: &SightLine, b: &SightLine| {
        let by_spot = a.spot[0].total_cmp(&b.spot[0]).then(a.spot[1].total_cmp(&b.spot[1]));
        a.distance_m.total_cmp(&b.distance_m).then(by_spot).then(a.facade.cmp(&b.facade))
    };
    lines.sort_by(order);
    Ok(lines)
}

/// An edge near the points.
#[derive(Clone, Copy)]
struct Near {
    ends: [[f64; 2]; 2],
    top: f64,
    open: Open,
    edge: u32,
}

/// An edge as seen from the point.
struct Barrier {
    top: f64,
    facing: Facing,
    edge: u32,
    /// Whether it is in the envelope.
    full: bool,
}

/// A low obstacle between two directions.
struct Low {
    start: Ray,
    end: Ray,
    nearness: [f64; 2],
    /// How much higher than what is to be seen.
    over: f64,
}

/// A façade as seen from the point.
struct Front {
    eye: f64,
    facing: Facing,
    facade: u32,
}

/// Looks around from one point after another, with what is near kept between.
pub(super) struct Watch<'a> {
    site: &'a Site,
    settings: Settings,
    edges: Vec<Near>,
    facades: Vec<u32>,
    lamps: Vec<u32>,
    front: Vec<Front>,
    around: Vec<Barrier>,
    low: Vec<Low>,
    envelope: Envelope,
    seen: Vec<[Ray; 2]>,
    hidden: Vec<[Ray; 2]>,
    /// The lines to the last point, in the order of façades.
    pub found: Vec<SightLine>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(site: &'a Site, settings: Settings) -> Self {
        Self {
            site,
            settings,
            edges: Vec::new(),
            facades: Vec::new(),
            lamps: Vec::new(),
            front: Vec::new(),
            around: Vec::new(),
            low: Vec::new(),
            envelope: Envelope::default(),
            seen: Vec::new(),
            hidden: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Takes in what can matter to points of this box. What a point is told does not depend on the box.
    pub(super) fn go_to(&mut self, points: &Bbox) {
        let around = points.grown(self.settings.far.0);
        let scene = &self.site.scene;
        let near = |edge: u32| {
            let kept = scene.edges[edge as usize];
            Near { ends: kept.ends, top: scene.bodies[kept.body as usize].top, open: kept.open, edge }
        };
        self.facades = self.site.facades_in(&around);
        self.edges.clear();
        if !self.facades.is_empty() {
            self.edges.extend(scene.edges_in(&around).into_iter().map(near));
        }
        self.lamps = self.site.lamps_in(&points.grown(self.site.furthest_lamp_m()));
    }

    /// Whether a lamp that reaches the point has a clear line to it; `None` where light is unknown.
    pub(super) fn lit(&self, point: [f64; 2]) -> Option<bool> {
        let all = self.site.lamps.as_ref()?;
        let target = Eye { at: point, height_m: self.settings.seen_height.0 };
        Some(self.lamps.iter().any(|&index| {
            let (lamp, hangs_on) = &all[index as usize];
            let away = minus(lamp.at, point);
            dot(away, away) <= lamp.reach_m * lamp.reach_m
                && self.site.scene.clear(Eye { at: lamp.at, height_m: lamp.height_m }, target, hangs_on)
        }))
    }

    /// Finds the façades that see the point, which is not inside a solid.
    pub(super) fn at(&mut self, point: [f64; 2]) {
        let (far2, height) = (self.settings.far.0 * self.settings.far.0, self.settings.seen_height.0);
        let within_reach = |ends: [[f64; 2]; 2]| {
            let seen = ends.map(|end| minus(end, point));
            let nearest = nearest_to_origin(seen[0], seen[1]);
            (dot(nearest, nearest) <= far2).then_some(seen)
        };
        self.found.clear();
        self.front.clear();
        let mut lowest = height;
        for &index in &self.facades {
            let facade = &self.site.facades[index as usize];
            if let Some(seen) = within_reach(facade.line)
                && let Some(facing) = facing(seen, facade.line, point)
                && !facing.left
            {
                lowest = lowest.min(facade.eye_m);
                self.front.push(Front { eye: facade.eye_m, facing, facade: index });
            }
        }
        if self.front.is_empty() {
            return;
        }
        self.around.clear();
        for near in &self.edges {
            if near.top > lowest
                && let Some(seen) = within_reach(near.ends)
                && let Some(facing) = facing(seen, near.ends, point)
                // A line that falls towards the eye is lowest where it leaves a building.
                && (near.open.to(facing.left) || lowest < height)
            {
                self.around.push(Barrier { top: near.top, facing, edge: near.edge, full: false });
            }
        }
        self.envelope.clear();
        self.front.sort_by(|a, b| b.eye.total_cmp(&a.eye));
        let mut front = &self.front[..];
        while let Some(Front { eye, .. }) = front.first() {
            // From high eyes to low ones, more and more obstacles hide all that is behind them.
            self.low.clear();
            for edge in &mut self.around {
                if !edge.full && edge.top > eye.max(height) {
                    edge.full = true;
                    self.envelope.add(&edge.facing, edge.edge);
                } else if !edge.full && edge.top > eye.min(height) {
                    let (nearness, over) = (edge.facing.nearness, edge.top - height);
                    self.low.extend(edge.facing.parts().map(|[start, end]| Low { start, end, nearness, over }));
                }
            }
            let nearest = self.envelope.nearest();
            let (now, later) = front.split_at(front.partition_point(|other| other.eye == *eye));
            for Front { facing, facade, .. } in now {
                self.seen.clear();
                for [start, end] in facing.parts() {
                    in_front(start, end, facing.nearness, nearest, &mut self.seen);
                }
                if !self.low.is_empty() && !self.seen.is_empty() {
                    take_off(&self.low, facing.nearness, eye - height, &mut self.seen, &mut self.hidden);
                }
                let spots = self.seen.iter().filter_map(|[start, end]| nearest_spot(facing.nearness, *start, *end));
                let best = spots.min_by(|a, b| a.1.total_cmp(&b.1));
                if let Some((spot, distance2)) = best.filter(|(_, distance2)| *distance2 <= far2) {
                    let spot = [point[0] + spot[0], point[1] + spot[1]];
                    self.found.push(SightLine { facade: *facade, spot, eye_m: *eye, distance_m: distance2.sqrt() });
                }
            }
            front = later;
        }
    }
}

/// Adds a range of directions, or makes the last longer where it goes on from there.
fn push(into: &mut Vec<[Ray; 2]>, start: Ray, end: Ray) {
    if start.key >= end.key {
        return;
    }
    match into.last_mut() {
        Some(last) if last[1].key == start.key => last[1] = end,
        _ => into.push([start, end]),
    }
}

/// Adds the directions in which something is not behind the envelope.
fn in_front(start: Ray, end: Ray, nearness: [f64; 2], nearest: &[Piece], into: &mut Vec<[Ray; 2]>) {
    let nearness = nearness.map(|part| part * (1.0 + ON_THE_WALL));
    let mut at = start;
    let first = nearest.partition_point(|piece| piece.end.key <= start.key);
    for piece in nearest[first..].iter().take_while(|piece| piece.start.key < end.key) {
        if at.key < piece.start.key {
            push(into, at, piece.start);
            at = piece.start;
        }
        let stop = if piece.end.key <= end.key { piece.end } else { end };
        let ahead = [nearness[0] - piece.nearness[0], nearness[1] - piece.nearness[1]];
        if let Some([start, end]) = above_zero(at, stop, ahead) {
            push(into, start, end);
        }
        at = stop;
    }
    push(into, at, end);
}

/// Takes off the directions in which low obstacles hide an eye `rise` above the point.
fn take_off(low: &[Low], nearness: [f64; 2], rise: f64, seen: &mut Vec<[Ray; 2]>, hidden: &mut Vec<[Ray; 2]>) {
    hidden.clear();
    let (Some([first, _]), Some([_, last])) = (seen.first(), seen.last()) else { return };
    let (first, last) = (first.key, last.key);
    for low in low.iter().filter(|low| low.start.key < last && low.end.key > first) {
        let near = low.nearness;
        let ahead = [near[0] - nearness[0] * (1.0 + ON_THE_WALL), near[1] - nearness[1] * (1.0 + ON_THE_WALL)];
        let above = [low.over * near[0] - rise * nearness[0], low.over * near[1] - rise * nearness[1]];
        for &[start, end] in &*seen {
            let start = if start.key < low.start.key { low.start } else { start };
            let end = if low.end.key < end.key { low.end } else { end };
            if start.key < end.key
                && let Some([start, end]) = above_zero(start, end, ahead)
                && let Some([start, end]) = above_zero(start, end, above)
                && start.key < end.key
            {
                hidden.push([start, end]);
            }
        }
    }
    if hidden.is_empty() {
        return;
    }
    hidden.sort_unstable_by(|a, b| a[0].key.total_cmp(&b[0].key).then(a[1].key.total_cmp(&b[1].key)));
    let whole = std::mem::take(seen);
    for [mut start, end] in whole {
        for &[from, to] in &*hidden {
            if to.key <= start.key || from.key >= end.key {
                continue;
            }
            if start.key < from.key {
                seen.push([start, from]);
            }
            start = to;
            if start.key >= end.key {
                break;
            }
        }
        if start.key < end.key {
            seen.push([start, end]);
        }
    }
}

/// The spot of an edge between two directions that is nearest, with its squared distance; `None` for a sliver.
fn nearest_spot(nearness: [f64; 2], start: Ray, end: Ray) -> Option<([f64; 2], f64)> {
    let spot = |ray: Ray| {
        let near = dot(nearness, ray.to);
        (near > 0.0).then(|| [ray.to[0] / near, ray.to[1] / near])
    };
    let (first, last) = (spot(start)?, spot(end)?);
    let along = minus(last, first);
    if dot(along, along) < SLIVER_M * SLIVER_M {
        return None;
    }
    let nearest = nearest_to_origin(first, last);
    Some((nearest, dot(nearest, nearest)))
}
