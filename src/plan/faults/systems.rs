//! Geometry in another system than the plan, or far from it, and lines that no area uses.

use std::collections::BTreeSet;

use geo::{Coord, Geometry, Rect};

use super::projection::moved;
use super::{ELSEWHERE_M, Fault, FaultKind, Weight, number};
use crate::plan::model::{Part, Plan, Provision, SYSTEMS, Shape, System, system};

/// Parts that are to be left out of every other check: provision (`None` for the plan) and number.
pub(super) type Elsewhere = BTreeSet<(Option<usize>, usize)>;

pub(super) fn check(plan: &Plan, faults: &mut Vec<Fault>) -> Elsewhere {
    if plan.epsg.is_none() {
        let stated = plan.stated_crs.clone().unwrap_or_else(|| "-".to_owned());
        faults.push(Fault::new(FaultKind::PlanSystemUnknown { stated }, Weight::Stops));
    }
    let home = home(plan);
    let mut elsewhere = Elsewhere::new();
    let own = plan.parts.iter().enumerate().map(|(number, part)| (None, number, part));
    let provisions = plan.provisions.iter().enumerate();
    let parts =
        provisions.flat_map(|(index, one)| one.parts.iter().enumerate().map(move |(n, part)| (Some(index), n, part)));
    for (owner, number, part) in own.chain(parts) {
        let provision = owner.map(|index| &plan.provisions[index]);
        let at = provision.map_or_else(|| crate::texts::text("plan-area", &[]), Provision::label);
        let fault = |kind| Fault::new(kind, Weight::Stops).of(provision.map(|one| one.id.clone()));
        if !part.shape.is_usable() {
            faults.push(fault(FaultKind::PlanCoordinatesUnusable { at }));
            elsewhere.insert((owner, number));
        } else if let Some(kind) = stated(plan, part, &at).or_else(|| owner.and(lies(plan, home, &part.shape, &at))) {
            faults.push(fault(kind).at([part.shape.geometry()]));
            elsewhere.insert((owner, number));
        }
    }
    for line in &plan.lines {
        let place = || Geometry::LineString(line.line.clone());
        if line.uses == 0 {
            let kind = FaultKind::PlanLineOrphan { line: line.id.clone() };
            faults.push(Fault::new(kind, Weight::Warns).at([place()]));
        }
        let shape = Shape::Line(line.line.clone());
        if let Some(kind) = shape.is_usable().then(|| lies(plan, home, &shape, &line.id)).flatten() {
            faults.push(Fault::new(kind, Weight::Stops).at([place()]));
        }
    }
    elsewhere
}

/// The box that the plan is in: that of its area, or of the uses where it has none.
fn home(plan: &Plan) -> Option<Rect<f64>> {
    plan.bounds()
}

/// A part that states another system than the plan.
fn stated(plan: &Plan, part: &Part, at: &str) -> Option<FaultKind> {
    let (stated, own) = (part.epsg?, plan.epsg?);
    let code = |epsg: u32| format!("EPSG:{epsg}");
    (stated != own).then(|| FaultKind::PlanSystemDiffers { at: at.to_owned(), stated: code(stated), own: code(own) })
}

/// What is to be said of a shape that lies outside the plan's box by more than [`ELSEWHERE_M`].
fn lies(plan: &Plan, home: Option<Rect<f64>>, shape: &Shape, at: &str) -> Option<FaultKind> {
    let (home, bounds) = (home?, shape.bounds()?);
    let apart = |low: f64, high: f64, least: f64, most: f64| (least - high).max(low - most).max(0.0);
    let east = apart(home.min().x, home.max().x, bounds.min().x, bounds.max().x);
    let north = apart(home.min().y, home.max().y, bounds.min().y, bounds.max().y);
    let distance = east.hypot(north);
    if distance <= ELSEWHERE_M {
        return None;
    }
    let at = at.to_owned();
    let own = plan.epsg.and_then(system);
    let other = own.and_then(|own| other_system(own, home.center(), bounds.center()));
    Some(match (own, other) {
        (Some(own), Some(other)) => {
            FaultKind::PlanOtherSystem { at, system: other.name.to_owned(), own: own.name.to_owned() }
        }
        _ => FaultKind::PlanFarAway { at, distance_km: number(distance / 1000.0) },
    })
}

/// The system in which numbers that are far from a plan would lie near it, if there is one.
fn other_system(own: &'static System, home: Coord<f64>, at: Coord<f64>) -> Option<&'static System> {
    // A line of a neighbouring plan, left in the drawing, may lie some kilometres off.
    const NEAR_M: f64 = 5000.0;
    let near = |other: &&System| {
        let moved = moved(home, own, other);
        (moved.x - at.x).hypot(moved.y - at.y) <= NEAR_M
    };
    SYSTEMS.iter().filter(|other| other.epsg != own.epsg).find(near)
}
