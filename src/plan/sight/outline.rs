//! Outlines as edges: in an order that does not depend on where they begin, and with the side on which they are open.

use std::cmp::Ordering;

use super::side;

/// Outlines with more edges than this are not looked at for crossings; their edges are then open to both sides.
const MOST_EDGES: usize = 2_000;

/// Two ends, the smaller first.
pub(super) type Ends = [[f64; 2]; 2];

/// From which side an edge can be the first of its obstacle that a line from outside meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Left,
    Right,
    Both,
}

impl Open {
    /// Whether an eye on this side can meet the edge first.
    pub(super) fn to(self, left: bool) -> bool {
        match self {
            Self::Left => left,
            Self::Right => !left,
            Self::Both => true,
        }
    }

    const fn turned(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
            Self::Both => Self::Both,
        }
    }
}

/// By x, then by y.
fn compare_points(a: [f64; 2], b: [f64; 2]) -> Ordering {
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
}

/// Whether the point comes first: by x, then by y.
pub(super) fn before(a: [f64; 2], b: [f64; 2]) -> bool {
    compare_points(a, b).is_lt()
}

/// By the smaller end, then by the other.
pub(super) fn compare(a: Ends, b: Ends) -> Ordering {
    compare_points(a[0], b[0]).then(compare_points(a[1], b[1]))
}

/// Edges with their smaller end first, in order.
pub(super) fn ordered(edges: impl Iterator<Item = ([f64; 2], [f64; 2], Open)>) -> Vec<(Ends, Open)> {
    let turn = |(a, b, open): ([f64; 2], [f64; 2], Open)| {
        if before(b, a) { ([b, a], open.turned()) } else { ([a, b], open) }
    };
    let mut edges: Vec<(Ends, Open)> = edges.map(turn).collect();
    edges.sort_by(|a, b| compare(a.0, b.0));
    edges
}

/// The edges of a solid.
///
/// Where no two of them touch but at common ends, each is open to one side: the other is solid. A ring's turning is read,
/// exactly, at its smallest vertex; whether it is a yard, from the number of rings around it. Where edges cross, repeat or
/// touch, all are open to both sides, which costs time and changes nothing that is seen from outside.
pub(super) fn edges(rings: &[Vec<[f64; 2]>]) -> Vec<(Ends, Open)> {
    let rings: Vec<&[[f64; 2]]> = rings
        .iter()
        .map(|ring| if ring.len() > 1 && ring.first() == ring.last() { &ring[..ring.len() - 1] } else { &ring[..] })
        .filter(|ring| ring.len() > 1)
        .collect();
    let both = ordered(rings.iter().flat_map(|ring| around(ring)).map(|[a, b]| (a, b, Open::Both)));
    if both.len() > MOST_EDGES || touch(&both) {
        return both;
    }
    let mut sided = Vec::with_capacity(both.len());
    for (index, ring) in rings.iter().enumerate() {
        let Some(open) = open_side(&rings, ring, index) else { return both };
        sided.extend(around(ring).map(|[a, b]| (a, b, open)));
    }
    ordered(sided.into_iter())
}

/// The edges of a ring whose last vertex is not its first.
fn around(ring: &[[f64; 2]]) -> impl Iterator<Item = Ends> + '_ {
    ring.iter().zip(ring.iter().cycle().skip(1)).map(|(&a, &b)| [a, b])
}

/// The side of a ring's edges, as they run, that is not solid; `None` where that cannot be told.
fn open_side(rings: &[&[[f64; 2]]], ring: &[[f64; 2]], index: usize) -> Option<Open> {
    let smallest = (0..ring.len()).min_by(|&a, &b| compare_points(ring[a], ring[b]))?;
    let at = |step: usize| ring[(smallest + step) % ring.len()];
    let counterclockwise = match side(at(ring.len() - 1), at(0), at(1)) {
        0 => return None,
        turn => turn > 0,
    };
    let mut yard = false;
    for (_, other) in rings.iter().enumerate().filter(|(other, _)| *other != index) {
        match place_in(around(other), ring[0]) {
            Place::Inside => yard = !yard,
            Place::Outline => return None,
            Place::Outside => {}
        }
    }
    Some(if counterclockwise == yard { Open::Left } else { Open::Right })
}

/// Whether two edges, in order, share more than a common end.
fn touch(edges: &[(Ends, Open)]) -> bool {
    edges.iter().zip(1..).any(|((first, _), next)| {
        edges[next..].iter().take_while(|(other, _)| other[0][0] <= first[1][0]).any(|(other, _)| meet(*first, *other))
    })
}

fn meet([a, b]: Ends, [c, d]: Ends) -> bool {
    if a[1].min(b[1]) > c[1].max(d[1]) || c[1].min(d[1]) > a[1].max(b[1]) {
        return false;
    }
    if (a, b) == (c, d) {
        return true;
    }
    let sides = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
    if sides[0] * sides[1] < 0 && sides[2] * sides[3] < 0 {
        return true;
    }
    // On the line, and between its ends in the order of points.
    let between = |turn: i8, point, low, high| turn == 0 && before(low, point) && before(point, high);
    between(sides[0], c, a, b) || between(sides[1], d, a, b) || between(sides[2], a, c, d) || between(sides[3], b, c, d)
}

/// Where a point is, seen from a solid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Outline,
    Outside,
}

/// Where the point is: by the number of edges that a ray to the west of it meets. Exact.
pub(super) fn place_in(edges: impl Iterator<Item = Ends>, point: [f64; 2]) -> Place {
    let mut inside = false;
    for [a, b] in edges {
        let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        if point[1] < low[1] || point[1] > high[1] {
            continue;
        }
        let turn = side(low, high, point);
        if turn == 0 && a[0].min(b[0]) <= point[0] && point[0] <= a[0].max(b[0]) {
            return Place::Outline;
        }
        // Half-open, so that a vertex counts once and level edges not at all.
        if low[1] <= point[1] && point[1] < high[1] && turn < 0 {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}
