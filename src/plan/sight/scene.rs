//! What stands in the way: buildings, walls and fences, indexed by where they are.

use geo::{LineString, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::outline::{self, Ends, Open, Place, compare, place_in};
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
    /// Every edge, in order; those without length are left out.
    fn edges(&self) -> Vec<(Ends, Open)> {
        match &self.shape {
            Shape::Solid(outline) => {
                let rings = std::iter::once(outline.exterior()).chain(outline.interiors());
                outline::edges(&rings.map(vertices).collect::<Vec<_>>())
            }
            Shape::Wall(line) => outline::ordered(vertices(line).windows(2).map(|ends| (ends[0], ends[1], Open::Both))),
        }
    }
}

/// The vertices of a line, without those that repeat the one before.
fn vertices(line: &LineString<f64>) -> Vec<[f64; 2]> {
    // Adding 0 turns -0 into 0: equal places then have equal bytes.
    let mut vertices: Vec<[f64; 2]> = line.coords().map(|at| [at.x + 0.0, at.y + 0.0]).collect();
    vertices.dedup();
    vertices
}

/// One edge of an obstacle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    /// The smaller end first.
    pub ends: Ends,
    /// Index of the obstacle among the scene's.
    pub body: u32,
    /// From where it can be the first that a line meets.
    pub open: Open,
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
    pub(super) fn around(ends: Ends, index: u32) -> Self {
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
            let by_edge = a.0.iter().zip(&b.0).map(|(a, b)| compare(a.0, b.0)).find(|order| order.is_ne());
            by_edge.unwrap_or(a.0.len().cmp(&b.0.len())).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2))
        });
        let mut scene = Self::default();
        let mut edge_boxes = Vec::new();
        let mut solid_boxes = Vec::new();
        for ((edges, solid, top, number), body) in kept.into_iter().zip(0_u32..) {
            let first = scene.edges.len();
            let bbox = Bbox::around(edges.iter().flat_map(|(ends, _)| *ends));
            if solid && !edges.is_empty() {
                solid_boxes.push(Boxed::around([[bbox.min_x, bbox.min_y], [bbox.max_x, bbox.max_y]], body));
            }
            for (ends, open) in edges {
                let index = u32::try_from(scene.edges.len()).unwrap_or(u32::MAX);
                edge_boxes.push(Boxed::around(ends, index));
                scene.edges.push(Edge { ends, body, open });
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
        let place = |body| (body, place_in(self.edges_of(body).iter().map(|edge| edge.ends), point));
        self.solids_in(&around).into_iter().map(place).filter(|(_, place)| *place != Place::Outside).collect()
    }
}
