//! What is nearest in each direction from a viewpoint: the lower envelope of edges, seen in polar coordinates.
//!
//! Seen from the origin, the edge on the line `n · x = c` is at distance `c / (n · u)` in the direction `u`. Nearness, one
//! over that, is linear in `u`: two edges change places at most once, in a direction found by one division. Envelopes are
//! merged two by two, and a merge goes once through both. Edges may therefore cross, overlap and repeat: nothing is kept
//! in an order that a rounding could break, and a wrong sign moves a border by no more than the rounding.
//!
//! Source: the envelope of n segments has O(n α(n)) pieces (Wiernik & Sharir 1988, Discrete & Computational Geometry 3,
//! 15-47), so that log n rounds of merges cost O(n α(n) log n).

use super::{cross, side};

/// A direction from the viewpoint. `key` grows counterclockwise from east, 0 to 4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ray {
    pub key: f64,
    /// Any vector in that direction.
    pub to: [f64; 2],
}

impl Ray {
    pub(super) const EAST: Self = Self { key: 0.0, to: [1.0, 0.0] };
    pub(super) const FULL_TURN: Self = Self { key: 4.0, to: [1.0, 0.0] };

    /// The key is 1 at north, 2 at west, 3 at south and linear along the diamond between them.
    pub(super) fn towards(to: [f64; 2]) -> Self {
        let [x, y] = to;
        let size = x.abs() + y.abs();
        let key = match (x >= 0.0, y >= 0.0) {
            (true, true) => y / size,
            (false, true) => 1.0 - x / size,
            (false, false) => 2.0 - y / size,
            (true, false) => 3.0 + x / size,
        };
        Self { key, to }
    }

    /// The direction between two others in which something linear, of these values there, is 0.
    pub(super) fn between(self, end: Self, at_start: f64, at_end: f64) -> Self {
        let (from, to) = (at_end.abs(), at_start.abs());
        let vector = [self.to[0] * from + end.to[0] * to, self.to[1] * from + end.to[1] * to];
        let size = vector[0].abs() + vector[1].abs();
        if size.is_nan() || size <= 0.0 {
            return self;
        }
        let ray = Self::towards([vector[0] / size, vector[1] / size]);
        Self { key: ray.key.clamp(self.key, end.key), ..ray }
    }
}

/// A nearest edge between two directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub start: Ray,
    pub end: Ray,
    /// Nearness in the direction `u` is `nearness · u` over the length of `u`.
    pub nearness: [f64; 2],
    /// Number of the edge.
    pub edge: u32,
}

/// An edge as seen from a viewpoint that is not on its line: a range of directions, counterclockwise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facing {
    start: Ray,
    end: Ray,
    /// Whether the range passes east, where keys begin again.
    passes_east: bool,
    pub nearness: [f64; 2],
    /// Whether the viewpoint is to the left of the edge as it was given.
    pub left: bool,
}

impl Facing {
    /// The range in parts within which keys grow: one, or two where it passes east.
    pub(super) fn parts(&self) -> impl Iterator<Item = [Ray; 2]> {
        let parts = if self.passes_east {
            [[Ray::EAST, self.end], [self.start, Ray::FULL_TURN]]
        } else {
            [[self.start, self.end], [self.end, self.end]]
        };
        parts.into_iter().filter(|[start, end]| start.key < end.key)
    }
}

/// How an edge is seen; `None` where it is seen end on, which is to say not at all.
///
/// `seen` are its ends relative to the viewpoint, `ends` the same on the map.
pub(super) fn facing(seen: [[f64; 2]; 2], ends: [[f64; 2]; 2], viewpoint: [f64; 2]) -> Option<Facing> {
    let [mut a, mut b] = seen;
    let mut area = cross(a, b);
    let unsure = 4e-15 * ((a[0] * b[1]).abs() + (a[1] * b[0]).abs());
    let left = if area.abs() > unsure {
        area > 0.0
    } else {
        match side(ends[0], ends[1], viewpoint) {
            0 => return None,
            side => side > 0,
        }
    };
    if !left {
        (a, b, area) = (b, a, -area);
    }
    // The sign is right; a rounded value of no use is replaced by one that is very near.
    let area = area.max(1e-30);
    let nearness = [(b[1] - a[1]) / area, (a[0] - b[0]) / area];
    let (start, end) = (Ray::towards(a), Ray::towards(b));
    let passes_east = a[1] < 0.0 && b[1] >= 0.0;
    (passes_east || start.key < end.key).then_some(Facing { start, end, passes_east, nearness, left })
}

fn at(nearness: [f64; 2], ray: Ray) -> f64 {
    nearness[0] * ray.to[0] + nearness[1] * ray.to[1]
}

