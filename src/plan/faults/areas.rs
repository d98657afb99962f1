//! The areas of a plan, each once, with the provisions that have it.

use std::collections::{BTreeMap, BTreeSet};

use geo::orient::{Direction, Orient};
use geo::{Area, BooleanOps, BoundingRect, Euclidean, Length, MultiPolygon, Polygon, Rect, unary_union};

use rstar::RTreeObject;

use super::super::model::{Kind, Outline, Plan, Shape, outline};
use super::ground::Ground;

/// An area.
pub(super) struct Piece<'a> {
    /// As it was drawn.
    pub drawn: &'a Polygon<f64>,
    /// What it covers by the even-odd rule: without crossings. Nothing where the drawing is dense.
    pub covers: MultiPolygon<f64>,
    pub bounds: Rect<f64>,
    /// Whether it is of the plan itself.
    pub of_plan: bool,
    /// Indices of the provisions that have it.
    pub owners: Vec<usize>,
}

/// Every area of a plan whose coordinates are metres near it.
pub(super) struct Distinct<'a> {
    pub plan: &'a Plan,
    pub pieces: Vec<Piece<'a>>,
    /// Whether so many edges lie over each other that areas cannot be laid on each other in reasonable time.
    pub dense: bool,
}

/// Pairs of edges with boxes on each other that a drawing may have: so many an edge, and so many beside. Drawn plans have fewer
/// than ten an edge.
const PAIRS_AN_EDGE: usize = 200;
const PAIRS_BESIDE: usize = 1_000_000;

impl<'a> Distinct<'a> {
    /// The areas, in the order in which they come first. `elsewhere` are places of parts that lie somewhere else: provision (`None` for
    /// the plan) and number of the part.
    pub fn of(plan: &'a Plan, elsewhere: &BTreeSet<(Option<usize>, usize)>) -> Self {
        let mut places: BTreeMap<Outline, usize> = BTreeMap::new();
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        let own = plan.parts.iter().enumerate().map(|(number, part)| (None, number, part));
        let provisions = plan.provisions.iter().enumerate().flat_map(|(index, provision)| {
            provision.parts.iter().enumerate().map(move |(number, part)| (Some(index), number, part))
        });
        for (owner, number, part) in own.chain(provisions) {
            let Shape::Area(drawn) = &part.shape else { continue };
            if elsewhere.contains(&(owner, number)) || !part.shape.is_usable() {
                continue;
            }
            let Some(bounds) = drawn.bounding_rect() else { continue };
            let next = pieces.len();
            let at = *places.entry(outline(drawn)).or_insert(next);
            if at == next {
                pieces.push(Piece { drawn, covers: MultiPolygon(vec![]), bounds, of_plan: false, owners: Vec::new() });
            }
            match owner {
                None => pieces[at].of_plan = true,
                Some(index) => pieces[at].owners.push(index),
            }
        }
        let dense = is_dense(&Ground::of_areas(pieces.iter().map(|piece| piece.drawn)));
        if !dense {
            for piece in &mut pieces {
                piece.covers = piece.drawn.union(&MultiPolygon::<f64>::new(vec![]));
            }
        }
        Self { plan, pieces, dense }
    }

    /// The areas that are uses, with their places in the list.
    pub fn uses(&self) -> impl Iterator<Item = (usize, &Piece<'a>)> {
        self.pieces.iter().enumerate().filter(|(_, piece)| self.use_of(piece).is_some())
    }

    /// The first use that has the area.
    pub fn use_of(&self, piece: &Piece<'_>) -> Option<usize> {
        piece.owners.iter().copied().find(|owner| self.plan.provisions[*owner].kind == Kind::Use)
    }

    /// What to call an area: the labels of its provisions, or the plan.
    pub fn name(&self, piece: &Piece<'_>) -> String {
        let labels: BTreeSet<String> = piece.owners.iter().map(|owner| self.label(*owner)).collect();
        let names: Vec<String> = labels.into_iter().take(4).collect();
        if names.is_empty() { crate::texts::text("plan-area", &[]) } else { names.join(", ") }
    }

    /// The ids of the provisions that have the area.
    pub fn ids(&self, piece: &Piece<'_>) -> Vec<String> {
        piece.owners.iter().map(|owner| self.plan.provisions[*owner].id.clone()).collect()
    }

    /// A provision as a person knows it.
    pub fn label(&self, index: usize) -> String {
        let provision = &self.plan.provisions[index];
        let label = provision.label();
        if label == provision.id { label } else { format!("{label} ({})", provision.id) }
    }
}

/// Whether more edges lie over each other than a drawn plan has. Stops counting there.
fn is_dense(ground: &Ground) -> bool {
    let most = PAIRS_AN_EDGE * ground.tree.size() + PAIRS_BESIDE;
    let pairs = ground.tree.iter().flat_map(|edge| ground.tree.locate_in_envelope_intersecting(edge.envelope()));
    pairs.take(most + 1).count() > most
}

/// What these areas cover together.
pub(super) fn together<'a>(areas: impl Iterator<Item = &'a MultiPolygon<f64>>) -> MultiPolygon<f64> {
    // The union takes the direction of the first ring for that of all.
    let oriented: Vec<MultiPolygon<f64>> = areas.map(|area| area.orient(Direction::Default)).collect();
    unary_union(&oriented)
}

/// The mean width of a piece, metres: twice its area over its perimeter. That is the width of a strip much longer than wide.
pub(super) fn width_m(piece: &Polygon<f64>) -> f64 {
    let rings = std::iter::once(piece.exterior()).chain(piece.interiors());
    let perimeter: f64 = rings.map(|ring| Euclidean.length(ring)).sum();
    if perimeter > 0.0 { 2.0 * piece.unsigned_area() / perimeter } else { 0.0 }
}
