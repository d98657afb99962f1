//! What stands in the way: buildings, walls and fences, indexed by where they are.

use geo::{LineString, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::{Error, on_map};
use crate::domain::Bbox;

/// What an obstacle looks like from above.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A building: solid inside its outline, open in its yards.
    Solid(Polygon<f64>),
    /// A wall, fence or hedge without thickness.
    Wall(LineString<f64>),
}

/// Something that can stand in the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// Its form from above, metres.
    pub shape: Shape,
    /// Its top in metres above the ground; `None` where unknown, which blocks whatever the height.
    pub top_m: Option<f64>,
}

impl Obstacle {
    /// Every edge, each from its smaller end to its larger, in order; those without length are left out.
    fn edges(&self) -> Vec<[[f64; 2]; 2]> {
        let lines: Vec<&LineString<f64>> = match &self.shape {
            Shape::Solid(outline) => std::iter::once(outline.exterior()).chain(outline.interiors()).collect(),
            Shape::Wall(line) => vec![line],
        };
        let mut edges: Vec<[[f64; 2]; 2]> = Vec::new();
        for line in lines {
            // Adding 0 turns -0 into 0: equal places then have equal bytes.
            edges.extend(line.lines().map(|line| {
                let ends = [[line.start.x + 0.0, line.start.y + 0.0], [line.end.x + 0.0, line.end.y + 0.0]];
                if before(ends[1], ends[0]) { [ends[1], ends[0]] } else { ends }
            }));
        }
        edges.retain(|[a, b]| a != b);
        edges.sort_unstable_by(compare);
        edges
    }
}

/// Whether the point comes first: by x, then by y.
pub(super) fn before(a: [f64; 2], b: [f64; 2]) -> bool {
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])).is_lt()
}

fn compare(a: &[[f64; 2]; 2], b: &[[f64; 2]; 2]) -> std::cmp::Ordering {
    let numbers = |edge: &[[f64; 2]; 2]| [edge[0][0], edge[0][1], edge[1][0], edge[1][1]];
    numbers(a)
        .iter()
        .zip(numbers(b))
        .map(|(a, b)| a.total_cmp(&b))
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

/// One edge of an obstacle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub ends: [[f64; 2]; 2],
    /// Index of the obstacle among the scene's.
    pub body: u32,
}

/// An obstacle as the scene keeps it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    /// Its edges among the scene's.
    pub edges: std::ops::Range<usize>,
    /// Infinite where unknown.
    pub top: f64,
    pub solid: bool,
    pub bbox: Bbox,
    /// Its number in the input, from 0.
    pub number: u32,
}

/// A box in the index, with the number of what it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Boxed {
    pub low: [f64; 2],
    pub high: [f64; 2],
    pub index: u32,
}

impl Boxed {
    pub(super) fn around(ends: [[f64; 2]; 2], index: u32) -> Self {
        let [a, b] = ends;
        Self { low: [a[0].min(b[0]), a[1].min(b[1])], high: [a[0].max(b[0]), a[1].max(b[1])], index }
    }
}

impl RTreeObject for Boxed {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.low, self.high)
    }
}

/// Numbers of the boxes that meet this one, in order.
pub(super) fn meeting(tree: &RTree<Boxed>, bbox: &Bbox) -> Vec<u32> {
    let corners = AABB::from_corners([bbox.min_x, bbox.min_y], [bbox.max_x, bbox.max_y]);
    let mut found: Vec<u32> = tree.locate_in_envelope_intersecting(corners).map(|boxed| boxed.index).collect();
    found.sort_unstable();
    found
}

/// Obstacles and their index. Answers do not depend on the order in which they were given.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    pub(super) edges: Vec<Edge>,
    pub(super) bodies: Vec<Body>,
    edge_tree: RTree<Boxed>,
    solid_tree: RTree<Boxed>,
}