/// Finds the parts of a range of directions where something linear is above 0: none, all, or all to one side.
pub(super) fn above_zero(start: Ray, end: Ray, linear: [f64; 2]) -> Option<[Ray; 2]> {
    let (first, last) = (at(linear, start), at(linear, end));
    match (first > 0.0, last > 0.0) {
        (true, true) => Some([start, end]),
        (false, false) => None,
        (true, false) => Some([start, start.between(end, first, last)]),
        (false, true) => Some([start.between(end, first, last), end]),
    }
}

/// Room for one viewpoint's envelope, used again for the next.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    /// The envelope of all edges that were there when it was last asked for.
    nearest: Vec<Piece>,
    /// The edges added since, each a list of pieces.
    pieces: Vec<Piece>,
    /// Where each of the lists begins in `pieces`.
    starts: Vec<usize>,
    merged: Vec<Piece>,
    merged_starts: Vec<usize>,
}

impl Envelope {
    /// Forgets all edges.
    pub(super) fn clear(&mut self) {
        self.nearest.clear();
        self.pieces.clear();
        self.starts.clear();
    }

    /// Adds an edge; also to an envelope that was asked for already.
    pub(super) fn add(&mut self, facing: &Facing, edge: u32) {
        self.starts.push(self.pieces.len());
        self.pieces.extend(facing.parts().map(|[start, end]| Piece { start, end, nearness: facing.nearness, edge }));
    }

    /// What is nearest: pieces in the order of their directions, with gaps where there is nothing.
    pub(super) fn nearest(&mut self) -> &[Piece] {
        while self.starts.len() > 1 {
            self.merged.clear();
            self.merged_starts.clear();
            let end_of = |list: usize| self.starts.get(list + 1).copied().unwrap_or(self.pieces.len());
            for list in (0..self.starts.len()).step_by(2) {
                self.merged_starts.push(self.merged.len());
                let first = &self.pieces[self.starts[list]..end_of(list)];
                match self.starts.get(list + 1) {
                    Some(&start) => merge(first, &self.pieces[start..end_of(list + 1)], &mut self.merged),
                    None => self.merged.extend_from_slice(first),
                }
            }
            std::mem::swap(&mut self.pieces, &mut self.merged);
            std::mem::swap(&mut self.starts, &mut self.merged_starts);
        }
        if self.nearest.is_empty() {
            std::mem::swap(&mut self.nearest, &mut self.pieces);
        } else if !self.pieces.is_empty() {
            self.merged.clear();
            merge(&self.nearest, &self.pieces, &mut self.merged);
            std::mem::swap(&mut self.nearest, &mut self.merged);
        }
        self.pieces.clear();
        self.starts.clear();
        &self.nearest
    }
}

/// Adds a piece, or makes the last one longer where it is of the same edge.
fn push(into: &mut Vec<Piece>, first: usize, piece: Piece) {
    if piece.start.key >= piece.end.key {
        return;
    }
    if into.len() > first
        && let Some(last) = into.last_mut()
        && last.edge == piece.edge
        && last.end.key == piece.start.key
    {
        last.end = piece.end;
        return;
    }
    into.push(piece);
}

/// The nearer of two envelopes, after what is in `into` already.
fn merge(a: &[Piece], b: &[Piece], into: &mut Vec<Piece>) {
    let first = into.len();
    let (mut a, mut b) = (a.iter().copied(), b.iter().copied());
    let (mut next_a, mut next_b) = (a.next(), b.next());
    loop {
        let (mut one, mut two) = match (next_a, next_b) {
            (None, None) => return,
            (Some(piece), None) => {
                push(into, first, piece);
                next_a = a.next();
                continue;
            }
            (None, Some(piece)) => {
                push(into, first, piece);
                next_b = b.next();
                continue;
            }
            (Some(one), Some(two)) => (one, two),
        };
        if one.start.key < two.start.key {
            let end = if one.end.key <= two.start.key { one.end } else { two.start };
            push(into, first, Piece { end, ..one });
            one.start = end;
        } else if two.start.key < one.start.key {
            let end = if two.end.key <= one.start.key { two.end } else { one.start };
            push(into, first, Piece { end, ..two });
            two.start = end;
        } else {
            let (start, end) = (one.start, if one.end.key <= two.end.key { one.end } else { two.end });
            let ahead = [one.nearness[0] - two.nearness[0], one.nearness[1] - two.nearness[1]];
            let (at_start, at_end) = (at(ahead, start), at(ahead, end));
            if at_start >= 0.0 && at_end >= 0.0 {
                push(into, first, Piece { end, ..one });
            } else if at_start <= 0.0 && at_end <= 0.0 {
                push(into, first, Piece { end, ..two });
            } else {
                let turn = start.between(end, at_start, at_end);
                let (near, then) = if at_start > 0.0 { (one, two) } else { (two, one) };
                push(into, first, Piece { end: turn, ..near });
                push(into, first, Piece { start: turn, end, ..then });
            }
            (one.start, two.start) = (end, end);
        }
        next_a = if one.start.key >= one.end.key { a.next() } else { Some(one) };
        next_b = if two.start.key >= two.end.key { b.next() } else { Some(two) };
    }
}
