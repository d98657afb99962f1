//! The plan and its provisions: gaps in it, and provisions that reach outside it.

use std::collections::BTreeMap;

use geo::{
    Area, BooleanOps, BoundingRect, Contains, Coord, Geometry, InteriorPoint, Intersects, MultiPolygon, Point, Polygon,
};

use super::areas::{Distinct, together, width_m};
use super::ground::Ground;
use super::{Fault, FaultKind, TOLERANCE_M, Weight, narrow_m, number};
use crate::plan::model::{Plan, Shape};

pub(super) fn check(plan: &Plan, distinct: &Distinct<'_>, faults: &mut Vec<Fault>) {
    let whole = together(distinct.pieces.iter().filter(|piece| piece.of_plan).map(|piece| &piece.covers));
    if whole.unsigned_area() <= 0.0 {
        let places = plan.parts.iter().map(|part| &part.shape).filter(|shape| shape.is_usable()).map(Shape::geometry);
        faults.push(Fault::new(FaultKind::PlanHasNoArea, Weight::Stops).at(places));
        return;
    }
    let uses = together(distinct.uses().map(|(_, piece)| &piece.covers));
    if uses.0.is_empty() {
        faults.push(Fault::new(FaultKind::PlanHasNoUses, Weight::Stops));
    } else {
        gaps(plan, &whole, &uses, faults);
    }
    let ground = Ground::of_areas(whole.0.iter());
    outside(distinct, &whole, &ground, faults);
    strays(plan, &ground, faults);
}

/// Pieces of the plan without a use, but those thinner than the tolerance.
fn gaps(plan: &Plan, whole: &MultiPolygon<f64>, uses: &MultiPolygon<f64>, faults: &mut Vec<Fault>) {
    let limit = narrow_m(plan);
    for piece in whole.difference(uses) {
        let width = width_m(&piece);
        if width <= TOLERANCE_M {
            continue;
        }
        let (area_m2, width_m) = (number(piece.unsigned_area()), number(width));
        let fault = if width < limit {
            let limit_m = number(limit);
            Fault::new(FaultKind::PlanGapNarrow { area_m2, width_m, limit_m }, Weight::Warns)
        } else {
            Fault::new(FaultKind::PlanGap { area_m2, width_m }, Weight::Stops)
        };
        faults.push(fault.at([Geometry::Polygon(piece)]));
    }
}

/// Pieces of provisions outside the plan, by the first provision that has them.
fn outside(distinct: &Distinct<'_>, whole: &MultiPolygon<f64>, ground: &Ground, faults: &mut Vec<Fault>) {
    let owned = || distinct.pieces.iter().filter(|piece| !piece.owners.is_empty());
    let mut found: BTreeMap<usize, Vec<(Polygon<f64>, f64)>> = BTreeMap::new();
    for piece in together(owned().map(|piece| &piece.covers)).difference(whole) {
        let beyond = piece.exterior().coords().map(|at| ground.beyond_m(*at)).fold(0.0, f64::max);
        if beyond <= TOLERANCE_M && width_m(&piece) <= TOLERANCE_M {
            continue;
        }
        let (Some(bounds), Some(within)) = (piece.bounding_rect(), piece.interior_point()) else { continue };
        let mut owners = owned().filter(|one| one.bounds.intersects(&bounds) && one.covers.contains(&within));
        let owner = owners.find_map(|one| one.owners.first().copied());
        if let Some(owner) = owner {
            found.entry(owner).or_default().push((piece, beyond));
        }
    }
    for (owner, pieces) in found {
        let area: f64 = pieces.iter().map(|(piece, _)| piece.unsigned_area()).sum();
        let beyond = pieces.iter().map(|(_, beyond)| *beyond).fold(0.0, f64::max);
        let kind = FaultKind::PlanProvisionOutside {
            at: distinct.label(owner),
            area_m2: number(area),
            beyond_m: number(beyond),
        };
        let id = distinct.plan.provisions[owner].id.clone();
        let places = pieces.into_iter().map(|(piece, _)| Geometry::Polygon(piece));
        faults.push(Fault::new(kind, Weight::Stops).of([id]).at(places));
    }
}

/// Lines and points outside the plan.
fn strays(plan: &Plan, ground: &Ground, faults: &mut Vec<Fault>) {
    for provision in &plan.provisions {
        let mut worst: Option<(f64, Coord<f64>)> = None;
        for part in provision.parts.iter().filter(|part| part.polygon().is_none() && part.shape.is_usable()) {
            for at in part.shape.coords() {
                let beyond = ground.beyond_m(at);
                if beyond > TOLERANCE_M && worst.is_none_or(|(most, _)| beyond > most) {
                    worst = Some((beyond, at));
                }
            }
        }
        // What lies elsewhere altogether is told as that.
        if let Some((beyond, at)) = worst.filter(|(beyond, _)| *beyond <= super::ELSEWHERE_M) {
            let (beyond_m, area_m2) = (number(beyond), number(0.0));
            let kind = FaultKind::PlanProvisionOutside { at: provision.label(), area_m2, beyond_m };
            faults.push(Fault::new(kind, Weight::Stops).of([provision.id.clone()]).at([Geometry::Point(Point(at))]));
        }
    }
}
