//! Each area by itself: extent, crossings, holes, the same twice.

use std::collections::BTreeMap;

use geo::{Area, Geometry, Point, Polygon};

use super::areas::{Distinct, Piece};
use super::crossing::crossings;
use super::ground::Ground;
use super::{Budget, Fault, FaultKind, NOISE_M, SLIVER_M2, Weight, number};

/// An area smaller than this has no extent, m².
const NOTHING_M2: f64 = 1e-4;

pub(super) fn check(distinct: &Distinct<'_>, budget: &mut Budget, faults: &mut Vec<Fault>) {
    for piece in &distinct.pieces {
        let at = distinct.name(piece);
        let fault = |kind, weight| Fault::new(kind, weight).of(distinct.ids(piece));
        // A dense drawing is not laid out; its box is then the most that is known.
        let area = if distinct.dense { piece.bounds.unsigned_area() } else { piece.covers.unsigned_area() };
        if area < NOTHING_M2 {
            // The plan's own says it as a plan without an area.
            if !piece.owners.is_empty() {
                let place = piece.drawn.exterior().0.first().map(|at| Geometry::Point(Point(*at)));
                faults.push(fault(FaultKind::PlanAreaEmpty { at }, Weight::Stops).at(place));
            }
            continue;
        }
        if area < SLIVER_M2 && distinct.use_of(piece).is_some() {
            let kind = FaultKind::PlanSliver { at: at.clone(), area_m2: number(area) };
            faults.push(fault(kind, Weight::Warns).at([Geometry::Polygon(piece.drawn.clone())]));
        }
        let ground = Ground::of_areas([piece.drawn].into_iter());
        if let Some(places) = crossings(&ground, budget).filter(|places| !places.is_empty()) {
            let places = places.into_iter().map(|at| Geometry::Point(Point(at)));
            faults.push(fault(FaultKind::PlanSelfCrossing { at: at.clone() }, Weight::Stops).at(places));
        }
        let outside: Vec<Geometry<f64>> = holes_outside(piece);
        if !outside.is_empty() {
            faults.push(fault(FaultKind::PlanHoleOutside { at: at.clone() }, Weight::Stops).at(outside));
        }
        let mut times: BTreeMap<usize, usize> = BTreeMap::new();
        piece.owners.iter().for_each(|owner| *times.entry(*owner).or_default() += 1);
        for owner in times.into_iter().filter(|(_, times)| *times > 1).map(|(owner, _)| owner) {
            let kind = FaultKind::PlanGeometryTwice { at: distinct.label(owner) };
            let id = distinct.plan.provisions[owner].id.clone();
            let place = Geometry::Polygon(piece.drawn.clone());
            faults.push(Fault::new(kind, Weight::Warns).of([id]).at([place]));
        }
    }
}

/// Holes whose first vertex that is not on the outer ring lies outside it.
fn holes_outside(piece: &Piece<'_>) -> Vec<Geometry<f64>> {
    if piece.drawn.interiors().is_empty() {
        return Vec::new();
    }
    let outer = Ground::of([piece.drawn.exterior()].into_iter());
    let outside = |hole: &&geo::LineString<f64>| {
        let clear = hole.coords().find(|at| outer.edge_away_m(**at) > NOISE_M);
        clear.is_some_and(|at| !outer.holds(*at))
    };
    let holes = piece.drawn.interiors().iter().filter(outside);
    holes.map(|hole| Geometry::Polygon(Polygon::new(hole.clone(), vec![]))).collect()
}