impl Scene {
    /// Indexes obstacles.
    ///
    /// - `obstacles`: `[n]`, metres. Vertices that repeat and edges without length are dropped; outlines may cross
    ///   themselves and each other; an obstacle without an edge is kept and blocks nothing.
    ///
    /// Cost O(m log m) for m edges.
    ///
    /// # Errors
    /// `ObstacleNotUsable` with its number, where a coordinate is infinite, NaN or beyond 10⁸ m, or the top is NaN.
    pub fn new(obstacles: &[Obstacle]) -> Result<Self, Error> {
        let mut kept = Vec::with_capacity(obstacles.len());
        for (obstacle, number) in obstacles.iter().zip(0_u32..) {
            let edges = obstacle.edges();
            let top = obstacle.top_m.unwrap_or(f64::INFINITY);
            let usable = match &obstacle.shape {
                Shape::Solid(outline) => std::iter::once(outline.exterior())
                    .chain(outline.interiors())
                    .all(|ring| ring.coords().all(|at| on_map([at.x, at.y]))),
                Shape::Wall(line) => line.coords().all(|at| on_map([at.x, at.y])),
            };
            if !usable || top.is_nan() {
                return Err(Error::ObstacleNotUsable { number: number as usize + 1 });
            }
            kept.push((edges, matches!(obstacle.shape, Shape::Solid(_)), top, number));
        }
        kept.sort_by(|a, b| {
            let by_edge = a.0.iter().zip(&b.0).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
            by_edge.unwrap_or(a.0.len().cmp(&b.0.len())).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2))
        });
        let mut scene = Self::default();
        let mut edge_boxes = Vec::new();
        let mut solid_boxes = Vec::new();
        for ((edges, solid, top, number), body) in kept.into_iter().zip(0_u32..) {
            let first = scene.edges.len();
            let bbox = Bbox::around(edges.iter().flatten().copied());
            if solid && !edges.is_empty() {
                solid_boxes.push(Boxed::around([[bbox.min_x, bbox.min_y], [bbox.max_x, bbox.max_y]], body));
            }
            for ends in edges {
                let index = u32::try_from(scene.edges.len()).unwrap_or(u32::MAX);
                edge_boxes.push(Boxed::around(ends, index));
                scene.edges.push(Edge { ends, body });
            }
            scene.bodies.push(Body { edges: first..scene.edges.len(), top, solid, bbox, number });
        }
        scene.edge_tree = RTree::bulk_load(edge_boxes);
        scene.solid_tree = RTree::bulk_load(solid_boxes);
        Ok(scene)
    }

    /// Edges whose boxes meet this one, in order.
    pub(super) fn edges_in(&self, bbox: &Bbox) -> Vec<u32> {
        meeting(&self.edge_tree, bbox)
    }

    /// Solids whose boxes meet this one, in order.
    pub(super) fn solids_in(&self, bbox: &Bbox) -> Vec<u32> {
        meeting(&self.solid_tree, bbox)
    }

    /// The edges of an obstacle.
    pub(super) fn edges_of(&self, body: u32) -> &[Edge] {
        &self.edges[self.bodies[body as usize].edges.clone()]
    }

    /// Solids that have the point inside or on their outline, in order.
    pub(super) fn solids_at(&self, point: [f64; 2]) -> Vec<(u32, Place)> {
        let around = Bbox::around([point]);
        let place = |body| (body, place_in(self.edges_of(body), point));
        self.solids_in(&around).into_iter().map(place).filter(|(_, place)| *place != Place::Outside).collect()
    }
}

/// Where a point is, seen from a solid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Outline,
    Outside,
}

/// Where the point is: by the number of edges that a ray to the west of it meets. Exact.
pub(super) fn place_in(edges: &[Edge], point: [f64; 2]) -> Place {
    let mut inside = false;
    for Edge { ends: [a, b], .. } in edges {
        let (low, high) = if a[1] <= b[1] { (*a, *b) } else { (*b, *a) };
        if point[1] < low[1] || point[1] > high[1] {
            continue;
        }
        let side = super::side(low, high, point);
        let [west, east] = if a[0] <= b[0] { [a[0], b[0]] } else { [b[0], a[0]] };
        if side == 0 && west <= point[0] && point[0] <= east {
            return Place::Outline;
        }
        // Half-open, so that a vertex counts once and level edges not at all.
        if low[1] <= point[1] && point[1] < high[1] && side < 0 {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}
