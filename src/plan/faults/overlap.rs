//! Areas of use on each other: the same area, or part of it.

use std::collections::BTreeSet;

use geo::{Area, BooleanOps, CoordsIter, Geometry, MultiPolygon, Polygon, Rect};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::areas::{Distinct, Piece, width_m};
use super::{Budget, Fault, FaultKind, NOISE_M, SLIVER_M2, Weight, number};
use crate::plan::model::{Form, Kind, Plan};

pub(super) fn check(plan: &Plan, distinct: &Distinct<'_>, budget: &mut Budget, faults: &mut Vec<Fault>) {
    for (_, piece) in distinct.uses() {
        shared(plan, distinct, piece, faults);
    }
    let uses: Vec<(usize, &Piece<'_>)> = distinct.uses().collect();
    let boxes: Vec<Rect<f64>> = uses.iter().map(|(_, piece)| piece.bounds).collect();
    for (one, other) in near(&boxes, budget) {
        let (one, other) = (uses[one].1, uses[other].1);
        let Some(common) = common(one, other, budget) else { return };
        let area = common.unsigned_area();
        if common.0.is_empty() {
            continue;
        }
        let names = (distinct.name(one), distinct.name(other));
        let area_m2 = number(area);
        let forms: BTreeSet<Form> = forms(plan, one).chain(forms(plan, other)).collect();
        let kind = if area < SLIVER_M2 {
            FaultKind::PlanOverlapSliver { one: names.0, other: names.1, area_m2 }
        } else if forms.len() > 1 {
            FaultKind::PlanFormsClash { one: names.0, other: names.1 }
        } else {
            FaultKind::PlanOverlap { one: names.0, other: names.1, area_m2 }
        };
        let weight = if area < SLIVER_M2 { Weight::Warns } else { Weight::Stops };
        let ids = distinct.ids(one).into_iter().chain(distinct.ids(other));
        faults.push(Fault::new(kind, weight).of(ids).at(common.0.into_iter().map(Geometry::Polygon)));
    }
}

/// Uses with one and the same area: a combination, unless their forms differ.
fn shared(plan: &Plan, distinct: &Distinct<'_>, piece: &Piece<'_>, faults: &mut Vec<Fault>) {
    let is_use = |owner: &&usize| plan.provisions[**owner].kind == Kind::Use;
    let uses: BTreeSet<usize> = piece.owners.iter().filter(is_use).copied().collect();
    let (Some(first), Some(last)) = (uses.first(), uses.last()) else { return };
    if first == last {
        return;
    }
    let forms: BTreeSet<Form> = forms(plan, piece).collect();
    let kind = if forms.len() > 1 {
        FaultKind::PlanFormsClash { one: distinct.label(*first), other: distinct.label(*last) }
    } else {
        let uses: Vec<String> = uses.iter().map(|owner| distinct.label(*owner)).collect();
        FaultKind::PlanUsesShareArea { uses: uses.join(", ") }
    };
    let weight = if forms.len() > 1 { Weight::Stops } else { Weight::Tells };
    let ids = uses.iter().map(|owner| plan.provisions[*owner].id.clone());
    faults.push(Fault::new(kind, weight).of(ids).at([Geometry::Polygon(piece.drawn.clone())]));
}

fn forms<'a>(plan: &'a Plan, piece: &'a Piece<'_>) -> impl Iterator<Item = Form> + 'a {
    let uses = piece.owners.iter().map(|owner| &plan.provisions[*owner]).filter(|one| one.kind == Kind::Use);
    uses.filter_map(|provision| provision.form)
}

/// Pairs of boxes that lie on each other, each once, while the budget holds.
pub(super) fn near(boxes: &[Rect<f64>], budget: &mut Budget) -> Vec<(usize, usize)> {
    let corners = |of: &Rect<f64>| ([of.min().x, of.min().y], [of.max().x, of.max().y]);
    let rectangle = |(index, of): (usize, &Rect<f64>)| {
        let (low, high) = corners(of);
        GeomWithData::new(Rectangle::from_corners(low, high), index)
    };
    let tree = RTree::bulk_load(boxes.iter().enumerate().map(rectangle).collect());
    let mut pairs = Vec::new();
    for (index, of) in boxes.iter().enumerate() {
        let (low, high) = corners(of);
        for other in tree.locate_in_envelope_intersecting(AABB::from_corners(low, high)) {
            if !Budget::take(&mut budget.pairs, 1) {
                return pairs;
            }
            if other.data > index {
                pairs.push((index, other.data));
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// What two areas share, without what is thinner than numbers are sure of; `None` where the budget does not hold.
pub(super) fn common(one: &Piece<'_>, other: &Piece<'_>, budget: &mut Budget) -> Option<MultiPolygon<f64>> {
    let vertices = one.covers.coords_count() + other.covers.coords_count();
    if !Budget::take(&mut budget.vertices, vertices) {
        return None;
    }
    let thick = |piece: &Polygon<f64>| width_m(piece) > NOISE_M;
    Some(MultiPolygon(one.covers.intersection(&other.covers).0.into_iter().filter(thick).collect()))
}
