//! One sight line: does `a` see `b`?

use super::outline::{Place, before};
use super::scene::{Edge, Scene};
use super::{Error, cross, minus, on_map, side, within};
use crate::domain::Bbox;

/// An eye, or what is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eye {
    /// Place, metres.
    pub at: [f64; 2],
    /// Metres above the ground.
    pub height_m: f64,
}

impl Eye {
    /// Refuses what is not a place on a map or not a height.
    pub(super) fn checked(self) -> Result<Self, Error> {
        if !on_map(self.at) {
            return Err(Error::PlaceNotUsable { x: self.at[0].to_string(), y: self.at[1].to_string() });
        }
        within(self.height_m, -10_000.0..=10_000.0)?;
        Ok(self)
    }
}

/// The two ways in which a line is shifted to see whether it only grazes.
#[derive(Clone, Copy)]
enum Shift {
    Left,
    Right,
}

impl Scene {
    /// Whether two eyes see each other, by the conventions of [the module](super).
    ///
    /// The answer is the same, bit for bit, with the eyes exchanged. In the plane it is exact (signs of exact
    /// determinants); only the height at which a line crosses an edge is rounded, to about 10⁻¹⁵ of the difference in
    /// height. Two eyes at one place see each other unless it is inside a solid that reaches above
    /// the lower of them.
    ///
    /// Cost O(log m + k) for m edges, k of them in the box around the line, or of solids that reach into it.
    ///
    /// # Errors
    /// `PlaceNotUsable` or `SightLengthOutOfRange` where an eye is not on a map.
    pub fn sees(&self, a: Eye, b: Eye) -> Result<bool, Error> {
        Ok(self.clear(a.checked()?, b.checked()?, &[]))
    }

    /// As [`Self::sees`], for eyes known to be on the map and as if some obstacles were away.
    pub(super) fn clear(&self, a: Eye, b: Eye, away: &[u32]) -> bool {
        let (a, b) = if before(b.at, a.at) || (b.at == a.at && b.height_m < a.height_m) { (b, a) } else { (a, b) };
        let around = Bbox::around([a.at, b.at]);
        let least = a.height_m.min(b.height_m);
        let solids: Vec<u32> = self.solids_in(&around);
        let counts = |body: u32| self.bodies[body as usize].top > least && !away.contains(&body);
        if a.at == b.at {
            return !self.solids_at(a.at).into_iter().any(|(body, place)| place == Place::Inside && counts(body));
        }
        let walls: Vec<u32> = self
            .edges_in(&around)
            .into_iter()
            .filter(|&edge| !self.bodies[self.edges[edge as usize].body as usize].solid)
            .collect();
        let clear = |shift| {
            let wall_clear = |&edge: &u32| {
                let edge = &self.edges[edge as usize];
                !counts(edge.body) || !wall_blocks(edge, self.bodies[edge.body as usize].top, a, b, shift)
            };
            let solid_clear = |&body: &u32| {
                !counts(body) || !solid_blocks(self.edges_of(body), self.bodies[body as usize].top, a, b, shift)
            };
            walls.iter().all(wall_clear) && solids.iter().all(solid_clear)
        };
        clear(Shift::Left) || clear(Shift::Right)
    }
}

/// Where the shifted line through both eyes crosses an edge: before or at the first eye, between, at or after the second.
enum Crossing {
    Before,
    /// With the height of the sight line there.
    Between(f64),
    After,
}

/// `None` where the line, shifted, does not meet the edge.
fn crossing(edge: &Edge, a: Eye, b: Eye, shift: Shift) -> Option<Crossing> {
    let [c, d] = edge.ends;
    // A point on the line is to its right once the line is shifted to the left.
    let left = |point| match (side(a.at, b.at, point), shift) {
        (0, Shift::Left) => false,
        (0, Shift::Right) => true,
        (side, _) => side > 0,
    };
    let (right, left) = match (left(c), left(d)) {
        (false, true) => (c, d),
        (true, false) => (d, c),
        _ => return None,
    };
    if side(right, left, a.at) <= 0 {
        return Some(Crossing::Before);
    }
    if side(right, left, b.at) >= 0 {
        return Some(Crossing::After);
    }
    let [from_a, from_b] = [a, b].map(|eye| cross(minus(left, right), minus(eye.at, right)).abs());
    let share = if from_a + from_b > 0.0 { from_a / (from_a + from_b) } else { 0.5 };
    Some(Crossing::Between(a.height_m + share * (b.height_m - a.height_m)))
}

fn wall_blocks(edge: &Edge, top: f64, a: Eye, b: Eye, shift: Shift) -> bool {
    matches!(crossing(edge, a, b, shift), Some(Crossing::Between(height)) if height < top)
}

/// A line is lowest where it enters or leaves the solid, or at an eye inside it.
fn solid_blocks(edges: &[Edge], top: f64, a: Eye, b: Eye, shift: Shift) -> bool {
    let (mut inside_at_a, mut inside_at_b) = (false, false);
    for edge in edges {
        match crossing(edge, a, b, shift) {
            Some(Crossing::Before) => inside_at_a = !inside_at_a,
            Some(Crossing::After) => inside_at_b = !inside_at_b,
            Some(Crossing::Between(height)) if height < top => return true,
            _ => {}
        }
    }
    (inside_at_a && a.height_m < top) || (inside_at_b && b.height_m < top)
}
